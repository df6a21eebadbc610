//! A Docker daemon inside a container.

use daemonless_catalog::{Approach, Power};

use super::owner;
use super::words::{commands_here, is_image, program, quote};
use crate::access;
use crate::engine::image::{self, Kind};
use crate::files::file_name;
use crate::model::{Container, Place, Role, Value};
use crate::rule::{Scene, Sink, declare_rule};
use crate::source::Span;

declare_rule! {
    /// Reports where a Docker daemon that runs inside a container comes from: the `docker:dind` image, `docker` itself as
    /// a service, an image that holds a daemon, or the line of a script that starts `dockerd`.
    ///
    /// ## Why
    ///
    /// A daemon in a container wants `--privileged`, so the machine has to grant it: all capabilities, all devices, no
    /// seccomp, no AppArmor. A GitLab runner that is set to `privileged = true` grants it to the job's own container,
    /// too. From there `mount /dev/sda1 /mnt` is enough to read and write the host's disk. The nested daemon also keeps
    /// its images on a file system inside another one, starts with an empty cache in each job, and the limits of a
    /// Kubernetes pod do not bind what it starts.
    ///
    /// A rootless daemon is one wall better and no more: inside rootful Docker it still runs in a privileged container.
    ///
    /// [CWE-250](https://cwe.mitre.org/data/definitions/250.html); ATT&CK
    /// [T1611](https://attack.mitre.org/techniques/T1611/); CIS Docker Benchmark 1.6.0, 5.5.
    ///
    /// ## Bad
    ///
    /// ```gitlab-ci
    /// build:
    ///   image: docker:29-cli
    ///   services:
    ///     - docker:29-dind
    ///   script:
    ///     - docker build .
    /// ```
    ///
    /// ```docker-compose
    /// services:
    ///   engine:
    ///     image: docker.io/library/docker:29-dind
    ///     privileged: true
    /// ```
    ///
    /// ```dockerfile
    /// FROM docker:29-dind
    /// RUN apk add --no-cache git
    /// ```
    ///
    /// ```shell
    /// docker run -d --privileged docker:29-dind
    /// ```
    ///
    /// ## Good
    ///
    /// ```gitlab-ci
    /// build:
    ///   image: quay.io/buildah/stable:v1.43.1
    ///   script:
    ///     - buildah build -t app .
    /// ```
    ///
    /// ```docker-compose
    /// services:
    ///   docs:
    ///     image: example.org/docker-docs:3
    /// ```
    ///
    /// ```dockerfile
    /// FROM docker:29-dind AS tools
    /// FROM alpine:3.22
    /// COPY --from=tools /usr/local/bin/docker /usr/local/bin/
    /// ```
    ///
    /// ```shell
    /// docker run --rm docker:29-cli docker version
    /// ```
    ///
    /// ## What to do
    ///
    /// Build with Buildah, Podman, rootless BuildKit or the maintained Kaniko. Where containers must be run too, use a
    /// machine that is thrown away after the job, or the Sysbox runtime; on a GitLab runner, allow privilege to services
    /// alone with `services_privileged` and `allowed_privileged_services`.
    ///
    /// ## Sources
    ///
    /// - <https://hub.docker.com/_/docker>
    /// - <https://docs.gitlab.com/runner/security/>
    /// - <https://docs.docker.com/engine/security/rootless/tips/>
    "nested-daemon", "A Docker daemon runs inside a container", check,
}

fn check(scene: &Scene<'_>, sink: &mut Sink<'_>) {
    for container in &scene.job.containers {
        if let Some((span, what, rootless)) = daemon(container) {
            let power = owner::kernel_power(scene, container, power(rootless));
            sink.report(span, power, message(&what, rootless));
        }
    }
    if is_image(scene.job) {
        in_image(scene, sink);
    } else {
        started(scene, sink);
    }
}

fn power(rootless: bool) -> Power {
    if rootless { Power::OneWallLess } else { Power::HostPrivilege }
}

