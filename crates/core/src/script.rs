//! Stub, dropped on merge: stands in for the reader of shell scripts.

use crate::model::{Command, Place, Value, Var};
use crate::source::Text;

/// The variables of a script.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    vars: Vec<Var>,
}

impl Scope {
    pub fn new<'v>(vars: impl IntoIterator<Item = &'v Var>) -> Self {
        Self { vars: vars.into_iter().cloned().collect() }
    }
}

/// One command per line, words between blanks: enough to test who calls it.
pub fn lower(text: &Text, _scope: &mut Scope, script: u32) -> Vec<Command> {
    let mut out = Vec::new();
    let mut start = 0;
    for line in text.as_str().split_inclusive('\n') {
        let line_text = text.slice(start..start + line.len()).trim();
        start += line.len();
        if !line_text.is_empty() {
            let words =
                crate::syntax::dockerfile::fields(&line_text).into_iter().map(Value::literal).collect();
            out.push(Command { words, span: line_text.span(), script, ..Command::default() });
        }
    }
    out
}

/// The commands of a word list that is run without a shell.
pub fn lower_words(words: &[Value], _scope: &mut Scope, script: u32, place: Place) -> Vec<Command> {
    let (Some(first), Some(last)) = (words.first(), words.last()) else { return Vec::new() };
    let span = first.span.to(last.span);
    vec![Command { words: words.to_vec(), span, script, place, ..Command::default() }]
}
