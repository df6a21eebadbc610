//! Steps: scripts, actions and containers.

use daemonless_catalog::Service;

use super::super::actions::{self, Call};
use super::super::cursor::Cursor;
use super::super::expression::Context;
use super::super::step::{
    Scopes, by_name, environment, is_command_shell, read, run_script, set_engine, words,
};
use crate::model::{Container, Job, Place, Role, Value, Var};
use crate::script::{Scope, lower_words};
use crate::source::Text;

/// What the steps of a job share.
pub(in crate::format) struct Steps<'c, 'a> {
    context: Context<'c, 'a>,
    /// The shell of steps that name none, if the workflow names one.
    shell: Option<&'a str>,
    scopes: Scopes,
}

impl<'c, 'a> Steps<'c, 'a> {
    pub(in crate::format) fn new(context: Context<'c, 'a>, shell: Option<&'a str>) -> Self {
        Self { context, shell, scopes: Scopes::new() }
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
                match uses.str().and_then(|name| name.strip_prefix("docker://")) {
                    Some(_) => step_container(&step, &uses, &here, &own, script, job),
                    None => {
                        let call = Call {
                            service: Service::Github,
                            name: actions::github_name(uses.str().unwrap_or("")),
                            named: uses.span(),
                            span: step.span(),
                            with: step.get("with"),
                            context: &here,
                            script,
                        };
                        actions::lower(&call, job);
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
