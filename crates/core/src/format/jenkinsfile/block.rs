//! The blocks of pipelines: what is a job, where its steps run and which variables they see.

use super::data::{Data, each, join};
use super::expression::place;
use super::reader::Reader;
use crate::model::{Place, Value, Var};
use crate::syntax::groovy::{Call, Closure, Expr, Name};

/// Settings of pipelines and stages that are read with these and hold no steps.
static SETTINGS: &[&str] =
    &["agent", "environment", "axes", "excludes", "triggers", "tools", "options", "libraries"];

/// Statements whose block runs in some cases.
static CONDITIONS: &[&str] = &[
    "if", "else", "while", "for", "switch", "catch", "success", "failure", "unstable", "aborted", "changed",
    "fixed",
];

impl<'t> Reader<'t> {
    /// A call of a step, a block or a function.
    pub(super) fn call(&mut self, call: &'t Call<'t>) -> Data<'t> {
        let name = call.name.text;
        if SETTINGS.contains(&name) {
            return Data::Unknown;
        }
        if let Some(data) = self.function(call) {
            return data;
        }
        if let Some(data) = self.step(call) {
            return data;
        }
        if self.docker_step(call).is_some() {
            return Data::Unknown;
        }
        let around = self.enter();
        match name {
            "pipeline" => self.pipeline(call),
            "stage" => self.stage(call),
            "matrix" => self.matrix(call),
            "parallel" => self.parallel(call),
            "node" | "dockerNode" => self.node(call),
            "podTemplate" => self.pod_template(call),
            "container" => self.container(call),
            "withEnv" => self.with_env(call),
            "string" | "text" | "choice" | "booleanParam" | "stringParam" | "choiceParam" => self.input(call),
            "timeout" | "retry" | "dir" | "ws" | "lock" | "withCredentials" => self.body(call),
            _ => {
                if name == "for" {
                    self.bind(call);
                }
                self.conditions += u32::from(CONDITIONS.contains(&name));
                self.arguments(call);
            }
        }
        self.leave(around);
        Data::Unknown
    }

    fn pipeline(&mut self, call: &'t Call<'t>) {
        let Some(body) = call.body() else { return };
        let job = self.begin(call.name, call.span);
        if body.setting("agent").is_none_or(|agent| is_word(agent, "none")) {
            self.perhaps_empty(job);
        }
        if let Some(parameters) = body.setting("parameters") {
            self.body(parameters);
        }
        self.scope(body, true);
    }

    /// What holds for a pipeline or stage, then what is in it.
    fn scope(&mut self, body: &'t Closure<'t>, is_job: bool) {
        if let Some(environment) = body.setting("environment").and_then(Call::body) {
            self.environment(environment, is_job);
        }
        if let Some(agent) = body.setting("agent") {
            self.agent(agent);
        }
        self.statements(&body.statements);
    }

    /// A stage is a job of its own if it has an agent of its own.
    fn stage(&mut self, call: &'t Call<'t>) {
        let Some(body) = call.body() else { return self.arguments(call) };
        let name = call.positional().next().or_else(|| call.named("name"));
        if let Some(value) = name.and_then(|name| self.value(name)) {
            let whole = value.others.is_empty().then(|| value.text.editable(0..value.text.len())).flatten();
            let short = whole.filter(|_| value.text.len() <= LONGEST_NAME);
            self.stage = short.map(|span| (value.as_str().into(), span));
        }
        let own = [Some(body), body.setting("matrix").and_then(Call::body)];
        let agent = own.iter().flatten().find_map(|block| block.setting("agent"));
        let is_job = agent.is_some_and(|agent| !is_word(agent, "none"));
        if is_job {
            self.begin_named(call);
        }
        self.scope(body, is_job);
    }

    /// Begins a job that is named after the stage that it stands in, or else after the call.
    fn begin_named(&mut self, call: &'t Call<'t>) {
        match self.stage.clone() {
            Some((name, span)) => self.begin(Name { text: &name, span }, call.span),
            None => self.begin(call.name, call.span),
        };
    }

    fn matrix(&mut self, call: &'t Call<'t>) {
        let Some(body) = call.body() else { return };
        let axes = body.setting("axes").and_then(Call::body);
        for axis in axes.into_iter().flat_map(Closure::calls).filter(|call| call.name.text == "axis") {
            let Some(name) = axis.setting("name").and_then(|name| self.value(name)) else { continue };
            let values = axis.body().and_then(|axis| axis.setting("values"));
            let values: Vec<_> =
                values.into_iter().flat_map(Call::positional).filter_map(|value| self.value(value)).collect();
            let mut values = values.into_iter();
            let Some(mut first) = values.next() else { continue };
            values.for_each(|other| join(&mut first, &other));
            let name_span = name.span;
            self.set_env(Var { name: name.as_str().to_owned(), name_span, value: first }, false);
        }
        self.scope(body, false);
    }

    /// Branches, each with a name.
    fn parallel(&mut self, call: &'t Call<'t>) {
        for argument in &call.arguments {
            let around = self.enter();
            let name = argument.key.as_ref().and_then(|key| Some((key.key()?, place(key)?)));
            if let Some((name, span)) = name.filter(|(name, _)| name.len() <= LONGEST_NAME) {
                self.stage = Some((name.into(), span));
            }
            self.eval(&argument.value);
            self.leave(around);
        }
    }

    /// A block on an agent of its own; in a pod's block it is the pod.
    fn node(&mut self, call: &'t Call<'t>) {
        for argument in call.positional() {
            self.eval(argument);
        }
        if !self.in_pod {
            self.begin_named(call);
        }
        if call.name.text == "dockerNode" {
            let image = call.named("image").or_else(|| call.positional().next());
            self.job_container(call, image, None);
        }
        self.body(call);
    }

    fn pod_template(&mut self, call: &'t Call<'t>) {
        if call.body().is_none() {
            return self.arguments(call);
        }
        if !self.in_pod {
            self.begin_named(call);
        }
        self.pod(call);
        self.body(call);
    }

    /// Steps in a container of the pod.
    fn container(&mut self, call: &'t Call<'t>) {
        let name = call.positional().next().or_else(|| call.named("name"));
        if let Some(name) = name.and_then(|name| self.value(name)) {
            self.enter_container(&name);
        }
        self.body(call);
    }

    /// Steps run in the job's container of this name, if it is known.
    pub(super) fn enter_container(&mut self, name: &Value) {
        let containers = self.job().map(|job| job.containers.as_slice()).unwrap_or_default();
        let named = containers
            .iter()
            .take(MOST_NAMED)
            .position(|one| one.names.iter().any(|own| name.any(|text| own == text)));
        self.place = named.map_or(Place::Job, Place::Container);
    }

    fn with_env(&mut self, call: &'t Call<'t>) {
        let list = call.positional().next().or_else(|| call.named("overrides"));
        let items = list.map(|list| self.eval(list).items()).unwrap_or_default();
        for item in items {
            let Some((name, _)) = item.as_str().split_once('=') else { continue };
            let length = name.len();
            let value = each(&item, |text| (length + 1).min(text.len())..text.len());
            let name_span = item.text.span_of(0..length);
            let span = if value.text.is_empty() { item.span } else { value.text.span() };
            let value = Value { span, ..value };
            self.set_env(Var { name: name.to_owned(), name_span, value }, false);
        }
        self.body(call);
    }

    /// Sets a variable of the environment: of the job as a whole, or up to the end of the block.
    pub(super) fn set_env(&mut self, var: Var, of_job: bool) {
        self.set_of_block(&var.name, Data::text(var.value.clone()), var.name_span);
        let count = self.job.and_then(|job| self.jobs.get(job)).map_or(0, |job| job.env.len());
        let replaces = of_job && self.affords(count);
        match self.job.and_then(|job| self.jobs.get_mut(job)).filter(|_| of_job) {
            Some(job) => {
                if replaces {
                    job.env.retain(|known| known.name != var.name);
                }
                job.env.push(var);
            }
            None => self.env.push(var),
        }
    }

    /// `environment { NAME = value }`.
    fn environment(&mut self, block: &'t Closure<'t>, of_job: bool) {
        for statement in &block.statements {
            let Expr::Assign(assign) = statement else {
                self.eval(statement);
                continue;
            };
            let value = match self.eval(&assign.value) {
                Data::Text(value) => Some(Value::clone(&value)),
                _ => None,
            };
            for target in &assign.targets {
                let Expr::Word(name) = target else { continue };
                if let Some(value) = value.clone() {
                    let var = Var { name: name.text.to_owned(), name_span: name.span, value };
                    self.set_env(var, of_job);
                }
            }
        }
    }

    /// A parameter that whoever starts the pipeline may give.
    fn input(&mut self, call: &'t Call<'t>) {
        let name = call.named("name").and_then(|name| self.value(name));
        let given = call.named("defaultValue").or_else(|| call.named("choices"));
        if let (Some(name), Some(given)) = (name, given) {
            let given = self.eval(given);
            self.parameter(name.as_str(), given, name.span);
        }
    }
}

/// A job is named after a stage with a name no longer than this.
const LONGEST_NAME: usize = 200;

/// Among so many containers of a pod one is looked for by its name.
const MOST_NAMED: usize = 256;

/// Whether the only argument is this word: `agent none`.
pub(super) fn is_word(call: &Call<'_>, word: &str) -> bool {
    matches!(call.positional().next(), Some(Expr::Word(name)) if name.text == word)
}
