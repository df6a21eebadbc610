//! Advice for a daemon that must stay.

use crate::builder::Setting;
use crate::platform::Platform;
use crate::source::SourceRef;

/// One piece of advice.
#[derive(Debug)]
pub struct Containment {
    pub id: &'static str,
    pub title: &'static str,
    pub text: &'static str,
    pub platform: Platform,
    pub setting: Option<Setting>,
    /// The version of Docker's own images that it names.
    pub version: Option<&'static str>,
    pub source: SourceRef,
}
