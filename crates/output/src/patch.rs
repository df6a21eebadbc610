//! A rewrite as a unified diff whose hunks say why: `git apply` and `patch -p1` take it.

use std::ops::Range;

use daemonless_core::hunk::{Hunk, hunks, line_starts};
use daemonless_core::report::EditReport;
use similar::{ChangeTag, TextDiff};

use crate::plain;

/// What a line of a diff is; a terminal gives each its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The name of the file.
    File,
    /// Where a hunk stands.
    Place,
    /// A line that comes.
    Added,
    /// A line that goes.
    Removed,
}

/// Most unchanged lines before and after a change.
const CONTEXT: usize = 3;

/// A hunk of the core, cut down to the lines that differ.
struct Change<'a> {
    /// "1. build: why", as the heading has it.
    heading: String,
    /// Lines of the old text, from 0.
    old: Range<usize>,
    removed: Vec<&'a str>,
    added: Vec<String>,
}

/// The diff of the hunks that are `taken`, by their numbers from 1, with `old` at `path`; empty where none is. Each has
/// the number that it has among all. `paint` is given all parts that can have a colour.
pub fn unified(
    path: &str,
    old: &str,
    edits: &[EditReport],
    taken: impl Fn(usize) -> bool,
    paint: impl Fn(Part, String) -> String,
) -> String {
    let starts = line_starts(old);
    let all: Vec<&str> = old.split_inclusive('\n').collect();
    let hunks = hunks(old, &starts, edits);
    let hunks = (1..).zip(&hunks).filter(|(number, _)| taken(*number));
    let mut places: Vec<Vec<Change<'_>>> = Vec::new();
    for change in hunks.filter_map(|(number, hunk)| change(number, hunk, old, &starts, &all)) {
        match places.last_mut() {
            // A hunk without a line behind its change would be looked for at the end of the file only.
            Some(place) if place.last().is_some_and(|last| last.old.end >= change.old.start) => {
                place.push(change);
            }
            _ => places.push(vec![change]),
        }
    }
    if places.is_empty() {
        return String::new();
    }
    let mut out = paint(Part::File, format!("--- {}", name('a', path))) + "\n";
    out += &(paint(Part::File, format!("+++ {}", name('b', path))) + "\n");
    let (mut shown, mut shift) = (0, 0isize);
    for (at, place) in places.iter().enumerate() {
        let (Some(first), Some(last)) = (place.first(), place.last()) else { continue };
        let next = places.get(at + 1).and_then(|place| place.first());
        let next = next.map_or(all.len(), |change| change.old.start);
        let behind = next.saturating_sub(last.old.end).min(CONTEXT);
        // No line is in two hunks. One with fewer lines behind than before would be looked for at the end only.
        let most = if last.old.end + behind < all.len() { behind } else { CONTEXT };
        let before = first.old.start.saturating_sub(shown).min(most);
        let lines = first.old.start - before..last.old.end + behind;
        let growth: isize =
            place.iter().map(|change| change.added.len() as isize - change.removed.len() as isize).sum();
        let headings: Vec<&str> = place.iter().map(|change| &*change.heading).collect();
        let ranges = format!(
            "@@ -{} +{} @@",
            range(lines.start, lines.len()),
            range(lines.start.saturating_add_signed(shift), lines.len().saturating_add_signed(growth)),
        );
        out += &format!("{} {}\n", paint(Part::Place, ranges), headings.join(" "));
        let same = |out: &mut String, lines: Range<usize>| {
            all.get(lines).unwrap_or_default().iter().for_each(|text| line(out, ' ', text, &paint));
        };
        same(&mut out, lines.start..first.old.start);
        for change in place {
            let removed = change.removed.concat();
            let added = change.added.concat();
            for one in TextDiff::from_lines(&*removed, &*added).iter_all_changes() {
                let sign = match one.tag() {
                    ChangeTag::Equal => ' ',
                    ChangeTag::Delete => '-',
                    ChangeTag::Insert => '+',
                };
                line(&mut out, sign, one.value(), &paint);
            }
        }
        same(&mut out, last.old.end..lines.end);
        shown = lines.end;
        shift += growth;
    }
    out
}

