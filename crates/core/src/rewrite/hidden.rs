//! Programs and scripts that may ask Docker for something although the file does not show it.

use std::collections::BTreeSet;

use crate::model::{Job, Place};
use crate::source::Span;

/// Programs that run what other files tell them, or start containers by themselves.
static CALLERS: &[&str] = &[
    "act", "dagger", "earthly", "just", "k3d", "kind", "make", "minikube", "molecule", "pack", "sam",
    "skaffold", "task", "tilt",
];

/// The first command of a job that may call Docker unseen: where it stands, and its program or script.
pub(super) fn caller(job: &Job) -> Option<(Span, &str)> {
    let own = job.commands.iter().filter(|command| command.place == Place::Job);
    own.filter_map(|command| {
        let mut words = command.words.iter().map(|word| word.as_str());
        let program = words.next()?;
        let script = match program {
            "sh" | "bash" | "ash" | "source" | "." => words.find(|word| !word.starts_with('-'))?,
            _ => program,
        };
        let name = program.rsplit('/').next().unwrap_or(program);
        (CALLERS.contains(&name) || script.ends_with(".sh")).then_some((command.span, script))
    })
    .next()
}

/// Programs that look for an image in Docker's store before they ask its registry.
static READERS: &[&str] =
    &["container-structure-test", "cosign", "dive", "dockle", "grype", "kind", "snyk", "syft", "trivy"];

/// The first command of a job that reads an image which the job builds from Docker's store: where it stands, and its
/// program.
pub(super) fn reader(job: &Job) -> Option<(Span, &str)> {
    let built: BTreeSet<&str> = job
        .invocations
        .iter()
        .filter(|call| call.builds())
        .flat_map(|call| call.values("tag"))
        .map(|tag| tag.as_str())
        .collect();
    job.commands.iter().find_map(|command| {
        let program = command.words.first()?.as_str();
        let reads =
            READERS.contains(&program) && command.words.iter().any(|word| built.contains(word.as_str()));
        (command.place == Place::Job && reads).then_some((command.span, program))
    })
}
