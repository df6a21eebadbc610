//! Where facts come from.

/// A page or file that was read, and when.
#[derive(Debug)]
pub struct Source {
    pub id: &'static str,
    pub title: &'static str,
    /// Its address; always `https`.
    pub url: &'static str,
    /// The day it was checked, or the day of the version that was read (`2026-08-22`).
    pub checked: &'static str,
}
