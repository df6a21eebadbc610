//! One service, with what it extends, as the container that it becomes.

use super::super::cursor::{Cursor, is_true};
use super::{Project, interpolate};
use crate::engine::container::variable;
use crate::engine::mount::short;
use crate::map::Set;
use crate::model::{ApiSocket, Container, Job, Mount, Namespace, Need, Place, Role, Value, Var, Via};
use crate::script::{Scope, lower_words, split_words};
use crate::source::{Span, Text};

/// The keys by which a service shares a namespace of the host.
static NAMESPACES: &[(&str, Namespace)] = &[
    ("pid", Namespace::Pid),
    ("network_mode", Namespace::Network),
    ("ipc", Namespace::Ipc),
    ("uts", Namespace::Uts),
    ("userns_mode", Namespace::User),
    ("cgroup", Namespace::Cgroup),
];

/// The job that `service` is.
pub(super) fn lower(project: &Project<'_>, service: &Cursor<'_>) -> Job {
    let layers = Layers(project.layers(service));
    let mut container = Container::new(Role::Workload, service.entry_span());
    container.names = names(service.key(), &layers);
    container.image = layers.value("image");
    let build = layers.one("build");
    container.build = build.as_ref().map(context);
    container.privileged = layers.switch("privileged");
    container.api_socket = layers.switch("use_api_socket").map(ApiSocket::setting);
    container.mounts = mounts(project, &layers);
    container.namespaces = namespaces(&layers);
    container.capabilities = layers.values("cap_add");
    container.devices = layers.items("devices").iter().filter_map(device).collect();
    container.security = layers.values("security_opt");
    container.env = env(&layers);
    container.ports = layers.items("ports").iter().filter_map(port).collect();
    container.runtime = layers.value("runtime");
    container.user = layers.value("user");
    container.command = layers.words("entrypoint");
    container.entrypoint = !container.command.is_empty();
    container.command.extend(layers.words("command"));

    let mut scope = Scope::new(&container.env);
    // Without a program of its own, a command is arguments of the image's.
    let is_program = container.command.first().is_some_and(|word| !word.as_str().starts_with('-'));
    let commands = match is_program {
        true => lower_words(&container.command, &mut scope, 0, Place::Container(0)),
        false => Vec::new(),
    };
    Job {
        name: service.key().to_owned(),
        name_span: service.key_span(),
        span: service.entry_span(),
        needs: build.iter().map(|build| (Need::Build, build.entry_span())).collect(),
        containers: vec![container],
        commands,
        noun: "service",
        ..Job::default()
    }
}

/// A service and those that it extends, nearest first.
struct Layers<'a>(Vec<Cursor<'a>>);

impl<'a> Layers<'a> {
    /// What each layer says of `key`, nearest first, as far as `!reset` and `!override` let the farther ones through.
    fn all(&self, key: &str) -> Vec<Cursor<'a>> {
        let mut out = Vec::new();
        for found in self.0.iter().filter_map(|layer| layer.get(key)) {
            let tag = found.tag().unwrap_or("");
            if tag.ends_with("reset") {
                break;
            }
            let last = tag.ends_with("override");
            out.push(found);
            if last {
                break;
            }
        }
        out
    }

    /// What the nearest layer says of `key`.
    fn one(&self, key: &str) -> Option<Cursor<'a>> {
        self.all(key).into_iter().next()
    }

    /// The items that the layers list under `key`, nearest layer first.
    fn items(&self, key: &str) -> Vec<Cursor<'a>> {
        self.all(key).iter().flat_map(Cursor::items_or_self).collect()
    }

    fn value(&self, key: &str) -> Option<Value> {
        read(&self.one(key)?)
    }

    fn values(&self, key: &str) -> Vec<Value> {
        self.items(key).iter().filter_map(read).collect()
    }

    /// Where `key` is said to be true.
    fn switch(&self, key: &str) -> Option<Span> {
        let entry = self.one(key)?;
        is_true(&read(&entry)?).then(|| entry.entry_span())
    }

    /// The words of a command: a list of them, or a text that is split as a shell would.
    fn words(&self, key: &str) -> Vec<Value> {
        let Some(entry) = self.one(key) else { return Vec::new() };
        if entry.is_sequence() {
            return entry.items().iter().filter_map(read).collect();
        }
        let Some(value) = read(&entry) else { return Vec::new() };
        split_words(&value.text, &mut Scope::default())
            .into_iter()
            .map(|word| inherit(word, &value))
            .collect()
    }
}

/// A scalar with its variables filled in.
fn read(entry: &Cursor<'_>) -> Option<Value> {
    entry.value().map(interpolate::value)
}

/// A word cut out of `value` with what holds for it of the whole's history.
fn inherit(mut word: Value, value: &Value) -> Value {
    let place = word.text.span();
    let touches = |span: Span| place.contains(span) || span.contains(place);
    let ways = value.via.iter().filter(|(via, span)| *via != Via::Default || touches(*span));
    word.via = ways.copied().collect();
    word.unknown = value.unknown
        && (word.as_str().contains('$') || word.via.iter().any(|(via, _)| *via == Via::Default));
    word
}

