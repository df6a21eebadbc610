//! How keys and tokens of well-known services begin.

use crate::source::SourceRef;

/// Keys of one service.
#[derive(Debug)]
pub struct Token {
    /// What it is, in a sentence.
    pub what: &'static str,
    /// It begins with one of these.
    pub begins: &'static [&'static str],
    /// So many characters follow at least.
    pub least: usize,
    pub source: SourceRef,
}
