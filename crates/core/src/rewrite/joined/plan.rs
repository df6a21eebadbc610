//! Which build of a job feeds which names and pushes.

use std::collections::HashMap;

use daemonless_catalog::{Builder, Translated, translate_command};

use super::as_switch;
use super::names::{canonical, quoted, same, users};
use super::order::Order;
use crate::engine::Invocation;
use crate::model::{Job, Place, Value};
use crate::rewrite::{all_tags, translate};
use crate::source::Span;

/// What stands in the way, and where.
pub(in crate::rewrite) type Obstacle = (Span, String);

/// What becomes of a job's docker commands.
#[derive(Debug, Default)]
pub(in crate::rewrite) struct Plan<'a> {
    pub(in crate::rewrite) builds: Vec<Build<'a>>,
    /// Commands that are taken out, by their index among the invocations, and why.
    pub(in crate::rewrite) gone: Vec<(usize, String)>,
    /// Logins that stand behind a build that pushes: the login's and the build's index among the invocations.
    pub(in crate::rewrite) moved: Vec<(usize, usize)>,
    /// What a person has to look at.
    pub(in crate::rewrite) notes: Vec<(Span, String)>,
}

/// One build.
#[derive(Debug)]
pub(in crate::rewrite) struct Build<'a> {
    /// Its index among the invocations.
    pub(in crate::rewrite) invocation: usize,
    /// In the order in which they were given.
    pub(in crate::rewrite) names: Vec<Name<'a>>,
    /// Whether no other build follows in the same container.
    pub(in crate::rewrite) is_last: bool,
}

/// A name of an image.
#[derive(Debug)]
pub(in crate::rewrite) struct Name<'a> {
    pub(in crate::rewrite) value: &'a Value,
    /// Whether the build's own command gives it.
    pub(in crate::rewrite) own: bool,
    pub(in crate::rewrite) pushed: bool,
}

impl Plan<'_> {
    /// Fails where a build is there for the image that it leaves on the machine.
    pub(in crate::rewrite) fn leaves_images(&self, job: &Job) -> Result<(), Obstacle> {
        let kept = self.builds.iter().find_map(|build| {
            let invocation = job.invocations.get(build.invocation)?;
            let name = build.names.first().filter(|_| !build.pushes() && !invocation.has("output"))?;
            Some((invocation.span, name.value))
        });
        match kept {
            Some((span, name)) => {
                let why = "and does not push it: the builder keeps no images, so nothing would be left of it";
                Err((span, format!("it builds {} {why}", quoted(name))))
            }
            None => Ok(()),
        }
    }
}

impl Build<'_> {
    pub(in crate::rewrite) fn pushes(&self) -> bool {
        self.names.iter().any(|name| name.pushed)
    }
}

/// A job with more commands of engines is not looked through.
const MOST_COMMANDS: usize = 500;

struct Planning<'a> {
    builder: Builder,
    job: &'a Job,
    text: &'a str,
    /// The script goes on after an error.
    goes_on: bool,
    /// A shell ends it at its first error.
    ends: bool,
    order: Order<'a>,
    plan: Plan<'a>,
}

/// What becomes of the docker commands of `job`, whose text is `text`, or why they can't be joined. `ends` is whether its
/// script ends at the first error; `elsewhere` says of a name whether another job uses it.
pub(in crate::rewrite) fn plan<'a>(
    builder: Builder,
    job: &'a Job,
    text: &'a str,
    ends: bool,
    elsewhere: &dyn Fn(&Value) -> bool,
) -> Result<Plan<'a>, Obstacle> {
    if job.invocations.len() > MOST_COMMANDS {
        return Err((job.name_span, "it has more docker commands than can be followed".into()));
    }
    let order = Order::new(job, text);
    let goes_on = order.goes_on();
    let mut planning = Planning { builder, job, text, goes_on, ends, order, plan: Plan::default() };
    for (at, invocation) in job.invocations.iter().enumerate() {
        let command = job.commands.get(invocation.command);
        if invocation.is_docker() && command.is_some_and(|command| command.place != Place::Elsewhere) {
            planning.invocation(at, invocation).map_err(|why| (invocation.span, why))?;
        }
    }
    planning.finish(elsewhere)
}

