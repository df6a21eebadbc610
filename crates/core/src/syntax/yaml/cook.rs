//! From a scalar's cooked value back to its bytes: unfolding, unquoting and unescaping, piece by piece.

use crate::source::{FileId, Span, Text};

use super::Style;

/// What scalars are written in: a file's text, or another with its map.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) file: FileId,
    pub(super) text: &'a str,
    pub(super) map: Option<&'a Text>,
}

/// The cooked value of the scalar at `span` with a map to its bytes. Where the two do not agree as they should, the
/// rest stands for the rest of the span.
pub(super) fn text(source: Source<'_>, span: Span, style: Style, cooked: &str) -> Text {
    let start = span.start as usize;
    let written = source.text.get(span.range()).unwrap_or("");
    let mut cooker = Cooker { source, out: Text::default(), last: start, cooked, done: 0 };
    match style {
        Style::Literal | Style::Folded => cooker.block(span),
        Style::Plain => cooker.flow(start, written, Style::Plain),
        Style::Single | Style::Double => {
            let inner = written.get(1..written.len().saturating_sub(1)).unwrap_or("");
            cooker.flow(start + 1, inner, style);
        }
    }
    let rest = cooker.cooked.get(cooker.done..).unwrap_or("");
    if !rest.is_empty() {
        let from = cooker.last.min(span.end as usize);
        source.replaced(&mut cooker.out, rest, from, span.end as usize);
    }
    cooker.out
}

impl Source<'_> {
    fn verbatim(self, out: &mut Text, at: usize, text: &str) {
        match self.map {
            Some(map) => out.push_slice(map, at..at + text.len()),
            None => out.push_verbatim(self.file, at, text),
        }
    }

    fn replaced(self, out: &mut Text, text: &str, from: usize, to: usize) {
        let span = self.map.map_or_else(|| Span::new(self.file, from..to), |map| map.span_of(from..to));
        out.push_replaced(text, span);
    }
}

struct Cooker<'a> {
    source: Source<'a>,
    out: Text,
    /// The end of the source's bytes that are in `out`.
    last: usize,
    cooked: &'a str,
    /// Bytes of `cooked` that are in `out`.
    done: usize,
}

