//! A ready CI job for a Dockerfile: the job that a person would write with Docker, from what the Dockerfile asks for, put
//! through the same rewriting as anyone's pipeline.

mod facts;
mod github_actions;
mod gitlab_ci;

use daemonless_catalog::{Builder, Level, Need, Service, hosted};

use facts::Facts;

use super::{Left, analyzed, blocked, dialect, reported, sentence};
use crate::alternatives::{Fit, Kind, alternatives};
use crate::analysis::Analysis;
use crate::report::{LeftReport, RewriteReport};
use crate::source::{FileId, LineIndex};
use crate::{Context, File};

/// The id of the format that jobs are written for.
pub const FORMAT: &str = "dockerfile";

/// A job that builds with the daemon of a machine which is thrown away after it.
pub const BUILDX: &str = "buildx";

/// A CI that jobs are written for.
struct Ci {
    /// The id of its format.
    id: &'static str,
    /// Where the file with its jobs lies.
    path: &'static str,
    /// The job that builds with Docker.
    write: fn(&Facts, Option<Builder>) -> String,
    /// What holds a commit's name there.
    commit: &'static str,
    /// Where values that the file must not hold are set.
    settings: &'static str,
    /// How such a setting is called that holds a secret.
    secret: &'static str,
    /// The service's own machine, where builders are installed rather than run from their own image.
    machine: Option<(Service, &'static str)>,
}

static CIS: &[&Ci] = &[&gitlab_ci::CI, &github_actions::CI];

/// A job that can be asked for.
#[derive(Debug)]
pub struct Way {
    /// What it is asked for by: `CI:BUILDER`.
    pub id: &'static str,
    /// How it is called.
    pub title: &'static str,
    /// The id of its CI's format.
    pub ci: &'static str,
    /// Where the file with it lies.
    pub path: &'static str,
    /// `None`: Buildx on the machine's own daemon.
    pub builder: Option<Builder>,
}

/// All jobs, the one that is right for most first of each CI.
pub static WAYS: &[Way] = &[
    gitlab("gitlab-ci:buildah", "GitLab: Buildah", Some(Builder::Buildah)),
    gitlab("gitlab-ci:podman", "GitLab: Podman", Some(Builder::Podman)),
    gitlab("gitlab-ci:buildkit", "GitLab: BuildKit", Some(Builder::Buildkit)),
    gitlab("gitlab-ci:kaniko", "GitLab: Kaniko", Some(Builder::Kaniko)),
    github("github-actions:buildx", "GitHub: Buildx", None),
    github("github-actions:buildah", "GitHub: Buildah", Some(Builder::Buildah)),
    github("github-actions:podman", "GitHub: Podman", Some(Builder::Podman)),
    github("github-actions:buildkit", "GitHub: BuildKit", Some(Builder::Buildkit)),
    github("github-actions:kaniko", "GitHub: Kaniko", Some(Builder::Kaniko)),
];

const fn gitlab(id: &'static str, title: &'static str, builder: Option<Builder>) -> Way {
    Way { id, title, ci: gitlab_ci::CI.id, path: gitlab_ci::CI.path, builder }
}

const fn github(id: &'static str, title: &'static str, builder: Option<Builder>) -> Way {
    Way { id, title, ci: github_actions::CI.id, path: github_actions::CI.path, builder }
}

/// Ids of the CIs.
pub fn cis() -> impl Iterator<Item = &'static str> {
    CIS.iter().map(|ci| ci.id)
}

impl Way {
    /// The way of that id. A builder's id alone means the first CI, and `buildx` the first whose machines have a daemon.
    pub fn from_id(id: &str) -> Option<&'static Self> {
        let named =
            |way: &&Self| way.id == id || way.id.split_once(':').is_some_and(|(_, builder)| builder == id);
        WAYS.iter().find(named)
    }
}

