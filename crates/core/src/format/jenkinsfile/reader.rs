//! Runs through a pipeline in the order in which it is written, as far as a text tells what runs.

use std::rc::Rc;

use super::data::{Data, Joined};
use crate::File;
use crate::files::file_name;
use crate::map::Map;
use crate::model::{Job, Place, Unit, Value, Var, Via};
use crate::source::{FileId, Span};
use crate::syntax::groovy::{Call, Closure, Expr, Name};

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
    pub(super) text: &'t str,
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
    pub(super) variables: Map<String, Variable<'t>>,
    /// What variables of the environment were before the blocks around.
    pub(super) journal: Vec<(String, Option<Variable<'t>>)>,
    functions: Map<&'t str, Function<'t>>,
    /// The bodies of all functions, those of one name too.
    bodies: Vec<(&'t str, &'t Closure<'t>)>,
    pub(super) calls: u32,
    depth: u32,
    repeats: u32,
    pub(super) added: usize,
    pub(super) left: usize,
}

#[derive(Clone, Default)]
pub(super) struct Variable<'t> {
    pub(super) data: Data<'t>,
    pub(super) conditions: u32,
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
            if let Expr::Function(function) = statement {
                let (name, body) = &**function;
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
    pub(super) fn spend(&mut self, bytes: usize) -> bool {
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
                let name = Some(file_name(self.path)).filter(|name| !name.is_empty()).unwrap_or("pipeline");
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
            Expr::Function(function) => {
                let (name, body) = &**function;
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
        let values = values.into_iter().chain(std::iter::repeat(Data::Unknown));
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
