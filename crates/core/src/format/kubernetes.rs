//! Kubernetes' objects: each workload is a job with the containers of its pod. Helm's templates and values are read as
//! far as they say what becomes of them.

mod objects;
pub(super) mod pod;
mod reference;
mod runner;
mod services;
mod template;
mod values;
mod volumes;

use super::cursor::{Budget, Cursor};
use super::{Format, Probe, tekton};
use crate::files::Files;
use crate::model::{Job, Unit};
use crate::source::{FileId, Text};
use crate::syntax::yaml;

pub(super) use objects::Objects;
pub(super) use pod::pod;
pub(super) use reference::{fill, fill_script};

pub(super) static FORMAT: Format = Format { id: "kubernetes", title: "Kubernetes", recognise, lower };

/// API groups whose objects are other tools' settings, not a cluster's.
static OTHERS: &[&str] = &["skaffold/", "kustomize.config.k8s.io/", "backstage.io/", "tekton.dev/"];

/// Objects of Argo's that are pipelines, not workloads.
static PIPELINES: &[&str] = &["Workflow", "WorkflowTemplate", "ClusterWorkflowTemplate", "CronWorkflow"];

fn recognise(probe: &Probe<'_>) -> u8 {
    if !probe.has("kind") {
        let json = || probe.text.trim_start().starts_with('{') && is_json(probe.text);
        return if json() { 90 } else { values::recognise(probe) };
    }
    if !probe.has("apiVersion") {
        return 0;
    }
    if !probe.text.lines().find(|line| !is_blank(line)).is_some_and(begins_yaml) {
        return 0;
    }
    let argo = says(probe, "apiVersion", |version| version.starts_with("argoproj.io/"))
        && says(probe, "kind", |kind| PIPELINES.contains(&kind));
    let other = says(probe, "apiVersion", |version| OTHERS.iter().any(|other| version.starts_with(other)));
    if argo || other { 0 } else { 90 }
}

fn is_blank(line: &str) -> bool {
    line.trim().is_empty() || line.starts_with('#')
}

/// Whether a line can be the first of a file of objects: a manifest may stand in a string of another language.
fn begins_yaml(line: &str) -> bool {
    ["---", "%", "{{"].iter().any(|start| line.starts_with(start)) || line.contains(':')
}

/// How many lines are looked at to tell what a text is.
const LOOK: usize = 4_000;

/// Whether a value of the key at the left margin of one of the documents is as `test` says.
pub(super) fn says(probe: &Probe<'_>, key: &str, test: impl Fn(&str) -> bool) -> bool {
    let mut values =
        probe.text.lines().take(LOOK).filter_map(|line| line.strip_prefix(key)?.strip_prefix(':'));
    values.any(|value| test(value.split(" #").next().unwrap_or("").trim().trim_matches(['"', '\''])))
}

/// Whether the text begins as an object in JSON does.
fn is_json(text: &str) -> bool {
    let mut lines = text.lines().take(LOOK).take_while(|line| line.len() < LOOK);
    let mut has = |key: &str| lines.any(|line| line.contains(key));
    has("\"apiVersion\"") && text.lines().take(LOOK).any(|line| line.contains("\"kind\""))
}

/// The jobs of a file of objects, Tekton's among them.
pub(super) fn lower(files: &Files<'_>, id: FileId) -> Unit {
    let Some(file) = files.file(id) else { return Unit::default() };
    let plain = template::plain(id, &file.text);
    let tree = plain.as_ref().map_or_else(|| yaml::parse(id, &file.text), yaml::parse_text);
    let budget = Budget::new();
    let list = list(Cursor::roots(&tree, &budget).collect());
    let mut unit = Unit { jobs: jobs(&list), ..Unit::default() };
    // A template is no YAML before it is filled in.
    if plain.is_none() {
        unit.errors = tree.errors;
    }
    unit
}

/// Adds the containers of a pod that is written as YAML in a file of another kind to the job, and what of it could not
/// be read to the job's errors.
pub(super) fn inline(text: &Text, job: &mut Job) {
    let tree = yaml::parse_text(text);
    let budget = Budget::new();
    for root in Cursor::roots(&tree, &budget) {
        let spec = root.get("spec").unwrap_or_else(|| root.clone());
        pod(&spec, root.get("metadata").as_ref(), &Objects::default(), job);
    }
    job.errors.extend(tree.errors);
}

/// The workloads of these objects.
fn jobs(list: &[Object<'_>]) -> Vec<Job> {
    let mut objects = Objects::default();
    for object in list {
        if let Some(name) = object.name.as_ref().and_then(|name| name.str()) {
            objects.add(object.kind(), name, &object.root);
        }
    }
    let (mut jobs, mut labels) = (Vec::new(), Vec::new());
    for object in list {
        for (job, own) in object.jobs(&objects) {
            jobs.push(job);
            labels.push(own);
        }
    }
    for service in list.iter().filter(|object| object.kind() == "Service") {
        services::add(&service.root, &labels, &mut jobs);
    }
    jobs
}

/// One object of a file.
pub(super) struct Object<'a> {
    pub(super) root: Cursor<'a>,
    kind: Option<Cursor<'a>>,
    name: Option<Cursor<'a>>,
}

/// Lists may hold lists, and objects what pods are made from, this deep.
const DEEPEST: usize = 8;

/// Where objects hold other objects: lists, OpenShift's templates, and Tekton's for triggers.
static LISTS: &[&[&str]] = &[&["items"], &["objects"], &["spec", "resourcetemplates"]];

