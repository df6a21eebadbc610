//! The page as a whole: the state, and what stands where.

use std::rc::Rc;

use daemonless_core::report::Range;
use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use gloo::utils::{document, window};
use wasm_bindgen::JsCast;
use yew::platform::spawn_local;
use yew::prelude::*;

use crate::analyst::use_analysis;
use crate::begin::{self, Begin};
use crate::export::Export;
use crate::footer::Footer;
use crate::header::Header;
use crate::rewriter::use_rewriter;
use crate::state::{Action, Part, Shared, Source, State};
use crate::texts::Texts;
use crate::{
    alternatives, browser, choices, choosing, editor, explanation, files, findings, path, picture, position,
    rewrite, verdict,
};

impl Reducible for State {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        self.after(action).into()
    }
}

#[derive(Properties, PartialEq)]
pub struct AppProps {
    pub begin: Begin,
}

#[component]
pub fn App(AppProps { begin }: &AppProps) -> Html {
    let state = use_reducer_eq(|| begin.state.clone());
    let on = {
        let dispatch = state.dispatcher();
        use_callback((), move |action: Action, ()| dispatch.dispatch(action))
    };
    use_analysis(&state, &on);
    use_rewriter(&state, &on);
    use_ways(&state, &on);
    use_texts(&on);
    use_links(&on);

    // What is told below changes with the answer, not with each key. What was said before a large text came, which
    // waits to be read, is said of another text.
    let outcome = state.outcome.clone().filter(|_| state.is_due());
    let source = Source { text: Default::default(), ..state.source.clone() };
    let told = State { source, outcome, ..(*state).clone() };
    let found = told.outcome.as_deref();
    let job = told.job();
    let places = [
        ("check", true),
        ("files", state.open().filter(|(_, outcome)| outcome.is_some()).count() > 1),
        ("picture", picture::is_there(&told)),
        ("path", job.is_some_and(|job| !job.path.is_empty())),
        ("findings", found.is_some_and(|found| !found.report.findings.is_empty())),
        ("choices", true),
        ("rewrite", found.is_some_and(|found| !found.report.rewrites.is_empty())),
    ];
    let places: Vec<_> = places.into_iter().filter_map(|(id, there)| there.then_some(id)).collect();
    // The way by the address alone ends before the richer editor's text.
    let to_editor = |event: MouseEvent| {
        event.prevent_default();
        browser::go_to(browser::EDITOR);
    };
    html! {
        <>
            <a class="skip" href="#editor" onclick={to_editor}>{"To the editor"}</a>
            <Header {places} dark={begin.dark} loaded={state.is_settled()} />
            <main class="wrap" id="main">
                <div class="first" id="check">
                    {editor::view(&state, &on, begin)}
                    {verdict::view(&state, &on)}
                </div>
                <Answer state={told} on={on.clone()} />
            </main>
            <Footer texts={state.texts.clone()} />
        </>
    }
}

#[derive(Properties, PartialEq)]
struct AnswerProps {
    state: State,
    on: Callback<Action>,
}

/// All that follows from the last answer, and the choices, which are there without one.
#[component]
fn Answer(props: &AnswerProps) -> Html {
    let AnswerProps { state, on } = props;
    let found = state.outcome.as_deref();
    let job = found.and_then(|outcome| Some((outcome, outcome.job(state.job.as_deref())?)));
    html! {
        <>
            {files::matrix(state, on)}
            if found.is_some_and(|outcome| !outcome.whole) { {beyond(state.whole)} }
            {picture::view(state)}
            {job.map(|(outcome, job)| path::view(outcome, job)).unwrap_or_default()}
            {found.map(|outcome| findings::view(state, outcome, on)).unwrap_or_default()}
            {job.map(|(_, job)| explanation::view(state, job, on)).unwrap_or_default()}
            {job.map(|(outcome, job)| alternatives::view(state, outcome, job, on)).unwrap_or_default()}
            {choosing::view(state, on)}
            {choices::view(state, job)}
            {found.map(|outcome| rewrite::view(state, outcome, on)).unwrap_or_default()}
            if let Some(outcome) = state.outcome.as_ref().filter(|outcome| outcome.whole) {
                <Export outcome={outcome.clone()} />
            }
        </>
    }
}

