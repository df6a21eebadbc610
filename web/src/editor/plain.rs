//! The browser's own text area, with the marks of the findings under and beside it.

use web_sys::{HtmlElement, HtmlTextAreaElement, js_sys};
use yew::prelude::*;

use super::{Desk, LABEL, PLACEHOLDER};
use crate::browser;
use crate::layer::{self, Marked, Row};
use crate::mark::mark;
use crate::state::{Action, Shared, State};

/// The text area shows as many lines as the text has, within these.
const ROWS: std::ops::RangeInclusive<usize> = 16..=42;

/// What is moved with the text as it is scrolled.
#[derive(Clone, Default, PartialEq)]
pub struct Layers {
    gutter: NodeRef,
    under: NodeRef,
}

/// The lines with their marks. Marks belong to the text that was analysed; while the next answer is computed they stay
/// where they were.
pub fn rows(state: &State) -> Vec<Row> {
    let findings = match &state.outcome {
        Some(outcome) if state.is_due() => &outcome.report.findings[..],
        _ => &[],
    };
    layer::rows(&state.source.text, findings, &state.lines())
}

pub fn view(
    state: &State,
    on: &Callback<Action>,
    desk: &Shared<Desk>,
    rows: &[Row],
    Layers { gutter, under }: &Layers,
) -> Html {
    // The layers are moved with the text. A style that a script sets is not held back by the security policy.
    let onscroll = {
        let (gutter, under) = (gutter.clone(), under.clone());
        Callback::from(move |event: Event| {
            let Some(editor) = event.target_dyn_into::<HtmlTextAreaElement>() else { return };
            for (layer, x) in [(&gutter, 0), (&under, editor.scroll_left())] {
                if let Some(layer) = layer.cast::<HtmlElement>() {
                    let shift = format!("translate({}px, {}px)", -x, -editor.scroll_top());
                    let _ = layer.style().set_property("transform", &shift);
                }
            }
        })
    };
    let oninput = {
        let (on, desk) = (on.clone(), desk.clone());
        Callback::from(move |event: InputEvent| {
            if let Some(editor) = event.target_dyn_into::<HtmlTextAreaElement>() {
                let text = editor.value();
                desk.record.borrow_mut().typed(&text, js_sys::Date::now());
                on.emit(Action::Edited(text));
            }
        })
    };
    let onclick = {
        let (desk, on) = (desk.clone(), on.clone());
        Callback::from(move |_: MouseEvent| desk.at_caret(&on))
    };
    let onkeyup = {
        let (desk, on) = (desk.clone(), on.clone());
        Callback::from(move |event: KeyboardEvent| {
            let key = event.key();
            if key.starts_with("Arrow") || matches!(&*key, "Home" | "End" | "PageUp" | "PageDown") {
                desk.at_caret(&on);
            }
        })
    };
    let lines = state.source.text.split('\n').count();
    let rows_shown = lines.clamp(*ROWS.start(), *ROWS.end()).to_string();
    html! {
        <>
            <div class="gutter"><div ref={gutter}>
                {for rows.iter().map(gutter_row)}
            </div></div>
            <div class="field">
                <div class="under" aria-hidden="true"><div ref={under}>{for rows.iter().map(under_row)}</div></div>
                <label class="vh" for={browser::EDITOR}>{LABEL}</label>
                <textarea id={browser::EDITOR} rows={rows_shown} wrap="off" spellcheck="false" autocomplete="off"
                    autocapitalize="off" aria-describedby="editor-keys" value={state.source.text.to_string()}
                    placeholder={PLACEHOLDER} {oninput} {onscroll} {onclick} {onkeyup} />
            </div>
        </>
    }
}

/// Numbers of lines, each on its own.
fn numbers(first: u32, count: u32) -> String {
    (first..first.saturating_add(count)).map(|line| format!("{line}\n")).collect()
}

fn gutter_row(row: &Row) -> Html {
    match row {
        Row::Plain { first, count, mine } => {
            html! { <div class={classes!("gap", mine.then_some("mine"))} aria-hidden="true">{numbers(*first, *count)}</div> }
        }
        Row::Marked(Marked { line, mine, severity, finding, .. }) => {
            let label = format!("Line {line}: explain the {severity} finding");
            // By keyboard one goes through the findings with F8 or in their list.
            html! {
                <button type="button" class={classes!("hit", mine.then_some("mine"))} tabindex="-1"
                    aria-label={label} data-explain={finding.to_string()}>
                    {mark(severity)}<b>{line}</b>
                </button>
            }
        }
    }
}

fn under_row(row: &Row) -> Html {
    match row {
        Row::Plain { count, .. } => {
            html! { <div class="gap">{AttrValue::from("\n".repeat(*count as usize))}</div> }
        }
        Row::Marked(row) => {
            let part = |(severity, text): &(Option<&'static str>, String)| match severity {
                Some(severity) => html! { <u class={*severity}>{text}</u> },
                None => html! { {text} },
            };
            html! { <div class="hit">{for row.parts.iter().map(part)}{"\u{200b}"}</div> }
        }
    }
}
