//! Has each outcome rewritten, by a worker of its own: no answer on a text waits for it.

use std::cell::RefCell;

use daemonless_catalog::Risk;
use daemonless_core::report::{EditReport, LeftReport, RequirementReport};
use yew::platform::spawn_local;
use yew::prelude::*;

use crate::browser;
use crate::json::Json;
use crate::report::Read;
use crate::state::{Action, Outcome, Shared, State};
use crate::worker::{Call, Caller, Told};

/// How long one text may take, in milliseconds. Nothing waits for it.
const LIMIT: u32 = 30_000;

/// A text rewritten for a builder.
#[derive(Clone, Debug)]
pub struct Rewrite {
    /// What it was made from.
    pub of: Shared<Outcome>,
    /// Id of the builder.
    pub builder: &'static str,
    /// The new text; `None` where it could not be written in time.
    pub written: Option<Written>,
}

/// A new text, and what is said of it.
#[derive(Clone, Debug)]
pub struct Written {
    /// The whole new text.
    pub text: String,
    /// Disjoint and in order.
    pub edits: Vec<EditReport>,
    /// What is left to the person.
    pub left: Vec<LeftReport>,
    /// What the runner must allow for the new text to work.
    pub requires: Vec<RequirementReport>,
    /// The risk of the new text, and how many findings it has.
    pub after: (&'static str, usize),
}

impl Read for Written {
    fn read(report: &Json) -> Self {
        let after = report.get("after").items().into_iter().next();
        let after = after.map(|after| {
            let risk = Risk::from_id(Read::read(&after.get("risk"))).unwrap_or_default();
            (risk.id(), after.get("findings").items().len())
        });
        Self {
            text: Read::read(&report.get("text")),
            edits: Read::read(&report.get("edits")),
            left: Read::read(&report.get("left")),
            requires: Read::read(&report.get("requires")),
            after: after.unwrap_or_default(),
        }
    }
}

type Ask = (Shared<Outcome>, &'static str);

/// Has each outcome rewritten for each builder that can be, the one that the person looks at first.
#[hook]
pub fn use_rewriter(state: &UseReducerHandle<State>, on: &Callback<Action>) {
    let worker = use_memo((), |()| RefCell::new(None::<Caller<Ask>>));
    let there = use_state(|| false);
    {
        let (worker, there, on) = (worker.clone(), there.clone(), on.clone());
        use_effect_with((), move |()| {
            spawn_local(async move {
                if let Some(start) = browser::whole().await {
                    *worker.borrow_mut() = Some(Caller::new(start, told(&on)));
                    there.set(true);
                }
            });
        });
    }
    use_effect_with((state.wanted(), *there), move |(wanted, _)| {
        if let (Some(worker), Some((outcome, builder))) = (&*worker.borrow(), wanted) {
            let mut call = Call::on("rewrite", &outcome.source, &outcome.context, LIMIT);
            call.given.extend([0.into(), (*builder).into()]);
            worker.ask((outcome.clone(), builder), call);
        }
    });
}

/// What the worker tells, as it happens to the page. That it is not there at all, who analyses tells.
fn told(on: &Callback<Action>) -> Callback<Told<Ask>> {
    let on = on.clone();
    Callback::from(move |told| {
        let ((of, builder), written) = match told {
            Told::Answer(asked, report) => (asked, Option::read(&report)),
            Told::TooLong(asked) | Told::Broken(Some(asked)) => (asked, None),
            Told::Ready(_) | Told::Broken(None) => return,
        };
        on.emit(Action::Rewritten(Shared::new(Rewrite { of, builder, written })));
    })
}
