//! Clean-ups that reach what others have on the same engine.

use daemonless_catalog::{Host, Power};

use super::words::{is_image, program, quote};
use crate::engine::Invocation;
use crate::files::file_name;
use crate::map::Set;
use crate::model::{Command, Joined, Place, Role, Value};
use crate::rule::{Scene, Sink, declare_rule};
use crate::source::Span;

declare_rule! {
    /// Reports clean-ups on an engine that is not the job's own: `docker system prune` and its like, and removing or
    /// stopping all that `docker ps` or `docker images` lists.
    ///
    /// ## Why
    ///
    /// An engine that several jobs use knows no owners. `prune` and `rm -f $(docker ps -aq)` take the containers, images,
    /// volumes and caches of all of them: the job beside this one fails without a reason that its people could see, and a
    /// volume that is gone is gone. The same lines are what an attacker needs to destroy data.
    ///
    /// An engine that belongs to the job alone, nested or on a single-use machine, needs no clean-up; there the line is not
    /// reported. One that is narrowed to the job's own things by a label or a name is not either.
    ///
    /// [CWE-862](https://cwe.mitre.org/data/definitions/862.html); ATT&CK
    /// [T1485](https://attack.mitre.org/techniques/T1485/).
    ///
    /// ## Bad
    ///
    /// ```gitlab-ci
    /// build:
    ///   tags: [shell]
    ///   script:
    ///     - docker build -t app .
    ///   after_script:
    ///     - docker system prune --all --force
    /// ```
    ///
    /// ```shell
    /// docker rm -f $(docker ps -aq)
    /// ```
    ///
    /// ```github-actions
    /// on: push
    /// jobs:
    ///   build:
    ///     runs-on: self-hosted
    ///     steps:
    ///       - run: docker images -q | xargs docker rmi -f
    /// ```
    ///
    /// ## Good
    ///
    /// ```gitlab-ci
    /// build:
    ///   image: docker:29-cli
    ///   services: [docker:29-dind]
    ///   script:
    ///     - docker build -t app .
    ///     - docker system prune --all --force
    /// ```
    ///
    /// ```shell
    /// docker rm -f $(docker ps -aq --filter label=job=42)
    /// npm prune
    /// ```
    ///
    /// ```github-actions
    /// on: push
    /// jobs:
    ///   build:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: docker system prune -af # frees the machine's own disk
    /// ```
    ///
    /// ## What to do
    ///
    /// Start with `--rm`, remove by the name that the job gave, or narrow it: `--filter label=job=$CI_JOB_ID`. Leave the
    /// rest to a timer of the machine. A job that builds without a daemon leaves nothing behind.
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/engine/manage-resources/pruning/>
    /// - <https://docs.gitlab.com/ci/docker/using_docker_build/>
    "daemon-prune", "A clean-up reaches what other jobs have on the same engine", check,
}

fn check(scene: &Scene<'_>, sink: &mut Sink<'_>) {
    if is_image(scene.job) {
        return;
    }
    let own = scene.has_own_engine() || scene.host == Host::Vm;
    let mut seen: Set<Span> = Set::new();
    for invocation in &scene.job.invocations {
        let Some(command) = scene.job.commands.get(invocation.command) else { continue };
        if own && command.place != Place::Elsewhere || keeps_to_itself(scene, invocation) {
            continue;
        }
        let previous = invocation.command.checked_sub(1).and_then(|index| scene.job.commands.get(index));
        if (prunes(invocation) || removes_all(invocation, command, previous)) && seen.insert(invocation.span)
        {
            let message = format!(
                "{} reaches what all other jobs have on this engine: their containers, images and caches. Remove by name, or \
                 narrow it with `--filter label=…`.",
                quote(&line(command))
            );
            sink.report(invocation.span, Power::UnknownEngine, message);
        }
    }
}

/// Podman in a container of the job's own keeps its images there.
fn keeps_to_itself(scene: &Scene<'_>, invocation: &Invocation) -> bool {
    invocation.tool == "podman" && scene.job.containers.iter().any(|container| container.role == Role::Job)
}

fn prunes(invocation: &Invocation) -> bool {
    matches!(
        invocation.subcommand.as_str(),
        "system prune"
            | "volume prune"
            | "image prune"
            | "container prune"
            | "network prune"
            | "builder prune"
            | "buildx prune"
    ) && !invocation.values("filter").any(|filter| is_own(filter.as_str()))
}

/// Whether a filter narrows to things that the job can have named.
fn is_own(filter: &str) -> bool {
    ["label=", "name=", "id=", "ancestor=", "reference=", "network=", "volume="]
        .iter()
        .any(|own| filter.starts_with(own))
}

/// `rm -f $(docker ps -aq)` and its like, by substitution or by `xargs`.
fn removes_all(invocation: &Invocation, command: &Command, previous: Option<&Command>) -> bool {
    let removes = matches!(
        invocation.subcommand.as_str(),
        "rm" | "rmi" | "stop" | "kill" | "volume rm" | "network rm" | "container stop" | "container kill"
    );
    let inner = |word: &Value| {
        let text = word.as_str();
        text.strip_prefix("$(").or_else(|| text.strip_prefix('`')).is_some_and(|text| {
            let words: Vec<&str> = text.trim_end_matches([')', '`']).split_whitespace().take(40).collect();
            lists_all(&words)
        })
    };
    // `xargs` stands in front of the command and is taken off.
    let piped = || {
        let before = previous.filter(|_| command.joined == Joined::Pipe && invocation.args.is_empty());
        before.is_some_and(|before| lists_all(&before.words.iter().map(Value::as_str).collect::<Vec<_>>()))
    };
    removes && (invocation.args.iter().any(inner) || piped())
}

/// Whether a command lists all containers, images, volumes or networks of an engine.
fn lists_all(words: &[&str]) -> bool {
    let Some((name, rest)) = words.split_first() else { return false };
    let (name, rest) = if *name == "sudo" { rest.split_first().unwrap_or((&"", &[])) } else { (name, rest) };
    let lists = matches!(
        rest,
        ["ps" | "images", ..] | ["container" | "image" | "volume" | "network", "ls" | "list" | "ps", ..]
    );
    let narrow = rest.iter().any(|word| {
        let word = word.trim_matches(['"', '\'']);
        is_own(word.strip_prefix("--filter=").or_else(|| word.strip_prefix("-f=")).unwrap_or(word))
    });
    // A positional word of `docker images` is a repository; what follows a pipe narrows it in its own way.
    let named = rest.first() == Some(&"images")
        && rest
            .iter()
            .skip(1)
            .any(|word| word.starts_with(|c: char| c.is_alphanumeric() || c == '$') && !word.contains('='));
    matches!(file_name(name), "docker" | "podman" | "nerdctl")
        && lists
        && !narrow
        && !named
        && !rest.contains(&"|")
}

/// The command's own words, its program without its folder.
fn line(command: &Command) -> String {
    let words = command.words.iter().skip(1).map(Value::as_str).take(8);
    std::iter::once(program(command)).chain(words).collect::<Vec<_>>().join(" ")
}
