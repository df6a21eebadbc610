//! Words, flags, JSON arrays and `name=value` pairs in an instruction's text.

use crate::source::{Span, Text};

/// A flag in front of an instruction's arguments: `--name` or `--name=value`.
#[derive(Clone, Debug)]
pub struct Flag {
    /// Without its dashes.
    pub name: Text,
    /// Without quotes.
    pub value: Option<Text>,
    /// All of it.
    pub span: Span,
}

/// The words between white space, quotes being nothing special.
pub fn fields(text: &Text) -> Vec<Text> {
    let whole = text.as_str();
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(start) = whole[at..].find(|char: char| !char.is_whitespace()) {
        let start = at + start;
        at = whole[start..].find(char::is_whitespace).map_or(whole.len(), |end| start + end);
        out.push(text.slice(start..at));
    }
    out
}

/// The words between white space that is neither quoted nor escaped; quotes and escapes stay in them.
pub(super) fn words(text: &Text, escape: u8) -> Vec<Text> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some((start, end)) = word(text.as_str(), at, escape) {
        out.push(text.slice(start..end));
        at = end;
    }
    out
}

/// Start and end of the next word from `at`.
fn word(text: &str, at: usize, escape: u8) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let start = at + bytes.get(at..)?.iter().position(|byte| !byte.is_ascii_whitespace())?;
    let mut end = start;
    let mut quote = None;
    while let Some(&byte) = bytes.get(end) {
        match quote {
            None if byte.is_ascii_whitespace() => break,
            // The escaped character may be one of several bytes: only its first is stepped over, and the others are
            // neither quotes nor blanks.
            _ if byte == escape && quote != Some(b'\'') => end += 1,
            None if matches!(byte, b'"' | b'\'') => quote = Some(byte),
            Some(open) if byte == open => quote = None,
            _ => {}
        }
        end += 1;
    }
    Some((start, end.min(bytes.len())))
}

/// The flags at the start of `text`, and the rest, trimmed. `--` alone ends the flags.
pub(super) fn flags(text: &Text, escape: u8) -> (Vec<Flag>, Text) {
    let whole = text.as_str();
    let mut flags = Vec::new();
    let mut at = 0;
    while let Some((start, end)) = word(whole, at, escape) {
        let Some(flag) = whole.get(start..end).and_then(|word| word.strip_prefix("--")) else { break };
        at = end;
        if flag.is_empty() {
            break;
        }
        let name_end = flag.find('=').map_or(end, |equals| start + 2 + equals);
        flags.push(Flag {
            name: text.slice(start + 2..name_end),
            value: (name_end < end).then(|| unquoted(&text.slice(name_end + 1..end), escape)),
            span: text.span_of(start..end),
        });
    }
    (flags, text.slice(at..whole.len()).trim())
}

/// The text without its quotes and the escape characters in it; variables stay as they are.
pub fn unquoted(text: &Text, escape: u8) -> Text {
    let bytes = text.as_str().as_bytes();
    let mut out = Text::default();
    let (mut from, mut at) = (0, 0);
    let mut quote = None;
    while let Some(&byte) = bytes.get(at) {
        let drop = match quote {
            None if matches!(byte, b'"' | b'\'') => {
                quote = Some(byte);
                true
            }
            Some(open) if byte == open => {
                quote = None;
                true
            }
            // In double quotes the escape character stands for itself, except before these.
            Some(b'"') => {
                byte == escape && bytes.get(at + 1).is_some_and(|next| [b'"', b'$', escape].contains(next))
            }
            None => byte == escape && at + 1 < bytes.len(),
            _ => false,
        };
        if drop {
            out.push_slice(text, from..at);
            from = at + 1;
            if byte == escape && !matches!(byte, b'"' | b'\'') {
                at += 1;
            }
        }
        at += 1;
    }
    if from == 0 {
        return text.clone();
    }
    out.push_slice(text, from..bytes.len());
    out
}

