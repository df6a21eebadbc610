//! What expressions are worth, as far as a text tells.

use std::rc::Rc;

use crate::model::{Value, Via};
use crate::source::{Span, Text};

/// The worth of an expression. Copies share what they hold.
#[derive(Clone, Debug, Default)]
pub(super) enum Data<'t> {
    #[default]
    Unknown,
    Text(Rc<Value>),
    List(Rc<Vec<Data<'t>>>),
    Map(Rc<Vec<(String, Data<'t>)>>),
    /// The variable `docker` of the Docker Pipeline plugin.
    Docker,
    /// An image of that plugin, by its name.
    Image(Rc<Value>),
    /// Something that only a run tells, as written.
    Written(&'t str, Span),
}

/// How many texts one value may have.
const MOST_TEXTS: usize = 16;

/// How many entries of a list or map are looked at.
const MOST_LOOKED: usize = 256;

/// The longest text that a variable may add to another.
const LONGEST: usize = 16 * 1024;

impl<'t> Data<'t> {
    pub(super) fn text(value: Value) -> Self {
        Self::Text(Rc::new(value))
    }

    /// One of several: the texts of all that are texts, together.
    pub(super) fn one_of(mut all: impl Iterator<Item = Self>) -> Self {
        let Some(first) = all.next() else { return Self::Unknown };
        let Self::Text(first) = first else { return first };
        let mut out = Value::clone(&first);
        for (at, other) in all.enumerate() {
            if at >= MOST_LOOKED {
                out.unknown = true;
                break;
            }
            match other {
                Self::Text(other) => join(&mut out, &other),
                _ => out.unknown = true,
            }
        }
        Self::text(out)
    }

    /// The entry of a key; if that is not known, one of all.
    pub(super) fn entry(&self, key: Option<&str>) -> Self {
        let Self::Map(entries) = self else {
            return match self {
                Self::List(items) => match key.and_then(|key| key.parse::<usize>().ok()) {
                    Some(at) => items.get(at).cloned().unwrap_or_default(),
                    None => Self::one_of(items.iter().cloned()),
                },
                _ => Self::Unknown,
            };
        };
        match entries.iter().rev().take(MOST_LOOKED).find(|(name, _)| Some(name.as_str()) == key) {
            Some((_, found)) => found.clone(),
            None => Self::one_of(entries.iter().map(|(_, entry)| entry.clone())),
        }
    }

    /// The texts of a list, or the one text.
    pub(super) fn items(&self) -> Vec<Rc<Value>> {
        match self {
            Self::List(items) => items.iter().flat_map(Self::items).collect(),
            Self::Text(value) => vec![Rc::clone(value)],
            _ => Vec::new(),
        }
    }

    /// It as it is when it comes by the variable that `span` defines.
    pub(super) fn by_variable(self, span: Span) -> Self {
        match self {
            Self::Text(value) if value.via.is_empty() => {
                let mut value = Value::clone(&value);
                value.via.push((Via::Variable, span));
                Self::text(value)
            }
            other => other,
        }
    }
}

/// Adds the texts of `other` to those that a value can have.
pub(super) fn join(value: &mut Value, other: &Value) {
    value.unknown |= other.unknown;
    for text in other.texts() {
        if value.others.len() + 1 >= MOST_TEXTS {
            value.unknown = true;
            return;
        }
        if !value.any(|known| known == text.as_str()) {
            value.others.push(text.clone());
        }
    }
}

/// A value in the making: what is put one after the other, in all combinations.
pub(super) struct Joined<'l> {
    texts: Vec<Text>,
    out: Value,
    /// Bytes that variables may still add to texts.
    left: &'l mut usize,
}

impl<'l> Joined<'l> {
    pub(super) fn new(span: Span, left: &'l mut usize) -> Self {
        Self { texts: vec![Text::default()], out: Value { span, ..Value::default() }, left }
    }

    /// Adds a text of the expression's own.
    pub(super) fn own(&mut self, text: &Text) {
        self.texts.iter_mut().for_each(|known| known.push(text));
    }

    /// Adds what isn't known: as it is written, if a shell could read that as a variable.
    pub(super) fn unknown(&mut self, written: &str, span: Span) {
        self.out.unknown = true;
        let name = written.trim_start_matches(['$', '{']).trim_end_matches('}');
        let plain = !name.is_empty()
            && name.len() <= MOST_WRITTEN
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'));
        let text = if plain { format!("${{{name}}}") } else { "${_}".to_owned() };
        let text = Text::replaced(&text, span);
        self.texts.iter_mut().for_each(|known| known.push(&text));
    }

    /// Adds what is filled in at `span`, where a script that it is part of has it.
    pub(super) fn fill(&mut self, data: &Data<'_>, written: &str, span: Span) {
        let (Data::Text(value) | Data::Image(value)) = data else { return self.unknown(written, span) };
        let own = |text: &Text| Text::replaced(text.as_str(), span);
        let others = value.others.iter().map(own).collect();
        let filled = Value { text: own(&value.text), others, ..Value::clone(value) };
        self.add(&Data::text(filled), written, span);
    }

    pub(super) fn add(&mut self, data: &Data<'_>, written: &str, span: Span) {
        let value = match data {
            Data::Text(value) | Data::Image(value) => value,
            _ => return self.unknown(written, span),
        };
        let length = value.texts().map(Text::len).sum::<usize>().saturating_mul(self.texts.len());
        let longest = self.texts.iter().map(Text::len).max().unwrap_or(0);
        if length > *self.left || (!value.via.is_empty() && longest > LONGEST) {
            return self.unknown(written, span);
        }
        *self.left -= length;
        self.out.unknown |= value.unknown;
        self.out.via.extend(value.via.iter().copied().take(MOST_STEPS - self.out.via.len().min(MOST_STEPS)));
        let mut texts = Vec::with_capacity(self.texts.len());
        for other in value.texts() {
            for known in &self.texts {
                if texts.len() < MOST_TEXTS {
                    let mut text = known.clone();
                    text.push(other);
                    texts.push(text);
                } else {
                    self.out.unknown = true;
                }
            }
        }
        self.texts = texts;
    }

    pub(super) fn value(mut self) -> Value {
        let mut texts = self.texts.into_iter();
        self.out.text = texts.next().unwrap_or_default();
        self.out.others.extend(texts);
        self.out
    }
}

/// The longest name of something unknown that is told as written.
const MOST_WRITTEN: usize = 100;

/// How many steps a value tells of the way that it came by.
const MOST_STEPS: usize = 8;

/// The bytes `range` of each text that a value can be.
pub(super) fn each(value: &Value, cut: impl Fn(&str) -> std::ops::Range<usize>) -> Value {
    let slice = |text: &Text| text.slice(cut(text.as_str()));
    Value { text: slice(&value.text), others: value.others.iter().map(slice).collect(), ..value.clone() }
}

/// A word that stands for all of `span`.
pub(super) fn word(text: &str, span: Span) -> Value {
    Value { text: Text::replaced(text, span), span, ..Value::default() }
}
