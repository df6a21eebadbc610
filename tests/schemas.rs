//! Rewrites against the public schemas of their formats, by `check-jsonschema`, and against `zizmor`, a linter of
//! workflows. Where one of them is not installed, that is said.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::generated;
use crate::promises::{BUILDERS, rewrite};
use crate::ready;
use crate::rewrites::befores;

/// Whether a program can be run; says so where it can't.
fn is_installed(program: &str) -> bool {
    let works = Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success());
    if !works {
        println!("skipped, as {program} is not installed.");
    }
    works
}

/// Names and texts, each written to a file of a folder.
fn write(folder: &Path, texts: &[(String, String)]) -> Vec<PathBuf> {
    let file = |(name, text): &(String, String)| {
        let path = folder.join(format!("{name}.yml"));
        fs::write(&path, text).expect("a file");
        path
    };
    texts.iter().map(file).collect()
}

/// The files that do not fit a schema that `check-jsonschema` carries, with what it says.
fn unfit(schema: &str, files: &[PathBuf]) -> Option<String> {
    let done = Command::new("check-jsonschema").args(["--builtin-schema", schema]).args(files).output();
    let done = done.expect("it is installed");
    (!done.status.success()).then(|| String::from_utf8_lossy(&done.stdout).into_owned())
}

/// Old texts that fit the schema with what they become. One that does not fit already proves nothing.
fn check(schema: &str, befores: Vec<(String, String)>, path: &str, builders: &[&str]) {
    if !is_installed("check-jsonschema") {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let files = write(folder.path(), &befores);
    let broken = unfit(schema, &files).unwrap_or_default();
    let fits = |(name, _): &&(String, String)| !broken.contains(&format!("/{name}.yml"));
    let afters: Vec<_> = befores
        .iter()
        .filter(fits)
        .flat_map(|(name, text)| {
            builders
                .iter()
                .map(move |builder| (format!("{name}.{builder}"), rewrite(path, text, builder).text))
        })
        .collect();
    assert!(afters.len() > befores.len(), "most fit: {broken}");
    let files = write(folder.path(), &afters);
    if let Some(faults) = unfit(schema, &files) {
        panic!("{faults}");
    }
}

#[test]
fn gitlab_pipelines_fit_the_schema() {
    let texts = befores("rewrites", "yml")
        .into_iter()
        .chain(befores("joined", "yml"))
        .chain(generated::gitlab_pipelines(40));
    check("vendor.gitlab-ci", texts.collect(), ".gitlab-ci.yml", &BUILDERS);
}

#[test]
fn workflows_fit_the_schema() {
    let texts = generated::workflows(60);
    check("vendor.github-workflows", texts, ".github/workflows/images.yml", &["buildah", "podman"]);
}

/// A job's name as that of a file.
fn named(name: &str) -> String {
    name.replace([' ', ':'], "-")
}

#[test]
fn ready_jobs_fit_the_schemas() {
    for (schema, path) in
        [("vendor.gitlab-ci", ".gitlab-ci.yml"), ("vendor.github-workflows", ".github/workflows/build.yml")]
    {
        if !is_installed("check-jsonschema") {
            return;
        }
        let folder = tempfile::tempdir().expect("a folder");
        let jobs = ready::jobs().into_iter().filter(|(_, of, _)| of == path);
        let jobs: Vec<_> = jobs.map(|(name, _, text)| (named(&name), text)).collect();
        assert!(jobs.len() > 5, "there are jobs");
        if let Some(faults) = unfit(schema, &write(folder.path(), &jobs)) {
            panic!("{faults}");
        }
    }
}

/// How often each of zizmor's rules fires for each workflow, as a reader of this mind has it.
fn complaints(workflows: &[(String, String)], persona: &str) -> BTreeMap<(String, String), usize> {
    let folder = tempfile::tempdir().expect("a folder");
    let inside = folder.path().join(".github/workflows");
    fs::create_dir_all(&inside).expect("a folder");
    write(&inside, workflows);
    let done = Command::new("zizmor")
        .args(["--offline", "--no-exit-codes", "--format", "json-v1", "--persona", persona])
        .arg(folder.path())
        .output();
    let done = done.expect("it is installed");
    let found: serde_json::Value = serde_json::from_slice(&done.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&done.stderr)));
    let mut counts = BTreeMap::new();
    for one in found.as_array().expect("a list") {
        let rule = one["ident"].as_str().unwrap_or("").to_owned();
        let key = &one["locations"][0]["symbolic"]["key"];
        let file = key["Local"]["given_path"].as_str().unwrap_or("").to_owned();
        let name = Path::new(&file).file_name().map(|name| name.to_string_lossy().into_owned());
        *counts.entry((name.unwrap_or(file), rule)).or_default() += 1;
    }
    counts
}

#[test]
fn workflows_bring_no_new_complaint() {
    if !is_installed("zizmor") {
        return;
    }
    let workflows = generated::workflows(60);
    let before = complaints(&workflows, "pedantic");
    assert!(!before.is_empty(), "zizmor reads them");
    let mut faults = Vec::new();
    for builder in ["buildah", "podman"] {
        let after: Vec<_> = workflows
            .iter()
            .map(|(name, text)| (name.clone(), rewrite(".github/workflows/images.yml", text, builder).text))
            .collect();
        for (key, count) in complaints(&after, "pedantic") {
            let was = before.get(&key).copied().unwrap_or(0);
            if count > was {
                faults.push(format!("{builder}: {} {}: {was} before, {count} after", key.0, key.1));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn ready_workflows_bring_no_complaint() {
    if !is_installed("zizmor") {
        return;
    }
    let workflows = ready::jobs().into_iter().filter(|(_, path, _)| path.contains(".github/"));
    let mut workflows: Vec<_> = workflows.map(|(name, _, text)| (named(&name), text)).collect();
    assert!(workflows.len() > 5, "there are workflows");
    assert_eq!(complaints(&workflows, "regular"), BTreeMap::new());
    workflows.push((
        "moved".into(),
        "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: a/b@v1\n".into(),
    ));
    assert!(!complaints(&workflows, "regular").is_empty(), "zizmor reads them");
}
