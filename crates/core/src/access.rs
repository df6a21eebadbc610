//! How a job reaches container engines: from its containers, its commands and its environment.

mod daemon;

use crate::map::{Map, Set};
use crate::order;

use daemonless_catalog::{Approach, Host, Power};

use crate::engine::address::Address;
use crate::engine::command_line::Invocation;
use crate::engine::mount;
use crate::hidden::{Hidden, hidden};
use crate::model::{ApiSocket, Command, Confidence, Container, Job, Mount, Place, Role, Value, Var};
use crate::source::Span;
use crate::verdict;
use daemon::{by_daemon, daemon_volumes, hands_on, nested, nested_in, volume};

pub use daemon::{daemon, daemon_span};

/// One way in which a job, or a container that it starts, reaches an engine.
#[derive(Clone, Debug)]
pub struct Access {
    pub approach: Approach,
    /// By what, in a few words: "the socket `/var/run/docker.sock`".
    pub by: String,
    pub confidence: Confidence,
    /// The lines that prove it, each with what it is.
    pub proof: Vec<(Span, String)>,
    /// What it gives to one malicious step.
    pub power: Power,
}

/// Names by which a daemon beside the job is commonly reached, where the service itself stands in another file.
static DAEMON_NAMES: &[&str] = &["docker", "dind", "docker-dind", "dockerd", "docker-daemon"];

/// Commands of the docker client that talk to no engine.
static CLIENT_ONLY: &[&str] =
    &["", "version", "help", "--version", "context", "context create", "context ls", "completion"];

/// The containers of a file's workloads by what others reach them by.
#[derive(Debug)]
pub struct Names<'a> {
    names: Map<&'a str, &'a Container>,
    /// Daemons by the volumes in which others may find their sockets.
    volumes: Map<&'a str, &'a Container>,
}

impl<'a> Names<'a> {
    pub fn new(jobs: &'a [Job]) -> Self {
        let workloads = |job: &'a Job| job.containers.iter().filter(|one| one.role == Role::Workload);
        let named = jobs.iter().flat_map(workloads);
        // A pod's volumes are its own.
        let apart = jobs.iter().filter(|job| !job.one_network).flat_map(workloads);
        Self {
            names: named.flat_map(|one| one.names.iter().map(move |name| (name.as_str(), one))).collect(),
            volumes: daemon_volumes(apart),
        }
    }
}

/// The accesses of a job, worst first. `names` has the containers of other jobs that it may name in an address; `host`
/// is where it runs.
pub fn accesses(names: &Names<'_>, job: &Job, host: Host) -> Vec<Access> {
    let started = job.containers.iter().filter(|container| container.role == Role::Started);
    let started_mounts =
        started.flat_map(|container| container.mounts.iter().map(|mount| mount.span)).collect();
    let own = |container: &Container| matches!(container.role, Role::Job | Role::Workload | Role::Image);
    let in_container = job.containers.iter().any(own);
    let container_env = job.containers.iter().find(|container| container.role == Role::Job);
    let container_env = container_env.map_or(&[][..], |container| &container.env);
    let daemons: Vec<_> = job.containers.iter().map(nested_in).collect();
    let beside = job.containers.iter().zip(&daemons).find(|(one, daemon)| daemon.is_some() || hands_on(one));
    let own =
        job.containers.iter().rev().flat_map(|one| one.names.iter().map(move |name| (name.as_str(), one)));
    let mut finder = Finder {
        names,
        job,
        host,
        found: Vec::new(),
        in_container,
        container_env,
        started_mounts,
        own: own.collect(),
        beside: beside.map(|(one, _)| one).filter(|_| job.one_network),
        volumes: job.one_network.then(|| daemon_volumes(job.containers.iter())),
        daemons,
    };
    for (at, container) in job.containers.iter().enumerate() {
        finder.container(at, container);
    }
    finder.commands();
    finder.addresses();
    let mut found = finder.found;
    order::sort_by_key(&mut found, |access| (access.approach, std::cmp::Reverse(access.confidence)));
    found
}

/// A job with more different ways to an engine than this is judged by these.
const MOST_ACCESSES: usize = 100;

