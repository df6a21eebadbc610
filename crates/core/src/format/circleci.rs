//! CircleCI: `.circleci/config.yml`, versions 2 and 2.1, and files that continue one.

mod frame;
mod job;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use self::frame::{Frame, Given, Scope};
use super::cursor::{Budget, Cursor};
use super::expression::{CIRCLECI, Context};
use super::matrix::Matrix;
use super::{Format, Probe};
use crate::files::Files;
use crate::map::Map;
use crate::model::{SyntaxError, Unit, Value, Via};
use crate::source::{FileId, Span};
use crate::syntax::yaml;

pub(super) static FORMAT: Format = Format { id: "circleci", title: "CircleCI", recognise, lower };

fn recognise(probe: &Probe<'_>) -> u8 {
    let yaml = probe.name.ends_with(".yml") || probe.name.ends_with(".yaml");
    if yaml && (probe.path.starts_with(".circleci/") || probe.path.contains("/.circleci/")) {
        return 100;
    }
    let foreign = ["on", "services", "stages", "pool", "trigger", "kind", "apiVersion", "runs"];
    if foreign.iter().any(|key| probe.has(key)) {
        return 0;
    }
    let own = ["orbs", "executors", "commands", "workflows", "jobs"];
    let count = own.iter().filter(|key| probe.has(key)).count();
    let places = ["docker", "machine", "executor", "macos"];
    let placed = probe.has("jobs") && places.iter().any(|key| probe.has_below(key));
    match (probe.has("version"), count) {
        (true, 2..) => 90,
        (true, 1) if placed => 90,
        (true, 1) => 50,
        (false, 2..) if placed => 80,
        (false, 3..) => 60,
        _ => 0,
    }
}

fn lower(files: &Files<'_>, id: FileId) -> Unit {
    let Some(file) = files.file(id) else { return Unit::default() };
    let tree = yaml::parse(id, &file.text);
    let budget = Budget::new();
    let left = Context::allowance();
    let mut unit = Unit::default();
    for root in Cursor::roots(&tree, &budget) {
        let config = Config {
            pipeline: pipeline(&root),
            nothing: Matrix::default(),
            left: &left,
            spent: RefCell::default(),
            root: Rc::new(Frame::of(Rc::new(Scope::of(&root, 0)))),
        };
        config.jobs(&root, &mut unit);
        unit.errors.extend(config.spent.into_inner());
    }
    unit.errors.splice(0..0, tree.errors);
    unit
}

/// One configuration.
struct Config<'c, 'a> {
    /// The pipeline's parameters.
    pipeline: Map<String, Value>,
    nothing: Matrix<'a>,
    /// How many bytes expressions may still add.
    left: &'c Cell<usize>,
    /// Where commands were called more often than is read of one file.
    spent: RefCell<Option<SyntaxError>>,
    root: Rc<Frame<'a>>,
}

impl<'a> Config<'_, 'a> {
    fn jobs(&self, root: &Cursor<'a>, unit: &mut Unit) {
        let entries = |key: &str| root.get(key).map(|all| all.entries()).unwrap_or_default();
        let mut jobs: Vec<(Cursor<'a>, Vec<Given<'a>>)> = Vec::new();
        let mut at: Map<&str, usize> = Map::new();
        for entry in entries("jobs") {
            at.insert(entry.key(), jobs.len());
            jobs.push((entry, Vec::new()));
        }
        let mut of_orbs = Vec::new();
        for (name, call) in self.calls(&entries("workflows")) {
            match at.get(name).and_then(|index| jobs.get_mut(*index)) {
                Some((_, given)) => given.push(call),
                // Jobs of orbs are only written where a workflow calls them.
                None => of_orbs.push((name, call)),
            }
        }
        unit.jobs.extend(jobs.iter().map(|(entry, given)| self.job(entry, given)));
        unit.jobs.extend(of_orbs.into_iter().filter_map(|(name, call)| self.orb_job(name, call)));
        if unit.jobs.is_empty() {
            // An orb's source, or what another file includes.
            for entry in entries("commands") {
                let mut job = self.job(&entry, &[]);
                job.noun = "command";
                unit.jobs.push(job);
            }
        }
    }

    /// What the workflows call, each with the job's name.
    fn calls(&self, workflows: &[Cursor<'a>]) -> Vec<(&'a str, Given<'a>)> {
        let mut out = Vec::new();
        let items = workflows.iter().filter_map(|workflow| workflow.get("jobs"));
        for item in items.flat_map(|jobs| jobs.items()) {
            if let Some(name) = item.str() {
                out.push((name, Given::by_workflow(item, &self.root)));
                continue;
            }
            for entry in item.entries() {
                out.push((entry.key(), Given::by_workflow(entry, &self.root)));
            }
        }
        out
    }

    /// What expressions refer to in a frame.
    fn context<'f>(&'f self, frame: &'f Frame<'a>) -> Context<'f, 'a> {
        Context {
            syntax: &CIRCLECI,
            inputs: &frame.values,
            env: vec![&self.pipeline],
            matrix: &self.nothing,
            left: self.left,
        }
    }

    /// Takes `cost` from what the calls of commands may add in all; notes it where nothing is left.
    fn afford(&self, at: &Cursor<'a>, span: Span, cost: usize) -> bool {
        let affordable = at.spend(cost);
        if !affordable && self.spent.borrow().is_none() {
            let message = "commands are called more often than is read of one file: from here on, what they run is \
                           left out";
            *self.spent.borrow_mut() = Some(SyntaxError { span, message: message.into() });
        }
        affordable
    }
}

/// The pipeline's parameters: their defaults, which whoever starts a pipeline may change.
fn pipeline(root: &Cursor<'_>) -> Map<String, Value> {
    let mut out = Map::new();
    for entry in root.get("parameters").map(|all| all.entries()).unwrap_or_default() {
        if let Some(mut value) = entry.get("default").and_then(|default| default.value()) {
            value.unknown = true;
            value.via.insert(0, (Via::Default, value.span));
            out.insert(entry.key().to_owned(), value);
        }
    }
    out
}

#[cfg(test)]
mod tests;
