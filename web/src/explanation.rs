//! What the approach found is, told in three depths, and where common wisdom is wrong about it.

use daemonless_catalog::{Approach, ApproachInfo, Correction, Reason, Source};
use daemonless_core::report::JobReport;
use yew::prelude::*;

use crate::app::head;
use crate::markdown;
use crate::state::Action;
use crate::tabs::tabs;

/// The section on the approach of a job, told to this depth (0 to 2).
pub fn view(job: &JobReport, depth: usize, on: &Callback<Action>) -> Html {
    let Some(approach) = Approach::from_id(job.approach) else { return html! {} };
    let info = approach.info();
    let panel = match depth {
        0 => in_short(info),
        1 => in_practice(info),
        _ => in_full(info),
    };
    let on_choose = on.reform(Action::Depth);
    html! {
        <section class="s" id="explanation" tabindex="-1" aria-labelledby="explanation-head" data-approach={info.id}>
            {head("explanation-head", html! {info.title}, html! {
                <>
                    if approach != Approach::None { <code>{&job.name}</code>{" reaches its engine this way. "} }
                    {markdown::line(info.what)}
                </>
            })}
            {tabs("depth", "How much to tell", &["In short", "In practice", "In full"], depth, &on_choose, html! {
                <div class="read">{panel}</div>
            })}
        </section>
    }
}

fn in_short(info: &ApproachInfo) -> Html {
    html! {
        <>
            <p class="lede">{markdown::line(info.in_short)}</p>
            {reasons(info.why, false)}
        </>
    }
}

fn in_practice(info: &ApproachInfo) -> Html {
    html! {
        <>
            {markdown::text(info.in_practice, 3)}
            <dl class="kv">
                <dt>{"Good for"}</dt><dd>{markdown::line(info.good_for)}</dd>
                <dt>{"Rightly used by"}</dt><dd>{markdown::line(info.rightly_used_by)}</dd>
                <dt>{"What must change"}</dt><dd>{markdown::line(info.change)}</dd>
            </dl>
            {reasons(info.why, false)}
        </>
    }
}

fn in_full(info: &ApproachInfo) -> Html {
    let correction = |correction: &Correction| {
        html! {
            <div>
                <dt>{markdown::line(correction.claim)}</dt>
                <dd>{markdown::line(correction.today)}{sources(correction.sources)}</dd>
            </div>
        }
    };
    html! {
        <>
            {markdown::text(info.in_full, 3)}
            {reasons(info.why, true)}
            if !info.common_wisdom.is_empty() {
                <h3>{"What is often said"}</h3>
                <dl class="said">{for info.common_wisdom.iter().map(correction)}</dl>
            }
            {sources(info.sources)}
        </>
    }
}

/// Why it matters, with the sources of each reason where all is told.
fn reasons(reasons: &[Reason], full: bool) -> Html {
    if reasons.is_empty() {
        return html! {};
    }
    let reason = |reason: &Reason| {
        html! {
            <li>
                <h4>{markdown::line(reason.title)}</h4>
                <p>{markdown::line(reason.text)}</p>
                if full { {sources(reason.sources)} }
            </li>
        }
    };
    html! { <><h3>{"Why it matters"}</h3><ul class="reasons">{for reasons.iter().map(reason)}</ul></> }
}

/// Where it is said, with the day when it was checked.
pub fn sources(sources: &[&Source]) -> Html {
    if sources.is_empty() {
        return html! {};
    }
    let source = |source: &&Source| {
        html! {
            <li><a href={source.url} rel="noreferrer">{source.title}</a><time>{source.checked}</time></li>
        }
    };
    html! { <ul class="src" aria-label="Sources">{for sources.iter().map(source)}</ul> }
}
