//! The command line: arguments and streams in, an exit code out. The analysis is the core's; this reads files, calls it
//! and prints what it says.

mod args;
mod check;
mod explain;
mod facts;
mod fix;
mod help;
mod input;
mod io;
mod markdown;
mod output;
mod paint;
mod rules;
mod side_by_side;
mod walk;

use std::ffi::OsString;

pub use io::{Io, auto_color};

use args::{Command, Parsed};

/// Every command, in the order of the help.
static COMMANDS: &[&Command] = &[&check::COMMAND, &fix::COMMAND, &explain::COMMAND, &rules::COMMAND];

/// What it could not do, as one message for standard error.
struct Failure(String);

impl<T: Into<String>> From<T> for Failure {
    fn from(message: T) -> Self {
        Self(message.into())
    }
}

/// Exit code of a tool that could not do its work.
const TROUBLE: u8 = 2;

/// Runs the command that `args` (without the program's name) ask for. The exit code is 0 where all is well, 1 where the
/// risk is at or above the threshold or something is left to a person, 2 where the work could not be done.
pub fn run(args: impl IntoIterator<Item = OsString>, io: &mut Io<'_>) -> u8 {
    let done = args::parse(args).and_then(|parsed| match parsed {
        Parsed::Help(command) => io.print(&help::render(command)).map(|()| 0),
        Parsed::Version => io.print(&format!("daemonless {}\n", env!("CARGO_PKG_VERSION"))).map(|()| 0),
        Parsed::Run(command, options) => (command.run)(&options, io),
    });
    done.unwrap_or_else(|Failure(message)| {
        io.tell(&message);
        TROUBLE
    })
}
