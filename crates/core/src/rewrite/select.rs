//! A rewrite of which a person takes some hunks and not the others.

use std::collections::BTreeSet;

use super::{reported, with_text};
use crate::hunk::{apply, hunks, line_starts};
use crate::map::Set;
use crate::report::{EditReport, LeftReport, RewriteReport};
use crate::{Context, File};

/// The rewrite of the file of index `index` with those of its hunks alone whose numbers, from 1, are in `taken`. What
/// was not taken is left to the person, and the text is analysed as it now is. Numbers that no hunk has say nothing.
pub fn select(
    files: &[File],
    context: &Context,
    index: usize,
    whole: &RewriteReport,
    taken: &BTreeSet<usize>,
) -> RewriteReport {
    let old = files.get(index).map_or("", |file| &*file.text);
    let starts = line_starts(old);
    let mut edits: Vec<EditReport> = Vec::new();
    let mut left = whole.left.clone();
    let hunks = hunks(old, &starts, &whole.edits);
    let mut begun = Set::new();
    for (_, hunk) in (1..).zip(&hunks).filter(|(number, _)| taken.contains(number)) {
        hunk.jobs().into_iter().for_each(|job| {
            begun.insert(job.to_owned());
        });
    }
    for (number, hunk) in (1..).zip(hunks) {
        if taken.contains(&number) {
            edits.extend(hunk.edits.into_iter().cloned());
            continue;
        }
        let first = starts.get(hunk.lines.start).and_then(|start| old.get(*start..));
        // The hunks of a job are made for each other.
        let half = match hunk.jobs().iter().any(|job| begun.contains(*job)) {
            true => " Others of its job were: as it is now, the job may not run.",
            false => "",
        };
        left.push(LeftReport {
            job: hunk.jobs().join(", "),
            line: u32::try_from(hunk.lines.start + 1).unwrap_or(u32::MAX),
            what: first.and_then(|text| text.lines().next()).unwrap_or("").trim().chars().take(120).collect(),
            why: format!("Hunk {number} was not taken: {}{half}", hunk.reasons().join(" ")),
        });
    }
    let text = apply(old, &edits);
    let changed = with_text(files, index, text.clone());
    let after = reported(&changed, index, context);
    let free = |name: &&String| {
        let mut jobs = after.iter().flat_map(|file| &file.jobs).filter(|job| job.name == **name);
        jobs.all(|job| matches!(job.approach, "daemonless" | "none"))
    };
    RewriteReport {
        builder: whole.builder,
        path: whole.path.clone(),
        jobs: whole.jobs.iter().filter(free).cloned().collect(),
        text,
        requires: if edits.is_empty() { Vec::new() } else { whole.requires.clone() },
        edits,
        left,
        after,
    }
}
