//! The changes of a text side by side: which lines go, which come, and why. The edits tell; nothing is compared.

use std::ops::Range;

use daemonless_core::hunk::{Hunk, hunks, line_starts};
use daemonless_core::report::EditReport;

/// Unchanged lines shown before and after a change.
const CONTEXT: usize = 2;

/// A piece of the two texts, top to bottom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Unchanged lines that are not shown: how many.
    Fold(usize),
    /// Unchanged lines; numbers of the first one in the old and the new text, from 1.
    Same { old: usize, new: usize, lines: Vec<String> },
    /// Lines that are replaced.
    Change(Change),
}

/// Lines that go and lines that come in their place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// From 1.
    pub number: usize,
    /// Where it is not taken, the lines that would go stay, and none come.
    pub taken: bool,
    /// Number of the first line in the old text, from 1.
    pub old: usize,
    pub new: usize,
    pub removed: Vec<Line>,
    pub added: Vec<Line>,
    /// Each reason once, in order.
    pub reasons: Vec<String>,
    /// Names of the jobs, each once.
    pub jobs: Vec<String>,
}

/// A line in parts; `true` marks what changed in it.
pub type Line = Vec<(bool, String)>;

/// How many lines went, how many came, and how many stayed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub removed: usize,
    pub added: usize,
    pub same: usize,
}

/// The pieces of `old` under `edits`, which are disjoint and in order; of its changes those are made whose numbers are `taken`.
pub fn pieces(old: &str, edits: &[EditReport], taken: impl Fn(usize) -> bool) -> (Vec<Piece>, Count) {
    let starts = line_starts(old);
    let lines = if old.is_empty() || old.ends_with('\n') { starts.len() - 1 } else { starts.len() };
    let hunks = hunks(old, &starts, edits);
    let mut pieces = Vec::new();
    let mut count = Count::default();
    let (mut line, mut shift) = (0, 0isize);
    for (number, hunk) in (1..).zip(&hunks) {
        let new = |line: usize| line.saturating_add_signed(shift);
        same(&mut pieces, old, &starts, line..hunk.lines.start, new(line), (line > 0, true));
        count.same += hunk.lines.start - line;
        let mut change = change(old, &starts, hunk, new(hunk.lines.start) + 1);
        (change.number, change.taken) = (number, taken(number));
        if change.taken {
            count.removed += change.removed.len();
            count.added += change.added.len();
            shift += change.added.len() as isize - change.removed.len() as isize;
        } else {
            count.same += change.removed.len();
            change.removed.iter_mut().for_each(|line| line.iter_mut().for_each(|part| part.0 = false));
            change.added.clear();
        }
        line = hunk.lines.end.min(lines);
        pieces.push(Piece::Change(change));
    }
    let last = line..lines.max(line);
    count.same += last.len();
    same(&mut pieces, old, &starts, last, line.saturating_add_signed(shift), (!hunks.is_empty(), false));
    (pieces, count)
}

fn change(old: &str, starts: &[usize], hunk: &Hunk<'_>, new: usize) -> Change {
    let offset = |line: usize| starts.get(line).copied().unwrap_or(old.len());
    let (from, to) = (offset(hunk.lines.start), offset(hunk.lines.end));
    let (mut removed, mut added) = (Parts::default(), Parts::default());
    let owned = |texts: Vec<&str>| texts.into_iter().map(str::to_owned).collect();
    let mut change = Change {
        old: hunk.lines.start + 1,
        new,
        reasons: owned(hunk.reasons()),
        jobs: owned(hunk.jobs()),
        ..Change::default()
    };
    let mut at = from;
    for edit in &hunk.edits {
        let (start, end) = (edit.start as usize, edit.end as usize);
        let kept = old.get(at..start).unwrap_or_default();
        removed.push(false, kept);
        added.push(false, kept);
        removed.push(true, old.get(start..end).unwrap_or_default());
        added.push(true, &edit.text);
        at = end;
    }
    let kept = old.get(at..to).unwrap_or_default();
    removed.push(false, kept);
    added.push(false, kept);
    change.removed = removed.lines();
    change.added = added.lines();
    change
}

/// Collects a text as lines of parts.
#[derive(Default)]
struct Parts {
    done: Vec<Line>,
    line: Line,
}

impl Parts {
    fn push(&mut self, changed: bool, text: &str) {
        for (index, part) in text.split('\n').enumerate() {
            if index > 0 {
                self.done.push(std::mem::take(&mut self.line));
            }
            let part = part.trim_end_matches('\r');
            if !part.is_empty() {
                self.line.push((changed, part.to_owned()));
            }
        }
    }

    fn lines(mut self) -> Vec<Line> {
        if !self.line.is_empty() {
            self.done.push(self.line);
        }
        self.done
    }
}

