//! Pods of the Kubernetes plugin: `podTemplate`, `containerTemplate`, volumes, and YAML in a string.

use super::super::kubernetes;
use super::agent::words;
use super::expression::place;
use super::reader::Reader;
use crate::model::{Container, Mount, Namespace, Role, Value, Var};
use crate::syntax::groovy::{Argument, Call, Expr};

impl<'t> Reader<'t> {
    /// Adds the containers of a pod that a call or its block describes.
    pub(super) fn pod(&mut self, call: &'t Call<'t>) {
        self.in_pod = true;
        if let Some(text) = call.setting("yaml").and_then(|text| self.value(text)) {
            self.yaml(&text);
        }
        let mut volumes = Vec::new();
        for volume in calls(call.setting("volumes")) {
            volumes.extend(self.volume(volume));
        }
        let shared = self.variables(call);
        let host_network = call.setting("hostNetwork").filter(|value| is_true(value)).and_then(place);
        let single = call.body().into_iter().flat_map(|body| body.calls());
        let single =
            single.filter(|inner| inner.name.text == "containerTemplate" && call.name.text != "podTemplate");
        let lists = ["containers", "containerTemplates"].iter().filter_map(|name| call.setting(name));
        for template in lists.flat_map(|list| calls(Some(list))).chain(single) {
            let mut container = self.container_template(template);
            if self.affords(shared.len()) {
                container.env.splice(0..0, shared.iter().cloned());
            }
            if let Some(job) = self.job() {
                job.containers.push(container);
            }
        }
        let shares = !volumes.is_empty() || host_network.is_some();
        let Some(job) = self.job() else { return };
        job.one_network = true;
        if job.containers.is_empty() && shares {
            // All is mounted into the agent's own container, too, which need not be written.
            job.containers.push(Container::new(Role::Workload, call.name.span));
        }
        let count = if shares { job.containers.len() } else { 0 };
        if !self.affords(count.saturating_mul(1 + volumes.len())) {
            return;
        }
        for container in self.job().map(|job| &mut job.containers[..count]).unwrap_or_default() {
            container.mounts.extend(volumes.iter().cloned());
            container.namespaces.extend(host_network.map(|span| (Namespace::Network, span)));
        }
    }

    /// A pod written as Kubernetes has it.
    fn yaml(&mut self, value: &Value) {
        let Some(job) = self.job() else { return };
        for text in value.texts() {
            let known = job.errors.len();
            kubernetes::inline(text, job);
            if value.unknown {
                // What is filled in at a run may be what is missing.
                job.errors.truncate(known);
            }
        }
    }

    /// `containerTemplate(name: …, image: …)`, or the same as a block.
    fn container_template(&mut self, call: &'t Call<'t>) -> Container {
        let mut container = Container::new(Role::Workload, call.span);
        let mut read = |name: &str| call.setting(name).and_then(|value| self.value(value));
        container.names.extend(read("name").map(|name| name.as_str().to_owned()));
        container.image = read("image");
        container.user = read("runAsUser");
        let (command, rest) = (read("command"), read("args"));
        container.entrypoint = command.as_ref().is_some_and(|command| !command.as_str().is_empty());
        container.command = command.iter().chain(&rest).flat_map(words).collect();
        container.privileged = call.setting("privileged").filter(|value| is_true(value)).and_then(place);
        container.env = self.variables(call);
        container
    }

    /// `envVars: [envVar(key: …, value: …)]`.
    fn variables(&mut self, call: &'t Call<'t>) -> Vec<Var> {
        let mut out = Vec::new();
        for variable in calls(call.setting("envVars")) {
            let name = variable.named("key").and_then(|name| self.value(name));
            let value = variable.named("value").and_then(|value| self.value(value));
            if let (Some(name), Some(value)) = (name, value) {
                out.push(Var { name: name.as_str().to_owned(), name_span: name.span, value });
            }
        }
        out
    }

    /// What is mounted into all containers.
    fn volume(&mut self, call: &'t Call<'t>) -> Option<Mount> {
        let mut read = |name: &str| call.named(name).and_then(|value| self.value(value));
        let source = match call.name.text {
            "hostPathVolume" | "hostPathWorkspaceVolume" => Some(read("hostPath")?),
            _ => None,
        };
        let target = read("mountPath");
        let read_only = call.named("readOnly").is_some_and(is_true);
        Some(Mount { source, target, read_only, span: call.span, declared_only: false })
    }
}

/// The calls in a list.
fn calls<'t>(list: Option<&'t Expr<'t>>) -> impl Iterator<Item = &'t Call<'t>> {
    let items = match list {
        Some(Expr::List(list)) => list.items.as_slice(),
        _ => &[],
    };
    items.iter().filter_map(|Argument { value, .. }| value.call())
}

fn is_true(expr: &Expr<'_>) -> bool {
    expr.key() == Some("true")
}
