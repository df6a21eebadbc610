//! Where a nested daemon keeps its images, and with what driver.

use daemonless_catalog::{Power, Risk, flags};

use super::variables;
use super::words::quote;
use crate::access;
use crate::engine::command_line::{self, FlagUse};
use crate::engine::image::{self, Kind};
use crate::engine::mount;
use crate::map::Map;
use crate::model::{Confidence, Container, Mount, Role, Value};
use crate::rule::{Scene, Sink, declare_rule};

declare_rule! {
    /// Reports the storage trouble of nesting: one `/var/lib/docker` for several daemons or the host's own, a storage
    /// driver that copies or is no longer kept (`vfs`, `aufs`, `devicemapper`), and an image that starts a daemon without
    /// a volume under it.
    ///
    /// ## Why
    ///
    /// Docker's directory belongs to one daemon. A second one on the same files corrupts both; if the first is the host's,
    /// it takes the host's images along, and every step can read and change them. On a container's own layered file system
    /// the fast driver may refuse to work, and `vfs` copies every layer in full: slow, and large enough to fill the disk.
    /// `aufs` and `devicemapper` are gone from Docker since version 24 and 25.
    ///
    /// ## Bad
    ///
    /// ```gitlab-ci
    /// build:
    ///   image: docker:29-cli
    ///   services: [docker:29-dind]
    ///   variables:
    ///     DOCKER_DRIVER: vfs
    ///   script:
    ///     - docker build .
    /// ```
    ///
    /// ```docker-compose
    /// services:
    ///   engine:
    ///     image: docker:29-dind
    ///     privileged: true
    ///     volumes:
    ///       - /var/lib/docker:/var/lib/docker
    /// ```
    ///
    /// ```shell
    /// docker run -d --privileged docker:29-dind --storage-driver=vfs
    /// ```
    ///
    /// ## Good
    ///
    /// ```gitlab-ci
    /// build:
    ///   image: docker:29-cli
    ///   services: [docker:29-dind]
    ///   variables:
    ///     DOCKER_DRIVER: overlay2
    ///   script:
    ///     - docker build .
    /// ```
    ///
    /// ```docker-compose
    /// services:
    ///   engine:
    ///     image: docker:29-dind
    ///     privileged: true
    ///     volumes:
    ///       - engine:/var/lib/docker
    /// volumes:
    ///   engine:
    /// ```
    ///
    /// ```shell
    /// docker run -d --privileged -v engine:/var/lib/docker docker:29-dind
    /// ```
    ///
    /// ## What to do
    ///
    /// Give each daemon a volume of its own on a plain file system and let it choose its driver. To keep layers between
    /// jobs, use a cache in the registry (`--cache-to`, `--cache-from`), not a shared directory.
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/engine/storage/drivers/select-storage-driver/>
    /// - <https://hub.docker.com/_/docker>
    /// - <https://docs.docker.com/engine/deprecated/>
    "daemon-storage", "A nested daemon's storage is shared, copied or not kept", check,
}

static DRIVERS: &[&str] = &["vfs", "aufs", "devicemapper"];

const FOLDER: &str = "/var/lib/docker";

fn check(scene: &Scene<'_>, sink: &mut Sink<'_>) {
    drivers(scene, sink);
    let mut shared: Map<&str, &Mount> = Map::new();
    for container in scene.job.containers.iter().filter(|container| access::daemon(container).is_some()) {
        let under =
            |mount: &&Mount| mount.target.as_ref().is_some_and(|path| mount::normal(path.as_str()) == FOLDER);
        for mount in container.mounts.iter().filter(under) {
            let source = mount.source.as_ref().map_or("", Value::as_str);
            if mount::normal(source) == FOLDER {
                let message = "A nested daemon is given the host's `/var/lib/docker`: two daemons on the same files corrupt \
                               both, and every step reads the host's images. Give it a volume of its own.";
                sink.report(mount.span, Power::HostPrivilege, message);
            } else if !source.is_empty()
                && let Some(first) = shared.insert(source, mount)
            {
                let message = format!(
                    "{} is the storage of two daemons: on the same files they corrupt both. Give each a volume of its own.",
                    quote(source)
                );
                sink.report_as(mount.span, Risk::Low, message).label(first.span, "used here first");
            }
        }
        if without_volume(container)
            && let Some(word) = container.command.first()
        {
            let message = "The image starts a daemon and declares no volume under `/var/lib/docker`: it then stores layers on \
                           layers, slow or not at all. Declare one, or build without a daemon.";
            sink.report_as(word.span, Risk::Low, message).confidence(Confidence::Possible);
        }
    }
}

/// Whether a Dockerfile makes a daemon's image and neither it nor its base says where the layers go.
fn without_volume(container: &Container) -> bool {
    let base = container.image.as_ref().map_or(Kind::Other, |image| image::kind(image.as_str(), false));
    let has = container.mounts.iter().any(|mount| {
        mount.target.as_ref().is_some_and(|path| mount::normal(path.as_str()).starts_with(FOLDER))
    });
    container.role == Role::Image && !matches!(base, Kind::Daemon { .. }) && !has
}

/// Drivers that are chosen by a daemon's option or variable.
fn drivers(scene: &Scene<'_>, sink: &mut Sink<'_>) {
    let mut report = |span, value: &Value| {
        if value.any(|text| DRIVERS.contains(&text.trim())) {
            let message = format!(
                "The storage driver {} copies layers in full or is gone from Docker: slow builds and a full disk. Let the \
                 daemon choose, on a volume of its own.",
                quote(value.as_str())
            );
            sink.report_as(span, Risk::Low, message);
        }
    };
    for (_, var) in variables::settings(scene.job, &["DOCKER_DRIVER"]) {
        report(variables::line(var), &var.value);
    }
    let mut option = |flag: &FlagUse| {
        if let ("storage-driver", Some(value)) = (flag.name.as_str(), &flag.value) {
            report(flag.span, value);
        }
    };
    for container in scene.job.containers.iter().filter(|container| access::daemon(container).is_some()) {
        command_line::options(&container.command, flags("dockerd", "")).iter().for_each(&mut option);
    }
    for invocation in scene.job.invocations.iter().filter(|invocation| invocation.tool == "dockerd") {
        let own = scene
            .job
            .commands
            .get(invocation.command)
            .is_some_and(|command| command.place == crate::model::Place::Job);
        if own {
            invocation.flags.iter().for_each(&mut option);
        }
    }
}
