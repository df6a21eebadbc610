//! Names of images in a job's commands, and who uses them.

use std::collections::{HashMap, HashSet};

use super::plan::is_absorbed;
use crate::engine::image::Reference;
use crate::model::{Job, Value};
use crate::source::Span;

/// A name to compare by: `${A}` for `$A`, and with the tag that Docker adds.
pub(in crate::rewrite) fn canonical(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 8);
    let mut rest = name.trim();
    while let Some(at) = rest.find('$') {
        out.push_str(rest.get(..at).unwrap_or(""));
        rest = rest.get(at + 1..).unwrap_or("");
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
        let (variable, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        if variable.is_empty() {
            out.push('$');
            continue;
        }
        out.push_str(&format!("${{{variable}}}"));
        rest = after;
    }
    out.push_str(rest);
    let reference = Reference::parse(&out);
    if reference.tag.is_empty() && reference.digest.is_empty() {
        out.push_str(":latest");
    }
    out
}

pub(super) fn same(a: &Value, b: &Value) -> bool {
    a.others.len() == b.others.len()
        && a.texts().zip(b.texts()).all(|(a, b)| canonical(a.as_str()) == canonical(b.as_str()))
}

/// A value as a part of a sentence.
pub(super) fn quoted(value: &Value) -> String {
    format!("`{}`", value.as_str())
}

/// Where commands name images, as words or as values of options and arguments: by canonical name, the commands' indices
/// and places. Commands that go or only tell are left out.
pub(super) fn users(job: &Job) -> HashMap<String, Vec<(usize, Span)>> {
    let docker = job.invocations.iter().filter(|one| one.is_docker() && is_absorbed(one));
    let absorbed: HashSet<usize> = docker.map(|one| one.command).collect();
    let mut users: HashMap<String, Vec<(usize, Span)>> = HashMap::new();
    for (at, command) in job.commands.iter().enumerate() {
        let program = command.words.first().map_or("", |word| word.as_str());
        if absorbed.contains(&at) || matches!(program, "echo" | "printf" | "export" | "cd") {
            continue;
        }
        for word in command.words.iter().skip(1).map(Value::as_str) {
            let value = word.rsplit_once('=').map(|(_, value)| value);
            for name in std::iter::once(word).chain(value) {
                let places = users.entry(canonical(name)).or_default();
                // One place besides the build's own is enough to tell.
                if places.len() < 2 && places.last().is_none_or(|(last, _)| *last != at) {
                    places.push((at, command.span));
                }
            }
        }
    }
    users
}
