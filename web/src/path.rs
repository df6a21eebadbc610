//! How an attacker gets out of a job: numbered stops on one red line, with the person's own lines.

use daemonless_core::report::{JobReport, StepReport};
use yew::prelude::*;

use crate::app::head;
use crate::mark::{line_tag, risk, words};
use crate::markdown;
use crate::position::whole_line;
use crate::state::Outcome;

/// The steps of a job's path with the numbers that they have all over the page.
pub fn numbered(job: &JobReport) -> impl Iterator<Item = (usize, &StepReport)> {
    (1..).zip(&job.path)
}

/// The section on one job; nothing where the job has no path.
pub fn view(outcome: &Outcome, job: &JobReport) -> Html {
    if job.path.is_empty() {
        return html! {};
    }
    html! {
        <section class="s" id="path" tabindex="-1" aria-labelledby="path-head">
            {head("path-head", html! {"How an attacker gets out"}, html! {
                <>{"Every stop is one thing that whoever controls a step of "}<code>{&job.name}</code>
                {" does, drawn from "}<b>{"your own lines"}</b>{". The commands are shown, never run."}</>
            })}
            <div class="ways">
                <ol class="stops">{for numbered(job).map(|(number, step)| stop(number, step, &outcome.source.text))}</ol>
                {change(job)}
            </div>
        </section>
    }
}

fn stop(number: usize, step: &StepReport, text: &str) -> Html {
    // The lines as they stand in the text; a step quotes each once.
    let mut quoted: Vec<u32> = step.lines.iter().map(|line| line.range.line).collect();
    quoted.dedup();
    let quote = |line: &u32| {
        let content = text.split('\n').nth((*line as usize).saturating_sub(1)).unwrap_or_default().trim();
        html! { <p class="own">{line_tag(&whole_line(*line), "")}<code>{content}</code></p> }
    };
    html! {
        <li class="stop" data-step={step.id}>
            <i aria-hidden="true">{number}</i>
            <div>
                <h3>{markdown::line(&step.title)}</h3>
                <p>{markdown::line(&step.text)}</p>
                {for quoted.iter().map(quote)}
                if let Some(command) = &step.command {
                    <pre class="atk"><span class="vh">{"The attacker's command: "}</span><code>{command.as_ref()}</code></pre>
                }
                if let Some(attack) = &step.attack { <p class="src">{"ATT&CK "}{attack}</p> }
            </div>
        </li>
    }
}

/// Where the line would end.
fn change(job: &JobReport) -> Html {
    let ways: Vec<_> = job.alternatives.iter().filter(|way| way.verdict != "does not fit").collect();
    let way = |way: &&daemonless_core::report::AlternativeReport| {
        html! {
            <li>
                <b>{markdown::line(&way.title)}</b>{": "}{markdown::line(&way.why)}
                <span class="then">{"Then "}{words(way.after.approach)}{", risk "}{risk(way.after.risk)}</span>
            </li>
        }
    };
    html! {
        <div class="change">
            <h3>{"What would have to change"}</h3>
            if ways.is_empty() {
                <p>{"No alternative does all that this job needs. What is left is to contain it: see below."}</p>
            } else {
                <ul>{for ways.iter().take(3).map(way)}</ul>
            }
        </div>
    }
}
