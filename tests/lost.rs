//! Nothing is lost by a rewrite: every command of a job is there afterwards, in order, as it was or in the builder's
//! words, or is named as left to a person. Two false tools, which must fail, show that the check sees.

use daemonless_core::access::daemon;
use daemonless_core::engine::Invocation;
use daemonless_core::files::Files;
use daemonless_core::model::{Command, Container, Job, Joined, Place, Role};
use daemonless_core::source::LineIndex;
use daemonless_core::{Context, File, analysis};

/// What a rewrite says is left to a person: its line in the old text, from 1, and the job.
#[derive(Debug)]
pub(crate) struct Left<'a> {
    pub(crate) line: u32,
    pub(crate) job: &'a str,
}

/// Commands that may go, as a builder without a daemon has nothing for them to ask, set up or clean.
static NEEDLESS: &[&str] = &[
    // `docker --version`.
    "",
    "buildx create",
    "buildx inspect",
    "buildx install",
    "buildx ls",
    "buildx rm",
    "buildx use",
    "builder prune",
    "buildx prune",
    "buildx stop",
    "container prune",
    "volume prune",
    "context create",
    "context use",
    "image prune",
    "images",
    "info",
    "logout",
    "rmi",
    "image rm",
    "system prune",
    "version",
];

/// Builders that push what they build in the same command, and so have no command for a name, a push or a login.
static JOINED: &[&str] = &["buildkit", "kaniko"];

/// What was lost of the commands of `before` in `after`, which is for `builder`. `path` tells the format of both.
pub(crate) fn lost(path: &str, before: &str, after: &str, left: &[Left<'_>], builder: &str) -> Vec<String> {
    let read = |text: &str| {
        let file = File { path: path.into(), text: text.into(), format: None };
        analysis::analyze(&Files::new(&[file], 0), 0, &Context::default())
    };
    let (old, new) = (read(before), read(after));
    let mut faults = Vec::new();
    for (at, (job, verdict)) in old.unit.jobs.iter().zip(&old.verdicts).enumerate() {
        let mine: Vec<u32> = left.iter().filter(|left| left.job == job.name).map(|left| left.line).collect();
        let Some(written) = new.unit.jobs.get(at).filter(|new| new.name == job.name) else {
            faults.push(format!("the job {} is gone", job.name));
            continue;
        };
        let is_safe = verdict.accesses.is_empty();
        let check =
            Check { job, text: before, lines: LineIndex::new(before), written, after, left: &mine, is_safe };
        faults.extend(
            check.run(JOINED.contains(&builder)).into_iter().map(|fault| format!("{}: {fault}", job.name)),
        );
    }
    faults
}

struct Check<'a> {
    job: &'a Job,
    text: &'a str,
    lines: LineIndex,
    written: &'a Job,
    after: &'a str,
    /// Lines that are left to a person.
    left: &'a [u32],
    /// Whether the job reaches no daemon, so that its commands may stay.
    is_safe: bool,
}

/// The engine's call that a command is.
fn call(job: &Job, command: usize) -> Option<&Invocation> {
    job.invocations.iter().find(|one| one.command == command)
}

/// Words as the shell reads them, without the quotes within.
fn words(command: &Command) -> String {
    let words = command.words.iter().map(|word| word.as_str().replace(['"', '\''], ""));
    words.collect::<Vec<_>>().join(" ")
}

