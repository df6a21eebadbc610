//! What `$` and backticks start, and the tokens of templates.

use super::cursor::{Closer, is_special};
use super::word::{Ending, Parts};
use super::{MAX_DEPTH, Modifier, Parser, Part, Script, Variable, Word};
use crate::source::Text;

/// The text of a substitution longer than this is left out of the word that holds it, or nested ones would cost their
/// length once for each level.
const LONGEST_WRITTEN: usize = 16 * 1024;

impl Parser<'_> {
    pub(super) fn dollar(&mut self, parts: &mut Parts, quoted: bool) -> bool {
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
        if self.depth >= MAX_DEPTH {
            return false;
        }
        if self.ahead(Closer::Brace, start).is_none() {
            self.error(start, 2, "no `}` ends this `${`");
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
    pub(super) fn substitution(&mut self, parts: &mut Parts, length: usize) -> bool {
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
        if !self.skip(b')') {
            let opener = self.source.get(start..start + length).unwrap_or("$(");
            self.error(start, length, format!("no `)` ends this `{opener}`"));
        }
        let written = self.written(start);
        parts.push(Part::Substitution { script: Script { statements, documents }, written });
        true
    }

    pub(super) fn backticks(&mut self, parts: &mut Parts, quoted: bool) -> bool {
        let start = self.at + 1;
        if self.depth >= MAX_DEPTH {
            return false;
        }
        let Some(first) = self.ahead(Closer::Backtick, start) else {
            self.error(self.at, 1, "no second backtick ends what this one starts");
            return false;
        };
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
        inner.held = self.held;
        let statements = inner.list(&[]);
        self.held = inner.held;
        let documents = inner.documents;
        self.at = (at + 1).min(self.source.len());
        let written = self.written(start - 1);
        parts.push(Part::Substitution { script: Script { statements, documents }, written });
        true
    }

    /// `{{ … }}` or `<% … %>` on one line.
    pub(super) fn template(&mut self, parts: &mut Parts) -> bool {
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
    pub(super) fn dollar_template_end(&mut self, start: usize) -> Option<usize> {
        let closer = match self.source.as_bytes().get(start + 1..) {
            Some([b'{', b'{', ..]) => Closer::Braces,
            Some([b'[', b'[', ..]) => Closer::Brackets,
            _ => return None,
        };
        self.ahead(closer, start + 3).map(|end| end + 2)
    }
}
