//! The ways in which a job reaches an engine, explained.

use crate::source::SourceRef;
use crate::tables::{APPROACHES, Approach};

/// What is to be said about one approach.
#[derive(Debug)]
pub struct ApproachInfo {
    pub id: &'static str,
    /// As a heading: "Nested daemon".
    pub title: &'static str,
    /// In a sentence, with its article: "a daemon nested in a container".
    pub noun: &'static str,
    /// What it is.
    pub what: &'static str,
    pub good_for: &'static str,
    pub rightly_used_by: &'static str,
    /// Why it matters, weightiest first.
    pub why: &'static [Reason],
    /// What would have to change.
    pub change: &'static str,
    /// One or two sentences.
    pub in_short: &'static str,
    /// A paragraph: what to know when one works with it.
    pub in_practice: &'static str,
    /// All of it; paragraphs are divided by an empty line.
    pub in_full: &'static str,
    /// What is often said of it and no longer holds, or never did.
    pub common_wisdom: &'static [Correction],
    pub sources: &'static [SourceRef],
}

/// One reason for which an approach matters.
#[derive(Debug)]
pub struct Reason {
    pub title: &'static str,
    pub text: &'static str,
    pub sources: &'static [SourceRef],
}

/// A claim, and what is true today.
#[derive(Debug)]
pub struct Correction {
    pub claim: &'static str,
    pub today: &'static str,
    pub sources: &'static [SourceRef],
}

impl Approach {
    /// What is to be said about it.
    pub fn info(self) -> &'static ApproachInfo {
        &APPROACHES[self as usize]
    }
}
