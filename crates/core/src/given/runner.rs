//! A runner's configuration that is given together with a pipeline.

use crate::File;
use crate::files::Files;
use crate::format::{self, gitlab_runner};
use crate::model::{Container, Job, Role};

/// Gives the jobs of a GitLab pipeline what the runner's configuration gives all jobs, each at its place there. Of several
/// runners nothing in the files tells which one takes a job.
pub(crate) fn apply(files: &Files<'_>, format: &str, jobs: &mut [Job]) {
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
