//! The words of one command line that change, with the lines that have nothing left on them.

use super::super::translate::{Outcome, Site};
use crate::edit::Edit;
use crate::order;
use crate::source::Span;

/// What is written and what goes.
#[derive(Debug, Default)]
pub(in crate::rewrite) struct Draft {
    put: Vec<(Span, String, String)>,
    gone: Vec<(Span, String)>,
    pub(in crate::rewrite) notes: Vec<String>,
}

impl Draft {
    /// A text in the place of a word or an option, and why.
    pub(in crate::rewrite) fn put(&mut self, span: Span, text: String, why: impl Into<String>) {
        self.put.push((span, text, why.into()));
    }

    pub(in crate::rewrite) fn remove(&mut self, span: Span, why: impl Into<String>) {
        self.gone.push((span, why.into()));
    }

    /// Adds to what is written at `span`; `false` where nothing is.
    pub(in crate::rewrite) fn append(&mut self, span: Span, text: &str) -> bool {
        let found = self.put.iter_mut().find(|(at, _, _)| *at == span);
        found.is_some_and(|(_, written, _)| {
            written.push_str(text);
            true
        })
    }

    /// The edits. A blank before an option goes with it; so does a continued line that it leaves empty, which would end
    /// the command in a folded text.
    pub(in crate::rewrite) fn finish(self, command: Span, site: &Site<'_>) -> Outcome {
        let text = site.text;
        let mut ranges: Vec<(usize, usize, String)> = Vec::new();
        for (span, why) in self.gone {
            let (start, end) = with_blank(text, span);
            ranges.push((start, end, why));
        }
        order::sort_by_key(&mut ranges, |(start, _, _)| *start);
        let mut line = command.start as usize;
        while let Some(next) = text.get(line..command.end as usize).and_then(|rest| rest.find('\n')) {
            line += next + 1;
            let end = text.get(line..).and_then(|rest| rest.find('\n')).map_or(text.len(), |at| line + at);
            self::empty_line(text, line..end, &self.put, &mut ranges);
        }
        let deletes = ranges
            .into_iter()
            .map(|(start, end, why)| Edit::delete(Span::new(command.file, start..end), why));
        let mut out = Outcome { notes: self.notes, edits: merged(deletes.collect(), text) };
        for (span, text, why) in self.put {
            site.replace(&mut out, span, &text, why);
        }
        out
    }
}

/// A word with the blank before it, unless it stands first on its line: a block's indentation stays.
pub(in crate::rewrite) fn with_blank(text: &str, span: Span) -> (usize, usize) {
    let start = span.start as usize;
    let kept = text.get(..start).unwrap_or("").trim_end_matches([' ', '\t']);
    (if kept.ends_with('\n') { start } else { kept.len() }, span.end as usize)
}

/// Edits with those that delete neighbouring words as one, which takes the blank behind it where it stands first on its
/// line.
pub(in crate::rewrite) fn merged(edits: Vec<Edit>, text: &str) -> Vec<Edit> {
    let (mut deletes, mut out): (Vec<Edit>, Vec<Edit>) =
        edits.into_iter().partition(|edit| edit.text.is_empty());
    order::sort_by_key(&mut deletes, |edit| (edit.span.start, edit.span.end));
    let mut runs: Vec<Edit> = Vec::new();
    for edit in deletes {
        match runs.last_mut().filter(|last| edit.span.start <= last.span.end) {
            Some(last) => last.span.end = last.span.end.max(edit.span.end),
            None => runs.push(edit),
        }
    }
    for run in &mut runs {
        let before = text.get(..run.span.start as usize).unwrap_or("");
        let after = text.get(run.span.end as usize..).unwrap_or("");
        let rest = after.trim_start_matches([' ', '\t']);
        let goes_on = !rest.is_empty() && !rest.starts_with(['\n', '\r', '\\']);
        if before.trim_end_matches([' ', '\t']).ends_with('\n') && goes_on {
            run.span.end += u32::try_from(after.len() - rest.len()).unwrap_or(0);
        }
    }
    out.extend(runs);
    out
}

/// Adds the range of a line on which nothing would be left but its continuation.
fn empty_line(
    text: &str,
    line: std::ops::Range<usize>,
    put: &[(Span, String, String)],
    ranges: &mut Vec<(usize, usize, String)>,
) {
    let written = |(span, _, _): &(Span, String, String)| {
        (span.start as usize) < line.end && line.start < span.end as usize
    };
    let within: Vec<(usize, usize)> = ranges
        .iter()
        .filter(|(start, end, _)| *start < line.end && line.start < *end)
        .map(|(start, end, _)| (*start, *end))
        .collect();
    if within.is_empty() || put.iter().any(written) {
        return;
    }
    let content = text.get(line.clone()).unwrap_or("").trim_end();
    let (content, goes_on) = match content.strip_suffix('\\') {
        Some(content) => (content, true),
        None => (content, false),
    };
    let is_gone = |at: usize| within.iter().any(|(start, end)| (*start..*end).contains(&at));
    if content.char_indices().any(|(at, c)| !c.is_whitespace() && !is_gone(line.start + at)) {
        return;
    }
    let mut start = line.start.saturating_sub(1);
    if !goes_on {
        // The line before must no longer go on.
        loop {
            let before = text.get(..start).unwrap_or("");
            let kept = before.trim_end_matches(|c: char| c.is_whitespace() || c == '\\').len();
            match ranges.iter().find(|(from, to, _)| *from < kept && kept <= *to) {
                Some((from, _, _)) => start = *from,
                None => {
                    start = kept;
                    break;
                }
            }
        }
    }
    let why = ranges.iter().find(|(from, to, _)| *from < line.end && line.start < *to);
    let why = why.map_or(String::new(), |(_, _, why)| why.clone());
    ranges.push((start, line.end, why));
}
