//! Jobs on Google's archived images of Kaniko: to the maintained fork, or the executor's command line in another builder's
//! words and the file with the logins where that builder reads it.

mod executor;

use daemonless_catalog::{Approach, Builder, flags};

use super::dialect::{How, how};
use super::joined::plan::Obstacle;
use super::joined::write::{self, Folder, Login};
use super::scripts::next_joined;
use super::translate::group;
use super::{Left, Round, View};
use crate::edit::Edit;
use crate::engine::Invocation;
use crate::model::{Command, Job, Joined, Place};
use crate::order;
use crate::source::Span;

/// Where Kaniko reads its logins.
const LOGINS: &str = "/kaniko/.docker";

/// Where another user than root may write them.
const OWN_LOGINS: &str = "/tmp/.docker";

/// The part of the fork's tag that says that there is a shell.
const DEBUG: &str = "-debug";

impl View<'_> {
    /// Whether a job reaches no daemon and is on an image of Kaniko that gets no fixes any more.
    pub(super) fn leaves(&self, at: usize) -> bool {
        let pipeline = self.analysis.detected.format.is_some_and(|format| super::can_leave(format.id));
        let verdict = self.analysis.verdicts.get(at);
        let leaves = |verdict: &crate::verdict::Verdict| {
            verdict.approach >= Approach::Daemonless && verdict.unmaintained == Some(Builder::Kaniko)
        };
        pipeline && verdict.is_some_and(leaves)
    }

    /// The image that takes the place of `old`.
    pub(super) fn image_after(&self, at: usize, old: &str) -> String {
        let image = self.builder.info().image;
        let tag = crate::engine::image::Reference::parse(old).tag;
        let no_shell = !tag.is_empty() && !tag.contains(['$', '{']) && !tag.contains("debug");
        match image.strip_suffix(DEBUG) {
            Some(image) if self.leaves(at) && no_shell => image.to_owned(),
            _ => image.to_owned(),
        }
    }

    /// Variables of a job that leaves Kaniko, beside those of its new builder.
    pub(super) fn auth_variable(&self, at: usize, job: &Job) -> Option<(&'static str, String)> {
        if self.builder == Builder::Kaniko || !self.leaves(at) || !writes_logins(job, self.text) {
            return None;
        }
        Some(match how(self.builder) {
            How::OneByOne => ("REGISTRY_AUTH_FILE", format!("{LOGINS}/config.json")),
            How::Joined(_) => ("DOCKER_CONFIG", OWN_LOGINS.to_owned()),
        })
    }

    /// The edits of the commands of a job that leaves Kaniko, each with the command that it is for.
    pub(super) fn executors(&self, job: &Job, round: &mut Round) -> Result<Vec<(Edit, Span)>, Obstacle> {
        let calls = || job.invocations.iter().filter(|one| one.tool == "kaniko");
        if self.builder == Builder::Kaniko {
            return match calls().find_map(unknown) {
                Some((span, flag)) => Err((span, format!("the maintained fork does not know `--{flag}`"))),
                None => Ok(Vec::new()),
            };
        }
        let mut out = self.surroundings(job)?;
        let mut pushes: Vec<(&Invocation, &Command)> = Vec::new();
        for invocation in calls() {
            let command = job.commands.get(invocation.command).filter(|one| one.place == Place::Job);
            let Some(command) = command else { continue };
            let site = self.site(job, invocation, command, None);
            let outcome = executor::translate(invocation, &site).map_err(|why| (invocation.span, why))?;
            self.take(job, invocation, outcome, round, &mut out);
            if !invocation.has("no-push") {
                pushes.push((invocation, command));
            }
        }
        if let Some((invocation, command)) = pushes.first()
            && !writes_logins(job, self.text)
        {
            let all: Vec<&Invocation> = pushes.iter().map(|(invocation, _)| *invocation).collect();
            let next = next_joined(&job.commands, invocation.command);
            match self.login(command, next, &all) {
                Some(edits) => out.extend(edits.into_iter().map(|edit| (edit, command.span))),
                None => {
                    let why = format!(
                        "nothing in the file logs in to a registry: Kaniko finds the logins of GitLab and of clouds by itself, \
                         {} must be given them",
                        self.builder.info().name()
                    );
                    round.notes.push(Left { span: invocation.span, job: job.name.clone(), why });
                }
            }
        }
        Ok(out)
    }

    /// What of Kaniko's own image the other commands use: the folder with the logins, which moves or stays, and what
    /// the builder's image has not.
    fn surroundings(&self, job: &Job) -> Result<Vec<(Edit, Span)>, Obstacle> {
        if let Some(docker) = job.invocations.iter().find(|one| one.is_docker()) {
            return Err((docker.span, "it calls `docker`, which Kaniko's image does not have".into()));
        }
        let moves = matches!(how(self.builder), How::Joined(_));
        let from_variable = |var: &&crate::model::Var| var.value.any(|text| folders(text).next().is_some());
        if let Some(var) = job.env.iter().find(from_variable)
            && (moves || var.name != "DOCKER_CONFIG")
        {
            let why = format!("the variable `{}` names a folder of Kaniko's image", var.name);
            return Err((var.name_span, why));
        }
        let mut out = Vec::new();
        let mut has_folder = false;
        for (at, command) in job.commands.iter().enumerate() {
            let written = self.text.get(command.span.range()).unwrap_or("");
            let calls = job.invocations.iter().any(|one| one.command == at && one.tool == "kaniko");
            for offset in folders(written) {
                let rest = written.get(offset..).unwrap_or("");
                if rest.starts_with(LOGINS) {
                    let start = command.span.start + u32::try_from(offset).unwrap_or(0);
                    let end = start + u32::try_from(LOGINS.len()).unwrap_or(0);
                    if moves {
                        let why = "The builder's user may not write in `/`.";
                        let span = Span { start, end, ..command.span };
                        out.push((Edit::replace(span, OWN_LOGINS, why), command.span));
                    }
                } else if !(calls && rest.starts_with("/kaniko/executor")) {
                    let why =
                        "it uses a folder or a program of Kaniko's image, which the builder's does not have";
                    return Err((command.span, why.into()));
                }
            }
            if written.contains("/busybox") {
                return Err((command.span, "it calls a program of Kaniko's image by its path".into()));
            }
            if written.contains("credHelpers") || written.contains("credsStore") {
                let why =
                    "the logins name a helper that is in Kaniko's image: log in with a password instead";
                return Err((command.span, why.into()));
            }
            let uses = command.words.iter().any(|word| word.any(|text| text.contains(LOGINS)));
            let program = command.words.first().map_or("", |word| word.as_str());
            has_folder |= uses && matches!(program, "mkdir" | "install");
            if !has_folder && (uses || written.contains(LOGINS)) {
                has_folder = true;
                let folder = if moves { OWN_LOGINS } else { LOGINS };
                let first = first_of_pipe(&job.commands, at);
                let first = job.commands.get(first).unwrap_or(command);
                if first.joined == Joined::Or {
                    return Err((command.span, format!("nothing makes the folder `{folder}` before it")));
                }
                let text = format!("mkdir -p {folder} && ");
                let why = "Kaniko's image has this folder; the builder's does not.";
                out.push((Edit::insert(first.span, first.span.start, text, why), command.span));
            }
        }
        order::sort_by_key(&mut out, |(edit, _)| edit.span);
        out.dedup_by(|a, b| a.0 == b.0);
        Ok(out)
    }

    /// A login to GitLab's own registry in front of the first push; `None` where another registry is pushed to or it
    /// would not fit there.
    fn login(&self, command: &Command, next: Option<Joined>, pushes: &[&Invocation]) -> Option<Vec<Edit>> {
        let own = |name: &str| name.starts_with("$CI_REGISTRY") || name.starts_with("${CI_REGISTRY");
        let written = |span: Span| {
            let text = self.text.get(span.range()).unwrap_or("");
            own(text.trim_start_matches('"'))
        };
        let all = pushes.iter().flat_map(|push| push.values("destination"));
        let fits = matches!(command.joined, Joined::Next | Joined::And) && !command.conditional;
        if !fits || !all.into_iter().all(|name| own(name.as_str()) || written(name.span)) {
            return None;
        }
        let text = match how(self.builder) {
            How::OneByOne => format!(
                "printf %s \"$CI_REGISTRY_PASSWORD\" | {} login --username \"$CI_REGISTRY_USER\" --password-stdin \
                 \"$CI_REGISTRY\" && ",
                self.builder.id()
            ),
            How::Joined(words) => {
                format!("{} && ", write::logins(words, &[Login::gitlab(command.span)], &Folder::CLIENT))
            }
        };
        let text = self.escape(command.span, &text);
        let why = "Kaniko logs in to GitLab's registry by itself; this builder has to be told.";
        let mut edits = match how(self.builder) {
            // The build and its pushes are in parentheses already.
            How::OneByOne => Vec::new(),
            How::Joined(_) => group(command.span, next),
        };
        edits.push(Edit::insert(command.span, command.span.start, text, why));
        Some(edits)
    }
}

