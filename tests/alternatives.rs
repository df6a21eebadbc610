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
