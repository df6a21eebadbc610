//! Actions of GitHub's that workflows are written with.

use crate::source::SourceRef;
use crate::tables::ACTIONS;

/// A release of an action.
#[derive(Debug)]
pub struct Action {
    /// `owner/name`
    pub name: &'static str,
    /// Its tag.
    pub version: &'static str,
    /// The commit that the tag stood at.
    pub commit: &'static str,
    pub source: SourceRef,
}

/// What a step's `uses` says for the action of this name: pinned to its commit, with the version as a comment.
pub fn uses(name: &str) -> String {
    let known = ACTIONS.iter().find(|action| action.name == name);
    known.map_or_else(|| name.to_owned(), |action| format!("{name}@{} # {}", action.commit, action.version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commits_are_whole() {
        for action in ACTIONS {
            let is_hash =
                action.commit.len() == 40 && action.commit.bytes().all(|byte| byte.is_ascii_hexdigit());
            assert!(is_hash && action.version.starts_with('v'), "{action:?}");
        }
        assert!(uses("actions/checkout").starts_with("actions/checkout@"));
    }
}
