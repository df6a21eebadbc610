//! Containers that run a daemon, and what they share of it.

use daemonless_catalog::{Approach, Power};

use crate::engine::image::{self, Kind, Reference};
use crate::engine::mount;
use crate::files::file_name;
use crate::map::Map;
use crate::model::{Container, Mount, Role, Value};
use crate::source::Span;

/// The word of a container's command that starts a Docker daemon.
fn starter(container: &Container) -> Option<&Value> {
    const PROGRAMS: [&str; 5] =
        ["dockerd", "dockerd-entrypoint.sh", "dockerd-rootless.sh", "dind", "start-docker.sh"];
    let name = |word: &Value| PROGRAMS.contains(&file_name(word.as_str()));
    container.command.iter().find(|word| name(word))
}

/// What makes a container run a daemon: the word of its command that starts one, else its image.
pub fn daemon_span(container: &Container) -> Option<Span> {
    starter(container).or(container.image.as_ref()).map(|value| value.span)
}

/// Whether a container runs a Docker daemon, and whether that is a rootless one: by its image where nothing else is
/// started in it, and by its command.
pub fn daemon(container: &Container) -> Option<bool> {
    let command = starter(container).is_some();
    let image = container.image.as_ref();
    let by_image = |service: bool| {
        image?.texts().find_map(|text| match image::kind(text.as_str(), service) {
            Kind::Daemon { rootless } => Some(rootless),
            _ => None,
        })
    };
    let by_command = || command.then(|| image.is_some_and(|image| image.as_str().contains("rootless")));
    // Docker's own image runs what it is given; others start their daemon before it.
    let official = || image.is_some_and(|image| image.any(|text| Reference::parse(text).name() == "docker"));
    let given = container.command.first();
    let replaced = || {
        given.map_or(container.entrypoint, |word| {
            (container.entrypoint || official()) && !word.unknown && !word.as_str().starts_with('-')
        })
    };
    let overridden = !command && replaced();
    match container.role {
        // CI runs its own commands in these, not the image's entrypoint.
        Role::Job | Role::Step => command.then_some(false),
        Role::Service if container.entrypoint && overridden => None,
        Role::Service => by_image(true).or_else(by_command),
        // An image that stands on a daemon's and starts something of its own still starts the daemon, as a rule.
        Role::Image => by_image(false).or_else(by_command).or_else(|| {
            let scripts = container.command.iter().map(|word| file_name(word.as_str()));
            let mut scripts = scripts.filter(|name| name.ends_with(".sh"));
            scripts.any(|name| name.split(['-', '_', '.']).any(|part| part == "dind")).then_some(false)
        }),
        _ if overridden => None,
        Role::Workload => by_image(true).or_else(by_command),
        Role::Started => {
            by_image(container.command.is_empty() && container.privileged.is_some()).or_else(by_command)
        }
    }
}

/// How a message calls the daemon of a container.
pub(super) fn by_daemon(container: &Container) -> String {
    let image = container.image.as_ref().map(Value::as_str);
    let name = image.or(container.names.first().map(String::as_str)).unwrap_or("dockerd");
    format!("the daemon of `{name}`")
}

/// What the daemon of a container is and gives, if it runs one.
pub(super) fn nested_in(container: &Container) -> Option<(Approach, Power)> {
    let (approach, power) = nested(daemon(container)?);
    Some((approach, if container.is_confined() { power.max(Power::OneWallLess) } else { power }))
}

pub(super) fn nested(rootless: bool) -> (Approach, Power) {
    match rootless {
        true => (Approach::RootlessDaemon, Power::OneWallLess),
        false => (Approach::NestedDaemon, Power::HostPrivilege),
    }
}

/// Whether a container hands the host's socket on over its network.
pub(super) fn hands_on(container: &Container) -> bool {
    let proxy = |text: &str| image::kind(text, true) == Kind::SocketProxy;
    let listens = || container.command.iter().any(|word| word.as_str().starts_with("TCP"));
    (container.image.as_ref().is_some_and(|image| image.any(proxy)) || listens())
        && container.mounts.iter().any(|mount| mount::socket_of(mount).is_some())
}

/// The volumes, not paths of the host, that daemons among the containers mount.
pub(super) fn daemon_volumes<'a>(
    containers: impl Iterator<Item = &'a Container>,
) -> Map<&'a str, &'a Container> {
    let daemons = containers.filter(|one| daemon(one).is_some());
    let volumes =
        daemons.flat_map(|one| one.mounts.iter().filter_map(move |mount| Some((volume(mount)?, one))));
    volumes.collect()
}

/// The name of the volume that is mounted.
pub(super) fn volume(mount: &Mount) -> Option<&str> {
    let source = mount.source.as_ref()?.as_str();
    (!source.is_empty() && !source.contains(['/', '\\'])).then_some(source)
}
