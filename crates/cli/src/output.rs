//! The ways to print a report. Adding one is a file here and a line in [`OUTPUTS`].

mod fingerprint;
mod gitlab;
mod json;
mod markdown;
mod sarif;
#[cfg(test)]
mod tests;
mod text;
mod texts;

use std::io::{self, BufWriter, Write};

use daemonless_core::File;
use daemonless_core::report::Report;

use crate::paint::Painter;

pub(crate) use text::OUTPUT as TEXT;

/// A way to print a report.
pub(crate) struct Output {
    /// As on the command line.
    pub(crate) id: &'static str,
    /// Writes the report on these files, which are in the report's order. Ends with a line break.
    pub(crate) render: fn(&Report, &[File], Painter, &mut dyn Write) -> io::Result<()>,
}

/// Every way, in the order of the help.
pub(crate) static OUTPUTS: &[&Output] =
    &[&text::OUTPUT, &json::OUTPUT, &sarif::OUTPUT, &markdown::OUTPUT, &gitlab::OUTPUT];

/// The one of this id.
pub(crate) fn by_id(id: &str) -> Option<&'static Output> {
    OUTPUTS.iter().copied().find(|output| output.id == id)
}

/// Writes a value as indented JSON with a line break at its end. Nothing holds the whole of it: the report on a large
/// file is many times as large as the file.
pub(crate) fn write_json(value: &impl serde::Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    serde_json::to_writer_pretty(&mut out, value)?;
    out.write_all(b"\n")?;
    out.flush()
}
