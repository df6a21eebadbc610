//! Pieces of Markdown that several pages are made of.

use std::fmt::Write as _;

use daemonless_catalog::{Source, SourceRef};

/// A table. Cells are Markdown; what would end one is escaped.
pub(super) fn table<const N: usize>(head: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> String {
    let mut out = format!("| {} |\n|{}\n", head.join(" | "), " --- |".repeat(N));
    for row in rows {
        let _ =
            writeln!(out, "| {} |", row.map(|cell| cell.replace('|', "\\|").replace('\n', " ")).join(" | "));
    }
    out
}

/// A fenced block of code.
pub(super) fn fence(language: &str, text: &str) -> String {
    let longest = text.lines().map(|line| line.len() - line.trim_start_matches('`').len()).max().unwrap_or(0);
    let ticks = "`".repeat(longest.max(2) + 1);
    format!("{ticks}{language}\n{}\n{ticks}\n", text.trim_end())
}

/// Where facts come from, in one line: links in parentheses, or nothing.
pub(super) fn cited(sources: &[SourceRef]) -> String {
    let links = sources.iter().map(|source| link(source)).collect::<Vec<_>>();
    if links.is_empty() { String::new() } else { format!(" ({})", links.join(", ")) }
}

/// A list of sources, a line each.
pub(super) fn listed(sources: &[SourceRef]) -> String {
    let lines = sources.iter().map(|source| format!("- {}, checked {}\n", link(source), source.checked));
    lines.collect()
}

pub(super) fn link(source: &Source) -> String {
    format!("[{}]({})", source.title, source.url)
}

/// The anchor that a heading gets.
pub(super) fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_and_fences_hold_what_they_are_given() {
        assert_eq!(
            table(["a", "b"], [["x|y".into(), "1\n2".into()]]),
            "| a | b |\n| --- | --- |\n| x\\|y | 1 2 |\n"
        );
        assert_eq!(fence("md", "```sh\n```\n"), "````md\n```sh\n```\n````\n");
        assert_eq!(anchor("What it is, in full"), "what-it-is-in-full");
    }
}
