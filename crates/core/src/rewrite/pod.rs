//! Pods: the builder's container in the place of Docker's client, with its security context, and no daemon beside it. It
//! works on the containers of a pod, whatever object or task holds them.

mod argv;
mod environment;
mod layout;
mod security;
mod volumes;

use std::collections::BTreeSet;

use self::layout::{Entry, Layout, Spot, own};
use super::joined::plan::Obstacle;
use super::{Left, Round, SERVICE, View, hidden, shell};
use crate::access::daemon;
use crate::edit::Edit;
use crate::engine::image::{self, Kind};
use crate::engine::mount;
use crate::model::{Command, Container, Job, Place, Role};
use crate::source::Span;
use crate::syntax::yaml::NodeId;

const SHARED: &str = "it shares these lines with a job that keeps its daemon";

/// One round for these pods.
pub(super) fn place(view: &View<'_>, chosen: &BTreeSet<usize>) -> Round {
    let mut round = Round::default();
    let layout = Layout::new(view.tree);
    for at in chosen {
        let Some(job) = view.job(*at) else { continue };
        let result = Pod::new(view, chosen, &layout, *at, job).and_then(|pod| pod.write(&mut round));
        match result {
            Ok(edits) => round.changes.extend(edits.into_iter().map(|edit| (job.name.clone(), edit))),
            Err((span, why)) => {
                round.failed.entry(*at).or_insert(Left { span, job: job.name.clone(), why });
            }
        }
    }
    round
}

