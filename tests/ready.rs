//! Ready CI jobs for Dockerfiles: `fixtures/ready` holds a Dockerfile as `NAME.Dockerfile`, and each job as
//! `NAME.CI.BUILDER.yml` or, where a builder can't build it there, the reasons as `NAME.CI.BUILDER.left.txt`. With `BLESS=1` in
//! the environment they are written anew.

use std::fs;

use daemonless_core::report::RewriteReport;
use daemonless_core::rewrite::ready::{BUILDX, WAYS};
use daemonless_core::{Context, File};

use crate::promises;
use crate::rewrites::{compare, folder, left_and_why};

/// Names and texts of all Dockerfiles.
fn dockerfiles() -> Vec<(String, String)> {
    let entries = fs::read_dir(folder("ready")).expect("the fixtures").filter_map(Result::ok);
    let found = entries.filter_map(|entry| {
        let name = entry.file_name().into_string().ok()?.strip_suffix(".Dockerfile")?.to_owned();
        Some((name, fs::read_to_string(entry.path()).expect("it is UTF-8")))
    });
    let mut found: Vec<_> = found.collect();
    found.sort();
    assert!(found.len() > 5, "the fixtures are there");
    found
}

/// The job of this id for a Dockerfile.
pub(crate) fn job(name: &str, text: &str, id: &str) -> RewriteReport {
    let path = if name == "elsewhere" { "images/Dockerfile" } else { "Dockerfile" };
    let file = File { path: path.into(), text: text.into(), format: None };
    daemonless_core::rewrite(&[file], &Context::default(), 0, id).expect("a Dockerfile has a job")
}

/// Paths and texts of all jobs.
pub(crate) fn jobs() -> Vec<(String, String, String)> {
    let all = dockerfiles();
    let each = all.iter().flat_map(|one| WAYS.iter().map(move |way| (one, way.id)));
    let jobs = each.map(|((name, text), id)| (format!("{name} {id}"), job(name, text, id)));
    jobs.filter(|(_, job)| !job.text.is_empty()).map(|(name, job)| (name, job.path, job.text)).collect()
}

#[test]
fn dockerfiles_get_the_jobs_that_they_should() {
    let mut faults = Vec::new();
    for (name, text) in dockerfiles() {
        for way in WAYS {
            let job = job(&name, &text, way.id);
            let start = folder("ready").join(format!("{name}.{}", way.id.replace(':', ".")));
            let start = start.display();
            compare(format!("{start}.yml").as_ref(), &job.text, &mut faults);
            compare(format!("{start}.left.txt").as_ref(), &left_and_why(&job), &mut faults);
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n\n"));
}

#[test]
fn every_job_keeps_its_promises() {
    let mut faults = Vec::new();
    for (name, text) in dockerfiles() {
        for way in WAYS {
            let job = job(&name, &text, way.id);
            let mut fault = |what: String| faults.push(format!("{name}, {}: {what}\n{}", way.id, job.text));
            if job.text.is_empty() {
                if job.left.is_empty() || !job.after.is_empty() {
                    fault("there is no job, and no reason".to_owned());
                }
                continue;
            }
            let after = promises::report(&job.path, &job.text);
            for finding in after.findings.iter().chain(&after.notes) {
                fault(format!("{}: {}", finding.rule, finding.message));
            }
            let wanted = if job.builder == BUILDX { "vm-daemon" } else { "daemonless" };
            if after.format != way.ci || after.jobs.iter().any(|job| job.approach != wanted) {
                fault(format!("it reads as {}", after.headline));
            }
            if job.builder != BUILDX {
                let again = promises::rewrite(&job.path, &job.text, job.builder);
                if again.text != job.text || !again.left.is_empty() {
                    fault(format!("a second time it becomes\n{}", again.text));
                }
            }
            if job.text.contains("--password ") {
                fault("a password is on a command line".to_owned());
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n\n"));
}

#[test]
fn a_builder_alone_means_gitlab() {
    let text = "FROM alpine\n";
    let same = |a: &str, b: &str| job("", text, a).text == job("", text, b).text;
    assert!(same("kaniko", "gitlab-ci:kaniko") && same("buildx", "github-actions:buildx"));
    assert!(!same("buildah", "github-actions:buildah"));
    let pipeline =
        File { path: ".gitlab-ci.yml".into(), text: "a:\n  script: [docker build .]\n".into(), format: None };
    assert!(daemonless_core::rewrite(&[pipeline], &Context::default(), 0, "gitlab-ci:buildah").is_none());
}

#[test]
fn only_a_file_that_has_a_name_is_named() {
    #[track_caller]
    fn check(path: &str, named: bool) {
        let file =
            File { path: path.into(), text: "FROM alpine\n".into(), format: Some("dockerfile".into()) };
        let job = daemonless_core::rewrite(&[file], &Context::default(), 0, "gitlab-ci:buildah");
        let text = job.expect("a Dockerfile has a job").text;
        assert_eq!(text.contains("--file"), named, "{path}:\n{text}");
    }
    check("Dockerfile", false);
    check("images/app", true);
    check("-", false);
    check("", false);
    check(daemonless_core::UNNAMED, false);
}
