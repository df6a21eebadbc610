//! All approaches and builders side by side, the risk table that the verdict follows, and how to contain a daemon that
//! must stay. These are the catalog's; the person's own row is marked.

use daemonless_catalog::{
    CONTAINMENT, Containment, Group, Host, OPTIONS, OptionRow, PowerInfo, RISK_LIFT, RISK_TABLE,
};
use daemonless_core::report::JobReport;
use yew::prelude::*;

use crate::app::head;
use crate::explanation::sources;
use crate::mark::{capital, mark, risk};
use crate::markdown;
use crate::state::Outcome;

/// Which rows are marked.
struct Marks {
    mine: Option<&'static str>,
    best: Option<&'static str>,
}

impl Marks {
    fn of(job: Option<(&Outcome, &JobReport)>) -> Self {
        let Some((outcome, job)) = job else { return Self { mine: None, best: None } };
        let mut findings = outcome.report.findings.iter();
        let tls_off =
            findings.any(|finding| finding.rule == "unencrypted-daemon" && finding.jobs.contains(&job.name));
        let variant = if tls_off { "tls-off" } else { "tls-on" };
        let mine = || {
            let of_approach =
                |row: &&OptionRow| row.approach.is_some_and(|approach| approach.id() == job.approach);
            OPTIONS.iter().filter(|row| row.builder.is_none()).filter(of_approach)
        };
        let mine_exactly = mine().find(|row| row.variant == variant).or_else(|| mine().next());
        let best = job.alternatives.iter().find(|way| way.rank == 1 && way.verdict != "does not fit");
        let best = best.and_then(|best| {
            OPTIONS.iter().find(|row| match best.builder {
                Some(builder) => row.builder.is_some_and(|other| other.id() == builder),
                None => row.approach.is_some_and(|approach| approach.id() == best.after.approach),
            })
        });
        Self { mine: mine_exactly.map(|row| row.id), best: best.map(|row| row.id) }
    }
}

/// The section. It is there without a text too.
pub fn view(job: Option<(&Outcome, &JobReport)>) -> Html {
    let marks = Marks::of(job);
    let group = |group: &Group| {
        let rows = OPTIONS.iter().filter(|row| row.group == *group);
        html! {
            <tbody>
                <tr class="grp"><th scope="rowgroup" colspan="9">{capital(group.title())}</th></tr>
                {for rows.map(|row| show(row, &marks))}
            </tbody>
        }
    };
    html! {
        <section class="s" id="choices" tabindex="-1" aria-labelledby="choices-head">
            {head("choices-head", html! {"All the choices, side by side"}, html! {
                <>{"Worst first. The level is the risk when "}<b>{"code you do not trust"}</b>{" runs in the job; a range \
                depends on where it runs."}</>
            })}
            <table class="t">
                <caption class="vh">{"Ways to build images and run containers in a job"}</caption>
                <thead><tr>
                    {for COLUMNS.iter().map(|(title, _)| html! { <th scope="col">{*title}</th> })}
                </tr></thead>
                {for Group::ALL.iter().map(group)}
            </table>
            {risk_table()}
            {containment()}
        </section>
    }
}

/// What a cell shows of a row.
type Cell = fn(&OptionRow) -> &'static str;

/// Titles of the columns behind the row's own, and what each shows. The first two are made in [`show`].
const COLUMNS: [(&str, Option<Cell>); 9] = [
    ("Approach", None),
    ("With untrusted code", None),
    ("Asks of the job's container", Some(|row| row.privilege)),
    ("The runner must allow", Some(|row| row.runner_must_allow)),
    ("Who can escape, and how", Some(|row| row.escape)),
    ("Dockerfile features", Some(|row| row.dockerfile)),
    ("Compose, run", Some(|row| row.compose_run)),
    ("Platforms", Some(|row| row.multi_platform)),
    ("The right choice when", Some(|row| row.right_when)),
];

/// Told below the row's cells: they are read by those who have chosen already.
const DETAILS: [(&str, Cell); 4] = [
    ("Daemon", |row| row.daemon),
    ("Isolation", |row| row.isolation),
    ("Caching", |row| row.caching),
    ("Upkeep", |row| row.upkeep),
];

fn show(row: &'static OptionRow, marks: &Marks) -> Html {
    let (mine, best) = (marks.mine == Some(row.id), marks.best == Some(row.id));
    let cell = |(title, cell): &(&'static str, Option<Cell>)| {
        cell.map(|cell| html! { <td data-l={*title}>{markdown::line(cell(row))}</td> })
    };
    html! {
        <>
            <tr class={classes!(mine.then_some("mine"), best.then_some("best"))} id={format!("choice-{}", row.id)}>
                <th scope="row">
                    {markdown::line(row.title)}
                    if mine { <span class="you">{"You are here"}</span> }
                    if best { <span class="waytag fits">{"Best for this job"}</span> }
                    <details>
                        <summary>{"More"}<span class="vh">{" about "}{row.title.replace('`', "")}</span></summary>
                        <dl>{for DETAILS.iter().map(|(title, cell)| html! {
                            <><dt>{*title}</dt><dd>{markdown::line(cell(row))}</dd></>
                        })}</dl>
                        {sources(row.sources)}
                    </details>
                </th>
                <td class="rk">{range(row)}</td>
                {for COLUMNS.iter().filter_map(cell)}
            </tr>
        </>
    }
}

/// One level, or from which to which: the worse one's mark.
fn range(row: &OptionRow) -> Html {
    let (low, high) = row.risk;
    html! {
        <span class={classes!("risk", high.id())}>
            {mark(high.id())}
            <span>
                if low != high { {low.id()}{" to "} }
                {high.id()}
                if let Some(note) = row.risk_note { {", "}{markdown::line(note)} }
            </span>
        </span>
    }
}

/// How risk is computed, for anyone to read.
fn risk_table() -> Html {
    let row = |row: &PowerInfo| {
        let cell = |host: &Host| html! { <td data-l={capital(host.title())}>{risk(row.on(*host).id())}</td> };
        html! {
            <tr>
                <th scope="row">{markdown::line(&capital(row.title))}<small>{markdown::line(row.text)}</small></th>
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
            <p class="aside">{markdown::line(RISK_LIFT.text)}</p>
        </div>
    }
}

/// What to do where a daemon must stay.
fn containment() -> Html {
    let advice = |advice: &Containment| {
        html! {
            <li>
                <h4>{markdown::line(advice.title)}</h4>
                <p>{markdown::line(advice.text)}</p>
                if let Some(setting) = &advice.setting {
                    <p class="src">{"In "}<code>{setting.file}</code>{", "}<code>{setting.key}</code>{":"}</p>
                    <pre class="sheet"><code>{setting.snippet}</code></pre>
                }
                {sources(&[advice.source])}
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