/// A pod that is to build without a daemon.
struct Pod<'p> {
    view: &'p View<'p>,
    chosen: &'p BTreeSet<usize>,
    at: usize,
    job: &'p Job,
    /// The containers that call Docker, each with its index among the job's.
    clients: Vec<(usize, &'p Container, Spot)>,
    /// The containers that run a daemon.
    daemons: Vec<(&'p Container, Spot)>,
}

impl<'p> Pod<'p> {
    fn new(
        view: &'p View<'p>,
        chosen: &'p BTreeSet<usize>,
        layout: &Layout,
        at: usize,
        job: &'p Job,
    ) -> Result<Self, Obstacle> {
        if view.text.contains("{{") {
            let why = "the file has `{{ … }}`, as templates have: what it becomes is known once that is filled in";
            return Err((job.name_span, why.to_owned()));
        }
        let callers: BTreeSet<usize> = job
            .invocations
            .iter()
            .filter(|one| one.is_docker())
            .filter_map(|one| container_of(job.commands.get(one.command)?))
            .collect();
        let (mut clients, mut daemons) = (Vec::new(), Vec::new());
        for (index, container) in job.containers.iter().enumerate() {
            let is_daemon = daemon(container).is_some() && container.role != Role::Started;
            if !is_daemon && !callers.contains(&index) {
                continue;
            }
            let Some(spot) = layout.spot(container.span) else {
                let why = "its container is not written as an item of a pod's list of containers";
                return Err((container.span, why.to_owned()));
            };
            match is_daemon {
                true => daemons.push((container, spot)),
                false => clients.push((index, container, spot)),
            }
        }
        Ok(Self { view, chosen, at, job, clients, daemons })
    }

    /// All edits of the pod; remarks go into `round`.
    fn write(&self, round: &mut Round) -> Result<Vec<Edit>, Obstacle> {
        self.check()?;
        let mut edits = self.commands(round)?;
        for (index, container, spot) in &self.clients {
            let mut lines = self.security(container, spot.item, &mut edits)?;
            let is_own = self.image(*index, container, spot, round, &mut edits)?;
            lines.extend(self.environment(spot.item, !is_own, &mut edits)?);
            if lines.is_empty() {
                continue;
            }
            let place = own(self.view.tree, spot.item, "image").filter(|_| !self.view.tree.is_flow(spot.item));
            let edit = place.and_then(|(key, image)| {
                let column = self.view.column(self.view.tree.span(key));
                self.view.behind(self.view.tree.span(image), column, &lines, security::WHY)
            });
            edits.push(edit.ok_or_else(|| closed(container.span, "its container"))?);
        }
        self.template(&mut edits)?;
        self.volumes(&mut edits, round)?;
        self.without_daemons(&mut edits)?;
        self.remarks(round);
        Ok(edits)
    }

    /// Whether the file shows all that is asked of the daemon.
    fn check(&self) -> Result<(), Obstacle> {
        let job = self.job;
        if let Some((_, spot)) = self.daemons.iter().find(|(_, spot)| self.is_elsewhere(spot)) {
            return Err((self.view.tree.span(spot.item), "its containers are in several pods".into()));
        }
        let Some((_, _, first)) = self.clients.first() else {
            let (span, why) = match self.daemons.first() {
                Some((daemon, _)) => (
                    daemon.span,
                    "it runs a daemon for others, and the file does not show what they ask of it",
                ),
                None => (job.name_span, "the file does not show what it asks of the daemon"),
            };
            return Err((span, why.to_owned()));
        };
        if let Some((_, client, _)) = self.clients.iter().find(|(_, _, spot)| spot.pod != first.pod) {
            return Err((client.span, "its containers are in several pods".into()));
        }
        for one in job.invocations.iter().filter(|one| one.is_docker()) {
            let Some(command) = job.commands.get(one.command) else { continue };
            let is_daemons = container_of(command)
                .and_then(|at| job.containers.get(at))
                .is_some_and(|own| self.daemons.iter().any(|(daemon, _)| daemon.span == own.span));
            if is_daemons && !matches!(one.subcommand.as_str(), "info" | "version" | "ps" | "") {
                return Err((one.span, "it is called in the daemon's own container".into()));
            }
        }
        for command in job.commands.iter().filter(|command| self.is_client(command.place)) {
            let program = command.words.first().map_or("", |word| word.as_str());
            let name = program.rsplit('/').next().unwrap_or("");
            if matches!(name, "dockerd" | "dockerd-entrypoint.sh" | "dockerd-rootless.sh") {
                return Err((
                    command.span,
                    "it starts a daemon in its own container: take that out first".into(),
                ));
            }
        }
        for (index, container) in job.containers.iter().enumerate() {
            let known = self.clients.iter().any(|(client, ..)| *client == index)
                || self.daemons.iter().any(|(daemon, _)| daemon.span == container.span);
            if !known && let Some(span) = reaches_unseen(container) {
                let name = container.names.first().map_or("", String::as_str);
                let why = format!("`{name}` can reach the daemon, and the file does not show what it asks of it");
                return Err((span, why));
            }
        }
        Ok(())
    }

    fn is_elsewhere(&self, spot: &Spot) -> bool {
        self.clients.first().is_some_and(|(_, _, first)| first.pod != spot.pod)
    }

    /// Whether a command acts in a container that calls Docker.
    fn is_client(&self, place: Place) -> bool {
        self.clients.iter().any(|(index, ..)| place == Place::Container(*index))
    }

    /// The builder's image in the place of Docker's client. Says whether the container keeps its own.
    fn image(
        &self,
        index: usize,
        container: &Container,
        spot: &Spot,
        round: &mut Round,
        edits: &mut Vec<Edit>,
    ) -> Result<bool, Obstacle> {
        let view = self.view;
        let info = view.builder.info();
        let written = own(view.tree, spot.item, "image").map(|(_, image)| view.tree.span(image));
        let Some(image) = container.image.as_ref().filter(|image| written.is_some_and(|all| all.contains(image.span))) else {
            return Err((container.span, "its image is written elsewhere".into()));
        };
        if !view.only_used_by(image.span, self.chosen) {
            return Err((image.span, SHARED.into()));
        }
        if image.texts().any(|text| image::kind(text.as_str(), false) == Kind::Other) {
            let why = format!(
                "the container's own image `{}` must hold {}; build it from `{}` or add the package",
                image.as_str(),
                info.name(),
                info.image
            );
            round.notes.push(Left { span: image.span, job: self.job.name.clone(), why });
            return Ok(true);
        }
        if let Some(shell) = container.command.first().filter(|word| is_ash(word.as_str())) {
            let why = format!("`{}` has no `ash`, which is Alpine's shell: write `sh`", info.image);
            return Err((shell.span, why));
        }
        if let Some(user) = container.user.as_ref().filter(|user| !matches!(user.as_str(), "0" | "1000")) {
            let why = format!("it runs as user {}, whom `{}` does not know", user.as_str(), info.image);
            return Err((user.span, why));
        }
        view.missing_at(self.at, &|place| place == Place::Container(index), round);
        let quote = match view.text.get(image.span.range()).and_then(|text| text.chars().next()) {
            Some(quote @ ('"' | '\'')) => quote.to_string(),
            _ => String::new(),
        };
        let name = format!("{quote}{}{quote}", info.image);
        let reason =
            format!("{} {} is pinned by its version and holds no daemon.", info.name(), info.version);
        edits.push(Edit::replace(image.span, name, reason));
        Ok(false)
    }

    /// The docker commands of the clients in the builder's words.
    fn commands(&self, round: &mut Round) -> Result<Vec<Edit>, Obstacle> {
        let found = self.view.commands(self.at, self.chosen, &[], round);
        if let Some(failed) = round.failed.remove(&self.at) {
            return Err((failed.span, failed.why));
        }
        if let Some((edit, _)) = found.iter().find(|(_, shared)| *shared) {
            return Err((edit.span, SHARED.into()));
        }
        let edits: Vec<Edit> = found.into_iter().map(|(edit, _)| edit).collect();
        let inside = |edit: &&Edit| !self.clients.iter().any(|(_, one, _)| one.span.contains(edit.span));
        if let Some(edit) = edits.iter().find(inside) {
            return Err((edit.span, "what it asks of Docker is written outside of its container".into()));
        }
        self.parameters(&edits)?;
        let mut out = Vec::new();
        let mut rest = edits;
        for (index, _, spot) in &self.clients {
            let docker = self.job.invocations.iter().filter(|one| one.is_docker());
            let commands = docker.filter_map(|one| self.job.commands.get(one.command));
            let commands = commands.filter(|one| one.place == Place::Container(*index));
            let commands: Vec<Span> = commands.map(|command| command.span).collect();
            let words = argv::Words::new(self.view, spot.item, &commands);
            let (own, others) = rest.into_iter().partition(|edit| words.contains(edit.span));
            rest = others;
            out.extend(words.edited(own)?);
        }
        out.extend(rest);
        Ok(out)
    }

    /// What a parameter stands for is known by its default, if at all: nothing may follow from that.
    fn parameters(&self, edits: &[Edit]) -> Result<(), Obstacle> {
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
                let follows = |edit: &Edit| {
                    one.span.contains(edit.span)
                        && (edit.text.contains("docker.io") || edit.text.contains("--tls-verify"))
                };
                if edits.iter().any(follows) {
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
        for (_, spot) in &self.daemons {
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
        found.extend(hidden::told(self.daemons.iter().map(|(daemon, _)| *daemon), self.view.builder));
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

/// The container that a command acts in.
fn container_of(command: &Command) -> Option<usize> {
    match command.place {
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

fn is_ash(program: &str) -> bool {
    program.rsplit('/').next() == Some("ash")
}

/// What is said of what can't be changed where it stands.
fn closed(span: Span, what: &str) -> Obstacle {
    (span, format!("{what} is written in a way that can't be cut apart"))
}
