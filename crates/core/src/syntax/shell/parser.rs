//! Statements: lists, simple and compound commands.

use std::collections::VecDeque;

use super::cursor::{Ahead, CLOSERS, Closer, NOTHING_AHEAD};
use super::redirect::Pending;
use super::word::Ending;
use super::{
    Branch, Document, Kind, Link, MAX_DEPTH, MAX_WORDS, MOST_STATEMENTS, Part, Redirect, Simple, Statement,
    Word,
};
use crate::model::SyntaxError;
use crate::source::Text;

/// Reads the statements of a text one by one.
pub struct Parser<'t> {
    pub(super) text: &'t Text,
    pub(super) source: &'t str,
    pub(super) at: usize,
    pub(super) depth: usize,
    /// Open parentheses that a `)` may close.
    pub(super) parentheses: usize,
    /// Open `case` arms that a `;;` may end.
    pub(super) arms: usize,
    pub(super) documents: Vec<Document>,
    pub(super) pending: Vec<Pending>,
    pub(super) link: Link,
    pub(super) ahead: [Ahead; CLOSERS],
    /// How many statements the one that is being read holds.
    pub(super) held: usize,
    /// Statements that wait for the text of a heredoc.
    waiting: VecDeque<Statement>,
    errors: Vec<SyntaxError>,
}

/// A text that is broken in more places than this is broken as a whole.
const MOST_ERRORS: usize = 20;

/// Words that end a list of statements.
const ENDS: &[&str] = &["then", "elif", "else", "fi", "do", "done", "esac", "}"];

/// Words that start a compound command.
const STARTS: &[&str] = &["if", "while", "until", "for", "select", "case", "function", "{"];

impl<'t> Parser<'t> {
    /// A reader of `text`, which itself stands `depth` constructs deep.
    pub fn new(text: &'t Text, depth: usize) -> Self {
        Self {
            text,
            source: text.as_str(),
            at: 0,
            depth,
            parentheses: 0,
            arms: 0,
            documents: Vec::new(),
            pending: Vec::new(),
            link: Link::Next,
            ahead: NOTHING_AHEAD,
            held: 0,
            waiting: VecDeque::new(),
            errors: Vec::new(),
        }
    }

    /// The next statement; it has the text of its heredocs.
    pub fn next_statement(&mut self) -> Option<Statement> {
        let mut link = self.link;
        while self.waiting.is_empty() || !self.pending.is_empty() {
            self.held = 0;
            let Some(statement) = self.statement_in(&mut link, &[]) else { break };
            self.waiting.push_back(statement);
        }
        self.link = link;
        if self.peek().is_none() {
            self.read_documents();
        }
        self.waiting.pop_front()
    }

    /// The heredocs read so far.
    pub fn documents(&self) -> &[Document] {
        &self.documents
    }

    /// What is open where the text ends and what nothing opened, so far.
    pub fn into_errors(self) -> Vec<SyntaxError> {
        self.errors
    }

    /// What starts at `start` and has `length` bytes is not right.
    pub(super) fn error(&mut self, start: usize, length: usize, message: impl Into<String>) {
        if self.errors.len() < MOST_ERRORS {
            let end = self.char_boundary(start + length);
            self.errors.push(SyntaxError { span: self.span(start, end), message: message.into() });
        }
    }

    /// Reads over the word that ends what was opened at `start` by `opener`.
    fn close(&mut self, start: usize, opener: &str, word: &str) {
        if !self.skip_word(word) {
            self.error(start, opener.len(), format!("no `{word}` ends this `{opener}`"));
        }
    }

    pub(super) fn into_documents(self) -> Vec<Document> {
        self.documents
    }

