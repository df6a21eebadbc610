//! Tekton's objects and the model that they become.

use super::FORMAT;
use crate::format::testing;

#[track_caller]
fn check(text: &str, expected: &str) {
    testing::check(&FORMAT, text, expected);
}

#[track_caller]
fn judge(text: &str, expected: &str) {
    testing::judge(&FORMAT, text, expected);
}

#[test]
fn a_task_with_a_daemon_beside_its_steps() {
    judge(
        r#"apiVersion: tekton.dev/v1
kind: Task
metadata: {name: build}
spec:
  params:
    - {name: image}
    - name: daemon
      default: docker@sha256:18ff92d3d31725b53fa6633d60bed323effb6d5d4588be7b547078d384e0d4bf
    - {name: extra, default: ""}
  stepTemplate:
    env: [{name: DOCKER_HOST, value: tcp://localhost:2375}]
  steps:
    - name: build
      image: docker:28.1.1-cli
      script: |
        #!/usr/bin/env sh
        docker build $(params.extra) -t $(params.image) .
        docker push $(params.image)
  sidecars:
    - name: server
      image: $(params.daemon)
      args: [--storage-driver=vfs]
      securityContext:
        privileged: true
"#,
        "
build: NestedDaemon High
nested-daemon 8
privileged-container 24
unencrypted-daemon 11
daemon-storage 22-
",
    );
}

#[test]
fn a_task_on_the_socket_of_its_node() {
    judge(
        r#"apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: p}
spec:
  params: [{name: tag, default: latest}]
  tasks:
    - name: fetch
      taskRef: {name: git-clone}
    - name: image
      params: [{name: path, value: /var/run/docker.sock}]
      taskSpec:
        params: [{name: path, default: /tmp}]
        volumes: [{name: s, hostPath: {path: $(params.path)}}]
        steps:
          - image: docker:28.1.1-cli
            volumeMounts: [{name: s, mountPath: /var/run/docker.sock}]
            command: [docker]
            args: [push, "app:$(params.tag)"]
  finally:
    - name: clean
      taskSpec:
        steps: [{image: "docker:28.1.1-cli", script: docker system prune -f}]
"#,
        "
image: HostSocket Critical
clean: AmbientDaemon Medium
host-socket 13
daemon-prune 22
",
    );
}

#[test]
fn a_run_of_a_daemonless_task() {
    judge(
        r#"apiVersion: tekton.dev/v1
kind: TaskRun
metadata: {generateName: build-}
spec:
  podTemplate: {hostNetwork: true}
  params: [{name: builder, value: "ghcr.io/osscontainertools/kaniko:v1.25.1"}]
  taskSpec:
    params: [{name: builder}, {name: args, type: array, default: []}]
    steps:
      - image: $(params.builder)
        args: ["$(params.args[*])", --destination=r/a]
"#,
        "build-: Daemonless Medium\nhost-namespace 5",
    );
}

#[test]
fn what_is_no_daemon() {
    let task =
        |lines: &str| format!("apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {{name: a}}\nspec:\n{lines}");
    // A daemon's image whose own program a script takes the place of.
    judge(&task("  steps: [{image: \"docker:28.1.1-dind\", script: apk add curl}]\n"), "a: None None");
    judge(&task("  sidecars: [{image: \"docker:28.1.1\", command: [sleep, infinity]}]\n"), "a: None None");
    judge(&task("  steps: [{image: python, script: \"#!/usr/bin/python\\ndocker = 1\"}]\n"), "a: None None");
    judge(&task("  steps: [{image: a, script: echo docker build}]\n"), "a: None None");
}

#[test]
fn parameters() {
    check(
        r#"
apiVersion: tekton.dev/v1beta1
kind: Task
metadata: {name: a}
spec:
  params:
    - {name: n, default: b}
    - {name: l, type: array, default: [c, d]}
    - {name: o, type: object, default: {k: v}}
  steps:
    - name: s
      image: r/$(params.n)
      command: ["$(params.l)"]
      args: ['$(params["n"])', "$(params['n'])$(params.o.k)", $(params.none), $$(params.n), "$(params.l[*])"]
"#,
        r#"
task a
  Step r/b
    command c d b~Default bv $(params.none)? $$(params.n)? c d
  $0 c d b~Default bv $(params.none)? $$(params.n)? c d
"#,
    );
}
