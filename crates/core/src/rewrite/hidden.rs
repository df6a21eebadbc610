//! Programs, scripts and tests that may ask Docker for something although the file does not show it.

use std::collections::BTreeSet;

use daemonless_catalog::{Builder, Need};

use super::{Left, blocked};
use crate::access;
use crate::alternatives::Alternative;
use crate::files::file_name;
use crate::hidden;
use crate::model::{Command, Container, Job, Place, Role};
use crate::source::Span;

/// The first command of a job that may call Docker unseen: where it stands, and its program or script.
pub(super) fn caller(job: &Job) -> Option<(Span, &str)> {
    caller_at(job, &|place| place == Place::Job)
}

/// The same of the commands that act at such places.
pub(super) fn caller_at<'j>(job: &'j Job, is_own: &dyn Fn(Place) -> bool) -> Option<(Span, &'j str)> {
    let mut own = job.commands.iter().filter(|command| is_own(command.place));
    let command = own.find(|command| hidden::may_call(command))?;
    let program = command.words.first()?.as_str();
    Some((command.span, hidden::script(command).unwrap_or(program)))
}

/// What is said of a program that may.
pub(super) fn may_call(program: &str) -> String {
    format!("`{program}` may call Docker: the file does not show what it does")
}

/// What is said of a program that looks for an image in Docker's store.
pub(super) fn looks_in_store(program: &str) -> String {
    format!(
        "`{program}` looks for the image in Docker's store, and it is in the builder's: let it read the pushed image, or a \
         file that the builder writes"
    )
}

/// Programs that look for an image in Docker's store before they ask its registry.
static READERS: &[&str] =
    &["container-structure-test", "cosign", "dive", "dockle", "grype", "kind", "snyk", "syft", "trivy"];

/// The first command of a job that reads an image which the job builds from Docker's store: where it stands, and its
/// program.
pub(super) fn reader(job: &Job) -> Option<(Span, &str)> {
    reader_at(job, &|place| place == Place::Job)
}

/// The same of the commands that act at such places.
pub(super) fn reader_at<'j>(job: &'j Job, is_own: &dyn Fn(Place) -> bool) -> Option<(Span, &'j str)> {
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
        (is_own(command.place) && reads).then_some((command.span, program))
    })
}

/// What daemons were told of registries or the network, which a builder needs as well: each option with what is said of it.
pub(super) fn told<'c>(
    daemons: impl IntoIterator<Item = &'c Container>,
    builder: Builder,
) -> Vec<(Span, String)> {
    let options = daemons.into_iter().flat_map(|one| &one.command);
    let options = options.filter(|word| TOLD.iter().any(|option| word.as_str().starts_with(option)));
    let why = |option: &str| {
        let name = builder.info().name();
        format!("the daemon was started with `{option}`; {name} has to be told what that said")
    };
    options.map(|option| (option.span, why(option.as_str()))).collect()
}

/// Options of a daemon that are about registries or the network.
static TOLD: &[&str] =
    &["--insecure-registry", "--registry-mirror", "--mtu", "--dns", "--add-runtime", "--config-file"];

/// Tests of a job that ask for an engine by themselves: no command of theirs can be put in other words. `way` is the way out
/// that the job is to take, where it asks for anything that the file shows.
pub(super) fn tests(job: &Job, way: Option<&Alternative>) -> Option<Left> {
    if let Some(way) = way {
        let blocker = way.blockers.iter().find(|blocker| blocker.need == Need::Testcontainers);
        return blocker.map(|blocker| blocked(job, blocker));
    }
    let why = "it calls no Docker itself, but may start containers by the daemon beside the job, as Testcontainers does; \
               where it does not, take the service away";
    let command = may_use_daemon(job)?;
    Some(Left { span: command.span, job: job.name.clone(), why: why.to_owned() })
}

/// Programs that run tests, which may start containers.
static TESTERS: &[&str] =
    &["mvn", "mvnw", "gradle", "gradlew", "sbt", "go", "dotnet", "pytest", "tox", "testcontainers"];

/// Programs that start no container.
static HARMLESS: &[&str] = &[
    "echo", "printf", "cd", "ls", "cat", "set", "export", "true", "false", ":", "exit", "test", "[", "sleep",
    "mkdir",
];

/// The command of a job that may use the daemon beside it without calling Docker: tests, and, where the job asks for the
/// daemon itself, whatever is not known to leave it alone.
fn may_use_daemon(job: &Job) -> Option<&Command> {
    let mut services = job.containers.iter().filter(|one| one.role == Role::Service);
    let service = services.find(|one| access::daemon(one).is_some())?;
    let own = job.span.contains(service.span);
    job.commands.iter().find(|command| {
        let program = command.words.first().map_or("", |word| word.as_str());
        let name = file_name(program);
        TESTERS.contains(&name) || (own && !name.is_empty() && !HARMLESS.contains(&name))
    })
}
