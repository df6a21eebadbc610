//! Each output of one small report made by hand.

use daemonless_core::File;
use daemonless_core::report::{
    AfterReport, AlternativeReport, FactReport, FileReport, FindingReport, JobReport, LabelReport, Range,
    Report,
};
use serde_json::Value;

use super::by_id;
use crate::paint::Painter;

const TEXT: &str = "\
build:
  # é😀
  script: [docker build .]
\tx: 1




  services:
    - docker:dind
";

fn range(line: u32, column: u32, end_line: u32, end_column: u32) -> Range {
    Range { line, column, end_line, end_column, file: None }
}

fn finding(severity: &'static str, confidence: &'static str, range: Range) -> FindingReport {
    let label = LabelReport { message: "started for this".to_owned(), range: self::range(3, 12, 3, 24) };
    FindingReport {
        rule: "nested-daemon",
        severity,
        confidence,
        jobs: vec!["build".to_owned()],
        message: "This service is an engine of its own. Its runner must be privileged.".to_owned(),
        range,
        labels: if confidence == "possible" { Vec::new() } else { vec![label] },
    }
}

fn fact(id: &'static str) -> FactReport {
    FactReport { id, title: "", origin: "file", lines: Vec::new(), choices: Vec::new() }
}

fn sample() -> (Report, [File; 1]) {
    let way = AlternativeReport {
        kind: "builder",
        builder: Some("buildah"),
        title: "Buildah".to_owned(),
        rank: 1,
        verdict: "fits",
        why: String::new(),
        blockers: Vec::new(),
        requires: Vec::new(),
        after: AfterReport { approach: "daemonless", risk: "low" },
        rewrite: true,
    };
    let job = JobReport {
        file: None,
        name: "build\u{1b}[31m".to_owned(),
        noun: "job",
        line: 1,
        end_line: 9,
        approach: "nested-daemon",
        risk: "high",
        headline: String::new(),
        needs: vec!["build"],
        need_lines: Vec::new(),
        containers: Vec::new(),
        accesses: Vec::new(),
        power: fact("host-privilege"),
        host: fact("shared"),
        reach: fact("pushers"),
        path: Vec::new(),
        alternatives: [way].into(),
    };
    let file = FileReport {
        path: "./ci/.gitlab-ci.yml".to_owned(),
        format: "gitlab-ci",
        format_certain: true,
        risk: "high",
        headline: "Anyone who can push can become root on the runner's machine.".to_owned(),
        jobs: vec![job],
        findings: vec![finding("high", "implied", range(10, 7, 10, 18))],
        notes: vec![finding("medium", "possible", range(2, 6, 2, 8))],
        rewrites: Vec::new(),
    };
    let text = File { path: file.path.clone(), text: TEXT.to_owned(), format: None };
    (Report { schema: 1, files: vec![file], read: Vec::new(), missing: Vec::new() }, [text])
}

