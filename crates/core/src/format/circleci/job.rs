//! Jobs: where they run, and what their steps run there.

use std::rc::Rc;

use daemonless_catalog::{Host, Service, alike, hosted, tasks as known_tasks};

use super::super::cursor::Cursor;
use super::super::step::{Scopes, environment, is_command_shell, read, run_script, set, set_engine, words};
use super::super::tasks::{self, Call};
use super::Config;
use super::frame::{DEEPEST, Frame, Given, Kind, Named, Scope};
use crate::engine::container::variable;
use crate::model::{Container, Job, Role, Told, Value, Var};
use crate::source::{Span, Text};

/// What a step of a command that is called costs of what may be made of little text.
const COST_OF_STEP: usize = 2;

/// Bytes of such a step's script that cost as much as one value that is read through an alias.
const BYTES_A_UNIT: usize = 64;

/// What a job's lowering carries along.
struct State {
    job: Job,
    /// The number of the next step.
    script: u32,
    scopes: Scopes,
    /// The shell of steps that name none.
    shell: Option<String>,
    /// What gives the job a machine of its own.
    machines: Vec<Span>,
    /// The job's executor may be a runner of the organisation's own.
    own_runner: bool,
    /// An executor is in a file that is not here.
    unknown: bool,
    /// `setup_remote_docker`
    remote: Vec<Span>,
    /// How deep the steps that are read lie in others.
    depth: u32,
    /// The definition that the steps belong to; steps from elsewhere are paid for.
    home: Span,
}

