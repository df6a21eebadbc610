//! GitLab Runner's `config.toml`: each runner is a job, which stands for all jobs that it takes.

use super::cursor::{Budget, Cursor};
use super::{Format, Probe};
use crate::engine::{container, mount};
use crate::files::Files;
use crate::model::{Container, Host, Job, Mount, Namespace, Role, Told, Unit, Value};
use crate::source::FileId;
use crate::syntax::toml;

pub(crate) static FORMAT: Format =
    Format { id: "gitlab-runner", title: "GitLab Runner (config.toml)", recognise, lower };

fn recognise(probe: &Probe<'_>) -> u8 {
    let mut lines = probe.text.lines().take(2_000).map(str::trim);
    let has = lines.any(|line| line.starts_with("[[runners]]"));
    if has { 95 } else { 0 }
}

fn lower(files: &Files<'_>, id: FileId) -> Unit {
    let Some(file) = files.file(id) else { return Unit::default() };
    let tree = toml::parse(id, &file.text);
    let budget = Budget::new();
    let mut unit = Unit::default();
    for root in Cursor::roots(&tree, &budget) {
        let runners = root.get("runners").map(|runners| runners.items_or_self()).unwrap_or_default();
        unit.jobs.extend(runners.iter().filter(|runner| runner.is_mapping()).map(runner));
    }
    unit.errors = tree.errors;
    unit
}

fn runner(runner: &Cursor<'_>) -> Job {
    let named = runner.get("name").filter(|name| name.str().is_some_and(|name| !name.is_empty()));
    let name = named.as_ref().and_then(Cursor::str).unwrap_or("runners");
    let mut job = Job {
        name: name.to_owned(),
        name_span: named.as_ref().map_or(runner.span(), Cursor::span),
        span: runner.span(),
        noun: "runner",
        host: host(runner),
        ..Job::default()
    };
    let environment = runner.get("environment").map(|list| list.items()).unwrap_or_default();
    job.env.extend(environment.iter().filter_map(|one| container::variable(&one.value()?)));
    let executor = runner.get("executor").and_then(|executor| executor.str()).unwrap_or("");
    if executor.starts_with("docker")
        && let Some(docker) = runner.get("docker")
    {
        docker_executor(&docker, &mut job);
    }
    if executor == "kubernetes"
        && let Some(kubernetes) = runner.get("kubernetes")
    {
        kubernetes_executor(&kubernetes, &mut job);
    }
    job
}

/// Executors that start a machine for jobs; each job has one of its own where it takes no second.
fn host(runner: &Cursor<'_>) -> Option<Told<Host>> {
    let single = [
        (&["machine", "MaxBuilds"], "docker+machine"),
        (&["autoscaler", "max_use_count"], "docker-autoscaler"),
        (&["autoscaler", "max_use_count"], "instance"),
    ];
    let executor = runner.get("executor")?;
    let (path, _) = single.into_iter().find(|(_, name)| executor.str() == Some(name))?;
    let limit = runner.at(path).filter(|limit| limit.str() == Some("1"))?;
    Some(Told { what: Host::Vm, spans: vec![executor.entry_span(), limit.entry_span()] })
}

fn docker_executor(docker: &Cursor<'_>, job: &mut Job) {
    let mut own = Container::new(Role::Job, docker.span());
    own.image = value(docker, "image");
    own.privileged = switch(docker, "privileged");
    own.mounts = values(docker, "volumes").iter().map(|volume| mount::short(volume, volume.span)).collect();
    own.capabilities = values(docker, "cap_add");
    own.devices = values(docker, "devices");
    own.security = values(docker, "security_opt");
    own.runtime = value(docker, "runtime");
    own.user = value(docker, "user");
    for (key, namespace) in [
        ("network_mode", Namespace::Network),
        ("pid_mode", Namespace::Pid),
        ("ipc_mode", Namespace::Ipc),
        ("userns_mode", Namespace::User),
    ] {
        if let Some(entry) = docker.get(key).filter(|entry| entry.str() == Some("host")) {
            own.namespaces.push((namespace, entry.entry_span()));
        }
    }
    let services = docker.get("services").map(|services| services.items()).unwrap_or_default();
    let services = services.iter().filter_map(|service| {
        let mut container = service_of(service)?;
        // The runner gives its services the volumes of its jobs, and its privilege unless that is set apart.
        container.mounts.clone_from(&own.mounts);
        container.privileged = match docker.get("services_privileged") {
            Some(_) => switch(docker, "services_privileged"),
            None => own.privileged,
        };
        Some(container)
    });
    let services: Vec<_> = services.collect();
    job.containers.push(own);
    job.containers.extend(services);
}

