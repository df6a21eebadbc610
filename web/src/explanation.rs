//! What the approach found is, told in three depths, and where common wisdom is wrong about it.

use daemonless_core::report::JobReport;
use yew::prelude::*;

use crate::app::head;
use crate::mark::{capital, words};
use crate::markdown;
use crate::state::{Action, State};
use crate::tabs::tabs;
use crate::texts::{Entry, Texts};

/// The section on the approach of a job, told to the depth that the person chose (0 to 2).
pub fn view(state: &State, job: &JobReport, on: &Callback<Action>) -> Html {
    let texts = &state.texts;
    let info = texts.find("approaches").and_then(|approaches| approaches.find(job.approach));
    let title = match (info, job.approach) {
        (Some(info), _) => info.text("title").to_owned(),
        (None, "none") => "No engine".to_owned(),
        (None, approach) => capital(&words(approach)),
    };
    let panel = match (info, state.depth) {
        (None, _) => texts.instead(),
        (Some(info), 0) => in_short(texts, info),
        (Some(info), 1) => in_practice(texts, info),
        (Some(info), _) => in_full(texts, info),
    };
    let on_choose = on.reform(Action::Depth);
    html! {
        <section class="s" id="explanation" tabindex="-1" aria-labelledby="explanation-head" data-approach={job.approach}>
            {head("explanation-head", html! {title}, html! {
                <>
                    if job.approach != "none" { <code>{&job.name}</code>{" reaches its engine this way. "} }
                    if let Some(info) = info { {markdown::line(info.text("what"))} }
                </>
            })}
            {tabs("depth", "How much to tell", &["In short", "In practice", "In full"], state.depth, &on_choose, html! {
                <div class="read">{panel}</div>
            })}
        </section>
    }
}

fn in_short(texts: &Texts, info: &Entry) -> Html {
    html! {
        <>
            <p class="lede">{markdown::line(info.text("in_short"))}</p>
            {reasons(texts, info, false)}
        </>
    }
}

fn in_practice(texts: &Texts, info: &Entry) -> Html {
    html! {
        <>
            {markdown::text(info.text("in_practice"), 3)}
            <dl class="kv">
                <dt>{"Good for"}</dt><dd>{markdown::line(info.text("good_for"))}</dd>
                <dt>{"Rightly used by"}</dt><dd>{markdown::line(info.text("rightly_used_by"))}</dd>
                <dt>{"What must change"}</dt><dd>{markdown::line(info.text("change"))}</dd>
            </dl>
            {reasons(texts, info, false)}
        </>
    }
}

fn in_full(texts: &Texts, info: &Entry) -> Html {
    let correction = |correction: &Entry| {
        html! {
            <div>
                <dt>{markdown::line(correction.text("claim"))}</dt>
                <dd>{markdown::line(correction.text("today"))}{texts.sources(correction.list("sources"))}</dd>
            </div>
        }
    };
    let said = info.list("common_wisdom");
    html! {
        <>
            {markdown::text(info.text("in_full"), 3)}
            {reasons(texts, info, true)}
            if !said.is_empty() {
                <h3>{"What is often said"}</h3>
                <dl class="said">{for said.iter().map(correction)}</dl>
            }
            {texts.sources(info.list("sources"))}
        </>
    }
}

/// Why it matters, with the sources of each reason where all is told.
fn reasons(texts: &Texts, info: &Entry, full: bool) -> Html {
    let reasons = info.list("why");
    if reasons.is_empty() {
        return html! {};
    }
    let reason = |reason: &Entry| {
        html! {
            <li>
                <h4>{markdown::line(reason.text("title"))}</h4>
                <p>{markdown::line(reason.text("text"))}</p>
                if full { {texts.sources(reason.list("sources"))} }
            </li>
        }
    };
    html! { <><h3>{"Why it matters"}</h3><ul class="reasons">{for reasons.iter().map(reason)}</ul></> }
}
