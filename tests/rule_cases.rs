//! Cases that the rules must tell apart, beyond the examples of their documentation.

use daemonless_core::{Context, File, analyze};

/// The lines of a rule's findings in a text. A line with `?` is a note, one with `-` is of severity `low`.
pub(crate) fn reported(rule: &str, format: &str, text: &str) -> String {
    let file = File { path: "case".to_owned(), text: text.to_owned(), format: Some(format.to_owned()) };
    let report = analyze(&[file], &Context::default()).files.remove(0);
    let findings = report.findings.iter().chain(&report.notes).filter(|finding| finding.rule == rule);
    let mut lines: Vec<(u32, String)> = findings
        .map(|finding| {
            let note = if finding.confidence == "possible" { "?" } else { "" };
            let low = if finding.severity == "low" { "-" } else { "" };
            (finding.range.line, format!("{}{note}{low}", finding.range.line))
        })
        .collect();
    lines.sort();
    lines.into_iter().map(|(_, line)| line).collect::<Vec<_>>().join(" ")
}

/// Checks that the rule reports these lines of the text and no others.
#[track_caller]
fn check(rule: &str, format: &str, text: &str, expected: &str) {
    assert_eq!(reported(rule, format, text), expected, "`{rule}` in:\n{text}");
}

#[test]
fn sockets_in_any_spelling() {
    let check = |text: &str, expected| check("host-socket", "shell", text, expected);
    check("docker run -itv /run/../var/run/docker.sock:/s alpine", "1");
    check("docker run -v /var/run/:/host/run:ro alpine", "1");
    check("docker run \\\n  -v /var/run/docker.sock:/var/run/docker.sock \\\n  alpine", "2");
    check("docker run -v \"${SOCK:-/var/run/docker.sock}\":/s alpine", "1");
    check("S=/var/run/docker.sock\ndocker run -v $S:/s alpine", "2");
    check("sh -c 'docker run -v /run/docker.sock:/s alpine'", "1");
    check("podman run --volume=/run/podman/podman.sock:/s alpine", "1");
    check("docker run -v /run/user/1000/docker.sock:/s alpine", "1");
    check("docker run --use-api-socket alpine", "1");
    check("docker run -v /:/host alpine", "");
    check("docker run -v /var/lib/app:/s -v sock:/var/run/docker.sock alpine", "");
    check("curl --unix-socket /var/run/docker.sock http://d/info", "1");
    check("docker -H unix:///var/run/docker.sock ps", "1");
    check("export DOCKER_HOST=unix:///var/run/docker.sock\ndocker ps", "1");
    check("dockerd -H unix:///var/run/docker.sock", "");
    check("grep /var/run/docker.sock docker-compose.yml # -v /var/run/docker.sock:/s", "");
    check("cat > run.sh <<E\ndocker run -v /var/run/docker.sock:/s alpine\nE", "");
    check("ls -l /var/run/docker.sock", "");
}

#[test]
fn sockets_behind_a_proxy() {
    let text = |env: &str| {
        format!(
            "services:\n  p:\n    image: tecnativa/docker-socket-proxy:0.4\n    environment:\n      {env}\n    volumes:\n      - /var/run/docker.sock:/s:ro\n"
        )
    };
    check("host-socket", "docker-compose", &text("POST: 1"), "7");
    check("host-socket", "docker-compose", &text("POST: 0"), "7");
}

#[test]
fn sockets_that_are_only_named() {
    check("host-socket", "dockerfile", "FROM alpine:3\nENV DOCKER_HOST=unix:///var/run/docker.sock\n", "2?");
    check(
        "host-socket",
        "docker-compose",
        "services:\n  a:\n    image: a:1\n    environment: [DOCKER_HOST=unix:///var/run/docker.sock]\n",
        "4?",
    );
    check(
        "host-socket",
        "gitlab-ci",
        "b:\n  image: docker:29-cli\n  services: [docker:29-dind]\n  variables: {DOCKER_HOST: 'unix:///var/run/docker.sock'}\n  script: [docker info]\n",
        "",
    );
}

#[test]
fn sockets_of_single_use_machines() {
    let text = |runs: &str| {
        format!(
            "on: push\njobs:\n  b:\n    runs-on: {runs}\n    env: {{DOCKER_HOST: 'unix:///var/run/docker.sock'}}\n    steps: [run: docker info]\n"
        )
    };
    check("host-socket", "github-actions", &text("self-hosted"), "5");
    check("host-socket", "github-actions", &text("ubuntu-24.04"), "");
}