impl<'a> Planning<'a> {
    fn invocation(&mut self, at: usize, invocation: &'a Invocation) -> Result<(), String> {
        if invocation.builds() {
            return self.build(at, invocation);
        }
        let title = self.builder.info().name();
        match invocation.subcommand.as_str() {
            "tag" => self.tag(at, invocation),
            "push" => self.push(at, invocation),
            "pull" => self.pull(at, invocation),
            "login" => Ok(()),
            "" if translate::asks_version(invocation) => Ok(()),
            "buildx create" if !is_local(invocation) => Err("it builds on other machines".into()),
            "context create" if !is_local(invocation) => {
                Err("it may lead to another machine's engine".into())
            }
            name => match translate_command(name, self.builder) {
                Some(known) if known.verdict == Translated::Drop => self.drop(at, known.note),
                Some(known) if known.verdict == Translated::Equivalent => Ok(()),
                Some(known) => {
                    let note = known.note.trim_end_matches('.');
                    Err(format!("{title} has nothing like `docker {name}`: {note}"))
                }
                None => Err(format!("{title} has nothing like `docker {name}`")),
            },
        }
    }

    fn build(&mut self, at: usize, invocation: &'a Invocation) -> Result<(), String> {
        if !self.order.has(invocation.command) {
            return Err("it stands inside `$(…)`, and what reads its output would read something else".into());
        }
        let tags = invocation.flags.iter().filter(|flag| flag.name == "tag");
        let names: Vec<Name<'a>> = tags
            .filter_map(|flag| flag.value.as_ref())
            .map(|value| Name { value, own: true, pushed: false })
            .collect();
        if let Some(name) = names.iter().find(|name| self.built(name.value).is_some()) {
            return Err(format!("{} is built twice, and a push could mean either", quoted(name.value)));
        }
        let outputs = invocation.values("output").filter_map(|output| as_switch(output.as_str()));
        let pushes = invocation.has("push") || outputs.into_iter().any(|pushes| pushes);
        let repeats = self.order.repeats(invocation.command);
        let mut build = Build { invocation: at, names, is_last: !repeats };
        if pushes && build.names.is_empty() {
            return Err("it pushes and names no image".into());
        }
        for name in &mut build.names {
            name.pushed = pushes;
        }
        self.plan.builds.push(build);
        Ok(())
    }

    /// The build that has a name, and which of its names that is.
    fn built(&self, name: &Value) -> Option<(usize, usize)> {
        self.plan.builds.iter().enumerate().find_map(|(build, known)| {
            known.names.iter().position(|own| same(own.value, name)).map(|own| (build, own))
        })
    }

    fn drop(&mut self, at: usize, note: &str) -> Result<(), String> {
        self.plan.gone.push((at, note.to_owned()));
        Ok(())
    }

    fn tag(&mut self, at: usize, invocation: &'a Invocation) -> Result<(), String> {
        let [from, to] = invocation.args.as_slice() else {
            return Err("its two names can't be told apart".into());
        };
        let Some((build, _)) = self.built(from) else {
            return Err(format!(
                "it names an image that this job does not build: {} keeps no images; `crane tag` or `skopeo copy` names a \
                 pushed one",
                self.builder.info().name()
            ));
        };
        if let Some((other, _)) = self.built(to) {
            if other != build {
                return Err(format!("{} is the name of two images", quoted(to)));
            }
        } else if let Some(build) = self.plan.builds.get_mut(build) {
            build.names.push(Name { value: to, own: false, pushed: false });
        }
        self.drop(at, "The build gives the image all its names.")
    }