impl<'a> Config<'_, 'a> {
    /// A job that is written here, as `given` call it.
    pub(super) fn job(&self, entry: &Cursor<'a>, given: &[Given<'a>]) -> Job {
        let mut state = State::new(entry.key(), entry.key_span(), entry.entry_span());
        self.defined(entry, Rc::clone(&self.root.scope), given, &mut state);
        state.finish()
    }

    /// A job of an orb, as a workflow calls it; `None` if nothing is known of the orb.
    pub(super) fn orb_job(&self, full: &str, call: Given<'a>) -> Option<Job> {
        let args = call.args.clone();
        let by_key = !args.key().is_empty();
        let span = if by_key { args.key_span() } else { args.span() };
        let named = args.get("name").filter(|name| name.str().is_some());
        let (name, name_span) =
            named.as_ref().and_then(|own| Some((own.str()?, own.span()))).unwrap_or((full, span));
        let mut state = State::new(name, name_span, if by_key { args.entry_span() } else { span });
        match self.root.find(Kind::Job, full) {
            Named::Here(definition, scope) => self.defined(&definition, scope, &[call], &mut state),
            Named::Orb(orb) => {
                known_tasks(Service::Circleci, &orb).next()?;
                if args.get("executor").is_some() {
                    self.executor(&args, &self.root, &mut state);
                } else if known_tasks(Service::Circleci, &orb).any(|task| task.machine) {
                    state.machines.push(span);
                }
                let lists: Vec<_> = args.entries().into_iter().filter(|one| one.is_sequence()).collect();
                let late = |list: &&Cursor<'_>| list.key().starts_with("post") || list.key() == "after_build";
                let early = |list: &&Cursor<'_>| !late(list) && !matches!(list.key(), "requires" | "context");
                lists.iter().filter(early).for_each(|list| self.steps(list, &self.root, &mut state));
                self.orb(&orb, span, &args, &self.root, &mut state);
                lists.iter().filter(late).for_each(|list| self.steps(list, &self.root, &mut state));
            }
            Named::Unknown => return None,
        }
        Some(state.finish())
    }

    fn defined(&self, entry: &Cursor<'a>, scope: Rc<Scope<'a>>, given: &[Given<'a>], state: &mut State) {
        let frame = self.bind(entry, scope, given);
        self.executor(entry, &frame, state);
        let beside = |key: &str, state: &mut State| {
            for call in given {
                if let Some(steps) = call.args.get(key) {
                    self.steps(&steps, &call.frame, state);
                }
            }
        };
        beside("pre-steps", state);
        if let Some(steps) = entry.get("steps") {
            self.steps(&steps, &frame, state);
        }
        beside("post-steps", state);
    }

    /// Where a job or an executor says that it runs.
    fn executor(&self, place: &Cursor<'a>, frame: &Rc<Frame<'a>>, state: &mut State) {
        let context = self.context(frame);
        if let Some(executor) = place.get("executor") {
            self.named_executor(&executor, frame, state);
        }
        if let Some(docker) = place.get("docker").filter(|_| state.job.containers.is_empty()) {
            for item in docker.items_or_self() {
                let role = if state.job.containers.is_empty() { Role::Job } else { Role::Service };
                state.job.containers.extend(self.container(&item, role, frame));
            }
        }
        for machine in place.entries().into_iter().filter(|one| matches!(one.key(), "machine" | "macos")) {
            let told = hosted(Service::Circleci, machine.key());
            state.machines.extend(told.filter(|told| told.host == Host::Vm).map(|_| machine.entry_span()));
            state.own_runner |= machine.get("resource_class").is_some_and(|class| is_own(&class));
        }
        if let Some(class) = place.get("resource_class").and_then(|class| read(&class, &context)) {
            state.own_runner |= class.any(|text| text.contains('/') && !text.contains("<<"));
        }
        if let Some(env) = place.get("environment") {
            let own = self.variables(&env, frame);
            set(&mut state.job.env, own);
        }
        let shell = place.get("shell").and_then(|shell| read(&shell, &context));
        state.shell = shell.map(|shell| shell.as_str().to_owned()).or(state.shell.take());
    }

    fn named_executor(&self, executor: &Cursor<'a>, frame: &Rc<Frame<'a>>, state: &mut State) {
        let passed_on = frame.list(executor);
        let (executor, frame) = passed_on.unwrap_or_else(|| (executor.clone(), Rc::clone(frame)));
        let name = if executor.is_mapping() { executor.get("name") } else { Some(executor.clone()) };
        let Some(name) = name.and_then(|name| read(&name, &self.context(&frame))) else { return };
        if frame.depth > DEEPEST {
            return;
        }
        for text in name.texts() {
            // A parameter may name what its caller has.
            let found = match frame.find(Kind::Executor, text.as_str()) {
                Named::Unknown => self.root.find(Kind::Executor, text.as_str()),
                found => found,
            };
            match found {
                Named::Here(definition, scope) => {
                    let inner = self.bind(&definition, scope, &[Given::by_step(executor.clone(), &frame)]);
                    self.executor(&definition, &inner, state);
                }
                Named::Orb(orb) if hosted(Service::Circleci, &orb).is_some() => {
                    state.machines.push(executor.span());
                }
                _ => state.unknown = true,
            }
        }
    }

    /// An entry of `docker`.
    fn container(&self, item: &Cursor<'a>, role: Role, frame: &Rc<Frame<'a>>) -> Option<Container> {
        let context = self.context(frame);
        let mut container = Container::new(role, item.span());
        container.image = Some(read(&item.get("image")?, &context)?);
        container.names.extend(item.get("name").and_then(|name| name.str()).map(str::to_owned));
        container.user = item.get("user").and_then(|user| read(&user, &context));
        if let Some(env) = item.get("environment") {
            container.env = self.variables(&env, frame);
        }
        for key in ["entrypoint", "command"] {
            match item.get(key) {
                Some(list) if list.is_sequence() => {
                    container.command.extend(list.items().iter().filter_map(|word| read(word, &context)));
                }
                Some(line) => container.command.extend(words(&line, &context)),
                None => {}
            }
        }
        Some(container)
    }

    /// A mapping of variables, or a list of mappings and of `NAME=value`.
    fn variables(&self, env: &Cursor<'a>, frame: &Rc<Frame<'a>>) -> Vec<Var> {
        let context = self.context(frame);
        let mut out = Vec::new();
        for item in env.items_or_self() {
            if item.is_scalar() {
                out.extend(read(&item, &context).as_ref().and_then(variable));
            } else {
                out.extend(environment(&item, &context));
            }
        }
        out
    }

    fn steps(&self, list: &Cursor<'a>, frame: &Rc<Frame<'a>>, state: &mut State) {
        if state.depth > DEEPEST * 2 {
            return;
        }
        state.depth += 1;
        if let Some((inner, frame)) = frame.list(list) {
            self.steps(&inner, &frame, state);
        }
        for item in list.items() {
            let span = item.span();
            if !state.home.contains(span) && !self.afford(list, span, COST_OF_STEP) {
                break;
            }
            if item.is_mapping() {
                item.entries().iter().for_each(|entry| self.step(entry, frame, state));
            } else if let Some((inner, frame)) = frame.list(&item) {
                self.steps(&inner, &frame, state);
            } else if let Some(name) = item.str() {
                self.call(name, span, &item, frame, state);
            }
        }
        state.depth -= 1;
    }

    /// A step with what it is given.
    fn step(&self, entry: &Cursor<'a>, frame: &Rc<Frame<'a>>, state: &mut State) {
        match entry.key() {
            "run" => self.run(entry, frame, state),
            "deploy" if matches!(frame.find(Kind::Command, "deploy"), Named::Unknown) => {
                self.run(entry, frame, state);
            }
            "when" | "unless" => {
                let truth = entry.get("condition").and_then(|one| read(&one, &self.context(frame)));
                let truth = truth.and_then(|value| truth_of(&value));
                if truth != Some(entry.key() == "unless")
                    && let Some(steps) = entry.get("steps")
                {
                    self.steps(&steps, frame, state);
                }
            }
            "steps" => self.steps(entry, frame, state),
            name => self.call(name, entry.key_span(), entry, frame, state),
        }
    }

    /// A step that is called by name: CircleCI's own, a command, or one of an orb.
    fn call(&self, name: &str, named: Span, args: &Cursor<'a>, frame: &Rc<Frame<'a>>, state: &mut State) {
        match frame.find(Kind::Command, name) {
            _ if name == "setup_remote_docker" => state.remote.push(named),
            Named::Here(definition, scope) if frame.depth < DEEPEST => {
                let inner = self.bind(&definition, scope, &[Given::by_step(args.clone(), frame)]);
                if let Some(steps) = definition.get("steps") {
                    self.steps(&steps, &inner, state);
                }
            }
            Named::Orb(orb) => {
                let lists: Vec<_> = args.entries().into_iter().filter(|one| one.is_sequence()).collect();
                lists.iter().for_each(|list| self.steps(list, frame, state));
                self.orb(&orb, named, args, frame, state);
            }
            _ => {}
        }
    }

    /// What the catalog knows of an orb's command or job.
    fn orb(&self, name: &str, named: Span, args: &Cursor<'a>, frame: &Rc<Frame<'a>>, state: &mut State) {
        let entries = args.entries();
        let remote = |one: &&Cursor<'_>| {
            let named = alike(one.key(), "setup_remote_docker") || alike(one.key(), "use_remote_docker");
            named && one.str().is_some_and(|text| text.eq_ignore_ascii_case("true"))
        };
        state.remote.extend(entries.iter().find(remote).map(Cursor::entry_span));
        let call = Call {
            service: Service::Circleci,
            name,
            named,
            span: if args.key().is_empty() { named } else { args.entry_span() },
            with: args.is_mapping().then(|| args.clone()),
            context: &self.context(frame),
            script: state.script,
        };
        tasks::lower(&call, &mut state.job);
        state.script = state.script.saturating_add(1);
    }

    fn run(&self, entry: &Cursor<'a>, frame: &Rc<Frame<'a>>, state: &mut State) {
        let context = self.context(frame);
        let script = state.script;
        state.script = state.script.saturating_add(1);
        let own_shell = entry.get("shell").and_then(|shell| read(&shell, &context));
        let shell = own_shell.as_ref().map(Value::as_str).or(state.shell.as_deref());
        let command = if entry.is_mapping() { entry.get("command") } else { Some(entry.clone()) };
        let Some(command) = command.and_then(|command| command.value()) else { return };
        let cost = command.text.len() / BYTES_A_UNIT;
        let paid = state.home.contains(entry.span()) || self.afford(entry, entry.span(), cost);
        if !paid || !shell.is_none_or(is_command_shell) {
            return;
        }
        let own = entry.get("environment").map(|env| self.variables(&env, frame)).unwrap_or_default();
        let mut scope = state.scopes.scope(&state.job.env, &own);
        let first = state.job.commands.len();
        state.job.commands.extend(run_script(&unescaped(command.text), &context, &mut scope, script));
        state.job.errors.extend(scope.into_errors());
        set_engine(state.job.commands.get_mut(first..).unwrap_or_default(), own);
    }
}

