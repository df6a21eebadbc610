//! A file rewritten for a builder: translate the commands, place them in the format.

use daemonless_catalog::Builder;

/// Whether a file of this format can be rewritten for this builder.
pub fn can(format: &str, builder: Builder) -> bool {
    matches!(format, "gitlab-ci" | "github-actions") && matches!(builder, Builder::Buildah | Builder::Podman)
}
