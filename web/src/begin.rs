//! What the page begins with: a text area is there before its program, so there may be a text, and an answer to it.

use daemonless_core::Context;
use daemonless_core::model::{Host, Reach};
use daemonless_core::report::FileReport;

use crate::browser::{self, View};
use crate::json::Json;
use crate::report::Read;
use crate::state::{Outcome, Shared, Source, State};

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
        Self { state: state(&early), typed, view, dark: browser::is_dark(), plain: browser::prefers_plain() }
    }
}

/// What is known of the text that is there already.
fn state(early: &Json) -> State {
    let files = early.get("files").items();
    let Some(file) = files.first() else { return State::default() };
    let source = Source {
        format: Read::read(&file.get("format")),
        ..Source::new(&String::read(&file.get("path")), &String::read(&file.get("text")))
    };
    let context = early.get("context");
    let id = |name: &str| String::read(&context.get(name));
    let context = Context {
        host: Host::from_id(&id("host")),
        reach: Reach::from_id(&id("reach")),
        ..Context::default()
    };
    let report = early.get("report");
    let same = report.get("of").as_text().is_some_and(|text| text == *source.text);
    let outcome = same.then(|| {
        let report = FileReport::read(&report.get("report"));
        Shared::new(Outcome { source: source.clone(), context: context.clone(), report, whole: false })
    });
    State { source, context, outcome, builder: Read::read(&early.get("builder")), ..State::default() }
}
