//! The ways out that a job is given, in their order.

use daemonless_core::{Context, File, analyze};

/// Checks the ways out of the text's first job that are no builder, each as its kind, its title and what is left then.
#[track_caller]
fn check(format: &str, text: &str, expected: &[&str]) {
    let file = File { path: "case".to_owned(), text: text.to_owned(), format: Some(format.to_owned()) };
    let mut report = analyze(&[file], &Context::default());
    let job = report.files.remove(0).jobs.remove(0);
    let others = job.alternatives.iter().filter(|way| way.kind != "builder");
    let shown: Vec<_> = others
        .map(|way| format!("{}, {}: {} {}", way.kind, way.title, way.after.approach, way.after.risk))
        .collect();
    assert_eq!(shown, expected, "in:\n{text}");
}

#[test]
fn what_runs_containers_may_run_them_otherwise() {
    const VM: &str = "vm, A machine for each job: vm-daemon low";
    const SOCKET: &str = "run, Podman with its socket: rootless-daemon medium";
    const CONTAIN: &str = "contain, Contain the daemon: nested-daemon high";
    let check = |script: &str, expected: &[&str]| {
        let text = format!("a:\n  image: docker:29\n  services: [docker:29-dind]\n  script: [{script}]\n");
        check("gitlab-ci", &text, expected);
    };
    check("docker build .", &[VM, CONTAIN]);
    check("docker run -d postgres", &[VM, "run, The CI's own services: none none", SOCKET, CONTAIN]);
    check(
        "docker build -t b ., docker run b",
        &[VM, "run, The CI's own services: daemonless low", SOCKET, CONTAIN],
    );
    check("docker compose up -d, docker exec a b", &[VM, SOCKET, CONTAIN]);
    check("kind create cluster, docker run a", &[VM, CONTAIN]);
}

#[test]
fn settings_are_those_of_the_platforms_that_run_the_job() {
    #[track_caller]
    fn check(format: &str, text: &str, expected: &[&str]) {
        let file = File { path: "case".to_owned(), text: text.to_owned(), format: Some(format.to_owned()) };
        let mut report = analyze(&[file], &Context::default());
        let job = report.files.remove(0).jobs.remove(0);
        let own = job.alternatives.iter().find(|way| way.builder == Some("buildah"));
        let mut platforms: Vec<_> = own
            .into_iter()
            .flat_map(|way| &way.requires)
            .filter_map(|required| Some(required.text.split_once(": ")?.0))
            .collect();
        platforms.dedup();
        assert_eq!(platforms, expected, "in:\n{text}");
    }
    let gitlab = ["GitLab Runner, Docker executor", "GitLab Runner, Kubernetes executor"];
    check("gitlab-ci", "a:\n  script: [docker build .]\n", &gitlab);
    let workflow =
        |runs: &str| format!("jobs:\n  a:\n    runs-on: {runs}\n    steps:\n      - run: docker build .\n");
    let own = ["self-hosted GitHub runner", "GitHub runner in Kubernetes (Actions Runner Controller)"];
    check("github-actions", &workflow("self-hosted"), &own);
    check("github-actions", &workflow("ubuntu-latest"), &["GitHub-hosted runner"]);
    check("shell", "docker build .\n", &["the machine that runs the script"]);
}
