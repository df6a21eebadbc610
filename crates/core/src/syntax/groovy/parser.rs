//! Statements and expressions.

use super::fold::{EMPTY, Operator, fold};
use super::{Argument, Call, Chain, Closure, DEEPEST, Expr, Link, List, Name, Tree};
use crate::model::SyntaxError;
use crate::source::{FileId, Span};

pub(super) struct Parser<'t> {
    pub(super) file: FileId,
    pub(super) text: &'t str,
    pub(super) at: usize,
    pub(super) depth: usize,
    /// Whether line breaks end statements here; in parentheses and brackets they don't.
    pub(super) lines: bool,
    pub(super) errors: Vec<SyntaxError>,
    /// What [`Self::after_lines`] found last: from where, and what.
    pub(super) looked: (usize, usize),
    /// A `${` was met that nothing ends.
    pub(super) endless_fill: bool,
    /// The text ended in a block, and that was told.
    ended: bool,
    /// How many more statements are read.
    left: usize,
    /// The operand that was read last stands behind a modifier or a type.
    declared: bool,
}

/// How many statements texts of any length may have, and for how many of their bytes they may have one more. A step takes
/// fifty times the memory of its seven bytes.
const FREE_STATEMENTS: usize = 80_000;
const BYTES_OF_STATEMENT: usize = 40;

/// Words in front of an expression that say nothing of its value.
static PREFIXES: &[&str] = &["assert", "case", "class", "new", "return", "throw"];

/// Words in front of what is declared.
static MODIFIERS: &[&str] =
    &["abstract", "def", "final", "private", "protected", "public", "static", "synchronized", "var", "void"];

/// Statements with a condition in parentheses and then a block or one statement.
static CONDITIONED: &[&str] = &["if", "while", "for", "switch", "catch"];

/// Statements with a block or one statement.
static BLOCKS: &[&str] = &["else", "try", "finally", "do"];

/// Words between two operands.
static WORD_OPERATORS: &[&str] = &["in", "instanceof", "as", "implements", "extends", "throws"];

pub(super) fn parse(file: FileId, text: &str) -> Tree<'_> {
    let mut parser = Parser {
        file,
        text,
        at: 0,
        depth: 0,
        lines: true,
        errors: Vec::new(),
        looked: (usize::MAX, 0),
        endless_fill: false,
        ended: false,
        left: FREE_STATEMENTS + text.len() / BYTES_OF_STATEMENT,
        declared: false,
    };
    if parser.starts_with("#!") {
        parser.skip_line();
    }
    parser.conflict();
    let statements = parser.statements(None).1;
    Tree { statements, errors: parser.errors }
}

impl<'t> Parser<'t> {
    /// Statements up to the brace that closes the block opened at `open`, or to the end of the text; and the names
    /// before an arrow.
    fn statements(&mut self, open: Option<usize>) -> (Vec<Name<'t>>, Vec<Expr<'t>>) {
        let (mut parameters, mut out) = (Vec::new(), Vec::new());
        loop {
            self.all_blanks();
            let at = self.at;
            match self.peek() {
                None => {
                    // The blocks around it end here as well, and tell no more.
                    if let Some(open) = open.filter(|_| !std::mem::replace(&mut self.ended, true)) {
                        self.error(open, 1, "no `}` ends this block");
                    }
                    break;
                }
                Some(b'}') => {
                    self.at += 1;
                    if open.is_some() {
                        break;
                    }
                    self.error(at, 1, "this `}` ends no block");
                }
                Some(b')' | b']') => {
                    self.at += 1;
                    self.error(at, 1, "nothing that is open here ends with this");
                }
                Some(b'-') if self.byte(1) == Some(b'>') => {
                    self.at += 2;
                    parameters.extend(std::mem::take(&mut out).iter().filter_map(parameter));
                }
                Some(b';' | b',' | b':') => self.at += 1,
                Some(_) if self.left == 0 => {
                    if !std::mem::replace(&mut self.ended, true) {
                        self.error(at, 1, "there are more statements than are read: the rest is not checked");
                    }
                    self.at = self.text.len();
                }
                Some(_) => {
                    self.left -= 1;
                    if let Some(statement) = self.statement() {
                        out.push(statement);
                    }
                    if self.at == at {
                        self.skip_any();
                    }
                }
            }
        }
        (parameters, out)
    }

