//! Files that are given together with a pipeline: what the Dockerfiles that its jobs build ask of a builder, and what the
//! runner's configuration gives to its jobs.

use crate::File;
use crate::engine::Invocation;
use crate::files::Files;
use crate::format::{self, dockerfile, gitlab_runner};
use crate::model::{Container, Job, Role, Value};
use crate::source::FileId;

/// Gives the jobs of a GitLab pipeline what the runner's configuration gives all jobs, each at its place there. Of several
/// runners nothing in the files tells which one takes a job.
pub(crate) fn runner(files: &Files<'_>, format: &str, jobs: &mut [Job]) {
    if files.all().len() < 2 || format != "gitlab-ci" {
        return;
    }
    let is_one = |file: &File| {
        let named = file.path.ends_with(".toml");
        named && format::detect(file).format.is_some_and(|format| format.id == gitlab_runner::FORMAT.id)
    };
    let Some(id) = files.runner(is_one) else { return };
    let mut runners = (gitlab_runner::FORMAT.lower)(files, id).jobs;
    let (Some(runner), true) = (runners.pop(), runners.is_empty()) else { return };
    for job in jobs {
        job.host = job.host.take().or_else(|| runner.host.clone());
        let set = |name: &str| job.env.iter().any(|var| var.name == name);
        let missing: Vec<_> = runner.env.iter().filter(|var| !set(&var.name)).cloned().collect();
        job.env.extend(missing);
        let Some((own, services)) = runner.containers.split_first() else { continue };
        if !job.containers.iter().any(|container| container.role == Role::Job) {
            let image = own.image.clone();
            job.containers.insert(0, Container { image, ..Container::new(Role::Job, job.name_span) });
        }
        for container in &mut job.containers {
            container.privileged = container.privileged.or(own.privileged);
            container.mounts.extend(own.mounts.iter().cloned());
            container.capabilities.extend(own.capabilities.iter().cloned());
            container.devices.extend(own.devices.iter().cloned());
            container.security.extend(own.security.iter().cloned());
            container.namespaces.extend(own.namespaces.iter().copied());
        }
        job.containers.extend(services.iter().cloned());
    }
}

/// Adds the needs of the Dockerfiles that the jobs of the file `id` build, each at the build's place.
pub(crate) fn needs(files: &Files<'_>, id: FileId, jobs: &mut [Job]) {
    for job in jobs {
        let mut found = Vec::new();
        for invocation in job.invocations.iter().filter(|one| one.builds()) {
            let paths = paths(invocation);
            let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
            let Some(given) = files.find_any(id, &paths) else { continue };
            let Some(file) = files.file(given) else { continue };
            if format::detect(file).format.is_some_and(|format| format.id == dockerfile::ID) {
                let asked = dockerfile::needs(files, given);
                found.extend(asked.into_iter().map(|need| (need, invocation.head)));
            }
        }
        job.needs.extend(found);
    }
}

/// Where the file of a build may lie, from where the command runs.
fn paths(invocation: &Invocation) -> Vec<String> {
    let named = invocation.values("file").chain(invocation.values("dockerfile")).last();
    if let Some(file) = named {
        return vec![file.as_str().to_owned()];
    }
    let context = invocation.values("context").last().or_else(|| invocation.args.last());
    let context = context.map_or(".", Value::as_str).trim_end_matches('/');
    ["Dockerfile", "Containerfile"].iter().map(|name| format!("{context}/{name}")).collect()
}
