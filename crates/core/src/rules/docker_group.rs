//! Users who are given the engine's socket.

use daemonless_catalog::{Power, Risk};

use super::words::{is_image, program};
use crate::engine::mount;
use crate::model::{Command, Place, Value};
use crate::rule::{Scene, Sink, declare_rule};

declare_rule! {
    /// Reports users who are put in the `docker` group, and sockets of an engine that are made writable by all or given to
    /// another user.
    ///
    /// ## Why
    ///
    /// Who may write to Docker's socket is root on that machine: `docker run -v /:/host alpine chroot /host` asks for no
    /// password and leaves no line in the log of `sudo`. The group is root under another name, and a socket with mode 666
    /// is root for every process there is. On a runner the change stays when the job is over.
    ///
    /// [CWE-269](https://cwe.mitre.org/data/definitions/269.html),
    /// [CWE-732](https://cwe.mitre.org/data/definitions/732.html); ATT&CK
    /// [T1548](https://attack.mitre.org/techniques/T1548/); CIS Docker Benchmark 1.6.0, 1.1.2.
    ///
    /// ## Bad
    ///
    /// ```gitlab-ci
    /// setup:
    ///   tags: [shell]
    ///   script:
    ///     - sudo usermod -aG docker gitlab-runner
    ///     - sudo chmod 666 /var/run/docker.sock
    /// ```
    ///
    /// ```dockerfile
    /// FROM jenkins/jenkins:2.516-lts
    /// USER root
    /// RUN groupadd docker && gpasswd -a jenkins docker
    /// ```
    ///
    /// ```shell
    /// sudo adduser ci docker
    /// ```
    ///
    /// ## Good
    ///
    /// ```gitlab-ci
    /// setup:
    ///   tags: [shell]
    ///   script:
    ///     - sudo usermod -aG video gitlab-runner
    ///     - sudo chmod 660 /var/run/docker.sock
    /// ```
    ///
    /// ```dockerfile
    /// FROM alpine:3.22
    /// RUN addgroup docker && adduser -D docker
    /// ```
    ///
    /// ```shell
    /// sudo chown root:docker /var/run/docker.sock
    /// ```
    ///
    /// ## What to do
    ///
    /// Let the user build without a daemon: Buildah and Podman need entries in `/etc/subuid` and `/etc/subgid`, no group. Or
    /// run Docker in rootless mode, for that user alone.
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/engine/install/linux-postinstall/>
    /// - <https://docs.gitlab.com/ci/docker/using_docker_build/>
    /// - <https://docs.docker.com/engine/security/rootless/>
    "docker-group", "A user is given the Docker socket, which is root on its machine", check,
}

/// Programs that change groups, or who may use a file.
static PROGRAMS: &[&str] =
    &["usermod", "useradd", "gpasswd", "adduser", "addgroup", "chmod", "chown", "chgrp", "setfacl"];

fn check(scene: &Scene<'_>, sink: &mut Sink<'_>) {
    for command in &scene.job.commands {
        let Some(what) = gives(command) else { continue };
        let message = format!(
            "{what}: root on the machine, without a password. Build without a daemon, or run Docker rootless."
        );
        if is_image(scene.job) {
            // In an image it holds nothing until a socket is handed in.
            sink.report_as(command.span, Risk::Low, message);
            continue;
        }
        let power = match command.place {
            Place::Elsewhere => Power::UnknownEngine,
            _ if scene.has_own_engine() => Power::OneWallLess,
            _ => Power::HostRoot,
        };
        sink.report(command.span, power, message);
    }
}

/// What the command gives to whom, as the start of a sentence.
fn gives(command: &Command) -> Option<&'static str> {
    if !PROGRAMS.contains(&program(command)) {
        return None;
    }
    let words: Vec<&str> = command.words.iter().skip(1).map(Value::as_str).collect();
    let is_group = |list: &str| list.split(',').any(|group| group == "docker");
    let plain: Vec<&str> = words.iter().copied().filter(|word| !word.starts_with('-')).collect();
    let joins = match program(command) {
        // `-aG docker`, `-G sudo,docker`, `--groups=docker`, `-aGdocker`.
        "usermod" | "useradd" => {
            words.iter().enumerate().any(|(at, word)| match word.strip_prefix("--groups") {
                Some(rest) => is_group(
                    rest.strip_prefix('=').unwrap_or_else(|| words.get(at + 1).copied().unwrap_or("")),
                ),
                None => {
                    let short = word.strip_prefix('-').filter(|rest| !rest.starts_with('-'));
                    short.and_then(|rest| rest.split_once('G')).is_some_and(|(_, rest)| {
                        is_group(if rest.is_empty() {
                            words.get(at + 1).copied().unwrap_or("")
                        } else {
                            rest
                        })
                    })
                }
            })
        }
        "gpasswd" => {
            let adds = words.iter().any(|word| matches!(*word, "-a" | "--add" | "-M"));
            adds && plain.last() == Some(&"docker")
        }
        "adduser" | "addgroup" => plain.len() == 2 && plain.last() == Some(&"docker") && !takes_value(&words),
        _ => false,
    };
    if joins {
        return Some("Membership of the `docker` group gives a user the engine's socket");
    }
    let socket = plain
        .iter()
        .skip(1)
        .any(|path| mount::socket(path).is_some_and(|socket| socket.direct && !socket.rootless));
    let opens = match program(command) {
        "chmod" => plain.first().is_some_and(|mode| is_open(mode)),
        "chown" | "chgrp" => plain.first().is_some_and(|owner| {
            !matches!(*owner, "root" | "root:docker" | "root:root" | "docker" | "0" | ":docker")
        }),
        "setfacl" => true,
        _ => false,
    };
    (socket && opens).then_some("This hands out the engine's socket")
}

/// Whether an option before the last word takes that word as its value, as `adduser --ingroup docker ci` does.
fn takes_value(words: &[&str]) -> bool {
    let before = words.len().checked_sub(2).and_then(|at| words.get(at));
    before.is_some_and(|word| matches!(*word, "-G" | "--ingroup" | "--gid" | "-g" | "-S" | "-u" | "--gecos"))
}

/// Whether a mode lets all others write.
fn is_open(mode: &str) -> bool {
    if mode.chars().all(|c| c.is_digit(8)) {
        return mode.ends_with(['2', '3', '6', '7']);
    }
    mode.split(',').any(|part| {
        let Some(at) = part.find(['+', '=']) else { return false };
        let (who, what) = part.split_at(at);
        (who.contains(['o', 'a'])) && what.contains('w')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes() {
        for mode in ["666", "0777", "a+rw", "o+w", "u=rw,o=rw", "ugo+rw"] {
            assert!(is_open(mode), "{mode}");
        }
        for mode in ["660", "u+w", "g+rw", "o-w", "644", ""] {
            assert!(!is_open(mode), "{mode}");
        }
    }
}