impl Cooker<'_> {
    fn rest(&self) -> &str {
        self.cooked.get(self.done..).unwrap_or("")
    }

    /// Takes `text`, which stands in the source at `at`. Says whether it was next.
    fn verbatim(&mut self, at: usize, text: &str) -> bool {
        if !self.rest().starts_with(text) {
            return false;
        }
        self.source.verbatim(&mut self.out, at, text);
        self.last = at + text.len();
        self.done += text.len();
        true
    }

    /// Takes `length` cooked bytes that stand for the source's bytes `from..to`.
    fn replaced(&mut self, length: usize, from: usize, to: usize) {
        let Some(text) = self.cooked.get(self.done..self.done + length) else { return };
        if text.is_empty() {
            return;
        }
        // Line feeds are their own bytes, so that a script's lines can be told apart. Folding takes the first ones.
        let region = self.source.text.get(from..to).unwrap_or("");
        let feeds = region.bytes().filter(|byte| *byte == b'\n').count();
        if text.bytes().all(|byte| byte == b'\n') && feeds >= length {
            for (at, feed) in region.match_indices('\n').skip(feeds - length) {
                self.source.verbatim(&mut self.out, from + at, feed);
            }
        } else {
            self.source.replaced(&mut self.out, text, from, to);
        }
        self.last = to;
        self.done += length;
    }

    /// `|` and `>`: lines less their indentation, joined by line feeds or, folded, by blanks.
    fn block(&mut self, span: Span) {
        let source = self.source.text;
        let first =
            source.get(..span.start as usize).map_or(0, |before| before.rfind('\n').map_or(0, |at| at + 1));
        let region = source.get(first..span.end as usize).unwrap_or("");
        // The span may begin at the line's start or behind the indentation.
        let indent = match span.start as usize - first {
            0 => region
                .lines()
                .find(|line| !line.trim().is_empty())
                .map_or(0, |line| line.len() - line.trim_start_matches(' ').len()),
            column => column,
        };
        let mut at = first;
        let mut gap = first;
        let mut begun = false;
        for line in region.split_inclusive('\n') {
            let bare = line.trim_end_matches(['\n', '\r']);
            let skip = (bare.len() - bare.trim_start_matches(' ').len()).min(indent);
            let content = bare.get(skip..).unwrap_or("");
            if !content.is_empty() {
                if begun {
                    let blanks = self.separators(content);
                    self.replaced(blanks, gap, at + skip);
                } else {
                    let blanks = self.rest().len() - self.rest().trim_start_matches('\n').len();
                    self.replaced(blanks, first, at + skip);
                }
                if !self.verbatim(at + skip, content) {
                    return;
                }
                begun = true;
                gap = at + bare.len();
            }
            at += line.len();
        }
        let last = self.rest().len();
        if self.rest().chars().all(|c| c == '\n') {
            self.replaced(last, gap, at.max(gap));
        }
    }

    /// How many cooked bytes stand between one line's content and `next`.
    fn separators(&self, next: &str) -> usize {
        let rest = self.rest();
        if next.starts_with([' ', '\t']) {
            // The content's own blanks are not separators: only line feeds are.
            return rest.len() - rest.trim_start_matches('\n').len();
        }
        rest.len() - rest.trim_start_matches(['\n', ' ']).len()
    }

    /// Plain and quoted scalars: escapes, doubled quotes, and lines folded into blanks.
    fn flow(&mut self, start: usize, written: &str, style: Style) {
        let bytes = written.as_bytes();
        let mut at = 0;
        let mut run = 0;
        while at < bytes.len() {
            let (skip, cooked) = match bytes[at] {
                b'\n' | b'\r' => self.fold(written, at, run),
                b'\'' if style == Style::Single && bytes.get(at + 1) == Some(&b'\'') => (at..at + 2, Some(1)),
                b'\\' if style == Style::Double => escape(written, at),
                _ => {
                    at += 1;
                    continue;
                }
            };
            if !self.verbatim(start + run, written.get(run..skip.start).unwrap_or("")) {
                return;
            }
            let length = match cooked {
                Some(length) => self.rest().chars().take(length).map(char::len_utf8).sum(),
                None => {
                    let next = written.get(skip.end..).unwrap_or("");
                    self.blanks(next)
                }
            };
            self.replaced(length, start + skip.start, start + skip.end);
            at = skip.end.max(at + 1);
            run = at;
        }
        self.verbatim(start + run, written.get(run..).unwrap_or(""));
    }

    /// The bytes of a line fold around `at`: blanks before, line breaks, blanks after.
    fn fold(&self, written: &str, at: usize, run: usize) -> (std::ops::Range<usize>, Option<usize>) {
        let before = written.get(run..at).unwrap_or("");
        let from = run + before.trim_end_matches([' ', '\t', '\r']).len();
        let after = written.get(at..).unwrap_or("");
        let to = at + (after.len() - after.trim_start_matches([' ', '\t', '\r', '\n']).len());
        (from..to, None)
    }

    fn blanks(&self, next: &str) -> usize {
        let rest = self.rest();
        if next.starts_with([' ', '\t']) {
            return rest.len() - rest.trim_start_matches('\n').len();
        }
        rest.len() - rest.trim_start_matches([' ', '\n']).len()
    }
}

/// The bytes of the escape at `at`, and how many characters it gives (`None`: a line break, so blanks are told by what
/// follows).
fn escape(written: &str, at: usize) -> (std::ops::Range<usize>, Option<usize>) {
    let rest = written.get(at + 1..).unwrap_or("");
    let Some(c) = rest.chars().next() else { return (at..at + 1, Some(1)) };
    match c {
        'x' => (at..(at + 4).min(written.len()), Some(1)),
        'u' => (at..(at + 6).min(written.len()), Some(1)),
        'U' => (at..(at + 10).min(written.len()), Some(1)),
        '\n' | '\r' => {
            let blanks = rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
            (at..at + 1 + blanks, Some(0))
        }
        _ => (at..at + 1 + c.len_utf8(), Some(1)),
    }
}
