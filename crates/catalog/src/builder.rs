//! What builds without the daemon: versions, needs that are met, what the runner must allow.

use crate::platform::Platform;
use crate::source::SourceRef;
use crate::tables::{Approach, BUILDERS, Builder, Need, Power};
use crate::told::Told;

/// What is to be said about one builder.
#[derive(Debug)]
pub struct BuilderInfo {
    pub id: &'static str,
    pub title: &'static str,
    /// The version that the facts are about, without `v`; that of `image`.
    pub version: &'static str,
    /// The day of that version.
    pub released: &'static str,
    /// The day when the facts were checked.
    pub checked: &'static str,
    /// The image to run it from, pinned by version.
    pub image: &'static str,
    /// Whether a CI job that runs a script must empty the image's entrypoint.
    pub clear_entrypoint: bool,
    /// What a script finds in the image besides the builder.
    pub programs: Programs,
    pub homepage: &'static str,
    /// One sentence.
    pub summary: Told,
    pub when_right: &'static str,
    /// Who keeps it alive.
    pub upkeep: Told,
    /// What stands between build steps, the builder and the machine.
    pub isolation: Told,
    /// How it logs in to a registry without a password on a command line.
    pub login: Told,
    /// What the runner must allow, per platform.
    pub requires: &'static [Requirement],
    /// What to set in the job.
    pub variables: &'static [Variable],
    /// One entry per need, in the needs' order.
    pub supports: &'static [Support],
    /// What a job has once it builds with it.
    pub after: After,
    pub sources: &'static [SourceRef],
}

/// What a script finds in a builder's image.
#[derive(Debug)]
pub struct Programs {
    /// What the image is made from, as "made from …".
    pub base: &'static str,
    /// The command that adds packages; empty where a job can't.
    pub install: &'static str,
    /// Programs that scripts often call and that are not in it.
    pub lacks: &'static [&'static str],
    /// All programs that are in it, where they are few: anything else is missing. Empty where they are many.
    pub only: &'static [&'static str],
}

impl Programs {
    /// Whether a program that is called by its name is known not to be there.
    pub fn is_missing(&self, program: &str) -> bool {
        self.lacks.contains(&program) || (!self.only.is_empty() && !self.only.contains(&program))
    }
}

/// What a runner must allow for a builder to work.
#[derive(Debug)]
pub struct Requirement {
    pub platform: Platform,
    pub text: &'static str,
    pub setting: Option<Setting>,
    /// What the builder says where it isn't allowed.
    pub error_without: Option<&'static str>,
    pub source: SourceRef,
}

/// A setting, ready to copy.
#[derive(Debug)]
pub struct Setting {
    /// The file or the page that it is made in.
    pub file: &'static str,
    pub key: &'static str,
    /// The lines themselves.
    pub snippet: &'static str,
}

/// A variable to set in the job.
#[derive(Debug)]
pub struct Variable {
    pub name: &'static str,
    pub value: &'static str,
    pub why: &'static str,
    /// Whether the builder's image sets it already, so that a job on that image can do without.
    pub in_image: bool,
}

/// Whether a builder meets a need.
#[derive(Debug)]
pub struct Support {
    pub need: Need,
    pub level: Level,
    pub note: Option<Told>,
    pub source: SourceRef,
}

/// How far a need is met. The text of a level says what happens, as a sentence's predicate or a sentence of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    Yes,
    /// From this version on, without `v`; the builder's pinned version has it.
    Since(&'static str),
    /// With a condition or in another way.
    Conditional(&'static str),
    /// Accepted and not done. Worse than an error: nothing tells.
    Ignored(&'static str),
    No(&'static str),
}

impl Level {
    /// Whether the need keeps a job from using the pinned version.
    pub const fn blocks(self) -> bool {
        matches!(self, Self::Ignored(_) | Self::No(_))
    }

    /// What is to be said about it, if anything.
    pub const fn text(self) -> Option<&'static str> {
        match self {
            Self::Yes | Self::Since(_) => None,
            Self::Conditional(text) | Self::Ignored(text) | Self::No(text) => Some(text),
        }
    }

    /// The name in data.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::Since(_) => "since",
            Self::Conditional(_) => "conditional",
            Self::Ignored(_) => "ignored",
            Self::No(_) => "no",
        }
    }
}

/// What a job has once it builds with a builder.
#[derive(Debug)]
pub struct After {
    pub approach: Approach,
    pub power: Power,
}

impl BuilderInfo {
    /// The title's first words, for the middle of a sentence: "Kaniko" of "Kaniko, the maintained fork".
    pub fn name(&self) -> &'static str {
        self.title.split(',').next().unwrap_or(self.title)
    }

    /// The lines of a setting that a platform needs for it.
    pub fn setting(&self, platform: Platform, key: &str) -> Option<&'static str> {
        let mut own = self.requires.iter().filter(|requirement| requirement.platform == platform);
        own.find_map(|requirement| requirement.setting.as_ref().filter(|setting| setting.key == key))
            .map(|setting| setting.snippet)
    }

    /// The options that a container must have, on a platform whose jobs name them, to make user namespaces in it.
    pub fn container_options(&self, platform: Platform) -> Option<&'static str> {
        let snippet = self.setting(platform, "container.options")?;
        snippet.lines().find_map(|line| line.trim().strip_prefix("options: "))
    }
}

impl Builder {
    /// What is to be said about it.
    pub fn info(self) -> &'static BuilderInfo {
        &BUILDERS[self as usize]
    }

    /// Whether it meets a need.
    pub fn support(self, need: Need) -> &'static Support {
        &self.info().supports[need as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_need_finds_its_own_entry() {
        for builder in Builder::ALL {
            assert_eq!(builder.info().id, builder.id());
            assert_eq!(builder.info().supports.len(), Need::ALL.len());
            for need in Need::ALL {
                assert_eq!(builder.support(*need).need, *need, "{builder:?}");
            }
        }
    }

    #[track_caller]
    fn check(builder: &str, need: &str, level: &str) {
        let builder = Builder::from_id(builder).expect("a known builder");
        let need = Need::from_id(need).expect("a known need");
        assert_eq!(builder.support(need).level.id(), level, "{builder:?} {need:?}");
    }

    #[test]
    fn what_decides_a_choice_is_right() {
        check("kaniko", "ssh-mount", "ignored");
        check("kaniko", "run-heredoc-quoted", "ignored");
        check("kaniko", "add-checksum", "ignored");
        check("kaniko", "multi-platform", "no");
        check("buildah", "ssh-mount", "since");
        check("buildah", "copy-link", "since");
        check("buildah", "compose", "no");
        check("podman", "compose", "conditional");
        check("buildkit", "run-security", "no");
        check("buildkit", "ssh-mount", "yes");
        for builder in Builder::ALL {
            check(builder.id(), "build", "yes");
            check(builder.id(), "kubernetes-in-docker", "no");
            check(builder.id(), "windows-containers", "no");
        }
    }

    #[test]
    fn images_are_pinned_and_kept() {
        for builder in Builder::ALL {
            let image = builder.info().image;
            let (repository, tag) = image.rsplit_once(':').expect("a tag");
            assert!(tag.contains(|c: char| c.is_ascii_digit()), "{image} floats");
            assert!(tag.contains(builder.info().version), "{image} is another version");
            let known = crate::image(repository, tag)
                .or_else(|| crate::image(&format!("docker.io/{repository}"), tag));
            assert!(known.is_some_and(|known| known.maintained), "{image} is not known as kept");
        }
    }
}
