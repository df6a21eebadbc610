//! The editor that takes the text area's place: CodeMirror, in an element of our own (`web/editor/`) that has the text
//! area's own names, and some more: `before`, `format`, `marks`.

use daemonless_core::report::FindingReport;
use gloo::events::EventListener;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::js_sys::{Array, Reflect};
use web_sys::{HtmlElement, HtmlTextAreaElement};
use yew::prelude::*;

use super::fixes::{self, Fix};
use super::record::{Edit, Record};
use super::{FieldProps, LABEL, PLACEHOLDER, at_caret};
use crate::browser::{self, View};
use crate::rewriter::object;
use crate::state::Action;

/// At most so many findings are marked; a text with more has trouble enough to begin with.
const MOST: usize = 2_000;

#[component]
pub fn Rich(props: &FieldProps) -> Html {
    let FieldProps { state, on, desk, fixes } = props;
    let node = use_node_ref();
    // What the text area held, its history with it.
    {
        let (node, desk, on) = (node.clone(), desk.clone(), on.clone());
        use_effect_with((), move |()| {
            let editor = editor(&node);
            if let Some(editor) = &editor {
                let view = desk.view.take().unwrap_or_default();
                set(editor, "before", &before(&desk.record.borrow(), &view));
                browser::set_view(&view);
            }
            let listener = editor.map(|editor| {
                EventListener::new(&editor.clone(), "edit", move |_| {
                    let text = editor.value();
                    desk.record.borrow_mut().begin(text.as_str().into());
                    on.emit(Action::Edited(text));
                })
            });
            || drop(listener)
        });
    }
    // Another text, from a file or a sample.
    {
        let (node, desk) = (node.clone(), desk.clone());
        use_effect_with(state.source.text.clone(), move |text| {
            if desk.record.borrow().text() != &**text
                && let Some(editor) = editor(&node)
            {
                desk.record.borrow_mut().begin(text.clone());
                editor.set_value(text);
            }
        });
    }
    {
        let node = node.clone();
        let recognised = state.outcome.as_ref().map(|outcome| outcome.report.format.to_owned());
        use_effect_with(state.source.format.clone().or(recognised), move |format| {
            if let Some((editor, format)) = editor(&node).zip(format.as_deref()) {
                set(&editor, "format", &format.into());
            }
        });
    }
    {
        let (node, desk) = (node.clone(), desk.clone());
        let outcome = state.outcome.clone().filter(|_| state.is_due());
        let mine = state.job().map_or((0, 0), |job| (job.line, job.end_line.max(job.line)));
        use_effect_with((outcome, fixes.clone(), mine), move |(outcome, fixes, mine)| {
            let Some(editor) = editor(&node) else { return };
            let findings = outcome.as_ref().map_or(&[][..], |outcome| &outcome.report.findings);
            // While the next answer is on its way, the marks move with the text.
            let theirs =
                outcome.as_ref().is_none_or(|outcome| *outcome.source.text == *desk.record.borrow().text());
            if theirs {
                set(&editor, "marks", &marks(findings, fixes, *mine));
            }
        });
    }
    {
        let node = node.clone();
        use_effect_with(state.clone(), {
            let on = on.clone();
            move |state| {
                let state = state.clone();
                let listener = editor(&node)
                    .map(|editor| EventListener::new(&editor, "caret", move |_| at_caret(&state, &on)));
                || drop(listener)
            }
        });
    }
    html! {
        <code-editor ref={node} id={browser::EDITOR} label={LABEL} hint={super::RICH_HINT} placeholder={PLACEHOLDER} />
    }
}

/// The element, by the text area's names.
fn editor(node: &NodeRef) -> Option<HtmlTextAreaElement> {
    node.cast::<HtmlElement>().map(JsCast::unchecked_into)
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
