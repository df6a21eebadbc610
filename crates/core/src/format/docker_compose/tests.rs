//! Compose files and the model that they become.

use super::FORMAT;
use crate::format::testing;

#[track_caller]
fn check(text: &str, expected: &str) {
    testing::check(&FORMAT, text, expected);
}

#[test]
fn all_keys() {
    check(
        r#"
services:
  a:
    image: docker:dind
    container_name: engine
    hostname: host
    networks: {net: {aliases: [docker]}}
    privileged: true
    use_api_socket: true
    pid: host
    network_mode: "host"
    ipc: host
    uts: host
    userns_mode: host
    cgroup: host
    cap_add: [ALL, NET_ADMIN]
    devices:
      - /dev/sda:/dev/xvda:r
      - source: /dev/mem
        target: /dev/mem
    security_opt: [seccomp:unconfined]
    runtime: sysbox-runc
    user: "0"
    ports:
      - 2375:2375
      - {target: 80, published: "8080", host_ip: 127.0.0.1, protocol: tcp}
    environment:
      A: b
      B:
    healthcheck: {test: docker info}
    entrypoint: [sh, -c]
    command: ["dockerd -H tcp://0.0.0.0:2375"]
  b: {build: ., privileged: false, pid: "service:a", environment: [X=1, Y]}
  c:
    build: {dockerfile: D}
    command: dockerd --tls=false
  d: {container_name: d, command: [-H, unix:///x]}
"#,
        r#"
service a
  Workload docker:dind
    names a engine host docker
    privileged `privileged: true`
    api socket `use_api_socket: true`
    host Pid `pid: host`
    host Network `network_mode: "host"`
    host Ipc `ipc: host`
    host Uts `uts: host`
    host User `userns_mode: host`
    host Cgroup `cgroup: host`
    capability ALL NET_ADMIN
    device /dev/sda:/dev/xvda:r /dev/mem
    security seccomp:unconfined
    port 2375:2375 127.0.0.1:8080:80/tcp
    runtime sysbox-runc
    user 0
    command sh -c dockerd -H tcp://0.0.0.0:2375
    env A=b
    env B=?
  $0 dockerd -H tcp://0.0.0.0:2375
service b
  Workload -
    build .
    env X=1
    env Y=?
  needs Build `build: .`
service c
  Workload -
    build .
    command dockerd --tls=false
  needs Build `build: {dockerfile: D}`
  $0 dockerd --tls=false
service d
  Workload -
    command -H unix:///x
"#,
    );
}

#[test]
fn volumes() {
    check(
        "
services:
  a:
    volumes:
      - /var/run/docker.sock:/var/run/docker.sock:ro
      - data:/data
      - sock:/sock
      - /anonymous
      - type: bind
        source: /run
        target: /host/run
        read_only: true
      - type: tmpfs
        target: /tmp
volumes:
  data:
  sock:
    driver_opts: {type: none, o: bind, device: /var/run/docker.sock}
",
        "
service a
  Workload -
    mount /var/run/docker.sock at /var/run/docker.sock ro `/var/run/docker.sock:/var/run/docker.sock:ro`
    mount data at /data `data:/data`
    mount /var/run/docker.sock~Reference at /sock `sock:/sock`
    mount - at /anonymous `/anonymous`
    mount /run at /host/run ro `source: /run`
    mount - at /tmp `target: /tmp`
",
    );
}

#[test]
fn variables() {
    check(
        "
services:
  a:
    image: docker:${V:-dind}
    privileged: ${P-true}
    command: echo $$HOME $X ${Y} ${Z:?no-value} ${A:-${B:-c}}
    volumes:
      - ${SOCK:-/var/run/docker.sock}:/var/run/docker.sock
      - ${DIR:?say}:/data
",
        "
service a
  Workload docker:dind?~Default
    privileged `privileged: ${P-true}`
    mount /var/run/docker.sock~Default at /var/run/docker.sock~Default `${SOCK:-/var/run/docker.sock}:/var/run/docker.sock`
    mount ${DIR}? at /data `${DIR:?say}:/data`
    command echo $HOME? $X? ${Y}? ${Z}? c?~Default~Default
  $0 echo $HOME? $X? ${Y}? ${Z}? c?~Default~Default
",
    );
}

#[test]
fn inheritance() {
    check(
        "
x-all: &all
  privileged: true
  environment: &env
    A: b
services:
  base:
    image: a
    volumes: [/a:/x, /b:/y]
    environment: {K: base, L: base}
    cap_add: [SYS_ADMIN]
  middle:
    extends: base
    command: middle
  end:
    extends: {service: middle}
    volumes: [/c:/x]
    environment: [K=end]
    cap_add: !override [NET_RAW]
    command: !reset null
  merged:
    <<: *all
    image: &image b
  aliased:
    environment: *env
    image: *image
  elsewhere:
    extends: {file: other.yml, service: base}
",
        "
service base
  Workload a
    mount /a at /x `/a:/x`
    mount /b at /y `/b:/y`
    capability SYS_ADMIN
    env K=base
    env L=base
service middle
  Workload a~Extends
    mount /a~Extends at /x~Extends `/a:/x`
    mount /b~Extends at /y~Extends `/b:/y`
    capability SYS_ADMIN~Extends
    command middle
    env K=base~Extends
    env L=base~Extends
  $0 middle
service end
  Workload a~Extends~Extends
    mount /c at /x `/c:/x`
    mount /b~Extends~Extends at /y~Extends~Extends `/b:/y`
    capability NET_RAW
    env K=end
    env L=base~Extends~Extends
service merged
  Workload b
    privileged `privileged: true`
    env A=b~Merge
service aliased
  Workload b~Alias
    env A=b~Alias
service elsewhere
  Workload -
",
    );
}

#[test]
fn old_files_and_circles() {
    check(
        "
web:
  image: a
  privileged: true
x-web: {image: a}
a: {extends: b}
b: {extends: {service: a}, pid: host}
",
        "
service web
  Workload a
    privileged `privileged: true`
service a
  Workload -
    host Pid `pid: host`
service b
  Workload -
    host Pid `pid: host`
",
    );
}

#[test]
fn reading_goes_on_after_an_error() {
    let text = "services:\n  a:\n    image: 'b' c\n  d:\n    privileged: true\n";
    let unit = testing::lower(&FORMAT, &[("a.yml", text)]);
    assert!(!unit.errors.is_empty());
    assert!(
        unit.jobs.iter().any(|job| job.name == "d" && job.containers[0].privileged.is_some()),
        "{unit:?}"
    );
}

#[test]
fn recognised() {
    let check = |path, text, score| testing::recognised(&FORMAT, path, text, score);
    for name in [
        "compose.yaml",
        "docker-compose.prod.yml",
        "docker.compose.yml",
        "weave-compose.yml",
        "a.compose.yml",
    ] {
        check(name, "", 100);
    }
    check("composer.yml", "", 0);
    check("a.yml", "version: '3'\nservices:\n  # text\n  a:\n    image: b\n", 80);
    check("a.yml", "services:\n  a:\n    <<: *b\n", 80);
    check("a.yml", "services:\n- docker:dind\nbuild:\n  image: a\n", 0);
    check("a.yml", "services:\n  - docker\nscript: image\n", 0);
    check("a.yml", "services:\n  _defaults:\n    autowire: true\n", 0);
    check("a.yml", "jobs:\n  a:\n    services:\n      b:\n        image: c\n", 0);
}

/// Ten thousand services that all extend one, and one that names thousands of mounts.
#[test]
fn large_files_are_read_in_linear_time() {
    let mut text = "services:\n  base:\n    image: a\n    volumes:\n".to_owned();
    text.extend((0..2_000).map(|index| format!("      - /a{index}:/b{index}\n")));
    text.extend((0..10_000).map(|index| format!("  s{index}:\n    extends: base\n    privileged: true\n")));
    let unit = testing::lower(&FORMAT, &[("a.yml", &text)]);
    assert_eq!(unit.jobs.len(), 10_001);
    let mounts: usize = unit.jobs.iter().flat_map(|job| &job.containers).map(|own| own.mounts.len()).sum();
    assert!(mounts < 200_000, "{mounts}");
}
