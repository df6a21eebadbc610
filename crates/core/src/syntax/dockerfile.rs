//! Dockerfiles: instructions with their flags and heredocs, as cooked texts that lead back to the file.
//!
//! Lines are joined and heredocs found by the rules of BuildKit's own parser (`frontend/dockerfile/parser`), with one
//! difference: an error is noted and reading goes on behind it.

mod expand;
mod heredoc;
mod words;

pub use expand::{Expander, Vars};
pub use heredoc::Heredoc;
pub use words::{Flag, fields, json_array, options, pairs, unquoted};

use crate::order;
use std::ops::Range;

use crate::model::SyntaxError;
use crate::source::{FileId, Span, Text};

/// A Dockerfile as far as it could be read.
#[derive(Clone, Debug, Default)]
pub struct Dockerfile {
    /// Parser directives (`# syntax=…`), names in lower case.
    pub directives: Vec<Directive>,
    /// The character that continues lines and takes a character's meaning away: `\`, or a backtick.
    pub escape: u8,
    pub instructions: Vec<Instruction>,
    pub errors: Vec<SyntaxError>,
}

/// A comment at the top that the parser itself reads.
#[derive(Clone, Debug)]
pub struct Directive {
    pub name: String,
    pub value: Text,
}

/// One instruction: `KEYWORD --flags body`, and the heredocs that follow it.
#[derive(Clone, Debug)]
pub struct Instruction {
    pub keyword: Keyword,
    /// Where the keyword stands.
    pub keyword_span: Span,
    /// Where `ONBUILD` stands in front of it: it then runs in builds on top of this image, not in this one.
    pub onbuild: Option<Span>,
    pub flags: Vec<Flag>,
    /// What follows the flags: continuations joined, comments in between dropped, trimmed, quotes kept.
    pub body: Text,
    pub heredocs: Vec<Heredoc>,
    /// All of it, its heredocs included, without the last line break.
    pub span: Span,
}

impl Instruction {
    /// The flags of this name (without dashes, lower case), in order.
    pub fn flags<'i>(&'i self, name: &'i str) -> impl Iterator<Item = &'i Flag> {
        self.flags.iter().filter(move |flag| flag.name.as_str().eq_ignore_ascii_case(name))
    }

    /// Of a `FROM`: the image, and the stage's name.
    pub fn from(&self) -> (Option<Text>, Option<Text>) {
        let mut fields = fields(&self.body).into_iter();
        let image = fields.next();
        let named = fields.next().is_some_and(|word| word.as_str().eq_ignore_ascii_case("as"));
        (image, fields.next().filter(|_| named))
    }

    /// The words of the exec form (a JSON array of strings); `None` for the shell form.
    pub fn exec(&self) -> Option<Vec<Text>> {
        json_array(&self.body)
    }

    /// Of a shell form: the script that the shell gets. A heredoc that is the whole command is the script itself; other
    /// heredocs stand behind the command, as the shell expects them.
    pub fn script(&self) -> Text {
        if let [only] = self.heredocs.as_slice()
            && self.is_bare_heredoc()
        {
            return only.content.clone();
        }
        let mut script = self.body.clone();
        for heredoc in &self.heredocs {
            script.push_replaced("\n", heredoc.opener);
            script.push(&heredoc.content);
            script.push_replaced(&heredoc.name, heredoc.opener);
        }
        if !self.heredocs.is_empty() {
            script.push_replaced("\n", self.span);
        }
        script
    }

    /// Whether the body is one heredoc and nothing else, so that its content is what runs.
    pub fn is_bare_heredoc(&self) -> bool {
        self.heredocs.len() == 1 && self.body.as_str().starts_with("<<") && fields(&self.body).len() == 1
    }
}

/// What an instruction does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Keyword {
    Add,
    Arg,
    Cmd,
    Copy,
    Entrypoint,
    Env,
    Expose,
    From,
    Healthcheck,
    Label,
    Maintainer,
    Onbuild,
    Run,
    Shell,
    Stopsignal,
    User,
    Volume,
    Workdir,
}

