//! `${VAR:-default}` in values: what the environment does not settle here stands as its default or as written.

use std::ops::Range;

use crate::model::{Value, Via};
use crate::source::Text;

/// Defaults stand in defaults through this many levels.
const DEEPEST: usize = 16;

/// The value with its variables replaced by their defaults. One that holds a variable is unknown: the environment may
/// say otherwise.
pub(super) fn value(value: Value) -> Value {
    if !value.as_str().contains('$') {
        return value;
    }
    let mut out = Value { text: Text::default(), ..value.clone() };
    fill(&value.text, 0..value.text.len(), 0, &mut out);
    out
}

/// Appends the bytes `range` of `text` to `out`.
fn fill(text: &Text, range: Range<usize>, depth: usize, out: &mut Value) {
    let whole = text.as_str();
    let mut at = range.start;
    while let Some(dollar) = whole.get(at..range.end).and_then(|rest| rest.find('$')).map(|found| at + found)
    {
        push(&mut out.text, text, at..dollar);
        let rest = whole.get(dollar + 1..range.end).unwrap_or("");
        at = if rest.starts_with('$') {
            out.text.push_replaced("$", text.span_of(dollar..dollar + 2));
            dollar + 2
        } else if rest.starts_with('{') {
            let end = closing(whole, dollar + 2, range.end);
            braced(text, dollar..end, depth, out);
            end
        } else {
            let name = name_length(rest);
            out.unknown |= name > 0;
            out.text.push_slice(text, dollar..dollar + 1 + name);
            dollar + 1 + name
        };
    }
    push(&mut out.text, text, at..range.end);
}

fn push(out: &mut Text, text: &Text, range: Range<usize>) {
    if !range.is_empty() {
        out.push_slice(text, range);
    }
}

/// Appends what the `${…}` at `range` stands for.
fn braced(text: &Text, range: Range<usize>, depth: usize, out: &mut Value) {
    out.unknown = true;
    let whole = text.as_str();
    let inner = range.start + 2..range.end.saturating_sub(1).max(range.start + 2);
    let body = whole.get(inner.clone()).unwrap_or("");
    let name = name_length(body);
    let (variable, operator) = body.split_at(name);
    let skip = match operator.as_bytes() {
        [b':', b'-', ..] => 2,
        [b'-', ..] => 1,
        _ => 0,
    };
    if skip == 0 || depth >= DEEPEST {
        // Without its message or alternative, whose colon would be taken for one of the value.
        out.text.push_replaced(&format!("${{{variable}}}"), text.span_of(range));
        return;
    }
    let default = inner.start + name + skip..inner.end;
    let place = if default.is_empty() { text.span_of(range) } else { text.span_of(default.clone()) };
    out.via.push((Via::Default, place));
    fill(text, default, depth + 1, out);
}

fn name_length(text: &str) -> usize {
    text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count()
}

/// The end of the `${` whose inside starts at `from`: past its brace, or `end` where it has none.
fn closing(text: &str, from: usize, end: usize) -> usize {
    let bytes = text.as_bytes().get(..end).unwrap_or_default();
    let mut open = 1_usize;
    let mut at = from;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'{' if at > 0 && bytes.get(at - 1) == Some(&b'$') => open += 1,
            b'}' => open -= 1,
            _ => {}
        }
        at += 1;
        if open == 0 {
            return at;
        }
    }
    end
}