    pub(super) fn split(mut self) -> Vec<Word> {
        let mut words = Vec::new();
        loop {
            while self.continuation() || self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
                self.at += usize::from(self.peek().is_some_and(|byte| byte.is_ascii_whitespace()));
            }
            if self.peek().is_none() {
                return words;
            }
            let start = self.at;
            words.push(self.word(Ending::Space));
            if self.at == start {
                self.at = self.after_char(start);
            }
        }
    }

    /// All statements up to one of the words `ends`, or to a `)` or `;;` that closes something open.
    pub(super) fn list(&mut self, ends: &[&str]) -> Vec<Statement> {
        let mut statements = Vec::new();
        let mut link = Link::Next;
        loop {
            let has_room = !self.is_full();
            let Some(statement) = self.statement_in(&mut link, ends) else { break };
            if has_room {
                self.held += 1;
                statements.push(statement);
            }
        }
        statements.shrink_to_fit();
        statements
    }

    /// Whether what else the statement holds is left out.
    pub(super) fn is_full(&self) -> bool {
        self.held >= MOST_STATEMENTS
    }

    fn statement_in(&mut self, link: &mut Link, ends: &[&str]) -> Option<Statement> {
        loop {
            self.blanks();
            let next = self.byte(self.at + 1);
            match self.peek()? {
                b'\n' => self.newline(),
                b';' if self.arms > 0 && matches!(next, Some(b';' | b'&')) => return None,
                b')' if self.parentheses > 0 => return None,
                b';' => self.operator(1, link, Link::Next),
                b')' => {
                    self.error(self.at, 1, "nothing is open here that `)` could end");
                    self.operator(1, link, Link::Next);
                }
                b'&' if next == Some(b'&') => self.operator(2, link, Link::And),
                b'&' if next != Some(b'>') => self.operator(1, link, Link::Next),
                b'|' if next == Some(b'|') => self.operator(2, link, Link::Or),
                b'|' if next == Some(b'&') => self.operator(2, link, Link::Pipe),
                b'|' => self.operator(1, link, Link::Pipe),
                _ => {
                    let word = self.bare_word();
                    if ends.contains(&word) {
                        return None;
                    }
                    if ENDS.contains(&word) {
                        self.error(
                            self.at,
                            word.len(),
                            format!("nothing is open here that `{word}` could end"),
                        );
                        self.operator(word.len(), link, Link::Next);
                        continue;
                    }
                    let start = self.at;
                    let statement = self.statement(*link);
                    if self.at == start {
                        self.at = self.after_char(start);
                    }
                    if statement.is_some() {
                        *link = Link::Next;
                        return statement;
                    }
                }
            }
        }
    }

    fn operator(&mut self, length: usize, link: &mut Link, to: Link) {
        self.at += length;
        *link = to;
    }

    fn statement(&mut self, link: Link) -> Option<Statement> {
        let start = self.at;
        while let word @ ("!" | "time") = self.bare_word() {
            self.at += word.len();
            self.blanks();
            if word == "time" && self.skip_word("-p") {
                self.blanks();
            }
        }
        let word = self.bare_word();
        let opens = self.peek() == Some(b'(') || STARTS.contains(&word);
        if opens && self.depth >= MAX_DEPTH {
            let length = word.len().max(1);
            self.error(start, length, format!("more than {MAX_DEPTH} constructs in each other: what is in this one is read as if it stood alone"));
            self.at += length;
            return None;
        }
        let mut redirects = Vec::new();
        let kind = if opens {
            self.depth += 1;
            let kind = self.compound(word);
            self.depth -= 1;
            loop {
                self.blanks();
                match self.redirect() {
                    Some(redirect) => redirects.push(redirect),
                    None => break,
                }
            }
            kind
        } else if word == "[[" && self.ahead(Closer::Brackets, self.at).is_some() {
            Kind::Simple(self.test())
        } else {
            self.simple(&mut redirects)
        };
        let end = self.end_before(start);
        if end <= start {
            return None;
        }
        redirects.shrink_to_fit();
        self.blanks();
        let piped = self.peek() == Some(b'|') && self.byte(self.at + 1) != Some(b'|');
        Some(Statement { link, kind, redirects, piped, span: self.span(start, end) })
    }

    /// The end of what was read since `start`, without the blanks at its end.
    fn end_before(&self, start: usize) -> usize {
        let read = self.source.get(start..self.at).unwrap_or("");
        start + read.trim_end_matches([' ', '\t', '\r', '\n']).len()
    }

    fn compound(&mut self, word: &str) -> Kind {
        let start = self.at;
        if self.peek() == Some(b'(') {
            if let Some(end) = self.arithmetic_end(self.at) {
                self.at = end;
                return Kind::Arithmetic;
            }
            self.at += 1;
            self.parentheses += 1;
            let statements = self.list(&[]);
            self.parentheses -= 1;
            if !self.skip(b')') {
                self.error(start, 1, "no `)` ends this `(`");
            }
            return Kind::Subshell(statements);
        }
        self.at += word.len();
        match word {
            "{" => {
                let statements = self.list(&["}"]);
                self.close(start, word, "}");
                Kind::Group(statements)
            }
            "if" => self.conditions(start),
            "while" | "until" => {
                let condition = self.list(&["do", "done"]);
                Kind::While(Branch { condition, body: self.loop_body(start, word) })
            }
            "for" | "select" => self.for_loop(start, word),
            "case" => self.case(start),
            _ => {
                self.blanks();
                let name = self.bare_word().to_owned();
                self.at += name.len();
                self.blanks();
                if self.skip(b'(') {
                    self.blanks();
                    self.skip(b')');
                }
                self.function(name)
            }
        }
    }

    fn conditions(&mut self, start: usize) -> Kind {
        let (mut branches, mut otherwise) = (Vec::new(), None);
        loop {
            let condition = self.list(&["then", "elif", "else", "fi"]);
            self.skip_word("then");
            let body = self.list(&["elif", "else", "fi"]);
            branches.push(Branch { condition, body });
            if self.skip_word("elif") {
                continue;
            }
            if self.skip_word("else") {
                otherwise = Some(self.list(&["fi"]));
            }
            self.close(start, "if", "fi");
            return Kind::If { branches, otherwise };
        }
    }

    fn loop_body(&mut self, start: usize, opener: &str) -> Vec<Statement> {
        self.skip_word("do");
        let body = self.list(&["done"]);
        self.close(start, opener, "done");
        body
    }

    fn for_loop(&mut self, opened: usize, opener: &str) -> Kind {
        self.blanks();
        let mut words = Vec::new();
        let start = self.at;
        let mut variable = String::new();
        if let Some(end) = self.arithmetic_end(self.at) {
            self.at = end;
        } else {
            variable.push_str(self.bare_word());
            self.at += variable.len();
        }
        let variable_span = self.span(start, self.at);
        self.blank_lines();
        if self.skip_word("in") {
            loop {
                self.blanks();
                let before = self.at;
                if matches!(self.peek(), None | Some(b'\n' | b';' | b'&' | b'|' | b'(' | b')')) {
                    break;
                }
                words.push(self.word(Ending::Command));
                if self.at == before {
                    break;
                }
            }
        }
        // What stands between the words and `do` is a separator, or an error that is read as statements.
        let mut body = self.list(&["do", "done"]);
        body.append(&mut self.loop_body(opened, opener));
        Kind::For { variable, variable_span, words, body }
    }

    fn case(&mut self, start: usize) -> Kind {
        self.blanks();
        let subject = self.word(Ending::Command);
        self.blank_lines();
        self.skip_word("in");
        let mut arms = Vec::new();
        loop {
            self.blank_lines();
            while matches!(self.peek(), Some(b';' | b'&')) {
                self.at += 1;
                self.blank_lines();
            }
            let closed = self.parentheses > 0 && self.peek() == Some(b')');
            if closed || self.peek().is_none() || self.bare_word() == "esac" {
                self.close(start, "case", "esac");
                break;
            }
            self.pattern();
            self.arms += 1;
            arms.push(self.list(&["esac"]));
            self.arms -= 1;
        }
        Kind::Case { subject, arms }
    }

    /// Reads over `a | b)`.
    fn pattern(&mut self) {
        self.skip(b'(');
        loop {
            self.blanks();
            let start = self.at;
            match self.peek() {
                None | Some(b'\n') => return,
                Some(b')') => {
                    self.at += 1;
                    return;
                }
                _ => self.word(Ending::Command),
            };
            if self.at == start {
                self.at = self.after_char(start);
            }
        }
    }

    fn function(&mut self, name: String) -> Kind {
        self.blank_lines();
        self.depth += 1;
        let body = if self.depth < MAX_DEPTH && !matches!(self.peek(), None | Some(b')')) {
            self.statement(Link::Next).map(Box::new)
        } else {
            None
        };
        self.depth -= 1;
        Kind::Function { name, body }
    }

    fn simple(&mut self, redirects: &mut Vec<Redirect>) -> Kind {
        let mut simple = Simple::default();
        loop {
            self.blanks();
            if let Some(redirect) = self.redirect() {
                redirects.push(redirect);
                continue;
            }
            let start = self.at;
            match self.peek() {
                None | Some(b'\n' | b';' | b'&' | b'|' | b')') => break,
                Some(b'(') => {
                    if let Some(name) = self.function_name(&simple) {
                        return self.function(name);
                    }
                    break;
                }
                _ => {}
            }
            let word = self.word(Ending::Command);
            if self.at == start {
                break;
            }
            if word.assignment.is_some() && simple.assignments == simple.words.len() {
                simple.assignments += 1;
            }
            if simple.words.len() < MAX_WORDS {
                simple.words.push(word);
            }
        }
        simple.words.shrink_to_fit();
        Kind::Simple(simple)
    }

    /// The name of a function whose `(` stands here after its name; reads over the parentheses.
    fn function_name(&mut self, simple: &Simple) -> Option<String> {
        let [Word { parts, quoted: false, .. }] = simple.words.as_slice() else { return None };
        let [Part::Literal(name)] = parts.as_slice() else { return None };
        let after = self.source.get(self.at + 1..)?.bytes().position(|byte| byte != b' ')?;
        if self.byte(self.at + 1 + after) != Some(b')') {
            return None;
        }
        self.at += after + 2;
        Some(name.as_str().to_owned())
    }

    /// `[[ … ]]`, in which operators are words.
    fn test(&mut self) -> Simple {
        let mut words = Vec::new();
        loop {
            self.blank_lines();
            let start = self.at;
            let last = self.bare_word() == "]]";
            match self.peek() {
                None => break,
                Some(b';' | b'&' | b'|' | b'(' | b')' | b'<' | b'>') => {
                    let run = self.source.get(start..).unwrap_or("");
                    self.at += if run.starts_with("&&") || run.starts_with("||") { 2 } else { 1 };
                    words.push(self.literal_word(start));
                }
                _ => words.push(self.word(Ending::Command)),
            }
            if self.at == start {
                self.at = self.after_char(start);
            }
            if last {
                break;
            }
        }
        Simple { assignments: 0, words }
    }

    fn literal_word(&self, start: usize) -> Word {
        Word {
            parts: vec![Part::Literal(self.text.slice(start..self.at))],
            span: self.span(start, self.at),
            ..Word::default()
        }
    }
}
