//! References between facts. An id is known or the build fails where it stands.

use std::fmt;
use std::sync::OnceLock;

use serde::{Deserialize, Deserializer, de::Error};

/// `run-heredoc` as `RunHeredoc`.
pub fn pascal(id: &str) -> String {
    id.split('-').map(|word| word[..1].to_ascii_uppercase() + &word[1..]).collect()
}

/// Fails on an id that is no word of letters, digits, `-` and `.`, or that a list has twice.
pub fn check<'a>(what: &str, ids: impl IntoIterator<Item = &'a String>) -> Result<(), String> {
    let mut seen = std::collections::BTreeSet::new();
    for id in ids {
        let word =
            |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '.');
        if !id.split('-').all(word) {
            return Err(format!("{what}: `{id}` is not a word in kebab-case"));
        }
        if !seen.insert(id) {
            return Err(format!("{what}: `{id}` is there twice"));
        }
    }
    Ok(())
}

/// Declares a reference: a string in YAML that must be one of the ids set before, and what it is in Rust.
macro_rules! reference {
    ($(#[$doc:meta])* $name:ident, $noun:literal, $write:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $name(pub String);

        impl $name {
            fn known() -> &'static OnceLock<Vec<String>> {
                static KNOWN: OnceLock<Vec<String>> = OnceLock::new();
                &KNOWN
            }

            /// Sets the ids that exist; once, before anything that refers to them is read.
            pub fn declare(ids: Vec<String>) -> Result<(), String> {
                check($noun, &ids)?;
                Self::known().set(ids).map_err(|_| format!("{} ids are declared twice", $noun))
            }

            pub fn all() -> &'static [String] {
                Self::known().get().map_or(&[], Vec::as_slice)
            }

            /// The id, if it is known.
            pub fn find(id: &str) -> Result<Self, String> {
                match Self::all().iter().any(|known| known == id) {
                    true => Ok(Self(id.to_owned())),
                    false => Err(format!("unknown {} `{id}`", $noun)),
                }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                Self::find(&String::deserialize(from)?).map_err(D::Error::custom)
            }
        }

        /// The Rust expression.
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let write: fn(&str) -> String = $write;
                f.write_str(&write(&self.0))
            }
        }
    };
}

reference!(
    /// A source, as `SourceRef(3)`.
    SourceRef, "source",
    |id| {
        let index = SourceRef::all().iter().position(|known| known == id).unwrap_or_default();
        format!("SourceRef({index})")
    }
);
reference!(NeedRef, "need", |id| format!("Need::{}", pascal(id)));
reference!(ApproachRef, "approach", |id| format!("Approach::{}", pascal(id)));
reference!(BuilderRef, "builder", |id| format!("Builder::{}", pascal(id)));
reference!(PowerRef, "power", |id| format!("Power::{}", pascal(id)));
reference!(QuestionRef, "question", |id| format!("Question::{}", pascal(id)));
reference!(
    /// A technique of ATT&CK, as `&TECHNIQUES[3]`.
    TechniqueRef, "technique",
    |id| {
        let index = TechniqueRef::all().iter().position(|known| known == id).unwrap_or_default();
        format!("&TECHNIQUES[{index}]")
    }
);
reference!(
    /// A weakness, as `&WEAKNESSES[3]`.
    WeaknessRef, "weakness",
    |id| {
        let index = WeaknessRef::all().iter().position(|known| known == id).unwrap_or_default();
        format!("&WEAKNESSES[{index}]")
    }
);
