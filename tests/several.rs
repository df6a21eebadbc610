//! Files that are read together: what one includes of another, and in which report it is told.

use std::fmt::Write as _;

use daemonless_core::{Context, File, analyze};

/// Checks the jobs and findings of each report, of files that are given as a path and a text. The last `read` are there for
/// context only.
#[track_caller]
fn check(files: &[(&str, &str)], read: usize, expected: &str) {
    let file = |(path, text): &(&str, &str)| File {
        path: (*path).to_owned(),
        text: (*text).to_owned(),
        format: None,
    };
    let files: Vec<_> = files.iter().map(file).collect();
    let report = analyze(&files, &Context { read, ..Context::default() });
    let mut got = String::new();
    for file in &report.files {
        let _ = writeln!(got, "{}: {}", file.path, file.risk);
        for job in &file.jobs {
            let place = job.file.as_deref().map_or(String::new(), |file| format!("{file}:"));
            let _ = writeln!(got, "  {} at {place}{}: {}", job.name, job.line, job.approach);
        }
        for finding in &file.findings {
            let place = finding.range.file.as_deref().map_or(String::new(), |file| format!("{file}:"));
            let jobs = finding.jobs.join(", ");
            let _ = writeln!(got, "  {} at {place}{}: {jobs}", finding.rule, finding.range.line);
        }
    }
    if !report.read.is_empty() {
        let _ = writeln!(got, "read {}", report.read.join(" "));
    }
    let missing: Vec<_> = report.missing.iter().filter(|path| !path.ends_with("Containerfile")).collect();
    if !missing.is_empty() {
        let _ = writeln!(got, "missing {missing:?}");
    }
    assert_eq!(got.trim(), expected.trim(), "\n{got}");
}

const TEMPLATE: &str = "\
default:
  image: docker:29-cli
  services: [docker:29-dind]
.build:
  script: docker info
lint:
  script: docker info
";

