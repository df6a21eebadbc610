//! Runs through a pipeline in the order in which it is written, as far as a text tells what runs.

use std::rc::Rc;

use super::data::{Data, Joined, each};
use crate::File;
use crate::map::Map;
use crate::model::{Job, Place, Unit, Value, Var, Via};
use crate::source::{FileId, Span, Text};
use crate::syntax::groovy::{Argument, Assign, Call, Chain, Closure, Expr, Link, Name, Part, Template};

/// How deep calls of the text's own functions are followed, and expressions in them.
const MOST_CALLS: u32 = 8;
const DEEPEST: u32 = 200;

/// How many expressions of functions are read again where these are called.
const MOST_REPEATED: u32 = 50_000;

/// How many bytes variables may add to texts in all.
const MOST_ADDED: usize = 4 << 20;

/// How many variables may be handed to jobs and steps in all.
const MOST_SET: usize = 400_000;

pub(super) struct Reader<'t> {
    text: &'t str,
    path: &'t str,
    file: FileId,
    pub(super) jobs: Vec<Job>,
    /// The job that is being read.
    pub(super) job: Option<usize>,
    /// The job of what stands in no pipeline and on no node.
    loose: Option<usize>,
    /// The job's containers are a pod's.
    pub(super) in_pod: bool,
    /// Where steps run.
    pub(super) place: Place,
    /// Variables that hold from here on, in all jobs.
    pub(super) globals: Vec<Var>,
    /// Variables of the stages and blocks around, innermost last.
    pub(super) env: Vec<Var>,
    /// The registry that images are qualified with.
    pub(super) registry: Option<Rc<Value>>,
    /// The stage that is being read: its name, and where that stands.
    pub(super) stage: Option<(Rc<str>, Span)>,
    /// How many conditions are around.
    pub(super) conditions: u32,
    pub(super) script: u32,
    variables: Map<String, Variable<'t>>,
    /// What variables of the environment were before the blocks around.
    journal: Vec<(String, Option<Variable<'t>>)>,
    functions: Map<&'t str, Function<'t>>,
    /// The bodies of all functions, those of one name too.
    bodies: Vec<(&'t str, &'t Closure<'t>)>,
    calls: u32,
    depth: u32,
    repeats: u32,
    added: usize,
    left: usize,
}

#[derive(Clone, Default)]
struct Variable<'t> {
    data: Data<'t>,
    conditions: u32,
}

#[derive(Clone, Copy)]
struct Function<'t> {
    body: &'t Closure<'t>,
    called: bool,
}

/// What is put back behind a block.
pub(super) struct Around {
    pub(super) job: Option<usize>,
    pub(super) in_pod: bool,
    pub(super) place: Place,
    env: usize,
    journal: usize,
    pub(super) registry: Option<Rc<Value>>,
    pub(super) stage: Option<(Rc<str>, Span)>,
    conditions: u32,
}

impl<'t> Reader<'t> {
    pub(super) fn new(file: FileId, source: &'t File) -> Self {
        Self {
            text: &source.text,
            path: &source.path,
            file,
            jobs: Vec::new(),
            job: None,
            loose: None,
            in_pod: false,
            place: Place::Job,
            globals: Vec::new(),
            env: Vec::new(),
            registry: None,
            stage: None,
            conditions: 0,
            script: 0,
            variables: Map::new(),
            journal: Vec::new(),
            functions: Map::new(),
            bodies: Vec::new(),
            calls: 0,
            depth: 0,
            repeats: MOST_REPEATED,
            added: MOST_ADDED,
            left: MOST_SET,
        }
    }

