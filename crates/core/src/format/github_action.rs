//! GitHub actions: `action.yml`, composite and in containers. They run where the workflow that uses them runs.

use std::cell::Cell;

use daemonless_catalog::{Service, handed};

use super::cursor::{Budget, Cursor};
use super::expression::{Context, GITHUB};
use super::github_actions::steps::{Local, Steps};
use super::matrix::Matrix;
use super::step::{environment, read};
use super::{Format, Probe};
use crate::files::Files;
use crate::map::Map;
use crate::model::{ApiSocket, Confidence, Container, Job, Place, Role, Unit, Value, Via};
use crate::script::{Scope, lower_words};
use crate::source::{FileId, Text};
use crate::syntax::yaml;

pub(super) static FORMAT: Format = Format { id: "github-action", title: "GitHub action", recognise, lower };

fn recognise(probe: &Probe<'_>) -> u8 {
    let named = matches!(probe.name, "action.yml" | "action.yaml");
    match (named, probe.has("runs"), probe.has("jobs")) {
        (true, true, _) => 100,
        // A key `runs` at the margin is rare; what else an action must have makes it sure.
        (false, true, false) if probe.has("name") && probe.has("description") => 90,
        (false, true, false) => 40,
        _ => 0,
    }
}

fn lower(files: &Files<'_>, id: FileId) -> Unit {
    let Some(file) = files.file(id) else { return Unit::default() };
    let tree = yaml::parse(id, &file.text);
    let budget = Budget::new();
    let left = Context::allowance();
    let mut unit = Unit::default();
    for root in Cursor::roots(&tree, &budget) {
        let Some(runs) = root.get("runs") else { continue };
        let name = root.get("name").filter(|name| name.str().is_some_and(|text| !text.is_empty()));
        let mut job = Job {
            name: name.as_ref().and_then(Cursor::str).unwrap_or("runs").to_owned(),
            name_span: name.map_or_else(|| runs.key_span(), |name| name.span()),
            span: runs.entry_span(),
            noun: "action",
            ..Job::default()
        };
        action(&root, &Map::new(), 0, &left, None, &mut job);
        unit.jobs.push(job);
    }
    unit.errors = tree.errors;
    unit
}

/// Adds what an action does to `job`: its steps, numbered from `first` on, or its container. `given` has the inputs that
/// the caller gives by name; `left` is how many bytes expressions may still add, and `local` where actions of the same
/// repository are.
pub(in crate::format) fn action<'a>(
    root: &Cursor<'a>,
    given: &Map<String, Value>,
    first: u32,
    left: &Cell<usize>,
    local: Option<Local<'_>>,
    job: &mut Job,
) {
    let Some(runs) = root.get("runs") else { return };
    let inputs = inputs(root, given);
    let nothing = Matrix::default();
    let context = Context { syntax: &GITHUB, inputs: &inputs, env: Vec::new(), matrix: &nothing, left };
    match runs.get("using").and_then(|using| using.str()).unwrap_or("") {
        "composite" => {
            if let Some(steps) = runs.get("steps") {
                Steps::new(context, None, local).lower(&steps, first, job);
            }
        }
        "docker" => container(&runs, &context, first, job),
        _ => {}
    }
}

/// What the caller gives, over the defaults, which nobody may have changed.
fn inputs(root: &Cursor<'_>, given: &Map<String, Value>) -> Map<String, Value> {
    let mut out = Map::new();
    for input in root.get("inputs").map(|inputs| inputs.entries()).unwrap_or_default() {
        let value = given.get(input.key()).cloned().or_else(|| {
            let mut value = input.get("default")?.value()?;
            value.unknown = true;
            value.via.insert(0, (Via::Default, value.span));
            Some(value)
        });
        if let Some(value) = value {
            out.insert(input.key().to_owned(), value);
        }
    }
    out
}

/// `using: docker`: the runner builds or pulls the image, and hands the container its engine's socket.
fn container(runs: &Cursor<'_>, context: &Context<'_, '_>, script: u32, job: &mut Job) {
    let Some(written) = runs.get("image") else { return };
    let Some(image) = read(&written, context) else { return };
    let mut made = Container::new(Role::Step, runs.entry_span());
    match image.as_str().strip_prefix("docker://").map(str::len) {
        Some(length) => {
            let skip = |text: &Text| text.slice(text.len().saturating_sub(length)..text.len());
            made.image = Some(Value { text: skip(&image.text), ..image });
        }
        None => made.build = Some(image),
    }
    made.api_socket = handed(Service::Github).map(|socket| ApiSocket {
        by: socket.by,
        span: written.entry_span(),
        confidence: Confidence::Possible,
    });
    made.env = runs.get("env").map(|env| environment(&env, context)).unwrap_or_default();
    made.command.extend(runs.get("entrypoint").and_then(|entry| read(&entry, context)));
    let args = runs.get("args").map(|args| args.items_or_self()).unwrap_or_default();
    made.command.extend(args.iter().filter_map(|arg| read(arg, context)));
    let place = Place::Container(job.containers.len());
    job.commands.extend(lower_words(&made.command, &mut Scope::new(&made.env), script, place));
    job.containers.push(made);
}

#[cfg(test)]
mod tests;
