//! The worker that rewrites texts. It comes after the page's first verdict, and no text decides that it does.

use std::cell::RefCell;
use std::rc::Rc;

use daemonless_catalog::Risk;
use daemonless_core::report::{EditReport, LeftReport};
use gloo::events::EventListener;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::js_sys::{Array, Object, Reflect};
use web_sys::{MessageEvent, Worker, WorkerOptions, WorkerType};
use yew::prelude::*;

use crate::json::Json;
use crate::state::{self, Action, Outcome, Shared, State};

/// Beside the page.
const SCRIPT: &str = "worker.js";

/// A text rewritten for a builder.
#[derive(Clone, Debug)]
pub struct Rewrite {
    /// What it was made from.
    pub of: Shared<Outcome>,
    /// Id of the builder.
    pub builder: &'static str,
    /// The whole new text.
    pub text: String,
    /// Disjoint and in order.
    pub edits: Vec<EditReport>,
    /// What is left to the person.
    pub left: Vec<LeftReport>,
    /// What the runner must allow for the new text to work.
    pub requires: Vec<Requirement>,
    /// The risk of the new text, and how many findings it has.
    pub after: (&'static str, usize),
}

/// Something that the runner must allow, or a setting.
#[derive(Clone, Debug)]
pub struct Requirement {
    pub text: String,
    pub file: Option<String>,
    pub snippet: Option<String>,
    /// The error to expect without it.
    pub error: Option<String>,
}

impl Rewrite {
    fn new(of: Shared<Outcome>, builder: &'static str, report: &Json) -> Self {
        let edit = |edit: Json| EditReport {
            start: edit.number("start"),
            end: edit.number("end"),
            text: edit.text("text"),
            job: edit.text("job"),
            reason: edit.text("reason"),
        };
        let left = |left: Json| LeftReport {
            job: left.text("job"),
            line: left.number("line"),
            what: left.text("what"),
            why: left.text("why"),
        };
        let requirement = |requirement: Json| Requirement {
            text: requirement.text("text"),
            file: requirement.optional_text("file"),
            snippet: requirement.optional_text("snippet"),
            error: requirement.optional_text("error"),
        };
        let after = report.list("after").into_iter().next();
        let after = after.map(|after| {
            let risk = Risk::from_id(&after.text("risk")).unwrap_or_default();
            (risk.id(), after.list("findings").len())
        });
        Self {
            of,
            builder,
            text: report.text("text"),
            edits: report.list("edits").into_iter().map(edit).collect(),
            left: report.list("left").into_iter().map(left).collect(),
            requires: report.list("requires").into_iter().map(requirement).collect(),
            after: after.unwrap_or_default(),
        }
    }
}

/// Has each outcome rewritten for each builder that can be, the one that the person looks at first.
#[hook]
pub fn use_rewriter(state: &UseReducerHandle<State>, on: &Callback<Action>) {
    let rewriter = use_memo((), |()| Rewriter::start(on));
    {
        let (missing, on) = (rewriter.is_none(), on.clone());
        use_effect_with(missing, move |missing| {
            if *missing {
                on.emit(Action::Rewriter(state::Rewriter::Missing));
            }
        });
    }
    use_effect_with(state.wanted(), move |wanted| {
        if let (Some(rewriter), Some((outcome, builder))) = (&*rewriter, wanted) {
            rewriter.ask(outcome.clone(), builder);
        }
    });
}

/// The worker, and what it has to do.
struct Rewriter {
    tasks: Rc<Tasks>,
    _listeners: [EventListener; 2],
}

struct Tasks {
    worker: Worker,
    /// What the worker is at. It hears nothing before it is done, so nothing is sent before that.
    current: RefCell<Option<Task>>,
    /// What comes next. Only the last wish counts.
    next: RefCell<Option<Task>>,
}

type Task = (Shared<Outcome>, &'static str);

impl Rewriter {
    /// `None` where the browser has no such workers.
    fn start(on: &Callback<Action>) -> Option<Self> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(SCRIPT, &options).ok()?;
        let tasks = Tasks { worker: worker.clone(), current: RefCell::default(), next: RefCell::default() };
        let tasks = Rc::new(tasks);
        let answered = {
            let (tasks, on) = (tasks.clone(), on.clone());
            EventListener::new(&worker, "message", move |event| {
                let Some(message) = event.dyn_ref::<MessageEvent>() else { return };
                if message.data().is_null() {
                    on.emit(Action::Rewriter(state::Rewriter::There));
                } else if let Some((outcome, builder)) = tasks.done() {
                    let rewrite = Rewrite::new(outcome, builder, &message.data().into());
                    on.emit(Action::Rewritten(Shared::new(rewrite)));
                }
            })
        };
        let on = on.clone();
        let failed = EventListener::new(&worker, "error", move |_| {
            on.emit(Action::Rewriter(state::Rewriter::Missing))
        });
        Some(Self { tasks, _listeners: [answered, failed] })
    }

    fn ask(&self, outcome: Shared<Outcome>, builder: &'static str) {
        *self.tasks.next.borrow_mut() = Some((outcome, builder));
        self.tasks.go_on();
    }
}

impl Tasks {
    /// The task that the worker has just answered; it is given the next.
    fn done(&self) -> Option<Task> {
        let done = self.current.take();
        self.go_on();
        done
    }

    fn go_on(&self) {
        if self.current.borrow().is_some() {
            return;
        }
        let Some((outcome, builder)) = self.next.take() else { return };
        let _ = self.worker.post_message(&request(&outcome, builder));
        *self.current.borrow_mut() = Some((outcome, builder));
    }
}

/// What the worker is told: `{files, context, builder}`.
fn request(outcome: &Outcome, builder: &str) -> JsValue {
    let file = outcome.source.file();
    let context = &outcome.context;
    let file = object(&[
        ("path", Some(file.path.into())),
        ("text", Some(file.text.into())),
        ("format", file.format.map(JsValue::from)),
    ]);
    let context = object(&[
        ("host", context.host.map(|host| host.id().into())),
        ("reach", context.reach.map(|reach| reach.id().into())),
    ]);
    object(&[
        ("files", Some(Array::of1(&file).into())),
        ("context", Some(context)),
        ("builder", Some(builder.into())),
    ])
}

/// An object of what is there.
pub fn object(entries: &[(&str, Option<JsValue>)]) -> JsValue {
    let object = Object::new();
    for (key, value) in entries {
        if let Some(value) = value {
            let _ = Reflect::set(&object, &(*key).into(), value);
        }
    }
    object.into()
}
