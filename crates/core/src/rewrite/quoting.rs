//! What the quoting of a format makes of a text that goes into a scalar or string, and of one that is in it.

#[cfg(feature = "formats")]
mod groovy;

use std::collections::{BTreeMap, HashSet};

use super::View;
use crate::edit::{self, Edit};
use crate::order;
use crate::source::Span;
#[cfg(feature = "formats")]
use crate::syntax::groovy::Quote;
use crate::syntax::yaml::{Style, Tree};

#[cfg(feature = "formats")]
pub(super) use groovy::of_groovy;

/// How a text of the file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quoting {
    /// A scalar; its place is with its quotes.
    Yaml(Style),
    /// A string; its place is without its quotes.
    #[cfg(feature = "formats")]
    Groovy(Quote),
}

impl Quoting {
    /// Whether its lines are those of the script that it holds.
    pub(super) fn has_lines(self) -> bool {
        match self {
            Self::Yaml(style) => matches!(style, Style::Literal | Style::Folded),
            #[cfg(feature = "formats")]
            Self::Groovy(quote) => quote.lines,
        }
    }
}

/// The scalars of a YAML text.
pub(super) fn of_yaml(tree: &Tree<'_>) -> Vec<(Span, Quoting)> {
    tree.scalars().map(|(span, style)| (span, Quoting::Yaml(style))).collect()
}

/// Why a scalar that had no quotes gets some.
const QUOTES: &str = "Without quotes YAML would read the line in pieces.";

