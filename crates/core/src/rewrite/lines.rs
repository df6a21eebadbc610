//! Whole lines of a YAML text: entries and items that go, and lines that come.

use super::View;
use crate::edit::Edit;
use crate::source::Span;
use crate::syntax::yaml::NodeId;

impl View<'_> {
    /// The lines of an entry or item from the start of the line of `first` to the line break behind `last`; `None`
    /// where something else stands on these lines too.
    pub(super) fn whole_lines(&self, first: Span, last: Span) -> Option<Span> {
        let before = self.text.get(..first.start as usize)?;
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let lead = before.get(start..)?;
        if !lead.chars().all(|c| matches!(c, ' ' | '\t' | '-')) {
            return None;
        }
        let written = self.text.get(..last.end as usize)?;
        let end = written.trim_end_matches([' ', '\t', '\r', '\n']).len().max(first.end as usize);
        let rest = self.text.get(end..)?;
        let line = rest.find('\n').map_or(rest.len(), |at| at + 1);
        let tail = rest.get(..line)?.trim();
        if !tail.is_empty() && !tail.starts_with('#') {
            return None;
        }
        Some(Span::new(first.file, start..end + line))
    }

    /// The edit that takes away an entry whose list or mapping has nothing left. Where it has an anchor or is `needed`
    /// otherwise, it stays with an `empty` value.
    pub(super) fn without_entry(
        &self,
        (key, value): (NodeId, NodeId),
        empty: &str,
        needed: bool,
        reason: &str,
    ) -> Option<Edit> {
        let (first, last) = (self.tree.span(key), self.tree.span(value));
        let lines = self.whole_lines(first, last)?;
        let between = self.text.get(first.end as usize..last.start as usize)?;
        let anchor = between.split_whitespace().find(|word| word.starts_with('&'));
        if anchor.is_none() && !needed {
            return Some(Edit::delete(lines, reason));
        }
        let name = self.text.get(first.range())?;
        let anchor = anchor.map_or(String::new(), |anchor| format!("{anchor} "));
        let line = [format!("{name}: {anchor}{empty}")];
        Some(Edit::replace(lines, self.block(self.column(first), &line), reason))
    }

    /// All lines of the item of a list whose content is at `span`, its dash included; `None` where something else stands
    /// on them too.
    pub(super) fn item_lines(&self, span: Span) -> Option<Span> {
        let before = self.text.get(..span.start as usize)?.trim_end();
        let head = before.strip_suffix('-')?;
        let start = head.rfind('\n').map_or(0, |at| at + 1);
        if !head.get(start..)?.trim().is_empty() {
            return None;
        }
        let dash = Span { start: u32::try_from(head.len()).ok()?, end: span.start, ..span };
        self.whole_lines(dash, span)
    }

    /// Where the line after that of a scalar of one line starts.
    pub(super) fn line_after(&self, span: Span) -> Option<u32> {
        let rest = self.text.get(span.end as usize..)?;
        let line = rest.find('\n')?;
        let tail = rest.get(..line)?.trim();
        (tail.is_empty() || tail.starts_with('#')).then_some(span.end + u32::try_from(line).ok()? + 1)
    }

    /// How far the line of `span` is indented, `- ` of an item counted.
    pub(super) fn column(&self, span: Span) -> usize {
        let before = self.text.get(..span.start as usize).unwrap_or("");
        before.len() - before.rfind('\n').map_or(0, |at| at + 1)
    }

    /// The text's own line break.
    pub(super) fn line_break(&self) -> &'static str {
        self.line_break
    }

    /// Lines such as `KEY: value` at a column.
    pub(super) fn block(&self, column: usize, lines: &[String]) -> String {
        let pad = " ".repeat(column);
        lines.iter().map(|line| format!("{pad}{line}{}", self.line_break())).collect()
    }

    /// An edit that puts lines in front of the line on which `span` starts.
    pub(super) fn before(&self, span: Span, lines: String, reason: &str) -> Edit {
        let before = self.text.get(..span.start as usize).unwrap_or("");
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        Edit::insert(span, u32::try_from(start).unwrap_or(span.start), lines, reason)
    }

    /// The edits that take items out of a list, and the list with its last one; `added` come in the place of the first that
    /// goes, or else in front of all: each item as its lines. `None` where the list is written in a way that can't be cut
    /// apart.
    pub(super) fn change_items(
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
        let kept = items.iter().position(|item| !gone.contains(item))?;
        let mut edits = Vec::new();
        for item in gone {
            let at = items.iter().position(|own| own == item)?;
            edits.push(Edit::delete(self.item_in_flow(items, at, kept)?, reason));
        }
        if !added.is_empty() {
            edits.push(Edit::insert(span, span.start + 1, format!("{}, ", added.join(", ")), reason));
        }
        Some(edits)
    }

    /// Lines of entries behind a scalar of one line that ends its line.
    pub(super) fn behind(&self, span: Span, column: usize, lines: &[String], reason: &str) -> Option<Edit> {
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

    /// The edits that take `gone` of a mapping's entries away. Where none would be left, `owner`'s entry goes as a whole.
    /// The first of them makes room for `instead`.
    pub(super) fn remove_entries(
        &self,
        owner: (NodeId, NodeId),
        gone: &[(NodeId, NodeId)],
        instead: &str,
        reason: &str,
    ) -> Option<Vec<Edit>> {
        let map = owner.1;
        let all = self.tree.written(map).len() == gone.len();
        if all && instead.is_empty() {
            return Some(vec![self.without_entry(owner, "{}", false, reason)?]);
        }
        if self.tree.is_flow(map) {
            return None;
        }
        let mut edits = Vec::new();
        for (at, (key, value)) in gone.iter().enumerate() {
            let span = self.whole_lines(self.tree.span(*key), self.tree.span(*value))?;
            let text = if at == 0 { instead } else { "" };
            edits.push(Edit::replace(span, text, reason));
        }
        Some(edits)
    }
}
