//! Steps as lines of the text: one that goes, and one whose action becomes a script.

use super::action::Script;
use super::value::yaml;
use super::{Entry, Placing, Site};
use crate::edit::Edit;
use crate::rewrite::{View, reasons};
use crate::source::Span;
use crate::syntax::yaml::NodeId;

impl View<'_> {
    /// An entry from its key to the end of its last line, a comment there included and the line break not; `None` where
    /// something else follows.
    fn entry_lines(&self, (key, value): Entry) -> Option<Span> {
        let (key, value) = (self.tree.span(key), self.tree.span(value));
        let end = self.text.get(..value.end as usize)?.trim_end().len().max(key.end as usize);
        let rest = self.text.get(end..)?;
        let line = rest.find('\n').unwrap_or(rest.len());
        let tail = rest.get(..line)?.trim();
        if !(tail.is_empty() || tail == ":" || tail.starts_with('#')) {
            return None;
        }
        let line = rest.get(..line)?.trim_end().len();
        Some(Span::new(key.file, key.start as usize..end + line))
    }

    /// The comments in a stretch of the text.
    fn comments(&self, span: Span) -> Vec<&str> {
        let text = self.text.get(span.range()).unwrap_or("");
        let mut out = Vec::new();
        let mut start = span.start as usize;
        for line in text.split_inclusive('\n') {
            let is_comment = |at: &usize| {
                let before = line.get(..*at).unwrap_or("");
                let mark = Span::new(span.file, start + at..start + at + 1);
                (before.is_empty() || before.ends_with([' ', '\t'])) && self.quoting(mark).is_none()
            };
            if let Some(at) = line.match_indices('#').map(|(at, _)| at).find(is_comment) {
                out.push(line.get(at..).unwrap_or("").trim_end());
            }
            start += line.len();
        }
        out
    }
}

