//! The ways to print a report: for people at a terminal, and all that `daemonless-output` has.

#[cfg(test)]
mod tests;
mod text;

use std::io::{self, Write};

use daemonless_core::File;
use daemonless_core::report::Report;
use daemonless_output::OUTPUTS;

use crate::paint::Painter;

/// A way to print a report.
#[derive(Clone, Copy)]
pub(crate) enum Output {
    /// For people.
    Text,
    /// For other programs.
    Form(&'static daemonless_output::Output),
}

/// Every way, in the order of the help.
pub(crate) fn all() -> impl Iterator<Item = Output> {
    std::iter::once(Output::Text).chain(OUTPUTS.iter().copied().map(Output::Form))
}

/// The one of this id.
pub(crate) fn by_id(id: &str) -> Option<Output> {
    all().find(|output| output.id() == id)
}

impl Output {
    /// As on the command line.
    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Form(form) => form.id,
        }
    }

    /// Writes the report on these files, which are in the report's order. Ends with a line break.
    pub(crate) fn render(
        self,
        report: &Report,
        files: &[File],
        painter: Painter,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        match self {
            Self::Text => text::render(report, files, painter, out),
            Self::Form(form) => (form.render)(report, files, out),
        }
    }
}
