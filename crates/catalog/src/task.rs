//! What services offer ready-made: actions, tasks and orbs, as the command lines of engines that they run.

use crate::hosted::Service;
use crate::source::SourceRef;
use crate::tables::{Need, TASKS};

/// One command line of an action, of a task, or an orb's command or job.
#[derive(Debug)]
pub struct Task {
    pub service: Service,
    /// Without version: `owner/name`, `Task@2`, `owner/orb/command`.
    pub names: &'static [&'static str],
    pub when: When,
    /// The command line; empty if it runs none of an engine.
    pub run: &'static [Part],
    /// What it asks of the engine that no word of the command tells.
    pub needs: &'static [Need],
    /// It is a job that brings a virtual machine of its own.
    pub machine: bool,
    pub source: SourceRef,
}

/// Names of inputs, the current one first; the first that is given counts.
pub type Inputs = &'static [&'static str];

/// Under which condition a command line runs.
#[derive(Debug)]
pub enum When {
    Always,
    /// The input is given.
    Given(Inputs),
    /// The input, or this value where it is not given, is one of these.
    Is(Inputs, &'static str, &'static [&'static str]),
    /// The input, or this value where it is not given, is none of these.
    Not(Inputs, &'static str, &'static [&'static str]),
}

/// Words of a command line.
#[derive(Debug)]
pub enum Part {
    /// Words that are always there.
    Words(&'static [&'static str]),
    /// A flag with an input's value.
    Flag(&'static str, Inputs),
    /// A flag with an input's value, or with this one where it is not given.
    Default(&'static str, &'static str, Inputs),
    /// A flag with a path of all inputs that are given; the text is its end where the last of them is not.
    Path(&'static str, &'static str, Inputs),
    /// A flag that is there when an input is true.
    Switch(&'static str, Inputs),
    /// A flag for each line of all inputs.
    Lines(&'static str, Inputs),
    /// A flag for each item of an input, at commas and line ends.
    Items(&'static str, Inputs),
    /// A flag with all items of an input, joined by commas.
    Joined(&'static str, Inputs),
    /// An input's value by itself, or this where it is not given and not empty.
    Argument(&'static str, Inputs),
    /// An input's items by themselves.
    Arguments(Inputs),
    /// An input's words, as a shell splits them.
    Split(Inputs),
    /// `sh -c` with an input's value.
    Script(Inputs),
    /// Image names: `registry/image:tag` for each tag of the inputs, after a flag; without one, the command runs once
    /// for each name.
    Images { flag: &'static str, registry: Inputs, image: Inputs, tags: Inputs },
}

/// The command lines of what a service calls by this name, version left away.
pub fn tasks(service: Service, name: &str) -> impl Iterator<Item = &'static Task> + use<'_> {
    let has =
        move |task: &&Task| task.service == service && task.names.iter().any(|known| alike(known, name));
    TASKS.iter().filter(has)
}

/// Whether two names are one to the services: case does not count, and orbs went from `-` to `_`.
pub fn alike(one: &str, other: &str) -> bool {
    let fold = |byte: u8| if byte == b'-' { b'_' } else { byte.to_ascii_lowercase() };
    one.len() == other.len() && one.bytes().map(fold).eq(other.bytes().map(fold))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_however_they_are_spelt() {
        #[track_caller]
        fn check(service: Service, name: &str, expected: usize) {
            assert_eq!(tasks(service, name).count(), expected, "{name}");
        }
        check(Service::Github, "Docker/Build-Push-Action", 1);
        check(Service::Azure, "docker/build-push-action", 0);
        check(Service::Circleci, "circleci/aws-ecr/ecr-login", 1);
        check(Service::Circleci, "circleci/docker/publish", 3);
        check(Service::Azure, "Docker@3", 0);
    }
}
