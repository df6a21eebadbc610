//! A pod: its containers and what they share, as Kubernetes' own objects, Tekton's tasks and Jenkinsfiles describe it.

use super::super::cursor::{Cursor, is_true};
use super::objects::Objects;
use super::reference;
use super::volumes::Volumes;
use crate::engine::image;
use crate::map::Map;
use crate::model::{Command, Container, Job, Namespace, Place, Role, Value, Var};
use crate::script::{Scope, is_foreign, lower, lower_words};
use crate::source::{Span, Text};

/// What a format puts in the place of references in a pod's values.
pub(in crate::format) trait Fill {
    /// What a scalar becomes.
    fn one(&self, value: Value) -> Value;

    /// What a script becomes.
    fn script(&self, value: Value) -> Value {
        self.one(value)
    }

    /// What an item of a list becomes.
    fn many(&self, value: Value) -> Vec<Value> {
        vec![self.one(value)]
    }
}

/// Values as they are written; those of which a template or an environment may make something else are unknown.
pub(in crate::format) struct AsWritten;

impl Fill for AsWritten {
    fn one(&self, mut value: Value) -> Value {
        value.unknown |= value.any(|text| text.contains("${") || text.contains("$."));
        value
    }
}

/// What the containers of a pod share.
pub(in crate::format) struct Pod<'a, 'r> {
    fill: &'r dyn Fill,
    objects: &'r Objects<'a>,
    volumes: Volumes,
    /// The pod's security settings, nearest first.
    security: Vec<Cursor<'a>>,
    annotations: Map<&'a str, Cursor<'a>>,
    namespaces: Vec<(Namespace, Span)>,
    user_namespace: bool,
    runtime: Option<Value>,
}

/// The keys by which a pod shares a namespace of its node.
static NAMESPACES: &[(&str, Namespace)] =
    &[("hostPID", Namespace::Pid), ("hostNetwork", Namespace::Network), ("hostIPC", Namespace::Ipc)];

/// The lists of a pod's containers, in the order in which they start.
pub(super) static LISTS: &[&str] = &["initContainers", "containers", "ephemeralContainers"];

/// Adds the containers of the pod that `spec` describes to the job, with what they run.
pub(in crate::format) fn pod<'a>(
    spec: &Cursor<'a>,
    metadata: Option<&Cursor<'a>>,
    objects: &Objects<'a>,
    job: &mut Job,
) {
    let pod = Pod::new(std::slice::from_ref(spec), metadata, objects, &AsWritten);
    for item in LISTS.iter().filter_map(|list| spec.get(list)).flat_map(|list| list.items()) {
        pod.add(&item, &[], Role::Workload, job);
    }
    pod.close(job);
}

impl<'a, 'r> Pod<'a, 'r> {
    /// The pod that these mappings describe together, nearest first.
    pub(in crate::format) fn new(
        specs: &[Cursor<'a>],
        metadata: Option<&Cursor<'a>>,
        objects: &'r Objects<'a>,
        fill: &'r dyn Fill,
    ) -> Self {
        let read = |value| fill.one(value);
        let get = |key: &str| specs.iter().find_map(|spec| spec.get(key));
        let says =
            |key: &str| get(key).filter(|entry| entry.value().map(read).is_some_and(|value| is_true(&value)));
        let annotations = metadata.and_then(|metadata| metadata.get("annotations"));
        let annotations = annotations.map(|list| list.entries()).unwrap_or_default();
        let host_users = get("hostUsers").and_then(|entry| entry.value()).map(read);
        Self {
            fill,
            objects,
            volumes: Volumes::new(specs, objects, fill),
            security: specs.iter().filter_map(|spec| spec.get("securityContext")).collect(),
            annotations: annotations.into_iter().map(|entry| (entry.key(), entry)).collect(),
            namespaces: NAMESPACES
                .iter()
                .filter_map(|(key, namespace)| Some((*namespace, says(key)?.entry_span())))
                .collect(),
            user_namespace: host_users.is_some_and(|value| value.as_str() == "false"),
            runtime: get("runtimeClassName")
                .and_then(|entry| entry.value())
                .map(|name| objects.runtime(read(name))),
        }
    }

    /// Adds the container of `item` to the job, with what it runs. `bases` say what `item` does not, nearest first.
    pub(in crate::format) fn add(&self, item: &Cursor<'a>, bases: &[Cursor<'a>], role: Role, job: &mut Job) {
        if !item.is_mapping() {
            return;
        }
        let layers: Vec<_> = std::iter::once(item).chain(bases).cloned().collect();
        let mut container = self.container(&layers, role);
        let place = Place::Container(job.containers.len());
        let mut scope = Scope::new(&container.env);
        let mut script = job.commands.last().map_or(0, |last| last.script.saturating_add(1));
        if let Some(text) = get(&layers, &["script"]).and_then(|text| text.value()) {
            let text = self.fill.script(text);
            // It takes the place of the image's own program.
            container.entrypoint = true;
            container.command.clear();
            job.commands.extend(self.script(&text, &mut scope, script, place));
            job.errors.extend(scope.into_errors());
            scope = Scope::new(&container.env);
        } else {
            job.commands.extend(lower_words(&program(&container), &mut scope, script, place));
        }
        for path in PROBES {
            let words = item.at(path).map(|words| self.words(&words, &container.env)).unwrap_or_default();
            script = script.saturating_add(1);
            job.commands.extend(lower_words(&words, &mut scope, script, place));
        }
        job.errors.extend(scope.into_overflow());
        job.containers.push(container);
    }

