//! What can be said on the command line: each option is declared once here, and parsing and help follow.

use std::ffi::OsString;

use daemonless_catalog::{Builder, Host, Risk};
use daemonless_core::Context;
use daemonless_core::format::FORMATS;
use daemonless_core::model::Reach;
use daemonless_core::rewrite::{contain, ready};
use lexopt::Arg;

use crate::output::{self, Output};
use crate::{COMMANDS, Failure, Io};

/// A command, declared in the file that carries it out.
pub(crate) struct Command {
    pub(crate) name: &'static str,
    /// Its operands, as the usage line shows them.
    pub(crate) operands: &'static str,
    /// One line without a full stop.
    pub(crate) summary: &'static str,
    /// What it does and what its exit codes mean.
    pub(crate) help: &'static str,
    pub(crate) run: fn(&Options, &mut Io<'_>) -> Result<u8, Failure>,
}

/// An option.
pub(crate) struct Flag {
    pub(crate) long: &'static str,
    pub(crate) short: Option<char>,
    /// What stands for its value in the help; `None` for a switch.
    pub(crate) value: Option<&'static str>,
    /// The values that it takes; `None` for any text.
    pub(crate) words: Option<fn() -> Vec<&'static str>>,
    /// The commands that take it; empty for all.
    pub(crate) commands: &'static [&'static str],
    pub(crate) help: &'static str,
    /// Takes the value, which is one of `words`.
    set: fn(&mut Options, &str),
}

/// What the options say. The default is what holds where nothing is said.
pub(crate) struct Options {
    pub(crate) operands: Vec<OsString>,
    pub(crate) output: Output,
    pub(crate) read_as: Option<String>,
    pub(crate) stdin_path: Option<String>,
    pub(crate) context: Context,
    /// `None`: never.
    pub(crate) fail_on: Option<Risk>,
    pub(crate) color: Option<bool>,
    pub(crate) to: Option<String>,
    /// The CI that a Dockerfile's job is for.
    pub(crate) ci: Option<String>,
    pub(crate) diff: bool,
    /// Numbers of hunks, as written.
    pub(crate) select: Option<String>,
    pub(crate) write: bool,
    help: bool,
    version: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            operands: Vec::new(),
            output: Output::Text,
            read_as: None,
            stdin_path: None,
            context: Context::default(),
            fail_on: Some(Risk::High),
            color: None,
            to: None,
            ci: None,
            diff: false,
            select: None,
            write: false,
            help: false,
            version: false,
        }
    }
}

/// Who can be said to start the jobs.
static REACHES: &[(&str, Reach)] =
    &[("strangers", Reach::Strangers), ("pushers", Reach::Pushers), ("protected", Reach::Protected)];

static COLORS: &[(&str, Option<bool>)] = &[("auto", None), ("always", Some(true)), ("never", Some(false))];

/// Where `--fail-on` never fails.
const NEVER: &str = "never";

