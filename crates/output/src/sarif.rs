//! SARIF 2.1.0, for code scanning services and editors.

use std::borrow::Cow;
use std::collections::BTreeMap;

use daemonless_catalog::Risk;
use daemonless_core::File;
use daemonless_core::report::{FileReport, FindingReport, LabelReport, Range, Report};
use daemonless_core::rule::Rule;
use daemonless_core::rules::RULES;
use serde::Serialize;

use crate::fingerprint::Fingerprints;
use crate::texts::{Texts, path};
use crate::{Output, docs, write_json};

pub(crate) static OUTPUT: Output = Output {
    id: "sarif",
    title: "SARIF 2.1.0",
    file: "daemonless.sarif",
    render: |report, files, out| write_json(&log(report, files), out),
};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

#[derive(Serialize)]
struct Log<'r> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'r>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'r> {
    tool: Tool,
    column_kind: &'static str,
    results: Vec<SarifResult<'r>>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<Descriptor>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    id: &'static str,
    short_description: Message<'static>,
    /// Whole, so that no page has to be fetched: the schema takes no relative `helpUri`.
    help: Help,
    properties: DescriptorProperties,
}

#[derive(Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Serialize)]
struct DescriptorProperties {
    tags: [&'static str; 1],
    /// What GitHub ranks alerts by, from 0.0 to 10.0. It knows one for each rule: the worst of this run.
    #[serde(rename = "security-severity", skip_serializing_if = "Option::is_none")]
    security_severity: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult<'r> {
    rule_id: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    kind: &'static str,
    level: &'static str,
    message: Message<'r>,
    locations: [Location<'r>; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location<'r>>,
    partial_fingerprints: BTreeMap<&'static str, String>,
    properties: ResultProperties<'r>,
}

#[derive(Serialize)]
struct ResultProperties<'r> {
    severity: &'r str,
    confidence: &'r str,
}

#[derive(Serialize)]
struct Message<'r> {
    text: &'r str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'r> {
    /// Tells related locations apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message<'r>>,
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<LogicalLocation<'r>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

#[derive(Serialize)]
struct ArtifactLocation {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
}

/// A job.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation<'r> {
    fully_qualified_name: &'r str,
}

fn log<'r>(report: &'r Report, files: &[File]) -> Log<'r> {
    let mut results = Vec::new();
    let mut fingerprints = Fingerprints::of(Texts::of(files));
    for file in &report.files {
        for finding in file.findings.iter().chain(&file.notes) {
            results.push(result(file, finding, fingerprints.next(file, finding)));
        }
    }
    let driver = Driver {
        name: "daemonless",
        semantic_version: env!("CARGO_PKG_VERSION"),
        rules: RULES.iter().map(|rule| descriptor(rule, &report.files)).collect(),
    };
    let run = Run { tool: Tool { driver }, column_kind: "utf16CodeUnits", results };
    Log { schema: SCHEMA, version: "2.1.0", runs: [run] }
}

fn descriptor(rule: &'static Rule, files: &[FileReport]) -> Descriptor {
    let findings = files.iter().flat_map(|file| &file.findings).filter(|finding| finding.rule == rule.id);
    let docs = docs(rule);
    let worst = findings.filter_map(|finding| Risk::from_id(finding.severity)).max();
    Descriptor {
        id: rule.id,
        short_description: Message { text: rule.summary },
        help: Help { text: docs.clone(), markdown: docs },
        properties: DescriptorProperties { tags: ["security"], security_severity: worst.map(score) },
    }
}

/// The middle of the band that GitHub gives the same name to.
fn score(risk: Risk) -> &'static str {
    match risk {
        Risk::Critical => "9.5",
        Risk::High => "8.0",
        Risk::Medium => "5.5",
        Risk::Low => "2.5",
        Risk::None => "0.0",
    }
}

fn result<'r>(file: &'r FileReport, finding: &'r FindingReport, fingerprint: String) -> SarifResult<'r> {
    let possible = finding.confidence == "possible";
    let jobs = finding.jobs.iter().map(|job| LogicalLocation { fully_qualified_name: job }).collect();
    SarifResult {
        rule_id: finding.rule,
        rule_index: RULES.iter().position(|rule| rule.id == finding.rule),
        // Only a `fail` may have a level.
        kind: if possible { "review" } else { "fail" },
        level: match finding.severity {
            _ if possible => "none",
            "critical" | "high" => "error",
            "medium" => "warning",
            _ => "note",
        },
        message: Message { text: &finding.message },
        locations: [Location {
            id: None,
            message: None,
            physical_location: physical(file, &finding.range),
            logical_locations: jobs,
        }],
        related_locations: finding
            .labels
            .iter()
            .zip(1..)
            .map(|(label, id)| related(file, label, id))
            .collect(),
        partial_fingerprints: [("daemonless/v1", fingerprint)].into(),
        properties: ResultProperties { severity: finding.severity, confidence: finding.confidence },
    }
}

fn related<'r>(file: &FileReport, label: &'r LabelReport, id: usize) -> Location<'r> {
    Location {
        id: Some(id),
        message: Some(Message { text: &label.message }),
        physical_location: physical(file, &label.range),
        logical_locations: Vec::new(),
    }
}

fn physical(file: &FileReport, range: &Range) -> PhysicalLocation {
    PhysicalLocation {
        artifact_location: ArtifactLocation { uri: uri(path(file, range)) },
        region: Region {
            start_line: range.line,
            start_column: range.column,
            end_line: range.end_line,
            end_column: range.end_column,
        },
    }
}

/// The path as a URI reference: relative ones stay relative.
fn uri(path: &str) -> String {
    let path = path.strip_prefix("./").unwrap_or(path);
    // A first segment with a colon would be read as a scheme.
    let path = match path.split('/').next() {
        Some(first) if first.contains(':') => Cow::from(format!("./{path}")),
        _ => path.into(),
    };
    let mut uri = if path.starts_with('/') { "file://".to_owned() } else { String::new() };
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' | b':' | b'@' => {
                uri.push(char::from(byte));
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn paths_are_uri_references() {
        assert_eq!(uri("./a b/ü.yml"), "a%20b/%C3%BC.yml");
        assert_eq!(uri("/srv/ci.yml"), "file:///srv/ci.yml");
        assert_eq!(uri("c:d/e"), "./c:d/e");
    }
}
