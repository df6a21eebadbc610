//! The built page in a real Chromium: what a person does, sees and sends.

mod driver; // Starts the browser.
mod page; // What a person does and sees.

mod access; // For everyone: axe, small windows, dark mode, the keyboard.
mod choosing; // What the runner allows: answers, errors, order.
mod early; // Before the page's program is there.
mod editor; // The richer editor, and the text area before it and in its stead.
mod files; // Several files, in tabs and in a table.
mod formats; // Each format: a risky text and a clean one.
mod learn; // The guide: every page, without scripts too.
mod offline; // Without a network.
mod picture; // The picture of a job: its frames, its numbers, what a way out cuts.
mod private; // Nothing leaves the page.
mod reading; // Typing, unknown and broken texts, large ones.
mod rewritten; // The changed pipeline: diff, verdict, copy, download.
mod sharing; // Links, saved files, what is remembered.
mod texts; // The texts that are pasted.
