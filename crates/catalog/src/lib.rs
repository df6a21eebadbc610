//! What is known of container builders and of ways to reach an engine: facts with their source and date.
//!
//! The facts are YAML and TSV files in `facts/`; the build script checks every reference in them and writes them as
//! `static` tables, so nothing is read or parsed at run time. Texts are plain sentences; code in them stands in
//! backticks.

mod flags;
mod risk;

/// What the build script wrote.
mod tables {
    #![allow(clippy::unreadable_literal)]
    use crate::{flags::*, risk::*};
    include!(concat!(env!("OUT_DIR"), "/tables.rs"));
}

pub use flags::{CommandFlags, Flag, Takes, flags};
pub use risk::{Host, Lift, PowerInfo, Risk, risk};
pub use tables::{Approach, Builder, FLAGS, Need, Power, RISK_LIFT, RISK_TABLE};
