//! Groovy as pipelines are written in it: calls with and without parentheses, named arguments, closures, lists and maps,
//! all kinds of strings. It is tolerant: every text has a tree, what is open at its end is closed there, and what is no
//! expression is passed over. It knows no vendor's words, and statements such as `if` and `try` are calls with a closure.

mod cursor;
mod fold;
mod parser;
mod string;
#[cfg(test)]
mod tests;

use crate::model::SyntaxError;
use crate::source::{FileId, Span, Text};

pub use string::Quote;

/// How deep constructs may nest in each other; what is deeper is read flat.
const DEEPEST: usize = 64;

/// A text's statements and what could not be read of them.
#[derive(Debug, Default)]
pub struct Tree<'t> {
    pub statements: Vec<Expr<'t>>,
    pub errors: Vec<SyntaxError>,
}

/// Reads `text`, which stands in `file` from its first byte.
pub fn parse(file: FileId, text: &str) -> Tree<'_> {
    parser::parse(file, text)
}

/// A name, number or key word as written, with its place.
#[derive(Clone, Copy, Debug)]
pub struct Name<'t> {
    pub text: &'t str,
    pub span: Span,
}

/// An expression or statement.
#[derive(Debug)]
pub enum Expr<'t> {
    /// A name, a number, `true`, `null`.
    Word(Name<'t>),
    String(Template<'t>),
    /// `[…]`: a list, or a map if its items have keys.
    List(List<'t>),
    /// `{ … }`
    Closure(Closure<'t>),
    /// What follows a value: members, calls and indices, in order. Without a head it starts with a call.
    Chain(Chain<'t>),
    /// `a + b + …`
    Sum(Vec<Expr<'t>>),
    /// `a ? b : c` and `b ?: c`: the values that it can have come last.
    Choice {
        conditions: Vec<Expr<'t>>,
        values: Vec<Expr<'t>>,
    },
    Assign(Box<Assign<'t>>),
    /// `def name(…) { … }`
    Function(Box<(Name<'t>, Closure<'t>)>),
    /// Anything else, with what stands in it.
    Other(Vec<Expr<'t>>),
}

/// A string: pieces of text and what is filled in between them.
#[derive(Debug)]
pub struct Template<'t> {
    /// None where all of it is plain text, as [`Template::plain`] tells.
    pub parts: Vec<Part<'t>>,
    /// All of it as written, without the quotes.
    pub written: Name<'t>,
    pub quote: &'static Quote,
}

#[derive(Debug)]
pub enum Part<'t> {
    /// As written.
    Plain(Name<'t>),
    /// With something escaped in it.
    Escaped(Box<Text>),
    /// `${…}` or `$x.y`: what is filled in, and all of it as written.
    Value(Box<Expr<'t>>, Name<'t>),
}

impl Template<'_> {
    /// Whether nothing is filled in.
    pub fn is_plain(&self) -> bool {
        matches!(self.parts.as_slice(), [] | [Part::Plain(_) | Part::Escaped(_)])
    }

    /// Its text, where nothing is filled in.
    pub fn plain(&self) -> Option<Text> {
        match self.parts.as_slice() {
            [] => Some(self.written.verbatim()),
            [part] => part.text(),
            _ => None,
        }
    }
}

impl Name<'_> {
    fn verbatim(&self) -> Text {
        Text::verbatim(self.span.file, self.span.start as usize, self.text)
    }
}

impl Part<'_> {
    /// The text of what is not filled in.
    pub fn text(&self) -> Option<Text> {
        match self {
            Self::Plain(name) => Some(name.verbatim()),
            Self::Escaped(text) => Some(Text::clone(text)),
            Self::Value(..) => None,
        }
    }
}

#[derive(Debug)]
pub struct List<'t> {
    pub items: Vec<Argument<'t>>,
    pub span: Span,
}

/// An argument of a call or an item of a list or map.
#[derive(Debug)]
pub struct Argument<'t> {
    pub key: Option<Box<Expr<'t>>>,
    pub value: Expr<'t>,
}

#[derive(Debug)]
pub struct Closure<'t> {
    /// The names before its `->`.
    pub parameters: Vec<Name<'t>>,
    pub statements: Vec<Expr<'t>>,
    /// With its braces.
    pub span: Span,
}

#[derive(Debug)]
pub struct Chain<'t> {
    pub head: Option<Box<Expr<'t>>>,
    pub links: Vec<Link<'t>>,
    pub span: Span,
    /// A modifier or a type stands in front of it.
    pub declared: bool,
}

#[derive(Debug)]
pub enum Link<'t> {
    /// `.name`
    Member(Name<'t>),
    /// `.name(…)`, `.name { … }` or `name argument`; the name is empty where a value itself is called.
    Call(Call<'t>),
    /// `[…]`
    Index(Vec<Argument<'t>>),
}

#[derive(Debug)]
pub struct Call<'t> {
    pub name: Name<'t>,
    /// In the order written; a closure behind the parentheses comes last.
    pub arguments: Vec<Argument<'t>>,
    pub span: Span,
}

#[derive(Debug)]
pub struct Assign<'t> {
    /// More than one in `a = b = c`.
    pub targets: Vec<Expr<'t>>,
    pub value: Expr<'t>,
    /// `+=`
    pub adds: bool,
    /// `def x = …`
    pub declares: bool,
}

