//! What names and parameters stand for inside of a job, a command or an executor.

use std::rc::Rc;

use super::super::cursor::Cursor;
use super::super::step::read;
use super::Config;
use crate::map::Map;
use crate::model::{Value, Via};

/// Commands may call commands this deep.
pub(super) const DEEPEST: u32 = 16;

/// A parameter can be told to have this many values besides its first.
const MOST_OTHERS: usize = 15;

/// Orbs may be written in orbs this deep.
const DEEPEST_ORB: u32 = 3;

/// The names that a file, or an orb that is written in it, defines.
pub(super) struct Scope<'a> {
    commands: Map<&'a str, Cursor<'a>>,
    executors: Map<&'a str, Cursor<'a>>,
    jobs: Map<&'a str, Cursor<'a>>,
    orbs: Map<&'a str, Orb<'a>>,
}

enum Orb<'a> {
    /// `owner/orb` of the registry.
    Registry(&'a str),
    Here(Rc<Scope<'a>>),
}

/// What can be called by name.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Command,
    Executor,
    Job,
}

/// What is known where a definition is read.
pub(super) struct Frame<'a> {
    /// Where its names are defined.
    pub(super) scope: Rc<Scope<'a>>,
    /// Parameters that are texts.
    pub(super) values: Map<String, Value>,
    /// Parameters that are steps or an executor, each with the frame that it is written in.
    lists: Map<String, (Cursor<'a>, Rc<Frame<'a>>)>,
    pub(super) depth: u32,
}

/// What one caller gives.
pub(super) struct Given<'a> {
    /// The arguments, under the name of what is called.
    pub(super) args: Cursor<'a>,
    /// The lists of a workflow's matrix.
    matrix: Option<Cursor<'a>>,
    pub(super) frame: Rc<Frame<'a>>,
}

/// What a name stands for.
pub(super) enum Named<'a> {
    /// A definition in this file, and where the names in it are defined.
    Here(Cursor<'a>, Rc<Scope<'a>>),
    /// `owner/orb/name` of an orb in the registry.
    Orb(String),
    Unknown,
}

impl<'a> Given<'a> {
    pub(super) fn by_workflow(args: Cursor<'a>, frame: &Rc<Frame<'a>>) -> Self {
        let matrix = args.at(&["matrix", "parameters"]);
        Self { args, matrix, frame: Rc::clone(frame) }
    }

    pub(super) fn by_step(args: Cursor<'a>, frame: &Rc<Frame<'a>>) -> Self {
        Self { args, matrix: None, frame: Rc::clone(frame) }
    }
}

impl<'a> Scope<'a> {
    pub(super) fn of(root: &Cursor<'a>, depth: u32) -> Self {
        let names = |key: &str| -> Map<&'a str, Cursor<'a>> {
            let entries = root.get(key).map(|all| all.entries()).unwrap_or_default();
            entries.into_iter().map(|entry| (entry.key(), entry)).collect()
        };
        let orb = |orb: Cursor<'a>| match orb.str() {
            Some(name) => Orb::Registry(name.split('@').next().unwrap_or("")),
            None if depth < DEEPEST_ORB => Orb::Here(Rc::new(Self::of(&orb, depth + 1))),
            None => Orb::Registry(""),
        };
        let orbs = root.get("orbs").map(|all| all.entries()).unwrap_or_default();
        Self {
            commands: names("commands"),
            executors: names("executors"),
            jobs: names("jobs"),
            orbs: orbs.into_iter().map(|entry| (entry.key(), orb(entry))).collect(),
        }
    }

    fn definition(&self, kind: Kind, name: &str) -> Option<&Cursor<'a>> {
        match kind {
            Kind::Command => self.commands.get(name),
            Kind::Executor => self.executors.get(name),
            Kind::Job => self.jobs.get(name),
        }
    }
}

impl<'a> Frame<'a> {
    pub(super) fn of(scope: Rc<Scope<'a>>) -> Self {
        Self { scope, values: Map::new(), lists: Map::new(), depth: 0 }
    }

