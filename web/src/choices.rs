//! All approaches and builders side by side, the risk table that the verdict follows, and how to contain a daemon that
//! must stay. These are the catalog's; the person's own row is marked.

use daemonless_catalog::{CONTAINMENT, Containment, Host, PowerInfo, RISK_TABLE, Risk, WAYS};
use daemonless_core::alternatives::Fit;
use daemonless_core::choosing::{Answers, Standing, rank, stand};
use daemonless_core::order;
use daemonless_core::report::JobReport;
use yew::prelude::*;

use crate::app::head;
use crate::mark::{capital, mark, risk};
use crate::markdown;
use crate::state::{Outcome, State};
use crate::texts::{Entry, Texts};

/// Ids of the rows that are marked; empty where none is.
#[derive(Default)]
struct Marks<'a> {
    mine: &'a str,
    best: &'a str,
}

impl<'a> Marks<'a> {
    fn of(rows: &[&'a Entry], job: Option<(&Outcome, &JobReport)>, answers: &Answers) -> Self {
        let Some((outcome, job)) = job else { return Self::default() };
        let mut findings = outcome.report.findings.iter();
        let tls_off =
            findings.any(|finding| finding.rule == "unencrypted-daemon" && finding.jobs.contains(&job.name));
        let variant = if tls_off { "tls-off" } else { "tls-on" };
        let mut mine = rows
            .iter()
            .filter(|row| row.text("builder").is_empty() && row.text("approach") == job.approach)
            .peekable();
        let first = mine.peek().copied();
        let mine = mine.find(|row| row.text("variant") == variant).or(first);
        let ways = rank(Some(job), answers);
        let best = ways.iter().find_map(|way| way.alternative.filter(|_| way.fit != Fit::No));
        let best = best.and_then(|best| {
            rows.iter().find(|row| match best.builder {
                Some(builder) => row.text("builder") == builder,
                None => row.text("approach") == best.after.approach,
            })
        });
        let id = |row: Option<&&'a Entry>| row.map_or("", |row| row.text("id"));
        Self { mine: id(mine), best: id(best) }
    }
}

/// The section. It is there without a text too.
pub fn view(state: &State, job: Option<(&Outcome, &JobReport)>) -> Html {
    let texts = &state.texts;
    // All of it comes at once, so that nothing moves that one may be looking at.
    let coming = *texts == Texts::Coming;
    html! {
        <section class={classes!("s", coming.then_some("coming"))} id="choices" tabindex="-1" aria-labelledby="choices-head">
            {head("choices-head", html! {"All the choices, side by side"}, html! {
                <>{"Worst first. The level is the risk when "}<b>{"code you do not trust"}</b>{" runs in the job; a range \
                depends on where it runs."}</>
            })}
            if let Texts::Here(all) = texts { {options(texts, all.list("options"), job, &state.decided())} } else { {texts.instead()} }
            if !coming { {risk_table(texts)}{containment(texts)} }
        </section>
    }
}

/// The table of all ways, group by group.
fn options(texts: &Texts, groups: &[Entry], job: Option<(&Outcome, &JobReport)>, answers: &Answers) -> Html {
    let rows: Vec<&Entry> = groups.iter().flat_map(|group| group.list("rows")).collect();
    let marks = Marks::of(&rows, job, answers);
    let group = |group: &Entry| {
        // What the answers rule out stands behind what they leave.
        let mut rows: Vec<_> = group.list("rows").iter().map(|row| (row, stands(row, answers))).collect();
        order::sort_by_key(&mut rows, |(_, standing)| is_out(standing.as_ref()));
        html! {
            <tbody>
                <tr class="grp"><th scope="rowgroup" colspan="9">{capital(group.text("title"))}</th></tr>
                {for rows.iter().map(|(row, standing)| show(texts, row, &marks, standing.as_ref()))}
            </tbody>
        }
    };
    html! {
        <table class="t">
            <caption class="vh">{"Ways to build images and run containers in a job"}</caption>
            <thead><tr>
                {for COLUMNS.iter().map(|(title, _)| html! { <th scope="col">{*title}</th> })}
            </tr></thead>
            {for groups.iter().map(group)}
        </table>
    }
}

/// How a row stands under the answers.
fn stands(row: &Entry, answers: &Answers) -> Option<Standing<'static>> {
    let way = WAYS.iter().find(|way| way.id == row.text("id"))?;
    Some(stand(way, answers))
}

fn is_out(standing: Option<&Standing<'_>>) -> bool {
    standing.is_some_and(|standing| standing.fit == Fit::No)
}