/// Every option, in the order of the help.
pub(crate) static FLAGS: &[Flag] = &[
    Flag {
        long: "format",
        short: None,
        value: Some("FORMAT"),
        words: Some(|| output::all().map(Output::id).collect()),
        commands: &["check", "rules"],
        help: "How to print; `text` if not given. `rules` prints `text` or `json`.",
        set: |options, word| options.output = output::by_id(word).unwrap_or(options.output),
    },
    Flag {
        long: "as",
        short: None,
        value: Some("FORMAT"),
        words: Some(|| FORMATS.iter().map(|format| format.id).collect()),
        commands: &["check", "fix"],
        help: "Read the files as this format, instead of recognising it by path and content.",
        set: |options, word| options.read_as = Some(word.to_owned()),
    },
    Flag {
        long: "stdin-path",
        short: None,
        value: Some("PATH"),
        words: None,
        commands: &["check", "fix"],
        help: "The path that the text on standard input goes by.",
        set: |options, path| options.stdin_path = Some(path.to_owned()),
    },
    Flag {
        long: "host",
        short: None,
        value: Some("HOST"),
        words: Some(|| Host::ALL.iter().map(|host| host.id()).collect()),
        commands: &["check", "fix"],
        help: "Where all jobs run, where you know better than the files: a machine shared with others, one of its \
               own, or a VM that is thrown away after the job.",
        set: |options, word| options.context.host = Host::from_id(word),
    },
    Flag {
        long: "reach",
        short: None,
        value: Some("WHO"),
        words: Some(|| words(REACHES)),
        commands: &["check", "fix"],
        help: "Who can put a step into them: anyone with a fork, anyone who can push, or only who may change \
               protected branches.",
        set: |options, word| options.context.reach = pick(REACHES, word),
    },
    Flag {
        long: "fail-on",
        short: None,
        value: Some("RISK"),
        words: Some(|| Risk::ALL.iter().rev().map(|risk| risk.id()).chain([NEVER]).collect()),
        commands: &["check"],
        help: "Exit with 1 where the risk of a file is at or above this; `high` if not given.",
        set: |options, word| options.fail_on = Risk::from_id(word),
    },
    Flag {
        long: "to",
        short: None,
        value: Some("BUILDER"),
        words: Some(|| {
            Builder::ALL.iter().map(|builder| builder.id()).chain([contain::ID, ready::BUILDX]).collect()
        }),
        commands: &["fix"],
        help: "The builder to rewrite for; if not given, the best-ranked one that the file can be rewritten for. \
               `contain` keeps the daemon, in the safest form of what the file has; `buildx` is for a Dockerfile's job on \
               GitHub's machines.",
        set: |options, word| options.to = Some(word.to_owned()),
    },
    Flag {
        long: "ci",
        short: None,
        value: Some("CI"),
        words: Some(|| ready::cis().collect()),
        commands: &["fix"],
        help: "The CI that the job for a Dockerfile is written for; `gitlab-ci` if not given.",
        set: |options, word| options.ci = Some(word.to_owned()),
    },
    Flag {
        long: "diff",
        short: None,
        value: None,
        words: None,
        commands: &["fix"],
        help: "Print a unified diff instead of the whole new text. Its hunks are numbered, and each says why.",
        set: |options, _| options.diff = true,
    },
    Flag {
        long: "select",
        short: None,
        value: Some("HUNKS"),
        words: None,
        commands: &["fix"],
        help: "Make only these changes, by their numbers in the diff, such as `1,3-4`; all else stays as it was.",
        set: |options, numbers| options.select = Some(numbers.to_owned()),
    },
    Flag {
        long: "write",
        short: None,
        value: None,
        words: None,
        commands: &["fix"],
        help: "Write the new text to the file instead of printing it.",
        set: |options, _| options.write = true,
    },
    Flag {
        long: "color",
        short: None,
        value: Some("WHEN"),
        words: Some(|| words(COLORS)),
        commands: &[],
        help: "Whether to colour; `auto`, if not given, means on a terminal without `NO_COLOR`.",
        set: |options, word| options.color = pick(COLORS, word).flatten(),
    },
    Flag {
        long: "help",
        short: Some('h'),
        value: None,
        words: None,
        commands: &[],
        help: "Print help; after a command, that command's.",
        set: |options, _| options.help = true,
    },
    Flag {
        long: "version",
        short: Some('V'),
        value: None,
        words: None,
        commands: &[],
        help: "Print the version.",
        set: |options, _| options.version = true,
    },
];

