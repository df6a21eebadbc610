//! The host's engine handed to a container, by its socket.

use daemonless_catalog::{Host, Power};

use super::owner;
use super::variables::{self, Holder};
use super::words::{called, commands_here, is_image, program, quote};
use crate::access;
use crate::engine::address::Address;
use crate::engine::image::{self, Kind};
use crate::engine::mount;
use crate::model::{ApiSocket, Confidence, Container, Place, Role, Value};
use crate::rule::{Scene, Sink, declare_rule};
use crate::source::Span;

declare_rule! {
    /// Reports the socket of a container engine, or a directory that holds it, that is handed to a container: Docker's,
    /// containerd's, CRI-O's or rootful Podman's, in any spelling, and also where it is only named as the engine to use.
    ///
    /// ## Why
    ///
    /// Whoever can write to the socket can ask the engine for a container that mounts the host's `/`, and is root there
    /// by `chroot`. No flag is needed for it and no fault: the engine does what it is asked to. The socket also shows
    /// the environment of every other job's containers, and lets one remove, change or poison their images.
    ///
    /// Mounting it read-only changes nothing: connecting and sending is no write to the file system. A proxy in front
    /// of it filters addresses, not what is sent to them; where it lets containers be created, it is the socket.
    ///
    /// [CWE-250](https://cwe.mitre.org/data/definitions/250.html),
    /// [CWE-668](https://cwe.mitre.org/data/definitions/668.html);
    /// ATT&CK [T1610](https://attack.mitre.org/techniques/T1610/) then
    /// [T1611](https://attack.mitre.org/techniques/T1611/); CIS Docker Benchmark 1.6.0, 5.32.
    ///
    /// ## Bad
    ///
    /// ```docker-compose
    /// services:
    ///   runner:
    ///     image: gitlab/gitlab-runner:v18.0.0
    ///     volumes:
    ///       - /var/run/docker.sock:/var/run/docker.sock:ro
    /// ```
    ///
    /// ```github-actions
    /// on: push
    /// jobs:
    ///   build:
    ///     runs-on: self-hosted
    ///     container:
    ///       image: docker:29-cli
    ///       volumes:
    ///         - /var/run:/var/run
    ///     steps:
    ///       - run: docker build .
    /// ```
    ///
    /// ```gitlab-ci
    /// build:
    ///   image: docker:29-cli
    ///   variables:
    ///     DOCKER_HOST: unix:///var/run/docker.sock
    ///   script:
    ///     - docker build .
    /// ```
    ///
    /// ```shell
    /// docker run --mount type=bind,src=/run/containerd/containerd.sock,dst=/run/c.sock alpine
    /// ```
    ///
    /// ## Good
    ///
    /// ```docker-compose
    /// services:
    ///   web:
    ///     image: nginx:1.29
    ///     volumes:
    ///       - docker.sock:/var/lib/sockets
    /// volumes:
    ///   docker.sock:
    /// ```
    ///
    /// ```github-actions
    /// on: push
    /// jobs:
    ///   build:
    ///     runs-on: self-hosted
    ///     container: quay.io/buildah/stable:v1.43.1
    ///     steps:
    ///       - run: buildah build -t app .
    /// ```
    ///
    /// ```gitlab-ci
    /// build:
    ///   image: docker:29-cli
    ///   services: [docker:29-dind]
    ///   variables:
    ///     DOCKER_HOST: unix:///certs/client/docker.sock
    ///   script:
    ///     - docker build .
    /// ```
    ///
    /// ```shell
    /// echo "docker run -v /var/run/docker.sock:/var/run/docker.sock alpine"
    /// ```
    ///
    /// ## What to do
    ///
    /// Build without a daemon. Where the job must run containers, give it a machine that is thrown away after it. What
    /// only reads events or names of containers can do with a proxy that allows no `POST`, on a network of its own.
    ///
    /// ## Sources
    ///
    /// - <https://cheatsheetseries.owasp.org/cheatsheets/Docker_Security_Cheat_Sheet.html>
    /// - <https://docs.docker.com/engine/security/#docker-daemon-attack-surface>
    /// - <https://docs.gitlab.com/ci/docker/using_docker_build/>
    "host-socket", "The socket of the host's engine is handed to a container", check,
}

fn check(scene: &Scene<'_>, sink: &mut Sink<'_>) {
    for container in &scene.job.containers {
        mounts(scene, container, sink);
        declared(container, sink);
        if let Some(ApiSocket { span, confidence, .. }) = container.api_socket.filter(is_told) {
            let message = "The host's engine is handed to this container: one request to it starts another one with \
                           the host's `/`, as root. Build without a daemon, or take the setting away.";
            let power = owner::power(scene, container, Power::HostRoot);
            sink.report(span, power, message).confidence(confidence);
        }
    }
    // An engine of the job's own, or its single-use machine's, listens at the same path.
    if !scene.has_own_engine() && scene.host != Host::Vm {
        named(scene, sink);
        used(scene, sink);
    }
}

/// Whether the text says it, or what it says follows from nothing else.
fn is_told(socket: &ApiSocket) -> bool {
    socket.confidence > Confidence::Possible
}

