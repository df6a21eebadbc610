//! The analysis as the page's first verdict needs it. A crate of its own, as one crate is built to one module.

pub use daemonless_wasm::*;