#[test]
fn daemons_and_what_looks_like_them() {
    let check = |text: &str, expected| check("nested-daemon", "gitlab-ci", text, expected);
    check("b:\n  services: ['docker:latest']\n  script: [docker info]\n", "2");
    check("b:\n  image: docker:dind\n  script: [docker info]\n", "");
    check("b:\n  services:\n    - name: $CI_DIND_IMAGE\n      alias: docker\n  script: [docker info]\n", "3");
    check("b:\n  services: ['docker:29-cli']\n  script: [docker info]\n", "");
    check("b:\n  image: alpine:3\n  script:\n    - dockerd &\n    - docker info\n", "4");
    check("b:\n  image: alpine:3\n  script:\n    - service docker start\n    - docker info\n", "4");
    check("dind:\n  script: [echo docker:dind]\n", "");
    check(
        "variables: {V: '29'}\ndefault:\n  services: ['docker:$V-dind']\na:\n  script: [docker info]\nb:\n  script: [docker info]\n",
        "3",
    );
}

#[test]
fn daemons_in_dockerfiles() {
    let check = |text: &str, expected| check("nested-daemon", "dockerfile", text, expected);
    check("FROM docker:29-dind\nENTRYPOINT [\"/own.sh\"]\n", "1");
    check("ARG V=29-dind\nFROM docker:${V}\n", "2");
    check("FROM docker:29-dind AS up\nFROM scratch\nCOPY --from=up / /\n", "1");
    check("FROM docker:29-dind AS up\nFROM alpine:3\nRUN true\n", "");
    check("FROM alpine:3\nENTRYPOINT [\"dockerd-entrypoint.sh\"]\n", "2");
    check("FROM alpine:3\nVOLUME /var/lib/docker\n", "");
}

#[test]
fn privilege() {
    let check = |text: &str, expected| check("privileged-container", "shell", text, expected);
    check("docker create --privileged alpine", "1");
    check("sudo podman run --privileged alpine", "1");
    check("docker run \\\n  --rm \\\n  --privileged \\\n  alpine", "3");
    check("docker run alpine --privileged", "");
    check("docker run --privileged=true alpine", "1");
    check("docker compose exec --privileged web sh", "1");
    check("ssh host 'docker run --privileged alpine'", "1");
    check("minikube start --privileged", "");
}

#[test]
fn host_paths() {
    let check = |text: &str, expected| check("host-root-mount", "shell", text, expected);
    check("docker run -v /:/host:ro -v /etc:/e alpine", "1 1");
    check("docker run --mount type=bind,source=/root/.ssh,target=/k,readonly alpine", "1");
    check("docker run -v /etc/ssl/certs:/c -v /lib/modules:/m -v /dev/shm:/s alpine", "");
    check("docker run -v home:/root -v /home/me:/me alpine", "");
    check("docker run -v C:\\\\:/c alpine", "1");
}

#[test]
fn plain_tcp() {
    let shell = |text: &str, expected| check("unencrypted-daemon", "shell", text, expected);
    shell("export DOCKER_HOST=tcp://docker:2375\ndocker ps", "1");
    shell("DOCKER_HOST=tcp://docker:2375 docker ps", "1");
    shell("DOCKER_HOST=tcp://docker:2376 docker ps", "");
    shell("docker -H 10.0.0.5:2375 ps", "1");
    shell("socat TCP-LISTEN:2375,fork UNIX-CONNECT:/var/run/docker.sock &", "1");
    shell("dockerd -H tcp://0.0.0.0:2375", "1");
    shell("docker run --privileged -e DOCKER_TLS_CERTDIR= docker:29-dind", "1");
    shell("docker run --privileged -p 2375:2375 docker:29-dind", "1");
    shell("curl http://localhost:2375", "");
    let gitlab = |text: &str, expected| check("unencrypted-daemon", "gitlab-ci", text, expected);
    gitlab(
        "variables: {DOCKER_TLS_CERTDIR: ''}\na:\n  services: ['docker:29-dind']\n  variables: {DOCKER_TLS_CERTDIR: /certs}\n  script: [docker info]\n",
        "",
    );
    gitlab(
        "variables:\n  DOCKER_TLS_CERTDIR: ''\n  DOCKER_HOST: unix:///var/run/docker.sock\na:\n  script: [docker info]\n",
        "",
    );
    gitlab(
        "a:\n  services:\n    - name: docker:29-dind\n      command: [--tls=false]\n      variables:\n        DOCKER_TLS_CERTDIR: ''\n  script: [docker info]\n",
        "4 6",
    );
}

