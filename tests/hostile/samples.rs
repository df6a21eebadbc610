//! A text of each format, to be broken.

/// A text in its format with one risky job.
pub(super) struct Sample {
    pub(super) format: &'static str,
    pub(super) path: &'static str,
    pub(super) text: &'static str,
}

/// One of each format.
pub(super) static SAMPLES: &[Sample] = &[
    Sample {
        format: "gitlab-ci",
        path: ".gitlab-ci.yml",
        text: "\
default:
  tags: [shared]
.base: &base
  image: docker:27
  services:
    - name: docker:27-dind
      alias: docker
  variables: { DOCKER_HOST: tcp://docker:2375, DOCKER_TLS_CERTDIR: \"\" }
build:
  <<: *base
  extends: [.base]
  before_script:
    - docker login -u $CI_REGISTRY_USER -p $CI_REGISTRY_PASSWORD $CI_REGISTRY
  script:
    - !reference [.base, script]
    - |
      for tag in a b; do
        docker build --build-arg \"x=${Y:-z}\" -t app:$tag . && docker push app:$tag
      done
",
    },
    Sample {
        format: "github-actions",
        path: ".github/workflows/ci.yml",
        text: "\
on:
  pull_request_target:
env: { A: b }
jobs:
  build:
    runs-on: [self-hosted, linux]
    strategy:
      matrix: { tag: [a, b] }
    container:
      image: docker:27
      options: --privileged -v /var/run/docker.sock:/var/run/docker.sock
    steps:
      - uses: actions/checkout@v4
      - uses: docker/build-push-action@v6
        with: { push: true, tags: app }
      - run: |
          docker build -t app:${{ matrix.tag }} .
",
    },
    Sample {
        format: "github-action",
        path: "action.yml",
        text: "\
name: Build
inputs: { tag: { default: latest } }
runs:
  using: composite
  steps:
    - uses: docker/login-action@v3
      with: { registry: ghcr.io }
    - shell: bash
      env: { A: b }
      run: |
        docker run --privileged -v /var/run/docker.sock:/s app:${{ inputs.tag }} \"$A\"
    - uses: docker://alpine:3
      with: { args: ls -l }
",
    },
    Sample {
        format: "circleci",
        path: ".circleci/config.yml",
        text: "\
version: 2.1
parameters: { tag: { type: string, default: a } }
orbs: { docker: circleci/docker@2.8 }
executors:
  vm: { machine: { image: 'ubuntu-2404:current' }, environment: { A: b } }
commands:
  make: &make
    parameters: { name: { type: string }, after: { type: steps, default: [] } }
    steps:
      - run: docker build -t << parameters.name >>:<< pipeline.parameters.tag >> .
      - when: { condition: true, steps: << parameters.after >> }
jobs:
  build:
    docker:
      - { image: 'docker:27', environment: { DOCKER_HOST: 'tcp://dind:2375' } }
      - { image: 'docker:27-dind', name: dind }
    steps:
      - checkout
      - make: { name: app, after: [run: docker push app] }
      - docker/push: { image: app }
      - run: |
          docker run --privileged alpine sh -c 'docker login -p x'
workflows:
  all: { jobs: [build: { matrix: { parameters: { a: [b, c] } } }, docker/publish: { image: b }] }
",
    },
    Sample {
        format: "azure-pipelines",
        path: "azure-pipelines.yml",
        text: "\
parameters:
  - { name: after, type: stepList, default: [script: docker info] }
variables: [{ name: tag, value: a }, { group: b }]
resources:
  containers:
    - { container: tools, image: 'docker:27', options: --privileged, volumes: ['/var/run/docker.sock:/s'] }
jobs:
  - ${{ each a in parameters.after }}:
    - job: build
      pool: own
      container: tools
      strategy: { matrix: { one: { os: $(tag) }, two: { os: b } } }
      steps:
        - task: Docker@2
          inputs: { repository: app, tags: $(tag) }
        - ${{ parameters.after }}
        - template: steps.yml
        - bash: |
            docker run -v /:/host app:$(os) sh -c 'docker login -p x'
          target: { container: tools }
",
    },
    Sample {
        format: "jenkinsfile",
        path: "Jenkinsfile",
        text: "\
@Library('shared') _
def opts = [linux: \"-v /var/run/docker.sock:/var/run/docker.sock ${extra}\"]
def tag(String name, v = 'x') { return \"app:${name ?: v}\" }
pipeline {
  agent { docker { image 'docker:27'; args opts['linux'] } }
  environment { A = credentials('a'); B = \"${env.C}/b\" } /* a */
  stages {
    stage('Pod') {
      agent { kubernetes { yaml '''
spec:
  containers:
    - {name: dind, image: docker:27-dind, securityContext: {privileged: true}}
''' } }
      steps { container('dind') { sh(script: \"docker build -t ${tag('y')} .\", returnStdout: true).trim() } }
    }
    stage('DSL') {
      steps {
        script {
          if (a ==~ /x.*/) { docker.withRegistry('https://r', 'c') { docker.build('a', '--pull .').push() } }
          docker.image('b').inside('--privileged') { bat \"\"\"docker ps ^
            -a\"\"\" }
        }
      }
    }
  }
}
",
    },
    Sample {
        format: "docker-compose",
        path: "compose.yaml",
        text: "\
x-base: &base
  privileged: true
services:
  ci:
    <<: *base
    image: gitlab/gitlab-runner:latest
    volumes:
      - /var/run/docker.sock:/var/run/docker.sock
      - { type: bind, source: /, target: /host }
    environment:
      - DOCKER_HOST=${DOCKER_HOST:-tcp://0.0.0.0:2375}
    build: { context: ., dockerfile: Dockerfile }
",
    },
    Sample {
        format: "kubernetes",
        path: "deploy.yaml",
        text: "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ci
  annotations: { container.apparmor.security.beta.kubernetes.io/ci: unconfined }
spec:
  template:
    metadata: { labels: { app: ci } }
    spec:
      hostPID: true
      initContainers:
        - name: dind
          image: docker:27-dind
          restartPolicy: Always
          args: [dockerd, --host=tcp://0.0.0.0:2375]
          securityContext: &all { privileged: true, capabilities: { add: [ALL] } }
      containers:
        - name: ci
          image: \"registry.example/{{ .Values.image }}:{{ .Values.tag | default \"1\" }}\"
          securityContext: *all
          env:
            - { name: DOCKER_HOST, value: tcp://localhost:2375 }
            - { name: AGAIN, value: $(DOCKER_HOST) }
          command: [sh, -c, \"docker build -t app . && docker push app\"]
          volumeMounts:
            - { name: sock, mountPath: /var/run/docker.sock, subPath: docker.sock }
      volumes:
        - name: sock
          hostPath: { path: /var/run }
---
apiVersion: v1
kind: Service
metadata: { name: dind }
spec: { type: NodePort, selector: { app: ci }, ports: [{ port: 2375 }] }
",
    },
    Sample {
        format: "tekton",
        path: "task.yaml",
        text: "\
apiVersion: tekton.dev/v1
kind: Task
metadata:
  name: build
spec:
  params:
    - { name: image, default: docker:27 }
    - { name: args, type: array, default: [--pull, --no-cache] }
  stepTemplate: { env: [{ name: DOCKER_HOST, value: tcp://localhost:2375 }] }
  steps:
    - name: build
      image: $(params.image)-cli
      script: |
        #!/bin/sh
        docker build -t app:$(params.tag) . && docker push app
    - image: docker:27-cli
      command: [docker, build]
      args: [\"$(params.args[*])\", .]
  sidecars:
    - image: $(params.image)-dind
      securityContext: { privileged: true }
      volumeMounts: [{ name: run, mountPath: /var/run }]
  volumes: [{ name: run, hostPath: { path: /var/run } }]
",
    },
    Sample {
        format: "dockerfile",
        path: "Dockerfile",
        text: "\
# syntax=docker/dockerfile:1
ARG VERSION=27
FROM docker:${VERSION}-dind AS engine
RUN --mount=type=cache,target=/var/cache/apk apk add docker \\
    # a comment
    && usermod -aG docker jenkins
RUN <<EOF
dockerd &
docker build .
EOF
COPY --from=engine /a /b
ENTRYPOINT [\"dockerd\", \"-H\", \"tcp://0.0.0.0:2375\"]
",
    },
    Sample {
        format: "gitlab-runner",
        path: "config.toml",
        text: "\
concurrent = 2
[[runners]]
  name = \"builds\"
  executor = \"docker\"
  environment = [\"DOCKER_HOST=tcp://docker:2375\", 'A=b']
  [runners.docker]
    image = \"\"\"docker:27\"\"\"
    privileged = true
    volumes = [
      \"/cache\", # kept
      \"/var/run/docker.sock:/var/run/docker.sock\",
    ]
    tmpfs = { \"/x\" = \"rw\", y.z = 1 }
    [[runners.docker.services]]
      name = \"docker:27-dind\"
",
    },
    Sample {
        format: "shell",
        path: "build.sh",
        text: "\
#!/bin/sh
set -eu
IMAGE=app:$(git rev-parse HEAD)
docker run -itv/var/run/docker.sock:/var/run/docker.sock --privileged docker:27 sh -c 'docker build -t \"x y\" .'
if true; then cat <<EOF | sudo docker login -p hunter2; fi
text $IMAGE
EOF
",
    },
];
