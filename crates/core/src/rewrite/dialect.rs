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
    /// Formats that it is left out for, and why, in words that follow "because".
    not: &'static [(&'static str, &'static str)],
    pub(super) how: How,
}

/// Why a workflow is not rewritten for a builder that runs from its own image.
const NOT_IN_WORKFLOWS: (&str, &str) = (
    "github-actions",
    "its steps run on a machine that does not have it: a machine that GitHub hosts has buildx and is thrown away after \
     the job, and on another runner the job needs a container of the builder's image",
);

/// All of them.
static DIALECTS: &[Dialect] = &[
    Dialect {
        builder: Builder::Buildah,
        formats: &["gitlab-ci", "github-actions"],
        not: &[],
        how: How::OneByOne,
    },
    Dialect {
        builder: Builder::Podman,
        formats: &["gitlab-ci", "github-actions"],
        not: &[],
        how: How::OneByOne,
    },
    Dialect {
        builder: Builder::Buildkit,
        formats: &["gitlab-ci"],
        not: &[NOT_IN_WORKFLOWS],
        how: How::Joined(&buildkit::Buildkit),
    },
    Dialect {
        builder: Builder::Kaniko,
        formats: &["gitlab-ci"],
        not: &[NOT_IN_WORKFLOWS],
        how: How::Joined(&kaniko::Kaniko),
    },
];

/// How a file of this format is rewritten for this builder; `None` where it is not.
pub(super) fn of(format: &str, builder: Builder) -> Option<&'static Dialect> {
    DIALECTS.iter().find(|dialect| dialect.builder == builder && dialect.formats.contains(&format))
}

/// How the builder's command lines stand to Docker's, whatever the format.
pub(super) fn how(builder: Builder) -> How {
    DIALECTS.iter().find(|dialect| dialect.builder == builder).map_or(How::OneByOne, |dialect| dialect.how)
}

/// Why a format is left out for a builder; `None` where it is not, or has yet to come.
pub(super) fn why_not(format: &str, builder: Builder) -> Option<&'static str> {
    let dialect = DIALECTS.iter().find(|dialect| dialect.builder == builder)?;
    dialect.not.iter().find(|(not, _)| *not == format).map(|(_, why)| *why)
}
