//! What the runner allows and the job needs, as eight questions, and the ways out that the answers leave.

use daemonless_catalog::{Consequence, QUESTIONS, QuestionInfo, Then};
use daemonless_core::alternatives::Fit;
use daemonless_core::choosing::{Answer, Standing, Told, sentence};
use daemonless_core::report::{BlockerReport, Range};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::alternatives::tag;
use crate::app::head;
use crate::browser;
use crate::mark::{capital, line_tag};
use crate::markdown;
use crate::state::{Action, State};
use crate::texts::Texts;

/// The section. It is there without a text too.
pub fn view(state: &State, on: &Callback<Action>) -> Html {
    // With the long texts, which have the sources.
    let coming = state.texts == Texts::Coming;
    let (runner, needs): (Vec<_>, Vec<_>) = QUESTIONS.iter().partition(|info| info.is_of_runner());
    let ask = |info: &&'static QuestionInfo| question(info, state, on);
    html! {
        <section class={classes!("s", coming.then_some("coming"))} id="choosing" tabindex="-1" aria-labelledby="choosing-head">
            {head("choosing-head", html! {"What does your runner allow?"}, html! {
                {"No pipeline says all of it, and it decides what starts at all. Answer what you know: the order below follows \
                  at once, and the page's other parts with it."}
            })}
            if coming {
                {state.texts.instead()}
            } else {
                <div class="ask" role="group" aria-labelledby="ask-runner">
                    <h3 id="ask-runner">{"The runner"}</h3>
                    {for runner.iter().map(ask)}
                </div>
                <div class="ask" role="group" aria-labelledby="ask-needs">
                    <h3 id="ask-needs">{"The job"}</h3>
                    {for needs.iter().map(ask)}
                </div>
                {left(state)}
            }
        </section>
    }
}

/// A question, the answer that holds and where it comes from.
fn question(info: &'static QuestionInfo, state: &State, on: &Callback<Action>) -> Html {
    let said = *state.said.get(info.question);
    let told = state.told(info.question);
    let holds = said.or(told.as_ref().map(|told| told.answer)).unwrap_or_default();
    let radio = |answer: Answer| format!("{}-{}", info.id, answer.id());
    let origin = match (said, &told) {
        (Some(_), _) => {
            let (on, chosen) = (on.clone(), radio(holds));
            let onclick = move |event: MouseEvent| {
                // The button may be one that leads to a line by the time that the page hears of the click.
                event.stop_propagation();
                // The button goes, and the keyboard with it.
                browser::focus(&chosen);
                on.emit(Action::Answered(info.question, None));
            };
            html! { <>{"You said so. "}<button type="button" class="link" {onclick}>{"Take it back"}<span class="vh">{": "}{info.title.replace('`', "")}</span></button></> }
        }
        (None, Some(told)) => because(told),
        (None, None) => html! { {"The files do not say"} },
    };
    let option = |answer: &Answer| {
        let (answer, on) = (*answer, on.clone());
        let checked = answer == holds;
        let onchange = move |event: Event| {
            if event.target_dyn_into::<HtmlInputElement>().is_some_and(|input| input.checked()) {
                on.emit(Action::Answered(info.question, Some(answer)));
            }
        };
        html! {
            <label class={classes!("opt", checked.then_some("on"))}>
                <input type="radio" id={radio(answer)} name={info.id} value={answer.id()} {checked} {onchange} />
                <span>{answer.title()}</span>
            </label>
        }
    };
    let means = |answer: &Answer| {
        let text = match answer {
            Answer::Yes => info.yes,
            Answer::No => info.no,
            Answer::Unknown => info.unknown,
        };
        html! { <><dt>{answer.title()}</dt><dd>{markdown::line(text)}</dd></> }
    };
    html! {
        <fieldset data-question={info.id} data-answer={holds.id()}>
            <legend>{markdown::line(info.title)}</legend>
            <p class="why">{origin}</p>
            <div class="opts">{for Answer::ALL.iter().map(option)}</div>
            <details>
                <summary>{"How to find out"}<span class="vh">{": "}{info.title.replace('`', "")}</span></summary>
                <p>{markdown::line(info.find_out)}</p>
                if let Some(command) = info.command { <pre class="sheet"><code>{command}</code></pre> }
                <dl>{for Answer::ALL.iter().map(means)}</dl>
            </details>
        </fieldset>
    }
}

/// What the files say, and where.
fn because(told: &Told) -> Html {
    let place = |line: &Range| match &line.file {
        // A tag leads to a line of the text that is shown.
        Some(file) => html! { <>{" "}<code>{file.to_string()}</code>{", line "}{line.line}</> },
        None => html! { <>{" "}{line_tag(line, "")}</> },
    };
    html! { <>{capital_line(told.why)}{for told.lines.iter().take(3).map(place)}</> }
}

fn capital_line(text: &str) -> Html {
    markdown::line(&capital(text))
}

/// The ways that the answers leave, best first, and those that they rule out.
fn left(state: &State) -> Html {
    let ways = state.ways();
    let of = match state.job() {
        Some(job) if !job.alternatives.is_empty() => html! { <>{"For "}<code>{&job.name}</code></> },
        _ => html! { {"For any job that builds an image"} },
    };
    html! {
        <>
            <h3>{"What that leaves"}</h3>
            <p class="src">{of}{", best first."}</p>
            <p class="changed" id="changed" role="status">{&*state.changed}</p>
            <ol class="left" id="ranked">{for ways.iter().map(|way| one(way, state))}</ol>
        </>
    }
}

fn one(standing: &Standing<'_>, state: &State) -> Html {
    let title = markdown::line(standing.title());
    let fit = standing.fit;
    let id = standing.id().to_owned();
    let way = standing.way.map_or("", |way| way.id);
    html! {
        <li key={id.clone()} data-way={id} data-verdict={fit.id()}>
            <p class="fit">
                if fit == Fit::No { <s>{title}</s> } else { <b>{title}</b> }
                <span class={classes!("waytag", tag(fit))}>{capital(fit.id())}</span>
            </p>
            <div>
                {for standing.causes.iter().map(|cause| consequence(cause, way, &state.texts))}
                {for standing.blockers.iter().map(|blocker| in_file(blocker))}
            </div>
        </li>
    }
}

/// What an answer does to a way, the error to expect, and where that is said.
fn consequence(cause: &Consequence, way: &str, texts: &Texts) -> Html {
    let cited = texts.find("ways").and_then(|ways| ways.find(way));
    let stops = matches!(cause.then, Then::Fails(_));
    html! {
        <div data-cause={cause.question.id()}>
            <p>{markdown::line(&sentence(cause))}</p>
            if let Some(error) = cause.error {
                <pre class="sheet"><code>{error}</code></pre>
            } else if stops && cause.question.info().is_of_runner() {
                <p class="src">{"In words: no exact message with a source is known."}</p>
            }
            if let Some(cited) = cited { {texts.sources(cited.list(cause.question.id()))} }
        </div>
    }
}

fn in_file(blocker: &BlockerReport) -> Html {
    html! { <p>{markdown::line(&capital(&format!("{}.", blocker.message)))}</p> }
}
