//! Strings in all quotings, and what is filled into them.

use super::cursor::is_name;
use super::parser::Parser;
use super::{Chain, DEEPEST, Expr, Link, Part, Template};
use crate::source::Text;

/// How a string is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quote {
    pub open: &'static str,
    pub close: &'static str,
    /// `${…}` is filled in.
    pub fills: bool,
    /// A line break does not end it.
    pub lines: bool,
    /// Backslashes are escapes.
    pub escapes: bool,
}

static QUOTES: [Quote; 6] = [
    Quote { open: "'''", close: "'''", fills: false, lines: true, escapes: true },
    Quote { open: "\"\"\"", close: "\"\"\"", fills: true, lines: true, escapes: true },
    Quote { open: "'", close: "'", fills: false, lines: false, escapes: true },
    Quote { open: "\"", close: "\"", fills: true, lines: false, escapes: true },
    Quote { open: "$/", close: "/$", fills: true, lines: true, escapes: false },
    Quote { open: "/", close: "/", fills: true, lines: false, escapes: false },
];

impl<'t> Parser<'t> {
    /// The string that starts here, if one does. A slash starts one only if another ends it in its line.
    pub(super) fn string(&mut self) -> Option<Expr<'t>> {
        let quote = QUOTES.iter().find(|quote| self.starts_with(quote.open))?;
        if quote.open == "/" && !self.slash_ahead() {
            return None;
        }
        let open = self.at;
        self.at += quote.open.len();
        let start = self.at;
        let mut parts = Vec::new();
        let mut text = Text::default();
        let mut done = start;
        loop {
            let Some(byte) = self.peek() else {
                self.error(open, quote.open.len(), "no quote ends this string");
                break;
            };
            if self.starts_with(quote.close) {
                break;
            }
            match byte {
                b'\n' if !quote.lines => {
                    self.error(open, quote.open.len(), "no quote ends this string in its line");
                    break;
                }
                b'\r' if self.byte(1) == Some(b'\n') => {
                    self.push(&mut text, done);
                    self.at += 1;
                    done = self.at;
                }
                b'\\' if quote.escapes || (quote.open == "/" && self.byte(1) == Some(b'/')) => {
                    self.push(&mut text, done);
                    self.escape(&mut text, quote);
                    done = self.at;
                }
                b'$' if quote.fills && quote.open == "$/" && matches!(self.byte(1), Some(b'$' | b'/')) => {
                    self.push(&mut text, done);
                    done = self.at + 1;
                    self.at += 2;
                }
                b'$' if quote.fills => {
                    let at = self.at;
                    match self.filled() {
                        Some(value) => {
                            let end = std::mem::replace(&mut self.at, at);
                            parts.extend(self.part(&mut text, done));
                            self.at = end;
                            parts.push(Part::Value(Box::new(value), self.name(at, end)));
                            done = end;
                        }
                        None => self.at = at + 1,
                    }
                }
                _ => self.at += 1,
            }
        }
        let end = self.at;
        let is_plain = parts.is_empty() && text.is_empty() && done == start;
        if !is_plain {
            parts.extend(self.part(&mut text, done));
        }
        if !is_plain && parts.is_empty() {
            parts.push(Part::Escaped(Box::default()));
        }
        if self.starts_with(quote.close) {
            self.at += quote.close.len();
        }
        Some(Expr::String(Template { parts, written: self.name(start, end), quote }))
    }

    /// Adds what stands between `done` and here to a string.
    fn push(&self, text: &mut Text, done: usize) {
        if let Some(run) = self.text.get(done..self.at).filter(|run| !run.is_empty()) {
            text.push_verbatim(self.file, done, run);
        }
    }

    /// The part that ends here: `text`, and what stands between `done` and here.
    fn part(&self, text: &mut Text, done: usize) -> Option<Part<'t>> {
        if text.is_empty() {
            return (done < self.at).then(|| Part::Plain(self.name(done, self.at)));
        }
        self.push(text, done);
        Some(Part::Escaped(Box::new(std::mem::take(text))))
    }

    fn slash_ahead(&self) -> bool {
        let rest = self.text.as_bytes().get(self.at + 1..).unwrap_or_default();
        let mut escaped = false;
        for byte in rest.iter().take(LONGEST_SLASHY) {
            match byte {
                b'\n' => return false,
                b'/' if !escaped => return true,
                _ => escaped = *byte == b'\\' && !escaped,
            }
        }
        false
    }

    /// A backslash and what it stands for with the character behind it.
    fn escape(&mut self, text: &mut Text, quote: &Quote) {
        let start = self.at;
        self.at += 1;
        let Some(byte) = self.peek() else { return };
        let unicode = |digits: &str| u32::from_str_radix(digits, 16).ok().and_then(char::from_u32);
        let mut buffer = [0; 4];
        let cooked: &str = match byte {
            b'n' => "\n",
            b't' => "\t",
            b'r' => "\r",
            b'b' | b'f' => " ",
            b'\n' | b'\r' => {
                self.at += usize::from(byte == b'\r' && self.byte(1) == Some(b'\n'));
                ""
            }
            b'u' if quote.escapes => {
                let letter = self.text.get(self.at + 1..self.at + 5).and_then(unicode);
                match letter {
                    Some(letter) => {
                        self.at += 4;
                        letter.encode_utf8(&mut buffer)
                    }
                    None => "u",
                }
            }
            _ => {
                // The character itself, which stands there with its backslash.
                let at = self.at;
                self.skip_any();
                text.push_replaced(self.text.get(at..self.at).unwrap_or(""), self.span(start, self.at));
                return;
            }
        };
        self.at += 1;
        if !cooked.is_empty() {
            text.push_replaced(cooked, self.span(start, self.at));
        }
    }

    /// What is filled in at a `$`, which is stepped over; `None` where it stands for itself.
    fn filled(&mut self) -> Option<Expr<'t>> {
        let start = self.at;
        self.at += 1;
        if self.peek() == Some(b'{') {
            if self.depth >= DEEPEST || self.endless_fill {
                return None;
            }
            self.at += 1;
            let errors = self.errors.len();
            let items = self.arguments(b'}');
            if self.errors.len() > errors && self.at >= self.text.len() && !self.endless_fill {
                // None that follows ends either, and those around it end with the text.
                self.endless_fill = true;
                self.errors.truncate(errors);
                self.error(start, 2, "no `}` ends this `${`");
                return None;
            }
            let mut values: Vec<_> = items.into_iter().map(|item| item.value).collect();
            return Some(match values.len() {
                1 => values.remove(0),
                _ => Expr::Other(values),
            });
        }
        let word = |parser: &Self| {
            let bytes = parser.text.as_bytes();
            let mut end = parser.at;
            while bytes.get(end).is_some_and(|byte| is_name(*byte) && *byte != b'$' && *byte < 0x80) {
                end += 1;
            }
            let starts = bytes.get(parser.at).is_some_and(|byte| !byte.is_ascii_digit());
            (starts && end > parser.at).then_some(end)
        };
        let end = word(self)?;
        let head = Expr::Word(self.name(self.at, end));
        self.at = end;
        let mut links = Vec::new();
        while self.peek() == Some(b'.') {
            self.at += 1;
            let Some(end) = word(self) else {
                self.at -= 1;
                break;
            };
            links.push(Link::Member(self.name(self.at, end)));
            self.at = end;
        }
        if links.is_empty() {
            return Some(head);
        }
        let span = self.span(start + 1, self.at);
        Some(Expr::Chain(Chain { head: Some(Box::new(head)), links, span, declared: false }))
    }
}

/// How far a slash may be from the one that ends its string.
const LONGEST_SLASHY: usize = 1024;
