//! `${{ … }}`, `<< … >>` and `$(…)` in values and scripts: what they can be, as far as the file tells.
//!
//! The service fills expressions in before anything else reads the text. Here a script is read with a mark in the place of
//! each ([`Expressions::mask`]), and the marks in its words are filled in afterwards ([`Expressions::fill`]): so an
//! expression never changes how the rest is read.

mod syntax;

pub(crate) use syntax::next;
pub(super) use syntax::{AZURE, CIRCLECI, GITHUB};

use std::borrow::Cow;
use std::cell::Cell;
use std::ops::Range;

use self::syntax::{Syntax, path};
use super::matrix::Matrix;
use crate::map::Map;
use crate::model::{Value, Via};
use crate::order;
use crate::source::{Span, Text};

/// Texts that one value may have besides its first.
const MOST_OTHERS: usize = 16;

/// Bytes that filling in may add to all values of a file together.
const MOST_ADDED: usize = 4 << 20;

/// What a text costs besides its bytes.
const COST: usize = 128;

/// Steps of the way that a value came by, as far as it tells.
const MOST_VIA: usize = 8;

/// Parentheses are looked through this deep.
const DEEPEST: usize = 8;

/// Marks are characters that no text uses: from here on, one for each expression of a text.
const FIRST_MARK: u32 = 0xF_0000;
const LAST_MARK: u32 = 0xF_FFFD;

/// What is longer is not looked at to tell whether it is one word.
const LONGEST_WORD: usize = 4096;

/// The first byte of every mark in UTF-8.
const MARK_BYTE: u8 = 0xF3;

/// What expressions may refer to at one place of a file.
pub(super) struct Context<'c, 'a> {
    pub(super) syntax: &'static Syntax,
    /// Inputs and parameters by name: their defaults, or what a caller gives.
    pub(super) inputs: &'c Map<String, Value>,
    /// Variables by name, the nearest level last.
    pub(super) env: Vec<&'c Map<String, Value>>,
    pub(super) matrix: &'c Matrix<'a>,
    /// How many bytes filling in may still add in this file.
    pub(super) left: &'c Cell<usize>,
}

impl<'c, 'a> Context<'c, 'a> {
    pub(super) fn allowance() -> Cell<usize> {
        Cell::new(MOST_ADDED)
    }

    /// The value with its expressions filled in.
    pub(super) fn expand(&self, value: Value) -> Value {
        if !value.as_str().contains(self.syntax.open) {
            return value;
        }
        let (masked, expressions) = self.mask(&value.text);
        expressions.fill(Value { text: masked, ..value })
    }

    /// The text with a mark for each expression, and what the marks stand for.
    pub(super) fn mask(&self, text: &Text) -> (Text, Expressions<'c, 'a>) {
        let mut expressions = Expressions {
            list: Vec::new(),
            matrix: self.matrix,
            left: self.left,
            inlines: self.syntax.inlines,
        };
        let whole = text.as_str();
        let mut masked = Text::default();
        let mut at = 0;
        while let Some(range) = (self.syntax.next)(whole, at) {
            let mark =
                u32::try_from(expressions.list.len()).ok().and_then(|index| index.checked_add(FIRST_MARK));
            let Some(mark) = mark.filter(|mark| *mark <= LAST_MARK).and_then(char::from_u32) else { break };
            push(&mut masked, text, at..range.start);
            masked.push_replaced(mark.encode_utf8(&mut [0; 4]), text.span_of(range.clone()));
            at = range.end;
            expressions.list.push(self.read(text.slice(range)));
        }
        push(&mut masked, text, at..whole.len());
        (masked, expressions)
    }