impl<'v> Placing<'_, 'v> {
    /// Takes a step away, with one of the blank lines around it.
    pub(super) fn remove_step(
        &mut self,
        site: &mut Site<'v>,
        step: NodeId,
        reason: &str,
    ) -> Result<(), String> {
        let view = self.view;
        let span = view.tree.span(view.tree.resolve(step));
        if view.tree.is_alias(step) || !view.only_used_by(span, self.chosen) {
            return Err(reasons::SHARED.into());
        }
        let mut lines = view.item_lines(span).ok_or_else(|| reasons::closed("the step is"))?;
        let before = view.text.get(..lines.start as usize).unwrap_or("");
        let after = view.text.get(lines.end as usize..).unwrap_or("");
        let blank_after = after.split_inclusive('\n').next().filter(|line| line.trim().is_empty());
        let blank_before = before
            .trim_end_matches([' ', '\t', '\r'])
            .strip_suffix('\n')
            .map(|rest| rest.trim_end_matches('\r'));
        if let Some(blank) = blank_after
            && blank_before.is_some_and(|rest| rest.ends_with('\n'))
        {
            lines.end += u32::try_from(blank.len()).unwrap_or(0);
        }
        site.rewritten.push(span);
        site.removed += 1;
        self.change(site.at, Edit::delete(lines, reason));
        Ok(())
    }

    /// Puts a script in the place of a step's action: `run` where the first of `uses` and `with` stood, variables where
    /// the second was.
    pub(super) fn write_step(
        &mut self,
        site: &mut Site<'v>,
        step: NodeId,
        mut script: Script,
    ) -> Result<(), String> {
        let view = self.view;
        let tree = view.tree;
        let unfit = || reasons::closed("the step is");
        let uses = self
            .own(step, "uses")
            .filter(|_| !tree.is_flow(step) && !tree.is_alias(step))
            .ok_or_else(unfit)?;
        let with = self.own(step, "with").filter(|(_, inputs)| !tree.is_alias(*inputs));
        if with.is_none() && tree.get(step, "with").is_some() {
            return Err(unfit());
        }
        let env = self.own(step, "env");
        let pad = " ".repeat(view.column(tree.span(uses.0)));
        let end = view.line_break();
        let uses_lines = view.entry_lines(uses).ok_or_else(unfit)?;
        let with_lines = match with {
            Some(with) => Some(view.entry_lines(with).ok_or_else(unfit)?),
            None => None,
        };
        let comments: Vec<String> = with_lines
            .map(|lines| view.comments(lines).into_iter().map(str::to_owned).collect())
            .unwrap_or_default();
        let mut run = self.run_lines(site, &script, &comments);
        let added = std::mem::take(&mut script.variables.added);
        let lines: Vec<String> =
            added.iter().map(|(name, value)| format!("{name}: {}", yaml(value))).collect();
        let mut reason = format!("`{}` takes the action's place.", view.builder.id());
        for more in &script.reasons {
            if !reason.contains(more) {
                reason.push(' ');
                reason.push_str(more);
            }
        }
        let mut own_env = Vec::new();
        match env {
            _ if lines.is_empty() => {}
            Some(env) => self.add_variables(site, env, &added)?,
            None => {
                own_env.push("env:".to_owned());
                own_env.extend(lines.iter().map(|line| format!("  {line}")));
            }
        }
        let second = match with_lines {
            Some(with) if with.start < uses_lines.start => Some((with, uses_lines)),
            Some(with) => Some((uses_lines, with)),
            None => None,
        };
        let text = |lines: &[String]| lines.join(&format!("{end}{pad}"));
        site.rewritten.extend([Some(uses_lines), with_lines].into_iter().flatten());
        match second {
            Some((first, second)) if own_env.is_empty() => {
                let gone = view.whole_lines(second, second).ok_or_else(unfit)?;
                self.change(site.at, Edit::replace(first, text(&run), reason));
                self.change(site.at, Edit::delete(gone, "The inputs are in the script."));
            }
            Some((first, second)) => {
                self.change(site.at, Edit::replace(first, text(&run), reason));
                let why = "What GitHub fills in reaches the script by its environment, where it can't become a command.";
                self.change(site.at, Edit::replace(second, text(&own_env), why));
            }
            None => {
                run.extend(own_env);
                self.change(site.at, Edit::replace(uses_lines, text(&run), reason));
            }
        }
        Ok(())
    }

    /// The lines of `run` and of what it needs beside it.
    fn run_lines(&self, site: &Site<'_>, script: &Script, comments: &[String]) -> Vec<String> {
        let tree = self.view.tree;
        let default = |name: &str| {
            let levels = std::iter::once(site.body).chain(tree.roots.iter().copied());
            let mut found =
                levels.filter_map(|level| tree.get(tree.get(tree.get(level, "defaults")?, "run")?, name));
            found.next().and_then(|value| tree.str(value)).map(str::to_owned)
        };
        let mut out = Vec::new();
        match script.lines.as_slice() {
            [line] if comments.is_empty() && yaml(line) == *line => out.push(format!("run: {line}")),
            lines => {
                out.push("run: |".to_owned());
                out.extend(comments.iter().chain(lines).map(|line| format!("  {line}")));
            }
        }
        let shell = default("shell");
        let is_bash =
            shell.as_deref().map_or(site.is_vm(), |shell| shell.split_whitespace().next() == Some("bash"));
        let is_shell = shell.as_deref().is_none_or(|shell| {
            matches!(shell.split_whitespace().next(), Some("bash" | "sh" | "dash" | "zsh"))
        });
        // Outside of a hosted machine the default is `sh`, where there may be no lists.
        if !is_shell || (script.bash && !is_bash) {
            out.push("shell: bash".to_owned());
        }
        if default("working-directory").is_some() {
            // Actions run in the workspace, whatever the default of scripts is.
            out.push("working-directory: .".to_owned());
        }
        out
    }

    /// Adds variables to those that a step has.
    fn add_variables(
        &mut self,
        site: &Site<'_>,
        (key, map): Entry,
        added: &[(String, String)],
    ) -> Result<(), String> {
        let view = self.view;
        let tree = view.tree;
        let unfit = || "its variables are written in a way that nothing can be added to".to_owned();
        if !tree.is_mapping(map) || tree.is_alias(map) {
            return Err(unfit());
        }
        let why =
            "What GitHub fills in reaches the script by its environment, where it can't become a command.";
        let span = tree.span(map);
        if tree.is_flow(map) {
            let text: String = added
                .iter()
                .map(|(name, value)| format!("{name}: '{}', ", value.replace('\'', "''")))
                .collect();
            self.change(site.at, Edit::insert(span, span.start + 1, text, why));
            return Ok(());
        }
        let first = tree.written(map).first().ok_or_else(unfit)?;
        let lines = view.entry_lines((key, map)).ok_or_else(unfit)?;
        let pad = " ".repeat(view.column(tree.span(first.0)));
        let text: String = added
            .iter()
            .map(|(name, value)| format!("{}{pad}{name}: {}", view.line_break(), yaml(value)))
            .collect();
        self.change(site.at, Edit::insert(lines, lines.end, text, why));
        Ok(())
    }
}
