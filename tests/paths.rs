//! The steps of an attack, by their keys in the catalog, in the order in which they are told.

use daemonless_core::{Context, File, analyze};

/// Checks the path of the text's first job.
#[track_caller]
fn check(format: &str, text: &str, expected: &str) {
    let file = File { path: "case".to_owned(), text: text.to_owned(), format: Some(format.to_owned()) };
    let job = analyze(&[file], &Context::default()).files.remove(0).jobs.remove(0);
    let steps: Vec<&str> = job.path.iter().map(|step| step.id).collect();
    assert_eq!(steps.join(" "), expected, "in:\n{text}");
}

#[test]
fn jobs_of_a_service() {
    let check = |text: &str, expected: &str| check("gitlab-ci", text, expected);
    check(
        "a:\n  image: docker:27\n  services: [docker:27-dind]\n  script:\n    - docker login -u a --password-stdin < b\n    \
         - docker build -t a .\n    - docker system prune -f\n",
        "run-code-pushers build-step call-nested nested-privileged-out read-credentials other-jobs prune",
    );
    check(
        "a:\n  tags: [own]\n  script: docker build -t a .\n",
        "run-code-pushers build-step call-ambient start-root-container poison-cache",
    );
    check(
        "a:\n  image: quay.io/buildah/stable:v1.43.1\n  script: buildah build -t a .\n",
        "run-code-pushers build-step own-container-end",
    );
}

#[test]
fn machines_that_are_thrown_away() {
    check(
        "github-actions",
        "on: pull_request\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: docker build -t a .\n",
        "run-code-strangers build-step vm-end",
    );
}

#[test]
fn what_is_no_job() {
    check(
        "docker-compose",
        "services:\n  a:\n    image: a\n    volumes: [/var/run/docker.sock:/var/run/docker.sock]\n",
        "run-code-workload call-socket start-root-container other-containers poison-image",
    );
    check(
        "shell",
        "docker run --privileged debian\n",
        "run-code-workload call-ambient start-root-container privileged-direct other-containers poison-image",
    );
    // A daemon in the container itself needs no address.
    check(
        "docker-compose",
        "services:\n  a:\n    image: docker:27-dind\n    privileged: true\n",
        "run-code-workload call-own-daemon nested-privileged-out other-containers",
    );
    check(
        "docker-compose",
        "services:\n  a:\n    image: docker:27-dind\n    privileged: true\n    environment:\n      DOCKER_HOST: tcp://a:2375\n",
        "run-code-workload call-open-tcp nested-privileged-out other-containers",
    );
}
