//! Actions, tasks and orbs that use a container engine, as the command lines of the catalog with the inputs of one step
//! filled in.

use daemonless_catalog::{Inputs, Part, Service, Task, When, alike, tasks};
use thin_vec::ThinVec;

use super::cursor::Cursor;
use super::expression::Context;
use crate::model::{Command, Job, Value};
use crate::script::{Scope, split_words};
use crate::source::{Span, Text};

/// What calls an action.
pub(super) struct Call<'s, 'w, 'c, 'a> {
    pub(super) service: Service,
    /// As the catalog has it: without version.
    pub(super) name: &'s str,
    /// Where the name stands.
    pub(super) named: Span,
    /// All of the step.
    pub(super) span: Span,
    /// The inputs.
    pub(super) with: Option<Cursor<'w>>,
    pub(super) context: &'s Context<'c, 'a>,
    /// The number of the step.
    pub(super) script: u32,
}

/// Adds what the action does to `job`. Says whether the catalog knows it.
pub(super) fn lower(call: &Call<'_, '_, '_, '_>, job: &mut Job) -> bool {
    let with: Vec<_> = call.with.as_ref().map(Cursor::entries).unwrap_or_default();
    let mut known = false;
    for task in tasks(call.service, call.name) {
        known = true;
        job.needs.extend(task.needs.iter().map(|need| (*need, call.named)));
        let mut line = Line { with: &with, call, words: Vec::new(), each: Vec::new() };
        if task.run.is_empty() || !line.runs(task) {
            continue;
        }
        task.run.iter().for_each(|part| line.add(part));
        let command = |words| Command {
            words,
            span: call.span,
            script: call.script,
            unwritten: true,
            ..Command::default()
        };
        let Line { words, each, .. } = line;
        if each.is_empty() {
            job.commands.push(command(words));
            continue;
        }
        for last in each {
            let words = words.iter().cloned().chain([last]).collect();
            job.commands.push(command(words));
        }
    }
    known
}

/// The name without version of an action such as `owner/name@v3` or `https://github.com/owner/name@v3`.
pub(super) fn github_name(uses: &str) -> &str {
    let name = uses.split('@').next().unwrap_or("");
    match name.split_once("://") {
        Some((_, rest)) => rest.split_once('/').map_or("", |(_, name)| name),
        None => name,
    }
}

/// A command line that is being put together from an action's inputs.
struct Line<'s, 'w, 'c, 'a> {
    with: &'s [Cursor<'w>],
    call: &'s Call<'s, 'w, 'c, 'a>,
    words: Vec<Value>,
    /// Last words: the command runs once with each.
    each: Vec<Value>,
}

