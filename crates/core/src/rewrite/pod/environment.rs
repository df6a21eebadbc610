//! Variables of containers: Docker's go, and the builder's own come in their place.

use super::layout::{Entry, own};
use super::{Obstacle, Pod, closed};
use crate::edit::Edit;
use crate::engine::Invocation;
use crate::rewrite::{DOCKER_VARIABLES, OWN, VARIABLES};
use crate::syntax::yaml::NodeId;

/// The builder's variable that matters for builds only.
const FORMAT: &str = "BUILDAH_FORMAT";

impl Pod<'_> {
    /// Changes the variables of a container; gives the lines of a list where it has none. `in_image` says that the builder's
    /// own image brings some.
    pub(super) fn environment(
        &self,
        item: NodeId,
        in_image: bool,
        edits: &mut Vec<Edit>,
    ) -> Result<Vec<String>, Obstacle> {
        let tree = self.view.tree;
        // Where commands say the format themselves, no variable has to.
        let builds = !self.view.is_on_machine() && self.job.invocations.iter().any(Invocation::builds);
        let env = own(tree, item, "env");
        let known: Vec<&str> = env.map(|(_, list)| self.names(list)).unwrap_or_default();
        let variables = self.view.builder.info().variables.iter();
        let wanted: Vec<Vec<String>> = variables
            .filter(|variable| !(in_image && variable.in_image))
            .filter(|variable| variable.name != FORMAT || builds)
            .filter(|variable| !known.contains(&variable.name))
            .map(|variable| vec![format!("name: {}", variable.name), format!("value: {}", variable.value)])
            .collect();
        match env {
            Some(env) => {
                self.variables(env, &wanted, edits)?;
                Ok(Vec::new())
            }
            None if wanted.is_empty() => Ok(Vec::new()),
            None => {
                let mut lines = vec!["env:".to_owned()];
                lines.extend(wanted.iter().flatten().enumerate().map(|(at, line)| match at % 2 {
                    0 => format!("  - {line}"),
                    _ => format!("    {line}"),
                }));
                Ok(lines)
            }
        }
    }

    /// Takes Docker's variables from what Tekton's steps have in common.
    pub(super) fn template(&self, edits: &mut Vec<Edit>) -> Result<(), Obstacle> {
        let tree = self.view.tree;
        let Some(pod) = self.pod() else { return Ok(()) };
        let env = own(tree, pod, "stepTemplate").and_then(|(_, template)| own(tree, template, "env"));
        env.map_or(Ok(()), |env| self.variables(env, &[], edits))
    }

    /// The names of the variables of a list.
    fn names(&self, list: NodeId) -> Vec<&str> {
        let tree = self.view.tree;
        let name = |item: &NodeId| tree.get(*item, "name").and_then(|name| tree.str(name));
        tree.items(list).iter().filter_map(name).collect()
    }

    fn variables(&self, env: Entry, wanted: &[Vec<String>], edits: &mut Vec<Edit>) -> Result<(), Obstacle> {
        let (view, tree) = (self.view, self.view.tree);
        let is_docker = |item: &&NodeId| {
            let name = tree.get(**item, "name").and_then(|name| tree.str(name));
            name.is_some_and(|name| DOCKER_VARIABLES.contains(&name))
        };
        let gone: Vec<NodeId> = tree.items(env.1).iter().filter(is_docker).copied().collect();
        if gone.is_empty() && wanted.is_empty() {
            return Ok(());
        }
        let span = tree.span(env.0);
        if tree.is_alias(env.1) || gone.iter().any(|item| tree.is_alias(*item)) {
            return Err(closed(span, "its list of variables"));
        }
        let reason = if gone.is_empty() { OWN } else { VARIABLES };
        let own = view.change_items(env, &gone, wanted, reason);
        edits.extend(own.ok_or_else(|| closed(span, "its list of variables"))?);
        Ok(())
    }
}
