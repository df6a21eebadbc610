//! The verdict on a job: power × reach × host, by the catalog's table, and what proves each.

use daemonless_catalog::{Approach, Builder, Host, Power, Risk, Role as ImageRole, risk};

use crate::Context;
use crate::access::Access;
use crate::engine::image::known;
use crate::engine::mount::{self, Sensitive};
use crate::files::file_name;
use crate::model::{Confidence, Container, Job, Namespace, Reach, Role, Told, Unit, Value};
use crate::source::Span;

/// Where a fact comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The file proves it.
    File,
    /// The file does not say; this is the careful guess.
    Assumed,
    /// The person or the policy said so.
    You,
}

/// A fact, where it comes from, and the places that prove it, each with what it is.
#[derive(Clone, Debug)]
pub struct Fact<T> {
    pub what: T,
    pub origin: Origin,
    pub proof: Vec<(Span, String)>,
}

/// What a job's access to engines amounts to.
#[derive(Clone, Debug)]
pub struct Verdict {
    pub approach: Approach,
    pub accesses: Vec<Access>,
    pub power: Fact<Power>,
    pub host: Fact<Host>,
    pub reach: Fact<Reach>,
    pub risk: Risk,
    /// The builder whose image the job's commands run in, where that image gets no fixes any more.
    pub unmaintained: Option<Builder>,
}

impl Verdict {
    /// The risk if the job ran elsewhere or others could start it.
    pub fn risk_with(&self, host: Host, reach: Reach) -> Risk {
        risk(self.power.what, host, reach == Reach::Strangers)
    }
}

/// Where the job runs: corrected, told by the file, or assumed to be shared.
pub fn host(job: &Job, context: &Context) -> Fact<Host> {
    fact(context.host, job.host.as_ref(), Host::Shared)
}

/// Who can put a step into the job: corrected, told by the job or its file, or assumed to be whoever can push.
pub fn reach(unit: &Unit, job: &Job, context: &Context) -> Fact<Reach> {
    fact(context.reach, job.reach.as_ref().or(unit.reach.as_ref()), Reach::Pushers)
}

fn fact<T: Copy>(corrected: Option<T>, told: Option<&Told<T>>, assumed: T) -> Fact<T> {
    match (corrected, told) {
        (Some(what), _) => Fact { what, origin: Origin::You, proof: Vec::new() },
        (None, Some(told)) => {
            let proof =
                told.spans.iter().take(MOST_PROOF).map(|span| (*span, "says so".to_owned())).collect();
            Fact { what: told.what, origin: Origin::File, proof }
        }
        (None, None) => Fact { what: assumed, origin: Origin::Assumed, proof: Vec::new() },
    }
}

/// More places than this prove no more.
const MOST_PROOF: usize = 20;

/// The verdict on a job that is known to reach engines by `accesses`.
pub fn verdict(job: &Job, accesses: Vec<Access>, host: Fact<Host>, reach: Fact<Reach>) -> Verdict {
    let sure = accesses.iter().find(|access| access.confidence > Confidence::Possible);
    let approach = sure.map_or(Approach::None, |access| access.approach);
    let power = power(job, &accesses);
    let risk = risk(power.what, host.what, reach.what == Reach::Strangers);
    Verdict { approach, accesses, power, host, reach, risk, unmaintained: unmaintained(job) }
}

/// The builder of the job's own image, if that image gets no fixes any more.
fn unmaintained(job: &Job) -> Option<Builder> {
    let own = job.containers.iter().find(|container| container.role == Role::Job)?;
    let known = own.image.as_ref()?.texts().find_map(|text| known(text.as_str()))?;
    match known.role {
        ImageRole::Builder(builder) if !known.maintained => Some(builder),
        _ => None,
    }
}

/// The strongest thing that one step, or a container that it starts, gets, and all places that give it.
fn power(job: &Job, accesses: &[Access]) -> Fact<Power> {
    let mut given: Vec<(Power, Span, String)> = Vec::new();
    for access in accesses.iter().filter(|access| access.confidence > Confidence::Possible) {
        given.extend(
            access.proof.iter().map(|(span, _)| (access.power, *span, format!("reaches {}", access.by))),
        );
    }
    for container in &job.containers {
        of_container(container, &mut given);
    }
    for (span, what) in host_group(job) {
        given.push((Power::HostRoot, span, what));
    }
    let strongest = given.iter().map(|(power, _, _)| *power).min().unwrap_or(Power::Nothing);
    let mut proof: Vec<(Span, String)> = Vec::new();
    for (power, span, what) in given {
        if power == strongest && proof.len() < MOST_PROOF && !proof.iter().any(|(known, _)| *known == span) {
            proof.push((span, what));
        }
    }
    Fact { what: strongest, origin: Origin::File, proof }
}

/// Capabilities that are root on the host in all but name.
static ROOT_CAPABILITIES: &[&str] = &["ALL", "SYS_ADMIN", "SYS_MODULE", "SYS_RAWIO"];

/// Capabilities that take one wall away.
static WEAKER_CAPABILITIES: &[&str] = &["SYS_PTRACE", "DAC_READ_SEARCH", "BPF", "PERFMON", "SYS_BOOT"];

/// How much a capability gives; `None` for those that are no danger of their own.
pub fn capability(name: &str) -> Option<Power> {
    let name = name.trim().to_ascii_uppercase();
    let name = name.strip_prefix("CAP_").unwrap_or(&name);
    if ROOT_CAPABILITIES.contains(&name) {
        Some(Power::HostPrivilege)
    } else {
        WEAKER_CAPABILITIES.contains(&name).then_some(Power::OneWallLess)
    }
}

