//! What formats share whose scripts run on a machine: their commands are translated where they stand, and what the file
//! says besides is left to a person.

use std::collections::{BTreeMap, BTreeSet};

use super::by_hand::by_hand;
use super::cut::Script;
use super::hidden;
use super::shell;
use super::{Change, DOCKER_VARIABLES, Left, Round, VARIABLES, View, reasons};
use crate::edit::Edit;
use crate::engine::Invocation;
use crate::model::{Command, Job, Place};
use crate::source::Span;
use crate::syntax::yaml::{NodeId, Tree};

/// Keys of mappings that hold variables.
static ENVIRONMENTS: &[&str] = &["env", "environment", "variables"];

/// Calls that a reason writes out for a person.
const MOST_WRITTEN_OUT: usize = 6;

impl View<'_> {
    /// Where a docker command's words do not stand in one place, one after the other.
    pub(super) fn is_scattered(&self, command: &Command) -> bool {
        let Some((scalar, _)) = self.scalar(command.span) else { return true };
        let mut done = command.span.start;
        !scalar.contains(command.span)
            || command.words.iter().any(|word| {
                let is_next = command.span.contains(word.span) && done <= word.span.start;
                done = word.span.end;
                !is_next
            })
    }
}

/// A job's calls of Docker that no script has: those of a task, an orb or a plugin.
fn unwritten(job: &Job) -> Vec<&Invocation> {
    let is_own = |command: &Command| command.unwritten && command.place != Place::Elsewhere;
    let docker = job.invocations.iter().filter(|one| one.is_docker());
    docker.filter(|one| job.commands.get(one.command).is_some_and(is_own)).collect()
}

/// One round for the jobs of such a format.
pub(super) struct Steps<'p, 'v> {
    pub(super) view: &'v View<'v>,
    pub(super) chosen: &'p BTreeSet<usize>,
    pub(super) round: Round,
    /// Lists of steps, inner ones first.
    lists: Vec<Script>,
}

impl<'p, 'v> Steps<'p, 'v> {
    pub(super) fn new(view: &'v View<'v>, chosen: &'p BTreeSet<usize>) -> Self {
        Self { view, chosen, round: Round::default(), lists: lists(view.tree) }
    }

    pub(super) fn change(&mut self, at: usize, edit: Edit) {
        let change: Change = (self.view.name(at), edit);
        self.round.changes.push(change);
    }

    pub(super) fn note(&mut self, at: usize, span: Span, why: String) {
        self.round.notes.push(Left { span, job: self.view.name(at), why });
    }

    pub(super) fn fail(&mut self, at: usize, span: Span, why: impl Into<String>) {
        let left = Left { span, job: self.view.name(at), why: why.into() };
        self.round.failed.entry(at).or_insert(left);
    }

    pub(super) fn has_failed(&self, at: usize) -> bool {
        self.round.failed.contains_key(&at)
    }

    /// Fails a job in which something else than a script calls Docker. `what` names it in a sentence, `how` says where the
    /// builder's commands go.
    pub(super) fn refuse_unwritten(&mut self, at: usize, job: &Job, what: &str, how: &str) {
        let unwritten = unwritten(job);
        let Some(first) = unwritten.first() else { return };
        let mut commands: Vec<String> = Vec::new();
        for command in unwritten.iter().filter_map(|one| by_hand(self.view.builder, one)) {
            let command = format!("`{command}`");
            if commands.len() < MOST_WRITTEN_OUT && !commands.contains(&command) {
                commands.push(command);
            }
        }
        let name = self.view.text.get(first.head.range()).unwrap_or("").trim();
        let instead = match commands.as_slice() {
            [] => format!(", and {} has nothing like it", self.view.builder.info().name()),
            commands => format!("; by hand, {how}: {}", commands.join(", then ")),
        };
        self.fail(at, first.head, format!("{what} `{name}` calls Docker by itself{instead}"));
    }