    pub(super) fn read(mut self, statements: &'t [Expr<'t>]) -> Unit {
        for statement in statements {
            if let Expr::Function(name, body) = statement {
                self.define(*name, body);
            }
        }
        self.statements(statements);
        // Functions that only others call.
        let mut next = 0;
        while let Some((name, body)) = self.bodies.get(next).copied() {
            next += 1;
            let known = self.functions.get(name);
            if known.is_none_or(|known| !known.called || !std::ptr::eq(known.body, body)) {
                let around = self.enter();
                self.statements(&body.statements);
                self.leave(around);
            }
        }
        let empty = |job: &Job| job.commands.is_empty() && job.containers.is_empty();
        if self.jobs.iter().any(|job| !empty(job)) {
            self.jobs.retain(|job| job.noun != EMPTY || !empty(job));
        }
        self.jobs.iter_mut().filter(|job| job.noun == EMPTY).for_each(|job| job.noun = "job");
        Unit { jobs: self.jobs, ..Unit::default() }
    }

    fn define(&mut self, name: Name<'t>, body: &'t Closure<'t>) {
        self.bodies.push((name.text, body));
        self.functions.get_or_insert_with(name.text, || Function { body, called: false });
    }

    /// Takes so many bytes from what may be read again or added to texts; whether there were as many left.
    fn spend(&mut self, bytes: usize) -> bool {
        let enough = bytes <= self.added;
        self.added = self.added.saturating_sub(bytes);
        enough
    }

    pub(super) fn enter(&mut self) -> Around {
        Around {
            job: self.job,
            in_pod: self.in_pod,
            place: self.place,
            env: self.env.len(),
            journal: self.journal.len(),
            registry: self.registry.clone(),
            stage: self.stage.clone(),
            conditions: self.conditions,
        }
    }

    pub(super) fn leave(&mut self, around: Around) {
        self.job = around.job;
        self.in_pod = around.in_pod;
        self.place = around.place;
        self.env.truncate(around.env);
        for (name, before) in self.journal.drain(around.journal.min(self.journal.len())..).rev() {
            self.variables.insert(name, before.unwrap_or_default());
        }
        self.registry = around.registry;
        self.stage = around.stage;
        self.conditions = around.conditions;
    }

    /// Begins a job; what follows belongs to it.
    pub(super) fn begin(&mut self, name: Name<'_>, span: Span) -> usize {
        let env = self.job.and_then(|job| self.jobs.get(job)).map_or(&[][..], |job| &job.env);
        let env = if env.len() <= self.left { env.to_vec() } else { Vec::new() };
        self.left = self.left.saturating_sub(env.len());
        self.jobs.push(Job {
            name: name.text.to_owned(),
            name_span: name.span,
            span,
            noun: "job",
            env,
            ..Job::default()
        });
        self.place = Place::Job;
        self.in_pod = false;
        self.job = Some(self.jobs.len() - 1);
        self.jobs.len() - 1
    }

    /// The job that is being read; what stands in none has one together.
    pub(super) fn job(&mut self) -> Option<&mut Job> {
        let at = match self.job.or(self.loose) {
            Some(at) => at,
            None => {
                let name = self.path.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or("pipeline");
                let around = self.enter();
                let first = Name { text: name, span: Span::new(self.file, 0..0) };
                let at = self.begin(first, Span::new(self.file, 0..self.text.len()));
                self.leave(around);
                self.loose = Some(at);
                at
            }
        };
        self.jobs.get_mut(at)
    }

    /// Marks a job that is left out if nothing is in it.
    pub(super) fn perhaps_empty(&mut self, at: usize) {
        if let Some(job) = self.jobs.get_mut(at) {
            job.noun = EMPTY;
        }
    }

    /// Takes what it costs to hand on so many variables; whether there was as much left.
    pub(super) fn affords(&mut self, cost: usize) -> bool {
        let enough = cost <= self.left;
        self.left = self.left.saturating_sub(cost);
        enough
    }

    /// A value in the making.
    pub(super) fn joined(&mut self, span: Span) -> Joined<'_> {
        Joined::new(span, &mut self.added)
    }

    /// Reads statements; the worth of the last is theirs.
    pub(super) fn statements(&mut self, statements: &'t [Expr<'t>]) -> Data<'t> {
        let mut last = Data::Unknown;
        for statement in statements {
            last = self.eval(statement);
        }
        last
    }

    pub(super) fn eval(&mut self, expr: &'t Expr<'t>) -> Data<'t> {
        if self.calls > 0 {
            self.repeats = self.repeats.saturating_sub(1);
        }
        if self.depth >= DEEPEST {
            return Data::Unknown;
        }
        self.depth += 1;
        let data = self.eval_here(expr);
        self.depth -= 1;
        data
    }

    fn eval_here(&mut self, expr: &'t Expr<'t>) -> Data<'t> {
        match expr {
            Expr::Word(name) => self.word(*name),
            Expr::String(template) => Data::text(self.template(template)),
            Expr::List(list) => self.list(&list.items),
            Expr::Closure(closure) => {
                let around = self.enter();
                self.statements(&closure.statements);
                self.leave(around);
                Data::Unknown
            }
            Expr::Chain(chain) => self.chain(chain),
            Expr::Sum(operands) => self.sum(operands),
            Expr::Choice { conditions, values } => {
                conditions.iter().for_each(|condition| {
                    self.eval(condition);
                });
                self.conditions += 1;
                let values: Vec<_> = values.iter().map(|value| self.eval(value)).collect();
                self.conditions -= 1;
                Data::one_of(values.into_iter())
            }
            Expr::Assign(assign) => self.assign(assign),
            Expr::Function(name, body) => {
                if self.depth > 1 && self.calls == 0 {
                    // Of a class; those on top are known.
                    self.define(*name, body);
                }
                Data::Unknown
            }
            Expr::Other(operands) => {
                operands.iter().for_each(|operand| {
                    self.eval(operand);
                });
                Data::Unknown
            }
        }
    }

    /// The texts of an expression; something unknown as it is written.
    pub(super) fn value(&mut self, expr: &'t Expr<'t>) -> Option<Value> {
        match self.eval(expr) {
            Data::Text(value) | Data::Image(value) => {
                let again = self.calls > 0 || !value.via.is_empty();
                (!again || self.spend(value.text.len())).then(|| Value::clone(&value))
            }
            Data::Written(written, span) => {
                let mut joined = Joined::new(span, &mut self.added);
                joined.unknown(written, span);
                Some(joined.value())
            }
            Data::List(items) if items.len() == 1 => {
                items.first()?.items().pop().map(|value| Value::clone(&value))
            }
            _ => None,
        }
    }

    fn word(&mut self, name: Name<'t>) -> Data<'t> {
        if let Some(found) = self.lookup(&["", "env.", "params."], name.text) {
            return found;
        }
        match name.text {
            "docker" => Data::Docker,
            "true" | "false" => Data::text(Value::literal(Text::replaced(name.text, name.span))),
            "null" | "it" | "this" | "steps" | "script" => Data::Unknown,
            number if number.starts_with(|first: char| first.is_ascii_digit()) => {
                Data::text(Value::literal(Text::replaced(number, name.span)))
            }
            other => Data::Written(other, name.span),
        }
    }

    fn lookup(&self, spaces: &[&str], name: &str) -> Option<Data<'t>> {
        spaces.iter().find_map(|space| {
            let key = format!("{space}{name}");
            let variable = self.variables.get(key.as_str())?;
            (!matches!(variable.data, Data::Unknown)).then(|| variable.data.clone())
        })
    }

    fn template(&mut self, template: &'t Template<'t>) -> Value {
        if let [Part::Text(text)] = template.parts.as_slice() {
            if self.calls > 0 && !self.spend(text.len()) {
                return Value { unknown: true, span: template.span, ..Value::default() };
            }
            return Value::literal(text.clone());
        }
        let filled: Vec<_> = template
            .parts
            .iter()
            .map(|part| match part {
                Part::Text(_) => Data::Unknown,
                Part::Value(expr, _) => self.eval(expr),
            })
            .collect();
        let mut joined = Joined::new(template.span, &mut self.added);
        for (part, data) in template.parts.iter().zip(&filled) {
            match part {
                Part::Text(text) => joined.own(text),
                Part::Value(_, written) => joined.add(data, written.text, written.span),
            }
        }
        joined.value()
    }

    fn list(&mut self, items: &'t [Argument<'t>]) -> Data<'t> {
        if items.iter().any(|item| item.key.is_some()) {
            let entry = |item: &'t Argument<'t>| {
                let key = item.key.as_ref().and_then(Expr::key).unwrap_or("").to_owned();
                (key, self.eval(&item.value))
            };
            return Data::Map(Rc::new(items.iter().map(entry).collect()));
        }
        Data::List(Rc::new(items.iter().map(|item| self.eval(&item.value)).collect()))
    }

    fn sum(&mut self, operands: &'t [Expr<'t>]) -> Data<'t> {
        let parts: Vec<_> = operands.iter().map(|operand| self.eval(operand)).collect();
        if parts.iter().any(|part| matches!(part, Data::List(_))) {
            let items = parts.iter().flat_map(Data::items).map(Data::Text);
            return Data::List(Rc::new(items.collect()));
        }
        if !parts.iter().any(|part| matches!(part, Data::Text(_))) {
            return Data::Unknown;
        }
        let mut span: Option<Span> = None;
        for operand in operands.iter().filter_map(place) {
            span = Some(span.map_or(operand, |known| known.to(operand)));
        }
        let span = span.unwrap_or_default();
        let mut joined = Joined::new(span, &mut self.added);
        for (operand, part) in operands.iter().zip(&parts) {
            match (operand, part) {
                (Expr::String(_), Data::Text(value)) if value.others.is_empty() && value.via.is_empty() => {
                    joined.own(&value.text);
                    if value.unknown {
                        joined.add(&Data::text(Value { unknown: true, ..Value::default() }), "", span);
                    }
                }
                (_, Data::Written(written, at)) => joined.unknown(written, *at),
                _ => joined.add(part, "", place(operand).unwrap_or(span)),
            }
        }
        Data::text(joined.value())
    }

    fn assign(&mut self, assign: &'t Assign<'t>) -> Data<'t> {
        let mut data = self.eval(&assign.value);
        for target in &assign.targets {
            if assign.adds {
                let old = self.eval(target);
                let span = place(&assign.value).unwrap_or_default();
                data = match (&old, &data) {
                    (Data::List(_), _) => {
                        let items = old.items().into_iter().chain(data.items()).map(Data::Text);
                        Data::List(Rc::new(items.collect()))
                    }
                    (Data::Text(_), _) => {
                        let mut joined = Joined::new(span, &mut self.added);
                        joined.add(&old, "", span);
                        joined.add(&data, "", span);
                        Data::text(joined.value())
                    }
                    _ => Data::Unknown,
                };
            }
            self.set(target, data.clone(), assign.declares);
        }
        data
    }

    fn set(&mut self, target: &'t Expr<'t>, data: Data<'t>, declares: bool) {
        match target {
            Expr::Word(name) => self.set_variable(name.text.to_owned(), data, name.span, declares),
            Expr::Chain(Chain { head: Some(head), links, span, .. }) => {
                let Expr::Word(head) = **head else { return };
                let (key, at) = match links.as_slice() {
                    [Link::Member(name)] => (Some(name.text.to_owned()), name.span),
                    [Link::Index(items)] => {
                        let key = items.first().and_then(|item| self.value(&item.value));
                        (key.filter(|key| !key.unknown).map(|key| key.as_str().to_owned()), *span)
                    }
                    _ => return,
                };
                let Some(key) = key else { return };
                if head.text == "env" {
                    if let Data::Text(value) = &data {
                        let value = Value::clone(value);
                        self.globals.push(Var { name: key.clone(), name_span: at, value });
                    }
                    return self.set_variable(format!("env.{key}"), data, at, false);
                }
                let Some(variable) = self.variables.get_mut(head.text) else { return };
                if let Data::Map(entries) = &mut variable.data {
                    let cost = if Rc::strong_count(entries) > 1 { entries.len() } else { 0 };
                    if cost <= self.left {
                        self.left -= cost;
                        Rc::make_mut(entries).push((key, data));
                    }
                }
            }
            _ => {}
        }
    }

    /// Sets a variable of the environment up to the end of the block.
    pub(super) fn set_of_block(&mut self, name: &str, data: Data<'t>, span: Span) {
        let name = format!("env.{name}");
        self.journal.push((name.clone(), self.variables.get(name.as_str()).cloned()));
        self.set_variable(name, data, span, true);
    }

    /// Sets a variable. Where conditions decide whether it is set, it may also be what it was.
    pub(super) fn set_variable(&mut self, name: String, data: Data<'t>, span: Span, declares: bool) {
        let conditions = self.conditions;
        let data = data.by_variable(span);
        let old = self.variables.get(name.as_str());
        let perhaps = old.filter(|old| !declares && old.conditions < conditions);
        let variable = match perhaps {
            Some(old) if matches!((&old.data, &data), (Data::Text(_), Data::Text(_))) => Variable {
                data: Data::one_of([data, old.data.clone()].into_iter()),
                conditions: old.conditions,
            },
            _ => Variable { data, conditions },
        };
        self.variables.insert(name, variable);
    }

    fn chain(&mut self, chain: &'t Chain<'t>) -> Data<'t> {
        let mut links = chain.links.iter();
        let mut data = match chain.head.as_deref() {
            Some(Expr::Word(Name { text: space @ ("env" | "params"), .. })) => {
                let name = match links.next() {
                    Some(Link::Member(name)) => Some(name.text),
                    Some(Link::Index(items)) => items.first().and_then(|item| item.value.key()),
                    _ => None,
                };
                let written = || Data::Written(self.written(chain.span), chain.span);
                name.and_then(|name| self.lookup(&[&format!("{space}.")], name)).unwrap_or_else(written)
            }
            Some(head) => self.eval(head),
            None => match links.next() {
                Some(Link::Call(call)) => self.call(call),
                _ => Data::Unknown,
            },
        };
        for link in links {
            data = match link {
                Link::Call(call) => self.method(data, call),
                Link::Index(items) => {
                    let key = items.first().and_then(|item| self.value(&item.value));
                    let key = key.filter(|key| !key.unknown && key.others.is_empty());
                    data.entry(key.as_ref().map(Value::as_str))
                }
                Link::Member(name) => match &data {
                    Data::Map(_) => data.entry(Some(name.text)),
                    Data::Image(image) if name.text == "id" => Data::Text(Rc::clone(image)),
                    Data::Written(..) | Data::Unknown => Data::Written(self.written(chain.span), chain.span),
                    _ => Data::Unknown,
                },
            };
        }
        data
    }

    fn written(&self, span: Span) -> &'t str {
        self.text.get(span.range()).unwrap_or("")
    }

    /// A call on a value.
    fn method(&mut self, target: Data<'t>, call: &'t Call<'t>) -> Data<'t> {
        if let Some(data) = self.docker(&target, call) {
            return data;
        }
        if let Data::Text(value) = &target
            && !value.via.is_empty()
            && !self.spend(value.text.len())
        {
            return Data::Unknown;
        }
        match (&target, call.name.text) {
            (Data::Text(value), "trim" | "strip") => {
                let trimmed = |text: &str| {
                    let start = text.len() - text.trim_start().len();
                    start..start + text.trim().len()
                };
                Data::text(each(value, trimmed))
            }
            (Data::Text(_), "stripIndent" | "toString" | "intern") => target,
            (Data::Text(value), "stripMargin") => Data::text(without_margins(value)),
            (Data::Text(value), "plus" | "concat") => {
                let Some(more) = call.positional().next().and_then(|more| self.value(more)) else {
                    return Data::Unknown;
                };
                let mut joined = Joined::new(value.span, &mut self.added);
                joined.add(&target, "", value.span);
                joined.add(&Data::text(more), "", value.span);
                Data::text(joined.value())
            }
            (Data::List(items), "join") => {
                let by = call.positional().next().and_then(|by| self.value(by)).unwrap_or_default();
                let by = Data::text(by);
                let span = items
                    .first()
                    .map_or(call.span, |first| first.items().first().map_or(call.span, |one| one.span));
                let mut joined = Joined::new(span, &mut self.added);
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        joined.add(&by, "", span);
                    }
                    joined.add(item, "", span);
                }
                Data::text(joined.value())
            }
            (Data::Map(_), "get" | "getOrDefault") => {
                let key = call.positional().next().and_then(|key| self.value(key));
                let key = key.filter(|key| !key.unknown && key.others.is_empty());
                target.entry(key.as_ref().map(Value::as_str))
            }
            (Data::List(_) | Data::Map(_), _) => self.iterate(&target, call),
            (Data::Text(_), _) => {
                self.arguments(call);
                Data::Unknown
            }
            _ => self.call(call),
        }
    }

    /// A method of a list or map that calls its closure with each item.
    fn iterate(&mut self, target: &Data<'t>, call: &'t Call<'t>) -> Data<'t> {
        let Some(body) = call.body() else {
            self.arguments(call);
            return Data::Unknown;
        };
        let one = |data: &Data<'t>| data.entry(None);
        let names: Vec<_> = match body.parameters.as_slice() {
            [] => vec![("it", body.span)],
            names => names.iter().map(|name| (name.text, name.span)).collect(),
        };
        match (target, names.as_slice()) {
            (Data::Map(entries), [(key, at), (value, _), ..]) => {
                let key_of = |(name, _): &(String, Data<'t>)| Data::text(super::data::word(name, *at));
                let keys = Data::one_of(entries.iter().map(key_of));
                self.set_variable((*key).to_owned(), keys, *at, true);
                self.set_variable((*value).to_owned(), one(target), *at, true);
            }
            (Data::List(_), [(name, at), ..]) => {
                self.set_variable((*name).to_owned(), one(target), *at, true);
            }
            _ => {}
        }
        self.conditions += 1;
        let around = self.enter();
        self.statements(&body.statements);
        self.leave(around);
        self.conditions -= 1;
        Data::Unknown
    }

    /// Reads the arguments of a call that means nothing here, closures too.
    pub(super) fn arguments(&mut self, call: &'t Call<'t>) {
        for argument in &call.arguments {
            self.eval(&argument.value);
        }
    }

    /// Reads the block that a call is given.
    pub(super) fn body(&mut self, call: &'t Call<'t>) {
        if let Some(body) = call.body() {
            self.statements(&body.statements);
        }
    }

    /// Binds the variable of `for (x in list)`.
    pub(super) fn bind(&mut self, call: &'t Call<'t>) {
        let Some(first) = call.arguments.first() else { return };
        let (name, list) = match (&first.key, &first.value) {
            (Some(name), list) => (name, list),
            (None, Expr::Other(pair)) => match pair.as_slice() {
                [name, list] => (name, list),
                _ => return,
            },
            // `String x in list`
            (None, value) => match value.call().map(|call| call.arguments.as_slice()) {
                Some([Argument { key: None, value: Expr::Other(pair) }]) => match pair.as_slice() {
                    [name, list] => (name, list),
                    _ => return,
                },
                Some([Argument { key: Some(name), value: list }]) => (name, list),
                _ => return,
            },
        };
        let name = match name {
            Expr::Word(name) => *name,
            _ => return,
        };
        let data = self.eval(list);
        if matches!(data, Data::List(_)) {
            self.set_variable(name.text.to_owned(), data.entry(None), name.span, true);
        }
    }

    /// Calls a function of the text itself, if there is one of that name.
    pub(super) fn function(&mut self, call: &'t Call<'t>) -> Option<Data<'t>> {
        let function = *self.functions.get(call.name.text)?;
        let values: Vec<_> = call.arguments.iter().map(|argument| self.eval(&argument.value)).collect();
        if self.calls >= MOST_CALLS || self.repeats == 0 {
            return Some(Data::Unknown);
        }
        if let Some(known) = self.functions.get_mut(call.name.text) {
            known.called = true;
        }
        for (name, data) in function.body.parameters.iter().zip(values) {
            self.set_variable(name.text.to_owned(), data, name.span, true);
        }
        self.calls += 1;
        let around = self.enter();
        let data = self.statements(&function.body.statements);
        self.leave(around);
        self.calls -= 1;
        // Which of several ways was taken isn't told.
        let branches = |call: &Call<'_>| matches!(call.name.text, "if" | "switch" | "try" | "for" | "while");
        Some(if function.body.calls().any(branches) { Data::Unknown } else { data })
    }

    /// Adds a parameter of the pipeline with what it is unless told otherwise.
    pub(super) fn parameter(&mut self, name: &str, choices: Data<'t>, span: Span) {
        let choices = match choices {
            Data::List(_) => choices.entry(None),
            other => other,
        };
        if let Data::Text(value) = choices {
            let mut value = Value::clone(&value);
            value.unknown = true;
            value.via.insert(0, (Via::Default, value.span));
            self.globals.push(Var { name: name.to_owned(), name_span: span, value: value.clone() });
            self.set_variable(format!("params.{name}"), Data::text(value), span, true);
        }
    }
}

