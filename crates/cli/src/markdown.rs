//! Markdown shown plainly on a terminal: wrapped, code as it is, headings and bullets kept.

use textwrap::{Options, WordSplitter};

use crate::paint::{BOLD, DIM, Painter};

/// Columns of running text.
pub(crate) const WIDTH: usize = 88;

/// Shows `markdown`, our own: paragraphs, headings, lists, tables and fenced code.
pub(crate) fn show(markdown: &str, painter: Painter) -> String {
    let mut out = String::new();
    let mut paragraph = Paragraph::default();
    let mut fenced = false;
    for line in markdown.lines() {
        let text = line.trim();
        if text.starts_with("```") {
            paragraph.end(&mut out);
            fenced = !fenced;
        } else if fenced {
            push_line(&mut out, &format!("    {}", painter.paint(DIM, line)));
        } else if text.is_empty() {
            paragraph.end(&mut out);
            if !out.is_empty() && !out.ends_with("\n\n") {
                out.push('\n');
            }
        } else if text.starts_with('#') {
            paragraph.end(&mut out);
            push_line(&mut out, &painter.paint(BOLD, text.trim_start_matches('#').trim()));
        } else if text.starts_with('|') {
            paragraph.end(&mut out);
            push_line(&mut out, text);
        } else {
            paragraph.push(line, &mut out);
        }
    }
    paragraph.end(&mut out);
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

/// Wraps `text`, its first line after `first` and further ones after `rest`. Words stay whole: an address or an option
/// that is cut at its hyphen can't be copied.
pub(crate) fn wrap(text: &str, width: usize, first: &str, rest: &str) -> String {
    let options = Options::new(width)
        .initial_indent(first)
        .subsequent_indent(rest)
        .break_words(false)
        .word_splitter(WordSplitter::NoHyphenation);
    textwrap::fill(text, options)
}

fn push_line(out: &mut String, line: &str) {
    out.push_str(line.trim_end());
    out.push('\n');
}

/// Lines that are wrapped as one, with the bullet that they began with.
#[derive(Default)]
struct Paragraph {
    text: String,
    bullet: String,
}

impl Paragraph {
    fn push(&mut self, line: &str, out: &mut String) {
        let text = line.trim_start();
        let bullet = bullet(text);
        if bullet > 0 {
            self.end(out);
            self.bullet = " ".repeat(line.len() - text.len()) + &text[..bullet];
        }
        if !self.text.is_empty() {
            self.text.push(' ');
        }
        self.text.push_str(text[bullet..].trim());
    }

    fn end(&mut self, out: &mut String) {
        if !self.text.is_empty() {
            let rest = " ".repeat(self.bullet.chars().count());
            push_line(out, &wrap(&self.text.replace("**", ""), WIDTH, &self.bullet, &rest));
        }
        *self = Self::default();
    }
}

/// The length of the bullet or number that a line begins with, its space included.
fn bullet(text: &str) -> usize {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    match text.get(digits..) {
        Some(rest) if digits > 0 && rest.starts_with(". ") => digits + 2,
        _ if text.starts_with("- ") || text.starts_with("* ") => 2,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(markdown: &str, shown: &str) {
        assert_eq!(show(markdown, Painter { color: false }), shown);
    }

    #[test]
    fn markdown_is_shown_plainly() {
        check("# Title\n\nOne\ntwo.\n", "Title\n\nOne two.\n");
        check("## Bad\n\n```yaml\na:\n  b: 1\n```\n\nEnd.", "Bad\n\n    a:\n      b: 1\n\nEnd.\n");
        check("- **a**\n  b\n- c\n1. d", "- a b\n- c\n1. d\n");
    }

    #[test]
    fn long_lines_are_wrapped_below_their_bullet() {
        let long = "word ".repeat(30);
        let shown = show(&format!("- {long}"), Painter { color: false });
        assert!(shown.lines().all(|line| line.len() <= WIDTH));
        assert!(shown.lines().skip(1).all(|line| line.starts_with("  word")));
    }
}
