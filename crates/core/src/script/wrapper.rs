//! Programs that run another program: their words are read over, or the script that they are handed is found.

use super::expand::Argument;
use crate::model::{Input, Value, Var};
use crate::source::Text;

/// A program whose arguments, after its own options, are another command.
struct Wrapper {
    names: &'static [&'static str],
    /// Options whose value is the next word.
    valued: &'static [&'static str],
    /// Options with which it runs no command.
    queries: &'static [&'static str],
    /// Words of its own before the command: a duration, a user, a file.
    positionals: usize,
    /// `NAME=value` words before the command are variables for it.
    assigns: bool,
    /// Numbers before the command are its own, and a single word may be a whole command line.
    lenient: bool,
}

const PLAIN: Wrapper =
    Wrapper { names: &[], valued: &[], queries: &[], positionals: 0, assigns: false, lenient: false };

static WRAPPERS: &[Wrapper] = &[
    Wrapper {
        names: &["sudo", "doas"],
        valued: &[
            "-u",
            "-g",
            "-h",
            "-p",
            "-C",
            "-T",
            "-r",
            "-t",
            "-U",
            "-D",
            "-R",
            "--user",
            "--group",
            "--host",
            "--prompt",
            "--close-from",
            "--command-timeout",
            "--role",
            "--type",
            "--other-user",
            "--chdir",
            "--chroot",
        ],
        assigns: true,
        ..PLAIN
    },
    Wrapper {
        names: &["env", "cross-env"],
        valued: &["-u", "--unset", "-C", "--chdir"],
        assigns: true,
        ..PLAIN
    },
    Wrapper { names: &["command"], queries: &["-v", "-V"], ..PLAIN },
    Wrapper { names: &["exec"], valued: &["-a"], ..PLAIN },
    Wrapper {
        names: &[
            "builtin",
            "busybox",
            "catatonit",
            "chronic",
            "dumb-init",
            "nohup",
            "noglob",
            "setsid",
            "tini",
            "unbuffer",
            "winpty",
            "xvfb-run",
        ],
        ..PLAIN
    },
    Wrapper { names: &["time"], valued: &["-f", "-o", "--format", "--output"], ..PLAIN },
    Wrapper {
        names: &["timeout", "gtimeout"],
        valued: &["-s", "--signal", "-k", "--kill-after"],
        positionals: 1,
        ..PLAIN
    },
    Wrapper { names: &["nice"], valued: &["-n", "--adjustment"], ..PLAIN },
    Wrapper { names: &["ionice"], valued: &["-c", "-n", "--class", "--classdata"], ..PLAIN },
    Wrapper { names: &["stdbuf"], valued: &["-i", "-o", "-e", "--input", "--output", "--error"], ..PLAIN },
    Wrapper { names: &["flock"], valued: &["-w", "--timeout", "-E"], positionals: 1, ..PLAIN },
    Wrapper { names: &["taskset", "gosu", "su-exec"], positionals: 1, ..PLAIN },
    Wrapper { names: &["chpst", "runuser", "setuidgid"], valued: &["-u", "-g", "-G"], ..PLAIN },
    Wrapper { names: &["cmd"], positionals: 1, ..PLAIN },
    Wrapper {
        names: &["xargs"],
        valued: &[
            "-I",
            "-n",
            "-P",
            "-L",
            "-d",
            "-E",
            "-s",
            "-a",
            "--max-args",
            "--max-procs",
            "--max-lines",
            "--delimiter",
            "--max-chars",
            "--arg-file",
        ],
        ..PLAIN
    },
    Wrapper { names: &["watch"], valued: &["-n", "--interval", "-q", "--equexit"], lenient: true, ..PLAIN },
    Wrapper {
        names: &["retry", "travis_retry", "travis_wait"],
        valued: &[
            "-t",
            "-d",
            "-s",
            "-m",
            "-n",
            "--times",
            "--tries",
            "--retries",
            "--attempts",
            "--delay",
            "--sleep",
            "--max",
        ],
        lenient: true,
        ..PLAIN
    },
    Wrapper { names: &["ssh-agent"], valued: &["-a", "-t", "-E", "-O", "-P"], queries: &["-k"], ..PLAIN },
    Wrapper { names: &["sshpass"], valued: &["-p", "-f", "-d", "-P"], ..PLAIN },
];

/// Container programs: a variable of unknown value before one of these is taken for an optional `sudo`.
const ENGINES: &[&str] = &[
    "buildah",
    "buildctl",
    "buildkitd",
    "containerd",
    "crictl",
    "ctr",
    "docker",
    "docker-compose",
    "dockerd",
    "img",
    "kaniko",
    "nerdctl",
    "podman",
    "podman-compose",
    "skopeo",
];

