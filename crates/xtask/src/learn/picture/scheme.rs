//! What is to be seen of each approach: places in the order of the attack, the frames around them, and where it ends.

use std::borrow::Cow;

use daemonless_catalog::{Approach, step};

use crate::learn::text::plain;

/// How a frame holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::learn) enum Wall {
    Holds,
    /// Seccomp or AppArmor is off, or it is a user namespace and no more.
    Relaxed,
    /// Privilege, or the host's root mounted.
    Open,
    /// A virtual machine.
    Machine,
    /// A process of its own, and no wall.
    Process,
}

impl Wall {
    pub(super) const fn class(self) -> &'static str {
        match self {
            Self::Holds => "wall holds",
            Self::Relaxed => "wall relaxed",
            Self::Open => "wall broken",
            Self::Machine => "wall machine",
            Self::Process => "wall process",
        }
    }

    pub(super) const fn is_double(self) -> bool {
        matches!(self, Self::Machine)
    }
}

/// A boundary around some of the places.
#[derive(Clone, Copy, Debug)]
pub(in crate::learn) struct Frame {
    /// In capitals: what kind of thing it is.
    pub(super) kind: &'static str,
    /// What there is to be said of it; empty where nothing is.
    pub(super) note: &'static str,
    /// The first place in it, and the first behind it.
    pub(super) places: (usize, usize),
    pub(super) wall: Wall,
    /// Whether the door by which one leaves it was opened by a line of somebody's.
    pub(super) opened: bool,
}

