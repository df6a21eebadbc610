//! Texts and where their bytes come from: [`Span`], [`Text`] (a cooked text with a map to its source), [`LineIndex`].

use std::ops::Range;

use ecow::EcoString;
use smallvec::{SmallVec, smallvec};

/// Which of the input's files, by its index there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

impl FileId {
    /// The file of this index. Of more files than can be counted, the last one stands for the rest.
    pub fn of(index: usize) -> Self {
        Self(clamp(index))
    }
}

/// A range of bytes in one file, the end exclusive. Lines and columns exist only in the report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    pub file: FileId,
    pub start: u32,
    pub end: u32,
}

impl Span {
    pub fn new(file: FileId, range: Range<usize>) -> Self {
        Self { file, start: clamp(range.start), end: clamp(range.end) }
    }

    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    pub fn is_empty(self) -> bool {
        self.start >= self.end
    }

    pub fn contains(self, other: Self) -> bool {
        self.file == other.file && self.start <= other.start && other.end <= self.end
    }

    /// The smallest span that holds both; `self` where they are of two files.
    pub fn to(self, other: Self) -> Self {
        if self.file != other.file {
            return self;
        }
        Self { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// Offsets past 4 GiB do not occur: such a file is refused before it is read.
fn clamp(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

/// One piece of a [`Text`]: from `at` to the next piece's `at` it stands for `span`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Piece {
    at: u32,
    span: Span,
    /// The bytes are the source's own, one for one; else the piece as a whole stands for the span as a whole.
    verbatim: bool,
}

/// A cooked text (unquoted, unfolded, expanded) that knows where each byte of it was written.
///
/// Maps compose: a text built from slices of another keeps that one's map. So the path of a mount inside a flag inside
/// `sh -c '…'` inside a YAML block scalar still points at its own bytes in the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    /// Most are words of a few bytes, which take no memory of their own; long ones are shared.
    text: EcoString,
    /// Most texts are one piece, and there are many texts.
    pieces: SmallVec<[Piece; 1]>,
}

impl Text {
    /// The bytes of `text` as they stand in `file` from byte `start`.
    pub fn verbatim(file: FileId, start: usize, text: &str) -> Self {
        let span = Span::new(file, start..start + text.len());
        Self { text: text.into(), pieces: smallvec![Piece { at: 0, span, verbatim: true }] }
    }

    /// A text that stands as a whole for `span`: an escape, a default value, something made up for a setting.
    pub fn replaced(text: &str, span: Span) -> Self {
        let mut out = Self::default();
        out.push_replaced(text, span);
        out
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub fn len(&self) -> usize {
        self.text.len()
    }

    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Appends bytes as they stand in the file.
    pub fn push_verbatim(&mut self, file: FileId, start: usize, text: &str) {
        let span = Span::new(file, start..start + text.len());
        match self.pieces.last_mut() {
            Some(last) if last.verbatim && last.span.file == file && last.span.end == span.start => {
                last.span.end = span.end;
            }
            _ => self.pieces.push(Piece { at: clamp(self.text.len()), span, verbatim: true }),
        }
        self.text.push_str(text);
    }

    /// Appends a text that stands as a whole for `span`.
    pub fn push_replaced(&mut self, text: &str, span: Span) {
        self.pieces.push(Piece { at: clamp(self.text.len()), span, verbatim: false });
        self.text.push_str(text);
    }

    /// Appends the bytes `range` of `other`, with their map. A range that is no char boundary of `other` adds nothing.
    pub fn push_slice(&mut self, other: &Self, range: Range<usize>) {
        let Some(text) = other.text.get(range.clone()) else { return };
        let first = other.piece_at(range.start);
        for (index, piece) in other.pieces.iter().enumerate().skip(first) {
            let end = other.pieces.get(index + 1).map_or(other.text.len(), |next| next.at as usize);
            let (from, to) = ((piece.at as usize).max(range.start), end.min(range.end));
            if piece.at as usize >= range.end && !range.is_empty() {
                break;
            }
            if from > to || (from == to && !range.is_empty()) {
                continue;
            }
            let cooked = &text[from - range.start..to - range.start];
            if piece.verbatim {
                let skip = from - piece.at as usize;
                self.push_verbatim(piece.span.file, piece.span.start as usize + skip, cooked);
            } else {
                self.push_replaced(cooked, piece.span);
            }
            if range.is_empty() {
                break;
            }
        }
    }

    /// Appends all of `other`, with its map.
    pub fn push(&mut self, other: &Self) {
        self.push_slice(other, 0..other.len());
    }

    /// The bytes `range` as a text of their own.
    pub fn slice(&self, range: Range<usize>) -> Self {
        // Most are a part of one piece.
        if let [Piece { at: 0, span, verbatim: true }] = *self.pieces
            && let Some(text) = self.text.get(range.clone())
        {
            return Self::verbatim(span.file, span.start as usize + range.start, text);
        }
        let mut out = Self::default();
        out.push_slice(self, range);
        out
    }

    /// Without white space at both ends.
    pub fn trim(&self) -> Self {
        let start = self.text.len() - self.text.trim_start().len();
        self.slice(start..start + self.text.trim().len())
    }

    /// Where it was written: from its first piece to its last of the same file. An empty text with no piece has an
    /// empty span at the start of the first file.
    pub fn span(&self) -> Span {
        self.span_of(0..self.text.len())
    }

    /// Where the bytes `range` were written.
    pub fn span_of(&self, range: Range<usize>) -> Span {
        let Some(first) = self.pieces.get(self.piece_at(range.start)) else { return Span::default() };
        let last =
            self.pieces.get(self.piece_at(range.end.saturating_sub(1).max(range.start))).unwrap_or(first);
        let start = first.offset(range.start, false);
        if last.span.file != first.span.file {
            return Span { start, ..first.span };
        }
        let end = last.offset(range.end, true).max(start);
        Span { file: first.span.file, start, end }
    }

    /// Where the bytes `range` were written, if they stand there just so and in one run, so that an edit of that span
    /// changes these bytes and nothing else.
    pub fn editable(&self, range: Range<usize>) -> Option<Span> {
        let piece = self.pieces.get(self.piece_at(range.start))?;
        let end =
            self.pieces.get(self.piece_at(range.start) + 1).map_or(self.text.len(), |next| next.at as usize);
        (piece.verbatim && range.end <= end).then(|| self.span_of(range))
    }

    /// Index of the piece that holds the byte at `offset`, the last one for an offset at the end.
    fn piece_at(&self, offset: usize) -> usize {
        self.pieces.partition_point(|piece| piece.at as usize <= offset).saturating_sub(1)
    }
}

impl Piece {
    fn offset(&self, cooked: usize, end: bool) -> u32 {
        if self.verbatim {
            self.span.start.saturating_add(clamp(cooked).saturating_sub(self.at)).min(self.span.end)
        } else if end {
            self.span.end
        } else {
            self.span.start
        }
    }
}

/// A line and a column as people and editors count them: from 1, the column in UTF-16 code units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub line: u32,
    pub column: u32,
}

/// Where the lines of a text start; made once, so that a position costs one search and the width of one line.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Vec<u32>,
}

/// Columns past this many bytes into a line are told as this many: a line of a megabyte must not cost a megabyte for
/// each of its findings.
const WIDEST: usize = 4096;

impl LineIndex {
    pub fn new(text: &str) -> Self {
        let starts = std::iter::once(0).chain(memchr_lines(text)).collect();
        Self { starts }
    }

