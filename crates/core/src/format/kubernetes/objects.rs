//! Objects of a file that its pods refer to.

use super::super::cursor::Cursor;
use super::pod::AsWritten;
use super::volumes::HostPath;
use crate::map::Map;
use crate::model::{Value, Via};

/// What other objects of the same file tell of pods.
#[derive(Default)]
pub(in crate::format) struct Objects<'a> {
    /// The data of config maps by name.
    configs: Map<&'a str, Cursor<'a>>,
    /// Handlers of runtime classes by name.
    runtimes: Map<&'a str, Value>,
    /// Paths of the node behind persistent volumes by name.
    paths: Map<&'a str, HostPath>,
    /// Tekton's steps that tasks may take over, by name.
    steps: Map<&'a str, Cursor<'a>>,
    /// Names of persistent volumes by the claims that are bound to them.
    claims: Map<&'a str, &'a str>,
}

impl<'a> Objects<'a> {
    /// Takes what the object `object` of this kind and name tells.
    pub(super) fn add(&mut self, kind: &str, name: &'a str, object: &Cursor<'a>) {
        match kind {
            "ConfigMap" => {
                if let Some(data) = object.get("data") {
                    self.configs.insert(name, data);
                }
            }
            "StepAction" => {
                if let Some(spec) = object.get("spec") {
                    self.steps.insert(name, spec);
                }
            }
            "RuntimeClass" => {
                if let Some(handler) = object.get("handler").and_then(|handler| handler.value()) {
                    self.runtimes.insert(name, handler);
                }
            }
            "PersistentVolume" => {
                let source = ["hostPath", "local"].iter().find_map(|key| object.at(&["spec", key]));
                if let Some(path) = source.and_then(|source| HostPath::new(&source, &AsWritten)) {
                    self.paths.insert(name, path);
                }
                if let Some(claim) = object.at(&["spec", "claimRef", "name"]).and_then(|claim| claim.str()) {
                    self.claims.insert(claim, name);
                }
            }
            "PersistentVolumeClaim" => {
                if let Some(volume) = object.at(&["spec", "volumeName"]).and_then(|volume| volume.str()) {
                    self.claims.insert(name, volume);
                }
            }
            _ => {}
        }
    }

    /// The data of the config map that is named at `name`.
    pub(super) fn config(&self, name: &Cursor<'a>) -> Option<Cursor<'a>> {
        let data = self.configs.get(name.str()?)?.clone();
        Some(data.reached(&[(Via::Reference, name.span())]))
    }

    /// The step that is named at `name`.
    pub(in crate::format) fn step(&self, name: &Cursor<'a>) -> Option<Cursor<'a>> {
        Some(self.steps.get(name.str()?)?.clone().reached(&[(Via::Reference, name.span())]))
    }

    /// A runtime class, with its handler as a further name where the class stands in the file.
    pub(super) fn runtime(&self, mut class: Value) -> Value {
        if let Some(handler) = self.runtimes.get(class.as_str()) {
            class.others.push(handler.text.clone());
        }
        class
    }

    /// The path of the node behind the claim that is named at `name`.
    pub(super) fn claimed(&self, name: &Cursor<'a>) -> Option<HostPath> {
        self.paths.get(*self.claims.get(name.str()?)?).cloned()
    }
}
