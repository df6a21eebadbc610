//! The volumes of a pod: which of them are paths of the node, and what containers see of them.

use std::cell::Cell;

use super::super::cursor::{Cursor, is_true};
use super::objects::Objects;
use super::pod::Fill;
use crate::map::Map;
use crate::model::{Mount, Value};
use crate::source::Span;

/// A path of the node, and its line.
#[derive(Clone)]
pub(super) struct HostPath {
    pub(super) path: Value,
    pub(super) span: Span,
}

impl HostPath {
    /// The `path` of a mapping.
    pub(super) fn new(entry: &Cursor<'_>, fill: &dyn Fill) -> Option<Self> {
        let path = entry.get("path")?;
        Some(Self { path: fill.one(path.value()?), span: path.entry_span() })
    }
}

/// Volumes that stand for a path of the node, by name. Of the others nothing is told but their name.
pub(super) struct Volumes(Map<String, (HostPath, Cell<bool>)>);

impl Volumes {
    pub(super) fn new<'a>(specs: &[Cursor<'a>], objects: &Objects<'a>, fill: &dyn Fill) -> Self {
        let lists =
            specs.iter().flat_map(|spec| ["volumes", "extraVolumes"].map(|key| spec.get(key))).flatten();
        let volumes = lists.flat_map(|list| list.items()).filter_map(|item| {
            let name = item.get("name")?.str()?.to_owned();
            let own = item.get("hostPath").and_then(|path| HostPath::new(&path, fill));
            let claimed = || objects.claimed(&item.at(&["persistentVolumeClaim", "claimName"])?);
            Some((name, (own.or_else(claimed)?, Cell::new(false))))
        });
        Self(volumes.collect())
    }

    /// What one item of `volumeMounts` hands in. The line of evidence of a path of the node is the volume's.
    pub(super) fn mount(&self, item: &Cursor<'_>, fill: &dyn Fill) -> Option<Mount> {
        let value = |key: &str| item.get(key).and_then(|entry| entry.value()).map(|value| fill.one(value));
        let name = value("name")?;
        let below = value("subPath").or_else(|| value("subPathExpr"));
        let (source, span) = match self.0.get(name.as_str()) {
            Some((host, mounted)) => {
                mounted.set(true);
                let mut path = host.path.clone();
                if let Some(below) = below {
                    path.text.push_replaced("/", below.span);
                    path.text.push(&below.text);
                    path.unknown |= below.unknown;
                }
                (path, host.span)
            }
            None => (name, item.get("mountPath").map_or_else(|| item.span(), |path| path.entry_span())),
        };
        Some(Mount {
            source: Some(source),
            target: value("mountPath"),
            read_only: value("readOnly").is_some_and(|value| is_true(&value)),
            span,
            declared_only: false,
        })
    }

    /// Devices of the node among the mounts.
    pub(super) fn devices(&self, mounts: &[Mount]) -> Vec<Value> {
        let device = |value: &&Value| value.as_str().starts_with("/dev/");
        mounts.iter().filter_map(|mount| mount.source.as_ref().filter(device)).cloned().collect()
    }

    /// The device of the node behind an item of `volumeDevices`.
    pub(super) fn block(&self, item: &Cursor<'_>) -> Option<Value> {
        let (host, mounted) = self.0.get(item.get("name")?.str()?)?;
        mounted.set(true);
        Some(host.path.clone())
    }

    /// The volumes that stand for a path of the node and that no container mounts.
    pub(super) fn unmounted(&self) -> Vec<Mount> {
        let left = self.0.iter().filter(|(_, (_, mounted))| !mounted.get());
        left.map(|(_, (host, _))| Mount {
            source: Some(host.path.clone()),
            target: None,
            read_only: false,
            span: host.span,
            declared_only: true,
        })
        .collect()
    }
}
