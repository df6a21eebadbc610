//! Kubernetes' objects and the model that they become.

use super::{FORMAT, inline};
use crate::format::testing;
use crate::model::Job;
use crate::source::{FileId, Span, Text};

#[track_caller]
fn check(text: &str, expected: &str) {
    testing::check(&FORMAT, text, expected);
}

#[test]
fn pod() {
    check(
        r#"
apiVersion: v1
kind: Pod
metadata:
  name: a
  annotations:
    container.apparmor.security.beta.kubernetes.io/c: unconfined
spec:
  hostPID: true
  hostIPC: false
  hostUsers: false
  runtimeClassName: gvisor
  securityContext: {runAsUser: 0, seccompProfile: {type: Unconfined}}
  volumes:
    - {name: run, hostPath: {path: /var/run, type: Directory}}
    - {name: tmp, emptyDir: {}}
    - {name: left, hostPath: {path: /}}
  initContainers:
    - {name: i, image: docker:dind, restartPolicy: Always, args: [dockerd, --host=unix:///x]}
  containers:
    - name: c
      image: alpine
      env: [{name: A, value: b}, {name: B, value: $(A)c}, {name: C}, {name: D, valueFrom: {secretKeyRef: {name: s, key: k}}}]
      command: [sh, -c]
      args: ["docker ps; echo $(B) $(Z)"]
      securityContext:
        privileged: true
        runAsUser: 1
        procMount: Unmasked
        capabilities: {add: [SYS_ADMIN], drop: [ALL]}
      ports: [{containerPort: 1, hostPort: 2, hostIP: 127.0.0.1}, {containerPort: 3}]
      volumeMounts:
        - {name: run, mountPath: /s, subPath: docker.sock, readOnly: true}
        - {name: tmp, mountPath: /var/run/docker.sock}
"#,
        r#"
workload a
  Workload docker:dind
    user namespace
    mount / at - declared `path: /`
    host Pid `hostPID: true`
    security seccomp=unconfined
    runtime gvisor
    user 0
    command dockerd --host=unix:///x
  Workload alpine
    user namespace
    privileged `privileged: true`
    mount /var/run/docker.sock at /s ro `path: /var/run`
    mount tmp at /var/run/docker.sock `mountPath: /var/run/docker.sock`
    host Pid `hostPID: true`
    capability SYS_ADMIN
    security seccomp=unconfined systempaths=unconfined apparmor=unconfined
    port 127.0.0.1:2:1
    runtime gvisor
    user 1
    command sh -c docker ps; echo bc $(Z)
    env A=b
    env B=bc
    env C=
    env D=?
  $0 dockerd --host=unix:///x
  $1 docker ps
  $1 Z
  $1 echo bc $(Z)?
"#,
    );
}

#[test]
fn a_pod_in_a_string_keeps_its_places() {
    let file = "x = '''\n  spec:\n    containers:\n    - name: \"a\tb\"\n      image: docker:dind\n      securityContext:\n        privileged: true\n'''";
    let start = file.find("\n").expect("a line");
    let text = Text::verbatim(FileId(0), start, file.get(start..file.len() - 3).expect("a string"));
    let mut job = Job::default();
    inline(&text, &mut job);
    let container = job.containers.first().expect("a container");
    let quote = |span: Span| file.get(span.range()).expect("a place");
    assert_eq!(container.names, ["a\tb"]);
    assert_eq!(quote(container.image.as_ref().expect("an image").span), "docker:dind");
    assert_eq!(quote(container.privileged.expect("privilege")), "privileged: true");
    inline(&Text::verbatim(FileId(0), start, "a: [\n"), &mut job);
    assert_eq!(job.errors.len(), 1);
    assert!(job.errors.iter().all(|error| error.span.start as usize >= start));
}
