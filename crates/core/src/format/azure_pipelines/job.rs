//! Jobs: pool, containers and steps.

use std::rc::Rc;

use daemonless_catalog::{Host, Service, alike, handed, hosted};

use super::super::cursor::Cursor;
use super::super::step::{Scopes, environment, is_settled, powershell, read, run_script, set_engine, words};
use super::super::tasks::{self, Call};
use super::frame::{Frame, fields, items};
use super::{Level, Reader, find};
use crate::engine::mount::short;
use crate::engine::run_options;
use crate::map::Map;
use crate::model::{ApiSocket, Command, Confidence, Container, Job, Place, Role, Told, Value};
use crate::source::Span;

/// Tasks that run what is written in an input, whether that is PowerShell, and whether it runs on another machine.
static SCRIPTS: &[(&str, &str, bool, bool)] = &[
    ("Bash", "script", false, false),
    ("CmdLine", "script", false, false),
    ("PowerShell", "script", true, false),
    ("AzureCLI", "inlineScript", false, false),
    ("AzurePowerShell", "Inline", true, false),
    ("SSH", "commands", false, true),
    ("SSH", "inline", false, true),
];

/// Where the steps of a deployment stand, below its strategy.
static HOOKS: &[&[&str]] = &[
    &["preDeploy"],
    &["deploy"],
    &["routeTraffic"],
    &["postRouteTraffic"],
    &["on", "success"],
    &["on", "failure"],
];

/// Variables that cost as much as one value that is read through an alias.
const VARIABLES_A_UNIT: usize = 16;

/// Bytes of a template's script that cost as much as one value that is read through an alias.
const BYTES_A_UNIT: usize = 64;

/// What a job's lowering carries along.
struct State<'a> {
    job: Job,
    level: Level<'a>,
    /// The number of the next step.
    script: u32,
    scopes: Scopes,
    /// Containers that steps name as their target, by alias in lower case.
    targets: Map<String, usize>,
}