/// The `key=value` and `key` parts of a comma-separated list (a `--mount`), keys and values without blanks around them.
pub fn options(list: &Text) -> Vec<(Text, Option<Text>)> {
    let mut out = Vec::new();
    let mut start = 0;
    for part in list.as_str().split(',') {
        let end = start + part.len();
        out.push(match part.find('=') {
            Some(equals) => {
                (list.slice(start..start + equals).trim(), Some(list.slice(start + equals + 1..end).trim()))
            }
            None => (list.slice(start..end).trim(), None),
        });
        start = end + 1;
    }
    out
}

/// The names and values of `ENV` and `LABEL` (`a=1 b=2`, or the older `a the rest`) and of `ARG` (`a=1 b`); values keep
/// their quotes.
pub fn pairs(body: &Text, escape: u8, arg: bool) -> Vec<(Text, Option<Text>)> {
    let words = words(body, escape);
    let equals = |word: &Text| word.as_str().find('=');
    if !arg
        && let Some(first) = words.first()
        && equals(first).is_none()
    {
        let rest = body.as_str().find(char::is_whitespace).map(|at| body.slice(at..body.len()).trim());
        return vec![(first.clone(), rest)];
    }
    let pair = |word: &Text| match equals(word) {
        Some(at) => (word.slice(0..at), Some(word.slice(at + 1..word.len()))),
        None => (word.clone(), None),
    };
    words.iter().map(pair).collect()
}

/// The strings of a JSON array of strings; `None` where the text is anything else.
pub fn json_array(text: &Text) -> Option<Vec<Text>> {
    let bytes = text.as_str().as_bytes();
    let blanks = |at: usize| {
        at + bytes.get(at..).unwrap_or(&[]).iter().take_while(|byte| byte.is_ascii_whitespace()).count()
    };
    let mut at = blanks(0);
    if bytes.get(at) != Some(&b'[') {
        return None;
    }
    let mut out = Vec::new();
    at = blanks(at + 1);
    if bytes.get(at) == Some(&b']') {
        return (blanks(at + 1) == bytes.len()).then_some(out);
    }
    loop {
        let (string, end) = json_string(text, at)?;
        out.push(string);
        at = blanks(end);
        match bytes.get(at)? {
            b',' => at = blanks(at + 1),
            b']' => return (blanks(at + 1) == bytes.len()).then_some(out),
            _ => return None,
        }
    }
}

/// The JSON string that starts at `at`, and where it ends.
fn json_string(text: &Text, at: usize) -> Option<(Text, usize)> {
    let whole = text.as_str();
    let bytes = whole.as_bytes();
    if bytes.get(at) != Some(&b'"') {
        return None;
    }
    let mut out = Text::default();
    let (mut from, mut at) = (at + 1, at + 1);
    loop {
        match *bytes.get(at)? {
            b'"' => {
                out.push_slice(text, from..at);
                return Some((out, at + 1));
            }
            b'\\' => {
                if at > from {
                    out.push_slice(text, from..at);
                }
                let (char, len) = json_escape(whole.get(at + 1..)?)?;
                let end = at + 1 + len;
                out.push_replaced(char.encode_utf8(&mut [0; 4]), text.span_of(at..end));
                (from, at) = (end, end);
            }
            0..=31 => return None,
            _ => at += 1,
        }
    }
}

/// The character that a JSON escape stands for, and the escape's length without its backslash.
fn json_escape(rest: &str) -> Option<(char, usize)> {
    Some(match rest.bytes().next()? {
        byte @ (b'"' | b'\\' | b'/') => (char::from(byte), 1),
        b'b' => ('\u{8}', 1),
        b'f' => ('\u{c}', 1),
        b'n' => ('\n', 1),
        b'r' => ('\r', 1),
        b't' => ('\t', 1),
        b'u' => {
            let unit = hex(rest.get(1..5)?)?;
            match (char::from_u32(unit), rest.get(5..11).and_then(|low| hex(low.strip_prefix("\\u")?))) {
                (Some(char), _) => (char, 5),
                (None, Some(low @ 0xdc00..=0xdfff)) if unit < 0xdc00 => {
                    let code = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
                    (char::from_u32(code)?, 11)
                }
                _ => ('\u{fffd}', 5),
            }
        }
        _ => return None,
    })
}

fn hex(digits: &str) -> Option<u32> {
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok())?
}
