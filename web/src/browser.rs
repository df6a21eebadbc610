//! What the page asks of the browser: elements, focus, the clipboard, files, the theme.

use gloo::file::{Blob, ObjectUrl};
use gloo::utils::{document, document_element, window};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Element, Event, HtmlAnchorElement, HtmlDocument, HtmlElement, HtmlLinkElement, HtmlTextAreaElement,
    js_sys,
};

use crate::json::Json;
use crate::texts::Entry;

/// Id of the editor that holds the person's text: a text area, or the element that took its place.
pub const EDITOR: &str = "editor";

/// Names of what is kept.
const THEME: &str = "theme";
const EDITOR_KIND: &str = "editor";
const PLAIN: &str = "plain";
const WORK: &str = "work";

/// What an editor shows of its text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// The selection, in UTF-16 units.
    pub start: u32,
    pub end: u32,
    /// How far it is scrolled, in pixels.
    top: i32,
    left: i32,
    /// Whether the keyboard is on it.
    focused: bool,
}

/// What the page's start has made or asked for, by its name.
fn given(name: &str) -> JsValue {
    let all = js_sys::Reflect::get(&window(), &"daemonless".into()).unwrap_or_default();
    js_sys::Reflect::get(&all, &name.into()).unwrap_or_default()
}

/// What comes of it.
async fn promised(name: &str) -> Option<JsValue> {
    JsFuture::from(js_sys::Promise::resolve(&given(name))).await.ok()
}

/// A link to the page that holds this; `None` where the browser can't make one.
pub async fn link(held: &JsValue) -> Option<String> {
    let fragment = kept(call_with("writeLink", held)?).await.as_text()?;
    let address = window().location().href().ok()?;
    let page = address.split('#').next().unwrap_or_default();
    Some(format!("{page}{fragment}"))
}

/// What the address holds, as `link.js` reads it; `None` where it is no such link.
pub async fn linked() -> Option<Json> {
    let hash = window().location().hash().ok()?;
    let held = kept(call_with("readLink", &hash.into())?).await;
    (!held.is_absent()).then_some(held)
}

/// The value as JSON.
pub fn json(value: &JsValue) -> String {
    js_sys::JSON::stringify(value).map(String::from).unwrap_or_default()
}

/// Keeps the work for the next visit. False where the browser keeps nothing, or not as much.
pub fn remember(held: &JsValue) -> bool {
    let text = json(held);
    storage().is_some_and(|storage| storage.set_item(WORK, &text).is_ok())
}

/// Forgets the work.
pub fn forget() {
    keep(WORK, None);
}

/// Whether work is remembered.
pub fn remembers() -> bool {
    storage().is_some_and(|storage| storage.get_item(WORK).ok().flatten().is_some())
}

/// Calls what the page's start has under this name.
fn call(name: &str) -> Option<JsValue> {
    given(name).dyn_ref::<js_sys::Function>()?.call0(&JsValue::UNDEFINED).ok()
}

/// What was there before the page's program. It is the program's from now on.
pub fn early() -> Json {
    let early = given("early");
    call("take");
    early.into()
}

/// What makes a worker that holds what the first verdict needs; `None` where it did not come.
pub async fn first() -> Option<js_sys::Function> {
    promised("first").await?.dyn_into().ok()
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
    // Behind the element that a shadow tree hides: what was really clicked.
    let clicked: Element = event.composed_path().get(0).dyn_into().ok()?;
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
    // The other one shows what it selects by itself.
    if is_text_area(&editor) {
        scroll_to(&editor, line, lines);
    }
}

/// Scrolls the editor so that the line is seen, unless the person is in it.
pub fn show_line(line: u32, lines: u32) {
    if let Some(editor) = editor().filter(|editor| !is_focused(editor)) {
        scroll_to(&editor, line, lines);
    }
}

