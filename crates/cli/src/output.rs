//! The ways to print a report. Adding one is a file here and a line in [`OUTPUTS`].

mod fingerprint;
mod gitlab;
mod json;
mod markdown;
mod sarif;
#[cfg(test)]
mod tests;
mod text;

use daemonless_core::File;
use daemonless_core::report::Report;

use crate::paint::Painter;

pub(crate) use text::OUTPUT as TEXT;

/// A way to print a report.
pub(crate) struct Output {
    /// As on the command line.
    pub(crate) id: &'static str,
    /// The report on these files, which are in the report's order. Ends with a line break.
    pub(crate) render: fn(&Report, &[File], Painter) -> String,
}

/// Every way, in the order of the help.
pub(crate) static OUTPUTS: &[&Output] =
    &[&text::OUTPUT, &json::OUTPUT, &sarif::OUTPUT, &markdown::OUTPUT, &gitlab::OUTPUT];

/// The one of this id.
pub(crate) fn by_id(id: &str) -> Option<&'static Output> {
    OUTPUTS.iter().copied().find(|output| output.id == id)
}

/// A value as indented JSON with a line break at its end.
pub(crate) fn to_json(value: &impl serde::Serialize) -> String {
    // Strings, numbers, lists and structs: nothing that serde_json refuses.
    let mut json = serde_json::to_string_pretty(value).unwrap_or_default();
    json.push('\n');
    json
}
