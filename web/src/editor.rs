//! The person's text: its name and format, the text itself in one of two editors, and what else can be done with it.

mod fixes;
mod plain;
mod record;
mod rich;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use gloo::events::EventListener;
use gloo::utils::document;
use wasm_bindgen::JsCast;
use web_sys::js_sys::Promise;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::platform::spawn_local;
use yew::platform::time::sleep;
use yew::prelude::*;

use crate::begin::{self, Begin};
use crate::browser::{self, View};
use crate::files;
use crate::mark::{line_tag, mark};
use crate::markdown;
use crate::position;
use crate::samples::SAMPLES;
use crate::share::Share;
use crate::state::{Action, Outcome, Part, Shared, Source, State, UNKNOWN};
use fixes::Fix;
use record::Record;

const LABEL: &str = "Your Dockerfile or CI configuration";
const PLACEHOLDER: &str = "Paste a Dockerfile or a CI configuration,\nor drop a file here.";
/// How often one looks whether a letter is still being put together.
const COMPOSING: Duration = Duration::from_millis(200);

/// The whole pane: name and format, text, note on the finding at the caret, and what else can be done.
pub fn view(state: &UseReducerHandle<State>, on: &Callback<Action>, begin: &Begin) -> Html {
    let open = {
        let on = on.clone();
        Callback::from(move |promise: Promise| {
            let on = on.clone();
            spawn_local(async move {
                let read = browser::kept(promise).await;
                on.emit(Action::Noticed(
                    read.get("notice").as_text().filter(|text| !text.is_empty()).map(Rc::from),
                ));
                on.emit(Action::Opened(read.get("files").items().iter().map(begin::source).collect()));
            });
        })
    };
    let ondrop = {
        let open = open.clone();
        Callback::from(move |event: DragEvent| {
            if let Some(promise) = browser::dropped(&event) {
                event.prevent_default();
                open.emit(promise);
            }
        })
    };
    let ondragover = Callback::from(|event: DragEvent| event.prevent_default());
    html! {
        <div class="pane" {ondrop} {ondragover}>
            {files::tabs(state, on)}
            <div class="panehead">
                {file_name(&state.source, on)}
                {pick("open", "Open files", false, &open)}
                {pick("open-folder", "a folder", true, &open)}
                {read_as(state, on)}
            </div>
            if let Some(notice) = &state.notice { <p class="note medium" role="alert" id="notice">{notice.to_string()}</p> }
            <Editor state={state.clone()} on={on.clone()} begin={begin.clone()} />
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

/// A way to files, or to those of a folder.
fn pick(id: &'static str, title: &'static str, folder: bool, open: &Callback<Promise>) -> Html {
    let open = open.clone();
    let onchange = Callback::from(move |event: Event| {
        let Some(input) = event.target_dyn_into::<HtmlInputElement>() else { return };
        if let Some(promise) = input.files().and_then(|files| browser::picked(&files)) {
            open.emit(promise);
        }
        // So that the same file can be opened again.
        input.set_value("");
    });
    html! {
        <label class="open">{title}<input {id} type="file" class="vh" multiple=true webkitdirectory={folder} {onchange} /></label>
    }
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

/// What lies beside the editor and outlives it, as another takes its place.
#[derive(Default)]
pub struct Desk {
    record: RefCell<Record>,
    /// What the page knows now.
    state: RefCell<Option<UseReducerHandle<State>>>,
    /// What the next editor is to show.
    view: Cell<Option<View>>,
    /// Id of the text that the editor shows.
    shown: Cell<u32>,
    /// Whether a letter is being put together, as for many languages: no editor may go away under it.
    composing: Cell<bool>,
}

impl Desk {
    /// What was typed before the page's program came is on it.
    fn new(begin: &Begin) -> Self {
        let mut record = Record::default();
        for (time, text) in &begin.typed {
            record.typed(text, *time);
        }
        if record.text() != &*begin.state.source.text {
            record.begin(begin.state.source.text.clone());
        }
        let shown = Cell::new(begin.state.source.id);
        Self { record: record.into(), view: Cell::new(begin.view), shown, ..Self::default() }
    }

    /// Says which finding is at the caret.
    fn at_caret(&self, on: &Callback<Action>) {
        let state = self.state.borrow().clone();
        let Some((view, state)) = browser::view().zip(state) else { return };
        let Some(outcome) = &state.outcome else { return };
        let place = position::place(&state.source.text, view.start);
        let findings = &outcome.report.findings;
        let here = findings.iter().position(|finding| position::contains(&finding.range, place));
        if here != state.finding {
            on.emit(Action::At(here));
        }
    }
}

#[derive(Properties, PartialEq)]
struct EditorProps {
    state: UseReducerHandle<State>,
    on: Callback<Action>,
    begin: Begin,
}

/// The text, note on the finding at the caret, keys and samples. A text area is there at once; the richer editor takes
/// its place when it is there, unless the person wants the text area.
#[component]
fn Editor(props: &EditorProps) -> Html {
    let EditorProps { state, on, begin } = props;
    let desk = (*use_state(|| Shared::new(Desk::new(begin)))).clone();
    let plain = use_state(|| begin.plain);
    let there = use_state(|| false);
    {
        let desk = desk.clone();
        use_effect_with((), move |()| {
            let listen = |kind, composing| {
                let desk = desk.clone();
                EventListener::new(&document(), kind, move |_| desk.composing.set(composing))
            };
            // Here, behind the editor's own keys: Esc leads to the verdict, unless it has closed something.
            let escape = EventListener::new(&document(), "keydown", |event| {
                let key = event.dyn_ref::<KeyboardEvent>().map(KeyboardEvent::key);
                if key.as_deref() == Some("Escape")
                    && !event.default_prevented()
                    && browser::is_in_editor(event)
                {
                    browser::go_to("verdict");
                }
            });
            let listeners = [listen("compositionstart", true), listen("compositionend", false), escape];
            || drop(listeners)
        });
    }
    // It comes last: neither the first verdict nor the rewritten text waits for it, and no text decides that it does.
    let due = state.whole != Part::Coming;
    {
        let (desk, on, there) = (desk.clone(), on.clone(), there.setter());
        use_effect_with((due, *plain), move |&(due, plain)| {
            if due && plain {
                on.emit(Action::EditorSettled);
            } else if due {
                spawn_local(async move {
                    let came = browser::load_editor().await;
                    while desk.composing.get() {
                        sleep(COMPOSING).await;
                    }
                    if came {
                        desk.view.set(browser::view());
                        there.set(true);
                    }
                    on.emit(Action::EditorSettled);
                });
            }
        });
    }
    let onplain = {
        let (desk, plain) = (desk.clone(), plain.clone());
        Callback::from(move |event: Event| {
            let Some(input) = event.target_dyn_into::<HtmlInputElement>() else { return };
            browser::set_prefers_plain(input.checked());
            desk.view.set(browser::view());
            plain.set(input.checked());
        })
    };
    let rich = *there && !*plain;
    {
        let (desk, on) = (desk.clone(), on.clone());
        use_effect_with(rich, move |&rich| {
            let view = desk.view.take();
            let editor = browser::editor().filter(|_| rich);
            let listeners = editor.map(|editor| rich::begin(&editor, &view.unwrap_or_default(), &desk, &on));
            if let Some(view) = view {
                browser::set_view(&view);
            }
            || drop(listeners)
        });
    }
    let source = state.source.text.clone();
    let seen =
        (source.clone(), state.outcome.clone(), state.lines(), state.builder.clone(), state.rewrites.clone());
    let fixes = {
        let state = state.clone();
        use_memo(seen.clone(), move |_| fixes::fixes(&state))
    };
    let rows = {
        let state = state.clone();
        use_memo((rich, source, state.outcome.clone(), state.lines()), move |&(rich, ..)| {
            if rich { Vec::new() } else { plain::rows(&state) }
        })
    };
    *desk.state.borrow_mut() = Some(state.clone());
    {
        let (state, desk, fixes) = (state.clone(), desk.clone(), fixes.clone());
        use_effect_with((rich, seen, state.source.format.clone(), state.source.id), move |&(rich, ..)| {
            let text = &state.source.text;
            // Another text: a file, a sample, another tab.
            let switched = desk.shown.replace(state.source.id) != state.source.id;
            let other = switched || desk.record.borrow().text() != &**text;
            if other {
                desk.record.borrow_mut().begin(text.clone());
            }
            if let Some(editor) = browser::editor().filter(|_| rich) {
                if other {
                    rich::show(&editor, &state.source);
                }
                rich::tell(&editor, &state, &fixes);
            }
        });
    }
    // The first finding of a text that was opened is brought into view; who types is left where they are.
    let lines = state.source.text.split('\n').count();
    use_effect_with(state.outcome.clone(), move |outcome| {
        let first = |outcome: &Shared<Outcome>| {
            let findings = &outcome.report.findings;
            findings.iter().map(|finding| finding.range.line).min()
        };
        if let Some(line) = outcome.as_ref().and_then(first) {
            browser::show_line(line, u32::try_from(lines).unwrap_or(u32::MAX));
        }
    });
    let layers = (*use_state(plain::Layers::default)).clone();
    html! {
        <>
            <div class="ed">
                if rich { {rich::view()} } else { {plain::view(state, on, &desk, &rows, &layers)} }
            </div>
            {note(state, &fixes)}
            <Share state={state.clone()} remembers={begin.remembers} />
            {foot(state, on, rich, *plain, onplain)}
        </>
    }
}

/// What the finding at the caret says.
fn note(state: &State, fixes: &[Fix]) -> Html {
    let Some((index, outcome)) = state.finding.zip(state.outcome.as_ref()) else { return html! {} };
    let Some(finding) = outcome.report.findings.get(index) else { return html! {} };
    let fix = |fix: &Fix| {
        let (start, end, text) = (fix.start, fix.end, fix.text.clone());
        let onclick = move |event: MouseEvent| {
            // The button may be another one by the time that the page hears of the click.
            event.stop_propagation();
            browser::replace(start, end, &text);
        };
        html! { <button type="button" class="link" {onclick}>{"Apply: "}{markdown::line(&fix.reason)}</button> }
    };
    html! {
        <div class={classes!("note", finding.severity)}>
            <p class="id">{mark(finding.severity)}<b class={finding.severity}>{finding.severity}</b>
                {line_tag(&finding.range, "")}<code>{finding.rule}</code></p>
            <p>{markdown::line(&finding.message)}</p>
            <button type="button" class="link" data-explain={index.to_string()}>{"Explain"}</button>
            {for fixes::touching(fixes, &finding.range).iter().map(fix)}
        </div>
    }
}

/// Counts, keys, which editor, samples.
fn foot(state: &State, on: &Callback<Action>, rich: bool, plain: bool, onplain: Callback<Event>) -> Html {
    let findings = state.outcome.as_ref().map_or(0, |outcome| outcome.report.findings.len());
    let sample = |sample: &'static crate::samples::Sample| {
        let onclick = on.reform(move |_: MouseEvent| Action::Opened(vec![sample.source()]));
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
                if rich {
                    <span><kbd>{"Tab"}</kbd>{" leads on from there"}</span>
                    <span><kbd>{"Ctrl"}</kbd>{" "}<kbd>{"F"}</kbd>{" find"}</span>
                }
            </p>
            <label class="setting">
                <input type="checkbox" id="plain" checked={plain} onchange={onplain} />{"Plain text area"}
            </label>
            <div class="samples" id="samples">
                <span>{"Start from:"}</span>
                <ul>{for SAMPLES.iter().map(sample)}</ul>
            </div>
        </div>
    }
}
