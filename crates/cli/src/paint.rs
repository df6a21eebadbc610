//! Colours, and text that is safe to show on a terminal.

use std::fmt::Display;

use anstyle::{AnsiColor, Style};

pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const ADDED: Style = AnsiColor::Green.on_default();
pub(crate) const REMOVED: Style = AnsiColor::Red.on_default();
pub(crate) const PLACE: Style = AnsiColor::Cyan.on_default();

/// The style of a risk or a severity.
pub(crate) fn risk(word: &str) -> Style {
    match word {
        "critical" | "high" => AnsiColor::Red.on_default().bold(),
        "medium" => AnsiColor::Yellow.on_default().bold(),
        "low" => AnsiColor::Cyan.on_default().bold(),
        _ => AnsiColor::Green.on_default().bold(),
    }
}

/// Writes with colours, or without.
#[derive(Clone, Copy)]
pub(crate) struct Painter {
    pub(crate) color: bool,
}

impl Painter {
    pub(crate) fn paint(self, style: Style, text: impl Display) -> String {
        if self.color { format!("{style}{text}{style:#}") } else { text.to_string() }
    }
}
