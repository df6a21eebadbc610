//! Mounts and volumes that only served the daemon: its socket, its certificates, its storage.

use std::collections::{HashMap, HashSet};

use super::layout::{self, own};
use super::{Left, Obstacle, Pod, Round, closed};
use crate::edit::Edit;
use crate::engine::mount;
use crate::model::Container;
use crate::syntax::yaml::NodeId;

const MOUNTS: &str = "Only the daemon and its client used it.";

/// Folders in which a daemon and its client share certificates, a socket or images.
static FOLDERS: &[&str] =
    &["/certs", "/var/lib/docker", "/home/rootless/.local/share/docker", "/run/user/1000", "/var/run/docker"];

impl Pod<'_> {
    /// Takes the mounts of the clients that served the daemon, and the volumes that nobody mounts any longer.
    pub(super) fn volumes(&self, edits: &mut Vec<Edit>, round: &mut Round) -> Result<(), Obstacle> {
        let (view, tree) = (self.view, self.view.tree);
        let Some(pod) = self.pod() else { return Ok(()) };
        let volumes = own(tree, pod, "volumes");
        let listed = volumes.map(|(_, list)| tree.items(list)).unwrap_or_default();
        let by_name: HashMap<&str, NodeId> =
            listed.iter().filter_map(|item| Some((self.named(*item)?, *item))).collect();
        let of_daemons: HashSet<&str> =
            self.daemons.values().flat_map(|(_, spot)| self.mounted(spot.item)).collect();
        let is_socket = |name: &str| {
            let path = by_name.get(name).and_then(|item| tree.get(*item, "hostPath"));
            let path = path.and_then(|host| tree.get(host, "path")).and_then(|path| tree.str(path));
            path.is_some_and(|path| mount::socket(path).is_some())
        };
        let mut freed: HashSet<&str> = of_daemons.clone();
        let mut kept: HashSet<&str> = HashSet::new();
        let daemons: HashSet<NodeId> = self.daemons.values().map(|(_, spot)| spot.item).collect();
        let clients: HashMap<NodeId, &Container> =
            self.clients.values().map(|(client, spot)| (spot.item, *client)).collect();
        for item in layout::containers(tree, pod) {
            if daemons.contains(&item) {
                continue;
            }
            let client = clients.get(&item).copied();
            let list = own(tree, item, "volumeMounts");
            let is_shared = client.is_none() && list.is_some_and(|(_, list)| tree.is_alias(list));
            let mounts = list.map(|(_, list)| tree.items(list)).unwrap_or_default();
            let mut gone = Vec::new();
            for mounted in mounts {
                let Some(name) = self.named(*mounted) else { continue };
                let path = tree.get(*mounted, "mountPath").and_then(|path| tree.str(path)).unwrap_or("");
                let is_daemons = of_daemons.contains(name) && serves(path, client);
                if !is_shared && (is_socket(name) || is_daemons) {
                    gone.push(*mounted);
                    freed.insert(name);
                } else {
                    kept.insert(name);
                }
            }
            kept.extend(
                own(tree, item, "volumeDevices")
                    .into_iter()
                    .flat_map(|(_, list)| tree.items(list).iter().filter_map(|one| self.named(*one))),
            );
            if let Some(owner) = list.filter(|_| !gone.is_empty()) {
                let fails = || closed(tree.span(owner.0), "its list of mounts");
                if tree.is_alias(owner.1) || gone.iter().any(|one| tree.is_alias(*one)) {
                    return Err(fails());
                }
                edits.extend(view.change_items(owner, &gone, &[], MOUNTS).ok_or_else(fails)?);
            }
        }
        let is_free = |item: &&NodeId| {
            self.named(**item).is_some_and(|name| freed.contains(name) && !kept.contains(name))
        };
        let gone: Vec<NodeId> = listed.iter().filter(is_free).copied().collect();
        let Some(owner) = volumes.filter(|_| !gone.is_empty()) else { return Ok(()) };
        for item in &gone {
            let claim =
                tree.get(*item, "persistentVolumeClaim").and_then(|claim| tree.get(claim, "claimName"));
            let Some(claim) = claim.and_then(|claim| tree.str(claim)) else { continue };
            let why = format!("the claim `{claim}` held what Docker stored, and this mounts it no more");
            round.notes.push(Left { span: tree.span(*item), job: self.job.name.clone(), why });
        }
        let fails = || closed(tree.span(owner.0), "its list of volumes");
        if tree.is_alias(owner.1) || gone.iter().any(|one| tree.is_alias(*one)) {
            return Err(fails());
        }
        edits.extend(view.change_items(owner, &gone, &[], MOUNTS).ok_or_else(fails)?);
        Ok(())
    }

    fn named(&self, item: NodeId) -> Option<&str> {
        self.view.tree.get(item, "name").and_then(|name| self.view.tree.str(name))
    }

    /// The names of the volumes that a container mounts.
    fn mounted(&self, item: NodeId) -> Vec<&str> {
        let tree = self.view.tree;
        let lists = ["volumeMounts", "volumeDevices"].iter().filter_map(|key| tree.get(item, key));
        lists.flat_map(|list| tree.items(list)).filter_map(|one| self.named(*one)).collect()
    }
}

/// Whether what is mounted there serves a daemon or its client.
fn serves(path: &str, client: Option<&Container>) -> bool {
    let path = mount::normal(path);
    let below =
        |folder: &str| path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let told = client.into_iter().flat_map(|client| &client.env);
    let mut told = told.filter(|var| matches!(var.name.as_str(), "DOCKER_CERT_PATH" | "DOCKER_TLS_CERTDIR"));
    mount::socket(&path).is_some()
        || FOLDERS.iter().any(|folder| below(folder))
        || told.any(|var| !var.value.as_str().is_empty() && below(&mount::normal(var.value.as_str())))
}