/// What a command line asks for.
pub(crate) enum Parsed {
    Help(Option<&'static Command>),
    Version,
    Run(&'static Command, Box<Options>),
}

/// Reads the command line, without the program's name.
pub(crate) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Parsed, Failure> {
    let mut parser = lexopt::Parser::from_args(args);
    let mut options = Options::default();
    let mut command: Option<&'static Command> = None;
    let mut said = Vec::new();
    while let Some(arg) = parser.next().map_err(|error| error.to_string())? {
        let flag = match arg {
            Arg::Value(word) if command.is_none() => {
                command = Some(find_command(&word)?);
                continue;
            }
            Arg::Value(operand) => {
                options.operands.push(operand);
                continue;
            }
            Arg::Long(name) => find_flag(name, |flag| flag.long == name, "--", command)?,
            Arg::Short(letter) => {
                let name = letter.to_string();
                find_flag(&name, |flag| flag.short == Some(letter), "-", command)?
            }
        };
        said.push(flag);
        let value = match flag.value {
            Some(_) => parser.value().map_err(|error| error.to_string())?,
            None => OsString::new(),
        };
        let value = value.to_str().ok_or_else(|| format!("the value of --{} is not UTF-8", flag.long))?;
        if let Some(words) = flag.words.map(|words| words()).filter(|words| !words.contains(&value)) {
            let name = flag.value.unwrap_or_default();
            return Err(format!(
                "--{} {value}: no such {name}{}; it is one of: {}",
                flag.long,
                did_you_mean(value, words.iter().copied()),
                words.join(", ")
            )
            .into());
        }
        (flag.set)(&mut options, value);
    }
    match command {
        _ if options.help => Ok(Parsed::Help(command)),
        _ if options.version => Ok(Parsed::Version),
        None => Err("no command; see `daemonless --help`".into()),
        Some(command) => match said.iter().find(|flag| !flag.is_of(command)) {
            Some(flag) => Err(format!("`{}` does not take --{}", command.name, flag.long).into()),
            None => Ok(Parsed::Run(command, Box::new(options))),
        },
    }
}

impl Flag {
    /// Whether the command takes it.
    pub(crate) fn is_of(&self, command: &Command) -> bool {
        self.commands.is_empty() || self.commands.contains(&command.name)
    }
}

fn find_command(word: &OsString) -> Result<&'static Command, Failure> {
    let name = word.to_string_lossy();
    COMMANDS.iter().copied().find(|command| *word == *command.name).ok_or_else(|| {
        let guess = did_you_mean(&name, COMMANDS.iter().map(|command| command.name));
        let guess = match std::path::Path::new(word).exists() {
            true if guess.is_empty() => format!("; to check that file: `daemonless check {name}`"),
            _ => guess,
        };
        Failure(format!("no such command: {name}{guess}; see `daemonless --help`"))
    })
}

fn find_flag(
    name: &str,
    is: impl Fn(&Flag) -> bool,
    dashes: &str,
    command: Option<&Command>,
) -> Result<&'static Flag, Failure> {
    FLAGS.iter().find(|flag| is(flag)).ok_or_else(|| {
        let known = FLAGS.iter().filter(|flag| command.is_none_or(|command| flag.is_of(command)));
        let guess = match nearest(name, known.map(|flag| flag.long)) {
            Some(guess) => format!("; did you mean --{guess}?"),
            None => String::new(),
        };
        Failure(format!("no such option: {dashes}{name}{guess}"))
    })
}

/// "; did you mean X?", or nothing where nothing is near.
pub(crate) fn did_you_mean<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> String {
    nearest(word, known).map_or_else(String::new, |guess| format!("; did you mean {guess}?"))
}

/// The word nearest to `word`, if it is near enough to be what was meant: a third of it may differ.
fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    const LONGEST: usize = 40;
    if word.len() > LONGEST {
        return None;
    }
    let word = word.to_ascii_lowercase();
    let (distance, guess) = known
        .map(|known| (strsim::damerau_levenshtein(&word, known), known))
        .min_by_key(|(distance, _)| *distance)?;
    (distance <= guess.len().div_ceil(3)).then_some(guess)
}

fn words<T>(table: &[(&'static str, T)]) -> Vec<&'static str> {
    table.iter().map(|(word, _)| *word).collect()
}

fn pick<T: Copy>(table: &[(&str, T)], word: &str) -> Option<T> {
    table.iter().find(|(known, _)| *known == word).map(|(_, value)| *value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn fails(args: &[&str], message: &str) {
        match parse(args.iter().map(OsString::from)) {
            Err(Failure(said)) => assert_eq!(said, message),
            Ok(_) => panic!("{args:?} were taken"),
        }
    }

    #[test]
    fn a_slip_is_met_with_the_nearest_word() {
        fails(&["chekc"], "no such command: chekc; did you mean check?; see `daemonless --help`");
        fails(&["check", "--formt", "json"], "no such option: --formt; did you mean --format?");
        fails(&["check", "--qqqqqq"], "no such option: --qqqqqq");
        fails(
            &["check", "--host=dedicate"],
            "--host dedicate: no such HOST; did you mean dedicated?; it is one of: shared, dedicated, vm",
        );
        fails(&["explain", "--write", "x"], "`explain` does not take --write");
        fails(&[], "no command; see `daemonless --help`");
    }

    #[test]
    fn words_are_set() {
        let args =
            ["check", "--fail-on", "never", "-", "--color=always", "--reach", "strangers", "--", "--x"];
        let Ok(Parsed::Run(command, options)) = parse(args.map(OsString::from)) else { panic!("not taken") };
        assert_eq!(command.name, "check");
        assert_eq!(options.operands, ["-", "--x"]);
        assert_eq!(options.fail_on, None);
        assert_eq!(options.color, Some(true));
        assert_eq!(options.context.reach, Some(Reach::Strangers));
    }
}
