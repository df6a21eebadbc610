//! The command line: arguments, exit codes, streams, each output format.

use std::fs;
use std::path::Path;

use crate::support::{Ran, run, run_with};

/// A pipeline whose one job builds and pushes on a nested daemon.
const RISKY: &str = "\
build:
  image: docker:27
  services:
    - docker:27-dind
  script:
    - docker build -t registry.example.com/app:1 .
    - docker push registry.example.com/app:1
";

const CALM: &str = "\
test:
  image: node:22
  script:
    - npm test
";

/// A folder with one file, and the path of the file.
fn file(name: &str, text: impl AsRef<[u8]>) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let path = folder.path().join(name);
    fs::write(&path, text).expect("the file can be written");
    let path = path.to_str().expect("the path is UTF-8").to_owned();
    (folder, path)
}

#[track_caller]
fn fails<const N: usize>(args: [&str; N], message: &str) {
    let Ran { code, out, err } = run(args);
    assert_eq!((code, &*out), (2, ""), "{err}");
    assert_eq!(err, format!("daemonless: {message}\n"));
}

#[test]
fn help_names_every_command_and_option() {
    let Ran { code, out, err } = run(["--help"]);
    assert_eq!((code, &*err), (0, ""));
    for word in ["check [PATH… | -]", "fix", "explain", "rules", "--color", "--version"] {
        assert!(out.contains(word), "{word} is not in\n{out}");
    }
    let Ran { code, out, .. } = run(["check", "--help"]);
    assert_eq!(code, 0);
    let words = out.split_whitespace().collect::<Vec<_>>().join(" ");
    for word in [
        "--fail-on",
        "--format",
        "--as",
        "--stdin-path",
        "--host",
        "--reach",
        "Exit code 0",
        "One of: shared,",
    ] {
        assert!(words.contains(word), "{word} is not in\n{out}");
    }
    assert!(out.lines().all(|line| line.chars().count() <= 100), "{out}");
    assert_eq!(run(["-V"]).out, format!("daemonless {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn a_wrong_command_line_is_exit_code_2() {
    fails([], "no command; see `daemonless --help`");
    fails(["check"], "`check` needs a PATH, or `-` for standard input");
    fails(["check", "-", "--fial-on", "low"], "no such option: --fial-on; did you mean --fail-on?");
    fails(["fix", "--diff", "--write", "x"], "--diff prints and --write does not; give one of them");
    fails(["fix", "--write", "-"], "standard input cannot be written to");
    fails(["rules", "--format", "sarif"], "`rules` prints text or json, not sarif");
    assert_eq!(run(["check", "-", "--as", "gitlab"]).code, 2);
    assert_eq!(run(["fix", "-", "--to", "buildha"]).err.matches("did you mean buildah?").count(), 1);
}

#[test]
fn what_cannot_be_read_is_exit_code_2_and_the_rest_is_checked() {
    let (folder, path) = file(".gitlab-ci.yml", CALM);
    let missing = folder.path().join("missing.yml");
    let missing = missing.to_str().expect("the path is UTF-8");
    let Ran { code, out, err } = run(["check", missing, &path]);
    assert_eq!(code, 2);
    assert!(err.starts_with(&format!("daemonless: {missing}: ")), "{err}");
    assert!(out.contains(".gitlab-ci.yml: no findings, no risk"), "{out}");
}

#[test]
fn directories_are_looked_through() {
    let folder = tempfile::tempdir().expect("a folder");
    let files = [
        (".gitignore", "vendor/\n"),
        (".gitlab-ci.yml", RISKY),
        ("a/Dockerfile", "FROM docker:29-dind\n"),
        ("a/notes.yml", "milk: 2\n"),
        ("a/big.yml", &format!("{RISKY}#{}\n", "x".repeat(2 << 20))),
        ("b/README.md", RISKY),
        ("vendor/.gitlab-ci.yml", RISKY),
        (".git/Dockerfile", "FROM docker:29-dind\n"),
    ];
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("it has one")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    let path = folder.path().to_str().expect("the path is UTF-8");
    let ran = run(["check", "--format", "json", path]);
    let json: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    let found = json["files"].as_array().expect("a list").iter();
    let found: Vec<_> = found.filter_map(|file| file["path"].as_str()?.strip_prefix(path)).collect();
    assert_eq!((ran.code, found, &*ran.err), (1, vec!["/.gitlab-ci.yml", "/a/Dockerfile"], ""));
    assert_eq!(run(["check", "--as", "shell", path]).code, 2);
    let empty = format!("{path}/b");
    let ran = run(["check", &empty]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "0 files: 0 findings; risk: none\n"));
    assert!(ran.err.contains("no file in it is one that is checked"), "{}", ran.err);
}

#[test]
fn what_a_file_refers_to_is_read_with_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |path: &str, text: &str| fs::write(folder.path().join(path), text).expect("a file");
    write(".gitlab-ci.yml", "include: more.yml\nimage: docker:29-cli\n");
    write("more.yml", "build:\n  services: [docker:29-dind]\n  script: docker build .\n");
    write("Dockerfile", "FROM alpine:3\nRUN --mount=type=ssh make\n");
    let path = folder.path().join(".gitlab-ci.yml");
    let path = path.to_str().expect("the path is UTF-8");
    let ran = run(["check", "--format", "json", path]);
    let json: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    let read = json["read"].as_array().expect("a list").iter().filter_map(|path| path.as_str());
    let read: Vec<_> = read.filter_map(|path| path.rsplit('/').next()).collect();
    assert_eq!((ran.code, read), (1, vec!["more.yml", "Dockerfile"]));
    let job = &json["files"][0]["jobs"][0];
    assert!(job["file"].as_str().is_some_and(|file| file.ends_with("/more.yml")), "{job}");
    assert!(job["needs"].as_array().is_some_and(|needs| needs.contains(&"ssh-mount".into())), "{job}");
    let text = run(["check", path]).out;
    assert!(text.contains("more.yml:2:"), "{text}");
    for format in ["sarif", "gitlab", "markdown"] {
        let out = run(["check", "--format", format, path]).out;
        assert!(out.contains("more.yml"), "{out}");
    }
}