/// Puts `text` in the place of a part of the editor's text, as one step that can be undone.
pub fn replace(start: u32, end: u32, text: &str) {
    let Some(editor) = editor() else { return };
    let _ = editor.focus();
    if is_text_area(&editor) {
        // Of all ways to change a text area this is the one that its own undo knows.
        let _ = editor.set_selection_range(start, end);
        if let Ok(document) = document().dyn_into::<HtmlDocument>() {
            let command = if text.is_empty() { "delete" } else { "insertText" };
            let _ = document.exec_command_with_show_ui_and_value(command, false, text);
        }
    } else {
        let _ = editor.set_range_text_with_start_and_end(text, start, end);
    }
}

/// What the editor shows now.
pub fn view() -> Option<View> {
    let editor = editor()?;
    let place = |place: Result<Option<u32>, JsValue>| place.ok().flatten().unwrap_or_default();
    Some(View {
        start: place(editor.selection_start()),
        end: place(editor.selection_end()),
        top: editor.scroll_top(),
        left: editor.scroll_left(),
        focused: is_focused(&editor),
    })
}

/// Has the editor show what another showed.
pub fn set_view(view: &View) {
    let Some(editor) = editor() else { return };
    if view.focused {
        let _ = editor.focus();
    }
    let _ = editor.set_selection_range(view.start, view.end);
    editor.set_scroll_top(view.top);
    editor.set_scroll_left(view.left);
}

/// The editor. The element that takes the text area's place has the text area's own names.
pub fn editor() -> Option<HtmlTextAreaElement> {
    element(EDITOR).map(JsCast::unchecked_into)
}

fn is_text_area(editor: &HtmlTextAreaElement) -> bool {
    editor.has_type::<HtmlTextAreaElement>()
}

/// Whether something happens in the editor.
pub fn is_in_editor(event: &Event) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|target| target.id() == EDITOR)
}

fn is_focused(editor: &HtmlTextAreaElement) -> bool {
    document().active_element().as_deref() == Some(&**editor)
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

/// Has the richer editor come; false if it can't be had.
pub async fn load_editor() -> bool {
    let Some(promise) = call("editor") else { return false };
    JsFuture::from(js_sys::Promise::resolve(&promise)).await.is_ok()
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

/// The texts of what was dropped, as `files.js` gives them.
pub fn dropped(event: &web_sys::DragEvent) -> Option<js_sys::Promise> {
    let data = event.data_transfer().filter(|data| data.types().includes(&"Files".into(), 0))?;
    call_with("dropped", &data)
}

/// The texts of what was picked.
pub fn picked(files: &web_sys::FileList) -> Option<js_sys::Promise> {
    call_with("picked", files)
}

fn call_with(name: &str, argument: &JsValue) -> Option<js_sys::Promise> {
    given(name).dyn_ref::<js_sys::Function>()?.call1(&JsValue::UNDEFINED, argument).ok()?.dyn_into().ok()
}

/// What comes of a promise; nothing where it fails.
pub async fn kept(promise: js_sys::Promise) -> Json {
    JsFuture::from(promise).await.unwrap_or_default().into()
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

/// Has a newer version of the page take this one's place.
pub fn renew() {
    call("renew");
}

/// Opens the browser's own dialog for printing.
pub fn print() {
    let _ = window().print();
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

/// Makes the page dark or light, from now on and at the next visit.
pub fn set_dark(dark: bool) {
    let theme = if dark { "dark" } else { "light" };
    let _ = document_element().set_attribute("data-theme", theme);
    keep(THEME, Some(theme));
}

/// Whether the person wants the plain text area.
pub fn prefers_plain() -> bool {
    let kept = storage().and_then(|storage| storage.get_item(EDITOR_KIND).ok().flatten());
    kept.as_deref() == Some(PLAIN)
}

/// Keeps what the person wants for the next visit.
pub fn set_prefers_plain(plain: bool) {
    keep(EDITOR_KIND, plain.then_some(PLAIN));
}

/// Keeps a setting, or forgets it. Settings are all that the page stores unasked.
fn keep(name: &str, value: Option<&str>) {
    if let Some(storage) = storage() {
        let _ = match value {
            Some(value) => storage.set_item(name, value),
            None => storage.remove_item(name),
        };
    }
}

/// `None` where the browser keeps nothing for this page.
fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}
