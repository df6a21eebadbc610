//! The files of facts, as types. Each has the fields of the type of the same name in `src/`; an unknown key is an error.

// Most fields are only written out, by `Debug`.
#![allow(dead_code)]

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::emit::{List, Raw, Text, Told};
use crate::ids::{ApproachRef, BuilderRef, NeedRef, PowerRef, SourceRef, TechniqueRef, WeaknessRef};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    pub approaches: Vec<String>,
    pub builders: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Need {
    pub id: String,
    pub title: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RiskFile {
    pub rows: Vec<RiskRow>,
    pub lift: Lift,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RiskRow {
    pub id: String,
    pub title: Text,
    pub text: Told,
    pub risk: Cells,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cells {
    pub shared: Risk,
    pub dedicated: Risk,
    pub vm: Risk,
}

#[derive(Debug)]
pub struct PowerInfo {
    pub id: String,
    pub power: Raw,
    pub title: Text,
    pub text: Told,
    pub shared: Risk,
    pub dedicated: Risk,
    pub vm: Risk,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lift {
    pub text: Told,
    pub from: List<Risk>,
    pub on: List<Host>,
}

/// Declares an enum that YAML spells in lower case and Rust as `Name::Variant`.
macro_rules! words {
    ($name:ident { $($variant:ident = $word:literal),+ $(,)? }) => {
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
        pub enum $name {
            $(#[serde(rename = $word)] $variant),+
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(match self {
                    $(Self::$variant => concat!(stringify!($name), "::", stringify!($variant))),+
                })
            }
        }
    };
}

words!(Risk { None = "none", Low = "low", Medium = "medium", High = "high", Critical = "critical" });
words!(Host { Shared = "shared", Dedicated = "dedicated", Vm = "vm" });
words!(Group { OnHost = "on-host", BehindWall = "behind-wall", NoDaemon = "no-daemon" });
words!(Article { Answer = "answer", Post = "post", Both = "both" });
words!(Verdict { Ok = "ok", Dated = "dated", Wrong = "wrong", Partial = "partial" });
words!(Translated { Equivalent = "equivalent", Drop = "drop", NeedsPerson = "needs-person", None = "none" });
words!(Service {
    Github = "github",
    Gitlab = "gitlab",
    Azure = "azure",
    Circleci = "circleci",
    Travis = "travis",
});
words!(Platform {
    Any = "any",
    Gitlab = "gitlab",
    GitlabDocker = "gitlab-docker",
    GitlabKubernetes = "gitlab-kubernetes",
    Github = "github",
    GithubHosted = "github-hosted",
    GithubSelfHosted = "github-self-hosted",
    GithubArc = "github-arc",
    Azure = "azure",
    Circleci = "circleci",
    Bitbucket = "bitbucket",
    Jenkins = "jenkins",
    Woodpecker = "woodpecker",
    Drone = "drone",
    Kubernetes = "kubernetes",
    Docker = "docker",
    Machine = "machine",
});

/// Declares structs that are read and written alike.
macro_rules! records {
    ($(struct $name:ident { $($(#[$meta:meta])* $field:ident: $type:ty,)+ })+) => {
        $(
            #[derive(Debug, Deserialize)]
            #[serde(deny_unknown_fields)]
            pub struct $name { $($(#[$meta])* pub $field: $type,)+ }
        )+
    };
}

records! {
    struct Source {
        id: String,
        title: Text,
        url: String,
        checked: String,
    }
    struct ApproachInfo {
        id: String,
        title: Text,
        noun: Text,
        what: Text,
        good_for: Text,
        rightly_used_by: Text,
        why: List<Reason>,
        change: Text,
        in_short: Text,
        in_practice: Text,
        in_full: Text,
        common_wisdom: List<Correction>,
        sources: List<SourceRef>,
    }
    struct Reason {
        title: Text,
        text: Text,
        sources: List<SourceRef>,
    }
    struct Correction {
        claim: Text,
        today: Text,
        sources: List<SourceRef>,
    }
    struct Requirement {
        platform: Platform,
        text: Text,
        setting: Option<Setting>,
        error_without: Option<Text>,
        source: SourceRef,
    }
    struct Setting {
        file: Text,
        key: Text,
        snippet: Text,
    }
    struct Variable {
        name: String,
        value: String,
        why: Text,
        in_image: bool,
    }
    struct Programs {
        base: Text,
        #[serde(default)]
        install: String,
        #[serde(default)]
        lacks: List<String>,
        #[serde(default)]
        only: List<String>,
    }
    struct After {
        approach: ApproachRef,
        power: PowerRef,
    }
    struct OptionRow {
        id: String,
        group: Group,
        title: Text,
        approach: Option<ApproachRef>,
        #[serde(default)]
        variant: String,
        builder: Option<BuilderRef>,
        daemon: Text,
        privilege: Text,
        runner_must_allow: Text,
        isolation: Text,
        escape: Text,
        dockerfile: Text,
        compose_run: Text,
        multi_platform: Text,
        caching: Text,
        upkeep: Text,
        right_when: Text,
        powers: List<PowerRef>,
        hosts: List<Host>,
        risk: (Risk, Risk),
        risk_note: Option<Text>,
        sources: List<SourceRef>,
    }
    struct Containment {
        id: String,
        title: Text,
        text: Text,
        platform: Platform,
        setting: Option<Setting>,
        source: SourceRef,
    }
    struct Running {
        id: String,
        title: Text,
        needs: List<NeedRef>,
        when: Text,
        after: After,
        conditions: List<Containment>,
    }
    struct Daemon {
        version: String,
        certified: List<String>,
        names_variable: String,
        directory_variable: String,
        directory: String,
        source: SourceRef,
        needs_root: List<NeedRef>,
        needs_root_source: SourceRef,
    }
    struct StepTemplate {
        key: String,
        title: Text,
        text: Text,
        command: Option<Text>,
        #[serde(default)]
        placeholders: List<String>,
        techniques: List<TechniqueRef>,
        weaknesses: List<WeaknessRef>,
        sources: List<SourceRef>,
    }
    struct Technique {
        id: String,
        name: Text,
    }
    struct Weakness {
        id: String,
        name: Text,
    }
    struct Claim {
        id: String,
        article: Article,
        claim: Text,
        verdict: Verdict,
        today: Text,
        sources: List<SourceRef>,
    }
    struct HostedRunner {
        service: Service,
        pattern: String,
        host: Host,
        daemon: bool,
        #[serde(default)]
        builders: List<Installed>,
        note: Told,
        source: SourceRef,
    }
    struct Installed {
        builder: BuilderRef,
        version: String,
    }
    struct Action {
        name: String,
        version: String,
        commit: String,
        source: SourceRef,
    }
    struct Token {
        what: String,
        begins: List<String>,
        least: usize,
        source: SourceRef,
    }
    struct Program {
        names: List<String>,
        #[serde(default)]
        words: List<String>,
        #[serde(default)]
        not: List<String>,
        need: NeedRef,
        engine: bool,
        sure: bool,
        source: SourceRef,
    }
    struct HandedSocket {
        service: Service,
        by: String,
        source: SourceRef,
    }
}

/// `paths.yaml`: the steps and the lists that they refer to.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Taxonomy {
    pub techniques: Vec<Technique>,
    pub weaknesses: Vec<Weakness>,
}

/// An entry of `images.yaml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Image {
    pub repository: String,
    #[serde(default)]
    pub tags: List<String>,
    pub role: String,
    pub maintained: bool,
    pub note: Text,
    pub source: SourceRef,
}

#[derive(Debug)]
pub struct KnownImage {
    pub repository: String,
    pub tags: List<String>,
    pub role: Raw,
    pub maintained: bool,
    pub note: Text,
    pub source: SourceRef,
}

/// A file of `builders/`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BuilderFile {
    pub id: String,
    pub title: Text,
    pub version: String,
    pub released: String,
    pub checked: String,
    pub image: String,
    pub clear_entrypoint: bool,
    pub programs: Programs,
    pub homepage: String,
    pub summary: Told,
    pub when_right: Text,
    pub upkeep: Told,
    pub isolation: Told,
    pub login: Told,
    pub requires: List<Requirement>,
    pub variables: List<Variable>,
    pub supports: BTreeMap<NeedRef, Support>,
    pub after: After,
    pub sources: List<SourceRef>,
}

/// What a builder makes of a need: exactly one of `since` and the texts, or `yes`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Support {
    #[serde(default)]
    pub yes: bool,
    pub since: Option<String>,
    pub conditional: Option<Text>,
    pub ignored: Option<Text>,
    pub no: Option<Text>,
    pub note: Option<Told>,
    pub source: SourceRef,
}

/// Written for a builder and a need; the type in `src/` is `Support`.
#[derive(Debug)]
pub struct SupportOut {
    pub need: NeedRef,
    pub level: Raw,
    pub note: Option<Told>,
    pub source: SourceRef,
}

/// An option in a builder's words, from `translate.tsv` or `commands.yaml`.
#[derive(Debug)]
pub struct Translation {
    pub flag: String,
    pub builder: BuilderRef,
    pub verdict: Translated,
    pub template: String,
    pub min_version: String,
    pub note: String,
    pub source: SourceRef,
}

/// An entry of `commands.yaml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Command {
    pub command: String,
    pub source: SourceRef,
    pub to: BTreeMap<BuilderRef, CommandTo>,
}

/// One builder's form of a command.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommandTo {
    pub verdict: Translated,
    #[serde(default)]
    pub template: String,
    pub note: Option<Text>,
    /// Options of it: the template, `drop`, or what a person must do.
    #[serde(default)]
    pub flags: Vec<CommandFlag>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommandFlag {
    pub flag: String,
    pub verdict: Translated,
    #[serde(default)]
    pub template: String,
    pub note: Option<Text>,
}

#[derive(Debug)]
pub struct CommandTranslation {
    pub command: String,
    pub builder: BuilderRef,
    pub verdict: Translated,
    pub template: String,
    pub note: String,
    pub flags: List<Translation>,
    pub source: SourceRef,
}
