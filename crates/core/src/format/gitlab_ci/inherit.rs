//! What a job inherits: `default`, `extends`, `inherit`, `!reference`.

use std::cell::Cell;

use super::Names;
use crate::map::{Map, Set};
use crate::source::Span;
use crate::syntax::yaml::{NodeId, Tree};

/// A chain of `extends` holds at most this many templates; GitLab itself allows eleven levels.
const LONGEST: usize = 100;

/// Lists in lists and references to references are looked through this deep; GitLab allows ten levels.
const DEEPEST: u32 = 24;

/// One mapping that a job's keys come from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Link {
    pub(super) map: NodeId,
}

/// The job's own mapping and what it extends, nearest first.
#[derive(Debug)]
pub(super) struct Chain {
    pub(super) links: Vec<Link>,
    /// Where `extends` leads back to a job that is being looked at.
    pub(super) circle: Option<Span>,
}

/// The top level of the file, by name.
pub(super) struct Pipeline<'a, 't> {
    tree: &'a Tree<'t>,
    /// Entries in the order of the text; of a repeated name the last counts.
    entries: Vec<(NodeId, NodeId)>,
    by_name: Map<&'a str, NodeId>,
    /// By a value, what an earlier text says under the same name: that holds where the value says nothing.
    earlier: Map<NodeId, NodeId>,
    /// Bytes of scripts and variables that jobs may still take over from elsewhere in the file.
    left: Cell<usize>,
}

/// What jobs may inherit in all besides four times the text: a template of a few lines in a thousand jobs is fine, one
/// of a thousand lines in ten thousand jobs is not.
const MOST_INHERITED: usize = 1 << 20;

impl<'a, 't> Pipeline<'a, 't> {
    pub(super) fn new(tree: &'a Tree<'t>) -> Self {
        let mut entries: Vec<(NodeId, NodeId)> = Vec::new();
        let mut by_name: Map<&'a str, NodeId> = Map::new();
        let mut earlier: Map<NodeId, NodeId> = Map::new();
        for root in &tree.roots {
            for entry in tree.entries(*root) {
                if let Some(name) = tree.str(entry.key) {
                    if let Some(before) = by_name.insert(name, entry.value) {
                        earlier.insert(entry.value, before);
                    }
                    entries.push((entry.key, entry.value));
                }
            }
        }
        let left = Cell::new(MOST_INHERITED + 4 * tree.source().len());
        Self { tree, entries, by_name, earlier, left }
    }

    /// Name, key and body of every top-level entry.
    pub(super) fn jobs(&self) -> impl Iterator<Item = (&'a str, NodeId, NodeId)> + '_ {
        let tree = self.tree;
        let holds = |name, body: &NodeId| self.by_name.get(name) == Some(body);
        let named = self.entries.iter().filter_map(move |(key, body)| Some((tree.str(*key)?, *key, *body)));
        named.filter(move |(name, _, body)| holds(*name, body))
    }

    /// The first global key that says something of a job by itself.
    pub(super) fn global_entry(&self) -> Option<(NodeId, NodeId)> {
        let named =
            |name: &str| self.jobs().find(|(own, _, _)| *own == name).map(|(_, key, body)| (key, body));
        ["default", "image", "services", "before_script", "variables"].iter().find_map(|name| named(name))
    }

    /// Names of hidden jobs that a visible job of the file extends or refers to, directly or not.
    pub(super) fn used_templates(&self) -> Names<'a> {
        let mut used = Set::new();
        let mut todo: Vec<NodeId> =
            self.jobs().filter(|(name, _, _)| !name.starts_with('.')).map(|(_, _, body)| body).collect();
        while let Some(body) = todo.pop() {
            for name in self.extends(body).into_iter().map(|(name, _)| name) {
                if let Some(template) = self.by_name.get(name)
                    && used.insert(name)
                {
                    todo.push(*template);
                }
            }
        }
        // A template whose scripts a job refers to is read there; the rest of it is still read on its own.
        used
    }

    /// Whether nothing is left of what jobs may inherit.
    pub(super) fn is_spent(&self) -> bool {
        self.left.get() == 0
    }

    /// Takes `bytes` from what jobs may inherit; says whether there was as much left.
    pub(super) fn afford(&self, bytes: usize) -> bool {
        let left = self.left.get();
        self.left.set(left.saturating_sub(bytes));
        left > bytes
    }

    /// The names that a job extends, the last one first: that one wins.
    fn extends(&self, body: NodeId) -> Vec<(&'a str, Span)> {
        let Some(node) = self.tree.get(body, "extends") else { return Vec::new() };
        let mut names: Vec<_> = self
            .tree
            .flatten(node)
            .into_iter()
            .filter_map(|name| Some((self.tree.str(name)?, self.tree.span(name))))
            .collect();
        names.reverse();
        names
    }

