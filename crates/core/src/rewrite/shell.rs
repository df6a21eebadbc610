//! Shell: the commands of a script or of a tutorial. There is no image to place: what the machine must have is in the
//! catalog, and what else asks for Docker is left to a person.

use std::collections::BTreeSet;

use super::hidden;
use super::{Left, Round, View, reasons};
use crate::edit::Edit;
use crate::engine::Invocation;
use crate::model::{Command, Job, Joined, Place};
use crate::source::Span;

/// The format's id.
pub(super) const ID: &str = "shell";

/// Ids of the formats whose scripts run on machines.
static ON_MACHINES: &[&str] = &[ID, "azure-pipelines", "circleci", "jenkinsfile"];

/// Why `sudo` goes.
const SUDO: &str = "Only Docker's socket asked for root. The builder runs as who calls it, and root has images and logins of \
                    its own.";

/// One round for these scripts.
pub(super) fn place(view: &View<'_>, chosen: &BTreeSet<usize>) -> Round {
    let mut round = Round::default();
    for at in chosen {
        let Some(job) = view.job(*at) else { continue };
        if let Some((span, why)) = another_engine(job).or_else(|| starts_daemon(job)) {
            let left = Left { span, job: job.name.clone(), why };
            round.failed.insert(*at, left);
            continue;
        }
        let edits = view.commands(*at, chosen, &[], &mut round);
        round.changes.extend(edits.into_iter().map(|(edit, _)| (job.name.clone(), edit)));
        let notes = remarks(job).into_iter().chain(view.cleaned(job));
        let notes = notes.map(|(span, why)| Left { span, job: job.name.clone(), why });
        round.notes.extend(notes);
    }
    round
}

/// Where a script starts Docker's service.
pub(super) fn starts_daemon(job: &Job) -> Option<(Span, String)> {
    let starts = |command: &&Command| {
        let has = |names: &[&str]| command.words.iter().any(|word| names.contains(&word.as_str()));
        has(&["systemctl", "service", "rc-service"])
            && has(&["start", "restart", "enable"])
            && has(&["docker", "docker.service"])
    };
    let command = job.commands.iter().filter(|command| command.place == Place::Job).find(starts)?;
    Some((command.span, "it starts Docker's daemon, which no builder needs: take it out first".to_owned()))
}

/// Where a script turns to another engine than this machine's: its images belong there.
pub(super) fn another_engine(job: &Job) -> Option<(Span, String)> {
    let of_cluster =
        job.commands.iter().find(|one| one.words.iter().any(|word| word.as_str() == "docker-env"));
    if let Some(command) = of_cluster {
        let why = "it builds on the engine of a cluster, which runs what is built there: load the image with the \
                   cluster's own command";
        return Some((command.span, why.to_owned()));
    }
    let names = |command: &Command| {
        let mut variables = command.engine_env.iter();
        let found = variables.find(|var| {
            let value = var.value.as_str();
            let is_here = value.is_empty() || value == "default" || value.starts_with("unix:");
            matches!(var.name.as_str(), "DOCKER_HOST" | "DOCKER_CONTEXT") && !is_here
        });
        found.map(|var| (var.name_span, var.name.clone()))
    };
    let docker = job.invocations.iter().filter(|one| one.is_docker());
    let mut commands = docker.filter_map(|one| job.commands.get(one.command));
    let (span, name) = commands.find_map(names)?;
    Some((span, reasons::names_another(&name, "machine")))
}

/// Where a job's `DOCKER_HOST` names, for all that is known, another engine than a socket's or one for which `is_here` holds;
/// `whose` is what such an engine belongs to.
#[cfg(feature = "formats")]
pub(super) fn told_another(job: &Job, whose: &str, is_here: fn(&str) -> bool) -> Option<(Span, String)> {
    let is_own = |text: &str| text.is_empty() || text.starts_with("unix:") || is_here(text);
    let mut hosts = job.env.iter().filter(|var| var.name == "DOCKER_HOST");
    hosts.find_map(|var| {
        let why = match var.value.unknown {
            _ if var.value.texts().any(|text| !is_own(text.as_str())) => {
                reasons::names_another(&var.name, whose)
            }
            true => format!("which engine `{}` names is not shown", var.name),
            false => return None,
        };
        Some((var.name_span, why))
    })
}

/// What a person has to look at beside the commands that were translated.
pub(super) fn remarks(job: &Job) -> Vec<(Span, String)> {
    let mut found = Vec::new();
    if let Some((span, program)) = hidden::caller(job) {
        found.push((span, hidden::may_call(program)));
    }
    if let Some((span, program)) = hidden::reader(job) {
        found.push((span, hidden::looks_in_store(program)));
    }
    let engines: BTreeSet<usize> = job.invocations.iter().map(|one| one.command).collect();
    let others = job
        .commands
        .iter()
        .enumerate()
        .filter(|(at, one)| one.place == Place::Job && !engines.contains(at) && asks_for_docker(one));
    found.extend(others.map(|(_, command)| (command.span, ABOUT_DOCKER.to_owned())));
    found
}