impl<'a> Reader<'a> {
    /// A job of these fields.
    pub(super) fn job(
        &self,
        name: &str,
        name_span: Span,
        span: Span,
        own: &[Cursor<'a>],
        level: &Level<'a>,
        frame: &Rc<Frame<'a>>,
    ) -> Job {
        let job = Job { name: name.to_owned(), name_span, span, noun: "job", ..Job::default() };
        let mut state =
            State { job, level: level.clone(), script: 0, scopes: Scopes::new(), targets: Map::new() };
        let strategy = find(own, "strategy").map(fields).unwrap_or_default();
        if let Some(matrix) = find(&strategy, "matrix") {
            self.matrix(matrix, frame, &mut state.level);
        }
        state.job.host = self.host(&state.level);
        if let Some(container) = find(own, "container") {
            let made = self.container(container, Role::Job, frame, &state);
            state.job.containers.extend(made);
        }
        for service in find(own, "services").map(fields).unwrap_or_default() {
            let made = self.container(&service, Role::Service, frame, &state);
            state.job.containers.extend(made);
        }
        // The variables of a file come to each of its jobs.
        if own.first().is_none_or(|field| field.spend(state.level.env.len() / VARIABLES_A_UNIT)) {
            state.job.env.clone_from(&state.level.env);
        }
        let hooks = strategy.iter().filter(|one| matches!(one.key(), "runOnce" | "rolling" | "canary"));
        let hooks = hooks.flat_map(|strategy| HOOKS.iter().filter_map(|hook| strategy.at(hook)));
        let hooks: Vec<_> = hooks.filter_map(|hook| hook.get("steps")).collect();
        for steps in find(own, "steps").into_iter().chain(&hooks) {
            self.steps(steps, frame, &mut state);
        }
        state.job
    }

    /// A machine of Microsoft's is thrown away after the job; of a pool's the file doesn't tell.
    fn host(&self, level: &Level<'a>) -> Option<Told<Host>> {
        let (pool, frame) = level.pool.as_ref()?;
        let context = self.context(level, frame);
        let own = fields(pool);
        let foreign = |name: &Cursor<'_>| name.str().is_some_and(|name| name != "Azure Pipelines");
        if own.iter().any(|field| field.key() == "name" && foreign(field)) {
            return None;
        }
        let images = own.iter().filter(|field| field.key() == "vmImage");
        let images: Vec<_> = images.filter_map(|image| read(image, &context)).collect();
        let is_hosted = |label: &str| {
            hosted(Service::Azure, &label.trim().to_ascii_lowercase()).is_some_and(|one| one.host == Host::Vm)
        };
        let vm = |image: &Value| is_settled(image) && image.texts().all(|text| is_hosted(text.as_str()));
        (!images.is_empty() && images.iter().all(vm))
            .then(|| Told { what: Host::Vm, spans: images.iter().map(|image| image.span).collect() })
    }

    /// The container of `entry`: an alias, an image, or a mapping with one.
    fn container(
        &self,
        entry: &Cursor<'a>,
        role: Role,
        frame: &Rc<Frame<'a>>,
        state: &State<'a>,
    ) -> Option<Container> {
        let mut container = Container::new(role, entry.entry_span());
        if role == Role::Service {
            container.names.push(entry.key().to_owned());
        }
        let (body, frame) = if entry.is_mapping() {
            (Some(fields(entry)), Rc::clone(frame))
        } else {
            let name = read(entry, &self.context(&state.level, frame))?;
            let known =
                name.texts().find_map(|text| state.level.containers.get(&text.as_str().to_ascii_lowercase()));
            match known {
                Some((resource, from)) => (Some(fields(resource)), Rc::clone(from)),
                None if name.texts().all(|text| text.is_empty()) => return None,
                None => {
                    container.image = Some(name);
                    (None, Rc::clone(frame))
                }
            }
        };
        let own = body.unwrap_or_default();
        let context = self.context(&state.level, &frame);
        if let Some(image) = find(&own, "image").or_else(|| find(&own, "repository")) {
            container.image = read(image, &context);
        }
        container.image.as_ref()?;
        let values = |key: &str| -> Vec<Value> {
            let list = find(&own, key).map(|list| list.items_or_self()).unwrap_or_default();
            list.iter().filter_map(|item| read(item, &context)).collect()
        };
        container.mounts = values("volumes").iter().map(|value| short(value, value.span)).collect();
        container.ports = values("ports");
        container.env = find(&own, "env").map(|env| environment(env, &context)).unwrap_or_default();
        if let Some(options) = find(&own, "options") {
            run_options(&mut container, &words(options, &context));
        }
        if role != Role::Service {
            let asked = find(&own, "mapDockerSocket");
            let hosted = state.job.host.is_some();
            let socket = |span, confidence| {
                handed(Service::Azure).map(|socket| ApiSocket { by: socket.by, span, confidence })
            };
            container.api_socket = match asked.and_then(|asked| asked.str()) {
                Some(text) if text.eq_ignore_ascii_case("false") => None,
                Some(text) if text.eq_ignore_ascii_case("true") => {
                    asked.and_then(|asked| socket(asked.entry_span(), Confidence::Declared))
                }
                // The machine that serves one job alone has no other engine to give.
                _ if hosted => None,
                _ => socket(entry.entry_span(), Confidence::Possible),
            };
        }
        Some(container)
    }

    fn steps(&self, list: &Cursor<'a>, frame: &Rc<Frame<'a>>, state: &mut State<'a>) {
        for (item, frame) in items(list, frame) {
            if !self.afford(&item, &frame, 1) {
                break;
            }
            let own = fields(&item);
            if let Some((root, inner)) = self.template(&own, &state.level, &frame) {
                if let Some(steps) = root.get("steps") {
                    self.steps(&steps, &inner, state);
                }
                continue;
            }
            self.step(&own, item.span(), &frame, state);
        }
    }

    fn step(&self, own: &[Cursor<'a>], span: Span, frame: &Rc<Frame<'a>>, state: &mut State<'a>) {
        let level = state.level.clone();
        let context = self.context(&level, frame);
        let script = state.script;
        state.script = state.script.saturating_add(1);
        let env = find(own, "env").map(|env| environment(env, &context)).unwrap_or_default();
        let first = state.job.commands.len();
        let mut run = |text: &Cursor<'a>, is_powershell: bool| -> Vec<Command> {
            let Some(value) = text.value() else { return Vec::new() };
            if !self.afford(text, frame, value.text.len() / BYTES_A_UNIT) {
                return Vec::new();
            }
            let text = if is_powershell { powershell(value.text) } else { value.text };
            let mut scope = state.scopes.scope(&state.job.env, &env);
            let commands = run_script(&text, &context, &mut scope, script);
            if !is_powershell {
                state.job.errors.extend(scope.into_errors());
            }
            commands
        };
        let mut commands = Vec::new();
        for (key, is_powershell) in [("script", false), ("bash", false), ("pwsh", true), ("powershell", true)]
        {
            if let Some(text) = find(own, key) {
                commands.extend(run(text, is_powershell));
            }
        }
        if let Some(task) = find(own, "task") {
            let name = task.str().unwrap_or("");
            let name = name.split_once('.').map_or(name, |(major, _)| major);
            let with = find(own, "inputs");
            let inputs = with.map(fields).unwrap_or_default();
            let bare = name.split('@').next().unwrap_or("");
            for (task, input, is_powershell, elsewhere) in SCRIPTS {
                if task.eq_ignore_ascii_case(bare)
                    && let Some(text) = inputs.iter().find(|one| alike(one.key(), input))
                {
                    let pwsh = |one: &Cursor<'_>| {
                        one.key() == "scriptType" && one.str().is_some_and(|kind| kind.starts_with("ps"))
                    };
                    let mut inner = run(text, *is_powershell || inputs.iter().any(pwsh));
                    if *elsewhere {
                        inner.iter_mut().for_each(|command| command.place = Place::Elsewhere);
                    }
                    commands.extend(inner);
                }
            }
            let call = Call {
                service: Service::Azure,
                name,
                named: task.span(),
                span,
                with: with.cloned(),
                context: &context,
                script,
            };
            tasks::lower(&call, &mut state.job);
        }
        state.job.commands.extend(commands);
        let place = find(own, "target").and_then(|target| self.target(target, frame, state));
        let commands = state.job.commands.get_mut(first..).unwrap_or_default();
        if let Some(place) = place {
            for command in commands.iter_mut().filter(|command| command.place == Place::Job) {
                command.place = Place::Container(place);
            }
        }
        set_engine(commands, env);
        // A container in which Docker is used has been given an engine.
        let used = commands.iter().any(|command| {
            command.place != Place::Elsewhere
                && command.words.first().is_some_and(|word| word.any(|text| text == "docker"))
        });
        let on_host = find(own, "target").is_some_and(|target| target.str() == Some("host"));
        let of_job = state.job.containers.first().is_some_and(|first| first.role == Role::Job) && !on_host;
        let target = place.or(of_job.then_some(0)).filter(|_| used);
        let target = target.and_then(|at| state.job.containers.get_mut(at));
        if let Some(socket) = target.and_then(|target| target.api_socket.as_mut()) {
            socket.confidence = socket.confidence.max(Confidence::Implied);
        }
    }

    /// The container that a step runs in, by its index; `None` is that of the job, or none.
    fn target(&self, target: &Cursor<'a>, frame: &Rc<Frame<'a>>, state: &mut State<'a>) -> Option<usize> {
        let named = if target.is_mapping() { target.get("container")? } else { target.clone() };
        let alias = named.str().filter(|alias| *alias != "host")?.to_ascii_lowercase();
        if let Some(known) = state.targets.get(&alias) {
            return Some(*known);
        }
        let container = self.container(&named, Role::Step, frame, state)?;
        state.job.containers.push(container);
        let at = state.job.containers.len() - 1;
        state.targets.insert(alias, at);
        Some(at)
    }
}
