//! How bad it is: one table from what a step gets and where it runs, and one rule for strangers.

use crate::tables::{Power, RISK_LIFT, RISK_TABLE};
use crate::told::Told;

/// How far one bad step gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Risk {
    #[default]
    None,
    Low,
    Medium,
    High,
    Critical,
}

impl Risk {
    /// All of them, mildest first.
    pub const ALL: &'static [Self] = &[Self::None, Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The name in data, on the command line and in sentences.
    pub const fn id(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// The one of that id.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|risk| risk.id() == id)
    }

    /// The next worse one; critical stays.
    pub const fn lifted(self) -> Self {
        match self {
            Self::None => Self::Low,
            Self::Low => Self::Medium,
            Self::Medium => Self::High,
            Self::High | Self::Critical => Self::Critical,
        }
    }
}

/// The machine that a job runs on, as far as risk depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Host {
    /// Others use it too, or nothing is known of it.
    Shared,
    /// It runs nothing but these jobs, and outlives them.
    Dedicated,
    /// It is thrown away after the job.
    Vm,
}

impl Host {
    /// All of them, worst first: the columns of the table.
    pub const ALL: &'static [Self] = &[Self::Shared, Self::Dedicated, Self::Vm];

    /// The name in data and on the command line.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Shared => "shared",
            Self::Dedicated => "dedicated",
            Self::Vm => "vm",
        }
    }

    /// The one of that id.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|host| host.id() == id)
    }

    /// How a sentence names it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Shared => "shared or unknown host",
            Self::Dedicated => "dedicated host",
            Self::Vm => "single-use VM",
        }
    }
}

/// One row of the risk table.
#[derive(Debug)]
pub struct PowerInfo {
    pub id: &'static str,
    pub power: Power,
    pub title: &'static str,
    /// What gives it and what it means, in a sentence or two.
    pub text: Told,
    pub shared: Risk,
    pub dedicated: Risk,
    pub vm: Risk,
}

impl PowerInfo {
    /// The cell of one column.
    pub const fn on(&self, host: Host) -> Risk {
        match host {
            Host::Shared => self.shared,
            Host::Dedicated => self.dedicated,
            Host::Vm => self.vm,
        }
    }
}

/// The rule for jobs that strangers can start.
#[derive(Debug)]
pub struct Lift {
    pub text: Told,
    /// The levels that it lifts by one.
    pub from: &'static [Risk],
    /// Where it holds: machines that outlive the job.
    pub on: &'static [Host],
}

impl Power {
    /// Its row of the risk table.
    pub fn info(self) -> &'static PowerInfo {
        &RISK_TABLE[self as usize]
    }
}

/// The risk of what a step gets (`power`) where it runs (`host`), and whether people without an account can put a step
/// there (`strangers`).
pub fn risk(power: Power, host: Host, strangers: bool) -> Risk {
    let risk = power.info().on(host);
    let lifts = strangers && RISK_LIFT.from.contains(&risk) && RISK_LIFT.on.contains(&host);
    if lifts { risk.lifted() } else { risk }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(power: &str, shared: &str, dedicated: &str, vm: &str, lifted: [&str; 3]) {
        let power = Power::from_id(power).expect("a known power");
        for (host, (plain, lifted)) in Host::ALL.iter().zip([shared, dedicated, vm].into_iter().zip(lifted)) {
            assert_eq!(risk(power, *host, false).id(), plain, "{power:?} on {host:?}");
            assert_eq!(risk(power, *host, true).id(), lifted, "{power:?} on {host:?}, strangers");
        }
    }

    #[test]
    fn the_table_is_the_designs() {
        check("host-root", "critical", "high", "medium", ["critical", "critical", "medium"]);
        check("host-privilege", "high", "high", "low", ["critical", "critical", "low"]);
        check("open-engine", "high", "high", "medium", ["critical", "critical", "medium"]);
        check("unknown-engine", "medium", "medium", "low", ["high", "high", "low"]);
        check("one-wall-less", "medium", "low", "low", ["high", "low", "low"]);
        check("own-container", "low", "low", "low", ["low", "low", "low"]);
        check("nothing", "none", "none", "none", ["none", "none", "none"]);
        assert_eq!(Power::ALL.len(), 7);
    }

    #[test]
    fn each_power_finds_its_own_row() {
        for power in Power::ALL {
            assert_eq!(power.info().power, *power);
            assert_eq!(power.info().id, power.id());
        }
    }
}
