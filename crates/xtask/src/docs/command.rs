//! The command line's page: the command's own help, and what it prints.

use std::fmt::Write as _;

use anyhow::{Result, bail};

use super::examples;
use super::markdown::fence;

/// Every command's help.
pub(super) fn page() -> Result<String> {
    let help = examples::run("daemonless --help")?;
    let mut out = String::from(
        "`cargo install --path crates/cli` puts the command on your `PATH`; `cargo run --release -p daemonless --` runs it \
         without.\n\n",
    );
    let _ = write!(out, "{}", fence("text", &help));
    for command in commands(&help)? {
        let words = format!("daemonless {command} --help");
        let _ = write!(out, "\n## {command}\n\n{}", fence("text", &examples::run(&words)?));
    }
    out.push_str(
        "\n## What is printed\n\n\
         - `text`: the findings with their lines, then the verdict on each file and job. For people; it may change.\n\
         - `json`: everything, as [the JSON](json.md) has it. A contract.\n\
         - `sarif`: SARIF 2.1.0, for code scanning.\n\
         - `markdown`: for a comment on a pull request or a job's summary.\n\
         - `gitlab`: GitLab's Code Quality report.\n\n\
         Findings go to standard output. What could not be done, and remarks on the run, go to standard error.\n",
    );
    Ok(out)
}

/// The names of all commands, from the list in the help.
fn commands(help: &str) -> Result<Vec<&str>> {
    let list =
        help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let names: Vec<_> = list.filter_map(|line| line.split_whitespace().next()).collect();
    if names.is_empty() {
        bail!("the help lists no commands");
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_found_in_the_help() {
        let help =
            "Usage: x\n\nCommands:\n  check [PATH…]   checks\n  fix PATH   fixes\n\nOptions:\n  --help\n";
        assert_eq!(commands(help).unwrap(), ["check", "fix"]);
        assert!(commands("Usage: x\n").is_err());
    }
}