    /// The number of lines, a last empty one included.
    pub fn lines(&self) -> usize {
        self.starts.len()
    }

    /// The position of the byte `offset` of `text`, which must be the text that the index was made from.
    pub fn position(&self, text: &str, offset: u32) -> Position {
        let line = self.starts.partition_point(|start| *start <= offset).saturating_sub(1);
        let start = self.starts.get(line).copied().unwrap_or(0) as usize;
        let mut end = (offset as usize).min(text.len()).max(start);
        if end - start > WIDEST {
            end = start + WIDEST;
        }
        while end > start && !text.is_char_boundary(end) {
            end -= 1;
        }
        let column = text.get(start..end).unwrap_or("").encode_utf16().count();
        Position { line: clamp(line + 1), column: clamp(column + 1) }
    }

    /// The bytes of line `line` (from 1) without its line break.
    pub fn line<'t>(&self, text: &'t str, line: u32) -> &'t str {
        let index = (line as usize).saturating_sub(1);
        let Some(&start) = self.starts.get(index) else { return "" };
        let end = self.starts.get(index + 1).map_or(text.len(), |next| *next as usize);
        text.get(start as usize..end).unwrap_or("").trim_end_matches(['\n', '\r'])
    }
}

fn memchr_lines(text: &str) -> impl Iterator<Item = u32> + '_ {
    text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| clamp(at + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: FileId = FileId(0);

    #[test]
    fn maps_compose() {
        let file = "run: \"a\\tdocker run\"";
        let mut cooked = Text::verbatim(FILE, 6, "a");
        cooked.push_replaced("\t", Span::new(FILE, 7..9));
        cooked.push_verbatim(FILE, 9, "docker run");
        assert_eq!(cooked.as_str(), "a\tdocker run");
        let word = cooked.slice(2..8);
        assert_eq!(&file[word.span().range()], "docker");
        assert_eq!(&file[word.slice(1..3).span().range()], "oc");
        assert_eq!(&file[cooked.span_of(0..2).range()], "a\\t");
        assert_eq!(cooked.editable(2..8), Some(word.span()));
        assert_eq!(cooked.editable(0..8), None);
        assert_eq!(cooked.trim().as_str(), "a\tdocker run");
    }

    #[test]
    fn positions_count_utf16() {
        let text = "a\né😀x\r\n";
        let lines = LineIndex::new(text);
        assert_eq!(lines.position(text, 2 + 6), Position { line: 2, column: 4 });
        assert_eq!(lines.line(text, 2), "é😀x");
        assert_eq!(lines.lines(), 3);
    }
}
