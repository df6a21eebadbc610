//! CircleCI: commands of jobs with a machine of their own.

use std::collections::{BTreeSet, HashMap};

use daemonless_catalog::Host;

use super::steps::Steps;
use super::{Round, View, reasons};
use crate::model::{Job, Role};
use crate::source::Span;
use crate::syntax::yaml::NodeId;

/// The format's id.
pub(super) const ID: &str = "circleci";

/// One round for these jobs.
pub(super) fn place(view: &View<'_>, chosen: &BTreeSet<usize>) -> Round {
    let mut steps = Steps::new(view, chosen);
    let bodies = bodies(view);
    for at in chosen.iter().copied() {
        let Some(job) = view.job(at) else { continue };
        if let Some((span, why)) = obstacle(view, job, bodies.get(&job.name_span).copied()) {
            steps.fail(at, span, why);
            continue;
        }
        steps.refuse_unwritten(at, job, "the orb's", "in a step `run`");
        if !steps.has_failed(at) {
            steps.translate(at, job);
        }
    }
    steps.variables();
    steps.round
}

/// What keeps a job from being rewritten whatever its commands are.
fn obstacle(view: &View<'_>, job: &Job, body: Option<NodeId>) -> Option<(Span, String)> {
    let name = view.builder.info().name();
    let container = job.containers.iter().find(|one| one.role == Role::Job);
    let hosts = job.host.iter().filter(|host| host.what == Host::Vm).flat_map(|host| &host.spans);
    let hosts: Vec<Span> = hosts.copied().collect();
    if let Some(container) = container {
        let remote = hosts.first().copied().unwrap_or(container.span);
        let why = format!(
            "its commands run in a container without privilege, in which {name} can make no user namespace: the daemon of \
             `setup_remote_docker` is on a machine of the job's own, and with the executor `machine` {name} builds there; \
             on a container runner of your own CircleCI's documentation names Kaniko"
        );
        return Some((remote, why));
    }
    let written = |span: &Span| view.text.get(span.range()).unwrap_or("").to_ascii_lowercase();
    let is_windows = |span: &&Span| ["windows", "win/"].iter().any(|part| written(span).contains(part));
    if let Some(span) = hosts.iter().find(is_windows) {
        return Some((*span, reasons::linux_only(view.builder)));
    }
    let is_machine = !hosts.is_empty() || body.is_some_and(|body| has_machine(view, body));
    (!is_machine).then(|| {
        let why = "whether its executor is a machine or a container the file does not show".to_owned();
        (job.name_span, why)
    })
}

/// The mappings of jobs by where their names stand.
fn bodies(view: &View<'_>) -> HashMap<Span, NodeId> {
    let tree = view.tree;
    let jobs = tree.roots.iter().filter_map(|root| tree.get(*root, "jobs"));
    jobs.flat_map(|jobs| tree.written(jobs)).map(|(key, body)| (tree.span(*key), *body)).collect()
}

/// Whether a job says, by itself or by an executor of the file, that it has a machine; that of a runner of one's own is none
/// that is thrown away.
fn has_machine(view: &View<'_>, body: NodeId) -> bool {
    let tree = view.tree;
    let executor = tree.get(body, "executor").and_then(|executor| match tree.is_mapping(executor) {
        true => tree.get(executor, "name"),
        false => Some(executor),
    });
    let named = executor.and_then(|name| tree.str(name)).and_then(|name| {
        let executors = tree.roots.iter().filter_map(|root| tree.get(*root, "executors"));
        executors.filter_map(|all| tree.get(all, name)).next()
    });
    [Some(body), named].into_iter().flatten().any(|one| tree.get(one, "machine").is_some())
}
