//! Texts to trees. A parser never fails: it gives what it could read, and where it could not.

pub mod dockerfile;
#[cfg(feature = "formats")]
pub mod groovy;
pub mod shell;
#[cfg(feature = "formats")]
pub mod toml;
pub mod yaml;
