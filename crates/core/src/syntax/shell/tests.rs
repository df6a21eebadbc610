//! What of a script could not be read.

use super::Parser;
use crate::source::{FileId, Text};

/// `expected`: each error as its bytes, a colon and its message.
#[track_caller]
fn check(script: &str, expected: &[&str]) {
    let text = Text::verbatim(FileId(0), 0, script);
    let mut parser = Parser::new(&text, 0);
    while parser.next_statement().is_some() {}
    let errors = parser.into_errors();
    let shown: Vec<_> =
        errors.iter().map(|error| format!("{}: {}", &script[error.span.range()], error.message)).collect();
    assert_eq!(shown, expected, "{script}");
}

#[test]
fn what_is_whole_has_no_errors() {
    check("a 'b' \"c\" $(d \"$(e ')')\") `f` ${g:-'}'} $'h\\'' # it's", &[]);
    check("if a; then b; elif c; then d; else e; fi", &[]);
    check("while a; do b; done; for c in d; do e; done; for ((;;)); do f; done", &[]);
    check("case a in b|c) d;; (e) f;; esac", &[]);
    check("f() { (a); }; { b; }; (c; d)", &[]);
    check("cat <<A <<-'B'\nit's\nA\n\tit's\n\tB\n", &[]);
    check("echo then fi } done; test \"$x\" = ')'", &[]);
    check("echo ${{ it's }} '${{ 'x' }}'", &[]);
}

#[test]
fn what_is_open_at_the_end_is_told() {
    check("a 'b\nc", &["': this quote is not closed"]);
    check("a \"b\nc", &["\": this quote is not closed"]);
    check("a \"$(b \"c)\"", &["$(: no `)` ends this `$(`", "\": this quote is not closed"]);
    check("a $(b", &["$(: no `)` ends this `$(`"]);
    check("a <(b", &["<(: no `)` ends this `<(`"]);
    check("a ${b", &["${: no `}` ends this `${`"]);
    check("a `b", &["`: no second backtick ends what this one starts"]);
    check("(a", &["(: no `)` ends this `(`"]);
    check("{ a", &["{: no `}` ends this `{`"]);
    check("if a; then b", &["if: no `fi` ends this `if`"]);
    check("while a; do b", &["while: no `done` ends this `while`"]);
    check("for a in b; do c", &["for: no `done` ends this `for`"]);
    check("case a in b) c;;", &["case: no `esac` ends this `case`"]);
    check("cat <<A\nb", &["<<: no line `A` ends this heredoc, so all that follows is its text"]);
}

#[test]
fn what_nothing_opened_is_told() {
    check("a\nfi\nb", &["fi: nothing is open here that `fi` could end"]);
    check("a )", &["): nothing is open here that `)` could end"]);
    check("(a; done)", &["done: nothing is open here that `done` could end"]);
}

#[test]
fn there_is_an_end_to_errors() {
    let text = Text::verbatim(FileId(0), 0, &"fi\n".repeat(1_000));
    let mut parser = Parser::new(&text, 0);
    while parser.next_statement().is_some() {}
    assert_eq!(parser.into_errors().len(), 20);
}
