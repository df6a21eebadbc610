//! A report as other programs read it. The command prints it, and the page hands the same bytes over as a file. Adding a form
//! is a file here and a line in [`OUTPUTS`].

mod fingerprint;
mod gitlab;
mod json;
mod markdown;
pub mod patch;
mod sarif;
pub mod texts;

use std::borrow::Cow;
use std::io::{self, BufWriter, Write};

use daemonless_core::File;
use daemonless_core::report::Report;
use daemonless_core::rule::Rule;

/// A form of a report.
#[derive(Debug)]
pub struct Output {
    /// As on the command line.
    pub id: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// A name for a file of it.
    pub file: &'static str,
    /// Writes the report on these files, which are in the report's order. Ends with a line break.
    pub render: fn(&Report, &[File], &mut dyn Write) -> io::Result<()>,
}

/// Every form.
pub static OUTPUTS: &[&Output] = &[&json::OUTPUT, &sarif::OUTPUT, &markdown::OUTPUT, &gitlab::OUTPUT];

/// Writes a value as indented JSON with a line break at its end. Nothing holds the whole of it: the report on a large
/// file is many times as large as the file.
pub fn write_json(value: &impl serde::Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    serde_json::to_writer_pretty(&mut out, value)?;
    out.write_all(b"\n")?;
    out.flush()
}

/// The text with every control character but line breaks shown as U+FFFD: a name in a file that is checked must not
/// drive the terminal.
pub fn plain(text: &str) -> Cow<'_, str> {
    let drives = |c: char| c.is_control() && c != '\n';
    if text.contains(drives) { text.replace(drives, "\u{fffd}").into() } else { text.into() }
}

/// The documentation of a rule, as Markdown. As a doc comment it has a space before each line.
pub fn docs(rule: &Rule) -> String {
    textwrap::dedent(rule.docs)
}
