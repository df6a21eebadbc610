//! GitHub Actions: containers, services, variables, scripts and the actions that stand for docker commands.

mod action;
mod step;
mod value;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use daemonless_catalog::Platform;

use self::action::{Call, Script};
use self::value::Variables;
use super::{Change, DOCKER_VARIABLES, Left, OWN, Round, SERVICE, VARIABLES, View, uses_docker};
use crate::access::daemon;
use crate::edit::Edit;
use crate::engine::Invocation;
use crate::engine::image::{self, Kind};
use crate::engine::mount;
use crate::model::{Container, Host, Job, Role};
use crate::source::Span;
use crate::syntax::yaml::NodeId;

/// One round for these jobs.
pub(super) fn place(view: &View<'_>, chosen: &BTreeSet<usize>) -> Round {
    let mut round = Round::default();
    let mut placing =
        Placing { view, chosen, round: &mut round, gone: BTreeMap::new(), added: BTreeMap::new() };
    for at in chosen {
        placing.job(*at);
    }
    placing.remove_variables();
    round
}

/// Actions that only make an engine ready.
static SETUP: &[&str] = &[
    "docker/setup-buildx-action",
    "crazy-max/ghaction-docker-buildx",
    "docker/setup-docker-action",
    "crazy-max/ghaction-setup-docker",
];
const EMULATION: &str = "docker/setup-qemu-action";
static LOGIN: &[&str] = &["docker/login-action", "azure/docker-login"];
const BUILD: &str = "docker/build-push-action";

/// The version of `actions/checkout` for a file that has none.
const CHECKOUT: &str = "actions/checkout@v7";

/// The builder's variable that matters wherever it runs, and for builds only.
const FORMAT: &str = "BUILDAH_FORMAT";

/// Programs that use no image but by the command that was translated.
static HARMLESS: &[&str] = &[
    "", ":", "[", "buildah", "cat", "cd", "docker", "echo", "exit", "export", "false", "ls", "mkdir",
    "podman", "printf", "rm", "set", "sleep", "tee", "test", "true",
];

const SHARED: &str = "it shares these lines with a job that keeps its daemon";

type Entry = (NodeId, NodeId);

struct Placing<'p, 'v> {
    view: &'v View<'v>,
    chosen: &'p BTreeSet<usize>,
    round: &'p mut Round,
    /// Variables to take away, by the mapping that holds them, with that mapping's own entry.
    gone: BTreeMap<NodeId, (usize, Entry, Vec<Entry>)>,
    /// Lines that come in their place.
    added: BTreeMap<NodeId, Vec<String>>,
}

/// What is known of a job that is being rewritten.
struct Site<'v> {
    at: usize,
    job: &'v Job,
    body: NodeId,
    steps: Vec<NodeId>,
    /// Whether a container of the job's own runs its steps.
    in_container: bool,
    /// What is taken away or written anew: a step's name in there is no use of it.
    rewritten: Vec<Span>,
}

impl Site<'_> {
    /// On a single-use machine, without a container.
    fn is_vm(&self) -> bool {
        !self.in_container && self.job.host.as_ref().is_some_and(|host| host.what == Host::Vm)
    }
}

