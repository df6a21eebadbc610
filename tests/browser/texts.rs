//! The texts that are pasted: one that is risky and one that is not, for each format.

pub(crate) const GITLAB: &str = r#"# The image of the app.
build:
  image: docker:27
  services:
    - docker:27-dind
  variables:
    DOCKER_HOST: tcp://docker:2375
    DOCKER_TLS_CERTDIR: ""
    IMAGE: $CI_REGISTRY_IMAGE
  script:
    - docker login -u "$CI_REGISTRY_USER" -p "$CI_REGISTRY_PASSWORD" "$CI_REGISTRY"
    - docker build -t "$IMAGE" .   # one name
    - docker push "$IMAGE"
"#;

pub(crate) const GITLAB_CLEAN: &str = "test:
  image: rust:1.95
  script:
    - cargo test
";

pub(crate) const GITHUB: &str = "on: push
jobs:
  image:
    runs-on: self-hosted
    container:
      image: node:24
      volumes:
        - /var/run/docker.sock:/var/run/docker.sock
    steps:
      - run: docker build --tag registry.example/app .
";

pub(crate) const GITHUB_CLEAN: &str = "on: push
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - run: cargo test
";

pub(crate) const COMPOSE: &str = "services:
  agent:
    image: registry.example/agent:3.1
    volumes:
      - /run:/host/run
";

pub(crate) const COMPOSE_CLEAN: &str = r#"services:
  web:
    image: nginx:1.29
    ports:
      - "127.0.0.1:8080:80"
"#;

pub(crate) const DOCKERFILE: &str = r#"FROM debian:13-slim
RUN apt-get update && apt-get install -y docker.io
CMD ["dockerd", "--host=tcp://0.0.0.0:2375"]
"#;

pub(crate) const DOCKERFILE_CLEAN: &str = r#"FROM debian:13-slim
COPY app /usr/bin/app
USER 1000
CMD ["app"]
"#;

pub(crate) const SHELL: &str = "#!/bin/sh
docker run --rm -v /var/run/docker.sock:/var/run/docker.sock alpine:3.22 true
";

pub(crate) const SHELL_CLEAN: &str = "#!/bin/sh
cargo build --release
tar -czf app.tar.gz target/release/app
";

/// The formats that the page itself reads, each with its risky text and its risk.
pub(crate) const FIRST: &[(&str, &str, &str)] = &[
    ("gitlab-ci", "high", GITLAB),
    ("github-actions", "critical", GITHUB),
    ("docker-compose", "critical", COMPOSE),
    ("dockerfile", "high", DOCKERFILE),
    ("shell", "critical", SHELL),
];

/// The formats that only the whole analysis reads, each with a risky text and its risk.
pub(crate) const OTHERS: &[(&str, &str, &str)] = &[
    (
        "kubernetes",
        "critical",
        "apiVersion: v1
kind: Pod
metadata:
  name: builder
spec:
  containers:
    - name: build
      image: docker:27
      command: [docker, build, .]
      volumeMounts:
        - name: engine
          mountPath: /var/run/docker.sock
  volumes:
    - name: engine
      hostPath:
        path: /var/run/docker.sock
",
    ),
    (
        "jenkinsfile",
        "critical",
        "pipeline {
  agent { docker { image 'docker:27'; args '-v /var/run/docker.sock:/var/run/docker.sock' } }
  stages {
    stage('Image') { steps { sh 'docker build -t app .' } }
  }
}
",
    ),
    (
        "circleci",
        "medium",
        "version: 2.1
jobs:
  image:
    machine:
      image: ubuntu-2404:current
    steps:
      - checkout
      - run: docker run --privileged -v /:/host alpine true
workflows:
  all:
    jobs: [image]
",
    ),
    (
        "azure-pipelines",
        "medium",
        "pool:
  name: Own
steps:
  - script: docker build -t app .
  - task: Docker@2
    inputs:
      command: push
",
    ),
    (
        "tekton",
        "high",
        "apiVersion: tekton.dev/v1
kind: Task
metadata:
  name: image
spec:
  steps:
    - name: build
      image: docker:27
      script: docker build .
      env:
        - name: DOCKER_HOST
          value: tcp://localhost:2375
  sidecars:
    - name: daemon
      image: docker:27-dind
      args: [--host=tcp://0.0.0.0:2375]
      securityContext:
        privileged: true
",
    ),
    (
        "gitlab-runner",
        "critical",
        "concurrent = 2

[[runners]]
  name = \"shared\"
  executor = \"docker\"
  [runners.docker]
    image = \"alpine:3.20\"
    privileged = true
    volumes = [\"/var/run/docker.sock:/var/run/docker.sock\"]
",
    ),
    (
        "github-action",
        "high",
        "name: Image
description: Builds the image.
runs:
  using: composite
  steps:
    - run: docker run --privileged alpine true
      shell: bash
",
    ),
];
