//! What is known of a job that is being rewritten, gathered once.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::action_of;
use crate::engine::Invocation;
use crate::model::{Host, Job, Role};
use crate::rewrite::View;
use crate::source::Span;
use crate::syntax::yaml::NodeId;

/// Programs that use no image but by the command that was translated.
static HARMLESS: &[&str] = &[
    "", ":", "[", "buildah", "cat", "cd", "docker", "echo", "exit", "export", "false", "ls", "mkdir",
    "podman", "printf", "rm", "set", "sleep", "tee", "test", "true",
];

/// An output of a step that something reads.
#[derive(Clone, Copy, Debug)]
pub(super) struct Read<'v> {
    pub(super) id: &'v str,
    pub(super) output: &'v str,
    pub(super) span: Span,
}

/// A job.
pub(super) struct Site<'v> {
    pub(super) at: usize,
    pub(super) job: &'v Job,
    pub(super) body: NodeId,
    pub(super) steps: Vec<NodeId>,
    /// Steps by their ids.
    pub(super) ids: HashMap<&'v str, NodeId>,
    /// Outputs of steps that are read, by the step's id.
    pub(super) reads: HashMap<&'v str, Vec<Read<'v>>>,
    /// Whether a container of the job's own runs its steps.
    pub(super) in_container: bool,
    /// Names of variables that all steps see.
    pub(super) taken: Rc<HashSet<String>>,
    /// The last step that may use an image in a way that is not known here.
    pub(super) last_foreign: usize,
    /// The step before this one that checked something out.
    pub(super) checkout: Option<NodeId>,
    /// A step is added that checks the repository out.
    pub(super) adds_checkout: bool,
    /// Builds for several platforms so far.
    pub(super) lists: usize,
    /// Steps that were taken away.
    pub(super) removed: usize,
    /// What is taken away or written anew: a step's output is not read there.
    pub(super) rewritten: Vec<Span>,
    /// The docker commands that actions stand for, by the step.
    calls: HashMap<Span, Vec<&'v Invocation>>,
}

impl<'v> Site<'v> {
    pub(super) fn new(view: &'v View<'v>, at: usize, job: &'v Job, body: NodeId) -> Self {
        let tree = view.tree;
        let steps = tree.get(body, "steps").map(|list| tree.items(list).to_vec()).unwrap_or_default();
        let mut calls: HashMap<Span, Vec<&Invocation>> = HashMap::new();
        for invocation in job.invocations.iter().filter(|one| one.is_docker()) {
            if let Some(command) = job.commands.get(invocation.command).filter(|one| view.is_action(one)) {
                calls.entry(command.span).or_default().push(invocation);
            }
        }
        let id_of = |step: &NodeId| Some((tree.str(tree.get(*step, "id")?)?, *step));
        let env = job.env.iter().chain(job.containers.iter().flat_map(|one| &one.env));
        let uses = steps.iter().rposition(|step| {
            let name = action_of(tree, *step);
            !name.is_empty() && !["docker/", "actions/"].iter().any(|owner| name.starts_with(owner))
        });
        let runs = job.commands.iter().filter(|command| {
            let program = command.words.first().map_or("", |word| word.as_str());
            !view.is_action(command) && !HARMLESS.contains(&program)
        });
        let runs = runs.filter_map(|command| usize::try_from(command.script).ok()).max();
        Self {
            at,
            job,
            body,
            ids: steps.iter().filter_map(id_of).collect(),
            steps,
            reads: reads(view.text.get(job.span.range()).unwrap_or(""), job.span),
            in_container: job.containers.iter().any(|one| one.role == Role::Job),
            taken: Rc::new(env.map(|var| var.name.clone()).collect()),
            last_foreign: uses.max(runs).unwrap_or(0),
            checkout: None,
            adds_checkout: false,
            lists: 0,
            removed: 0,
            rewritten: Vec::new(),
            calls,
        }
    }

    /// On a single-use machine, without a container.
    pub(super) fn is_vm(&self) -> bool {
        !self.in_container && self.job.host.as_ref().is_some_and(|host| host.what == Host::Vm)
    }

    /// The docker commands that the action of the step at `span` stands for.
    pub(super) fn calls_of(&self, span: Span) -> &[&'v Invocation] {
        self.calls.get(&span).map_or(&[], Vec::as_slice)
    }

    /// Whether `span` is in what is written anew, which must be in order.
    pub(super) fn is_rewritten(&self, span: Span) -> bool {
        let at = self.rewritten.partition_point(|gone| gone.start <= span.start);
        at.checked_sub(1).and_then(|at| self.rewritten.get(at)).is_some_and(|gone| gone.contains(span))
    }
}

/// The outputs of steps that a job's text reads.
fn reads(text: &str, whole: Span) -> HashMap<&str, Vec<Read<'_>>> {
    let mut out: HashMap<&str, Vec<Read<'_>>> = HashMap::new();
    let name = |text: &str| {
        text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))).unwrap_or(text.len())
    };
    for (at, mark) in text.match_indices("steps.") {
        let rest = text.get(at + mark.len()..).unwrap_or("");
        let Some((id, rest)) = rest.split_at_checked(name(rest)) else { continue };
        let Some(rest) = rest.strip_prefix(".outputs.") else { continue };
        let output = rest.get(..name(rest)).unwrap_or("");
        let start = whole.start as usize + at;
        let end = start + mark.len() + id.len() + ".outputs.".len() + output.len();
        out.entry(id).or_default().push(Read { id, output, span: Span::new(whole.file, start..end) });
    }
    out
}
