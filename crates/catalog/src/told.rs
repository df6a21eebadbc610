//! Texts that are for people only: nothing is decided by them.

use std::fmt;
use std::ops::Deref;

use crate::tables::TOLD;

/// A text that stands beside facts: its place in a table of such texts. A number and no address, so that a program that
/// uses the facts and tells no such text is built without them.
#[derive(Clone, Copy)]
pub struct Told(pub(crate) u16);

impl Deref for Told {
    type Target = str;

    fn deref(&self) -> &'static str {
        TOLD[usize::from(self.0)]
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl fmt::Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}
