//! The Docker API over TCP without TLS.

use daemonless_catalog::{Power, flags};

use super::variables::{self, Holder};
use super::words::{commands_here, program, quote};
use crate::access;
use crate::engine::address::Address;
use crate::engine::command_line::{self, FlagUse};
use crate::engine::mount;
use crate::files::file_name;
use crate::map::Set;
use crate::model::{Command, Confidence, Container, Role, Value, Var};
use crate::rule::{Scene, Sink, declare_rule};
use crate::source::Span;

declare_rule! {
    /// Reports the Docker API over TCP without TLS: port 2375 in `DOCKER_HOST`, `-H` or `--host`, an empty
    /// `DOCKER_TLS_CERTDIR`, `--tls=false`, port 2375 published, or a socket handed on to TCP by `socat`.
    ///
    /// ## Why
    ///
    /// The plain port asks for no key: whoever reaches it is the engine's administrator. For a nested daemon these are all
    /// containers of the same pod or network, and the containers that the daemon itself starts, by their gateway. A client
    /// that speaks without TLS also sends registry passwords in the clear. `DOCKER_TLS_CERTDIR: ""` is what makes the
    /// `docker:dind` image listen so; the daemon has warned of it for years, waits 16 seconds, and starts all the same.
    ///
    /// [CWE-306](https://cwe.mitre.org/data/definitions/306.html),
    /// [CWE-319](https://cwe.mitre.org/data/definitions/319.html); ATT&CK
    /// [T1133](https://attack.mitre.org/techniques/T1133/); CIS Docker Benchmark 1.6.0, 2.7. CVE-2025-9074 is what it
    /// looked like in a product: Docker Desktop left that port open to its own containers.
    ///
    /// ## Bad
    ///
    /// ```gitlab-ci
    /// build:
    ///   image: docker:29-cli
    ///   services: [docker:29-dind]
    ///   variables:
    ///     DOCKER_HOST: tcp://docker:2375
    ///     DOCKER_TLS_CERTDIR: ""
    ///   script:
    ///     - docker build .
    /// ```
    ///
    /// ```docker-compose
    /// services:
    ///   engine:
    ///     image: docker:29-dind
    ///     privileged: true
    ///     command: ["dockerd", "-H", "tcp://0.0.0.0:2375", "--tls=false"]
    /// ```
    ///
    /// ```shell
    /// docker -H tcp://10.0.0.5:2375 ps
    /// ```
    ///
    /// ## Good
    ///
    /// ```gitlab-ci
    /// build:
    ///   image: docker:29-cli
    ///   services: [docker:29-dind]
    ///   variables:
    ///     DOCKER_HOST: tcp://docker:2376
    ///     DOCKER_TLS_CERTDIR: /certs
    ///   script:
    ///     - docker build .
    /// ```
    ///
    /// ```docker-compose
    /// services:
    ///   app:
    ///     image: example.org/app:1
    ///     environment:
    ///       DOCKER_HOST: tcp://engine:2376
    /// ```
    ///
    /// ```shell
    /// docker -H ssh://ci@10.0.0.5 ps
    /// ```
    ///
    /// ## What to do
    ///
    /// Leave `DOCKER_TLS_CERTDIR` at `/certs`, share `/certs/client` with the job and use port 2376; or let both share a
    /// Unix socket in a volume and use no port at all. To an engine on another machine go by SSH.
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/engine/security/protect-access/>
    /// - <https://hub.docker.com/_/docker>
    /// - <https://docs.gitlab.com/ci/docker/using_docker_build/>
    "unencrypted-daemon", "The Docker API is reached over TCP without TLS", check,
}

fn check(scene: &Scene<'_>, sink: &mut Sink<'_>) {
    hosts(scene, sink);
    certificates(scene, sink);
    let mut lines = Vec::new();
    for invocation in &scene.job.invocations {
        let flags = match invocation.tool {
            "docker" => &invocation.globals,
            "dockerd" => &invocation.flags,
            _ => continue,
        };
        lines.extend(flags.iter().filter(|flag| is_plain(flag, true)).map(|flag| flag.span));
    }
    for container in &scene.job.containers {
        let daemon = access::daemon(container).is_some();
        let options = command_line::options(&container.command, flags("dockerd", ""));
        lines.extend(options.iter().filter(|flag| is_plain(flag, daemon)).map(|flag| flag.span));
        lines.extend(reexport(&container.command));
    }
    lines.extend(
        commands_here(scene.job).filter(|command| program(command) == "socat").filter_map(reexported),
    );
    let mut seen = Set::new();
    for span in lines.into_iter().filter(|span| seen.insert(*span)) {
        let message = "The Docker API is open here over TCP without TLS: whoever reaches the port controls the engine. Use \
                       port 2376 with certificates, SSH, or a Unix socket in a shared volume.";
        sink.report(span, Power::OpenEngine, message);
    }
    published(scene, sink);
}