/// How an instruction is read.
struct Grammar {
    name: &'static str,
    keyword: Keyword,
    /// The fewest arguments.
    least: usize,
    /// What is missing where there are fewer.
    missing: &'static str,
    flags: bool,
    heredocs: bool,
}

const fn plain(name: &'static str, keyword: Keyword, missing: &'static str) -> Grammar {
    Grammar { name, keyword, least: 1, missing, flags: false, heredocs: false }
}

/// All instructions, from the Dockerfile reference.
static INSTRUCTIONS: &[Grammar] = &[
    Grammar {
        least: 2,
        flags: true,
        heredocs: true,
        ..plain("ADD", Keyword::Add, "a source and a destination")
    },
    plain("ARG", Keyword::Arg, "a name"),
    Grammar { least: 0, ..plain("CMD", Keyword::Cmd, "a command") },
    Grammar {
        least: 2,
        flags: true,
        heredocs: true,
        ..plain("COPY", Keyword::Copy, "a source and a destination")
    },
    Grammar { least: 0, ..plain("ENTRYPOINT", Keyword::Entrypoint, "a command") },
    plain("ENV", Keyword::Env, "a name and a value"),
    plain("EXPOSE", Keyword::Expose, "a port"),
    Grammar { flags: true, ..plain("FROM", Keyword::From, "an image or a stage") },
    Grammar { flags: true, ..plain("HEALTHCHECK", Keyword::Healthcheck, "CMD with a command, or NONE") },
    plain("LABEL", Keyword::Label, "a name and a value"),
    plain("MAINTAINER", Keyword::Maintainer, "a name"),
    plain("ONBUILD", Keyword::Onbuild, "an instruction"),
    Grammar { flags: true, heredocs: true, ..plain("RUN", Keyword::Run, "a command") },
    plain("SHELL", Keyword::Shell, "a JSON array of words"),
    plain("STOPSIGNAL", Keyword::Stopsignal, "a signal"),
    plain("USER", Keyword::User, "a user"),
    plain("VOLUME", Keyword::Volume, "a path"),
    plain("WORKDIR", Keyword::Workdir, "a path"),
];

fn grammar(word: &str) -> Option<&'static Grammar> {
    INSTRUCTIONS.iter().find(|grammar| grammar.name.eq_ignore_ascii_case(word))
}

/// Whether `word` is an instruction's keyword, in any case.
pub fn is_keyword(word: &str) -> bool {
    grammar(word).is_some()
}

/// After this many unknown instructions the text is taken for something else, and no more errors are told.
const MOST_UNKNOWN: usize = 10;
/// The most errors of one file.
const MOST_ERRORS: usize = 100;

/// Reads a Dockerfile. Errors are in the result; everything that can be read in spite of them is, too.
pub fn parse(file: FileId, text: &str) -> Dockerfile {
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut parser = Parser {
        file,
        lines: Lines { text, at: start },
        ends: None,
        out: Dockerfile { escape: b'\\', ..Dockerfile::default() },
        unknown: 0,
    };
    parser.directives();
    while let Some(line) = parser.lines.next() {
        if !is_blank_or_comment(parser.lines.get(&line)) {
            let joined = parser.join(line);
            parser.instruction(&joined);
        }
    }
    parser.check_stages();
    parser.out
}

struct Parser<'t> {
    file: FileId,
    lines: Lines<'t>,
    /// Where heredocs can end; made when the first heredoc is met.
    ends: Option<heredoc::Ends<'t>>,
    out: Dockerfile,
    unknown: usize,
}

/// The lines of a text, without their breaks.
#[derive(Clone)]
struct Lines<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Lines<'t> {
    fn get(&self, range: &Range<usize>) -> &'t str {
        self.text.get(range.clone()).unwrap_or("")
    }
}

impl Iterator for Lines<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let start = self.at;
        let rest = self.text.get(start..).filter(|rest| !rest.is_empty())?;
        let end = rest.find('\n').map_or(self.text.len(), |at| start + at);
        self.at = (end + 1).min(self.text.len());
        Some(start..start + self.get(&(start..end)).trim_end_matches('\r').len())
    }
}

fn is_blank_or_comment(line: &str) -> bool {
    let line = line.trim_start();
    line.is_empty() || line.starts_with('#')
}