/// What is said of a command that asks for Docker and is no engine's.
pub(super) const ABOUT_DOCKER: &str = "it is about Docker's program or daemon, which nothing here calls any more: take it \
                                       out, or put the builder in its place";

/// Names of Docker's program, service, group and packages.
static DOCKER: &[&str] = &[
    "docker",
    "docker.io",
    "docker-ce",
    "docker-ce-cli",
    "docker-engine",
    "docker.service",
    "docker.socket",
    "docker-buildx-plugin",
    "docker-compose-plugin",
    "get.docker.com",
    "https://get.docker.com",
    "https://get.docker.com/",
    "get-docker.sh",
];

/// Whether a command that is no engine's asks for Docker: `command -v docker`, `systemctl start docker`, `usermod -aG docker`.
pub(super) fn asks_for_docker(command: &Command) -> bool {
    let mut words = command.words.iter().map(|word| word.as_str());
    let program = words.next().unwrap_or("");
    !matches!(program, "echo" | "printf" | "cd" | "mkdir" | "cp" | "mv" | "ls" | "cat" | "git")
        && words.any(|word| DOCKER.contains(&word))
}

impl View<'_> {
    /// Whether the file is a script by itself.
    pub(super) fn is_shell(&self) -> bool {
        self.analysis.detected.format.is_some_and(|format| format.id == ID)
    }

    /// Whether scripts run on a machine, with an account and a store of images that other scripts use as well.
    pub(super) fn is_on_machine(&self) -> bool {
        self.analysis.detected.format.is_some_and(|format| ON_MACHINES.contains(&format.id))
    }

    /// The edit that takes `sudo` from in front of a docker command of a script, where it stands there.
    pub(super) fn without_sudo(
        &self,
        invocation: &Invocation,
        command: &Command,
    ) -> Result<Option<Edit>, String> {
        if !(command.sudo && self.is_on_machine()) {
            return Ok(None);
        }
        let start = command.span.start as usize;
        let lead = self.text.get(start..invocation.head.start as usize).unwrap_or("");
        let (mut at, mut sudo) = (0, None);
        for piece in lead.split_inclusive(char::is_whitespace) {
            let word = piece.trim_end();
            match sudo {
                None if word == "sudo" => sudo = Some(at),
                Some(first)
                    if !(word.is_empty() || matches!(word, "-E" | "-n" | "-H" | "--preserve-env" | "--")) =>
                {
                    if word.starts_with('-') {
                        return Err(format!(
                            "it runs by `sudo {word}`, as an account or in a way of its own"
                        ));
                    }
                    return Ok(Some(self.cut_sudo(command, start + first..start + at)));
                }
                _ => {}
            }
            at += piece.len();
        }
        match sudo {
            Some(first) => Ok(Some(self.cut_sudo(command, start + first..start + at))),
            None => {
                Err("it is in a script that `sudo` runs, and root has images and logins of its own".into())
            }
        }
    }

    fn cut_sudo(&self, command: &Command, range: std::ops::Range<usize>) -> Edit {
        Edit::delete(Span::new(command.span.file, range), SUDO)
    }

    /// Where a script cleans Docker's store.
    fn cleaned(&self, job: &Job) -> Vec<(Span, String)> {
        let how = match self.builder.id() {
            "buildah" => "`buildah prune`",
            "podman" => "`podman system prune`",
            _ => "`buildctl prune`, while its daemon runs",
        };
        let docker =
            job.invocations.iter().filter(|one| one.is_docker() && one.subcommand.ends_with("prune"));
        let why = format!(
            "it cleans Docker's store, which nothing here fills any more; the builder's own is cleaned by {how}"
        );
        docker.map(|one| (one.span, why.clone())).collect()
    }

    /// Whether what a script does on its way has to hold for one that nothing ends at its first error.
    pub(super) fn ends_at_errors(&self, job: &Job) -> bool {
        let first = self.text.lines().next().unwrap_or("");
        let by_first_line = first.starts_with("#!") && first.split_whitespace().skip(1).any(is_switch);
        let sets = |command: &Command| {
            let mut words = command.words.iter().map(|word| word.as_str());
            let is_set =
                words.next() == Some("set") && !command.conditional && command.joined == Joined::Next;
            is_set && (words.any(|word| word == "errexit" || is_switch(word)))
        };
        !self.is_shell() || by_first_line || job.commands.iter().any(sets)
    }
}

/// Whether a word such as `-euo` switches on that a script ends at its first error.
fn is_switch(word: &str) -> bool {
    word.strip_prefix('-').is_some_and(|letters| !letters.starts_with('-') && letters.contains('e'))
}