#[test]
fn what_a_pattern_names_is_read_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    };
    write(".gitlab-ci.yml", "include: {local: '/ci/**.yml'}\n");
    write("ci/a.yml", "a:\n  services: [docker:29-dind]\n  script: docker build .\n");
    write("ci/deep/b.yml", "b:\n  services: [docker:29-dind]\n  script: docker build .\n");
    write("ci/c.yaml", "c:\n  services: [docker:29-dind]\n  script: docker build .\n");
    let path = folder.path().join(".gitlab-ci.yml");
    let ran = run(["check", "--format", "json", path.to_str().expect("the path is UTF-8")]);
    let json: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    let jobs = json["files"][0]["jobs"].as_array().expect("a list");
    let names: Vec<_> = jobs.iter().filter_map(|job| job["name"].as_str()).collect();
    assert_eq!(names, ["a", "b"], "{}", ran.out);
}

#[test]
fn the_exit_code_follows_the_risk() {
    let (_folder, path) = file(".gitlab-ci.yml", RISKY);
    assert_eq!(run(["check", &path]).code, 1);
    assert_eq!(run(["check", "--fail-on", "critical", &path]).code, 0);
    assert_eq!(run(["check", "--fail-on", "never", &path]).code, 0);
    assert_eq!(run(["check", "--host", "vm", &path]).code, 0);
    assert_eq!(run(["check", "--reach", "strangers", "--fail-on", "critical", &path]).code, 1);
    let (_folder, path) = file(".gitlab-ci.yml", CALM);
    assert_eq!(run(["check", "--fail-on", "low", &path]).code, 0);
}

#[test]
fn standard_input_goes_by_the_path_that_it_is_given() {
    let check = |args: &[&str]| {
        let ran = run_with(args.iter().map(Into::into), RISKY.as_bytes(), false);
        let json: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
        (ran.code, json["files"][0]["path"].clone(), json["files"][0]["format"].clone())
    };
    let ci = ["check", "-", "--format", "json", "--stdin-path", "ci/.gitlab-ci.yml"];
    assert_eq!(check(&ci), (1, "ci/.gitlab-ci.yml".into(), "gitlab-ci".into()));
    assert_eq!(
        check(&["check", "-", "--format=json", "--as=gitlab-ci"]),
        (1, "-".into(), "gitlab-ci".into())
    );
}

