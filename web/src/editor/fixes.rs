//! What can be mended where a finding is: the changes of the rewritten text that touch its lines.

use daemonless_core::hunk::{hunks, line_starts};
use daemonless_core::report::{EditReport, Range};

use crate::position;
use crate::state::State;

/// More are not offered for one finding: who wants them all takes the rewritten text.
const MOST: usize = 3;

/// A change of the rewritten text that can be made by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// Lines of the text, from 0. None where lines only come.
    pub lines: std::ops::Range<usize>,
    /// What is replaced, in UTF-16 units.
    pub start: u32,
    pub end: u32,
    pub text: String,
    pub reason: String,
}

/// The changes for the builder that the person looks at, from top to bottom. None while another text is on its way.
pub fn fixes(state: &State) -> Vec<Fix> {
    let outcome = state.outcome.as_ref().filter(|outcome| outcome.source.text == state.source.text);
    let builder = outcome.and_then(|outcome| outcome.builder(state.builder.as_deref()));
    match builder.and_then(|builder| state.rewrite(builder)) {
        Some((rewrite, true)) => {
            let written = rewrite.written.as_ref();
            written.map_or_else(Vec::new, |written| of(&rewrite.of.source.file().text, &written.edits))
        }
        _ => Vec::new(),
    }
}

/// The changes that `edits` make to a file, whose line ends may be others than the editor's.
fn of(file: &str, edits: &[EditReport]) -> Vec<Fix> {
    let mut fixes = Vec::new();
    let mut places = Vec::new();
    for hunk in hunks(file, &line_starts(file), edits) {
        let [Some(first), Some(last)] = [hunk.edits.first(), hunk.edits.last()] else { continue };
        let mut text = String::new();
        let mut at = first.start as usize;
        for edit in &hunk.edits {
            text += file.get(at..edit.start as usize).unwrap_or_default();
            text += &edit.text;
            at = edit.end as usize;
        }
        places.extend([first.start as usize, last.end as usize]);
        let reason = hunk.reasons().join("; ");
        fixes.push(Fix { lines: hunk.lines, start: 0, end: 0, text: text.replace('\r', ""), reason });
    }
    let units = position::units(file, places);
    for (fix, place) in fixes.iter_mut().zip(units.chunks_exact(2)) {
        [fix.start, fix.end] = [place[0], place[1]];
    }
    fixes
}

/// Those that touch the lines of `range`, the first of them. `fixes` are in order.
pub fn touching<'a>(fixes: &'a [Fix], range: &Range) -> &'a [Fix] {
    let (first, end) = (range.line.saturating_sub(1) as usize, range.end_line as usize);
    // Lines that only come touch the one before them and the one behind.
    let reach = |fix: &Fix| fix.lines.end.max(fix.lines.start + 1);
    let from = fixes.partition_point(|fix| reach(fix) <= first);
    let to = fixes.partition_point(|fix| fix.lines.start < end).max(from);
    &fixes[from..to.min(from + MOST)]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The fixes of `text` by these edits, each as start, end, new text and reason.
    fn fixes_of(text: &str, edits: &[(u32, u32, &str, &str)]) -> Vec<Fix> {
        let edit = |&(start, end, text, reason): &(u32, u32, &str, &str)| EditReport {
            start,
            end,
            text: text.to_owned(),
            job: "build".to_owned(),
            reason: reason.to_owned(),
        };
        of(text, &edits.iter().map(edit).collect::<Vec<_>>())
    }

    #[track_caller]
    fn check(text: &str, edits: &[(u32, u32, &str, &str)], expected: &[&str]) {
        let fixes = fixes_of(text, edits);
        let shown = fixes
            .iter()
            .map(|fix| format!("{:?} {}-{} {:?} {}", fix.lines, fix.start, fix.end, fix.text, fix.reason));
        assert_eq!(shown.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn each_hunk_is_a_fix() {
        check("a\nb\nc\n", &[(2, 3, "x", "r"), (4, 6, "", "s")], &[r#"1..2 2-3 "x" r"#, r#"2..3 4-6 "" s"#]);
        check("a b\n", &[(0, 1, "x", "r"), (2, 3, "y", "s")], &[r#"0..1 0-3 "x y" r; s"#]);
        check("", &[], &[]);
    }

    #[test]
    fn places_are_those_of_the_editor() {
        // In the file there are more bytes than letters, and two for each line end.
        check("é😀\r\nb\r\n", &[(8, 9, "c\r\nd", "r")], &[r#"1..2 4-5 "c\nd" r"#]);
    }

    #[test]
    fn a_finding_is_offered_what_touches_its_lines() {
        let fixes = fixes_of("a\nb\nc\nd\n", &[(0, 1, "x", "r"), (4, 5, "y", "s"), (6, 6, "z\n", "t")]);
        let at = |line, end_line| {
            let range = Range { line, column: 1, end_line, end_column: 2, file: None };
            touching(&fixes, &range).iter().map(|fix| &*fix.reason).collect::<Vec<_>>()
        };
        assert_eq!(at(1, 1), ["r"]);
        assert_eq!(at(2, 2), [""; 0]);
        assert_eq!(at(1, 9), ["r", "s", "t"]);
        assert_eq!(at(3, 3), ["s"]);
        assert_eq!(at(9, 9), [""; 0]);
    }
}
