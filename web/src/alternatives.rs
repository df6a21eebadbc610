//! The ways out, ranked for this job: what each asks for, and what stands in its way.

use daemonless_catalog::Then;
use daemonless_core::alternatives::Fit;
use daemonless_core::choosing::{Standing, rank, sentence};
use daemonless_core::report::{BlockerReport, JobReport};
use yew::prelude::*;

use crate::app::head;
use crate::mark::{capital, risk, words};
use crate::markdown;
use crate::state::{Action, Outcome, State};

/// The section on one job; nothing where there is nothing to leave.
pub fn view(state: &State, outcome: &Outcome, job: &JobReport, on: &Callback<Action>) -> Html {
    if job.alternatives.is_empty() {
        return html! {};
    }
    // Where there is no daemon to leave, they are what builds without one.
    let leaves = !matches!(job.approach, "none" | "daemonless");
    let title = if leaves { "Ways out, best first" } else { "What builds it without a daemon" };
    let needs = job.needs.iter().map(|need| words(need)).collect::<Vec<_>>().join(", ");
    let ways = rank(Some(job), &state.decided());
    html! {
        <section class="s" id="alternatives" tabindex="-1" aria-labelledby="alternatives-head">
            {head("alternatives-head", html! { {title} }, html! {
                <>
                    {"Ranked for "}<code>{&job.name}</code>
                    if needs.is_empty() { {"."} } else { {", which needs "}<b>{needs}</b>{"."} }
                    {" Other jobs may have another order: choose one beside your text."}
                </>
            })}
            <ol class="alts">{for (1..).zip(&ways).map(|(rank, way)| alternative(way, rank, outcome, on))}</ol>
        </section>
    }
}

/// The class of a tag that says how well something fits.
pub fn tag(fit: Fit) -> &'static str {
    match fit {
        Fit::Fits => "fits",
        Fit::WithChanges => "chg",
        Fit::No => "nofit",
    }
}

fn alternative(standing: &Standing<'_>, rank: u32, outcome: &Outcome, on: &Callback<Action>) -> Html {
    let Some(way) = standing.alternative else { return html! {} };
    let (fit, tag) = (standing.fit.id(), tag(standing.fit));
    let id = way.builder.unwrap_or(way.kind);
    // Of the jobs for a Dockerfile the first with this builder.
    let is = |known: &&&str| **known == id || known.split_once(':').is_some_and(|(_, builder)| builder == id);
    let act = outcome.report.rewrites.iter().find(is).map(|known| {
        let known = *known;
        let choose = on.reform(move |_: MouseEvent| Action::ChoseBuilder(known.to_owned()));
        let class = classes!("btn", (rank == 1).then_some("solid"));
        let with = way.builder.map_or("its daemon contained", |_| &way.title);
        let what = if known == id { "See your pipeline with " } else { "See a ready job with " };
        html! { <a {class} href="#rewrite" onclick={choose}>{what}{with}</a> }
    });
    html! {
        <li class="alt" data-alternative={id} data-verdict={fit}>
            <span class="rank" aria-hidden="true">{rank}</span>
            <div class="what">
                <h3>{markdown::line(&way.title)}</h3>
                <p class="fit">
                    <span class={classes!("waytag", tag)}>{capital(fit)}</span>
                    {" risk then: "}{risk(way.after.risk)}
                </p>
                <p>{markdown::line(&standing.why())}</p>
                {for act}
            </div>
            <dl>
                <dt>{"In its way"}</dt>
                if standing.blockers.is_empty() && standing.causes.is_empty() { <dd>{"Nothing in this file."}</dd> }
                {for standing.causes.iter().map(|cause| {
                    let fatal = matches!(cause.then, Then::Fails(_)).then_some("fatal");
                    html! { <dd class={classes!(fatal)}>{markdown::line(&sentence(cause))}</dd> }
                })}
                {for standing.blockers.iter().map(|one| blocker(one))}
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
