//! Runs of the command that are shown in the README: `$ daemonless …` in a `console` block, and what it prints.

use std::ffi::OsString;
use std::fs;

use anyhow::{Context, Result, bail};

use super::Page;
use crate::root;

/// The written page that shows what the command prints.
const PAGE: &str = "README.md";

/// The page with what the command prints today.
pub(super) fn page() -> Result<Page> {
    let text = fs::read_to_string(root().join(PAGE)).with_context(|| format!("cannot read {PAGE}"))?;
    Ok(Page { path: PAGE.to_owned(), text: refreshed(&text, run)? })
}

/// `text` with the output of each command in a `console` block replaced by what `run` gives for it.
fn refreshed(text: &str, run: impl Fn(&str) -> Result<String>) -> Result<String> {
    let mut out = String::with_capacity(text.len());
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        out.push_str(line);
        out.push('\n');
        if line != "```console" {
            continue;
        }
        let block: Vec<_> = lines.by_ref().take_while(|line| *line != "```").collect();
        for command in block.iter().filter_map(|line| line.strip_prefix("$ ")) {
            let printed = run(command)?;
            out.push_str(&format!("$ {command}\n{}\n", printed.trim_end()));
        }
        out.push_str("```\n");
    }
    Ok(out)
}

/// What `daemonless …` prints, run in the repository's top folder. Words are divided by spaces.
pub(super) fn run(command: &str) -> Result<String> {
    let Some(words) = command.strip_prefix("daemonless ") else {
        bail!("not a run of daemonless: {command}")
    };
    std::env::set_current_dir(root())?;
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut io = daemonless::Io {
        stdin: &mut std::io::empty(),
        out: &mut out,
        err: &mut err,
        color: false,
        progress: false,
    };
    let code = daemonless::run(words.split(' ').map(OsString::from), &mut io);
    if code > 1 {
        bail!("`{command}` failed: {}", String::from_utf8_lossy(&err));
    }
    // Lines of evidence may end in spaces; pages do not.
    let printed = String::from_utf8(out)?;
    Ok(printed.lines().map(str::trim_end).collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_output_in_a_block_is_replaced() {
        let run = |command: &str| Ok(format!("<{command}>\n"));
        let text = "A\n```console\n$ daemonless x\nold\nold\n```\nB\n```sh\n$ y\n```\n";
        let wanted = "A\n```console\n$ daemonless x\n<daemonless x>\n```\nB\n```sh\n$ y\n```\n";
        assert_eq!(refreshed(text, run).unwrap(), wanted);
    }
}
