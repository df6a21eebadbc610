//! Pods: the builder's container in the place of Docker's client, with its security context, and no daemon beside it. It
//! works on the containers of a pod, whatever object or task holds them.

mod argv;
mod environment;
mod layout;
mod lists;
mod security;
mod volumes;

use std::collections::{BTreeMap, BTreeSet, HashMap};

pub(super) use self::layout::Layout;
use self::layout::{Entry, Spot, own};
use super::joined::names::canonical;
use super::joined::plan::Obstacle;
use super::{Left, Round, SERVICE, View, hidden, reasons, shell};
use crate::access::daemon;
use crate::edit::Edit;
use crate::engine::image::{self, Kind};
use crate::engine::mount;
use crate::files::file_name;
use crate::model::{Container, Job, Place, Role, Value};
use crate::source::Span;
use crate::syntax::yaml::NodeId;

pub(super) const TEMPLATE: &str =
    "the file has `{{ … }}`, as templates have: what it becomes is known once that is filled in";
const LIMITS: &str =
    "builds ran in the daemon's container and run in this one now: see that its limits are enough";

/// One round for these pods.
pub(super) fn place(view: &View<'_>, chosen: &BTreeSet<usize>) -> Round {
    let mut round = Round::default();
    let layout = Layout::new(view.tree);
    let is_template = view.text.contains("{{");
    for at in chosen {
        let Some(job) = view.job(*at) else { continue };
        let result = match is_template {
            true => Err((job.name_span, TEMPLATE.to_owned())),
            false => Pod::new(view, chosen, &layout, *at, job).and_then(|pod| pod.write(&mut round)),
        };
        match result {
            Ok(edits) => round.changes.extend(edits.into_iter().map(|edit| (job.name.clone(), edit))),
            Err((span, why)) => {
                round.failed.entry(*at).or_insert(Left { span, job: job.name.clone(), why });
            }
        }
    }
    round
}

/// The edits of a pod's containers, whose commands stand elsewhere, as those of steps do; remarks go into `round`.
pub(super) fn containers(
    view: &View<'_>,
    chosen: &BTreeSet<usize>,
    layout: &Layout,
    (at, job): (usize, &Job),
    round: &mut Round,
) -> Result<Vec<Edit>, Obstacle> {
    let pod = Pod::new(view, chosen, layout, at, job)?;
    pod.check()?;
    pod.write_containers(Vec::new(), round)
}

