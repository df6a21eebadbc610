//! The ways out, ranked for this job: what each asks for, and what stands in its way.

use daemonless_core::report::{AlternativeReport, BlockerReport, JobReport};
use yew::prelude::*;

use crate::app::head;
use crate::mark::capital;
use crate::mark::{risk, words};
use crate::markdown;
use crate::state::{Action, Outcome};

/// The section on one job; nothing where there is nothing to leave.
pub fn view(outcome: &Outcome, job: &JobReport, on: &Callback<Action>) -> Html {
    if job.alternatives.is_empty() {
        return html! {};
    }
    // Where there is no daemon to leave, they are what builds without one.
    let leaves = !matches!(job.approach, "none" | "daemonless");
    let title = if leaves { "Ways out, best first" } else { "What builds it without a daemon" };
    let needs = job.needs.iter().map(|need| words(need)).collect::<Vec<_>>().join(", ");
    html! {
        <section class="s" id="alternatives" tabindex="-1" aria-labelledby="alternatives-head">
            {head("alternatives-head", html! { {title} }, html! {
                <>
                    {"Ranked for "}<code>{&job.name}</code>
                    if needs.is_empty() { {"."} } else { {", which needs "}<b>{needs}</b>{"."} }
                    {" Other jobs may have another order: choose one beside your text."}
                </>
            })}
            <ol class="alts">{for job.alternatives.iter().map(|way| alternative(way, outcome, on))}</ol>
        </section>
    }
}

fn alternative(way: &AlternativeReport, outcome: &Outcome, on: &Callback<Action>) -> Html {
    let tag = match way.verdict {
        "fits" => "fits",
        "fits with changes" => "chg",
        _ => "nofit",
    };
    let id = way.builder.unwrap_or(way.kind);
    // Of the jobs for a Dockerfile the first with this builder.
    let is = |known: &&&str| **known == id || known.split_once(':').is_some_and(|(_, builder)| builder == id);
    let act = outcome.report.rewrites.iter().find(is).map(|known| {
        let known = *known;
        let choose = on.reform(move |_: MouseEvent| Action::ChoseBuilder(known.to_owned()));
        let class = classes!("btn", (way.rank == 1).then_some("solid"));
        let with = way.builder.map_or("its daemon contained", |_| &way.title);
        let what = if known == id { "See your pipeline with " } else { "See a ready job with " };
        html! { <a {class} href="#rewrite" onclick={choose}>{what}{with}</a> }
    });
    html! {
        <li class="alt" data-alternative={id} data-verdict={way.verdict}>
            <span class="rank" aria-hidden="true">{way.rank}</span>
            <div class="what">
                <h3>{markdown::line(&way.title)}</h3>
                <p class="fit">
                    <span class={classes!("waytag", tag)}>{capital(way.verdict)}</span>
                    {" risk then: "}{risk(way.after.risk)}
                </p>
                <p>{markdown::line(&way.why)}</p>
                {for act}
            </div>
            <dl>
                <dt>{"In its way"}</dt>
                if way.blockers.is_empty() { <dd>{"Nothing in this file."}</dd> }
                {for way.blockers.iter().map(blocker)}
                <dt>{"The runner must allow"}</dt>
                if way.requires.is_empty() { <dd>{"Nothing beyond its defaults."}</dd> }
                {for way.requires.iter().map(|require| html! { <dd>{markdown::line(&require.text)}</dd> })}
            </dl>
        </li>
    }
}

fn blocker(blocker: &BlockerReport) -> Html {
    html! {
        <dd class={classes!(blocker.fatal.then_some("fatal"))} data-need={blocker.need}>
            {markdown::line(&blocker.message)}
        </dd>
    }
}
