//! Parsers: a text in, a tree with spans and the errors that were stepped over out.

pub(crate) mod dockerfile;
