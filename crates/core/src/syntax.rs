//! Texts to trees. A parser never fails: it gives what it could read, and where it could not.

pub mod dockerfile;
pub mod groovy;
pub mod shell;
pub mod toml;
pub mod yaml;
