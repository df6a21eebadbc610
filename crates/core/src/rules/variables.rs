//! The variables that engines and their clients read, wherever a job sets them.

use std::sync::Arc;

use crate::map::Set;
use crate::model::{Container, Job, Place, Role, Value, Var};
use crate::source::Span;

/// Who sees a variable.
#[derive(Clone, Copy, Debug)]
pub(super) enum Holder<'a> {
    /// All the job's commands, and its services where the format hands it on.
    Job,
    Container(&'a Container),
    /// The commands of a script from here on.
    Script,
}

impl Holder<'_> {
    /// Whether the job's own commands see it, not another container's program.
    pub(super) fn is_job(self) -> bool {
        match self {
            Self::Job | Self::Script => true,
            Self::Container(container) => matches!(container.role, Role::Job | Role::Step),
        }
    }
}

/// Each setting of one of the variables `names`, once for each place where it is written.
pub(super) fn settings<'a>(job: &'a Job, names: &[&str]) -> Vec<(Holder<'a>, &'a Var)> {
    let mut seen: Set<Span> = Set::new();
    let mut found = Vec::new();
    let mut add = |holder: Holder<'a>, vars: &'a [Var]| {
        for var in vars.iter().filter(|var| names.contains(&var.name.as_str())) {
            if seen.insert(line(var)) {
                found.push((holder, var));
            }
        }
    };
    add(Holder::Job, &job.env);
    for container in &job.containers {
        add(Holder::Container(container), &container.env);
    }
    let mut last: Option<&Arc<[Var]>> = None;
    for command in &job.commands {
        // Most commands share the variables of the one before.
        if last.is_some_and(|last| Arc::ptr_eq(last, &command.engine_env))
            || command.place == Place::Elsewhere
        {
            continue;
        }
        last = Some(&command.engine_env);
        add(Holder::Script, &command.engine_env);
    }
    found
}

/// The line of evidence: from the name to the value's end.
pub(super) fn line(var: &Var) -> Span {
    let value: &Value = &var.value;
    if value.span.is_empty() || value.span.start < var.name_span.start {
        var.name_span
    } else {
        var.name_span.to(value.span)
    }
}
