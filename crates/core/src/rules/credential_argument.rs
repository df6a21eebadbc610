//! Registry passwords on command lines.

use daemonless_catalog::{Risk, flags};

use super::words::program;
use crate::engine::command_line::{self, FlagUse};
use crate::map::Set;
use crate::model::{Command, Value};
use crate::rule::{Scene, Sink, declare_rule};
use crate::source::Span;

declare_rule! {
    /// Reports a registry password on a command line: `login -p X`, `-p=X`, `--password X` of docker, podman, buildah,
    /// skopeo, crane, oras, helm and their like, and `--creds USER:PASSWORD`.
    ///
    /// ## Why
    ///
    /// Arguments are public on a machine: every process reads them in `/proc/*/cmdline`, for as long as the command runs.
    /// They also end up in the trace of `set -x`, in error messages and in shell histories. That the value is a masked
    /// variable of the CI system helps in its own log and nowhere else. Docker warns of it at each such login.
    ///
    /// [CWE-522](https://cwe.mitre.org/data/definitions/522.html),
    /// [CWE-200](https://cwe.mitre.org/data/definitions/200.html); ATT&CK
    /// [T1552](https://attack.mitre.org/techniques/T1552/).
    ///
    /// ## Bad
    ///
    /// ```gitlab-ci
    /// push:
    ///   script:
    ///     - docker login -u "$CI_REGISTRY_USER" -p "$CI_REGISTRY_PASSWORD" "$CI_REGISTRY"
    /// ```
    ///
    /// ```github-actions
    /// on: push
    /// jobs:
    ///   push:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: podman login -u="$USER" -p="${{ secrets.TOKEN }}" quay.io
    /// ```
    ///
    /// ```shell
    /// crane auth login registry.example -u me --password "$(cat token)"
    /// ```
    ///
    /// ## Good
    ///
    /// ```gitlab-ci
    /// push:
    ///   script:
    ///     - echo "$CI_REGISTRY_PASSWORD" | docker login -u "$CI_REGISTRY_USER" --password-stdin "$CI_REGISTRY"
    /// ```
    ///
    /// ```github-actions
    /// on: push
    /// jobs:
    ///   push:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: docker run -p 8080:80 nginx:1.29
    /// ```
    ///
    /// ```shell
    /// buildah login --password-stdin -u me quay.io < token
    /// ```
    ///
    /// ## What to do
    ///
    /// Hand it over on standard input:
    ///
    /// ```sh
    /// printf '%s' "$TOKEN" | buildah login --username ci --password-stdin registry.example
    /// ```
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/reference/cli/docker/login/>
    /// - <https://man7.org/linux/man-pages/man5/proc_pid_cmdline.5.html>
    "credential-argument", "A registry password stands on a command line", check,
}

/// Programs that are no engines, and their command to log in.
static LOGINS: &[(&str, &[&str])] = &[
    ("skopeo", &["login"]),
    ("oras", &["login"]),
    ("cosign", &["login"]),
    ("helm", &["registry", "login"]),
    ("crane", &["auth", "login"]),
    ("gcrane", &["auth", "login"]),
    ("regctl", &["registry", "login"]),
];

fn check(scene: &Scene<'_>, sink: &mut Sink<'_>) {
    let mut lines: Vec<Span> = Vec::new();
    for invocation in scene.job.invocations.iter().filter(|invocation| invocation.is("login")) {
        lines.extend(invocation.flags.iter().filter(|flag| is_password(flag)).map(|flag| flag.span));
    }
    for command in &scene.job.commands {
        let name = program(command);
        if let Some((_, login)) = LOGINS.iter().find(|(tool, _)| *tool == name) {
            lines.extend(logins(command, login));
        }
        if matches!(name, "skopeo" | "podman" | "buildah") {
            lines.extend(credentials(command));
        }
    }
    let mut seen = Set::new();
    for span in lines.into_iter().filter(|span| seen.insert(*span)) {
        let message = "A password on a command line is read by every process of the machine and lands in traces. Hand it over on \
                       standard input: `--password-stdin`.";
        sink.report_as(span, Risk::Medium, message);
    }
}

fn is_password(flag: &FlagUse) -> bool {
    let given = flag.value.as_ref().is_some_and(|value| value.unknown || !value.as_str().is_empty());
    match flag.name.as_str() {
        "password" => given,
        // Not in the table that is used here, so its value may be the next word.
        "pass" => true,
        _ => false,
    }
}

/// The password's option of a login whose words are `login`, which may follow options.
fn logins(command: &Command, login: &[&str]) -> Vec<Span> {
    let at = command
        .words
        .windows(login.len())
        .position(|words| words.iter().zip(login).all(|(word, name)| word.as_str() == *name));
    let Some(rest) = at.and_then(|at| command.words.get(at + login.len()..)) else { return Vec::new() };
    let options = command_line::options(rest, flags("docker", "login"));
    options.iter().filter(|flag| is_password(flag)).map(|flag| flag.span).collect()
}

/// `--creds USER:PASSWORD` and its like, of tools that copy images.
fn credentials(command: &Command) -> Option<Span> {
    static OPTIONS: &[&str] = &["--creds", "--src-creds", "--dest-creds"];
    command.words.iter().enumerate().find_map(|(at, word)| {
        let (name, joined) = word.as_str().split_once('=').unwrap_or((word.as_str(), ""));
        if !OPTIONS.contains(&name) {
            return None;
        }
        let next: Option<&Value> = command.words.get(at + 1).filter(|_| joined.is_empty());
        let value = next.map_or(joined, Value::as_str);
        (value.contains(':') || value.starts_with('$'))
            .then(|| next.map_or(word.span, |next| word.span.to(next.span)))
    })
}
