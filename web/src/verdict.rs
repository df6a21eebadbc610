//! The verdict: one sentence, what proves it, the facts it follows from, and the jobs.

use daemonless_core::alternatives::Fit;
use daemonless_core::choosing::rank;
use daemonless_core::model::{Host, Reach};
use daemonless_core::report::{AccessReport, ChoiceReport, FactReport, JobReport};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::files;
use crate::first::first;
use crate::mark::{capital, line_tag, line_tags, mark, risk, words};
use crate::markdown;
use crate::position::whole_line;
use crate::state::{Action, Outcome, Part, Patience, State, UNKNOWN};

/// More jobs than this, and those without an engine are folded away.
const MANY_JOBS: usize = 12;

/// The right side of the first screen, in each of its states.
pub fn view(state: &State, on: &Callback<Action>) -> Html {
    let outcome = state.outcome.as_ref().filter(|_| state.is_due());
    let level = outcome.map_or("none", |outcome| outcome.report.risk);
    let content = match outcome {
        _ if state.source.is_blank() => empty(),
        _ if state.held => held(state, on),
        None if state.first == Part::Failed && state.whole == Part::Failed => missing(),
        None => reading(),
        // The whole analysis may know it.
        Some(outcome) if outcome.report.format == UNKNOWN && state.whole == Part::Coming => reading(),
        Some(outcome) if outcome.report.format == UNKNOWN => unknown(outcome),
        Some(outcome) => answer(state, on, outcome),
    };
    let spoken = outcome.map(|outcome| spoken(outcome)).unwrap_or_default();
    html! {
        <section id="verdict" class="verdict" tabindex="-1" aria-labelledby="headline" data-risk={level}
            data-format={outcome.map_or("", |outcome| outcome.report.format)}>
            <p class="vh" role="status">{spoken}</p>
            {files::worse(state, on)}
            {content}
        </section>
    }
}

/// What a screen reader says when the verdict changes.
fn spoken(outcome: &Outcome) -> String {
    let report = &outcome.report;
    format!(
        "{}. {} Findings: {}.",
        level_title(report.risk),
        report.headline.replace('`', ""),
        report.findings.len()
    )
}

fn level_title(risk: &str) -> &'static str {
    match risk {
        "critical" => "Critical risk",
        "high" => "High risk",
        "medium" => "Medium risk",
        "low" => "Low risk",
        _ => "No engine",
    }
}

fn empty() -> Html {
    html! {
        <>
            <h1 id="headline">{"Who can get through your pipeline to the machine under it?"}</h1>
            <p class="lede">
                {"Paste a Dockerfile or a CI configuration. The page tells how each job reaches a container engine, what \
                  one bad step could do with it, how the choices compare, and gives the same pipeline without the daemon."}
            </p>
            <p class="lede">
                {"The analysis is a program inside this page. Nothing you type leaves it: there is no server to send it to, \
                  and the page's own policy forbids it."}
            </p>
        </>
    }
}

fn reading() -> Html {
    html! { <h1 id="headline">{"Reading."}</h1> }
}

/// Nothing can read a text here.
fn missing() -> Html {
    html! {
        <>
            <h1 id="headline">{"The analysis could not be loaded."}</h1>
            <p class="lede">
                {"Load the page again. If that does not help, something between you and this page's server keeps WebAssembly \
                  away; "}<code>{"daemonless check"}</code>{" says the same in a terminal."}
            </p>
        </>
    }
}

/// A text that took too long.
fn held(state: &State, on: &Callback<Action>) -> Html {
    let onclick = on.reform(|_: MouseEvent| Action::ReadAnyway);
    let size = state.source.text.len() / 1000;
    let ask = if state.patience == Patience::Asked { "Try once more" } else { "Read it now" };
    html! {
        <>
            <h1 id="headline">{"This text takes long to read."}</h1>
            <p class="lede">{format!("It has {size} KB. So that the page stays quick, it is read to the end when you ask for it.")}</p>
            <p><button type="button" id="read-anyway" class="btn solid" {onclick}>{ask}</button></p>
        </>
    }
}

fn unknown(outcome: &Outcome) -> Html {
    let headline = if outcome.report.headline.is_empty() {
        "Neither name nor content tells what this is."
    } else {
        &outcome.report.headline
    };
    html! {
        <>
            <h1 id="headline">{markdown::line(headline)}</h1>
            <p class="lede">
                {"Choose above the text what to read it as, or give the file its name, such as "}
                <code>{".gitlab-ci.yml"}</code>{"."}
            </p>
        </>
    }
}

