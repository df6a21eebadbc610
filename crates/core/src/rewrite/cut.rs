//! Commands taken out of a script: out of a list that `&&` joins, off a line, or with their whole item.

use std::collections::{HashMap, HashSet};

use super::View;
use super::joined::plan::Obstacle;
use super::joined::{trim_end, trim_start};
use super::quoting::Quoting;
use crate::edit::Edit;
use crate::model::Command;
use crate::order;
use crate::source::Span;
use crate::syntax::yaml::{NodeId, Style};

/// A script of the file: its key and its list or text.
pub(super) type Script = (NodeId, NodeId);

/// A command that goes, and why.
#[derive(Clone, Debug)]
pub(super) struct Cut {
    pub(super) span: Span,
    /// The command that the file's jobs share where they share this.
    pub(super) command: Span,
    pub(super) reason: String,
}

impl Cut {
    pub(super) fn of(command: &Command, reason: &str) -> Self {
        Self { span: command.span, command: command.span, reason: reason.to_owned() }
    }
}

/// What a command may be followed by that goes with it.
static EXCUSES: &[&str] = &["true", ":", "exit", "return", "echo"];

impl View<'_> {
    /// The edits that take commands out of their scripts, each with the first command that it takes, or the command
    /// that can't be.
    pub(super) fn cuts(&self, mut cuts: Vec<Cut>, scripts: &[Script]) -> Result<Vec<(Edit, Span)>, Obstacle> {
        order::sort_by_key(&mut cuts, |cut| cut.span);
        let mut edits = Vec::new();
        let mut whole: Vec<(Span, Cut)> = Vec::new();
        let mut rest = cuts.as_slice();
        while let Some(first) = rest.first() {
            let scalar = self.scalar(first.span).ok_or_else(|| unclear(first))?;
            let count = rest.iter().take_while(|cut| scalar.0.contains(cut.span)).count().max(1);
            let (of_scalar, others) = rest.split_at(count);
            rest = others;
            match self.pieces(scalar, of_scalar)? {
                Some(pieces) => edits.extend(pieces),
                None => whole.push((scalar.0, first.clone())),
            }
        }
        #[cfg(feature = "formats")]
        self.statements(&mut whole, &mut edits)?;
        self.items(&whole, scripts, &mut edits)?;
        Ok(edits)
    }

    /// The scalar that holds a command.
    pub(super) fn scalar(&self, span: Span) -> Option<(Span, Quoting)> {
        let at = self.scalars.partition_point(|(scalar, _)| *scalar <= Span { end: u32::MAX, ..span });
        let mut before = self.scalars.get(..at)?.iter().rev().take(2);
        before.find(|(scalar, _)| scalar.contains(span)).copied()
    }

    /// Where the text of a scalar is, without quotes and a block's first line.
    pub(super) fn content(&self, (span, quoting): (Span, Quoting)) -> Span {
        let text = self.text.get(span.range()).unwrap_or("");
        match quoting {
            Quoting::Yaml(Style::Single | Style::Double) => {
                Span { start: span.start + 1, end: span.end.max(2) - 1, ..span }
            }
            Quoting::Yaml(Style::Literal | Style::Folded) if text.starts_with(['|', '>']) => {
                let first = text.find('\n').map_or(text.len(), |at| at + 1);
                Span { start: span.start + u32::try_from(first).unwrap_or(0), ..span }
            }
            // Its place begins behind the indentation of its first line.
            Quoting::Yaml(Style::Literal | Style::Folded) => {
                let lead = self.column(span);
                let start = (span.start as usize).saturating_sub(lead);
                let is_blank =
                    self.text.get(start..span.start as usize).is_some_and(|lead| lead.trim().is_empty());
                Span {
                    start: if is_blank { u32::try_from(start).unwrap_or(span.start) } else { span.start },
                    ..span
                }
            }
            _ => span,
        }
    }

    /// The edits within one scalar; `None` where nothing of it would be left.
    fn pieces(&self, scalar: (Span, Quoting), cuts: &[Cut]) -> Result<Option<Vec<(Edit, Span)>>, Obstacle> {
        let content = self.content(scalar);
        let mut runs: Vec<(Span, &Cut)> = Vec::new();
        for cut in cuts {
            let joined = |last: &Span| {
                let between = self.text.get(last.end as usize..cut.span.start as usize).unwrap_or("x");
                between.chars().all(|c| c.is_whitespace() || matches!(c, '\\' | '&' | ';'))
            };
            match runs.last_mut().filter(|(last, _)| joined(last)) {
                Some((last, _)) => last.end = cut.span.end,
                None => runs.push((cut.span, cut)),
            }
        }
        let mut edits = Vec::new();
        let mut left = String::new();
        let mut done = content.start;
        for (run, cut) in runs {
            let span = self.piece(content, run, scalar.1).ok_or_else(|| unclear(cut))?;
            left.push_str(self.text.get(done as usize..span.start as usize).unwrap_or(""));
            done = span.end;
            edits.push((Edit::delete(span, &*cut.reason), cut.command));
        }
        left.push_str(self.text.get(done as usize..content.end as usize).unwrap_or(""));
        let is_empty = left.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#'));
        Ok((!is_empty).then_some(edits))
    }

    /// What goes with a run of commands: the `&&` or `;` that joins it to what stays, or its lines.
    fn piece(&self, content: Span, run: Span, quoting: Quoting) -> Option<Span> {
        let before = self.text.get(content.start as usize..run.start as usize)?;
        let after = self.text.get(run.end as usize..content.end as usize)?;
        let at = |offset: usize| u32::try_from(offset).ok();
        let (lead, tail) = (trim_end(before), trim_start(after));
        let lead_word = lead.rsplit(|c: char| c.is_whitespace() || c == ';').next().unwrap_or("");
        let opens = matches!(lead_word, "then" | "do" | "else" | "{" | "(") || lead.ends_with('(');
        if lead.ends_with('|') || lead_word == "!" {
            return None;
        }
        if let Some(rest) = lead.strip_suffix("&&") {
            let start = content.start + at(trim_end(rest).len())?;
            return Some(Span { start, ..run });
        }
        if matches!(lead_word, "if" | "elif" | "while" | "until") {
            return None;
        }
        // `|| true` says that it may fail, and goes with it.
        let excused = tail.strip_prefix("||").map(|excuse| {
            let excuse = excuse.trim_start();
            let end = excuse.find(['\n', ';', '&', '|', '}', ')', '#']).unwrap_or(excuse.len());
            excuse.split_at_checked(end).unwrap_or((excuse, ""))
        });
        let (tail, ends) = match excused {
            Some((excuse, rest)) => {
                let word = excuse.split_whitespace().next().unwrap_or("");
                if !EXCUSES.contains(&word) {
                    return None;
                }
                (trim_start(rest), content.end - at(rest.len())?)
            }
            None => (tail, run.end),
        };
        let after = self.text.get(ends as usize..content.end as usize)?;
        let closing = tail.trim_start_matches(';').trim_start();
        let closing = closing.split(|c: char| c.is_whitespace() || c == ';').next().unwrap_or("");
        if opens
            && (matches!(closing, "fi" | "done" | "else" | "elif" | "}" | "") || closing.starts_with(')'))
        {
            return None;
        }
        if let Some(rest) = tail.strip_prefix("&&") {
            return Some(Span { end: content.end - at(trim_start(rest).len())?, ..run });
        }
        if tail.starts_with(['|', '&']) {
            return None;
        }
        let line = before.rfind('\n').map_or(0, |at| at + 1);
        // A tutorial's prompt goes with its command.
        let own_line = matches!(before.get(line..)?.trim(), "" | "$");
        if let Some(rest) = before.trim_end_matches([' ', '\t']).strip_suffix(';')
            && !rest.ends_with(';')
        {
            return Some(Span {
                start: content.start + at(rest.trim_end_matches([' ', '\t']).len())?,
                end: ends,
                ..run
            });
        }
        let blank = after.trim_start_matches([' ', '\t']);
        if let Some(rest) = blank.strip_prefix(';').filter(|rest| !rest.starts_with(';')) {
            return Some(Span { end: content.end - at(rest.trim_start_matches([' ', '\t']).len())?, ..run });
        }
        let end = after.find('\n').map_or(after.len(), |at| at + 1);
        let rest = after.get(..end)?.trim();
        let all = lead.is_empty() && tail.is_empty();
        ((quoting.has_lines() && own_line && (rest.is_empty() || rest.starts_with('#'))) || all)
            .then_some(Span { start: content.start + at(line)?, end: ends + at(end)?, ..run })
    }

    /// Takes whole items out of their lists, and a list with its last one.
    fn items(
        &self,
        whole: &[(Span, Cut)],
        scripts: &[Script],
        edits: &mut Vec<(Edit, Span)>,
    ) -> Result<(), Obstacle> {
        let tree = self.tree;
        let mut lists: Vec<(Script, Vec<(Span, &Cut)>)> = Vec::new();
        for gone in whole {
            let holds = |(_, list): &&Script| tree.span(*list).contains(gone.0);
            let script = *scripts.iter().find(holds).ok_or_else(|| unclear(&gone.1))?;
            // A step goes with its script.
            let gone = (self.step(script, gone.0).unwrap_or(gone.0), &gone.1);
            match lists.last_mut().filter(|(last, _)| *last == script) {
                Some((_, items)) => items.push(gone),
                None => lists.push((script, vec![gone])),
            }
        }
        for ((key, list), gone) in lists {
            let Some((_, first)) = gone.first().copied() else { continue };
            let spans: HashSet<Span> = gone.iter().map(|(span, _)| *span).collect();
            let is_gone = |item: &NodeId| spans.contains(&tree.span(*item));
            let is_whole = !tree.is_sequence(list) || tree.items(list).iter().all(is_gone);
            if is_whole {
                if let Some(name @ ("script" | "steps")) = tree.str(key) {
                    return Err((first.span, format!("nothing would be left of its `{name}`")));
                }
                let edit = self.without_entry((key, list), "[]", false, &first.reason);
                edits.push((edit.ok_or_else(|| unclear(first))?, first.command));
                continue;
            }
            if tree.is_flow(list) {
                let items = tree.items(list);
                let kept = items.iter().position(|item| !is_gone(item)).unwrap_or(items.len());
                let places: HashMap<Span, usize> =
                    items.iter().enumerate().map(|(at, item)| (tree.span(*item), at)).collect();
                for (span, cut) in &gone {
                    let place = places.get(span).and_then(|at| self.item_in_flow(items, *at, kept));
                    edits.push((Edit::delete(place.ok_or_else(|| unclear(cut))?, &*cut.reason), cut.command));
                }
                continue;
            }
            for (span, cut) in gone {
                let lines = self.whole_lines(span, span).filter(|lines| {
                    let lead = self.text.get(lines.start as usize..span.start as usize).unwrap_or("");
                    lead.matches('-').count() == 1
                });
                edits.push((Edit::delete(lines.ok_or_else(|| unclear(cut))?, &*cut.reason), cut.command));
            }
        }
        Ok(())
    }

    /// The item of a list of steps that holds a script.
    fn step(&self, (_, list): Script, script: Span) -> Option<Span> {
        let items = self.tree.items(list);
        let at = items.partition_point(|item| self.tree.span(*item).start <= script.start);
        let item = *items.get(at.checked_sub(1)?)?;
        let span = self.tree.span(item);
        (self.tree.is_mapping(item) && !self.tree.is_alias(item) && span.contains(script)).then_some(span)
    }

    /// An item of a list in brackets with the comma that goes with it: the one before it, or where nothing in front of it
    /// stays, the one behind it. The first item that stays is the one at `kept`.
    pub(super) fn item_in_flow(&self, items: &[NodeId], at: usize, kept: usize) -> Option<Span> {
        let span = |at: usize| items.get(at).map(|item| self.tree.span(*item));
        let own = span(at)?;
        let place = match at > kept {
            true => Span { start: span(at.checked_sub(1)?)?.end, ..own },
            false => Span { end: span(at + 1)?.start, ..own },
        };
        let between = self.text.get(place.range())?;
        let clear = between.len() - own.range().len();
        let gap = if at > kept { between.get(..clear)? } else { between.get(own.range().len()..)? };
        gap.chars().all(|c| c == ',' || c.is_whitespace()).then_some(place)
    }
}

pub(super) fn unclear(cut: &Cut) -> Obstacle {
    (cut.span, "it would have to go, and can't be cut out of what stands around it".into())
}
