//! GitLab's Code Quality report: a list of issues in the form that merge requests show.

use daemonless_core::File;
use daemonless_core::report::{FileReport, FindingReport, Report};
use serde::Serialize;

use crate::fingerprint::Fingerprints;
use crate::texts::{Texts, path};
use crate::{Output, write_json};

pub(crate) static OUTPUT: Output = Output {
    id: "gitlab",
    title: "GitLab Code Quality",
    file: "gl-code-quality-report.json",
    render: |report, files, out| write_json(&issues(report, files), out),
};

#[derive(Serialize)]
struct Issue<'r> {
    description: &'r str,
    check_name: &'r str,
    fingerprint: String,
    severity: &'static str,
    location: Location<'r>,
}

#[derive(Serialize)]
struct Location<'r> {
    path: &'r str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

fn issues<'r>(report: &'r Report, files: &'r [File]) -> Vec<Issue<'r>> {
    let mut issues = Vec::new();
    let mut fingerprints = Fingerprints::of(Texts::of(files));
    for file in &report.files {
        issues.extend(file.findings.iter().map(|finding| {
            issue(file, finding, severity(finding.severity), fingerprints.next(file, finding))
        }));
        issues.extend(file.notes.iter().map(|note| issue(file, note, "info", fingerprints.next(file, note))));
    }
    issues
}

fn issue<'r>(
    file: &'r FileReport,
    finding: &'r FindingReport,
    severity: &'static str,
    fingerprint: String,
) -> Issue<'r> {
    // GitLab finds the file in the repository only without the leading `./`.
    let path = path(file, &finding.range);
    let path = path.strip_prefix("./").unwrap_or(path);
    let lines = Lines { begin: finding.range.line, end: finding.range.end_line };
    Issue {
        description: &finding.message,
        check_name: finding.rule,
        fingerprint,
        severity,
        location: Location { path, lines },
    }
}

/// GitLab's word for ours.
fn severity(word: &str) -> &'static str {
    match word {
        "critical" => "blocker",
        "high" => "critical",
        "medium" => "major",
        "low" => "minor",
        _ => "info",
    }
}
