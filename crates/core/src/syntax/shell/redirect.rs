//! Redirections, and the texts of heredocs.

use super::word::Ending;
use super::{Document, Parser, Redirect, Word};
use crate::source::Text;

/// A heredoc whose text starts after the next line break.
pub(super) struct Pending {
    /// Where its operator stands.
    start: usize,
    document: usize,
    delimiter: String,
    quoted: bool,
    strip_tabs: bool,
}

impl Parser<'_> {
    pub(super) fn redirect(&mut self) -> Option<Redirect> {
        let start = self.at;
        let mut at = start;
        while self.byte(at).is_some_and(|byte| byte.is_ascii_digit()) && at - start < 10 {
            at += 1;
        }
        let descriptor = self.source.get(start..at).unwrap_or("");
        if descriptor.is_empty() && self.byte(at) == Some(b'&') && self.byte(at + 1) == Some(b'>') {
            at += 1;
        }
        let rest = self.source.get(at..)?;
        const OPERATORS: [&str; 10] = ["<<<", "<<-", "<<", "<&", "<>", "<", ">>", ">&", ">|", ">"];
        let operator = *OPERATORS.iter().find(|operator| rest.starts_with(**operator))?;
        let process = descriptor.is_empty() && matches!(rest.as_bytes(), [b'<' | b'>', b'(', ..]);
        if process || self.template_end(start).is_some() {
            return None;
        }
        self.at = at + operator.len();
        self.blanks();
        let target = self.word(Ending::Command);
        let standard_input = matches!(descriptor, "" | "0");
        Some(match operator {
            "<<" | "<<-" => {
                self.pending.push(Pending {
                    start,
                    document: self.documents.len(),
                    delimiter: target.written().as_str().to_owned(),
                    quoted: target.quoted,
                    strip_tabs: operator == "<<-",
                });
                let document = self.documents.len();
                self.documents.push(Document::default());
                if standard_input { Redirect::Document(document) } else { Redirect::Other(target) }
            }
            "<<<" if standard_input => Redirect::HereString(target),
            "<" if standard_input => Redirect::Input(target),
            _ => Redirect::Other(target),
        })
    }

    /// Reads over a line break, and over the heredocs that start after it.
    pub(super) fn newline(&mut self) {
        self.at += 1;
        self.read_documents();
    }

    pub(super) fn read_documents(&mut self) {
        for pending in std::mem::take(&mut self.pending) {
            let body = self.read_document(&pending);
            if self.is_full() {
                continue;
            }
            let document = if pending.quoted {
                Document { text: body, word: Word::default() }
            } else {
                let word = Parser::new(&body, self.depth + 1).document();
                Document { text: word.written(), word }
            };
            if let Some(place) = self.documents.get_mut(pending.document) {
                *place = document;
            }
        }
    }

    fn read_document(&mut self, pending: &Pending) -> Text {
        let mut body = Text::default();
        let mut start = self.at;
        while let Some(rest) = self.source.get(self.at..).filter(|rest| !rest.is_empty()) {
            let length = rest.find('\n').map_or(rest.len(), |end| end + 1);
            let line = rest.get(..length).unwrap_or(rest);
            let tabs = if pending.strip_tabs { line.len() - line.trim_start_matches('\t').len() } else { 0 };
            let bare = line.strip_suffix('\n').unwrap_or(line);
            let bare = bare.strip_suffix('\r').unwrap_or(bare);
            let last = bare.get(tabs..) == Some(pending.delimiter.as_str());
            if tabs > 0 || last {
                body.push_slice(self.text, start..self.at);
                start = self.at + tabs;
            }
            self.at += length;
            if last {
                return body;
            }
        }
        body.push_slice(self.text, start..self.at);
        let message =
            format!("no line `{}` ends this heredoc, so all that follows is its text", pending.delimiter);
        self.error(pending.start, 2, message);
        body
    }
}
