//! The analysis: named texts and a context in, a report out. Pure: no I/O, no clock, no state, and it cannot fail.

// Until the analysis reads them.
#[allow(dead_code)]
mod format;
pub mod model;
#[allow(dead_code)]
mod script;
pub mod source;
#[allow(dead_code)]
mod syntax;
