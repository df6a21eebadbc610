//! What is known of container builders and of ways to reach an engine: facts with their source and date.
//!
//! The facts are YAML and TSV files in `facts/`; the build script checks every reference in them and writes them as
//! `static` tables, so nothing is read or parsed at run time. Texts are plain sentences; code in them stands in
//! backticks.
//!
//! A builder is a file in `facts/builders/` and a line in `facts/order.yaml`; the build then asks for its answer to every
//! need and for its column of `facts/translate.tsv`,
//! `facts/leave-kaniko.tsv` and `facts/commands.yaml`.

mod action;
mod approach;
mod builder;
mod containment;
mod flags;
mod hosted;
mod image;
mod ledger;
mod option;
mod path;
mod pattern;
mod platform;
mod program;
mod question;
mod risk;
mod source;
mod task;
mod token;
mod told;
mod translate;

/// What the build script wrote.
mod tables {
    use crate::{
        action::*, approach::*, builder::*, containment::*, flags::*, hosted::*, image::*, ledger::*,
        option::*, path::*, platform::*, program::*, question::*, risk::*, source::*, task::*, token::*,
        told::*, translate::*,
    };
    include!(concat!(env!("OUT_DIR"), "/tables.rs"));
}

pub use action::{Action, uses};
pub use approach::{ApproachInfo, Correction, Reason};
pub use builder::{After, BuilderInfo, Level, Requirement, Setting, Support, Variable};
pub use containment::{Containment, Daemon};
pub use flags::{CommandFlags, Flag, Takes, flags};
pub use hosted::{HandedSocket, HostedRunner, Installed, Service, handed, hosted};
pub use image::{KnownImage, Role, image, may_be_known};
pub use ledger::{Article, Claim, Verdict};
pub use option::{Group, OptionRow};
pub use path::{StepTemplate, Technique, Weakness, step};
pub use platform::Platform;
pub use program::{Program, program};
pub use question::{Consequence, QuestionInfo, Then, Way};
pub use risk::{Host, Lift, PowerInfo, Risk, risk};
pub use source::{Source, SourceRef};
pub use tables::*;
pub use task::{Inputs, Part, Task, When, alike, tasks};
pub use token::Token;
pub use told::Told;
pub use translate::{
    CommandTranslation, Translated, Translation, translate, translate_command, translate_kaniko,
};

#[cfg(test)]
mod tests {
    use super::*;

    /// All texts, as the tables print themselves.
    fn everything() -> Vec<String> {
        vec![
            format!("{ACTIONS:?}"),
            format!("{APPROACHES:?}"),
            format!("{BUILDERS:?}"),
            format!("{OPTIONS:?}"),
            format!("{QUESTIONS:?}"),
            format!("{WAYS:?}"),
            format!("{CONTAINMENT:?}"),
            format!("{RUNNING:?}"),
            format!("{DAEMON:?}"),
            format!("{IMAGES:?}"),
            format!("{STEPS:?}"),
            format!("{LEDGER:?}"),
            format!("{HOSTED:?}"),
            format!("{HANDED:?}"),
            format!("{PROGRAMS:?}"),
            format!("{TOKENS:?}"),
            format!("{TASKS:?}"),
            format!("{RISK_TABLE:?}"),
            format!("{TRANSLATIONS:?}"),
            format!("{KANIKO_OPTIONS:?}"),
            format!("{COMMANDS:?}"),
        ]
    }

    #[test]
    fn texts_neither_belittle_nor_promise() {
        for table in everything() {
            for word in [" just ", " simply ", " secure.", " secure ", "!\""] {
                assert!(!table.contains(word), "{word:?} in {}", &table[..40]);
            }
        }
    }

    #[test]
    fn sources_have_an_address_and_a_date() {
        for source in SOURCES {
            assert!(source.url.starts_with("https://"), "{}", source.id);
            let date: Vec<_> = source.checked.split('-').map(str::len).collect();
            assert_eq!(date, [4, 2, 2], "{}", source.id);
        }
    }

    #[test]
    fn every_source_is_used() {
        let everything = everything().concat();
        for source in SOURCES {
            assert!(everything.contains(&format!("{:?}", source.url)), "{} is used nowhere", source.id);
        }
    }

    #[test]
    fn ids_are_unique() {
        let tables: [Vec<&str>; 7] = [
            SOURCES.iter().map(|item| item.id).collect(),
            OPTIONS.iter().map(|item| item.id).collect(),
            CONTAINMENT.iter().map(|item| item.id).collect(),
            RUNNING.iter().map(|item| item.id).collect(),
            STEPS.iter().map(|item| item.key).collect(),
            LEDGER.iter().map(|item| item.id).collect(),
            Need::ALL.iter().map(|item| item.id()).collect(),
        ];
        for ids in tables {
            let unique: std::collections::BTreeSet<_> = ids.iter().collect();
            assert_eq!(unique.len(), ids.len(), "{ids:?}");
        }
    }

    #[test]
    fn approaches_are_ordered_worst_first() {
        let ids: Vec<_> = Approach::ALL.iter().map(|approach| approach.id()).collect();
        let expected = [
            "host-socket",
            "nested-daemon",
            "ambient-daemon",
            "remote-daemon",
            "vm-daemon",
            "rootless-daemon",
            "daemonless",
            "none",
        ];
        assert_eq!(ids, expected);
        assert!(Approach::ALL.iter().all(|approach| approach.info().id == approach.id()));
        assert_eq!(Approach::NestedDaemon.info().why.len(), 3);
    }
}
