//! Strings of Groovy: what keeps a shell's text in them from being Groovy's.

use super::Quoting;
use crate::source::Span;
use crate::syntax::groovy::{Expr, Quote, Tree};

/// The strings of a Groovy text that are not filled into others.
pub(in crate::rewrite) fn of_groovy(tree: &Tree<'_>) -> Vec<(Span, Quoting)> {
    let mut found = Vec::new();
    tree.visit(|expr| match expr {
        Expr::String(string) => {
            found.push((string.span, Quoting::Groovy(string.quote)));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;
    use crate::syntax::groovy::parse;

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
