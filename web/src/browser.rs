//! What the page asks of the browser: elements, focus, the clipboard, files, the theme.

use gloo::file::{Blob, ObjectUrl};
use gloo::storage::{LocalStorage, Storage};
use gloo::utils::{document, document_element, window};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, Event, HtmlAnchorElement, HtmlElement, HtmlLinkElement, HtmlTextAreaElement, js_sys};

use crate::texts::Entry;

/// Id of the text area that holds the person's text.
pub const EDITOR: &str = "editor";

const THEME: &str = "theme";

/// What the page's start has asked for under this name.
async fn promised(name: &str) -> Option<JsValue> {
    let promise = js_sys::Reflect::get(&window(), &name.into()).ok()?;
    JsFuture::from(js_sys::Promise::resolve(&promise)).await.ok()
}

/// What makes a worker that holds the whole analysis; `None` where it did not come.
pub async fn whole() -> Option<js_sys::Function> {
    promised("whole").await?.dyn_into().ok()
}

/// The long texts; `None` where they did not come.
pub async fn texts() -> Option<Entry> {
    entry(promised("texts").await?)
}

/// A value of JSON; `None` where it is neither text, list nor object. It is as deep as the file, which is our own.
fn entry(value: JsValue) -> Option<Entry> {
    let value = match value.dyn_into::<js_sys::Array>() {
        Ok(list) => return list.iter().map(entry).collect::<Option<_>>().map(Entry::List),
        Err(value) => value,
    };
    if let Some(text) = value.as_string() {
        return Some(Entry::Text(text));
    }
    let named = |pair: JsValue| {
        let pair: js_sys::Array = pair.dyn_into().ok()?;
        Some((pair.get(0).as_string()?, entry(pair.get(1))?))
    };
    js_sys::Object::entries(value.dyn_ref()?).iter().map(named).collect::<Option<_>>().map(Entry::Named)
}

pub fn element(id: &str) -> Option<Element> {
    document().get_element_by_id(id)
}

/// The value of the attribute on what was clicked, or on what it stands in.
pub fn data(event: &Event, attribute: &str) -> Option<String> {
    let clicked: Element = event.target()?.dyn_into().ok()?;
    clicked.closest(&format!("[{attribute}]")).ok()??.get_attribute(attribute)
}

/// Puts the keyboard on the element of that id.
pub fn focus(id: &str) {
    if let Some(element) = element(id).and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

/// Brings the element of that id into view and puts the keyboard there.
pub fn go_to(id: &str) {
    if let Some(element) = element(id) {
        element.scroll_into_view();
        focus(id);
    }
}

/// Selects a part of the editor's text, from and to in UTF-16 units, and shows its line.
pub fn select(start: u32, end: u32, line: u32, lines: u32) {
    let Some(editor) = editor() else { return };
    let _ = editor.focus();
    let _ = editor.set_selection_range(start, end);
    scroll_to(&editor, line, lines);
}

/// Scrolls the editor so that the line is seen, unless the person is in it.
pub fn show_line(line: u32, lines: u32) {
    if let Some(editor) = editor()
        && document().active_element().as_deref() != Some(&**editor)
    {
        scroll_to(&editor, line, lines);
    }
}

fn editor() -> Option<HtmlTextAreaElement> {
    element(EDITOR)?.dyn_into().ok()
}

fn scroll_to(editor: &HtmlTextAreaElement, line: u32, lines: u32) {
    let height = f64::from(editor.scroll_height()) / f64::from(lines.max(1));
    let top = height * f64::from(line.saturating_sub(1));
    let visible = f64::from(editor.client_height());
    let scrolled = f64::from(editor.scroll_top());
    if top < scrolled || top + 2.0 * height > scrolled + visible {
        editor.set_scroll_top((top - visible / 3.0).max(0.0) as i32);
    }
}

/// Address of the page's icon.
pub fn icon() -> Option<String> {
    let link = document().query_selector("link[rel=icon]").ok()??;
    Some(link.dyn_into::<HtmlLinkElement>().ok()?.href())
}

/// Puts `text` on the clipboard. False where the browser has none for this page.
pub async fn copy(text: &str) -> bool {
    let navigator = window().navigator();
    // Absent where the page is not served from a secure origin.
    let present = js_has(&navigator, "clipboard");
    present && JsFuture::from(navigator.clipboard().write_text(text)).await.is_ok()
}

fn js_has(object: &JsValue, property: &str) -> bool {
    js_sys::Reflect::get(object, &property.into()).is_ok_and(|value| !value.is_undefined())
}

/// The text of a file. What is no UTF-8 shows as such; a byte order mark stays.
pub async fn read(file: &web_sys::File) -> Option<String> {
    let bytes = JsFuture::from(file.array_buffer()).await.ok()?;
    Some(String::from_utf8_lossy(&js_sys::Uint8Array::new(&bytes).to_vec()).into_owned())
}

/// Hands `text` to the person as a file.
pub fn download(name: &str, text: &str) {
    let url = ObjectUrl::from(Blob::new_with_options(text, Some("text/plain;charset=utf-8")));
    let link = document().create_element("a").ok().and_then(|link| link.dyn_into::<HtmlAnchorElement>().ok());
    if let Some(link) = link {
        link.set_href(&url);
        link.set_download(name);
        link.click();
        // The browser reads the file after this; a second is ample, and then its memory is free again.
        gloo::timers::callback::Timeout::new(1_000, move || drop(url)).forget();
    }
}

/// Whether the page is dark now.
pub fn is_dark() -> bool {
    match document_element().get_attribute("data-theme") {
        Some(theme) => theme == "dark",
        None => {
            let query = window().match_media("(prefers-color-scheme: dark)");
            query.ok().flatten().is_some_and(|query| query.matches())
        }
    }
}

/// Makes the page dark or light, from now on and at the next visit. It is all that the page ever stores.
pub fn set_dark(dark: bool) {
    let theme = if dark { "dark" } else { "light" };
    let _ = document_element().set_attribute("data-theme", theme);
    let _ = LocalStorage::raw().set_item(THEME, theme);
}