/// A pod that is to build without a daemon.
struct Pod<'p> {
    view: &'p View<'p>,
    chosen: &'p BTreeSet<usize>,
    at: usize,
    job: &'p Job,
    /// The containers that call Docker, by their index among the job's.
    clients: BTreeMap<usize, (&'p Container, Spot)>,
    /// The containers that run a daemon.
    daemons: BTreeMap<usize, (&'p Container, Spot)>,
}

impl<'p> Pod<'p> {
    fn new(
        view: &'p View<'p>,
        chosen: &'p BTreeSet<usize>,
        layout: &Layout,
        at: usize,
        job: &'p Job,
    ) -> Result<Self, Obstacle> {
        let callers: BTreeSet<usize> = job
            .invocations
            .iter()
            .filter(|one| one.is_docker())
            .filter_map(|one| container_of(job.commands.get(one.command)?.place))
            .collect();
        let (mut clients, mut daemons) = (BTreeMap::new(), BTreeMap::new());
        for (index, container) in job.containers.iter().enumerate() {
            let is_daemon = daemon(container).is_some() && container.role != Role::Started;
            if !is_daemon && !callers.contains(&index) {
                continue;
            }
            let Some(spot) = layout.spot(container.span) else {
                let why = "its container is not written as an item of a pod's list of containers";
                return Err((container.span, why.to_owned()));
            };
            if is_daemon { &mut daemons } else { &mut clients }.insert(index, (container, spot));
        }
        Ok(Self { view, chosen, at, job, clients, daemons })
    }

    /// All edits of the pod; remarks go into `round`.
    fn write(&self, round: &mut Round) -> Result<Vec<Edit>, Obstacle> {
        self.check()?;
        let edits = self.commands(round)?;
        self.write_containers(edits, round)
    }

    /// Adds what changes the containers to the edits of their commands.
    fn write_containers(&self, mut edits: Vec<Edit>, round: &mut Round) -> Result<Vec<Edit>, Obstacle> {
        let mut replaced = BTreeSet::new();
        for (index, (container, spot)) in &self.clients {
            let mut lines = self.security(container, spot.item, &mut edits)?;
            let is_own = self.image(container, spot, round, &mut edits)?;
            if !is_own {
                replaced.insert(*index);
            }
            lines.extend(self.environment(spot.item, !is_own, &mut edits)?);
            if lines.is_empty() {
                continue;
            }
            let place =
                own(self.view.tree, spot.item, "image").filter(|_| !self.view.tree.is_flow(spot.item));
            let edit = place.and_then(|(key, image)| {
                let column = self.view.column(self.view.tree.span(key));
                self.view.behind(self.view.tree.span(image), column, &lines, security::WHY)
            });
            let why = "its container is written in a way that nothing can be added to";
            edits.push(edit.ok_or_else(|| (container.span, why.to_owned()))?);
        }
        let is_replaced = |place: Place| container_of(place).is_some_and(|index| replaced.contains(&index));
        self.view.missing_at(self.at, &is_replaced, round);
        self.template(&mut edits)?;
        self.volumes(&mut edits, round)?;
        self.without_daemons(&mut edits)?;
        self.remarks(round);
        Ok(edits)
    }

    /// Whether the file shows all that is asked of the daemon.
    fn check(&self) -> Result<(), Obstacle> {
        let job = self.job;
        let Some(pod) = self.pod() else {
            let (span, why) = match self.daemons.values().next() {
                Some((daemon, _)) => (
                    daemon.span,
                    "it runs a daemon for others, and the file does not show what they ask of it",
                ),
                None => (job.name_span, "the file does not show what it asks of the daemon"),
            };
            return Err((span, why.to_owned()));
        };
        let mut all = self.clients.values().chain(self.daemons.values());
        if let Some((other, _)) = all.find(|(_, spot)| spot.pod != pod) {
            return Err((other.span, "its containers are in several pods".into()));
        }
        for one in job.invocations.iter().filter(|one| one.is_docker()) {
            let Some(command) = job.commands.get(one.command) else { continue };
            let is_daemons = container_of(command.place).is_some_and(|at| self.daemons.contains_key(&at));
            if is_daemons && !matches!(one.subcommand.as_str(), "info" | "version" | "ps" | "") {
                return Err((one.span, "it is called in the daemon's own container".into()));
            }
        }
        for command in job.commands.iter().filter(|command| self.is_client(command.place)) {
            let program = command.words.first().map_or("", |word| word.as_str());
            let name = file_name(program);
            if matches!(name, "dockerd" | "dockerd-entrypoint.sh" | "dockerd-rootless.sh") {
                return Err((
                    command.span,
                    "it starts a daemon in its own container: take that out first".into(),
                ));
            }
        }
        self.stores()?;
        for (index, container) in job.containers.iter().enumerate() {
            let known = self.clients.contains_key(&index) || self.daemons.contains_key(&index);
            if !known && let Some(span) = reaches_unseen(container) {
                let name = container.names.first().map_or("", String::as_str);
                let why =
                    format!("`{name}` can reach the daemon, and the file does not show what it asks of it");
                return Err((span, why));
            }
        }
        // What Tekton's steps have in common tells all of them where the daemon is.
        let told: BTreeSet<usize> = job
            .containers
            .iter()
            .enumerate()
            .filter(|(index, one)| {
                !self.clients.contains_key(index) && one.env.iter().any(|var| var.name == "DOCKER_HOST")
            })
            .map(|(index, _)| index)
            .collect();
        let is_told = |place: Place| container_of(place).is_some_and(|index| told.contains(&index));
        match hidden::caller_at(job, &is_told) {
            Some((span, program)) => Err((span, hidden::may_call(program))),
            None => Ok(()),
        }
    }

    /// The mapping that describes the pod.
    fn pod(&self) -> Option<NodeId> {
        self.clients.values().next().map(|(_, spot)| spot.pod)
    }

    /// Whether a command acts in a container that calls Docker.
    fn is_client(&self, place: Place) -> bool {
        container_of(place).is_some_and(|at| self.clients.contains_key(&at))
    }

    /// The builder's image in the place of Docker's client. Says whether the container keeps its own.
    fn image(
        &self,
        container: &Container,
        spot: &Spot,
        round: &mut Round,
        edits: &mut Vec<Edit>,
    ) -> Result<bool, Obstacle> {
        let view = self.view;
        let info = view.builder.info();
        let written = own(view.tree, spot.item, "image").map(|(_, image)| view.tree.span(image));
        let Some(image) =
            container.image.as_ref().filter(|image| written.is_some_and(|all| all.contains(image.span)))
        else {
            return Err((container.span, "its image is written elsewhere".into()));
        };
        if !view.only_used_by(image.span, self.chosen) {
            return Err((image.span, reasons::SHARED.into()));
        }
        if image.texts().any(|text| image::kind(text.as_str(), false) == Kind::Other) {
            let why = reasons::must_hold("container", image, view.builder);
            round.notes.push(Left { span: image.span, job: self.job.name.clone(), why });
            return Ok(true);
        }
        if let Some(span) = self.ash(container, spot) {
            let why = format!("`{}` has no `ash`, which is Alpine's shell: write `sh`", info.image);
            return Err((span, why));
        }
        if let Some(user) = container.user.as_ref().filter(|user| !matches!(user.as_str(), "0" | "1000")) {
            let why = format!("it runs as user {}, whom `{}` does not know", user.as_str(), info.image);
            return Err((user.span, why));
        }
        let quote = match view.text.get(image.span.range()).and_then(|text| text.chars().next()) {
            Some(quote @ ('"' | '\'')) => quote.to_string(),
            _ => String::new(),
        };
        let name = format!("{quote}{}{quote}", info.image);
        let reason = reasons::pinned(view.builder);
        edits.push(Edit::replace(image.span, name, reason));
        Ok(false)
    }

    /// Where a container's script is for Alpine's shell.
    fn ash(&self, container: &Container, spot: &Spot) -> Option<Span> {
        let tree = self.view.tree;
        let names_ash = |text: &str| text.split(['/', ' ']).any(|word| word == "ash");
        let word = container.command.first().filter(|word| names_ash(word.as_str()));
        let script = own(tree, spot.item, "script").map(|(_, script)| script);
        let script = script.filter(|script| {
            let line = tree.str(*script).and_then(|text| text.lines().next()).unwrap_or("");
            line.starts_with("#!") && names_ash(line)
        });
        word.map(|word| word.span).or_else(|| script.map(|script| tree.span(script)))
    }

    /// Each container has a store of images of its own: what one builds, another can't push.
    fn stores(&self) -> Result<(), Obstacle> {
        let mut makers: HashMap<String, BTreeSet<usize>> = HashMap::new();
        let mut stocked: BTreeSet<usize> = BTreeSet::new();
        let docker = || {
            let all = self.job.invocations.iter().filter(|one| one.is_docker());
            all.filter_map(|one| Some((one, container_of(self.job.commands.get(one.command)?.place)?)))
        };
        for (one, at) in docker() {
            let names: Vec<&Value> = match one.subcommand.as_str() {
                _ if one.builds() => one.values("tag").collect(),
                "tag" | "image tag" => one.args.iter().skip(1).collect(),
                "pull" | "image pull" => one.args.iter().collect(),
                "load" | "image load" | "import" | "commit" => Vec::new(),
                _ => continue,
            };
            if !one.subcommand.ends_with("tag") {
                stocked.insert(at);
            }
            for name in names {
                makers.entry(canonical(name.as_str())).or_default().insert(at);
            }
        }
        for (one, at) in docker().filter(|(one, _)| !one.builds()) {
            let anothers = |name: &&Value| {
                makers.get(&canonical(name.as_str())).is_some_and(|makers| !makers.contains(&at))
            };
            let empty =
                matches!(one.subcommand.as_str(), "push" | "image push" | "tag" | "image tag" | "save")
                    && !stocked.contains(&at);
            if one.args.iter().find(anothers).is_some() || empty {
                let why = "it uses an image that it has not built itself, and without a daemon each container has images \
                           of its own: build and push in one container";
                return Err((one.span, why.to_owned()));
            }
        }
        Ok(())
    }

    /// The docker commands of the clients in the builder's words.
    fn commands(&self, round: &mut Round) -> Result<Vec<Edit>, Obstacle> {
        let found = self.view.commands(self.at, self.chosen, &[], round);
        if let Some(failed) = round.failed.remove(&self.at) {
            return Err((failed.span, failed.why));
        }
        if let Some((edit, _)) = found.iter().find(|(_, shared)| *shared) {
            return Err((edit.span, reasons::SHARED.into()));
        }
        let edits: Vec<Edit> = found.into_iter().map(|(edit, _)| edit).collect();
        self.parameters(&edits)?;
        let places: BTreeMap<u32, usize> =
            self.clients.iter().map(|(index, (one, _))| (one.span.start, *index)).collect();
        let mut of_clients: BTreeMap<usize, Vec<Edit>> = BTreeMap::new();
        for edit in edits {
            let client = places.range(..=edit.span.start).next_back().map(|(_, index)| *index);
            let inside =
                |index: &usize| self.clients.get(index).is_some_and(|(one, _)| one.span.contains(edit.span));
            let Some(client) = client.filter(inside) else {
                return Err((edit.span, "what it asks of Docker is written outside of its container".into()));
            };
            of_clients.entry(client).or_default().push(edit);
        }
        let mut spans: BTreeMap<usize, Vec<Span>> = BTreeMap::new();
        for one in self.job.invocations.iter().filter(|one| one.is_docker()) {
            let Some(command) = self.job.commands.get(one.command) else { continue };
            if let Some(at) = container_of(command.place) {
                spans.entry(at).or_default().push(command.span);
            }
        }
        let (mut out, mut rest) = (Vec::new(), Vec::new());
        for (index, edits) in of_clients {
            let Some((_, spot)) = self.clients.get(&index) else { continue };
            let words = argv::Words::new(self.view, spot.item, spans.get(&index).map_or(&[], Vec::as_slice));
            let (own, others): (Vec<Edit>, _) = edits.into_iter().partition(|edit| words.contains(edit.span));
            out.extend(words.edited(own)?);
            rest.extend(others);
        }
        // Words of a probe or a hook are items of a list as well.
        if let Some(edit) = rest.iter().find(|edit| self.view.scalar(edit.span).is_none()) {
            return Err((edit.span, argv::WHY.into()));
        }
        out.extend(rest);
        Ok(out)
    }

    /// What a parameter stands for is known by its default, if at all: nothing may follow from that.
    fn parameters(&self, edits: &[Edit]) -> Result<(), Obstacle> {
        let of_registry =
            |edit: &&Edit| edit.text.contains("docker.io") || edit.text.contains("--tls-verify");
        let taken: BTreeSet<u32> = edits.iter().filter(of_registry).map(|edit| edit.span.start).collect();
        for one in self.job.invocations.iter().filter(|one| one.is_docker()) {
            let values = one.flags.iter().filter_map(|flag| flag.value.as_ref()).chain(&one.args);
            let mut known = BTreeSet::new();
            for value in values {
                let written = self.view.text.get(value.span.range()).unwrap_or("");
                if !written.contains("$(params") {
                    continue;
                }
                if !known.insert(value.span) {
                    return Err((value.span, "the parameter stands for several words".into()));
                }
                let next = taken.range(one.span.start..).next();
                if next.is_some_and(|start| *start <= one.span.end) {
                    let why = "the registry is a parameter's: what Docker takes for granted of it has to be written out";
                    return Err((value.span, why.into()));
                }
            }
        }
        Ok(())
    }

    /// Takes the daemons' containers from the lists that they stand in.
    fn without_daemons(&self, edits: &mut Vec<Edit>) -> Result<(), Obstacle> {
        let view = self.view;
        let mut lists: Vec<(Entry, Vec<NodeId>)> = Vec::new();
        for (_, spot) in self.daemons.values() {
            match lists.iter_mut().find(|(list, _)| *list == spot.list) {
                Some((_, items)) => items.push(spot.item),
                None => lists.push((spot.list, vec![spot.item])),
            }
        }
        for (list, items) in lists {
            let (key, value) = (view.tree.span(list.0), view.tree.str(list.0).unwrap_or(""));
            if view.tree.items(list.1).len() == items.len() && matches!(value, "containers" | "steps") {
                return Err((key, format!("nothing would be left of its `{value}`")));
            }
            let own = view.change_items(list, &items, &[], SERVICE);
            edits.extend(own.ok_or_else(|| closed(key, "its list of containers"))?);
        }
        Ok(())
    }

    /// What a person has to look at beside what was changed.
    fn remarks(&self, round: &mut Round) {
        let job = self.job;
        let is_own = |place: Place| self.is_client(place);
        let caller = hidden::caller_at(job, &is_own).map(|(span, program)| (span, hidden::may_call(program)));
        let reader = hidden::reader_at(job, &is_own).map(|(span, name)| (span, hidden::looks_in_store(name)));
        let mut found: Vec<_> = caller.into_iter().chain(reader).collect();
        let clients = self.clients.values().filter(|_| !self.daemons.is_empty());
        let limited = clients.filter_map(|(_, spot)| {
            let tree = self.view.tree;
            let (key, resources) = own(tree, spot.item, "resources")?;
            tree.get(resources, "limits").map(|_| tree.span(key))
        });
        found.extend(limited.map(|span| (span, LIMITS.to_owned())));
        found.extend(hidden::told(self.daemons.values().map(|(daemon, _)| *daemon), self.view.builder));
        let engines: BTreeSet<usize> = job.invocations.iter().map(|one| one.command).collect();
        for (at, command) in job.commands.iter().enumerate() {
            if is_own(command.place) && !engines.contains(&at) && shell::asks_for_docker(command) {
                found.push((command.span, shell::ABOUT_DOCKER.to_owned()));
            }
        }
        let note = |(span, why)| Left { span, job: job.name.clone(), why };
        round.notes.extend(found.into_iter().map(note));
    }
}

/// The container of a job that is a place.
pub(super) fn container_of(place: Place) -> Option<usize> {
    match place {
        Place::Container(at) => Some(at),
        _ => None,
    }
}

/// By what a container that calls no Docker in the file may reach a daemon all the same.
fn reaches_unseen(container: &Container) -> Option<Span> {
    let sockets = container.mounts.iter().find(|one| mount::socket_of(one).is_some() && !one.declared_only);
    let told = || {
        container.env.iter().find(|var| var.name == "DOCKER_HOST" && container.span.contains(var.name_span))
    };
    let client = || {
        let image = container.image.as_ref()?;
        image.any(|text| image::kind(text, false) != Kind::Other).then_some(image.span)
    };
    sockets.map(|one| one.span).or_else(|| told().map(|var| var.name_span)).or_else(client)
}

/// What can't be changed where it stands.
fn closed(span: Span, what: &str) -> Obstacle {
    (span, reasons::closed(&format!("{what} is")))
}