    fn read(&self, written: Text) -> Expression<'c> {
        let open = if written.as_str().starts_with("${{") { 3 } else { 2 };
        let close = if written.as_str().ends_with([')', ']']) { 1 } else { 2 };
        let inner = written.as_str().get(open..written.len().saturating_sub(close)).unwrap_or("");
        let mut terms = Vec::new();
        let known = self.terms(inner, written.span(), DEEPEST, false, &mut terms);
        Expression { unknown: !known, terms: terms.into(), written }
    }

    /// Adds what `text`, a part of an expression, can be. Gives whether that is all it can be.
    fn terms(&self, text: &str, span: Span, depth: usize, guarded: bool, out: &mut Vec<Term<'c>>) -> bool {
        let text = unwrap(text.trim());
        if depth == 0 || out.len() > MOST_OTHERS {
            return false;
        }
        let choices = split(text, "||");
        if choices.len() > 1 {
            return choices.iter().all(|choice| self.terms(choice, span, depth - 1, guarded, out));
        }
        if let [_, .., result] = split(text, "&&").as_slice() {
            return self.terms(result, span, depth - 1, true, out);
        }
        let what = if let Some(literal) = literal(text) {
            What::Literal(Text::replaced(&literal, span))
        } else {
            let path = path(text);
            let behind = |prefixes: &[&str]| prefixes.iter().find_map(|prefix| self.behind(&path, prefix));
            if let Some(key) = self.behind(&path, "matrix.") {
                What::Matrix(key.into_owned())
            } else if let Some(key) = behind(self.syntax.inputs) {
                let Some(value) = self.inputs.get(&*key) else { return false };
                What::Default(value)
            } else if let Some(key) = behind(self.syntax.env) {
                let Some(value) = self.env.iter().rev().find_map(|level| level.get(&*key)) else {
                    return false;
                };
                What::Variable(value)
            } else {
                return false;
            }
        };
        out.push(Term { what, guarded });
        true
    }

    /// The name behind `prefix`, as the maps have it.
    fn behind<'p>(&self, path: &'p str, prefix: &str) -> Option<Cow<'p, str>> {
        let start = path.get(..prefix.len()).filter(|start| start.eq_ignore_ascii_case(prefix))?;
        let key = path.get(start.len()..).filter(|key| !key.is_empty())?;
        Some(if self.syntax.folds { key.to_ascii_lowercase().into() } else { key.into() })
    }
}

/// What one `${{ … }}` can be.
struct Expression<'c> {
    written: Text,
    terms: Box<[Term<'c>]>,
    /// It can be something else as well.
    unknown: bool,
}

struct Term<'c> {
    what: What<'c>,
    /// It counts under a condition only, so what follows after `||` may count instead.
    guarded: bool,
}

