//! Variables in instructions: `$NAME`, `${NAME}`, `${NAME:-default}` and their kin, filled in from `ARG` and `ENV`.

use crate::map::Map;
use crate::order;
use std::rc::Rc;

use crate::model::{Value, Var, Via};
use crate::source::{Span, Text};

/// The variables that an instruction sees. A stage sees those of the stage that it stands on.
#[derive(Clone, Debug, Default)]
pub struct Vars {
    own: Map<String, Entry>,
    parent: Option<Rc<Vars>>,
    depth: usize,
}

#[derive(Clone, Debug)]
struct Entry {
    /// `None`: an `ARG` without a default, which a build may set.
    var: Option<Var>,
    /// Set by `ENV`, which no `ARG` changes.
    env: bool,
}

/// Stages further down than this are not searched for a variable.
const DEEPEST_CHAIN: usize = 32;

impl Vars {
    /// No variables of its own, on top of those of `parent`.
    pub fn over(parent: Option<Rc<Self>>) -> Self {
        let depth = parent.as_ref().map_or(0, |parent| parent.depth + 1);
        let parent = parent.filter(|_| depth <= DEEPEST_CHAIN);
        Self { own: Map::new(), depth: if parent.is_some() { depth } else { 0 }, parent }
    }

    /// Notes an `ENV`.
    pub fn set(&mut self, var: Var) {
        self.own.insert(var.name.clone(), Entry { var: Some(var), env: true });
    }

    /// Notes an `ARG`, with its default.
    pub fn declare(&mut self, name: &str, name_span: Span, default: Option<Value>) {
        let known = self.entry(name);
        if known.is_some_and(|entry| entry.env || default.is_none()) {
            return;
        }
        let var = default.map(|value| Var { name: name.to_owned(), name_span, value });
        self.own.insert(name.to_owned(), Entry { var, env: false });
    }

    /// `None`: never heard of; `Some(None)`: declared without a value.
    pub fn get(&self, name: &str) -> Option<Option<&Var>> {
        self.entry(name).map(|entry| entry.var.as_ref())
    }

    fn entry(&self, name: &str) -> Option<&Entry> {
        self.levels().find_map(|vars| vars.own.get(name))
    }

    /// These variables, then those of each stage below.
    fn levels(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |vars| vars.parent.as_deref())
    }

    /// Those with a value, the nearest of each name, in the order of their place in the file.
    pub fn known(&self) -> Vec<&Var> {
        let mut seen = Map::new();
        for vars in self.levels() {
            for (name, entry) in vars.own.iter() {
                seen.get_or_insert_with(name.as_str(), || entry.var.as_ref());
            }
        }
        let mut known: Vec<&Var> = seen.into_iter().filter_map(|(_, var)| var).collect();
        order::sort_by_key(&mut known, |var| var.name_span);
        known
    }
}

/// Values longer than this are not filled in: they stand as written, and count as unknown.
const LONGEST_VALUE: usize = 8 << 10;
/// The most bytes filled in for one file, so that values made of values cannot grow without bound.
const MOST_FILLED: usize = 4 << 20;
/// Braces in braces deeper than this are left as written.
const DEEPEST_BRACES: usize = 8;
/// The longest chain of places that a value keeps.
const LONGEST_CHAIN: usize = 8;

/// Fills in variables and takes quotes away, as BuildKit does for all but shell commands.
pub struct Expander {
    escape: u8,
    filled: usize,
}

impl Expander {
    pub fn new(escape: u8) -> Self {
        Self { escape, filled: 0 }
    }

    /// The value of `text`. What isn't known stays in it as it was written.
    pub fn expand(&mut self, text: &Text, vars: &Vars) -> Value {
        let mut run = Run { source: text, vars, expander: self, at: 0, out: Value::default() };
        let mut value = if run.run(None, 0).is_some() {
            run.out
        } else {
            Value { text: text.clone(), unknown: true, ..Value::default() }
        };
        value.span = text.span();
        value.via.truncate(LONGEST_CHAIN);
        value
    }

    /// The same value for another name; `None` where it is too long or too much was filled in already.
    pub fn copy(&mut self, value: &Value) -> Option<Value> {
        self.allow(0, value).then(|| value.clone())
    }

    /// Whether a value may be filled in behind `before` bytes of the one that it goes into.
    fn allow(&mut self, before: usize, value: &Value) -> bool {
        let len = value.text.len();
        let allowed = before + len <= LONGEST_VALUE && self.filled + len <= MOST_FILLED;
        self.filled += if allowed { len } else { 0 };
        allowed
    }
}

struct Run<'r> {
    source: &'r Text,
    vars: &'r Vars,
    expander: &'r mut Expander,
    at: usize,
    out: Value,
}