/// What stands in the place of what only the whole analysis says.
fn beyond(whole: Part) -> Html {
    match whole {
        Part::Failed => html! {
            <p class="s aside" id="beyond" role="alert">
                {"The part of this page that tells the attack's path, the ways out and the new text could not be loaded. Load \
                  the page again, or use "}<code>{"daemonless check"}</code>{" and "}<code>{"daemonless fix"}</code>{"."}
            </p>
        },
        _ => html! {
            <p class="s aside" id="beyond">{"The attack's path, the ways out and the new text are on their way."}</p>
        },
    }
}

/// Ways between findings, lines and explanations, from anywhere on the page: whatever carries a range leads to it,
/// whatever carries a finding's index explains it, and F8 goes to the next finding (with Shift to the one before).
#[hook]
fn use_ways(state: &UseReducerHandle<State>, on: &Callback<Action>) {
    let on = on.clone();
    use_effect_with(state.clone(), move |state| {
        let clicks = {
            let (state, on) = (state.clone(), on.clone());
            EventListener::new(&document(), "click", move |event| {
                if let Some(range) = browser::data(event, "data-range") {
                    to_line(&state, position::from_data(&range));
                } else if let Some(Ok(index)) =
                    browser::data(event, "data-explain").map(|index| index.parse())
                {
                    on.emit(Action::At(Some(index)));
                    // Far down a long list it is shown only once it is the one in question.
                    Timeout::new(0, move || browser::go_to(&findings::id(index))).forget();
                }
            })
        };
        let state = state.clone();
        let keys = EventListener::new(&document(), "keydown", move |event| {
            let key = event.dyn_ref::<KeyboardEvent>().filter(|event| event.key() == "F8");
            let Some(next) = key.and_then(|event| state.next_finding(event.shift_key())) else { return };
            on.emit(Action::At(Some(next)));
            let finding = state.outcome.as_ref().and_then(|outcome| outcome.report.findings.get(next));
            to_line(&state, finding.map(|finding| finding.range.clone()));
        });
        || drop((clicks, keys))
    });
}

/// Selects the range in the editor.
fn to_line(state: &State, range: Option<Range>) {
    let Some(range) = range else { return };
    let (start, end) = position::selection(&state.source.text, &range);
    let lines = u32::try_from(state.source.text.split('\n').count()).unwrap_or(u32::MAX);
    browser::select(start, end, range.line, lines);
}

/// Opens what a link holds that is followed within the page.
#[hook]
fn use_links(on: &Callback<Action>) {
    let on = on.clone();
    use_effect_with((), move |()| {
        let follow = EventListener::new(&window(), "hashchange", move |_| {
            let on = on.clone();
            spawn_local(async move {
                if let Some(held) = browser::linked().await {
                    on.emit(Action::Linked(Box::new(begin::state(&held))));
                }
            });
        });
        || drop(follow)
    });
}

/// The head of a section: a line, the title, and what stands beside it.
pub fn head(id: &'static str, title: Html, standfirst: Html) -> Html {
    html! {
        <div class="shead"><h2 {id}>{title}</h2><p>{standfirst}</p></div>
    }
}

/// Takes the long texts when they come.
#[hook]
fn use_texts(on: &Callback<Action>) {
    let on = on.clone();
    use_effect_with((), move |()| {
        spawn_local(async move {
            let texts = browser::texts().await;
            on.emit(Action::Told(texts.map_or(Texts::Failed, |texts| Texts::Here(Shared::new(texts)))));
        });
    });
}
