//! An engine's port that others than its own job reach.

use daemonless_catalog::{Power, flags};

use crate::access;
use crate::engine::address::Address;
use crate::engine::command_line::{self, FlagUse};
use crate::model::{Container, Namespace, Place, Role, Value};
use crate::rule::{Scene, Sink, declare_rule};

declare_rule! {
    /// Reports an engine's port, 2375 or 2376, that is published to the host's network, and a daemon that listens on
    /// every address beside that network.
    ///
    /// ## Why
    ///
    /// A published port is open to the machine's whole network, past the rules of many firewalls, because Docker writes
    /// its own in front of them. With port 2375 everyone there is the engine's administrator; such ports are found by
    /// scanners within hours. With port 2376 a stolen client key is enough, from anywhere.
    ///
    /// [CWE-668](https://cwe.mitre.org/data/definitions/668.html),
    /// [CWE-306](https://cwe.mitre.org/data/definitions/306.html); ATT&CK
    /// [T1133](https://attack.mitre.org/techniques/T1133/); CIS Docker Benchmark 1.6.0, 2.7.
    ///
    /// ## Bad
    ///
    /// ```docker-compose
    /// services:
    ///   engine:
    ///     image: docker:29-dind
    ///     privileged: true
    ///     ports:
    ///       - "2376:2376"
    /// ```
    ///
    /// ```shell
    /// docker run -d --privileged -p 2375:2375 docker:29-dind
    /// ```
    ///
    /// ## Good
    ///
    /// ```docker-compose
    /// services:
    ///   engine:
    ///     image: docker:29-dind
    ///     privileged: true
    ///     ports:
    ///       - "127.0.0.1:2376:2376"
    /// ```
    ///
    /// ```shell
    /// docker run -d -p 8080:80 nginx:1.29
    /// ```
    ///
    /// ## What to do
    ///
    /// Keep the engine and its clients on a network of their own and publish nothing, or share a Unix socket in a volume.
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/engine/security/protect-access/>
    /// - <https://docs.docker.com/engine/network/packet-filtering-firewalls/>
    "exposed-daemon", "An engine's port is open to others than its own job", check,
}

fn check(scene: &Scene<'_>, sink: &mut Sink<'_>) {
    for container in scene.job.containers.iter().filter(|container| container.role != Role::Image) {
        for port in &container.ports {
            let Some(inner) = port.texts().find_map(|port| published(port.as_str())) else { continue };
            let (power, who) = match inner {
                "2375" => (Power::OpenEngine, "whoever reaches it controls the engine"),
                _ => (Power::UnknownEngine, "a stolen client key controls the engine from there"),
            };
            let message = format!(
                "Port {inner} of the engine is open to the machine's network: {who}. Publish nothing, or bind it to \
                 `127.0.0.1`."
            );
            sink.report(port.span, power, message);
        }
        if access::daemon(container).is_some() && shares_network(container) {
            let options = command_line::options(&container.command, flags("dockerd", ""));
            for flag in options.iter().filter(|flag| is_everywhere(flag)) {
                report_everywhere(flag, sink);
            }
        }
    }
    // A daemon that a script starts where no container is around it.
    let contained = scene
        .job
        .containers
        .iter()
        .any(|container| matches!(container.role, Role::Job | Role::Workload | Role::Image));
    for invocation in
        scene.job.invocations.iter().filter(|invocation| invocation.tool == "dockerd" && !contained)
    {
        if scene.job.commands.get(invocation.command).is_some_and(|command| command.place == Place::Job) {
            for flag in invocation.flags.iter().filter(|flag| is_everywhere(flag)) {
                report_everywhere(flag, sink);
            }
        }
    }
}

fn report_everywhere(flag: &FlagUse, sink: &mut Sink<'_>) {
    let message = "The daemon listens on every address of the machine: whoever reaches the port controls the engine. Let it \
                   listen on a Unix socket, or on `127.0.0.1` with TLS.";
    sink.report(flag.span, Power::OpenEngine, message);
}

fn shares_network(container: &Container) -> bool {
    container.namespaces.iter().any(|(namespace, _)| *namespace == Namespace::Network)
}

fn is_everywhere(flag: &FlagUse) -> bool {
    let value: Option<&Value> = flag.value.as_ref();
    flag.name == "host" && value.is_some_and(|value| value.any(|text| Address::parse(text).is_everywhere()))
}

/// The engine's port in `[ADDRESS:][PORT:]PORT[/tcp]`, unless it is bound to the machine itself.
fn published(port: &str) -> Option<&'static str> {
    let port = port.split('/').next().unwrap_or("");
    let mut parts = port.rsplit(':');
    let inner = parts.next().unwrap_or("");
    let outer = parts.next();
    let address = outer.and_then(|outer| port.strip_suffix(inner)?.strip_suffix(':')?.strip_suffix(outer));
    let local = address
        .is_some_and(|address| ["127.", "localhost", "[::1]"].iter().any(|own| address.starts_with(own)));
    let (first, last) = inner.split_once('-').unwrap_or((inner, inner));
    let found = ["2375", "2376"].into_iter().find(|own| *own == first || *own == last);
    found.filter(|_| !local)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports() {
        assert_eq!(published("2375"), Some("2375"));
        assert_eq!(published("12375:2375/tcp"), Some("2375"));
        assert_eq!(published("0.0.0.0:2376:2376"), Some("2376"));
        assert_eq!(published("2375-2376:2375-2376"), Some("2375"));
        assert_eq!(published("127.0.0.1:2375:2375"), None);
        assert_eq!(published("127.0.0.1::2375"), None);
        assert_eq!(published("2375:80"), None);
        assert_eq!(published(""), None);
    }
}
