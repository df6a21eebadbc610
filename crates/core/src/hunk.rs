//! The changes of a rewrite in hunks, as people read and choose them: edits whose lines touch are one.

use std::ops::Range;

use crate::map::Set;
use crate::report::EditReport;

/// Edits whose lines touch and that have a reason in common.
#[derive(Clone, Debug)]
pub struct Hunk<'a> {
    /// Lines of the old text, from 0. None where lines only come.
    pub lines: Range<usize>,
    /// In order.
    pub edits: Vec<&'a EditReport>,
}

impl<'a> Hunk<'a> {
    /// The reasons of its edits, each once, in order.
    pub fn reasons(&self) -> Vec<&'a str> {
        once(self.edits.iter().map(|edit| &*edit.reason))
    }

    /// The names of the jobs that it is for, each once, in order.
    pub fn jobs(&self) -> Vec<&'a str> {
        once(self.edits.iter().map(|edit| &*edit.job))
    }
}

/// The hunks of `old` under `edits`, which are disjoint and in order. `starts` is [`line_starts`] of `old`.
pub fn hunks<'a>(old: &str, starts: &[usize], edits: &'a [EditReport]) -> Vec<Hunk<'a>> {
    let mut hunks: Vec<Hunk<'a>> = Vec::new();
    for edit in edits {
        let (start, end) = (edit.start as usize, edit.end as usize);
        if start > end || !old.is_char_boundary(start) || !old.is_char_boundary(end) {
            continue;
        }
        let first = line_of(starts, start);
        let at_line_start = |offset: usize| starts.get(line_of(starts, offset)) == Some(&offset);
        // Whole lines that go or come leave the line behind them as it is.
        let whole = at_line_start(start) && (edit.text.is_empty() || edit.text.ends_with('\n'));
        let last = if at_line_start(end) && (whole || edit.text.ends_with('\n')) {
            line_of(starts, end)
        } else {
            line_of(starts, end) + 1
        };
        match hunks.last_mut() {
            Some(hunk) if first < hunk.lines.end => {
                hunk.lines.end = hunk.lines.end.max(last);
                hunk.edits.push(edit);
            }
            Some(hunk)
                if first == hunk.lines.end
                    && hunk.edits.last().is_some_and(|before| before.reason == edit.reason) =>
            {
                hunk.lines.end = last;
                hunk.edits.push(edit);
            }
            _ => hunks.push(Hunk { lines: first..last, edits: vec![edit] }),
        }
    }
    hunks
}

/// `old` with these edits made, which are disjoint and in order.
pub fn apply<'a>(old: &str, edits: impl IntoIterator<Item = &'a EditReport>) -> String {
    let mut out = String::with_capacity(old.len());
    let mut done = 0;
    for edit in edits {
        out.push_str(old.get(done..edit.start as usize).unwrap_or_default());
        out.push_str(&edit.text);
        done = (edit.end as usize).max(done);
    }
    out.push_str(old.get(done..).unwrap_or_default());
    out
}

/// Where each line starts; one more behind a last line feed.
pub fn line_starts(text: &str) -> Vec<usize> {
    std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect()
}

/// The line, from 0, that holds the offset.
fn line_of(starts: &[usize], offset: usize) -> usize {
    starts.partition_point(|&start| start <= offset).saturating_sub(1)
}

fn once<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = Set::new();
    texts.filter(|text| !text.is_empty() && seen.insert(text.to_string())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Edits written as start, end, text and reason; hunks as their first line, the one behind the last, and reasons.
    #[track_caller]
    fn check(old: &str, edits: &[(u32, u32, &str, &str)], expected: &[(usize, usize, &str)]) {
        let edit = |&(start, end, text, reason): &(u32, u32, &str, &str)| EditReport {
            start,
            end,
            text: text.to_owned(),
            job: "j".to_owned(),
            reason: reason.to_owned(),
        };
        let edits: Vec<_> = edits.iter().map(edit).collect();
        let hunks = hunks(old, &line_starts(old), &edits);
        let shown: Vec<_> =
            hunks.iter().map(|hunk| (hunk.lines.start, hunk.lines.end, hunk.reasons().join("+"))).collect();
        let shown: Vec<_> = shown.iter().map(|(start, end, reasons)| (*start, *end, &**reasons)).collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn edits_whose_lines_touch_are_one() {
        check("a b\nc\n", &[(0, 1, "x", "r"), (2, 3, "y", "s")], &[(0, 1, "r+s")]);
        check("a\nb\n", &[(0, 1, "x", "r"), (2, 3, "y", "r")], &[(0, 2, "r")]);
        check("a\nb\n", &[(0, 1, "x", "r"), (2, 3, "y", "s")], &[(0, 1, "r"), (1, 2, "s")]);
        check("a\nb\nc\n", &[(0, 1, "x", "r"), (4, 5, "y", "r")], &[(0, 1, "r"), (2, 3, "r")]);
    }

    #[test]
    fn edits_are_made_in_order() {
        let edit = |start, end, text: &str| EditReport {
            start,
            end,
            text: text.to_owned(),
            job: String::new(),
            reason: String::new(),
        };
        assert_eq!(apply("abcdef", &[edit(0, 1, ""), edit(2, 2, "--"), edit(4, 5, "x")]), "b--cdxf");
        assert_eq!(apply("é", &[]), "é");
    }

    #[test]
    fn whole_lines_end_at_their_line_feed() {
        check("a\nb\n", &[(0, 2, "", "r")], &[(0, 1, "r")]);
        check("a\nb\n", &[(2, 2, "x\n", "r")], &[(1, 1, "r")]);
        check("é", &[(1, 2, "", "r")], &[]);
    }
}