    fn statement(&mut self) -> Option<Expr<'t>> {
        if self.peek() == Some(b'@') {
            // An annotation is read as the call that it looks like.
            self.at += 1;
        }
        let end = self.name_end(self.at);
        if matches!(self.text.get(self.at..end), Some("import" | "package")) {
            self.skip_line();
            return None;
        }
        let mut statement = self.expression();
        if let Expr::Chain(Chain { declared: true, head: None, links, .. }) = &mut statement
            && let [Link::Call(call)] = links.as_mut_slice()
            && let Some(Argument { value: Expr::Closure(_), .. }) = call.arguments.last()
            && let Some(Argument { value: Expr::Closure(mut body), .. }) = call.arguments.pop()
        {
            body.parameters =
                call.arguments.iter().filter_map(|argument| parameter(&argument.value)).collect();
            return Some(Expr::Function(Box::new((call.name, body))));
        }
        Some(statement)
    }

    fn closure(&mut self) -> Closure<'t> {
        let open = self.at;
        self.at += 1;
        let lines = std::mem::replace(&mut self.lines, true);
        self.depth += 1;
        let (parameters, mut statements) = self.statements(Some(open));
        statements.shrink_to_fit();
        self.depth -= 1;
        self.lines = lines;
        Closure { parameters, statements, span: self.span(open, self.at) }
    }

    /// Operands with operators between them.
    fn expression(&mut self) -> Expr<'t> {
        if self.depth >= DEEPEST {
            return self.flat();
        }
        self.depth += 1;
        let mut operands = vec![self.operand()];
        let declares = self.declared;
        let mut operators = Vec::new();
        let mut pending = 0_usize;
        while let Some((operator, length)) = self.operator(pending > 0) {
            match operator {
                Operator::Then => pending += 1,
                Operator::Else => pending -= 1,
                _ => {}
            }
            self.at += length;
            self.all_blanks();
            operators.push(operator);
            operands.push(self.operand());
        }
        self.depth -= 1;
        fold(operands, &operators, declares)
    }

    /// What is nested too deep: one token, whatever it is.
    fn flat(&mut self) -> Expr<'t> {
        let end = self.name_end(self.at);
        if end > self.at {
            self.at = end;
        } else if self.peek().is_some_and(|byte| matches!(byte, b'(' | b'[' | b'{')) {
            self.at += 1;
        } else if let Some(string) = self.string() {
            return string;
        }
        Expr::Other(Vec::new())
    }

    /// The operator that stands here or, where it can start no statement, in the next line.
    fn operator(&mut self, pending: bool) -> Option<(Operator, usize)> {
        self.blanks();
        if self.peek() == Some(b'\n') {
            let next = self.after_lines();
            let bytes = self.text.as_bytes().get(next..).unwrap_or_default();
            match bytes {
                [b'?', ..] | [b'&', b'&', ..] | [b'|', b'|', ..] => self.all_blanks(),
                [b':', ..] if pending => self.all_blanks(),
                _ => return None,
            }
        }
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        Some(match rest {
            [b'=', b'=' | b'~', ..] => (Operator::Other, 2),
            [b'=', ..] => (Operator::Assign, 1),
            [b'+', b'=', ..] => (Operator::AddAssign, 2),
            [b'+', ..] => (Operator::Plus, 1),
            [b'?', b':', ..] => (Operator::Elvis, 2),
            [b'?', b'=', ..] => (Operator::Assign, 2),
            [b'?', ..] => (Operator::Then, 1),
            [b':', b':', ..] => return None,
            [b':', ..] if pending => (Operator::Else, 1),
            [b'-', b'>', ..] => return None,
            [b'!', b'=', ..] => (Operator::Other, 2),
            [b'!', b'i', b'n', ..] => (Operator::Other, 3),
            [b'.', b'.', ..] => (Operator::Other, 2),
            [b'<' | b'>' | b'-' | b'*' | b'%' | b'&' | b'|' | b'^' | b'/', ..] => {
                let same = |byte: &&u8| matches!(byte, b'<' | b'>' | b'=' | b'*' | b'&' | b'|');
                (Operator::Other, 1 + rest.iter().skip(1).take(2).take_while(same).count())
            }
            _ => {
                let end = self.name_end(self.at);
                let word = self.text.get(self.at..end).unwrap_or("");
                if !WORD_OPERATORS.contains(&word) || self.is_key(end) {
                    return None;
                }
                (Operator::Other, word.len())
            }
        })
    }

    /// One value with what follows it.
    fn operand(&mut self) -> Expr<'t> {
        let declared = self.prefixes();
        let operand = self.undeclared(declared);
        self.declared = declared;
        operand
    }

    fn undeclared(&mut self, declared: bool) -> Expr<'t> {
        let start = self.at;
        let Some(byte) = self.peek() else { return EMPTY };
        let mut chain = Chain { head: None, links: Vec::new(), span: Span::default(), declared };
        match byte {
            b'(' => {
                let mut items = self.parenthesized(b')');
                let single = items.len() == 1 && items.iter().all(|item| item.key.is_none());
                chain.head = Some(Box::new(match items.pop() {
                    Some(item) if single => item.value,
                    last => Expr::Other(items.into_iter().chain(last).map(|item| item.value).collect()),
                }));
            }
            b'[' => {
                let items = self.parenthesized(b']');
                chain.head = Some(Box::new(Expr::List(List { items, span: self.span(start, self.at) })));
            }
            b'{' => chain.head = Some(Box::new(Expr::Closure(self.closure()))),
            b'\'' | b'"' => chain.head = self.string().map(Box::new),
            b'/' => chain.head = self.string().map(Box::new),
            b'$' if self.byte(1) == Some(b'/') => chain.head = self.string().map(Box::new),
            b'0'..=b'9' => {
                let is_number = |at: usize| {
                    let byte = self.text.as_bytes().get(at).copied().unwrap_or(0);
                    let digit = |at: usize| self.text.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
                    byte.is_ascii_alphanumeric() || byte == b'_' || (byte == b'.' && digit(at + 1))
                };
                while is_number(self.at) {
                    self.at += 1;
                }
                chain.head = Some(Box::new(Expr::Word(self.name(start, self.at))));
            }
            _ => {
                let end = self.name_end(start);
                if end == start {
                    return EMPTY;
                }
                let name = self.name(start, end);
                self.at = end;
                let controls = CONDITIONED.contains(&name.text) || BLOCKS.contains(&name.text);
                if controls && !self.is_key(end) {
                    return self.control(name);
                }
                self.named(name, &mut chain);
            }
        }
        self.links(&mut chain);
        chain.span = self.span(start, self.at);
        match chain.head {
            Some(head) if chain.links.is_empty() => *head,
            _ => Expr::Chain(chain),
        }
    }

    /// Steps over what in front of an operand says nothing of it: signs, modifiers, `new`, the type of a declaration.
    /// Whether it is a declaration.
    fn prefixes(&mut self) -> bool {
        let mut declared = false;
        loop {
            self.blanks();
            match self.peek() {
                Some(b'!' | b'~' | b'-' | b'+' | b'*' | b'@') if !self.starts_with("->") => self.at += 1,
                Some(_) => {
                    let end = self.name_end(self.at);
                    let word = self.text.get(self.at..end).unwrap_or("");
                    let modifier = MODIFIERS.contains(&word) || self.is_type(end);
                    if word.is_empty() || self.is_key(end) || !(modifier || PREFIXES.contains(&word)) {
                        return declared;
                    }
                    declared |= modifier;
                    self.at = end;
                }
                None => return declared,
            }
        }
    }

    /// Whether the name that ends at `end` is the type in `Type name = …` or `Type name(…)`.
    fn is_type(&self, end: usize) -> bool {
        let skip = |mut at: usize| {
            while matches!(self.text.as_bytes().get(at), Some(b' ' | b'\t')) {
                at += 1;
            }
            at
        };
        let second = skip(end);
        let after = self.name_end(second);
        if second == end || after == second {
            return false;
        }
        let rest = self.text.as_bytes().get(skip(after)..).unwrap_or_default();
        match rest {
            [b'=', b'=' | b'~', ..] => false,
            [b'=', ..] => true,
            [b'(', ..] => self.peek().is_some_and(|first| first.is_ascii_uppercase()),
            _ => false,
        }
    }

    /// Whether a word that ends at `end` is the key of an argument or of a map.
    fn is_key(&self, end: usize) -> bool {
        let rest = self.text.get(end..).unwrap_or("").trim_start_matches([' ', '\t']);
        rest.starts_with(':') && !rest.starts_with("::")
    }

    /// `if (…) …`, `try { … }` and their like, as calls with a closure.
    fn control(&mut self, name: Name<'t>) -> Expr<'t> {
        let start = self.at - name.text.len();
        let mut arguments = Vec::new();
        self.all_blanks();
        if CONDITIONED.contains(&name.text) && self.peek() == Some(b'(') {
            arguments = self.parenthesized(b')');
            self.all_blanks();
        }
        let body = match self.peek() {
            Some(b'{') if self.depth < DEEPEST => self.closure(),
            _ => {
                let at = self.at;
                let statements = vec![self.expression()];
                Closure { parameters: Vec::new(), statements, span: self.span(at, self.at) }
            }
        };
        arguments.push(Argument { key: None, value: Expr::Closure(body) });
        let span = self.span(start, self.at);
        let call = Call { name, arguments, span };
        Expr::Chain(Chain { head: None, links: vec![Link::Call(call)], span, declared: false })
    }

    /// Members, calls and indices behind what was read.
    fn links(&mut self, chain: &mut Chain<'t>) {
        loop {
            let before = self.at;
            self.blanks();
            let mut at = self.at;
            if self.peek() == Some(b'\n') {
                at = self.after_lines();
            }
            let rest = self.text.as_bytes().get(at..).unwrap_or_default();
            let length = match rest {
                [b'.', b'.', ..] => 0,
                [b'?' | b'*', b'.', ..] | [b'.', b'&' | b'@', ..] | [b':', b':', ..] => 2,
                [b'.', ..] => 1,
                _ => 0,
            };
            if length > 0 {
                if at > self.at {
                    self.all_blanks();
                }
                self.at += length;
                self.all_blanks();
                let start = self.at;
                let end = self.name_end(start);
                if end > start {
                    self.at = end;
                    self.named(self.name(start, end), chain);
                } else if matches!(self.peek(), Some(b'"' | b'\'')) {
                    let name = self.string();
                    push(
                        &mut chain.links,
                        Link::Index(vec![Argument { key: None, value: name.unwrap_or(EMPTY) }]),
                    );
                } else {
                    return;
                }
                continue;
            }
            match self.peek() {
                Some(b'(') if !chain.is_literal() => {
                    let arguments = self.parenthesized(b')');
                    let name = self.name(before, before);
                    push(
                        &mut chain.links,
                        Link::Call(Call { name, arguments, span: self.span(before, self.at) }),
                    );
                }
                Some(b'[') if self.at == before => {
                    let items = self.parenthesized(b']');
                    push(&mut chain.links, Link::Index(items));
                }
                Some(b'{') if self.depth < DEEPEST => {
                    let Some(Link::Call(_)) = chain.links.last() else { return };
                    let closure = Argument { key: None, value: Expr::Closure(self.closure()) };
                    let end = self.at;
                    if let Some(Link::Call(call)) = chain.links.last_mut() {
                        call.arguments.push(closure);
                        call.span.end = Span::new(self.file, end..end).end;
                    }
                }
                Some(b'+' | b'-') if self.at == before && self.byte(1) == self.peek() => self.at += 2,
                _ => return,
            }
        }
    }

    /// A name that was stepped over: called, or only named.
    fn named(&mut self, name: Name<'t>, chain: &mut Chain<'t>) {
        let after = self.at;
        let start = after - name.text.len();
        self.blanks();
        let arguments = match self.peek() {
            Some(b'(') => Some(self.parenthesized(b')')),
            Some(b'{') if self.depth < DEEPEST => Some(Vec::new()),
            Some(byte) if self.at > after && self.starts_argument(byte) => Some(self.command_arguments()),
            _ => None,
        };
        match arguments {
            Some(arguments) => {
                let span = self.span(start, self.at);
                push(&mut chain.links, Link::Call(Call { name, arguments, span }));
            }
            None => {
                if chain.head.is_none() && chain.links.is_empty() {
                    chain.head = Some(Box::new(Expr::Word(name)));
                } else {
                    push(&mut chain.links, Link::Member(name));
                }
            }
        }
    }

    /// Whether what comes after a name and a blank is its first argument.
    fn starts_argument(&self, byte: u8) -> bool {
        if matches!(byte, b'\'' | b'"' | b'[' | b'0'..=b'9') || self.starts_with("$/") {
            return true;
        }
        let end = self.name_end(self.at);
        let word = self.text.get(self.at..end).unwrap_or("");
        !word.is_empty() && (self.is_key(end) || (word != "else" && !WORD_OPERATORS.contains(&word)))
    }

    /// Arguments without parentheses: up to the line's end, or further after a comma. In brackets, where commas part
    /// other things, it is one: the name behind a type.
    fn command_arguments(&mut self) -> Vec<Argument<'t>> {
        let mut out = Vec::new();
        loop {
            let at = self.at;
            push(&mut out, self.argument());
            self.blanks();
            if self.at == at || !self.lines || self.peek() != Some(b',') {
                return out;
            }
            self.at += 1;
            self.all_blanks();
        }
    }

    /// What stands between the bracket that is next and `closer`.
    fn parenthesized(&mut self, closer: u8) -> Vec<Argument<'t>> {
        self.at += 1;
        if self.depth >= DEEPEST {
            return Vec::new();
        }
        self.arguments(closer)
    }

    /// Arguments up to `closer`, which is stepped over.
    pub(super) fn arguments(&mut self, closer: u8) -> Vec<Argument<'t>> {
        let open = self.at.saturating_sub(1);
        let lines = std::mem::replace(&mut self.lines, false);
        let mut out = Vec::new();
        loop {
            self.blanks();
            let at = self.at;
            match self.peek() {
                Some(byte) if byte == closer => {
                    self.at += 1;
                    break;
                }
                None | Some(b')' | b']' | b'}') => {
                    self.error(
                        open,
                        1,
                        match closer {
                            b')' => "no `)` ends this `(`",
                            b']' => "no `]` ends this `[`",
                            _ => "no `}` ends this `{`",
                        },
                    );
                    break;
                }
                Some(b',' | b';' | b':') => self.at += 1,
                Some(b'-') if self.byte(1) == Some(b'>') => self.at += 2,
                Some(_) => {
                    push(&mut out, self.argument());
                    if self.at == at {
                        self.skip_any();
                    }
                }
            }
        }
        self.lines = lines;
        out
    }

    fn argument(&mut self) -> Argument<'t> {
        let value = self.expression();
        self.blanks();
        if self.peek() != Some(b':') || self.byte(1) == Some(b':') {
            return Argument { key: None, value };
        }
        self.at += 1;
        self.all_blanks();
        Argument { key: Some(Box::new(value)), value: self.expression() }
    }
}

impl Chain<'_> {
    /// Whether it is a string, list or number so far, which nobody calls.
    fn is_literal(&self) -> bool {
        self.links.is_empty() && !matches!(self.head.as_deref(), Some(Expr::Closure(_) | Expr::Chain(_)))
    }
}

/// Adds to a list that mostly stays one of one: memory for more is taken with the second.
fn push<T>(list: &mut Vec<T>, item: T) {
    if list.is_empty() {
        list.reserve_exact(1);
    }
    list.push(item);
}

/// The name that a parameter before an arrow has, its type left out.
fn parameter<'t>(expr: &Expr<'t>) -> Option<Name<'t>> {
    match expr {
        Expr::Word(name) => Some(*name),
        Expr::Assign(assign) => parameter(assign.targets.first()?),
        _ => parameter(&expr.call()?.arguments.last()?.value),
    }
}
