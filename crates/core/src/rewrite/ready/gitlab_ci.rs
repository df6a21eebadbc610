//! GitLab's job for a Dockerfile.

use std::fmt::Write as _;

use daemonless_catalog::{Builder, DAEMON};

use super::Ci;
use super::facts::{Facts, KEY};

pub(super) static CI: Ci = Ci {
    id: "gitlab-ci",
    path: ".gitlab-ci.yml",
    write,
    commit: "$CI_COMMIT_SHA",
    settings: "the project's CI/CD settings",
    secret: "variable of the type File",
    machine: None,
};

/// The job that builds with a daemon of its own.
fn write(facts: &Facts, _: Option<Builder>) -> String {
    let mut options = String::new();
    if let Some(file) = &facts.file {
        let _ = write!(options, " --file {file}");
    }
    for (name, value) in &facts.arguments {
        let _ = match value {
            Some(value) => write!(options, " --build-arg {name}=\"{value}\""),
            None => write!(options, " --build-arg {name}=\"${name}\""),
        };
    }
    for (id, variable) in &facts.secrets {
        let _ = write!(options, " --secret id={id},src=\"${variable}\"");
    }
    for id in &facts.ssh {
        let _ = write!(options, " --ssh {id}=\"${KEY}\"");
    }
    let version = DAEMON.version;
    let stages = facts.stages("    ").replace("`target`", "`--target`");
    format!(
        "# Builds the image and pushes it to the project's registry.
build-image:
  stage: build
  image: docker:{version}
  services:
    - docker:{version}-dind
  variables:
    DOCKER_TLS_CERTDIR: \"/certs\"
    IMAGE: $CI_REGISTRY_IMAGE:$CI_COMMIT_SHORT_SHA
  script:
    - echo \"$CI_REGISTRY_PASSWORD\" | docker login --username \"$CI_REGISTRY_USER\" --password-stdin \"$CI_REGISTRY\"
{stages}    - docker build{options} --tag \"$IMAGE\" .
    - docker push \"$IMAGE\"
"
    )
}
