//! Helm's templates as the YAML that they would become, as far as that is written: actions on lines of their own are
//! left out, and one in a value stands as `$.Values.…`, which is a value that is not known.

use crate::source::{FileId, Span, Text};

/// Words that begin actions which give no text.
static CONTROL: &[&str] =
    &["if", "else", "end", "range", "with", "define", "block", "template", "break", "continue"];

/// The text without its actions; `None` where it has none.
pub(super) fn plain(file: FileId, text: &str) -> Option<Text> {
    let mut at = text.find("{{")?;
    let mut out = Text::default();
    let mut line = Line::default();
    let mut done = 0;
    while let Some(end) = end_of_action(text, at + 2) {
        take(file, text, done..at, &mut line, &mut out);
        let body = text.get(at + 2..end - 2).unwrap_or("");
        line.actions.push((placeholder(body), line.length(), Span::new(file, at..end)));
        done = end;
        match text.get(done..).and_then(|rest| rest.find("{{")) {
            Some(next) => at = done + next,
            None => break,
        }
    }
    take(file, text, done..text.len(), &mut line, &mut out);
    line.end(&mut out);
    Some(out)
}

/// A line as far as it has been read.
#[derive(Default)]
struct Line {
    /// What is no action.
    text: Text,
    /// What stands for an action, before which byte of the text, and where it is.
    actions: Vec<(String, usize, Span)>,
}

impl Line {
    fn length(&self) -> usize {
        self.text.len()
    }

    /// Appends the line to `out` and begins a new one.
    fn end(&mut self, out: &mut Text) {
        let Self { text, actions } = std::mem::take(self);
        // What stands alone in its line is a block that is put in, or one that begins or ends.
        let alone = text.as_str().trim().is_empty();
        let mut done = 0;
        for (placeholder, at, span) in actions.into_iter().filter(|(text, ..)| !alone && !text.is_empty()) {
            push(out, &text, done, at);
            out.push_replaced(&placeholder, span);
            done = at;
        }
        push(out, &text, done, text.len());
    }
}

fn push(out: &mut Text, text: &Text, from: usize, to: usize) {
    if from < to {
        out.push_slice(text, from..to);
    }
}

/// Appends bytes that are no action, line by line.
fn take(file: FileId, text: &str, range: std::ops::Range<usize>, line: &mut Line, out: &mut Text) {
    let mut at = range.start;
    let Some(slice) = text.get(range) else { return };
    for part in slice.split_inclusive('\n') {
        line.text.push_verbatim(file, at, part);
        at += part.len();
        if part.ends_with('\n') {
            line.end(out);
        }
    }
}

/// Where an action ends whose inside starts at `from`. Its strings and comments may hold braces.
fn end_of_action(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = from;
    let mut quote = None;
    while let Some(byte) = bytes.get(at) {
        match (quote, byte) {
            (Some(b'"'), b'\\') => at += 1,
            (Some(open), byte) if open == *byte => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'`') => quote = Some(*byte),
            (None, b'}') if bytes.get(at + 1) == Some(&b'}') => return Some(at + 2),
            _ => {}
        }
        at += 1;
    }
    None
}

/// What stands for an action; empty for one that gives no text.
fn placeholder(body: &str) -> String {
    let body = body.trim_start_matches('-').trim_end_matches('-').trim();
    let first = body.split_whitespace().next().unwrap_or("");
    if body.starts_with("/*") || CONTROL.contains(&first) || body.contains(":=") {
        return String::new();
    }
    if let Some(default) = default(body) {
        return default.to_owned();
    }
    let path = body.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '$')));
    let path = path.filter(|word| word.starts_with(['.', '$'])).find(|word| word.len() > 1);
    let name = path.unwrap_or(first).trim_matches(['$', '.']);
    let name: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_')).collect();
    if name.is_empty() { "$.item".to_owned() } else { format!("$.{name}") }
}

/// The plain text that an action gives where nothing else is set.
fn default(body: &str) -> Option<&str> {
    let (_, rest) = body.split_once("default ")?;
    let text = rest.trim_start().strip_prefix('"')?.split('"').next()?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '/' | '_' | ':' | '@' | '-');
    (!text.is_empty() && text.chars().all(plain)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        let got = plain(FileId(0), text);
        assert_eq!(got.as_ref().map(Text::as_str), expected);
    }

    #[test]
    fn actions() {
        check("a: b\n", None);
        check("a: {{ .Values.a }}\n", Some("a: $.Values.a\n"));
        check("a: \"{{ .Values.a.b | quote }}:{{ $tag }}\"\n", Some("a: \"$.Values.a.b:$.tag\"\n"));
        check("a:\n  {{- if .b }}\n  b: 1\n  {{- end }}\nc: 1\n", Some("a:\n  \n  b: 1\n  \nc: 1\n"));
        check("a:\n  {{- toYaml .b\n    | nindent 2 }}\nb: 1", Some("a:\n  \nb: 1"));
        check("- {{ . }}\n", Some("- $.item\n"));
        check("{{- if .a }}b: c{{ end }}\n", Some("b: c\n"));
        check("a: {{ include \"x\" . }}\n", Some("a: $.include\n"));
        check("a: {{ default \"docker:dind\" .b }}\n", Some("a: docker:dind\n"));
        check("a: {{ .b | default \"x: y\" }}\n", Some("a: $.b\n"));
        check("a: {{ \"}}\" }}\n", Some("a: $.item\n"));
        check("{{/* a }\n b: 1 */}}\nc: 1", Some("\nc: 1"));
        check("{{ $a := .b }}c", Some("c"));
        check("a: {{ b", Some("a: {{ b"));
        check("{{", Some("{{"));
    }

    #[test]
    fn places_stay() {
        let file = "x: {{ .a }}\ny: bé\n";
        let text = plain(FileId(0), file).expect("a template");
        let at = text.as_str().find("bé").expect("a value");
        assert_eq!(&file[text.span_of(at..at + 3).range()], "bé");
        assert_eq!(&file[text.span_of(3..6).range()], "{{ .a }}");
    }
}