/// Titles of the columns behind the row's own, and the text of the row that each shows. The first two are made in
/// [`show`].
const COLUMNS: [(&str, Option<&str>); 9] = [
    ("Approach", None),
    ("With untrusted code", None),
    ("Asks of the job's container", Some("privilege")),
    ("The runner must allow", Some("runner_must_allow")),
    ("Who can escape, and how", Some("escape")),
    ("Dockerfile features", Some("dockerfile")),
    ("Compose, run", Some("compose_run")),
    ("Platforms", Some("multi_platform")),
    ("The right choice when", Some("right_when")),
];

/// Told below the row's cells: they are read by those who have chosen already.
const DETAILS: [(&str, &str); 4] =
    [("Daemon", "daemon"), ("Isolation", "isolation"), ("Caching", "caching"), ("Upkeep", "upkeep")];

fn show(texts: &Texts, row: &Entry, marks: &Marks<'_>, standing: Option<&Standing<'_>>) -> Html {
    let (id, title) = (row.text("id"), row.text("title"));
    let (mine, best) = (marks.mine == id, marks.best == id);
    let cell = |(title, name): &(&'static str, Option<&str>)| {
        name.map(|name| html! { <td data-l={*title}>{markdown::line(row.text(name))}</td> })
    };
    html! {
            <tr key={id.to_owned()} class={classes!(mine.then_some("mine"), best.then_some("best"))} id={format!("choice-{id}")}>
                <th scope="row">
                    {markdown::line(title)}
                    if mine { <span class="you">{"You are here"}</span> }
                    if best { <span class="waytag fits">{"Best for this job"}</span> }
                    if let Some(standing) = standing.filter(|standing| is_out(Some(standing))) {
                        <span class="waytag nofit">{"Does not fit"}</span>
                        <small>{markdown::line(&standing.why())}</small>
                    }
                    <details>
                        <summary>{"More"}<span class="vh">{" about "}{title.replace('`', "")}</span></summary>
                        <dl>{for DETAILS.iter().map(|(title, name)| html! {
                            <><dt>{*title}</dt><dd>{markdown::line(row.text(name))}</dd></>
                        })}</dl>
                        {texts.sources(row.list("sources"))}
                    </details>
                </th>
                <td class="rk">{range(row)}</td>
                {for COLUMNS.iter().filter_map(cell)}
            </tr>
    }
}

/// One level, or from which to which: the worse one's mark.
fn range(row: &Entry) -> Html {
    let [low, high] =
        ["least_risk", "most_risk"].map(|name| Risk::from_id(row.text(name)).unwrap_or_default().id());
    let note = row.text("risk_note");
    html! {
        <span class={classes!("risk", high)}>
            {mark(high)}
            <span>
                if low != high { {low}{" to "} }
                {high}
                if !note.is_empty() { {", "}{markdown::line(note)} }
            </span>
        </span>
    }
}

/// How risk is computed, for anyone to read.
fn risk_table(texts: &Texts) -> Html {
    let meaning = texts.find("powers");
    let strangers = texts.find("strangers").map(Entry::as_text);
    let row = |row: &PowerInfo| {
        let cell = |host: &Host| html! { <td data-l={capital(host.title())}>{risk(row.on(*host).id())}</td> };
        html! {
            <tr>
                <th scope="row">
                    {markdown::line(&capital(row.title))}
                    if let Some(meaning) = meaning { <small>{markdown::line(meaning.text(row.id))}</small> }
                </th>
                {for Host::ALL.iter().map(cell)}
            </tr>
        }
    };
    html! {
        <div id="risk-table" class="sub" tabindex="-1">
            <h3>{"How risk is computed"}</h3>
            <table class="t risks">
                <caption class="vh">{"Risk by what one bad step gets and by the machine it runs on"}</caption>
                <thead><tr>
                    <th scope="col">{"What one bad step gets"}</th>
                    {for Host::ALL.iter().map(|host| html! { <th scope="col">{capital(host.title())}</th> })}
                </tr></thead>
                <tbody>{for RISK_TABLE.iter().map(row)}</tbody>
            </table>
            if let Some(strangers) = strangers { <p class="aside">{markdown::line(strangers)}</p> }
        </div>
    }
}

/// What to do where a daemon must stay.
fn containment(texts: &Texts) -> Html {
    let cited = texts.find("containment");
    let advice = |advice: &Containment| {
        html! {
            <li>
                <h4>{markdown::line(advice.title)}</h4>
                <p>{markdown::line(advice.text)}</p>
                if let Some(setting) = &advice.setting {
                    <p class="src">{"In "}<code>{setting.file}</code>{", "}<code>{setting.key}</code>{":"}</p>
                    <pre class="sheet"><code>{setting.snippet}</code></pre>
                }
                if let Some(cited) = cited { {texts.sources(cited.list(advice.id))} }
            </li>
        }
    };
    html! {
        <details class="sub" id="containment">
            <summary><h3>{"Where a daemon must stay: how to contain it"}</h3></summary>
            <ul class="advice">{for CONTAINMENT.iter().map(advice)}</ul>
        </details>
    }
}