/// Whether a device is a disk, memory or the kernel's, not one that builders and desktops rightly use.
pub fn is_raw_device(value: &str) -> bool {
    let path = mount::normal(value.split(':').next().unwrap_or(""));
    let Some(name) = path.strip_prefix("/dev/") else { return path == "/dev" };
    let disk = |prefix: &str| {
        name.strip_prefix(prefix)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
    };
    matches!(name, "mem" | "kmem" | "kmsg" | "port" | "mapper" | "disk" | "root" | "sg")
        || ["sd", "vd", "xvd", "hd", "nvme", "mmcblk", "dm-", "md", "loop", "mapper/", "disk/"]
            .iter()
            .any(|prefix| disk(prefix))
}

/// Whether a security option switches a wall off.
pub fn is_weakening(value: &str) -> bool {
    let value = value.replace(':', "=").to_ascii_lowercase();
    matches!(
        value.as_str(),
        "seccomp=unconfined"
            | "apparmor=unconfined"
            | "label=disable"
            | "systempaths=unconfined"
            | "unmask=all"
            | "seccomp=false"
    )
}

fn of_container(container: &Container, given: &mut Vec<(Power, Span, String)>) {
    let privileged = |power| if container.is_confined() { Power::OneWallLess } else { power };
    if let Some(span) = container.privileged {
        given.push((privileged(Power::HostPrivilege), span, "makes the container privileged".into()));
    }
    let caps = || container.capabilities.iter().filter_map(|name| Some((name, capability(name.as_str())?)));
    for (name, power) in caps() {
        given.push((privileged(power), name.span, format!("adds the capability `{}`", name.as_str())));
    }
    let strong = container.privileged.is_some() || caps().next().is_some();
    for (namespace, span) in &container.namespaces {
        let root = *namespace == Namespace::Pid && strong && !container.is_confined();
        let power = if root { Power::HostRoot } else { Power::OneWallLess };
        given.push((power, *span, "shares a namespace of the host".into()));
    }
    for device in container.devices.iter().filter(|device| is_raw_device(device.as_str())) {
        given.push((Power::HostPrivilege, device.span, format!("hands in `{}`", device.as_str())));
    }
    for option in container.security.iter().filter(|option| is_weakening(option.as_str())) {
        given.push((Power::OneWallLess, option.span, format!("switches a wall off: `{}`", option.as_str())));
    }
    if container.role == Role::Image {
        return;
    }
    for mount in container.mounts.iter().filter(|mount| !mount.declared_only) {
        let Some(source) = &mount.source else { continue };
        let Some(kind) = source.texts().find_map(|text| mount::sensitive(text.as_str())) else { continue };
        given.push((
            mounted(kind, mount.read_only, source),
            mount.span,
            format!("mounts the host's `{}`", source.as_str()),
        ));
    }
}

/// What a path of the host gives: to write where the system is means to be root on it.
fn mounted(kind: Sensitive, read_only: bool, source: &Value) -> Power {
    let harmless = matches!(mount::normal(source.as_str()).as_str(), "/proc" | "/sys" | "/dev" | "/home");
    match (kind, read_only) {
        (Sensitive::Root, false) => Power::HostRoot,
        (Sensitive::Root, true) => Power::HostPrivilege,
        (_, false) if !harmless => Power::HostPrivilege,
        _ => Power::OneWallLess,
    }
}

/// Commands that put somebody in the docker group or open the socket to all.
fn host_group(job: &Job) -> Vec<(Span, String)> {
    let image = job.containers.first().is_some_and(|first| first.role == Role::Image);
    if image {
        return Vec::new();
    }
    let what = || "opens the engine's socket to more users".to_owned();
    job.commands
        .iter()
        .filter(|command| opens_socket(command))
        .map(|command| (command.span, what()))
        .collect()
}

/// Whether a command makes an engine's socket writable for others than root.
pub fn opens_socket(command: &crate::model::Command) -> bool {
    let mut words = command.words.iter().map(Value::as_str);
    let program = file_name(words.next().unwrap_or(""));
    let words: Vec<&str> = words.collect();
    let socket = || words.iter().any(|word| mount::socket(word).is_some_and(|socket| socket.direct));
    let open = || {
        words.iter().any(|word| {
            matches!(
                *word,
                "666"
                    | "0666"
                    | "777"
                    | "0777"
                    | "a+rw"
                    | "a+w"
                    | "o+w"
                    | "o+rw"
                    | "ugo+rw"
                    | "a+rwx"
                    | "+666"
            )
        })
    };
    match program {
        "chmod" => open() && socket(),
        "chown" | "setfacl" => socket(),
        "usermod" | "gpasswd" | "adduser" | "addgroup" | "useradd" => joins_group(program, &words),
        _ => false,
    }
}

/// Whether a user-management command puts a user into the group `docker`.
fn joins_group(program: &str, words: &[&str]) -> bool {
    let named = |flags: &[&str]| {
        words
            .windows(2)
            .any(|pair| flags.contains(&pair[0]) && pair[1].split(',').any(|group| group == "docker"))
    };
    match program {
        "usermod" | "useradd" => {
            named(&["-aG", "-G", "-a -G", "--groups", "-Ga"])
                || words.iter().any(|word| word.strip_prefix("-aG").is_some_and(|group| group == "docker"))
        }
        "gpasswd" => {
            words.last() == Some(&"docker") && words.iter().any(|word| matches!(*word, "-a" | "-M" | "--add"))
        }
        _ => {
            let plain: Vec<_> = words.iter().filter(|word| !word.starts_with('-')).collect();
            plain.len() == 2 && *plain[1] == "docker"
        }
    }
}
