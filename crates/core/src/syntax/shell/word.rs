//! Words: quotes, escapes, expansions, substitutions and the tokens of templates.

use super::parser::{Closer, Parser, is_break};
use super::{Assignment, MAX_DEPTH, Modifier, Part, Script, Variable, Word};
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

/// The text of a substitution longer than this is left out of the word that holds it, or nested ones would cost their
/// length once for each level.
const LONGEST_WRITTEN: usize = 16 * 1024;

/// The parts of a word so far.
#[derive(Default)]
struct Parts {
    done: Vec<Part>,
    literal: Text,
    quoted: bool,
}

impl Parts {
    fn push(&mut self, part: Part) {
        self.flush();
        self.done.push(part);
    }

    fn flush(&mut self) {
        if !self.literal.is_empty() {
            self.done.push(Part::Literal(std::mem::take(&mut self.literal)));
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
    fn literal(&self, parts: &mut Parts, start: usize, end: usize) {
        if start < end {
            parts.literal.push_slice(self.text, start..end);
        }
    }

    fn opaque(&mut self, parts: &mut Parts, end: usize) {
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
            return;
        }
    }

    fn double_quotes(&mut self, parts: &mut Parts) {
        parts.quoted = true;
        self.at += 1;
        let closed = self.ahead(Closer::DoubleQuote, self.at).is_some();
        let end = if closed { self.source.len() } else { self.line_end() };
        self.quoted_text(parts, Some(b'"'), end);
    }

    /// Text in which `$`, backticks and some escapes have their meaning, up to the byte `close` or to the offset `end`.
    fn quoted_text(&mut self, parts: &mut Parts, close: Option<u8>, end: usize) {
        const IN_QUOTES: Ending = Ending::Brace { quoted: true };
        while self.at < end
            && let Some(byte) = self.peek()
        {
            if Some(byte) == close {
                self.at += 1;
                return;
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
    fn ansi_quotes(&mut self, parts: &mut Parts) {
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

    fn dollar(&mut self, parts: &mut Parts, quoted: bool) -> bool {
        let rest = self.source.as_bytes().get(self.at + 1..).unwrap_or_default();
        if let Some(end) = self.dollar_template_end(self.at) {
            self.opaque(parts, end);
            return true;
        }
        match rest {
            [b'(', b'(', ..] => match self.arithmetic_end(self.at + 1) {
                Some(end) => {
                    self.opaque(parts, end);
                    true
                }
                None => self.substitution(parts, 2),
            },
            [b'(', ..] => self.substitution(parts, 2),
            [b'{', ..] => self.braces(parts, quoted),
            [b'\'', ..] if !quoted && self.ahead(Closer::SingleQuote, self.at + 2).is_some() => {
                self.ansi_quotes(parts);
                true
            }
            [b'"', ..] if !quoted => {
                self.at += 1;
                true
            }
            [first, ..] => {
                let length = match self.name_at(self.at + 1) {
                    0 if is_special(*first) => 1,
                    0 => return false,
                    length => length,
                };
                let end = self.at + 1 + length;
                let name = self.source.get(self.at + 1..end).unwrap_or("").to_owned();
                let written = self.text.slice(self.at..end);
                parts.push(Part::Variable(Variable { name, modifier: Modifier::None, quoted, written }));
                self.at = end;
                true
            }
            [] => false,
        }
    }

    /// `${X}` in all its forms.
    fn braces(&mut self, parts: &mut Parts, quoted: bool) -> bool {
        let start = self.at;
        if self.depth >= MAX_DEPTH || self.ahead(Closer::Brace, start).is_none() {
            return false;
        }
        self.at += 2;
        let name_start = self.at;
        let length = match self.name_at(name_start) {
            0 => {
                let special = self.peek().is_some_and(is_special);
                let alone = matches!(self.byte(name_start + 1), Some(b'}' | b':' | b'-' | b'+' | b'?'));
                usize::from(special && alone)
            }
            length => length,
        };
        self.at += length;
        let name = self.source.get(name_start..self.at).unwrap_or("").to_owned();
        let mut all = false;
        if let Some(rest) = self.source.get(self.at..)
            && (rest.starts_with("[@]") || rest.starts_with("[*]"))
        {
            all = true;
            self.at += 3;
        }
        let operator = self.source.as_bytes().get(self.at..).unwrap_or_default();
        let (length, make): (usize, fn(Word) -> Modifier) = match operator {
            _ if name.is_empty() => (0, |_| Modifier::Opaque),
            [b'}', ..] => (0, |_| Modifier::None),
            [b':', b'-', ..] => (2, Modifier::Default),
            [b'-', ..] => (1, Modifier::Default),
            [b':', b'=', ..] => (2, Modifier::Assign),
            [b'=', ..] => (1, Modifier::Assign),
            [b':', b'+', ..] => (2, Modifier::Alternate),
            [b'+', ..] => (1, Modifier::Alternate),
            [b':', b'?', ..] | [b'?', ..] => (0, |_| Modifier::None),
            _ => (0, |_| Modifier::Opaque),
        };
        self.at += length;
        self.depth += 1;
        let word = self.word(Ending::Brace { quoted });
        self.depth -= 1;
        if self.peek() == Some(b'}') {
            self.at += 1;
        }
        let mut modifier = make(word);
        if all && matches!(modifier, Modifier::None) {
            modifier = Modifier::All;
        }
        let written = self.written(start);
        parts.push(Part::Variable(Variable { name, modifier, quoted, written }));
        true
    }

    /// What was read since `start`, or a stand-in where that is very long.
    fn written(&self, start: usize) -> Text {
        if self.at - start <= LONGEST_WRITTEN {
            return self.text.slice(start..self.at);
        }
        Text::replaced("$()", self.span(start, self.at))
    }

    /// `$(…)` or `<(…)`, whose opener has `length` bytes.
    fn substitution(&mut self, parts: &mut Parts, length: usize) -> bool {
        if self.depth >= MAX_DEPTH {
            return false;
        }
        let start = self.at;
        self.at += length;
        let documents = std::mem::take(&mut self.documents);
        let pending = std::mem::take(&mut self.pending);
        let arms = std::mem::take(&mut self.arms);
        let parentheses = std::mem::replace(&mut self.parentheses, 1);
        self.depth += 1;
        let statements = self.list(&[]);
        self.depth -= 1;
        (self.parentheses, self.arms, self.pending) = (parentheses, arms, pending);
        let documents = std::mem::replace(&mut self.documents, documents);
        if self.peek() == Some(b')') {
            self.at += 1;
        }
        let written = self.written(start);
        parts.push(Part::Substitution { script: Script { statements, documents }, written });
        true
    }

    fn backticks(&mut self, parts: &mut Parts, quoted: bool) -> bool {
        let start = self.at + 1;
        if self.depth >= MAX_DEPTH {
            return false;
        }
        let Some(first) = self.ahead(Closer::Backtick, start) else { return false };
        let mut script = Text::default();
        let (mut from, mut at) = (start, start);
        // Without a backslash before it the first backtick closes; else escapes are taken off on the way.
        while let Some(byte) = self.byte(at).filter(|byte| *byte != b'`') {
            let escapes = matches!(self.byte(at + 1), Some(b'`' | b'\\' | b'$'))
                || (quoted && self.byte(at + 1) == Some(b'"'));
            if byte == b'\\' && escapes {
                script.push_slice(self.text, from..at);
                let meant = self.source.get(at + 1..at + 2).unwrap_or("");
                script.push_replaced(meant, self.span(at, at + 2));
                at += 2;
                from = at;
            } else {
                at += 1;
            }
        }
        if at >= self.source.len() {
            at = first.max(from);
        }
        script.push_slice(self.text, from..at);
        let mut inner = Parser::new(&script, self.depth + 1);
        let statements = inner.list(&[]);
        let documents = inner.documents;
        self.at = (at + 1).min(self.source.len());
        let written = self.written(start - 1);
        parts.push(Part::Substitution { script: Script { statements, documents }, written });
        true
    }

    /// `{{ … }}` or `<% … %>` on one line.
    fn template(&mut self, parts: &mut Parts) -> bool {
        let Some(end) = self.template_end(self.at) else { return false };
        self.opaque(parts, end);
        true
    }

    /// The end of a template's token that starts at `start`.
    pub(super) fn template_end(&mut self, start: usize) -> Option<usize> {
        let closer = match self.source.as_bytes().get(start..) {
            Some([b'{', b'{', ..]) => Closer::Braces,
            Some([b'<', b'%', ..]) => Closer::Percent,
            _ => return None,
        };
        let end = self.ahead(closer, start + 2)?;
        let line = self.ahead(Closer::Newline, start).unwrap_or(usize::MAX);
        (end < line).then_some(end + 2)
    }

    /// The end of `${{ … }}` or `$[[ … ]]` if that starts at `start`.
    fn dollar_template_end(&mut self, start: usize) -> Option<usize> {
        let closer = match self.source.as_bytes().get(start + 1..) {
            Some([b'{', b'{', ..]) => Closer::Braces,
            Some([b'[', b'[', ..]) => Closer::Brackets,
            _ => return None,
        };
        self.ahead(closer, start + 3).map(|end| end + 2)
    }

    /// An array after `NAME=`, or a pattern like `@(a|b)`.
    fn parenthesis(&mut self, parts: &mut Parts, start: usize) -> bool {
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

    /// The end of the line that is being read.
    fn line_end(&mut self) -> usize {
        self.ahead(Closer::Newline, self.at).unwrap_or(self.source.len())
    }

    /// The first boundary of a character at or after `at`.
    fn char_boundary(&self, mut at: usize) -> usize {
        while at < self.source.len() && !self.source.is_char_boundary(at) {
            at += 1;
        }
        at.min(self.source.len())
    }
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
fn is_special(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!')
}
