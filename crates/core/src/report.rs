//! What the analysis says, ready to be shown: lines count from 1, columns are UTF-16 code units from 1, ends exclusive.
//!
//! These are the only serialized types; their names in JSON are a contract (see the documentation of the JSON).

mod assemble;
mod headline;
mod settle;

use std::borrow::Cow;
use std::sync::Arc;

use serde::Serialize;

pub use assemble::file_report;
pub(crate) use assemble::{advised, required};
pub(crate) use settle::settle;

/// The whole answer to one call.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Version of this JSON: 1.
    pub schema: u32,
    /// The files that were asked for, in order.
    pub files: Vec<FileReport>,
    /// Paths of other files that were read for context.
    pub read: Vec<String>,
    /// Paths of files that these may refer to and that were not given, for who can read them; one with a `*` is a pattern, as
    /// [`crate::files::is_match`] reads it.
    #[serde(skip)]
    pub missing: Vec<String>,
}

/// What one file says.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FileReport {
    pub path: String,
    /// Id of the format, `unknown` if none was recognised.
    pub format: &'static str,
    /// Whether path or content settle the format; if not, the reader should be asked.
    pub format_certain: bool,
    /// The risk of its worst job.
    pub risk: &'static str,
    /// The verdict on the file, one sentence: who can do what to which machine.
    pub headline: String,
    pub jobs: Vec<JobReport>,
    /// Declared and implied ones, in the order of the text.
    pub findings: Vec<FindingReport>,
    /// Possible ones: another file or a setting would tell. They count for nothing.
    pub notes: Vec<FindingReport>,
    /// Ids of what [`crate::rewrite`] can write it for, best first: builders, `contain` for its own daemon contained, and
    /// for a Dockerfile the jobs that build it.
    pub rewrites: Vec<&'static str>,
}

/// A range of the text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Range {
    pub line: u32,
    pub column: u32,
    pub end_line: u32,
    pub end_column: u32,
    /// The path of its file, where it is another one than the report's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<Arc<str>>,
}

/// One rule's report at one line of evidence.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FindingReport {
    pub rule: &'static str,
    /// `critical`, `high`, `medium`, `low`: what this line adds where it stands.
    pub severity: &'static str,
    /// `declared`, `implied` or `possible`.
    pub confidence: &'static str,
    /// Names of the jobs it concerns.
    pub jobs: Vec<String>,
    /// What is wrong, why it matters here, what to do.
    pub message: String,
    #[serde(flatten)]
    pub range: Range,
    /// Other places that belong to it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<LabelReport>,
}

/// A place that belongs to a finding or a fact, and what it is.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LabelReport {
    pub message: String,
    #[serde(flatten)]
    pub range: Range,
}

/// One job: how it reaches an engine, what that risks, and what to use instead.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct JobReport {
    pub name: String,
    /// What the format calls it: `job`, `service`, `image`, `script`.
    pub noun: &'static str,
    pub line: u32,
    pub end_line: u32,
    /// The path of the file that it is written in, where it is another one than the report's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<Arc<str>>,
    pub approach: &'static str,
    pub risk: &'static str,
    /// The verdict on this job, one sentence.
    pub headline: String,
    /// Ids of what it asks of its engine, in the catalog's order.
    pub needs: Vec<&'static str>,
    /// Where each need shows, and further ones that another file would have to tell.
    pub need_lines: Vec<NeedReport>,
    /// What it runs in, what runs beside it and what its commands start; the first fifty.
    pub containers: Vec<ContainerReport>,
    pub accesses: Vec<AccessReport>,
    /// What one malicious step gets. `id` is a row of the risk table.
    pub power: FactReport,
    /// The machine: `shared`, `dedicated` or `vm`.
    pub host: FactReport,
    /// Who can put a step there: `strangers`, `pushers` or `protected`.
    pub reach: FactReport,
    /// The attack, step by step, drawn from the job's own lines. Empty where there is no engine.
    pub path: Vec<StepReport>,
    /// Best first. Jobs that ask for the same share them.
    pub alternatives: Arc<[AlternativeReport]>,
}

/// What a job asks of its engine, and where.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NeedReport {
    pub need: &'static str,
    /// `declared` by an engine's own command or setting, `implied` by another program's call (`make docker-build`), or
    /// `possible`.
    pub confidence: &'static str,
    pub lines: Vec<Range>,
}

