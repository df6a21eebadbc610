//! Flags of `docker run` and `docker create` as properties of a container.

use daemonless_catalog::flags;

use super::command_line::{FlagUse, Invocation, options};
use super::mount;
use crate::model::{ApiSocket, Container, Namespace, Value, Var};

/// Applies the options of a command that starts a container.
pub(super) fn apply(container: &mut Container, invocation: &Invocation) {
    for flag in &invocation.flags {
        apply_flag(container, flag);
    }
}

/// Applies options that stand on their own, as a workflow's `container.options` gives them to `docker create`.
pub fn run_options(container: &mut Container, words: &[Value]) {
    for flag in options(words, flags("docker", "create")) {
        apply_flag(container, &flag);
    }
}

fn apply_flag(container: &mut Container, flag: &FlagUse) {
    if flag.name == "privileged" {
        container.privileged = flag.is_on().then_some(flag.span);
        return;
    }
    if flag.name == "use-api-socket" {
        container.api_socket = flag.is_on().then_some(ApiSocket::setting(flag.span));
        return;
    }
    let Some(value) = &flag.value else { return };
    match flag.name.as_str() {
        "volume" => container.mounts.push(mount::short(value, flag.span)),
        "mount" => container.mounts.push(mount::long(value, flag.span)),
        "cap-add" => container.capabilities.push(value.clone()),
        "device" => container.devices.push(value.clone()),
        "security-opt" => container.security.push(value.clone()),
        "publish" => container.ports.push(value.clone()),
        "runtime" => container.runtime = Some(value.clone()),
        "user" => container.user = Some(value.clone()),
        "name" | "network-alias" => container.names.push(value.as_str().to_owned()),
        "entrypoint" => container.command.insert(0, value.clone()),
        "env" => container.env.extend(variable(value)),
        name => {
            let namespace = match name {
                "pid" => Namespace::Pid,
                "network" | "net" => Namespace::Network,
                "ipc" => Namespace::Ipc,
                "uts" => Namespace::Uts,
                "userns" => Namespace::User,
                "cgroupns" => Namespace::Cgroup,
                _ => return,
            };
            if value.any(|text| text == "host") {
                container.namespaces.push((namespace, flag.span));
            }
        }
    }
}

/// `NAME=value`; a bare name takes its value from elsewhere and says nothing here.
pub fn variable(value: &Value) -> Option<Var> {
    let (name, _) = value.as_str().split_once('=')?;
    let inner = super::command_line::part(value, name.len() + 1);
    Some(Var { name: name.to_owned(), name_span: value.text.span_of(0..name.len()), value: inner })
}
