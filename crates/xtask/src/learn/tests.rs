//! The guide as a whole.