/// Shells that take `-c` or a script on standard input.
const SHELLS: &[&str] = &["sh", "bash", "ash", "dash", "zsh", "ksh", "mksh", "rbash"];

/// What a wrapper stands for.
pub(super) enum Under {
    /// The command that starts after this many words.
    Command(usize),
    /// A script.
    Script(Script),
}

/// A script that a command is handed.
pub(super) struct Script {
    pub(super) text: Text,
    /// The words that it was made of, as a range of the command's.
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) runs: Runs,
    /// It is the command's standard input.
    pub(super) from_input: bool,
}

/// Where a script runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Runs {
    /// In this shell: what it assigns stays.
    Here,
    /// In a shell of its own.
    Apart,
    /// In a shell of its own, if something happens.
    Perhaps,
    /// On another machine.
    Elsewhere,
}

/// What `arguments`, of which the first is the program, run by way of that program. Variables that it sets for the
/// command are added to `variables`.
pub(super) fn under(
    arguments: &[Argument<'_>],
    input: Option<&Text>,
    variables: &mut Vec<Var>,
) -> Option<Under> {
    let (first, rest) = arguments.split_first()?;
    let name = program(first.value.as_str());
    if first.value.unknown && first.value.as_str().starts_with(['$', '{']) {
        let next = program(rest.first()?.value.as_str());
        return (ENGINES.contains(&next) || next == "sudo").then_some(Under::Command(1));
    }
    if let Some(script) = script(name, arguments, input) {
        return Some(Under::Script(script));
    }
    let wrapper = WRAPPERS.iter().find(|wrapper| wrapper.names.contains(&name))?;
    let start = wrapper.command_start(arguments, variables)?;
    if wrapper.lenient
        && arguments.len() == start + 1
        && let Some(only) = arguments.get(start).filter(|only| only.value.as_str().contains(' '))
    {
        return Some(Under::Script(Script::of(only, start, Runs::Apart)));
    }
    Some(Under::Command(start))
}

/// The name of a program without its path.
pub(super) fn program(word: &str) -> &str {
    let start = word.bytes().rposition(|byte| matches!(byte, b'/' | b'\\')).map_or(0, |at| at + 1);
    let name = word.get(start..).unwrap_or(word);
    name.strip_suffix(".exe").unwrap_or(name)
}

/// The name in a word that is an assignment.
pub(super) fn assigned_name(word: &str) -> Option<&str> {
    let (name, _) = word.split_once('=')?;
    let valid = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && name.bytes().next().is_some_and(|first| !first.is_ascii_digit());
    valid.then_some(name)
}

impl Wrapper {
    fn command_start(&self, arguments: &[Argument<'_>], variables: &mut Vec<Var>) -> Option<usize> {
        let mut at = 1;
        let mut positionals = self.positionals;
        let mut found = Vec::new();
        loop {
            let value = &arguments.get(at)?.value;
            let word = value.as_str();
            if word == "--" && positionals == 0 {
                at += 1;
                break;
            }
            if word.starts_with('-') && word.len() > 1 {
                if self.queries.contains(&word) {
                    return None;
                }
                at += 1 + usize::from(takes_next(word, |option| self.valued.contains(&option)));
            } else if self.assigns && assigned_name(word).is_some() {
                found.push(variable(value));
                at += 1;
            } else if positionals > 0 {
                positionals -= 1;
                at += 1;
            } else if self.lenient && word.bytes().all(|byte| byte.is_ascii_digit()) {
                at += 1;
            } else {
                break;
            }
        }
        variables.extend(found.into_iter().flatten());
        (at < arguments.len()).then_some(at)
    }
}

fn variable(value: &Value) -> Option<Var> {
    let name = assigned_name(value.as_str())?.to_owned();
    let at = name.len() + 1;
    let rest = |text: &Text| text.slice(at.min(text.len())..text.len());
    let name_span = value.text.span_of(0..name.len());
    let value = Value {
        text: rest(&value.text),
        others: value.others.iter().map(rest).collect(),
        via: value.via.clone(),
        ..*value
    };
    Some(Var { name, name_span, value })
}

/// Whether the value of an option, or of the last of a cluster of short ones, is the next word.
fn takes_next(word: &str, valued: impl Fn(&str) -> bool) -> bool {
    if word.starts_with("--") {
        return valued(word);
    }
    let letters = word.get(1..).unwrap_or("");
    for (at, letter) in letters.char_indices().take(16) {
        let mut buffer = [b'-', 0, 0, 0, 0];
        let length = letter.encode_utf8(buffer.get_mut(1..).unwrap_or_default()).len();
        let option = buffer.get(..=length).and_then(|bytes| std::str::from_utf8(bytes).ok());
        if option.is_some_and(&valued) {
            return at + letter.len_utf8() == letters.len();
        }
    }
    false
}

impl Script {
    fn of(argument: &Argument<'_>, at: usize, runs: Runs) -> Self {
        Self { text: argument.script(), from: at, to: at + 1, runs, from_input: false }
    }

    fn joined(arguments: &[Argument<'_>], from: usize, runs: Runs) -> Option<Self> {
        let mut text = Text::default();
        for argument in arguments.get(from..).filter(|rest| !rest.is_empty())? {
            if !text.is_empty() {
                text.push_replaced(" ", argument.value.span);
            }
            text.push(&argument.script());
        }
        Some(Self { text, from, to: arguments.len(), runs, from_input: false })
    }

    fn input(input: Option<&Text>, runs: Runs) -> Option<Self> {
        let text = input?.clone();
        Some(Self { text, from: usize::MAX, to: usize::MAX, runs, from_input: true })
    }
}

/// The script that the program `name` is handed.
fn script(name: &str, arguments: &[Argument<'_>], input: Option<&Text>) -> Option<Script> {
    match name {
        "eval" => Script::joined(arguments, 1, Runs::Here),
        "trap" => {
            let text = arguments.get(1).filter(|text| !text.value.as_str().starts_with('-'))?;
            arguments.get(2).map(|_| Script::of(text, 1, Runs::Perhaps))
        }
        "su" | "runuser" | "script" | "flock" => {
            let at = arguments.iter().position(|argument| is_command_option(argument.value.as_str()))?;
            arguments.get(at + 1).map(|text| Script::of(text, at + 1, Runs::Apart))
        }
        "pwsh" | "powershell" => {
            let command = |argument: &Argument<'_>| {
                ["-c", "-command"].iter().any(|option| argument.value.as_str().eq_ignore_ascii_case(option))
            };
            Script::joined(arguments, arguments.iter().position(command)? + 1, Runs::Apart)
        }
        "ssh" | "autossh" => ssh(arguments, input),
        _ if SHELLS.contains(&name) => shell(arguments, input),
        _ => None,
    }
}

/// `-c`, `-lc`, `--command`.
fn is_command_option(word: &str) -> bool {
    word == "--command" || (word.starts_with('-') && !word.starts_with("--") && word.ends_with('c'))
}

fn shell(arguments: &[Argument<'_>], input: Option<&Text>) -> Option<Script> {
    let (mut command, mut standard_input) = (false, false);
    let mut at = 1;
    while let Some(argument) = arguments.get(at) {
        let word = argument.value.as_str();
        match word {
            "--" => {
                at += 1;
                break;
            }
            "-" | "/dev/stdin" => standard_input = true,
            "--rcfile" | "--init-file" => at += 1,
            _ if word.starts_with("--") => {}
            _ if word.starts_with(['-', '+']) => {
                command |= word.starts_with('-') && word.contains('c');
                standard_input |= word.starts_with('-') && word.contains('s');
                at += usize::from(word.contains(['o', 'O']));
            }
            _ => break,
        }
        at += 1;
    }
    match arguments.get(at) {
        Some(text) if command => Some(Script::of(text, at, Runs::Apart)),
        Some(_) if !standard_input => None,
        _ if command => None,
        _ => Script::input(input, Runs::Apart),
    }
}

fn ssh(arguments: &[Argument<'_>], input: Option<&Text>) -> Option<Script> {
    const VALUED: &str = "BbcDEeFIiJLlMmOoPpQRSWw";
    let mut host = false;
    let mut at = 1;
    while let Some(argument) = arguments.get(at) {
        let word = argument.value.as_str();
        if word.starts_with('-') && word.len() > 1 {
            let valued = |option: &str| option.get(1..).is_some_and(|letter| VALUED.contains(letter));
            at += usize::from(word != "--" && word != "-M" && takes_next(word, valued));
        } else if host {
            return Script::joined(arguments, at, Runs::Elsewhere);
        } else {
            host = true;
        }
        at += 1;
    }
    host.then(|| Script::input(input, Runs::Elsewhere)).flatten()
}

/// The text that a command writes, for the script that it is piped into.
pub(super) fn output(arguments: &[Argument<'_>], input: Option<&Input>) -> Option<Text> {
    let (first, rest) = arguments.split_first()?;
    match (program(first.value.as_str()), input) {
        ("cat", Some(Input::Document(text))) if rest.iter().all(|word| word.value.as_str() == "-") => {
            Some(Text::clone(text))
        }
        ("echo" | "printf", _) => {
            let options =
                rest.iter().take_while(|word| matches!(word.value.as_str(), "-n" | "-e" | "-ne" | "-en"));
            Script::joined(rest, options.count(), Runs::Apart).map(|script| script.text)
        }
        _ => None,
    }
}