enum What<'c> {
    Literal(Text),
    Variable(&'c Value),
    /// An input that nobody gives.
    Default(&'c Value),
    /// What stands at this path of the matrix.
    Matrix(String),
}

/// The expressions of one text, by their marks.
pub(super) struct Expressions<'c, 'a> {
    list: Vec<Expression<'c>>,
    matrix: &'c Matrix<'a>,
    left: &'c Cell<usize>,
    inlines: bool,
}

/// The texts that a text with marks can be.
#[derive(Default)]
struct Filled {
    texts: Vec<Text>,
    unknown: bool,
    via: Vec<(Via, Span)>,
}

impl Expressions<'_, '_> {
    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Whether there are marks in the text.
    pub(super) fn marks(&self, text: &Text) -> bool {
        !self.is_empty() && has_marks(text)
    }

    /// The value with its marks filled in.
    pub(super) fn fill(&self, mut value: Value) -> Value {
        if !value.texts().any(has_marks) {
            return value;
        }
        let masked: Vec<_> =
            std::iter::once(std::mem::take(&mut value.text)).chain(value.others.drain(..)).collect();
        let mut all: Vec<Text> = Vec::new();
        for text in &masked {
            let filled = self.texts(text, |_| true, false);
            value.unknown |= filled.unknown;
            value.via.extend(filled.via);
            for text in filled.texts {
                if all.len() <= MOST_OTHERS && !all.iter().any(|known| known.as_str() == text.as_str()) {
                    all.push(text);
                }
            }
        }
        value.via.truncate(MOST_VIA);
        // A matrix that leaves something out in one job says more about the others.
        order::sort_by_key(&mut all, Text::is_empty);
        let mut all = all.into_iter();
        value.text = all.next().unwrap_or_default();
        value.others = all.collect();
        value
    }

    /// The scripts that a masked one can be where an expression stands for more than a word; the rest stays masked.
    pub(super) fn scripts(&self, masked: &Text) -> Vec<Text> {
        let whole = masked.as_str();
        let known = |index: usize| self.list.get(index).is_some_and(Expression::is_known);
        let loose: Vec<usize> = marks(whole)
            .filter(|(range, index)| {
                if self.inlines && known(*index) {
                    return true;
                }
                let before = whole.get(..range.start).and_then(|text| text.chars().next_back());
                let after = whole.get(range.end..).and_then(|text| text.chars().next());
                stands_alone(before) && stands_alone(after) && self.is_script(*index)
            })
            .map(|(_, index)| index)
            .collect();
        if loose.is_empty() {
            return vec![masked.clone()];
        }
        self.texts(masked, |index| loose.binary_search(&index).is_ok(), self.inlines).texts
    }

    /// Whether the expression stands for more than a word.
    fn is_script(&self, index: usize) -> bool {
        let Some(expression) = self.list.get(index) else { return false };
        expression.terms.iter().any(|term| match &term.what {
            What::Literal(text) => is_script(text),
            What::Variable(value) | What::Default(value) => value.texts().any(is_script),
            What::Matrix(path) => {
                let found = self.matrix.alternatives(&[path]);
                found.is_some_and(|rows| rows.iter().flatten().any(is_script))
            }
        })
    }

    /// The texts that `text` can be when the marks that `chosen` names are filled in. `here`: what is filled in counts
    /// as written where the expression stands, and not where it comes from.
    fn texts(&self, text: &Text, chosen: impl Fn(usize) -> bool, here: bool) -> Filled {
        let whole = text.as_str();
        let marks: Vec<_> = marks(whole).filter(|(_, index)| chosen(*index)).collect();
        let used: Vec<_> = marks.iter().filter_map(|(_, index)| self.list.get(*index)).collect();
        let mut filled = Filled::default();
        let mut paths: Vec<&str> = Vec::new();
        for expression in &used {
            filled.unknown |= expression.unknown;
            for term in &expression.terms {
                match &term.what {
                    What::Matrix(path) if !paths.contains(&path.as_str()) && paths.len() < MOST_OTHERS => {
                        paths.push(path);
                    }
                    What::Variable(value) => filled.note(Via::Variable, value),
                    What::Default(value) => filled.note(Via::Default, value),
                    What::Literal(_) | What::Matrix(_) => {}
                }
            }
        }
        let rows = if paths.is_empty() { None } else { self.matrix.alternatives(&paths) };
        filled.unknown |= rows.is_none() && !paths.is_empty();
        if let Some(first) = rows.as_ref().and_then(|rows| rows.first()) {
            filled.via.extend(first.iter().map(|text| (Via::Matrix, text.span())));
        }
        filled.via.truncate(MOST_VIA);
        let nothing = [Vec::new()];
        for row in rows.as_deref().unwrap_or(&nothing) {
            let value_at = |path: &str| row.get(paths.iter().position(|known| *known == path)?);
            let mut made = vec![Text::default()];
            let mut at = 0;
            for (range, index) in &marks {
                let Some(expression) = self.list.get(*index) else { continue };
                let mut choices = expression.choices(value_at);
                choices.truncate(1 + MOST_OTHERS / made.len().max(1));
                if choices.iter().any(|choice| !self.spend(choice.len())) {
                    choices.clear();
                }
                if choices.is_empty() {
                    filled.unknown = true;
                    choices.push(&expression.written);
                }
                made.iter_mut().for_each(|out| push(out, text, at..range.start));
                at = range.end;
                let Some((first, others)) = choices.split_first() else { continue };
                let begun = if others.is_empty() { Vec::new() } else { made.clone() };
                let put = |out: &mut Text, choice: &Text| match here {
                    true => out.push_replaced(choice.as_str(), expression.written.span()),
                    false => out.push(choice),
                };
                made.iter_mut().for_each(|out| put(out, first));
                for other in others {
                    made.extend(begun.iter().cloned().map(|mut out| {
                        put(&mut out, other);
                        out
                    }));
                }
            }
            made.iter_mut().for_each(|out| push(out, text, at..whole.len()));
            for out in made {
                let first = filled.texts.is_empty();
                if first || (filled.texts.len() <= MOST_OTHERS && self.spend(out.len() + COST)) {
                    filled.texts.push(out);
                }
            }
        }
        filled
    }

    /// Takes `bytes` from what filling in may still add.
    fn spend(&self, bytes: usize) -> bool {
        let left = self.left.get();
        self.left.set(left.saturating_sub(bytes));
        left >= bytes
    }
}

impl Filled {
    fn note(&mut self, via: Via, value: &Value) {
        self.unknown |= value.unknown;
        if self.via.len() < MOST_VIA {
            self.via.push((via, value.span));
            self.via.extend(&value.via);
        }
    }
}

impl Expression<'_> {
    /// Whether the file tells all that it can be.
    fn is_known(&self) -> bool {
        let known = |term: &Term<'_>| match &term.what {
            What::Literal(_) => true,
            What::Variable(value) | What::Default(value) => !value.unknown,
            What::Matrix(_) => false,
        };
        !self.unknown && self.terms.iter().all(known)
    }

    /// The texts that it can be in a job whose matrix has `value_at` under a path; none where nothing tells.
    fn choices<'e>(&'e self, value_at: impl Fn(&str) -> Option<&'e Text>) -> Vec<&'e Text> {
        let mut out = Vec::new();
        for term in &self.terms {
            let before = out.len();
            match &term.what {
                What::Literal(text) => out.push(text),
                What::Variable(value) | What::Default(value) => out.extend(value.texts()),
                What::Matrix(path) => out.extend(value_at(path)),
            }
            let says_something = out.get(before..).is_some_and(|new| new.iter().any(|text| !text.is_empty()));
            if says_something && !term.guarded {
                break;
            }
        }
        out
    }
}

