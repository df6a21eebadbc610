//! Markdown for the summary of a CI job or the comment on a change: verdict, jobs, findings.

use std::fmt::Write;

use daemonless_core::report::{AlternativeReport, FileReport, FindingReport, JobReport, Report};

use crate::Output;
use crate::plain;

pub(crate) static OUTPUT: Output = Output {
    id: "markdown",
    title: "Markdown for a merge request",
    file: "daemonless.md",
    render: |report, _, out| out.write_all(render(report).as_bytes()),
};

/// Rows of one table; summaries and comments have a limit of length.
const MOST_ROWS: usize = 200;

fn render(report: &Report) -> String {
    let mut out = String::new();
    for file in &report.files {
        let _ = writeln!(out, "## {}: {} risk\n", code(&file.path), file.risk);
        if !file.headline.is_empty() {
            let _ = writeln!(out, "{}\n", prose(&file.headline));
        }
        jobs(&mut out, file);
        findings(&mut out, "Findings", &file.findings);
        findings(&mut out, "Depends on what this file does not tell", &file.notes);
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn jobs(out: &mut String, file: &FileReport) {
    if file.jobs.is_empty() {
        return;
    }
    out.push_str(
        "| Job | Line | Approach | Risk | Best way out | Risk after |\n|---|---:|---|---|---|---|\n",
    );
    for job in file.jobs.iter().take(MOST_ROWS) {
        let (way_out, after) = match best(job) {
            Some(way) => (format!("{} ({})", prose(&way.title), way.verdict), way.after.risk),
            None => ("–".to_owned(), "–"),
        };
        let JobReport { name, line, approach, risk, .. } = job;
        let _ = writeln!(out, "| {} | {line} | {approach} | **{risk}** | {way_out} | {after} |", code(name));
    }
    more(out, file.jobs.len());
}

fn findings(out: &mut String, title: &str, findings: &[FindingReport]) {
    if findings.is_empty() {
        return;
    }
    let _ = writeln!(out, "### {title}\n\n| Severity | Rule | Line | What |\n|---|---|---:|---|");
    for finding in findings.iter().take(MOST_ROWS) {
        let FindingReport { severity, rule, message, range, .. } = finding;
        let place = range.file.as_ref().map_or(String::new(), |file| format!("{}:", prose(file)));
        let _ =
            writeln!(out, "| **{severity}** | {} | {place}{} | {} |", code(rule), range.line, prose(message));
    }
    more(out, findings.len());
}

fn more(out: &mut String, rows: usize) {
    if rows > MOST_ROWS {
        let _ = writeln!(out, "\n… and {} more.", rows - MOST_ROWS);
    }
    out.push('\n');
}

/// The best way out of a job's access to an engine.
fn best(job: &JobReport) -> Option<&AlternativeReport> {
    job.alternatives.iter().min_by_key(|way| way.rank)
}

/// A name from the file as code, in one table cell.
fn code(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{}{pad}{fence}", one_line(text))
}

/// A sentence in one table cell. What stands in backticks stays code; elsewhere nothing is markup.
fn prose(text: &str) -> String {
    let mut out = String::new();
    for (index, part) in one_line(text).split('`').enumerate() {
        if index > 0 {
            out.push('`');
        }
        match index % 2 {
            0 => out.push_str(
                &part.replace('<', "&lt;").replace('[', "\\[").replace('*', "\\*").replace('@', "@&#8203;"),
            ),
            _ => out.push_str(part),
        }
    }
    out
}

/// Without line breaks, and with the pipes that would end a cell escaped.
fn one_line(text: &str) -> String {
    plain(&text.replace(['\r', '\n'], " ")).replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::{code, prose};

    #[test]
    fn names_from_a_file_are_no_markup() {
        assert_eq!(code("a|b\nc"), "`a\\|b c`");
        assert_eq!(code("a``b"), "```a``b```");
        assert_eq!(prose("run `a<b` <b>"), "run `a<b` &lt;b>");
    }
}
