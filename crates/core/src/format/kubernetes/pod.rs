//! A pod: its containers and what they share, as Kubernetes' own objects, Tekton's tasks and Jenkinsfiles describe it.

use super::super::cursor::{Cursor, is_true};
use super::objects::Objects;
use super::reference;
use super::volumes::Volumes;
use crate::engine::image;
use crate::map::Map;
use crate::model::{Container, Job, Namespace, Place, Role, Value, Var};
use crate::script::{Scope, lower_words};
use crate::source::{Span, Text};

/// What the containers of a pod share.
pub(in crate::format) struct Pod<'a, 'r> {
    /// What a scalar becomes, with what the format fills in.
    read: &'r dyn Fn(Value) -> Value,
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
static LISTS: &[&str] = &["initContainers", "containers", "ephemeralContainers"];

/// Adds the containers of the pod that `spec` describes to the job, with what they run.
pub(in crate::format) fn pod<'a>(
    spec: &Cursor<'a>,
    metadata: Option<&Cursor<'a>>,
    objects: &Objects<'a>,
    job: &mut Job,
) {
    let pod = Pod::new(std::slice::from_ref(spec), metadata, objects, &as_written);
    for item in LISTS.iter().filter_map(|list| spec.get(list)).flat_map(|list| list.items()) {
        pod.add(&item, None, Role::Workload, job);
    }
    pod.close(job);
}

/// A value of which a template or an environment may make something else.
pub(super) fn as_written(mut value: Value) -> Value {
    value.unknown |= value.any(|text| text.contains("${") || text.contains("$."));
    value
}

impl<'a, 'r> Pod<'a, 'r> {
    /// The pod that these mappings describe together, nearest first.
    pub(in crate::format) fn new(
        specs: &[Cursor<'a>],
        metadata: Option<&Cursor<'a>>,
        objects: &'r Objects<'a>,
        read: &'r dyn Fn(Value) -> Value,
    ) -> Self {
        let get = |key: &str| specs.iter().find_map(|spec| spec.get(key));
        let says =
            |key: &str| get(key).filter(|entry| entry.value().map(read).is_some_and(|value| is_true(&value)));
        let annotations = metadata.and_then(|metadata| metadata.get("annotations"));
        let annotations = annotations.map(|list| list.entries()).unwrap_or_default();
        let host_users = get("hostUsers").and_then(|entry| entry.value()).map(read);
        Self {
            read,
            objects,
            volumes: Volumes::new(specs, objects, read),
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

    /// Adds the container of `item` to the job, with its commands. `base` says what `item` does not.
    pub(in crate::format) fn add(
        &self,
        item: &Cursor<'a>,
        base: Option<&Cursor<'a>>,
        role: Role,
        job: &mut Job,
    ) {
        if !item.is_mapping() {
            return;
        }
        let container = self.container(item, base, role);
        let place = Place::Container(job.containers.len());
        let mut scope = Scope::new(&container.env);
        let mut script = next_script(job);
        let mut run = |words: &[Value]| {
            job.commands.extend(lower_words(words, &mut scope, script, place));
            script = script.saturating_add(1);
        };
        run(&program(&container));
        for path in PROBES {
            let words = item.at(path).map(|words| self.words(&words, &container.env)).unwrap_or_default();
            run(&words);
        }
        job.errors.extend(scope.into_overflow());
        job.containers.push(container);
    }

    /// Ends the pod: what is handed to it and mounted by none of its containers stands with the first of them.
    pub(in crate::format) fn close(self, job: &mut Job) {
        job.one_network = true;
        if let Some(first) = job.containers.first_mut() {
            first.mounts.extend(self.volumes.unmounted());
        }
    }

    /// The container that `item` describes, without what it runs.
    pub(in crate::format) fn container(
        &self,
        item: &Cursor<'a>,
        base: Option<&Cursor<'a>>,
        role: Role,
    ) -> Container {
        let get = |key: &str| item.get(key).or_else(|| base?.get(key));
        let mut container = Container::new(role, item.entry_span());
        container.names.extend(get("name").and_then(|name| Some(name.str()?.to_owned())));
        container.image = get("image").and_then(|image| self.value(&image));
        for list in base.into_iter().chain([item]) {
            self.env(list, &mut container.env);
        }
        let words = |key: &str| get(key).map(|words| self.words(&words, &container.env)).unwrap_or_default();
        let (mut command, args) = (words("command"), words("args"));
        container.entrypoint = !command.is_empty();
        command.extend(args);
        container.command = command;
        for mount in base.into_iter().chain([item]).filter_map(|from| from.get("volumeMounts")) {
            container
                .mounts
                .extend(mount.items().iter().filter_map(|item| self.volumes.mount(item, self.read)));
        }
        container.devices = self.volumes.devices(&container.mounts);
        let blocks = get("volumeDevices").map(|list| list.items()).unwrap_or_default();
        container.devices.extend(blocks.iter().filter_map(|item| self.volumes.block(item)));
        container.namespaces.clone_from(&self.namespaces);
        container.user_namespace = self.user_namespace;
        container.runtime.clone_from(&self.runtime);
        let shares = self.namespaces.iter().any(|(namespace, _)| *namespace == Namespace::Network);
        let ports = get("ports").map(|list| list.items()).unwrap_or_default();
        container.ports = ports.iter().filter_map(|port| self.port(port, shares)).collect();
        self.secure(&mut container, item, base);
        container
    }

    fn value(&self, entry: &Cursor<'a>) -> Option<Value> {
        entry.value().map(self.read)
    }

    /// The words of `command` or `args`, with references to the container's own variables filled in.
    fn words(&self, list: &Cursor<'a>, env: &[Var]) -> Vec<Value> {
        let known = |name: &str| variable(list, env, name);
        let words = list.items_or_self().into_iter().filter_map(|word| word.value());
        words.map(|word| reference::fill((self.read)(word), &known)).collect()
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
        for entry in item.get("env").map(|list| list.items()).unwrap_or_default() {
            let Some(name) = entry.get("name") else { continue };
            let name_span = name.entry_span();
            let value = match (entry.get("value"), entry.get("valueFrom")) {
                (Some(value), _) => self.value(&value),
                (None, Some(from)) => Some(self.referred(&from)),
                (None, None) => Some(Value { span: name_span, ..Value::default() }),
            };
            let Some(value) = value else { continue };
            let value = reference::fill(value, &|name| variable(&entry, out, name));
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
    fn secure(&self, container: &mut Container, item: &Cursor<'a>, base: Option<&Cursor<'a>>) {
        let own: Vec<_> =
            [Some(item), base].iter().flatten().filter_map(|from| from.get("securityContext")).collect();
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
pub(in crate::format) fn program(container: &Container) -> Vec<Value> {
    let words = &container.command;
    if container.entrypoint || words.first().is_some_and(|word| !word.as_str().starts_with('-')) {
        return words.clone();
    }
    let own =
        container.image.as_ref().and_then(|image| Some((image.span, image::entrypoint(image.as_str())?)));
    let Some((span, own)) = own.filter(|_| !words.is_empty()) else { return Vec::new() };
    let mut out = vec![Value::literal(Text::replaced(own, span))];
    out.extend(words.iter().cloned());
    out
}

/// The number of the next script of a job.
pub(in crate::format) fn next_script(job: &Job) -> u32 {
    job.commands.last().map_or(0, |last| last.script.saturating_add(1))
}