#[test]
fn an_unknown_format_is_no_failure() {
    let (_folder, path) = file("notes", "Buy milk.\n");
    let Ran { code, out, err } = run(["check", "--format", "json", &path]);
    assert_eq!(code, 0);
    assert_eq!(
        err,
        format!("daemonless: {path}: the format is not recognised, nothing was checked; name it with --as\n")
    );
    let json: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(json["files"][0]["format"], "unknown");
    assert_eq!(json["files"][0]["jobs"], serde_json::json!([]));
}

#[test]
fn every_format_tells_the_same_finding() {
    let (_folder, path) = file(".gitlab-ci.yml", RISKY);
    for format in ["text", "json", "sarif", "markdown", "gitlab"] {
        let Ran { code, out, err } = run(["check", "--format", format, &path]);
        assert_eq!((code, &*err), (1, ""), "{format}");
        assert!(out.contains("nested-daemon"), "{format}:\n{out}");
        assert!(out.ends_with('\n') && !out.ends_with("\n\n"), "{format}:\n{out}");
    }
}

#[test]
fn colours_are_for_terminals() {
    let (_folder, path) = file(".gitlab-ci.yml", RISKY);
    let colored = |when: &[&str], terminal| {
        let args = ["check", &path].into_iter().chain(when.iter().copied());
        run_with(args.map(Into::into), b"", terminal).out.contains('\u{1b}')
    };
    assert!(!colored(&[], false));
    assert!(colored(&[], true));
    assert!(!colored(&["--color", "never"], true));
    assert!(colored(&["--color", "always"], false));
    assert!(!colored(&["--format", "json"], true));
}

#[test]
fn bytes_that_are_not_utf8_are_told() {
    let (_folder, path) = file(".gitlab-ci.yml", [RISKY.as_bytes(), b"# \xff\n"].concat());
    let Ran { code, err, .. } = run(["check", &path]);
    assert_eq!(code, 1);
    assert!(err.contains("not all of it is UTF-8"), "{err}");
    assert_eq!(run(["fix", &path]).code, 2);
}

#[test]
fn fix_prints_the_whole_text_or_a_diff_or_writes() {
    let (folder, path) = file(".gitlab-ci.yml", RISKY);
    let whole = run(["fix", "--to", "buildah", &path]);
    assert_eq!(whole.code, 0, "{}", whole.err);
    assert!(whole.out.contains("buildah build") && !whole.out.contains("dind"), "{}", whole.out);
    assert_eq!(fs::read_to_string(&path).expect("it is there"), RISKY);

    let diff = run(["fix", "--to", "buildah", "--diff", &path]);
    assert!(diff.out.starts_with(&format!("--- a{path}\n+++ b{path}\n@@ -1,")), "{}", diff.out);
    assert!(diff.out.contains("\n-    - docker:27-dind\n"), "{}", diff.out);

    let written = run(["fix", "--to", "buildah", "--write", &path]);
    assert_eq!((written.code, &*written.out), (0, ""));
    assert_eq!(fs::read_to_string(&path).expect("it is there"), whole.out);
    assert_eq!(
        fs::read_dir(folder.path()).expect("it is there").count(),
        1,
        "nothing is left beside the file"
    );

    let again = run(["fix", &path]);
    assert_eq!((again.code, &*again.out), (0, &*whole.out));
    assert!(again.err.contains("nothing to rewrite"), "{}", again.err);
}

#[test]
fn fix_leaves_a_builder_that_gets_no_fixes() {
    let script = "  script:\n    - /kaniko/executor --context . --destination $CI_REGISTRY_IMAGE\n";
    let old = format!("build:\n  image: gcr.io/kaniko-project/executor:debug\n{script}");
    let (_folder, path) = file(".gitlab-ci.yml", &old);
    let best = run(["fix", &path]);
    let fork = format!("build:\n  image: ghcr.io/osscontainertools/kaniko:v1.28.3-debug\n{script}");
    assert_eq!((best.code, &*best.out), (0, &*fork), "{}", best.err);
    assert_eq!(run(["fix", "--to", "buildkit", &path]).code, 0);

    let (_folder, path) = file(".gitlab-ci.yml", old.replace("--context .", "--context s3://bucket/a"));
    let left = run(["fix", "--to", "buildah", &path]);
    assert_eq!(left.code, 1);
    assert!(left.err.contains("etch it in a step of its own") && left.out.contains("gcr.io"), "{}", left.err);

    let (_folder, path) = file(".gitlab-ci.yml", &fork);
    let kept = run(["fix", "--to", "buildah", &path]);
    assert_eq!((kept.code, &*kept.out), (0, &*fork), "{}", kept.err);
}