/// A place where an attacker does something.
#[derive(Clone, Copy, Debug)]
pub(in crate::learn) enum Stop {
    /// By a step of the catalog.
    Step(&'static str),
    /// The same, if the engine is the machine's own.
    Maybe(&'static str),
    /// What the catalog has no step for.
    Told(&'static str),
    /// It is not reached.
    Spared(&'static str),
}

impl Stop {
    /// What happens there, in a few words.
    pub(in crate::learn) fn title(self) -> Cow<'static, str> {
        match self {
            Self::Step(key) | Self::Maybe(key) => {
                step(key).map(|step| plain(step.title)).unwrap_or_default().into()
            }
            Self::Told(words) | Self::Spared(words) => words.into(),
        }
    }

    /// The catalog's step.
    pub(in crate::learn) const fn key(self) -> Option<&'static str> {
        match self {
            Self::Step(key) | Self::Maybe(key) => Some(key),
            Self::Told(_) | Self::Spared(_) => None,
        }
    }

    pub(in crate::learn) const fn is_spared(self) -> bool {
        matches!(self, Self::Spared(_))
    }

    pub(super) const fn is_sure(self) -> bool {
        matches!(self, Self::Step(_) | Self::Told(_))
    }
}

/// All that a picture shows.
#[derive(Debug)]
pub(in crate::learn) struct Scheme {
    pub(in crate::learn) stops: &'static [Stop],
    /// Outer ones before those in them.
    pub(super) frames: &'static [Frame],
    /// What ends the line; empty where nothing does.
    pub(super) end: &'static str,
}

impl Scheme {
    /// How many stops the line reaches: those that are spared stand last.
    pub(super) fn reached(&self) -> usize {
        self.stops.iter().take_while(|stop| !stop.is_spared()).count()
    }

    /// The picture in words.
    pub(super) fn description(&self) -> String {
        let mut out = String::from("From outside to inside: ");
        let frames = self.frames.iter().map(|frame| match frame.note {
            "" => frame.kind.to_ascii_lowercase(),
            note => format!("{} ({note})", frame.kind.to_ascii_lowercase()),
        });
        out += &frames.collect::<Vec<_>>().join(", ");
        out += ". ";
        for (number, stop) in (1..).zip(&self.stops[..self.reached()]) {
            let sure = if stop.is_sure() { "" } else { " (if the engine is the machine's own)" };
            out += &format!("{number}. {}{sure}. ", stop.title());
        }
        if !self.end.is_empty() {
            out += &format!("{}. ", self.end);
        }
        let spared: Vec<_> = self.stops[self.reached()..].iter().map(|stop| stop.title()).collect();
        if !spared.is_empty() {
            out += &format!("Not reached: {}.", spared.join(", "));
        }
        out.trim_end().to_owned()
    }
}

const fn frame(kind: &'static str, note: &'static str, places: (usize, usize), wall: Wall) -> Frame {
    Frame { kind, note, places, wall, opened: matches!(wall, Wall::Open) }
}

const fn opened(frame: Frame) -> Frame {
    Frame { opened: true, ..frame }
}

use Stop::{Maybe, Spared, Step, Told};
use Wall::{Holds, Machine, Open, Process, Relaxed};

const DISK: &str = "The host's disk";
const OTHERS: &str = "Other jobs";

/// The scheme of an approach.
pub(in crate::learn) const fn scheme(approach: Approach) -> &'static Scheme {
    match approach {
        Approach::HostSocket => {
            const {
                &Scheme {
                    stops: &[
                        Step("run-code-pushers"),
                        Step("call-socket"),
                        Step("start-root-container"),
                        Step("other-jobs"),
                    ],
                    frames: &[
                        frame("HOST", "shared or unknown", (0, 4), Holds),
                        opened(frame("JOB CONTAINER", "with the socket", (0, 1), Holds)),
                        opened(frame("DAEMON", "the host's own, root", (1, 2), Holds)),
                        frame("NEW CONTAINER", "the host's / in it", (2, 3), Open),
                    ],
                    end: "",
                }
            }
        }
        Approach::NestedDaemon => {
            const {
                &Scheme {
                    stops: &[
                        Step("run-code-pushers"),
                        Step("call-nested"),
                        Step("start-nested-container"),
                        Step("nested-privileged-out"),
                        Step("other-jobs"),
                    ],
                    frames: &[
                        frame("HOST", "shared or unknown", (0, 5), Holds),
                        frame("JOB CONTAINER", "", (0, 1), Holds),
                        frame("SERVICE", "privileged: this wall is open", (1, 3), Open),
                        opened(frame("DAEMON", "of this job alone", (1, 3), Holds)),
                        frame("NEW CONTAINER", "privileged", (2, 3), Open),
                    ],
                    end: "",
                }
            }
        }
        Approach::AmbientDaemon => {
            const {
                &Scheme {
                    stops: &[
                        Step("run-code-pushers"),
                        Step("call-ambient"),
                        Maybe("start-root-container"),
                        Maybe("other-jobs"),
                    ],
                    frames: &[
                        frame("HOST", "which one, the file does not say", (0, 4), Holds),
                        frame("JOB", "", (0, 1), Process),
                        frame("DAEMON", "whose?", (1, 2), Holds),
                        frame("NEW CONTAINER", "", (2, 3), Holds),
                    ],
                    end: "",
                }
            }
        }
        Approach::RemoteDaemon => {
            const {
                &Scheme {
                    stops: &[
                        Step("run-code-pushers"),
                        Step("call-remote"),
                        Step("start-root-container"),
                        Told("It has what else is on that machine"),
                    ],
                    frames: &[
                        frame("HOST", "", (0, 1), Holds),
                        opened(frame("JOB CONTAINER", "holds a key", (0, 1), Holds)),
                        frame("OTHER MACHINE", "", (1, 4), Holds),
                        opened(frame("DAEMON", "root there", (1, 2), Holds)),
                        frame("NEW CONTAINER", "that machine's / in it", (2, 3), Open),
                    ],
                    end: "",
                }
            }
        }
        Approach::VmDaemon => {
            const {
                &Scheme {
                    stops: &[
                        Step("run-code-pushers"),
                        Step("build-step"),
                        Step("read-credentials"),
                        Spared(DISK),
                        Spared(OTHERS),
                    ],
                    frames: &[
                        frame("HOST", "of the service", (0, 5), Holds),
                        frame("VIRTUAL MACHINE", "of this job alone", (0, 3), Machine),
                        frame("JOB", "", (0, 1), Process),
                        frame("DAEMON", "the machine's own", (1, 2), Holds),
                    ],
                    end: "The machine is thrown away: it ends here",
                }
            }
        }
        Approach::RootlessDaemon => {
            const {
                &Scheme {
                    stops: &[
                        Step("run-code-pushers"),
                        Told("It calls the account's engine"),
                        Told("It has the account: files, keys, containers"),
                        Spared("Root on the host"),
                        Spared("Other accounts"),
                    ],
                    frames: &[
                        frame("HOST", "shared or unknown", (0, 5), Holds),
                        frame("ACCOUNT", "a user namespace, no root outside", (0, 3), Relaxed),
                        opened(frame("JOB CONTAINER", "", (0, 1), Holds)),
                        frame("DAEMON", "without root", (1, 2), Holds),
                    ],
                    end: "No root outside: it ends here",
                }
            }
        }
        Approach::Daemonless => {
            const {
                &Scheme {
                    stops: &[
                        Step("run-code-pushers"),
                        Step("build-step"),
                        Step("read-credentials"),
                        Spared(DISK),
                        Spared(OTHERS),
                    ],
                    frames: &[
                        frame("HOST", "shared or unknown", (0, 5), Holds),
                        frame(
                            "JOB CONTAINER",
                            "for most builders seccomp and AppArmor are off",
                            (0, 3),
                            Relaxed,
                        ),
                        frame("BUILDER", "ends with the job", (1, 2), Process),
                    ],
                    end: "No daemon, no socket: it ends here",
                }
            }
        }
        Approach::None => {
            const {
                &Scheme {
                    stops: &[Step("run-code-pushers"), Spared(DISK), Spared(OTHERS)],
                    frames: &[
                        frame("HOST", "shared or unknown", (0, 3), Holds),
                        frame("JOB CONTAINER", "", (0, 1), Holds),
                    ],
                    end: "No engine to call: it ends here",
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemes_can_be_drawn() {
        for approach in Approach::ALL {
            let Scheme { stops, frames, end } = scheme(*approach);
            let reached = scheme(*approach).reached();
            assert!(stops[reached..].iter().all(|stop| stop.is_spared()), "{approach:?}");
            assert_eq!(
                end.is_empty(),
                reached == stops.len(),
                "{approach:?}: what ends the line, spares something"
            );
            for (at, frame) in frames.iter().enumerate() {
                let (from, to) = frame.places;
                assert!(from < to && to <= stops.len(), "{approach:?} {}", frame.kind);
                for outer in &frames[..at] {
                    let (first, last) = outer.places;
                    let apart = to <= first || last <= from;
                    let within = first <= from && to <= last;
                    assert!(apart || within, "{approach:?}: {} crosses {}", frame.kind, outer.kind);
                }
            }
            for key in stops.iter().filter_map(|stop| stop.key()) {
                assert!(step(key).is_some(), "{approach:?}: no step {key}");
            }
        }
    }

    #[test]
    fn a_picture_is_told_in_words() {
        let words = scheme(Approach::VmDaemon).description();
        assert!(
            words.starts_with("From outside to inside: host (of the service), virtual machine"),
            "{words}"
        );
        assert!(words.contains("1. A command runs in the job. "), "{words}");
        assert!(words.ends_with("it ends here. Not reached: The host's disk, Other jobs."), "{words}");
    }
}
