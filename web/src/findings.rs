//! What the person's lines say: each finding with its lines and what is known of its rule.

use daemonless_core::report::FindingReport;
use yew::prelude::*;

use crate::app::head;
use crate::first::names;
use crate::mark::{line_tag, line_tags, mark};
use crate::markdown;
use crate::state::{Action, Outcome, State};

/// More than these are shown when asked for.
const MOST: usize = 100;

/// Id of the element that explains the finding of that index.
pub fn id(index: usize) -> String {
    format!("finding-{index}")
}

/// The section; nothing where there is nothing to say.
pub fn view(state: &State, outcome: &Outcome, on: &Callback<Action>) -> Html {
    let report = &outcome.report;
    let (findings, notes) = (&report.findings, &report.notes);
    if findings.is_empty() && notes.is_empty() {
        return html! {};
    }
    let least = state.finding.map_or(MOST, |at| MOST.max(at + 1));
    let shown = if state.all_findings { findings.len() } else { findings.len().min(least) };
    let count = match findings.len() {
        0 => "No finding".to_owned(),
        1 => "One finding".to_owned(),
        count => format!("{count} findings"),
    };
    let show_all = on.reform(|_: MouseEvent| Action::AllFindings);
    html! {
        <section class="s" id="findings" tabindex="-1" aria-labelledby="findings-head">
            {head("findings-head", html! {"What your lines say"}, html! {
                <>{count}{". Each leads to its line and tells what its rule knows. Notes count for nothing: another file or a \
                setting would tell."}</>
            })}
            <div class="finds">
                {for findings.iter().take(shown).enumerate().map(|(index, finding)| {
                    show(state, finding, Some(index))
                })}
            </div>
            if shown < findings.len() {
                <p><button type="button" class="btn" onclick={show_all}>
                    {format!("Show all {}", findings.len())}
                </button></p>
            }
            if !notes.is_empty() {
                <h3 class="notes-head">{"Notes"}</h3>
                <div class="finds notes">{for notes.iter().take(MOST).map(|note| show(state, note, None))}</div>
            }
        </section>
    }
}

fn show(state: &State, finding: &FindingReport, index: Option<usize>) -> Html {
    let at = index.is_some() && state.finding == index;
    let surely = match finding.confidence {
        "implied" => "follows from what is written",
        "possible" => "possible",
        _ => "",
    };
    html! {
        <article class={classes!("find", at.then_some("at"))} id={index.map(id)} tabindex="-1"
            data-rule={finding.rule} data-severity={finding.severity}>
            <p class="id">
                {mark(finding.severity)}<span class={finding.severity}>{finding.severity}</span>
                {line_tag(&finding.range, "")}{line_tags(&finding.labels)}
                <a href={format!("learn/rules/{}.html", finding.rule)}><code class="rule">{finding.rule}</code></a>
                if !surely.is_empty() { <span class="why">{surely}</span> }
            </p>
            <p>{markdown::line(&finding.message)}</p>
            if !finding.jobs.is_empty() { <p class="src">{"In"}{names(&finding.jobs)}</p> }
            {about(state, finding.rule)}
        </article>
    }
}

/// The rule's own documentation, closed at first.
fn about(state: &State, id: &str) -> Html {
    let rule = state.texts.find("rules").and_then(|rules| rules.find(id));
    html! {
        <details class="about">
            <summary>{"About this rule"}
                if let Some(rule) = rule { {": "}{markdown::line(rule.text("summary"))} }
            </summary>
            if let Some(rule) = rule { {markdown::text(rule.text("docs"), 3)} } else { {state.texts.instead()} }
        </details>
    }
}