/// `DOCKER_HOST` with the plain port.
fn hosts(scene: &Scene<'_>, sink: &mut Sink<'_>) {
    for (_, var) in variables::settings(scene.job, &["DOCKER_HOST"]) {
        if var.value.any(|text| Address::parse(text).is_plain_tcp()) {
            let message = format!(
                "{} is the Docker API without TLS: whoever reaches that port can use the engine, and passwords pass in the \
                 clear. Use port 2376 with certificates, or a Unix socket.",
                quote(var.value.as_str())
            );
            sink.report(variables::line(var), Power::OpenEngine, message);
        }
    }
}

/// An empty `DOCKER_TLS_CERTDIR`, unless what it is for listens on a Unix socket only.
fn certificates(scene: &Scene<'_>, sink: &mut Sink<'_>) {
    let service = scene.job.containers.iter().any(|container| access::daemon(container).is_some());
    let by_socket = |env: &[Var]| {
        let host = env.iter().rev().find(|var| var.name == "DOCKER_HOST");
        host.is_some_and(|var| matches!(Address::parse(var.value.as_str()), Address::Unix(_)))
    };
    for (holder, var) in variables::settings(scene.job, &["DOCKER_TLS_CERTDIR"]) {
        let moot = match holder {
            Holder::Container(container) if access::daemon(container).is_some() => starts_plainly(container),
            Holder::Container(container) => by_socket(&container.env),
            Holder::Job | Holder::Script => by_socket(&scene.job.env) && !service,
        };
        if !moot && !var.value.unknown && var.value.any(|text| text.trim().is_empty()) {
            let message = "An empty `DOCKER_TLS_CERTDIR` makes the daemon listen on port 2375 without TLS: every container \
                           that reaches it controls it. Set it to `/certs` and use port 2376.";
            sink.report(variables::line(var), Power::OpenEngine, message);
        }
    }
}

/// Whether a container's command names the daemon's program itself: the image's entrypoint then adds no address of its
/// own, so that the variable decides nothing.
fn starts_plainly(container: &Container) -> bool {
    container.command.first().is_some_and(|word| file_name(word.as_str()) == "dockerd")
}

/// Whether an option opens the API without TLS. In a program that may be no daemon, the port has to be named.
fn is_plain(flag: &FlagUse, daemon: bool) -> bool {
    match (flag.name.as_str(), &flag.value) {
        ("host", Some(value)) => value.any(|text| {
            let address = Address::parse(text);
            let named = matches!(address, Address::Tcp { port: "2375", .. });
            named || (daemon && address.is_plain_tcp())
        }),
        ("tls" | "tlsverify", Some(_)) => daemon && !flag.is_on(),
        _ => false,
    }
}

/// The word of a `socat` command that listens on TCP for an engine's socket.
fn reexport(words: &[Value]) -> Option<Span> {
    let upper = |word: &Value| word.as_str().to_ascii_uppercase();
    let listens = words.iter().find(|word| {
        let word = upper(word);
        word.starts_with("TCP") && word.split(':').next().is_some_and(|kind| kind.contains("-L"))
    })?;
    let socket = |word: &Value| {
        let path = word.as_str().split_once(':').map_or("", |(_, path)| path.split(',').next().unwrap_or(""));
        upper(word).starts_with("UNIX") && mount::socket(path).is_some()
    };
    words.iter().any(socket).then_some(listens.span)
}

fn reexported(command: &Command) -> Option<Span> {
    reexport(&command.words)
}

/// Port 2375, published to the host's network.
fn published(scene: &Scene<'_>, sink: &mut Sink<'_>) {
    let ports = |container: &'_ Container| {
        let image = container.role == Role::Image;
        container.ports.iter().map(move |port| (image, port.clone())).collect::<Vec<_>>()
    };
    for (image, port) in scene.job.containers.iter().flat_map(ports) {
        let inner = port.as_str().split('/').next().unwrap_or("").rsplit(':').next().unwrap_or("").to_owned();
        if inner == "2375" {
            let message = "Port 2375 is the Docker API without TLS: whoever reaches it controls the engine. Use port 2376 with \
                           certificates, or a Unix socket in a shared volume.";
            let finding = sink.report(port.span, Power::OpenEngine, message);
            if image {
                finding.confidence(Confidence::Possible);
            }
        }
    }
}