/// The job of `way` for the Dockerfile of index `index`; `None` where there is no such file or it is none. Where no such job can
/// build it, the text is empty and `left` says why.
pub fn ready(files: &[File], context: &Context, index: usize, way: &Way) -> Option<RewriteReport> {
    let file = files.get(index)?;
    let analysis = analyzed(files, index, context);
    analysis.detected.format.filter(|format| format.id == FORMAT)?;
    let ci = CIS.iter().find(|ci| ci.id == way.ci)?;
    let id = FileId::of(index);
    let mut left = match way.builder {
        Some(builder) => obstacles(&analysis, ci, builder),
        None => of_machine(&analysis),
    };
    let mut report = RewriteReport {
        builder: way.builder.map_or(BUILDX, |builder| builder.id()),
        path: ci.path.to_owned(),
        text: String::new(),
        edits: Vec::new(),
        left: Vec::new(),
        requires: Vec::new(),
        after: Vec::new(),
        jobs: Vec::new(),
    };
    let mut inner = Vec::new();
    if left.is_empty() && !analysis.unit.jobs.is_empty() {
        let facts = Facts::read(id, file, ci, &mut left);
        let text = (ci.write)(&facts, way.builder);
        let written = [File { path: ci.path.to_owned(), text, format: Some(ci.id.to_owned()) }];
        match way.builder {
            Some(builder) => {
                let rewritten = super::rewrite(&written, context, 0, builder)?;
                inner = rewritten.left;
                if !rewritten.jobs.is_empty() {
                    report.text = rewritten.text;
                    report.requires = rewritten.requires;
                    report.after = rewritten.after;
                    report.jobs = rewritten.jobs;
                }
            }
            None => {
                let [file] = &written;
                report.after = reported(&written, 0, context);
                let jobs = report.after.iter().flat_map(|after| &after.jobs);
                report.jobs = jobs.map(|job| job.name.clone()).collect();
                report.text.clone_from(&file.text);
            }
        }
    }
    let lines = LineIndex::new(&file.text);
    let told = left.into_iter().map(|left| LeftReport {
        line: lines.position(&file.text, left.span.start).line,
        what: first_line(file.text.get(left.span.range()).unwrap_or("")),
        job: left.job,
        why: sentence(&left.why),
    });
    // What is left of the job that was rewritten stands in no line of the person's.
    let of_job = inner.into_iter().map(|left| LeftReport { line: 1, ..left });
    report.left = told.chain(of_job).collect();
    Some(report)
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or("").chars().take(120).collect()
}

/// Why this builder can't build it there.
fn obstacles(analysis: &Analysis, ci: &Ci, builder: Builder) -> Vec<Left> {
    let mut found = Vec::new();
    let judged = analysis.unit.jobs.iter().zip(&analysis.verdicts).zip(&analysis.needs);
    for ((job, verdict), needs) in judged {
        let machine = ci.machine.and_then(|(service, label)| hosted(service, label));
        let installed =
            machine.and_then(|machine| machine.builders.iter().find(|one| one.builder == builder));
        let newer = needs.iter().filter_map(|(need, spans)| {
            let version = installed?.version;
            let Level::Since(since) = builder.support(need).level else { return None };
            let name = builder.info().name();
            let why = format!(
                "needs {}: {name} has it from {since} on, and {version} is installed on the machines",
                need.title()
            );
            let span = spans.first().copied().unwrap_or(job.name_span);
            is_older(version, since).then(|| Left { span, job: job.name.clone(), why })
        });
        found.extend(newer);
        if let Some(why) = dialect::why_not(ci.id, builder) {
            found.push(Left { span: job.name_span, job: job.name.clone(), why: why.to_owned() });
        }
        let ways = alternatives(FORMAT, job, verdict, needs);
        let own = ways.iter().find(|way| way.kind == Kind::Builder(builder) && way.fit == Fit::No);
        let fatal = own.into_iter().flat_map(|way| &way.blockers).filter(|blocker| blocker.fatal);
        found.extend(fatal.map(|blocker| blocked(job, blocker)));
    }
    found
}

/// What Buildx on a Linux machine of the service does not build as it is.
fn of_machine(analysis: &Analysis) -> Vec<Left> {
    let limits = [
        (Need::WindowsContainers, "the machine builds Linux images"),
        (
            Need::RunSecurity,
            "the builder must be started with `--allow-insecure-entitlement security.insecure` and be given `allow`",
        ),
        (Need::RunDevice, "the machine offers no devices"),
    ];
    let judged = analysis.unit.jobs.iter().zip(&analysis.needs);
    let found = judged.flat_map(|(job, needs)| {
        limits.iter().filter_map(move |(need, why)| {
            let span = needs.get(*need)?.first().copied().unwrap_or(job.name_span);
            Some(Left { span, job: job.name.clone(), why: format!("needs {}: {why}", need.title()) })
        })
    });
    found.collect()
}

/// Whether a version comes before another.
fn is_older(version: &str, other: &str) -> bool {
    let parts = |text: &str| -> Vec<u32> { text.split('.').map(|part| part.parse().unwrap_or(0)).collect() };
    parts(version) < parts(other)
}
