//! `agent`: the machine or container that a pipeline or stage asks for.

use super::data::word;
use super::reader::Reader;
use crate::engine::run_options;
use crate::model::{Container, Role, Value};
use crate::script::{Scope, split_words};
use crate::syntax::groovy::{Call, Expr};

impl<'t> Reader<'t> {
    /// Adds the container that an agent is, or that it runs the job in.
    pub(super) fn agent(&mut self, agent: &'t Call<'t>) {
        for kind in agent.body().into_iter().flat_map(|body| body.calls()) {
            match kind.name.text {
                "docker" | "dockerContainer" => {
                    let image = kind.setting("image").or_else(|| kind.positional().next());
                    self.job_container(kind, image, kind.setting("args"));
                }
                "dockerfile" => self.built(kind),
                "kubernetes" => {
                    self.pod(kind);
                    if let Some(name) = kind.setting("defaultContainer").and_then(|name| self.value(name)) {
                        self.enter_container(&name);
                    }
                }
                _ => {}
            }
        }
    }

    /// The container that the agent's Docker runs for the job; its steps run there.
    pub(super) fn job_container(
        &mut self,
        call: &'t Call<'t>,
        image: Option<&'t Expr<'t>>,
        options: Option<&'t Expr<'t>>,
    ) {
        let mut container = Container::new(Role::Job, call.span);
        container.image = image.and_then(|image| self.value(image));
        if let Some(options) = options.and_then(|options| self.value(options)) {
            run_options(&mut container, &words(&options));
        }
        if let Some(job) = self.job() {
            job.containers.push(container);
        }
    }

    /// An image that the agent builds for the job, and its container.
    fn built(&mut self, call: &'t Call<'t>) {
        let mut read = |name: &str| call.setting(name).and_then(|setting| self.value(setting));
        let (file, directory, options) = (read("filename"), read("dir"), read("additionalBuildArgs"));
        let mut command = Vec::new();
        command.extend(options.iter().flat_map(words));
        if let Some(file) = file {
            command.push(word("-f", file.span));
            command.push(file);
        }
        command.push(directory.unwrap_or_else(|| word(".", call.name.span)));
        self.docker_command("build", call.name.span, call.span, command);
        self.job_container(call, None, call.setting("args"));
    }
}

/// The words of options, of each text that they can be.
pub(super) fn words(options: &Value) -> Vec<Value> {
    let split = options.texts().flat_map(|text| split_words(text, &mut Scope::default()));
    split.map(|word| Value { via: options.via.clone(), ..word }).collect()
}
