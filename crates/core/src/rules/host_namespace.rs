//! Namespaces of the host that a container shares.

use daemonless_catalog::Power;

use super::owner;
use crate::model::{Namespace, Role};
use crate::rule::{Scene, Sink, declare_rule};

declare_rule! {
    /// Reports containers that share the host's process, network, IPC, UTS or user namespace.
    ///
    /// ## Why
    ///
    /// Each namespace is one wall, and each that is shared is one less. With the host's processes a container sees the
    /// arguments of all of them and, as the same user, their environment; together with privilege `nsenter -t 1 -m` is the
    /// host's own shell. With the host's network it reaches services that listen on `127.0.0.1` and the cloud's metadata
    /// service at 169.254.169.254. With the host's IPC it reads others' shared memory, and with `userns=host` a daemon's
    /// mapping of users is off for it. The cgroup namespace is not reported: nothing is reached by it.
    ///
    /// [CWE-668](https://cwe.mitre.org/data/definitions/668.html); ATT&CK
    /// [T1611](https://attack.mitre.org/techniques/T1611/) and
    /// [T1552.005](https://attack.mitre.org/techniques/T1552/005/); CIS Docker Benchmark 1.6.0, 5.10, 5.16, 5.17, 5.21
    /// and 5.31; forbidden by the Pod Security Standard Baseline.
    ///
    /// ## Bad
    ///
    /// ```docker-compose
    /// services:
    ///   probe:
    ///     image: alpine:3.22
    ///     network_mode: host
    /// ```
    ///
    /// ```github-actions
    /// on: push
    /// jobs:
    ///   test:
    ///     runs-on: self-hosted
    ///     container:
    ///       image: alpine:3.22
    ///       options: --pid=host
    ///     steps:
    ///       - run: ps aux
    /// ```
    ///
    /// ```gitlab-ci
    /// test:
    ///   script:
    ///     - docker run --rm --net host alpine:3.22 ip addr
    /// ```
    ///
    /// ```shell
    /// docker run --rm --ipc=host --uts=host --userns=host alpine:3.22 hostname
    /// ```
    ///
    /// ## Good
    ///
    /// ```docker-compose
    /// services:
    ///   probe:
    ///     image: alpine:3.22
    ///     network_mode: bridge
    ///     # network_mode: host
    /// ```
    ///
    /// ```github-actions
    /// on: push
    /// jobs:
    ///   test:
    ///     runs-on: self-hosted
    ///     container:
    ///       image: alpine:3.22
    ///       options: --hostname=host
    ///     steps:
    ///       - run: hostname
    /// ```
    ///
    /// ```gitlab-ci
    /// test:
    ///   script:
    ///     - docker run --rm --net hosts-net alpine:3.22 ip addr
    /// ```
    ///
    /// ```shell
    /// docker run --rm --ipc=container:db alpine:3.22 hostname
    /// ```
    ///
    /// ## What to do
    ///
    /// Take the option away. To reach another container, put both on one network; to be reached, publish the one port.
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/engine/containers/run/>
    /// - <https://kubernetes.io/docs/concepts/security/pod-security-standards/>
    "host-namespace", "A container shares a namespace of the host", check,
}

fn check(scene: &Scene<'_>, sink: &mut Sink<'_>) {
    for container in &scene.job.containers {
        // A nested engine's containers share its own container's namespaces, not the host's.
        let nested = container.role == Role::Started && scene.has_own_engine();
        for (namespace, span) in &container.namespaces {
            let privileged = container.privileged.is_some() && !container.is_confined();
            let mut power = Power::OneWallLess;
            let gives = match namespace {
                Namespace::Pid if privileged && !nested => {
                    power = Power::HostRoot;
                    "processes, with privilege: `nsenter` into the first of them is the host's own shell"
                }
                Namespace::Pid => {
                    "processes: their arguments and, for the same user, their environment can be read"
                }
                Namespace::Network => {
                    "network: services on `127.0.0.1` and the cloud's metadata service can be reached"
                }
                Namespace::Ipc => "shared memory, which holds data of other programs",
                Namespace::Uts => "name, which privilege in here can change",
                Namespace::User => "users: root in here is root on the host",
                Namespace::Cgroup => continue,
            };
            let power = if nested { Power::OwnContainer } else { owner::power(scene, container, power) };
            let message = format!("The container shares the host's {gives}. Take the option away.");
            sink.report(*span, power, message);
        }
    }
}