    /// What a script of the container runs, if a shell reads it.
    fn script(&self, text: &Value, scope: &mut Scope, script: u32, place: Place) -> Vec<Command> {
        if is_foreign(text.as_str()) {
            return Vec::new();
        }
        let mut commands = lower(&text.text, scope, script);
        for command in commands.iter_mut().filter(|command| command.place == Place::Job) {
            command.place = place;
        }
        commands
    }

    /// Ends the pod: what is handed to it and mounted by none of its containers stands with the first of them.
    pub(in crate::format) fn close(&self, job: &mut Job) {
        job.one_network = true;
        let unmounted = self.volumes.unmounted();
        if job.containers.is_empty() && !(self.namespaces.is_empty() && unmounted.is_empty()) {
            // A patch may say what the pod shares and leave its containers to another file.
            job.containers.push(self.container(&[], Role::Workload));
        }
        if let Some(first) = job.containers.first_mut() {
            first.mounts.extend(unmounted);
            if first.span.is_empty() {
                first.span = job.span;
            }
        }
    }

    /// The container that these mappings describe together, nearest first, without what it runs.
    fn container(&self, layers: &[Cursor<'a>], role: Role) -> Container {
        let list = |keys: &[&str]| get(layers, keys).map(|list| list.items()).unwrap_or_default();
        let span = layers.first().map_or_else(Span::default, Cursor::entry_span);
        let mut container = Container::new(role, span);
        let name = get(layers, &["name"]).and_then(|name| name.str()).or(layers.first().map(Cursor::key));
        container.names.extend(name.filter(|name| !name.is_empty()).map(str::to_owned));
        container.image = self.image(layers);
        for layer in layers.iter().rev() {
            self.env(layer, &mut container.env);
        }
        let words = |keys: &[&str]| get(layers, keys).map(|words| self.words(&words, &container.env));
        let command = words(&["command"]).unwrap_or_default();
        container.entrypoint = !command.is_empty();
        container.command = command.into_iter().chain(words(ARGS).unwrap_or_default()).collect();
        for mounts in layers.iter().filter_map(|layer| get(std::slice::from_ref(layer), MOUNTS)) {
            container
                .mounts
                .extend(mounts.items().iter().filter_map(|item| self.volumes.mount(item, self.fill)));
        }
        container.devices = self.volumes.devices(&container.mounts);
        container.devices.extend(list(&["volumeDevices"]).iter().filter_map(|item| self.volumes.block(item)));
        container.namespaces.clone_from(&self.namespaces);
        container.user_namespace = self.user_namespace;
        container.runtime.clone_from(&self.runtime);
        let shares = self.namespaces.iter().any(|(namespace, _)| *namespace == Namespace::Network);
        container.ports = list(&["ports"]).iter().filter_map(|port| self.port(port, shares)).collect();
        self.secure(&mut container, layers);
        container
    }

    /// The image, which charts' values also write in parts.
    fn image(&self, layers: &[Cursor<'a>]) -> Option<Value> {
        let image = get(layers, &["image"]);
        let parts = match &image {
            Some(image) if !image.is_mapping() => return self.value(image),
            Some(parts) => parts,
            None => layers.first()?,
        };
        let repository = self.value(&parts.get("repository")?)?;
        let mut out = Value::default();
        for (before, key) in [("", "registry"), ("/", "repository"), (":", "tag"), ("@", "digest")] {
            let part = parts.get(key).and_then(|part| self.value(&part));
            let Some(part) = part.filter(|part| !part.as_str().is_empty()) else { continue };
            if !out.text.is_empty() {
                out.text.push_replaced(before, part.span);
            }
            out.text.push(&part.text);
            out.unknown |= part.unknown;
            // The part that tells most is the line of evidence.
            out.span = if key == "registry" { repository.span } else { part.span };
        }
        Some(out)
    }

    fn value(&self, entry: &Cursor<'a>) -> Option<Value> {
        entry.value().map(|value| self.fill.one(value))
    }

    /// The words of `command` or `args`, with references to the container's own variables filled in.
    fn words(&self, list: &Cursor<'a>, env: &[Var]) -> Vec<Value> {
        let known = |name: &str| variable(list, env, name);
        let words = list.items_or_self().into_iter().filter_map(|word| word.value());
        let filled = words.flat_map(|word| {
            // The use of a word is where the list has it, whatever stands for it.
            let span = word.span;
            self.fill.many(word).into_iter().map(move |word| Value { span, ..word })
        });
        filled.map(|word| reference::fill(word, &known)).collect()
    }

    /// Adds the variables of `env` and `envFrom`; those of a later list win.
    fn env(&self, item: &Cursor<'a>, out: &mut Vec<Var>) {
        for from in item.get("envFrom").map(|list| list.items()).unwrap_or_default() {
            let map = from.at(&["configMapRef", "name"]).and_then(|name| self.objects.config(&name));
            let prefix = from.get("prefix").and_then(|prefix| prefix.str()).unwrap_or("");
            for entry in map.map(|map| map.entries()).unwrap_or_default() {
                let name = format!("{prefix}{}", entry.key());
                out.extend(self.value(&entry).map(|value| Var { name, name_span: entry.key_span(), value }));
            }
        }
        let Some(list) = item.get("env") else { return };
        if list.is_mapping() {
            // As charts' values write it.
            let var = |entry: &Cursor<'a>| {
                let value = self.value(entry)?;
                Some(Var { name: entry.key().to_owned(), name_span: entry.key_span(), value })
            };
            out.extend(list.entries().iter().filter_map(var));
        }
        for entry in list.items() {
            let Some(name) = entry.get("name") else { continue };
            let name_span = name.entry_span();
            let value = match (entry.get("value"), entry.get("valueFrom")) {
                (Some(value), _) => self.value(&value),
                (None, Some(from)) => Some(self.referred(&from)),
                (None, None) => Some(Value { span: name_span, ..Value::default() }),
            };
            let Some(value) = value else { continue };
            let mut value = reference::fill(value, &|name| variable(&entry, out, name));
            if !entry.span().contains(value.span) {
                value.span = entry.get("value").map_or(name_span, |value| value.span());
            }
            out.push(Var { name: name.str().unwrap_or("").to_owned(), name_span, value });
        }
    }

    /// The value that `valueFrom` leads to, where that stands in the same file.
    fn referred(&self, from: &Cursor<'a>) -> Value {
        let map = from.get("configMapKeyRef");
        let found = map.and_then(|map| {
            let data = self.objects.config(&map.get("name")?)?;
            self.value(&data.get(map.get("key")?.str()?)?)
        });
        let unknown = found.is_none();
        Value { span: from.entry_span(), unknown, ..found.unwrap_or_default() }
    }

    /// A port of the node, as `address:port:port`.
    fn port(&self, port: &Cursor<'a>, shares: bool) -> Option<Value> {
        let inner = self.value(&port.get("containerPort")?)?;
        let outer = match port.get("hostPort") {
            Some(outer) => self.value(&outer)?,
            None if shares => return Some(inner),
            None => return None,
        };
        let mut out = Value { span: outer.span, unknown: inner.unknown || outer.unknown, ..Value::default() };
        if let Some(address) = port.get("hostIP").and_then(|address| self.value(&address)) {
            out.text.push(&address.text);
            out.text.push_replaced(":", outer.span);
        }
        out.text.push(&outer.text);
        out.text.push_replaced(":", outer.span);
        out.text.push(&inner.text);
        Some(out)
    }

    /// Fills in what the security settings of the container, and else of the pod, say.
    fn secure(&self, container: &mut Container, layers: &[Cursor<'a>]) {
        let own: Vec<_> =
            layers.iter().flat_map(|from| SECURITY.iter().filter_map(|key| from.get(key))).collect();
        let find = |path: &[&str]| {
            let entry = own.iter().chain(&self.security).find_map(|from| from.at(path))?;
            Some((self.value(&entry)?, entry.entry_span()))
        };
        let on = |path: &[&str]| find(path).filter(|(value, _)| is_true(value)).map(|(_, span)| span);
        container.privileged = on(&["privileged"]).or_else(|| on(&["windowsOptions", "hostProcess"]));
        container.user = find(&["runAsUser"]).map(|(value, _)| value);
        let added = own.iter().find_map(|from| from.at(&["capabilities", "add"]));
        let added = added.map(|list| list.items_or_self()).unwrap_or_default();
        container.capabilities = added.iter().filter_map(|item| self.value(item)).collect();
        for (path, value, option) in WALLS {
            if let Some((found, span)) = find(path)
                && found.any(|text| text.eq_ignore_ascii_case(value))
            {
                container.security.push(Value::literal(Text::replaced(option, span)));
            }
        }
        let name = container.names.first().map_or("", String::as_str);
        for (prefix, option) in ANNOTATIONS {
            let entry = self.annotations.get(prefix.trim_end_matches('*')).filter(|_| !prefix.ends_with('*'));
            let named = || self.annotations.get(format!("{}{name}", prefix.strip_suffix('*')?).as_str());
            let Some(entry) = entry.or_else(named) else { continue };
            if entry.str() == Some("unconfined")
                && !container.security.iter().any(|known| known.as_str() == *option)
            {
                container.security.push(Value::literal(Text::replaced(option, entry.entry_span())));
            }
        }
    }
}

/// What the nearest layer says of one of the keys.
fn get<'a>(layers: &[Cursor<'a>], keys: &[&str]) -> Option<Cursor<'a>> {
    layers.iter().find_map(|layer| keys.iter().find_map(|key| layer.get(key)))
}

