//! Where the reader stands in the text: looking ahead, and reading over what has no meaning.

use super::Parser;
use crate::source::Span;

/// Where a closer was last looked for and where it was found. Looking from ever further on costs one pass in all.
#[derive(Clone, Copy)]
pub(super) struct Ahead {
    from: usize,
    found: usize,
}

/// What [`Parser::ahead`] looks for.
#[derive(Clone, Copy)]
pub(super) enum Closer {
    SingleQuote,
    DoubleQuote,
    Backtick,
    Brace,
    Parenthesis,
    Newline,
    Braces,
    Brackets,
    Percent,
    Parentheses,
}

pub(super) const CLOSERS: usize = 10;

const NEEDLES: [&str; CLOSERS] = ["'", "\"", "`", "}", ")", "\n", "}}", "]]", "%>", "))"];

/// Nothing looked for yet.
pub(super) const NOTHING_AHEAD: [Ahead; CLOSERS] = [Ahead { from: 1, found: 0 }; CLOSERS];

impl<'t> Parser<'t> {
    /// Reads over blanks, comments and line continuations.
    pub(super) fn blanks(&mut self) {
        loop {
            match self.peek() {
                Some(b' ' | b'\t' | b'\r') => self.at += 1,
                Some(b'#') if self.at == 0 || self.byte(self.at - 1).is_some_and(is_break) => {
                    self.at = self.ahead(Closer::Newline, self.at).unwrap_or(self.source.len());
                }
                _ if self.continuation() => {}
                _ => return,
            }
        }
    }

    pub(super) fn blank_lines(&mut self) {
        self.blanks();
        while self.peek() == Some(b'\n') {
            self.newline();
            self.blanks();
        }
    }

    /// Reads over a line break that doesn't end the line: after `\`, PowerShell's backtick or the `^` of `cmd`.
    pub(super) fn continuation(&mut self) -> bool {
        let length = match self.source.as_bytes().get(self.at..) {
            Some([b'\\' | b'`' | b'^', b'\n', ..]) => 2,
            Some([b'\\' | b'`' | b'^', b'\r', b'\n', ..]) => 3,
            _ => return false,
        };
        self.at += length;
        true
    }

    /// The word that starts here if it is short enough for a key word and nothing in it is quoted.
    pub(super) fn bare_word(&self) -> &'t str {
        const LONGEST: usize = 64;
        let rest = self.source.as_bytes().get(self.at..).unwrap_or_default();
        let length = rest.iter().take(LONGEST).position(|byte| is_break(*byte)).unwrap_or(rest.len());
        self.source.get(self.at..self.at + length.min(LONGEST)).unwrap_or("")
    }

    pub(super) fn skip(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    pub(super) fn skip_word(&mut self, word: &str) -> bool {
        let found = self.bare_word() == word;
        if found {
            self.at += word.len();
        }
        found
    }

    /// The end of `(( … ))` if that starts at `start`. Two adjacent names are no arithmetic but a subshell's command.
    pub(super) fn arithmetic_end(&mut self, start: usize) -> Option<usize> {
        const LONGEST: usize = 256;
        let rest = self.source.as_bytes().get(start..)?;
        if !rest.starts_with(b"((") || self.ahead(Closer::Parentheses, start)? > start + LONGEST {
            return None;
        }
        let mut open = 0_usize;
        let mut after_name = false;
        for (index, byte) in rest.iter().enumerate().take(LONGEST) {
            match byte {
                b'(' => open += 1,
                b')' => open = open.saturating_sub(1),
                b'\n' => return None,
                _ => {}
            }
            if open == 0 {
                return (rest.get(index.checked_sub(1)?) == Some(&b')')).then_some(start + index + 1);
            }
            let name = is_name(*byte);
            if after_name && name && rest.get(index.checked_sub(1)?) == Some(&b' ') {
                return None;
            }
            after_name = name || (after_name && *byte == b' ');
        }
        None
    }

    /// Where `closer` is next found at or after `from`.
    pub(super) fn ahead(&mut self, closer: Closer, from: usize) -> Option<usize> {
        let memo = self.ahead.get_mut(closer as usize)?;
        if from < memo.from || from > memo.found {
            let needle = NEEDLES.get(closer as usize)?;
            let found = self.source.get(from..).and_then(|rest| rest.find(needle));
            *memo = Ahead { from, found: found.map_or(usize::MAX, |found| from + found) };
        }
        (memo.found != usize::MAX).then_some(memo.found)
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.byte(self.at)
    }

    pub(super) fn byte(&self, at: usize) -> Option<u8> {
        self.source.as_bytes().get(at).copied()
    }

    /// The offset after the character at `at`.
    pub(super) fn after_char(&self, at: usize) -> usize {
        at + self.source.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8)
    }

    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        self.text.span_of(start..end)
    }

    /// The length of the name of a variable that starts at `at`.
    pub(super) fn name_at(&self, at: usize) -> usize {
        name_length(self.source.as_bytes().get(at..).unwrap_or_default())
    }

    /// The end of the line that is being read.
    pub(super) fn line_end(&mut self) -> usize {
        self.ahead(Closer::Newline, self.at).unwrap_or(self.source.len())
    }

    /// The first boundary of a character at or after `at`.
    pub(super) fn char_boundary(&self, mut at: usize) -> usize {
        while at < self.source.len() && !self.source.is_char_boundary(at) {
            at += 1;
        }
        at.min(self.source.len())
    }
}

/// Whether a word ends before this byte.
pub(super) fn is_break(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b';' | b'&' | b'|' | b'(' | b')' | b'<' | b'>')
}

/// The length of the variable's name at the start of `bytes`: a letter or `_`, then digits too.
pub(super) fn name_length(bytes: &[u8]) -> usize {
    match bytes.first() {
        Some(first) if is_name(*first) && !first.is_ascii_digit() => {
            bytes.iter().position(|byte| !is_name(*byte)).unwrap_or(bytes.len())
        }
        _ => 0,
    }
}

pub(super) fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// A parameter of one character that is no name.
pub(super) fn is_special(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!')
}
