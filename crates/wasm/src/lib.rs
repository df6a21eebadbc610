//! The analysis for JavaScript. Objects in, objects out: the JSON that the command prints, as values.
//!
//! It keeps nothing between calls and asks for nothing: what it is given is all that it reads.

#[cfg(feature = "whole")]
use std::collections::BTreeSet;

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
#[cfg(feature = "whole")]
#[wasm_bindgen]
pub fn rewrite(files: &JsValue, context: &JsValue, file: usize, builder: &str) -> Result<JsValue, JsError> {
    to_js(&daemonless_core::rewrite(&self::files(files)?, &self::context(context)?, file, builder))
}

/// The rewrite of that file for that builder with those of its hunks alone whose numbers, from 1, are in the list `taken`:
/// its text, what is left to a person, and the report on the text as it then is. `null` as from [`rewrite`].
///
/// # Errors
/// Where an argument has not the shape that it should have.
#[cfg(feature = "whole")]
#[wasm_bindgen]
pub fn select(
    files: &JsValue,
    context: &JsValue,
    file: usize,
    builder: &str,
    taken: &JsValue,
) -> Result<JsValue, JsError> {
    let (files, context, taken) = (self::files(files)?, self::context(context)?, from_js(taken)?);
    let whole = daemonless_core::rewrite(&files, &context, file, builder);
    to_js(&whole.map(|whole| daemonless_core::rewrite::select(&files, &context, file, &whole, &taken)))
}

/// Those hunks as a unified diff, byte for byte as `daemonless fix --diff` prints it; empty where there is none.
///
/// # Errors
/// Where an argument has not the shape that it should have.
#[cfg(feature = "whole")]
#[wasm_bindgen]
pub fn patch(
    files: &JsValue,
    context: &JsValue,
    file: usize,
    builder: &str,
    taken: &JsValue,
) -> Result<String, JsError> {
    let (files, context) = (self::files(files)?, self::context(context)?);
    let taken: BTreeSet<usize> = from_js(taken)?;
    let whole = daemonless_core::rewrite(&files, &context, file, builder);
    let (Some(whole), Some(file)) = (whole, files.get(file)) else { return Ok(String::new()) };
    let is_taken = |number| taken.contains(&number);
    Ok(daemonless_output::patch::unified(&file.path, &file.text, &whole.edits, is_taken, |_, text| text))
}

/// A form of a report, `{id, title, file}`: `file` is a name for a file of it.
#[cfg(feature = "whole")]
#[derive(Serialize)]
struct Form {
    id: &'static str,
    title: &'static str,
    file: &'static str,
}

/// The forms that [`print`] knows, in the order in which they are offered.
///
/// # Errors
/// None that a caller could cause.
#[cfg(feature = "whole")]
#[wasm_bindgen]
pub fn outputs() -> Result<JsValue, JsError> {
    let form =
        |output: &&daemonless_output::Output| Form { id: output.id, title: output.title, file: output.file };
    to_js(&daemonless_output::OUTPUTS.iter().map(form).collect::<Vec<_>>())
}

/// The report on `files` in the form of that id, byte for byte as `daemonless check --format` prints it.
///
/// # Errors
/// Where an argument has not the shape that it should have, or there is no such form.
#[cfg(feature = "whole")]
#[wasm_bindgen]
pub fn print(files: &JsValue, context: &JsValue, id: &str) -> Result<String, JsError> {
    let output = daemonless_output::OUTPUTS.iter().find(|output| output.id == id);
    let output = output.ok_or_else(|| JsError::new(&format!("there is no form `{id}`")))?;
    let files = self::files(files)?;
    let report = daemonless_core::analyze(&files, &self::context(context)?);
    let mut printed = Vec::new();
    (output.render)(&report, &files, &mut printed)?;
    Ok(String::from_utf8(printed)?)
}

/// What looks like a secret in a text.
#[cfg(feature = "whole")]
#[derive(Serialize)]
struct Secret {
    /// Index of the file.
    file: usize,
    /// What it looks like, for a sentence.
    what: &'static str,
    /// Line, from 1.
    line: usize,
    /// Bytes of the text.
    start: usize,
    end: usize,
}

/// What looks like a secret in `files`: `{file, what, line, start, end}` of each. A guess, for who is about to share them.
///
/// # Errors
/// Where an argument has not the shape that it should have.
#[cfg(feature = "whole")]
#[wasm_bindgen]
pub fn secrets(files: &JsValue) -> Result<JsValue, JsError> {
    let mut found = Vec::new();
    for (file, File { text, .. }) in self::files(files)?.into_iter().enumerate() {
        let (mut line, mut at) = (1, 0);
        for secret in daemonless_core::secrets::secrets(&text) {
            line += text[at..secret.span.start].matches('\n').count();
            at = secret.span.start;
            found.push(Secret { file, what: secret.what, line, start: at, end: secret.span.end });
        }
    }
    to_js(&found)
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