impl Check<'_> {
    fn run(&self, joined: bool) -> Vec<String> {
        let mut faults = Vec::new();
        // Commands of the new text before this one are taken.
        let mut next = 0;
        for (at, command) in self.job.commands.iter().enumerate() {
            if !self.is_own(command.place) {
                continue;
            }
            let place = match call(self.job, at).filter(|call| call.is_docker()) {
                Some(call) => self.docker(call, next, joined),
                None => self.plain(at, command, next, joined),
            };
            match place {
                Ok(Some(place)) => next = place + 1,
                Ok(None) => {}
                Err(why) => faults.push(format!("`{}` {why}", words(command))),
            }
        }
        faults
    }

    /// Whether a command acts where the job's scripts run, or in a container of its pod that is no daemon's.
    fn is_own(&self, place: Place) -> bool {
        let container = match place {
            Place::Container(at) => self.job.containers.get(at),
            _ => None,
        };
        let is_pods =
            |one: &Container| matches!(one.role, Role::Workload | Role::Step) && daemon(one).is_none();
        place == Place::Job || container.is_some_and(is_pods)
    }

    /// The place of the first command from `next` on that is what is looked for.
    fn find(&self, next: usize, test: impl Fn(usize, &Command) -> bool) -> Option<usize> {
        let commands = self.written.commands.iter().enumerate().skip(next);
        commands.filter(|(at, command)| test(*at, command)).map(|(at, _)| at).next()
    }

    /// A command of no engine: it stays as it is.
    fn plain(
        &self,
        at: usize,
        command: &Command,
        next: usize,
        joined: bool,
    ) -> Result<Option<usize>, String> {
        // What excuses a command that went goes with it, and the same words may stand further on.
        let before = at.checked_sub(1).and_then(|at| call(self.job, at));
        let excuses = command.joined == Joined::Or
            && before.is_some_and(|call| NEEDLESS.contains(&&*call.subcommand) || joined && call.is("pull"));
        if excuses {
            return Ok(None);
        }
        let wanted = words(command);
        if let Some(place) = self.find(next, |_, new| words(new) == wanted) {
            return Ok(Some(place));
        }
        // Who leaves Kaniko keeps its logins in another folder.
        let moved = wanted.replace("/kaniko/.docker", "/tmp/.docker");
        if let Some(place) = self.find(next, |_, new| words(new) == moved) {
            return Ok(Some(place));
        }
        if let Some(place) =
            call(self.job, at).filter(|call| call.builds()).and_then(|old| self.built(old, next))
        {
            return Ok(Some(place));
        }
        // What gives a login its password goes with it.
        let follows = self.job.commands.get(at + 1);
        let feeds = follows.is_some_and(|next| next.joined == Joined::Pipe)
            && call(self.job, at + 1).is_some_and(|call| call.is("login"));
        if (feeds && joined) || self.is_left(command.span.start) {
            return Ok(None);
        }
        Err("is no longer there, or in another place".into())
    }

    /// Where a build of one builder is in another's words: with all that it was told, and pushed under all its names.
    fn built(&self, old: &Invocation, next: usize) -> Option<usize> {
        let holds = |new: &Command, value: &str| words(new).contains(&value.replace(['"', '\''], ""));
        let told = || ["build-arg", "target", "label"].iter().flat_map(|flag| old.values(flag));
        let place = self.find(next, |at, new| {
            call(self.written, at).is_some_and(|new| new.builds() && !new.is_docker())
                && told().all(|value| holds(new, value.as_str()))
        })?;
        let mut names = old.values("destination");
        let is_there = |name: &str| self.find(place, |_, new| holds(new, name)).is_some();
        names.all(|name| is_there(name.as_str())).then_some(place)
    }

    fn is_left(&self, start: u32) -> bool {
        self.left.contains(&self.lines.position(self.text, start).line)
    }

    /// A command for the daemon: it is in the builder's words, or left to a person, or not needed.
    fn docker(&self, old: &Invocation, next: usize, joined: bool) -> Result<Option<usize>, String> {
        let verb = old.subcommand.as_str();
        let command = self.job.commands.get(old.command).map(words).unwrap_or_default();
        let same = |at: usize, new: &Command| {
            words(new) == command && call(self.written, at).is_some_and(Invocation::is_docker)
        };
        if let Some(place) = self.find(next, same) {
            // Where anything of a job is named, all of it may have stayed.
            return match self.is_safe || !self.left.is_empty() {
                true => Ok(Some(place)),
                false => Err("still asks a daemon, and nobody is told".into()),
            };
        }
        if self.is_left(old.span.start) || NEEDLESS.contains(&verb) {
            return Ok(None);
        }
        // The inputs of an action go into variables of its step: only what it does is compared.
        let is_action = self.text.get(old.span.range()).is_some_and(|text| !text.contains("docker "));
        let names: Vec<String> = match verb {
            _ if is_action => Vec::new(),
            _ if old.builds() => {
                let all = ["tag", "build-arg", "target", "label"].iter().flat_map(|flag| old.values(flag));
                all.map(|value| value.as_str().to_owned()).collect()
            }
            _ => old.args.iter().map(|value| value.as_str().to_owned()).collect(),
        };
        let holds = |new: &Command, name: &str| words(new).contains(&name.replace(['"', '\''], ""));
        let is = |at: usize, verb: &str| {
            call(self.written, at).is_some_and(|new| {
                !new.is_docker() && if verb == "build" { new.builds() } else { new.is(verb) }
            })
        };
        let names_all = |new: &Command| names.iter().all(|name| holds(new, name));
        if joined {
            return self.joined(old, next, &names, is, holds);
        }
        let meant: &[&str] = match verb {
            _ if old.builds() => &["build"],
            "save" => &["save", "push"],
            "load" => &["load", "pull"],
            verb => &[verb],
        };
        let place = self.find(next, |at, new| meant.iter().any(|verb| is(at, verb)) && names_all(new));
        place.map(Some).ok_or_else(|| "was neither translated nor named".into())
    }

    /// The same where build, name and push are one command.
    fn joined(
        &self,
        old: &Invocation,
        next: usize,
        names: &[String],
        is: impl Fn(usize, &str) -> bool,
        holds: impl Fn(&Command, &str) -> bool,
    ) -> Result<Option<usize>, String> {
        let pushed = |name: &str| {
            let pushes = self.job.invocations.iter().filter(|call| call.is("push"));
            pushes.flat_map(|call| &call.args).any(|image| image.as_str() == name)
        };
        // Docker adds this tag where none is written.
        let bare = |name: &str| name.strip_suffix(":latest").unwrap_or(name).to_owned();
        let built = |name: &str| self.find(0, |at, new| is(at, "build") && holds(new, &bare(name))).is_some();
        match old.subcommand.as_str() {
            _ if old.builds() => {
                let tags: Vec<&str> = old.values("tag").map(|tag| tag.as_str()).collect();
                let pushes = old.has("push");
                let wanted = |name: &&String| !tags.contains(&name.as_str()) || pushes || pushed(name);
                let all = |new: &Command| names.iter().filter(wanted).all(|name| holds(new, name));
                let place = self.find(next, |at, new| is(at, "build") && all(new));
                place.map(Some).ok_or_else(|| "was neither translated nor named".into())
            }
            "push" if names.iter().all(|name| built(name)) => Ok(None),
            "tag" if names.get(1).is_none_or(|name| built(name) || !pushed(name)) => Ok(None),
            // A file with the login, or a command that may stand right in front of the build.
            "login" if self.after.contains("config.json") => Ok(None),
            "login" if self.find(0, |_, new| words(new).contains(" login ")).is_some() => Ok(None),
            // The build fetches its cache and its base by itself.
            "pull" if self.job.invocations.iter().any(Invocation::builds) => Ok(None),
            _ => Err("was neither translated nor named".into()),
        }
    }
}

