//! Caches of builds in the words of Buildah and Podman, which keep them in a repository without a tag.

use daemonless_catalog::Builder;

use super::{Outcome, Site};
use crate::engine::command_line::FlagUse;
use crate::engine::image::Reference;

/// What becomes of a cache.
#[derive(Debug)]
pub(in crate::rewrite) struct Cache {
    /// The repository that takes its place; none where it has to be left out.
    pub(in crate::rewrite) repository: Option<String>,
    pub(in crate::rewrite) reason: String,
    /// What a person has to decide.
    pub(in crate::rewrite) note: Option<String>,
}

/// A registry's name without tag, `type=` and `mode=`, as Buildah's and Podman's caches want it.
pub(in crate::rewrite) fn cache(builder: Builder, flag: &str, written: &str) -> Cache {
    let title = builder.info().name();
    let fields: Vec<&str> = written.split(',').collect();
    let kind = fields.iter().find_map(|field| field.strip_prefix("type="));
    if matches!(kind, Some("gha" | "inline" | "local" | "s3" | "azblob")) {
        return Cache {
            repository: None,
            reason: format!("`{written}` has no match: {title} keeps its cache in a registry only."),
            note: Some(format!(
                "`--{flag} {written}` was left out: {title} keeps its cache in a registry only"
            )),
        };
    }
    let name = fields.iter().find_map(|field| field.strip_prefix("ref=")).unwrap_or(written);
    let tag = Reference::parse(name).tag;
    let repository = if tag.is_empty() {
        name
    } else {
        name.strip_suffix(tag).map_or(name, |rest| rest.trim_end_matches(':'))
    };
    Cache {
        repository: Some(repository.to_owned()),
        reason: format!(
            "{title} has a cache format of its own, in a repository without a tag. What Docker wrote there can't be \
             read, so the first build is a full one."
        ),
        note: None,
    }
}

/// Whether a name that ends with a variable has a tag in it.
enum Tag {
    None,
    Hidden(String),
    Unknown(String),
}

/// The variable that a text ends with: `IMAGE` of `$IMAGE` and of `a/${IMAGE}`.
fn last_variable(text: &str) -> Option<&str> {
    let (_, name) = text.rsplit_once('$')?;
    let name = name.strip_prefix('{').and_then(|name| name.strip_suffix('}')).unwrap_or(name);
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    is_name.then_some(name)
}

impl Site<'_> {
    pub(super) fn cache(&self, out: &mut Outcome, flag: &FlagUse, layers: &mut bool) {
        let Some(value) = &flag.value else { return };
        let written = self.written(value.span).unwrap_or(value.as_str()).trim_matches('"');
        let cache = cache(self.builder, &flag.name, written);
        out.notes.extend(cache.note);
        let Some(repository) = cache.repository else {
            self.remove(out, flag.span, cache.reason);
            return;
        };
        let repository = match self.tag_of_variable(&repository) {
            Tag::None => repository,
            Tag::Hidden(name) => format!(
                "{}${{{name}%:*}}",
                repository
                    .strip_suffix(&format!("${name}"))
                    .or_else(|| repository.strip_suffix(&format!("${{{name}}}")))
                    .unwrap_or("")
            ),
            Tag::Unknown(name) => {
                out.notes.push(format!("`${name}` must hold no tag: a cache's repository has none"));
                repository
            }
        };
        let lead = if *layers || self.builder == Builder::Podman { "" } else { "--layers " };
        *layers = true;
        let text = format!("{lead}--{} \"{repository}\"", flag.name);
        self.replace(out, flag.span, &text, cache.reason);
    }

    /// Whether the variable that a repository's name ends with holds a tag.
    fn tag_of_variable(&self, repository: &str) -> Tag {
        let Some(first) = last_variable(repository) else { return Tag::None };
        let mut name = first;
        // A variable may be made from others.
        for _ in 0..4 {
            if name.starts_with("CI_") {
                return Tag::None;
            }
            let Some(var) = self.env.iter().rev().find(|var| var.name == name) else { break };
            let value = var.value.as_str();
            if !Reference::parse(value).tag.is_empty() {
                return Tag::Hidden(first.to_owned());
            }
            match last_variable(value) {
                Some(next) => name = next,
                None => return Tag::None,
            }
        }
        Tag::Unknown(first.to_owned())
    }
}
