//! Command lines of engines and builders, read by the catalog's tables of flags.

use daemonless_catalog::{CommandFlags, Takes, flags};

use crate::files::file_name;
use crate::model::{Command, Value};
use crate::source::{Span, Text};

/// A command line of an engine, client or builder.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// The program by the catalog's name: `docker`, `podman`, `buildah`, `buildctl`, `kaniko`, `dockerd`, `nerdctl`.
    pub tool: &'static str,
    /// The command, by its main name: `build`, `run`, `buildx build`, `compose up`; empty where there is none.
    pub subcommand: String,
    /// Options before the command (`docker -H …`, `docker compose -f …`).
    pub globals: Vec<FlagUse>,
    /// Options of the command.
    pub flags: Vec<FlagUse>,
    /// Positional words; of `run` the image, then the words of the command in it.
    pub args: Vec<Value>,
    /// Index among the job's commands.
    pub command: usize,
    /// Where program and command name stand, as one stretch.
    pub head: Span,
    /// All of the command, wrappers and redirections included.
    pub span: Span,
}

/// One option as it is used.
#[derive(Clone, Debug)]
pub struct FlagUse {
    /// The long name, without dashes.
    pub name: String,
    /// Absent for a switch that is only named.
    pub value: Option<Value>,
    /// The option with its value.
    pub span: Span,
    /// Whether the tables know it.
    pub known: bool,
}

impl FlagUse {
    /// Whether a switch is on: named, or given a value that is not false.
    pub fn is_on(&self) -> bool {
        !self
            .value
            .as_ref()
            .is_some_and(|value| matches!(value.as_str(), "false" | "0" | "f" | "F" | "FALSE" | "False"))
    }
}

/// Programs by file name, the catalog's name for them, and the command that is part of the name.
static PROGRAMS: &[(&str, &str, &str)] = &[
    ("docker", "docker", ""),
    ("docker.exe", "docker", ""),
    ("podman", "podman", ""),
    ("podman-remote", "podman", ""),
    ("nerdctl", "nerdctl", ""),
    ("docker-compose", "docker", "compose"),
    ("podman-compose", "podman", "compose"),
    ("docker-buildx", "docker", "buildx"),
    ("buildx", "docker", "buildx"),
    ("buildah", "buildah", ""),
    ("buildctl", "buildctl", ""),
    ("buildctl-daemonless.sh", "buildctl", ""),
    ("dockerd", "dockerd", ""),
    ("dockerd-entrypoint.sh", "dockerd", ""),
    ("dockerd-rootless.sh", "dockerd", ""),
    ("executor", "kaniko", ""),
];

/// Commands that are groups: the next word belongs to the name.
static GROUPS: &[&str] = &[
    "buildx",
    "builder",
    "compose",
    "container",
    "context",
    "image",
    "imagetools",
    "manifest",
    "network",
    "plugin",
    "secret",
    "service",
    "stack",
    "swarm",
    "system",
    "volume",
];

/// Commands of Kaniko's executor; without one it builds.
static KANIKO_COMMANDS: &[&str] = &["login", "push", "version", "help", "completion"];

impl Invocation {
    /// Reads a command; `None` where its program is none of the known ones. `index` is its place among the job's commands.
    pub fn parse(index: usize, command: &Command) -> Option<Self> {
        let (program, rest) = command.words.split_first()?;
        let name = file_name(program.as_str());
        let (_, tool, prefix) = PROGRAMS.iter().find(|(file, _, _)| *file == name)?;
        let named = || {
            let option = |word: &Value| {
                ["--destination", "--context", "--dockerfile"]
                    .iter()
                    .any(|own| word.as_str().starts_with(own))
            };
            program.as_str().contains("kaniko") || rest.iter().any(option)
        };
        let is_own = |word: &&Value| KANIKO_COMMANDS.contains(&word.as_str());
        if *tool == "kaniko" && !named() {
            return None;
        }
        let mut reader = Reader { words: rest, at: 0 };
        let mut globals = Vec::new();
        let mut head = program.span;
        let table_tool = if *tool == "nerdctl" { "docker" } else { *tool };
        let mut subcommand = String::new();
        if !prefix.is_empty() {
            subcommand.push_str(prefix);
        } else if !matches!(*tool, "kaniko" | "dockerd") {
            globals = reader.flags(flags(table_tool, ""), true).0;
        } else if *tool == "kaniko"
            && let Some(word) = rest.first().filter(is_own)
        {
            subcommand.push_str(word.as_str());
            head = head.to(word.span);
            reader.at = 1;
        }
        if !matches!(*tool, "kaniko" | "dockerd") {
            loop {
                if subcommand.ends_with("compose") {
                    globals.extend(reader.flags(flags("docker", "compose"), true).0);
                }
                let Some(word) = reader.words.get(reader.at) else { break };
                if word.as_str().starts_with('-') && !subcommand.is_empty() {
                    // `docker buildx --builder x build`: options of a group.
                    let group =
                        subcommand.ends_with("buildx").then(|| flags("docker", "buildx build")).flatten();
                    if group.is_none() {
                        break;
                    }
                    globals.extend(reader.flags(group, true).0);
                    continue;
                }
                if !subcommand.is_empty() {
                    subcommand.push(' ');
                }
                subcommand.push_str(word.as_str());
                head = head.to(word.span);
                reader.at += 1;
                if !GROUPS.contains(&word.as_str()) {
                    break;
                }
            }
        }
        let table = flags(table_tool, &subcommand);
        if let Some(main) = table.and_then(|table| table.subcommands.first()) {
            subcommand = (*main).to_owned();
        }
        let interspersed = table.is_none_or(|table| table.interspersed);
        let (flags, args) = reader.flags(table, !interspersed);
        let args = if interspersed { args } else { reader.rest() };
        Some(Self { tool, subcommand, globals, flags, args, command: index, head, span: command.span })
    }

