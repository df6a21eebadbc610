//! Capabilities that lead out of a container.

use daemonless_catalog::Power;

use super::owner;
use super::words::quote;
use crate::rule::{Scene, Sink, declare_rule};

declare_rule! {
    /// Reports added capabilities that lead out of a container or close to it: `ALL`, `SYS_ADMIN`, `SYS_MODULE`,
    /// `SYS_PTRACE`, `SYS_RAWIO`, `DAC_READ_SEARCH`, `BPF`, `PERFMON`, `SYS_BOOT`, with or without `CAP_`.
    ///
    /// ## Why
    ///
    /// Docker leaves a container fourteen capabilities of about forty. `SYS_ADMIN` brings back mounting and most of what
    /// privilege is; `SYS_MODULE` loads code into the host's kernel; `ALL` is both. `DAC_READ_SEARCH` opens files of the
    /// host by their number, `SYS_PTRACE` reads other processes where the process namespace is shared, `SYS_RAWIO` reaches
    /// the machine's ports and memory, `BPF` and `PERFMON` look into the kernel, and `SYS_BOOT` replaces it.
    ///
    /// [CWE-250](https://cwe.mitre.org/data/definitions/250.html),
    /// [CWE-269](https://cwe.mitre.org/data/definitions/269.html); ATT&CK
    /// [T1611](https://attack.mitre.org/techniques/T1611/) and
    /// [T1547.006](https://attack.mitre.org/techniques/T1547/006/); CIS Docker Benchmark 1.6.0, 5.4; forbidden by the Pod
    /// Security Standard Baseline.
    ///
    /// ## Bad
    ///
    /// ```docker-compose
    /// services:
    ///   mounter:
    ///     image: alpine:3.22
    ///     cap_add:
    ///       - NET_ADMIN
    ///       - cap_sys_admin
    /// ```
    ///
    /// ```gitlab-ci
    /// test:
    ///   script:
    ///     - docker run --rm --cap-add=ALL alpine:3.22 true
    /// ```
    ///
    /// ```github-actions
    /// on: push
    /// jobs:
    ///   debug:
    ///     runs-on: self-hosted
    ///     container:
    ///       image: alpine:3.22
    ///       options: --cap-add SYS_PTRACE
    ///     steps:
    ///       - run: strace true
    /// ```
    ///
    /// ## Good
    ///
    /// ```docker-compose
    /// services:
    ///   vpn:
    ///     image: alpine:3.22
    ///     cap_add:
    ///       - NET_ADMIN
    ///     cap_drop:
    ///       - ALL
    /// ```
    ///
    /// ```gitlab-ci
    /// test:
    ///   script:
    ///     - docker run --rm --cap-drop=ALL --cap-add=CHOWN alpine:3.22 true
    /// ```
    ///
    /// ```github-actions
    /// on: push
    /// jobs:
    ///   debug:
    ///     runs-on: self-hosted
    ///     container:
    ///       image: alpine:3.22
    ///       options: --cap-add NET_BIND_SERVICE
    ///     steps:
    ///       - run: nc -l -p 80
    /// ```
    ///
    /// ## What to do
    ///
    /// Drop all and add the one that the program asks for. What mounts file systems to build an image can do without: use
    /// a builder that needs no capability, or one that runs in a user namespace.
    ///
    /// ## Sources
    ///
    /// - <https://man7.org/linux/man-pages/man7/capabilities.7.html>
    /// - <https://docs.docker.com/engine/containers/run/#runtime-privilege-and-linux-capabilities>
    "excess-capability", "A capability is added that leads out of the container", check,
}

/// Each with what it gives; those of the first kind equal privilege.
static CAPABILITIES: &[(&str, Power, &str)] = &[
    ("ALL", Power::HostPrivilege, "gives the container all that root can do on the host"),
    (
        "SYS_ADMIN",
        Power::HostPrivilege,
        "lets the container mount file systems and is most of what privilege is",
    ),
    ("SYS_MODULE", Power::HostPrivilege, "lets the container load code into the host's kernel"),
    ("SYS_PTRACE", Power::OneWallLess, "lets the container read and change the processes that it sees"),
    ("SYS_RAWIO", Power::OneWallLess, "lets the container reach the machine's ports and memory"),
    ("DAC_READ_SEARCH", Power::OneWallLess, "lets the container open files of the host by their number"),
    ("BPF", Power::OneWallLess, "lets the container load programs into the host's kernel"),
    ("PERFMON", Power::OneWallLess, "lets the container watch the host's kernel"),
    ("SYS_BOOT", Power::OneWallLess, "lets the container restart the host or replace its kernel"),
];

fn check(scene: &Scene<'_>, sink: &mut Sink<'_>) {
    for container in &scene.job.containers {
        for capability in &container.capabilities {
            let found = capability.texts().flat_map(|text| text.as_str().split(',')).find_map(known);
            let Some((power, gives)) = found else { continue };
            let power = owner::kernel_power(scene, container, power);
            let name = quote(capability.as_str());
            sink.report(
                capability.span,
                power,
                format!("{name} {gives}. Add the one capability that the program asks for."),
            );
        }
    }
}

fn known(name: &str) -> Option<(Power, &'static str)> {
    let name = name.trim().to_ascii_uppercase();
    let name = name.strip_prefix("CAP_").unwrap_or(&name);
    CAPABILITIES.iter().find(|(known, _, _)| *known == name).map(|(_, power, gives)| (*power, *gives))
}
