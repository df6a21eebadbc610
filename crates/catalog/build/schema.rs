//! The files of facts, as types. Each has the fields of the type of the same name in `src/`; an unknown key is an error.

use serde::Deserialize;

use crate::emit::{List, Raw, Text};

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
    pub text: Text,
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
    pub text: Text,
    pub shared: Risk,
    pub dedicated: Risk,
    pub vm: Risk,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lift {
    pub text: Text,
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
