//! Azure Pipelines: commands of steps on Linux agents, and the containers that jobs run in.

mod container;

use std::collections::{BTreeSet, HashMap};

use super::steps::Steps;
use super::{Round, View, hidden, reasons, uses_docker};
use crate::model::{Job, Role};
use crate::order;
use crate::source::Span;
use crate::syntax::yaml::NodeId;

/// The format's id.
pub(super) const ID: &str = "azure-pipelines";

/// Steps and tasks whose script a POSIX shell runs on a Linux agent.
static SCRIPTS: &[&str] = &["script", "bash"];
static SCRIPT_TASKS: &[&str] = &["bash", "cmdline"];

/// Systems that are not Linux, as names of pools, images and demands have them.
static OTHER_SYSTEMS: &[&str] = &["windows", "macos"];

/// One round for these jobs.
pub(super) fn place(view: &View<'_>, chosen: &BTreeSet<usize>) -> Round {
    let mut steps = Steps::new(view, chosen);
    let layout = Layout::new(view);
    for at in chosen.iter().copied() {
        let Some(job) = view.job(at) else { continue };
        if let Some((span, why)) = layout.obstacle(view, job) {
            steps.fail(at, span, why);
            continue;
        }
        steps.refuse_unwritten(at, job, "the task", BY_HAND);
        if steps.has_failed(at) {
            continue;
        }
        if let Some((span, why)) = in_other_script(view, &layout, job) {
            steps.fail(at, span, why);
            continue;
        }
        if !uses_docker(job)
            && let Some((span, program)) = hidden::caller(job)
        {
            steps.fail(at, span, hidden::may_call(program));
            continue;
        }
        if let Some(container) = job.containers.iter().find(|one| one.role == Role::Job) {
            container::place(&mut steps, at, job, container, &layout);
        }
        steps.translate(at, job);
    }
    steps.variables();
    steps.round
}

/// Where a person writes what a task did.
const BY_HAND: &str = "in a step `script`, which logs in by itself where the task has a service connection";

/// Where a script is in which commands are not changed.
fn in_other_script(view: &View<'_>, layout: &Layout, job: &Job) -> Option<(Span, String)> {
    let docker = job.invocations.iter().filter(|one| one.is_docker());
    let mut commands = docker.filter_map(|one| job.commands.get(one.command));
    let other = commands.find(|command| {
        view.scalar(command.span).is_none_or(|(scalar, _)| !layout.scripts.contains(&scalar))
    })?;
    let why = "it is in a script of PowerShell or of another task: put it in a step `script` or `bash`";
    Some((other.span, why.to_owned()))
}

/// Where what of a file stands.
pub(super) struct Layout {
    /// By where a job's name stands: the job's own pool, or that which it inherits.
    pools: HashMap<Span, Option<NodeId>>,
    /// Scripts of a POSIX shell.
    scripts: BTreeSet<Span>,
    /// Mappings by where their `image` is written, and keys of scalars by where these stand.
    pub(super) images: HashMap<Span, NodeId>,
    pub(super) keys: HashMap<Span, NodeId>,
}

impl Layout {
    fn new(view: &View<'_>) -> Self {
        let tree = view.tree;
        let mut layout = Self {
            pools: HashMap::new(),
            scripts: BTreeSet::new(),
            images: HashMap::new(),
            keys: HashMap::new(),
        };
        let mut todo: Vec<(NodeId, Option<NodeId>)> =
            tree.roots.iter().rev().map(|root| (*root, None)).collect();
        while let Some((node, inherited)) = todo.pop() {
            if tree.is_alias(node) {
                continue;
            }
            todo.extend(tree.items(node).iter().rev().map(|item| (*item, inherited)));
            let entries = tree.written(node);
            let find = |name: &str| entries.iter().find(|(key, _)| tree.str(*key) == Some(name));
            let pool = find("pool").map(|(_, pool)| *pool).or(inherited);
            let task = find("task").and_then(|(_, task)| tree.str(*task)).unwrap_or("");
            let task = task.split('@').next().unwrap_or("").to_ascii_lowercase();
            for (key, value) in entries {
                let (name, span) = (tree.str(*key).unwrap_or(""), tree.span(*value));
                match name {
                    "job" | "deployment" | "steps" => {
                        layout.pools.insert(span, pool);
                        layout.pools.insert(tree.span(*key), pool);
                    }
                    "image" => {
                        layout.images.insert(span, node);
                    }
                    "container" => {
                        layout.keys.insert(span, *key);
                    }
                    "inputs" if SCRIPT_TASKS.contains(&task.as_str()) => {
                        let script = tree.written(*value).iter().find(|(key, _)| {
                            tree.str(*key).is_some_and(|key| key.eq_ignore_ascii_case("script"))
                        });
                        layout.scripts.extend(script.map(|(_, script)| tree.span(*script)));
                    }
                    _ if SCRIPTS.contains(&name) => {
                        layout.scripts.insert(span);
                    }
                    _ => {}
                }
                todo.push((*value, pool));
            }
        }
        layout
    }

    /// What keeps a job from being rewritten whatever its commands are.
    fn obstacle(&self, view: &View<'_>, job: &Job) -> Option<(Span, String)> {
        let tree = view.tree;
        let pool =
            self.pools.get(&job.name_span).copied().flatten().map(|pool| tree.span(tree.resolve(pool)));
        let mut places: Vec<Span> = job.host.iter().flat_map(|host| host.spans.iter().copied()).collect();
        places.extend(pool);
        order::sort_by_key(&mut places, |span| *span);
        let is_other = |span: &Span| {
            let written = view.text.get(span.range()).unwrap_or("").to_ascii_lowercase();
            let mut words = written.split(|c: char| !c.is_ascii_alphanumeric());
            // As in `vs2017-win2016`.
            let is_windows =
                |word: &str| matches!(word.trim_end_matches(|c: char| c.is_ascii_digit()), "win" | "vs");
            OTHER_SYSTEMS.iter().any(|name| written.contains(name)) || words.any(is_windows)
        };
        if let Some(span) = places.into_iter().find(is_other) {
            return Some((span, reasons::linux_only(view.builder)));
        }
        let service = job
            .containers
            .iter()
            .find(|one| one.role == Role::Service && crate::access::daemon(one).is_some())?;
        Some((service.span, "a daemon runs beside it as a service: take it out first".to_owned()))
    }
}