    /// Whether it is this command, by its main name, of an engine that starts containers or a builder.
    pub fn is(&self, subcommand: &str) -> bool {
        self.subcommand == subcommand
    }

    /// Whether its program talks to a Docker daemon.
    pub fn is_docker(&self) -> bool {
        self.tool == "docker"
    }

    /// Whether it builds an image from a Dockerfile.
    pub fn builds(&self) -> bool {
        match self.tool {
            "kaniko" => self.subcommand.is_empty(),
            "buildctl" => self.is("build"),
            _ => matches!(self.subcommand.as_str(), "build" | "buildx build" | "bud"),
        }
    }

    /// The last use of an option.
    pub fn flag(&self, name: &str) -> Option<&FlagUse> {
        self.flags.iter().rev().find(|flag| flag.name == name)
    }

    /// All values of an option, in order.
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Value> {
        self.flags.iter().filter(move |flag| flag.name == name).filter_map(|flag| flag.value.as_ref())
    }

    /// Whether a switch is on.
    pub fn has(&self, name: &str) -> bool {
        self.flag(name).is_some_and(FlagUse::is_on)
    }

    /// An option before the command, such as `--host` of `docker -H …`.
    pub fn global(&self, name: &str) -> Option<&FlagUse> {
        self.globals.iter().rev().find(|flag| flag.name == name)
    }
}

/// Reads the words of an option list on their own, as `container.options` of a workflow gives them.
pub fn options(words: &[Value], table: Option<&'static CommandFlags>) -> Vec<FlagUse> {
    Reader { words, at: 0 }.flags(table, false).0
}

struct Reader<'w> {
    words: &'w [Value],
    at: usize,
}

impl Reader<'_> {
    /// Options and positional words from here on. With `stop` it ends before the first positional word.
    fn flags(&mut self, table: Option<&'static CommandFlags>, stop: bool) -> (Vec<FlagUse>, Vec<Value>) {
        let (mut found, mut args) = (Vec::new(), Vec::new());
        while let Some(word) = self.words.get(self.at) {
            let text = word.as_str();
            if text == "--" {
                self.at += 1;
                args.extend(self.rest());
                break;
            }
            if text.len() > 1 && text.starts_with('-') {
                self.at += 1;
                match text.strip_prefix("--") {
                    Some(long) => self.long(word, long, table, &mut found),
                    None => self.short(word, table, &mut found),
                }
            } else if stop {
                if !holds_options(word) {
                    break;
                }
                self.at += 1;
            } else {
                args.push(word.clone());
                self.at += 1;
            }
        }
        (found, args)
    }

    fn long(
        &mut self,
        word: &Value,
        long: &str,
        table: Option<&'static CommandFlags>,
        found: &mut Vec<FlagUse>,
    ) {
        let (name, given) = match long.split_once('=') {
            Some((name, _)) => (name, Some(part(word, name.len() + 3))),
            None => (long, None),
        };
        let flag = table.and_then(|table| table.find_long(name));
        let mut span = word.span;
        let value = match (given, flag.map(|flag| flag.takes_value)) {
            (Some(value), _) => Some(value),
            (None, Some(Takes::Value)) => self.value(&mut span),
            (None, _) => None,
        };
        found.push(FlagUse { name: name.to_owned(), value, span, known: flag.is_some() });
    }

    /// A word such as `-it`, `-v=/a:/b` or `-itv`: letters are switches up to one that takes the rest, or the next word.
    fn short(&mut self, word: &Value, table: Option<&'static CommandFlags>, found: &mut Vec<FlagUse>) {
        let text = word.as_str();
        for (at, letter) in text.char_indices().skip(1) {
            let flag = table.and_then(|table| table.find_short(letter));
            let name = flag.map_or_else(|| letter.to_string(), |flag| flag.long.to_owned());
            let after = at + letter.len_utf8();
            let rest = text.get(after..).unwrap_or("");
            let mut span = word.span;
            let takes = flag.map_or(Takes::Nothing, |flag| flag.takes_value);
            if takes == Takes::Value {
                let value = match rest {
                    "" => self.value(&mut span),
                    _ => Some(part(word, after + usize::from(rest.starts_with('=')))),
                };
                found.push(FlagUse { name, value, span, known: true });
                return;
            }
            if rest.starts_with('=') {
                let value = Some(part(word, after + 1));
                found.push(FlagUse { name, value, span, known: flag.is_some() });
                return;
            }
            found.push(FlagUse { name, value: None, span, known: flag.is_some() });
            if flag.is_none() && table.is_some() {
                // Not a cluster that the tables know: what follows tells nothing.
                return;
            }
        }
    }

    /// The next word as an option's value.
    fn value(&mut self, span: &mut Span) -> Option<Value> {
        let value = self.words.get(self.at)?.clone();
        self.at += 1;
        *span = span.to(value.span);
        Some(value)
    }

    fn rest(&mut self) -> Vec<Value> {
        let rest = self.words.get(self.at..).unwrap_or(&[]).to_vec();
        self.at = self.words.len();
        rest
    }
}