/// Keys of a container, each with the names that charts' values give it beside its own.
static ARGS: &[&str] = &["args", "commandArgs", "extraArgs"];
static MOUNTS: &[&str] = &["volumeMounts", "extraVolumeMounts"];
static SECURITY: &[&str] = &["securityContext", "containerSecurityContext"];

/// The value of a variable that is referred to at `entry`, as long as there is room for more.
fn variable(entry: &Cursor<'_>, env: &[Var], name: &str) -> Option<Value> {
    let found = entry.spend(1 + env.len() / 64).then(|| env.iter().rev().find(|var| var.name == name))??;
    entry.spend(1 + found.value.text.len() / 64).then(|| found.value.clone())
}

/// Settings that switch a wall off: where they stand, what they say, and the option of the same meaning.
static WALLS: &[(&[&str], &str, &str)] = &[
    (&["seccompProfile", "type"], "Unconfined", "seccomp=unconfined"),
    (&["appArmorProfile", "type"], "Unconfined", "apparmor=unconfined"),
    (&["seLinuxOptions", "type"], "spc_t", "label=type:spc_t"),
    (&["procMount"], "Unmasked", "systempaths=unconfined"),
];

/// The annotations that said the same before there were fields; `*` stands for the container's name.
static ANNOTATIONS: &[(&str, &str)] = &[
    ("container.apparmor.security.beta.kubernetes.io/*", "apparmor=unconfined"),
    ("container.seccomp.security.alpha.kubernetes.io/*", "seccomp=unconfined"),
    ("seccomp.security.alpha.kubernetes.io/pod", "seccomp=unconfined"),
];

/// Where a container's further commands stand, which the kubelet runs in it.
static PROBES: &[&[&str]] = &[
    &["lifecycle", "postStart", "exec", "command"],
    &["startupProbe", "exec", "command"],
    &["readinessProbe", "exec", "command"],
    &["livenessProbe", "exec", "command"],
    &["lifecycle", "preStop", "exec", "command"],
];

/// The words that a container runs, as far as they are known: without a program of their own, they are arguments of the
/// image's.
fn program(container: &Container) -> Vec<Value> {
    let words = &container.command;
    let image = container.image.as_ref().filter(|_| !container.entrypoint && !words.is_empty());
    if let Some((image, own)) = image.and_then(|image| Some((image, image::entrypoint(image.as_str())?))) {
        let own = Value::literal(Text::replaced(own, image.span));
        return std::iter::once(own).chain(words.iter().cloned()).collect();
    }
    match words.first() {
        Some(word) if container.entrypoint || !word.as_str().starts_with('-') => words.clone(),
        _ => Vec::new(),
    }
}