/// The objects of the documents, those of lists one by one.
fn list(roots: Vec<Cursor<'_>>) -> Vec<Object<'_>> {
    let mut out = Vec::new();
    let mut todo: Vec<_> = roots.into_iter().rev().map(|root| (root, 0)).collect();
    while let Some((root, depth)) = todo.pop() {
        let inner = LISTS.iter().find_map(|path| root.at(path)).filter(Cursor::is_sequence);
        match inner {
            Some(items) if depth < DEEPEST => {
                todo.extend(items.items().into_iter().rev().map(|item| (item, depth + 1)));
            }
            _ => out.push(Object::new(root)),
        }
    }
    out
}

/// A job, and the labels of its pod.
type Labelled<'a> = (Job, Option<Cursor<'a>>);

impl<'a> Object<'a> {
    fn new(root: Cursor<'a>) -> Self {
        let name = ["name", "generateName"].iter().find_map(|key| root.at(&["metadata", key]));
        Self { kind: root.get("kind"), name, root }
    }

    pub(super) fn kind(&self) -> &'a str {
        self.kind.as_ref().and_then(Cursor::str).unwrap_or("")
    }

    fn version(&self) -> &'a str {
        self.root.get("apiVersion").and_then(|version| version.str()).unwrap_or("")
    }

    /// The workloads that it is.
    fn jobs(&self, objects: &Objects<'a>) -> Vec<Labelled<'a>> {
        let kind = self.kind();
        let unlabelled = |job| (job, None);
        if self.version().starts_with("tekton.dev/") {
            return tekton::jobs(self, objects).into_iter().map(unlabelled).collect();
        }
        let mut found = Vec::new();
        match kind {
            "" => return values::job(&self.root).into_iter().map(unlabelled).collect(),
            "HelmRelease" | "Application" | "HelmChart" | "HelmChartConfig" => {
                return self.releases().into_iter().map(unlabelled).collect();
            }
            "Pod" => found.extend(self.root.get("spec").map(|spec| (spec, self.root.get("metadata")))),
            // What it describes are objects to come.
            "CustomResourceDefinition" => {}
            _ if runner::is_runner(&self.root, kind) => return vec![unlabelled(self.runner(objects))],
            _ => templates(&self.root, 0, &mut found),
        }
        let labelled = found.into_iter().map(|(spec, metadata)| {
            let mut job = self.job();
            pod(&spec, metadata.as_ref(), objects, &mut job);
            (job, metadata.and_then(|metadata| metadata.get("labels")))
        });
        labelled.collect()
    }

    /// A job without containers.
    pub(super) fn job(&self) -> Job {
        let name = self.name.as_ref().or(self.kind.as_ref());
        Job {
            name: name.and_then(Cursor::str).unwrap_or("workload").to_owned(),
            name_span: name.map_or_else(|| self.root.span(), Cursor::span),
            span: self.root.span(),
            noun: "workload",
            ..Job::default()
        }
    }

    /// A runner of the actions-runner-controller with the daemon that this starts for it.
    fn runner(&self, objects: &Objects<'a>) -> Job {
        let mut job = self.job();
        let Some(spec) = self.root.get("spec") else { return job };
        let inner = spec.at(&["template", "spec"]);
        let settings = if self.kind() == "RunnerSet" { spec } else { inner.clone().unwrap_or(spec) };
        runner::pod(&settings, inner.as_ref().unwrap_or(&settings), objects, &mut job);
        let kind = self.kind.as_ref().map_or_else(|| self.root.span(), Cursor::entry_span);
        runner::daemon(&settings, kind, &mut job);
        job
    }

    /// The releases of a chart with the values that the object holds, as YAML or as a text with YAML in it.
    fn releases(&self) -> Vec<Job> {
        let paths: [&[&str]; 4] = [
            &["spec", "values"],
            &["spec", "source", "helm", "valuesObject"],
            &["spec", "source", "helm", "values"],
            &["spec", "valuesContent"],
        ];
        let found = paths.iter().filter_map(|path| self.root.at(path));
        let jobs = found.filter_map(|values| {
            if values.is_mapping() {
                return values::job(&values);
            }
            let text = values.value()?.text;
            let tree = yaml::parse_text(&text);
            let budget = Budget::new();
            let root = Cursor::roots(&tree, &budget).next()?;
            values::job(&root)
        });
        jobs.map(|job| Job {
            containers: job.containers,
            commands: job.commands,
            one_network: true,
            ..self.job()
        })
        .collect()
    }
}

/// Keys by one of which a pod's specification is told from others.
static OF_PODS: &[&str] = &["containers", "initContainers", "volumes", "hostPID", "hostIPC", "hostNetwork"];

/// A pod's specification and its metadata.
type Template<'a> = (Cursor<'a>, Option<Cursor<'a>>);

/// The templates of pods below `entry`, whatever the kind of the object calls what they are in.
fn templates<'a>(entry: &Cursor<'a>, depth: usize, out: &mut Vec<Template<'a>>) {
    for child in entry.entries().into_iter().filter(Cursor::is_mapping) {
        let spec = child.get("spec").filter(|_| matches!(child.key(), "template" | "podTemplate"));
        match spec {
            Some(spec) if OF_PODS.iter().any(|key| spec.get(key).is_some()) => {
                out.push((spec, child.get("metadata")));
            }
            _ if depth < DEEPEST => templates(&child, depth + 1, out),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
