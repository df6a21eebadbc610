//! What the two founding articles claim, and what holds today.

use crate::source::SourceRef;

/// One claim.
#[derive(Debug)]
pub struct Claim {
    pub id: &'static str,
    /// Who says it.
    pub article: Article,
    pub claim: &'static str,
    pub verdict: Verdict,
    pub today: &'static str,
    pub sources: &'static [SourceRef],
}

/// Where a claim stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Article {
    /// "What is Docker-in-Docker (DinD), and what are its risks and alternatives?"
    Answer,
    /// "Understanding Docker-in-Docker (DinD): Power and Pitfalls", 18 April 2025.
    Post,
    Both,
}

impl Article {
    /// How a sentence names it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Answer => "What is Docker-in-Docker, and what are its risks and alternatives?",
            Self::Post => "Understanding Docker-in-Docker: Power and Pitfalls (18 April 2025)",
            Self::Both => "both articles",
        }
    }
}

/// Whether a claim holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It holds.
    Ok,
    /// It did once.
    Dated,
    /// It does not, and did not.
    Wrong,
    /// It does under conditions that it does not name.
    Partial,
}

impl Verdict {
    /// The name in data.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Dated => "dated",
            Self::Wrong => "wrong",
            Self::Partial => "partial",
        }
    }
}
