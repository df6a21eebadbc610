//! What a Dockerfile asks of the job that builds it.

use std::collections::BTreeSet;

use super::{Ci, Left};
use crate::File;
use crate::files::file_name;
use crate::source::{FileId, Span};
use crate::syntax::dockerfile::{self, Instruction, Keyword};

/// What a Dockerfile asks of the job that builds it.
pub(super) struct Facts {
    /// Its path, where it is not the one that builders take by themselves.
    pub(super) file: Option<String>,
    /// Build arguments that must be given, and their values where the CI has them.
    pub(super) arguments: Vec<(String, Option<&'static str>)>,
    /// Ids of secrets and the variables that hold them.
    pub(super) secrets: Vec<(String, String)>,
    /// Ids of SSH agents or keys.
    pub(super) ssh: Vec<String>,
    /// Stages beside the last one that have names.
    pub(super) stages: Vec<String>,
}

/// The variable with the private key, where steps use SSH.
pub(super) const KEY: &str = "SSH_PRIVATE_KEY";

/// Arguments that builders fill in by themselves.
static GIVEN: &[&str] = &[
    "TARGETPLATFORM",
    "TARGETOS",
    "TARGETARCH",
    "TARGETVARIANT",
    "BUILDPLATFORM",
    "BUILDOS",
    "BUILDARCH",
    "BUILDVARIANT",
    "TARGETSTAGE",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "FTP_PROXY",
    "NO_PROXY",
    "ALL_PROXY",
    "SOURCE_DATE_EPOCH",
];

/// Arguments that mean the commit.
static COMMITS: &[&str] =
    &["COMMIT", "COMMIT_SHA", "GIT_COMMIT", "GIT_REVISION", "GIT_SHA", "REVISION", "SHA", "VCS_REF"];

/// So many of a Dockerfile's arguments, secrets or stages are taken up.
const MOST: usize = 40;

impl Facts {
    /// What a Dockerfile asks for; what a person has to set goes into `left`.
    pub(super) fn read(id: FileId, file: &File, ci: &Ci, left: &mut Vec<Left>) -> Self {
        let tree = dockerfile::parse(id, &file.text);
        let mut facts = Self {
            file: path(&file.path).filter(|_| file.is_named()),
            arguments: Vec::new(),
            secrets: Vec::new(),
            ssh: Vec::new(),
            stages: Vec::new(),
        };
        let mut notes = |span: Span, why: String| left.push(Left { span, job: "image".to_owned(), why });
        let mut known: BTreeSet<String> = GIVEN.iter().map(|name| (*name).to_owned()).collect();
        known.extend(
            tree.instructions.iter().flat_map(arguments).filter_map(|(name, has)| has.then_some(name)),
        );
        for instruction in &tree.instructions {
            for (name, _) in arguments(instruction) {
                if facts.arguments.len() >= MOST || !is_name(&name) || !known.insert(name.clone()) {
                    continue;
                }
                let value = COMMITS.contains(&name.to_ascii_uppercase().as_str()).then_some(ci.commit);
                if value.is_none() {
                    let why =
                        format!("`{name}` has no default: set the variable `{name}` in {}", ci.settings);
                    notes(instruction.span, why);
                }
                facts.arguments.push((name, value));
            }
            facts.mounts(instruction, ci, &mut notes);
            if instruction.keyword == Keyword::From
                && let (_, Some(name)) = instruction.from()
                && facts.stages.len() < MOST
                && is_word(name.as_str())
            {
                facts.stages.push(name.as_str().to_owned());
            }
        }
        let last = tree.instructions.iter().rev().find(|one| one.keyword == Keyword::From);
        if last.is_some_and(|last| {
            last.from().1.is_some_and(|name| facts.stages.last().is_some_and(|own| own == name.as_str()))
        }) {
            facts.stages.pop();
        }
        facts
    }

    /// The secrets and keys that an instruction mounts.
    fn mounts(&mut self, instruction: &Instruction, ci: &Ci, notes: &mut dyn FnMut(Span, String)) {
        for mount in instruction.flags("mount") {
            let value = mount.value.as_ref().map_or("", |value| value.as_str());
            let field =
                |name: &str| value.split(',').find_map(|one| one.strip_prefix(name)?.strip_prefix('='));
            let target = field("target").or(field("dst")).map(file_name);
            match field("type") {
                Some("secret") => {
                    let Some(id) = field("id").or(target).filter(|id| is_word(id)) else { continue };
                    if self.secrets.len() >= MOST || self.secrets.iter().any(|(known, _)| known == id) {
                        continue;
                    }
                    let variable: String = id
                        .chars()
                        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' })
                        .collect();
                    notes(
                        instruction.span,
                        format!(
                            "it mounts the secret `{id}`: add a {} `{variable}` in {}",
                            ci.secret, ci.settings
                        ),
                    );
                    self.secrets.push((id.to_owned(), variable));
                }
                Some("ssh") => {
                    let id = field("id").unwrap_or("default");
                    if self.ssh.len() >= MOST || !is_word(id) || self.ssh.iter().any(|known| known == id) {
                        continue;
                    }
                    notes(
                        instruction.span,
                        format!(
                            "it uses a key by SSH: add a {} `{KEY}` with a key that only reads, in {}",
                            ci.secret, ci.settings
                        ),
                    );
                    self.ssh.push(id.to_owned());
                }
                _ => {}
            }
        }
    }

    /// Stages that could be built instead, as a comment at a column.
    pub(super) fn stages(&self, pad: &str) -> String {
        match self.stages.is_empty() {
            true => String::new(),
            false => {
                format!("{pad}# `target` can name one of the other stages: {}.\n", self.stages.join(", "))
            }
        }
    }
}

/// The names of an `ARG`, each with whether it has a default.
fn arguments(instruction: &Instruction) -> Vec<(String, bool)> {
    if instruction.keyword != Keyword::Arg || instruction.onbuild.is_some() {
        return Vec::new();
    }
    let words = instruction.body.as_str().split_whitespace().take(MOST);
    words
        .map(|word| {
            word.split_once('=').map_or((word.to_owned(), false), |(name, _)| (name.to_owned(), true))
        })
        .collect()
}

/// The path of a Dockerfile in its repository, where it has to be named.
fn path(path: &str) -> Option<String> {
    let path = path.trim_start_matches("./");
    let is_below = !path.is_empty() && !path.starts_with('/') && path.split('/').all(|part| part != "..");
    (is_below && path != "Dockerfile" && path.split('/').all(is_word)).then(|| path.to_owned())
}

fn is_name(text: &str) -> bool {
    is_word(text) && !text.contains(['.', '-']) && !text.starts_with(|c: char| c.is_ascii_digit())
}

/// Whether a text means itself to a shell and to YAML.
fn is_word(text: &str) -> bool {
    !text.is_empty()
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
        && !text.starts_with('-')
}
