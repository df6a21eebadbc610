//! Advice for a daemon that must stay.

use crate::builder::{After, Setting};
use crate::platform::Platform;
use crate::source::SourceRef;
use crate::tables::Need;

/// One piece of advice.
#[derive(Debug)]
pub struct Containment {
    pub id: &'static str,
    pub title: &'static str,
    pub text: &'static str,
    pub platform: Platform,
    pub setting: Option<Setting>,
    pub source: SourceRef,
}

/// A way to run containers for a job's tests without a Docker daemon.
#[derive(Debug)]
pub struct Running {
    pub id: &'static str,
    pub title: &'static str,
    /// What it serves.
    pub needs: &'static [Need],
    /// "Right when …".
    pub when: &'static str,
    pub after: After,
    pub conditions: &'static [Containment],
}

/// Docker's own image where it is the engine beside a job.
#[derive(Debug)]
pub struct Daemon {
    /// The line of versions that is still built.
    pub version: &'static str,
    /// The names that its certificate is made for unasked.
    pub certified: &'static [&'static str],
    /// The variable that adds a name to them, written `DNS:name`.
    pub names_variable: &'static str,
    /// The variable for the directory in which certificates are made, and what the image has in it. The client's are in
    /// the folder `client` of it.
    pub directory_variable: &'static str,
    pub directory: &'static str,
    pub source: SourceRef,
    /// Needs for which containers may ask for what a rootless daemon lacks.
    pub needs_root: &'static [Need],
    pub needs_root_source: SourceRef,
}
