//! Image references: registry, repository, tag and digest, also where parts of them are variables.

use daemonless_catalog::{Builder, KnownImage, Role, image, may_be_known};

use crate::files::file_name;

/// A reference taken apart. Parts that are absent are empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference<'a> {
    /// Host with an optional port, or a variable that stands for one.
    pub registry: &'a str,
    /// Path without the registry; `library/` of Docker Hub's own images is taken off.
    pub repository: &'a str,
    pub tag: &'a str,
    pub digest: &'a str,
}

impl<'a> Reference<'a> {
    pub fn parse(text: &'a str) -> Self {
        let text = text.strip_prefix("docker://").unwrap_or(text);
        let (rest, digest) = split_outside(text, '@').unwrap_or((text, ""));
        let slash = last_outside(rest, '/').map_or(0, |at| at + 1);
        let (path, tag) = match last_outside(rest.get(slash..).unwrap_or(""), ':') {
            Some(colon) => (&rest[..slash + colon], &rest[slash + colon + 1..]),
            None => (rest, ""),
        };
        let (registry, repository) = match split_outside(path, '/') {
            Some((first, rest)) if first.contains(['.', ':', '$']) || first == "localhost" => (first, rest),
            _ => ("", path),
        };
        let hub = matches!(registry, "" | "docker.io" | "index.docker.io" | "registry-1.docker.io");
        let repository =
            if hub { repository.strip_prefix("library/").unwrap_or(repository) } else { repository };
        Self { registry, repository, tag, digest }
    }

    /// The last part of the repository's path.
    pub fn name(&self) -> &'a str {
        file_name(self.repository)
    }

    /// Whether nothing fixes the version: no tag and no digest, or a tag that moves.
    pub fn is_floating(&self) -> bool {
        let moves = matches!(
            self.tag,
            "" | "latest"
                | "stable"
                | "edge"
                | "master"
                | "main"
                | "nightly"
                | "debug"
                | "dind"
                | "rootless"
                | "dind-rootless"
                | "cli"
                | "git"
        );
        self.digest.is_empty() && moves
    }
}

/// What is known of the image of this reference. A mirror keeps the path that it mirrors.
pub fn known(text: &str) -> Option<&'static KnownImage> {
    let reference = Reference::parse(text);
    if !may_be_known(reference.repository) {
        return None;
    }
    let tag = if reference.tag.is_empty() { "latest" } else { reference.tag };
    let library = if reference.repository.contains('/') { "" } else { "library/" };
    let hub = format!("docker.io/{library}{}", reference.repository);
    if reference.registry.is_empty() {
        return image(&hub, tag);
    }
    image(&format!("{}/{}", reference.registry, reference.repository), tag).or_else(|| image(&hub, tag))
}

/// The program that an image starts before its arguments, where that is a builder.
pub fn entrypoint(text: &str) -> Option<&'static str> {
    (known(text)?.role == Role::Builder(Builder::Kaniko)).then_some("/kaniko/executor")
}

/// The first `mark` that stands outside `${…}` and `{{…}}`.
fn split_outside(text: &str, mark: char) -> Option<(&str, &str)> {
    let at = outside(text).find(|(_, c)| *c == mark)?.0;
    Some((&text[..at], &text[at + mark.len_utf8()..]))
}

fn last_outside(text: &str, mark: char) -> Option<usize> {
    outside(text).filter(|(_, c)| *c == mark).last().map(|(at, _)| at)
}

/// The characters that stand in no braces.
fn outside(text: &str) -> impl Iterator<Item = (usize, char)> + '_ {
    text.char_indices().scan(0_usize, |depth, (at, c)| {
        match c {
            '{' => *depth += 1,
            '}' => *depth = depth.saturating_sub(1),
            _ => {}
        }
        Some((at, if *depth == 0 { c } else { '\0' }))
    })
}

/// What the container of an image does for engines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Runs a Docker daemon when it is started with its own entrypoint.
    Daemon {
        rootless: bool,
    },
    /// Holds a client; whose daemon it reaches is told elsewhere.
    Client,
    /// Hands part of an engine's API on.
    SocketProxy,
    Other,
}

/// What an image is. `service` says that it runs with its own entrypoint beside a job, as a service or sidecar does:
/// then a version of `docker` without `-cli` is a daemon, for that is what its tags have meant since 2022.
pub fn kind(text: &str, service: bool) -> Kind {
    // Most images are none of these; a variable may be written in capitals.
    if !text.starts_with('$') && !["docker", "dind", "socket-proxy"].iter().any(|part| text.contains(part)) {
        return Kind::Other;
    }
    let image = Reference::parse(text);
    let tag = image.tag;
    let name = image.name();
    let rootless = tag.contains("rootless") || name.contains("rootless");
    let dind_word = |part: &str| part.split(['-', '_', '.', '/']).any(|word| word == "dind");
    let official = name == "docker";
    if official {
        if dind_word(tag) {
            return Kind::Daemon { rootless };
        }
        if service && !tag.split('-').any(|word| matches!(word, "cli" | "git")) {
            return Kind::Daemon { rootless };
        }
        return Kind::Client;
    }
    if name.contains("socket-proxy") || name.contains("dockerproxy") {
        return Kind::SocketProxy;
    }
    if dind_word(name) || dind_word(tag) || (service && image.registry.is_empty() && variable_dind(text)) {
        return Kind::Daemon { rootless };
    }
    Kind::Other
}

/// A name that is a variable as a whole, called after what it holds (`$CI_DIND_IMAGE`).
fn variable_dind(text: &str) -> bool {
    text.starts_with('$')
        && text.to_ascii_lowercase().split(|c: char| !c.is_alphanumeric()).any(|word| word == "dind")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, registry: &str, repository: &str, tag: &str, digest: &str) {
        assert_eq!(Reference::parse(text), Reference { registry, repository, tag, digest }, "{text}");
    }

    #[test]
    fn references() {
        check("docker:27-dind", "", "docker", "27-dind", "");
        check("docker.io/library/docker:dind", "docker.io", "docker", "dind", "");
        check("reg.example:5000/a/b", "reg.example:5000", "a/b", "", "");
        check("docker@sha256:ab", "", "docker", "", "sha256:ab");
        check("docker:${V:-27}-dind", "", "docker", "${V:-27}-dind", "");
        check("${CI_PREFIX}/docker:dind", "${CI_PREFIX}", "docker", "dind", "");
        check("$IMAGE", "", "$IMAGE", "", "");
        check("", "", "", "", "");
    }

    #[test]
    fn kinds() {
        let daemon = Kind::Daemon { rootless: false };
        assert_eq!(kind("docker:27-dind", true), daemon);
        assert_eq!(kind("docker:latest", true), daemon);
        assert_eq!(kind("docker:latest", false), Kind::Client);
        assert_eq!(kind("docker:27-cli", true), Kind::Client);
        assert_eq!(kind("docker@sha256:ab", true), daemon);
        assert_eq!(kind("mirror.example/x/docker:27-dind-rootless", true), Kind::Daemon { rootless: true });
        assert_eq!(kind("$CI_DIND_IMAGE", true), daemon);
        assert_eq!(kind("cruizba/ubuntu-dind:jammy", true), daemon);
        assert_eq!(kind("tecnativa/docker-socket-proxy:0.4", true), Kind::SocketProxy);
        assert_eq!(kind("postgres:16", true), Kind::Other);
        assert_eq!(kind("me/docker-compose-test", true), Kind::Other);
        assert_eq!(kind("binding:1", true), Kind::Other);
    }
}
