//! Has each outcome rewritten, by a worker of its own: no answer on a text waits for it. It judges as well what a person has chosen
//! of a rewritten text.

use std::cell::RefCell;

use daemonless_catalog::Risk;
use daemonless_core::report::{EditReport, FindingReport, LeftReport, RequirementReport};
use wasm_bindgen::JsValue;
use web_sys::js_sys::Array;
use yew::platform::spawn_local;
use yew::prelude::*;

use crate::browser;
use crate::json::Json;
use crate::pick::{self, Pick};
use crate::report::Read;
use crate::state::{Action, Outcome, Shared, State, Wish};
use crate::worker::{self, Call, Caller, Told};

/// How long one text may take, in milliseconds. Nothing waits for it.
const LIMIT: u32 = 30_000;

/// More findings of a new text are counted, not shown.
const MOST_FINDINGS: usize = 20;

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
    pub after: After,
}

/// What is said of a new text.
#[derive(Clone, Debug, Default)]
pub struct After {
    pub risk: &'static str,
    /// How many findings it has.
    pub count: usize,
    /// The first of them.
    pub findings: Vec<FindingReport>,
}

impl Read for After {
    fn read(report: &Json) -> Self {
        let findings = report.get("findings").items();
        Self {
            risk: Risk::from_id(Read::read(&report.get("risk"))).unwrap_or_default().id(),
            count: findings.len(),
            findings: findings.iter().take(MOST_FINDINGS).map(Read::read).collect(),
        }
    }
}

impl Read for Written {
    fn read(report: &Json) -> Self {
        Self {
            text: Read::read(&report.get("text")),
            edits: Read::read(&report.get("edits")),
            left: Read::read(&report.get("left")),
            requires: Read::read(&report.get("requires")),
            after: Vec::read(&report.get("after")).into_iter().next().unwrap_or_default(),
        }
    }
}

/// A call about a text for a builder; where it is about changes that are `taken`, with their numbers.
fn call(function: &'static str, of: &Outcome, builder: &'static str, taken: Option<Vec<usize>>) -> Call {
    let mut call = Call::on(function, &of.files, &of.context, LIMIT);
    let at = of.files.iter().position(|source| source.id == of.source.id);
    call.given.extend([JsValue::from(at.unwrap_or_default()), builder.into()]);
    call.given.extend(taken.map(|taken| taken.into_iter().map(JsValue::from).collect::<Array>().into()));
    call
}

/// The changes that are taken of a text as a patch, byte for byte as the command prints it; `None` where that took too long.
pub async fn patch(rewrite: &Rewrite, pick: Option<&Pick>) -> Option<String> {
    let call = call("patch", &rewrite.of, rewrite.builder, Some(pick::taken(rewrite, pick)));
    worker::once(browser::whole().await?, call).await?.as_text()
}

/// Has each outcome rewritten for each builder that can be, the one that the person looks at first.
#[hook]
pub fn use_rewriter(state: &UseReducerHandle<State>, on: &Callback<Action>) {
    let worker = use_memo((), |()| RefCell::new(None::<Caller<Wish>>));
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
        if let (Some(worker), Some(wish)) = (&*worker.borrow(), wanted) {
            let call = match wish {
                Wish::Rewrite(of, builder) => call("rewrite", of, builder, None),
                Wish::Judge(pick) => {
                    let Rewrite { of, builder, .. } = &*pick.of;
                    call("select", of, builder, Some(pick::taken(&pick.of, Some(pick))))
                }
            };
            worker.ask(wish.clone(), call);
        }
    });
}

/// What the worker tells, as it happens to the page. That it is not there at all, who analyses tells.
fn told(on: &Callback<Action>) -> Callback<Told<Wish>> {
    let on = on.clone();
    Callback::from(move |told| {
        let (wish, written) = match told {
            Told::Answer(asked, report) => (asked, Option::read(&report)),
            Told::TooLong(asked) | Told::Broken(Some(asked)) => (asked, None),
            Told::Ready(_) | Told::Broken(None) => return,
        };
        on.emit(match wish {
            Wish::Rewrite(of, builder) => Action::Rewritten(Shared::new(Rewrite { of, builder, written })),
            Wish::Judge(pick) => Action::Judged(Shared::new(pick.judged(written))),
        });
    })
}
