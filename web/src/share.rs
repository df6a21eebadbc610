//! Sharing: a link that holds the files and settings behind its `#`, a file where that would be too long, and what this
//! browser remembers. What looks like a secret is pointed out before, and blanked unless the person says otherwise.

use std::cell::Cell;
use std::rc::Rc;

use wasm_bindgen::JsValue;
use web_sys::HtmlInputElement;
use web_sys::js_sys::Array;
use yew::platform::spawn_local;
use yew::prelude::*;

use crate::browser;
use crate::json::{Json, object};
use crate::markdown;
use crate::report::Read;
use crate::state::{Source, State};
use crate::worker::{self, Call};

/// A link of more letters than this is cut by chats and mail programs; a file is offered in its place.
const LONGEST: usize = 8_000;

/// How long looking for secrets may take, in milliseconds.
const LIMIT: u32 = 5_000;

/// What stands in the place of what is blanked.
const BLANK: &str = "REMOVED";

/// What looks like a secret.
#[derive(Clone, Debug, PartialEq)]
struct Secret {
    /// Index of the file.
    file: usize,
    what: String,
    line: u32,
    /// Bytes of the file.
    start: usize,
    end: usize,
}

impl Read for Secret {
    fn read(value: &Json) -> Self {
        let number = |name: &str| u32::read(&value.get(name));
        Self {
            file: number("file") as usize,
            what: Read::read(&value.get("what")),
            line: number("line"),
            start: number("start") as usize,
            end: number("end") as usize,
        }
    }
}

/// What is shared, as a link and a file hold it. `blanked` parts of it are not.
pub fn held(state: &State, blanked: &[(usize, usize, usize)]) -> JsValue {
    let file = |(index, source): (usize, &Source)| {
        let file = source.file();
        let text = blank(
            &file.text,
            blanked.iter().filter(|place| place.0 == index).map(|place| (place.1, place.2)),
        );
        object(&[
            ("path", Some(source.path.as_str().into())),
            ("text", Some(text.into())),
            ("format", file.format.map(JsValue::from)),
        ])
    };
    let files: Array = state.files().iter().enumerate().map(file).collect();
    let context = object(&[
        ("host", state.context.host.map(|host| host.id().into())),
        ("reach", state.context.reach.map(|reach| reach.id().into())),
    ]);
    object(&[
        ("files", Some(files.into())),
        ("context", Some(context)),
        ("builder", state.builder.as_deref().map(JsValue::from)),
    ])
}

/// The text without these parts, which are in its order.
fn blank(text: &str, parts: impl Iterator<Item = (usize, usize)>) -> String {
    let (mut blanked, mut at) = (String::new(), 0);
    for (start, end) in parts {
        blanked += text.get(at..start).unwrap_or_default();
        blanked += BLANK;
        at = end;
    }
    blanked + text.get(at..).unwrap_or_default()
}

#[derive(Properties, PartialEq)]
pub struct ShareProps {
    pub state: UseReducerHandle<State>,
    /// Whether this browser remembers the work.
    pub remembers: bool,
}

