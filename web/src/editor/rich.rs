//! The editor that takes the text area's place: CodeMirror, in an element of our own (`web/editor/`) that has the text
//! area's own names, and some more: `before`, `format`, `marks`.

use daemonless_core::report::FindingReport;
use gloo::events::EventListener;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::HtmlTextAreaElement;
use web_sys::js_sys::{Array, Function, Reflect};
use yew::prelude::*;

use super::fixes::{self, Fix};
use super::record::{Edit, Record};
use super::{Desk, LABEL, PLACEHOLDER};
use crate::browser::{self, View};
use crate::json::object;
use crate::state::{Action, Shared, Source, State};

/// At most so many findings are marked; a text with more has trouble enough to begin with.
const MOST: usize = 2_000;

/// What it says of its keys to who can't see the line under it.
const HINT: &str =
    "F8: next finding. Escape: to the verdict; Tab leads on from there. Control or Command with F: find.";

pub fn view() -> Html {
    html! { <code-editor id={browser::EDITOR} label={LABEL} hint={HINT} placeholder={PLACEHOLDER} /> }
}

/// Has the new editor show what the text area held, its history with it, and listens to it.
pub fn begin(
    editor: &HtmlTextAreaElement,
    view: &View,
    desk: &Shared<Desk>,
    on: &Callback<Action>,
) -> [EventListener; 2] {
    set(editor, "before", &before(&desk.record.borrow(), view));
    let edit = {
        let (editor, desk, on) = (editor.clone(), desk.clone(), on.clone());
        move |_: &Event| {
            let text = editor.value();
            desk.record.borrow_mut().begin(text.as_str().into());
            on.emit(Action::Edited(text));
        }
    };
    let caret = {
        let (desk, on) = (desk.clone(), on.clone());
        move |_: &Event| desk.at_caret(&on)
    };
    [EventListener::new(editor, "edit", edit), EventListener::new(editor, "caret", caret)]
}

/// Has the editor show a text, with its history and its caret if it showed it before.
pub fn show(editor: &HtmlTextAreaElement, source: &Source) {
    let show = Reflect::get(editor, &"show".into()).and_then(JsValue::dyn_into::<Function>);
    if let Ok(show) = show {
        let _ = show.call2(editor, &source.id.into(), &(&*source.text).into());
    }
}

/// Tells the editor the format and the findings of its text.
pub fn tell(editor: &HtmlTextAreaElement, state: &State, fixes: &[Fix]) {
    let recognised = state.outcome.as_ref().map(|outcome| outcome.report.format);
    if let Some(format) = state.source.format.as_deref().or(recognised) {
        set(editor, "format", &format.into());
    }
    let outcome = state.outcome.as_ref().filter(|_| state.is_due());
    // While the next answer is on its way, the marks move with the text.
    if outcome.is_none_or(|outcome| outcome.source.text == state.source.text) {
        let findings = outcome.map_or(&[][..], |outcome| &outcome.report.findings);
        let lines = state.lines();
        set(editor, "marks", &marks(findings, fixes, (*lines.start(), *lines.end())));
    }
}

fn set(editor: &HtmlTextAreaElement, name: &str, value: &JsValue) {
    let _ = Reflect::set(editor, &name.into(), value);
}

fn before(record: &Record, view: &View) -> JsValue {
    let edit = |edit: &Edit| {
        object(&[
            ("at", Some(edit.at.into())),
            ("removed", Some((&*edit.removed).into())),
            ("inserted", Some((&*edit.inserted).into())),
            ("time", Some(edit.time.into())),
        ])
    };
    object(&[
        ("value", Some(record.text().into())),
        ("edits", Some(record.edits().map(edit).collect::<Array>().into())),
        ("start", Some(view.start.into())),
        ("end", Some(view.end.into())),
    ])
}

fn marks(findings: &[FindingReport], fixes: &[Fix], mine: (u32, u32)) -> JsValue {
    let fix = |fix: &Fix| {
        object(&[
            ("reason", Some((&*fix.reason).into())),
            ("start", Some(fix.start.into())),
            ("end", Some(fix.end.into())),
            ("text", Some((&*fix.text).into())),
        ])
    };
    let finding = |(index, finding): (usize, &FindingReport)| {
        let range = &finding.range;
        let fixes = fixes::touching(fixes, range).iter().map(fix).collect::<Array>();
        object(&[
            ("index", Some((index as f64).into())),
            ("severity", Some(finding.severity.into())),
            ("rule", Some(finding.rule.into())),
            ("message", Some((&*finding.message).into())),
            ("line", Some(range.line.into())),
            ("column", Some(range.column.into())),
            ("endLine", Some(range.end_line.into())),
            ("endColumn", Some(range.end_column.into())),
            ("fixes", Some(fixes.into())),
        ])
    };
    let here = findings.iter().enumerate().filter(|(_, finding)| finding.range.file.is_none());
    object(&[
        ("findings", Some(here.take(MOST).map(finding).collect::<Array>().into())),
        ("mine", Some(Array::of2(&mine.0.into(), &mine.1.into()).into())),
    ])
}
