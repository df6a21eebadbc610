//! Strings of Groovy: what keeps a shell's text in them from being Groovy's.

use super::Quoting;
use crate::edit::Edit;
use crate::rewrite::View;
use crate::rewrite::cut::{Cut, unclear};
use crate::rewrite::joined::plan::Obstacle;
use crate::source::Span;
use crate::syntax::groovy::{Expr, Quote, Tree};

/// The strings of a Groovy text that are not filled into others.
pub(in crate::rewrite) fn of_groovy(tree: &Tree<'_>) -> Vec<(Span, Quoting)> {
    let mut found = Vec::new();
    tree.visit(|expr| match expr {
        Expr::String(string) => {
            found.push((string.written.span, Quoting::Groovy(*string.quote)));
            false
        }
        _ => true,
    });
    found
}

/// Text made fit for a string. What is filled in stays, and so does a backslash that keeps a `$` for the shell or goes on
/// with the next line.
pub(super) fn escaped(text: &str, quote: Quote) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let is_kept = c == '\\'
            && chars.peek().is_some_and(|next| (quote.fills && *next == '$') || matches!(next, '\r' | '\n'));
        if quote.escapes && (c == '\\' || quote.close.starts_with(c)) && !is_kept {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// What Groovy would fill into such a string: each from its `$` to its brace or the end of its word.
fn fills(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices('$')
        .filter(|(at, _)| !text.get(..*at).is_some_and(|before| before.ends_with('\\')))
        .filter_map(|(at, _)| {
            let rest = text.get(at..)?;
            let end = match rest.strip_prefix("${") {
                Some(_) => rest.find('}').map_or(rest.len(), |end| end + 1),
                None => rest
                    .find(|c: char| !(c.is_alphanumeric() || matches!(c, '$' | '_')))
                    .unwrap_or(rest.len()),
            };
            rest.get(..end)
        })
}

/// What is written in a string, but for what [`escaped`] keeps; `None` where it is written in a way that is not undone.
pub(super) fn unescaped(written: &str, quote: Quote) -> Option<String> {
    if !quote.escapes {
        return (!written.contains(['\\', '$'])).then(|| written.to_owned());
    }
    let mut out = String::with_capacity(written.len());
    let mut chars = written.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next()? {
            '$' if quote.fills => out.push_str("\\$"),
            c @ ('\r' | '\n') => out.extend(['\\', c]),
            '\\' if quote.fills && chars.peek() == Some(&'$') => return None,
            c @ ('\'' | '"' | '\\' | '$') => out.push(c),
            _ => return None,
        }
    }
    Some(out)
}

