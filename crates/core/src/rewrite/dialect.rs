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

/// Why a workflow is not rewritten for BuildKit. The runner replaces a job container's entrypoint, so that does not stand
/// in the way; the image's user does, and Kubernetes mode drops `container.options`, which would relax what BuildKit
/// needs relaxed.
const NO_BUILDKIT_IN_WORKFLOWS: (&str, &str) = (
    "github-actions",
    "its image runs as a user who may not write in a job container's workspace, so `actions/checkout` fails in it; a machine \
     that GitHub hosts has buildx and is thrown away after the job, and on another runner buildx builds with BuildKit through \
     its `remote` driver or, on Kubernetes, its `kubernetes` driver with `rootless=true`",
);

/// Why a workflow is not rewritten for Kaniko: the runner mounts its Node into a job container, and that Node is linked
/// against libraries that an image from scratch has not.
const NO_KANIKO_IN_WORKFLOWS: (&str, &str) = (
    "github-actions",
    "its image has no C library, so no JavaScript action such as `actions/checkout` runs in it; a machine that GitHub hosts \
     has buildx and is thrown away after the job, and on another runner a job with the container \
     `ghcr.io/osscontainertools/kaniko:v1.28.3-debug` and `run` steps alone can build what Kaniko fetches itself \
     (`--context git://…`)",
);

/// Why a script is not rewritten for Kaniko.
const NO_KANIKO_IN_SCRIPTS: (&str, &str) = (
    "shell",
    "it unpacks what it builds over the file system that it runs in, so it may only run in a container of its own image, \
     and a script runs on a machine; Buildah, Podman and BuildKit run there without root",
);

/// Formats in which a command of Docker's has one of the builder's in its place.
static ONE_BY_ONE: &[&str] = &[
    "gitlab-ci",
    "github-actions",
    "azure-pipelines",
    "circleci",
    "jenkinsfile",
    "kubernetes",
    "tekton",
    "shell",
];

/// All of them.
static DIALECTS: &[Dialect] = &[
    Dialect { builder: Builder::Buildah, formats: ONE_BY_ONE, not: &[], how: How::OneByOne },
    Dialect { builder: Builder::Podman, formats: ONE_BY_ONE, not: &[], how: How::OneByOne },
    Dialect {
        builder: Builder::Buildkit,
        formats: &["gitlab-ci", "shell"],
        not: &[NO_BUILDKIT_IN_WORKFLOWS],
        how: How::Joined(&buildkit::Buildkit),
    },
    Dialect {
        builder: Builder::Kaniko,
        formats: &["gitlab-ci"],
        not: &[NO_KANIKO_IN_WORKFLOWS, NO_KANIKO_IN_SCRIPTS],
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_workflows_need_instead_is_said() {
        #[track_caller]
        fn check(builder: Builder, parts: &[&str]) {
            let why = why_not("github-actions", builder).expect("a reason");
            assert!(parts.iter().all(|part| why.contains(part)), "{why}");
            assert!(of("github-actions", builder).is_none() && !why.ends_with('.'), "{why}");
        }
        check(Builder::Buildkit, &["actions/checkout", "`remote` driver", "`rootless=true`"]);
        check(Builder::Kaniko, &["actions/checkout", Builder::Kaniko.info().image, "`--context git://…`"]);
        assert!(why_not("github-actions", Builder::Buildah).is_none());
        assert!(why_not("shell", Builder::Kaniko).is_some_and(|why| why.contains("its own image")));
    }
}
