//! The built page in a real Chromium: what a person does, sees and sends.

mod driver; // Starts the browser.
mod page; // What a person does and sees.

mod access; // For everyone: axe, small windows, dark mode, the keyboard.
mod formats; // Each format: a risky text and a clean one.
mod learn; // The guide: every page, without scripts too.
mod private; // Nothing leaves the page.
mod reading; // Typing, unknown and broken texts, large ones.
mod rewritten; // The changed pipeline: diff, verdict, copy, download.
mod texts; // The texts that are pasted.