/// A container of the job.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ContainerReport {
    /// `job` (its commands run in it), `service` (beside it), `step` (one step runs in it), `workload` (of its own),
    /// `image` (what a Dockerfile's image becomes) or `started` (by one of its commands).
    pub role: &'static str,
    /// The name by which others reach it, as written.
    pub name: Option<String>,
    /// As written.
    pub image: Option<String>,
    pub privileged: bool,
    /// Where its image is named, else where it is.
    #[serde(flatten)]
    pub range: Range,
}

/// One way in which the job, or a container that it starts, reaches an engine.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AccessReport {
    pub approach: &'static str,
    /// By what: the service, the mount, the command, in a few words.
    pub by: String,
    pub confidence: &'static str,
    pub lines: Vec<LabelReport>,
}

/// A fact that the risk is computed from.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FactReport {
    pub id: &'static str,
    /// In words.
    pub title: &'static str,
    /// `file` (the text proves it), `assumed` (the text does not say), `you` (corrected by the person or the policy).
    pub origin: &'static str,
    /// The lines that prove it.
    pub lines: Vec<LabelReport>,
    /// What the job's risk would be with each other value: id and risk. Empty for power.
    pub choices: Vec<ChoiceReport>,
}

/// What the job's risk is if a fact has another value.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChoiceReport {
    pub id: &'static str,
    pub title: &'static str,
    pub risk: &'static str,
}

/// One thing that an attacker does.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StepReport {
    /// Key of the step in the catalog.
    pub id: &'static str,
    pub title: Cow<'static, str>,
    pub text: Cow<'static, str>,
    /// The attacker's command, where there is one. It is shown, never run.
    pub command: Option<Cow<'static, str>>,
    /// The person's own lines that make it possible.
    pub lines: Vec<LabelReport>,
    /// ATT&CK technique, such as `T1611 Escape to Host`.
    pub attack: Option<String>,
}

/// One way out.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AlternativeReport {
    /// `builder`, `keep`, `vm`, `run` (another way to run the containers of tests) or `contain`.
    pub kind: &'static str,
    /// Set where `kind` is `builder`.
    pub builder: Option<&'static str>,
    pub title: String,
    /// From 1.
    pub rank: u32,
    /// `fits`, `fits with changes` or `does not fit`.
    pub verdict: &'static str,
    /// Why it has this rank, for this job.
    pub why: String,
    pub blockers: Vec<BlockerReport>,
    /// What the runner must allow, or, of `vm` and `contain`, what to set where.
    pub requires: Vec<RequirementReport>,
    /// The job after it.
    pub after: AfterReport,
    /// Whether [`crate::rewrite`] can write the text for it.
    pub rewrite: bool,
}

/// A need that a builder does not meet.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BlockerReport {
    pub need: &'static str,
    /// Such as "needs `RUN --mount=type=ssh`: Kaniko ignores it without an error".
    pub message: String,
    /// Whether it rules the builder out; else it asks for a change.
    pub fatal: bool,
}

/// Something that the runner must allow, or a setting.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RequirementReport {
    pub text: String,
    /// File that holds the setting, such as `config.toml`.
    pub file: Option<&'static str>,
    pub snippet: Option<&'static str>,
    /// The error to expect without it.
    pub error: Option<&'static str>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AfterReport {
    pub approach: &'static str,
    pub risk: &'static str,
}

/// A file rewritten for a builder, or with its daemon contained.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RewriteReport {
    /// The builder's id, or `contain`; of the job for a Dockerfile also `buildx`.
    pub builder: &'static str,
    /// The file's own path. Of the job for a Dockerfile, where a repository has such a job.
    pub path: String,
    /// The whole new text; equal to the old one where nothing could be done. For a Dockerfile, the whole job; empty where there is
    /// none.
    pub text: String,
    /// Disjoint and in order.
    pub edits: Vec<EditReport>,
    /// What is left to a person, never dropped from the text.
    pub left: Vec<LeftReport>,
    /// What the runner must allow for the new text to work.
    pub requires: Vec<RequirementReport>,
    /// The verdict on the new text, by the same analysis.
    pub after: Vec<FileReport>,
    /// Names of the jobs that were rewritten.
    pub jobs: Vec<String>,
}

/// One change of the text.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EditReport {
    /// Byte offsets in the old text.
    pub start: u32,
    pub end: u32,
    pub text: String,
    pub job: String,
    /// One sentence that says why.
    pub reason: String,
}

/// Something that a person must do.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LeftReport {
    pub job: String,
    pub line: u32,
    /// The command or key, as written.
    pub what: String,
    pub why: String,
}
