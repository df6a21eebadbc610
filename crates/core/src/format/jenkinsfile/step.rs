//! Steps that run scripts.

use super::super::step::{is_command_shell, set_engine};
use super::data::Data;
use super::reader::Reader;
use crate::map::Set;
use crate::model::{Command, Place, Role, Var};
use crate::script::{self, Scope};
use crate::source::Text;
use crate::syntax::groovy::Call;

/// The steps, and what in their language joins a line to the next, where that isn't a shell's.
static SCRIPTS: &[(&str, Option<char>)] =
    &[("sh", None), ("bat", Some('^')), ("powershell", Some('`')), ("pwsh", Some('`'))];

impl<'t> Reader<'t> {
    /// A step that runs a script; `None` for all others.
    pub(super) fn step(&mut self, call: &'t Call<'t>) -> Option<Data<'t>> {
        let (_, mark) = SCRIPTS.iter().find(|(name, _)| *name == call.name.text)?;
        let script = call.named("script").or_else(|| call.positional().next())?;
        let Some(value) = self.value(script) else { return Some(Data::Unknown) };
        let scope = self.scope_of_step();
        let mut known = Set::new();
        for text in value.texts().filter(|text| is_shell(text.as_str())) {
            let mut scope = scope.clone();
            let commands = match mark {
                None => script::lower(text, &mut scope, self.script),
                Some(mark) => script::lower(&joined(text, *mark), &mut scope, self.script),
            };
            let mut is_new = |command: &Command| {
                let words = || command.words.iter().map(|word| word.as_str().to_owned()).collect::<Vec<_>>();
                value.others.is_empty() || known.insert((command.span, words()))
            };
            let mut commands: Vec<_> = commands.into_iter().filter(|command| is_new(command)).collect();
            self.settle(&mut commands);
            let Some(job) = self.job() else { break };
            job.commands.extend(commands);
            // Of other languages, and of what only a run fills in, errors tell nothing.
            if mark.is_none() && !value.unknown {
                job.errors.extend(scope.into_errors());
            } else {
                job.errors.extend(scope.into_overflow());
            }
        }
        self.script += 1;
        Some(Data::Unknown)
    }

    /// The variables that a step's shell starts with.
    fn scope_of_step(&mut self) -> Scope {
        let job = self.job.and_then(|job| self.jobs.get(job));
        let own = job.map_or(&[][..], |job| &job.env);
        let cost = own.len() + self.globals.len() + self.env.len();
        if !self.affords(cost) {
            return Scope::default();
        }
        let job = self.job.and_then(|job| self.jobs.get(job));
        let own = job.map_or(&[][..], |job| &job.env);
        let container = match self.place {
            Place::Container(at) => job.and_then(|job| job.containers.get(at)),
            _ => job.and_then(|job| job.containers.iter().find(|one| one.role == Role::Job)),
        };
        let inner = container.map_or(&[][..], |container| &container.env);
        Scope::new(inner.iter().chain(&self.globals).chain(own).chain(&self.env))
    }

    /// Gives commands of a step or of the plugin what holds where they stand.
    pub(super) fn settle(&mut self, commands: &mut [Command]) {
        let conditional = self.conditions > 0;
        for command in commands.iter_mut() {
            command.conditional |= conditional;
            if command.place == Place::Job {
                command.place = self.place;
            }
        }
        if !self.affords(self.globals.len() + self.env.len()) {
            return;
        }
        let own: Vec<Var> =
            self.globals.iter().chain(&self.env).filter(|var| is_engine(var)).cloned().collect();
        set_engine(commands, own);
    }
}

fn is_engine(var: &Var) -> bool {
    script::ENGINE_VARIABLES.contains(&var.name.as_str())
}

/// Whether a script is for a shell: one for another interpreter names that in its first line.
fn is_shell(text: &str) -> bool {
    let first = text.trim_start().lines().next().unwrap_or("");
    let Some(interpreter) = first.strip_prefix("#!") else { return true };
    let mut words = interpreter.split_whitespace();
    let program = words.next().unwrap_or("");
    is_command_shell(if program.ends_with("/env") { words.next().unwrap_or("") } else { program })
}

/// The text with lines joined where they end with `mark`.
fn joined(text: &Text, mark: char) -> Text {
    let source = text.as_str();
    let mut out = Text::default();
    let mut done = 0;
    for (at, _) in source.match_indices(mark) {
        if source.get(at + 1..).is_some_and(|rest| rest.starts_with('\n')) {
            out.push_slice(text, done..at);
            out.push_replaced(" ", text.span_of(at..at + 2));
            done = at + 2;
        }
    }
    out.push_slice(text, done..source.len());
    out
}
