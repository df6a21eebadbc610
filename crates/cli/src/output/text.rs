//! For people at a terminal: each finding under the lines that prove it, then the verdict on each job, then one line.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::io;

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet};
use daemonless_catalog::Risk;
use daemonless_core::File;
use daemonless_core::report::{FileReport, FindingReport, JobReport, Range, Report};

use daemonless_output::plain;
use daemonless_output::texts::{Texts, path};

use crate::markdown::wrap;
use crate::paint::{BOLD, DIM, Painter, risk};

/// Columns of an excerpt.
const WIDTH: usize = 120;

pub(super) fn render(
    report: &Report,
    files: &[File],
    painter: Painter,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    out.write_all(written(report, files, painter).as_bytes())
}

fn written(report: &Report, files: &[File], painter: Painter) -> String {
    let renderer = if painter.color { Renderer::styled() } else { Renderer::plain() }.term_width(WIDTH);
    let mut out = String::new();
    let texts = Texts::of(files);
    for file in &report.files {
        let excerpts = Excerpts { file, texts: &texts };
        for finding in file.findings.iter().chain(&file.notes) {
            out.push_str(&renderer.render(&[excerpts.group(finding)]));
            out.push_str("\n\n");
        }
        verdict(&mut out, file, painter);
    }
    summary(&mut out, report, painter);
    out
}

/// The verdict on the file and on each of its jobs that reach an engine.
fn verdict(out: &mut String, file: &FileReport, painter: Painter) {
    let path = painter.paint(BOLD, plain(&file.path));
    if file.findings.is_empty()
        && file.notes.is_empty()
        && Risk::from_id(file.risk).is_none_or(|risk| risk < Risk::Medium)
    {
        let said = match file.format {
            "unknown" => "not checked, the format is not recognised".to_owned(),
            _ => format!("no findings, {}", level(file.risk)),
        };
        let _ = writeln!(out, "{path}: {said}");
        return;
    }
    let _ = writeln!(out, "{path}: {}", painter.paint(risk(file.risk), level(file.risk)));
    paragraph(out, &file.headline, "  ");
    for job in file.jobs.iter().filter(|job| job.approach != "none" || job.risk != "none") {
        self::job(out, job, painter);
    }
    out.push('\n');
}

fn job(out: &mut String, job: &JobReport, painter: Painter) {
    let JobReport { noun, name, line, approach, .. } = job;
    let file = job.file.as_ref().map_or(String::new(), |file| format!("{}, ", plain(file)));
    let place = painter.paint(DIM, format!("{file}line {line}"));
    let level = painter.paint(risk(job.risk), job.risk);
    let name = painter.paint(BOLD, plain(name));
    let _ = writeln!(out, "  {noun} {name}, {place}: {approach}, {level}");
    if let Some(way) = job.alternatives.iter().min_by_key(|way| way.rank) {
        let after = painter.paint(risk(way.after.risk), way.after.risk);
        let _ = writeln!(out, "    best way out: {} ({}), then {after}", plain(&way.title), way.verdict);
        for blocker in &way.blockers {
            paragraph(out, &blocker.message, "      ");
        }
    }
}

fn paragraph(out: &mut String, text: &str, indent: &str) {
    if !text.is_empty() {
        let _ = writeln!(out, "{}", wrap(&plain(text), WIDTH, indent, indent));
    }
}

/// One line on all files.
fn summary(out: &mut String, report: &Report, painter: Painter) {
    let worst = report.files.iter().filter_map(|file| Risk::from_id(file.risk)).max().unwrap_or_default();
    let mut counts: BTreeMap<Risk, usize> = BTreeMap::new();
    for severity in report.files.iter().flat_map(|file| &file.findings).map(|finding| finding.severity) {
        *counts.entry(Risk::from_id(severity).unwrap_or_default()).or_default() += 1;
    }
    let total = counts.values().sum();
    let counts: Vec<_> = counts.iter().rev().map(|(risk, count)| format!("{count} {}", risk.id())).collect();
    let counts = if counts.is_empty() { String::new() } else { format!(" ({})", counts.join(", ")) };
    let _ = writeln!(
        out,
        "{}: {}{counts}; risk: {}",
        count(report.files.len(), "file"),
        count(total, "finding"),
        painter.paint(risk(worst.id()), worst.id())
    );
}

fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// Cuts the lines that prove a file's findings out of the texts.
struct Excerpts<'f> {
    file: &'f FileReport,
    texts: &'f Texts<'f>,
}

/// What an excerpt shows of a line: columns further on are not told by the report either.
const LONGEST_LINE: usize = 4096;

/// A finding that a thousand jobs share would have a thousand labels.
const MOST_LABELS: usize = 20;

/// A range of more lines than this is shown by its first line.
const MOST_LINES: u32 = 6;

/// Two marked lines at most this far apart are shown in one excerpt.
const NEAR: u32 = 3;

