//! The rows of the trade-off table: approaches and builders side by side.

use crate::risk::{Host, Risk};
use crate::source::SourceRef;
use crate::tables::{Approach, Builder, OPTIONS, Power};

/// One row. Columns are short phrases for table cells.
#[derive(Debug)]
pub struct OptionRow {
    pub id: &'static str,
    pub group: Group,
    pub title: &'static str,
    /// Where the row is an approach: which one. Several rows may share one; `variant` tells them apart.
    pub approach: Option<Approach>,
    /// What tells rows of one approach apart (`tls-off`, `tls-on`); empty where nothing has to.
    pub variant: &'static str,
    /// Where the row is a builder: which one.
    pub builder: Option<Builder>,
    /// Whose daemon, if any.
    pub daemon: &'static str,
    /// What the job's container needs.
    pub privilege: &'static str,
    pub runner_must_allow: &'static str,
    pub isolation: &'static str,
    /// Who can get out, and how.
    pub escape: &'static str,
    /// Dockerfile features.
    pub dockerfile: &'static str,
    pub compose_run: &'static str,
    pub multi_platform: &'static str,
    pub caching: &'static str,
    pub upkeep: &'static str,
    pub right_when: &'static str,
    /// What a step gets there; weakest first.
    pub powers: &'static [Power],
    /// The machines that it runs on.
    pub hosts: &'static [Host],
    /// With code that one does not trust: from, to.
    pub risk: (Risk, Risk),
    /// What the risk depends on, where it is a range or needs a word.
    pub risk_note: Option<&'static str>,
    pub sources: &'static [SourceRef],
}

impl OptionRow {
    /// The row of an approach in one of its variants; where the variant has no row, the approach's first. An ambient daemon
    /// has none: it is one of the others, and the file does not say which.
    pub fn of(approach: Approach, variant: &str) -> Option<&'static Self> {
        let mut rows = OPTIONS.iter().filter(|row| row.approach == Some(approach));
        rows.clone().find(|row| row.variant == variant).or_else(|| rows.next())
    }

    /// The row of a builder.
    pub fn of_builder(builder: Builder) -> Option<&'static Self> {
        OPTIONS.iter().find(|row| row.builder == Some(builder))
    }
}

/// Where the daemon is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    OnHost,
    BehindWall,
    NoDaemon,
}

impl Group {
    pub const ALL: &'static [Self] = &[Self::OnHost, Self::BehindWall, Self::NoDaemon];

    /// The group's heading in the table.
    pub const fn title(self) -> &'static str {
        match self {
            Self::OnHost => "a daemon with root on your host",
            Self::BehindWall => "a daemon behind another wall",
            Self::NoDaemon => "no daemon",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::risk::risk;

    #[test]
    fn ranges_stay_within_the_risk_table() {
        for row in OPTIONS {
            let cells = |strangers| {
                row.powers
                    .iter()
                    .flat_map(move |power| row.hosts.iter().map(move |host| risk(*power, *host, strangers)))
            };
            let (low, high) = row.risk;
            assert!(low <= high, "{}", row.id);
            assert!(Some(low) >= cells(false).min(), "{}: better than the table", row.id);
            assert!(Some(high) <= cells(true).max(), "{}: worse than the table", row.id);
        }
    }

    #[test]
    fn approaches_and_builders_have_their_row() {
        for builder in Builder::ALL {
            assert_eq!(OPTIONS.iter().filter(|row| row.builder == Some(*builder)).count(), 1, "{builder:?}");
        }
        let without = [Approach::AmbientDaemon, Approach::None];
        for approach in Approach::ALL.iter().filter(|approach| !without.contains(approach)) {
            assert!(OPTIONS.iter().any(|row| row.approach == Some(*approach)), "{approach:?}");
        }
    }

    #[test]
    fn rows_are_found_by_approach_and_variant() {
        let id = |approach, variant| OptionRow::of(approach, variant).map(|row| row.id);
        assert_eq!(id(Approach::NestedDaemon, "tls-on"), Some("dind-tls-on"));
        assert_eq!(id(Approach::HostSocket, ""), Some("host-socket"));
        assert_eq!(id(Approach::HostSocket, "nonsense"), Some("host-socket"));
        assert_eq!(id(Approach::AmbientDaemon, ""), None);
        assert_eq!(OptionRow::of_builder(Builder::Kaniko).map(|row| row.id), Some("kaniko"));
    }

    #[test]
    fn rows_of_one_approach_are_told_apart() {
        for (at, row) in OPTIONS.iter().enumerate().filter(|(_, row)| row.approach.is_some()) {
            let key = |other: &OptionRow| (other.approach, other.variant, other.builder);
            assert!(!OPTIONS[..at].iter().any(|other| key(other) == key(row)), "{}", row.id);
        }
    }
}
