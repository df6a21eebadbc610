//! Help, rendered from the commands and options.

use std::fmt::Write;

use crate::COMMANDS;
use crate::args::{Command, FLAGS, Flag};
use crate::markdown::{WIDTH, wrap};

/// The help of a command, or of the whole program.
pub(crate) fn render(command: Option<&Command>) -> String {
    let mut out = String::new();
    match command {
        None => {
            out.push_str(
                "Tells how CI jobs and containers reach a container engine, what that risks, and what to use instead.\n\n\
                 Usage: daemonless COMMAND [OPTION…] [OPERAND…]\n\nCommands:\n",
            );
            for command in COMMANDS {
                let usage = format!("{} {}", command.name, command.operands);
                let _ = writeln!(out, "  {usage:<36}{}", command.summary);
            }
            out.push_str("\nOptions of all commands:\n");
            flags(&mut out, |flag| flag.commands.is_empty());
            out.push_str("\n`daemonless COMMAND --help` tells a command's own options and exit codes.\n");
        }
        Some(command) => {
            let _ = writeln!(
                out,
                "{}\n\nUsage: daemonless {} [OPTION…] {}\n\nOptions:",
                wrap(command.help, WIDTH, "", ""),
                command.name,
                command.operands
            );
            flags(&mut out, |flag| flag.is_of(command));
        }
    }
    out
}

/// Before what is said of an option.
const INDENT: &str = "          ";

fn flags(out: &mut String, shown: impl Fn(&Flag) -> bool) {
    for flag in FLAGS.iter().filter(|flag| shown(flag)) {
        let short = flag.short.map_or_else(|| "    ".to_owned(), |letter| format!("-{letter}, "));
        let value = flag.value.map_or_else(String::new, |value| format!(" {value}"));
        let _ = writeln!(out, "  {short}--{}{value}", flag.long);
        let words = flag.words.map_or_else(Vec::new, |words| words());
        let one_of = if words.is_empty() { String::new() } else { format!(" One of: {}.", words.join(", ")) };
        let _ = writeln!(out, "{}", wrap(&format!("{}{one_of}", flag.help), WIDTH, INDENT, INDENT));
    }
}
