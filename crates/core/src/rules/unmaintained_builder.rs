//! Builders that get no fixes any more.

use daemonless_catalog::Power;

use super::builders;
use super::words::{images, quote};
use crate::rule::{Scene, Sink, declare_rule};

declare_rule! {
    /// Reports images of builders that are no longer kept: Google's archived Kaniko, img, Makisu, orca-build.
    ///
    /// ## Why
    ///
    /// A builder unpacks archives that others made and runs their commands with the registry's password beside it. Faults
    /// in that are found every year; an archived builder keeps them. Google archived Kaniko on 3 June 2025, and images
    /// under `gcr.io/kaniko-project` get no updates. Dockerfiles move on, too: that Kaniko ignores `RUN --mount` and
    /// heredocs without an error.
    ///
    /// [CWE-1104](https://cwe.mitre.org/data/definitions/1104.html).
    ///
    /// ## Bad
    ///
    /// ```gitlab-ci
    /// build:
    ///   image:
    ///     name: gcr.io/kaniko-project/executor:v1.23.2-debug
    ///     entrypoint: [""]
    ///   script:
    ///     - /kaniko/executor --context . --destination registry.example/app
    /// ```
    ///
    /// ```shell
    /// docker run --rm -v "$PWD:/workspace" gcr.io/kaniko-project/executor:v1.24.0 --no-push
    /// ```
    ///
    /// ```dockerfile
    /// FROM alpine:3.22
    /// COPY --from=gcr.io/kaniko-project/executor:v1.24.0 /kaniko /kaniko
    /// ```
    ///
    /// ## Good
    ///
    /// ```gitlab-ci
    /// build:
    ///   image:
    ///     name: ghcr.io/osscontainertools/kaniko:v1.28.3-debug
    ///     entrypoint: [""]
    ///   script:
    ///     - /kaniko/executor --context . --destination registry.example/app
    /// ```
    ///
    /// ```shell
    /// echo gcr.io/kaniko-project/executor:v1.24.0
    /// ```
    ///
    /// ```dockerfile
    /// FROM quay.io/buildah/stable:v1.43.1
    /// ```
    ///
    /// ## What to do
    ///
    /// Take the maintained fork of Kaniko (`ghcr.io/osscontainertools/kaniko`), which needs no other change, or Buildah or
    /// rootless BuildKit where Dockerfiles use newer features.
    ///
    /// ## Sources
    ///
    /// - <https://github.com/GoogleContainerTools/kaniko>
    /// - <https://github.com/osscontainertools/kaniko>
    "unmaintained-builder", "A builder is used that is no longer kept", check,
}

fn check(scene: &Scene<'_>, sink: &mut Sink<'_>) {
    for image in images(scene.job) {
        let Some(note) = image.texts().find_map(|text| builders::unmaintained(text.as_str())) else {
            continue;
        };
        let message = format!(
            "{} is no longer kept. {note} Take Buildah, rootless BuildKit, or the maintained fork of Kaniko.",
            quote(image.as_str())
        );
        sink.report(image.span, Power::OwnContainer, message);
    }
}
