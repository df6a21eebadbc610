//! Compose files: each service is a job that is its container.

mod interpolate;
mod service;

use super::cursor::{Budget, Cursor};
use super::{Format, Probe};
use crate::files::Files;
use crate::map::Map;
use crate::model::{Unit, Value, Via};
use crate::source::FileId;
use crate::syntax::yaml;

pub(super) static FORMAT: Format = Format { id: "docker-compose", title: "Docker Compose", recognise, lower };

fn recognise(probe: &Probe<'_>) -> u8 {
    if is_compose_name(probe.name) {
        return 100;
    }
    let others = ["on", "jobs", "steps", "pipeline", "stages", "apiVersion", "kind", "pipelines"];
    if probe.has("services") && !others.iter().any(|key| probe.has(key)) && holds_services(probe.text) {
        return 80;
    }
    0
}

fn is_compose_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let Some(stem) = lower.strip_suffix(".yml").or_else(|| lower.strip_suffix(".yaml")) else { return false };
    ["docker-compose", "compose", "docker.compose"].iter().any(|start| {
        stem.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-', '_']))
    }) || stem.ends_with("-compose")
        || stem.ends_with(".compose")
}

/// How much of the services' text is looked at to tell what they are.
const LOOK: usize = 400;

/// Whether `services:` is followed by a mapping of things that have an image, are built, or extend one that does.
fn holds_services(text: &str) -> bool {
    let mut lines = text
        .lines()
        .skip_while(|line| !line.starts_with("services"))
        .skip(1)
        .filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'))
        .take_while(|line| line.starts_with([' ', '\t']))
        .take(LOOK)
        .map(str::trim_start)
        .peekable();
    lines.peek().is_some_and(|first| !first.starts_with('-'))
        && lines.any(|line| ["image:", "build:", "extends:", "<<:"].iter().any(|key| line.starts_with(key)))
}

fn lower(files: &Files<'_>, id: FileId) -> Unit {
    let Some(file) = files.file(id) else { return Unit::default() };
    let tree = yaml::parse(id, &file.text);
    let budget = Budget::new();
    let mut unit = Unit::default();
    for root in Cursor::roots(&tree, &budget) {
        let project = Project::new(&root);
        for service in project.names.iter().filter_map(|name| project.services.get(name)) {
            unit.jobs.push(service::lower(&project, service));
        }
    }
    unit.errors = tree.errors;
    unit
}

/// What the services of one document refer to.
struct Project<'a> {
    /// Keys of the services in the order of the text.
    names: Vec<&'a str>,
    services: Map<&'a str, Cursor<'a>>,
    /// Named volumes that stand for a path of the host, with that path.
    volumes: Map<&'a str, Value>,
}

impl<'a> Project<'a> {
    fn new(root: &Cursor<'a>) -> Self {
        let list = match root.get("services") {
            Some(services) => services.entries(),
            // Before version 2 the services stood on top.
            None => root.entries().into_iter().filter(is_old_service).collect(),
        };
        let list: Vec<_> = list.into_iter().filter(|service| !service.key().starts_with("x-")).collect();
        let volumes = root.get("volumes").map(|volumes| volumes.entries()).unwrap_or_default();
        Self {
            names: list.iter().map(Cursor::key).collect(),
            services: list.into_iter().map(|service| (service.key(), service)).collect(),
            volumes: volumes.iter().filter_map(|volume| Some((volume.key(), host_path(volume)?))).collect(),
        }
    }

    /// The service and those that it extends in this file, nearest first. A circle ends where it closes.
    fn layers(&self, service: &Cursor<'a>) -> Vec<Cursor<'a>> {
        let mut layers = vec![service.clone()];
        let mut chain = Vec::new();
        while let Some(extends) = layers.last().and_then(|last| last.get("extends")) {
            // One of another file is not looked for.
            let name = match extends.get("file") {
                Some(_) => None,
                None if extends.is_scalar() => Some(extends),
                None => extends.get("service"),
            };
            let Some(name) = name else { break };
            let Some(base) = name.str().and_then(|name| self.services.get(name)) else { break };
            if layers.len() > DEEPEST || layers.iter().any(|layer| layer.id() == base.id()) {
                break;
            }
            chain.push((Via::Extends, name.span()));
            layers.push(base.clone().reached(&chain));
        }
        layers
    }
}

/// Services may extend others through this many levels.
const DEEPEST: usize = 32;

fn is_old_service(entry: &Cursor<'_>) -> bool {
    entry.is_mapping() && ["image", "build", "extends"].iter().any(|key| entry.get(key).is_some())
}

/// The path of the host behind a named volume that the local driver binds.
fn host_path(volume: &Cursor<'_>) -> Option<Value> {
    let options = volume.get("driver_opts")?;
    let binds = |key: &str, test: fn(&str) -> bool| {
        options.get(key).and_then(|option| option.str()).is_some_and(test)
    };
    let bound = binds("o", |o| o.split(',').any(|o| o == "bind" || o == "rbind"))
        || binds("type", |kind| matches!(kind, "bind" | "rbind"));
    let device = options.get("device").filter(|_| bound)?.value()?;
    Some(interpolate::value(device))
}

#[cfg(test)]
mod tests;
