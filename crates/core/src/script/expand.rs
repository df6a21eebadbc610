//! Words to values: variables filled in, alternatives multiplied out, unquoted values split at their blanks.

use std::ops::Range;

use super::scope::{MAX_LENGTH, MAX_TEXTS, Scope, extend_via, join};
use crate::model::Value;
use crate::source::{Span, Text};
use crate::syntax::shell::{Assignment, Modifier, Part, Variable, Word};

/// A word of a command: its value, and the word that it was written as where it is one field of it.
#[derive(Clone, Debug)]
pub(super) struct Argument<'w> {
    pub(super) value: Value,
    pub(super) word: Option<&'w Word>,
}

impl<'w> Argument<'w> {
    /// The text that a shell would be handed: with variables as written, since these are filled in where that text is
    /// read, each at its own place; filled in where the word is nothing but a variable.
    pub(super) fn script(&self) -> Text {
        self.unexpanded().map_or_else(|| self.value.text.clone(), Word::written)
    }

    /// The word, if [`Self::script`] is what it says and not what its variables hold.
    pub(super) fn unexpanded(&self) -> Option<&'w Word> {
        self.word.filter(|word| !matches!(word.parts.as_slice(), [Part::Variable(_)]))
    }
}

/// What one part of a word can be.
struct Piece {
    value: Value,
    /// It is split at blanks, and stands for no word where it is empty.
    splits: bool,
}

/// Expands `word` to the words that it stands for. Without `split` it stands for one.
pub(super) fn expand<'w>(scope: &mut Scope, word: &'w Word, split: bool, out: &mut Vec<Argument<'w>>) {
    if let [Part::Literal(text)] = word.parts.as_slice() {
        let value = Value { text: text.clone(), span: word.span, ..Value::default() };
        out.push(Argument { value, word: Some(word) });
        return;
    }
    if split
        && let [Part::Variable(Variable { name, modifier: Modifier::All, .. })] = word.parts.as_slice()
        && let Some(elements) = scope.elements(name)
    {
        for value in elements {
            if scope.spend(value.text.len()) {
                out.push(Argument { value: Value { span: word.span, ..value }, word: None });
            }
        }
        return;
    }
    let pieces = word.parts.iter().map(|part| piece(scope, part)).collect::<Vec<_>>();
    let combinations = combinations(&pieces);
    let mut fields = fields(word, &pieces, 0, split);
    for index in 1..combinations {
        let others = self::fields(word, &pieces, index, split);
        if others.len() == fields.len() {
            fields.iter_mut().zip(&others).for_each(|(field, other)| join(field, other));
        } else {
            fields.iter_mut().for_each(|field| field.unknown = true);
        }
    }
    let whole = fields.len() == 1;
    out.extend(fields.into_iter().map(|value| Argument { value, word: whole.then_some(word) }));
}

/// Expands `word` to one value, as an assignment or a redirection does.
pub(super) fn expand_one(scope: &mut Scope, word: &Word) -> Value {
    let mut out = Vec::with_capacity(1);
    expand(scope, word, false, &mut out);
    out.pop().map_or_else(|| Value { span: word.span, ..Value::default() }, |argument| argument.value)
}

fn piece(scope: &mut Scope, part: &Part) -> Piece {
    match part {
        Part::Literal(text) => Piece { value: literal(text, false), splits: false },
        Part::Opaque(text) | Part::Substitution { written: text, .. } => {
            Piece { value: literal(text, true), splits: false }
        }
        Part::Array(_) => Piece { value: Value::default(), splits: false },
        Part::Variable(variable) => {
            let value = variable_value(scope, variable);
            if scope.spend(value.texts().map(Text::len).sum()) {
                // What isn't known stands as it is written, in one.
                let written = value.unknown && value.as_str() == variable.written.as_str();
                Piece { value, splits: !variable.quoted && !written }
            } else {
                Piece { value: literal(&variable.written, true), splits: false }
            }
        }
    }
}

fn literal(text: &Text, unknown: bool) -> Value {
    Value { text: text.clone(), unknown, ..Value::default() }
}

