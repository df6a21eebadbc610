//! The analysis: named texts and a context in, a report out. Pure: no I/O, no clock, no state, and it cannot fail.

// What only some formats need stands beside those that have no need of it.
#![cfg_attr(not(feature = "formats"), allow(dead_code, unused_imports))]

pub mod access;
pub mod alternatives;
pub mod analysis;
pub mod choosing;
pub mod edit;
pub mod engine;
pub mod files;
pub mod format;
mod given;
pub mod hidden;
pub mod hunk;
pub mod map;
pub mod model;
pub mod needs;
pub mod order;
pub mod path;
pub mod report;
pub mod rewrite;
pub mod rule;
pub mod rules;
pub mod script;
pub mod secrets;
pub mod source;
pub mod syntax;
pub mod verdict;

use files::Files;
use model::{Host, Reach};
use report::{FileReport, Report, RewriteReport, file_report};

pub use rules::RULES;

/// A named text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct File {
    /// As the person or the repository names it, with `/` between folders.
    pub path: String,
    pub text: String,
    /// Id of the format to read it as; else it is recognised by path and content.
    pub format: Option<String>,
}

/// The path of a text that nobody has named. A file's name says what it is, so this one says nothing.
pub const UNNAMED: &str = "pasted";

impl File {
    /// Whether its path is a file's, not what stands for a pasted text or for standard input.
    pub fn is_named(&self) -> bool {
        !matches!(self.path.as_str(), "" | "-" | UNNAMED)
    }
}

/// What the analysis is told besides the texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// Corrects where all jobs run.
    pub host: Option<Host>,
    /// Corrects who can start them.
    pub reach: Option<Reach>,
    /// How many of the files, the last ones, were read for what others say of them: nothing is reported on them.
    pub read: usize,
}

/// Analyzes all `files` together and reports on each.
pub fn analyze(files: &[File], context: &Context) -> Report {
    let known = Files::new(files, context.read);
    let named = files.len().saturating_sub(context.read);
    let reports = (0..named).map(|index| analyze_one(&known, index, context)).collect();
    gather(files, context, reports, known.into_missing())
}

/// The report on the file of index `index` by itself, for who analyzes many at a time.
pub fn analyze_one(files: &Files<'_>, index: usize, context: &Context) -> FileReport {
    file_report(files, index, analysis::analyze(files, index, context))
}

/// The reports on all files that are reported on, in their order, as one.
pub fn gather(
    files: &[File],
    context: &Context,
    mut reports: Vec<FileReport>,
    missing: Vec<String>,
) -> Report {
    report::settle(&mut reports);
    let read = files.iter().skip(reports.len()).take(context.read).map(|file| file.path.clone()).collect();
    Report { schema: 1, files: reports, read, missing }
}

/// Rewrites the file of index `file` for the builder of this id; `contain` keeps its daemon and contains it. For a Dockerfile
/// the text is a ready CI job instead, and a CI can stand in front: `github-actions:buildah`; without one it is GitLab's.
/// `None` where there is no such file or builder, or the file's format can't be rewritten.
pub fn rewrite(files: &[File], context: &Context, file: usize, builder: &str) -> Option<RewriteReport> {
    if builder == rewrite::contain::ID {
        return rewrite::contain::contain(files, context, file);
    }
    if let Some(way) = rewrite::ready::Way::from_id(builder)
        && let Some(job) = rewrite::ready::ready(files, context, file, way)
    {
        return Some(job);
    }
    rewrite::rewrite(files, context, file, daemonless_catalog::Builder::from_id(builder)?)
}