/// Adds unchanged lines, folded but for those `near` a change before and behind them.
fn same(
    pieces: &mut Vec<Piece>,
    old: &str,
    starts: &[usize],
    lines: Range<usize>,
    new: usize,
    near: (bool, bool),
) {
    let head = if near.0 { CONTEXT.min(lines.len()) } else { 0 };
    let tail = if near.1 { CONTEXT.min(lines.len() - head) } else { 0 };
    let folded = lines.len() - head - tail;
    let text = |line: usize| {
        let end = starts.get(line + 1).copied().unwrap_or(old.len());
        old.get(starts[line]..end).unwrap_or_default().trim_end_matches(['\n', '\r']).to_owned()
    };
    let show = |range: Range<usize>| Piece::Same {
        old: range.start + 1,
        new: new + (range.start - lines.start) + 1,
        lines: range.map(text).collect(),
    };
    // A fold takes a line itself.
    let parts = if folded <= 1 {
        [Some(show(lines.clone())), None, None]
    } else {
        let head = lines.start..lines.start + head;
        let tail = lines.end - tail..lines.end;
        [Some(show(head)), Some(Piece::Fold(folded)), Some(show(tail))]
    };
    pieces.extend(
        parts
            .into_iter()
            .flatten()
            .filter(|part| !matches!(part, Piece::Same { lines, .. } if lines.is_empty())),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Applies edits written as (old part, new part), each at its first place behind the one before.
    fn edits(old: &str, edits: &[(&str, &str)]) -> Vec<EditReport> {
        let mut from = 0;
        let edit = |&(part, text): &(&str, &str)| {
            let start = from + old[from..].find(part).expect("a part of the text");
            from = start + part.len();
            EditReport {
                start: start as u32,
                end: from as u32,
                text: text.to_owned(),
                job: "j".to_owned(),
                reason: "r".to_owned(),
            }
        };
        edits.iter().map(edit).collect()
    }

    /// The pieces as text: `-` and `+` lines with `<>` around what changed, ` ` lines, `~n` for a fold.
    #[track_caller]
    fn check(old: &str, changes: &[(&str, &str)], expected: &str) {
        check_taken(old, changes, |_| true, expected);
    }

    /// The same where these changes are taken alone; `=` lines are those of one that is not.
    #[track_caller]
    fn check_taken(old: &str, changes: &[(&str, &str)], taken: impl Fn(usize) -> bool, expected: &str) {
        let (pieces, count) = pieces(old, &edits(old, changes), taken);
        let line = |sign: char, line: &Line| {
            let parts =
                line.iter().map(|(changed, text)| if *changed { format!("<{text}>") } else { text.clone() });
            format!("{sign}{}\n", parts.collect::<String>())
        };
        let mut shown = String::new();
        for piece in &pieces {
            match piece {
                Piece::Fold(lines) => shown += &format!("~{lines}\n"),
                Piece::Same { lines, .. } => lines.iter().for_each(|line| shown += &format!(" {line}\n")),
                Piece::Change(change) => {
                    let sign = if change.taken { '-' } else { '=' };
                    change.removed.iter().for_each(|removed| shown += &line(sign, removed));
                    change.added.iter().for_each(|added| shown += &line('+', added));
                }
            }
        }
        assert_eq!(shown, expected);
        assert_eq!(count.same + count.removed, old.lines().count());
    }

    #[test]
    fn words_change_in_their_lines() {
        check("a b\nc\n", &[("b", "x")], "-a <b>\n+a <x>\n c\n");
        check("a b\nc", &[("c", "x")], " a b\n-<c>\n+<x>\n");
        check("a\r\nb\r\n", &[("a", "x")], "-<a>\n+<x>\n b\n");
        check("a b\n", &[("a", "x"), ("b", "y")], "-<a> <b>\n+<x> <y>\n");
        check("", &[("", "x")], "+<x>\n");
    }

    #[test]
    fn far_lines_are_folded() {
        check("a\nb\nc\nd\ne\nf\ng\n", &[("a", "x")], "-<a>\n+<x>\n b\n c\n~4\n");
        check("a\nb\nc\nd\ne\nf\ng\n", &[("g", "x")], "~4\n e\n f\n-<g>\n+<x>\n");
        check(
            "a\nb\nc\nd\ne\nf\ng\n",
            &[("a", "x"), ("g", "y")],
            "-<a>\n+<x>\n b\n c\n d\n e\n f\n-<g>\n+<y>\n",
        );
        check("a\nb\nc\nd\n", &[("a", "x")], "-<a>\n+<x>\n b\n c\n d\n");
        check("a\nb\nc\n", &[], "~3\n");
    }

    #[test]
    fn what_is_left_stays_as_it_is() {
        let changes = [("a\n", ""), ("c", "x")];
        check_taken("a\nb\nc\n", &changes, |number| number == 2, "=a\n b\n-<c>\n+<x>\n");
        check_taken("a\nb\nc\n", &changes, |_| false, "=a\n b\n=c\n");
        check_taken("a\n", &[("", "x\n")], |_| false, " a\n");
        let (pieces, _) = pieces("a\nb\nc\n", &edits("a\nb\nc\n", &changes), |number| number == 2);
        let Some(Piece::Change(last)) = pieces.last() else { panic!("a change") };
        assert_eq!((last.number, last.old, last.new), (2, 3, 3), "no line moved up");
    }

    #[test]
    fn whole_lines_go_and_come() {
        check("a\nb\nc\n", &[("b\n", "")], " a\n-<b>\n c\n");
        check("a\nb\nc\n", &[("b\n", "x\ny\n")], " a\n-<b>\n+<x>\n+<y>\n c\n");
        check("a\nb\n", &[("a\n", ""), ("b", "x")], "-<a>\n-<b>\n+<x>\n");
        check("a\nb", &[("\nb", "")], "-a\n-<b>\n+a\n");
    }
}
