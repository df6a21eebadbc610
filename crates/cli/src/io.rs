//! The streams of one run, and what may be written to a terminal.

use std::ffi::OsString;
use std::io::{ErrorKind, Read, Write};

use crate::Failure;
use daemonless_output::plain;

/// What a run reads from and writes to.
pub struct Io<'a> {
    pub stdin: &'a mut dyn Read,
    pub out: &'a mut dyn Write,
    pub err: &'a mut dyn Write,
    /// Whether `--color auto` means colours; see [`auto_color`].
    pub color: bool,
    /// Whether standard error is a terminal, where a line may say how far a long run is.
    pub progress: bool,
}

impl Io<'_> {
    /// Writes to standard output. A reader that has gone away (`… | head`) is no failure.
    pub(crate) fn print(&mut self, text: &str) -> Result<(), Failure> {
        self.write(|out| out.write_all(text.as_bytes()))
    }

    /// Lets `write` write to standard output, with the same care.
    pub(crate) fn write(
        &mut self,
        write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
    ) -> Result<(), Failure> {
        match write(self.out).and_then(|()| self.out.flush()) {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                Err(format!("cannot write to standard output: {error}").into())
            }
            _ => Ok(()),
        }
    }

    /// Writes a message to standard error, one line each.
    pub(crate) fn tell(&mut self, message: &str) {
        // Where standard error is closed there is nobody left to tell.
        let _ = writeln!(self.err, "daemonless: {}", plain(message));
    }
}

/// Whether to colour where nobody said: on a terminal, unless `NO_COLOR` is set to something (no-color.org) or the
/// terminal is a dumb one. `env` looks up a variable.
pub fn auto_color(terminal: bool, env: impl Fn(&str) -> Option<OsString>) -> bool {
    terminal
        && env("NO_COLOR").is_none_or(|value| value.is_empty())
        && env("TERM").is_none_or(|term| term != "dumb")
}

#[cfg(test)]
mod tests {
    use super::auto_color;

    #[track_caller]
    fn check(terminal: bool, env: &[(&str, &str)], color: bool) {
        let look_up = |name: &str| env.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).into());
        assert_eq!(auto_color(terminal, look_up), color);
    }

    #[test]
    fn colours_are_for_terminals_that_want_them() {
        check(true, &[], true);
        check(true, &[("NO_COLOR", "")], true);
        check(true, &[("NO_COLOR", "1")], false);
        check(true, &[("TERM", "dumb")], false);
        check(false, &[], false);
    }
}
