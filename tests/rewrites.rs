//! GitLab pipelines rewritten: what changes, what stays, and what is left to a person.
//!
//! `fixtures/rewrites` holds a pipeline as `NAME.before.yml`, the text for Buildah as `NAME.after.yml`, and what is left
//! as `NAME.left.txt` where anything is. `fixtures/joined` holds pipelines for the builders that build and push in one
//! command, as `NAME.BUILDER.yml` and, with the reasons, `NAME.BUILDER.left.txt`. `fixtures/contain` holds pipelines whose
//! daemon stays, as `NAME.after.yml` and, with the reasons, `NAME.left.txt`. With `BLESS=1` in the environment results are
//! written anew.

use std::collections::BTreeSet;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use daemonless_core::report::{FileReport, LeftReport, RewriteReport};
use daemonless_core::{Context, File};

use crate::support::root;

/// Builders that a pipeline is rewritten for. What holds of every rewrite is checked for each.
const BUILDERS: [&str; 4] = ["buildah", "podman", "buildkit", "kaniko"];

/// Those of them that build and push in one command.
const JOINED: [&str; 2] = ["buildkit", "kaniko"];

fn folder(name: &str) -> PathBuf {
    root().join("tests/fixtures").join(name)
}

fn file(text: &str) -> File {
    File { path: ".gitlab-ci.yml".into(), text: text.into(), format: None }
}

fn report(text: &str) -> FileReport {
    let report = daemonless_core::analyze(&[file(text)], &Context::default());
    report.files.into_iter().next().expect("one file goes in and one comes out")
}

fn rewrite(text: &str, builder: &str) -> RewriteReport {
    daemonless_core::rewrite(&[file(text)], &Context::default(), 0, builder)
        .expect("pipelines can be rewritten")
}

/// What is left to a person, a line each: place, job and what stands there. The reasons are for people.
fn left(rewrite: &RewriteReport) -> String {
    rewrite.left.iter().map(|left| format!("{} {}: {}\n", left.line, left.job, left.what)).collect()
}

/// The same with the reasons.
fn left_and_why(rewrite: &RewriteReport) -> String {
    let line = |left: &LeftReport| format!("{} {}: {}\n    {}\n", left.line, left.job, left.what, left.why);
    rewrite.left.iter().map(line).collect()
}