    /// What a scalar that is one `<< parameters.name >>` stands for, if that is no text.
    pub(super) fn list(&self, entry: &Cursor<'a>) -> Option<(Cursor<'a>, Rc<Frame<'a>>)> {
        let inner = entry.str()?.trim().strip_prefix("<<")?.strip_suffix(">>")?;
        self.lists.get(inner.trim().strip_prefix("parameters.")?).cloned()
    }

    /// What `name` stands for.
    pub(super) fn find(&self, kind: Kind, name: &str) -> Named<'a> {
        if let Some(definition) = self.scope.definition(kind, name) {
            return Named::Here(definition.clone(), Rc::clone(&self.scope));
        }
        let Some((alias, name)) = name.split_once('/') else { return Named::Unknown };
        match self.scope.orbs.get(alias) {
            Some(Orb::Registry(orb)) => Named::Orb([orb, name].join("/")),
            Some(Orb::Here(scope)) => match scope.definition(kind, name) {
                Some(definition) => Named::Here(definition.clone(), Rc::clone(scope)),
                None => Named::Unknown,
            },
            None => Named::Unknown,
        }
    }
}

impl<'a> Config<'_, 'a> {
    /// The frame of `definition` as all of `given` call it: a parameter has the values that they give, and its default if
    /// one of them gives none.
    pub(super) fn bind(
        &self,
        definition: &Cursor<'a>,
        scope: Rc<Scope<'a>>,
        given: &[Given<'a>],
    ) -> Rc<Frame<'a>> {
        let depth = given.iter().map(|one| one.frame.depth + 1).max().unwrap_or(1);
        let mut frame = Frame { depth, ..Frame::of(scope) };
        let parameters = definition.get("parameters").map(|all| all.entries()).unwrap_or_default();
        // What is called again and again is read as often.
        if depth > 1 && !definition.spend(parameters.len() / 4) {
            return Rc::new(frame);
        }
        for parameter in parameters {
            let name = parameter.key();
            let mut value: Option<Value> = None;
            let mut list = None;
            let mut by_default = given.is_empty();
            for one in given {
                let context = self.context(&one.frame);
                if let Some(arg) = one.args.get(name) {
                    let passed_on = one.frame.list(&arg);
                    if passed_on.is_some() || !arg.is_scalar() {
                        list = list.or(passed_on).or_else(|| Some((arg, Rc::clone(&one.frame))));
                    } else {
                        add(&mut value, read(&arg, &context));
                    }
                } else if let Some(items) = one.matrix.as_ref().and_then(|matrix| matrix.get(name)) {
                    for item in items.items_or_self() {
                        add(&mut value, read(&item, &context).map(by_matrix));
                    }
                } else {
                    by_default = true;
                }
            }
            if let Some(default) = parameter.get("default").filter(|_| by_default) {
                if default.is_scalar() {
                    add(&mut value, read(&default, &self.context(&self.root)));
                } else {
                    let own = Frame { depth, ..Frame::of(Rc::clone(&frame.scope)) };
                    list = list.or_else(|| Some((default, Rc::new(own))));
                }
            }
            if let Some(value) = value {
                frame.values.insert(name.to_owned(), value);
            }
            if let Some(list) = list {
                frame.lists.insert(name.to_owned(), list);
            }
        }
        Rc::new(frame)
    }
}

fn by_matrix(mut value: Value) -> Value {
    value.via.push((Via::Matrix, value.span));
    value
}

/// Adds what a parameter can be.
fn add(known: &mut Option<Value>, more: Option<Value>) {
    let Some(more) = more else { return };
    let Some(value) = known else {
        *known = Some(more);
        return;
    };
    value.unknown |= more.unknown;
    for text in std::iter::once(more.text).chain(more.others) {
        if value.others.len() < MOST_OTHERS && !value.any(|one| one == text.as_str()) {
            value.others.push(text);
        }
    }
}
