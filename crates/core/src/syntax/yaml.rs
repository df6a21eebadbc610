//! YAML as an arena of nodes with byte spans. Aliases stay references and merge keys are looked through when asked, so
//! no text can make the tree larger than itself. After an error the parser goes on at the next line that fits one of
//! the collections that were open.

mod cook;
mod read;

use std::cell::Cell;

use crate::map::Set;
use crate::model::{SyntaxError, Via, Way};
use crate::source::{FileId, Span, Text};

pub use read::{parse, parse_text};

/// Index of a node in its tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(super) u32);

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Plain,
    Single,
    Double,
    Literal,
    Folded,
}

#[derive(Debug)]
pub(super) struct Node {
    pub(super) span: Span,
    tag: Option<Box<str>>,
    pub(super) kind: Kind,
}

#[derive(Debug)]
pub(super) enum Kind {
    /// `cooked` is absent where the source's own bytes are the value.
    Scalar {
        style: Style,
        cooked: Option<Box<str>>,
    },
    Sequence {
        items: Vec<NodeId>,
        flow: bool,
    },
    Mapping {
        entries: Vec<(NodeId, NodeId)>,
        flow: bool,
    },
    Alias(NodeId),
}

/// One text's documents and what could not be read of them.
#[derive(Debug)]
pub struct Tree<'t> {
    file: FileId,
    text: &'t str,
    /// The text with its map, where it is not a file's own; the nodes' spans are bytes of it.
    map: Option<&'t Text>,
    pub(super) nodes: Vec<Node>,
    /// The root of each document that has one.
    pub roots: Vec<NodeId>,
    pub errors: Vec<SyntaxError>,
    /// How many more entries may be visited through merge keys and nested aliases before they are left out.
    budget: Cell<u32>,
}

/// Visits that a text may ask for in all, besides four for each of its nodes. Real files need a few thousand; a merge
/// bomb needs more than there are atoms.
const BUDGET: u32 = 100_000;

/// Merge keys and aliases may point through this many others.
const DEEPEST: u32 = 64;

/// An entry of a mapping, its own or one that came by a merge key.
#[derive(Clone, Debug)]
pub struct Entry {
    pub key: NodeId,
    pub value: NodeId,
    /// Alias and merge key that it came by, nearest first; empty for the mapping's own.
    pub via: Way,
}

impl<'t> Tree<'t> {
    /// A tree of nothing yet, for a text of another syntax that has mappings, sequences and scalars too.
    pub(super) fn empty(file: FileId, text: &'t str) -> Self {
        let (nodes, roots, errors) = (Vec::new(), Vec::new(), Vec::new());
        Self { file, text, map: None, nodes, roots, errors, budget: Cell::new(BUDGET) }
    }

    /// Adds a node.
    pub(super) fn add(&mut self, span: Span, kind: Kind) -> NodeId {
        let id = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(Node { span, tag: None, kind });
        id
    }

    fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id.0 as usize)
    }

    /// The node behind an alias, or the node itself. An alias never points at an alias.
    pub fn resolve(&self, id: NodeId) -> NodeId {
        match self.node(id).map(|node| &node.kind) {
            Some(Kind::Alias(target)) => *target,
            _ => id,
        }
    }

    /// The whole text that the tree was read from.
    pub fn source(&self) -> &'t str {
        self.text
    }

    pub fn file(&self) -> FileId {
        self.file
    }

    /// Where the node is written; of an alias, the alias.
    pub fn span(&self, id: NodeId) -> Span {
        self.node(id).map_or_else(Span::default, |node| self.outer(node.span))
    }

    /// Where bytes of the text are written in the file.
    fn outer(&self, span: Span) -> Span {
        self.map.map_or(span, |map| map.span_of(span.range()))
    }

    /// The tag as written, such as `!reference`.
    pub fn tag(&self, id: NodeId) -> Option<&str> {
        self.node(self.resolve(id))?.tag.as_deref()
    }

    pub fn is_alias(&self, id: NodeId) -> bool {
        matches!(self.node(id).map(|node| &node.kind), Some(Kind::Alias(_)))
    }

    pub fn is_scalar(&self, id: NodeId) -> bool {
        matches!(self.node(self.resolve(id)).map(|node| &node.kind), Some(Kind::Scalar { .. }))
    }

    pub fn is_mapping(&self, id: NodeId) -> bool {
        matches!(self.node(self.resolve(id)).map(|node| &node.kind), Some(Kind::Mapping { .. }))
    }

    pub fn is_sequence(&self, id: NodeId) -> bool {
        matches!(self.node(self.resolve(id)).map(|node| &node.kind), Some(Kind::Sequence { .. }))
    }

    /// Whether the collection is written in braces or brackets.
    pub fn is_flow(&self, id: NodeId) -> bool {
        matches!(
            self.node(self.resolve(id)).map(|node| &node.kind),
            Some(Kind::Mapping { flow: true, .. } | Kind::Sequence { flow: true, .. })
        )
    }

    /// How a scalar is written.
    pub fn style(&self, id: NodeId) -> Option<Style> {
        match &self.node(self.resolve(id))?.kind {
            Kind::Scalar { style, .. } => Some(*style),
            _ => None,
        }
    }

    /// All scalars as written, in no order that tells anything.
    pub fn scalars(&self) -> impl Iterator<Item = (Span, Style)> + '_ {
        self.nodes.iter().filter_map(|node| match node.kind {
            Kind::Scalar { style, .. } => Some((self.outer(node.span), style)),
            _ => None,
        })
    }

    /// The value of a scalar. A plain empty one, `~` and `null` give the text that is written.
    pub fn str(&self, id: NodeId) -> Option<&str> {
        let node = self.node(self.resolve(id))?;
        match &node.kind {
            Kind::Scalar { cooked: Some(cooked), .. } => Some(cooked),
            Kind::Scalar { cooked: None, .. } => self.text.get(node.span.range()),
            _ => None,
        }
    }

    /// The value of a scalar with the map of its bytes.
    pub fn text(&self, id: NodeId) -> Option<Text> {
        let node = self.node(self.resolve(id))?;
        match &node.kind {
            Kind::Scalar { cooked: None, .. } => {
                let written = self.text.get(node.span.range())?;
                match self.map {
                    Some(map) => Some(map.slice(node.span.range())),
                    None => Some(Text::verbatim(self.file, node.span.start as usize, written)),
                }
            }
            Kind::Scalar { style, cooked: Some(cooked) } => {
                let source = cook::Source { file: self.file, text: self.text, map: self.map };
                Some(cook::text(source, node.span, *style, cooked))
            }
            _ => None,
        }
    }

    /// Whether the node says nothing: absent, `~` or `null`.
    pub fn is_null(&self, id: NodeId) -> bool {
        self.style(id) == Some(Style::Plain)
            && matches!(self.str(id), Some("" | "~" | "null" | "Null" | "NULL"))
    }

    /// `true` and `false` as YAML 1.1 and 1.2 spell them.
    pub fn bool(&self, id: NodeId) -> Option<bool> {
        match self.str(id)?.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" => Some(true),
            "false" | "no" | "off" => Some(false),
            _ => None,
        }
    }

    /// The items of a sequence; none of anything else.
    pub fn items(&self, id: NodeId) -> &[NodeId] {
        match self.node(self.resolve(id)).map(|node| &node.kind) {
            Some(Kind::Sequence { items, .. }) => items,
            _ => &[],
        }
    }

    /// A mapping's entries as written, merge keys included; none of anything else.
    pub fn written(&self, id: NodeId) -> &[(NodeId, NodeId)] {
        match self.node(self.resolve(id)).map(|node| &node.kind) {
            Some(Kind::Mapping { entries, .. }) => entries,
            _ => &[],
        }
    }

    /// A mapping's entries with merge keys looked through: its own first, the last of a repeated key only.
    pub fn entries(&self, id: NodeId) -> Vec<Entry> {
        let mut out = Vec::new();
        let mut seen = Set::new();
        let mut visited = Set::new();
        let mut todo = vec![(id, Way::new(), 0)];
        while let Some((map, via, depth)) = todo.pop() {
            let map = self.resolve(map);
            if depth > DEEPEST || !visited.insert(map) {
                continue;
            }
            let mut merged = Vec::new();
            let first = out.len();
            for &(key, value) in self.written(map).iter().rev() {
                if !self.visit() {
                    break;
                }
                let name = self.str(key).unwrap_or("");
                if name == "<<" {
                    merged.push(value);
                } else if seen.insert(name) {
                    out.push(Entry { key, value, via: via.clone() });
                }
            }
            if let Some(new) = out.get_mut(first..) {
                new.reverse();
            }
            // The first of several merged mappings wins, so it must be popped first; `merged` is in reverse order.
            for value in merged {
                let sources: &[NodeId] = if self.is_sequence(value) { self.items(value) } else { &[value] };
                for source in sources.iter().rev() {
                    let mut via = via.clone();
                    via.push((Via::Merge, self.span(*source)));
                    todo.push((*source, via, depth + 1));
                }
            }
        }
        out
    }

    /// The value of `key`, looked for in the mapping and then through its merge keys.
    pub fn get(&self, id: NodeId, key: &str) -> Option<NodeId> {
        self.entry(id, key).map(|entry| entry.value)
    }

    /// The entry of `key`, looked for in the mapping and then through its merge keys.
    pub fn entry(&self, id: NodeId, key: &str) -> Option<Entry> {
        let mut visited = Vec::new();
        let mut todo = vec![(id, Way::new())];
        while let Some((map, via)) = todo.pop() {
            let map = self.resolve(map);
            if visited.len() > DEEPEST as usize || visited.contains(&map) || !self.visit() {
                continue;
            }
            visited.push(map);
            let mut merged = Vec::new();
            for &(name, value) in self.written(map).iter().rev() {
                match self.str(name) {
                    Some(name_text) if name_text == key => return Some(Entry { key: name, value, via }),
                    Some("<<") => merged.push(value),
                    _ => {}
                }
            }
            for value in merged {
                let sources: &[NodeId] = if self.is_sequence(value) { self.items(value) } else { &[value] };
                for source in sources.iter().rev() {
                    let mut via = via.clone();
                    via.push((Via::Merge, self.span(*source)));
                    todo.push((*source, via));
                }
            }
        }
        None
    }

    /// All scalars below `id`, sequences in sequences and aliases looked through, as scripts nest them.
    pub fn flatten(&self, id: NodeId) -> Vec<NodeId> {
        let mut out = Vec::new();
        let mut todo = vec![(id, 0)];
        while let Some((node, depth)) = todo.pop() {
            if depth > DEEPEST || !self.visit() {
                continue;
            }
            if self.is_sequence(node) && self.tag(node).is_none() {
                todo.extend(self.items(node).iter().rev().map(|item| (*item, depth + 1)));
            } else {
                out.push(node);
            }
        }
        out
    }

    /// Takes one visit from the budget that merge keys, aliases and references share; says whether there was one left.
    pub fn visit(&self) -> bool {
        let left = self.budget.get();
        self.budget.set(left.saturating_sub(1));
        left > 0
    }
}

#[cfg(test)]
mod tests;
