//! Jenkins pipelines: commands of `sh` steps on an agent or in a pod.

mod pods;

use std::collections::{BTreeMap, BTreeSet};

use self::pods::{Pods, Strings};
use super::quoting::Quoting;
use super::steps::Steps;
use super::{DOCKER_VARIABLES, Round, VARIABLES, View, reasons};
use crate::edit::Edit;
use crate::model::{Job, Role};
use crate::order;
use crate::source::Span;
use crate::syntax::groovy::{Call, Expr, Link, Part};
use crate::syntax::yaml;

/// The format's id.
pub(super) const ID: &str = "jenkinsfile";

/// Steps whose scripts are for another shell.
static OTHER_SHELLS: &[&str] = &["bat", "powershell", "pwsh"];

/// One round for these jobs.
pub(super) fn place(view: &View<'_>, chosen: &BTreeSet<usize>) -> Round {
    let mut steps = Steps::new(view, chosen);
    let places = Places::of(view);
    let strings = Strings::of(view);
    let tree = yaml::parse_text(&strings.text);
    let pods = Pods::new(view, &tree);
    let mut variables: BTreeMap<Span, usize> = BTreeMap::new();
    for at in chosen.iter().copied() {
        let Some(job) = view.job(at) else { continue };
        let pod = strings.of_job(job);
        let outside = if pod.is_none() { in_container(view, job) } else { None };
        if let Some((span, why)) = outside.or_else(|| places.obstacle(view, job)) {
            steps.fail(at, span, why);
            continue;
        }
        steps.refuse_unwritten(at, job, "the plugin's", BY_HAND);
        if steps.has_failed(at) {
            continue;
        }
        match pod {
            Some(pod) => pods.place(&mut steps, (at, job), pod),
            None => steps.translate(at, job),
        }
        if steps.has_failed(at) {
            continue;
        }
        let docker = job.env.iter().filter(|var| DOCKER_VARIABLES.contains(&var.name.as_str()));
        let own = docker.filter(|var| view.only_used_by(var.name_span, chosen));
        for var in own {
            variables.entry(var.name_span).or_insert(at);
        }
    }
    places.variables(&mut steps, variables);
    steps.round
}

/// Where a person writes what a step of the Docker Pipeline plugin did.
const BY_HAND: &str = "in steps `sh`, a login in `withCredentials` with the password piped in";

/// Why a job that runs in a container is left.
fn in_container(view: &View<'_>, job: &Job) -> Option<(Span, String)> {
    let name = view.builder.info().name();
    let container = job.containers.iter().find(|one| matches!(one.role, Role::Job | Role::Workload))?;
    let why = match container.role {
        Role::Workload => format!(
            "its pod is not written as YAML in a string in this place, so it is not changed: put a container with {name}'s image in \
             the place of Docker's"
        ),
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
    /// Blocks `environment`, each with its place and how many variables it sets.
    environments: Vec<(Span, usize)>,
}

impl Places {
    fn of(view: &View<'_>) -> Self {
        let (mut others, mut filled, mut environments) = (Vec::new(), Vec::new(), Vec::new());
        let is_other = |call: &&Call<'_>| OTHER_SHELLS.contains(&call.name.text);
        view.groovy.visit(|expr| {
            if let Some(call) = expr.call().filter(|call| call.name.text == "environment") {
                environments.extend(call.body().map(|body| (call.span, body.statements.len())));
            }
            match expr {
                Expr::Chain(chain) => others.extend(chain.links.iter().filter_map(|link| match link {
                    Link::Call(call) => Some(call).filter(is_other).map(|call| call.span),
                    _ => None,
                })),
                Expr::String(string) => {
                    filled.extend(string.parts.iter().filter_map(|part| match part {
                        Part::Value(_, written) => Some(written.span),
                        Part::Plain(_) | Part::Escaped(_) => None,
                    }));
                }
                _ => {}
            }
            true
        });
        order::sort_by_key(&mut others, |span| *span);
        order::sort_by_key(&mut filled, |span| *span);
        order::sort_by_key(&mut environments, |(span, _)| *span);
        Self { others, filled, environments }
    }

    /// Takes variables out, each of which a job has, and a block with all of its own.
    fn variables(&self, steps: &mut Steps<'_, '_>, variables: BTreeMap<Span, usize>) {
        let mut blocks: BTreeMap<Span, (usize, Vec<(Span, usize)>)> = BTreeMap::new();
        for (name, at) in variables {
            let end = self.environments.partition_point(|(block, _)| block.start <= name.start);
            match end.checked_sub(1).and_then(|at| self.environments.get(at)) {
                Some((block, count)) if block.contains(name) => {
                    blocks.entry(*block).or_insert((*count, Vec::new())).1.push((name, at));
                }
                _ => left(steps, at, name),
            }
        }
        for (block, (count, names)) in blocks {
            let lines = steps.view.whole_lines(block, block);
            match (lines, names.first()) {
                (Some(lines), Some((_, at))) if names.len() == count => {
                    steps.change(*at, Edit::delete(lines, VARIABLES));
                }
                _ => names.into_iter().for_each(|(name, at)| match line(steps.view, name) {
                    Some(line) => steps.change(at, Edit::delete(line, VARIABLES)),
                    None => left(steps, at, name),
                }),
            }
        }
    }

    /// The first docker command of a job that stands where none is changed.
    fn obstacle(&self, view: &View<'_>, job: &Job) -> Option<(Span, String)> {
        let docker = job.invocations.iter().filter(|one| one.is_docker());
        docker.filter_map(|one| job.commands.get(one.command)).find_map(|command| {
            let Some((_, Quoting::Groovy(quote))) = view.scalar(command.span) else { return None };
            let why = if is_in(&self.others, command.span) {
                format!("it is in a script of Windows, and {}", reasons::linux_only(view.builder))
            } else if is_in(&self.filled, command.span) {
                "it is in what is filled into another string: give it a line of its own".to_owned()
            } else if !quote.escapes || view.unescape(command.span).is_none() {
                "its string is quoted in a way that is not written anew: put it in single or double quotes"
                    .to_owned()
            } else {
                return None;
            };
            Some((command.span, why))
        })
    }
}

/// Leaves a variable to a person.
fn left(steps: &mut Steps<'_, '_>, at: usize, name: Span) {
    steps.note(at, name, reasons::VARIABLE.to_owned());
}

/// The line of a variable that is set to a string, and of nothing else.
fn line(view: &View<'_>, name: Span) -> Option<Span> {
    let rest = view.text.get(name.end as usize..)?;
    let rest = rest.lines().next()?;
    let value = rest.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|quote| matches!(quote, '\'' | '"'))?;
    let length = value.get(1..)?.find(quote)? + 2;
    let after = value.get(length..)?;
    let end = name.end as usize + rest.len() - after.len();
    view.whole_lines(name, Span::new(name.file, end..end))
}

/// Whether one of these places, in their order, holds a span.
fn is_in(places: &[Span], span: Span) -> bool {
    let at = places.partition_point(|place| *place <= Span { end: u32::MAX, ..span });
    places.get(..at).is_some_and(|before| before.iter().rev().take(DEEPEST).any(|place| place.contains(span)))
}

/// How many places before a command are looked at.
const DEEPEST: usize = 64;
