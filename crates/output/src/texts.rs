//! The texts that findings stand in.

use std::collections::HashMap;

use daemonless_core::File;
use daemonless_core::report::{FileReport, Range};
use daemonless_core::source::LineIndex;

/// Texts by their paths, each with its lines.
pub struct Texts<'f> {
    by_path: HashMap<&'f str, (&'f str, LineIndex)>,
}

impl<'f> Texts<'f> {
    pub fn of(files: &'f [File]) -> Self {
        let text = |file: &'f File| (file.path.as_str(), (file.text.as_str(), LineIndex::new(&file.text)));
        // Of two with one path the first is the one that was reported on first.
        Self { by_path: files.iter().rev().map(text).collect() }
    }

    /// The line of this number, from 1, without its end; empty where there is none.
    pub fn line(&self, path: &str, line: u32) -> &'f str {
        self.by_path.get(path).map_or("", |(text, lines)| lines.line(text, line))
    }
}

/// The path of the file that a range is in.
pub fn path<'r>(file: &'r FileReport, range: &'r Range) -> &'r str {
    range.file.as_deref().unwrap_or(&file.path)
}
