//! Where the containers of pods are written, whatever the object is that holds the pod.

use std::collections::HashMap;

use crate::source::Span;
use crate::syntax::yaml::{NodeId, Tree};

/// An entry of a mapping: its key and its value.
pub(super) type Entry = (NodeId, NodeId);

/// The lists of a pod's containers: Kubernetes' own, then those of Tekton's tasks.
static LISTS: &[&str] = &["initContainers", "containers", "sidecars", "steps"];

/// Where one container is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spot {
    /// The mapping that holds the lists of containers, and the pod's volumes.
    pub(super) pod: NodeId,
    /// The list that the container is an item of.
    pub(super) list: Entry,
    pub(super) item: NodeId,
}

/// The containers of a text by where they are written.
#[derive(Debug, Default)]
pub(in crate::rewrite) struct Layout(HashMap<Span, Spot>);

impl Layout {
    pub(in crate::rewrite) fn new(tree: &Tree<'_>) -> Self {
        let mut spots = HashMap::new();
        let mut todo = tree.roots.clone();
        while let Some(node) = todo.pop() {
            if tree.is_alias(node) {
                continue;
            }
            todo.extend(tree.items(node));
            for &(key, value) in tree.written(node) {
                todo.push(value);
                let is_list = tree.str(key).is_some_and(|key| LISTS.contains(&key));
                if !is_list || tree.is_alias(value) {
                    continue;
                }
                for &item in tree.items(value) {
                    if tree.is_mapping(item) && !tree.is_alias(item) {
                        spots.insert(tree.span(item), Spot { pod: node, list: (key, value), item });
                    }
                }
            }
        }
        Self(spots)
    }

    /// The place of the container whose text is at `span`.
    pub(super) fn spot(&self, span: Span) -> Option<Spot> {
        self.0.get(&span).copied()
    }
}

/// All mappings of a pod that describe containers: the items of its lists, and what Tekton's steps have in common.
pub(super) fn containers(tree: &Tree<'_>, pod: NodeId) -> Vec<NodeId> {
    let mut found = Vec::new();
    for &(key, value) in tree.written(pod) {
        match tree.str(key) {
            Some("stepTemplate") => found.push(value),
            Some("ephemeralContainers") => found.extend(tree.items(value)),
            Some(name) if LISTS.contains(&name) => found.extend(tree.items(value)),
            _ => {}
        }
    }
    found
}

/// An entry that a mapping has itself.
pub(super) fn own(tree: &Tree<'_>, map: NodeId, name: &str) -> Option<Entry> {
    tree.written(map).iter().rev().find(|(key, _)| tree.str(*key) == Some(name)).copied()
}
