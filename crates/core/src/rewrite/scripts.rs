//! The commands of a job's scripts in the builder's words, and what its image has no program for.

use std::collections::{BTreeSet, HashMap, HashSet};

use daemonless_catalog::{Translated, translate_command};

use super::all_tags;
use super::cut::{Cut, Script};
use super::dialect::{How, how};
use super::joined::names::canonical;
use super::joined::order::Order;
use super::joined::plan::{self, Obstacle};
use super::joined::write::{self, Folder, Login};
use super::joined::{self, Words};
use super::translate::{self, Outcome, Site};
use super::{Left, Round, View};
use crate::access::daemon;
use crate::edit::Edit;
use crate::engine::Invocation;
use crate::model::{Command, Job, Joined, Place, Role, Value};
use crate::source::Span;

/// Why a login changes its place.
const MOVED: &str = "The build pushes, so the login comes before it.";

impl View<'_> {
    /// Where the file with the logins belongs. In a job's container it is the client's own; a person's would be written
    /// over.
    fn folder(&self, job: &Job) -> &'static Folder {
        let is_named = job.env.iter().any(|var| var.name == "DOCKER_CONFIG")
            || (self.is_shell() && self.text.contains("DOCKER_CONFIG="));
        match is_named {
            true => &Folder::NAMED,
            false if self.is_shell() => &Folder::TEMPORARY,
            false => &Folder::CLIENT,
        }
    }

    /// The edits of a job's docker commands, each with whether a job that is not rewritten runs the same line; remarks
    /// go into `round`, and so does what can't be translated. `scripts` are the lists that lines can be taken out of.
    pub(super) fn commands(
        &self,
        at: usize,
        chosen: &BTreeSet<usize>,
        scripts: &[Script],
        round: &mut Round,
    ) -> Vec<(Edit, bool)> {
        let Some(job) = self.job(at) else { return Vec::new() };
        let result = match how(self.builder) {
            _ if self.leaves(at) => self.executors(job, round),
            How::OneByOne => self.one_by_one(job, scripts, round),
            How::Joined(words) => self.joined(at, job, words, scripts, round),
        };
        match result {
            Ok(edits) => self
                .quoted(edits)
                .into_iter()
                .map(|(edit, command)| (edit, !self.only_used_by(command, chosen)))
                .collect(),
            Err((span, why)) => {
                round.failed.entry(at).or_insert(Left { span, job: job.name.clone(), why });
                Vec::new()
            }
        }
    }

    /// The docker command lines that a job's own scripts hold.
    fn docker<'j>(&self, job: &'j Job) -> Vec<(usize, &'j Invocation, &'j Command)> {
        let all = job.invocations.iter().enumerate().filter(|(_, invocation)| invocation.is_docker());
        all.filter_map(|(index, invocation)| {
            let command = job.commands.get(invocation.command)?;
            let own = command.place != Place::Elsewhere
                && !is_of_daemon(job, command.place)
                && !self.is_action(command);
            own.then_some((index, invocation, command))
        })
        .collect()
    }

    /// Each command in its place; what is not needed goes. Every edit comes with the command that it is for.
    fn one_by_one(
        &self,
        job: &Job,
        scripts: &[Script],
        round: &mut Round,
    ) -> Result<Vec<(Edit, Span)>, Obstacle> {
        let (mut out, mut cuts) = (Vec::new(), Vec::new());
        for (_, invocation, command) in self.docker(job) {
            let site = self.site(job, invocation, command, None);
            let sudo = self.without_sudo(invocation, command).map_err(|why| (invocation.span, why))?;
            match translate_command(&invocation.subcommand, self.builder) {
                Some(known) if known.verdict == Translated::Drop && plan::is_local(invocation) => {
                    translate::writable(invocation, &site).map_err(|why| (invocation.span, why))?;
                    cuts.push(Cut::of(command, known.note));
                    continue;
                }
                _ => {
                    let outcome = match all_tags::is_meant(invocation) {
                        true => translate::writable(invocation, &site)
                            .and_then(|()| all_tags::command(job, invocation, &site)),
                        false => translate::command(invocation, &site),
                    };
                    let outcome = outcome.map_err(|why| (invocation.span, why))?;
                    self.take(job, invocation, outcome, round, &mut out);
                }
            }
            out.extend(sudo.map(|edit| (edit, command.span)));
        }
        self.cut(cuts, scripts, &mut out)?;
        Ok(out)
    }

    /// Build, tag and push in the place of the build.
    fn joined(
        &self,
        at: usize,
        job: &Job,
        words: &'static dyn Words,
        scripts: &[Script],
        round: &mut Round,
    ) -> Result<Vec<(Edit, Span)>, Obstacle> {
        let ends = self.ends_at_errors(job);
        let plan = joined::plan(self.builder, job, self.text, ends, &|name| self.used_elsewhere(at, name))?;
        if self.is_shell() {
            plan.leaves_images(job)?;
        }
        let (mut out, mut cuts) = (Vec::new(), Vec::new());
        let mut logins: Vec<(Login, &Invocation)> = Vec::new();
        for (index, invocation, command) in self.docker(job) {
            let site = self.site(job, invocation, command, Some(words));
            let fails = |why| (invocation.span, why);
            translate::writable(invocation, &site).map_err(fails)?;
            if command.sudo && !self.is_shell() {
                return Err(fails("it runs with `sudo`, which the image does not have".into()));
            }
            let sudo = self.without_sudo(invocation, command).map_err(fails)?;
            if command.quoted {
                return Err(fails(
                    "it stands inside a quoted script: write its commands out as lines of the job".into(),
                ));
            }
            if self.is_shell() && invocation.is("logout") {
                let text = self.logout(job).map_err(fails)?;
                let why = "There is no logout command: the file with the login goes.";
                out.push((Edit::replace(command.span, text, why), command.span));
                continue;
            }
            if let Some((_, reason)) = plan.gone.iter().find(|(gone, _)| *gone == index) {
                cuts.push(Cut::of(command, reason));
            } else if let Some(build) = plan.builds.iter().find(|build| build.invocation == index) {
                let outcome = write::build(words, invocation, build, &site).map_err(fails)?;
                self.take(job, invocation, outcome, round, &mut out);
                out.extend(sudo.map(|edit| (edit, command.span)));
            } else if let Some((_, build)) = plan.moved.iter().find(|(login, _)| *login == index) {
                let login = write::login(words, invocation, &job.commands, &site).map_err(fails)?;
                cuts.push(Cut { span: login.span, ..Cut::of(command, MOVED) });
                out.extend(self.moved(job, words, login, (invocation, *build)).map_err(fails)?);
            } else if invocation.is("login") && words.login().is_none() {
                let login = write::login(words, invocation, &job.commands, &site).map_err(fails)?;
                logins.push((login, invocation));
            } else {
                let outcome = translate::command(invocation, &site).map_err(fails)?;
                self.take(job, invocation, outcome, round, &mut out);
                out.extend(sudo.map(|edit| (edit, command.span)));
            }
        }
        self.logins(job, words, logins, &mut cuts, &mut out)?;
        self.cut(cuts, scripts, &mut out)?;
        let note = |(span, why)| Left { span, job: job.name.clone(), why };
        round.notes.extend(plan.notes.iter().cloned().map(note));
        round.pushed.insert(at, joined::expected(&plan));
        Ok(out)
    }

    /// What takes the place of a logout in a script where the logins are in a file.
    fn logout(&self, job: &Job) -> Result<String, String> {
        let logs_in = job.invocations.iter().any(|one| one.is_docker() && one.is("login"));
        match logs_in {
            true => Ok(format!("rm -f {}/config.json", self.folder(job).path)),
            false => Err("it takes back a login that this script did not make".into()),
        }
    }

    /// One file with all logins in the place of the last; the others go.
    fn logins(
        &self,
        job: &Job,
        words: &'static dyn Words,
        logins: Vec<(Login, &Invocation)>,
        cuts: &mut Vec<Cut>,
        out: &mut Vec<(Edit, Span)>,
    ) -> Result<(), Obstacle> {
        let Some((_, last)) = logins.last() else { return Ok(()) };
        let Some(command) = job.commands.get(last.command) else { return Ok(()) };
        let next = next_joined(&job.commands, last.command);
        let several = "it logs in to several registries, and not all in one row before the first build: write the file with the \
                       logins by hand";
        let order = Order::new(job, self.text);
        for (login, invocation) in logins.iter().take(logins.len() - 1) {
            let simple = order.obstacle(invocation.command, last.command, &|_| false, true).is_none()
                || order.is_row(invocation.command, last.command, job);
            if !simple || order.changes(&login.written(), invocation.command, last.command).is_some() {
                return Err((invocation.span, several.to_owned()));
            }
            let Some(command) = job.commands.get(invocation.command) else { continue };
            cuts.push(Cut { span: login.span, ..Cut::of(command, "One file holds all logins.") });
        }
        let all: Vec<Login> = logins.into_iter().map(|(login, _)| login).collect();
        let Some(last) = all.last() else { return Ok(()) };
        let text = write::logins(words, &all, self.folder(job));
        // What a script of its own exports must not end with the parentheses.
        let text = if self.is_shell() { text } else { translate::grouped(text, next) };
        let text = self.escape(last.span, &text);
        let why = "There is no login command: the file that Docker's client would write is written. `printf` is the \
                   shell's own, so the password is on no command line.";
        out.push((Edit::replace(last.span, text, why), command.span));
        Ok(())
    }

    /// A login in front of the build, which pushes.
    fn moved(
        &self,
        job: &Job,
        words: &'static dyn Words,
        login: Login,
        (invocation, build): (&Invocation, usize),
    ) -> Result<Vec<(Edit, Span)>, String> {
        let behind =
            || "the build has to push, and the login comes after it: put `docker login` in front".to_owned();
        let build = job.invocations.get(build).ok_or_else(behind)?;
        let command = job.commands.get(build.command).ok_or_else(behind)?;
        let own = job.commands.get(invocation.command).ok_or_else(behind)?;
        let others = job.invocations.iter().filter(|one| one.is_docker() && one.is("login")).count();
        let order = Order::new(job, self.text);
        if own.conditional
            || command.conditional
            || command.joined != Joined::Next
            || (others > 1 && words.login().is_none())
            || order.changes(&login.written(), build.command, invocation.command).is_some()
        {
            return Err(behind());
        }
        let text = format!("{} && ", write::logins(words, &[login], self.folder(job)));
        let at = command.span.start;
        // What a script of its own exports must not end with the parentheses.
        let next = next_joined(&job.commands, build.command);
        let mut edits = if self.is_shell() { Vec::new() } else { translate::group(command.span, next) };
        edits.push(Edit::insert(command.span, at, self.escape(build.head, &text), MOVED));
        Ok(edits.into_iter().map(|edit| (edit, command.span)).collect())
    }

    /// Whether another job, which does not build it, names an image in a docker command.
    fn used_elsewhere(&self, at: usize, name: &Value) -> bool {
        let users = self.named.get_or_init(|| {
            let mut users: HashMap<String, [usize; 2]> = HashMap::new();
            for (at, job) in self.analysis.unit.jobs.iter().enumerate() {
                let docker = || job.invocations.iter().filter(|one| one.is_docker());
                let built = docker().filter(|one| one.builds()).flat_map(|one| one.values("tag"));
                let built: HashSet<String> = built.map(|name| canonical(name.as_str())).collect();
                let others = docker().filter(|one| !one.builds()).flat_map(|one| &one.args);
                for name in others.map(|name| canonical(name.as_str())) {
                    if !built.contains(&name) {
                        let jobs = users.entry(name).or_insert([at, at]);
                        jobs[1] = at;
                    }
                }
            }
            users
        });
        users.get(&canonical(name.as_str())).is_some_and(|jobs| jobs.iter().any(|job| *job != at))
    }

    pub(super) fn site<'s>(
        &'s self,
        job: &'s Job,
        invocation: &Invocation,
        command: &'s Command,
        words: Option<&'static dyn Words>,
    ) -> Site<'s> {
        Site {
            builder: self.builder,
            text: self.text,
            command,
            next: next_joined(&job.commands, invocation.command),
            view: self,
            hub: words.map(|words| words.hub()),
            env: &job.env,
        }
    }

    pub(super) fn take(
        &self,
        job: &Job,
        invocation: &Invocation,
        outcome: Outcome,
        round: &mut Round,
        out: &mut Vec<(Edit, Span)>,
    ) {
        let command = job.commands.get(invocation.command).map_or(invocation.span, |command| command.span);
        out.extend(outcome.edits.into_iter().map(|edit| (edit, command)));
        let note = |why| Left { span: invocation.span, job: job.name.clone(), why };
        round.notes.extend(outcome.notes.into_iter().map(note));
    }

    fn cut(&self, cuts: Vec<Cut>, scripts: &[Script], out: &mut Vec<(Edit, Span)>) -> Result<(), Obstacle> {
        out.extend(self.cuts(cuts, scripts)?);
        Ok(())
    }

    /// Whether the builds of a rewritten job push what they should.
    pub(super) fn reads_back(&self, job: &Job, pushed: Option<&Vec<Vec<String>>>) -> bool {
        match (how(self.builder), pushed) {
            (How::Joined(words), Some(pushed)) => joined::pushed_by(words, &job.invocations) == *pushed,
            _ => true,
        }
    }

    /// Whether a command was made from the inputs of an action: no script holds it.
    pub(super) fn is_action(&self, command: &Command) -> bool {
        let program = command.words.first();
        program.is_none_or(|program| program.text.editable(0..program.text.len()).is_none())
            && program.is_some_and(|program| self.text.get(program.span.range()) != Some(program.as_str()))
            && program.is_some_and(|program| {
                self.text.get(program.span.range()).is_some_and(|text| text.contains("/"))
            })
    }

    /// Commands that the builder's image has no program for.
    pub(super) fn missing_programs(&self, at: usize, round: &mut Round) {
        self.missing_at(at, &|place| place == Place::Job, round);
    }

    /// The same of the commands that act at such places.
    pub(super) fn missing_at(&self, at: usize, is_own: &dyn Fn(Place) -> bool, round: &mut Round) {
        let Some(job) = self.job(at) else { return };
        let info = self.builder.info();
        let functions = self.functions.get_or_init(|| functions(self.text));
        let own = |invocation: &&Invocation| invocation.is_docker() || invocation.tool == "kaniko";
        let translated: BTreeSet<usize> =
            job.invocations.iter().filter(own).map(|invocation| invocation.command).collect();
        // What the job installs, or has been named already.
        let mut known: HashSet<&str> = HashSet::new();
        for (index, command) in job.commands.iter().enumerate() {
            let mut words = command.words.iter().map(|word| word.as_str());
            let program = words.next().unwrap_or("");
            if !info.programs.install.is_empty() && words.any(|word| matches!(word, "add" | "install")) {
                known.extend(words);
            }
            let is_name = !program.is_empty() && !program.contains(['/', '$', '`', '=']);
            if !is_own(command.place)
                || !is_name
                || translated.contains(&index)
                || !info.programs.is_missing(program)
                || functions.contains(program)
                || !known.insert(program)
            {
                continue;
            }
            let instead = match info.programs.install {
                "" => "move these lines to another job".to_owned(),
                install => format!("use `{install}`, or move these lines to another job"),
            };
            let why = format!(
                "`{}` is made from {}: `{program}` is not in it; {instead}",
                info.image, info.programs.base
            );
            round.notes.push(Left { span: command.span, job: job.name.clone(), why });
        }
    }
}

