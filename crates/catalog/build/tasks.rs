//! `facts/tasks.yaml` as a table: each part of a command line is one line of text there.

use std::path::Path;

use serde::Deserialize;

use crate::emit::{List, Raw, table};
use crate::ids::{NeedRef, SourceRef};
use crate::read::yaml;
use crate::schema::Service;

/// An entry of `tasks.yaml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    service: Service,
    names: List<String>,
    when: Option<Condition>,
    #[serde(default)]
    run: Vec<String>,
    #[serde(default)]
    needs: List<NeedRef>,
    #[serde(default)]
    machine: bool,
    source: SourceRef,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Condition {
    input: String,
    #[serde(default)]
    default: String,
    #[serde(default)]
    is: List<String>,
    #[serde(default)]
    not: List<String>,
}

#[derive(Debug)]
#[allow(dead_code)]
struct Task {
    service: Service,
    names: List<String>,
    when: Raw,
    run: List<Raw>,
    needs: List<NeedRef>,
    machine: bool,
    source: SourceRef,
}

/// Writes the table.
pub fn write(code: &mut String, facts: &Path) -> Result<(), String> {
    let entries: Vec<Entry> = yaml(&facts.join("tasks.yaml"))?;
    let mut tasks = Vec::new();
    for entry in entries {
        let in_entry = |error: String| format!("facts/tasks.yaml: {:?}: {error}", entry.names);
        let run = entry.run.iter().map(|line| part(line)).collect::<Result<_, _>>().map_err(in_entry)?;
        let when = entry.when.as_ref().map_or_else(|| "When::Always".to_owned(), condition);
        let Entry { service, names, needs, machine, source, .. } = entry;
        tasks.push(Task { service, names, when: Raw(when), run: List(run), needs, machine, source });
    }
    table(code, "See `facts/tasks.yaml`.", "TASKS", "Task", &tasks);
    Ok(())
}

fn condition(when: &Condition) -> String {
    let inputs = list(when.input.split_whitespace());
    match (when.is.0.is_empty(), when.not.0.is_empty()) {
        (false, _) => format!("When::Is({inputs}, {:?}, {:?})", when.default, when.is),
        (_, false) => format!("When::Not({inputs}, {:?}, {:?})", when.default, when.not),
        _ => format!("When::Given({inputs})"),
    }
}

/// A part as the line `KIND WORD …` says it.
fn part(line: &str) -> Result<Raw, String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [kind, rest @ ..] = words.as_slice() else { return Err("an empty part".to_owned()) };
    let name = kind[..1].to_ascii_uppercase() + &kind[1..];
    let code = match (*kind, rest) {
        ("words" | "arguments" | "split" | "script", [_, ..]) => {
            format!("Part::{name}({})", list(rest.iter().copied()))
        }
        ("flag" | "switch" | "lines" | "items" | "joined", [flag, inputs @ ..]) if !inputs.is_empty() => {
            format!("Part::{name}({flag:?}, {})", list(inputs.iter().copied()))
        }
        ("default" | "path", [flag, default, inputs @ ..]) if !inputs.is_empty() => {
            format!("Part::{name}({flag:?}, {default:?}, {})", list(inputs.iter().copied()))
        }
        ("argument", [default, inputs @ ..]) if !inputs.is_empty() => {
            format!("Part::Argument({:?}, {})", given(default), list(inputs.iter().copied()))
        }
        ("images", [flag, inputs @ ..]) => {
            let input = |name: &str| list(inputs.iter().filter_map(|one| one.strip_prefix(name)));
            let (registry, image, tags) = (input("registry="), input("image="), input("tags="));
            let flag = given(flag);
            format!("Part::Images {{ flag: {flag:?}, registry: {registry}, image: {image}, tags: {tags} }}")
        }
        _ => return Err(format!("`{line}` is no part of a command line")),
    };
    Ok(Raw(code))
}

/// A word, or nothing where `-` stands for it.
fn given(word: &str) -> &str {
    if word == "-" { "" } else { word }
}

fn list<'w>(words: impl Iterator<Item = &'w str>) -> String {
    format!("&{:?}", words.collect::<Vec<_>>())
}
