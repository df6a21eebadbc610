//! Scripts and settings of steps in which the service fills in expressions before anything else reads them.

use std::sync::Arc;

use super::cursor::Cursor;
use super::expression::{Context, Expressions};
use crate::files::file_name;
use crate::map::{Map, Set};
use crate::model::{Command, Input, Value, Var, Via};
use crate::script::{ENGINE_VARIABLES, Scope, lower, split_words};
use crate::source::Text;

/// A scalar with its expressions filled in.
pub(super) fn read(entry: &Cursor<'_>, context: &Context<'_, '_>) -> Option<Value> {
    entry.value().map(|value| context.expand(value))
}

/// The variables of a mapping.
pub(super) fn environment(env: &Cursor<'_>, context: &Context<'_, '_>) -> Vec<Var> {
    let var = |entry: &Cursor<'_>| {
        let value = read(entry, context)?;
        Some(Var { name: entry.key().to_owned(), name_span: entry.key_span(), value })
    };
    env.entries().iter().filter_map(var).collect()
}

/// Variables that may be set for the shells of steps in all, job by job and step by step.
const MOST_SET: usize = 200_000;

/// What the shells of steps start with, as long as it is affordable.
pub(super) struct Scopes {
    left: usize,
}

impl Scopes {
    pub(super) fn new() -> Self {
        Self { left: MOST_SET }
    }

    /// The variables that a step's shell starts with: the job's, then its own.
    pub(super) fn scope(&mut self, job: &[Var], own: &[Var]) -> Scope {
        let cost = job.len() + own.len();
        let affordable = cost <= self.left;
        self.left = self.left.saturating_sub(cost);
        if affordable { Scope::new(job.iter().chain(own)) } else { Scope::default() }
    }
}

/// Whether nothing but the default of an input leaves the value open.
pub(super) fn is_settled(value: &Value) -> bool {
    !value.unknown || value.via.iter().any(|(via, _)| *via == Via::Default)
}

/// A script of PowerShell as far as a shell reads it alike: a backtick goes on with the next line.
pub(super) fn powershell(text: Text) -> Text {
    if !text.as_str().contains('`') {
        return text;
    }
    let mut out = Text::default();
    let mut at = 0;
    for (found, _) in text.as_str().match_indices('`') {
        out.push_slice(&text, at..found);
        at = found + 1;
        let rest = text.as_str().get(at..).unwrap_or("");
        if rest.starts_with(['\n', '\r']) {
            out.push_replaced("\\", text.span_of(found..at));
        }
    }
    out.push_slice(&text, at..text.len());
    out
}

/// Sets variables over those of their names.
pub(super) fn set(env: &mut Vec<Var>, own: Vec<Var>) {
    let names: Set<_> = own.iter().map(|var| var.name.clone()).collect();
    env.retain(|var| !names.contains(&var.name));
    env.extend(own);
}

/// Variables, to be looked up.
pub(super) fn by_name(vars: &[Var]) -> Map<String, Value> {
    vars.iter().map(|var| (var.name.clone(), var.value.clone())).collect()
}

/// The words of a text that the service splits as a shell would.
pub(super) fn words(entry: &Cursor<'_>, context: &Context<'_, '_>) -> Vec<Value> {
    let Some(value) = entry.value() else { return Vec::new() };
    let (masked, expressions) = context.mask(&value.text);
    let scripts = expressions.scripts(&masked);
    let words = scripts.iter().flat_map(|text| split_words(text, &mut Scope::default()));
    words.map(|word| expressions.fill(Value { via: value.via.clone(), ..word })).collect()
}

/// Interpreters whose programs are no commands.
pub(super) fn is_command_shell(shell: &str) -> bool {
    let program = file_name(shell.split_whitespace().next().unwrap_or(""));
    !["python", "node", "perl", "ruby", "deno", "bun"].iter().any(|other| program.starts_with(other))
}

/// What a script runs. One that a matrix makes differently in each job runs all that any of them does.
pub(super) fn run_script(
    run: &Text,
    context: &Context<'_, '_>,
    scope: &mut Scope,
    script: u32,
) -> Vec<Command> {
    let (masked, expressions) = context.mask(run);
    if expressions.is_empty() {
        return lower(&masked, scope, script);
    }
    let mut known = Set::new();
    let mut out = Vec::new();
    let scripts = expressions.scripts(&masked);
    for text in &scripts {
        let mut own = scope.clone();
        let commands = lower(text, &mut own, script);
        scope.note(own.into_errors());
        for mut command in commands {
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
pub(super) fn set_engine(commands: &mut [Command], own: Vec<Var>) {
    let own: Vec<_> = own.into_iter().filter(|var| ENGINE_VARIABLES.contains(&var.name.as_str())).collect();
    if own.is_empty() {
        return;
    }
    let own: Arc<[Var]> = own.into();
    for command in commands {
        if command.engine_env.is_empty() {
            command.engine_env = Arc::clone(&own);
        } else {
            let mut all = own.to_vec();
            all.retain(|var| command.engine_env.iter().all(|set| set.name != var.name));
            all.extend(command.engine_env.iter().cloned());
            command.engine_env = all.into();
        }
    }
}
