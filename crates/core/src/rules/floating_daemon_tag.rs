//! Engines and builders without a version.

use daemonless_catalog::Risk;

use super::builders;
use super::words::{images, quote};
use crate::engine::image::{self, Kind, Reference};
use crate::model::Value;
use crate::rule::{Scene, Sink, declare_rule};

declare_rule! {
    /// Reports images of engines and builders without a version: no tag and no digest, or a tag that moves (`latest`,
    /// `dind`, `stable`).
    ///
    /// ## Why
    ///
    /// The image that builds all others changes under the pipeline's feet. A new engine refuses old clients (Docker 29
    /// asks for API 1.44), switches its storage, or turns a warning into an error, and every pipeline stops on the same
    /// morning. What was built with which version can't be told afterwards, and whoever can push that one tag is in every
    /// build.
    ///
    /// [CWE-1357](https://cwe.mitre.org/data/definitions/1357.html); ATT&CK
    /// [T1195.002](https://attack.mitre.org/techniques/T1195/002/).
    ///
    /// ## Bad
    ///
    /// ```gitlab-ci
    /// build:
    ///   image: docker:latest
    ///   services:
    ///     - docker:dind
    ///   script:
    ///     - docker build .
    /// ```
    ///
    /// ```dockerfile
    /// FROM quay.io/buildah/stable
    /// ```
    ///
    /// ```docker-compose
    /// services:
    ///   buildkit:
    ///     image: moby/buildkit:rootless
    /// ```
    ///
    /// ## Good
    ///
    /// ```gitlab-ci
    /// build:
    ///   image: docker:29-cli
    ///   services:
    ///     - docker:29-dind
    ///     - postgres:latest
    ///   script:
    ///     - docker build .
    /// ```
    ///
    /// ```dockerfile
    /// FROM quay.io/buildah/stable:v1.43.1
    /// ```
    ///
    /// ```docker-compose
    /// services:
    ///   buildkit:
    ///     image: moby/buildkit:v0.32.2-rootless
    /// ```
    ///
    /// ## What to do
    ///
    /// Name the version, or better the digest, and let a bot propose the next one.
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/build/building/best-practices/#pin-base-image-versions>
    /// - <https://docs.docker.com/engine/release-notes/29/>
    "floating-daemon-tag", "An engine's or builder's image has no version", check,
}

fn check(scene: &Scene<'_>, sink: &mut Sink<'_>) {
    for image in images(scene.job) {
        if floats(image) {
            let message = format!(
                "{} has no version: the engine or builder changes under the pipeline, and what built an image can't be told \
                 afterwards. Name a version or a digest.",
                quote(image.as_str())
            );
            sink.report_as(image.span, Risk::Low, message);
        }
    }
}

fn floats(image: &Value) -> bool {
    let text = image.as_str();
    let reference = Reference::parse(text);
    let tag = reference.tag.strip_suffix("-dind").or_else(|| reference.tag.strip_suffix("-rootless"));
    let moves = reference.is_floating()
        || (reference.digest.is_empty() && matches!(tag, Some("stable" | "latest" | "edge")));
    let is_engine = || {
        matches!(image::kind(text, true), Kind::Daemon { .. } | Kind::Client)
            || builders::builder(text).is_some()
    };
    // A variable may hold the version.
    let is_unknown = reference.repository.contains('$') || (image.unknown && reference.tag.is_empty());
    moves && !is_unknown && is_engine()
}
