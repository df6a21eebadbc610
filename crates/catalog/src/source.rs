//! Where facts come from.

use std::fmt;
use std::ops::Deref;

use crate::tables::SOURCES;

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

/// A fact's source: its place in [`SOURCES`]. A number and no address, so that a program that uses the facts and shows
/// no source is built without them.
#[derive(Clone, Copy)]
pub struct SourceRef(pub(crate) u16);

impl Deref for SourceRef {
    type Target = Source;

    fn deref(&self) -> &'static Source {
        &SOURCES[usize::from(self.0)]
    }
}

impl fmt::Debug for SourceRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}
