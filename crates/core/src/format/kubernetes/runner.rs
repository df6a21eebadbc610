//! Runners of GitHub's actions-runner-controller: the objects and the chart's values by which it starts a daemon for a
//! runner. What it starts is in no line of the file, so the line that asks for it stands for it. The names and what is
//! meant where they are absent are those of the controller's own schema
//! (<https://github.com/actions/actions-runner-controller>, read on 2026-11-22).

use super::super::cursor::Cursor;
use super::objects::Objects;
use super::pod::{AsWritten, LISTS, Pod};
use crate::model::{Container, Job, Role, Value};
use crate::source::{Span, Text};

/// The objects of the controller's first version.
pub(super) static KINDS: &[&str] = &["Runner", "RunnerDeployment", "RunnerReplicaSet", "RunnerSet"];

/// Whether the object is one of those.
pub(super) fn is_runner(root: &Cursor<'_>, kind: &str) -> bool {
    let version = root.get("apiVersion").and_then(|version| version.str()).unwrap_or("");
    version.starts_with("actions.summerwind.") && KINDS.contains(&kind)
}

/// Adds the runner's own container, which its settings may describe, and those of the pod around it.
pub(super) fn pod<'a>(settings: &Cursor<'a>, spec: &Cursor<'a>, objects: &Objects<'a>, job: &mut Job) {
    let pod = Pod::new(&[spec.clone(), settings.clone()], None, objects, &AsWritten);
    if ["image", "env", "volumeMounts"].iter().any(|key| settings.get(key).is_some()) {
        pod.add(settings, &[], Role::Workload, job);
    }
    let lists = LISTS.iter().chain(&["sidecarContainers"]).filter_map(|list| spec.get(list));
    for item in lists.flat_map(|list| list.items()) {
        pod.add(&item, &[], Role::Workload, job);
    }
    pod.close(job);
}

/// Adds the daemon that the controller starts for a runner with these settings: in the runner's own container, or else,
/// unless that is switched off, beside it. `kind` is the line that says that this is a runner.
pub(super) fn daemon(settings: &Cursor<'_>, kind: Span, job: &mut Job) {
    let says = |key: &str| settings.get(key);
    let off = |entry: &Cursor<'_>| entry.str() == Some("false");
    let own = says("dockerdWithinRunnerContainer").filter(|entry| !off(entry));
    let enabled = says("dockerEnabled");
    let hooks = says("containerMode").is_some_and(|mode| mode.str() == Some("kubernetes"));
    if let Some(own) = own {
        let mut container = Container::new(Role::Workload, own.entry_span());
        container.command.push(Value::literal(Text::replaced("dockerd", own.entry_span())));
        job.containers.push(container);
    } else if !hooks && !enabled.as_ref().is_some_and(off) {
        let span = enabled.map_or(kind, |entry| entry.entry_span());
        let image = says("dockerImage").and_then(|image| image.value());
        job.containers.push(beside(image, span));
    }
}

/// Adds the daemon that the values of the controller's charts ask for.
pub(super) fn mode(values: &Cursor<'_>, job: &mut Job) {
    let modes = [&["containerMode", "type"], &["runner", "mode"]];
    let kind = modes.iter().find_map(|path| values.at(*path)).filter(|kind| kind.str() == Some("dind"));
    job.containers.extend(kind.map(|kind| beside(None, kind.entry_span())));
}

/// The daemon's container beside a runner's.
fn beside(image: Option<Value>, span: Span) -> Container {
    let mut container = Container::new(Role::Workload, span);
    container.names.push("docker".to_owned());
    container.image = Some(image.unwrap_or_else(|| Value::literal(Text::replaced("docker:dind", span))));
    container
}