    /// Translates the commands of a job's scripts where they stand.
    pub(super) fn translate(&mut self, at: usize, job: &Job) {
        let view = self.view;
        let name = view.builder.info().name();
        if let Some((span, why)) = shell::another_engine(job).or_else(|| shell::starts_daemon(job)) {
            return self.fail(at, span, why);
        }
        if let Some(obstacle) = shell::told_another(job, "machine", |_| false) {
            return self.fail(at, obstacle.0, obstacle.1);
        }
        let docker = job.invocations.iter().filter(|one| one.is_docker());
        for command in docker.filter_map(|one| job.commands.get(one.command)) {
            match command.place {
                Place::Container(_) if !command.quoted => {
                    let why =
                        format!("it runs in a container of its own, whose image would have to hold {name}");
                    return self.fail(at, command.span, why);
                }
                Place::Job if view.is_scattered(command) => {
                    return self.fail(at, command.span, reasons::SCATTERED);
                }
                _ => {}
            }
        }
        // Who logs in, names or pushes what a program built unseen has to use that program's engine.
        if !job.invocations.iter().any(Invocation::builds)
            && let Some((span, program)) = hidden::caller(job)
        {
            return self.fail(at, span, hidden::may_call(program));
        }
        for (span, why) in shell::remarks(job) {
            self.note(at, span, why);
        }
        self.write(at);
    }

    /// Puts the builder's commands in the place of Docker's.
    pub(super) fn write(&mut self, at: usize) {
        let view = self.view;
        for (edit, shared) in view.commands(at, self.chosen, &self.lists, &mut self.round) {
            if shared {
                return self.fail(at, edit.span, reasons::SHARED);
            }
            if view.would_be_filled(&edit) {
                let why =
                    "what takes its place has a variable of the shell's own: put its string in single quotes";
                return self.fail(at, edit.span, why);
            }
            self.change(at, edit);
        }
    }

    /// Takes the variables of Docker's client and daemon away that only these jobs have.
    pub(super) fn variables(&mut self) {
        let view = self.view;
        let tree = view.tree;
        let mut gone: BTreeMap<NodeId, (usize, Entry, Vec<Entry>)> = BTreeMap::new();
        for (owner, map) in environments(tree) {
            for entry in tree.written(map) {
                let name = tree.span(entry.0);
                let is_docker = tree.str(entry.0).is_some_and(|name| DOCKER_VARIABLES.contains(&name));
                if let Some(at) = is_docker.then(|| self.owner(name)).flatten() {
                    gone.entry(map).or_insert_with(|| (at, owner, Vec::new())).2.push(*entry);
                }
            }
        }
        for (at, owner, entries) in gone.into_values() {
            match view.remove_entries(owner, &entries, "", VARIABLES) {
                Some(edits) => edits.into_iter().for_each(|edit| self.change(at, edit)),
                None => {
                    let span = entries.first().map_or(tree.span(owner.0), |(key, _)| tree.span(*key));
                    self.note(at, span, reasons::VARIABLE.to_owned());
                }
            }
        }
    }

    /// The first of these jobs that has the variable whose name stands at `name`; `None` where another job has it, too.
    fn owner(&self, name: Span) -> Option<usize> {
        let has = |at: &usize| self.view.job(*at).is_some_and(|job| job.span.contains(name));
        match self.view.users.get(&name) {
            Some(users) => {
                self.view.only_used_by(name, self.chosen).then(|| users.first().copied()).flatten()
            }
            None => self.chosen.iter().copied().find(has),
        }
    }
}

/// A key and its value.
pub(super) type Entry = (NodeId, NodeId);

/// The lists of steps that are written in a text, inner ones before those that they stand in.
fn lists(tree: &Tree<'_>) -> Vec<Script> {
    let mut found = Vec::new();
    let mut todo: Vec<NodeId> = tree.roots.clone();
    while let Some(node) = todo.pop() {
        if tree.is_alias(node) {
            continue;
        }
        todo.extend(tree.items(node));
        for (key, value) in tree.written(node) {
            let is_list =
                tree.str(*key) == Some("steps") && tree.is_sequence(*value) && !tree.is_alias(*value);
            found.extend(is_list.then_some((*key, *value)));
            todo.push(*value);
        }
    }
    found.reverse();
    found
}

/// The mappings of variables that are written in a text, each with the entry that holds it.
fn environments(tree: &Tree<'_>) -> Vec<(Entry, NodeId)> {
    let mut found = Vec::new();
    let mut todo: Vec<NodeId> = tree.roots.iter().rev().copied().collect();
    while let Some(node) = todo.pop() {
        if tree.is_alias(node) {
            continue;
        }
        todo.extend(tree.items(node).iter().rev());
        for (key, value) in tree.written(node).iter().rev() {
            let is_environment = tree.str(*key).is_some_and(|key| ENVIRONMENTS.contains(&key));
            if is_environment && tree.is_mapping(*value) && !tree.is_alias(*value) {
                found.push(((*key, *value), *value));
            } else {
                todo.push(*value);
            }
        }
    }
    found
}