/// The names by which other services reach it.
fn names(key: &str, layers: &Layers<'_>) -> Vec<String> {
    let mut names = vec![key.to_owned()];
    // Compose refuses to share a container's name by `extends`, but not the other names.
    for value in ["container_name", "hostname"].iter().filter_map(|key| layers.value(key)) {
        if !names.iter().any(|name| name == value.as_str()) {
            names.push(value.as_str().to_owned());
        }
    }
    for networks in layers.all("networks") {
        for aliases in networks.entries().iter().filter_map(|network| network.get("aliases")) {
            names.extend(aliases.items().iter().filter_map(Cursor::str).map(str::to_owned));
        }
    }
    names
}

/// The context that an image is built from.
fn context(build: &Cursor<'_>) -> Value {
    let context = if build.is_scalar() { Some(build.clone()) } else { build.get("context") };
    context.as_ref().and_then(read).unwrap_or_else(|| {
        let span = build.entry_span();
        Value { text: Text::replaced(".", span), span, ..Value::default() }
    })
}

fn namespaces(layers: &Layers<'_>) -> Vec<(Namespace, Span)> {
    let mut out = Vec::new();
    for (key, namespace) in NAMESPACES {
        let Some(entry) = layers.one(key) else { continue };
        if read(&entry).is_some_and(|value| value.any(|text| text == "host")) {
            out.push((*namespace, entry.entry_span()));
        }
    }
    out
}

/// The mounts of all layers; of two with one target the nearer counts.
fn mounts(project: &Project<'_>, layers: &Layers<'_>) -> Vec<Mount> {
    let mut out = Vec::new();
    let mut targets = Set::new();
    for item in layers.items("volumes") {
        let mount =
            if item.is_mapping() { long(&item) } else { read(&item).map(|value| short(&value, value.span)) };
        let Some(mut mount) = mount else { continue };
        let target = mount.target.as_ref().map(|target| target.as_str().to_owned());
        if target.is_some_and(|target| !targets.insert(target)) {
            continue;
        }
        if let Some(path) = mount.source.as_ref().and_then(|source| project.volumes.get(source.as_str())) {
            let mut path = path.clone();
            // The service is given it where the volume is used; where the path stands is told beside it.
            path.via.insert(0, (Via::Reference, path.span));
            mount.source = Some(path);
        }
        out.push(mount);
    }
    out
}

/// A mount with its parts under keys of their own.
fn long(item: &Cursor<'_>) -> Option<Mount> {
    let source = item.get("source").or_else(|| item.get("src"));
    let target = item.get("target").or_else(|| item.get("destination")).or_else(|| item.get("dst"));
    if source.is_none() && target.is_none() {
        return None;
    }
    let in_memory = item.get("type").is_some_and(|kind| kind.str() == Some("tmpfs"));
    let read_only = ["read_only", "readonly"]
        .iter()
        .filter_map(|key| item.get(key))
        .any(|flag| read(&flag).is_some_and(|value| is_true(&value)));
    Some(Mount {
        span: source.as_ref().or(target.as_ref()).map_or_else(|| item.span(), Cursor::entry_span),
        source: source.filter(|_| !in_memory).as_ref().and_then(read),
        target: target.as_ref().and_then(read),
        read_only,
        declared_only: false,
    })
}

/// A device as `source:target:permissions`, or the source of one with keys of its own.
fn device(item: &Cursor<'_>) -> Option<Value> {
    if item.is_mapping() { read(&item.get("source")?) } else { read(item) }
}

/// A port as `address:published:target/protocol`, put together for one with keys of its own.
fn port(item: &Cursor<'_>) -> Option<Value> {
    if !item.is_mapping() {
        return read(item);
    }
    let mut out = Value { span: item.span(), via: item.via().clone(), ..Value::default() };
    for (before, key) in [("", "host_ip"), (":", "published"), (":", "target"), ("/", "protocol")] {
        let Some(part) = item.get(key).as_ref().and_then(read) else { continue };
        if !out.text.is_empty() {
            out.text.push_replaced(before, part.span);
        }
        out.text.push(&part.text);
        out.unknown |= part.unknown;
    }
    (!out.text.is_empty()).then_some(out)
}

/// The environment of all layers; of two variables with one name the nearer counts.
fn env(layers: &Layers<'_>) -> Vec<Var> {
    let mut out: Vec<Var> = Vec::new();
    let mut names = Set::new();
    for list in layers.all("environment") {
        let vars: Vec<_> = if list.is_mapping() {
            list.entries().iter().filter_map(entry_var).collect()
        } else {
            list.items_or_self().iter().filter_map(item_var).collect()
        };
        out.extend(vars.into_iter().filter(|var| names.insert(var.name.clone())));
    }
    out
}

fn entry_var(entry: &Cursor<'_>) -> Option<Var> {
    let value = if entry.is_null() { handed_on(entry.key_span(), entry) } else { read(entry)? };
    Some(Var { name: entry.key().to_owned(), name_span: entry.key_span(), value })
}

/// `NAME=value`, or `NAME` alone.
fn item_var(item: &Cursor<'_>) -> Option<Var> {
    let whole = item.value()?;
    let Some(mut var) = variable(&whole) else {
        let value = handed_on(whole.span, item);
        return Some(Var { name: whole.as_str().to_owned(), name_span: whole.span, value });
    };
    var.value = interpolate::value(var.value);
    Some(var)
}

/// The value of a variable that Compose's own environment gives.
fn handed_on(span: Span, from: &Cursor<'_>) -> Value {
    Value { span, unknown: true, via: from.via().clone(), ..Value::default() }
}
