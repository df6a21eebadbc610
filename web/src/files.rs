//! The open files: their tabs, and where there are several, what each does.

use daemonless_core::report::{FileReport, JobReport};
use yew::prelude::*;

use crate::app::head;
use crate::first::first;
use crate::mark::{mark, words};
use crate::state::{Action, Outcome, Shared, Source, State, UNKNOWN};

/// From the least to the worst, as the analysis calls them.
const LEVELS: [&str; 5] = ["none", "low", "medium", "high", "critical"];

fn rank(risk: &str) -> usize {
    LEVELS.iter().position(|level| *level == risk).unwrap_or_default()
}

/// What people see in place of a name.
fn name(source: &Source) -> &str {
    if source.path.is_empty() { "without a name" } else { &source.path }
}

/// The files in the order in which they were opened, where there are several.
pub fn tabs(state: &State, on: &Callback<Action>) -> Html {
    if state.before.is_empty() && state.after.is_empty() {
        return html! {};
    }
    let tab = |(source, outcome): (&Source, Option<&Shared<Outcome>>)| {
        let id = source.id;
        let current = id == state.source.id;
        let show = on.reform(move |_: MouseEvent| Action::Shown(id));
        let close = on.reform(move |_: MouseEvent| Action::Closed(id));
        let risk = outcome.map_or("none", |outcome| outcome.report.risk);
        html! {
            <li key={id} class={classes!(current.then_some("on"))} data-risk={risk}>
                <button type="button" class="show" aria-current={current.then_some("true")} onclick={show}>
                    {mark(risk)}<span class="vh">{risk}{": "}</span><span>{name(source).to_owned()}</span>
                </button>
                <button type="button" class="close" aria-label={format!("Close {}", name(source))} onclick={close}>{"×"}</button>
            </li>
        }
    };
    html! { <ul class="files" id="tabs" aria-label="Open files">{for state.open().map(tab)}</ul> }
}

/// The worst of the other files, where it is worse than the one that is shown.
pub fn worse(state: &State, on: &Callback<Action>) -> Html {
    let level = |outcome: Option<&Shared<Outcome>>| outcome.map_or(0, |outcome| rank(outcome.report.risk));
    let shown = level(state.outcome.as_ref());
    let others = state.open().filter(|(_, outcome)| level(*outcome) > shown);
    let Some((source, Some(outcome))) = others.max_by_key(|(_, outcome)| level(*outcome)) else {
        return html! {};
    };
    let id = source.id;
    let onclick = on.reform(move |_: MouseEvent| Action::Shown(id));
    html! {
        <p class="worse" id="worse">
            {"Of the open files another is worse: "}
            <button type="button" class="link" {onclick}><code>{name(source).to_owned()}</code></button>
            {" "}{crate::mark::risk(outcome.report.risk)}
        </p>
    }
}

/// All files by the ways in which their jobs reach an engine, worst first.
pub fn matrix(state: &State, on: &Callback<Action>) -> Html {
    let mut rows: Vec<(&Source, &FileReport)> =
        state.open().filter_map(|(source, outcome)| Some((source, &outcome?.report))).collect();
    if rows.len() < 2 {
        return html! {};
    }
    daemonless_core::order::sort_by_key(&mut rows, |(_, report)| LEVELS.len() - rank(report.risk));
    let mut ways: Vec<&'static str> = Vec::new();
    for way in rows.iter().flat_map(|(_, report)| &report.jobs).map(|job| job.approach) {
        if way != "none" && !ways.contains(&way) {
            ways.push(way);
        }
    }
    let row = |(source, report): (&Source, &FileReport)| {
        let id = source.id;
        let onclick = on.reform(move |_: MouseEvent| Action::Shown(id));
        let current = id == state.source.id;
        let format = match report.format {
            UNKNOWN => "not known",
            format => state.title(format).unwrap_or(format),
        };
        html! {
            <tr class={classes!(current.then_some("mine"))} data-risk={report.risk}>
                <th scope="row">
                    <button type="button" class="link name" aria-current={current.then_some("true")} {onclick}>
                        <code>{name(source).to_owned()}</code>
                    </button>
                    if current { <span class="you">{"You are here"}</span> }
                </th>
                <td data-label="Read as">{format}</td>
                <td data-label="Risk">{crate::mark::risk(report.risk)}</td>
                {for ways.iter().map(|way| cell(way, &report.jobs))}
                <td data-label="Findings">{report.findings.len()}</td>
            </tr>
        }
    };
    let worst = rows.first().map_or("none", |(_, report)| report.risk);
    let count = rows.len();
    let (rows, more) = first(rows.into_iter(), row);
    html! {
        <section class="s" id="files" tabindex="-1" aria-labelledby="files-head" data-risk={worst}>
            {head("files-head", html! {"All files"}, html! {
                {format!("{count} files, read together and listed worst first. A number is how many jobs of a file reach an \
                          engine that way, with the worst of their risks.")}
            })}
            <div class="scroll" tabindex="0" role="region" aria-labelledby="files-head">
                <table class="t">
                    <thead><tr>
                        <th scope="col">{"File"}</th><th scope="col">{"Read as"}</th><th scope="col">{"Risk"}</th>
                        {for ways.iter().map(|way| html! { <th scope="col">{words(way)}</th> })}
                        <th scope="col">{"Findings"}</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            if more > 0 { <p class="src">{format!("And {more} more.")}</p> }
        </section>
    }
}

/// How many of the jobs reach an engine that way, and the worst risk of them.
fn cell(way: &'static str, jobs: &[JobReport]) -> Html {
    let jobs = jobs.iter().filter(|job| job.approach == way);
    let worst = jobs.clone().map(|job| job.risk).max_by_key(|risk| rank(risk));
    html! {
        <td data-label={words(way)}>
            if let Some(worst) = worst {
                {mark(worst)}<span class="vh">{worst}{": "}</span>{jobs.count()}
            } else {
                <span aria-label="none">{"–"}</span>
            }
        </td>
    }
}
