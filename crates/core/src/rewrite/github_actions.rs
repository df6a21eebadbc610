//! GitHub Actions: containers, services, variables, scripts and the actions that stand for docker commands.

mod action;
mod call;
mod container;
mod environment;
mod site;
mod step;
mod value;

use crate::order;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use self::action::Script;
use self::call::Call;
use self::site::Site;
use self::value::Variables;
use super::{Change, Left, Round, View, reasons, uses_docker};
use crate::edit::Edit;
use crate::engine::Invocation;
use crate::engine::image::{self, Kind};
use crate::model::Role;
use crate::source::Span;
use crate::syntax::yaml::{NodeId, Tree};

/// One round for these jobs.
pub(super) fn place(view: &View<'_>, chosen: &BTreeSet<usize>) -> Round {
    let mut round = Round::default();
    let tree = view.tree;
    let jobs = tree.roots.iter().filter_map(|root| tree.get(*root, "jobs"));
    let entries = jobs.flat_map(|jobs| tree.written(jobs));
    let bodies = entries.filter(|(_, body)| !tree.is_alias(*body) && tree.is_mapping(*body));
    let bodies = bodies.map(|(key, body)| (tree.span(*key), *body)).collect();
    let mut placing =
        Placing { view, chosen, round: &mut round, bodies, gone: BTreeMap::new(), added: BTreeMap::new() };
    for at in chosen {
        placing.job(*at);
    }
    placing.shared_variables();
    placing.remove_variables();
    round
}

/// Actions that only make an engine ready.
static SETUP: &[&str] = &[
    "docker/setup-buildx-action",
    "crazy-max/ghaction-docker-buildx",
    "docker/setup-docker-action",
    "crazy-max/ghaction-setup-docker",
];
const EMULATION: &str = "docker/setup-qemu-action";
static LOGIN: &[&str] = &["docker/login-action", "azure/docker-login"];
const BUILD: &str = "docker/build-push-action";

/// The version of `actions/checkout` for a file that has none.
const CHECKOUT: &str = "actions/checkout@v7";

type Entry = (NodeId, NodeId);

struct Placing<'p, 'v> {
    view: &'v View<'v>,
    chosen: &'p BTreeSet<usize>,
    round: &'p mut Round,
    /// The mappings of jobs by where their names stand.
    bodies: HashMap<Span, NodeId>,
    /// Variables to take away, by the mapping that holds them, with that mapping's own entry.
    gone: BTreeMap<NodeId, (usize, Entry, Vec<Entry>)>,
    /// Lines that come in their place.
    added: BTreeMap<NodeId, Vec<String>>,
}

