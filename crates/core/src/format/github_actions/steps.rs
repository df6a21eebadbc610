//! Steps: scripts, actions and containers.

use std::sync::Arc;

use super::super::cursor::Cursor;
use super::expression::{Context, Expressions};
use super::{actions, container, environment, read};
use crate::map::{Map, Set};
use crate::model::{Command, Container, Input, Job, Place, Role, Value, Var};
use crate::script::{ENGINE_VARIABLES, Scope, lower, lower_words};
use crate::source::Text;

/// Variables that may be set for steps in all, job by job and step by step.
const MOST_SET: usize = 200_000;

/// What the steps of a job share.
pub(super) struct Steps<'c, 'a> {
    pub(super) context: Context<'c, 'a>,
    /// The shell of steps that name none, if the workflow names one.
    pub(super) shell: Option<&'a str>,
    left: usize,
}

impl<'c, 'a> Steps<'c, 'a> {
    pub(super) fn new(context: Context<'c, 'a>, shell: Option<&'a str>) -> Self {
        Self { context, shell, left: MOST_SET }
    }

    /// Adds what the steps of `list` do to `job`.
    pub(super) fn lower(&mut self, list: &Cursor<'a>, job: &mut Job) {
        for (script, step) in (0..).zip(list.items()) {
            let own = step.get("env").map(|env| environment(&env, &self.context)).unwrap_or_default();
            let values: Map<_, _> = own.iter().map(|var| (var.name.clone(), var.value.clone())).collect();
            let here =
                Context { env: self.context.env.iter().copied().chain([&values]).collect(), ..self.context };
            let first = job.commands.len();
            if let Some(uses) = step.get("uses") {
                match uses.str().and_then(|name| name.strip_prefix("docker://")) {
                    Some(_) => step_container(&step, &uses, &here, &own, script, job),
                    None => actions::lower(&step, &uses, &here, script, job),
                }
            } else if let Some(run) = step.get("run") {
                let shell = step.get("shell").and_then(|shell| shell.str()).or(self.shell);
                if shell.is_none_or(is_command_shell) {
                    let mut scope = self.scope(&job.env, &own);
                    job.commands.extend(run_script(&run, &here, &mut scope, script));
                }
            }
            set_engine(job.commands.get_mut(first..).unwrap_or_default(), own);
        }
    }

    /// The variables that a step's shell starts with.
    fn scope(&mut self, job: &[Var], own: &[Var]) -> Scope {
        let cost = job.len() + own.len();
        let affordable = cost <= self.left;
        self.left = self.left.saturating_sub(cost);
        if affordable { Scope::new(job.iter().chain(own)) } else { Scope::default() }
    }
}

/// Interpreters whose programs are no commands.
fn is_command_shell(shell: &str) -> bool {
    let program = shell.split_whitespace().next().unwrap_or("").rsplit('/').next().unwrap_or("");
    !["python", "node", "perl", "ruby", "deno", "bun"].iter().any(|other| program.starts_with(other))
}

/// What a script runs. One that a matrix makes differently in each job runs all that any of them does.
fn run_script(run: &Cursor<'_>, context: &Context<'_, '_>, scope: &mut Scope, script: u32) -> Vec<Command> {
    let Some(value) = run.value() else { return Vec::new() };
    let (masked, expressions) = context.mask(&value.text);
    if expressions.is_empty() {
        return lower(&masked, scope, script);
    }
    let mut known = Set::new();
    let mut out = Vec::new();
    let scripts = expressions.scripts(&masked);
    for text in &scripts {
        for mut command in lower(text, &mut scope.clone(), script) {
            fill(&mut command, &expressions);
            let words = command.words.iter().map(|word| word.as_str().to_owned()).collect::<Vec<_>>();
            if scripts.len() == 1 || known.insert((command.span, words)) {
                out.push(command);
            }
        }
    }
    out
}

/// Fills in the marks of a command.
fn fill(command: &mut Command, expressions: &Expressions<'_, '_>) {
    for word in &mut command.words {
        *word = expressions.fill(std::mem::take(word));
    }
    if let Some(Input::Document(text)) = &mut command.input {
        *text = expressions.fill(Value::literal(Text::clone(text))).text.into();
    }
    if command.engine_env.iter().any(|var| var.value.texts().any(|text| expressions.marks(text))) {
        for var in Arc::make_mut(&mut command.engine_env) {
            var.value = expressions.fill(std::mem::take(&mut var.value));
        }
    }
}

/// Gives the commands of a step those of its variables that an engine reads; what the script sets itself holds.
fn set_engine(commands: &mut [Command], own: Vec<Var>) {
    let own: Vec<_> = own.into_iter().filter(|var| ENGINE_VARIABLES.contains(&var.name.as_str())).collect();
    if own.is_empty() {
        return;
    }
    let own = Arc::new(own);
    for command in commands {
        if command.engine_env.is_empty() {
            command.engine_env = Arc::clone(&own);
        } else {
            let mut all = Vec::clone(&own);
            all.retain(|var| command.engine_env.iter().all(|set| set.name != var.name));
            all.extend(command.engine_env.iter().cloned());
            command.engine_env = Arc::new(all);
        }
    }
}

/// The container of `uses: docker://IMAGE`.
fn step_container(
    step: &Cursor<'_>,
    uses: &Cursor<'_>,
    context: &Context<'_, '_>,
    own: &[Var],
    script: u32,
    job: &mut Job,
) {
    let mut made = Container::new(Role::Step, step.span());
    let Some(image) = read(uses, context) else { return };
    let skip = |text: &Text| text.slice("docker://".len().min(text.len())..text.len());
    made.image = Some(Value {
        text: skip(&image.text),
        others: image.others.iter().map(skip).collect(),
        span: image.span,
        ..image
    });
    made.env = own.to_vec();
    let words = |key: &str| step.at(&["with", key]).map(|text| container::words(&text, context));
    made.command = words("entrypoint").unwrap_or_default();
    made.command.extend(words("args").unwrap_or_default());
    let place = Place::Container(job.containers.len());
    job.commands.extend(lower_words(&made.command, &mut Scope::new(own), script, place));
    job.containers.push(made);
}
