//! Writing Rust. The schema's types derive `Debug`, whose form *is* the literal of the type of the same name in `src/`;
//! the types here print what differs.

use std::fmt::{self, Write};
use std::sync::Mutex;

use serde::{Deserialize, Deserializer, de::Error};

use crate::ids::pascal;

/// A slice: `&[a, b]`.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct List<T>(pub Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: fmt::Debug> fmt::Debug for List<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('&')?;
        f.debug_list().entries(&self.0).finish()
    }
}

/// A Rust expression as it stands.
#[derive(Clone)]
pub struct Raw(pub String);

impl fmt::Debug for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Words that a person reads. Some words have no place in them, here or anywhere in the project.
#[derive(Clone)]
pub struct Text(pub String);

/// They belittle what is hard, raise alarm, or promise what nothing can keep.
const UNWANTED: [&str; 8] =
    ["just", "simply", "easily", "obviously", "secure", "malicious actor", "hacker", "100%"];

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let text = text.trim_end();
        if text.is_empty() {
            return Err(D::Error::custom("an empty text"));
        }
        let lower = text.to_ascii_lowercase();
        for word in UNWANTED {
            let found = lower.match_indices(word).any(|(at, _)| {
                let inside = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
                !lower[..at].ends_with(inside) && !lower[at + word.len()..].starts_with(inside)
            });
            if found {
                return Err(D::Error::custom(format!("the word `{word}` in {text:?}")));
            }
        }
        if text.matches('`').count() % 2 == 1 {
            return Err(D::Error::custom(format!("a backtick without its pair in {text:?}")));
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// A text for people only, written as its place in the table that [`told`] writes.
#[derive(Clone)]
pub struct Told {
    pub text: Text,
    place: usize,
}

/// All such texts, in the order in which they were read.
static TOLD: Mutex<Vec<Text>> = Mutex::new(Vec::new());

impl<'de> Deserialize<'de> for Told {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = Text::deserialize(from)?;
        let mut told = TOLD.lock().map_err(D::Error::custom)?;
        told.push(text.clone());
        Ok(Self { text, place: told.len() - 1 })
    }
}

impl fmt::Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Told({})", self.place)
    }
}

/// The table of all texts that are for people only; after all else is read.
pub fn told(code: &mut String) -> Result<(), String> {
    let told = TOLD.lock().map_err(|error| error.to_string())?;
    let _ = writeln!(code, "pub(crate) static TOLD: &[&str] = &{told:#?};\n");
    Ok(())
}

/// An enum whose variants are ids, with `ALL`, `id` and `from_id`.
pub fn id_enum(code: &mut String, name: &str, doc: &str, variants: &[(String, String)]) {
    let each = |write: &dyn Fn(&str, &str) -> String| -> String {
        variants.iter().map(|(id, doc)| write(id, doc)).collect()
    };
    let declared = each(&|id, doc| format!("    /// {}\n    {},\n", doc.replace('\n', " "), pascal(id)));
    let all = each(&|id, _| format!("Self::{}, ", pascal(id)));
    let ids = each(&|id, _| format!("            Self::{} => {id:?},\n", pascal(id)));
    let _ = write!(
        code,
        "/// {doc}
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum {name} {{
{declared}}}

impl {name} {{
    /// All of them, in order.
    pub const ALL: &'static [Self] = &[{all}];

    /// The name in data and on the command line.
    pub const fn id(self) -> &'static str {{
        match self {{
{ids}        }}
    }}

    /// The one of that id.
    pub fn from_id(id: &str) -> Option<Self> {{
        Self::ALL.iter().copied().find(|known| known.id() == id)
    }}
}}

"
    );
}

/// A table with its documentation.
pub fn table<T: fmt::Debug>(code: &mut String, doc: &str, name: &str, item: &str, rows: &[T]) {
    let _ = writeln!(code, "/// {doc}\npub static {name}: &[{item}] = &{rows:#?};\n");
}
