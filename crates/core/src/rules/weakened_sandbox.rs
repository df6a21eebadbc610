//! Walls of the kernel that a container is started without.

use daemonless_catalog::Power;

use super::words::quote;
use super::{builders, owner};
use crate::model::Container;
use crate::rule::{Scene, Sink, declare_rule};

declare_rule! {
    /// Reports containers for which seccomp, AppArmor or SELinux is switched off, or the masks over `/proc` and `/sys`
    /// are taken away.
    ///
    /// ## Why
    ///
    /// None of these is a way out by itself. Each is a wall behind the others: without seccomp a container reaches some
    /// forty more calls of the kernel (`mount`, `keyctl`, `bpf`, new user namespaces), where many escapes start; without
    /// AppArmor or SELinux a fault elsewhere is no longer held by a second rule; without the masks, settings of the
    /// kernel lie open under `/proc/sys`. Rootless builders ask for some of it, because they make a namespace of their
    /// own: a smaller price than privilege, and reported as `low`.
    ///
    /// [CWE-693](https://cwe.mitre.org/data/definitions/693.html); ATT&CK
    /// [T1068](https://attack.mitre.org/techniques/T1068/); CIS Docker Benchmark 1.6.0, 5.2 and 5.22; forbidden by the Pod
    /// Security Standard Baseline.
    ///
    /// ## Bad
    ///
    /// ```docker-compose
    /// services:
    ///   debugger:
    ///     image: alpine:3.22
    ///     security_opt:
    ///       - seccomp:unconfined
    ///       - apparmor=unconfined
    /// ```
    ///
    /// ```shell
    /// docker run --rm --security-opt systempaths=unconfined alpine:3.22 true
    /// ```
    ///
    /// ```github-actions
    /// on: push
    /// jobs:
    ///   test:
    ///     runs-on: self-hosted
    ///     container:
    ///       image: alpine:3.22
    ///       options: --security-opt label=disable
    ///     steps:
    ///       - run: make test
    /// ```
    ///
    /// ## Good
    ///
    /// ```docker-compose
    /// services:
    ///   web:
    ///     image: nginx:1.29
    ///     security_opt:
    ///       - no-new-privileges:true
    ///       - seccomp=./profile.json
    /// ```
    ///
    /// ```shell
    /// docker run --rm --security-opt apparmor=my-profile alpine:3.22 true
    /// ```
    ///
    /// ```github-actions
    /// on: push
    /// jobs:
    ///   test:
    ///     runs-on: self-hosted
    ///     container:
    ///       image: alpine:3.22
    ///       options: --security-opt no-new-privileges
    ///     steps:
    ///       - run: make test
    /// ```
    ///
    /// ## What to do
    ///
    /// Take the option away, or write a profile that allows the one call that is missing. For a rootless builder keep it,
    /// on a runner that does nothing else.
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/engine/security/seccomp/>
    /// - <https://docs.docker.com/engine/security/apparmor/>
    /// - <https://github.com/moby/buildkit/blob/master/docs/rootless.md>
    "weakened-sandbox", "Seccomp, AppArmor, SELinux or the masks over /proc are switched off", check,
}

/// Options that switch a wall off, in the spelling with `=`.
static OFF: &[(&str, &str)] = &[
    ("seccomp=unconfined", "seccomp: the container reaches every call of the kernel"),
    ("apparmor=unconfined", "AppArmor: no second rule holds what a fault lets out"),
    ("label=disable", "SELinux: no second rule holds what a fault lets out"),
    ("label=type:spc_t", "SELinux: no second rule holds what a fault lets out"),
    ("systempaths=unconfined", "the masks over `/proc` and `/sys`: settings of the kernel lie open"),
    ("unmask=all", "the masks over `/proc` and `/sys`: settings of the kernel lie open"),
];

fn check(scene: &Scene<'_>, sink: &mut Sink<'_>) {
    for container in &scene.job.containers {
        let power = if is_builder(container) { Power::OwnContainer } else { Power::OneWallLess };
        for option in &container.security {
            let Some(off) = option.texts().find_map(|text| switched_off(text.as_str())) else { continue };
            let message = format!(
                "{} switches off {off}. Take it away, or allow the one thing that is missing.",
                quote(option.as_str())
            );
            sink.report(option.span, owner::power(scene, container, power), message);
        }
    }
}

/// Whether the container holds a builder that makes a sandbox of its own.
fn is_builder(container: &Container) -> bool {
    let known = |text: &str| builders::builder(text).is_some();
    container.privileged.is_none() && container.image.as_ref().is_some_and(|image| image.any(known))
}

fn switched_off(option: &str) -> Option<&'static str> {
    let option = option.trim().to_ascii_lowercase();
    let option = match option.split_once(['=', ':']) {
        Some((name, value)) => format!("{}={}", name.trim(), value.trim()),
        None => return None,
    };
    OFF.iter().find(|(known, _)| *known == option).map(|(_, off)| *off)
}