impl View<'_> {
    /// How the scalar that holds `span` is written.
    pub(super) fn quoting(&self, span: Span) -> Option<Quoting> {
        self.scalar(span).map(|(_, quoting)| quoting)
    }

    /// Text made fit for the scalar that it goes into.
    pub(super) fn escape(&self, span: Span, text: &str) -> String {
        match self.quoting(span) {
            Some(Quoting::Yaml(Style::Double)) => text.replace('\\', "\\\\").replace('"', "\\\""),
            Some(Quoting::Yaml(Style::Single)) => text.replace('\'', "''"),
            #[cfg(feature = "formats")]
            Some(Quoting::Groovy(quote)) => groovy::escaped(text, quote),
            _ => text.to_owned(),
        }
    }

    /// What is written at a place, without the quoting of the scalar that holds it; `None` where that can't be undone.
    pub(super) fn unescape(&self, span: Span) -> Option<String> {
        let written = self.text.get(span.range())?;
        match self.quoting(span) {
            Some(Quoting::Yaml(Style::Single)) => Some(written.replace("''", "'")),
            Some(Quoting::Yaml(Style::Double)) => {
                let mut out = String::with_capacity(written.len());
                let mut chars = written.chars();
                while let Some(c) = chars.next() {
                    match c {
                        '\\' => match chars.next()? {
                            c @ ('"' | '\\' | '/') => out.push(c),
                            _ => return None,
                        },
                        c => out.push(c),
                    }
                }
                Some(out)
            }
            #[cfg(feature = "formats")]
            Some(Quoting::Groovy(quote)) => groovy::unescaped(written, quote),
            _ => Some(written.to_owned()),
        }
    }

    /// Edits of scripts, each with the command that it is for, with quotes around the scalars that could not stand
    /// without them any more.
    pub(super) fn quoted(&self, edits: Vec<(Edit, Span)>) -> Vec<(Edit, Span)> {
        let mut plain: BTreeMap<Span, Vec<(Edit, Span)>> = BTreeMap::new();
        let mut out = Vec::new();
        for (edit, command) in edits {
            match self.scalar(edit.span) {
                Some((scalar, Quoting::Yaml(Style::Plain))) => {
                    plain.entry(scalar).or_default().push((edit, command));
                }
                _ => out.push((edit, command)),
            }
        }
        for (scalar, own) in plain {
            match self.stays_plain(scalar, &own) {
                true => out.extend(own),
                false => out.extend(self.in_quotes(scalar, own)),
            }
        }
        out
    }

    /// Whether a scalar without quotes is still one with these edits.
    fn stays_plain(&self, scalar: Span, edits: &[(Edit, Span)]) -> bool {
        let local = |edit: &Edit| {
            let span = Span {
                start: edit.span.start - scalar.start,
                end: edit.span.end - scalar.start,
                ..edit.span
            };
            Edit { span, ..edit.clone() }
        };
        let edits = edit::sorted(edits.iter().map(|(edit, _)| local(edit)).collect());
        // Edits that fall on the same place are looked at elsewhere.
        let Some((edits, written)) = edits.zip(self.text.get(scalar.range())) else { return true };
        is_plain(&edit::apply(written, &edits), self.is_in_flow(scalar))
    }

    /// Edits within a scalar that gets single quotes.
    fn in_quotes(&self, scalar: Span, mut edits: Vec<(Edit, Span)>) -> Vec<(Edit, Span)> {
        let Some(command) = edits.first().map(|(_, command)| *command) else { return edits };
        order::sort_by_key(&mut edits, |(edit, _)| edit.span);
        let written = self.text.get(scalar.range()).unwrap_or("");
        let stays = |at: u32| !edits.iter().any(|(edit, _)| edit.span.start <= at && at < edit.span.end);
        let quotes =
            written.match_indices('\'').filter_map(|(at, _)| Some(scalar.start + u32::try_from(at).ok()?));
        let mut doubled: Vec<(Edit, Span)> = quotes
            .filter(|at| stays(*at))
            .map(|at| (Edit::insert(scalar, at + 1, "'", QUOTES), command))
            .collect();
        for (edit, _) in &mut edits {
            edit.text = edit.text.replace('\'', "''");
        }
        match edits.first_mut().filter(|(edit, _)| edit.span.start == scalar.start) {
            Some((first, _)) => first.text.insert(0, '\''),
            None => doubled.push((Edit::insert(scalar, scalar.start, "'", QUOTES), command)),
        }
        match edits.last_mut().filter(|(edit, _)| edit.span.end == scalar.end) {
            Some((last, _)) => last.text.push('\''),
            None => doubled.push((Edit::insert(scalar, scalar.end, "'", QUOTES), command)),
        }
        edits.extend(doubled);
        edits
    }

    /// Whether a scalar stands in brackets or braces, where commas and brackets end it.
    fn is_in_flow(&self, scalar: Span) -> bool {
        let tree = self.tree;
        let all = || {
            let mut found = HashSet::new();
            let mut todo: Vec<_> = tree.roots.iter().map(|root| (*root, false)).collect();
            while let Some((node, in_flow)) = todo.pop() {
                if tree.is_alias(node) {
                    continue;
                }
                if in_flow && tree.is_scalar(node) {
                    found.insert(tree.span(node));
                }
                let below = in_flow || tree.is_flow(node);
                todo.extend(tree.items(node).iter().map(|item| (*item, below)));
                todo.extend(
                    tree.written(node).iter().flat_map(|(key, value)| [(*key, below), (*value, below)]),
                );
            }
            found
        };
        self.in_flow.get_or_init(all).contains(&scalar)
    }
}

/// What no text without quotes may begin with.
static INDICATORS: &[char] =
    &['-', '?', ':', ',', '[', ']', '{', '}', '#', '&', '*', '!', '|', '>', '\'', '"', '%', '@', '`'];

/// Whether a text of one command can stand without quotes.
fn is_plain(text: &str, in_flow: bool) -> bool {
    let parts = [": ", ":\n", ":\t", " #", "\t#"].iter().any(|part| text.contains(part));
    let ends = in_flow && text.contains([',', '[', ']', '{', '}']);
    !(parts || ends || text.starts_with(INDICATORS) || text.ends_with(':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_need_quotes_are_known() {
        #[track_caller]
        fn check(text: &str, in_block: bool, in_flow: bool) {
            assert_eq!((is_plain(text, false), is_plain(text, true)), (in_block, in_flow), "{text}");
        }
        check("buildah build .", true, true);
        check("build --output type=image,push=true", true, false);
        check("printf '{\"a\":1}'", true, false);
        check("echo a: b", false, false);
        check("make # all", false, false);
        check("\"$BUILD\" .", false, false);
    }
}
