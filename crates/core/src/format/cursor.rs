//! A place in a YAML tree that remembers how it was come by, so that each value read there can tell.

use std::cell::Cell;

use crate::model::{Value, Via, Way};
use crate::source::Span;
use crate::syntax::yaml::{NodeId, Tree};

/// How much may still be read through aliases, merge keys and `extends`: what is written once and used a thousand
/// times costs a thousand times, so a small text could ask for more than any memory holds.
#[derive(Debug)]
pub(super) struct Budget(Cell<u32>);

/// Values that real files read this way: a few hundred.
const BUDGET: u32 = 50_000;

impl Budget {
    pub(super) fn new() -> Self {
        Self(Cell::new(BUDGET))
    }

    fn spend(&self, cost: usize) -> bool {
        let left = self.0.get();
        let cost = u32::try_from(cost).unwrap_or(u32::MAX);
        self.0.set(left.saturating_sub(cost));
        left >= cost
    }
}

/// A node, the key that it stands under, and the aliases and merge keys that led to it.
#[derive(Clone, Debug)]
pub(super) struct Cursor<'a> {
    tree: &'a Tree<'a>,
    budget: &'a Budget,
    id: NodeId,
    key: Option<NodeId>,
    via: Way,
}

impl<'a> Cursor<'a> {
    /// The root of each document of the tree.
    pub(super) fn roots(tree: &'a Tree<'a>, budget: &'a Budget) -> impl Iterator<Item = Self> {
        tree.roots.iter().map(move |root| Self { tree, budget, id: *root, key: None, via: Way::new() })
    }

    fn child(&self, key: Option<NodeId>, id: NodeId, by: Way) -> Self {
        let mut via = self.via.clone();
        via.extend(by);
        if self.tree.is_alias(id) {
            via.push((Via::Alias, self.tree.span(id)));
        }
        Self { tree: self.tree, budget: self.budget, id, key, via }
    }

    /// The same place, reached from elsewhere by `chain`, nearest to where the value is used first.
    pub(super) fn reached(mut self, chain: &[(Via, Span)]) -> Self {
        self.via.splice(0..0, chain.iter().copied());
        self
    }

    /// The value of `key`, merge keys looked through. A value that says nothing (`key:`, `~`) is none.
    pub(super) fn get(&self, key: &str) -> Option<Self> {
        let entry = self.tree.entry(self.id, key)?;
        let child = self.child(Some(entry.key), entry.value, entry.via);
        (child.tree.tag(child.id).is_some() || !child.is_null()).then_some(child)
    }

    /// The value at a path of keys.
    pub(super) fn at(&self, path: &[&str]) -> Option<Self> {
        path.iter().try_fold(self.clone(), |here, key| here.get(key))
    }

    /// All entries of a mapping, merge keys looked through; none of anything else.
    pub(super) fn entries(&self) -> Vec<Self> {
        let entries = self.tree.entries(self.id);
        if !self.affords(entries.len()) {
            return Vec::new();
        }
        entries.into_iter().map(|entry| self.child(Some(entry.key), entry.value, entry.via)).collect()
    }

    /// The items of a sequence; none of anything else.
    pub(super) fn items(&self) -> Vec<Self> {
        let items = self.tree.items(self.id);
        if !self.affords(items.len()) {
            return Vec::new();
        }
        items.iter().map(|item| self.child(None, *item, Way::new())).collect()
    }

    /// The items of a sequence, or the one thing that stands in its place.
    pub(super) fn items_or_self(&self) -> Vec<Self> {
        if self.is_sequence() { self.items() } else { vec![self.clone()] }
    }

    /// Takes `cost` from what may be made of little text; `false` once there is nothing left.
    pub(super) fn spend(&self, cost: usize) -> bool {
        self.budget.spend(cost)
    }

    /// Whether that many things may be read here; what was come by directly is paid for by its own bytes.
    fn affords(&self, cost: usize) -> bool {
        self.via.is_empty() || self.budget.spend(cost)
    }

    /// The key that it stands under; empty for an item of a sequence.
    pub(super) fn key(&self) -> &'a str {
        self.key.and_then(|key| self.tree.str(key)).unwrap_or("")
    }

    pub(super) fn key_span(&self) -> Span {
        self.key.map_or_else(|| self.span(), |key| self.tree.span(key))
    }

    /// From the key to the end of the value, both as they are written together: of an alias, up to the alias.
    pub(super) fn entry_span(&self) -> Span {
        self.key_span().to(self.tree.span(self.id))
    }

    /// Where the value is written: of an alias, where it points.
    pub(super) fn span(&self) -> Span {
        self.tree.span(self.tree.resolve(self.id))
    }

    pub(super) fn id(&self) -> NodeId {
        self.tree.resolve(self.id)
    }

    pub(super) fn via(&self) -> &Way {
        &self.via
    }

    pub(super) fn tag(&self) -> Option<&'a str> {
        self.tree.tag(self.id)
    }

    pub(super) fn is_null(&self) -> bool {
        self.tree.is_null(self.id)
    }

    pub(super) fn is_mapping(&self) -> bool {
        self.tree.is_mapping(self.id)
    }

    pub(super) fn is_sequence(&self) -> bool {
        self.tree.is_sequence(self.id)
    }

    pub(super) fn is_scalar(&self) -> bool {
        self.tree.is_scalar(self.id)
    }

    /// The text of a scalar.
    pub(super) fn str(&self) -> Option<&'a str> {
        self.tree.str(self.id)
    }

    /// The text of a scalar as a value with its map.
    pub(super) fn value(&self) -> Option<Value> {
        if !self.affords(1 + self.str()?.len() / 64) {
            return None;
        }
        let mut value = Value::literal(self.tree.text(self.id)?);
        if value.text.is_empty() {
            value.span = self.span();
        }
        value.via.clone_from(&self.via);
        Some(value)
    }
}

/// Whether a value says yes, as YAML 1.1 and 1.2 spell it.
pub(super) fn is_true(value: &Value) -> bool {
    value.any(|text| ["true", "yes", "on"].iter().any(|word| text.eq_ignore_ascii_case(word)))
}