fn mounts(scene: &Scene<'_>, container: &Container, sink: &mut Sink<'_>) {
    for mount in &container.mounts {
        let Some(socket) = mount::socket_of(mount) else { continue };
        let path = quote(mount.source.as_ref().map_or("", Value::as_str));
        let engine = socket.engine;
        let (power, message) = if socket.rootless {
            let message = format!(
                "{path} hands a user's own {engine} engine to {}: a step there acts as that user, on all that the user's \
                 containers hold. Build without a daemon where it can.",
                called(container)
            );
            (Power::OneWallLess, message)
        } else if mount.declared_only && mount.target.is_none() {
            let message = format!(
                "{path} is handed to this {}, though none of its containers mounts it: the line that is missing makes \
                 whoever writes it root on the host. Take it away.",
                scene.job.noun
            );
            (Power::OwnContainer, message)
        } else if reads_only(container) {
            let message = format!(
                "{path} is handed to a proxy that lets nothing be created: what it shows of other containers, and the \
                 proxy itself, still have to be trusted. Keep it on a network of its own."
            );
            (Power::OneWallLess, message)
        } else {
            let holds = if socket.direct { "is" } else { "holds" };
            let even = if mount.read_only { ", read-only or not" } else { "" };
            let message = format!(
                "{path} {holds} the host's {engine} socket{even}: whoever reaches it starts a container with the host's `/` \
                 and is root there. Build without a daemon, or on a single-use machine."
            );
            (Power::HostRoot, message)
        };
        sink.report(mount.span, owner::power(scene, container, power), message);
    }
}

/// A socket's path that an image declares as a volume: who starts it is expected to mount it.
fn declared(container: &Container, sink: &mut Sink<'_>) {
    for mount in container.mounts.iter().filter(|mount| mount.declared_only && mount.source.is_none()) {
        let Some(target) = &mount.target else { continue };
        let Some(socket) = target.texts().find_map(|path| mount::socket(path.as_str())) else { continue };
        if socket.direct {
            let message = format!(
                "{} is where the host's {} socket is mounted: the image expects it, and whoever starts it with that gives \
                 it root on the machine. Let it reach an engine of its own, or none.",
                quote(target.as_str()),
                socket.engine
            );
            sink.report(mount.span, Power::OwnContainer, message);
        }
    }
}

/// Whether it is a socket proxy without leave to send `POST`.
fn reads_only(container: &Container) -> bool {
    let proxy = container
        .image
        .as_ref()
        .is_some_and(|image| image.texts().any(|text| image::kind(text.as_str(), true) == Kind::SocketProxy));
    let posts = |value: &Value| value.unknown || !matches!(value.as_str(), "" | "0" | "false");
    proxy && !container.env.iter().any(|var| var.name == "POST" && posts(&var.value))
}

/// Variables that name the socket: where it is there, it has been handed in by a file that is not seen here.
fn named(scene: &Scene<'_>, sink: &mut Sink<'_>) {
    let handed_in = |container: &Container| {
        container.api_socket.as_ref().is_some_and(is_told)
            || container.mounts.iter().any(|mount| mount::socket_of(mount).is_some())
    };
    let job =
        scene.job.containers.iter().any(|container| container.role == Role::Job && handed_in(container));
    for (holder, var) in variables::settings(scene.job, &["DOCKER_HOST", "CONTAINER_HOST"]) {
        let known = match holder {
            Holder::Container(container) => handed_in(container) || access::daemon(container).is_some(),
            Holder::Job | Holder::Script => job,
        };
        if known || !var.value.any(is_socket) {
            continue;
        }
        let message = format!(
            "`{}` names the host's socket: where the runner hands it in, every step is root on that machine. Build without \
             a daemon, or give the job an engine of its own.",
            var.name
        );
        let finding = sink.report(variables::line(var), Power::UnknownEngine, message);
        if !holder.is_job() || is_image(scene.job) {
            finding.confidence(Confidence::Possible);
        }
    }
}

/// Commands that talk to the socket by its path.
fn used(scene: &Scene<'_>, sink: &mut Sink<'_>) {
    if is_image(scene.job) {
        return;
    }
    let flags =
        scene.job.invocations.iter().filter(|invocation| invocation.is_docker()).filter_map(|invocation| {
            let flag = invocation
                .global("host")
                .filter(|flag| flag.value.as_ref().is_some_and(|to| to.any(is_socket)))?;
            let here = scene.job.commands.get(invocation.command)?.place == Place::Job;
            here.then_some(flag.span)
        });
    let requests =
        commands_here(scene.job).filter(|command| command.place == Place::Job).filter_map(|command| {
            let words = &command.words;
            match program(command) {
                "curl" => {
                    let at = words.iter().position(|word| word.as_str().starts_with("--unix-socket"))?;
                    let joined = words.get(at)?.as_str().strip_prefix("--unix-socket=");
                    let path = joined.or_else(|| words.get(at + 1).map(Value::as_str))?;
                    is_socket(path).then(|| words.get(at).map_or(command.span, |word| word.span))
                }
                "nc" | "ncat" | "socat" => {
                    let path = |word: &&Value| is_socket(word.as_str().rsplit(':').next().unwrap_or(""));
                    words.iter().skip(1).find(path).map(|word| word.span)
                }
                _ => None,
            }
        });
    let spans: Vec<Span> = flags.chain(requests).collect();
    for span in spans {
        let message = "The host's socket is used here: whoever reaches it starts a container with the host's `/` and is \
                       root there. Build without a daemon, or give the job an engine of its own.";
        sink.report(span, Power::UnknownEngine, message);
    }
}

/// Whether an address or a path leads to the socket of root's engine.
fn is_socket(text: &str) -> bool {
    match Address::parse(text) {
        Address::Unix(path) => mount::socket(path).is_some_and(|socket| socket.direct && !socket.rootless),
        Address::Pipe => true,
        _ => false,
    }
}
