//! Heredocs of `RUN`, `COPY` and `ADD`.

use super::{Lines, is_keyword, unquoted, words};
use crate::map::Map;
use crate::source::{FileId, Span, Text};

/// A document behind an instruction.
#[derive(Clone, Debug)]
pub struct Heredoc {
    /// The line that ends it.
    pub name: String,
    /// Where `<<NAME` stands.
    pub opener: Span,
    /// Written `<<'NAME'` or `<<"NAME"`: no variables are filled in.
    pub quoted: bool,
    /// Written `<<-NAME`: tabs in front of its lines fall away.
    pub chomp: bool,
    /// Its lines, each with its line break.
    pub content: Text,
    /// Its lines in the file, with the one that ends it.
    pub span: Span,
    pub closed: bool,
}

/// The words of `body` that open a heredoc. As in BuildKit it must be a word of its own, with or without the number of a
/// file in front.
pub(super) fn openers(body: &Text, escape: u8) -> Vec<Heredoc> {
    if !body.as_str().contains("<<") {
        return Vec::new();
    }
    words::words(body, escape).iter().filter_map(opener).collect()
}

fn opener(word: &Text) -> Option<Heredoc> {
    let rest = word.as_str().trim_start_matches(|char: char| char.is_ascii_digit()).strip_prefix("<<")?;
    let (chomp, raw) = match rest.strip_prefix('-') {
        Some(raw) => (true, raw),
        None => (false, rest),
    };
    if raw.is_empty() || raw.contains('<') {
        return None;
    }
    let name = unquoted(&Text::replaced(raw, word.span()), b'\\').as_str().to_owned();
    let quoted = name != raw;
    let opener = word.span();
    let (content, span) = (Text::default(), opener);
    (!name.is_empty()).then_some(Heredoc { name, opener, quoted, chomp, content, span, closed: false })
}

/// The last place of each line of the file, so that a heredoc that is never closed costs no search of its own.
pub(super) struct Ends<'t> {
    whole: Map<&'t str, usize>,
    chomped: Map<&'t str, usize>,
}

impl<'t> Ends<'t> {
    pub(super) fn new(lines: Lines<'t>) -> Self {
        let mut ends = Self { whole: Map::new(), chomped: Map::new() };
        let mut lines = lines;
        while let Some(line) = lines.next() {
            let text = lines.get(&line);
            ends.whole.insert(text, line.start);
            ends.chomped.insert(text.trim_start_matches('\t'), line.start);
        }
        ends
    }

    fn closes(&self, heredoc: &Heredoc, from: usize) -> bool {
        let lines = if heredoc.chomp { &self.chomped } else { &self.whole };
        lines.get(heredoc.name.as_str()).is_some_and(|last| *last >= from)
    }
}

/// Reads the lines of `heredoc`. One that is never closed ends before the next line that looks like an instruction.
pub(super) fn read(mut heredoc: Heredoc, lines: &mut Lines<'_>, ends: &Ends<'_>, file: FileId) -> Heredoc {
    heredoc.closed = ends.closes(&heredoc, lines.at);
    let start = lines.at;
    let mut end = start;
    loop {
        let back = lines.at;
        let Some(line) = lines.next() else { break };
        let text = lines.get(&line);
        if !heredoc.closed && looks_like_instruction(text) {
            lines.at = back;
            break;
        }
        end = line.end;
        let chomped = if heredoc.chomp { text.trim_start_matches('\t') } else { text };
        if heredoc.closed && chomped == heredoc.name {
            break;
        }
        let at = line.end - chomped.len();
        heredoc.content.push_verbatim(file, at, chomped);
        match lines.get(&(line.end..lines.at)) {
            "\n" => heredoc.content.push_verbatim(file, line.end, "\n"),
            _ => heredoc.content.push_replaced("\n", Span::new(file, line.end..lines.at)),
        }
    }
    if end > start {
        heredoc.span = Span::new(file, start..end);
    }
    heredoc
}

/// Nobody writes an instruction's keyword in capitals at the start of a script's line but for an instruction.
fn looks_like_instruction(line: &str) -> bool {
    let word = line.split_whitespace().next().unwrap_or("");
    line.starts_with(word) && is_keyword(word) && !word.bytes().any(|byte| byte.is_ascii_lowercase())
}
