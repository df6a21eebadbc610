//! The rules' pages and the formats' page.

use std::fmt::Write as _;
use std::fs;

use anyhow::{Context, Result};
use daemonless_catalog::Builder;
use daemonless_core::format::{self, FORMATS, Format};
use daemonless_core::rewrite::ready;
use daemonless_core::rule::Rule;
use daemonless_core::{RULES, rewrite};

use super::markdown::table;
use super::{Page, page};
use crate::root;

/// The table of all rules.
pub(super) fn index() -> Result<String> {
    let rows = RULES.iter().map(|rule| [format!("[`{0}`](rules/{0}.md)", rule.id), rule.summary.to_owned()]);
    Ok(format!(
        "Each rule is one file of `crates/core/src/rules/`; its page is that file's documentation, and its examples are \
         tests: a bad one must be reported, a good one must not.\n\n\
         A finding's severity says what its line adds where it stands: the power that it gives a step, on the machine \
         that it runs on, by the [risk table](risk.md).\n\n{}",
        table(["Rule", "Reports"], rows)
    ))
}

/// A page for each rule.
pub(super) fn pages() -> Vec<Page> {
    RULES.iter().map(|rule| page(&format!("rules/{}.md", rule.id), rule.id, &text(rule))).collect()
}

fn text(rule: &Rule) -> String {
    let docs = rule.docs.lines().map(|line| line.strip_prefix(' ').unwrap_or(line)).map(caption);
    let docs = docs.collect::<Vec<_>>().join("\n");
    let file = rule.file.replace('\\', "/");
    format!("*{}.*\n\n{}\n\nDeclared in [`{file}`](../../{file}).", rule.summary, docs.trim())
}

/// A fence that names a format becomes one that names a language, under the format's title.
fn caption(line: &str) -> String {
    match line.strip_prefix("```").and_then(format::by_id) {
        Some(format) => format!("{}:\n\n```{}", format.title, language(format)),
        None => line.to_owned(),
    }
}

/// What colours a text of this format.
fn language(format: &Format) -> &'static str {
    match format.id {
        "dockerfile" => "dockerfile",
        "shell" => "sh",
        _ => "yaml",
    }
}

/// The table of all formats.
pub(super) fn formats() -> Result<String> {
    let mut rows = Vec::new();
    for format in FORMATS {
        let file = format!("crates/core/src/format/{}.rs", format.id.replace('-', "_"));
        let rewritten = Builder::ALL.iter().filter(|builder| rewrite::can(format.id, **builder));
        let rewritten = rewritten.map(|builder| builder.info().name()).collect::<Vec<_>>().join(", ");
        rows.push([
            format!("[`{}`](../{file})", format.id),
            format.title.to_owned(),
            purpose(&file)?,
            if rewritten.is_empty() { "no".into() } else { rewritten },
        ]);
    }
    let mut out = table(["Id", "Format", "What is read", "Rewritten for"], rows);
    let _ = write!(
        out,
        "\nA text is recognised by its path and its content: each format says how sure it is, from 0 to 100, and the \
         surest is taken. Below 60 the report says `formatCertain: false`, and the page asks. `--as ID` names the format \
         where you know better. A text that no format recognises is `unknown`: it has no jobs and no findings.\n\n\
         A Dockerfile stays as it is: for it a ready job for {} is written, and asked for as `CI:BUILDER`, such as \
         `{}`; a builder alone means the first CI.",
        ready::cis().map(|ci| format!("`{ci}`")).collect::<Vec<_>>().join(" or "),
        ready::WAYS.last().map_or("", |way| way.id)
    );
    Ok(out)
}

/// What a source file says it is for.
fn purpose(file: &str) -> Result<String> {
    let text = fs::read_to_string(root().join(file)).with_context(|| format!("cannot read {file}"))?;
    let lines = text.lines().map_while(|line| line.strip_prefix("//! "));
    Ok(lines.collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fences_of_formats_get_a_language() {
        assert_eq!(caption("```shell"), "Shell commands:\n\n```sh");
        assert!(caption("```docker-compose").ends_with("\n\n```yaml"));
        assert_eq!(caption("```"), "```");
        assert_eq!(caption("```toml"), "```toml");
    }
}
