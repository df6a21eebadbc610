//! Dockerfiles that install an engine or its client.

use daemonless_catalog::{Power, Risk};

use super::words::{is_image, program, quote};
use crate::engine::image::{self, Kind};
use crate::files::file_name;
use crate::model::{Command, Value};
use crate::rule::{Scene, Sink, declare_rule};
use crate::source::Span;

declare_rule! {
    /// Reports Dockerfiles that install a Docker engine or containerd, or Docker's client alone (`low`): by a package, the
    /// script of get.docker.com, an archive, or a copy from an image that has them.
    ///
    /// ## Why
    ///
    /// An engine in an image is there to be started, and starting it takes a privileged container. A client is there to
    /// be pointed at an engine, and the nearest one is the host's. Neither is a fault by itself: both tell what the image
    /// will ask of its runner. They also add some hundred megabytes of programs to keep up to date.
    ///
    /// [CWE-250](https://cwe.mitre.org/data/definitions/250.html).
    ///
    /// ## Bad
    ///
    /// ```dockerfile
    /// FROM debian:13
    /// RUN apt-get update && apt-get install -y --no-install-recommends \
    ///     git \
    ///     docker-ce=5:29.0.0-1~debian.13~trixie
    /// ```
    ///
    /// ```dockerfile
    /// FROM ubuntu:24.04
    /// RUN curl -fsSL https://get.docker.com | sh
    /// ```
    ///
    /// ```dockerfile
    /// FROM alpine:3.22
    /// COPY --from=docker:29-cli /usr/local/bin/docker /usr/local/bin/docker
    /// ```
    ///
    /// ## Good
    ///
    /// ```dockerfile
    /// FROM debian:13
    /// # docker-ce would need privilege.
    /// RUN apt-get update && apt-get remove -y docker.io && apt-get install -y buildah
    /// RUN groupadd docker && echo "apt-get install docker.io"
    /// ```
    ///
    /// ```dockerfile
    /// FROM alpine:3.22
    /// ADD https://download.docker.com/linux/debian/gpg /etc/apt/keyrings/docker.asc
    /// ```
    ///
    /// ## What to do
    ///
    /// Install a builder that needs no daemon (Buildah, Podman), or none: use a builder's own image in the job that builds.
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/engine/install/>
    /// - <https://hub.docker.com/_/docker>
    "engine-in-image", "A Dockerfile installs an engine or its client", check,
}

/// Package managers and the commands by which they install.
static MANAGERS: &[(&str, &[&str])] = &[
    ("apt-get", &["install"]),
    ("apt", &["install"]),
    ("aptitude", &["install"]),
    ("apk", &["add"]),
    ("yum", &["install", "localinstall"]),
    ("dnf", &["install"]),
    ("microdnf", &["install"]),
    ("tdnf", &["install"]),
    ("zypper", &["install", "in"]),
    ("pacman", &["-S", "-Sy", "-Syu"]),
];

static ENGINES: &[&str] = &[
    "docker.io",
    "docker-ce",
    "docker-ee",
    "docker-engine",
    "moby-engine",
    "lxc-docker",
    "docker",
    "docker-rootless-extras",
    "docker-ce-rootless-extras",
    "containerd",
    "containerd.io",
];

static CLIENTS: &[&str] = &["docker-ce-cli", "docker-ee-cli", "docker-cli", "moby-cli"];

/// What an installation brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Brings {
    Client,
    Engine,
}

fn check(scene: &Scene<'_>, sink: &mut Sink<'_>) {
    if !is_image(scene.job) {
        return;
    }
    for command in &scene.job.commands {
        if let Some((brings, word)) = installed(command).or_else(|| downloaded(command.words.iter().skip(1)))
        {
            report(brings, word, sink);
        }
    }
    if let Some((brings, word)) = downloaded(scene.job.fetched.iter()) {
        report(brings, word, sink);
    }
    for copied in &scene.job.copied_from {
        let takes = |names: &[&str]| {
            copied.paths.iter().any(|path| path.any(|path| names.contains(&file_name(path))))
        };
        let brings = match image::kind(copied.image.as_str(), false) {
            Kind::Daemon { .. } | Kind::Client if takes(&["dockerd", "containerd"]) => Brings::Engine,
            Kind::Daemon { .. } | Kind::Client if takes(&["docker", "bin", ""]) => Brings::Client,
            _ => continue,
        };
        report(brings, &copied.image, sink);
    }
}

fn report(brings: Brings, word: &Value, sink: &mut Sink<'_>) {
    let span: Span = word.span;
    let what = quote(word.as_str());
    match brings {
        Brings::Engine => {
            let message = format!(
                "{what} brings an engine into the image: starting it takes a privileged container. Install a builder that \
                 needs no daemon, or use one's own image."
            );
            sink.report(span, Power::OneWallLess, message);
        }
        Brings::Client => {
            let message = format!(
                "{what} brings Docker's client into the image: it needs someone's daemon to be of use. Install a builder that \
                 needs none."
            );
            sink.report_as(span, Risk::Low, message);
        }
    }
}

/// The first package of the strongest kind that the command installs: one installation is one fault.
fn installed(command: &Command) -> Option<(Brings, &Value)> {
    let name = program(command);
    let (_, installs) = MANAGERS.iter().find(|(manager, _)| *manager == name)?;
    let at = command.words.iter().position(|word| installs.contains(&word.as_str()))?;
    let packages = command.words.get(at + 1..)?.iter().filter(|word| !word.as_str().starts_with('-'));
    let known = packages.filter_map(|word| {
        let package = word.as_str().split(['=', '~', '<', '>', '@', '*', '$', '/']).next()?;
        // Debian's package of that name docks windows.
        let engine = ENGINES.contains(&package) && !(package == "docker" && name.starts_with("apt"));
        let client = CLIENTS.contains(&package);
        (engine || client).then_some((if engine { Brings::Engine } else { Brings::Client }, word))
    });
    // The first of the strongest: `max_by_key` takes the last of equals.
    known.rev().max_by_key(|(brings, _)| *brings)
}

/// An address of Docker's own that is downloaded.
fn downloaded<'w>(mut words: impl Iterator<Item = &'w Value>) -> Option<(Brings, &'w Value)> {
    words.find_map(|word| {
        let address = word.as_str();
        let file = file_name(address);
        let script = ["get.docker.com", "test.docker.com"].iter().any(|site| address.contains(site));
        let package = address.contains("download.docker.com/")
            && (address.contains("/static/") || file.ends_with(".deb") || file.ends_with(".rpm"))
            && !file.is_empty();
        let brings = match file {
            _ if file.starts_with("docker-ce-cli") => Brings::Client,
            _ if file.starts_with("docker-buildx") || file.starts_with("docker-compose") => return None,
            _ => Brings::Engine,
        };
        (address.contains("://") || script).then_some(())?;
        (script || package).then_some((brings, word))
    })
}
