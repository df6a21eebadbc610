//! Configurations of runners and the model that they become.

use super::FORMAT;
use crate::format::testing;

#[track_caller]
fn check(text: &str, expected: &str) {
    testing::check(&FORMAT, text, expected);
}

#[test]
fn a_runner_with_a_privileged_docker_executor() {
    check(
        r#"
concurrent = 4
[[runners]]
  name = "builds"
  executor = "docker"
  environment = ["DOCKER_HOST=tcp://docker:2375"]
  [runners.docker]
    image = "alpine:3"
    privileged = true # for dind
    volumes = ["/cache", "/var/run/docker.sock:/var/run/docker.sock"]
    security_opt = ["seccomp:unconfined"]
    network_mode = "host"
    [[runners.docker.services]]
      name = "docker:29-dind"
      alias = "docker"
"#,
        "
runner builds
  env DOCKER_HOST=tcp://docker:2375
  Job alpine:3
    privileged `privileged = true`
    mount - at /cache `/cache`
    mount /var/run/docker.sock at /var/run/docker.sock `/var/run/docker.sock:/var/run/docker.sock`
    host Network `network_mode = \"host`
    security seccomp:unconfined
  Service docker:29-dind
    privileged `privileged = true`
    mount - at /cache `/cache`
    mount /var/run/docker.sock at /var/run/docker.sock `/var/run/docker.sock:/var/run/docker.sock`
",
    );
}

#[test]
fn a_runner_on_kubernetes() {
    check(
        r#"
[[runners]]
  name = "pods"
  executor = "kubernetes"
  [runners.kubernetes]
    image = "alpine:3"
    cap_add = ["SYS_ADMIN"]
    [runners.kubernetes.build_container_security_context]
      [runners.kubernetes.build_container_security_context.seccomp_profile]
        type = "Unconfined"
    [[runners.kubernetes.volumes.host_path]]
      name = "socket"
      mount_path = "/run/containerd/containerd.sock"
"#,
        "
runner pods
  Job alpine:3
    mount /run/containerd/containerd.sock at /run/containerd/containerd.sock `/run/containerd/containerd.sock`
    capability SYS_ADMIN
    security seccomp=unconfined
",
    );
}

#[test]
fn machines_for_one_job() {
    let text = |limit: &str| {
        format!(
            "[[runners]]\nname = \"a\"\nexecutor = \"docker+machine\"\n[runners.machine]\nMaxBuilds = {limit}\n"
        )
    };
    check(&text("1"), "runner a Vm `executor = \"docker+machine` `MaxBuilds = 1`");
    check(&text("10"), "runner a");
    check("[[runners]]\nname = \"a\"\nexecutor = \"shell\"\n", "runner a");
}
