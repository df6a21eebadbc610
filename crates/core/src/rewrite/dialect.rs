//! What can be rewritten for which builder: one line for each builder.

use daemonless_catalog::Builder;

use super::joined::Words;
use super::joined::{buildkit, kaniko};

/// How a builder's command lines stand to Docker's.
#[derive(Clone, Copy)]
pub(super) enum How {
    /// Each docker command has one of the builder's, in its place.
    OneByOne,
    /// It keeps no images: build, tag and push are one command, in the place of the build.
    Joined(&'static dyn Words),
}

/// One builder that files are rewritten for.
pub(super) struct Dialect {
    builder: Builder,
    /// Ids of the formats.
    formats: &'static [&'static str],
    pub(super) how: How,
}

/// All of them. A workflow's steps run on a machine that has neither of the joined builders, and has a single-use
/// daemon with buildx where GitHub hosts it.
static DIALECTS: &[Dialect] = &[
    Dialect { builder: Builder::Buildah, formats: &["gitlab-ci", "github-actions"], how: How::OneByOne },
    Dialect { builder: Builder::Podman, formats: &["gitlab-ci", "github-actions"], how: How::OneByOne },
    Dialect { builder: Builder::Buildkit, formats: &["gitlab-ci"], how: How::Joined(&buildkit::Buildkit) },
    Dialect { builder: Builder::Kaniko, formats: &["gitlab-ci"], how: How::Joined(&kaniko::Kaniko) },
];

/// How a file of this format is rewritten for this builder; `None` where it is not.
pub(super) fn of(format: &str, builder: Builder) -> Option<&'static Dialect> {
    DIALECTS.iter().find(|dialect| dialect.builder == builder && dialect.formats.contains(&format))
}

/// How the builder's command lines stand to Docker's, whatever the format.
pub(super) fn how(builder: Builder) -> How {
    DIALECTS.iter().find(|dialect| dialect.builder == builder).map_or(How::OneByOne, |dialect| dialect.how)
}