/// Whether what acts there acts in the container of a daemon beside the job, such as its probes: it goes with it.
fn is_of_daemon(job: &Job, place: Place) -> bool {
    let Place::Container(at) = place else { return false };
    let container = job.containers.get(at).filter(|one| matches!(one.role, Role::Service | Role::Workload));
    container.is_some_and(|one| daemon(one).is_some())
}

/// The names of functions that scripts of a text define.
fn functions(text: &str) -> HashSet<String> {
    let name = |before: &'_ str| -> usize {
        before.rfind(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-'))).map_or(0, |at| at + 1)
    };
    let mut names: HashSet<String> = HashSet::new();
    for (at, _) in text.match_indices("()") {
        let before = text.get(..at).unwrap_or("").trim_end_matches(' ');
        names.extend(before.get(name(before)..).map(str::to_owned));
    }
    for (at, word) in text.match_indices("function ") {
        let after = text.get(at + word.len()..).unwrap_or("");
        names.extend(
            after.split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-'))).next().map(str::to_owned),
        );
    }
    names
}

/// How the next command of the same script hangs on the one at `index`.
pub(super) fn next_joined(commands: &[Command], index: usize) -> Option<Joined> {
    let own = commands.get(index)?;
    let next = commands.get(index + 1..)?.iter().find(|next| next.joined != Joined::Substitution)?;
    (next.script == own.script).then_some(next.joined)
}
