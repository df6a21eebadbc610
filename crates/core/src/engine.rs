//! What is known of container engines in general: command lines, images, mounts, addresses, and the containers that
//! commands start.

pub mod address;
pub mod command_line;
pub mod container;
pub mod image;
pub mod mount;

use crate::map::Map;
use crate::model::{Command, Container, Job, Place, Role, Value};
use crate::script::{self, Scope};

pub use command_line::Invocation;
pub use container::run_options;

/// Containers in containers in containers are looked into this deep.
const DEEPEST: usize = 6;

/// A text may start this many containers; the rest is left out.
const MOST_CONTAINERS: usize = 5_000;

/// This many command lines of engines are read in one job; further ones are commands like any other.
const MOST_INVOCATIONS: usize = 20_000;

/// Reads the engines' command lines among the job's commands: fills `invocations`, adds the containers that they start
/// and the commands that run in those. To be called once for each job, after its format has lowered it.
pub fn resolve(job: &mut Job) {
    let mut depths = vec![0; job.commands.len()];
    // A format may have made the container of a command, to tell what runs in it.
    let made: Map<_, _> =
        job.containers.iter().enumerate().filter_map(|(at, one)| Some((one.started_by?, at))).collect();
    let mut next = 0;
    while let Some(command) = job.commands.get(next) {
        if job.invocations.len() >= MOST_INVOCATIONS {
            break;
        }
        let depth = depths.get(next).copied().unwrap_or(0);
        if let Some(invocation) = Invocation::parse(next, command) {
            if depth < DEEPEST && job.containers.len() < MOST_CONTAINERS {
                let inner = started(job, &invocation, made.get(&next).copied());
                depths.resize(job.commands.len(), 0);
                depths.extend(inner.iter().map(|_| depth + 1));
                job.commands.extend(inner);
            }
            job.invocations.push(invocation);
        }
        next += 1;
    }
}

/// Adds the container that `docker run`, `create` or a like command starts; gives the commands that run in it.
fn started(job: &mut Job, invocation: &Invocation, made: Option<usize>) -> Vec<Command> {
    let Some(command) = job.commands.get(invocation.command) else { return Vec::new() };
    let (words, place): (&[Value], Place) = if invocation.is("run") || invocation.is("create") {
        let at = made.unwrap_or(job.containers.len());
        if made.is_none() {
            let mut container = Container::new(Role::Started, command.span);
            container.started_by = Some(invocation.command);
            container::apply(&mut container, invocation);
            container.image = invocation.args.first().cloned();
            container.command.extend(invocation.args.iter().skip(1).cloned());
            job.containers.push(container);
        }
        (invocation.args.get(1..).unwrap_or(&[]), Place::Container(at))
    } else if invocation.is("exec") {
        let name = invocation.args.first().map_or("", Value::as_str);
        let known = job.containers.iter().position(|container| container.names.iter().any(|own| own == name));
        (invocation.args.get(1..).unwrap_or(&[]), known.map_or(Place::Elsewhere, Place::Container))
    } else {
        return Vec::new();
    };
    let place = if command.place == Place::Elsewhere { Place::Elsewhere } else { place };
    if words.is_empty() {
        return Vec::new();
    }
    let (script, conditional) = (command.script, command.conditional);
    let mut inner = script::lower_words(words, &mut Scope::new([]), script, place);
    for command in &mut inner {
        command.conditional |= conditional;
    }
    inner
}