fn variable_value(scope: &mut Scope, variable: &Variable) -> Value {
    let known = scope.get(&variable.name);
    match (&variable.modifier, known) {
        (Modifier::None | Modifier::All, Some(value)) => value,
        (Modifier::Default(default) | Modifier::Assign(default), Some(value)) => {
            if value.texts().any(Text::is_empty) { expand_one(scope, default) } else { value }
        }
        (Modifier::Default(default), None) => Value { unknown: true, ..expand_one(scope, default) },
        (Modifier::Assign(default), None) => {
            let value = Value { unknown: true, ..expand_one(scope, default) };
            scope.assign(&variable.name, default.span, Some(value.clone()));
            value
        }
        (Modifier::Alternate(alternate), Some(value)) => {
            if value.as_str().is_empty() {
                Value::default()
            } else {
                expand_one(scope, alternate)
            }
        }
        _ => literal(&variable.written, true),
    }
}

/// In how many ways the pieces' texts can be combined, up to the limit.
fn combinations(pieces: &[Piece]) -> usize {
    pieces.iter().fold(1, |count, piece| (count * (piece.value.others.len() + 1)).min(MAX_TEXTS))
}

/// The words of the combination with number `index`, each with what is known of the pieces that it was made of.
fn fields(word: &Word, pieces: &[Piece], mut index: usize, split: bool) -> Vec<Value> {
    let mut fields: Vec<Value> = Vec::new();
    let mut field = Value { span: word.span, ..Value::default() };
    let mut open = word.quoted || !split;
    let close = |fields: &mut Vec<Value>, field: &mut Value| {
        fields.push(std::mem::replace(field, Value { span: word.span, ..Value::default() }));
    };
    for piece in pieces {
        let count = piece.value.others.len() + 1;
        let chosen = piece.value.texts().nth(index % count);
        index /= count;
        let Some(text) = chosen else { continue };
        if !(split && piece.splits) {
            open = true;
            add(&mut field, text, 0..text.len(), &piece.value);
            continue;
        }
        for run in runs(text.as_str(), piece.value.unknown) {
            if !run.blank {
                open = true;
                add(&mut field, text, run.range, &piece.value);
            } else if std::mem::take(&mut open) {
                close(&mut fields, &mut field);
            }
        }
    }
    if open {
        fields.push(field);
    }
    fields
}

/// A stretch of a text that is all blanks or holds none.
struct Run {
    range: Range<usize>,
    blank: bool,
}

/// The text cut between blanks and others. Where some of it is `unknown`, blanks in brackets belong to what stands there
/// as it was written (`$(date +%F)`).
fn runs(text: &str, unknown: bool) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut brackets = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' | b'{' if unknown => brackets += 1,
            b')' | b'}' => brackets = brackets.saturating_sub(1),
            _ => {}
        }
        let blank = brackets == 0 && byte.is_ascii_whitespace();
        match runs.last_mut() {
            Some(last) if last.blank == blank => last.range.end = at + 1,
            _ => runs.push(Run { range: at..at + 1, blank }),
        }
    }
    runs
}

fn add(field: &mut Value, text: &Text, range: Range<usize>, from: &Value) {
    let room = MAX_LENGTH.saturating_sub(field.text.len());
    if range.len() > room && !from.via.is_empty() {
        field.unknown = true;
        return;
    }
    field.text.push_slice(text, range);
    field.unknown |= from.unknown;
    extend_via(&mut field.via, from.via.iter().copied());
}

/// The value that an assignment gives: what stands after its `=`.
pub(super) fn assigned(scope: &mut Scope, word: &Word, assignment: &Assignment) -> Value {
    let whole = expand_one(scope, word);
    let at = assignment.value_at;
    let rest = |text: &Text| text.slice(at.min(text.len())..text.len());
    let skipped = at.saturating_sub(assignment.name.len());
    let start = assignment.name_span.end.saturating_add(u32::try_from(skipped).unwrap_or(0));
    Value {
        text: rest(&whole.text),
        others: whole.others.iter().map(rest).collect(),
        span: Span { start: start.min(whole.span.end), ..whole.span },
        ..whole
    }
}
