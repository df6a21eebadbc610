//! The table of limits in ARCHITECTURE.md: its rows are written, its values are those of the sources.

use std::fs;

use anyhow::{Context, Result};

use super::Page;
use crate::root;

/// The page that has the table.
const PAGE: &str = "ARCHITECTURE.md";

/// The page with the values of today.
pub(super) fn page() -> Result<Page> {
    let read =
        |path: &str| fs::read_to_string(root().join(path)).with_context(|| format!("cannot read {path}"));
    Ok(Page { path: PAGE.to_owned(), text: refreshed(&read(PAGE)?, read)? })
}

/// `text` with the value in each row that names a constant replaced by that of its source.
fn refreshed(text: &str, read: impl Fn(&str) -> Result<String>) -> Result<String> {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        match row(line) {
            Some((name, value, file)) => {
                let known =
                    constant(&read(file)?, name).with_context(|| format!("{file} has no `{name}`"))?;
                out.push_str(&line.replacen(&format!("| `{value}` |"), &format!("| `{known}` |"), 1));
            }
            None => out.push_str(line),
        }
        out.push('\n');
    }
    Ok(out)
}

/// Name, value and file of a row such as ``| `DEEPEST` | `64` | [yaml.rs](…) | … |``.
fn row(line: &str) -> Option<(&str, &str, &str)> {
    let mut cells = line.strip_prefix("| `")?.split(" | ");
    let name = cells.next()?.strip_suffix('`')?;
    let value = cells.next()?.strip_prefix('`')?.strip_suffix('`')?;
    let file = cells.next()?.split_once("](")?.1.strip_suffix(')')?;
    Some((name, value, file))
}

/// The value of a constant, as written.
fn constant(source: &str, name: &str) -> Option<String> {
    let declared = format!("const {name}: ");
    let rest = source.split_once(&declared)?.1.lines().next()?;
    Some(rest.split_once(" = ")?.1.strip_suffix(';')?.to_owned())
}

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::*;

    #[test]
    fn values_are_those_of_the_sources() {
        let read = |path: &str| match path {
            "src/a.rs" => Ok("/// So deep.\npub const DEEPEST: usize = 8 << 10;\n".to_owned()),
            _ => bail!("no such file"),
        };
        let rest = "[a.rs](src/a.rs) | depth |\n";
        let text = format!("| Limit | Value |\n| `DEEPEST` | `1` | {rest}| `x` | y |\n");
        let wanted = format!("| Limit | Value |\n| `DEEPEST` | `8 << 10` | {rest}| `x` | y |\n");
        assert_eq!(refreshed(&text, read).unwrap(), wanted);
        assert!(refreshed("| `MOST` | `1` | [a.rs](src/a.rs) | gone |\n", read).is_err());
    }
}