impl Run<'_> {
    fn peek(&self, ahead: usize) -> Option<u8> {
        self.source.as_str().as_bytes().get(self.at + ahead).copied()
    }

    fn copy(&mut self, from: usize, to: usize) {
        if from < to {
            self.out.text.push_slice(self.source, from..to);
        }
    }

    /// Reads up to `stop`, or to the end. `None` where the braces make no sense or lie too deep.
    fn run(&mut self, stop: Option<u8>, depth: usize) -> Option<()> {
        let escape = self.expander.escape;
        let mut quote = None;
        let mut from = self.at;
        while let Some(byte) = self.peek(0) {
            match (quote, byte) {
                (None, byte) if stop == Some(byte) => {
                    self.copy(from, self.at);
                    return Some(());
                }
                (None, b'"' | b'\'') => {
                    self.copy(from, self.at);
                    quote = Some(byte);
                    from = self.at + 1;
                }
                (Some(open), byte) if open == byte => {
                    self.copy(from, self.at);
                    quote = None;
                    from = self.at + 1;
                }
                (Some(b'\''), _) => {}
                (_, byte) if byte == escape => {
                    let next = self.peek(1);
                    let special = next.is_some_and(|next| [b'"', b'$', escape].contains(&next));
                    if special || (quote.is_none() && next.is_some()) {
                        self.copy(from, self.at);
                        from = self.at + 1;
                        self.at += 1;
                    }
                }
                (_, b'$') => {
                    self.copy(from, self.at);
                    let start = self.at;
                    self.variable(depth)?;
                    // A `$` that starts no variable stands for itself.
                    if self.at == start {
                        self.copy(start, start + 1);
                        self.at += 1;
                    }
                    from = self.at;
                    continue;
                }
                _ => {}
            }
            self.at += 1;
        }
        self.at = self.at.min(self.source.len());
        self.copy(from, self.at);
        stop.is_none().then_some(())
    }

    /// Reads the variable at the `$` here; stays where it is if there is none.
    fn variable(&mut self, depth: usize) -> Option<()> {
        let start = self.at;
        let braces = self.peek(1) == Some(b'{');
        let name_start = start + if braces { 2 } else { 1 };
        let rest = self.source.as_str().get(name_start..).unwrap_or("");
        let len = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
        let name = rest.get(..len).unwrap_or("");
        if !braces {
            if name.is_empty() || name.starts_with(|first: char| first.is_ascii_digit()) {
                return Some(());
            }
            self.at = name_start + len;
            return self.fill(name, start);
        }
        if name.is_empty() || depth >= DEEPEST_BRACES {
            return None;
        }
        self.at = name_start + len;
        let colon = self.peek(0) == Some(b':');
        self.at += usize::from(colon);
        let operator = self.peek(0)?;
        self.at += 1;
        if operator == b'}' && !colon {
            return self.fill(name, start);
        }
        // The word after the operator is read in any case, to find the closing brace.
        let word_start = self.at;
        let before = std::mem::take(&mut self.out);
        self.run(Some(b'}'), depth + 1)?;
        let word = std::mem::replace(&mut self.out, before);
        let word_span = self.source.span_of(word_start..self.at);
        self.at += 1;
        let known = self.vars.get(name);
        let set = known.flatten().is_some_and(|var| !(colon && var.value.text.is_empty()));
        match operator {
            b'-' | b'?' if set => self.fill(name, start)?,
            b'-' => self.append(word, Some((Via::Default, word_span))),
            b'+' if set => self.append(word, None),
            b'+' => self.out.unknown |= matches!(known, Some(None)),
            // An error for want of a value, or a pattern: what comes out is not known here.
            _ => self.leave(start),
        }
        Some(())
    }

    /// Appends the value of `name`, which is written from `start` to here.
    fn fill(&mut self, name: &str, start: usize) -> Option<()> {
        let Some(Some(var)) = self.vars.get(name) else {
            self.leave(start);
            return Some(());
        };
        if !self.expander.allow(self.out.text.len(), &var.value) {
            self.leave(start);
            return Some(());
        }
        let place = var.name_span.to(var.value.span);
        let value = var.value.clone();
        self.append(value, Some((Via::Variable, place)));
        Some(())
    }

    fn append(&mut self, value: Value, via: Option<(Via, Span)>) {
        self.out.text.push(&value.text);
        self.out.unknown |= value.unknown;
        if self.out.via.len() < LONGEST_CHAIN {
            self.out.via.extend(via);
            self.out.via.extend(value.via);
        }
    }

    /// Leaves what is written from `start` to here as it is.
    fn leave(&mut self, start: usize) {
        self.copy(start, self.at);
        self.out.unknown = true;
    }
}
