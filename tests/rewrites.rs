//! GitLab pipelines and scripts rewritten: what changes, what stays, and what is left to a person.
//!
//! `fixtures/rewrites` holds a pipeline as `NAME.before.yml`, the text for Buildah as `NAME.after.yml`, and what is left
//! as `NAME.left.txt` where anything is. `fixtures/joined` holds pipelines for the builders that build and push in one
//! command, as `NAME.BUILDER.yml` and, with the reasons, `NAME.BUILDER.left.txt`; `fixtures/leave` those on images of
//! Kaniko that get no fixes any more, for every builder; `fixtures/shell` those scripts, which no pipeline is. With `BLESS=1` in the environment results are written anew.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::promises::{self, BUILDERS, broken_promises};
use crate::support::root;
use daemonless_core::report::{LeftReport, RewriteReport};

/// Builders that build and push in one command.
const JOINED: [&str; 2] = ["buildkit", "kaniko"];

pub(crate) fn folder(name: &str) -> PathBuf {
    root().join("tests/fixtures").join(name)
}

const PATH: &str = ".gitlab-ci.yml";

/// What a script is named by.
const SCRIPT: &str = "publish.sh";

/// Builders that scripts are rewritten for.
pub(crate) const FOR_SCRIPTS: [&str; 3] = ["buildah", "podman", "buildkit"];

fn rewrite(text: &str, builder: &str) -> RewriteReport {
    promises::rewrite(PATH, text, builder)
}

/// What is left to a person, a line each: place, job and what stands there. The reasons are for people.
fn left(rewrite: &RewriteReport) -> String {
    rewrite.left.iter().map(|left| format!("{} {}: {}\n", left.line, left.job, left.what)).collect()
}

/// The same with the reasons.
pub(crate) fn left_and_why(rewrite: &RewriteReport) -> String {
    let line = |left: &LeftReport| format!("{} {}: {}\n    {}\n", left.line, left.job, left.what, left.why);
    rewrite.left.iter().map(line).collect()
}

/// Adds what is different in a file of results, or writes the file.
pub(crate) fn compare(path: &Path, got: &str, faults: &mut Vec<String>) {
    let bless = std::env::var_os("BLESS").is_some();
    if bless && got.is_empty() {
        let _ = fs::remove_file(path);
    } else if bless {
        fs::write(path, got).expect("the fixture is written");
    }
    let wanted = fs::read_to_string(path).unwrap_or_default();
    if got != wanted {
        faults.push(format!("{} should be\n{wanted}\nand is\n{got}", path.display()));
    }
}

#[test]
fn pipelines_become_what_they_should() {
    let mut faults = Vec::new();
    for (name, before) in befores("rewrites", "yml") {
        let rewrite = rewrite(&before, "buildah");
        let folder = folder("rewrites");
        compare(&folder.join(format!("{name}.after.yml")), &rewrite.text, &mut faults);
        compare(&folder.join(format!("{name}.left.txt")), &left(&rewrite), &mut faults);
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n\n"));
}

#[test]
fn build_and_push_become_one_command() {
    check_each(("joined", "yml"), PATH, &JOINED);
}

#[test]
fn images_of_kaniko_that_get_no_fixes_are_left() {
    check_each(("leave", "yml"), PATH, &BUILDERS);
    for (name, before) in befores("leave", "yml") {
        for builder in BUILDERS {
            let after = promises::report(".gitlab-ci.yml", &rewrite(&before, builder).text);
            let on_it = after.findings.iter().filter(|one| one.rule == "unmaintained-builder");
            let still: BTreeSet<&String> = on_it.flat_map(|one| &one.jobs).collect();
            let rewritten = rewrite(&before, builder).jobs;
            assert!(!rewritten.iter().any(|job| still.contains(job)), "{name}, {builder}: {still:?}");
            assert!(builder != "kaniko" || name == "left" || still.is_empty(), "{name}: {still:?}");
        }
    }
}

#[test]
fn scripts_become_what_they_should() {
    check_each(("shell", "sh"), SCRIPT, &FOR_SCRIPTS);
}

/// Compares the texts of a folder with such names, rewritten for each of these builders, with what is there.
#[track_caller]
fn check_each((of, ending): (&str, &str), path: &str, builders: &[&str]) {
    let mut faults = Vec::new();
    for (name, before) in befores(of, ending) {
        for builder in builders {
            let rewrite = promises::rewrite(path, &before, builder);
            let folder = folder(of);
            compare(&folder.join(format!("{name}.{builder}.{ending}")), &rewrite.text, &mut faults);
            compare(&folder.join(format!("{name}.{builder}.left.txt")), &left_and_why(&rewrite), &mut faults);
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n\n"));
}

/// Names and texts of all pipelines or scripts of a folder.
pub(crate) fn befores(folder: &str, ending: &str) -> Vec<(String, String)> {
    let ending = format!(".before.{ending}");
    let entries = fs::read_dir(self::folder(folder)).expect("the fixtures").filter_map(Result::ok);
    let mut befores: Vec<_> = entries
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?.strip_suffix(&ending)?.to_owned();
            Some((name, fs::read_to_string(entry.path()).expect("it is UTF-8")))
        })
        .collect();
    befores.sort();
    assert!(befores.len() > 5, "the fixtures are there");
    befores
}

#[test]
fn every_rewrite_keeps_its_promises() {
    let pipelines = ["rewrites", "joined", "leave"].map(|folder| befores(folder, "yml")).concat();
    let scripts = befores("shell", "sh");
    let of_pipelines = pipelines.iter().flat_map(|one| BUILDERS.map(|builder| (PATH, one, builder)));
    let of_scripts = scripts.iter().flat_map(|one| FOR_SCRIPTS.map(|builder| (SCRIPT, one, builder)));
    let faults: Vec<_> = of_pipelines
        .chain(of_scripts)
        .flat_map(|(path, (name, before), builder)| {
            broken_promises(path, before, builder)
                .into_iter()
                .map(move |fault| format!("{name}, {builder}: {fault}"))
        })
        .collect();
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn what_cannot_be_rewritten_is_said() {
    let compose = "up:\n  image: docker:27\n  services: [docker:27-dind]\n  script: [docker compose up]\n";
    for builder in BUILDERS {
        let rewrite = rewrite(compose, builder);
        assert_eq!((rewrite.text.as_str(), rewrite.jobs.len()), (compose, 0));
        assert!(
            rewrite.left.iter().all(|left| left.job == "up" && left.why.ends_with('.')),
            "{:?}",
            rewrite.left
        );
        assert!(!rewrite.left.is_empty());
    }
}
