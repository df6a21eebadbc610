//! Texts to measure with: of each format one unit that can be repeated to any size.

/// A text that grows by repeating `unit`, in which `{n}` stands for the number of the repetition.
pub(super) struct Text {
    /// The name that a file of this format has.
    pub(super) path: &'static str,
    head: &'static str,
    unit: &'static str,
}

impl Text {
    /// The head and as many whole units as are needed for at least `lines` lines.
    pub(super) fn with_lines(&self, lines: usize) -> impl Iterator<Item = String> {
        self.until(lines, |piece| piece.lines().count())
    }

    /// The head and as many whole units as are needed for at least `bytes` bytes. Pieces, as the
    /// whole in memory would count for the processes that are measured: they begin as a copy of
    /// this one.
    pub(super) fn with_bytes(&self, bytes: usize) -> impl Iterator<Item = String> {
        self.until(bytes, str::len)
    }

    fn until(&self, enough: usize, size: impl Fn(&str) -> usize) -> impl Iterator<Item = String> {
        let units = (1_usize..).map(|n| self.unit.replace("{n}", &n.to_string()));
        std::iter::once(self.head.to_owned()).chain(units).scan(0, move |written, piece| {
            let more = *written < enough;
            *written += size(&piece);
            more.then_some(piece)
        })
    }
}

pub(super) const GITHUB_WORKFLOW: Text = Text {
    path: ".github/workflows/build.yml",
    head: "\
name: Build
on:
  push:
    branches: [main]
  pull_request:
permissions:
  contents: read
jobs:
",
    unit: "\
  build-{n}:
    runs-on: ubuntu-latest
    env:
      IMAGE: registry.example/team/app-{n}
    steps:
      - uses: actions/checkout@v4
      - name: Log in
        run: echo \"$TOKEN\" | docker login registry.example -u ci --password-stdin
        env:
          TOKEN: ${{ secrets.REGISTRY_TOKEN }}
      - name: Build and push
        run: |
          docker build --build-arg VERSION=\"$GITHUB_SHA\" -t \"$IMAGE:$GITHUB_SHA\" .
          docker push \"$IMAGE:$GITHUB_SHA\"
      - name: Test
        run: docker run --rm -v \"$PWD/reports:/reports\" \"$IMAGE:$GITHUB_SHA\" make test
",
};

