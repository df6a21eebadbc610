//! Jenkins pipelines: declarative and scripted Jenkinsfiles, and the Groovy files of steps that they share.

mod agent;
mod block;
mod data;
mod docker;
mod expression;
mod method;
mod pod;
mod reader;
mod step;
#[cfg(test)]
mod tests;

use super::{Format, Probe};
use crate::files::Files;
use crate::model::Unit;
use crate::source::FileId;
use crate::syntax::groovy;
use reader::Reader;

pub(super) static FORMAT: Format = Format { id: "jenkinsfile", title: "Jenkins pipeline", recognise, lower };

/// Endings of files that are no pipelines though they are called after one.
static FOREIGN: &[&str] =
    &[".yml", ".yaml", ".json", ".md", ".adoc", ".rst", ".html", ".xml", ".gradle", ".sh"];

fn recognise(probe: &Probe<'_>) -> u8 {
    let name = probe.name.to_ascii_lowercase();
    if FOREIGN.iter().any(|ending| name.ends_with(ending)) {
        return 0;
    }
    if name.starts_with("jenkinsfile") || name.ends_with("jenkinsfile") {
        return 100;
    }
    let by_content = content(probe.text);
    if name.ends_with(".groovy") { by_content.max(60) } else { by_content }
}

/// How much of a text is looked at.
const MOST_LINES: usize = 2_000;

/// How surely the lines of a text are a pipeline's.
fn content(text: &str) -> u8 {
    let first = text.lines().next().unwrap_or("");
    if first.starts_with("#!") && first.contains("groovy") {
        return 95;
    }
    let lines = || text.lines().take(MOST_LINES).map(str::trim);
    let is_code = |line: &&str| !line.is_empty() && !line.starts_with(['/', '*']);
    // What begins as YAML, a script or a Dockerfile holds pipelines only as texts.
    let Some(first) = lines().find(is_code) else { return 0 };
    if first.starts_with(['#', '-', '<']) || first.starts_with("FROM ") || is_key(first) {
        return 0;
    }
    let has = |parts: &[&str]| lines().any(|line| parts.iter().any(|part| line.starts_with(part)));
    let (has_stages, has_steps) = (has(&["agent", "stages"]), has(STEPS));
    let mut best = 0;
    for line in lines().filter(is_code) {
        let opens = |name: &str| {
            let rest = line.strip_prefix(name).map_or("", str::trim_start);
            rest.starts_with('{') || (rest.starts_with('(') && rest.contains('{'))
        };
        let score = if opens("pipeline") && has_stages {
            95
        } else if line.starts_with("@Library(") || line.starts_with("podTemplate(") {
            90
        } else if (opens("node") || opens("stage")) && has_steps {
            85
        } else if opens("stage") || (line.starts_with("def call(") && has_steps) {
            80
        } else if line.contains("docker.withRegistry(") || line.contains("docker.build(") {
            70
        } else {
            0
        };
        best = best.max(score);
    }
    best
}

/// How the lines of steps begin that most pipelines have.
static STEPS: &[&str] =
    &["sh ", "sh(", "bat ", "bat(", "stage(", "stage ", "checkout", "docker.", "def ", "container(", "git "];

/// Whether a line is a key of YAML.
fn is_key(line: &str) -> bool {
    line.split_once(':').is_some_and(|(key, rest)| {
        (rest.is_empty() || rest.starts_with(' '))
            && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
    })
}

fn lower(files: &Files<'_>, id: FileId) -> Unit {
    let Some(file) = files.file(id) else { return Unit::default() };
    let tree = groovy::parse(id, &file.text);
    let mut unit = Reader::new(id, file).read(&tree.statements);
    unit.errors.splice(0..0, tree.errors);
    unit
}
