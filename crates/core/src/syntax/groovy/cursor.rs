//! Moving over the text: blanks, comments, line breaks, names.

use super::Name;
use super::parser::Parser;
use crate::model::SyntaxError;
use crate::source::Span;

/// More errors than this tell nothing new.
const MOST_ERRORS: usize = 8;

impl<'t> Parser<'t> {
    pub(super) fn byte(&self, offset: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + offset).copied()
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.byte(0)
    }

    pub(super) fn starts_with(&self, what: &str) -> bool {
        self.text.as_bytes().get(self.at..).is_some_and(|rest| rest.starts_with(what.as_bytes()))
    }

    /// Steps over one character, whatever it is.
    pub(super) fn skip_any(&mut self) {
        self.at += 1;
        while self.at < self.text.len() && !self.text.is_char_boundary(self.at) {
            self.at += 1;
        }
    }

    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, start..end)
    }

    pub(super) fn name(&self, start: usize, end: usize) -> Name<'t> {
        Name { text: self.text.get(start..end).unwrap_or(""), span: self.span(start, end) }
    }

    pub(super) fn error(&mut self, start: usize, length: usize, message: &str) {
        if self.errors.len() < MOST_ERRORS {
            let end = (start + length).min(self.text.len());
            self.errors.push(SyntaxError { span: self.span(start, end), message: message.to_owned() });
        }
    }

    /// Steps over blanks and comments, and over line breaks where these mean nothing.
    pub(super) fn blanks(&mut self) {
        loop {
            match self.peek() {
                Some(b' ' | b'\t' | b'\r' | b'\x0c') => self.at += 1,
                Some(b'\\') if self.line_continues() => {}
                Some(b'\n') if !self.lines => self.line_break(),
                Some(b'/') if self.byte(1) == Some(b'/') => self.skip_line(),
                Some(b'/') if self.byte(1) == Some(b'*') => self.comment(),
                Some(0xc2) if self.byte(1) == Some(0xa0) => self.at += 2,
                Some(0xef) if self.starts_with("\u{feff}") => self.at += 3,
                _ => return,
            }
        }
    }

    /// Steps over blanks, comments and line breaks.
    pub(super) fn all_blanks(&mut self) {
        let lines = std::mem::replace(&mut self.lines, false);
        self.blanks();
        self.lines = lines;
    }

    /// Where the next thing stands, line breaks passed over. What was found last is kept, as each level that ends here
    /// asks again.
    pub(super) fn after_lines(&mut self) -> usize {
        if self.looked.0 != self.at || self.looked.1 < self.at {
            let (at, errors) = (self.at, self.errors.len());
            self.all_blanks();
            self.looked = (at, self.at);
            self.at = at;
            self.errors.truncate(errors);
        }
        self.looked.1
    }

    fn line_continues(&mut self) -> bool {
        let length = match (self.byte(1), self.byte(2)) {
            (Some(b'\n'), _) => 2,
            (Some(b'\r'), Some(b'\n')) => 3,
            _ => 0,
        };
        self.at += length;
        length > 0
    }

    /// Steps over a line break, and over a line that an unresolved merge left behind it.
    pub(super) fn line_break(&mut self) {
        self.at += 1;
        self.conflict();
    }

    pub(super) fn conflict(&mut self) {
        let marker =
            ["<<<<<<<", "=======", ">>>>>>>", "|||||||"].iter().any(|marker| self.starts_with(marker));
        if marker && matches!(self.byte(7), None | Some(b' ' | b'\r' | b'\n')) {
            let start = self.at;
            self.skip_line();
            self.error(start, 7, "a merge conflict is left unresolved here; both sides are read");
        }
    }

    pub(super) fn skip_line(&mut self) {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        self.at += rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
    }

    fn comment(&mut self) {
        let start = self.at;
        match self.text.get(start + 2..).and_then(|rest| rest.find("*/")) {
            Some(length) => self.at = start + 2 + length + 2,
            None => {
                self.at = self.text.len();
                self.error(start, 2, "no `*/` ends this comment");
            }
        }
    }

    /// Where the name that starts at `start` ends; `start` where none does.
    pub(super) fn name_end(&self, start: usize) -> usize {
        let bytes = self.text.as_bytes();
        let mut end = start;
        while bytes.get(end).is_some_and(|byte| is_name(*byte)) {
            end += 1;
        }
        if bytes.get(start).is_some_and(u8::is_ascii_digit) { start } else { end }
    }
}

/// Letters beyond ASCII are parts of names, too.
pub(super) fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || byte >= 0x80
}
