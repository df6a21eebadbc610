//! How jobs reach an engine, and the lines that prove it, where the formats leave room for doubt.

use daemonless_core::{Context, File, analyze};

/// Checks the accesses of the text's first job, each as its approach, how sure it is, and the lines of its proof.
#[track_caller]
fn check(format: &str, text: &str, expected: &[&str]) {
    let file = File { path: "case".to_owned(), text: text.to_owned(), format: Some(format.to_owned()) };
    let mut report = analyze(&[file], &Context::default());
    let job = report.files.remove(0).jobs.remove(0);
    let shown: Vec<_> = job
        .accesses
        .iter()
        .map(|access| {
            let lines: String = access.lines.iter().map(|label| format!(" {}", label.range.line)).collect();
            format!("{} {}{lines}", access.approach, access.confidence)
        })
        .collect();
    assert_eq!(shown, expected, "in:\n{text}");
}

#[test]
fn the_socket_that_a_runner_hands_in() {
    let check = |head: &str, step: &str, expected: &[&str]| {
        check("github-actions", &format!("jobs:\n  a:\n{head}    steps:\n      - run: {step}\n"), expected);
    };
    let own = "    runs-on: self-hosted\n    container: docker:29-cli\n";
    check(own, "docker ps", &["host-socket implied 4 6"]);
    check(own, "make", &["host-socket possible 4"]);
    check("    runs-on: self-hosted\n", "docker ps", &["ambient-daemon implied 5"]);
    check("    runs-on: ubuntu-24.04\n    container: docker:29-cli\n", "docker ps", &["vm-daemon implied 6"]);
    check(
        "    runs-on: self-hosted\n    services:\n      a:\n        image: nginx\n",
        "docker ps",
        &["ambient-daemon implied 8"],
    );
}

#[test]
fn the_word_that_starts_a_daemon() {
    check("dockerfile", "FROM alpine:3\nCMD [\"dockerd\"]\n", &["nested-daemon declared 2"]);
    check("dockerfile", "FROM docker:29-dind\n", &["nested-daemon declared 1"]);
    check(
        "docker-compose",
        "services:\n  a:\n    image: alpine:3\n    command: dockerd\n",
        &["nested-daemon declared 4"],
    );
}
