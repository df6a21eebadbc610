//! Services: the names by which other pods reach a daemon's, and the ports by which others than pods do.

use super::super::cursor::Cursor;
use crate::access::daemon;
use crate::engine::mount;
use crate::model::{Container, Job, Value};

/// Gives the containers that the service leads to its name and, where it is open to others than pods, its ports.
/// `labels` has the labels of each job's pod.
pub(super) fn add(service: &Cursor<'_>, labels: &[Option<Cursor<'_>>], jobs: &mut [Job]) {
    let text = |path: &[&str]| service.at(path).and_then(|entry| entry.str());
    let Some(name) = text(&["metadata", "name"]) else { return };
    let Some(selector) = service.at(&["spec", "selector"]) else { return };
    let wanted = selector.entries();
    let fits = |own: &Cursor<'_>| {
        wanted.iter().all(|one| own.get(one.key()).is_some_and(|has| has.str() == one.str()))
    };
    let open = matches!(text(&["spec", "type"]), Some("NodePort" | "LoadBalancer"));
    let ports =
        service.at(&["spec", "ports"]).filter(|_| open).map(|ports| ports.items()).unwrap_or_default();
    let ports: Vec<Value> = ports.iter().filter_map(port).collect();
    let mut names = vec![name.to_owned()];
    if let Some(namespace) = text(&["metadata", "namespace"]) {
        let endings = ["", ".svc", ".svc.cluster.local"];
        names.extend(endings.iter().map(|ending| format!("{name}.{namespace}{ending}")));
    }
    for (job, own) in jobs.iter_mut().zip(labels) {
        if wanted.is_empty() || !service.spend(wanted.len()) || !own.as_ref().is_some_and(fits) {
            continue;
        }
        if let Some(container) = job.containers.iter_mut().find(|one| serves(one)) {
            container.names.extend(names.iter().cloned());
            container.ports.extend(ports.iter().cloned());
        }
    }
}

/// Whether a container runs an engine or hands one on.
fn serves(container: &Container) -> bool {
    daemon(container).is_some() || container.mounts.iter().any(|mount| mount::socket_of(mount).is_some())
}

/// A port as `port:port`.
fn port(item: &Cursor<'_>) -> Option<Value> {
    let outer = item.get("port")?;
    let inner = item.get("targetPort").and_then(|inner| inner.value());
    let numeric = |value: &Value| value.as_str().bytes().all(|byte| byte.is_ascii_digit());
    let inner = inner.filter(numeric).or_else(|| outer.value())?;
    let mut out = outer.value()?;
    out.text.push_replaced(":", out.span);
    out.text.push(&inner.text);
    Some(out)
}