impl<'f> Excerpts<'f> {
    fn group(&self, finding: &'f FindingReport) -> Group<'f> {
        let level = match finding.severity {
            _ if finding.confidence == "possible" => Level::NOTE.with_name("note"),
            word @ ("critical" | "high") => Level::ERROR.with_name(word),
            "medium" => Level::WARNING.with_name("medium"),
            word => Level::INFO.with_name(word),
        };
        let labels = finding.labels.iter().take(MOST_LABELS).map(|label| Mark {
            kind: AnnotationKind::Context,
            range: &label.range,
            label: Some(&label.message),
        });
        let own = Mark { kind: AnnotationKind::Primary, range: &finding.range, label: None };
        let mut marks: Vec<_> = std::iter::once(own).chain(labels).collect();
        // The finding's own place comes first; the rest in the order of the text.
        marks[1..].sort_by_key(|mark| (mark.range.line, mark.range.column));
        // What is wrong is the title; why it matters and what to do stands below the lines.
        let (title, rest) = match finding.message.split_once(". ") {
            Some((title, rest)) => (title, wrap(rest, WIDTH - 10, "", "")),
            None => (finding.message.trim_end_matches('.'), String::new()),
        };
        let group = level.primary_title(title).id(finding.rule).elements(self.snippets(&marks));
        if rest.is_empty() { group } else { group.element(Level::HELP.no_name().message(rest)) }
    }

    /// One excerpt for each run of lines that are near each other.
    fn snippets(&self, marks: &[Mark<'f>]) -> Vec<Snippet<'f, Annotation<'f>>> {
        let mut runs: Vec<(u32, u32, Vec<&Mark<'f>>)> = Vec::new();
        let same = |run: &[&Mark<'f>], mark: &Mark<'f>| {
            run.first().is_none_or(|first| first.range.file == mark.range.file)
        };
        for mark in marks {
            let (first, last) = mark.lines();
            let near = |run: &&mut (u32, u32, Vec<_>)| {
                first <= run.1.saturating_add(NEAR)
                    && run.0 <= last.saturating_add(NEAR)
                    && same(&run.2, mark)
            };
            match runs.iter_mut().find(near) {
                Some(run) => {
                    (run.0, run.1) = (run.0.min(first), run.1.max(last));
                    run.2.push(mark);
                }
                None => runs.push((first, last, vec![mark])),
            }
        }
        runs.into_iter().map(|(first, last, marks)| self.snippet(first, last, &marks)).collect()
    }

    fn snippet(&self, first: u32, last: u32, marks: &[&Mark<'f>]) -> Snippet<'f, Annotation<'f>> {
        let path = marks.first().map_or("", |mark| path(self.file, mark.range));
        let mut source = String::new();
        let mut starts = Vec::new();
        for line in first..=last {
            starts.push(source.len());
            source.push_str(cut(self.texts.line(path, line)));
            source.push('\n');
        }
        let offset = |line: u32, column: u32| {
            let start = starts.get(line.saturating_sub(first) as usize).copied().unwrap_or(source.len());
            let text = source.get(start..).unwrap_or("").lines().next().unwrap_or("");
            start + byte_of(text, column)
        };
        let annotations: Vec<_> = marks
            .iter()
            .map(|mark| {
                let Range { line, column, end_line, end_column, .. } = *mark.range;
                let start = offset(line, column);
                let end = match mark.lines().1 == end_line {
                    true => offset(end_line, end_column),
                    false => offset(line, u32::MAX),
                };
                mark.kind.span(start..end.max(start)).label(mark.label)
            })
            .collect();
        Snippet::source(source).line_start(first as usize).path(path).annotations(annotations)
    }
}

/// A place to mark, and what it is.
struct Mark<'f> {
    kind: AnnotationKind,
    range: &'f Range,
    label: Option<&'f str>,
}

impl Mark<'_> {
    /// The first and the last line that are shown of it.
    fn lines(&self) -> (u32, u32) {
        let Range { line, end_line, .. } = *self.range;
        (line, if end_line.saturating_sub(line) < MOST_LINES { end_line.max(line) } else { line })
    }
}

/// The line's start, as far as it is shown.
fn cut(line: &str) -> &str {
    match line.char_indices().nth(LONGEST_LINE) {
        Some((end, _)) => &line[..end],
        None => line,
    }
}

/// The byte of a column (UTF-16 code units, from 1) in the line; its end where the line is shorter.
fn byte_of(line: &str, column: u32) -> usize {
    let mut at = 1u32;
    for (byte, c) in line.char_indices() {
        if at >= column {
            return byte;
        }
        at = at.saturating_add(if c.len_utf16() == 2 { 2 } else { 1 });
    }
    line.len()
}

/// A level as a sentence has it: "high risk", "no risk".
fn level(risk: &str) -> String {
    if risk == "none" { "no risk".to_owned() } else { format!("{risk} risk") }
}