/// The button, and what it opens.
#[component]
pub fn Share(ShareProps { state, remembers }: &ShareProps) -> Html {
    let open = use_state(|| false);
    let remembers = use_state(|| *remembers);
    {
        // What is remembered is the work as it is when the keyboard rests.
        let kept = (state.files(), state.context.clone(), state.builder.clone(), *remembers);
        let state = state.clone();
        use_effect_with(kept, move |&(.., remembers)| {
            let timeout = gloo::timers::callback::Timeout::new(500, move || {
                if remembers {
                    browser::remember(&held(&state, &[]));
                }
            });
            || drop(timeout)
        });
    }
    let onclick = {
        let open = open.clone();
        move |_: MouseEvent| open.set(!*open)
    };
    let onremember = {
        let (remembers, state) = (remembers.clone(), state.clone());
        move |event: Event| {
            let Some(input) = event.target_dyn_into::<HtmlInputElement>() else { return };
            let kept = input.checked() && browser::remember(&held(&state, &[]));
            if !kept {
                browser::forget();
                input.set_checked(false);
            }
            remembers.set(kept);
        }
    };
    let blank = state.open().all(|(source, _)| source.is_blank());
    html! {
        <div class="share">
            <p class="row">
                <button type="button" id="share" class="btn" aria-expanded={open.to_string()} disabled={blank} {onclick}>{"Share"}</button>
                <label class="setting">
                    <input type="checkbox" id="remember" checked={*remembers} onchange={onremember} />
                    {"Remember my files in this browser"}
                </label>
            </p>
            if *open && !blank { <Panel state={state.clone()} /> }
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct PanelProps {
    state: UseReducerHandle<State>,
}

/// What is shared: what looks like a secret in it, and the link.
#[component]
fn Panel(PanelProps { state }: &PanelProps) -> Html {
    // `None` until it was looked for.
    let secrets = use_state(|| None::<Rc<[Secret]>>);
    let told = use_mut_ref(Vec::<usize>::new);
    let version = use_state(|| 0_u32);
    let link = use_state(|| None::<AttrValue>);
    let copied = use_state(|| None::<bool>);
    let files = state.files();
    {
        let (secrets, told) = (secrets.clone(), told.clone());
        use_effect_with(files.clone(), move |files| {
            told.borrow_mut().clear();
            let (files, late) = (files.clone(), Rc::new(Cell::new(false)));
            let is_late = late.clone();
            spawn_local(async move {
                let found = match browser::whole().await {
                    Some(start) => {
                        worker::once(start, Call::on("secrets", &files, &Default::default(), LIMIT)).await
                    }
                    None => None,
                };
                if !is_late.get() {
                    secrets.set(Some(found.map(|found| Vec::read(&found)).unwrap_or_default().into()));
                }
            });
            move || late.set(true)
        });
    }
    {
        let (link, copied, state, told, secrets) =
            (link.clone(), copied.clone(), state.clone(), told.clone(), secrets.clone());
        let due = (files, state.context.clone(), state.builder.clone(), (*secrets).clone(), *version);
        use_effect_with(due, move |_| {
            copied.set(None);
            let Some(found) = &*secrets else { return };
            let told = told.borrow();
            let blanked: Vec<_> = found
                .iter()
                .enumerate()
                .filter(|(index, _)| !told.contains(index))
                .map(|(_, secret)| (secret.file, secret.start, secret.end))
                .collect();
            let held = held(&state, &blanked);
            spawn_local(async move { link.set(browser::link(&held).await.map(AttrValue::from)) });
        });
    }
    let Some(found) = &*secrets else { return html! { <p class="panel">{"Looking for secrets in it."}</p> } };
    let one = |(index, secret): (usize, &Secret)| {
        let (told, version) = (told.clone(), version.clone());
        let checked = !told.borrow().contains(&index);
        let onchange = move |_: Event| {
            let mut told = told.borrow_mut();
            if checked {
                told.push(index);
            } else {
                told.retain(|other| *other != index);
            }
            version.set(*version + 1);
        };
        let name = state.files().get(secret.file).map(|source| source.path.clone()).unwrap_or_default();
        html! {
            <li><label class="setting">
                <input type="checkbox" {checked} {onchange} />
                <span>{"Blank line "}{secret.line}{if name.is_empty() { String::new() } else { format!(" of {name}") }}{": "}{&secret.what}</span>
            </label></li>
        }
    };
    let save = {
        let (state, told, found) = (state.clone(), told.clone(), found.clone());
        move |_: MouseEvent| {
            let told = told.borrow();
            let all = found.iter().enumerate().filter(|(index, _)| !told.contains(index));
            let blanked: Vec<_> = all.map(|(_, secret)| (secret.file, secret.start, secret.end)).collect();
            browser::download("pipeline.daemonless.json", &browser::json(&held(&state, &blanked)));
        }
    };
    let copy = |address: &AttrValue| {
        let (address, copied) = (address.clone(), copied.clone());
        move |_: MouseEvent| {
            let (address, copied) = (address.clone(), copied.clone());
            spawn_local(async move { copied.set(Some(browser::copy(&address).await)) });
        }
    };
    html! {
        <div class="panel" id="share-panel">
            if !found.is_empty() {
                <p>{markdown::line("This looks like secrets. Those that are ticked are not in the link; in their place stands `REMOVED`.")}</p>
                <ul id="secrets">{for found.iter().enumerate().map(one)}</ul>
            }
            if let Some(address) = &*link {
                if address.len() > LONGEST {
                    <p>{format!("As a link this would have {} letters, more than many chats and mail programs keep whole. \
                                 Send the file in its place: whoever drops it on this page has what you have.", address.len())}</p>
                } else {
                    <p><label for="link">{"The files and settings are in the link itself, behind the #; no server sees them."}</label></p>
                    <p class="row">
                        <input id="link" type="text" readonly=true value={address.clone()} />
                        <button type="button" id="copy-link" class="btn solid" onclick={copy(address)}>{"Copy link"}</button>
                    </p>
                }
            }
            <p class="row">
                <button type="button" id="save" class="btn" onclick={save}>{"Save as a file"}</button>
                <span role="status">{match *copied {
                    None => "",
                    Some(true) => "Copied.",
                    Some(false) => "The browser does not let the page copy: take the link from the field.",
                }}</span>
            </p>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_blanked() {
        assert_eq!(blank("a: xyz\nb: é\n", [(3, 6), (10, 12)].into_iter()), "a: REMOVED\nb: REMOVED\n");
        assert_eq!(blank("abc", std::iter::empty()), "abc");
        assert_eq!(blank("abc", [(2, 9)].into_iter()), "abREMOVED");
    }
}