fn answer(state: &State, on: &Callback<Action>, outcome: &Outcome) -> Html {
    let report = &outcome.report;
    let worst = report.jobs.iter().filter(|job| job.risk == report.risk).count();
    let count = report.jobs.len();
    let noun = report.jobs.first().map_or("job", |job| job.noun);
    let nouns = if count == 1 { noun.to_owned() } else { format!("{noun}s") };
    let among = match (report.risk, count) {
        (_, 0) => "nothing here runs".to_owned(),
        ("none", _) => format!("in {count} {nouns}"),
        _ => format!("in {worst} of {count} {nouns}"),
    };
    let job = state.job();
    html! {
        <>
            <p class={classes!("level", report.risk)}>
                {mark(report.risk)}{level_title(report.risk)}<span>{among}</span>
            </p>
            <h1 id="headline">{markdown::line(&report.headline)}</h1>
            if let Some(job) = job {
                {proof(job, &report.headline)}
                {way_out(state, job, outcome)}
                {facts(state, job, on)}
            }
            {errors(outcome)}
            {jobs(&report.jobs, job, on)}
        </>
    }
}

/// How the job reaches an engine, each access with its lines.
fn proof(job: &JobReport, headline: &str) -> Html {
    let access = |access: &AccessReport| {
        let surely = match access.confidence {
            "possible" => " (possible: another file would tell)",
            "implied" => " (follows from what is written)",
            _ => "",
        };
        html! {
            <li>
                <b>{words(access.approach)}</b>{": "}{markdown::line(&access.by)}{surely}{line_tags(&access.lines)}
            </li>
        }
    };
    html! {
        <>
            if job.headline != headline { <p class="lede">{markdown::line(&job.headline)}</p> }
            if !job.accesses.is_empty() {
                <ul class="proof" aria-label={format!("How {} reaches an engine", job.name)}>
                    {for job.accesses.iter().map(access)}
                </ul>
            }
        </>
    }
}

/// The best alternative, in blue.
fn way_out(state: &State, job: &JobReport, outcome: &Outcome) -> Html {
    let ways = rank(Some(job), &state.decided());
    let Some(standing) = ways.iter().find(|way| way.fit != Fit::No) else { return html! {} };
    let Some(best) = standing.alternative else { return html! {} };
    let (place, words) = match best.builder {
        Some(builder) if outcome.report.rewrites.contains(&builder) => ("#rewrite", "See the change"),
        _ => ("#alternatives", "See why"),
    };
    html! {
        <p class="lede wayout">
            <b>{markdown::line(&best.title)}</b>{". "}{markdown::line(&standing.why())}
            {" Risk then: "}{risk(best.after.risk)}{". "}<a href={place}>{words}</a>
        </p>
    }
}

