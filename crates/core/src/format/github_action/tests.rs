//! Actions and the model that they become.

use super::FORMAT;
use crate::format::testing;

#[track_caller]
fn check(text: &str, expected: &str) {
    testing::check(&FORMAT, text, expected);
}

#[test]
fn composite() {
    check(
        "
name: Build an image
description: Builds and pushes.
inputs:
  image: {required: true}
  tag: {default: latest}
  context: {description: where it lies, default: .}
runs:
  using: composite
  steps:
    - uses: docker/login-action@v3
      with: {registry: ghcr.io, username: '${{ inputs.user }}'}
    - run: |
        docker build -t ${{ inputs.image }}:${{ inputs.tag }} .
        docker run --privileged -v /var/run/docker.sock:/s alpine
      shell: bash
      env: {DOCKER_HOST: 'tcp://a:2375'}
    - run: docker = 1
      shell: python
    - uses: docker/build-push-action@v6
      with: {context: '${{ inputs.context }}', push: true}
    - uses: docker://alpine:3
      with: {args: ls}
",
        "
action Build an image
  Step alpine:3
    command ls
  $ docker login --username ${{ inputs.user }}? --password-stdin ghcr.io
  $ docker build -t ${{ inputs.image }}:latest?~Default~Default . [env DOCKER_HOST=tcp://a:2375]
  $ docker run --privileged -v /var/run/docker.sock:/s alpine [env DOCKER_HOST=tcp://a:2375]
  $ docker buildx build --push .?~Default~Default
  $0 ls
",
    );
}

#[test]
fn in_a_container() {
    check(
        "
name: a
runs:
  using: docker
  image: docker://docker:27
  env: {A: b}
  entrypoint: /bin/sh
  args: [-c, docker info]
",
        "
action a
  Step docker:27
    command /bin/sh -c docker info
    env A=b
  $0 docker info
",
    );
    check(
        "
runs:
  using: docker
  image: Dockerfile
  args: ['${{ inputs.a }}']
",
        "
action runs
  Step -
    build Dockerfile
    command ${{ inputs.a }}?
  $0 ${{ inputs.a }}?
",
    );
}

#[test]
fn in_javascript() {
    check("name: a\nruns: {using: node20, main: docker.js}\n", "action a");
    check("name: a\n", "");
}

#[test]
fn recognised() {
    let check = |path, text, score| testing::recognised(&FORMAT, path, text, score);
    check("a/action.yml", "name: a\nruns:\n  using: node20\n", 100);
    check("action.yaml", "a: b\n", 0);
    check("a.yml", "name: a\ndescription: b\nruns:\n  using: composite\n", 90);
    check("a.yml", "name: a\non: push\njobs:\n", 0);
}