/// Where a text names a path in Kaniko's folder, as `registry.example/kaniko/app` does not.
fn folders(text: &str) -> impl Iterator<Item = usize> + '_ {
    let starts = |at: &usize| {
        let before = text.get(..*at).and_then(|before| before.chars().next_back());
        before.is_none_or(|c| c.is_whitespace() || "\"'=:<>(;&|@".contains(c))
    };
    let found = text.match_indices("/kaniko").map(|(at, _)| at);
    found.filter(starts).filter(|at| !text.get(at + 7..).unwrap_or("").starts_with('-'))
}

/// The first command of the pipe that a command belongs to.
fn first_of_pipe(commands: &[Command], mut at: usize) -> usize {
    while at > 0 && commands.get(at).is_some_and(|one| one.joined == Joined::Pipe) {
        at -= 1;
    }
    at
}

/// Whether a job writes logins where Kaniko reads them.
fn writes_logins(job: &Job, text: &str) -> bool {
    let written = |command: &Command| text.get(command.span.range()).is_some_and(|one| one.contains(LOGINS));
    job.commands.iter().any(written)
        || job.env.iter().any(|var| var.name == "DOCKER_CONFIG" && var.value.any(|one| one.contains(LOGINS)))
}

/// An option that the fork does not know.
fn unknown(invocation: &Invocation) -> Option<(Span, String)> {
    let table = flags("kaniko", &invocation.subcommand)?;
    let known = |name: &str| table.find_long(name).is_some();
    let flag = invocation.flags.iter().find(|flag| !known(&flag.name))?;
    Some((flag.span, flag.name.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_in_kanikos_folder_are_told_from_names() {
        #[track_caller]
        fn check(text: &str, expected: &[usize]) {
            assert_eq!(folders(text).collect::<Vec<_>>(), expected, "{text}");
        }
        check("echo a > /kaniko/.docker/config.json", &[9]);
        check("cp a '/kaniko/ssl' X=/kaniko", &[6, 21]);
        check("gcr.io/kaniko-project/executor r.example/kaniko/app /kaniko-x", &[]);
    }
}