impl<'v> Placing<'_, 'v> {
    fn change(&mut self, at: usize, edit: Edit) {
        let change: Change = (self.view.name(at), edit);
        self.round.changes.push(change);
    }

    fn note(&mut self, at: usize, span: Span, why: String) {
        self.round.notes.push(Left { span, job: self.view.name(at), why });
    }

    fn fail(&mut self, at: usize, span: Span, why: impl Into<String>) {
        let left = Left { span, job: self.view.name(at), why: why.into() };
        self.round.failed.entry(at).or_insert(left);
    }

    fn job(&mut self, at: usize) {
        let view = self.view;
        let Some(job) = view.job(at) else { return };
        let body = self.bodies.get(&job.name_span).copied();
        let Some(body) = body.filter(|body| !view.tree.is_flow(*body)) else {
            return self.fail(at, job.name_span, "it has no lines of its own that its settings could go to");
        };
        let mut site = Site::new(view, at, job, body);
        if let Some(span) = self.other_system(&site) {
            return self.fail(at, span, reasons::linux_only(view.builder));
        }
        let builds = uses_docker(job);
        let own_image = builds && self.container(&site);
        self.services(&site);
        self.variables(&site, builds, own_image);
        for (edit, shared) in view.commands(at, self.chosen, &[], self.round) {
            if shared {
                return self.fail(at, edit.span, reasons::SHARED);
            }
            self.change(at, edit);
        }
        self.steps(&mut site);
    }

    /// An entry that a mapping has itself.
    fn own(&self, map: NodeId, name: &str) -> Option<Entry> {
        let tree = self.view.tree;
        tree.written(map).iter().rev().find(|(key, _)| tree.str(*key) == Some(name)).copied()
    }

    /// Where a job asks for Windows or macOS.
    fn other_system(&self, site: &Site<'_>) -> Option<Span> {
        let tree = self.view.tree;
        let names_other = |node: NodeId| {
            let text = self.view.text.get(tree.span(tree.resolve(node)).range()).unwrap_or("");
            ["windows", "macos"].iter().any(|name| text.to_ascii_lowercase().contains(name))
        };
        let labels = tree.get(site.body, "runs-on")?;
        let written = self.view.text.get(tree.span(tree.resolve(labels)).range()).unwrap_or("");
        let matrix = tree.get(site.body, "strategy").filter(|_| written.contains("matrix."));
        (names_other(labels) || matrix.is_some_and(names_other)).then(|| tree.span(labels))
    }

    fn steps(&mut self, site: &mut Site<'v>) {
        let view = self.view;
        let tree = view.tree;
        if let Some(step) = site.job.containers.iter().find(|one| {
            let client =
                |image: &crate::model::Value| image.any(|text| image::kind(text, false) != Kind::Other);
            one.role == Role::Step && one.image.as_ref().is_some_and(client)
        }) {
            return self.fail(site.at, step.span, "a step runs in a container of Docker's own");
        }
        let mut logged_in = false;
        for index in 0..site.steps.len() {
            let Some(step) = site.steps.get(index).copied() else { break };
            let Some(uses) = tree.get(step, "uses") else { continue };
            let name = action_of(tree, step);
            let result = if SETUP.contains(&name.as_str()) {
                self.remove_step(site, step, "Nothing has to be set up: the builder starts with its command.")
            } else if name == EMULATION {
                self.emulation(site, step)
            } else if LOGIN.contains(&name.as_str()) {
                logged_in |= self.input(step, "logout").as_deref() != Some("false");
                self.call(site, index, action::login)
            } else if name == BUILD {
                self.call(site, index, action::build)
            } else if site.calls_of(tree.span(tree.resolve(step))).is_empty() {
                Ok(())
            } else {
                Err(format!("the action `{name}` calls Docker by itself"))
            };
            if let Err(why) = result {
                return self.fail(site.at, tree.span(tree.resolve(uses)), why);
            }
            if name == "actions/checkout" {
                site.checkout = Some(step);
            }
        }
        if site.removed == site.steps.len() && site.removed > 0 {
            return self.fail(site.at, site.job.name_span, "none of its steps would be left");
        }
        if logged_in && !site.in_container && !site.is_vm() {
            self.log_out(site);
        }
        self.unnamed_outputs(site);
    }

    fn input(&self, step: NodeId, name: &str) -> Option<String> {
        let tree = self.view.tree;
        let value = tree.get(tree.get(step, "with")?, name)?;
        Some(tree.str(value)?.trim().to_owned())
    }

    /// Emulation stays where another platform than the machine's is built.
    fn emulation(&mut self, site: &mut Site<'v>, step: NodeId) -> Result<(), String> {
        if !site.job.invocations.iter().any(|one| one.builds() && one.values("platform").next().is_some()) {
            return self.remove_step(site, step, "No other platform than the machine's own is built.");
        }
        if site.is_vm() {
            return Ok(());
        }
        Err("it sets up emulation by a privileged container: install `qemu-user-static` on the runner and take this \
             step out"
            .into())
    }

    /// Writes a script in the place of an action.
    fn call(
        &mut self,
        site: &mut Site<'v>,
        index: usize,
        translate: fn(Call<'_>) -> Result<Script, String>,
    ) -> Result<(), String> {
        let view = self.view;
        let tree = view.tree;
        let Some(step) = site.steps.get(index).copied() else { return Ok(()) };
        let span = tree.span(tree.resolve(step));
        let [invocation] = site.calls_of(span) else { return Err("its inputs can't be read".into()) };
        let invocation: &Invocation = invocation;
        if !view.only_used_by(span, self.chosen) {
            return Err(reasons::SHARED.into());
        }
        let own = tree.get(step, "env").map(|env| tree.entries(env)).unwrap_or_default();
        let own: HashSet<String> =
            own.iter().filter_map(|entry| tree.str(entry.key)).map(str::to_owned).collect();
        let variables = Variables { taken: Rc::clone(&site.taken), own, added: Vec::new() };
        let script = translate(Call { view, site, index, invocation, variables })?;
        for note in &script.notes {
            self.note(site.at, tree.get(step, "uses").map_or(span, |uses| tree.span(uses)), note.clone());
        }
        if site.last_foreign > index && invocation.builds() && invocation.has("load") {
            let why = format!(
                "the image was in Docker's store and is in {}'s own now: look at the steps after this one that use it",
                view.builder.info().name()
            );
            self.note(site.at, tree.get(step, "uses").map_or(span, |uses| tree.span(uses)), why);
        }
        if invocation.values("platform").next().is_some() {
            site.lists += 1;
        }
        if script.needs_checkout && !std::mem::replace(&mut site.adds_checkout, true) {
            self.checkout(site)?;
        }
        self.write_step(site, step, script)
    }

    /// Adds a step that checks the repository out in front of all others.
    fn checkout(&mut self, site: &mut Site<'v>) -> Result<(), String> {
        let view = self.view;
        let tree = view.tree;
        let Some(place) = site.steps.first().and_then(|step| view.item_lines(tree.span(*step))) else {
            return Err("its steps are written in a way that nothing can be added to".into());
        };
        let known = view.scalars.iter().filter_map(|(span, _)| view.text.get(span.range()));
        let known = known
            .map(|text| text.trim_matches(['"', '\'']))
            .find(|text| text.starts_with("actions/checkout@"));
        let lines = [
            format!("- uses: {}", known.unwrap_or(CHECKOUT)),
            "  with:".to_owned(),
            "    persist-credentials: false".to_owned(),
        ];
        let written = view.text.get(place.range()).unwrap_or("");
        let column = written.len() - written.trim_start_matches(' ').len();
        let why = "The action fetched the repository by itself; the builder takes it from the workspace.";
        self.change(site.at, Edit::insert(place, place.start, view.block(column, &lines), why));
        Ok(())
    }

    /// On a machine that outlives the job, what the action took back at the end has to be taken back.
    fn log_out(&mut self, site: &mut Site<'v>) {
        let view = self.view;
        let tree = view.tree;
        let place = site.steps.last().and_then(|step| view.item_lines(tree.span(*step)));
        let Some(place) = place else { return };
        let written = view.text.get(place.range()).unwrap_or("");
        let column = written.len() - written.trim_start_matches(' ').len();
        let lines = ["- if: always()".to_owned(), format!("  run: {} logout --all", view.builder.id())];
        let mut text = view.block(column, &lines);
        if !written.ends_with('\n') {
            text = format!("{}{}", view.line_break(), text.trim_end());
        }
        let why =
            "The action logged out at the end of the job; on a machine that stays, the login has to go.";
        self.change(site.at, Edit::insert(place, place.end, text, why));
    }

    /// Remarks on steps that are no longer what others read of them.
    fn unnamed_outputs(&mut self, site: &mut Site<'v>) {
        order::sort_by(&mut site.rewritten, Ord::cmp);
        let read: Vec<_> = site.reads.values().flatten().copied().collect();
        for read in read {
            let Some(name) = site.ids.get(read.id).map(|step| action_of(self.view.tree, *step)) else {
                continue;
            };
            let is_ours = SETUP.contains(&name.as_str()) || LOGIN.contains(&name.as_str()) || name == BUILD;
            if is_ours && !(name == BUILD && read.output == "digest") && !site.is_rewritten(read.span) {
                let why = format!(
                    "it reads an output of the step `{}`, which `{name}` gave and no command gives",
                    read.id
                );
                self.note(site.at, read.span, why);
            }
        }
    }
}

/// The action that a step calls, without its version.
fn action_of(tree: &Tree<'_>, step: NodeId) -> String {
    action_name(tree.get(step, "uses").and_then(|uses| tree.str(uses)).unwrap_or(""))
}

/// `owner/name` of an action such as `Owner/name@v3` or `https://host/owner/name@v3`.
fn action_name(uses: &str) -> String {
    let name = uses.split('@').next().unwrap_or("");
    let name = match name.split_once("://") {
        Some((_, rest)) => rest.split_once('/').map_or("", |(_, name)| name),
        None => name,
    };
    name.trim().to_ascii_lowercase()
}

#[cfg(test)]
mod tests;
