//! A step's call of an action: its inputs as they are written, expressions included.

use std::collections::BTreeSet;

use super::action_of;
use super::site::Site;
use super::value::{Variables, whole_expression};
use crate::engine::Invocation;
use crate::engine::command_line::FlagUse;
use crate::model::Value;
use crate::rewrite::View;
use crate::rewrite::translate::is_on_loopback;
use crate::syntax::yaml::{NodeId, Style};

/// Inputs that are as good as absent when they are false.
static SWITCHES: &[&str] = &["load", "no-cache", "pull", "push", "always_pull", "ecr"];

/// A step that calls an action.
pub(super) struct Call<'a> {
    pub(super) view: &'a View<'a>,
    pub(super) site: &'a Site<'a>,
    /// Which of the job's steps it is.
    pub(super) index: usize,
    pub(super) invocation: &'a Invocation,
    pub(super) variables: Variables,
}

impl Call<'_> {
    pub(super) fn step(&self) -> Option<NodeId> {
        self.site.steps.get(self.index).copied()
    }

    /// An input as it is written, expressions included, without white space around it.
    pub(super) fn input(&self, name: &str) -> Option<String> {
        let tree = self.view.tree;
        let with = tree.get(self.step()?, "with")?;
        Some(tree.str(tree.get(with, name)?)?.trim().to_owned())
    }

    /// Whether all that a value can be is told by the file, and is not empty.
    pub(super) fn is_known(&self, value: Option<&Value>) -> bool {
        value
            .is_some_and(|value| !value.unknown && value.texts().all(|text| !text.as_str().trim().is_empty()))
    }

    /// Refuses inputs that neither the options nor `others` account for.
    pub(super) fn knows_inputs(&self, others: &[&str]) -> Result<(), String> {
        let tree = self.view.tree;
        let Some(with) = self.step().and_then(|step| tree.get(step, "with")) else { return Ok(()) };
        if tree.is_scalar(with) {
            return Err("its inputs are no mapping".into());
        }
        for entry in tree.entries(with) {
            let name = tree.str(entry.key).unwrap_or("");
            let span = tree.span(tree.resolve(entry.value));
            let is_idle = tree.str(entry.value).is_some_and(|text| {
                text.trim().is_empty() || (SWITCHES.contains(&name) && text.eq_ignore_ascii_case("false"))
            });
            let used = self.invocation.flags.iter().any(|flag| {
                span.contains(flag.span)
                    || flag.value.as_ref().is_some_and(|value| span.contains(value.span))
                    || flag.span.contains(tree.span(entry.key))
            });
            if !(is_idle || used || others.contains(&name)) {
                return Err(format!("its input `{name}` has no match"));
            }
        }
        Ok(())
    }

    /// The input that an option's value was given by, and the value as it is written, expressions included.
    pub(super) fn item(&self, value: &Value) -> Result<(String, String), String> {
        let tree = self.view.tree;
        let with = self.step().and_then(|step| tree.get(step, "with"));
        let entries = with.map(|with| tree.entries(with)).unwrap_or_default();
        let found = entries.iter().find(|entry| tree.span(tree.resolve(entry.value)).contains(value.span));
        let Some(entry) = found else { return Ok(("input".to_owned(), value.as_str().to_owned())) };
        let name = tree.str(entry.key).unwrap_or("input").to_owned();
        let written = self.view.text.get(value.span.range()).unwrap_or("");
        let unreadable = || format!("its input `{name}` is written in a way that can't be taken apart");
        let mut text = match tree.style(entry.value) {
            Some(Style::Double) if written.contains('\\') => {
                let plain = written.replace("\\\"", "\"");
                if plain.contains('\\') {
                    return Err(unreadable());
                }
                plain
            }
            Some(Style::Single) => written.replace("''", "'"),
            _ => written.to_owned(),
        };
        if text.contains('\n') {
            text = text.lines().map(str::trim).collect::<Vec<_>>().join(" ");
        }
        // Items are fields of CSV: quotes around one of them are not its own.
        if let Some(rest) = text.strip_prefix('"') {
            let Some(inner) = rest.strip_suffix('"') else { return Err(unreadable()) };
            text = inner.replace("\"\"", "\"");
        }
        Ok((name, text))
    }

    /// What is written at a switch's input.
    pub(super) fn switch(&self, flag: &FlagUse) -> String {
        let tree = self.view.tree;
        let with = self.step().and_then(|step| tree.get(step, "with"));
        let entries = with.map(|with| tree.entries(with)).unwrap_or_default();
        let found = entries.iter().find(|entry| flag.span.contains(tree.span(entry.key)));
        found.and_then(|entry| tree.str(entry.value)).unwrap_or("").trim().to_owned()
    }

    /// Whether a later step reads the digest of what was pushed.
    pub(super) fn tells_digest(&self) -> bool {
        let tree = self.view.tree;
        let id = self.step().and_then(|step| tree.get(step, "id")).and_then(|id| tree.str(id));
        let reads = id.and_then(|id| self.site.reads.get(id));
        reads.is_some_and(|reads| reads.iter().any(|read| read.output == "digest"))
    }

    /// The step and the output that an expression reads.
    pub(super) fn output_of<'t>(&self, expression: &'t str) -> Option<(NodeId, &'t str)> {
        let (id, output) = expression.strip_prefix("steps.")?.split_once(".outputs.")?;
        Some((*self.site.ids.get(id)?, output))
    }

    /// Whether an expression is a list that `docker/metadata-action` made, one item on each line.
    pub(super) fn is_metadata(&self, expression: &str) -> bool {
        let tree = self.view.tree;
        let Some((step, "tags" | "labels" | "annotations")) = self.output_of(expression) else {
            return false;
        };
        let separated = ["sep-tags", "sep-labels", "sep-annotations"];
        let with = tree.get(step, "with");
        action_of(tree, step) == "docker/metadata-action"
            && !separated.iter().any(|name| with.is_some_and(|with| tree.get(with, name).is_some()))
    }

    /// Whether a list of `docker/metadata-action` names a registry on the job's own machine.
    pub(super) fn is_local(&self, text: &str) -> bool {
        let tree = self.view.tree;
        let step = whole_expression(text).and_then(|expression| self.output_of(expression));
        let images = step.and_then(|(step, _)| tree.get(tree.get(step, "with")?, "images"));
        images.and_then(|images| tree.str(images)).is_some_and(|text| text.lines().any(is_on_loopback))
    }

    /// Whether the repository has yet to be checked out for a build of the commit that started the workflow.
    pub(super) fn checkout(&self) -> Result<bool, String> {
        let tree = self.view.tree;
        let Some(step) = self.site.checkout else { return Ok(true) };
        let with = tree.get(step, "with");
        let other: BTreeSet<&str> = ["path", "repository", "ref"]
            .into_iter()
            .filter(|name| with.is_some_and(|with| tree.get(with, name).is_some()))
            .collect();
        if other.is_empty() {
            return Ok(false);
        }
        Err("without a `context` the action builds the commit that started the workflow, and that is not what is \
             checked out: give it a `context`"
            .into())
    }
}
