//! The attack path of a job: what one malicious step does, in order, each step with the person's own lines.

use std::borrow::Cow;

use daemonless_catalog::{Approach, Host, Need, Power, StepTemplate, step};

use crate::access::{self, Access};
use crate::engine::address::Address;
use crate::engine::mount::{self, Sensitive};
use crate::model::{Confidence, Container, Job, Mount, Namespace, Place, Reach, Role, Value};
use crate::needs::Needs;
use crate::source::Span;
use crate::verdict::{Verdict, capability, is_raw_device};

/// One thing that an attacker does.
#[derive(Clone, Debug)]
pub struct Step {
    pub template: &'static StepTemplate,
    /// What stands for the template's placeholders.
    pub values: Vec<(&'static str, String)>,
    pub lines: Vec<Span>,
}

impl Step {
    /// A text of the template with its placeholders filled in, as code where it is prose.
    pub fn fill(&self, text: &'static str, prose: bool) -> Cow<'static, str> {
        let mut out = Cow::Borrowed(text);
        for (name, value) in &self.values {
            let place = format!("{{{name}}}");
            if out.contains(&place) {
                let value = if prose { format!("`{value}`") } else { value.clone() };
                out = Cow::Owned(out.replace(&place, &value));
            }
        }
        out
    }
}

/// More lines than this make a step no clearer.
const MOST_LINES: usize = 6;

/// Further containers of a job add no step that is not there yet.
const MOST_CONTAINERS: usize = 50;

/// More steps of one kind than this are left out.
const MOST_ALIKE: usize = 4;

/// The path for a job; empty where it reaches no engine and nothing is relaxed.
pub fn path(job: &Job, verdict: &Verdict, needs: &Needs) -> Vec<Step> {
    if verdict.power.what == Power::Nothing {
        return Vec::new();
    }
    let mut path = Path { job, verdict, needs, steps: Vec::new() };
    path.entry();
    path.engine();
    for container in job.containers.iter().take(MOST_CONTAINERS) {
        path.container(container);
    }
    path.consequences();
    path.steps
}

/// What a container of the job is called.
fn name(job: &Job, container: &Container) -> String {
    let image = container.image.as_ref().map(|image| image.as_str().to_owned());
    image.or_else(|| container.names.first().cloned()).unwrap_or_else(|| job.name.clone())
}

struct Path<'a> {
    job: &'a Job,
    verdict: &'a Verdict,
    needs: &'a Needs,
    steps: Vec<Step>,
}

impl Path<'_> {
    fn push(&mut self, key: &str, values: Vec<(&'static str, String)>, lines: Vec<Span>) {
        let Some(template) = self.room(key, &values) else { return };
        let mut lines = lines;
        lines.dedup();
        lines.truncate(MOST_LINES);
        self.steps.push(Step { template, values, lines });
    }

    /// The step of that key, if it says what no other says yet and there are not too many of its kind.
    fn room(&self, key: &str, values: &[(&'static str, String)]) -> Option<&'static StepTemplate> {
        let alike = self.steps.iter().filter(|step| step.template.key == key);
        let known = alike.clone().any(|step| step.values == values);
        step(key).filter(|_| !known && alike.count() < MOST_ALIKE)
    }

    /// How code gets into the job.
    fn entry(&mut self) {
        let job = vec![("job", self.job.name.clone())];
        let own = self
            .job
            .commands
            .iter()
            .filter(|command| command.place == Place::Job)
            .map(|command| command.span);
        let key = match self.verdict.reach.what {
            Reach::Strangers => "run-code-strangers",
            Reach::Pushers => "run-code-pushers",
            Reach::Protected => "run-code-protected",
        };
        let lines: Vec<Span> = match self.verdict.reach.proof.first() {
            Some((span, _)) => vec![*span],
            None => own.take(1).collect(),
        };
        match self.job.noun {
            "job" | "task" => self.push(key, job, lines),
            // What is no CI job is entered by whatever runs in it.
            _ => self.push("run-code-workload", job, lines),
        }
        if let Some(builds) = self.needs.get(Need::Build) {
            let tag = self.job.invocations.iter().filter(|one| one.builds()).find_map(|one| {
                one.values("tag")
                    .next()
                    .or_else(|| one.values("destination").next())
                    .map(|tag| tag.as_str().to_owned())
            });
            let image = tag.unwrap_or_else(|| "the image".to_owned());
            self.push("build-step", vec![("image", image)], builds.clone());
        }
    }

    /// Whether jobs of a CI service run beside it and after it.
    fn is_among_jobs(&self) -> bool {
        matches!(self.job.noun, "action" | "job" | "runner" | "task")
    }

    /// How the code reaches an engine and what it asks of it.
    fn engine(&mut self) {
        let sure = |access: &&Access| access.confidence > Confidence::Possible;
        let accesses: Vec<Access> =
            self.verdict.accesses.iter().filter(sure).take(MOST_ALIKE).cloned().collect();
        for access in &accesses {
            let lines: Vec<Span> = access.proof.iter().map(|(span, _)| *span).collect();
            match access.approach {
                Approach::HostSocket => self.socket(access, &lines),
                Approach::NestedDaemon | Approach::RootlessDaemon => self.nested(access, lines),
                Approach::AmbientDaemon => {
                    self.push("call-ambient", Vec::new(), lines);
                    let starts = self.started();
                    self.push("start-root-container", Vec::new(), starts);
                }
                Approach::RemoteDaemon => {
                    let key = if access.power == Power::OpenEngine { "call-open-tcp" } else { "call-remote" };
                    let host =
                        access.by.trim_start_matches("the engine at ").trim_start_matches("the engine of ");
                    let host = host.trim_end_matches(" by SSH").trim_matches('`').to_owned();
                    self.push(key, vec![("host", host)], lines);
                }
                Approach::VmDaemon | Approach::Daemonless | Approach::None => {}
            }
        }
    }

    fn socket(&mut self, access: &Access, lines: &[Span]) {
        let mounts = self.job.containers.iter().flat_map(|container| &container.mounts);
        let own = mounts.into_iter().find(|mount| lines.contains(&mount.span));
        let path = match own {
            Some(mount) => seen_at(mount),
            None => "/var/run/docker.sock".to_owned(),
        };
        if access.power == Power::OpenEngine {
            let host = access.by.rsplit('`').nth(1).unwrap_or("").to_owned();
            self.push("call-open-tcp", vec![("host", host)], lines.to_vec());
        } else if own.is_none_or(|mount| {
            mount.source.as_ref().is_none_or(|source| mount::sensitive(source.as_str()).is_none())
        }) {
            self.push("call-socket", vec![("path", path)], lines.to_vec());
        }
        let starts = self.started();
        self.push("start-root-container", Vec::new(), starts);
    }

    fn nested(&mut self, access: &Access, mut lines: Vec<Span>) {
        let daemon = self.job.containers.iter().find(|one| access::daemon(one).is_some());
        let own = daemon.filter(|daemon| daemon.role != Role::Service);
        match (self.nested_address(), own) {
            // Nothing says another address, and none is needed.
            ((.., address), Some(own)) if address.is_empty() => {
                self.push("call-own-daemon", vec![("container", name(self.job, own))], lines);
            }
            ((host, open, address), _) => {
                lines.extend(address);
                let key = if open { "call-open-tcp" } else { "call-nested" };
                self.push(key, vec![("host", host)], lines);
            }
        }
        if access.approach == Approach::NestedDaemon {
            let started = daemon.and_then(access::daemon_span);
            let lines = started.into_iter().chain(daemon.and_then(|daemon| daemon.privileged)).collect();
            self.push("nested-privileged-out", Vec::new(), lines);
        }
    }

    /// The nested daemon's address as the job has it, whether it asks for no certificate, and where that is written.
    fn nested_address(&self) -> (String, bool, Vec<Span>) {
        let inner = self.job.containers.iter().flat_map(|container| &container.env);
        let script = self.job.commands.iter().flat_map(|command| command.engine_env.iter());
        let named = self.job.env.iter().chain(inner).chain(script).find(|var| var.name == "DOCKER_HOST");
        if let Some(var) = named {
            let open = Address::parse(var.value.as_str()).is_plain_tcp();
            return (var.value.as_str().to_owned(), open, vec![var.name_span.to(var.value.span)]);
        }
        let plain =
            self.job.env.iter().find(|var| var.name == "DOCKER_TLS_CERTDIR" && var.value.as_str().is_empty());
        match plain {
            Some(var) => ("tcp://docker:2375".to_owned(), true, vec![var.name_span.to(var.value.span)]),
            None => ("tcp://docker:2376".to_owned(), false, Vec::new()),
        }
    }

    /// The person's own lines that start containers.
    fn started(&self) -> Vec<Span> {
        self.job
            .containers
            .iter()
            .filter(|container| container.role == Role::Started)
            .map(|container| container.span)
            .collect()
    }

    /// What one container's own settings open.
    fn container(&mut self, container: &Container) {
        let name = name(self.job, container);
        let daemon = access::daemon(container).is_some();
        let telling = |mount: &&Mount| {
            let source = mount.source.as_ref();
            !mount.declared_only && source.is_some_and(|source| mount::sensitive(source.as_str()).is_some())
        };
        for mount in container.mounts.iter().filter(telling).take(MOST_ALIKE) {
            self.mount(mount);
        }
        if let Some(span) = container.privileged
            && !daemon
        {
            self.push("privileged-direct", vec![("container", name.clone())], vec![span]);
        }
        for (namespace, span) in &container.namespaces {
            let key = match namespace {
                Namespace::Pid => "namespace-pid",
                Namespace::Network => "namespace-network",
                _ => continue,
            };
            self.push(key, vec![("container", name.clone())], vec![*span]);
        }
        for value in container.capabilities.iter().filter(|value| capability(value.as_str()).is_some()) {
            let values = vec![("capability", value.as_str().to_owned()), ("container", name.clone())];
            self.push("capability", values, vec![value.span]);
        }
        for device in container.devices.iter().filter(|device| is_raw_device(device.as_str())) {
            let path = device.as_str().split(':').next().unwrap_or("").to_owned();
            self.push("device", vec![("device", path)], vec![device.span]);
        }
    }

    fn mount(&mut self, mount: &Mount) {
        let Some(source) = &mount.source else { return };
        let Some(kind) = mount::sensitive(source.as_str()) else { return };
        let target = seen_at(mount);
        let values = vec![("source", source.as_str().to_owned()), ("path", target.clone())];
        let key =
            if mount.read_only || kind == Sensitive::State { "read-host-path" } else { "mount-root-direct" };
        // Its lines are looked for in all commands, so only where they are told.
        if self.room(key, &values).is_some() {
            let own = std::iter::once(mount.span);
            self.push(key, values, own.chain(self.uses_of(&target)).collect());
        }
    }

    /// The job's own commands that go into what is mounted at `target`.
    fn uses_of(&self, target: &str) -> Vec<Span> {
        let inside = |word: &Value| {
            let rest = word.as_str().strip_prefix(target.trim_end_matches('/'));
            target.len() > 1 && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let uses = self.job.commands.iter().filter(|command| command.words.iter().skip(1).any(inside));
        uses.map(|command| command.span).take(MOST_LINES).collect()
    }

    /// What is taken, left or wiped, and where it ends.
    fn consequences(&mut self) {
        let logins: Vec<Span> =
            self.needs.get(Need::Login).or_else(|| self.needs.get(Need::Push)).cloned().unwrap_or_default();
        if !logins.is_empty() {
            self.push("read-credentials", Vec::new(), logins);
        }
        let vm = self.verdict.host.what == Host::Vm;
        let host = matches!(self.verdict.power.what, Power::HostRoot | Power::HostPrivilege);
        if host && !vm {
            let key = if self.is_among_jobs() { "other-jobs" } else { "other-containers" };
            self.push(key, Vec::new(), Vec::new());
        }
        let wiping = |name: &str| name.ends_with("prune");
        let prunes: Vec<_> =
            self.job.invocations.iter().filter(|one| one.is_docker() && wiping(&one.subcommand)).collect();
        if let Some(first) = prunes.first() {
            let command = format!("docker {}", first.subcommand);
            let lines = prunes.iter().map(|one| one.span).collect();
            self.push("prune", vec![("command", command)], lines);
        }
        if matches!(self.verdict.approach, Approach::HostSocket | Approach::AmbientDaemon) && !vm {
            let pulls = self
                .needs
                .get(Need::Pull)
                .or_else(|| self.needs.get(Need::Build))
                .cloned()
                .unwrap_or_default();
            let key = if self.is_among_jobs() { "poison-cache" } else { "poison-image" };
            self.push(key, Vec::new(), pulls);
        }
        if vm {
            self.push("vm-end", Vec::new(), Vec::new());
        } else if self.verdict.power.what == Power::OwnContainer {
            self.push("own-container-end", Vec::new(), Vec::new());
        }
    }
}

/// Where the container sees what is mounted.
fn seen_at(mount: &Mount) -> String {
    let target = mount.target.as_ref().or(mount.source.as_ref());
    target.map_or(String::new(), |target| target.as_str().to_owned())
}
