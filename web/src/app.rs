//! The page as a whole: the state, when the analysis runs, and what stands where.

use std::rc::Rc;

use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use gloo::utils::document;
use wasm_bindgen::JsCast;
use yew::prelude::*;

use crate::alternatives::Alternatives;
use crate::choices::Choices;
use crate::editor::Editor;
use crate::explanation::Explanation;
use crate::findings::{self, Findings};
use crate::footer::Footer;
use crate::header::Header;
use crate::mark::ToLine;
use crate::path::Path;
use crate::rewrite::Rewrite;
use crate::state::{Action, Shared, State};
use crate::verdict::Verdict;
use crate::{analysis, browser, position};

/// How long the keyboard has to rest before the text is read, in milliseconds.
const PAUSE: u32 = 150;

impl Reducible for State {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        self.after(action).into()
    }
}

#[component]
pub fn App() -> Html {
    let state = use_reducer_eq(State::default);
    let on = {
        let dispatch = state.dispatcher();
        use_callback((), move |action: Action, ()| dispatch.dispatch(action))
    };
    use_analysis(&state, &on);

    let to_line = {
        let source = state.source.clone();
        use_callback(source, |range: daemonless_core::report::Range, source| {
            let (start, end) = position::selection(&source.text, &range);
            let lines = u32::try_from(source.text.split('\n').count()).unwrap_or(u32::MAX);
            browser::select(start, end, range.line, lines);
        })
    };
    use_finding_key(&state, &on, &to_line);
    let on_explain = on.reform(|index: usize| {
        // Far down a long list it is shown only once it is the one in question.
        Timeout::new(0, move || browser::go_to(&findings::id(index))).forget();
        Action::At(Some(index))
    });

    let outcome =
        state.outcome.as_ref().filter(|_| state.is_due()).filter(|outcome| !outcome.report.jobs.is_empty());
    let job = state.job.clone();
    let found = state.outcome.as_ref().filter(|_| state.is_due());
    let chosen = outcome.and_then(|outcome| outcome.job(job.as_deref()));
    let places = [
        ("check", true),
        ("path", chosen.is_some_and(|job| !job.path.is_empty())),
        ("findings", found.is_some_and(|found| !found.report.findings.is_empty())),
        ("choices", true),
        ("rewrite", outcome.is_some_and(|outcome| !outcome.rewrites.is_empty())),
    ];
    let places: Vec<_> = places.into_iter().filter_map(|(id, there)| there.then_some(id)).collect();
    html! {
        <ContextProvider<ToLine> context={ToLine(to_line)}>
            <a class="skip" href="#editor">{"To the editor"}</a>
            <Header {places} />
            <main class="wrap" id="main">
                <div class="first" id="check">
                    <Editor state={state.clone()} on={on.clone()} {on_explain} />
                    <Verdict state={state.clone()} on={on.clone()} />
                </div>
                if let Some(outcome) = outcome {
                    <Path outcome={outcome.clone()} job={job.clone()} />
                }
                if let Some(outcome) = found {
                    <Findings outcome={outcome.clone()} at={state.finding} on={on.clone()} />
                }
                if let Some(outcome) = outcome {
                    <Explanation outcome={outcome.clone()} job={job.clone()} />
                    <Alternatives outcome={outcome.clone()} job={job.clone()} on={on.clone()} />
                }
                <Choices outcome={outcome.cloned()} job={job.clone()} />
                if let Some(outcome) = outcome {
                    <Rewrite outcome={outcome.clone()} builder={state.builder.clone()} {job} on={on.clone()} />
                }
            </main>
            <Footer />
        </ContextProvider<ToLine>>
    }
}

/// Runs the analysis when the text rests, and at once when the person answers a question about it.
#[hook]
fn use_analysis(state: &UseReducerHandle<State>, on: &Callback<Action>) {
    let due = state.is_due().then(|| (state.source.clone(), state.context.clone()));
    let analysed = use_mut_ref(|| None);
    let on = on.clone();
    use_effect_with(due, move |due| {
        let Some((source, context)) = due.clone() else {
            *analysed.borrow_mut() = None;
            on.emit(Action::Analysed(None));
            return Box::new(|| ()) as Box<dyn FnOnce()>;
        };
        let typed = analysed
            .borrow()
            .as_ref()
            .is_some_and(|before: &crate::state::Source| before.text != source.text);
        let pause = if typed { PAUSE } else { 0 };
        let analysed = analysed.clone();
        let timeout = Timeout::new(pause, move || {
            let outcome = analysis::run(&source, &context).map(Shared::new);
            *analysed.borrow_mut() = Some(source);
            on.emit(Action::Analysed(outcome));
        });
        Box::new(|| drop(timeout))
    });
}

/// F8 goes to the next finding, with Shift to the one before, from anywhere on the page.
#[hook]
fn use_finding_key(
    state: &UseReducerHandle<State>,
    on: &Callback<Action>,
    to_line: &Callback<daemonless_core::report::Range>,
) {
    let deps = (state.clone(), to_line.clone());
    let on = on.clone();
    use_effect_with(deps, move |(state, to_line)| {
        let (state, to_line) = (state.clone(), to_line.clone());
        let listener = EventListener::new(&document(), "keydown", move |event| {
            let Some(event) = event.dyn_ref::<KeyboardEvent>().filter(|event| event.key() == "F8") else {
                return;
            };
            let Some(next) = state.next_finding(event.shift_key()) else { return };
            on.emit(Action::At(Some(next)));
            if let Some(finding) =
                state.outcome.as_ref().and_then(|outcome| outcome.report.findings.get(next))
            {
                to_line.emit(finding.range.clone());
            }
        });
        || drop(listener)
    });
}

/// The head of a section: a line, the title, and what stands beside it.
pub fn head(id: &'static str, title: Html, standfirst: Html) -> Html {
    html! {
        <div class="shead"><h2 {id}>{title}</h2><p>{standfirst}</p></div>
    }
}