struct Finder<'a> {
    names: &'a Names<'a>,
    job: &'a Job,
    host: Host,
    found: Vec<Access>,
    /// Whether the job's commands run in a container that the file names.
    in_container: bool,
    /// The variables of that container.
    container_env: &'a [Var],
    /// Mounts of containers that the job's commands start: what they hand in, the job itself does not have.
    started_mounts: Set<Span>,
    /// What the daemon of each of the job's containers is and gives.
    daemons: Vec<Option<(Approach, Power)>>,
    /// The job's containers by their names.
    own: Map<&'a str, &'a Container>,
    /// The container of a pod that answers at `localhost`.
    beside: Option<&'a Container>,
    /// The daemons of a pod by the volumes that its containers share.
    volumes: Option<Map<&'a str, &'a Container>>,
}

impl<'a> Finder<'a> {
    /// Adds an access, or its proof to the same one that is known.
    fn add(
        &mut self,
        approach: Approach,
        power: Power,
        by: String,
        confidence: Confidence,
        span: Span,
        what: String,
    ) {
        let same = |access: &&mut Access| access.approach == approach && access.by == by;
        if let Some(access) = self.found.iter_mut().find(same) {
            access.confidence = access.confidence.max(confidence);
            access.power = access.power.min(power);
            if access.proof.len() < 20 && !access.proof.iter().any(|(known, _)| *known == span) {
                access.proof.push((span, what));
            }
            return;
        }
        if self.found.len() < MOST_ACCESSES {
            self.found.push(Access { approach, by, confidence, proof: vec![(span, what)], power });
        }
    }

    fn container(&mut self, at: usize, container: &Container) {
        for mount in container.mounts.iter().filter(|mount| !mount.declared_only) {
            let Some(socket) = mount::socket_of(mount) else { continue };
            let path = mount.source.as_ref().map_or("", Value::as_str);
            let (approach, power) = match socket.rootless {
                true => (Approach::RootlessDaemon, Power::OneWallLess),
                false => (Approach::HostSocket, Power::HostRoot),
            };
            let by = format!("the {} socket at `{path}`", socket.engine);
            self.add(approach, power, by, Confidence::Declared, mount.span, format!("hands in `{path}`"));
        }
        // A directory of the host that holds everything, the sockets too.
        for mount in container.mounts.iter().filter(|mount| !mount.read_only && !mount.declared_only) {
            let source = mount.source.as_ref();
            if source.is_some_and(|path| mount::sensitive(path.as_str()) == Some(mount::Sensitive::Root)) {
                let by = "the host's `/`, which holds its engine's socket".to_owned();
                self.add(
                    Approach::HostSocket,
                    Power::HostRoot,
                    by,
                    Confidence::Implied,
                    mount.span,
                    "mounts `/`".into(),
                );
            }
        }
        if let Some(socket) = container.api_socket {
            self.handed(socket, socket.span, "hands in the socket".into());
        }
        if let Some((approach, power)) = self.daemon(at) {
            let span = daemon_span(container).unwrap_or(container.span);
            let what = "starts a Docker daemon".to_owned();
            self.add(approach, power, by_daemon(container), Confidence::Declared, span, what);
        } else {
            for mount in container.mounts.iter().filter(|mount| !mount.declared_only) {
                let holds = mount.target.as_ref().is_some_and(|path| mount::socket(path.as_str()).is_some());
                if let Some(daemon) = volume(mount).filter(|_| holds).and_then(|volume| self.sharing(volume))
                {
                    self.shared(daemon, mount.span, "shares the volume of its socket".to_owned());
                }
            }
        }
    }

