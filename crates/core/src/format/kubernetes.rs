//! Kubernetes' objects: each workload is a job with the containers of its pod.

mod objects;
pub(super) mod pod;
mod reference;
mod volumes;

use super::cursor::{Budget, Cursor};
use super::{Format, Probe};
use crate::files::Files;
use crate::model::{Job, Unit};
use crate::source::{FileId, Text};
use crate::syntax::yaml;

pub(super) use objects::Objects;
pub(super) use pod::pod;

pub(super) static FORMAT: Format = Format { id: "kubernetes", title: "Kubernetes", recognise, lower };

fn recognise(probe: &Probe<'_>) -> u8 {
    if probe.has("apiVersion") && probe.has("kind") { 90 } else { 0 }
}

fn lower(files: &Files<'_>, id: FileId) -> Unit {
    let Some(file) = files.file(id) else { return Unit::default() };
    let tree = yaml::parse(id, &file.text);
    let budget = Budget::new();
    let list = list(Cursor::roots(&tree, &budget).collect());
    let mut objects = Objects::default();
    for object in &list {
        if let Some(name) = object.name.as_ref().and_then(|name| name.str()) {
            objects.add(object.kind(), name, &object.root);
        }
    }
    let mut unit = Unit::default();
    for object in &list {
        unit.jobs.extend(object.jobs(&objects));
    }
    unit.errors = tree.errors;
    unit
}

/// Adds the containers of a pod that is written as YAML in a file of another kind to the job.
pub(super) fn inline(text: &Text, job: &mut Job) {
    let tree = yaml::parse_text(text);
    let budget = Budget::new();
    for root in Cursor::roots(&tree, &budget) {
        let spec = root.get("spec").unwrap_or_else(|| root.clone());
        pod(&spec, root.get("metadata").as_ref(), &Objects::default(), job);
    }
    job.errors.extend(tree.errors);
}

/// One object of a file.
struct Object<'a> {
    root: Cursor<'a>,
    kind: Option<Cursor<'a>>,
    name: Option<Cursor<'a>>,
}

/// Lists may hold lists this deep.
const DEEPEST: usize = 8;

/// The objects of the documents, those of lists one by one.
fn list(roots: Vec<Cursor<'_>>) -> Vec<Object<'_>> {
    let mut out = Vec::new();
    let mut todo: Vec<_> = roots.into_iter().rev().map(|root| (root, 0)).collect();
    while let Some((root, depth)) = todo.pop() {
        let inner = ["items", "objects"].iter().find_map(|key| root.get(key)).filter(Cursor::is_sequence);
        match inner {
            Some(items) if depth < DEEPEST => {
                todo.extend(items.items().into_iter().rev().map(|item| (item, depth + 1)));
            }
            _ => out.push(Object::new(root)),
        }
    }
    out
}

impl<'a> Object<'a> {
    fn new(root: Cursor<'a>) -> Self {
        let name = ["name", "generateName"].iter().find_map(|key| root.at(&["metadata", key]));
        Self { kind: root.get("kind"), name, root }
    }

    fn kind(&self) -> &'a str {
        self.kind.as_ref().and_then(Cursor::str).unwrap_or("")
    }

    /// The workloads that it is.
    fn jobs(&self, objects: &Objects<'a>) -> Vec<Job> {
        let mut found = Vec::new();
        match self.kind() {
            "Pod" => found.extend(self.root.get("spec").map(|spec| (spec, self.root.get("metadata")))),
            "CustomResourceDefinition" => {}
            _ => templates(&self.root, 0, &mut found),
        }
        let jobs = found.into_iter().map(|(spec, metadata)| {
            let mut job = self.job();
            pod(&spec, metadata.as_ref(), objects, &mut job);
            job
        });
        jobs.collect()
    }

    /// A job without containers.
    fn job(&self) -> Job {
        let name = self.name.as_ref().or(self.kind.as_ref());
        Job {
            name: name.and_then(Cursor::str).unwrap_or("workload").to_owned(),
            name_span: name.map_or_else(|| self.root.span(), Cursor::span),
            span: self.root.span(),
            noun: "workload",
            ..Job::default()
        }
    }
}

/// A pod's specification and its metadata.
type Template<'a> = (Cursor<'a>, Option<Cursor<'a>>);

/// The templates of pods below `entry`, whatever the kind of the object calls what they are in.
fn templates<'a>(entry: &Cursor<'a>, depth: usize, out: &mut Vec<Template<'a>>) {
    for child in entry.entries().into_iter().filter(Cursor::is_mapping) {
        let spec = child.get("spec").filter(|_| matches!(child.key(), "template" | "podTemplate"));
        match spec {
            Some(spec) if spec.get("containers").is_some_and(|list| list.is_sequence()) => {
                out.push((spec, child.get("metadata")));
            }
            _ if depth < DEEPEST => templates(&child, depth + 1, out),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
