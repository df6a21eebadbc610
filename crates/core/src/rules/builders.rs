//! Images of builders, as rules tell them apart.

use crate::engine::image::Reference;

/// The builder whose image this is.
pub(super) fn builder(text: &str) -> Option<&'static str> {
    let image = Reference::parse(text);
    let ends = |name: &str| {
        image.repository.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
    };
    let stable =
        |tool: &str| ["stable", "upstream", "testing"].iter().any(|kind| ends(&format!("{tool}/{kind}")));
    if stable("buildah") || ends("containers/buildah") {
        Some("Buildah")
    } else if stable("podman") || ends("containers/podman") {
        Some("Podman")
    } else if ends("moby/buildkit") {
        Some("BuildKit")
    } else if image.name() == "kaniko" || ends("kaniko-project/executor") {
        Some("Kaniko")
    } else {
        None
    }
}

/// Builders that are no longer kept, by the end of their repository's name, and what is known of that.
static UNMAINTAINED: &[(&str, &str)] = &[
    ("kaniko-project/executor", "Google archived Kaniko on 3 June 2025"),
    ("kaniko-project/warmer", "Google archived Kaniko on 3 June 2025"),
    ("genuinetools/img", "The last release of img is from 2020"),
    ("jess/img", "The last release of img is from 2020"),
    ("uber-container-tools/makisu", "Uber archived Makisu"),
    ("makisu-project/makisu", "Uber archived Makisu"),
    ("orca-build", "orca-build is no longer developed"),
];

/// Why a builder's image gets no fixes any more.
pub(super) fn unmaintained(text: &str) -> Option<&'static str> {
    let repository = Reference::parse(text).repository;
    let ends =
        |name: &str| repository.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'));
    UNMAINTAINED.iter().find(|(name, _)| ends(name)).map(|(_, note)| *note)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn builders_are_told_by_their_images() {
        assert_eq!(builder("quay.io/buildah/stable:v1.43.1"), Some("Buildah"));
        assert_eq!(builder("quay.io/containers/podman"), Some("Podman"));
        assert_eq!(builder("mirror.example/moby/buildkit:rootless"), Some("BuildKit"));
        assert_eq!(builder("ghcr.io/osscontainertools/kaniko:debug"), Some("Kaniko"));
        assert_eq!(builder("alpine:3.20"), None);
        assert!(unmaintained("gcr.io/kaniko-project/executor:debug").is_some());
        assert!(unmaintained("ghcr.io/osscontainertools/kaniko:debug").is_none());
        assert!(unmaintained("me/notorca-build").is_none());
    }
}
