//! The analysis: named texts and a context in, a report out. Pure: no I/O, no clock, no state, and it cannot fail.

pub mod model;
pub mod script;
pub mod source;
pub mod syntax;