#[test]
fn published_engines() {
    let text =
        |port: &str| format!("services:\n  e:\n    image: docker:29-dind\n    ports:\n      - {port}\n");
    check("exposed-daemon", "docker-compose", &text("'2375:2375'"), "5");
    check("exposed-daemon", "docker-compose", &text("{target: 2376, published: 2376}"), "5");
    check("exposed-daemon", "docker-compose", &text("'127.0.0.1:2375:2375'"), "");
    check("exposed-daemon", "shell", "dockerd -H tcp://0.0.0.0:2376", "1");
    check("exposed-daemon", "dockerfile", "FROM alpine:3\nEXPOSE 2375\n", "");
}

#[test]
fn namespaces_capabilities_devices_walls() {
    check("host-namespace", "shell", "docker run --pid host --net=host --cgroupns=host alpine", "1 1");
    check("host-namespace", "shell", "docker build --network host .", "");
    check(
        "excess-capability",
        "shell",
        "docker run --cap-add all --cap-add=CAP_BPF --cap-add net_admin alpine",
        "1 1",
    );
    check("raw-device", "shell", "docker run --device /dev/nvme0n1:/dev/x --device /dev/nvidia0 alpine", "1");
    check(
        "weakened-sandbox",
        "shell",
        "docker run --security-opt seccomp=unconfined --security-opt=no-new-privileges=false alpine",
        "1",
    );
    check(
        "weakened-sandbox",
        "shell",
        "docker run --security-opt seccomp=unconfined moby/buildkit:v0.32.2-rootless",
        "1-",
    );
}

#[test]
fn storage() {
    let check = |text: &str, expected| check("daemon-storage", "shell", text, expected);
    check(
        "docker run --privileged -v a:/var/lib/docker docker:29-dind\ndocker run --privileged -v a:/var/lib/docker docker:29-dind",
        "2-",
    );
    check("dockerd -s devicemapper", "1-");
    check("export STORAGE_DRIVER=vfs\nbuildah build .", "");
}

#[test]
fn clean_ups() {
    let check = |text: &str, expected| check("daemon-prune", "shell", text, expected);
    check("docker image prune -f --filter until=24h", "1");
    check("docker image prune -f --filter label=ci", "");
    check("docker network prune -f", "1");
    check("docker stop `docker ps -q`", "1");
    check("docker rmi -f $(docker images -q --filter dangling=true)", "1");
    check("docker rmi $(docker images -q my/app)", "");
    check("docker rm -f $(docker ps -aq -f name=app)", "");
    check("docker ps -aq | xargs -r docker rm -f", "1");
    check("docker volume rm $(docker volume ls -q)", "1");
    check("docker rm -f app; npm prune; git remote prune origin", "");
    check("echo docker system prune -af", "");
    check("docker images -q | grep app | xargs docker rmi", "");
}

#[test]
fn passwords() {
    let check = |text: &str, expected| check("credential-argument", "shell", text, expected);
    check("docker login -u=a -p=\"$P\"", "1");
    check("docker login -ua -p$P reg.example", "1");
    check("docker login \\\n  -u a \\\n  --password \"$P\" \\\n  reg.example", "3");
    check("regctl registry login -u a --pass b reg.example", "1");
    check("helm registry login -u a -p b reg.example", "1");
    check("skopeo copy --dest-creds=a:b docker://x docker://y", "1");
    check("ssh host 'docker login -u a -p b'", "1");
    check("if true; then docker login -u a -p b; fi", "1");
    check("docker login -u a --password-stdin < f; az login -p b; mysql -p b", "");
    check("docker run -p 80:80 login -p x", "");
    check("echo 'docker login -p x'", "");
}

