//! Words: quotes, escapes, expansions, substitutions and the tokens of templates.

use super::cursor::{Closer, is_break};
use super::{Assignment, MAX_DEPTH, Parser, Part, Word};
use crate::source::Text;

/// What ends a word beside the end of the text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// Blanks and operators.
    Command,
    /// White space only.
    Space,
    /// The `}` of `${X:-…}` or the end of the line; `quoted` inside double quotes.
    Brace { quoted: bool },
}

const UNCLOSED: &str = "this quote is not closed";

/// The parts of a word so far.
#[derive(Default)]
pub(super) struct Parts {
    done: Vec<Part>,
    pub(super) literal: Text,
    pub(super) quoted: bool,
}

impl Parts {
    pub(super) fn push(&mut self, part: Part) {
        self.flush();
        self.add(part);
    }

    /// Most words are one part, and there are many words: they must not each hold room for four.
    fn add(&mut self, part: Part) {
        if self.done.is_empty() {
            self.done.reserve_exact(1);
        }
        self.done.push(part);
    }

    fn flush(&mut self) {
        if !self.literal.is_empty() {
            let literal = std::mem::take(&mut self.literal);
            self.add(Part::Literal(literal));
        }
    }
}

impl Parser<'_> {
    /// Reads the word that starts here; it is empty where none does.
    pub(super) fn word(&mut self, ending: Ending) -> Word {
        let start = self.at;
        let mut parts = Parts::default();
        while let Some(byte) = self.peek() {
            if self.continuation() || self.expansion(&mut parts, byte, ending) {
                continue;
            }
            match byte {
                b'\'' if ending != (Ending::Brace { quoted: true }) => self.single_quotes(&mut parts),
                b'"' => self.double_quotes(&mut parts),
                b'\\' => self.escape(&mut parts),
                b'<' | b'>' if ending == Ending::Command && self.byte(self.at + 1) == Some(b'(') => {
                    if !self.substitution(&mut parts, 2) {
                        break;
                    }
                }
                b'(' if ending == Ending::Command => {
                    if !self.parenthesis(&mut parts, start) {
                        break;
                    }
                }
                _ if self.ends(byte, ending) => break,
                _ => self.run(&mut parts),
            }
        }
        parts.flush();
        Word {
            assignment: self.assignment(start, &parts.done),
            parts: parts.done,
            span: self.span(start, self.at),
            quoted: parts.quoted,
        }
    }

    /// The text of a heredoc whose delimiter isn't quoted, as one word.
    pub(super) fn document(&mut self) -> Word {
        let mut parts = Parts::default();
        self.quoted_text(&mut parts, None, self.source.len());
        parts.flush();
        Word { parts: parts.done, span: self.span(0, self.at), quoted: true, assignment: None }
    }

    fn ends(&self, byte: u8, ending: Ending) -> bool {
        match ending {
            Ending::Command => is_break(byte),
            Ending::Space => byte.is_ascii_whitespace(),
            Ending::Brace { .. } => matches!(byte, b'}' | b'\n'),
        }
    }

    /// Reads what `$`, a backtick or a template's bracket starts; false if it starts nothing.
    fn expansion(&mut self, parts: &mut Parts, byte: u8, ending: Ending) -> bool {
        let quoted = ending == (Ending::Brace { quoted: true });
        match byte {
            b'$' => self.dollar(parts, quoted),
            b'`' => self.backticks(parts, quoted),
            b'{' | b'<' => self.template(parts),
            _ => false,
        }
    }

    /// Appends bytes that mean themselves: this one, and those after it up to one that may not.
    fn run(&mut self, parts: &mut Parts) {
        let rest = self.source.as_bytes().get(self.at..).unwrap_or_default();
        let special =
            |byte: &u8| is_break(*byte) || matches!(byte, b'\'' | b'"' | b'\\' | b'$' | b'`' | b'{' | b'}');
        let length = rest.iter().position(special).unwrap_or(rest.len()).max(1);
        self.literal(parts, self.at, self.at + length);
        self.at += length;
    }

    /// Appends the bytes from `start` to `end` as they stand.
    pub(super) fn literal(&self, parts: &mut Parts, start: usize, end: usize) {
        if start < end {
            parts.literal.push_slice(self.text, start..end);
        }
    }

    pub(super) fn opaque(&mut self, parts: &mut Parts, end: usize) {
        parts.push(Part::Opaque(self.text.slice(self.at..end)));
        self.at = end;
    }

    /// A backslash outside of quotes.
    fn escape(&mut self, parts: &mut Parts) {
        let end = self.after_char(self.at + 1).min(self.source.len());
        parts.quoted = true;
        match self.source.get(self.at + 1..end) {
            Some(meant) if !meant.is_empty() => parts.literal.push_replaced(meant, self.span(self.at, end)),
            // A backslash at the very end means itself.
            _ => self.literal(parts, self.at, end),
        }
        self.at = end;
    }

    fn single_quotes(&mut self, parts: &mut Parts) {
        parts.quoted = true;
        let start = self.at;
        self.at += 1;
        loop {
            let closed = self.ahead(Closer::SingleQuote, self.at);
            let end = closed.unwrap_or_else(|| self.line_end());
            let inside = self.source.get(self.at..end).unwrap_or("");
            // A template is filled in before the shell sees the quotes.
            let template = inside.as_bytes().windows(3).position(|run| matches!(run, b"${{" | b"$[["));
            if let Some(start) = template.map(|start| self.at + start)
                && let Some(template_end) = self.dollar_template_end(start)
            {
                self.literal(parts, self.at, start);
                self.at = start;
                self.opaque(parts, template_end);
                continue;
            }
            self.literal(parts, self.at, end);
            self.at = end + usize::from(closed.is_some());
            if closed.is_none() {
                self.error(start, 1, UNCLOSED);
            }
            return;
        }
    }

    fn double_quotes(&mut self, parts: &mut Parts) {
        parts.quoted = true;
        let start = self.at;
        self.at += 1;
        let closed = self.ahead(Closer::DoubleQuote, self.at).is_some();
        let end = if closed { self.source.len() } else { self.line_end() };
        if !self.quoted_text(parts, Some(b'"'), end) {
            self.error(start, 1, UNCLOSED);
        }
    }

    /// Text in which `$`, backticks and some escapes have their meaning, up to the byte `close` or to the offset `end`.
    /// Says whether `close` ended it.
    fn quoted_text(&mut self, parts: &mut Parts, close: Option<u8>, end: usize) -> bool {
        const IN_QUOTES: Ending = Ending::Brace { quoted: true };
        while self.at < end
            && let Some(byte) = self.peek()
        {
            if Some(byte) == close {
                self.at += 1;
                return true;
            }
            if byte == b'\\' {
                self.quoted_escape(parts, close);
            } else if !self.expansion(parts, byte, IN_QUOTES) {
                let rest = self.source.as_bytes().get(self.at..end).unwrap_or_default();
                let special =
                    |byte: &u8| matches!(byte, b'\\' | b'$' | b'`' | b'{' | b'<') || Some(*byte) == close;
                let length =
                    1 + rest.iter().skip(1).position(special).unwrap_or(rest.len().saturating_sub(1));
                let stop = self.char_boundary(self.at + length);
                self.literal(parts, self.at, stop);
                self.at = stop;
            }
        }
        false
    }

    fn quoted_escape(&mut self, parts: &mut Parts, close: Option<u8>) {
        let next = self.byte(self.at + 1);
        if next == Some(b'\n') || (next == Some(b'\r') && self.byte(self.at + 2) == Some(b'\n')) {
            self.continuation();
            return;
        }
        let escaped = matches!(next, Some(b'$' | b'`' | b'\\')) || (next.is_some() && next == close);
        let end = self.at + 1 + usize::from(escaped);
        if escaped {
            let meant = self.source.get(self.at + 1..end).unwrap_or("");
            parts.literal.push_replaced(meant, self.span(self.at, end));
        } else {
            self.literal(parts, self.at, end);
        }
        self.at = end;
    }

    /// `$'…'`, with the escapes that occur in practice.
    pub(super) fn ansi_quotes(&mut self, parts: &mut Parts) {
        parts.quoted = true;
        self.at += 2;
        while let Some(byte) = self.peek() {
            let start = self.at;
            match byte {
                b'\'' => {
                    self.at += 1;
                    return;
                }
                b'\\' => {
                    self.at = self.after_char(start + 1).min(self.source.len());
                    let meant = match self.byte(start + 1) {
                        Some(b'n') => "\n",
                        Some(b't') => "\t",
                        Some(b'r') => "\r",
                        _ => self.source.get(start + 1..self.at).unwrap_or(""),
                    };
                    parts.literal.push_replaced(meant, self.span(start, self.at));
                }
                _ => {
                    let rest = self.source.as_bytes().get(start..).unwrap_or_default();
                    let length = rest.iter().position(|byte| matches!(byte, b'\'' | b'\\'));
                    self.at = start + length.unwrap_or(rest.len());
                    self.literal(parts, start, self.at);
                }
            }
        }
    }

    /// An array after `NAME=`, or a pattern like `@(a|b)`.
    pub(super) fn parenthesis(&mut self, parts: &mut Parts, start: usize) -> bool {
        let before = self.at.checked_sub(1).filter(|before| *before >= start).and_then(|at| self.byte(at));
        match before {
            Some(b'=') if parts.done.is_empty() && self.assigned(start) == Some(self.at) => {
                if self.depth >= MAX_DEPTH {
                    return false;
                }
                self.at += 1;
                self.depth += 1;
                let words = self.array();
                self.depth -= 1;
                parts.push(Part::Array(words));
                true
            }
            Some(b'?' | b'*' | b'+' | b'@' | b'!') => {
                let line = self.line_end();
                match self.ahead(Closer::Parenthesis, self.at) {
                    Some(end) if end < line => {
                        self.opaque(parts, end + 1);
                        true
                    }
                    _ => false,
                }
            }
            _ => false,
        }
    }

    fn array(&mut self) -> Vec<Word> {
        let mut words = Vec::new();
        loop {
            self.blank_lines();
            match self.peek() {
                None => return words,
                Some(b')') => {
                    self.at += 1;
                    return words;
                }
                _ => {}
            }
            let start = self.at;
            let word = self.word(Ending::Command);
            if self.at == start {
                self.at = self.after_char(start);
            } else {
                words.push(word);
            }
        }
    }

    fn assignment(&self, start: usize, parts: &[Part]) -> Option<Assignment> {
        let value = self.assigned(start)?;
        let Some(Part::Literal(first)) = parts.first() else { return None };
        let name_end = start + self.name_at(start);
        let name = self.source.get(start..name_end)?;
        let value_at = value - start;
        // Quotes or a line continuation before the `=` make it a word like others.
        if first.as_str().get(..value_at) != self.source.get(start..value) {
            return None;
        }
        Some(Assignment {
            name: name.to_owned(),
            name_span: self.span(start, name_end),
            append: self.byte(value - 2) == Some(b'+'),
            subscript: self.byte(name_end) == Some(b'['),
            value_at,
        })
    }

    /// Where the value starts if an assignment starts at `start`.
    fn assigned(&self, start: usize) -> Option<usize> {
        let mut at = start + self.name_at(start);
        if at == start {
            return None;
        }
        if self.byte(at) == Some(b'[') {
            const LONGEST: usize = 256;
            let rest = self.source.as_bytes().get(at..self.at)?;
            at += 1 + rest.iter().take(LONGEST).position(|byte| *byte == b']')?;
        }
        at += usize::from(self.byte(at) == Some(b'+'));
        (self.byte(at) == Some(b'=')).then_some(at + 1)
    }
}
