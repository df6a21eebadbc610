//! The docker command line, and that of Kaniko's executor, in another builder's words.

use crate::source::SourceRef;
use crate::tables::{Builder, COMMANDS, KANIKO_OPTIONS, TRANSLATIONS};

/// What becomes of an option or a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Translated {
    /// It means the same.
    Equivalent,
    /// It is left out. The note says what takes its place, if anything does.
    Drop,
    /// It is close, and a person has to look.
    NeedsPerson,
    /// There is nothing like it.
    None,
}

/// One option in one builder's words.
#[derive(Debug)]
pub struct Translation {
    /// The option of Docker or of Kaniko's executor, without dashes.
    pub flag: &'static str,
    pub builder: Builder,
    pub verdict: Translated,
    /// What to write, with `{value}` where the value goes; empty where there is nothing to write.
    pub template: &'static str,
    /// The first version that has all of it; empty where every version has it.
    pub min_version: &'static str,
    /// What differs; empty where nothing does.
    pub note: &'static str,
    pub source: SourceRef,
}

/// One docker command in one builder's words.
#[derive(Debug)]
pub struct CommandTranslation {
    /// The docker command: `push`.
    pub command: &'static str,
    pub builder: Builder,
    pub verdict: Translated,
    /// What to write, with `{args}` for the positional words, `{image}` and `{file}` for one of them.
    pub template: &'static str,
    /// What differs; empty where nothing does.
    pub note: &'static str,
    /// Its own options. An option that isn't here has no translation.
    pub flags: &'static [Translation],
    pub source: SourceRef,
}

/// An option of `docker build` (without dashes) for a builder; `None` where no such option is known.
pub fn translate(flag: &str, builder: Builder) -> Option<&'static Translation> {
    TRANSLATIONS.iter().find(|translation| translation.builder == builder && translation.flag == flag)
}

/// An option of Kaniko's executor (without dashes) for another builder; `None` where no such option is known.
pub fn translate_kaniko(flag: &str, builder: Builder) -> Option<&'static Translation> {
    KANIKO_OPTIONS.iter().find(|translation| translation.builder == builder && translation.flag == flag)
}

/// A docker command other than `build` for a builder; `None` where it isn't known.
pub fn translate_command(command: &str, builder: Builder) -> Option<&'static CommandTranslation> {
    COMMANDS.iter().find(|translation| translation.builder == builder && translation.command == command)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flags;

    #[track_caller]
    fn check(flag: &str, builder: Builder, verdict: Translated, template: &str) {
        let translation = translate(flag, builder).expect("a known flag");
        assert_eq!((translation.verdict, translation.template), (verdict, template), "{flag} {builder:?}");
    }

    #[test]
    fn common_options_are_translated() {
        use Translated::*;
        check("tag", Builder::Buildah, Equivalent, "-t {value}");
        check("file", Builder::Podman, Equivalent, "-f {value}");
        check("build-arg", Builder::Buildkit, Equivalent, "--opt build-arg:{value}");
        check("pull", Builder::Buildah, Equivalent, "--pull=always");
        check("no-cache", Builder::Kaniko, Drop, "");
        check("load", Builder::Buildah, Drop, "");
        check("ssh", Builder::Kaniko, None, "");
        check("cache-from", Builder::Buildah, NeedsPerson, "--layers --cache-from {value}");
    }

    #[test]
    fn every_build_option_has_an_answer_for_every_builder() {
        let build = flags("docker", "build").expect("a known command");
        for flag in build.flags.iter().filter(|flag| flag.long != "help") {
            for builder in Builder::ALL {
                assert!(translate(flag.long, *builder).is_some(), "{} {builder:?}", flag.long);
            }
        }
    }

    #[test]
    fn every_option_of_kaniko_has_an_answer_for_every_other_builder() {
        let executor = flags("kaniko", "").expect("a known command");
        for flag in executor.flags {
            for builder in Builder::ALL.iter().filter(|builder| **builder != Builder::Kaniko) {
                let found = translate_kaniko(flag.long, *builder);
                assert!(found.is_some(), "{} {builder:?}", flag.long);
                // What is written for each of these stands in another command or inside another option.
                let apart = ["context", "tar-path", "tarPath", "digest-file", "dockerfile", "insecure"];
                if let Some(found) = found.filter(|_| !apart.contains(&flag.long))
                    && found.template.starts_with('-')
                {
                    check_known(*builder, found.template);
                }
            }
        }
        assert!(translate_kaniko("context", Builder::Kaniko).is_none());
    }

    /// The options that a text for a builder's own build command names are options of that command.
    #[track_caller]
    fn check_known(builder: Builder, template: &str) {
        let (tool, command) = match builder {
            Builder::Buildah | Builder::Podman => (builder.id(), "build"),
            Builder::Buildkit => ("buildctl", "build"),
            Builder::Kaniko => ("kaniko", ""),
        };
        let build = flags(tool, command).expect("a known command");
        let mut key = false;
        for word in template.split(' ') {
            if std::mem::replace(&mut key, word == "--opt") {
                let frontend = flags("dockerfile.v0", "").expect("a known frontend");
                let name = word.split('=').next().expect("a name");
                let known = match name.split_once(':') {
                    Some((prefix, _)) => frontend.find_long(&format!("{prefix}:")),
                    None => frontend.find_long(name),
                };
                assert!(known.is_some(), "the frontend has no {name}");
            }
            if !word.starts_with('-') {
                continue;
            }
            let name = word.trim_start_matches('-').split('=').next().unwrap_or_default();
            let known = match word.starts_with("--") {
                true => build.find_long(name).is_some(),
                false => build.find_short(name.chars().next().expect("a letter")).is_some(),
            };
            assert!(known, "{builder:?} has no {word}");
        }
    }

    #[test]
    fn what_builders_are_told_they_know() {
        for translation in TRANSLATIONS {
            check_known(translation.builder, translation.template);
        }
    }

    #[test]
    fn commands_are_translated() {
        for command in ["login", "push", "tag", "pull"] {
            for builder in [Builder::Buildah, Builder::Podman] {
                let translation = translate_command(command, builder).expect("a known command");
                assert_eq!(translation.verdict, Translated::Equivalent, "{command} {builder:?}");
                assert!(translation.template.starts_with(builder.id()), "{}", translation.template);
            }
        }
    }
}
