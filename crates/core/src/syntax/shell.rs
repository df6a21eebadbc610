//! POSIX shell and what CI scripts use of bash: [`parse`] makes statements and words of a text. It is tolerant: every
//! text has a tree, and what is open at the end of the text is closed there.

mod cursor;
mod expansion;
mod parser;
mod redirect;
#[cfg(test)]
mod tests;
mod word;

use crate::source::{Span, Text};

pub use parser::Parser;

/// How deep constructs may nest in each other; what is deeper is read flat.
pub const MAX_DEPTH: usize = 64;

/// Words of one command beyond this many are left out. Linux itself refuses command lines of more than two megabytes.
pub const MAX_WORDS: usize = 20_000;

/// Statements in one compound command or substitution beyond this many are read over and left out: it is held as a whole,
/// while the statements of a script come one after the other.
pub const MOST_STATEMENTS: usize = 10_000;

/// The statements of `text`.
pub fn parse(text: &Text) -> Script {
    let mut parser = Parser::new(text, 0);
    let mut script = Script::default();
    while let Some(statement) = parser.next_statement() {
        script.statements.push(statement);
    }
    script.documents = parser.into_documents();
    script
}

/// The words of `text` by the rules of quoting alone: operators, comments and key words mean nothing. For settings that
/// hold one command line (`options: --privileged -v /a:/b`).
pub fn split(text: &Text) -> Vec<Word> {
    Parser::new(text, 0).split()
}

/// Statements in the order written.
#[derive(Debug, Default)]
pub struct Script {
    pub statements: Vec<Statement>,
    /// The heredocs of its statements, by [`Redirect::Document`].
    pub documents: Vec<Document>,
}

/// One command, simple or compound.
#[derive(Debug)]
pub struct Statement {
    /// How it hangs on the statement before it.
    pub link: Link,
    pub kind: Kind,
    pub redirects: Vec<Redirect>,
    /// Its output goes into the next statement.
    pub piped: bool,
    /// All of it, the text of heredocs excluded.
    pub span: Span,
}

/// What stands between a statement and the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// A line break, `;`, `&` or nothing.
    Next,
    /// `&&`
    And,
    /// `||`
    Or,
    /// `|` or `|&`
    Pipe,
}

#[derive(Debug)]
pub enum Kind {
    /// A program or builtin with its words, and `[[ … ]]`.
    Simple(Simple),
    /// `( … )`
    Subshell(Vec<Statement>),
    /// `{ …; }`
    Group(Vec<Statement>),
    If {
        branches: Vec<Branch>,
        otherwise: Option<Vec<Statement>>,
    },
    /// `while` and `until`.
    While(Branch),
    /// `for` and `select`. Without `in` there are no words: the loop runs over the script's arguments.
    For {
        variable: String,
        variable_span: Span,
        words: Vec<Word>,
        body: Vec<Statement>,
    },
    Case {
        subject: Word,
        arms: Vec<Vec<Statement>>,
    },
    Function {
        name: String,
        body: Option<Box<Statement>>,
    },
    /// `(( … ))`
    Arithmetic,
}

#[derive(Debug)]
pub struct Branch {
    pub condition: Vec<Statement>,
    pub body: Vec<Statement>,
}

#[derive(Debug, Default)]
pub struct Simple {
    /// How many of the words are assignments in front of the command.
    pub assignments: usize,
    pub words: Vec<Word>,
}

#[derive(Debug)]
pub enum Redirect {
    /// `< file`
    Input(Word),
    /// `<<< word`
    HereString(Word),
    /// `<<EOF`: an index into the script's documents.
    Document(usize),
    /// `> file` and all others.
    Other(Word),
}

/// The text of a heredoc.
#[derive(Debug, Default)]
pub struct Document {
    /// What the shell hands on: escapes taken off where the delimiter wasn't quoted, variables as written.
    pub text: Text,
    /// Commands of `$(…)` in it. None where the delimiter was quoted.
    pub word: Word,
}

/// A word: its parts stand directly next to each other.
#[derive(Debug, Default)]
pub struct Word {
    pub parts: Vec<Part>,
    /// As written, quotes included.
    pub span: Span,
    /// Some of it was quoted.
    pub quoted: bool,
    /// It has the form of an assignment.
    pub assignment: Option<Assignment>,
}

#[derive(Debug)]
pub struct Assignment {
    pub name: String,
    pub name_span: Span,
    /// `+=`
    pub append: bool,
    /// `name[…]=`
    pub subscript: bool,
    /// Where the value starts in the word's first, literal part.
    pub value_at: usize,
}

#[derive(Debug)]
pub enum Part {
    /// Quotes and escapes taken off.
    Literal(Text),
    Variable(Variable),
    /// `$(…)`, backticks, `<(…)`.
    Substitution {
        script: Script,
        written: Text,
    },
    /// A template's token, arithmetic, a pattern: what another program or the run would tell.
    Opaque(Text),
    /// `(a b c)` after `NAME=`.
    Array(Vec<Word>),
}

/// `$NAME`, `${NAME…}`, `$1`, `$@`.
#[derive(Debug)]
pub struct Variable {
    pub name: String,
    pub modifier: Modifier,
    pub quoted: bool,
    pub written: Text,
}

#[derive(Debug)]
pub enum Modifier {
    /// `$X`, `${X}`, `${X:?message}`
    None,
    /// `${X:-word}` and `${X-word}`
    Default(Word),
    /// `${X:=word}` and `${X=word}`
    Assign(Word),
    /// `${X:+word}` and `${X+word}`
    Alternate(Word),
    /// `${X[@]}` and `${X[*]}`
    All,
    /// Any other.
    Opaque,
}

impl Word {
    /// The word with its quotes taken off and everything else as written.
    pub fn written(&self) -> Text {
        let mut out = Text::default();
        for part in &self.parts {
            match part {
                Part::Literal(text) | Part::Opaque(text) => out.push(text),
                Part::Variable(variable) => out.push(&variable.written),
                Part::Substitution { written, .. } => out.push(written),
                Part::Array(_) => {}
            }
        }
        out
    }

    /// The scripts of its command substitutions.
    pub fn scripts(&self) -> Vec<&Script> {
        let mut scripts = Vec::new();
        for part in &self.parts {
            match part {
                Part::Substitution { script, .. } => scripts.push(script),
                Part::Array(words) => scripts.extend(words.iter().flat_map(Self::scripts)),
                Part::Variable(Variable {
                    modifier: Modifier::Default(word) | Modifier::Assign(word) | Modifier::Alternate(word),
                    ..
                }) => scripts.extend(word.scripts()),
                _ => {}
            }
        }
        scripts
    }
}
