//! What `cargo xtask` is made of, as a library: tests reuse the built page and the server.

use std::path::{Path, PathBuf};

pub mod bench;
pub mod docs;
pub mod files;
pub mod headers;
pub mod learn;
pub mod new_rule;
pub mod page;
pub mod process;
pub mod screenshot;
pub mod serve;
pub mod server;
pub mod setup;
pub mod size;
pub mod test;

/// One command of `cargo xtask`.
pub struct Command {
    /// The word that calls it.
    pub name: &'static str,
    /// What may follow the name.
    pub usage: &'static str,
    /// One sentence for the help.
    pub about: &'static str,
    /// Does it. The words after the name go in; an error ends with exit code 1.
    pub run: fn(&[String]) -> anyhow::Result<()>,
}

/// The repository's top folder.
pub fn root() -> &'static Path {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    crate_folder.ancestors().nth(2).unwrap_or(crate_folder)
}

/// Cargo's target folder.
pub fn target() -> PathBuf {
    // A relative `CARGO_TARGET_DIR` is relative to where cargo is called; every call is from the root.
    let set = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    root().join(set.unwrap_or_else(|| PathBuf::from("target")))
}
