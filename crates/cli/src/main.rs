//! The `daemonless` command: hands the process's arguments and streams to [`daemonless::run`].

use std::io::{self, BufWriter, IsTerminal};
use std::process::ExitCode;

fn main() -> ExitCode {
    let color = daemonless::auto_color(io::stdout().is_terminal(), |name| std::env::var_os(name));
    let code = daemonless::run(
        std::env::args_os().skip(1),
        &mut daemonless::Io {
            stdin: &mut io::stdin(),
            out: &mut BufWriter::new(io::stdout().lock()),
            err: &mut io::stderr(),
            color,
            progress: io::stderr().is_terminal(),
        },
    );
    ExitCode::from(code)
}