impl<'t> Tree<'t> {
    /// Visits all expressions, outer ones before what stands in them. What stands in one for which `visit` says no is left
    /// out.
    pub fn visit<'a>(&'a self, mut visit: impl FnMut(&'a Expr<'t>) -> bool) {
        let mut todo: Vec<&Expr<'t>> = self.statements.iter().collect();
        while let Some(expr) = todo.pop() {
            if visit(expr) {
                expr.add_children(&mut todo);
            }
        }
    }
}

impl<'t> Expr<'t> {
    /// Adds the expressions that stand directly in this one.
    fn add_children<'a>(&'a self, out: &mut Vec<&'a Self>) {
        let mut of = |arguments: &'a [Argument<'t>]| {
            out.extend(arguments.iter().flat_map(|one| one.key.as_deref().into_iter().chain([&one.value])));
        };
        match self {
            Self::Word(_) => {}
            Self::String(template) => out.extend(template.parts.iter().filter_map(|part| match part {
                Part::Plain(_) | Part::Escaped(_) => None,
                Part::Value(value, _) => Some(&**value),
            })),
            Self::List(list) => of(&list.items),
            Self::Closure(closure) => out.extend(&closure.statements),
            Self::Function(function) => out.extend(&function.1.statements),
            Self::Chain(chain) => {
                for link in &chain.links {
                    match link {
                        Link::Member(_) => {}
                        Link::Call(call) => of(&call.arguments),
                        Link::Index(items) => of(items),
                    }
                }
                out.extend(chain.head.as_deref());
            }
            Self::Sum(all) | Self::Other(all) => out.extend(all),
            Self::Choice { conditions, values } => out.extend(conditions.iter().chain(values)),
            Self::Assign(assign) => out.extend(assign.targets.iter().chain([&assign.value])),
        }
    }

    /// The call that the expression is, if it is one and nothing else.
    pub fn call(&self) -> Option<&Call<'t>> {
        match self {
            Self::Chain(Chain { head: None, links, .. }) => match links.as_slice() {
                [Link::Call(call)] => Some(call),
                _ => None,
            },
            _ => None,
        }
    }

    /// A name, or a string with nothing to fill in, as a key is.
    pub fn key(&self) -> Option<&str> {
        match self {
            Self::Word(name) => Some(name.text),
            Self::String(template) => match template.parts.as_slice() {
                [] => Some(template.written.text),
                [Part::Plain(name)] => Some(name.text),
                [Part::Escaped(text)] => Some(text.as_str()),
                _ => None,
            },
            _ => None,
        }
    }
}

impl<'t> Call<'t> {
    /// The value of a named argument, which may stand in a map that is the only argument.
    pub fn named(&self, key: &str) -> Option<&Expr<'t>> {
        let map = match self.arguments.first() {
            Some(Argument { key: None, value: Expr::List(list) }) => list.entry(key),
            _ => None,
        };
        map.or_else(|| entry(&self.arguments, key))
    }

    /// The arguments without a name that are no closures.
    pub fn positional(&self) -> impl Iterator<Item = &Expr<'t>> {
        let plain =
            |argument: &&Argument<'t>| argument.key.is_none() && !matches!(argument.value, Expr::Closure(_));
        self.arguments.iter().filter(plain).map(|argument| &argument.value)
    }

    /// A setting by a named argument, or by a call in its block: `image: 'a'`, `{ image 'a' }`.
    pub fn setting(&self, name: &str) -> Option<&Expr<'t>> {
        self.named(name).or_else(|| self.body()?.setting(name)?.positional().next())
    }

    /// Its last closure: the block that it is given.
    pub fn body(&self) -> Option<&Closure<'t>> {
        self.arguments.iter().rev().find_map(|argument| match &argument.value {
            Expr::Closure(closure) => Some(closure),
            _ => None,
        })
    }
}

impl<'t> List<'t> {
    /// The value of a key of a map.
    pub fn entry(&self, key: &str) -> Option<&Expr<'t>> {
        entry(&self.items, key)
    }
}

fn entry<'a, 't>(items: &'a [Argument<'t>], key: &str) -> Option<&'a Expr<'t>> {
    let is = |item: &&Argument<'t>| item.key.as_deref().and_then(Expr::key) == Some(key);
    items.iter().find(is).map(|item| &item.value)
}

impl<'t> Closure<'t> {
    /// The calls that are statements of it.
    pub fn calls(&self) -> impl Iterator<Item = &Call<'t>> {
        self.statements.iter().filter_map(Expr::call)
    }

    /// The last of its calls of that name: how blocks of settings give one.
    pub fn setting(&self, name: &str) -> Option<&Call<'t>> {
        self.calls().filter(|call| call.name.text == name).last()
    }
}