impl View<'_> {
    /// Whether a `$` in an edit's text, which the shell is to read, would be Groovy's: one that is not in the string
    /// already.
    pub(in crate::rewrite) fn would_be_filled(&self, edit: &Edit) -> bool {
        let Some((string, Quoting::Groovy(quote))) = self.scalar(edit.span) else { return false };
        let written = self.text.get(string.range()).unwrap_or("");
        quote.fills && fills(&edit.text).any(|fill| !written.contains(fill))
    }

    /// Takes whole steps `sh` out where nothing would be left of their strings, which `whole` holds.
    pub(in crate::rewrite) fn statements(
        &self,
        whole: &mut Vec<(Span, Cut)>,
        edits: &mut Vec<(Edit, Span)>,
    ) -> Result<(), Obstacle> {
        let (mut gone, mut rest) = (Vec::new(), Vec::new());
        for (span, cut) in whole.drain(..) {
            match self.quoting(span) {
                Some(Quoting::Groovy(quote)) => {
                    let lines = self.statement(span, quote).ok_or_else(|| unclear(&cut))?;
                    gone.push((lines, cut));
                }
                _ => rest.push((span, cut)),
            }
        }
        *whole = rest;
        // A block of a declarative pipeline must not become empty.
        let mut first = 0;
        while let Some((lines, cut)) = gone.get(first) {
            let mut all = *lines;
            let mut next = first + 1;
            while let Some((lines, _)) =
                gone.get(next).filter(|(lines, _)| self.is_blank(all.end, lines.start))
            {
                all.end = lines.end;
                next += 1;
            }
            let is_code = |line: &&str| !line.is_empty() && !line.starts_with("//");
            let before = self.text.get(..all.start as usize).unwrap_or("").lines().rev().map(str::trim);
            let after = self.text.get(all.end as usize..).unwrap_or("").lines().map(str::trim);
            let opens = before.into_iter().find(is_code).is_none_or(|line| line.ends_with(['{', '>']));
            if opens && after.into_iter().find(is_code).is_none_or(|line| line.starts_with('}')) {
                return Err(unclear(cut));
            }
            first = next;
        }
        edits.extend(gone.into_iter().map(|(lines, cut)| (Edit::delete(lines, &*cut.reason), cut.command)));
        Ok(())
    }

    fn is_blank(&self, start: u32, end: u32) -> bool {
        self.text.get(start as usize..end as usize).is_some_and(|between| between.trim().is_empty())
    }

    /// The lines of a step that is `sh` and this string, and nothing else.
    fn statement(&self, string: Span, quote: Quote) -> Option<Span> {
        let open = (string.start as usize).checked_sub(quote.open.len())?;
        let before = self.text.get(..open)?;
        let lead = before.get(before.rfind('\n').map_or(0, |at| at + 1)..)?;
        let start = open - lead.trim_start().len();
        let mut end = string.end as usize + quote.close.len();
        let tail = self.text.get(end..)?.lines().next()?.trim_end();
        match lead.trim() {
            "sh" => {}
            "sh(" if tail.starts_with(')') => end += 1,
            _ => return None,
        }
        let span = |range| Span::new(string.file, range);
        self.whole_lines(span(start..start), span(start..end)).filter(|lines| {
            self.text.get(lines.start as usize..start).is_some_and(|lead| lead.trim().is_empty())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;
    use crate::syntax::groovy::parse;

    #[test]
    fn what_groovy_fills_in() {
        #[track_caller]
        fn check(text: &str, expected: &[&str]) {
            assert_eq!(fills(text).collect::<Vec<_>>(), expected, "{text}");
        }
        check("push $A ${b.c}:${TAG%:*} \\$D", &["$A", "${b.c}", "${TAG%:*}"]);
        check("a ${b", &["${b"]);
        check("no price: 5", &[]);
    }

    #[test]
    fn strings_of_groovy_are_written_as_they_are_read() {
        #[track_caller]
        fn check(source: &str, shell: Option<&str>) {
            let tree = parse(FileId(0), source);
            let found = of_groovy(&tree);
            let [(span, Quoting::Groovy(quote))] = found.as_slice() else { panic!("{found:?}") };
            let written = &source[span.range()];
            assert_eq!(unescaped(written, *quote).as_deref(), shell, "{source}");
            if let Some(shell) = shell {
                assert_eq!(escaped(shell, *quote), written, "{source}");
            }
        }
        check(r"sh 'echo $A'", Some("echo $A"));
        check(r"sh 'echo \'a\' \\'", Some(r"echo 'a' \"));
        check(r#"sh "echo \"${a}\" \$B ${c}""#, Some(r#"echo "${a}" \$B ${c}"#));
        check(r#"sh "echo \\\$B""#, Some(r"echo \\$B"));
        check(r#"sh "echo \\$B""#, None);
        check(r#"sh "echo ${x ? 'a' : 'b'}""#, Some("echo ${x ? 'a' : 'b'}"));
        check(r"sh 'a\tb'", None);
        check("sh '''\necho \"a\"\n'''", Some("\necho \"a\"\n"));
        check("sh $/echo a/$", Some("echo a"));
    }
}