impl State {
    fn new(name: &str, name_span: Span, span: Span) -> Self {
        Self {
            job: Job { name: name.to_owned(), name_span, span, noun: "job", ..Job::default() },
            script: 0,
            scopes: Scopes::new(),
            shell: None,
            machines: Vec::new(),
            own_runner: false,
            unknown: false,
            remote: Vec::new(),
            depth: 0,
            home: span,
        }
    }

    /// The job, with its machine: that of the executor, or the one that the engine of `setup_remote_docker` runs on.
    fn finish(mut self) -> Job {
        let in_container = !self.job.containers.is_empty();
        let spans = match (in_container || self.unknown, self.remote.is_empty()) {
            (_, false) => self.remote,
            (false, true) => self.machines,
            (true, true) => Vec::new(),
        };
        if !spans.is_empty() && !self.own_runner {
            self.job.host = Some(Told { what: Host::Vm, spans });
        }
        self.job
    }
}

/// `namespace/name` is a class of an organisation's own runners.
fn is_own(class: &Cursor<'_>) -> bool {
    class.str().is_some_and(|text| text.contains('/') && !text.contains("<<"))
}

/// Whether a condition holds, if it is the same for all that its value can be.
fn truth_of(value: &Value) -> Option<bool> {
    let truth = |text: &Text| !matches!(text.as_str().trim(), "" | "false" | "False" | "0" | "null");
    let first = truth(&value.text);
    (!value.unknown && value.others.iter().all(|text| truth(text) == first)).then_some(first)
}

/// The script without the backslashes that keep `<<` from being an expression.
fn unescaped(text: Text) -> Text {
    if !text.as_str().contains("\\<<") {
        return text;
    }
    let mut out = Text::default();
    let mut at = 0;
    for (found, _) in text.as_str().match_indices("\\<<") {
        out.push_slice(&text, at..found);
        at = found + 1;
    }
    out.push_slice(&text, at..text.len());
    out
}