pub(super) const DOCKERFILE: Text = Text {
    path: "Dockerfile",
    head: "\
# syntax=docker/dockerfile:1
ARG RUST=1.95
",
    unit: "\
# Stage {n}: what it needs, its sources, and what is kept of it.
FROM rust:${RUST}-slim AS build-{n}
WORKDIR /src/app-{n}
RUN apt-get update \\
    && apt-get install -y --no-install-recommends pkg-config libssl-dev \\
    && rm -rf /var/lib/apt/lists/*
COPY Cargo.toml Cargo.lock ./
COPY src ./src
RUN --mount=type=cache,target=/usr/local/cargo/registry cargo build --release --locked
FROM debian:bookworm-slim AS app-{n}
COPY --from=build-{n} /src/app-{n}/target/release/app /usr/local/bin/app
USER 1000
EXPOSE 8080
ENTRYPOINT [\"/usr/local/bin/app\", \"--listen\", \"0.0.0.0:8080\"]
",
};

const GITLAB_PIPELINE: Text = Text {
    path: ".gitlab-ci.yml",
    head: "\
stages: [build]
.docker: &docker
  image: docker:28.5.2
  services:
    - docker:28.5.2-dind
  variables:
    DOCKER_TLS_CERTDIR: /certs
",
    unit: "\
build-{n}:
  extends: .docker
  stage: build
  before_script:
    - echo \"$CI_REGISTRY_PASSWORD\" | docker login -u \"$CI_REGISTRY_USER\" --password-stdin $CI_REGISTRY
  script:
    - docker build --pull -t \"$CI_REGISTRY_IMAGE/app-{n}:$CI_COMMIT_SHA\" app-{n}
    - docker push \"$CI_REGISTRY_IMAGE/app-{n}:$CI_COMMIT_SHA\"
  rules:
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
",
};

const COMPOSE_FILE: Text = Text {
    path: "compose.yaml",
    head: "services:\n",
    unit: "\
  agent-{n}:
    image: registry.example/team/agent:1.4.{n}
    restart: unless-stopped
    environment:
      LEVEL: ${LEVEL:-info}
      NAME: agent-{n}
    ports:
      - \"127.0.0.1:8080:8080\"
    volumes:
      - ./data-{n}:/data
      - /var/run/docker.sock:/var/run/docker.sock
",
};

const WORKLOADS: Text = Text {
    path: "deploy.yaml",
    head: "",
    unit: "\
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: agent-{n}
spec:
  template:
    metadata:
      labels:
        app: agent-{n}
    spec:
      containers:
        - name: dind
          image: docker:29.7.2-dind
          securityContext:
            privileged: true
          volumeMounts:
            - name: sock
              mountPath: /run/docker
        - name: agent
          image: registry.example/team/agent:1.4.{n}
          env:
            - name: DOCKER_HOST
              value: unix:///run/docker/docker.sock
          command: [sh, -c, \"docker build -t app-{n} . && docker push app-{n}\"]
          volumeMounts:
            - name: sock
              mountPath: /run/docker
      volumes:
        - name: sock
          emptyDir: {}
",
};

const TASKS: Text = Text {
    path: "tasks.yaml",
    head: "",
    unit: "\
---
apiVersion: tekton.dev/v1
kind: Task
metadata:
  name: build-{n}
spec:
  params:
    - name: image
      default: registry.example/team/app-{n}
  steps:
    - name: build
      image: docker:29.7.2-cli
      env:
        - name: DOCKER_HOST
          value: tcp://localhost:2376
      script: |
        #!/bin/sh
        docker build -t $(params.image) .
        docker push $(params.image)
  sidecars:
    - name: dind
      image: docker:29.7.2-dind
      securityContext:
        privileged: true
",
};

const CIRCLECI_CONFIG: Text = Text {
    path: ".circleci/config.yml",
    head: "\
version: 2.1
orbs:
  docker: circleci/docker@2.8.2
commands:
  image:
    parameters: { name: { type: string } }
    steps:
      - run: docker build --pull -t << parameters.name >>:$CIRCLE_SHA1 .
jobs:
",
    unit: "\
  build-{n}:
    docker:
      - image: cimg/base:2026.10
    environment:
      IMAGE: registry.example/team/app-{n}
    steps:
      - checkout
      - setup_remote_docker
      - image: { name: app-{n} }
      - docker/push: { image: team/app-{n} }
      - run:
          name: Test
          command: |
            docker run --rm -v \"$PWD/reports:/reports\" \"$IMAGE:$CIRCLE_SHA1\" make test
",
};

const AZURE_PIPELINE: Text = Text {
    path: "azure-pipelines.yml",
    head: "\
trigger: [main]
pool: { vmImage: ubuntu-24.04 }
variables:
  registry: registry.example
jobs:
",
    unit: "\
- job: build_{n}
  variables: { image: team/app-{n} }
  steps:
  - task: Docker@2
    displayName: Build and push
    inputs:
      containerRegistry: registry
      repository: $(image)
      tags: |
        $(Build.BuildId)
        latest
  - script: |
      docker run --rm -v \"$PWD/reports:/reports\" $(registry)/$(image):latest make test
    displayName: Test
",
};

const COMPOSITE_ACTION: Text = Text {
    path: "action.yml",
    head: "\
name: Build
description: Builds and tests.
inputs: { tag: { default: latest } }
runs:
  using: composite
  steps:
",
    unit: "\
    - uses: docker/build-push-action@v6
      with: { context: app-{n}, push: true, tags: 'team/app-{n}:${{ inputs.tag }}' }
    - shell: bash
      run: |
        docker run --rm -v \"$PWD/reports:/reports\" team/app-{n}:${{ inputs.tag }} make test
",
};

const SCRIPT: Text = Text {
    path: "build.sh",
    head: "#!/bin/sh\nset -eu\n",
    unit: "\
# Application {n}.
image=registry.example/team/app-{n}
if [ -d \"app-{n}\" ]; then
  docker build --build-arg NUMBER={n} -t \"$image:latest\" \"app-{n}\" && docker push \"$image:latest\"
  docker run --rm -v \"$PWD/app-{n}:/work\" -w /work \"$image:latest\" sh -c 'make test | tee log'
fi
",
};

const JENKINSFILE: Text = Text {
    path: "Jenkinsfile",
    head: "\
// Each application on an agent with Docker.
def registry = 'registry.example/team'
",
    unit: "\
node('docker') {
  stage('App {n}') {
    checkout scm
    def image = docker.build(\"${registry}/app-{n}:${env.BUILD_NUMBER}\", '--pull -f app-{n}/Dockerfile .')
    image.inside('-v /var/run/docker.sock:/var/run/docker.sock') {
      sh '''
        make -C app-{n} test
        docker compose -f app-{n}/compose.yaml up --detach
      '''
    }
    docker.withRegistry('https://registry.example', 'registry') {
      image.push('latest')
    }
  }
}
",
};

/// One text of each format.
pub(super) static TEXTS: &[&Text] = &[
    &GITLAB_PIPELINE,
    &GITHUB_WORKFLOW,
    &COMPOSITE_ACTION,
    &JENKINSFILE,
    &CIRCLECI_CONFIG,
    &AZURE_PIPELINE,
    &COMPOSE_FILE,
    &WORKLOADS,
    &TASKS,
    &DOCKERFILE,
    &SCRIPT,
];

/// Texts that are nothing but one thing: each holds more of it than any file that people write.
pub(super) static DENSE: &[&Text] = &[
    &Text { path: ".gitlab-ci.yml", head: "a:\n  script:\n", unit: "  - a\n" },
    &Text { path: "jobs.gitlab-ci.yml", head: "", unit: "j{n}:\n  script: [docker run -v /:/h a]\n" },
    &Text {
        path: ".github/workflows/steps.yml",
        head: "jobs:\n  a:\n    steps:\n",
        unit: "    - run: docker ps\n",
    },
    &Text {
        path: ".circleci/config.yml",
        head: "jobs:\n",
        unit: "  j{n}: {machine: true, steps: [run: docker ps]}\n",
    },
    &Text { path: "azure-pipelines.yml", head: "steps:\n", unit: "- script: docker ps\n" },
    &Text { path: "compose.yaml", head: "services:\n", unit: "  s{n}: {privileged: true}\n" },
    &Text { path: "Dockerfile", head: "FROM a\n", unit: "RUN a\n" },
    &Text { path: "Jenkinsfile", head: "node {\n", unit: "sh 'a'\n" },
    &Text { path: "letters.sh", head: "", unit: "a\n" },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_grows_by_whole_units() {
        let text = Text { path: "a", head: "head\n", unit: "{n} and {n}\n" };
        let lines = |lines| text.with_lines(lines).collect::<String>();
        let bytes = |bytes| text.with_bytes(bytes).collect::<String>();
        assert_eq!(lines(3), "head\n1 and 1\n2 and 2\n");
        assert_eq!(bytes(6), "head\n1 and 1\n");
        assert_eq!(bytes(5), "head\n");
    }
}