#[test]
fn includes_of_a_pipeline() {
    let main = "include: /ci/template.yml\napp:\n  extends: .build\n";
    // Named both: each job and each line is told once, in the report of its file.
    check(
        &[(".gitlab-ci.yml", main), ("ci/template.yml", TEMPLATE)],
        0,
        "
.gitlab-ci.yml: high
  app at 2: nested-daemon
ci/template.yml: high
  lint at 6: nested-daemon
  nested-daemon at 3: lint, app
",
    );
    // By a pattern, which may name more.
    check(
        &[
            (".gitlab-ci.yml", "include: {local: /ci/*.yml}\napp:\n  extends: .build\n"),
            ("ci/template.yml", TEMPLATE),
        ],
        1,
        "
.gitlab-ci.yml: high
  lint at ci/template.yml:6: nested-daemon
  app at 2: nested-daemon
  nested-daemon at ci/template.yml:3: lint, app
read ci/template.yml
missing [\"ci/*.yml\"]
",
    );
    // Read for context: its jobs are those of the pipeline.
    check(
        &[(".gitlab-ci.yml", main), ("ci/template.yml", TEMPLATE)],
        1,
        "
.gitlab-ci.yml: high
  lint at ci/template.yml:6: nested-daemon
  app at 2: nested-daemon
  nested-daemon at ci/template.yml:3: lint, app
read ci/template.yml
",
    );
    check(
        &[(".gitlab-ci.yml", main)],
        0,
        "
.gitlab-ci.yml: none
  app at 2: none
missing [\"ci/template.yml\"]
",
    );
}

#[test]
fn what_includes_holds_over_what_is_included() {
    let main = "include: [{local: ci/a.yml}]\nbuild:\n  services: []\nvariables: {A: b}\n";
    let inner = "build:\n  image: docker:29-cli\n  services: [docker:29-dind]\n  script: docker info\n";
    check(
        &[("x/.gitlab-ci.yml", main), ("x/ci/a.yml", inner)],
        1,
        "
x/.gitlab-ci.yml: medium
  build at 2: ambient-daemon
read x/ci/a.yml
",
    );
}

#[test]
fn defaults_reach_files_that_are_included() {
    let main = "include: ci/a.yml\nservices: [docker:29-dind]\n";
    let inner = "build:\n  script: docker info\n";
    check(
        &[("ci/a.yml", inner), (".gitlab-ci.yml", main)],
        0,
        "
ci/a.yml: high
  build at 1: nested-daemon
.gitlab-ci.yml: high
  (every job) at 2: nested-daemon
  nested-daemon at 2: (every job), build
",
    );
}

#[test]
fn child_pipelines() {
    let main = "sub:\n  trigger:\n    include: [{local: sub/child.yml}]\n";
    let child = "build:\n  services: [docker:29-dind]\n  script: docker info\n";
    check(
        &[(".gitlab-ci.yml", main), ("sub/child.yml", child)],
        1,
        "
.gitlab-ci.yml: high
  sub at 1: none
  sub / build at sub/child.yml:1: nested-daemon
  nested-daemon at sub/child.yml:2: sub / build
read sub/child.yml
",
    );
}

#[test]
fn circles_and_paths_that_leave_the_repository() {
    let main =
        "include: [a.yml, ../b.yml, 'https://e.example/c.yml', 'ci/*.yml']\nbuild:\n  script: docker ps\n";
    let a = "include: .gitlab-ci.yml\n.x:\n  script: make\n";
    check(
        &[(".gitlab-ci.yml", main), ("a.yml", a), ("b.yml", "build:\n  services: [docker:29-dind]\n")],
        2,
        "
.gitlab-ci.yml: medium
  build at 2: ambient-daemon
read a.yml b.yml
missing [\"ci/*.yml\"]
",
    );
}

#[test]
fn the_runner_of_a_pipeline() {
    let main = "app:\n  image: docker:29-cli\n  services: [docker:29-dind]\n  script: docker info\n";
    let runner = "[[runners]]\nname = \"a\"\nexecutor = \"docker\"\n[runners.docker]\nprivileged = true\n";
    check(
        &[(".gitlab-ci.yml", main), ("config.toml", runner)],
        1,
        "
.gitlab-ci.yml: high
  app at 1: nested-daemon
  nested-daemon at 3: app
  privileged-container at config.toml:5: app
read config.toml
",
    );
    let socket =
        "[[runners]]\nexecutor = \"docker\"\n[runners.docker]\nvolumes = [\"/var/run/docker.sock:/s\"]\n";
    check(
        &[(".gitlab-ci.yml", "app:\n  script: make\n"), ("config.toml", socket)],
        1,
        "
.gitlab-ci.yml: critical
  app at 1: host-socket
  host-socket at config.toml:4: app
read config.toml
",
    );
    // Which of two runners takes the job, the files do not say.
    let two = format!("{runner}[[runners]]\nexecutor = \"docker\"\n");
    check(
        &[(".gitlab-ci.yml", "app:\n  script: make\n"), ("config.toml", &two)],
        1,
        "
.gitlab-ci.yml: none
  app at 1: none
read config.toml
",
    );
}

#[test]
fn actions_and_workflows_of_the_same_repository() {
    let main = "\
on: push
jobs:
  image:
    runs-on: self-hosted
    steps:
      - uses: ./.github/actions/build
        with: { user: me }
  other:
    uses: ./.github/workflows/shared.yml
    with: { machine: ubuntu-latest }
";
    let action = "\
name: build
inputs: { user: {} }
runs:
  using: composite
  steps:
    - shell: bash
      run: docker login -u ${{ inputs.user }} -p hunter2
    - uses: ./.github/actions/build
";
    let shared = "\
on: { workflow_call: { inputs: { machine: { type: string } } } }
jobs:
  test:
    runs-on: ${{ inputs.machine }}
    steps:
      - run: docker info
";
    let files = [
        (".github/workflows/ci.yml", main),
        (".github/actions/build/action.yml", action),
        (".github/workflows/shared.yml", shared),
    ];
    check(
        &files,
        2,
        "
.github/workflows/ci.yml: medium
  image at 3: ambient-daemon
  other at 8: none
  other / test at .github/workflows/shared.yml:3: vm-daemon
  credential-argument at .github/actions/build/action.yml:7: image
read .github/actions/build/action.yml .github/workflows/shared.yml
",
    );
    check(
        &files[..1],
        0,
        "
.github/workflows/ci.yml: none
  image at 3: none
  other at 8: none
missing [\".github/actions/build/action.yml\", \".github/actions/build/action.yaml\", \".github/workflows/shared.yml\"]
",
    );
}