#[test]
fn fix_prints_a_job_for_a_dockerfile_or_a_script_for_a_builder() {
    let (_folder, path) = file("Dockerfile", "FROM alpine\n");
    let best = run(["fix", &path]);
    assert!(best.code == 0 && best.out.contains("quay.io/buildah/stable:"), "{}", best.err);
    assert!(
        best.err.contains("a job for .gitlab-ci.yml, which builds with buildah: build-image"),
        "{}",
        best.err
    );
    let github = run(["fix", "--ci", "github-actions", &path]);
    assert!(github.code == 0 && github.out.contains("docker/build-push-action"), "{}", github.err);
    let kaniko = run(["fix", "--ci", "github-actions", "--to", "kaniko", &path]);
    assert!((kaniko.code, &*kaniko.out) == (1, "") && kaniko.err.contains("C library"), "{}", kaniko.err);
    assert_eq!(run(["fix", "--to", "buildx", "--ci", "gitlab-ci", &path]).code, 2);
    let written = run(["fix", "--write", &path]);
    assert!(written.code == 2 && written.err.contains("stays as it is"), "{}", written.err);

    let script = "set -e\ndocker build -t r.example/a .\ndocker push r.example/a\n";
    let (_folder, path) = file("publish.sh", script);
    let podman = run(["fix", "--to", "podman", &path]);
    assert!(podman.code == 0 && podman.out.contains("\npodman push r.example/a\n"), "{}", podman.err);
    assert!(podman.err.contains("/etc/subuid"), "{}", podman.err);
    let kaniko = run(["fix", "--to", "kaniko", &path]);
    assert!(kaniko.code == 2 && kaniko.err.contains("its own image"), "{}", kaniko.err);
    assert_eq!(run(["fix", "--ci", "gitlab-ci", &path]).code, 2);
}

#[test]
#[cfg(unix)]
fn fix_keeps_permissions_and_links() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let (folder, path) = file(".gitlab-ci.yml", RISKY);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("it can be set");
    let link = folder.path().join("link.gitlab-ci.yml");
    symlink(&path, &link).expect("a link can be made");
    let link = link.to_str().expect("the path is UTF-8");
    assert_eq!(run(["fix", "--as", "gitlab-ci", "--write", link]).code, 0);
    assert_ne!(fs::read_to_string(&path).expect("it is there"), RISKY);
    assert_eq!(fs::metadata(&path).expect("it is there").permissions().mode() & 0o777, 0o640);
    assert!(fs::symlink_metadata(Path::new(link)).expect("it is there").is_symlink());
}

#[test]
fn explain_tells_of_rules_approaches_and_builders() {
    for name in ["host-socket", "nested-daemon", "vm-daemon", "buildah", "kaniko"] {
        let Ran { code, out, err } = run(["explain", name]);
        assert_eq!((code, &*err), (0, ""), "{name}");
        assert!(out.lines().count() > 5, "{name}:\n{out}");
    }
    // `nested-daemon` is a rule and an approach.
    let both = run(["explain", "nested-daemon"]).out;
    assert!(both.starts_with("Rule nested-daemon") && both.contains("\nApproach nested-daemon"), "{both}");
    let Ran { code, err, .. } = run(["explain", "host-soket"]);
    assert_eq!(code, 2);
    assert!(err.contains("did you mean host-socket?"), "{err}");
}

#[test]
fn rules_are_listed() {
    let text = run(["rules"]).out;
    let json: serde_json::Value =
        serde_json::from_str(&run(["rules", "--format", "json"]).out).expect("JSON");
    let rows = json.as_array().expect("a list");
    assert_eq!(text.lines().count(), rows.len());
    assert_eq!(rows.len(), daemonless_core::rules::RULES.len());
    assert!(rows.iter().any(|row| row["id"] == "host-socket"));
    assert!(rows.iter().all(|row| row["docs"].as_str().is_some_and(|docs| docs.contains("\n## Bad\n"))));
}
