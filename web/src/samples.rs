//! Texts to start from. They are part of the program: to fetch one would be a request.

use crate::state::Source;

/// A text to start from.
#[derive(Debug)]
pub struct Sample {
    /// On its button.
    pub title: &'static str,
    /// The name the file would have.
    pub path: &'static str,
    pub text: &'static str,
}

impl Sample {
    pub fn source(&self) -> Source {
        Source { sample: true, ..Source::new(self.path, self.text) }
    }
}

macro_rules! sample {
    ($title:literal, $path:literal, $file:literal) => {
        Sample { title: $title, path: $path, text: include_str!(concat!("../../static/samples/", $file)) }
    };
}

/// All of them, in the order of their buttons: pipelines first, then the command lines of the two articles.
pub static SAMPLES: &[Sample] = &[
    sample!("GitLab, nested daemon", ".gitlab-ci.yml", "gitlab-nested-daemon.yml"),
    sample!("GitHub, build and push", ".github/workflows/image.yml", "github-build-push.yml"),
    sample!("Compose, host socket", "compose.yaml", "compose-host-socket.yaml"),
    sample!("Dockerfile", "Dockerfile", "Dockerfile"),
    sample!("docker run, nested daemon", "nested.sh", "article-nested-daemon.sh"),
    sample!("docker run, host socket", "socket.sh", "article-host-socket.sh"),
    sample!("GitLab with Podman", ".gitlab-ci.yml", "article-podman.yml"),
    sample!("Clean-up script", "clean.sh", "article-prune.sh"),
];
