//! `$(NAME)` in values: how Kubernetes and Tekton fill in variables and parameters.

use crate::model::Value;
use crate::source::Text;

/// Longer names are no references.
const LONGEST: usize = 200;

/// The value with each `$(NAME)` of which something is known replaced by that; others stay as they are written.
/// `$$(NAME)` is left alone.
pub(in crate::format) fn fill(value: Value, known: &dyn Fn(&str) -> Option<Value>) -> Value {
    replaced(value, known, false)
}

/// The same of a script: what is filled in stands where its reference is written.
pub(in crate::format) fn fill_script(value: Value, known: &dyn Fn(&str) -> Option<Value>) -> Value {
    replaced(value, known, true)
}

fn replaced(value: Value, known: &dyn Fn(&str) -> Option<Value>, in_place: bool) -> Value {
    if !value.as_str().contains("$(") {
        return value;
    }
    let mut out = Value { text: Text::default(), ..value.clone() };
    let text = value.as_str();
    let mut done = 0;
    for (at, _) in text.match_indices("$(") {
        let Some(inner) = text.get(at + 2..).filter(|_| at >= done) else { continue };
        let end = inner.bytes().take(LONGEST).position(|byte| byte == b')' || byte == b'\n');
        let Some(name) = end.and_then(|end| inner.get(..end)) else { continue };
        let escaped = text.get(..at).is_some_and(|before| before.ends_with('$'));
        let Some(found) = known(name).filter(|_| !escaped && !name.is_empty()) else { continue };
        push(&mut out.text, &value.text, done, at);
        match in_place {
            true => {
                out.text.push_replaced(found.text.as_str(), value.text.span_of(at..at + name.len() + 3));
            }
            false => out.text.push(&found.text),
        }
        out.unknown |= found.unknown;
        if done == 0 && at == 0 && name.len() + 3 == text.len() {
            out.others.clone_from(&found.others);
        }
        out.via.extend(found.via);
        done = at + name.len() + 3;
    }
    push(&mut out.text, &value.text, done, text.len());
    out
}

fn push(out: &mut Text, text: &Text, from: usize, to: usize) {
    if from < to {
        out.push_slice(text, from..to);
    }
}
