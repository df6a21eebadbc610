//! The analysis for JavaScript. Objects in, objects out: the JSON that the command prints, as values.
//!
//! It keeps nothing between calls and asks for nothing: what it is given is all that it reads.

use daemonless_core::format::FORMATS;
use daemonless_core::model::{Host, Reach};
use daemonless_core::{Context, File};
use js_sys::JSON;
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;

/// A format.
#[derive(Serialize)]
struct Named {
    id: &'static str,
    title: &'static str,
}

/// A named text: `{path, text, format?}`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    path: String,
    text: String,
    /// Id of the format to read it as; else it is recognised by path and content.
    #[serde(default)]
    format: Option<String>,
}

/// What is known besides the texts: `{host?, reach?}`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    /// Where all jobs run: `shared`, `dedicated` or `vm`.
    #[serde(default)]
    host: Option<String>,
    /// Who can start them: `strangers`, `pushers` or `protected`.
    #[serde(default)]
    reach: Option<String>,
}

/// The formats that it reads: `{id, title}` of each, in the order in which they are offered.
///
/// # Errors
/// None that a caller could cause.
#[wasm_bindgen]
pub fn formats() -> Result<JsValue, JsError> {
    let formats: Vec<_> = FORMATS.iter().map(|format| Named { id: format.id, title: format.title }).collect();
    to_js(&formats)
}

/// The report on `files`, read together.
///
/// # Errors
/// Where an argument has not the shape that it should have.
#[wasm_bindgen]
pub fn analyze(files: &JsValue, context: &JsValue) -> Result<JsValue, JsError> {
    to_js(&daemonless_core::analyze(&self::files(files)?, &self::context(context)?))
}

/// The file of index `file` rewritten for the builder of that id; `null` where there is no such file or builder, or the
/// file's format can't be rewritten.
///
/// # Errors
/// Where an argument has not the shape that it should have.
#[wasm_bindgen]
pub fn rewrite(files: &JsValue, context: &JsValue, file: usize, builder: &str) -> Result<JsValue, JsError> {
    to_js(&daemonless_core::rewrite(&self::files(files)?, &self::context(context)?, file, builder))
}

fn files(value: &JsValue) -> Result<Vec<File>, JsError> {
    let texts: Vec<Text> = from_js(value)?;
    let file = |text: Text| File { path: text.path, text: text.text, format: text.format };
    Ok(texts.into_iter().map(file).collect())
}

fn context(value: &JsValue) -> Result<Context, JsError> {
    if value.is_undefined() || value.is_null() {
        return Ok(Context::default());
    }
    let known: Known = from_js(value)?;
    Ok(Context {
        host: chosen("host", known.host, Host::from_id)?,
        reach: chosen("reach", known.reach, Reach::from_id)?,
        ..Context::default()
    })
}

/// The value of that id, if one is given.
fn chosen<T>(what: &str, id: Option<String>, from_id: fn(&str) -> Option<T>) -> Result<Option<T>, JsError> {
    let Some(id) = id else { return Ok(None) };
    from_id(&id).map(Some).ok_or_else(|| JsError::new(&format!("there is no {what} `{id}`")))
}

fn from_js<T: for<'de> Deserialize<'de>>(value: &JsValue) -> Result<T, JsError> {
    let text = JSON::stringify(value).map_err(|_| JsError::new("it can't be written as JSON"))?;
    Ok(serde_json::from_str(&String::from(text))?)
}

fn to_js(value: &impl Serialize) -> Result<JsValue, JsError> {
    JSON::parse(&serde_json::to_string(value)?).map_err(|_| JsError::new("the report is no JSON"))
}
