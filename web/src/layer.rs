//! What lies under the editor's text and beside it: which lines carry a mark, and which parts are underlined.

use std::ops::RangeInclusive;

use daemonless_core::report::FindingReport;

use crate::position::part;

/// At most so many lines are marked; a text with more has trouble enough to begin with.
const MOST: usize = 2_000;
/// A finding on more lines than this is underlined on its first ones.
const TALLEST: u32 = 40;

/// Lines from top to bottom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    /// Lines without a mark: the first one's number, how many, and whether they are of the chosen job.
    Plain {
        first: u32,
        count: u32,
        mine: bool,
    },
    Marked(Marked),
}

/// A line with findings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marked {
    pub line: u32,
    pub mine: bool,
    /// The worst severity on it, and the finding that has it.
    pub severity: &'static str,
    pub finding: usize,
    /// The whole line; underlined parts with their severity.
    pub parts: Vec<(Option<&'static str>, String)>,
}

/// Worst first.
fn rank(severity: &str) -> u8 {
    match severity {
        "critical" => 0,
        "high" => 1,
        "medium" => 2,
        _ => 3,
    }
}

/// The rows of `text`; `mine` are the lines of the chosen job, `0..=0` if there is none.
pub fn rows(text: &str, findings: &[FindingReport], mine: &RangeInclusive<u32>) -> Vec<Row> {
    // Line, rank of the severity, first and last column (0: from the first letter), finding.
    let mut marks: Vec<(u32, u8, u32, u32, usize)> = Vec::new();
    for (index, finding) in findings.iter().enumerate().take(MOST) {
        let range = &finding.range;
        for line in range.line..=range.end_line.min(range.line.saturating_add(TALLEST)) {
            let start = if line == range.line { range.column } else { 0 };
            let end = if line == range.end_line { range.end_column } else { u32::MAX };
            marks.push((line, rank(finding.severity), start, end, index));
        }
    }
    marks.sort_unstable();
    let mut rows = Vec::new();
    let (mut next, mut marks) = (1, &marks[..]);
    for (line, content) in (1..).zip(text.split('\n')) {
        let here = marks.iter().take_while(|mark| mark.0 == line).count();
        let (on_line, behind) = marks.split_at(here);
        if let Some(&(.., finding)) = on_line.first() {
            let severity_of =
                |finding: usize| findings.get(finding).map_or("low", |finding| finding.severity);
            let severity = severity_of(finding);
            plain(&mut rows, next..line, mine);
            let parts = parts(
                content,
                on_line.iter().map(|&(_, _, start, end, finding)| (start, end, severity_of(finding))),
            );
            rows.push(Row::Marked(Marked { line, mine: mine.contains(&line), severity, finding, parts }));
            next = line + 1;
            marks = behind;
        }
    }
    let last = u32::try_from(text.split('\n').count()).unwrap_or(u32::MAX - 1);
    plain(&mut rows, next..last + 1, mine);
    rows
}

/// Adds lines without a mark, parted where the chosen job begins and ends.
fn plain(rows: &mut Vec<Row>, lines: std::ops::Range<u32>, mine: &RangeInclusive<u32>) {
    let begin = (*mine.start()).clamp(lines.start, lines.end);
    let end = mine.end().saturating_add(1).clamp(begin, lines.end);
    for (range, mine) in [(lines.start..begin, false), (begin..end, true), (end..lines.end, false)] {
        if !range.is_empty() {
            rows.push(Row::Plain { first: range.start, count: range.end - range.start, mine });
        }
    }
}

/// Parts a line by marks, worst first; where two lie over each other the worse one is seen.
fn parts(
    line: &str,
    marks: impl Iterator<Item = (u32, u32, &'static str)>,
) -> Vec<(Option<&'static str>, String)> {
    let mut taken: Vec<(usize, usize, &'static str)> = Vec::new();
    for (start, end, severity) in marks {
        let (before, inside, _) = part(line, start, end);
        // A range that begins on an earlier line leaves the indentation alone.
        let indent = if start == 0 { inside.len() - inside.trim_start().len() } else { 0 };
        let (start, end) = (before.len() + indent, before.len() + inside.len());
        if start < end && taken.iter().all(|&(from, to, _)| end <= from || to <= start) {
            let behind = taken.partition_point(|&(from, ..)| from < start);
            taken.insert(behind, (start, end, severity));
        }
    }
    let mut parts = Vec::new();
    let mut at = 0;
    for (start, end, severity) in taken {
        parts.push((None, line[at..start].to_owned()));
        parts.push((Some(severity), line[start..end].to_owned()));
        at = end;
    }
    parts.push((None, line[at..].to_owned()));
    parts.retain(|(_, text)| !text.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use daemonless_core::report::Range;

    use super::*;

    fn finding(
        severity: &'static str,
        line: u32,
        column: u32,
        end_line: u32,
        end_column: u32,
    ) -> FindingReport {
        FindingReport {
            rule: "host-socket",
            severity,
            confidence: "declared",
            jobs: Vec::new(),
            message: String::new(),
            range: Range { line, column, end_line, end_column, file: None },
            labels: Vec::new(),
        }
    }

    /// Rows as text: `1+2` plain lines, `*` for the chosen job, a marked line with `<severity:part>`.
    #[track_caller]
    fn check(text: &str, findings: &[FindingReport], mine: RangeInclusive<u32>, expected: &[&str]) {
        let star = |mine: bool| if mine { "*" } else { "" };
        let show = |row: Row| match row {
            Row::Plain { first, count, mine } => format!("{first}+{count}{}", star(mine)),
            Row::Marked(row) => {
                let parts = row.parts.iter().map(|(severity, text)| match severity {
                    Some(severity) => format!("<{severity}:{text}>"),
                    None => text.clone(),
                });
                format!("{}{} {} {}", row.line, star(row.mine), row.severity, parts.collect::<String>())
            }
        };
        assert_eq!(rows(text, findings, &mine).into_iter().map(show).collect::<Vec<_>>(), expected);
    }

    const NONE: RangeInclusive<u32> = 0..=0;

    #[test]
    fn lines_without_findings_are_taken_together() {
        check("", &[], NONE, &["1+1"]);
        check("a\nb\nc", &[], NONE, &["1+3"]);
        check("a\nb\nc\nd", &[], 2..=3, &["1+1", "2+2*", "4+1"]);
        check("a\nb", &[], 2..=9, &["1+1", "2+1*"]);
    }

    #[test]
    fn findings_mark_their_lines() {
        check("a\nbcd\ne", &[finding("high", 2, 2, 2, 3)], NONE, &["1+1", "2 high b<high:c>d", "3+1"]);
        check("a\nb", &[finding("low", 2, 1, 2, 2)], 1..=2, &["1+1*", "2* low <low:b>"]);
        check("a", &[finding("low", 9, 1, 9, 2)], NONE, &["1+1"]);
        check("ab\n  cd", &[finding("high", 1, 2, 2, 4)], NONE, &["1 high a<high:b>", "2 high   <high:c>d"]);
    }

    #[test]
    fn the_worse_one_is_seen() {
        let findings =
            [finding("medium", 1, 1, 1, 3), finding("high", 1, 2, 1, 3), finding("low", 1, 4, 1, 5)];
        check("abcd", &findings, NONE, &["1 high a<high:b>c<low:d>"]);
    }
}
