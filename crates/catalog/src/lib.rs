//! What is known of container builders and of ways to reach an engine: facts with their source and date.

/// What a job asks of its engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Need {
    Build,
    Push,
}
