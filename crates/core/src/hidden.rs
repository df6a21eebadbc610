//! Commands that ask an engine for something although they are no engine's: programs that are known to, and calls of
//! others whose own words say so (`make docker-build`, `./dockerBuild.sh`).

use daemonless_catalog::{Need, program};

use crate::files::file_name;
use crate::model::{Command, Confidence};

/// What a command asks for unseen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hidden {
    pub need: Need,
    /// Whether it asks Docker's daemon; else it builds by itself.
    pub engine: bool,
    pub confidence: Confidence,
}

/// Programs that run what a file of theirs says under the name that they are given.
static RUNNERS: &[&str] = &[
    "make", "gmake", "just", "task", "rake", "invoke", "npm", "yarn", "pnpm", "bun", "mvn", "mvnw", "gradle",
    "gradlew", "sbt", "tox", "nox", "mage",
];

/// Programs that start containers themselves or run what other files tell them, whatever they are called with.
static CALLERS: &[&str] = &[
    "act", "dagger", "earthly", "just", "k3d", "kind", "make", "minikube", "molecule", "pack", "sam",
    "skaffold", "task", "tilt",
];

/// Options of these programs after which a file or a folder stands.
static VALUED: &[&str] = &["-C", "-f", "-d", "-p", "--directory", "--file", "--prefix", "--cwd"];

/// Shells, which run the script that they are given.
static SHELLS: &[&str] = &["sh", "bash", "ash", "dash", "zsh", "source", "."];

/// What follows from a word beside `docker`.
static MEANINGS: &[(&str, Need)] = &[
    ("build", Need::Build),
    ("image", Need::Build),
    ("images", Need::Build),
    ("push", Need::Push),
    ("publish", Need::Push),
    ("release", Need::Push),
    ("compose", Need::Compose),
    ("up", Need::Run),
    ("run", Need::Run),
    ("start", Need::Run),
    ("test", Need::Run),
    ("tests", Need::Run),
    ("login", Need::Login),
    ("tag", Need::Tag),
    ("save", Need::SaveLoad),
    ("load", Need::SaveLoad),
];

/// A word is looked at this far.
const MOST_BYTES: usize = 200;

/// What a command asks an engine for unseen; `None` for an engine's own command and for one that shows nothing of it.
pub fn hidden(command: &Command) -> Option<Hidden> {
    let mut words = command.words.iter().map(|word| word.as_str());
    let name = file_name(words.next()?);
    if let Some(known) = program(name, words.clone()) {
        let confidence = if known.sure { Confidence::Implied } else { Confidence::Possible };
        return Some(Hidden { need: known.need, engine: known.engine, confidence });
    }
    let need = if RUNNERS.contains(&name) {
        targets(words).find_map(named)
    } else {
        script(command).and_then(named)
    };
    need.map(|need| Hidden { need, engine: true, confidence: Confidence::Implied })
}

/// What a program is asked to run: options, their values and variables are none of it, but a profile of Maven is.
fn targets<'a>(words: impl Iterator<Item = &'a str>) -> impl Iterator<Item = &'a str> {
    let mut is_value = false;
    let words = words.filter(move |word| {
        let skipped = std::mem::replace(&mut is_value, VALUED.contains(word));
        !(skipped || word.contains('='))
    });
    words.filter_map(|word| word.strip_prefix("-P").or_else(|| (!word.starts_with('-')).then_some(word)))
}

/// Whether it runs what this file does not show, and may well be an engine's command.
pub fn may_call(command: &Command) -> bool {
    let name = command.words.first().map_or("", |word| file_name(word.as_str()));
    CALLERS.contains(&name) || script(command).is_some()
}

/// The script that a command runs.
pub fn script(command: &Command) -> Option<&str> {
    let mut words = command.words.iter().map(|word| word.as_str());
    let first = words.next()?;
    let path = if SHELLS.contains(&first) { words.find(|word| !word.starts_with('-'))? } else { first };
    path.ends_with(".sh").then_some(path)
}

/// What a name says that asks Docker for something: `docker-build`, `dockerPushToRepo.sh`, `docker`.
fn named(name: &str) -> Option<Need> {
    let name = name.get(..MOST_BYTES).unwrap_or(name);
    let mut is_docker = false;
    let (mut parts, mut need) = (0, None);
    for part in parts_of(name.strip_suffix(".sh").unwrap_or(name)) {
        parts += 1;
        is_docker |= part.eq_ignore_ascii_case("docker");
        let meaning = MEANINGS.iter().find(|(word, _)| part.eq_ignore_ascii_case(word));
        need = need.or(meaning.map(|(_, need)| *need));
    }
    match need {
        // A target that is called `docker` and nothing else makes the image.
        None if is_docker && parts == 1 => Some(Need::Build),
        need => need.filter(|_| is_docker),
    }
}

/// The words that a name is made of: apart by signs or by a capital after a small letter.
fn parts_of(name: &str) -> impl Iterator<Item = &str> {
    let mut rest = name;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
        let bytes = rest.as_bytes();
        let is_end = |at: &usize| {
            let (before, c) = (bytes.get(at.wrapping_sub(1)), bytes.get(*at));
            !c.is_some_and(u8::is_ascii_alphanumeric)
                || (c.is_some_and(u8::is_ascii_uppercase) && before.is_some_and(u8::is_ascii_lowercase))
        };
        let end = (1..=bytes.len()).find(is_end)?;
        let (part, after) = rest.split_at_checked(end)?;
        rest = after;
        Some(part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Value;
    use crate::source::{FileId, Text};

    #[test]
    fn calls_that_ask_for_docker_are_known() {
        #[track_caller]
        fn check(line: &str, expected: Option<(Need, bool)>) {
            let words = line.split(' ').map(|word| Value::literal(Text::verbatim(FileId(0), 0, word)));
            let command = Command { words: words.collect(), ..Command::default() };
            assert_eq!(hidden(&command).map(|one| (one.need, one.engine)), expected, "{line}");
        }
        check("make docker_build docker_save", Some((Need::Build, true)));
        check("make docker", Some((Need::Build, true)));
        check("just push-docker-image", Some((Need::Push, true)));
        check("npm run docker:build", Some((Need::Build, true)));
        check("./gradlew dockerPush", Some((Need::Push, true)));
        check("mvn package -Pdocker-push", Some((Need::Push, true)));
        check("./dockerBuild.sh", Some((Need::Build, true)));
        check("bash -x ./docker/push.sh", Some((Need::Push, true)));
        check("kind create cluster", Some((Need::KubernetesInDocker, true)));
        check("ko build ./cmd/app", Some((Need::Build, false)));
        check("molecule test", Some((Need::Run, true)));
        check("make build", None);
        check("make -C docker build", None);
        check("make build DOCKER_TAG=a", None);
        check("make dockerfile-lint", None);
        check("make docker-lint", None);
        check("npm run dockerize", None);
        check("./install-docker.sh", None);
        check("cat docker-build.log", None);
        check("make", None);
    }
}
