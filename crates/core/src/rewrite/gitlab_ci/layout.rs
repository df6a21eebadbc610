//! Where a pipeline's parts are written, found once for all jobs.

use std::collections::{HashMap, HashSet};

use crate::source::Span;
use crate::syntax::yaml::{NodeId, Tree};

/// The parts that a rewrite changes, by where they are written.
#[derive(Debug, Default)]
pub(in crate::rewrite) struct Layout {
    /// The mapping of a job or template, by its name's span. Of a repeated name each has its own.
    pub(in crate::rewrite) bodies: HashMap<Span, NodeId>,
    /// The same by its name.
    named: HashMap<String, NodeId>,
    /// Key and list of `services` and the item in it, by the span of the service's image.
    pub(in crate::rewrite) services: HashMap<Span, (NodeId, NodeId, NodeId)>,
    /// The mapping of `variables` and the entry in it, by the span of the variable's name.
    pub(in crate::rewrite) variables: HashMap<Span, (NodeId, (NodeId, NodeId))>,
    /// The key of each mapping of `variables`.
    pub(in crate::rewrite) keys: HashMap<NodeId, NodeId>,
    /// The key and value of `image`, and whether they are in flow style, by where the image's name is written.
    pub(in crate::rewrite) images: HashMap<Span, (NodeId, NodeId, bool)>,
    /// Every script of the file with its key.
    pub(in crate::rewrite) scripts: Vec<(NodeId, NodeId)>,
    /// Keys that a mapping would be nothing without, or that a `!reference` may name.
    needed: HashSet<NodeId>,
}

/// A job that inherits from more is not looked through.
const MOST_TEMPLATES: usize = 100;

impl Layout {
    pub(in crate::rewrite) fn new(tree: &Tree<'_>) -> Self {
        let mut layout = Self::default();
        let referred = tree.source().contains("!reference");
        for root in &tree.roots {
            layout.add(tree, *root);
            for (name, body) in tree.written(*root) {
                layout.bodies.insert(tree.span(*name), *body);
                if let Some(name) = tree.str(*name) {
                    layout.named.insert(name.to_owned(), tree.resolve(*body));
                }
                layout.add(tree, *body);
                let entries = tree.written(*body);
                let hidden = tree.str(*name).is_some_and(|name| name.starts_with('.'));
                if entries.len() == 1 || (hidden && referred) {
                    layout.needed.extend(entries.iter().map(|(key, _)| *key));
                }
            }
        }
        layout
    }

    /// The bodies that a body inherits from by `extends` and merge keys, directly or not, the nearest first.
    pub(in crate::rewrite) fn inherited(&self, tree: &Tree<'_>, body: NodeId) -> Vec<NodeId> {
        let mut found = Vec::new();
        let mut next = 0;
        let mut own = Some(body);
        while let Some(body) = own.filter(|_| found.len() < MOST_TEMPLATES) {
            for (key, value) in tree.written(body) {
                let named: Vec<NodeId> = match tree.str(*key) {
                    Some("extends") => {
                        let names = tree.flatten(*value).into_iter().filter_map(|name| tree.str(name));
                        names.filter_map(|name| self.named.get(name).copied()).collect()
                    }
                    Some("<<") if tree.is_sequence(*value) => {
                        tree.items(*value).iter().map(|one| tree.resolve(*one)).collect()
                    }
                    Some("<<") => vec![tree.resolve(*value)],
                    _ => continue,
                };
                for one in named {
                    if !found.contains(&one) {
                        found.push(one);
                    }
                }
            }
            own = found.get(next).copied();
            next += 1;
        }
        found
    }

    /// Whether an entry must stay although nothing is left in it.
    pub(in crate::rewrite) fn is_needed(&self, key: NodeId) -> bool {
        self.needed.contains(&key)
    }

    /// The entries of the file itself, of `default`, or of a job or template.
    fn add(&mut self, tree: &Tree<'_>, map: NodeId) {
        for &(key, value) in tree.written(map) {
            match tree.str(key) {
                Some("before_script" | "script" | "after_script") => self.scripts.push((key, value)),
                Some("image") => {
                    if let Some(name) = image_of(tree, value) {
                        self.images.entry(name).or_insert((key, value, tree.is_flow(map)));
                    }
                }
                Some("services") if tree.is_sequence(value) && !tree.is_alias(value) => {
                    for item in tree.items(value) {
                        if let Some(image) = image_of(tree, *item) {
                            self.services.entry(image).or_insert((key, value, *item));
                        }
                    }
                }
                Some("variables") if tree.is_mapping(value) && !tree.is_alias(value) => {
                    self.keys.insert(value, key);
                    for entry in tree.written(value) {
                        self.variables.entry(tree.span(entry.0)).or_insert((value, *entry));
                    }
                }
                _ => {}
            }
        }
    }
}

/// Where the image of a service is written.
pub(in crate::rewrite) fn image_of(tree: &Tree<'_>, item: NodeId) -> Option<Span> {
    let name = if tree.is_mapping(item) { tree.get(item, "name") } else { Some(item) };
    name.map(|name| tree.span(tree.resolve(name)))
}
