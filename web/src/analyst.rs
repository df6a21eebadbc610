//! Has each text analysed: by what the page itself has until the whole analysis is there, then by that, in a worker.

use std::cell::RefCell;
use std::rc::Rc;

use daemonless_core::format::FORMATS;
use daemonless_core::report::FileReport;
use daemonless_core::{Context, analyze};
use gloo::timers::callback::Timeout;
use yew::platform::spawn_local;
use yew::prelude::*;

use crate::browser;
use crate::json::Json;
use crate::report::Read;
use crate::state::{Action, Format, Loaded, Outcome, Patience, Shared, Source, State};
use crate::worker::{Call, Caller, Told};

/// How long the keyboard has to rest before a text is read, in milliseconds.
const PAUSE: u32 = 150;

/// How long the worker may read a text while one types, in milliseconds.
const LIMIT: u32 = 1_000;

/// How long it may read such a text the second time.
const SLOW_LIMIT: u32 = 5_000;

/// How long it may read when the person asks for it.
const ASKED_LIMIT: u32 = 60_000;

/// A text of more bytes than this waits for the worker: while the page itself reads, it does nothing else.
const LARGE: usize = 256 << 10;

type Ask = (Source, Context);
type Analyst = Rc<RefCell<Option<Caller<Ask>>>>;

/// The formats that the page itself reads.
pub fn formats() -> Rc<[Format]> {
    FORMATS.iter().map(|format| Format { id: format.id, title: format.title }).collect()
}

/// Runs the analysis when the text rests, and at once when the person answers a question about it.
#[hook]
pub fn use_analysis(state: &UseReducerHandle<State>, on: &Callback<Action>) {
    let analyst: Analyst = (*use_memo((), |()| Analyst::default())).clone();
    {
        let (analyst, on) = (analyst.clone(), on.clone());
        use_effect_with((), move |()| spawn_local(load(analyst, on)));
    }
    let due = state.is_due().then(|| (state.source.clone(), state.context.clone()));
    let asked = use_mut_ref(|| None::<Source>);
    let on = on.clone();
    use_effect_with((due, state.loaded, state.patience), move |(due, loaded, patience)| {
        let (loaded, patience) = (*loaded, *patience);
        let Some(ask) = due.clone() else {
            *asked.borrow_mut() = None;
            on.emit(Action::Analysed(None));
            return Box::new(|| ()) as Box<dyn FnOnce()>;
        };
        let typed = asked.borrow().as_ref().is_some_and(|before| before.text != ask.0.text);
        let timeout = Timeout::new(if typed { PAUSE } else { 0 }, move || {
            *asked.borrow_mut() = Some(ask.0.clone());
            let large = ask.0.text.len() > LARGE;
            match (loaded, &*analyst.borrow()) {
                (Loaded::Whole, Some(worker)) => {
                    let limit = match patience {
                        Patience::Brisk => LIMIT,
                        Patience::Slow => SLOW_LIMIT,
                        Patience::Asked => ASKED_LIMIT,
                    };
                    let call = Call::on("analyze", &ask.0, &ask.1, limit);
                    worker.ask(ask, call);
                }
                (Loaded::First, _) if large => {}
                (Loaded::OnlyFirst, _) if large && patience != Patience::Asked => {
                    on.emit(Action::TooLong(ask.0))
                }
                _ => {
                    let report = analyze(&[ask.0.file()], &ask.1).files.into_iter().next();
                    on.emit(analysed(ask, report, false));
                }
            }
        });
        Box::new(|| drop(timeout))
    });
}

fn analysed((source, context): Ask, report: Option<FileReport>, whole: bool) -> Action {
    Action::Analysed(report.map(|report| Shared::new(Outcome { source, context, report, whole })))
}

/// Takes the whole analysis when it comes.
async fn load(analyst: Analyst, on: Callback<Action>) {
    match browser::whole().await {
        Some(start) => {
            let worker = Caller::new(start, told(&on));
            *analyst.borrow_mut() = Some(worker);
        }
        None => on.emit(Action::Failed),
    }
}

/// What the worker tells, as it happens to the page.
fn told(on: &Callback<Action>) -> Callback<Told<Ask>> {
    on.reform(|told| match told {
        Told::Ready(formats) => Action::Loaded(formats.items().iter().map(format).collect()),
        Told::Answer(ask, report) => {
            let report = report.get("files").items().first().map(FileReport::read);
            analysed(ask, report, true)
        }
        Told::TooLong((source, _)) | Told::Broken(Some((source, _))) => Action::TooLong(source),
        Told::Broken(None) => Action::Failed,
    })
}

fn format(format: &Json) -> Format {
    Format { id: Read::read(&format.get("id")), title: Read::read(&format.get("title")) }
}