fn printed(id: &str, report: &Report, files: &[File], color: bool) -> String {
    let mut out = Vec::new();
    by_id(id).unwrap().render(report, files, Painter { color }, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn render(id: &str, color: bool) -> String {
    let (report, files) = sample();
    printed(id, &report, &files, color)
}

fn render_json(id: &str) -> Value {
    serde_json::from_str(&render(id, true)).unwrap()
}

#[test]
fn text_shows_the_lines_and_then_the_verdict() {
    assert_eq!(
        render("text", false),
        "\
high[nested-daemon]: This service is an engine of its own
  --> ./ci/.gitlab-ci.yml:10:7
   |
10 |     - docker:dind
   |       ^^^^^^^^^^^
   |
  ::: ./ci/.gitlab-ci.yml:3:12
   |
 3 |   script: [docker build .]
   |            ------------ started for this
   |
   = Its runner must be privileged.

note[nested-daemon]: This service is an engine of its own
 --> ./ci/.gitlab-ci.yml:2:6
  |
2 |   # é😀
  |      ^^
  |
  = Its runner must be privileged.

./ci/.gitlab-ci.yml: high risk
  Anyone who can push can become root on the runner's machine.
  job build\u{fffd}[31m, line 1: nested-daemon, high
    best way out: Buildah (fits), then low

1 file: 1 finding (1 high); risk: high
"
    );
}

#[test]
fn text_is_coloured_only_when_asked_and_never_by_the_file() {
    assert!(!render("text", false).contains('\u{1b}'));
    let colored = render("text", true);
    assert!(colored.contains("\u{1b}["));
    assert!(!colored.contains("build\u{1b}[31m"));
}

#[test]
fn json_is_the_report() {
    let json = render_json("json");
    assert_eq!(json["schema"], 1);
    let finding = &json["files"][0]["findings"][0];
    assert_eq!(finding["line"], 10);
    assert_eq!(finding["endColumn"], 18);
}

#[test]
fn sarif_has_what_services_read() {
    let json = render_json("sarif");
    assert_eq!(json["version"], "2.1.0");
    let run = &json["runs"][0];
    assert_eq!(run["columnKind"], "utf16CodeUnits");
    assert_eq!(run["tool"]["driver"]["name"], "daemonless");
    let [finding, note] = &run["results"].as_array().unwrap()[..] else { panic!("two results") };
    assert_eq!((&finding["level"], &finding["kind"]), (&"error".into(), &"fail".into()));
    assert_eq!((&note["level"], &note["kind"]), (&"none".into(), &"review".into()));
    let place = &finding["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "ci/.gitlab-ci.yml");
    assert_eq!(place["region"]["startLine"], 10);
    assert_eq!(finding["relatedLocations"][0]["physicalLocation"]["region"]["startColumn"], 12);
    assert_ne!(finding["partialFingerprints"], note["partialFingerprints"]);
}

#[test]
fn gitlab_gets_a_list_of_issues() {
    let json = render_json("gitlab");
    let [finding, note] = &json.as_array().unwrap()[..] else { panic!("two issues") };
    assert_eq!(finding["severity"], "critical");
    assert_eq!(finding["location"]["path"], "ci/.gitlab-ci.yml");
    assert_eq!(finding["location"]["lines"]["begin"], 10);
    assert_eq!(finding["check_name"], "nested-daemon");
    assert_eq!(note["severity"], "info");
    assert_eq!(finding["fingerprint"].as_str().unwrap().len(), 16);
    assert_ne!(finding["fingerprint"], note["fingerprint"]);
}

#[test]
fn markdown_is_a_verdict_and_two_tables() {
    assert_eq!(
        render("markdown", true),
        "\
## `./ci/.gitlab-ci.yml`: high risk

Anyone who can push can become root on the runner's machine.

| Job | Line | Approach | Risk | Best way out | Risk after |
|---|---:|---|---|---|---|
| `build\u{fffd}[31m` | 1 | nested-daemon | **high** | Buildah (fits) | low |

### Findings

| Severity | Rule | Line | What |
|---|---|---:|---|
| **high** | `nested-daemon` | 10 | This service is an engine of its own. Its runner must be privileged. |

### Depends on what this file does not tell

| Severity | Rule | Line | What |
|---|---|---:|---|
| **medium** | `nested-daemon` | 2 | This service is an engine of its own. Its runner must be privileged. |
"
    );
}

#[test]
fn a_long_line_is_cut_around_its_mark() {
    let (mut report, mut files) = sample();
    files[0].text = format!("{}- docker:dind{}\n", "a ".repeat(1000), " b".repeat(100_000));
    report.files[0].notes.clear();
    let finding = &mut report.files[0].findings[0];
    (finding.range, finding.labels) = (range(1, 2003, 1, 2014), Vec::new());
    let text = printed("text", &report, &files, false);
    assert!(text.contains("- docker:dind"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 130), "{text}");
}