/// Whether a word in front of the first positional one is a variable that holds options, by its name.
fn holds_options(word: &Value) -> bool {
    let text = word.as_str();
    let upper = text.to_ascii_uppercase();
    word.unknown
        && text.starts_with('$')
        && ["OPT", "ARG", "FLAG", "PARAM", "EXTRA"].iter().any(|part| upper.contains(part))
        && !upper.contains("IMAGE")
}

/// The value without its first `from` bytes, in each of its texts that has as many.
pub fn part(value: &Value, from: usize) -> Value {
    let cut = |text: &Text| text.as_str().is_char_boundary(from).then(|| text.slice(from..text.len()));
    let text = cut(&value.text).unwrap_or_default();
    let span = if text.is_empty() { value.span } else { text.span() };
    // A value that came by a variable is written where the variable is used.
    let span = if value.span.contains(span) { span } else { value.span };
    Value { others: value.others.iter().filter_map(cut).collect(), text, span, ..value.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    /// Splits at blanks: quoting is the shell's concern.
    fn command(line: &str) -> Command {
        let mut at = 0;
        let words = line
            .split(' ')
            .map(|word| {
                let value = Value::literal(Text::verbatim(FileId(0), at, word));
                at += word.len() + 1;
                Value { unknown: word.contains('$'), ..value }
            })
            .collect();
        Command { words, ..Command::default() }
    }

    #[track_caller]
    fn check(line: &str, expected: &str) {
        let got = Invocation::parse(0, &command(line)).map_or("-".to_owned(), |found| {
            let show = |flag: &FlagUse| match &flag.value {
                Some(value) => {
                    assert_eq!(&line[value.text.span().range()], value.as_str());
                    format!("{}={}", flag.name, value.as_str())
                }
                None => flag.name.clone(),
            };
            let flags: Vec<_> = found.globals.iter().chain(&found.flags).map(show).collect();
            let args: Vec<_> = found.args.iter().map(Value::as_str).collect();
            format!("{} {} [{}] {}", found.tool, found.subcommand, flags.join(" "), args.join(" "))
        });
        assert_eq!(got, expected, "{line}");
    }

    #[test]
    fn command_lines() {
        check(
            "docker run -itv /a:/b --rm alpine ls -v",
            "docker run [interactive tty volume=/a:/b rm] alpine ls -v",
        );
        check(
            "docker -H tcp://x:2375 container run --privileged=false a",
            "docker run [host=tcp://x:2375 privileged=false] a",
        );
        check("docker build . -t a --build-arg A=1", "docker build [tag=a build-arg=A=1] .");
        check("docker image build -ta .", "docker build [tag=a] .");
        check("docker buildx build --push -t=a .", "docker build [push tag=a] .");
        check("/usr/bin/docker-compose -f a.yml up -d web", "docker compose up [file=a.yml detach] web");
        check("docker compose --file a.yml build", "docker compose build [file=a.yml] ");
        check("docker run $DOCKER_OPTS -v /:/h a", "docker run [volume=/:/h] a");
        check("docker system prune -af", "docker system prune [all force] ");
        check("/kaniko/executor --destination a --context .", "kaniko  [destination=a context=.] ");
        check(
            "/kaniko/executor login -u me --password-stdin r",
            "kaniko login [username=me password-stdin] r",
        );
        check(
            "buildctl-daemonless.sh build --opt target=a --output type=image,push=true",
            "buildctl build [opt=target=a output=type=image,push=true] ",
        );
        check("executor --x", "-");
        check("executor --context . --destination a", "kaniko  [context=. destination=a] ");
        check("dockerd -H tcp://0.0.0.0:2375 --tls=false", "dockerd  [host=tcp://0.0.0.0:2375 tls=false] ");
        check("docker login -u a -p=b reg", "docker login [username=a password=b] reg");
        check("docker", "docker  [] ");
        check("grep docker", "-");
        check("podman build --pull -t a .", "podman build [pull tag=a] .");
        check("docker run -d-é a", "docker run [detach -] a");
    }
}
