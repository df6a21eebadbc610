//! Programs and scripts that may call Docker although the file does not show it.

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