/// Power, host and reach; the last two can be corrected.
fn facts(state: &State, job: &JobReport, on: &Callback<Action>) -> Html {
    let to_host = on.reform(|id: Option<&'static str>| Action::RunsOn(id.and_then(Host::from_id)));
    let to_reach = on.reform(|id: Option<&'static str>| Action::StartedBy(id.and_then(Reach::from_id)));
    let host = state.context.host.map(|host| host.id());
    let reach = state.context.reach.map(|reach| reach.id());
    html! {
        <>
            <div class="sum">
                <div class="f">
                    <p class="t"><b>{"Power"}</b><span class="why">{"What one bad step gets"}</span></p>
                    <p>{markdown::line(&capital(job.power.title))}{line_tags(&job.power.lines)}</p>
                </div>
                {choice("host", "Where it runs", &job.host, host, &to_host)}
                {choice("reach", "Who can start it", &job.reach, reach, &to_reach)}
            </div>
            <p class="eq">
                {"Power and place give the level; if strangers can start it on a machine that lasts, it rises by one. Correct \
                  what the file cannot say and the verdict follows. "}<a href="#risk-table">{"How risk is computed"}</a>
            </p>
        </>
    }
}

/// One fact with the values it could have, and the level that each leads to. What the person `chose` shows before the answer
/// to it is there. `on` is told the id that the person chooses, or `None` where the file is to be believed again.
fn choice(
    name: &'static str,
    legend: &'static str,
    fact: &FactReport,
    chose: Option<&'static str>,
    on: &Callback<Option<&'static str>>,
) -> Html {
    let option = |choice: &ChoiceReport| {
        let (id, on) = (choice.id, on.clone());
        let checked = id == chose.unwrap_or(fact.id);
        let onchange = Callback::from(move |event: Event| {
            if event.target_dyn_into::<HtmlInputElement>().is_some_and(|input| input.checked()) {
                on.emit(Some(id));
            }
        });
        html! {
            <label class={classes!("opt", checked.then_some("on"))}>
                <input type="radio" {name} value={id} {checked} {onchange} />
                <span>{capital(choice.title)}</span>{risk(choice.risk)}
            </label>
        }
    };
    let origin = match fact.origin {
        "file" => html! { <>{"The file says so:"}{line_tags(&fact.lines)}</> },
        "you" => {
            let onclick = on.reform(|_: MouseEvent| None);
            html! { <>{"You said so. "}<button type="button" class="link" {onclick}>{"Take it back"}</button></> }
        }
        _ => html! { {"The file does not say"} },
    };
    html! {
        <fieldset>
            <legend>{legend}</legend>
            <p class="why">{origin}</p>
            {for fact.choices.iter().map(option)}
        </fieldset>
    }
}

/// Where the text breaks.
fn errors(outcome: &Outcome) -> Html {
    let mut errors =
        outcome.report.findings.iter().filter(|finding| finding.rule == "syntax-error").peekable();
    if errors.peek().is_none() {
        return html! {};
    }
    html! {
        <div class="note medium">
            {for errors.take(5).map(|error| html! {
                <p>{line_tag(&error.range, "")}{" "}{markdown::line(&error.message)}</p>
            })}
            <p>{"What could be read before and after it is judged."}</p>
        </div>
    }
}

/// All jobs; the chosen one in yellow.
fn jobs(jobs: &[JobReport], chosen: Option<&JobReport>, on: &Callback<Action>) -> Html {
    let chosen = chosen.map(|job| job.name.as_str());
    let job = |job: &JobReport| {
        let name = job.name.clone();
        let onclick = on.reform(move |_: MouseEvent| Action::ChoseJob(name.clone()));
        let current = chosen == Some(&job.name);
        let way = if job.approach == "none" { "no engine used".to_owned() } else { words(job.approach) };
        let needs = job.needs.iter().map(|need| words(need)).collect::<Vec<_>>().join(", ");
        html! {
            <li class={classes!(current.then_some("on"))} data-job={job.name.clone()} data-approach={job.approach}
                data-risk={job.risk}>
                {mark(job.risk)}
                <button type="button" class="link name" aria-pressed={current.to_string()} {onclick}>
                    <code>{&job.name}</code>
                </button>
                <span class="ap">
                    <span class="vh">{job.risk}{": "}</span>{way}
                    if !needs.is_empty() { {". Needs: "}{needs} }
                </span>
                {line_tag(&whole_line(job.line), "")}
            </li>
        }
    };
    let folds = jobs.len() > MANY_JOBS;
    let (shown, folded): (Vec<_>, Vec<_>) = jobs.iter().partition(|job| !folds || job.risk != "none");
    let count = folded.len();
    let (rows, more) = first(shown.into_iter(), job);
    let (rest, more_folded) = first(folded.into_iter(), job);
    html! {
        <>
            <ul class="jobs" id="jobs" aria-label="Jobs">{rows}</ul>
            if more > 0 { <p class="src">{format!("And {more} more.")}</p> }
            if count > 0 {
                <details class="more">
                    <summary>{format!("{count} more without an engine")}</summary>
                    <ul class="jobs" aria-label="Jobs without an engine">{rest}</ul>
                    if more_folded > 0 { <p class="src">{format!("And {more_folded} more.")}</p> }
                </details>
            }
        </>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The page's start has them from there.
    #[test]
    fn the_marks_carry_the_words_of_their_levels() {
        let index = include_str!("../../index.html");
        for risk in ["none", "low", "medium", "high", "critical"] {
            let mark = format!("<symbol id=\"m-{risk}\" data-level=\"{}\"", level_title(risk));
            assert!(index.contains(&mark), "{mark}");
        }
    }
}
