//! A worker that holds a part of the analysis: one call at a time, and one that takes too long is given up with the worker.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::js_sys::{Array, Function};
use web_sys::{MessageEvent, Worker};
use yew::Callback;

use crate::json::{Json, object};
use crate::state::Source;
use daemonless_core::Context;

/// A function of the analysis, and what it is given.
#[derive(Debug)]
pub struct Call {
    pub function: &'static str,
    pub given: Vec<JsValue>,
    /// How long it may take, in milliseconds.
    pub limit: u32,
}

impl Call {
    /// A call about one text: `function(files, context, …)`.
    pub fn on(function: &'static str, source: &Source, context: &Context, limit: u32) -> Self {
        let file = source.file();
        let file = object(&[
            ("path", Some(file.path.into())),
            ("text", Some(file.text.into())),
            ("format", file.format.map(JsValue::from)),
        ]);
        let context = object(&[
            ("host", context.host.map(|host| host.id().into())),
            ("reach", context.reach.map(|reach| reach.id().into())),
        ]);
        Self { function, given: vec![Array::of1(&file).into(), context], limit }
    }

    /// The call as the worker reads it.
    fn message(&self) -> Array {
        let message = Array::of1(&self.function.into());
        for given in &self.given {
            message.push(given);
        }
        message
    }
}

/// What is told of a worker. `T` is what a call was made for.
#[derive(Debug)]
pub enum Told<T> {
    /// It is there, and reads these formats.
    Ready(Json),
    /// What the call returned.
    Answer(T, Json),
    /// The call took longer than it may.
    TooLong(T),
    /// It broke: at a call, or before the first one, and then there is none.
    Broken(Option<T>),
}

/// Calls a worker. Dropped, it ends the worker.
pub struct Caller<T: 'static>(Rc<Inner<T>>);

struct Inner<T: 'static> {
    /// Makes a worker.
    start: Function,
    tell: Callback<Told<T>>,
    slot: RefCell<Slot<T>>,
}

struct Slot<T> {
    running: Option<Running>,
    ready: bool,
    /// What the worker is at, and when it is given up. It hears nothing before it is done, so nothing is sent before that.
    current: Option<(T, Timeout)>,
    /// What comes next. Only the last wish counts.
    next: Option<(T, Call)>,
}

struct Running {
    worker: Worker,
    _listeners: [EventListener; 2],
}

impl Drop for Running {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}

impl<T: 'static> Caller<T> {
    /// Starts a worker and tells of it.
    pub fn new(start: Function, tell: Callback<Told<T>>) -> Self {
        let slot = Slot { running: None, ready: false, current: None, next: None };
        let inner = Rc::new(Inner { start, tell, slot: slot.into() });
        inner.start();
        Self(inner)
    }

    /// Makes the call when the worker has answered the last one. A call that waits is forgotten for it.
    pub fn ask(&self, what: T, call: Call) {
        self.0.slot.borrow_mut().next = Some((what, call));
        self.0.go_on();
    }
}

impl<T: 'static> Inner<T> {
    /// A fresh worker in the place of the one that there was.
    fn start(self: &Rc<Self>) {
        let worker =
            self.start.call0(&JsValue::NULL).ok().and_then(|worker| worker.dyn_into::<Worker>().ok());
        let Some(worker) = worker else { return self.tell.emit(Told::Broken(None)) };
        let listen = |name: &'static str, hear: fn(&Rc<Self>, &web_sys::Event)| {
            let inner: Weak<Self> = Rc::downgrade(self);
            EventListener::new(&worker, name, move |event| {
                if let Some(inner) = inner.upgrade() {
                    hear(&inner, event);
                }
            })
        };
        let listeners = [listen("message", Self::answered), listen("error", |inner, _| inner.failed())];
        let mut slot = self.slot.borrow_mut();
        slot.ready = false;
        slot.running = Some(Running { worker, _listeners: listeners });
    }

    fn answered(self: &Rc<Self>, event: &web_sys::Event) {
        let Some(message) = event.dyn_ref::<MessageEvent>() else { return };
        let answer = Json::from(message.data());
        let told = {
            let mut slot = self.slot.borrow_mut();
            if slot.ready {
                slot.current.take().map(|(what, _)| Told::Answer(what, answer))
            } else {
                slot.ready = true;
                Some(Told::Ready(answer))
            }
        };
        self.go_on();
        if let Some(told) = told {
            self.tell.emit(told);
        }
    }

    /// A call has failed; after that the program is not to be trusted with another one.
    fn failed(self: &Rc<Self>) {
        let (current, was_ready) = {
            let mut slot = self.slot.borrow_mut();
            (slot.current.take(), slot.ready)
        };
        // One that never came would not come the next time either.
        if was_ready {
            self.start();
        }
        self.tell.emit(Told::Broken(current.map(|(what, _)| what)));
    }

    fn give_up(self: &Rc<Self>) {
        let current = self.slot.borrow_mut().current.take();
        self.start();
        if let Some((what, _)) = current {
            self.tell.emit(Told::TooLong(what));
        }
    }

    fn go_on(self: &Rc<Self>) {
        let mut slot = self.slot.borrow_mut();
        if !slot.ready || slot.current.is_some() {
            return;
        }
        let Some((what, call)) = slot.next.take() else { return };
        let Some(running) = &slot.running else { return };
        let _ = running.worker.post_message(&call.message());
        let inner = Rc::downgrade(self);
        let timeout = Timeout::new(call.limit, move || {
            if let Some(inner) = inner.upgrade() {
                inner.give_up();
            }
        });
        slot.current = Some((what, timeout));
    }
}