/// A file's name on one side, as Git writes it: what could be taken for the end of the name is told from it.
fn name(side: char, path: &str) -> String {
    let parts: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    let name = format!("{side}/{}", parts.join("/"));
    if !name.contains(|c: char| c.is_control() || matches!(c, '"' | '\\')) {
        return if name.contains(' ') { name + "\t" } else { name };
    }
    let mut quoted = String::from('"');
    let mut bytes = [0; 4];
    for c in name.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => {
                quoted.extend(c.encode_utf8(&mut bytes).bytes().map(|byte| format!("\\{byte:03o}")));
            }
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

/// `None` where nothing differs.
fn change<'a>(
    number: usize,
    hunk: &Hunk<'_>,
    old: &str,
    starts: &[usize],
    all: &[&'a str],
) -> Option<Change<'a>> {
    let offset = |line: usize| starts.get(line).copied().unwrap_or(old.len());
    let (mut text, mut done) = (String::new(), offset(hunk.lines.start));
    for edit in &hunk.edits {
        text += old.get(done..edit.start as usize).unwrap_or_default();
        text += &edit.text;
        done = edit.end as usize;
    }
    text += old.get(done..offset(hunk.lines.end)).unwrap_or_default();
    let (first, last) = (hunk.lines.start.min(all.len()), hunk.lines.end.min(all.len()));
    let mut removed = all.get(first..last)?;
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut added = &*lines;
    let mut first = first;
    while let ([a, removed_rest @ ..], [b, added_rest @ ..]) = (removed, added)
        && a == b
    {
        (removed, added) = (removed_rest, added_rest);
        first += 1;
    }
    while let ([removed_rest @ .., a], [added_rest @ .., b]) = (removed, added)
        && a == b
    {
        (removed, added) = (removed_rest, added_rest);
    }
    let jobs = match hunk.jobs() {
        jobs if jobs.is_empty() => String::new(),
        jobs => format!(" {}:", jobs.join(", ")),
    };
    let heading = format!("{number}.{jobs} {}", hunk.reasons().join(" ")).replace('\n', " ");
    let change = Change {
        heading: plain(&heading).into_owned(),
        old: first..first + removed.len(),
        removed: removed.to_vec(),
        added: added.iter().map(|&line| line.to_owned()).collect(),
    };
    (!removed.is_empty() || !added.is_empty()).then_some(change)
}

/// Lines as the heading has them: the first one from 1, and how many unless it is one. Of none, the line before.
fn range(first: usize, count: usize) -> String {
    match count {
        0 => format!("{first},0"),
        1 => format!("{}", first + 1),
        _ => format!("{},{count}", first + 1),
    }
}

fn line(out: &mut String, sign: char, text: &str, paint: impl Fn(Part, String) -> String) {
    let written = format!("{sign}{}", text.trim_end_matches('\n'));
    *out += &match sign {
        '+' => paint(Part::Added, written),
        '-' => paint(Part::Removed, written),
        _ => written,
    };
    *out += if text.ends_with('\n') { "\n" } else { "\n\\ No newline at end of file\n" };
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The diff of changes written as (old part, new part, reason), each at its first place behind the one before.
    #[track_caller]
    fn check(old: &str, changes: &[(&str, &str, &str)], expected: &str) {
        let mut from = 0;
        let edit = |&(part, text, reason): &(&str, &str, &str)| {
            let start = from + old[from..].find(part).expect("a part of the text");
            from = start + part.len();
            EditReport {
                start: start as u32,
                end: from as u32,
                text: text.to_owned(),
                job: "j".to_owned(),
                reason: reason.to_owned(),
            }
        };
        let edits: Vec<_> = changes.iter().map(edit).collect();
        let diff = unified("f", old, &edits, |_| true, |_, text| text);
        assert_eq!(diff.strip_prefix("--- a/f\n+++ b/f\n").unwrap_or(&diff), expected);
    }

    #[test]
    fn each_hunk_says_why() {
        check("a\n", &[("a", "x", "Why.")], "@@ -1 +1 @@ 1. j: Why.\n-a\n+x\n");
        check(
            "a\nb\nc\nd\ne\nf\ng\nh\ni\n",
            &[("a", "x", "r"), ("i", "y\nz", "s")],
            "@@ -1,4 +1,4 @@ 1. j: r\n-a\n+x\n b\n c\n d\n@@ -6,4 +6,5 @@ 2. j: s\n f\n g\n h\n-i\n+y\n+z\n",
        );
        check("a\n", &[("a", "a", "r")], "");
    }

    #[test]
    fn names_are_written_as_git_does() {
        #[track_caller]
        fn check(path: &str, expected: &str) {
            assert_eq!(name('a', path), expected);
        }
        check("ci/a.yml", "a/ci/a.yml");
        check("/ci/./a.yml", "a/ci/a.yml");
        check("./a b.yml", "a/a b.yml\t");
        check("a\"\\\n.yml", r#""a/a\"\\\012.yml""#);
    }

    #[test]
    fn near_hunks_share_no_line() {
        check(
            "a\nb\nc\nd\n",
            &[("a", "x", "r"), ("c", "y", "s")],
            "@@ -1,2 +1,2 @@ 1. j: r\n-a\n+x\n b\n@@ -3,2 +3,2 @@ 2. j: s\n-c\n+y\n d\n",
        );
        check(
            "a\nb\nc\n",
            &[("a", "x", "r"), ("b\n", "", "s")],
            "@@ -1,3 +1,2 @@ 1. j: r 2. j: s\n-a\n+x\n-b\n c\n",
        );
    }

    #[test]
    fn a_last_line_without_an_end_is_told() {
        check(
            "a\nb",
            &[("\nb", "", "r")],
            "@@ -1,2 +1 @@ 1. j: r\n-a\n-b\n\\ No newline at end of file\n+a\n\\ No newline at end of file\n",
        );
        check("", &[("", "x\n", "r")], "@@ -0,0 +1 @@ 1. j: r\n+x\n");
    }
}
