//! Has each text analysed in a worker: by what the first verdict needs, until the whole analysis is there.

use std::rc::Rc;

use daemonless_core::Context;
use daemonless_core::report::FileReport;
use gloo::timers::callback::Timeout;
use web_sys::js_sys::Function;
use yew::platform::spawn_local;
use yew::prelude::*;

use crate::browser;
use crate::json::Json;
use crate::report::Read;
use crate::state::{Action, Format, Outcome, Part, Patience, Shared, Source, State};
use crate::worker::{Call, Caller, Told};

/// How long the keyboard has to rest before a text is read, in milliseconds.
const PAUSE: u32 = 150;

/// How long a worker may read a text while one types, in milliseconds.
const LIMIT: u32 = 1_000;

/// How long it may read such a text the second time.
const SLOW_LIMIT: u32 = 5_000;

/// How long it may read when the person asks for it.
const ASKED_LIMIT: u32 = 60_000;

type Ask = (Rc<[Source]>, Context);

/// The workers that are there.
#[derive(Default)]
struct Analysts {
    first: Option<Caller<Ask>>,
    whole: Option<Caller<Ask>>,
}

/// Runs the analysis when the text rests, and at once when the person answers a question about it.
#[hook]
pub fn use_analysis(state: &UseReducerHandle<State>, on: &Callback<Action>) {
    let analysts = use_mut_ref(Analysts::default);
    {
        let (analysts, on) = (analysts.clone(), on.clone());
        use_effect_with((), move |()| {
            let (first, whole) = (analysts.clone(), analysts);
            let (on_first, on_whole) = (on.clone(), on);
            spawn_local(async move {
                let worker = call(browser::first().await, on_first, false, Action::First);
                first.borrow_mut().first = worker;
            });
            spawn_local(async move {
                let worker = call(browser::whole().await, on_whole, true, Action::Whole);
                whole.borrow_mut().whole = worker;
            });
        });
    }
    {
        // One is enough.
        let analysts = analysts.clone();
        use_effect_with(state.whole, move |whole| {
            if *whole == Part::Here {
                analysts.borrow_mut().first = None;
            }
        });
    }
    let due = state.is_due().then(|| (state.files(), state.context.clone()));
    let asked = use_mut_ref(|| state.outcome.as_ref().map(|outcome| outcome.files.clone()));
    let on = on.clone();
    use_effect_with((due, state.first, state.whole, state.patience), move |(due, first, whole, patience)| {
        let (first, whole, patience) = (*first, *whole, *patience);
        let Some(ask) = due.clone() else {
            *asked.borrow_mut() = None;
            on.emit(Action::Analysed(Vec::new()));
            return Box::new(|| ()) as Box<dyn FnOnce()>;
        };
        let typed = asked.borrow().as_ref().is_some_and(|before| is_typed(before, &ask.0));
        let timeout = Timeout::new(if typed { PAUSE } else { 0 }, move || {
            let analysts = analysts.borrow();
            let worker = match (whole, first) {
                (Part::Here, _) => &analysts.whole,
                (_, Part::Here) => &analysts.first,
                _ => &None,
            };
            let Some(worker) = worker else { return };
            *asked.borrow_mut() = Some(ask.0.clone());
            let limit = match patience {
                Patience::Brisk => LIMIT,
                Patience::Slow => SLOW_LIMIT,
                Patience::Asked => ASKED_LIMIT,
            };
            let call = Call::on("analyze", &ask.0, &ask.1, limit);
            worker.ask(ask, call);
        });
        Box::new(|| drop(timeout))
    });
}

/// Calls a worker, if there is what makes one; `arrived` is told what it reads, once it is there.
fn call(
    start: Option<Function>,
    on: Callback<Action>,
    whole: bool,
    arrived: fn(Option<Vec<Format>>) -> Action,
) -> Option<Caller<Ask>> {
    let Some(start) = start else {
        on.emit(arrived(None));
        return None;
    };
    let told = on.reform(move |told| match told {
        Told::Ready(formats) => arrived(Some(formats.items().iter().map(format).collect())),
        Told::Answer(ask, report) => {
            let reports = report.get("files").items();
            analysed(ask, reports.iter().map(FileReport::read), whole)
        }
        Told::TooLong((files, _)) | Told::Broken(Some((files, _))) => Action::TooLong(files),
        Told::Broken(None) => arrived(None),
    });
    Some(Caller::new(start, told))
}

fn analysed((files, context): Ask, reports: impl Iterator<Item = FileReport>, whole: bool) -> Action {
    let outcome = |(source, report): (&Source, FileReport)| {
        let (source, files, context) = (source.clone(), files.clone(), context.clone());
        Shared::new(Outcome { source, files, context, report, whole })
    };
    Action::Analysed(files.iter().zip(reports).map(outcome).collect())
}

/// Whether the texts are those of before, one of them with another letter.
fn is_typed(before: &[Source], now: &[Source]) -> bool {
    let is_same = |(before, now): (&Source, &Source)| before.id == now.id;
    before.len() == now.len()
        && before.iter().zip(now).all(is_same)
        && before.iter().zip(now).any(|(before, now)| before.text != now.text)
}

fn format(format: &Json) -> Format {
    Format { id: Read::read(&format.get("id")), title: Read::read(&format.get("title")) }
}
