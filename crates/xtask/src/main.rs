//! `cargo xtask COMMAND`: sets up, builds, serves, tests and measures Daemonless.

use std::process::ExitCode;

use anyhow::Result;
use xtask::{bench, docs, learn, new_rule, screenshot, serve, setup, size, test};

/// A command of `cargo xtask`. A new one is a file with its `COMMAND` and a line in [`COMMANDS`].
static COMMANDS: &[&xtask::Command] = &[
    &serve::COMMAND,
    &test::COMMAND,
    &docs::COMMAND,
    &learn::COMMAND,
    &new_rule::COMMAND,
    &screenshot::COMMAND,
    &size::COMMAND,
    &bench::COMMAND,
    &setup::COMMAND,
];

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_default();
    let Some(command) = COMMANDS.iter().find(|command| command.name == name) else {
        print_usage();
        let asked_for = ["help", "--help", "-h"].contains(&name.as_str());
        return if asked_for { ExitCode::SUCCESS } else { ExitCode::from(2) };
    };
    match run(command, &arguments.collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cargo xtask {name}: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: &xtask::Command, arguments: &[String]) -> Result<()> {
    if arguments.iter().any(|argument| argument == "--help" || argument == "-h") {
        println!("cargo xtask {} {}\n\n{}", command.name, command.usage, command.about);
        return Ok(());
    }
    (command.run)(arguments)
}

fn print_usage() {
    println!("Usage: cargo xtask COMMAND\n");
    for command in COMMANDS {
        let synopsis = format!("{} {}", command.name, command.usage);
        println!("  {synopsis:<28} {}", command.about);
    }
}
