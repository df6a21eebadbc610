//! `daemonless rules`: what is checked.

use std::fmt::Write;

use daemonless_core::rules::RULES;
use serde::Serialize;

use crate::args::{Command, Options};
use crate::output::Output;
use crate::paint::{BOLD, Painter};
use crate::{Failure, Io};
use daemonless_output::{docs, write_json};

pub(crate) static COMMAND: Command = Command {
    name: "rules",
    operands: "",
    summary: "list the rules",
    help: "Lists the rules. `daemonless explain RULE` tells more of one.",
    run,
};

#[derive(Serialize)]
struct Row {
    id: &'static str,
    summary: &'static str,
    /// Markdown.
    docs: String,
}

fn run(options: &Options, io: &mut Io<'_>) -> Result<u8, Failure> {
    if !options.operands.is_empty() {
        return Err("`rules` takes no operand; see `daemonless explain`".into());
    }
    let text = match options.output {
        Output::Text => list(Painter { color: options.color.unwrap_or(io.color) }),
        output if output.id() == "json" => {
            let rows = RULES.iter().map(|rule| Row { id: rule.id, summary: rule.summary, docs: docs(rule) });
            let rows: Vec<_> = rows.collect();
            return io.write(|out| write_json(&rows, out)).map(|()| 0);
        }
        other => return Err(format!("`rules` prints text or json, not {}", other.id()).into()),
    };
    io.print(&text)?;
    Ok(0)
}

fn list(painter: Painter) -> String {
    let widest = RULES.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    RULES.iter().fold(String::new(), |mut out, rule| {
        let gap = " ".repeat(widest - rule.id.len());
        let _ = writeln!(out, "{}{gap}  {}", painter.paint(BOLD, rule.id), rule.summary);
        out
    })
}
