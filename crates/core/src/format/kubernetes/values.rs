//! The values of Helm charts: parts of pods under the names that charts give them. What of it ends in which pod, the
//! chart's templates would tell; all of it is read as one pod.

use super::super::Probe;
use super::super::cursor::Cursor;
use super::objects::Objects;
use super::pod::{AsWritten, LISTS, Pod};
use super::runner;
use crate::model::{Job, Role};

/// Keys that charts' values have on top and files of other kinds do not.
static KEYS: &[&str] = &[
    "affinity",
    "containerMode",
    "extraVolumes",
    "fullnameOverride",
    "githubConfigUrl",
    "image",
    "imagePullSecrets",
    "nameOverride",
    "nodeSelector",
    "podAnnotations",
    "podSecurityContext",
    "replicaCount",
    "resources",
    "runnerScaleSetName",
    "scaleset",
    "securityContext",
    "serviceAccount",
    "tolerations",
];

/// How sure it is that a file holds the values of a chart.
pub(super) fn recognise(probe: &Probe<'_>) -> u8 {
    let known = KEYS.iter().filter(|key| probe.has(key)).count();
    let name = probe.name.to_ascii_lowercase();
    let yaml = name.ends_with(".yaml") || name.ends_with(".yml");
    if probe.has("githubConfigUrl") || (yaml && name.contains("values") && known >= 1) {
        return 80;
    }
    // One key may be anyone's; a chart's skeleton has most of them.
    if known >= 4 { 65 } else { 0 }
}

/// What lies deeper is no container's setting.
const DEEPEST: usize = 8;

/// Keys that say where a pod's volumes are or what it shares.
static OF_PODS: &[&str] = &["volumes", "extraVolumes", "hostNetwork", "hostPID", "hostIPC", "hostUsers"];

/// The release that the values make, if there is anything of a container in them.
pub(super) fn job(root: &Cursor<'_>) -> Option<Job> {
    let named =
        ["runnerScaleSetName", "fullnameOverride", "nameOverride"].iter().find_map(|key| root.get(key));
    let named = named.filter(|name| name.str().is_some_and(|name| !name.is_empty()));
    let first = || root.entries().into_iter().next();
    let (name, name_span) = match named {
        Some(name) => (name.str()?, name.span()),
        None => first().map(|entry| (entry.key(), entry.key_span()))?,
    };
    let mut job = Job {
        name: name.to_owned(),
        name_span,
        span: root.span(),
        noun: "workload",
        one_network: true,
        ..Job::default()
    };
    let objects = Objects::default();
    let pod = Pod::new(std::slice::from_ref(root), None, &objects, &AsWritten);
    walk(root, &pod, &objects, 0, &mut job);
    pod.close(&mut job);
    (!job.containers.is_empty()).then_some(job)
}

/// Adds the containers that `entry` and what is below it describe.
fn walk<'a>(entry: &Cursor<'a>, pod: &Pod<'a, '_>, objects: &Objects<'a>, depth: usize, job: &mut Job) {
    runner::mode(entry, job);
    let lists: Vec<_> = LISTS.iter().filter_map(|list| entry.get(list)).filter(Cursor::is_sequence).collect();
    for item in lists.iter().flat_map(Cursor::items) {
        pod.add(&item, &[], Role::Workload, job);
    }
    if lists.is_empty() && is_container(entry) {
        pod.add(entry, &[], Role::Workload, job);
    }
    for child in entry.entries().into_iter().filter(Cursor::is_mapping) {
        let part = matches!(child.key(), "image" | "securityContext" | "env" | "resources");
        if depth >= DEEPEST || part || is_off(entry, &child) {
            continue;
        }
        if OF_PODS.iter().any(|key| child.get(key).is_some()) {
            let own = Pod::new(std::slice::from_ref(&child), None, objects, &AsWritten);
            walk(&child, &own, objects, depth + 1, job);
            own.close(job);
        } else {
            walk(&child, pod, objects, depth + 1, job);
        }
    }
}

/// Whether a part of a chart is switched off, by a key of its own or by the mode of what it is a part of.
fn is_off(whole: &Cursor<'_>, part: &Cursor<'_>) -> bool {
    let says = |entry: Option<Cursor<'_>>, test: fn(&str) -> bool| {
        entry.and_then(|entry| entry.str()).is_some_and(test)
    };
    says(part.get("enabled"), |text| text == "false")
        || (part.key() == "dind" && says(whole.get("mode"), |text| text != "dind"))
}

/// Whether a mapping describes a container: it has an image, or a container's security settings.
fn is_container(entry: &Cursor<'_>) -> bool {
    let image =
        entry.get("image").is_some_and(|image| image.is_scalar() || image.get("repository").is_some());
    let split = entry.get("repository").is_some() && entry.get("tag").is_some();
    let secured = ["securityContext", "containerSecurityContext"].iter().filter_map(|key| entry.get(key));
    let mut secured = secured.map(|one| one.get("privileged").is_some() || one.get("capabilities").is_some());
    image || split || secured.any(|is| is)
}
