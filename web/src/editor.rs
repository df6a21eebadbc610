//! The person's text: a plain text area, with the marks of the findings under and beside it.

use web_sys::{HtmlElement, HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement};
use yew::platform::spawn_local;
use yew::prelude::*;

use crate::browser;
use crate::layer::{self, Marked, Row};
use crate::mark::{line_tag, mark};
use crate::markdown;
use crate::position;
use crate::samples::SAMPLES;
use crate::state::{Action, Outcome, Shared, Source, State, UNKNOWN};

/// The text area shows as many lines as the text has, within these.
const ROWS: std::ops::RangeInclusive<usize> = 16..=42;

/// The whole pane: name and format, text, note on the finding at the caret, and what else can be done.
pub fn view(state: &UseReducerHandle<State>, on: &Callback<Action>) -> Html {
    let on_file = {
        let on = on.clone();
        Callback::from(move |file: web_sys::File| {
            let on = on.clone();
            spawn_local(async move {
                if let Some(text) = browser::read(&file).await {
                    on.emit(Action::Opened(Source::new(&file.name(), &text)));
                }
            });
        })
    };
    let ondrop = {
        let on_file = on_file.clone();
        Callback::from(move |event: DragEvent| {
            let file = event.data_transfer().and_then(|data| data.files()).and_then(|files| files.get(0));
            if let Some(file) = file {
                event.prevent_default();
                on_file.emit(file);
            }
        })
    };
    let ondragover = Callback::from(|event: DragEvent| event.prevent_default());
    html! {
        <div class="pane" {ondrop} {ondragover}>
            <div class="panehead">
                {file_name(&state.source, on)}
                {open_file(on_file)}
                {read_as(state, on)}
            </div>
            <Field state={state.clone()} on={on.clone()} />
            {note(state)}
            {foot(state, on)}
        </div>
    }
}

/// The name of the file: it tells the format.
fn file_name(source: &Source, on: &Callback<Action>) -> Html {
    let onchange = on.reform(|event: Event| {
        let name = event.target_dyn_into::<HtmlInputElement>().map(|input| input.value());
        Action::Renamed(name.unwrap_or_default().trim().to_owned())
    });
    let size = source.path.chars().count().clamp(13, 30).to_string();
    html! {
        <label class="tab">
            <span class="vh">{"File name"}</span>
            <input id="name" type="text" {size} value={source.path.clone()} {onchange}
                placeholder="name of the file" autocomplete="off" spellcheck="false" autocapitalize="off" />
        </label>
    }
}

fn open_file(on_file: Callback<web_sys::File>) -> Html {
    let onchange = Callback::from(move |event: Event| {
        let Some(input) = event.target_dyn_into::<HtmlInputElement>() else { return };
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            on_file.emit(file);
        }
        // So that the same file can be opened again.
        input.set_value("");
    });
    html! { <label class="open">{"Open a file"}<input id="open" type="file" class="vh" {onchange} /></label> }
}

/// What the text was taken for, and how to say otherwise.
fn read_as(state: &State, on: &Callback<Action>) -> Html {
    let report = state.outcome.as_ref().map(|outcome| &outcome.report);
    let chosen = state.source.format.as_deref();
    let title = |id: &str| state.title(id).unwrap_or("nothing known");
    let recognised = match report {
        Some(report) if chosen.is_none() => title(report.format),
        _ => "what it looks like",
    };
    let how = match report {
        _ if chosen.is_some() => "you said so",
        None => "",
        Some(report) if report.format == UNKNOWN => "Say what it is.",
        Some(report) if report.format_certain && state.source.path.is_empty() => "by its content. Not that?",
        Some(report) if report.format_certain => "by its name and content. Not that?",
        Some(_) => "but it may be something else. Not that?",
    };
    let onchange = on.reform(|event: Event| {
        let id =
            event.target_dyn_into::<HtmlSelectElement>().map(|select| select.value()).unwrap_or_default();
        Action::ReadAs((!id.is_empty()).then_some(id))
    });
    let option = |id: &'static str, title: &'static str| {
        html! { <option value={id} selected={chosen == Some(id)}>{title}</option> }
    };
    html! {
        <span class="end">
            <label for="format">{"Read as"}</label>{" "}
            <select id="format" {onchange}>
                <option value="" selected={chosen.is_none()}>{recognised}</option>
                {for state.formats.iter().map(|format| option(format.id, format.title))}
            </select>
            {" "}<span>{how}</span>
        </span>
    }
}

#[derive(Properties, PartialEq)]
struct FieldProps {
    state: UseReducerHandle<State>,
    on: Callback<Action>,
}

