//! Builders that keep no images: build, tag and push become one command in the place of the build.
//!
//! [`plan`] works out which build of a job feeds which names and pushes, or what stands in the way; [`write`] writes the
//! commands.

pub(super) mod buildkit;
pub(super) mod draft;
pub(super) mod kaniko;
pub(super) mod names;
pub(super) mod order;
pub(super) mod plan;
pub(super) mod write;

use crate::engine::Invocation;
use crate::engine::command_line::FlagUse;
use plan::Plan;

pub(super) use order::{trim_end, trim_start};
pub(super) use plan::plan;

/// What becomes of an option or a word.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// The catalog's entry says it.
    Catalog,
    Write(String, &'static str),
    /// Written, and a person has to look.
    Look(String, String),
    Remove(&'static str),
}

/// How one builder says it. All texts are shell text with the person's own quoting.
pub(super) trait Words: Sync {
    /// What takes the place of `docker build`.
    fn head(&self) -> &'static str;

    /// The context and, where the command names no Dockerfile, the Dockerfile that Docker takes by itself.
    fn context(&self, context: &str, names_file: bool) -> String;

    /// The Dockerfile.
    fn file(&self, file: &str) -> Result<String, String>;

    /// Options for the names that are pushed, or that the image has where it is not.
    fn names(&self, names: &[String], pushes: bool) -> Result<Vec<String>, String>;

    /// Switches behind the program: of a build that pushes nothing, and of one that others follow.
    fn switches(&self, pushes: bool, is_last: bool) -> String;

    /// An option of `docker build`. `written` is its value as it stands; `seen` the names of options before it.
    fn option(&self, flag: &FlagUse, written: &str, seen: &[&str], pushes: bool) -> Result<Word, String>;

    /// The names that a command of this builder pushes, as read back; `None` where it is no build.
    fn pushed(&self, invocation: &Invocation) -> Option<Vec<String>>;

    /// Docker Hub, as a login names it.
    fn hub(&self) -> &'static str;

    /// Its login command; else the file with the logins is written.
    fn login(&self) -> Option<&'static str>;
}

/// The value of an option without the quotes around it, where only quotes stand between it and plain words.
pub(super) fn unquoted(written: &str) -> Option<&str> {
    let inner = |quote: char| written.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    match (inner('"'), inner('\'')) {
        (Some(inner), _) if !inner.contains('"') => Some(inner),
        (_, Some(inner)) if !inner.contains(['\'', '$', '`', '\\', '"']) => Some(inner),
        (None, None) if !written.contains(['"', '\'', '\\', ' ']) => Some(written),
        _ => None,
    }
}

/// A path with `/name` behind it, inside the quotes where there are some.
pub(super) fn below(folder: &str, name: &str) -> String {
    match unquoted(folder) {
        Some(".") => name.to_owned(),
        Some(inner) if inner.len() < folder.len() => {
            let quote = folder.get(..1).unwrap_or("");
            format!("{quote}{}/{name}{quote}", inner.trim_end_matches('/'))
        }
        _ => format!("{}/{name}", folder.trim_end_matches('/')),
    }
}

/// Whether a value has fields that are `key=value` and one of them is the type of a cache or an output.
fn kind(value: &str) -> Option<&str> {
    value.split(',').find_map(|field| field.trim().strip_prefix("type="))
}

/// Whether an output of `docker buildx build` is the same as `--push` (`Some(true)`) or `--load` (`Some(false)`).
pub(super) fn as_switch(output: &str) -> Option<bool> {
    match output {
        "type=registry" | "type=image,push=true" | "type=registry,push=true" => Some(true),
        "type=docker" | "type=image" | "type=image,push=false" => Some(false),
        _ => None,
    }
}

/// What the builds of a rewritten job push, each by its canonical names in order.
pub(super) fn pushed_by(words: &dyn Words, invocations: &[Invocation]) -> Vec<Vec<String>> {
    let names = invocations.iter().filter_map(|invocation| words.pushed(invocation));
    names
        .map(|names| {
            let mut names: Vec<String> = names.iter().map(|name| names::canonical(name)).collect();
            crate::order::sort_by(&mut names, Ord::cmp);
            names
        })
        .collect()
}

/// What the builds should push.
pub(super) fn expected(plan: &Plan<'_>) -> Vec<Vec<String>> {
    plan.builds
        .iter()
        .map(|build| {
            let pushed = build.names.iter().filter(|name| name.pushed);
            let mut names: Vec<String> = pushed.map(|name| names::canonical(name.value.as_str())).collect();
            crate::order::sort_by(&mut names, Ord::cmp);
            names
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_taken_off() {
        #[track_caller]
        fn check(written: &str, expected: Option<&str>) {
            assert_eq!(unquoted(written), expected, "{written}");
        }
        check("a:$B", Some("a:$B"));
        check("\"$A:$B\"", Some("$A:$B"));
        check("'a b'", Some("a b"));
        check("'$A'", None);
        check("\"$A\":x", None);
        check("\"a\"b\"", None);
    }

    #[test]
    fn files_lie_in_folders() {
        #[track_caller]
        fn check(folder: &str, expected: &str) {
            assert_eq!(below(folder, "Dockerfile"), expected, "{folder}");
        }
        check(".", "Dockerfile");
        check("app", "app/Dockerfile");
        check("app/", "app/Dockerfile");
        check("\"$DIR\"", "\"$DIR/Dockerfile\"");
        check("'a b/'", "'a b/Dockerfile'");
        check("\"$A\"/b", "\"$A\"/b/Dockerfile");
    }
}