impl<'w> Line<'_, 'w, '_, '_> {
    /// Whether the condition of the command line holds, as far as the inputs tell.
    fn runs(&self, task: &Task) -> bool {
        let holds = |inputs: Inputs, default: &str, list: &[&str]| {
            let listed = |text: &str| list.iter().any(|one| one.eq_ignore_ascii_case(text));
            match self.values(inputs, Cut::Whole).first() {
                Some(value) => value.any(listed),
                None => listed(default),
            }
        };
        match task.when {
            When::Always => true,
            When::Given(inputs) => self.given(inputs).is_some(),
            When::Is(inputs, default, list) => holds(inputs, default, list),
            When::Not(inputs, default, list) => !holds(inputs, default, list),
        }
    }

    /// The first of the inputs that is given and not empty.
    fn given(&self, inputs: &[&str]) -> Option<&Cursor<'w>> {
        let find = |name: &&str| self.with.iter().find(|input| alike(input.key(), name));
        let says = |input: &&Cursor<'_>| !input.is_null() && input.str().is_some_and(|text| !text.is_empty());
        inputs.iter().filter_map(find).find(says)
    }

    /// A word that is not written but follows from what stands at `span`.
    fn word(&mut self, word: &str, span: Span) {
        self.words.push(made(word, span));
    }

    fn flag(&mut self, flag: &str, value: Value) {
        self.word(flag, value.span);
        self.words.push(value);
    }

    fn add(&mut self, part: &Part) {
        match part {
            Part::Words(words) => words.iter().for_each(|word| self.word(word, self.call.named)),
            Part::Flag(flag, inputs) => {
                self.values(inputs, Cut::Whole).into_iter().for_each(|value| self.flag(flag, value))
            }
            Part::Lines(flag, inputs) => {
                // Secrets come by several inputs, and all of them count.
                for input in *inputs {
                    self.values(&[input], Cut::Lines).into_iter().for_each(|value| self.flag(flag, value));
                }
            }
            Part::Items(flag, inputs) => {
                self.values(inputs, Cut::Items).into_iter().for_each(|value| self.flag(flag, value))
            }
            Part::Default(flag, default, inputs) => {
                let value = self.values(inputs, Cut::Whole).into_iter().next();
                self.flag(flag, value.unwrap_or_else(|| made(default, self.call.named)));
            }
            Part::Path(flag, end, inputs) => {
                let mut parts: Vec<_> =
                    inputs.iter().flat_map(|input| self.values(&[input], Cut::Whole)).collect();
                let ends = inputs.last().is_some_and(|last| self.given(&[last]).is_some());
                if let Some(last) = parts.last().filter(|_| !ends) {
                    parts.push(made(end, last.span));
                }
                if let Some(path) = join(&parts, "/") {
                    self.flag(flag, path);
                }
            }
            Part::Switch(flag, inputs) => self.switch(flag, inputs),
            Part::Joined(flag, inputs) => {
                let items = self.values(inputs, Cut::Items);
                if let Some(joined) = join(&items, ",") {
                    self.flag(flag, joined);
                }
            }
            Part::Argument(default, inputs) => {
                let value = self.values(inputs, Cut::Whole).into_iter().next();
                let value = value.or_else(|| (!default.is_empty()).then(|| made(default, self.call.named)));
                self.words.extend(value);
            }
            Part::Script(inputs) => {
                if let Some(value) = self.values(inputs, Cut::Whole).into_iter().next() {
                    ["sh", "-c"].iter().for_each(|word| self.word(word, value.span));
                    self.words.push(value);
                }
            }
            Part::Arguments(inputs) => self.words.extend(self.values(inputs, Cut::Items)),
            Part::Split(inputs) => self.words.extend(self.values(inputs, Cut::Words)),
            Part::Images { flag, registry, image, tags } => self.images(flag, registry, image, tags),
        }
    }

    /// A flag that stands where its input does. An input that only a run tells may set it.
    fn switch(&mut self, flag: &str, inputs: Inputs) {
        let Some(input) = self.given(inputs) else { return };
        let Some(value) = self.values(inputs, Cut::Whole).into_iter().next() else { return };
        if value.unknown || value.any(|text| text.eq_ignore_ascii_case("true")) {
            let text = Text::replaced(flag, input.entry_span());
            self.words.push(Value { text, others: ThinVec::new(), span: input.entry_span(), ..value });
        }
    }

    fn images(&mut self, flag: &str, registry: Inputs, image: Inputs, tags: Inputs) {
        let registry = self.values(registry, Cut::Whole).into_iter().next();
        let image = self.values(image, Cut::Whole).into_iter().next();
        let named: Vec<_> = registry.into_iter().chain(image).collect();
        let named = join(&named, "/");
        let tags = self.values(tags, Cut::Blanks);
        let names: Vec<_> = if tags.is_empty() {
            named.into_iter().collect()
        } else {
            // Tags may be whole names, and then say all.
            let whole = |tag: &Value| named.is_none() || tag.any(|text| text.contains(['/', ':']));
            let name = |tag: Value| {
                if whole(&tag) { Some(tag) } else { join(&[named.clone().unwrap_or_default(), tag], ":") }
            };
            tags.into_iter().filter_map(name).collect()
        };
        if flag.is_empty() {
            self.each = names;
        } else {
            names.into_iter().for_each(|name| self.flag(flag, name));
        }
    }

    /// The values of an input, cut as said before its expressions are filled in.
    fn values(&self, inputs: &[&str], cut: Cut) -> Vec<Value> {
        let Some(value) = self.given(inputs).and_then(|input| input.value()) else { return Vec::new() };
        let (masked, expressions) = self.call.context.mask(&value.text);
        let parts: Vec<Value> = match cut {
            Cut::Whole => vec![Value::literal(masked)],
            Cut::Words => {
                let scripts = expressions.scripts(&masked);
                scripts.iter().flat_map(|text| split_words(text, &mut Scope::default())).collect()
            }
            Cut::Lines => pieces(&masked, |char| char == '\n'),
            Cut::Items => pieces(&masked, |char| char == '\n' || char == ','),
            Cut::Blanks => pieces(&masked, |char| char.is_whitespace() || char == ','),
        };
        // What an orb is given goes through a shell.
        let shell = self.call.service == Service::Circleci;
        let fill = |part: Value| {
            let mut part = expressions.fill(Value { via: value.via.clone(), ..part });
            part.unknown |= shell && part.any(|text| text.contains('$'));
            part
        };
        parts.into_iter().map(fill).collect()
    }
}

/// Where an input's text is cut into values.
enum Cut {
    Whole,
    Words,
    Lines,
    Items,
    Blanks,
}

fn made(word: &str, span: Span) -> Value {
    Value { text: Text::replaced(word, span), span, ..Value::default() }
}

/// The parts between separators that are not blank, trimmed. A line that starts with `#` is a comment.
fn pieces(text: &Text, separates: impl Fn(char) -> bool + Copy) -> Vec<Value> {
    let mut out = Vec::new();
    let mut at = 0;
    for part in text.as_str().split_inclusive(separates) {
        let piece = part.trim_end_matches(separates).trim();
        let start = at + (part.len() - part.trim_start().len());
        if !piece.is_empty() && !piece.starts_with('#') {
            out.push(Value::literal(text.slice(start..start + piece.len())));
        }
        at += part.len();
    }
    out
}

/// The values as one, with `separator` between them; `None` of none. Only the first may have alternatives.
fn join(values: &[Value], separator: &str) -> Option<Value> {
    let (first, rest) = values.split_first()?;
    let mut out = first.clone();
    for value in rest {
        out.unknown |= value.unknown;
        out.span = out.span.to(value.span);
        for text in std::iter::once(&mut out.text).chain(&mut out.others) {
            text.push_replaced(separator, value.span);
            text.push(&value.text);
        }
        out.via.extend(value.via.iter().copied());
    }
    Some(out)
}