fn message(what: &str, rootless: bool) -> String {
    if rootless {
        format!(
            "{what} starts a rootless Docker daemon: inside rootful Docker it still runs in a privileged container. Build \
             without a daemon, or on a single-use machine."
        )
    } else {
        format!(
            "{what} starts a Docker daemon, which wants a privileged container: a step that leaves it is root on the host. \
             Build without a daemon, or on a single-use machine."
        )
    }
}

/// What makes the container a daemon's: where, by what, and whether rootless.
fn daemon(container: &Container) -> Option<(Span, String, bool)> {
    let kind = |service| {
        container.image.as_ref()?.texts().find_map(|text| match image::kind(text.as_str(), service) {
            Kind::Daemon { rootless } => Some(rootless),
            _ => None,
        })
    };
    // What stands on a daemon's image is one, whatever its own entrypoint does before.
    let on_one = if container.role == Role::Image { kind(false) } else { None };
    let rootless = on_one.or_else(|| access::daemon(container))?;
    let by = match &container.image {
        Some(image) if kind(true).is_some() => image,
        _ => container.command.iter().find(|word| starts_daemon(word.as_str()))?,
    };
    Some((by.span, quote(by.as_str()), rootless))
}

fn starts_daemon(word: &str) -> bool {
    let name = file_name(word);
    matches!(name, "dockerd" | "dockerd-entrypoint.sh" | "dockerd-rootless.sh")
}

/// What a Dockerfile takes over from a daemon's image as a whole, or sets up while it is built.
fn in_image(scene: &Scene<'_>, sink: &mut Sink<'_>) {
    for copied in &scene.job.copied_from {
        let Kind::Daemon { rootless } = image::kind(copied.image.as_str(), false) else { continue };
        if copied.paths.iter().any(|path| path.any(|path| path == "/")) {
            sink.report(copied.image.span, power(rootless), message(&quote(copied.image.as_str()), rootless));
        }
    }
    for command in commands_here(scene.job) {
        let name = program(command);
        if name.starts_with("dockerd-rootless-setup")
            && command.words.iter().any(|word| word.as_str() == "install")
        {
            sink.report(command.span, Power::OneWallLess, message(&quote(name), true));
        }
    }
}

/// Lines of a script that start a daemon, as the accesses have them: on a single-use machine that is its own.
fn started(scene: &Scene<'_>, sink: &mut Sink<'_>) {
    let nested = |access: &&access::Access| {
        matches!(access.approach, Approach::NestedDaemon | Approach::RootlessDaemon)
    };
    let proofs: Vec<Span> = scene
        .accesses
        .iter()
        .filter(nested)
        .flat_map(|access| access.proof.iter().map(|(span, _)| *span))
        .collect();
    let mut report = |span: Span, words: &[Value]| {
        if proofs.contains(&span) {
            let rootless = words.first().is_some_and(|name| name.as_str().contains("rootless"));
            let line: Vec<&str> = words.iter().take(3).map(Value::as_str).collect();
            sink.report(span, power(rootless), message(&quote(&line.join(" ")), rootless));
        }
    };
    let daemons: Vec<bool> = scene.job.containers.iter().map(|one| daemon(one).is_some()).collect();
    for invocation in scene.job.invocations.iter().filter(|invocation| invocation.tool == "dockerd") {
        let Some(command) = scene.job.commands.get(invocation.command) else { continue };
        // What a container starts that is a daemon's is told with the container.
        if !matches!(command.place, Place::Container(at) if daemons.get(at) == Some(&true)) {
            report(invocation.head, &command.words);
        }
    }
    for command in commands_here(scene.job) {
        let starts = match program(command) {
            "service" | "docker" => command.words.get(2).is_some_and(|word| word.as_str() == "start"),
            "systemctl" => command.words.get(1).is_some_and(|word| word.as_str() == "start"),
            _ => false,
        };
        if starts {
            report(command.span, &command.words);
        }
    }
}