/// The noun of a job that is left out if it is empty, while it is being read.
const EMPTY: &str = "";

/// Where an expression stands, as far as it is told.
pub(super) fn place(expr: &Expr<'_>) -> Option<Span> {
    match expr {
        Expr::Word(name) => Some(name.span),
        Expr::String(template) => Some(template.span),
        Expr::List(list) => Some(list.span),
        Expr::Closure(closure) => Some(closure.span),
        Expr::Chain(chain) => Some(chain.span),
        Expr::Sum(operands) => {
            let first = operands.first().and_then(place)?;
            Some(operands.last().and_then(place).map_or(first, |last| first.to(last)))
        }
        _ => None,
    }
}

/// The lines of a text without what stands before their `|`.
fn without_margins(value: &Value) -> Value {
    let strip = |text: &Text| {
        let mut out = Text::default();
        let mut at = 0;
        for line in text.as_str().split_inclusive('\n') {
            let bare = line.trim_start_matches([' ', '\t']);
            let skip = if bare.starts_with('|') { line.len() - bare.len() + 1 } else { 0 };
            out.push_slice(text, at + skip..at + line.len());
            at += line.len();
        }
        out
    };
    Value { text: strip(&value.text), others: value.others.iter().map(strip).collect(), ..value.clone() }
}
