//! Variables: Docker's go, and the builder's own come in their place.

use std::collections::BTreeSet;

use super::Placing;
use crate::model::{Job, Var};
use crate::order;
use crate::rewrite::{DOCKER_VARIABLES, OWN, VARIABLES, reasons};

impl Placing<'_, '_> {
    /// Notes the variables that go, and where the builder's own come; gives lines for the job where they come nowhere.
    pub(super) fn collect_variables(&mut self, at: usize, job: &Job, builds: bool, own: &mut Vec<String>) {
        let view = self.view;
        let tree = view.tree;
        let mut place = None;
        let of_docker = |var: &&Var| DOCKER_VARIABLES.contains(&var.name.as_str()) && !view.leaves(at);
        for var in job.env.iter().filter(of_docker) {
            let chosen = self.chosen;
            let kept = *self.kept.entry(var.name_span).or_insert_with(|| {
                let keeps = |user: &usize| {
                    let verdict = view.analysis.verdicts.get(*user);
                    !chosen.contains(user) && verdict.is_some_and(|verdict| !verdict.accesses.is_empty())
                };
                view.users.get(&var.name_span).is_some_and(|users| users.iter().any(keeps))
            });
            if kept {
                continue;
            }
            let Some(&(map, entry)) = self.layout.variables.get(&var.name_span) else { continue };
            let entries = self.gone.entry(map).or_default();
            if !entries.contains(&entry) {
                entries.push(entry);
            }
            if !tree.is_flow(map) {
                place = place.or(Some(map));
            }
        }
        if !builds {
            return;
        }
        let wanted = self.wanted(at, job);
        if wanted.is_empty() {
            return;
        }
        if let Some(map) = place {
            self.added.insert(map);
            return;
        }
        let body = self.body(job);
        let mine = body
            .and_then(|body| tree.written(body).iter().find(|(key, _)| tree.str(*key) == Some("variables")));
        match mine {
            Some((_, map)) if !tree.is_flow(*map) && !tree.is_alias(*map) && tree.is_mapping(*map) => {
                let Some((first, _)) = tree.written(*map).first() else { return };
                let span = tree.span(*first);
                let lines = view.block(view.column(span), &wanted);
                self.change(at, view.before(span, lines, OWN));
            }
            Some(_) => self.fail(
                at,
                job.name_span,
                "its variables are written in a way that nothing can be added to",
            ),
            None => {
                own.push("variables:".to_owned());
                own.extend(wanted.iter().map(|line| format!("  {line}")));
            }
        }
    }

    /// The builder's variables that the job does not set yet, as lines.
    fn wanted(&self, at: usize, job: &Job) -> Vec<String> {
        let variables = self.view.builder.info().variables.iter();
        variables
            .map(|variable| (variable.name, variable.value.to_owned()))
            .chain(self.view.auth_variable(at, job))
            .filter(|(name, _)| !job.env.iter().any(|var| var.name == *name))
            .map(|(name, value)| format!("{name}: {value}"))
            .collect()
    }

    /// Takes the variables away, mapping by mapping, and puts the builder's in the place of the first.
    pub(super) fn remove_variables(&mut self) {
        let view = self.view;
        let tree = view.tree;
        let mut gone = std::mem::take(&mut self.gone);
        // What a variable that goes stood in front of would be seen again.
        let entries = gone.values().flatten();
        let names: BTreeSet<&str> = entries.filter_map(|(key, _)| tree.str(*key)).collect();
        for (span, &(map, entry)) in &self.layout.variables {
            if !view.users.contains_key(span) && tree.str(entry.0).is_some_and(|name| names.contains(name)) {
                gone.entry(map).or_default().push(entry);
            }
        }
        for (map, mut entries) in gone {
            let Some(&key) = self.layout.keys.get(&map) else { continue };
            let owner = (key, map);
            order::sort_by_key(&mut entries, |(key, _)| tree.span(*key));
            let instead = match entries.first() {
                Some((key, _)) if self.added.contains(&map) => {
                    let variables = view.builder.info().variables.iter();
                    let known =
                        |name: &str| tree.written(map).iter().any(|(key, _)| tree.str(*key) == Some(name));
                    let lines: Vec<String> = variables
                        .filter(|variable| !known(variable.name))
                        .map(|variable| format!("{}: {}", variable.name, variable.value))
                        .collect();
                    view.block(view.column(tree.span(*key)), &lines)
                }
                _ => String::new(),
            };
            let users: Vec<usize> = self.chosen.iter().copied().collect();
            match view.remove_entries(owner, &entries, &instead, VARIABLES) {
                Some(edits) => {
                    let at = users.first().copied().unwrap_or(0);
                    for edit in edits {
                        self.change(at, edit);
                    }
                }
                None => {
                    let span = tree.span(owner.0);
                    for at in users {
                        self.fail(at, span, &reasons::closed("its variables are"));
                    }
                }
            }
        }
    }
}