/// A pipeline that a right tool changes in every line that names Docker.
const BEFORE: &str = r#"build:
  image: docker:27
  services:
    - docker:27-dind
  script:
    - echo "$PASSWORD" | docker login -u me --password-stdin registry.example
    - make
    - docker build -t registry.example/app .
    - docker push registry.example/app
"#;

const PATH: &str = ".gitlab-ci.yml";

/// A tool that gives back what it is given.
fn echo(text: &str) -> String {
    text.to_owned()
}

/// A tool that is rid of Docker by leaving its lines out.
fn delete(text: &str) -> String {
    let lines = text.split_inclusive('\n').filter(|line| !line.contains("docker ") && !line.contains("dind"));
    let kept: String = lines.collect();
    kept.replace("  services:\n", "").replace("docker:27", "quay.io/buildah/stable:v1.43.1")
}

#[test]
fn false_tools_fail() {
    for builder in ["buildah", "podman", "buildkit", "kaniko"] {
        let faults = lost(PATH, BEFORE, &echo(BEFORE), &[], builder);
        assert_eq!(faults.len(), 3, "echo, {builder}: {faults:#?}");
        let faults = lost(PATH, BEFORE, &delete(BEFORE), &[], builder);
        assert!(faults.len() > 1, "delete, {builder}: {faults:#?}");
    }
}

#[test]
fn what_is_named_is_not_lost() {
    let left = [6, 8, 9].map(|line| Left { line, job: "build" });
    assert_eq!(lost(PATH, BEFORE, &echo(BEFORE), &left, "buildah"), Vec::<String>::new());
    let other = [Left { line: 6, job: "another" }];
    assert!(!lost(PATH, BEFORE, &echo(BEFORE), &other, "buildah").is_empty());
}

#[test]
fn a_changed_order_is_seen() {
    let swapped = r#"build:
  image: quay.io/buildah/stable:v1.43.1
  script:
    - echo "$PASSWORD" | buildah login -u me --password-stdin registry.example
    - buildah push registry.example/app
    - buildah build -t registry.example/app .
    - make
"#;
    let faults = lost(PATH, BEFORE, swapped, &[], "buildah");
    assert_eq!(faults.len(), 2, "{faults:#?}");
}
