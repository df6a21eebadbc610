//! Tekton: each task is a job with the containers of its steps and sidecars, which share a pod.

mod params;

use super::cursor::Cursor;
use super::kubernetes::pod::Pod;
use super::kubernetes::{self, Object, Objects};
use super::{Format, Probe};
use crate::model::{Job, Role};
use params::Params;

pub(super) static FORMAT: Format =
    Format { id: "tekton", title: "Tekton", recognise, lower: kubernetes::lower };

fn recognise(probe: &Probe<'_>) -> u8 {
    let own = probe.has("kind")
        && kubernetes::says(probe, "apiVersion", |version| version.starts_with("tekton.dev/"));
    if own { 95 } else { 0 }
}

/// The tasks of an object, those that pipelines and runs hold among them.
pub(super) fn jobs<'a>(object: &Object<'a>, objects: &Objects<'a>) -> Vec<Job> {
    let Some(spec) = object.root.get("spec") else { return Vec::new() };
    let none = Params::default();
    match object.kind() {
        "Task" | "ClusterTask" => {
            vec![task(&spec, None, Params::new(&spec, None, &none), objects, object.job())]
        }
        "StepAction" => vec![action(&spec, objects, object.job())],
        "TaskRun" => {
            let template = spec.get("podTemplate");
            let own = spec.get("taskSpec").map(|inner| {
                let params = Params::new(&inner, spec.get("params"), &none);
                task(&inner, template, params, objects, object.job())
            });
            own.into_iter().collect()
        }
        "Pipeline" => pipeline(&spec, None, Params::new(&spec, None, &none), objects),
        "PipelineRun" => {
            let template = spec.at(&["taskRunTemplate", "podTemplate"]).or_else(|| spec.get("podTemplate"));
            let own = spec.get("pipelineSpec").map(|inner| {
                let params = Params::new(&inner, spec.get("params"), &none);
                pipeline(&inner, template, params, objects)
            });
            own.unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

/// The tasks that a pipeline holds itself.
fn pipeline<'a>(
    spec: &Cursor<'a>,
    template: Option<Cursor<'a>>,
    params: Params<'_>,
    objects: &Objects<'a>,
) -> Vec<Job> {
    let tasks = ["tasks", "finally"].iter().filter_map(|key| spec.get(key)).flat_map(|list| list.items());
    let jobs = tasks.filter_map(|entry| {
        let inner = entry.get("taskSpec")?;
        let name = entry.get("name");
        let job = Job {
            name: name.as_ref().and_then(Cursor::str).unwrap_or("task").to_owned(),
            name_span: name.as_ref().map_or_else(|| entry.span(), Cursor::span),
            span: entry.span(),
            ..Job::default()
        };
        let own = Params::new(&inner, entry.get("params"), &params);
        Some(task(&inner, template.clone(), own, objects, job))
    });
    jobs.collect()
}

/// One task with its steps and sidecars.
fn task<'a>(
    spec: &Cursor<'a>,
    template: Option<Cursor<'a>>,
    params: Params<'_>,
    objects: &Objects<'a>,
    mut job: Job,
) -> Job {
    job.noun = "task";
    let specs: Vec<_> = std::iter::once(spec.clone()).chain(template).collect();
    let pod = Pod::new(&specs, None, objects, &params);
    for sidecar in spec.get("sidecars").map(|list| list.items()).unwrap_or_default() {
        pod.add(&sidecar, &[], Role::Service, &mut job);
    }
    let common = spec.get("stepTemplate");
    for step in spec.get("steps").map(|list| list.items()).unwrap_or_default() {
        let action = step.at(&["ref", "name"]).and_then(|name| objects.step(&name));
        let bases: Vec<_> = action.into_iter().chain(common.clone()).collect();
        pod.add(&step, &bases, Role::Step, &mut job);
    }
    pod.close(&mut job);
    job
}

/// A step that tasks may take over.
fn action<'a>(spec: &Cursor<'a>, objects: &Objects<'a>, mut job: Job) -> Job {
    job.noun = "task";
    let none = Params::default();
    let params = Params::new(spec, None, &none);
    let pod = Pod::new(std::slice::from_ref(spec), None, objects, &params);
    pod.add(spec, &[], Role::Step, &mut job);
    pod.close(&mut job);
    job
}

#[cfg(test)]
mod tests;