/// Adds what is different in a file of results, or writes the file.
fn compare(path: &Path, got: &str, faults: &mut Vec<String>) {
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
    for (name, before) in befores("rewrites") {
        let rewrite = rewrite(&before, "buildah");
        let folder = folder("rewrites");
        compare(&folder.join(format!("{name}.after.yml")), &rewrite.text, &mut faults);
        compare(&folder.join(format!("{name}.left.txt")), &left(&rewrite), &mut faults);
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n\n"));
}

#[test]
fn build_and_push_become_one_command() {
    let mut faults = Vec::new();
    for (name, before) in befores("joined") {
        for builder in JOINED {
            let rewrite = rewrite(&before, builder);
            let folder = folder("joined");
            compare(&folder.join(format!("{name}.{builder}.yml")), &rewrite.text, &mut faults);
            compare(&folder.join(format!("{name}.{builder}.left.txt")), &left_and_why(&rewrite), &mut faults);
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n\n"));
}

#[test]
fn a_daemon_that_stays_is_contained() {
    let mut faults = Vec::new();
    for (name, before) in befores("contain") {
        let rewrite = rewrite(&before, "contain");
        let folder = folder("contain");
        compare(&folder.join(format!("{name}.after.yml")), &rewrite.text, &mut faults);
        compare(&folder.join(format!("{name}.left.txt")), &left_and_why(&rewrite), &mut faults);
    }
    for (name, before) in ["contain", "rewrites", "joined"].iter().flat_map(|folder| befores(folder)) {
        let said = |fault: String| format!("{name}: {fault}");
        faults.extend(broken_containment(&before).into_iter().map(said));
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n\n"));
}

/// What should hold of every contained daemon and does not.
fn broken_containment(before: &str) -> Vec<String> {
    let rewrite = rewrite(before, "contain");
    let (old, new) = (report(before), report(&rewrite.text));
    let mut faults = Vec::new();
    if edited(before, &rewrite).as_ref() != Some(&rewrite.text) {
        faults.push("the text is not the old one with the edits made".to_owned());
    }
    if self::rewrite(&rewrite.text, "contain").text != rewrite.text {
        faults.push("a second time it changes again".to_owned());
    }
    let rules = |report: &FileReport, job: &str| -> BTreeSet<&str> {
        let findings = report.findings.iter().filter(|one| one.jobs.iter().any(|name| name == job));
        findings.map(|one| one.rule).collect()
    };
    let rank = |risk: &str| ["none", "low", "medium", "high", "critical"].iter().position(|one| *one == risk);
    for job in &old.jobs {
        let Some(after) = new.jobs.iter().find(|new| new.name == job.name) else {
            faults.push(format!("{} is gone", job.name));
            continue;
        };
        if rank(after.risk) > rank(job.risk) {
            faults.push(format!("the risk of {} went from {} to {}", job.name, job.risk, after.risk));
        }
        if after.needs != job.needs {
            faults.push(format!("{} needs {:?} and needed {:?}", job.name, after.needs, job.needs));
        }
        let now = rules(&new, &job.name);
        for rule in now.difference(&rules(&old, &job.name)) {
            faults.push(format!("{rule} fires now for {}", job.name));
        }
        if rewrite.jobs.contains(&job.name) && now.contains("unencrypted-daemon") {
            faults.push(format!("{} still speaks without TLS", job.name));
        }
    }
    faults
}

#[test]
fn workflows_get_the_settings_that_contain_a_daemon() {
    let text =
        "on: push\njobs:\n  build:\n    runs-on: [self-hosted]\n    steps:\n      - run: docker build .\n";
    let file = File { path: ".github/workflows/ci.yml".into(), text: text.into(), format: None };
    let rewrite = daemonless_core::rewrite(&[file], &Context::default(), 0, "contain").expect("a workflow");
    assert_eq!((rewrite.text.as_str(), rewrite.edits.len(), rewrite.left.len()), (text, 0, 1));
    let settings = rewrite.requires.iter().filter_map(|one| one.snippet).collect::<String>();
    assert!(settings.contains("--ephemeral") && settings.contains("hostUsers: false"), "{settings}");
}

/// Names and texts of all pipelines of a folder.
fn befores(folder: &str) -> Vec<(String, String)> {
    let entries = fs::read_dir(self::folder(folder)).expect("the fixtures").filter_map(Result::ok);
    let mut befores: Vec<_> = entries
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?.strip_suffix(".before.yml")?.to_owned();
            Some((name, fs::read_to_string(entry.path()).expect("a pipeline is UTF-8")))
        })
        .collect();
    befores.sort();
    assert!(befores.len() > 5, "the fixtures are there");
    befores
}

#[test]
fn every_rewrite_keeps_its_promises() {
    let faults: Vec<_> = befores("rewrites")
        .iter()
        .chain(&befores("joined"))
        .flat_map(|(name, before)| BUILDERS.map(|builder| (name, before, builder)))
        .flat_map(|(name, before, builder)| {
            broken_promises(before, builder)
                .into_iter()
                .map(move |fault| format!("{name}, {builder}: {fault}"))
        })
        .collect();
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

/// What should hold of every rewrite and does not.
fn broken_promises(before: &str, builder: &str) -> Vec<String> {
    let rewrite = rewrite(before, builder);
    let (old, new) = (report(before), report(&rewrite.text));
    let mut faults = Vec::new();

    if edited(before, &rewrite).as_ref() != Some(&rewrite.text) {
        faults.push("the text is not the old one with the edits made".to_owned());
    }
    let again = self::rewrite(&rewrite.text, builder);
    if again.text != rewrite.text {
        faults.push(format!("a second time it becomes\n{}", again.text));
    }
    let rules = |report: &FileReport| -> BTreeSet<&str> {
        report.findings.iter().filter(|one| one.rule != "weakened-sandbox").map(|one| one.rule).collect()
    };
    for rule in rules(&new).difference(&rules(&old)) {
        faults.push(format!("the rule {rule} fires now"));
    }
    let errors =
        |report: &FileReport| report.findings.iter().filter(|one| one.rule == "syntax-error").count();
    if errors(&new) > errors(&old) {
        faults.push(format!("it is broken now:\n{}", rewrite.text));
    }
    let line_feeds = |text: &str| text.replace("\r\n", "").matches('\n').count();
    if before.contains("\r\n") && line_feeds(before) == 0 && line_feeds(&rewrite.text) > 0 {
        faults.push("its lines no longer end with \\r\\n".to_owned());
    }
    let jobs = |report: &FileReport| report.jobs.iter().map(|job| job.name.clone()).collect::<Vec<_>>();
    if jobs(&new) != jobs(&old) {
        faults.push(format!("its jobs were {:?} and are {:?}", jobs(&old), jobs(&new)));
    }
    for job in &old.jobs {
        let after = new.jobs.iter().find(|new| new.name == job.name);
        let approach = after.map_or("", |after| after.approach);
        if rewrite.jobs.contains(&job.name) {
            if !matches!(approach, "daemonless" | "none") {
                faults.push(format!("{} was rewritten and has the approach {approach}", job.name));
            }
        } else if approach != job.approach {
            faults.push(format!("{} was left and went from {} to {approach}", job.name, job.approach));
        } else if !rewrite.text.contains(&before[lines(before, job.line, job.end_line)]) {
            faults.push(format!("{} was left and its lines have changed", job.name));
        }
    }
    faults
}

/// The old text with the edits made; `None` where they are not in order or cut a character.
fn edited(before: &str, rewrite: &RewriteReport) -> Option<String> {
    let (mut text, mut done) = (String::new(), 0);
    for edit in &rewrite.edits {
        let (start, end) = (edit.start as usize, edit.end as usize);
        text.push_str(before.get(done..start)?);
        text.push_str(&edit.text);
        done = end;
    }
    text.push_str(before.get(done..)?);
    Some(text)
}

/// The bytes of these lines, which count from 1.
fn lines(text: &str, first: u32, last: u32) -> Range<usize> {
    let starts = |line: u32| text.split_inclusive('\n').take(line as usize).map(str::len).sum();
    starts(first - 1)..starts(last)
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
