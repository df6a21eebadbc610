//! Jenkins pipelines: commands of `sh` steps on an agent.

use std::collections::BTreeSet;

use super::quoting::Quoting;
use super::steps::Steps;
use super::{DOCKER_VARIABLES, Round, View};
use crate::model::{Job, Role};
use crate::order;
use crate::source::Span;
use crate::syntax::groovy::{self, Call, Expr, Link, Part};

/// The format's id.
pub(super) const ID: &str = "jenkinsfile";

/// Steps whose scripts are for another shell.
static OTHER_SHELLS: &[&str] = &["bat", "powershell", "pwsh"];

/// One round for these jobs.
pub(super) fn place(view: &View<'_>, chosen: &BTreeSet<usize>) -> Round {
    let mut steps = Steps::new(view, chosen);
    let places = Places::of(view);
    let mut variables: BTreeSet<Span> = BTreeSet::new();
    for at in chosen.iter().copied() {
        let Some(job) = view.job(at) else { continue };
        if let Some((span, why)) = in_container(view, job).or_else(|| places.obstacle(view, job)) {
            steps.fail(at, span, why);
            continue;
        }
        steps.refuse_made(at, job, "the plugin's", BY_HAND);
        if steps.has_failed(at) {
            continue;
        }
        steps.translate(at, job);
        let docker = job.env.iter().filter(|var| DOCKER_VARIABLES.contains(&var.name.as_str()));
        for var in docker {
            if variables.insert(var.name_span) {
                let why = "it tells Docker's client or daemon something and the builder nothing: take it out";
                steps.note(at, var.name_span, why.to_owned());
            }
        }
    }
    steps.round
}

/// Where a person writes what a step of the Docker Pipeline plugin did.
const BY_HAND: &str = "in steps `sh`, a login in `withCredentials` with the password piped in";

/// Why a job that runs in a container is left.
fn in_container(view: &View<'_>, job: &Job) -> Option<(Span, String)> {
    let name = view.builder.info().name();
    let container = job.containers.iter().find(|one| matches!(one.role, Role::Job | Role::Workload))?;
    let why = match container.role {
        Role::Workload => format!("its containers are a pod's, and none of them is {name}'s: put one with its image in their place"),
        _ => format!(
            "its agent is a container that the agent's Docker runs: ask for an agent by its label, with {name} installed, and \
             build in a step `sh`"
        ),
    };
    Some((container.span, why))
}

/// Places of a Jenkinsfile in which commands are not changed.
struct Places {
    /// Steps for other shells.
    others: Vec<Span>,
    /// What is filled into strings.
    filled: Vec<Span>,
}

impl Places {
    fn of(view: &View<'_>) -> Self {
        let tree = groovy::parse(view.tree.file(), view.text);
        let (mut others, mut filled) = (Vec::new(), Vec::new());
        let is_other = |call: &&Call<'_>| OTHER_SHELLS.contains(&call.name.text);
        tree.visit(|expr| {
            match expr {
                Expr::Chain(chain) => others.extend(chain.links.iter().filter_map(|link| match link {
                    Link::Call(call) => Some(call).filter(is_other).map(|call| call.span),
                    _ => None,
                })),
                Expr::String(string) => {
                    filled.extend(string.parts.iter().filter_map(|part| match part {
                        Part::Value(_, written) => Some(written.span),
                        Part::Text(_) => None,
                    }));
                }
                _ => {}
            }
            true
        });
        order::sort_by_key(&mut others, |span| *span);
        order::sort_by_key(&mut filled, |span| *span);
        Self { others, filled }
    }

    /// The first docker command of a job that stands where none is changed.
    fn obstacle(&self, view: &View<'_>, job: &Job) -> Option<(Span, String)> {
        let docker = job.invocations.iter().filter(|one| one.is_docker());
        docker.filter_map(|one| job.commands.get(one.command)).find_map(|command| {
            let Some((_, Quoting::Groovy(quote))) = view.scalar(command.span) else { return None };
            let why = if is_in(&self.others, command.span) {
                format!("it is in a script of Windows, and {} builds on Linux only", view.builder.info().name())
            } else if is_in(&self.filled, command.span) {
                "it is in what is filled into another string: give it a line of its own".to_owned()
            } else if !quote.escapes || view.unescape(command.span).is_none() {
                "its string is quoted in a way that is not written anew: put it in single or double quotes".to_owned()
            } else {
                return None;
            };
            Some((command.span, why))
        })
    }
}

/// Whether one of these places, in their order, holds a span.
fn is_in(places: &[Span], span: Span) -> bool {
    let at = places.partition_point(|place| *place <= Span { end: u32::MAX, ..span });
    places.get(..at).is_some_and(|before| before.iter().rev().take(DEEPEST).any(|place| place.contains(span)))
}

/// How many places before a command are looked at.
const DEEPEST: usize = 64;
