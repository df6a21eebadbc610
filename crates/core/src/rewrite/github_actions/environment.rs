//! Variables: those of Docker's client and daemon go, those of the builder come.

use super::{Entry, Placing, Site};
use crate::edit::Edit;
use crate::engine::Invocation;
use crate::order;
use crate::rewrite::{DOCKER_VARIABLES, OWN, VARIABLES, reasons};
use crate::source::Span;

/// The builder's variable that matters wherever it runs, and for builds only.
const FORMAT: &str = "BUILDAH_FORMAT";

impl Placing<'_, '_> {
    /// Notes the variables that go, and gives the job those of the builder.
    pub(super) fn variables(&mut self, site: &Site<'_>, builds: bool, own_image: bool) {
        let view = self.view;
        let tree = view.tree;
        let container = tree.get(site.body, "container").and_then(|map| self.own(map, "env"));
        let job_env = self.own(site.body, "env");
        // Variables of a step whose action is written anew stay: its own come there.
        let steps = site.steps.iter().filter(|step| tree.get(**step, "run").is_some());
        let steps = steps.filter_map(|step| self.own(*step, "env"));
        let maps: Vec<Entry> = container.into_iter().chain(job_env).chain(steps).collect();
        let mut removed_from_job = false;
        for owner in maps {
            removed_from_job |= self.collect(site.at, owner, |_| true) && Some(owner) == job_env;
        }
        // On a machine the builder is installed with what it needs; storage and isolation are set for containers, and the
        // builder's own image brings its own.
        let wanted: Vec<String> = view
            .builder
            .info()
            .variables
            .iter()
            .filter(|variable| {
                if site.in_container { !(own_image && variable.in_image) } else { variable.name == FORMAT }
            })
            .filter(|variable| variable.name != FORMAT || site.job.invocations.iter().any(Invocation::builds))
            .filter(|variable| !site.job.env.iter().any(|var| var.name == variable.name))
            .map(|variable| format!("{}: {}", variable.name, variable.value))
            .collect();
        if !builds || wanted.is_empty() {
            return;
        }
        let at = site.at;
        match job_env {
            Some((_, map)) if removed_from_job && !tree.is_flow(map) => {
                self.added.insert(map, wanted);
            }
            Some((_, map)) if tree.is_mapping(map) && !tree.is_alias(map) && !removed_from_job => {
                match tree.written(map).first() {
                    Some((first, _)) if !tree.is_flow(map) => {
                        let span = tree.span(*first);
                        let lines = view.block(view.column(span), &wanted);
                        self.change(at, view.before(span, lines, OWN));
                    }
                    _ => {
                        let text = wanted.iter().map(|line| format!("{line}, ")).collect::<String>();
                        let span = tree.span(map);
                        self.change(at, Edit::insert(span, span.start + 1, text, OWN));
                    }
                }
            }
            Some((key, _)) => {
                self.fail(
                    at,
                    tree.span(key),
                    "its variables are written in a way that nothing can be added to",
                );
            }
            None => {
                let Some((key, _)) = self.own(site.body, "steps") else {
                    return self.fail(at, site.job.name_span, "its steps are written elsewhere");
                };
                let mut lines = vec!["env:".to_owned()];
                lines.extend(wanted.iter().map(|line| format!("  {line}")));
                let span = tree.span(key);
                let lines = view.block(view.column(span), &lines);
                self.change(at, view.before(span, lines, OWN));
            }
        }
    }

    /// Notes the variables of the whole workflow that no job needs any longer.
    pub(super) fn shared_variables(&mut self) {
        let tree = self.view.tree;
        let owners: Vec<Entry> = tree.roots.iter().filter_map(|root| self.own(*root, "env")).collect();
        let Some(at) = self.chosen.first().copied() else { return };
        for owner in owners {
            let free: Vec<Span> = tree
                .written(owner.1)
                .iter()
                .map(|(key, _)| tree.span(*key))
                .filter(|name| !self.is_kept(*name))
                .collect();
            self.collect(at, owner, |name| free.contains(&name));
        }
    }

    /// Notes the variables of a mapping that go. Says whether there are any.
    fn collect(&mut self, at: usize, owner: Entry, goes: impl Fn(Span) -> bool) -> bool {
        let tree = self.view.tree;
        if !tree.is_mapping(owner.1) || tree.is_alias(owner.1) {
            return false;
        }
        let is_docker = |(key, _): &&Entry| {
            DOCKER_VARIABLES.contains(&tree.str(*key).unwrap_or("")) && goes(tree.span(*key))
        };
        let gone: Vec<Entry> = tree.written(owner.1).iter().filter(is_docker).copied().collect();
        let any = !gone.is_empty();
        if any {
            self.gone.insert(owner.1, (at, owner, gone));
        }
        any
    }

    /// Whether a variable of the whole workflow is used by a job that keeps its daemon.
    fn is_kept(&self, name: Span) -> bool {
        let users = self.view.users.get(&name);
        users.is_none_or(|users| {
            users.iter().any(|user| {
                !self.chosen.contains(user)
                    && self
                        .view
                        .analysis
                        .verdicts
                        .get(*user)
                        .is_some_and(|verdict| !verdict.accesses.is_empty())
            })
        })
    }

    /// Takes the variables away, mapping by mapping.
    pub(super) fn remove_variables(&mut self) {
        let view = self.view;
        let gone = std::mem::take(&mut self.gone);
        for (map, (at, owner, mut entries)) in gone {
            order::sort_by_key(&mut entries, |(key, _)| view.tree.span(*key));
            let lines = self.added.remove(&map).unwrap_or_default();
            let column = entries.first().map_or(0, |(key, _)| view.column(view.tree.span(*key)));
            match view.remove_entries(owner, &entries, &view.block(column, &lines), VARIABLES) {
                Some(edits) => edits.into_iter().for_each(|edit| self.change(at, edit)),
                None => {
                    let why = reasons::closed("its variables are");
                    self.fail(at, view.tree.span(owner.0), why);
                }
            }
        }
    }
}
