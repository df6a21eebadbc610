//! What every rewrite promises, whatever it is of: it is the old text with the edits made, reads without new faults,
//! lowers the risk, loses nothing, touches no other job, and is done after one time.

use std::collections::BTreeSet;
use std::ops::Range;

use daemonless_core::report::{FileReport, RewriteReport};
use daemonless_core::{Context, File};

use crate::lost::{Left, lost};

/// Builders that pipelines are rewritten for.
pub(crate) const BUILDERS: [&str; 4] = ["buildah", "podman", "buildkit", "kaniko"];

fn file(path: &str, text: &str) -> File {
    File { path: path.into(), text: text.into(), format: None }
}

/// What the analysis says of a text.
pub(crate) fn report(path: &str, text: &str) -> FileReport {
    let report = daemonless_core::analyze(&[file(path, text)], &Context::default());
    report.files.into_iter().next().expect("one file goes in and one comes out")
}

/// The rewrite of a text that can be rewritten for this builder.
pub(crate) fn rewrite(path: &str, text: &str, builder: &str) -> RewriteReport {
    daemonless_core::rewrite(&[file(path, text)], &Context::default(), 0, builder)
        .expect("it can be rewritten")
}

/// What should hold of every rewrite and does not.
pub(crate) fn broken_promises(path: &str, before: &str, builder: &str) -> Vec<String> {
    let rewrite = rewrite(path, before, builder);
    let (old, new) = (report(path, before), report(path, &rewrite.text));
    let mut faults = Vec::new();

    if edited(before, &rewrite).as_ref() != Some(&rewrite.text) {
        faults.push("the text is not the old one with the edits made".to_owned());
    }
    let again = self::rewrite(path, &rewrite.text, builder);
    if again.text != rewrite.text {
        faults.push(format!("a second time it becomes\n{}", again.text));
    }
    let rules =
        |report: &FileReport| -> BTreeSet<&str> { report.findings.iter().map(|one| one.rule).collect() };
    for rule in rules(&new).difference(&rules(&old)) {
        // A rootless builder may need a wall less, if the rewrite says so.
        if *rule != "weakened-sandbox" || rewrite.requires.is_empty() {
            faults.push(format!("the rule {rule} fires now"));
        }
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
    // Two jobs may have one name; their order stays.
    for (at, job) in old.jobs.iter().enumerate() {
        let after = new.jobs.get(at);
        let approach = after.map_or("", |after| after.approach);
        if rewrite.jobs.contains(&job.name) {
            if !matches!(approach, "daemonless" | "none") {
                faults.push(format!("{} was rewritten and has the approach {approach}", job.name));
            }
            let risk = after.map_or("", |after| after.risk);
            if level(risk) >= level(job.risk) && level(job.risk) > level("low") {
                faults.push(format!(
                    "{} was rewritten and its risk went from {} to {risk}",
                    job.name, job.risk
                ));
            }
        } else if approach != job.approach {
            faults.push(format!("{} was left and went from {} to {approach}", job.name, job.approach));
        } else if after.is_some_and(|after| after.needs != job.needs) {
            faults.push(format!("{} was left and needs something else now", job.name));
        } else if !rewrite.text.contains(&before[lines(before, job.line, job.end_line)]) {
            faults.push(format!("{} was left and its lines have changed", job.name));
        }
    }
    let left: Vec<Left<'_>> =
        rewrite.left.iter().map(|left| Left { line: left.line, job: &left.job }).collect();
    faults.extend(lost(path, before, &rewrite.text, &left, builder));
    faults
}

/// A risk as a number.
pub(crate) fn level(risk: &str) -> Option<usize> {
    ["none", "low", "medium", "high", "critical"].iter().position(|known| *known == risk)
}

/// The old text with the edits made; `None` where they are not in order or cut a character.
pub(crate) fn edited(before: &str, rewrite: &RewriteReport) -> Option<String> {
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
