//! The security context: privilege out, what the builder needs in, as the catalog has it.

use daemonless_catalog::Platform;

use super::super::View;
use super::layout::own;
use super::{Obstacle, Pod, closed};
use crate::edit::Edit;
use crate::model::Container;
use crate::source::Span;
use crate::syntax::yaml::NodeId;

/// Why a container gets one.
pub(super) const WHY: &str =
    "The builder makes a user namespace, which the default profiles forbid; it needs no privilege.";
const PRIVILEGE: &str = "Privilege was for the daemon; user namespaces are all that the builder needs.";

/// The catalog's lines, the key first; empty where a builder needs none.
fn wanted(view: &View<'_>) -> Vec<String> {
    let snippet = view.builder.info().setting(Platform::Kubernetes, "securityContext").unwrap_or("");
    snippet.lines().map(|line| line.trim_end().to_owned()).filter(|line| !line.is_empty()).collect()
}

/// The lines below the key, entry by entry, each with its name and not indented.
fn entries(lines: &[String]) -> Vec<(String, Vec<String>)> {
    let mut out: Vec<(String, Vec<String>)> = Vec::new();
    for line in lines.iter().skip(1).filter_map(|line| line.strip_prefix("  ")) {
        match out.last_mut().filter(|_| line.starts_with(' ')) {
            Some((_, own)) => own.push(line.to_owned()),
            None => out.push((line.split(':').next().unwrap_or("").to_owned(), vec![line.to_owned()])),
        }
    }
    out
}

impl Pod<'_> {
    /// Changes the security context of a container; gives the lines of one where it has none.
    pub(super) fn security(
        &self,
        container: &Container,
        item: NodeId,
        edits: &mut Vec<Edit>,
    ) -> Result<Vec<String>, Obstacle> {
        let (view, tree) = (self.view, self.view.tree);
        let wanted = wanted(view);
        let Some((key, map)) = own(tree, item, "securityContext") else {
            return match container.privileged {
                Some(span) => Err((span, "its privilege is set outside of its container".into())),
                None => Ok(wanted),
            };
        };
        let span = tree.span(key);
        let fails = || closed(span, "its security context");
        if tree.is_alias(map) || !(tree.is_mapping(map) || tree.is_null(map)) {
            return Err(fails());
        }
        if own(tree, map, "<<").is_some() {
            return Err(fails());
        }
        let is_gone = |key: &NodeId| tree.str(*key) == Some("privileged");
        if tree.written(map).iter().all(|(key, _)| is_gone(key)) {
            let lines = view.whole_lines(span, tree.span(map)).ok_or_else(fails)?;
            edits.push(Edit::replace(lines, view.block(view.column(span), &wanted), PRIVILEGE));
            return Ok(Vec::new());
        }
        if tree.is_flow(map) {
            return Err(fails());
        }
        if let Some((key, value)) = own(tree, map, "readOnlyRootFilesystem")
            && tree.bool(value) == Some(true)
        {
            let why = "its file system is read-only, and the builder writes its storage there";
            return Err((tree.span(key), why.into()));
        }
        let mut missing = Vec::new();
        for (name, lines) in entries(&wanted) {
            let Some((key, value)) = own(tree, map, &name) else {
                missing.extend(lines);
                continue;
            };
            if name == "capabilities" {
                self.capabilities(value, tree.span(key), &lines)?;
                continue;
            }
            let place = view.whole_lines(tree.span(key), tree.span(value)).ok_or_else(fails)?;
            let text = view.block(view.column(tree.span(key)), &lines);
            if view.text.get(place.range()) != Some(&text) {
                edits.push(Edit::replace(place, text, WHY));
            }
        }
        let Some((first, _)) = tree.written(map).first() else { return Err(fails()) };
        let block = view.block(view.column(tree.span(*first)), &missing);
        match own(tree, map, "privileged") {
            Some((key, value)) => {
                let lines = view.whole_lines(tree.span(key), tree.span(value)).ok_or_else(fails)?;
                edits.push(Edit::replace(lines, block, PRIVILEGE));
            }
            None if missing.is_empty() => {}
            None => edits.push(view.before(tree.span(*first), block, WHY)),
        }
        Ok(Vec::new())
    }

    /// Whether the capabilities that a container has are those that the builder needs.
    fn capabilities(&self, value: NodeId, span: Span, lines: &[String]) -> Result<(), Obstacle> {
        let tree = self.view.tree;
        let list = |name: &str| -> Vec<&str> {
            let list = tree.get(value, name).map(|list| tree.items(list)).unwrap_or_default();
            list.iter().filter_map(|item| tree.str(*item)).collect()
        };
        let wanted = lines.iter().find_map(|line| line.trim().strip_prefix("add: ["));
        let wanted = wanted.and_then(|line| line.strip_suffix(']')).unwrap_or("");
        let added = list("add");
        if list("drop").is_empty() && wanted.split(", ").all(|name| added.contains(&name)) {
            return Ok(());
        }
        Err((
            span,
            format!("its capabilities are set already: it needs {wanted}, and those that it has by default"),
        ))
    }
}