    /// The daemon that mounts a volume, too.
    fn sharing(&self, volume: &str) -> Option<&'a Container> {
        self.volumes.as_ref().unwrap_or(&self.names.volumes).get(volume).copied()
    }

    /// The daemon whose socket a container sees at `path`, in a volume that both mount.
    fn behind(&self, container: &Container, path: &str) -> Option<&'a Container> {
        let holds = |mount: &&Mount| {
            let target = mount.target.as_ref().map_or("", Value::as_str).trim_end_matches('/');
            path.strip_prefix(target).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let mounts = container.mounts.iter().filter(holds);
        mounts.filter_map(volume).find_map(|volume| self.sharing(volume))
    }

    /// Adds the access to a daemon of which the container sees the socket.
    fn shared(&mut self, daemon: &Container, span: Span, what: String) {
        if let Some((approach, power)) = nested_in(daemon) {
            self.add(approach, power, by_daemon(daemon), Confidence::Implied, span, what);
        }
    }

    /// A socket that no mount hands in. The machine that serves one job alone has no other engine to give.
    fn handed(&mut self, socket: ApiSocket, span: Span, what: String) {
        if socket.confidence == Confidence::Declared || self.host != Host::Vm {
            let by = format!("the engine's socket by {}", socket.by);
            self.add(Approach::HostSocket, Power::HostRoot, by, socket.confidence, span, what);
        }
    }

    fn commands(&mut self) {
        for invocation in &self.job.invocations {
            let Some(command) = self.job.commands.get(invocation.command) else { continue };
            if command.place == Place::Elsewhere || self.in_image_build(command) {
                continue;
            }
            match invocation.tool {
                "dockerd" if self.is_daemon(command.place) => {}
                "dockerd" => self.daemon_started(invocation.head, invocation),
                "docker" if !CLIENT_ONLY.contains(&invocation.subcommand.as_str()) => {
                    self.client(invocation, command)
                }
                "docker" => {}
                "podman" | "buildah" | "kaniko" | "buildctl" => self.builder(invocation, command),
                "nerdctl" => self.reached(invocation.head, None, "nerdctl"),
                _ => {}
            }
        }
        for command in &self.job.commands {
            self.unseen(command);
            if !self.in_image_build(command) && command.place == Place::Job && verdict::opens_socket(command)
            {
                let by = "the host's socket, which the script opens to more users".to_owned();
                let what = "opens the socket".to_owned();
                self.add(Approach::HostSocket, Power::HostRoot, by, Confidence::Declared, command.span, what);
            }
            let words: Vec<&str> = command.words.iter().take(4).map(Value::as_str).collect();
            let starts = matches!(
                words.as_slice(),
                ["service", "docker", "start", ..]
                    | ["systemctl", "start", "docker" | "docker.service", ..]
                    | ["/etc/init.d/docker", "start", ..]
            );
            if starts && command.place != Place::Elsewhere && !self.in_image_build(command) {
                let by = "a Docker service that the script starts".to_owned();
                self.started_by_script(command.span, command.place, by);
            }
        }
    }

    /// A program that is no engine's and asks one, or builds images by itself.
    fn unseen(&mut self, command: &Command) {
        if command.place == Place::Elsewhere || self.in_image_build(command) {
            return;
        }
        let program = command.words.first().map_or("", Value::as_str);
        match hidden(command) {
            Some(Hidden { confidence: Confidence::Possible, .. }) | None => {}
            Some(Hidden { engine: true, .. }) => self.asked(command.span, command, program),
            Some(_) => {
                let by = format!("`{program}`, which builds without a daemon");
                let what = format!("`{program}` is used here");
                let span = command.span;
                self.add(Approach::Daemonless, Power::OwnContainer, by, Confidence::Implied, span, what);
            }
        }
    }

    /// A Dockerfile's `RUN`: no engine answers there.
    fn in_image_build(&self, command: &Command) -> bool {
        command.place == Place::Job
            && self.job.containers.first().is_some_and(|first| first.role == Role::Image)
    }

    /// Whether the command is in a container that is known to run a daemon: what starts that is no second one.
    fn is_daemon(&self, place: Place) -> bool {
        matches!(place, Place::Container(at) if self.daemon(at).is_some())
    }

    fn daemon(&self, at: usize) -> Option<(Approach, Power)> {
        self.daemons.get(at).copied().flatten()
    }

    /// The container that a command runs in, where it is not the job's own.
    fn inside(&self, place: Place) -> Option<&'a Container> {
        match place {
            Place::Container(at) => self.job.containers.get(at),
            Place::Job | Place::Elsewhere => None,
        }
    }

    fn daemon_started(&mut self, span: Span, invocation: &Invocation) {
        let rootless = self
            .job
            .commands
            .get(invocation.command)
            .and_then(|command| command.words.first())
            .is_some_and(|program| program.as_str().contains("rootless"));
        if rootless {
            let by = "a rootless daemon that the script starts".to_owned();
            self.add(
                Approach::RootlessDaemon,
                Power::OneWallLess,
                by,
                Confidence::Declared,
                span,
                "starts it".into(),
            );
        } else {
            let place = self.job.commands.get(invocation.command).map(|command| command.place);
            self.started_by_script(
                span,
                place.unwrap_or_default(),
                "a daemon that the script starts".to_owned(),
            );
        }
    }

    fn started_by_script(&mut self, span: Span, place: Place, by: String) {
        let what = "starts it".to_owned();
        if self.host == Host::Vm && !self.in_container {
            self.add(Approach::VmDaemon, Power::UnknownEngine, by, Confidence::Declared, span, what);
        } else {
            let confined = self.inside(place).is_some_and(Container::is_confined);
            let power = if confined { Power::OneWallLess } else { Power::HostPrivilege };
            self.add(Approach::NestedDaemon, power, by, Confidence::Declared, span, what);
        }
    }

    /// A docker command: whose daemon answers?
    fn client(&mut self, invocation: &Invocation, command: &Command) {
        let flag = invocation.global("host").or_else(|| invocation.global("context"));
        if let Some(flag) = flag {
            let text = flag.value.as_ref().map_or("", Value::as_str);
            if flag.name == "context" && !matches!(text, "default" | "") {
                let by = format!("the context `{text}`");
                self.add(
                    Approach::RemoteDaemon,
                    Power::UnknownEngine,
                    by,
                    Confidence::Declared,
                    flag.span,
                    "names an engine".into(),
                );
                return;
            }
            let inside = self.inside(command.place);
            if flag.name == "host" && self.address(text, inside, flag.span, Confidence::Declared) {
                return;
            }
        }
        self.asked(invocation.head, command, "docker");
    }

    /// A command that asks the engine of its environment.
    fn asked(&mut self, span: Span, command: &Command, client: &str) {
        let own = command.engine_env.iter();
        let variable = match command.place {
            Place::Container(at) => {
                let inner = self.job.containers.get(at).map_or(&[][..], |container| &container.env);
                find(own, inner, &[])
            }
            _ => find(own, self.container_env, &self.job.env),
        };
        if let Some(var) = variable
            && self.address(var.value.as_str(), self.inside(command.place), line(var), Confidence::Declared)
        {
            return;
        }
        self.reached(span, Some(command.place), client);
    }

    /// No address is given: the engine that the place itself offers.
    fn reached(&mut self, span: Span, place: Option<Place>, client: &str) {
        if let Some(container) = place.and_then(|place| self.inside(place)) {
            // A socket that is handed in is counted with the mount; a daemon in it with its image.
            let has_socket = container.mounts.iter().any(|mount| mount::socket_of(mount).is_some());
            if has_socket
                || container.api_socket.is_some()
                || place.is_some_and(|place| self.is_daemon(place))
            {
                return;
            }
            // In a pod, what is not written may come with the cluster.
            if container.role != Role::Step && !self.job.one_network {
                return;
            }
        }
        let known = |access: &&Access| {
            matches!(
                access.approach,
                Approach::HostSocket | Approach::NestedDaemon | Approach::RootlessDaemon
            ) && access.confidence > Confidence::Possible
        };
        let own = self
            .found
            .iter()
            .find(known)
            .filter(|access| !access.proof.iter().all(|(at, _)| self.started_mounts.contains(at)));
        if own.is_some() {
            return;
        }
        let what = format!("`{client}` is used here");
        let container = self.job.containers.iter().find(|container| container.role == Role::Job);
        if let Some(socket) = container.and_then(|container| container.api_socket)
            && self.host != Host::Vm
        {
            return self.handed(ApiSocket { confidence: Confidence::Implied, ..socket }, span, what);
        }
        let (approach, by) = match (self.host, self.in_container) {
            (Host::Vm, _) => (Approach::VmDaemon, "the machine's own daemon".to_owned()),
            _ => (Approach::AmbientDaemon, "a daemon that the file does not name".to_owned()),
        };
        self.add(approach, Power::UnknownEngine, by, Confidence::Implied, span, what);
    }

    fn builder(&mut self, invocation: &Invocation, command: &Command) {
        let remote = invocation
            .global("addr")
            .or_else(|| invocation.global("url"))
            .or_else(|| invocation.global("connection"));
        let remote = remote.or_else(|| invocation.global("remote").filter(|flag| flag.is_on()));
        let variable = find(command.engine_env.iter(), &[], &self.job.env);
        let local = invocation.tool == "buildctl"
            && command.words.first().is_some_and(|program| program.as_str().contains("daemonless"));
        let what = format!("`{}` is used here", command.words.first().map_or("", Value::as_str));
        if let Some(flag) = remote.filter(|_| !local) {
            let by = format!("an engine elsewhere, by `{}`", invocation.tool);
            self.add(Approach::RemoteDaemon, Power::UnknownEngine, by, Confidence::Declared, flag.span, what);
        } else if invocation.tool == "podman" && variable.is_some_and(|var| var.name == "CONTAINER_HOST") {
            let by = "an engine elsewhere, by `CONTAINER_HOST`".to_owned();
            self.add(
                Approach::RemoteDaemon,
                Power::UnknownEngine,
                by,
                Confidence::Declared,
                invocation.head,
                what,
            );
        } else {
            let by = match invocation.tool {
                "kaniko" => "Kaniko",
                "buildah" => "Buildah",
                "buildctl" => "BuildKit",
                _ => "Podman",
            };
            self.add(
                Approach::Daemonless,
                Power::OwnContainer,
                by.to_owned(),
                Confidence::Declared,
                invocation.head,
                what,
            );
        }
    }

    /// Addresses in environments that no command used: a workload or a service that talks to an engine by itself.
    fn addresses(&mut self) {
        for (at, container) in self.job.containers.iter().enumerate() {
            if !matches!(container.role, Role::Workload | Role::Service | Role::Started)
                || self.daemon(at).is_some()
            {
                continue;
            }
            if let Some(var) = find([].iter(), &container.env, &[]) {
                self.address(var.value.as_str(), Some(container), line(var), Confidence::Declared);
            }
        }
    }

    /// An engine's address, as it is used in the container `inside` or else in the job's own. Says whether it leads
    /// anywhere.
    fn address(
        &mut self,
        text: &str,
        inside: Option<&Container>,
        span: Span,
        confidence: Confidence,
    ) -> bool {
        let what = format!("leads to `{text}`");
        if let (Address::Unix(path), Some(container)) = (Address::parse(text), inside)
            && let Some(daemon) = self.behind(container, path)
        {
            self.shared(daemon, span, what);
            return true;
        }
        match Address::parse(text) {
            Address::Unix(path) if path.starts_with("/certs/") => {
                let by = "the nested daemon's socket".to_owned();
                self.add(Approach::NestedDaemon, Power::HostPrivilege, by, Confidence::Implied, span, what);
            }
            Address::Unix(path) => match mount::socket(path) {
                Some(socket) if socket.rootless => {
                    let by = format!("the user's own {} socket", socket.engine);
                    self.add(Approach::RootlessDaemon, Power::OneWallLess, by, confidence, span, what);
                }
                // A socket that is named is the engine's own only if it is handed in, too.
                _ => return false,
            },
            Address::Pipe => return false,
            Address::Tcp { host, port } => self.tcp(host, port, span, what),
            Address::Ssh(host) => {
                let by = format!("the engine of `{host}` by SSH");
                self.add(Approach::RemoteDaemon, Power::UnknownEngine, by, confidence, span, what);
            }
            Address::Unknown => return false,
        }
        true
    }

    fn tcp(&mut self, host: &str, port: &str, span: Span, what: String) {
        let loopback = matches!(host, "localhost" | "127.0.0.1" | "[::1]" | "0.0.0.0");
        let own = self.own.get(host).copied().or(self.beside.filter(|_| loopback));
        let other = || self.names.names.get(host).copied();
        let (approach, power, by) = match own.or_else(other) {
            Some(container) => {
                match (container.mounts.iter().find_map(mount::socket_of), daemon(container)) {
                    (Some(_), None) => (
                        Approach::HostSocket,
                        Power::OpenEngine,
                        format!("the host's socket behind `{host}`"),
                    ),
                    _ => {
                        let (approach, power) = nested_in(container).unwrap_or_else(|| nested(false));
                        (approach, power, format!("the daemon in `{host}`"))
                    }
                }
            }
            None if loopback && self.host == Host::Vm => {
                (Approach::VmDaemon, Power::UnknownEngine, "the machine's own daemon".to_owned())
            }
            None if loopback || DAEMON_NAMES.contains(&host) => {
                let known = self.found.iter().any(|access| access.approach == Approach::RootlessDaemon);
                let (approach, power) = nested(known);
                (approach, power, format!("the daemon in `{host}`"))
            }
            None => {
                let open = matches!(port, "2375" | "");
                let power = if open { Power::OpenEngine } else { Power::UnknownEngine };
                (Approach::RemoteDaemon, power, format!("the engine at `{host}`"))
            }
        };
        self.add(approach, power, by, Confidence::Implied, span, what);
    }
}

/// The line that sets a variable.
fn line(var: &Var) -> Span {
    var.name_span.to(var.value.span)
}

/// The variable that names the engine, from the nearest environment that has it.
fn find<'v>(own: std::slice::Iter<'v, Var>, container: &'v [Var], job: &'v [Var]) -> Option<&'v Var> {
    let names = |var: &&Var| matches!(var.name.as_str(), "DOCKER_HOST" | "CONTAINER_HOST");
    own.rev()
        .find(names)
        .or_else(|| container.iter().rev().find(names))
        .or_else(|| job.iter().rev().find(names))
}
