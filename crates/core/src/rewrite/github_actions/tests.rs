//! Rewriting workflows.