    /// Follows `extends` from a job's body.
    pub(super) fn chain(&self, body: NodeId) -> Chain {
        let mut links = Vec::new();
        let mut circle = None;
        // The names on the way to each entry tell a circle from a template that is met twice.
        let mut todo: Vec<(NodeId, Vec<NodeId>, Span)> =
            vec![(self.tree.resolve(body), Vec::new(), Span::default())];
        let mut seen = Set::new();
        while let Some((map, way, from)) = todo.pop() {
            if way.contains(&map) {
                circle = circle.or(Some(from));
                continue;
            }
            if links.len() >= LONGEST || !seen.insert(map) {
                continue;
            }
            links.push(Link { map });
            let mut way = way;
            way.push(map);
            for (name, span) in self.extends(map).into_iter().rev() {
                if let Some(template) = self.by_name.get(name) {
                    todo.push((self.tree.resolve(*template), way.clone(), span));
                }
            }
            // What an included text says of the same job comes before what either extends.
            todo.extend(self.earlier.get(&map).map(|before| (*before, way, from)));
        }
        Chain { links, circle }
    }

    /// The first value of `key` along a chain that says anything.
    pub(super) fn lookup(&self, links: &[Link], key: &str) -> Option<NodeId> {
        links.iter().find_map(|link| self.tree.get(link.map, key))
    }

    /// Every value of `key` along a chain, farthest first, for keys whose mappings are merged.
    pub(super) fn all(&self, links: &[Link], key: &str) -> Vec<NodeId> {
        links.iter().rev().filter_map(|link| self.tree.get(link.map, key)).collect()
    }

    /// The file's default of `key`: under `default`, or at the top as older files have it; unless `inherit` says no.
    pub(super) fn default(&self, links: &[Link], key: &str) -> Option<NodeId> {
        if !self.inherits(links, "default", key) {
            return None;
        }
        let under = self.named("default").find_map(|default| self.tree.get(default, key));
        under.or_else(|| {
            matches!(key, "image" | "services" | "before_script" | "after_script" | "cache")
                .then(|| self.by_name.get(key).copied())
                .flatten()
        })
    }

    /// The variables of the whole pipeline, those that hold over others last.
    pub(super) fn variables(&self) -> Vec<NodeId> {
        let mut all: Vec<_> = self.named("variables").collect();
        all.reverse();
        all
    }

    /// What stands under a name at the top, of the text that holds over the others first.
    fn named(&self, name: &str) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors(self.by_name.get(name).copied(), |node| self.earlier.get(node).copied())
    }

    /// Whether `inherit: {what: …}` lets `key` through: `true`, `false`, or a list of names.
    pub(super) fn inherits(&self, links: &[Link], what: &str, key: &str) -> bool {
        let Some(inherit) = self.lookup(links, "inherit").and_then(|inherit| self.tree.get(inherit, what))
        else {
            return true;
        };
        if self.tree.is_sequence(inherit) {
            return self.tree.items(inherit).iter().any(|name| self.tree.str(*name) == Some(key));
        }
        self.tree.bool(inherit) != Some(false)
    }

    /// Scalars and mappings below `node`: nested lists, aliases and `!reference` looked through.
    pub(super) fn flatten(&self, node: NodeId) -> Vec<NodeId> {
        let mut out = Vec::new();
        let mut todo = vec![(node, 0)];
        while let Some((node, depth)) = todo.pop() {
            if depth > DEEPEST || !self.tree.visit() {
                continue;
            }
            if self.tree.tag(node) == Some("!reference") {
                todo.extend(self.reference(node).map(|target| (target, depth + 1)));
            } else if self.tree.is_sequence(node) {
                todo.extend(self.tree.items(node).iter().rev().map(|item| (*item, depth + 1)));
            } else {
                out.push(node);
            }
        }
        out
    }

    /// What `!reference [job, key, …]` leads to.
    fn reference(&self, node: NodeId) -> Option<NodeId> {
        let mut path = self.tree.items(node).iter().filter_map(|part| self.tree.str(*part));
        let start = *self.by_name.get(path.next()?)?;
        let Some(key) = path.next() else { return Some(start) };
        let mut at = self.lookup(&self.chain(start).links, key)?;
        for key in path {
            at = self.tree.get(at, key)?;
        }
        Some(at)
    }

    /// The mapping that a node is, through `!reference`.
    pub(super) fn mapping(&self, node: NodeId) -> NodeId {
        match self.tree.tag(node) {
            Some("!reference") => self.reference(node).unwrap_or(node),
            _ => node,
        }
    }
}
