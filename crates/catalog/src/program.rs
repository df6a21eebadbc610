//! Programs that use an engine, or build images without one, although no command of an engine shows it.

use crate::source::SourceRef;
use crate::tables::{Need, PROGRAMS};

/// One way of calling some programs.
#[derive(Debug)]
pub struct Program {
    /// Their names, without folders.
    pub names: &'static [&'static str],
    /// One of these is an argument; without any, every call counts.
    pub words: &'static [&'static str],
    /// None of these is an argument.
    pub not: &'static [&'static str],
    /// What it asks for.
    pub need: Need,
    /// Whether it asks Docker's daemon; else it builds by itself.
    pub engine: bool,
    /// Whether the call alone says so; else another file of the program's may name something else.
    pub sure: bool,
    pub source: SourceRef,
}

/// What a program of this name, called with these arguments, asks an engine for.
pub fn program<'a>(name: &str, arguments: impl Iterator<Item = &'a str> + Clone) -> Option<&'static Program> {
    let has = |words: &[&str]| arguments.clone().any(|argument| words.contains(&argument));
    PROGRAMS
        .iter()
        .find(|one| one.names.contains(&name) && (one.words.is_empty() || has(one.words)) && !has(one.not))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_known_by_name_and_arguments() {
        #[track_caller]
        fn check(line: &str, expected: Option<(Need, bool)>) {
            let mut words = line.split(' ');
            let name = words.next().unwrap();
            assert_eq!(program(name, words).map(|one| (one.need, one.engine)), expected, "{line}");
        }
        check("kind create cluster", Some((Need::KubernetesInDocker, true)));
        check("kind version", None);
        check("minikube start", Some((Need::KubernetesInDocker, true)));
        check("minikube start --driver=none", None);
        check("earthly +image", Some((Need::Build, true)));
        check("mvn package jib:build", Some((Need::Build, false)));
        check("gradlew jibDockerBuild", Some((Need::Build, true)));
        check("ko build ./cmd", Some((Need::Build, false)));
        check("ko build --local ./cmd", None);
    }
}
