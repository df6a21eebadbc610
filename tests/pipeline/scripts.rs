//! Scripts that call Docker, rewritten and run by Bash.

use std::path::Path;

use crate::machine::{Machine, PASSWORD, Registry, USER, log};
use crate::{compare, each, rewrite};

struct Case {
    name: &'static str,
    script: &'static str,
    images: &'static [(&'static str, &'static [&'static str])],
    left: &'static [&'static str],
    /// What it must print.
    says: &'static str,
    fails: bool,
}

const DOCKERFILE: &str = r#"FROM scratch
ARG VERSION
COPY busybox /bin/busybox
RUN ["/bin/busybox", "sh", "-c", "echo $VERSION > /built"]
ENV VERSION=$VERSION
HEALTHCHECK CMD ["/bin/busybox", "true"]
ENTRYPOINT ["/bin/busybox"]
"#;

static CASES: &[Case] = &[
    Case {
        name: "variables, a function and a tag from the shell",
        script: r#"#!/usr/bin/env bash
# Publishes the image under two names.
set -euo pipefail
IMAGE="$REGISTRY/team/app"
TAG=$(git rev-parse --abbrev-ref HEAD)

log_in() {
    echo "$REGISTRY_PASSWORD" | docker login --username "$REGISTRY_USER" --password-stdin "$REGISTRY"
}

docker --version
log_in
docker build \
    --build-arg VERSION="$TAG" \
    -t "$IMAGE:$TAG" .
docker tag "$IMAGE:$TAG" "$IMAGE:latest"
for tag in "$TAG" latest; do
    docker push "$IMAGE:$tag"
done
docker logout "$REGISTRY"
echo "published $IMAGE:$TAG"
"#,
        images: &[
            ("team/app:main", &["--build-arg=VERSION=main", "."]),
            ("team/app:latest", &["--build-arg=VERSION=main", "."]),
        ],
        left: &[],
        says: "published ",
        fails: false,
    },
    Case {
        name: "conditions, and a password by an argument",
        script: r#"set -e
docker login -u "$REGISTRY_USER" -p "$REGISTRY_PASSWORD" "$REGISTRY"
docker pull "$REGISTRY/app:none" || true
if docker build -f Broken .; then echo unlikely; else echo "as it should"; fi
docker build -t "$REGISTRY/app:1" . && docker push "$REGISTRY/app:1"
docker image prune -f
"#,
        images: &[("app:1", &["."])],
        left: &["docker image prune"],
        says: "as it should",
        fails: false,
    },
    Case {
        name: "with `sudo`",
        script: r#"set -e
sudo docker login -u "$REGISTRY_USER" -p "$REGISTRY_PASSWORD" "$REGISTRY"
DOCKER_BUILDKIT=1 sudo -E docker build -t "$REGISTRY/app:2" .
sudo docker push "$REGISTRY/app:2"
"#,
        images: &[("app:2", &["."])],
        left: &[],
        says: "",
        fails: false,
    },
    Case {
        name: "buildx that pushes, in a script by a heredoc",
        script: r#"bash -e <<'END'
docker buildx create --use
docker login -u "$REGISTRY_USER" -p "$REGISTRY_PASSWORD" "$REGISTRY"
docker buildx build --push --provenance=false -t "$REGISTRY/app:3" -t "$REGISTRY/app:latest" .
END
"#,
        images: &[("app:3", &["."]), ("app:latest", &["."])],
        left: &[],
        says: "",
        fails: false,
    },
    Case {
        name: "a build that fails",
        script: r#"#!/bin/sh
set -e
docker build -f Broken -t "$REGISTRY/app:4" .
docker push "$REGISTRY/app:4"
"#,
        images: &[],
        left: &[],
        says: "",
        fails: true,
    },
];

fn run(case: &Case, builder: &str, registry: &Registry, folder: &Path) -> Result<(), String> {
    let machine = Machine { folder, registry };
    let path = "publish.sh";
    let broken = ("Broken", "FROM scratch\nCOPY nowhere /\n");
    machine.prepare([(path, case.script), ("Dockerfile", DOCKERFILE), broken]);
    let after = rewrite(&machine, path, builder, case.left)?;
    let mut bash = machine.command("bash");
    bash.arg(path).env("BUILDAH_ISOLATION", "chroot").env("REGISTRY", &registry.address);
    bash.env("REGISTRY_USER", USER).env("REGISTRY_PASSWORD", PASSWORD);
    let ran = bash.output().map_err(|error| error.to_string())?;
    let log = log(&ran);
    if ran.status.success() == case.fails || !log.contains(case.says) {
        return Err(format!("it ended with {}\n{log}\n{after}", ran.status));
    }
    compare(&machine, case.images).map_err(|fault| format!("{fault}\n{after}\n{log}"))
}

#[test]
fn scripts_do_what_the_daemon_did() {
    let cases = || CASES.iter().map(|case| (case.name, case));
    for builder in ["buildah", "podman"] {
        each(builder, "bash", "script", cases(), run);
    }
}