impl<'v> Placing<'_, 'v> {
    fn change(&mut self, at: usize, edit: Edit) {
        let change: Change = (self.view.name(at), edit);
        self.round.changes.push(change);
    }

    fn note(&mut self, at: usize, span: Span, why: String) {
        self.round.notes.push(Left { span, job: self.view.name(at), why });
    }

    fn fail(&mut self, at: usize, span: Span, why: impl Into<String>) {
        let left = Left { span, job: self.view.name(at), why: why.into() };
        self.round.failed.entry(at).or_insert(left);
    }

    fn job(&mut self, at: usize) {
        let view = self.view;
        let Some(job) = view.job(at) else { return };
        let Some(body) = self.body(job).filter(|body| !view.tree.is_flow(*body)) else {
            return self.fail(at, job.name_span, "it has no lines of its own that its settings could go to");
        };
        let list = view.tree.get(body, "steps");
        let steps = list.map(|list| view.tree.items(list).to_vec()).unwrap_or_default();
        let in_container = job.containers.iter().any(|one| one.role == Role::Job);
        let mut site = Site { at, job, body, steps, in_container, rewritten: Vec::new() };
        if let Some(span) = self.other_system(&site) {
            return self.fail(at, span, format!("{} builds on Linux only", view.builder.info().title));
        }
        let builds = uses_docker(job);
        let own_image = builds && self.container(&site);
        self.services(&site);
        self.variables(&site, builds, own_image);
        for (edit, shared) in view.commands(at, self.chosen, self.round) {
            if shared {
                return self.fail(at, edit.span, SHARED);
            }
            self.change(at, edit);
        }
        self.steps(&mut site);
    }

    /// The mapping of a job.
    fn body(&self, job: &Job) -> Option<NodeId> {
        let tree = self.view.tree;
        let jobs = tree.roots.iter().filter_map(|root| tree.get(*root, "jobs"));
        let mut entries = jobs.flat_map(|jobs| tree.written(jobs));
        let (_, body) = entries.rfind(|(key, _)| tree.span(*key) == job.name_span)?;
        (!tree.is_alias(*body) && tree.is_mapping(*body)).then_some(*body)
    }

    /// An entry that a mapping has itself.
    fn own(&self, map: NodeId, name: &str) -> Option<Entry> {
        let tree = self.view.tree;
        tree.written(map).iter().rev().find(|(key, _)| tree.str(*key) == Some(name)).copied()
    }

    /// Where a job asks for Windows or macOS.
    fn other_system(&self, site: &Site<'_>) -> Option<Span> {
        let tree = self.view.tree;
        let names_other = |node: NodeId| {
            let text = self.view.text.get(tree.span(tree.resolve(node)).range()).unwrap_or("");
            ["windows", "macos"].iter().any(|name| text.to_ascii_lowercase().contains(name))
        };
        let labels = tree.get(site.body, "runs-on")?;
        let written = self.view.text.get(tree.span(tree.resolve(labels)).range()).unwrap_or("");
        let matrix = tree.get(site.body, "strategy").filter(|_| written.contains("matrix."));
        (names_other(labels) || matrix.is_some_and(names_other)).then(|| tree.span(labels))
    }

    /// The builder's image in the place of Docker's client. Says whether the job runs in it then.
    fn container(&mut self, site: &Site<'_>) -> bool {
        let view = self.view;
        let tree = view.tree;
        let (at, job) = (site.at, site.job);
        let info = view.builder.info();
        let Some(container) = job.containers.iter().find(|one| one.role == Role::Job) else { return false };
        let Some(image) = &container.image else { return false };
        let entry = tree.entry(site.body, "container").map(|entry| (entry.key, entry.value));
        let Some(entry) = entry.filter(|_| view.only_used_by(image.span, self.chosen)) else {
            self.fail(at, image.span, SHARED);
            return false;
        };
        let mapping = tree.is_mapping(entry.1).then(|| tree.resolve(entry.1));
        if let Some(map) = mapping {
            self.sockets(at, container, map);
        }
        if image.texts().any(|text| image::kind(text.as_str(), false) == Kind::Other) {
            let why = format!(
                "the job's own image `{}` must hold {}; build it from `{}` or add the package",
                image.as_str(),
                info.title,
                info.image
            );
            self.note(at, image.span, why);
            return false;
        }
        view.missing_programs(at, self.round);
        let reason = format!("{} {} is pinned by its version and holds no daemon.", info.title, info.version);
        let written = view.text.get(image.span.range()).unwrap_or("");
        let quote = match written.chars().next() {
            Some(quote @ ('"' | '\'')) => quote.to_string(),
            _ => String::new(),
        };
        let named = format!("{quote}{}{quote}", info.image);
        let options = self.options();
        match mapping {
            Some(map) => {
                self.change(at, Edit::replace(image.span, named, reason));
                self.container_options(at, container, map, options);
            }
            None => match options {
                // A container of one word becomes a mapping, for it needs options.
                Some(options) if tree.is_scalar(entry.1) && !tree.is_alias(entry.1) => {
                    let pad = " ".repeat(view.column(tree.span(entry.0)) + 2);
                    let end = view.line_break();
                    let text = format!("{end}{pad}image: {named}{end}{pad}options: {options}");
                    let colon =
                        view.text.get(tree.span(entry.0).end as usize..).and_then(|rest| rest.find(':'));
                    let start =
                        tree.span(entry.0).end + colon.and_then(|at| u32::try_from(at + 1).ok()).unwrap_or(1);
                    let span = Span { start, end: tree.span(entry.1).end, ..image.span };
                    self.change(at, Edit::replace(span, text, format!("{reason} {OPTIONS}")));
                }
                _ => self.change(at, Edit::replace(image.span, named, reason)),
            },
        }
        true
    }

    /// The options that a container must have for the builder to make user namespaces in it.
    fn options(&self) -> Option<&'static str> {
        let requires = self.view.builder.info().requires.iter();
        let mut own = requires.filter(|requirement| requirement.platform == Platform::GithubSelfHosted);
        let snippet = own.find_map(|requirement| requirement.setting.as_ref())?.snippet;
        snippet.lines().find_map(|line| line.trim().strip_prefix("options: "))
    }

    /// Gives a container the options that it needs and takes what only the daemon needed.
    fn container_options(
        &mut self,
        at: usize,
        container: &Container,
        map: NodeId,
        wanted: Option<&'static str>,
    ) {
        let view = self.view;
        let tree = view.tree;
        let Some((_, value)) = self.own(map, "options") else {
            let Some(wanted) = wanted else { return };
            let Some((image, _)) = self.own(map, "image") else { return };
            if tree.is_flow(map) {
                let edit = Edit::insert(
                    tree.span(image),
                    tree.span(image).start,
                    format!("options: {wanted}, "),
                    OPTIONS,
                );
                return self.change(at, edit);
            }
            let line = view.block(view.column(tree.span(image)), &[format!("options: {wanted}")]);
            return match self.own(map, "image").and_then(|(_, image)| view.line_after(tree.span(image))) {
                Some(place) => self.change(at, Edit::insert(tree.span(image), place, line, OPTIONS)),
                None => self.fail(
                    at,
                    tree.span(image),
                    "its container is written in a way that can't be cut apart",
                ),
            };
        };
        let text = tree.str(value).unwrap_or("");
        let mut words: Vec<&str> = Vec::new();
        let mut given = text.split_whitespace().peekable();
        while let Some(word) = given.next() {
            let next = given.peek().copied().unwrap_or("");
            let is_volume = matches!(word, "-v" | "--volume") && names_socket(next);
            if is_volume {
                given.next();
            } else if !matches!(word, "--privileged" | "--privileged=true") && !names_socket(word) {
                words.push(word);
            }
        }
        let kept = words.join(" ");
        let missing = wanted.filter(|wanted| !kept.contains(wanted));
        let new = [kept.as_str(), missing.unwrap_or("")].join(" ").trim().to_owned();
        if new == text.trim() || tree.is_alias(value) {
            return;
        }
        let reason = match container.privileged {
            Some(_) => "Privilege was for the daemon; user namespaces are all that the builder needs.",
            None => OPTIONS,
        };
        let quote = match view.text.get(tree.span(value).range()).and_then(|text| text.chars().next()) {
            Some(quote @ ('"' | '\'')) => quote.to_string(),
            _ => String::new(),
        };
        self.change(at, Edit::replace(tree.span(value), format!("{quote}{new}{quote}"), reason));
    }

    /// Takes the sockets of engines from the container's volumes.
    fn sockets(&mut self, at: usize, container: &Container, map: NodeId) {
        let view = self.view;
        let tree = view.tree;
        let Some((key, list)) = self.own(map, "volumes") else { return };
        let is_socket = |item: &&NodeId| {
            let span = tree.span(tree.resolve(**item));
            container.mounts.iter().any(|one| span.contains(one.span) && mount::socket_of(one).is_some())
        };
        let items = tree.items(list);
        let sockets: Vec<&NodeId> = items.iter().filter(is_socket).collect();
        if sockets.is_empty() {
            return;
        }
        let reason = "No engine's socket is handed in.";
        let spans: Option<Vec<Span>> = if sockets.len() == items.len() {
            view.whole_lines(tree.span(key), tree.span(list)).map(|span| vec![span])
        } else if tree.is_flow(list) {
            None
        } else {
            sockets.iter().map(|item| view.whole_lines(tree.span(**item), tree.span(**item))).collect()
        };
        match spans {
            Some(spans) => spans.into_iter().for_each(|span| self.change(at, Edit::delete(span, reason))),
            None => self.fail(at, tree.span(key), "its volumes are written in a way that can't be cut apart"),
        }
    }

    /// Takes the daemons from the job's services.
    fn services(&mut self, site: &Site<'_>) {
        let view = self.view;
        let tree = view.tree;
        let services = site.job.containers.iter().filter(|one| one.role == Role::Service);
        let daemons: Vec<&Container> = services.filter(|one| daemon(one).is_some()).collect();
        let Some(first) = daemons.first() else { return };
        let images = daemons.iter().filter_map(|one| one.image.as_ref());
        if images.into_iter().any(|image| !view.only_used_by(image.span, self.chosen)) {
            return self.fail(site.at, first.span, SHARED);
        }
        let owner = self.own(site.body, "services").filter(|(_, map)| !tree.is_alias(*map));
        let gone: Vec<Entry> = owner
            .map(|(_, map)| tree.written(map).iter().copied())
            .into_iter()
            .flatten()
            .filter(|(key, _)| daemons.iter().any(|one| one.span.start == tree.span(*key).start))
            .collect();
        let complete = gone.len() == daemons.len();
        let edits =
            owner.filter(|_| complete).and_then(|owner| view.remove_entries(owner, &gone, "", SERVICE));
        match edits {
            Some(edits) => edits.into_iter().for_each(|edit| self.change(site.at, edit)),
            None => {
                self.fail(site.at, first.span, "its services are written in a way that can't be cut apart")
            }
        }
    }

    /// Notes the variables that go, and gives the job those of the builder.
    fn variables(&mut self, site: &Site<'_>, builds: bool, own_image: bool) {
        let view = self.view;
        let tree = view.tree;
        let roots = tree.roots.iter().filter_map(|root| self.own(*root, "env"));
        let container = tree.get(site.body, "container").and_then(|map| self.own(map, "env"));
        let job_env = self.own(site.body, "env");
        // Variables of a step whose action is written anew stay: its own come there.
        let steps = site.steps.iter().filter(|step| tree.get(**step, "run").is_some());
        let steps = steps.filter_map(|step| self.own(*step, "env"));
        let shared: Vec<Entry> = roots.collect();
        let maps = shared.iter().copied().chain(container).chain(job_env).chain(steps);
        let mut removed_from_job = false;
        for owner in maps.filter(|(_, map)| tree.is_mapping(*map) && !tree.is_alias(*map)).collect::<Vec<_>>()
        {
            let is_shared = shared.contains(&owner);
            for entry in tree.written(owner.1) {
                let name = tree.str(entry.0).unwrap_or("");
                if !DOCKER_VARIABLES.contains(&name) || (is_shared && self.is_kept(tree.span(entry.0))) {
                    continue;
                }
                let (_, _, entries) = self.gone.entry(owner.1).or_insert((site.at, owner, Vec::new()));
                if !entries.contains(entry) {
                    entries.push(*entry);
                }
                removed_from_job |= Some(owner) == job_env;
            }
        }
        // On a machine the builder is installed with what it needs; storage and isolation are set for containers, and the
        // builder's own image brings its own.
        let wanted: Vec<String> = view
            .builder
            .info()
            .variables
            .iter()
            .filter(|variable| {
                if site.in_container { !(own_image && variable.in_image) } else { variable.name == FORMAT }
            })
            .filter(|variable| variable.name != FORMAT || site.job.invocations.iter().any(Invocation::builds))
            .filter(|variable| !site.job.env.iter().any(|var| var.name == variable.name))
            .map(|variable| format!("{}: {}", variable.name, variable.value))
            .collect();
        if !builds || wanted.is_empty() {
            return;
        }
        let at = site.at;
        match job_env {
            Some((_, map)) if removed_from_job && !tree.is_flow(map) => {
                self.added.insert(map, wanted);
            }
            Some((_, map)) if tree.is_mapping(map) && !tree.is_alias(map) && !removed_from_job => {
                match tree.written(map).first() {
                    Some((first, _)) if !tree.is_flow(map) => {
                        let span = tree.span(*first);
                        let lines = view.block(view.column(span), &wanted);
                        self.change(at, view.before(span, lines, OWN));
                    }
                    _ => {
                        let text = wanted.iter().map(|line| format!("{line}, ")).collect::<String>();
                        let span = tree.span(map);
                        self.change(at, Edit::insert(span, span.start + 1, text, OWN));
                    }
                }
            }
            Some((key, _)) => {
                self.fail(
                    at,
                    tree.span(key),
                    "its variables are written in a way that nothing can be added to",
                );
            }
            None => {
                let Some((key, _)) = self.own(site.body, "steps") else {
                    return self.fail(at, site.job.name_span, "its steps are written elsewhere");
                };
                let mut lines = vec!["env:".to_owned()];
                lines.extend(wanted.iter().map(|line| format!("  {line}")));
                let span = tree.span(key);
                let lines = view.block(view.column(span), &lines);
                self.change(at, view.before(span, lines, OWN));
            }
        }
    }

    /// Whether a variable of the whole workflow is used by a job that keeps its daemon.
    fn is_kept(&self, name: Span) -> bool {
        let users = self.view.users.get(&name);
        users.is_none_or(|users| {
            users.iter().any(|user| {
                !self.chosen.contains(user)
                    && self
                        .view
                        .analysis
                        .verdicts
                        .get(*user)
                        .is_some_and(|verdict| !verdict.accesses.is_empty())
            })
        })
    }

    /// Takes the variables away, mapping by mapping.
    fn remove_variables(&mut self) {
        let view = self.view;
        let gone = std::mem::take(&mut self.gone);
        for (map, (at, owner, mut entries)) in gone {
            entries.sort_by_key(|(key, _)| view.tree.span(*key));
            let lines = self.added.remove(&map).unwrap_or_default();
            let column = entries.first().map_or(0, |(key, _)| view.column(view.tree.span(*key)));
            match view.remove_entries(owner, &entries, &view.block(column, &lines), VARIABLES) {
                Some(edits) => edits.into_iter().for_each(|edit| self.change(at, edit)),
                None => {
                    let why = "its variables are written in a way that can't be cut apart";
                    self.fail(at, view.tree.span(owner.0), why);
                }
            }
        }
    }

    fn steps(&mut self, site: &mut Site<'v>) {
        let view = self.view;
        let tree = view.tree;
        if let Some(step) = site.job.containers.iter().find(|one| {
            let client =
                |image: &crate::model::Value| image.any(|text| image::kind(text, false) != Kind::Other);
            one.role == Role::Step && one.image.as_ref().is_some_and(client)
        }) {
            return self.fail(site.at, step.span, "a step runs in a container of Docker's own");
        }
        let mut logged_in = false;
        for index in 0..site.steps.len() {
            let Some(step) = site.steps.get(index).copied() else { break };
            let Some(uses) = tree.get(step, "uses") else { continue };
            let name = action_name(tree.str(uses).unwrap_or(""));
            let span = tree.span(tree.resolve(step));
            let invocations = site.job.invocations.iter().filter(|invocation| {
                let command = site.job.commands.get(invocation.command);
                invocation.is_docker()
                    && command.is_some_and(|command| command.span == span && view.is_action(command))
            });
            let invocations: Vec<&Invocation> = invocations.collect();
            let result = if SETUP.contains(&name.as_str()) {
                self.remove_step(site, step, "Nothing has to be set up: the builder starts with its command.")
            } else if name == EMULATION {
                self.emulation(site, step)
            } else if LOGIN.contains(&name.as_str()) {
                logged_in |= self.input(step, "logout").as_deref() != Some("false");
                self.call(site, index, &invocations, action::login)
            } else if name == BUILD {
                self.call(site, index, &invocations, action::build)
            } else if invocations.is_empty() {
                Ok(())
            } else {
                Err(format!("the action `{name}` calls Docker by itself"))
            };
            if let Err(why) = result {
                return self.fail(site.at, tree.span(tree.resolve(uses)), why);
            }
        }
        if site.steps.iter().all(|step| site.rewritten.contains(&tree.span(tree.resolve(*step))))
            && !site.steps.is_empty()
        {
            return self.fail(site.at, site.job.name_span, "none of its steps would be left");
        }
        if logged_in && !site.in_container && !site.is_vm() {
            self.log_out(site);
        }
        self.unnamed_outputs(site);
    }

    fn input(&self, step: NodeId, name: &str) -> Option<String> {
        let tree = self.view.tree;
        let value = tree.get(tree.get(step, "with")?, name)?;
        Some(tree.str(value)?.trim().to_owned())
    }

    /// Emulation stays where another platform than the machine's is built.
    fn emulation(&mut self, site: &mut Site<'v>, step: NodeId) -> Result<(), String> {
        if !site.job.invocations.iter().any(|invocation| invocation.builds() && has_platform(invocation)) {
            return self.remove_step(site, step, "No other platform than the machine's own is built.");
        }
        if site.is_vm() {
            return Ok(());
        }
        Err("it sets up emulation by a privileged container: install `qemu-user-static` on the runner and take this \
             step out"
            .into())
    }

    /// Writes a script in the place of an action.
    fn call(
        &mut self,
        site: &mut Site<'v>,
        index: usize,
        invocations: &[&Invocation],
        translate: fn(Call<'_>) -> Result<Script, String>,
    ) -> Result<(), String> {
        let view = self.view;
        let tree = view.tree;
        let Some(step) = site.steps.get(index).copied() else { return Ok(()) };
        let span = tree.span(tree.resolve(step));
        let [invocation] = invocations else { return Err("its inputs can't be read".into()) };
        if !view.only_used_by(span, self.chosen) {
            return Err(SHARED.into());
        }
        let own = tree.get(step, "env").map(|env| tree.entries(env)).unwrap_or_default();
        let own: HashSet<String> =
            own.iter().filter_map(|entry| tree.str(entry.key)).map(str::to_owned).collect();
        let env = site.job.env.iter().chain(site.job.containers.iter().flat_map(|one| &one.env));
        let taken = env.map(|var| var.name.clone()).chain(own.iter().cloned()).collect();
        let id = tree.get(step, "id").and_then(|id| tree.str(id)).unwrap_or("");
        let tells_digest = !self.uses_of(site, id, &["digest"]).is_empty();
        let variables = Variables { taken, own, added: Vec::new() };
        let is_before = |one: &&Invocation| one.builds() && one.command < invocation.command;
        let before = site.job.invocations.iter().filter(is_before).filter(|one| has_platform(one));
        let list = (before.count() + 1, !site.in_container && !site.is_vm());
        let call = Call { view, steps: &site.steps, index, invocation, list, tells_digest, variables };
        let script = translate(call)?;
        for note in &script.notes {
            self.note(site.at, tree.get(step, "uses").map_or(span, |uses| tree.span(uses)), note.clone());
        }
        if self.is_used_later(site, index, invocation) {
            let why = format!(
                "the image was in Docker's store and is in {}'s own now: look at the steps after this one that use it",
                view.builder.info().title
            );
            self.note(site.at, tree.get(step, "uses").map_or(span, |uses| tree.span(uses)), why);
        }
        if script.needs_checkout {
            self.checkout(site)?;
        }
        self.write_step(site, step, script)
    }

    /// Whether a build leaves its image to later steps that are not known to ask the builder for it.
    fn is_used_later(&self, site: &Site<'_>, index: usize, build: &Invocation) -> bool {
        let tree = self.view.tree;
        let is_foreign = |step: &NodeId| {
            let uses = tree.get(*step, "uses").and_then(|uses| tree.str(uses)).unwrap_or("");
            let name = action_name(uses);
            !name.is_empty() && !["docker/", "actions/"].iter().any(|owner| name.starts_with(owner))
        };
        let runs_other = site.job.commands.iter().any(|command| {
            let program = command.words.first().map_or("", |word| word.as_str());
            let step = usize::try_from(command.script).unwrap_or(0);
            step > index && !self.view.is_action(command) && !HARMLESS.contains(&program)
        });
        let later = site.steps.get(index + 1..).unwrap_or(&[]);
        build.builds() && build.has("load") && (runs_other || later.iter().any(is_foreign))
    }

    /// Adds a step that checks the repository out in front of all others.
    fn checkout(&mut self, site: &mut Site<'v>) -> Result<(), String> {
        let view = self.view;
        let tree = view.tree;
        let Some(place) = site.steps.first().and_then(|step| view.item_lines(tree.span(*step))) else {
            return Err("its steps are written in a way that nothing can be added to".into());
        };
        let known = view.scalars.iter().filter_map(|(span, _)| view.text.get(span.range()));
        let known = known
            .map(|text| text.trim_matches(['"', '\'']))
            .find(|text| text.starts_with("actions/checkout@"));
        let lines = [
            format!("- uses: {}", known.unwrap_or(CHECKOUT)),
            "  with:".to_owned(),
            "    persist-credentials: false".to_owned(),
        ];
        let written = view.text.get(place.range()).unwrap_or("");
        let column = written.len() - written.trim_start_matches(' ').len();
        let why = "The action fetched the repository by itself; the builder takes it from the workspace.";
        self.change(site.at, Edit::insert(place, place.start, view.block(column, &lines), why));
        Ok(())
    }

    /// On a machine that outlives the job, what the action took back at the end has to be taken back.
    fn log_out(&mut self, site: &mut Site<'v>) {
        let view = self.view;
        let tree = view.tree;
        let place = site.steps.last().and_then(|step| view.item_lines(tree.span(*step)));
        let Some(place) = place else { return };
        let written = view.text.get(place.range()).unwrap_or("");
        let column = written.len() - written.trim_start_matches(' ').len();
        let lines = ["- if: always()".to_owned(), format!("  run: {} logout --all", view.builder.id())];
        let mut text = view.block(column, &lines);
        if !written.ends_with('\n') {
            text = format!("{}{}", view.line_break(), text.trim_end());
        }
        let why =
            "The action logged out at the end of the job; on a machine that stays, the login has to go.";
        self.change(site.at, Edit::insert(place, place.end, text, why));
    }

    /// Remarks on steps that are no longer what others read of them.
    fn unnamed_outputs(&mut self, site: &Site<'_>) {
        let tree = self.view.tree;
        for step in &site.steps {
            let Some(id) = tree.get(*step, "id") else { continue };
            let uses = tree.get(*step, "uses").and_then(|uses| tree.str(uses)).unwrap_or("");
            let name = action_name(uses);
            let told: &[&str] = if name == BUILD { &["digest"] } else { &[] };
            if !(SETUP.contains(&name.as_str()) || LOGIN.contains(&name.as_str()) || name == BUILD) {
                continue;
            }
            let id = tree.str(id).unwrap_or("");
            let all = self.uses_of(site, id, &["outputs"]);
            let met: Vec<Span> = told.iter().flat_map(|output| self.uses_of(site, id, &[output])).collect();
            for span in all.into_iter().filter(|span| !met.iter().any(|met| met.start == span.start)) {
                let why = format!(
                    "it reads an output of the step `{id}`, which `{name}` gave and no command gives"
                );
                self.note(site.at, span, why);
            }
        }
    }

    /// Where an output of a step is read, outside of what is written anew. `outputs` stands for any.
    fn uses_of(&self, site: &Site<'_>, id: &str, outputs: &[&str]) -> Vec<Span> {
        let mut found = Vec::new();
        if id.is_empty() {
            return found;
        }
        let text = self.view.text.get(site.job.span.range()).unwrap_or("");
        for output in outputs {
            let output = if *output == "outputs" { String::new() } else { format!(".{output}") };
            let path = format!("steps.{id}.outputs{output}");
            for (at, path) in text.match_indices(&path) {
                let start = site.job.span.start as usize + at;
                let ends = text.get(at + path.len()..).is_none_or(|rest| {
                    output.is_empty()
                        || !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
                });
                let span = Span::new(site.job.span.file, start..start + path.len());
                if ends && !site.rewritten.iter().any(|gone| gone.contains(span)) {
                    found.push(span);
                }
            }
        }
        found
    }
}

const OPTIONS: &str =
    "Docker's default profiles forbid the calls with which the builder makes a user namespace.";

/// `owner/name` of an action such as `Owner/name@v3` or `https://host/owner/name@v3`.
fn action_name(uses: &str) -> String {
    let name = uses.split('@').next().unwrap_or("");
    let name = match name.split_once("://") {
        Some((_, rest)) => rest.split_once('/').map_or("", |(_, name)| name),
        None => name,
    };
    name.trim().to_ascii_lowercase()
}

/// Whether a build is for platforms that it names.
fn has_platform(build: &Invocation) -> bool {
    build.values("platform").next().is_some()
}

/// Whether a word of options hands in an engine's socket.
fn names_socket(word: &str) -> bool {
    let value = ["-v", "--volume="].iter().find_map(|option| word.strip_prefix(option)).unwrap_or(word);
    let source = value.split(':').next().unwrap_or("");
    source.starts_with('/') && mount::socket(source).is_some()
}

#[cfg(test)]
mod tests;
