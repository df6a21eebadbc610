//! Lists of mappings that items are taken from and put into, and lines that come behind an entry.

use std::collections::HashSet;

use super::super::View;
use crate::edit::Edit;
use crate::source::Span;
use crate::syntax::yaml::NodeId;

impl View<'_> {
    /// The edits that take items out of a list, and the list with its last one; `added` come in the place of the first that
    /// goes, or else in front of all: each item as its lines. `None` where the list is written in a way that can't be cut
    /// apart.
    pub(in crate::rewrite) fn change_items(
        &self,
        owner: (NodeId, NodeId),
        gone: &[NodeId],
        added: &[Vec<String>],
        reason: &str,
    ) -> Option<Vec<Edit>> {
        let (tree, list) = (self.tree, owner.1);
        let items = tree.items(list);
        if items.len() == gone.len() && added.is_empty() {
            return Some(vec![self.without_entry(owner, "[]", false, reason)?]);
        }
        if tree.is_flow(list) {
            return self.change_items_in_flow(list, gone, added, reason);
        }
        let first = self.item_lines(tree.span(*gone.first().or(items.first())?))?;
        let written = self.text.get(first.range())?;
        let dash = written.find(|c: char| !matches!(c, ' ' | '\t' | '-'))?;
        let (lead, end) = (written.get(..dash)?, self.line_break());
        let pad = " ".repeat(lead.len());
        let mut instead = String::new();
        for lines in added {
            for (at, line) in lines.iter().enumerate() {
                instead.push_str(if at == 0 { lead } else { &pad });
                instead.push_str(line);
                instead.push_str(end);
            }
        }
        if gone.is_empty() {
            return Some(vec![Edit::insert(first, first.start, instead, reason)]);
        }
        let places: Option<Vec<Span>> = gone.iter().map(|item| self.item_lines(tree.span(*item))).collect();
        let edits = places?.into_iter().enumerate().map(|(at, place)| {
            let text = if at == 0 { std::mem::take(&mut instead) } else { String::new() };
            Edit::replace(place, text, reason)
        });
        Some(edits.collect())
    }

    /// The same of a list in brackets.
    fn change_items_in_flow(
        &self,
        list: NodeId,
        gone: &[NodeId],
        added: &[Vec<String>],
        reason: &str,
    ) -> Option<Vec<Edit>> {
        let items = self.tree.items(list);
        let added: Vec<String> = added.iter().map(|lines| format!("{{ {} }}", lines.join(", "))).collect();
        let span = self.tree.span(list);
        if items.len() == gone.len() {
            return Some(vec![Edit::replace(span, format!("[{}]", added.join(", ")), reason)]);
        }
        let gone: HashSet<&NodeId> = gone.iter().collect();
        let kept = items.iter().position(|item| !gone.contains(item))?;
        let mut edits = Vec::new();
        for (at, _) in items.iter().enumerate().filter(|(_, item)| gone.contains(item)) {
            edits.push(Edit::delete(self.item_in_flow(items, at, kept)?, reason));
        }
        if !added.is_empty() {
            edits.push(Edit::insert(span, span.start + 1, format!("{}, ", added.join(", ")), reason));
        }
        Some(edits)
    }

    /// Lines of entries behind a scalar of one line that ends its line.
    pub(in crate::rewrite) fn behind(
        &self,
        span: Span,
        column: usize,
        lines: &[String],
        reason: &str,
    ) -> Option<Edit> {
        let block = self.block(column, lines);
        if let Some(at) = self.line_after(span) {
            return Some(Edit::insert(span, at, block, reason));
        }
        let tail = self.text.get(span.end as usize..)?;
        let is_last = tail.trim().is_empty() || (tail.trim_start().starts_with('#') && !tail.contains('\n'));
        let end = u32::try_from(self.text.len()).ok().filter(|_| is_last)?;
        let text = format!("{}{}", self.line_break(), block.trim_end());
        Some(Edit::insert(span, end, text, reason))
    }
}
