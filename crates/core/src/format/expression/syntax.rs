//! How each service writes expressions: where one stands, and what its names mean.

use std::borrow::Cow;
use std::ops::Range;

/// How a service writes expressions.
pub(in crate::format) struct Syntax {
    /// Every expression begins so.
    pub(super) open: &'static str,
    /// Where the first expression stands from a byte on.
    pub(super) next: fn(&str, usize) -> Option<Range<usize>>,
    /// What stands before the name of an input.
    pub(super) inputs: &'static [&'static str],
    /// What stands before the name of a variable.
    pub(super) env: &'static [&'static str],
    /// Case of names does not count, and the context has them in lower case.
    pub(super) folds: bool,
    /// What is known is part of a script as if it had been written there.
    pub(super) inlines: bool,
}

/// `${{ inputs.a }}`, `${{ env.A }}`.
pub(in crate::format) static GITHUB: Syntax = Syntax {
    open: "${{",
    next,
    inputs: &["inputs.", "github.event.inputs."],
    env: &["env."],
    folds: false,
    inlines: false,
};

/// `<< parameters.a >>`, `<< pipeline.parameters.a >>`.
pub(in crate::format) static CIRCLECI: Syntax = Syntax {
    open: "<<",
    next: next_in_angles,
    inputs: &["parameters."],
    env: &["pipeline.parameters."],
    folds: false,
    inlines: true,
};

/// `${{ parameters.a }}`, `$(a)`, `$[variables.a]`.
pub(in crate::format) static AZURE: Syntax = Syntax {
    open: "$",
    next: next_of_azure,
    inputs: &["parameters."],
    env: &["variables.", ""],
    folds: true,
    inlines: false,
};

/// Where the next `${{ … }}` stands, quotes in it heeded.
pub(crate) fn next(text: &str, from: usize) -> Option<Range<usize>> {
    let mut start = from + text.get(from..)?.find("${{")?;
    let mut quoted = false;
    let mut bytes = text.as_bytes().iter().enumerate().skip(start + 3).peekable();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'\'' => quoted = !quoted,
            b'}' if !quoted && bytes.peek().is_some_and(|(_, next)| **next == b'}') => {
                return Some(start..at + 2);
            }
            // A quote that its line does not close: this is no expression.
            b'\n' if quoted => {
                start = at + text.get(at..)?.find("${{")?;
                quoted = false;
                bytes = text.as_bytes().iter().enumerate().skip(start + 3).peekable();
            }
            _ => {}
        }
    }
    None
}

/// Where the next `<< … >>` of CircleCI stands; a heredoc is none.
fn next_in_angles(text: &str, from: usize) -> Option<Range<usize>> {
    let mut at = from;
    loop {
        let start = at + text.get(at..)?.find("<<")?;
        let inner = text.get(start + 2..)?;
        let name = inner.trim_start_matches(' ');
        let end = name.trim_start_matches(|char: char| plain(char) || matches!(char, '/' | '(' | ')'));
        let length = name.len() - end.len();
        let close = end.trim_start_matches(' ');
        let escaped = text.get(..start).is_some_and(|before| before.ends_with('\\'));
        if !escaped && close.starts_with(">>") && name.get(..length).is_some_and(|name| name.contains('.')) {
            return Some(start..text.len() - close.len() + 2);
        }
        at = start + 2;
    }
}

/// Longer ones are none.
const LONGEST_OF_AZURE: usize = 512;

/// Where the next `${{ … }}`, `$(name)` or `$[ … ]` of Azure Pipelines stands; `$(a command)` is none.
fn next_of_azure(text: &str, from: usize) -> Option<Range<usize>> {
    let mut at = from;
    loop {
        let start = at + text.get(at..)?.find('$')?;
        let rest = text.get(start..)?;
        let length = match rest.as_bytes().get(1) {
            Some(b'(') => {
                let name = rest.get(2..)?;
                let end = name.trim_start_matches(|char: char| plain(char));
                (end.starts_with(')') && end.len() < name.len()).then(|| rest.len() - end.len() + 1)
            }
            Some(b'[') => closed(rest, 1, b'[', b']'),
            Some(b'{') if rest.starts_with("${{") => closed(rest, 1, b'{', b'}'),
            _ => None,
        };
        if let Some(length) = length {
            return Some(start..start + length);
        }
        at = start + 1;
    }
}

/// Where the bracket at `from` is closed, quotes heeded, as an end.
fn closed(text: &str, from: usize, open: u8, close: u8) -> Option<usize> {
    let (mut depth, mut quoted) = (0_u32, false);
    for (at, byte) in text.bytes().enumerate().take(LONGEST_OF_AZURE).skip(from) {
        if byte == b'\'' {
            quoted = !quoted;
        } else if byte == open && !quoted {
            depth += 1;
        } else if byte == close && !quoted {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                return Some(at + 1);
            }
        }
    }
    None
}

/// The text if it is a plain path of names (`matrix.runs.build`, `variables['a']`), else nothing.
pub(super) fn path(text: &str) -> Cow<'_, str> {
    if text.chars().all(plain) {
        return text.into();
    }
    let key = text.strip_suffix("']").and_then(|text| text.split_once("['"));
    match key.filter(|(context, key)| context.chars().chain(key.chars()).all(plain)) {
        Some((context, key)) => [context, key].join(".").into(),
        None => "".into(),
    }
}

/// Characters of paths.
fn plain(char: char) -> bool {
    char.is_ascii_alphanumeric() || matches!(char, '_' | '-' | '.')
}
