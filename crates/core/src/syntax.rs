//! Languages that formats are written in, each read into a tree that knows where its words stand.

pub mod shell;