/// The marks of a text with the index of each one's expression.
fn marks(text: &str) -> impl Iterator<Item = (Range<usize>, usize)> + '_ {
    text.char_indices().filter_map(|(at, char)| {
        let index = u32::from(char).checked_sub(FIRST_MARK).filter(|_| u32::from(char) <= LAST_MARK)?;
        Some((at..at + char.len_utf8(), index as usize))
    })
}

fn has_marks(text: &Text) -> bool {
    text.as_str().as_bytes().contains(&MARK_BYTE)
}

fn push(out: &mut Text, text: &Text, range: Range<usize>) {
    if !range.is_empty() {
        out.push_slice(text, range);
    }
}

/// Whether a word ends at this neighbour of it.
fn stands_alone(neighbour: Option<char>) -> bool {
    neighbour.is_none_or(|char| char.is_whitespace() || matches!(char, ';' | '&' | '|' | '(' | ')'))
}

/// Whether a shell takes the text for more than one word.
fn is_script(text: &Text) -> bool {
    text.len() > LONGEST_WORD
        || text
            .as_str()
            .trim()
            .contains(|char: char| char.is_whitespace() || matches!(char, ';' | '&' | '|' | '`' | '$'))
}

/// The text without parentheses that hold all of it.
fn unwrap(mut text: &str) -> &str {
    for _ in 0..DEEPEST {
        let Some(inner) = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) else { break };
        let mut depth = 0_i64;
        let closes_early = inner.bytes().any(|byte| {
            depth += i64::from(byte == b'(') - i64::from(byte == b')');
            depth < 0
        });
        if closes_early {
            break;
        }
        text = inner.trim();
    }
    text
}

/// The parts between `operator`, as far as it stands outside of quotes and parentheses.
fn split<'t>(text: &'t str, operator: &str) -> Vec<&'t str> {
    let bytes = text.as_bytes();
    let (mut out, mut start, mut depth, mut quoted, mut at) = (Vec::new(), 0, 0_u32, false, 0);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\'' => quoted = !quoted,
            b'(' | b'[' if !quoted => depth += 1,
            b')' | b']' if !quoted => depth = depth.saturating_sub(1),
            _ if !quoted && depth == 0 && text.get(at..).is_some_and(|rest| rest.starts_with(operator)) => {
                out.push(text.get(start..at).unwrap_or(""));
                at += operator.len();
                start = at;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    out.push(text.get(start..).unwrap_or(""));
    out
}

/// What a literal stands for: `'text'` with `''` for a quote, a number, `true` or `false`.
fn literal(text: &str) -> Option<String> {
    if let Some(inner) = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')) {
        let plain = inner.replace("''", "");
        return (!plain.contains('\'')).then(|| inner.replace("''", "'"));
    }
    let number = text.starts_with(|char: char| char.is_ascii_digit() || char == '-')
        && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'));
    (number || matches!(text, "true" | "false")).then(|| text.to_owned())
}
