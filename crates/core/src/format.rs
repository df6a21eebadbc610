//! Formats: each lowers its files to the model.

pub(crate) mod dockerfile;
