//! What the catalog knows of an image, as rules ask for it.

use daemonless_catalog::Role;

use crate::engine::image::known;

/// The builder whose image this is, as people call it.
pub(super) fn builder(text: &str) -> Option<&'static str> {
    match known(text)?.role {
        Role::Builder(builder) => Some(builder.info().name()),
        Role::OtherBuilder => Some("The builder"),
        _ => None,
    }
}

/// Why a builder's image gets no fixes any more, as a sentence.
pub(super) fn unmaintained(text: &str) -> Option<&'static str> {
    known(text).filter(|known| !known.maintained).map(|known| known.note)
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
