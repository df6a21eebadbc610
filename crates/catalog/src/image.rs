//! Images that are known for what they bring.

use crate::pattern::matches;
use crate::source::SourceRef;
use crate::tables::{Builder, IMAGES};

/// A repository, and what its image is for.
#[derive(Debug)]
pub struct KnownImage {
    /// The full name, registry included (`docker.io/library/docker`); `*` may stand at either end.
    pub repository: &'static str,
    /// The tags that this entry is about, `*` at either end; empty for all.
    pub tags: &'static [&'static str],
    pub role: Role,
    pub maintained: bool,
    pub note: &'static str,
    pub source: SourceRef,
}

impl KnownImage {
    /// The last word of the repository, `*` aside: `docker` of `*/docker`, `kaniko-project` of `*/kaniko-project/*`.
    fn last_word(&self) -> &'static str {
        let written = self.repository.as_bytes();
        let is_mark = |byte: &u8| matches!(byte, b'*' | b'/');
        let end = written.iter().rposition(|byte| !is_mark(byte)).map_or(0, |at| at + 1);
        let start = written.iter().take(end).rposition(is_mark).map_or(0, |at| at + 1);
        self.repository.get(start..end).unwrap_or("")
    }
}

/// What a container of the image is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It runs a daemon as root, and so wants privilege.
    Daemon,
    /// It runs a daemon without root, and still wants privilege.
    RootlessDaemon,
    /// A client that needs someone's daemon.
    Client,
    /// A daemon where its own entrypoint runs (as a service); a client where a job's script replaces it.
    DaemonOrClient,
    /// One of the builders of the catalog.
    Builder(Builder),
    /// Another builder.
    OtherBuilder,
    /// A filter before an engine's socket.
    SocketProxy,
}

/// Whether an image may be a known one: whether a part of its path, without the registry, ends as the last word of a known
/// repository. It spares nearly all images the question in full.
pub fn may_be_known(path: &str) -> bool {
    path.split('/').any(|part| IMAGES.iter().any(|known| part.ends_with(known.last_word())))
}

/// What is known of an image. `repository` is the full name with registry and, on Docker Hub, `library/`; `tag` is
/// `latest` where none is written.
pub fn image(repository: &str, tag: &str) -> Option<&'static KnownImage> {
    IMAGES.iter().find(|known| {
        matches(known.repository, repository)
            && (known.tags.is_empty() || known.tags.iter().any(|pattern| matches(pattern, tag)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(repository: &str, tag: &str, expected: Option<Role>) {
        assert_eq!(image(repository, tag).map(|known| known.role), expected, "{repository}:{tag}");
    }

    #[test]
    fn what_is_known_may_be_known() {
        for path in ["docker", "x/library/docker", "buildah/stable", "me/my-dind", "kaniko-project/warmer"] {
            assert!(may_be_known(path), "{path}");
        }
        assert!(!may_be_known("alpine") && !may_be_known("team/app"));
    }

    #[test]
    fn the_docker_image_is_read_by_its_tag() {
        let docker = "docker.io/library/docker";
        check(docker, "dind", Some(Role::Daemon));
        check(docker, "29-dind", Some(Role::Daemon));
        check(docker, "20.10.16-dind-alpine3.15", Some(Role::Daemon));
        check(docker, "29-dind-rootless", Some(Role::RootlessDaemon));
        check(docker, "29-cli", Some(Role::Client));
        check(docker, "git", Some(Role::Client));
        check(docker, "latest", Some(Role::DaemonOrClient));
        check(docker, "29.7.2", Some(Role::DaemonOrClient));
        check("registry.example/proxy/docker", "29-dind", Some(Role::Daemon));
        check("registry.example/proxy/library/docker", "29", Some(Role::DaemonOrClient));
        check("docker.io/library/alpine", "3.20", None);
    }

    #[test]
    fn builders_are_known_and_old_ones_too() {
        check("quay.io/buildah/stable", "v1.43.1", Some(Role::Builder(Builder::Buildah)));
        check("docker.io/moby/buildkit", "v0.32.2-rootless", Some(Role::Builder(Builder::Buildkit)));
        let google = image("gcr.io/kaniko-project/executor", "v1.24.0").expect("known");
        assert!(!google.maintained);
        assert_eq!(google.role, Role::Builder(Builder::Kaniko));
    }
}
