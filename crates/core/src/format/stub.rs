//! STUB until the shell and engine layers are merged: the least that lets formats compile and be tested.

use crate::model::{Command, Place, Value, Var};
use crate::source::Text;

#[derive(Clone, Debug, Default)]
pub(super) struct Scope;

impl Scope {
    pub(super) fn new<'v>(_: impl IntoIterator<Item = &'v Var>) -> Self {
        Self
    }
    pub(super) fn set(&mut self, _: &Var) {}
}

pub(super) fn lower(text: &Text, _scope: &mut Scope, script: u32) -> Vec<Command> {
    let mut out = Vec::new();
    let mut at = 0;
    for line in text.as_str().split_inclusive('\n') {
        let words = split(&text.slice(at..at + line.len()));
        at += line.len();
        if let (Some(first), Some(last)) = (words.first(), words.last()) {
            let span = first.span.to(last.span);
            out.push(Command { span, script, words, ..Command::default() });
        }
    }
    out
}

pub(super) fn lower_words(words: &[Value], _scope: &mut Scope, script: u32, place: Place) -> Vec<Command> {
    let Some((first, last)) = words.first().zip(words.last()) else { return Vec::new() };
    vec![Command {
        span: first.span.to(last.span),
        words: words.to_vec(),
        script,
        place,
        ..Command::default()
    }]
}

pub(super) fn split(text: &Text) -> Vec<Value> {
    let mut out = Vec::new();
    let mut at = 0;
    for part in text.as_str().split_inclusive(|c: char| c.is_whitespace()) {
        let word = text.slice(at..at + part.len()).trim();
        at += part.len();
        if !word.is_empty() {
            out.push(Value::literal(word));
        }
    }
    out
}

pub(super) fn is_engine(name: &str) -> bool {
    name.starts_with("DOCKER_") || name.starts_with("BUILD")
}
