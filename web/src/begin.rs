//! What the page begins with: a text area is there before its program, so there may be a text, and an answer to it.

use std::rc::Rc;

use daemonless_core::Context;
use daemonless_core::model::{Host, Reach};
use daemonless_core::report::FileReport;

use crate::browser::{self, View};
use crate::json::Json;
use crate::report::Read;
use crate::state::{Action, Outcome, Shared, Source, State};

/// What the page begins with.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Begin {
    pub state: State,
    /// What was typed before: when, in milliseconds since 1970, and the text then.
    pub typed: Vec<(f64, String)>,
    /// What the text area shows.
    pub view: Option<View>,
    /// Whether the page is dark.
    pub dark: bool,
    /// Whether the person wants the plain text area.
    pub plain: bool,
    /// Whether this browser remembers the work.
    pub remembers: bool,
}

impl Begin {
    /// What is there now, in the browser.
    pub fn read() -> Self {
        let view = browser::view();
        let early = browser::early();
        let edit = |edit: &Json| {
            let edit = edit.items();
            let time = edit.first().and_then(Json::as_number).unwrap_or_default();
            (time, edit.get(1).and_then(Json::as_text).unwrap_or_default())
        };
        let typed = early.get("edits").items().iter().map(edit).collect();
        let (dark, plain, remembers) = (browser::is_dark(), browser::prefers_plain(), browser::remembers());
        Self { state: state(&early), typed, view, dark, plain, remembers }
    }
}

/// What is known of the texts that are there already, or that a link holds.
pub fn state(early: &Json) -> State {
    let context = early.get("context");
    let id = |name: &str| String::read(&context.get(name));
    let context = Context {
        host: Host::from_id(&id("host")),
        reach: Reach::from_id(&id("reach")),
        ..Context::default()
    };
    let sources: Vec<_> = early.get("files").items().iter().map(source).collect();
    let is_blank = sources.iter().all(Source::is_blank);
    let opened = if is_blank { Vec::new() } else { sources };
    let mut state = State::default().after(Action::Opened(opened));
    let report = early.get("report");
    if report.get("of").as_text().is_some_and(|text| text == *state.source.text) {
        let (source, files, context) = (state.source.clone(), state.files(), context.clone());
        let report = FileReport::read(&report.get("report"));
        state.outcome = Some(Shared::new(Outcome { source, files, context, report, whole: false }));
    }
    let notice = early.get("wrong").as_text().map(Rc::from);
    State { context, builder: Read::read(&early.get("builder")), notice, ..state }
}

/// A text as a link or a folder holds it.
pub fn source(file: &Json) -> Source {
    let [path, text] = ["path", "text"].map(|name| String::read(&file.get(name)));
    let found = file.get("found").is_true();
    Source { format: Read::read(&file.get("format")), found, ..Source::new(&path, &text) }
}
