//! The host's file system, or the keys to it, mounted into a container.

use daemonless_catalog::Power;

use super::owner;
use super::words::quote;
use crate::engine::mount::{self, Sensitive};
use crate::model::Value;
use crate::rule::{Scene, Sink, declare_rule};

declare_rule! {
    /// Reports mounts of the host's `/`, of whole system directories (`/etc`, `/root`, `/home`, `/boot`, `/proc`, `/sys`,
    /// `/dev`, `/usr`, `/lib`), and of the state or keys of engines and the kubelet (`/var/lib/docker`, `/root/.ssh`,
    /// `/etc/kubernetes`), in any spelling: `/etc/..` is `/`.
    ///
    /// ## Why
    ///
    /// A container's root is the host's root where files are concerned. With `/` or `/etc` writable, a line in
    /// `/etc/cron.d` or a key in `authorized_keys` runs as the host's root a minute later; a file in the kubelet's
    /// directory of static pods starts a privileged pod. Read-only, the same mount still shows every key, every token and
    /// the environment of every other job. Single files below them, such as `/etc/localtime`, are not reported.
    ///
    /// [CWE-732](https://cwe.mitre.org/data/definitions/732.html); ATT&CK
    /// [T1611](https://attack.mitre.org/techniques/T1611/); CIS Docker Benchmark 1.6.0, 5.6; `hostPath` is forbidden by the
    /// Pod Security Standard Baseline.
    ///
    /// ## Bad
    ///
    /// ```docker-compose
    /// services:
    ///   exporter:
    ///     image: quay.io/prometheus/node-exporter:v1.9.1
    ///     volumes:
    ///       - type: bind
    ///         source: /
    ///         target: /host
    ///         read_only: true
    /// ```
    ///
    /// ```gitlab-ci
    /// deploy:
    ///   script:
    ///     - docker run --rm -v /etc/..:/host alpine:3.22 chroot /host true
    /// ```
    ///
    /// ```shell
    /// podman run --rm -v /root/.ssh:/keys:ro alpine:3.22 ls /keys
    /// ```
    ///
    /// ## Good
    ///
    /// ```docker-compose
    /// services:
    ///   web:
    ///     image: nginx:1.29
    ///     volumes:
    ///       - /etc/localtime:/etc/localtime:ro
    ///       - ./data:/home
    /// ```
    ///
    /// ```gitlab-ci
    /// test:
    ///   script:
    ///     - docker run --rm -v "$PWD:/src" alpine:3.22 ls /src
    /// ```
    ///
    /// ```shell
    /// docker run --rm -v /home/me/project:/src alpine:3.22 ls /src
    /// ```
    ///
    /// ## What to do
    ///
    /// Mount the one directory that the program works on, read-only where it only reads. Hand keys over as secrets of the
    /// CI system, for the one job that needs them.
    ///
    /// ## Sources
    ///
    /// - <https://kubernetes.io/docs/concepts/security/pod-security-standards/>
    /// - <https://github.com/docker/docker-bench-security>
    "host-root-mount", "The host's file system or its keys are mounted into a container", check,
}

fn check(scene: &Scene<'_>, sink: &mut Sink<'_>) {
    for container in &scene.job.containers {
        for mount in container.mounts.iter().filter(|mount| !mount.declared_only) {
            let source = mount.source.as_ref();
            let Some(found) =
                source.and_then(|path| path.texts().find_map(|text| mount::sensitive(text.as_str())))
            else {
                continue;
            };
            let path = quote(source.map_or("", Value::as_str));
            let (power, gives) = match (found, mount.read_only) {
                (Sensitive::Root, false) => (
                    Power::HostRoot,
                    "is the host's whole file system: whoever writes there is root on the host",
                ),
                (Sensitive::Root, true) => {
                    (Power::HostPrivilege, "is the host's whole file system, with every key and token on it")
                }
                (Sensitive::System, false) => (
                    Power::HostPrivilege,
                    "is a directory of the host's system: whoever changes it can become root there",
                ),
                (Sensitive::System, true) => (
                    Power::OneWallLess,
                    "is a directory of the host's system, which every step can read in full",
                ),
                (Sensitive::State, false) => (
                    Power::HostPrivilege,
                    "holds keys or an engine's state: whoever has them acts as the host does",
                ),
                (Sensitive::State, true) => {
                    (Power::OneWallLess, "holds keys or an engine's state, to be read by every step")
                }
            };
            let power = owner::power(scene, container, power);
            sink.report(
                mount.span,
                power,
                format!("{path} {gives}. Mount the one directory that is needed instead."),
            );
        }
    }
}
