//! How people really write these files: `fixtures/tricky/FORMAT.md` has such patterns with what must be said of them.
//!
//! Under the heading of a pattern stand its jobs, each with how it reaches an engine, and the findings with their lines;
//! then the text. A `Path` is there where the format has to be recognised.

use std::fs;

use daemonless_core::format::FORMATS;
use daemonless_core::report::FileReport;
use daemonless_core::{Context, File, analyze};

use crate::rewrites::folder;

/// Rules that tell of an engine and what is done with it. What others say of images and settings has its own cases.
const TOLD: &[&str] = &[
    "credential-argument",
    "daemon-prune",
    "engine-in-image",
    "host-namespace",
    "host-root-mount",
    "host-socket",
    "nested-daemon",
    "privileged-container",
    "syntax-error",
    "unencrypted-daemon",
];

#[derive(Default)]
struct Pattern {
    name: String,
    path: Option<String>,
    jobs: String,
    findings: String,
    text: String,
}

/// The patterns of a page. What is not of its form is a fault.
fn patterns(page: &str, faults: &mut Vec<String>) -> Vec<Pattern> {
    let mut patterns: Vec<Pattern> = Vec::new();
    let mut in_text = false;
    for (number, line) in page.lines().enumerate() {
        let place = patterns.last_mut();
        match (in_text, line, place) {
            (_, "```", _) => in_text = !in_text,
            (true, _, Some(pattern)) => pattern.text += &format!("{line}\n"),
            (false, "", _) => {}
            (false, _, place) => match (line.split_once(' '), place) {
                (Some(("#", name)), _) => {
                    patterns.push(Pattern { name: name.to_owned(), ..Pattern::default() });
                }
                (Some(("Path:", path)), Some(pattern)) => pattern.path = Some(path.to_owned()),
                (Some(("Jobs:", jobs)), Some(pattern)) => pattern.jobs = jobs.to_owned(),
                (Some(("Findings:", findings)), Some(pattern)) => pattern.findings = findings.to_owned(),
                _ => faults.push(format!("line {}: not of the form: {line}", number + 1)),
            },
            (true, ..) => faults.push(format!("line {}: a text without a heading", number + 1)),
        }
    }
    patterns
}

/// The jobs with their approaches, in order.
fn jobs(file: &FileReport) -> String {
    let jobs = file.jobs.iter().map(|job| format!("{} {}", job.name, job.approach));
    let jobs = jobs.collect::<Vec<_>>().join(", ");
    if jobs.is_empty() { "none".to_owned() } else { jobs }
}

/// The findings with their lines, in order. A line with `-` is of severity `low`.
fn findings(file: &FileReport) -> String {
    let told = file.findings.iter().filter(|finding| TOLD.contains(&finding.rule));
    let told = told.map(|finding| {
        let low = if finding.severity == "low" { "-" } else { "" };
        format!("{} {}{low}", finding.rule, finding.range.line)
    });
    let told = told.collect::<Vec<_>>().join(", ");
    if told.is_empty() { "none".to_owned() } else { told }
}

fn check(format: &str, page: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let patterns = patterns(page, &mut faults);
    if patterns.is_empty() {
        faults.push("it has no pattern".to_owned());
    }
    for Pattern { name, path, jobs: expected_jobs, findings: expected, text } in &patterns {
        let file = File {
            path: path.clone().unwrap_or_else(|| "case".to_owned()),
            text: text.clone(),
            format: path.is_none().then(|| format.to_owned()),
        };
        let report = analyze(&[file], &Context::default()).files.remove(0);
        let got = [report.format.to_owned(), jobs(&report), findings(&report)];
        let wanted = [format.to_owned(), expected_jobs.clone(), expected.clone()];
        for (got, wanted) in got.iter().zip(&wanted).filter(|(got, wanted)| got != wanted) {
            faults.push(format!("{name}\n  should give {wanted}\n  and gives   {got}"));
        }
    }
    faults
}

#[test]
fn what_people_write_is_understood() {
    let mut faults = Vec::new();
    for format in FORMATS {
        let path = folder("tricky").join(format!("{}.md", format.id));
        let page = fs::read_to_string(&path).unwrap_or_default();
        faults.extend(check(format.id, &page).into_iter().map(|fault| format!("{}: {fault}", format.id)));
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn what_is_misunderstood_is_seen() {
    let page = |jobs: &str| format!("# A\n\nJobs: {jobs}\nFindings: none\n\n```\ndocker build .\n```\n");
    assert_eq!(check("shell", &page("case ambient-daemon")), [""; 0]);
    assert!(check("shell", &page("case none")).join("").contains("gives   case ambient-daemon"));
    assert!(check("shell", "").join("").contains("no pattern"));
    assert!(check("shell", "Nonsense\n").join("").contains("line 1"));
}
