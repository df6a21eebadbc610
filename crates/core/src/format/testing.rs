//! The model of a text as lines that a test can compare.

use std::fmt::Write as _;

use daemonless_catalog::Risk;

use super::{Format, Probe};
use crate::analysis::analyze;
use crate::files::Files;
use crate::model::{Confidence, Container, Place, Unit, Value, Var};
use crate::rules::RULES;
use crate::source::{FileId, Span};
use crate::{Context, File};

/// The model of the first of these texts, which are given as a path and a text.
pub(super) fn lower(format: &Format, texts: &[(&str, &str)]) -> Unit {
    let file = |(path, text): &(&str, &str)| File {
        path: (*path).to_owned(),
        text: (*text).to_owned(),
        format: None,
    };
    let files: Vec<_> = texts.iter().map(file).collect();
    (format.lower)(&Files::new(&files, 0), FileId(0))
}

/// Compares how sure the format is of a text with `score`.
#[track_caller]
pub(super) fn recognised(format: &Format, path: &str, text: &str, score: u8) {
    let file = File { path: path.to_owned(), text: text.to_owned(), format: None };
    assert_eq!((format.recognise)(&Probe::new(&file)), score, "{path}: {text}");
}

/// Lowers `text` and compares what it gives with `expected`: one line for each thing, in order. Values tell how they
/// came (`~Matrix`), what else they can be (`|other`) and whether something is missing (`?`); the text of an evidence
/// stands in backticks.
#[track_caller]
pub(super) fn check(format: &Format, text: &str, expected: &str) {
    let unit = lower(format, &[("a.yml", text)]);
    let got = render(text, &unit);
    assert_eq!(got.trim(), expected.trim(), "\n--- got\n{got}\n--- of\n{text}");
}

/// Analyzes `text` and compares the approach and the risk of each job and the lines of its findings with `expected`: a
/// line for each job, then one for each rule that reports something.
#[track_caller]
pub(super) fn judge(format: &Format, text: &str, expected: &str) {
    let file = File { path: "a.yml".to_owned(), text: text.to_owned(), format: Some(format.id.to_owned()) };
    let analysis = analyze(&Files::new(&[file], 0), 0, &Context::default());
    let mut got: Vec<String> = Vec::new();
    for (job, verdict) in analysis.unit.jobs.iter().zip(&analysis.verdicts) {
        got.push(format!("{}: {:?} {:?}", job.name, verdict.approach, verdict.risk));
    }
    for rule in RULES {
        let own = analysis.findings.iter().filter(|finding| finding.rule.id == rule.id);
        let lines = own.map(|finding| {
            let line = 1 + text.get(..finding.span.start as usize).unwrap_or("").matches('\n').count();
            let possible = if finding.confidence == Confidence::Possible { "?" } else { "" };
            let low = if finding.severity == Risk::Low { "-" } else { "" };
            format!(" {line}{possible}{low}")
        });
        let lines: String = lines.collect();
        if !lines.is_empty() {
            got.push(format!("{}{lines}", rule.id));
        }
    }
    let got = got.join("\n");
    assert_eq!(got, expected.trim(), "\n--- got\n{got}\n--- of\n{text}");
}

fn render(text: &str, unit: &Unit) -> String {
    let mut out = String::new();
    let mut line = |depth: usize, what: String| {
        let _ = writeln!(out, "{:width$}{what}", "", width = depth * 2);
    };
    if let Some(reach) = &unit.reach {
        line(0, format!("{:?} {}", reach.what, quotes(text, &reach.spans)));
    }
    for job in &unit.jobs {
        assert_eq!(quote(text, job.name_span).trim_matches(['`', '"', '\'']), job.name);
        let host = job.host.as_ref();
        let host =
            host.map_or(String::new(), |host| format!(" {:?} {}", host.what, quotes(text, &host.spans)));
        line(0, format!("{} {}{host}", job.noun, job.name));
        job.env.iter().for_each(|var| line(1, variable(var)));
        for container in &job.containers {
            line(1, format!("{:?} {}", container.role, optional(container.image.as_ref())));
            properties(text, container).into_iter().for_each(|property| line(2, property));
        }
        for (need, span) in &job.needs {
            line(1, format!("needs {need:?} {}", quote(text, *span)));
        }
        for command in &job.commands {
            let words: Vec<_> = command.words.iter().map(value).collect();
            let place = match command.place {
                Place::Job => "$".to_owned(),
                Place::Container(index) => format!("${index}"),
                Place::Elsewhere => "$elsewhere".to_owned(),
            };
            let env: Vec<_> = command.engine_env.iter().map(|var| format!(" [{}]", variable(var))).collect();
            line(1, format!("{place} {}{}", words.join(" "), env.concat()));
        }
    }
    for error in &unit.errors {
        line(0, format!("error {}", error.message));
    }
    out
}

fn properties(text: &str, container: &Container) -> Vec<String> {
    let mut out = Vec::new();
    if container.names.len() > 1 {
        out.push(format!("names {}", container.names.join(" ")));
    }
    out.extend(container.user_namespace.then(|| "user namespace".to_owned()));
    let mut spans = |name: &str, span: Option<Span>| {
        out.extend(span.map(|span| format!("{name} {}", quote(text, span))));
    };
    spans("privileged", container.privileged);
    spans(
        "api socket",
        container
            .api_socket
            .filter(|socket| socket.confidence == Confidence::Declared)
            .map(|socket| socket.span),
    );
    for mount in &container.mounts {
        let read_only = if mount.read_only { " ro" } else { "" };
        let read_only = if mount.declared_only { " declared" } else { read_only };
        let (source, target) = (optional(mount.source.as_ref()), optional(mount.target.as_ref()));
        out.push(format!("mount {source} at {target}{read_only} {}", quote(text, mount.span)));
    }
    out.extend(
        container.namespaces.iter().map(|(which, span)| format!("host {which:?} {}", quote(text, *span))),
    );
    let lists: [(&str, Vec<&Value>); 8] = [
        ("capability", container.capabilities.iter().collect()),
        ("device", container.devices.iter().collect()),
        ("security", container.security.iter().collect()),
        ("port", container.ports.iter().collect()),
        ("runtime", container.runtime.iter().collect()),
        ("user", container.user.iter().collect()),
        ("build", container.build.iter().collect()),
        ("command", container.command.iter().collect()),
    ];
    for (name, values) in lists.iter().filter(|(_, values)| !values.is_empty()) {
        let values: Vec<_> = values.iter().map(|one| value(one)).collect();
        out.push(format!("{name} {}", values.join(" ")));
    }
    out.extend(container.env.iter().map(variable));
    out
}

fn variable(var: &Var) -> String {
    format!("env {}={}", var.name, value(&var.value))
}

fn optional(one: Option<&Value>) -> String {
    one.map_or("-".to_owned(), value)
}

fn value(value: &Value) -> String {
    let mut out = value.as_str().replace('\n', "\\n");
    value.others.iter().for_each(|other| out.extend(["|", other.as_str()]));
    if value.unknown {
        out.push('?');
    }
    value.via.iter().for_each(|(via, _)| out.push_str(&format!("~{via:?}")));
    out
}

fn quotes(text: &str, spans: &[Span]) -> String {
    let quoted: Vec<_> = spans.iter().map(|span| quote(text, *span)).collect();
    quoted.join(" ")
}

fn quote(text: &str, span: Span) -> String {
    format!("`{}`", text.get(span.range()).unwrap_or("out of bounds").trim_end().replace('\n', "\\n"))
}