/// The text area with its marks.
#[component]
fn Field(props: &FieldProps) -> Html {
    let state = &props.state;
    let (gutter, under) = (use_node_ref(), use_node_ref());
    // Marks belong to the text that was analysed; while the next answer is computed they stay where they were.
    let outcome = state.outcome.clone().filter(|_| state.is_due());
    let mine = state.job().map_or(0..=0, |job| job.line..=job.end_line.max(job.line));
    let rows = use_memo((outcome, state.source.text.clone(), mine), |(outcome, text, mine)| {
        let findings = outcome.as_ref().map_or(&[][..], |outcome| &outcome.report.findings);
        layer::rows(text, findings, mine)
    });
    let lines = state.source.text.split('\n').count();
    // The layers are moved with the text. A style that a script sets is not held back by the security policy.
    let follow = {
        let (gutter, under) = (gutter.clone(), under.clone());
        move |editor: &HtmlTextAreaElement| {
            for (layer, x) in [(&gutter, 0), (&under, editor.scroll_left())] {
                if let Some(layer) = layer.cast::<HtmlElement>() {
                    let shift = format!("translate({}px, {}px)", -x, -editor.scroll_top());
                    let _ = layer.style().set_property("transform", &shift);
                }
            }
        }
    };
    let onscroll = {
        let follow = follow.clone();
        Callback::from(move |event: Event| {
            if let Some(editor) = event.target_dyn_into::<HtmlTextAreaElement>() {
                follow(&editor);
            }
        })
    };
    let oninput = {
        let on = props.on.clone();
        Callback::from(move |event: InputEvent| {
            if let Some(editor) = event.target_dyn_into::<HtmlTextAreaElement>() {
                on.emit(Action::Edited(editor.value()));
            }
        })
    };
    // The finding at the caret, after a click or a key.
    let at_caret = {
        let (state, on) = (state.clone(), props.on.clone());
        move |editor: Option<HtmlTextAreaElement>| {
            let (Some(editor), Some(outcome)) = (editor, &state.outcome) else { return };
            let caret = editor.selection_start().ok().flatten().unwrap_or(0);
            let place = position::place(&state.source.text, caret);
            let findings = &outcome.report.findings;
            let here = findings.iter().position(|finding| position::contains(&finding.range, place));
            if here != state.finding {
                on.emit(Action::At(here));
            }
        }
    };
    let onclick = {
        let at_caret = at_caret.clone();
        Callback::from(move |event: MouseEvent| at_caret(event.target_dyn_into()))
    };
    let onkeyup = Callback::from(move |event: KeyboardEvent| {
        if event.key().starts_with("Arrow")
            || matches!(event.key().as_str(), "Home" | "End" | "PageUp" | "PageDown")
        {
            at_caret(event.target_dyn_into());
        }
    });
    let onkeydown = Callback::from(|event: KeyboardEvent| {
        if event.key() == "Escape" {
            event.prevent_default();
            browser::go_to("verdict");
        }
    });
    // The first finding of a text that was opened is brought into view; who types is left where they are.
    use_effect_with(state.outcome.clone(), move |outcome| {
        let first = |outcome: &Shared<Outcome>| {
            let findings = &outcome.report.findings;
            findings.iter().map(|finding| finding.range.line).min()
        };
        if let Some(line) = outcome.as_ref().and_then(first) {
            browser::show_line(line, u32::try_from(lines).unwrap_or(u32::MAX));
        }
    });
    let rows_shown = lines.clamp(*ROWS.start(), *ROWS.end()).to_string();
    html! {
        <div class="ed">
            <div class="gutter"><div ref={gutter}>
                {for rows.iter().map(gutter_row)}
            </div></div>
            <div class="field">
                <div class="under" aria-hidden="true"><div ref={under}>{for rows.iter().map(under_row)}</div></div>
                <label class="vh" for={browser::EDITOR}>{"Your Dockerfile or CI configuration"}</label>
                <textarea id={browser::EDITOR} rows={rows_shown} wrap="off" spellcheck="false" autocomplete="off"
                    autocapitalize="off" aria-describedby="editor-keys" value={state.source.text.to_string()}
                    placeholder={"Paste a Dockerfile or a CI configuration,\nor drop a file here."}
                    {oninput} {onscroll} {onclick} {onkeyup} {onkeydown} />
            </div>
        </div>
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

/// What the finding at the caret says.
fn note(state: &State) -> Html {
    let Some((index, outcome)) = state.finding.zip(state.outcome.as_ref()) else { return html! {} };
    let Some(finding) = outcome.report.findings.get(index) else { return html! {} };
    html! {
        <div class={classes!("note", finding.severity)}>
            <p class="id">{mark(finding.severity)}<b class={finding.severity}>{finding.severity}</b>
                {line_tag(&finding.range, "")}<code>{finding.rule}</code></p>
            <p>{markdown::line(&finding.message)}</p>
            <button type="button" class="link" data-explain={index.to_string()}>{"Explain"}</button>
        </div>
    }
}

/// Counts, keys, samples.
fn foot(state: &State, on: &Callback<Action>) -> Html {
    let findings = state.outcome.as_ref().map_or(0, |outcome| outcome.report.findings.len());
    let sample = |sample: &'static crate::samples::Sample| {
        let onclick = on.reform(move |_: MouseEvent| Action::Opened(sample.source()));
        html! { <li><button type="button" class="link" {onclick}>{sample.title}</button></li> }
    };
    let found = match findings {
        0 => String::new(),
        1 => "1 finding".to_owned(),
        count => format!("{count} findings"),
    };
    html! {
        <div class="edfoot">
            <p id="editor-keys">
                if !found.is_empty() { <span>{found}</span> }
                <span><kbd>{"F8"}</kbd>{" next finding"}</span>
                <span><kbd>{"Esc"}</kbd>{" to the verdict"}</span>
            </p>
            <div class="samples" id="samples">
                <span>{"Start from:"}</span>
                <ul>{for SAMPLES.iter().map(sample)}</ul>
            </div>
        </div>
    }
}
