//! The little Markdown that the catalog and the rules' documentation are written in: headings, paragraphs, lists,
//! fenced code, and in a line code, emphasis and links. Nothing of it can become an element that is not listed here.

use yew::prelude::*;

/// A block, top to bottom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// Level, from 1, and text.
    Heading(usize, String),
    Paragraph(String),
    List(Vec<String>),
    /// What the fence names and the code.
    Code(String, String),
}

/// A piece of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inline {
    Text(String),
    Code(String),
    Strong(String),
    Emphasis(String),
    /// Words and address.
    Link(String, String),
}

/// Reads blocks.
pub fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let trimmed = line.trim();
        if trimmed.is_empty() {
            continue;
        }
        if let Some(name) = trimmed.strip_prefix("```") {
            // Code is indented as far as its fence.
            let indent = line.len() - line.trim_start().len();
            let code = lines.by_ref().take_while(|line| !line.trim().starts_with("```"));
            let code: Vec<_> = code.map(|line| line.get(indent..).unwrap_or_default()).collect();
            blocks.push(Block::Code(name.trim().to_owned(), code.join("\n")));
            continue;
        }
        if let Some((level, words)) = heading(trimmed) {
            blocks.push(Block::Heading(level, words.to_owned()));
            continue;
        }
        let item = |line: &str| line.strip_prefix("- ").or(line.strip_prefix("* ")).map(str::to_owned);
        let mut words = trimmed.to_owned();
        let mut items = Vec::new();
        if let Some(first) = item(trimmed) {
            items.push(first);
        }
        while let Some(next) = lines.peek().map(|line| line.trim()) {
            if next.is_empty() || next.starts_with("```") || heading(next).is_some() {
                break;
            }
            match (items.last_mut(), item(next)) {
                (Some(_), Some(next)) => items.push(next),
                (None, Some(_)) => break,
                (Some(last), None) => {
                    last.push(' ');
                    last.push_str(next);
                }
                (None, None) => {
                    words.push(' ');
                    words.push_str(next);
                }
            }
            lines.next();
        }
        blocks.push(if items.is_empty() { Block::Paragraph(words) } else { Block::List(items) });
    }
    blocks
}

/// Level and words of a line that is a heading.
fn heading(line: &str) -> Option<(usize, &str)> {
    let words = line.trim_start_matches('#');
    let level = line.len() - words.len();
    (level > 0 && words.starts_with(' ')).then(|| (level, words.trim()))
}

/// Reads the pieces of a line. What is not closed stays as it is written.
pub fn inlines(text: &str) -> Vec<Inline> {
    let mut pieces = Vec::new();
    let (mut plain, mut rest) = (String::new(), text);
    while let Some(first) = rest.chars().next() {
        match piece(rest) {
            Some((piece, length)) => {
                if !plain.is_empty() {
                    pieces.push(Inline::Text(std::mem::take(&mut plain)));
                }
                pieces.push(piece);
                rest = &rest[length..];
            }
            None => {
                // A run of ordinary letters at once, so that a long line without marks costs one look.
                let special = |(at, c): (usize, char)| (at > 0 && matches!(c, '`' | '*' | '[')).then_some(at);
                let length =
                    rest.char_indices().find_map(special).unwrap_or(rest.len()).max(first.len_utf8());
                plain.push_str(&rest[..length]);
                rest = &rest[length..];
            }
        }
    }
    if !plain.is_empty() {
        pieces.push(Inline::Text(plain));
    }
    pieces
}

/// The piece that `text` starts with, if it is no plain text, and its length in bytes.
fn piece(text: &str) -> Option<(Inline, usize)> {
    let between = |mark: &str| {
        let inner = text.strip_prefix(mark)?;
        let end = inner.find(mark)?;
        let words = &inner[..end];
        let tight = !words.is_empty() && !words.starts_with(' ');
        tight.then(|| (words.to_owned(), 2 * mark.len() + end))
    };
    match text.as_bytes().first()? {
        b'`' => between("``").or_else(|| between("`")).map(|(code, length)| (Inline::Code(code), length)),
        b'*' => between("**")
            .map(|(words, length)| (Inline::Strong(words), length))
            .or_else(|| between("*").map(|(words, length)| (Inline::Emphasis(words), length))),
        b'[' => {
            let (words, rest) = text[1..].split_once("](")?;
            let (address, _) = rest.split_once(')')?;
            let length = words.len() + address.len() + 4;
            let local = address.starts_with('#');
            (local || address.starts_with("https://"))
                .then(|| (Inline::Link(words.to_owned(), address.to_owned()), length))
        }
        _ => None,
    }
}

