//! Builtins that change what the rest of the script sees.

use super::expand::{Argument, assigned, expand};
use super::wrapper::assigned_name;
use super::{Line, Lowering};
use crate::model::Value;
use crate::source::{Span, Text};
use crate::syntax::shell::{self, Part, Redirect, Word};

/// Whether the words of this builtin are assignments.
pub(super) fn declares(name: &str) -> bool {
    matches!(name, "export" | "declare" | "typeset" | "local" | "readonly")
}

impl Lowering<'_> {
    /// Does what `arguments` do to the scope.
    pub(super) fn builtin(&mut self, arguments: &[Argument<'_>], line: &Line<'_>) {
        let Some((first, rest)) = arguments.split_first() else { return };
        let name = first.value.as_str();
        match name {
            _ if declares(name) => {
                let exports = name == "export"
                    || rest.iter().map(|word| word.value.as_str()).any(|word| is_flag(word, 'x'));
                self.declare(rest, exports);
            }
            "unset" => {
                for word in operands(rest) {
                    self.scope.unset(word.value.as_str(), word.value.span);
                }
            }
            "read" | "mapfile" | "readarray" => {
                for word in operands(rest) {
                    self.scope.assign(word.value.as_str(), word.value.span, None);
                }
            }
            "getopts" => {
                if let Some(word) = rest.get(1) {
                    self.scope.assign(word.value.as_str(), word.value.span, None);
                }
            }
            "set" => self.set(rest),
            "alias" => {
                for word in rest {
                    if let Some((name, _)) = word.value.as_str().split_once('=') {
                        let text = &word.value.text;
                        let meaning = text.slice(name.len() + 1..text.len());
                        self.scope.aliases.insert(name.to_owned(), Some(meaning));
                    }
                }
            }
            "unalias" => {
                for word in rest {
                    if let Some(meaning) = self.scope.aliases.get_mut(word.value.as_str()) {
                        *meaning = None;
                    }
                }
            }
            "printf" if rest.first().is_some_and(|word| word.value.as_str() == "-v") => {
                if let Some(word) = rest.get(1) {
                    self.scope.assign(word.value.as_str(), word.value.span, None);
                }
            }
            "echo" | "printf" => self.later_steps(rest, line.redirects),
            _ => {}
        }
    }

    fn declare(&mut self, words: &[Argument<'_>], exports: bool) {
        for argument in words {
            match argument.word {
                Some(word) if word.assignment.is_some() => self.assign(word, exports),
                _ if exports && is_name(argument.value.as_str()) => {
                    self.scope.export(argument.value.as_str())
                }
                _ => {}
            }
        }
    }

    fn set(&mut self, words: &[Argument<'_>]) {
        let mut words = words.iter().map(|word| word.value.as_str());
        while let Some(word) = words.next() {
            match word {
                "--" => return,
                "-o" | "+o" if words.clone().next() == Some("allexport") => {
                    self.scope.export_all = word == "-o";
                }
                _ if is_flag(word, 'a') => self.scope.export_all = true,
                _ if word.starts_with('+') && word.contains('a') => self.scope.export_all = false,
                _ => {}
            }
        }
    }

    /// A variable that is written to the runner's file of variables is there for the steps that follow.
    fn later_steps(&mut self, words: &[Argument<'_>], redirects: &[Redirect]) {
        let to_file = redirects.iter().any(|redirect| {
            matches!(redirect, Redirect::Other(file) if file.written().as_str().contains("GITHUB_ENV"))
        });
        let [Argument { value, .. }] = words else { return };
        let Some(name) = assigned_name(value.as_str()).filter(|_| to_file) else { return };
        let name_span = value.text.span_of(0..name.len());
        let text = value.text.slice(name.len() + 1..value.text.len());
        self.scope.assign(name, name_span, Some(Value { text, others: Default::default(), ..value.clone() }));
        self.scope.export(name);
    }

    /// Does what an assignment does.
    pub(super) fn assign(&mut self, word: &Word, exports: bool) {
        let Some(assignment) = &word.assignment else { return };
        let (name, name_span) = (assignment.name.as_str(), assignment.name_span);
        if let [_, Part::Array(words)] = word.parts.as_slice() {
            let mut arguments = Vec::new();
            for word in words {
                expand(self.scope, word, true, &mut arguments);
            }
            let values = arguments.into_iter().map(|argument| argument.value).collect();
            self.scope.assign_elements(name, name_span, assignment.append, values);
        } else if assignment.subscript {
            self.scope.assign(name, name_span, None);
        } else {
            let mut value = assigned(self.scope, word, assignment);
            if assignment.append {
                value = self.appended(name, value);
            }
            self.scope.assign(name, name_span, Some(value));
        }
        if exports {
            self.scope.export(name);
        }
    }

    fn appended(&mut self, name: &str, value: Value) -> Value {
        let Some(before) = self.scope.get(name) else { return Value { unknown: true, ..value } };
        if !self.scope.spend(before.text.len()) || before.text.len() > super::scope::MAX_LENGTH {
            return Value { unknown: true, ..value };
        }
        let mut text = before.text;
        text.push(&value.text);
        Value { text, unknown: before.unknown || value.unknown, others: before.others, ..value }
    }

    /// The words that an alias stands for, if the first word of a command is one.
    pub(super) fn alias<'w>(&mut self, first: Option<&Argument<'w>>) -> Option<Vec<Argument<'w>>> {
        let first = first?;
        let meaning = self.scope.aliases.get(first.value.as_str())?.clone()?;
        if first.word.is_none_or(|word| word.quoted) || !self.scope.spend(meaning.len()) {
            return None;
        }
        let span = first.value.span;
        let words = shell::split(&meaning);
        let values =
            words.iter().map(|word| Value { unknown: is_dynamic(word), ..value(word.written(), span) });
        let words = values.map(|value| Argument { value, word: None }).collect::<Vec<_>>();
        (!words.is_empty()).then_some(words)
    }
}

fn value(text: Text, span: Span) -> Value {
    Value { text, span, ..Value::default() }
}

fn is_dynamic(word: &Word) -> bool {
    !word.parts.iter().all(|part| matches!(part, Part::Literal(_)))
}

/// The words that are no options.
fn operands<'a, 'w>(words: &'a [Argument<'w>]) -> impl Iterator<Item = &'a Argument<'w>> {
    words.iter().filter(|word| is_name(word.value.as_str()))
}

fn is_name(word: &str) -> bool {
    word.bytes().next().is_some_and(|first| !first.is_ascii_digit())
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Whether `word` is a cluster of short options with `letter`.
fn is_flag(word: &str, letter: char) -> bool {
    word.starts_with('-') && !word.starts_with("--") && word.contains(letter)
}
