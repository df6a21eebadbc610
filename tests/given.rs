//! Dockerfiles that are given with a pipeline decide which builders can take its jobs.

use daemonless_core::{Context, File, analyze, rewrite};

const DOCKERFILE: &str = "FROM alpine:3\nRUN --mount=type=ssh ssh example.org\n";

fn file(path: &str, text: &str) -> File {
    File { path: path.to_owned(), text: text.to_owned(), format: None }
}

/// Checks whether the Dockerfile at `given` is the one that this command builds in a pipeline at `path`.
#[track_caller]
fn check(path: &str, command: &str, given: &str, expected: bool) {
    let text = match path.contains(".github") {
        true => format!("jobs:\n  a:\n    runs-on: self-hosted\n    steps:\n      - run: {command}\n"),
        false => {
            format!("a:\n  image: docker:29\n  services: [docker:29-dind]\n  script:\n    - {command}\n")
        }
    };
    let files = [file(path, &text), file(given, DOCKERFILE)];
    let report = analyze(&files, &Context::default());
    let needs = &report.files[0].jobs[0].needs;
    assert_eq!(needs.contains(&"ssh-mount"), expected, "{command} with {given}: {needs:?}");
}

#[test]
fn the_dockerfile_of_a_build_is_found() {
    check(".gitlab-ci.yml", "docker build .", "Dockerfile", true);
    check(".gitlab-ci.yml", "docker build -t a app", "app/Dockerfile", true);
    check(".gitlab-ci.yml", "docker build -f ./ci/a.Dockerfile .", "ci/a.Dockerfile", true);
    check("x/.gitlab-ci.yml", "docker build .", "x/Dockerfile", true);
    check("x/.github/workflows/a.yml", "docker buildx build app", "x/app/Dockerfile", true);
    check(".gitlab-ci.yml", "docker build \"$CI_PROJECT_DIR\"", "Dockerfile", true);
    check(".gitlab-ci.yml", "docker build app", "Dockerfile", false);
    check(".gitlab-ci.yml", "docker build -f b.Dockerfile .", "Dockerfile", false);
    check("x/.gitlab-ci.yml", "docker build .", "Dockerfile", false);
    check(".gitlab-ci.yml", "docker push a", "Dockerfile", false);
}

#[test]
fn what_a_builder_ignores_keeps_it_from_the_job() {
    let pipeline = "a:\n  image: docker:29\n  services: [docker:29-dind]\n  script:\n    - docker build -t r/a .\n    - docker push r/a\n";
    let alone = [file(".gitlab-ci.yml", pipeline)];
    let with = [file(".gitlab-ci.yml", pipeline), file("Dockerfile", DOCKERFILE)];
    let done = |files: &[File], builder| rewrite(files, &Context::default(), 0, builder).expect("a rewrite");
    assert_ne!(done(&alone, "kaniko").text, pipeline);
    let kept = done(&with, "kaniko");
    assert_eq!(kept.text, pipeline);
    assert!(kept.left.iter().any(|left| left.why.contains("type=ssh")), "{:?}", kept.left);
    assert_ne!(done(&with, "buildah").text, pipeline);
}
