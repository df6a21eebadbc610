//! The formats that are read. Adding one is a file here and a line in [`FORMATS`].

#[cfg(feature = "formats")]
mod azure_pipelines;
#[cfg(feature = "formats")]
mod circleci;
mod cursor;
mod docker_compose;
pub(crate) mod dockerfile;
mod expression;
mod github_action;
mod github_actions;
mod gitlab_ci;
#[cfg(feature = "formats")]
pub(crate) mod gitlab_runner;
#[cfg(feature = "formats")]
mod jenkinsfile;
#[cfg(feature = "formats")]
mod kubernetes;
mod library;
mod matrix;
mod shell;
mod step;
mod tasks;
#[cfg(feature = "formats")]
mod tekton;
#[cfg(test)]
mod testing;

pub(crate) use expression::next as next_expression;

use crate::File;
use crate::files::{Files, file_name};
use crate::model::Unit;
use crate::source::FileId;

/// A kind of file: how to recognise it and how to lower it.
#[derive(Debug)]
pub struct Format {
    /// As in the JSON and on the command line.
    pub id: &'static str,
    /// As people call it.
    pub title: &'static str,
    /// How sure path and text make it that a file is of this format, 0 to 100. From 60 on it is certain; it must look
    /// at no more than the first part of a large text.
    pub recognise: fn(&Probe<'_>) -> u8,
    /// The jobs of the file of this id. The other files are there for context.
    pub lower: fn(&Files<'_>, FileId) -> Unit,
}

/// Every format, in the order in which they are offered.
pub static FORMATS: &[&Format] = &[
    &gitlab_ci::FORMAT,
    &github_actions::FORMAT,
    &docker_compose::FORMAT,
    &dockerfile::FORMAT,
    &github_action::FORMAT,
    #[cfg(feature = "formats")]
    &jenkinsfile::FORMAT,
    #[cfg(feature = "formats")]
    &circleci::FORMAT,
    #[cfg(feature = "formats")]
    &azure_pipelines::FORMAT,
    #[cfg(feature = "formats")]
    &kubernetes::FORMAT,
    #[cfg(feature = "formats")]
    &tekton::FORMAT,
    &shell::FORMAT,
    #[cfg(feature = "formats")]
    &gitlab_runner::FORMAT,
];

/// What recognition looks at, taken from the text once for all formats.
#[derive(Debug)]
pub struct Probe<'t> {
    /// Path with `/` between folders.
    pub path: &'t str,
    /// The last part of the path.
    pub name: &'t str,
    pub text: &'t str,
    /// Names of the keys that stand at the left margin, in order: what a YAML mapping has on top.
    pub keys: Vec<&'t str>,
}

/// Keys beyond this many tell nothing new.
const MOST_KEYS: usize = 200;

/// Lines beyond this many tell nothing new.
const MOST_LINES: usize = 2_000;

impl<'t> Probe<'t> {
    pub fn new(file: &'t File) -> Self {
        let text = file.text.trim_start_matches('\u{feff}');
        let name = file_name(&file.path);
        let keys = text.lines().filter_map(top_key).take(MOST_KEYS).collect();
        Self { path: &file.path, name, text, keys }
    }

    pub fn has(&self, key: &str) -> bool {
        self.keys.contains(&key)
    }

    /// Whether a line behind the left margin has this key.
    pub fn has_below(&self, key: &str) -> bool {
        self.any_line(|line, bare| bare.len() < line.len() && starts(bare, key))
    }

    /// Whether an item of a list begins with this key.
    pub fn has_item(&self, key: &str) -> bool {
        self.any_line(|_, bare| bare.strip_prefix("- ").is_some_and(|item| starts(item.trim_start(), key)))
    }

    fn any_line(&self, test: impl Fn(&str, &str) -> bool) -> bool {
        self.text.lines().take(MOST_LINES).any(|line| test(line, line.trim_start()))
    }
}

/// Whether the line is this key's.
fn starts(line: &str, key: &str) -> bool {
    line.strip_prefix(key).is_some_and(|rest| rest.starts_with(':'))
}

/// The key of a line such as `name: value` or `"name":` that starts at the left margin.
fn top_key(line: &str) -> Option<&str> {
    let line = line.trim_end();
    let (key, rest) = line.get(..line.len().min(200)).unwrap_or("").split_once(':')?;
    let key = key.trim_matches(['"', '\'']);
    let starts = key.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '$'));
    (starts && (rest.is_empty() || rest.starts_with([' ', '\t'])) && !key.contains('#')).then_some(key)
}

/// The format of a file, and whether path or content settle it.
#[derive(Clone, Copy, Debug)]
pub struct Detected {
    pub format: Option<&'static Format>,
    pub certain: bool,
}

/// From this score on there is no doubt.
const CERTAIN: u8 = 60;

/// The highest score, that of a path that only this format's files have.
const SURE: u8 = 100;

/// Takes the format that the file was given, or else the best of those that recognise it.
pub fn detect(file: &File) -> Detected {
    if let Some(id) = &file.format {
        return Detected { format: by_id(id), certain: true };
    }
    let probe = Probe::new(file);
    let mut best = (0, None);
    for format in FORMATS {
        let score = (format.recognise)(&probe);
        if score > best.0 {
            best = (score, Some(*format));
        }
        if score >= SURE {
            break;
        }
    }
    Detected { format: best.1, certain: best.1.is_none() || best.0 >= CERTAIN }
}

/// The format of this id.
pub fn by_id(id: &str) -> Option<&'static Format> {
    FORMATS.iter().copied().find(|format| format.id == id)
}
