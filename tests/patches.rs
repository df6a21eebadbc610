//! Patches that the command prints, and the page hands over: the tools that people have take them.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::run_with;

const TEXT: &str = r#"# The image of the app.
build:
  image: docker:27
  services:
    - docker:27-dind
  variables:
    DOCKER_HOST: tcp://docker:2375
    IMAGE: $CI_REGISTRY_IMAGE
  script:
    - docker login -u "$CI_REGISTRY_USER" -p "$CI_REGISTRY_PASSWORD" "$CI_REGISTRY"
    - echo 1
    - echo 2
    - echo 3
    - echo 4
    - echo 5
    - echo 6
    - docker build -t "$IMAGE" .
    - docker push "$IMAGE"
"#;

/// What `daemonless fix` prints for the text at `path`.
fn fixed(path: &str, text: &str, more: &[&str]) -> String {
    let args = ["fix", "--to", "buildah", "--as", "gitlab-ci", "--stdin-path", path];
    let args = args.iter().chain(more).chain(&["-"]);
    run_with(args.map(Into::into), text.as_bytes(), false).out
}

/// Has a tool take the patch in a folder with that one file, and compares what comes of it.
#[track_caller]
fn check_tool(tool: &[&str], path: &str, text: &str, patch: &str, expected: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join(path);
    fs::create_dir_all(file.parent().expect("it is in a folder")).expect("folders can be made");
    fs::write(&file, text).expect("the file can be written");
    let place = folder.path().join("the.patch");
    fs::write(&place, patch).expect("the patch can be written");
    let ran = Command::new(tool[0])
        .args(&tool[1..])
        .arg(Path::new("the.patch"))
        .current_dir(folder.path())
        .output();
    let Ok(ran) = ran else { return println!("{}: skipped, as it is not installed.", tool[0]) };
    let told = String::from_utf8_lossy(&[ran.stdout, ran.stderr].concat()).into_owned();
    assert!(ran.status.success(), "{tool:?} {path}: {told}\n{patch}");
    assert_eq!(fs::read_to_string(&file).expect("it is there"), expected, "{tool:?} {path}");
}

/// Patches of all hunks and of each alone, by both tools.
#[track_caller]
fn check(path: &str, text: &str) {
    let whole = fixed(path, text, &["--diff"]);
    let hunks = whole.lines().filter(|line| line.starts_with("@@ ")).count();
    assert!(hunks > 1, "{whole}");
    let mut selections: Vec<String> = (1..=hunks).map(|number| number.to_string()).collect();
    selections.push(format!("1-{hunks}"));
    for selection in &selections {
        let select = ["--select", selection.as_str()];
        let (patch, expected) =
            (fixed(path, text, &["--diff", select[0], select[1]]), fixed(path, text, &select));
        assert_ne!(expected, text);
        check_tool(&["git", "apply", "--whitespace=nowarn"], path, text, &patch, &expected);
        check_tool(&["patch", "--binary", "--quiet", "-p1", "-i"], path, text, &patch, &expected);
    }
}

#[test]
fn the_tools_that_people_have_take_patches() {
    check("ci/build.gitlab-ci.yml", TEXT);
    check("ci/build.gitlab-ci.yml", &TEXT.replace('\n', "\r\n"));
    check("ci/build.gitlab-ci.yml", TEXT.trim_end());
    check("ci/build.gitlab-ci.yml", TEXT.replace('\n', "\r\n").trim_end());
}

#[test]
fn names_of_every_kind_are_found() {
    check("./ci files/my build.gitlab-ci.yml", TEXT);
    check("ci/a \"b\" é\\.gitlab-ci.yml", TEXT);
}