#[test]
fn groups() {
    let check = |text: &str, expected| check("docker-group", "shell", text, expected);
    check("usermod -a -G docker,video ci", "1");
    check("useradd --groups=docker ci", "1");
    check("gpasswd -a ci docker", "1");
    check("chmod a+rw /var/run/docker.sock", "1");
    check("chown ci /var/run/docker.sock", "1");
    check("groupadd docker; gpasswd -d ci docker; chown root:docker /var/run/docker.sock", "");
    check("adduser -D docker; chmod 666 /tmp/docker.txt; newgrp docker", "");
}

#[test]
fn engines_in_images() {
    let check = |text: &str, expected| check("engine-in-image", "dockerfile", text, expected);
    check(
        "FROM debian:13\nRUN apt-get update && \\\n    apt-get install -y \\\n    # the client\n    docker-ce-cli\n",
        "5-",
    );
    check("FROM debian:13\nRUN apt-get install -y docker-ce-cli docker-ce containerd.io\n", "2");
    check("FROM alpine:3\nRUN apk add --no-cache docker-cli git\n", "2-");
    check("FROM alpine:3\nRUN wget -qO- get.docker.com | sh\n", "2");
    check(
        "FROM alpine:3\nADD https://download.docker.com/linux/static/stable/x86_64/docker-29.0.0.tgz /d.tgz\n",
        "2",
    );
    check("FROM alpine:3\nRUN curl -fsSL https://download.docker.com/linux/debian/gpg -o k.asc\n", "");
    check("FROM alpine:3\nCOPY --from=docker:29-dind /usr/local/bin/dockerd /usr/local/bin/\n", "2");
    check("FROM alpine:3\nCOPY --from=docker/buildx-bin:v0.36 /buildx /b\nRUN addgroup docker\n", "");
    check("FROM debian:13\nRUN apt-get purge docker-ce && apt-mark hold docker.io\n", "");
}

#[test]
fn strangers() {
    let text = |on: &str, runs: &str| {
        format!("on: {on}\njobs:\n  b:\n    runs-on: {runs}\n    steps:\n      - run: docker build .\n")
    };
    check("untrusted-trigger", "github-actions", &text("[push, pull_request]", "self-hosted"), "1");
    check("untrusted-trigger", "github-actions", &text("pull_request", "ubuntu-24.04"), "");
    check("untrusted-trigger", "github-actions", &text("push", "self-hosted"), "");
}

#[test]
fn builders() {
    check("unmaintained-builder", "shell", "docker run mirror.example/kaniko-project/executor:v1.9.0", "1-");
    check("unmaintained-builder", "shell", "docker pull alpine:3", "");
    check(
        "floating-daemon-tag",
        "gitlab-ci",
        "b:\n  image: docker:$V\n  services: ['docker:stable-dind']\n  script: [x]\n",
        "3-",
    );
    check("floating-daemon-tag", "gitlab-ci", "b:\n  image: docker@sha256:00\n  script: [x]\n", "");
    check(
        "privileged-builder",
        "shell",
        "docker buildx create --driver=kubernetes --driver-opt '\"rootless=true\"'",
        "",
    );
    check("privileged-builder", "shell", "docker buildx create --driver=kubernetes", "1");
    check(
        "privileged-builder",
        "shell",
        "buildctl build --allow security.insecure --frontend dockerfile.v0",
        "1",
    );
    check(
        "privileged-builder",
        "shell",
        "docker run --privileged quay.io/podman/stable:v5 podman build .",
        "1",
    );
}

#[test]
fn privilege_within_a_user_namespace_is_not_said_to_be_the_hosts() {
    #[track_caller]
    fn check(pod: &str, expected: &str) {
        let text = format!(
            "kind: Pod\nspec:\n{pod}  containers:\n  - image: moby/buildkit:v0.31.1\n    securityContext: {{privileged: true}}\n"
        );
        let file = File { path: "case".to_owned(), text, format: Some("kubernetes".to_owned()) };
        let report = analyze(&[file], &Context::default()).files.remove(0);
        let told = report.findings.iter().filter(|finding| finding.rule.starts_with("privileged-"));
        let says = told.map(|finding| finding.message.contains(expected)).collect::<Vec<_>>();
        assert_eq!(says, [true, true], "{pod:?}: {:#?}", report.findings);
    }
    check("", "root ");
    check("  hostUsers: false\n", "one fault of the kernel");
}