/// One line of Markdown as elements.
pub fn line(text: &str) -> Html {
    let piece = |piece: Inline| match piece {
        Inline::Text(text) => html! { {text} },
        Inline::Code(code) => html! { <code>{code}</code> },
        Inline::Strong(words) => html! { <strong>{words}</strong> },
        Inline::Emphasis(words) => html! { <em>{words}</em> },
        Inline::Link(words, address) => html! { <a href={address} rel="noreferrer">{words}</a> },
    };
    inlines(text).into_iter().map(piece).collect()
}

/// Markdown as elements; its first level of headings becomes `<h{top}>`.
pub fn text(text: &str, top: usize) -> Html {
    let blocks = blocks(text);
    let first = blocks
        .iter()
        .filter_map(|block| if let Block::Heading(level, _) = block { Some(*level) } else { None });
    let first = first.min().unwrap_or(1);
    let block = |block: Block| match block {
        Block::Heading(level, words) => {
            let level = (top + level - first).min(6);
            html! { <@{format!("h{level}")} class="md">{line(&words)}</@> }
        }
        Block::Paragraph(words) => html! { <p>{line(&words)}</p> },
        Block::List(items) => html! {
            <ul class="md">{for items.iter().map(|item| html! { <li>{line(item)}</li> })}</ul>
        },
        Block::Code(_, code) => html! { <pre class="sheet"><code>{code}</code></pre> },
    };
    blocks.into_iter().map(block).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_blocks(text: &str, expected: &[Block]) {
        assert_eq!(blocks(text), expected);
    }

    #[test]
    fn blocks_are_told_apart() {
        let paragraph = |words: &str| Block::Paragraph(words.to_owned());
        check_blocks("a\nb\n\nc", &[paragraph("a b"), paragraph("c")]);
        check_blocks("# A\nb", &[Block::Heading(1, "A".into()), paragraph("b")]);
        check_blocks("#a", &[paragraph("#a")]);
        check_blocks("a\n- b\n  c\n- d", &[paragraph("a"), Block::List(vec!["b c".into(), "d".into()])]);
        check_blocks(
            "```yaml\na:\n\n  b\n```\nc",
            &[Block::Code("yaml".into(), "a:\n\n  b".into()), paragraph("c")],
        );
        check_blocks(
            " ## A\n b\n ```\n  c\n ```\n",
            &[Block::Heading(2, "A".into()), paragraph("b"), Block::Code(String::new(), " c".into())],
        );
        check_blocks("```\na", &[Block::Code(String::new(), "a".into())]);
    }

    #[track_caller]
    fn check_line(text: &str, expected: &[Inline]) {
        assert_eq!(inlines(text), expected);
    }

    #[test]
    fn pieces_are_told_apart() {
        let text = |text: &str| Inline::Text(text.to_owned());
        check_line("a `b` c", &[text("a "), Inline::Code("b".into()), text(" c")]);
        check_line("`a*b*`", &[Inline::Code("a*b*".into())]);
        check_line("**a** *b*", &[Inline::Strong("a".into()), text(" "), Inline::Emphasis("b".into())]);
        check_line("2 * 3 * 4", &[text("2 * 3 * 4")]);
        check_line("a `b", &[text("a `b")]);
        check_line("[a](https://b.c)d", &[Inline::Link("a".into(), "https://b.c".into()), text("d")]);
        check_line("[a](javascript:b)", &[text("[a](javascript:b)")]);
        check_line("[a] é", &[text("[a] é")]);
    }
}
