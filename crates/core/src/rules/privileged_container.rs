//! Containers that are given every privilege.

use daemonless_catalog::Power;

use super::owner;
use super::words::called;
use crate::model::{Place, Role};
use crate::rule::{Scene, Sink, declare_rule};

declare_rule! {
    /// Reports containers that are started with every privilege: `privileged: true`, `--privileged`, also of `docker exec`.
    ///
    /// ## Why
    ///
    /// Privilege gives a container all capabilities and all devices, and takes away seccomp, AppArmor and the masks over
    /// `/proc` and `/sys`. What is left of it is a view, not a wall: `mount /dev/sda1 /mnt` shows the host's disk, a line
    /// written to `/proc/sys/kernel/core_pattern` runs a program as the host's root, and `insmod` loads a module into the
    /// host's kernel. Inside a user namespace of its own (`hostUsers: false`, Sysbox) privilege is not the host's.
    ///
    /// [CWE-250](https://cwe.mitre.org/data/definitions/250.html); ATT&CK
    /// [T1611](https://attack.mitre.org/techniques/T1611/); CIS Docker Benchmark 1.6.0, 5.5 and, for `exec`, 5.23;
    /// forbidden by the Pod Security Standard Baseline.
    ///
    /// ## Bad
    ///
    /// ```docker-compose
    /// services:
    ///   tool:
    ///     image: alpine:3.22
    ///     privileged: true
    /// ```
    ///
    /// ```github-actions
    /// on: push
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     container:
    ///       image: alpine:3.22
    ///       options: --privileged
    ///     steps:
    ///       - run: make test
    /// ```
    ///
    /// ```gitlab-ci
    /// test:
    ///   script:
    ///     - docker run --rm --privileged alpine:3.22 true
    /// ```
    ///
    /// ```shell
    /// docker exec --privileged web sh
    /// ```
    ///
    /// ## Good
    ///
    /// ```docker-compose
    /// services:
    ///   tool:
    ///     image: alpine:3.22
    ///     privileged: false
    /// ```
    ///
    /// ```github-actions
    /// on: push
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     container: alpine:3.22
    ///     steps:
    ///       - run: ./flash --privileged # not an engine's option
    /// ```
    ///
    /// ```gitlab-ci
    /// test:
    ///   script:
    ///     - docker run --rm --privileged=false alpine:3.22 true
    /// ```
    ///
    /// ```shell
    /// docker run alpine:3.22 ./flash --privileged
    /// ```
    ///
    /// ## What to do
    ///
    /// Name what the program needs: one capability (`--cap-add NET_ADMIN`), one device (`--device /dev/fuse`). To build
    /// images, use a builder that needs no privilege. To register emulators for other platforms, do it when the machine
    /// is made. What has to have all belongs on a machine that is thrown away after the job.
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/engine/containers/run/#runtime-privilege-and-linux-capabilities>
    /// - <https://cheatsheetseries.owasp.org/cheatsheets/Docker_Security_Cheat_Sheet.html>
    /// - <https://kubernetes.io/docs/concepts/security/pod-security-standards/>
    "privileged-container", "A container is started with every privilege", check,
}

fn check(scene: &Scene<'_>, sink: &mut Sink<'_>) {
    for container in &scene.job.containers {
        let Some(span) = container.privileged else { continue };
        let power = owner::kernel_power(scene, container, Power::HostPrivilege);
        let whose = if container.role == Role::Started { "its engine's machine" } else { "the host" };
        let message = if power == Power::OneWallLess {
            format!(
                "{} is privileged within a user namespace: one fault of the kernel is enough to leave it. Grant the one \
                 capability or device that it needs.",
                called(container)
            )
        } else {
            format!(
                "{} is privileged: a step in it mounts the disk of {whose} and is root there. Grant the one capability or \
                 device that it needs, or use a builder without privilege.",
                called(container)
            )
        };
        sink.report(span, power, capital(message));
    }
    for invocation in
        scene.job.invocations.iter().filter(|invocation| invocation.subcommand.ends_with("exec"))
    {
        let Some(flag) = invocation.flag("privileged").filter(|flag| flag.is_on()) else { continue };
        let elsewhere = scene
            .job
            .commands
            .get(invocation.command)
            .is_some_and(|command| command.place == Place::Elsewhere);
        let power = if elsewhere { Power::UnknownEngine } else { Power::HostPrivilege };
        let message = "The command runs with every privilege inside the container: it can mount the disk of the engine's \
                       machine and be root there. Run it without, or grant the container what it needs.";
        sink.report(flag.span, power, message);
    }
}

/// With a capital letter in front, where it starts with a word of ours.
fn capital(message: String) -> String {
    match message.strip_prefix("this ") {
        Some(rest) => format!("This {rest}"),
        None => message,
    }
}
