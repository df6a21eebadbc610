//! Steps: scripts, actions and containers.

use daemonless_catalog::Service;

use super::super::cursor::Cursor;
use super::super::expression::Context;
use super::super::github_action;
use super::super::library::Library;
use super::super::step::{
    Scopes, by_name, environment, is_command_shell, read, run_script, set_engine, words,
};
use super::super::tasks::{self, Call};
use crate::files::Files;
use crate::model::{Container, Job, Place, Role, Value, Var};
use crate::script::{Scope, lower_words};
use crate::source::{FileId, Text};

/// The files beside a workflow, for actions of its own repository.
#[derive(Clone, Copy)]
pub(in crate::format) struct Local<'l> {
    pub(in crate::format) library: &'l Library<'l>,
    pub(in crate::format) files: &'l Files<'l>,
    /// The workflow.
    pub(in crate::format) of: FileId,
    /// How many actions are between it and here.
    pub(in crate::format) depth: u32,
}

/// Actions may use actions this deep; GitHub allows ten levels.
const DEEPEST: u32 = 10;

/// Numbers from here on are those of scripts that stand in another file.
const ELSEWHERE: u32 = 1 << 20;

/// More steps than actions have.
const STEPS: u32 = 100;

/// What the steps of a job share.
pub(in crate::format) struct Steps<'c, 'a, 'l> {
    context: Context<'c, 'a>,
    /// The shell of steps that name none, if the workflow names one.
    shell: Option<&'a str>,
    local: Option<Local<'l>>,
    scopes: Scopes,
}

impl<'c, 'a, 'l> Steps<'c, 'a, 'l> {
    pub(in crate::format) fn new(
        context: Context<'c, 'a>,
        shell: Option<&'a str>,
        local: Option<Local<'l>>,
    ) -> Self {
        Self { context, shell, local, scopes: Scopes::new() }
    }

    /// Adds what the steps of `list` do to `job`; `first` is the number of the first.
    pub(in crate::format) fn lower(&mut self, list: &Cursor<'a>, first: u32, job: &mut Job) {
        for (script, step) in (first..).zip(list.items()) {
            let own = step.get("env").map(|env| environment(&env, &self.context)).unwrap_or_default();
            let values = by_name(&own);
            let here =
                Context { env: self.context.env.iter().copied().chain([&values]).collect(), ..self.context };
            let first = job.commands.len();
            if let Some(uses) = step.get("uses") {
                let name = uses.str().unwrap_or("");
                match name {
                    _ if name.starts_with("docker://") => {
                        step_container(&step, &uses, &here, &own, script, job);
                    }
                    _ if name.starts_with("./") => self.own_action(name, &step, &here, script, job),
                    _ => {
                        let call = Call {
                            service: Service::Github,
                            name: tasks::github_name(name),
                            named: uses.span(),
                            span: step.span(),
                            with: step.get("with"),
                            context: &here,
                            script,
                        };
                        tasks::lower(&call, job);
                    }
                }
            } else if let Some(run) = step.get("run") {
                let shell = step.get("shell").and_then(|shell| shell.str()).or(self.shell);
                if shell.is_none_or(is_command_shell)
                    && let Some(value) = run.value()
                {
                    let mut scope = self.scopes.scope(&job.env, &own);
                    job.commands.extend(run_script(&value.text, &here, &mut scope, script));
                    job.errors.extend(scope.into_errors());
                }
            }
            set_engine(job.commands.get_mut(first..).unwrap_or_default(), own);
        }
    }
}

impl Steps<'_, '_, '_> {
    /// What an action of the workflow's own repository does.
    fn own_action(&self, name: &str, step: &Cursor<'_>, here: &Context<'_, '_>, script: u32, job: &mut Job) {
        let Some(local) = self.local.filter(|local| local.depth < DEEPEST) else { return };
        let paths = ["action.yml", "action.yaml"].map(|file| format!("{name}/{file}"));
        let Some(id) = local.files.find_any(local.of, &[&paths[0], &paths[1]]) else { return };
        let inputs = step.get("with").map(|with| with.entries()).unwrap_or_default();
        let given = inputs.iter().filter_map(|input| Some((input.key().to_owned(), read(input, here)?)));
        let given = given.collect();
        let first = ELSEWHERE + script.wrapping_mul(STEPS) % ELSEWHERE;
        let local = Local { depth: local.depth + 1, ..local };
        for root in local.library.roots(id) {
            github_action::action(&root, &given, first, here.left, Some(local), job);
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
    let words = |key: &str| step.at(&["with", key]).map(|text| words(&text, context));
    made.command = words("entrypoint").unwrap_or_default();
    made.command.extend(words("args").unwrap_or_default());
    let place = Place::Container(job.containers.len());
    job.commands.extend(lower_words(&made.command, &mut Scope::new(own), script, place));
    job.containers.push(made);
}