    fn push(&mut self, at: usize, invocation: &'a Invocation) -> Result<(), String> {
        let [name] = invocation.args.as_slice() else { return Err("its name can't be read".into()) };
        let all = all_tags::is_meant(invocation);
        let known = |flag: &str| matches!(flag, "quiet" | "disable-content-trust" | "all-tags");
        if let Some(flag) = invocation.flags.iter().find(|flag| !known(&flag.name)) {
            return Err(format!("`--{}` of `docker push` has no match: push each name by itself", flag.name));
        }
        if !all {
            let Some(place) = self.built(name) else {
                return Err(format!(
                    "it pushes {}, which this job does not build under that name",
                    quoted(name)
                ));
            };
            self.push_one(invocation, place, name)?;
            return self.drop(at, "The build pushes the image under this name.");
        }
        let places: Vec<(usize, usize, &'a Value)> = (self.plan.builds.iter().enumerate())
            .flat_map(|(at, build)| {
                build.names.iter().enumerate().map(move |(which, own)| (at, which, own.value))
            })
            .filter(|(_, _, own)| all_tags::is_of(own, name))
            .collect();
        if places.is_empty() {
            return Err(format!("it pushes all names of {}, and this job builds none", quoted(name)));
        }
        for (build, which, own) in places {
            self.push_one(invocation, (build, which), own)?;
        }
        self.drop(at, "The build pushes the image under its names.")
    }

    /// A name of a build, by their indices, is pushed.
    fn push_one(
        &mut self,
        invocation: &Invocation,
        (index, which): (usize, usize),
        name: &Value,
    ) -> Result<(), String> {
        let Some(build) = self.plan.builds.get(index) else { return Ok(()) };
        let Some(built) = self.job.invocations.get(build.invocation) else { return Ok(()) };
        self.join(built, invocation, name, build.names.get(which).is_none_or(|name| !name.own))?;
        if let Some(name) = self.plan.builds.get_mut(index).and_then(|build| build.names.get_mut(which)) {
            name.pushed = true;
        }
        Ok(())
    }

    /// Whether the build can do what a later command does.
    fn join(
        &mut self,
        build: &Invocation,
        later: &Invocation,
        name: &Value,
        moves: bool,
    ) -> Result<(), String> {
        let script =
            |invocation: &Invocation| self.job.commands.get(invocation.command).map(|one| one.script);
        let one_shell = match (script(build), script(later)) {
            (Some(build), Some(later)) => build == later || (build < 2 && later < 2),
            _ => false,
        };
        if self.goes_on {
            return Err("its script goes on after an error (`set +e`)".into());
        }
        // Commands that go, or build, do not keep the push from running; a login has to come first.
        let docker = |at: usize| {
            let mut found = self.job.invocations.iter().filter(|one| one.command == at && one.is_docker());
            found.next().is_some_and(|one| one.builds() || is_absorbed(one))
        };
        if let Some(why) = self.order.obstacle(build.command, later.command, &docker, one_shell) {
            return Err(format!("it {why}"));
        }
        let goes = |at: usize| {
            let mut found = self.job.invocations.iter().filter(|one| one.command == at && one.is_docker());
            found.next().is_some_and(|one| is_absorbed(one) && !one.is("login"))
        };
        if !self.ends && self.order.tells_apart(build.command, later.command, &goes) {
            return Err(
                "its script goes on after an error, and where the build fails it would end another way: put \
                        `set -e` at its start"
                    .into(),
            );
        }
        let between = self.order.between(build.command, later.command);
        let invocations = self.job.invocations.iter().enumerate();
        let logins = invocations.filter(|(_, one)| one.is("login") && one.is_docker());
        for (login, _) in logins.filter(|(_, login)| between.contains(&login.command)) {
            let first = self.job.invocations.iter().position(|one| one.command == build.command).unwrap_or(0);
            if !self.plan.moved.iter().any(|(known, _)| *known == login) {
                self.plan.moved.push((login, first));
            }
        }
        let written = self.text.get(name.span.range()).unwrap_or("`");
        if moves && written.contains(['`', '(']) {
            return Err(format!("{} is worked out where it stands, and would be earlier", quoted(name)));
        }
        if moves && let Some(what) = self.order.changes(written, build.command, later.command) {
            return Err(format!(
                "{} is not known yet when the build starts: `{what}` sets it later",
                quoted(name)
            ));
        }
        let others = self.job.invocations.iter().filter(|one| one.builds() && between.contains(&one.command));
        if others.count() > 0 {
            let why = "it is pushed as soon as it is built, before the builds that follow: if one of those fails, it \
                       is out already";
            let note = (build.span, why.to_owned());
            if !self.plan.notes.contains(&note) {
                self.plan.notes.push(note);
            }
        }
        Ok(())
    }

    /// An image that was fetched for the cache need not be.
    fn pull(&mut self, at: usize, invocation: &'a Invocation) -> Result<(), String> {
        let [name] = invocation.args.as_slice() else { return Err("its name can't be read".into()) };
        let caches = self.job.invocations.iter().filter(|one| one.builds());
        let mut caches = caches.flat_map(|build| build.values("cache-from"));
        let reference = |cache: &Value| {
            let text = cache.as_str();
            let named = text.split(',').find_map(|field| field.strip_prefix("ref="));
            canonical(named.unwrap_or(text))
        };
        if caches.any(|cache| reference(cache) == canonical(name.as_str())) {
            return self.drop(at, "The build fetches its cache itself.");
        }
        Err(format!(
            "{} keeps no images, and the build fetches its base images itself: take the line out if {} was for that",
            self.builder.info().name(),
            quoted(name)
        ))
    }

    fn finish(mut self, elsewhere: &dyn Fn(&Value) -> bool) -> Result<Plan<'a>, Obstacle> {
        let job = self.job;
        let mut docker = job.invocations.iter().filter(|one| one.is_docker());
        if self.plan.builds.is_empty()
            && let Some(first) = docker.next()
        {
            let why = "it builds no image by itself: what asks the daemon is in another file or program";
            return Err((first.span, why.into()));
        }
        if let Some(last) = self.plan.builds.len().checked_sub(1) {
            for build in self.plan.builds.iter_mut().take(last) {
                build.is_last = false;
            }
        }
        let users = match self.plan.builds.iter().all(|build| build.names.iter().all(|name| name.pushed)) {
            true => HashMap::new(),
            false => users(job),
        };
        for build in &mut self.plan.builds {
            let own = job.invocations.get(build.invocation);
            for name in build.names.iter().filter(|name| !name.pushed) {
                let places = users.get(&canonical(name.value.as_str())).into_iter().flatten();
                let other = |place: &&(usize, Span)| own.is_none_or(|own| own.command != place.0);
                if let Some((_, span)) = places.into_iter().copied().find(|place| other(&place)) {
                    let why = format!(
                        "it uses {}, which is built and not pushed: {} keeps no images",
                        quoted(name.value),
                        self.builder.info().name()
                    );
                    return Err((span, why));
                }
            }
            if let Some(name) = build.names.iter().find(|name| !name.pushed && elsewhere(name.value)) {
                let why = format!(
                    "it builds {}, which another job uses and this one does not push: {} keeps no images",
                    quoted(name.value),
                    self.builder.info().name()
                );
                return Err((own.map_or(job.name_span, |own| own.span), why));
            }
            let unpushed = build.names.iter().any(|name| !name.pushed);
            if !build.is_last
                && unpushed
                && !build.pushes()
                && let Some(own) = own
            {
                let why = "it is not pushed: a later build that takes it as its base image does not find it";
                self.plan.notes.push((own.span, why.to_owned()));
            }
            if build.pushes() {
                build.names.retain(|name| name.pushed);
            }
        }
        Ok(self.plan)
    }
}

