//! Builders that are given more than they need.

use daemonless_catalog::Power;

use super::words::quote;
use super::{builders, owner};
use crate::engine::Invocation;
use crate::map::Set;
use crate::model::{Container, Value};
use crate::rule::{Scene, Sink, declare_rule};
use crate::source::Span;

declare_rule! {
    /// Reports builders that are given more than building needs: Buildah, Podman, BuildKit or Kaniko in a privileged
    /// container, buildx's kubernetes driver without `rootless=true`, and the entitlement `security.insecure`.
    ///
    /// ## Why
    ///
    /// A daemonless builder in a privileged container has given up what it was chosen for: one `RUN` line mounts the
    /// host's disk, as it would with a nested daemon. buildx's kubernetes driver makes privileged pods unless it is told
    /// otherwise, and the job's right to `pods/exec` is then root on the node. `security.insecure` lets any Dockerfile ask
    /// for a privileged step by `RUN --security=insecure`.
    ///
    /// [CWE-250](https://cwe.mitre.org/data/definitions/250.html),
    /// [CWE-269](https://cwe.mitre.org/data/definitions/269.html); ATT&CK
    /// [T1611](https://attack.mitre.org/techniques/T1611/) and
    /// [T1609](https://attack.mitre.org/techniques/T1609/); CIS Docker Benchmark 1.6.0, 5.5.
    ///
    /// ## Bad
    ///
    /// ```github-actions
    /// on: push
    /// jobs:
    ///   build:
    ///     runs-on: self-hosted
    ///     container:
    ///       image: quay.io/buildah/stable:v1.43.1
    ///       options: --privileged
    ///     steps:
    ///       - run: buildah build .
    /// ```
    ///
    /// ```gitlab-ci
    /// build:
    ///   script:
    ///     - docker buildx create --use --driver kubernetes --driver-opt replicas=2
    ///     - docker buildx build --push -t registry.example/app .
    /// ```
    ///
    /// ```shell
    /// docker buildx build --allow security.insecure .
    /// ```
    ///
    /// ## Good
    ///
    /// ```github-actions
    /// on: push
    /// jobs:
    ///   build:
    ///     runs-on: self-hosted
    ///     container:
    ///       image: quay.io/buildah/stable:v1.43.1
    ///       options: --device /dev/fuse
    ///     steps:
    ///       - run: buildah build .
    /// ```
    ///
    /// ```gitlab-ci
    /// build:
    ///   script:
    ///     - docker buildx create --use --driver kubernetes --driver-opt=replicas=2,rootless=true
    ///     - docker buildx build --push -t registry.example/app .
    /// ```
    ///
    /// ```shell
    /// docker buildx build --allow network.host .
    /// ```
    ///
    /// ## What to do
    ///
    /// Run the builder as the user that its image has for it, with `BUILDAH_ISOLATION=chroot`, and grant the two capabilities
    /// or the device that it asks for. With buildx on Kubernetes say `--driver-opt rootless=true`. Do a step that needs
    /// privilege outside the build.
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/build/builders/drivers/kubernetes/>
    /// - <https://docs.docker.com/reference/cli/docker/buildx/build/#allow>
    /// - <https://github.com/containers/buildah/blob/main/docs/tutorials/05-openshift-rootless-build.md>
    "privileged-builder", "A builder is given more than building needs", check,
}

fn check(scene: &Scene<'_>, sink: &mut Sink<'_>) {
    for container in &scene.job.containers {
        if let (Some(span), Some(builder)) = (container.privileged, builder(container)) {
            let power = owner::kernel_power(scene, container, Power::HostPrivilege);
            let what = match power {
                Power::OneWallLess => "is one fault of the kernel away from root on the host",
                _ => "is root on the host",
            };
            let message = format!(
                "{builder} runs with privilege here: one `RUN` line of a Dockerfile {what}. Run it without, rootless where \
                 it can, and grant the capability or device that it asks for."
            );
            sink.report(span, power, message);
        }
    }
    let mut seen = Set::new();
    for invocation in &scene.job.invocations {
        if let Some(span) = privileged_pods(invocation) {
            let message = "buildx's kubernetes driver makes privileged pods: whoever may `exec` into them is root on the node. Say \
                           `--driver-opt rootless=true`.";
            sink.report(span, Power::HostPrivilege, message);
        }
        let known = invocation.builds() || invocation.subcommand.starts_with("buildx");
        for flag in invocation.flags.iter().filter(|_| known) {
            let insecure =
                flag.value.as_ref().is_some_and(|value| value.any(|text| text.contains("security.insecure")));
            if insecure && seen.insert(flag.span) {
                report_insecure(flag.span, sink);
            }
        }
    }
    let options = scene.job.containers.iter().flat_map(|container| &container.command);
    let variables = scene.job.containers.iter().flat_map(|container| &container.env).chain(&scene.job.env);
    let flags = variables.filter(|var| var.name == "BUILDKITD_FLAGS").map(|var| &var.value);
    for value in options.chain(flags).filter(|value| value.any(allows_insecure)) {
        if seen.insert(value.span) {
            report_insecure(value.span, sink);
        }
    }
}

fn report_insecure(span: Span, sink: &mut Sink<'_>) {
    let message = "`security.insecure` lets any Dockerfile ask for a privileged step, which is root on the builder's machine. Take it \
                   away and do that step outside the build.";
    sink.report(span, Power::HostPrivilege, message);
}

/// The word of a daemon's option, or options in one word, that grant the entitlement.
fn allows_insecure(text: &str) -> bool {
    text == "security.insecure"
        || (text.contains("--allow-insecure-entitlement") && text.contains("security.insecure"))
}

fn builder(container: &Container) -> Option<String> {
    let image = container.image.as_ref()?;
    image
        .texts()
        .find_map(|text| builders::builder(text.as_str()))
        .map(|name| format!("{name} ({})", quote(image.as_str())))
}

/// The driver's option of a `buildx create` that makes privileged pods.
fn privileged_pods(invocation: &Invocation) -> Option<Span> {
    if !invocation.is("buildx create") {
        return None;
    }
    let driver = invocation.flag("driver")?;
    let kubernetes = driver.value.as_ref()?.any(|name| name == "kubernetes");
    let rootless = |value: &Value| {
        value.unknown
            || value
                .as_str()
                .split(',')
                .any(|option| matches!(option.trim(), "rootless=true" | "\"rootless=true\""))
    };
    (kubernetes && !invocation.values("driver-opt").any(rootless)).then_some(driver.span)
}
