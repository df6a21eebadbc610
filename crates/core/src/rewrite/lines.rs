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

    /// Where the line after that of a scalar of one line starts.
    pub(super) fn line_after(&self, span: Span) -> Option<u32> {
        let rest = self.text.get(span.end as usize..)?;
        let line = rest.find('\n')?;
        let tail = rest.get(..line)?.trim();
        (tail.is_empty() || tail.starts_with('#')).then_some(span.end + u32::try_from(line).ok()? + 1)
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