/// Whether a command sets nothing up on other machines.
pub(in crate::rewrite) fn is_local(invocation: &Invocation) -> bool {
    let driver = invocation.values("driver").last().map_or("", Value::as_str);
    !matches!(driver, "remote" | "kubernetes" | "cloud")
        && !["docker", "from"].iter().any(|option| invocation.is("context create") && invocation.has(option))
        && !invocation.args.iter().any(|arg| arg.as_str().contains("://"))
}

/// Whether the command goes, or becomes a part of a build, whatever its place.
pub(super) fn is_absorbed(invocation: &Invocation) -> bool {
    matches!(
        invocation.subcommand.as_str(),
        "tag" | "push" | "pull" | "login" | "logout" | "rmi" | "rm" | "info" | "version" | "buildx rm"
    ) || invocation.subcommand.ends_with("prune")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine;
    use crate::script::{Scope, lower};
    use crate::source::{FileId, Text};

    /// The plan for a script: the pushed names of each build and how many commands go; or what stands in the way.
    #[track_caller]
    fn check(script: &str, expected: &str) {
        let text = Text::verbatim(FileId(0), 0, script);
        let mut job = Job { commands: lower(&text, &mut Scope::new(&[]), 1), ..Job::default() };
        engine::resolve(&mut job);
        let got = match plan(Builder::Kaniko, &job, script, true, &|_| false) {
            Ok(plan) => {
                let builds = plan.builds.iter().map(|build| {
                    let names = build.names.iter().filter(|name| name.pushed);
                    names.map(|name| name.value.as_str()).collect::<Vec<_>>().join(" ")
                });
                format!("[{}] {} go", builds.collect::<Vec<_>>().join("] ["), plan.gone.len())
            }
            Err((_, why)) => why,
        };
        assert!(got.contains(expected), "{script}\n{got}\nshould say\n{expected}");
    }

    #[test]
    fn names_are_compared_as_they_resolve() {
        #[track_caller]
        fn check(name: &str, expected: &str) {
            assert_eq!(canonical(name), expected, "{name}");
        }
        check("a", "a:latest");
        check("$A/b:1", "${A}/b:1");
        check("${A}b", "${A}b:latest");
        check("a@sha256:0", "a@sha256:0");
        check("a$", "a$:latest");
    }

    #[test]
    fn builds_are_pushed_under_their_names() {
        check("docker build -t r/a .\ndocker push r/a", "[r/a] 1 go");
        check("docker build -t r/a .\ndocker push r/a:latest", "[r/a] 1 go");
        check("docker build -t a .\ndocker tag a r/a:1\ndocker push r/a:1", "[r/a:1] 2 go");
        check("docker build -t r/a -t r/a:2 .\ndocker push r/a:2", "[r/a:2] 1 go");
        check("docker build -t r/a . && docker push r/a", "[r/a] 1 go");
        check("docker buildx build --push -t r/a .", "[r/a] 0 go");
        check(
            "docker build -t r/a a\ndocker build -t r/b b\ndocker push r/a\ndocker push r/b",
            "[r/a] [r/b] 2 go",
        );
        check("docker build -t a .", "[] 0 go");
        check("for i in a b; do docker build -t r/$i $i; docker push r/$i; done", "[r/a] 1 go");
        check("I=r/a\ndocker build -t r/a .\ndocker push $I", "[r/a] 1 go");
        check(
            "docker pull r/a || true\ndocker build --cache-from r/a -t r/a .\ndocker push r/a",
            "[r/a] 2 go",
        );
        check("cd app && docker build -t r/a .\ndocker push r/a", "[r/a] 1 go");
        check("docker build -t r/a .\ndocker push r/a || exit 1", "[r/a] 1 go");
    }

    #[test]
    fn what_cannot_be_joined_is_said() {
        let base = "docker build -t r/a .\n";
        check(&format!("{base}docker run r/a make test\ndocker push r/a"), "nothing like `docker run`");
        check(&format!("{base}docker save r/a -o a.tar"), "nothing like `docker save`");
        check(&format!("{base}./test.sh\ndocker push r/a"), "waits for `./test.sh`");
        check(&format!("{base}docker push r/a || true"), "|| true");
        check("docker build -t r/a . || true\ndocker push r/a", "|| true");
        check("docker build -t r/a . | tee log\ndocker push r/a", "pipe");
        check(&format!("{base}if [ $X ]; then docker push r/a; fi"), "same condition");
        check(&format!("{base}[ $X ] && docker push r/a"), "waits for `[`");
        check("if x; then docker build -t r/a .; fi\nif y; then docker push r/a; fi", "same condition");
        check("if docker build -t r/a .; then echo; fi\ndocker push r/a", "same condition");
        check("[ $X ] && docker build -t r/a .\ndocker push r/a", "only where `[` succeeds");
        check("docker push r/a", "does not build");
        check("docker login -u a r\nmake image", "builds no image by itself");
        check("docker pull r/a\ndocker tag r/a r/b", "keeps no images");
        check("docker build -t a .\ntrivy image a", "not pushed");
        check("docker build -t a .\ndocker build --build-arg BASE=a .", "not pushed");
        check("docker build -t a .\nV=$(cat v)\ndocker tag a r/a:$V\ndocker push r/a:$V", "not known yet");
        check(&format!("set +e\n{base}docker push r/a"), "goes on");
        check(&format!("{base}docker push -a r/b"), "this job builds none");
        check(&format!("{base}docker push --platform linux/arm64 r/a"), "push each name");
        check(&format!("docker context create --docker host=ssh://b b\n{base}"), "another machine's engine");
        check(&format!("{base}id=$(docker push r/a)"), "inside");
        check("docker build -t r/a .\ndocker build -t r/a b\ndocker push r/a", "built twice");
        check("docker buildx create --driver kubernetes", "other machines");
        check("id=$(docker build -q .)", "inside");
    }
}