fn kubernetes_executor(kubernetes: &Cursor<'_>, job: &mut Job) {
    let mut own = Container::new(Role::Job, kubernetes.span());
    own.image = value(kubernetes, "image");
    own.privileged = switch(kubernetes, "privileged");
    own.capabilities = values(kubernetes, "cap_add");
    own.runtime = value(kubernetes, "runtime_class_name");
    if let Some(context) = kubernetes.get("build_container_security_context") {
        own.privileged = switch(&context, "privileged").or(own.privileged);
        if let Some(capabilities) = context.get("capabilities") {
            own.capabilities.extend(values(&capabilities, "add"));
        }
        for (key, unconfined) in [("seccomp_profile", "seccomp"), ("app_armor_profile", "apparmor")] {
            let profile = context.at(&[key, "type"]).filter(|profile| profile.str() == Some("Unconfined"));
            own.security.extend(profile.and_then(|profile| {
                let mut value = profile.value()?;
                value.text = crate::source::Text::replaced(
                    if unconfined == "seccomp" { "seccomp=unconfined" } else { "apparmor=unconfined" },
                    profile.entry_span(),
                );
                Some(value)
            }));
        }
    }
    let paths =
        kubernetes.at(&["volumes", "host_path"]).map(|paths| paths.items_or_self()).unwrap_or_default();
    own.mounts.extend(paths.iter().filter_map(|path| {
        let target = value(path, "mount_path")?;
        let source = value(path, "host_path");
        let span = source.as_ref().map_or(target.span, |source| source.span);
        Some(Mount {
            // Where no path of the host is given, it is the one inside.
            source: source.or_else(|| Some(target.clone())),
            target: Some(target),
            read_only: switch(path, "read_only").is_some(),
            span,
            declared_only: false,
        })
    }));
    let services = kubernetes.get("services").map(|services| services.items()).unwrap_or_default();
    let services: Vec<_> = services
        .iter()
        .filter_map(|service| {
            let mut container = service_of(service)?;
            container.mounts.clone_from(&own.mounts);
            container.privileged = own.privileged;
            Some(container)
        })
        .collect();
    job.containers.push(own);
    job.containers.extend(services);
}

fn service_of(service: &Cursor<'_>) -> Option<Container> {
    let mut container = Container::new(Role::Service, service.span());
    container.image = Some(value(service, "name")?);
    container.names.extend(value(service, "alias").map(|alias| alias.as_str().to_owned()));
    container.command = values(service, "entrypoint");
    container.command.extend(values(service, "command"));
    container.env.extend(values(service, "environment").iter().filter_map(container::variable));
    Some(container)
}

fn value(of: &Cursor<'_>, key: &str) -> Option<Value> {
    of.get(key)?.value()
}

/// The items of a list, or the one text in its place.
fn values(of: &Cursor<'_>, key: &str) -> Vec<Value> {
    let items = of.get(key).map(|list| list.items_or_self()).unwrap_or_default();
    items.iter().filter_map(Cursor::value).collect()
}

/// Where `key` is said to be true.
fn switch(of: &Cursor<'_>, key: &str) -> Option<crate::source::Span> {
    of.get(key).filter(|entry| entry.str() == Some("true")).map(|entry| entry.entry_span())
}

#[cfg(test)]
mod tests;