impl Parser<'_> {
    /// Reads `# name=value` lines up to the first line that is none.
    fn directives(&mut self) {
        let top = self.lines.at;
        loop {
            let back = self.lines.at;
            let Some(line) = self.lines.next() else { return };
            let text = self.lines.get(&line);
            if back == top && text.starts_with("#!") {
                continue;
            }
            let directive = text.trim_start().strip_prefix('#').and_then(|comment| {
                let (name, value) = comment.split_once('=')?;
                let (name, value) = (name.trim(), value.trim());
                let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric());
                (plain && !name.is_empty() && !value.is_empty()).then_some((name, value))
            });
            let Some((name, value)) = directive else {
                self.lines.at = back;
                return;
            };
            let name = name.to_ascii_lowercase();
            if !matches!(name.as_str(), "syntax" | "escape" | "check") {
                self.lines.at = back;
                return;
            }
            let end = line.start + text.trim_end().len();
            let value = Text::verbatim(self.file, end - value.len(), value);
            if name == "escape" {
                match value.as_str() {
                    "\\" => self.out.escape = b'\\',
                    "`" => self.out.escape = b'`',
                    _ => self
                        .error(value.span(), "the escape character must be a backslash or a backtick".into()),
                }
            }
            self.out.directives.push(Directive { name, value });
        }
    }

    /// Joins `line` with the lines that continue it.
    fn join(&mut self, mut line: Range<usize>) -> Text {
        let mut joined = Text::default();
        let first = self.lines.get(&line);
        line.start += first.len() - first.trim_start().len();
        loop {
            let text = self.lines.get(&line);
            let (content, goes_on) = self.split_escape(text);
            if !content.is_empty() {
                joined.push_verbatim(self.file, line.start, content);
            }
            if !goes_on {
                return joined;
            }
            loop {
                let Some(next) = self.lines.next() else { return joined };
                if !is_blank_or_comment(self.lines.get(&next)) {
                    line = next;
                    break;
                }
            }
        }
    }

    /// The line without an escape character at its end, and whether there was one. A doubled one is none.
    fn split_escape<'l>(&self, line: &'l str) -> (&'l str, bool) {
        let trimmed = line.trim_end_matches([' ', '\t']);
        let escape = char::from(self.out.escape);
        match trimmed.strip_suffix(escape) {
            Some(content) if !content.ends_with(escape) => (content, true),
            _ => (line, false),
        }
    }

    fn instruction(&mut self, line: &Text) {
        let Some((mut keyword, mut rest)) = split_keyword(line, 0) else { return };
        let word = |range: &Range<usize>| line.as_str().get(range.clone()).unwrap_or("");
        let start = line.span_of(keyword.clone());
        let Some(mut grammar) = grammar(word(&keyword)) else {
            self.unknown += 1;
            let message = format!("unknown instruction `{}`", clipped(word(&keyword)));
            self.error(start, message);
            return;
        };
        let mut onbuild = None;
        if grammar.keyword == Keyword::Onbuild {
            onbuild = Some(start);
            let Some((inner, after)) = split_keyword(line, rest) else {
                return self.missing(grammar, start);
            };
            (keyword, rest) = (inner, after);
            match self::grammar(word(&keyword)) {
                Some(inner)
                    if !matches!(inner.keyword, Keyword::Onbuild | Keyword::From | Keyword::Maintainer) =>
                {
                    grammar = inner;
                }
                _ => {
                    let message = format!("ONBUILD cannot hold `{}`", clipped(word(&keyword)));
                    return self.error(line.span_of(keyword), message);
                }
            }
        }
        let rest = line.slice(rest..rest + line.as_str().get(rest..).unwrap_or("").trim_end().len());
        let (flags, body) =
            if grammar.flags { words::flags(&rest, self.out.escape) } else { (Vec::new(), rest) };
        let heredocs = if grammar.heredocs { self.heredocs(&body) } else { Vec::new() };
        let mut span = start.to(line.span());
        if let Some(last) = heredocs.last() {
            span = span.to(last.span);
        }
        let keyword_span = line.span_of(keyword);
        let instruction =
            Instruction { keyword: grammar.keyword, keyword_span, onbuild, flags, body, heredocs, span };
        self.check_arguments(grammar, &instruction);
        self.out.instructions.push(instruction);
    }

    /// Reads the heredocs that `body` opens.
    fn heredocs(&mut self, body: &Text) -> Vec<Heredoc> {
        let openers = heredoc::openers(body, self.out.escape);
        let mut heredocs = Vec::with_capacity(openers.len());
        for opener in openers {
            let lines = self.lines.clone();
            let ends = self.ends.get_or_insert_with(|| heredoc::Ends::new(lines));
            let heredoc = heredoc::read(opener, &mut self.lines, ends, self.file);
            if !heredoc.closed {
                let name = clipped(&heredoc.name);
                self.error(
                    heredoc.opener,
                    format!("the heredoc is not closed: no line behind it is `{name}`"),
                );
            }
            heredocs.push(heredoc);
        }
        heredocs
    }

    fn check_arguments(&mut self, grammar: &Grammar, instruction: &Instruction) {
        let body = &instruction.body;
        let count = match json_array(body) {
            Some(words) => words.len(),
            None => body.as_str().split_whitespace().take(4).count(),
        };
        if count < grammar.least {
            return self.missing(grammar, instruction.span);
        }
        match grammar.keyword {
            Keyword::From => {
                let (_, name) = instruction.from();
                if count != 1 && !(count == 3 && name.is_some()) {
                    let message = "FROM takes an image and, after AS, a name for the stage";
                    self.error(body.span(), message.into());
                }
            }
            Keyword::Healthcheck => {
                let kind = body.as_str().split_whitespace().next().unwrap_or("");
                if !kind.eq_ignore_ascii_case("CMD") && !kind.eq_ignore_ascii_case("NONE") {
                    self.error(body.span(), "HEALTHCHECK takes CMD with a command, or NONE".into());
                }
            }
            Keyword::Shell if json_array(body).is_none() => {
                self.error(body.span(), "SHELL takes a JSON array of words".into());
            }
            _ => {}
        }
    }

    /// `FROM` must be there, and only `ARG` may come before it.
    fn check_stages(&mut self) {
        let from = self.out.instructions.iter().position(|instruction| instruction.keyword == Keyword::From);
        let first = self.out.instructions.iter().find(|instruction| instruction.keyword != Keyword::Arg);
        match (from, first) {
            (None, Some(first)) => {
                self.error(first.keyword_span, "no FROM names an image to build on".into());
            }
            (None, None) => {
                let end = self.lines.text.len();
                let span = self.out.instructions.first().map(|arg| arg.keyword_span);
                let empty =
                    Span::new(self.file, 0..end.min(self.lines.text.lines().next().map_or(0, str::len)));
                self.error(span.unwrap_or(empty), "no FROM names an image to build on".into());
            }
            (Some(_), Some(first)) if first.keyword != Keyword::From => {
                self.error(first.keyword_span, "only ARG may come before the first FROM".into());
            }
            _ => {}
        }
        order::sort_by_key(&mut self.out.errors, |error| error.span);
    }

    fn missing(&mut self, grammar: &Grammar, span: Span) {
        self.error(span, format!("{} needs {}", grammar.name, grammar.missing));
    }

    fn error(&mut self, span: Span, message: String) {
        if self.unknown <= MOST_UNKNOWN && self.out.errors.len() < MOST_ERRORS {
            self.out.errors.push(SyntaxError { span, message });
        }
    }
}

/// Where the first word behind `from` stands, and where what follows it begins.
fn split_keyword(line: &Text, from: usize) -> Option<(Range<usize>, usize)> {
    let text = line.as_str();
    let after = text.get(from..)?.trim_start();
    let start = text.len() - after.len();
    let end = after.find(char::is_whitespace).map_or(text.len(), |at| start + at);
    let rest = text.len() - text.get(end..)?.trim_start().len();
    (start < end).then_some((start..end, rest))
}

/// A word of the file as a message shows it: not too long, and on one line.
fn clipped(word: &str) -> String {
    let mut shown: String =
        word.chars().take(30).map(|char| if char.is_control() { '\u{fffd}' } else { char }).collect();
    if shown.len() < word.len() && word.chars().nth(30).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests;
