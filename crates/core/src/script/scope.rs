//! The variables that a script sees, what it makes of them, and which of them an engine reads.

use std::sync::Arc;

use crate::map::Map;
use crate::model::{SyntaxError, Value, Var, Via, Way};
use crate::source::{Span, Text};

/// Variables that an engine's client or daemon reads: of Docker's and Podman's command lines, of BuildKit and Buildah.
pub const ENGINE_VARIABLES: &[&str] = &[
    "BUILDAH_ISOLATION",
    "BUILDKIT_HOST",
    "CONTAINER_HOST",
    "DOCKER_BUILDKIT",
    "DOCKER_CERT_PATH",
    "DOCKER_CONTEXT",
    "DOCKER_HOST",
    "DOCKER_TLS_CERTDIR",
    "DOCKER_TLS_VERIFY",
    "STORAGE_DRIVER",
];

/// How many texts one value may have.
pub(super) const MAX_TEXTS: usize = 16;
/// The longest text that a variable may have, in bytes.
pub(super) const MAX_LENGTH: usize = 16 * 1024;
/// How many bytes expansions may add up to in a job of any length.
const FREE_EXPANSION: usize = 1 << 20;
/// How many commands scripts of any length may have, and for how many of their bytes they may have one more. A command
/// takes a hundred times the memory of its two bytes.
const FREE_COMMANDS: usize = 200_000;
const BYTES_OF_COMMAND: usize = 16;
/// How many elements of an array are kept.
const MAX_ELEMENTS: usize = 128;
/// How many steps a value tells of the way that it came by.
const MAX_VIA: usize = 8;
/// How many references to other variables are followed for one value of the job's environment.
const MAX_REFERENCES: usize = 32;

/// The variables of one job, from its environment and from the script as far as it has been read.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    variables: Map<String, Binding>,
    /// `None`: taken back.
    pub(super) aliases: Map<String, Option<Text>>,
    /// What variables were before the branches that are open, to restore them.
    journal: Vec<(String, Option<Binding>)>,
    branches: Vec<Mark>,
    /// The number of the branch that is open, and how many numbers were given.
    epoch: u64,
    epochs: u64,
    engine: Arc<[Var]>,
    engine_changed: bool,
    /// `set -a`: what is assigned is exported.
    pub(super) export_all: bool,
    /// How many bytes the scripts have, for these two bounds.
    length: usize,
    /// How many bytes expansions have added up to, so that doubling values end.
    expanded: usize,
    /// How many commands were read.
    commands: usize,
    errors: Vec<SyntaxError>,
    overflow: Option<SyntaxError>,
}

#[derive(Clone, Debug)]
struct Mark {
    journal: usize,
    epoch: u64,
}

#[derive(Clone, Debug, Default)]
struct Binding {
    state: State,
    elements: Option<Elements>,
    exported: bool,
    /// It came with the job's environment.
    of_job: bool,
    /// And the script hasn't touched it.
    inherited: bool,
    /// References to other variables of the environment were followed.
    resolved: bool,
    name_span: Span,
    /// The branch in which its former state was last written to the journal.
    epoch: u64,
}

/// The elements of an array, shared with the states that the journal keeps.
type Elements = Arc<Vec<Arc<Value>>>;

#[derive(Clone, Debug, Default)]
enum State {
    #[default]
    Unset,
    /// Set, to what a run would tell.
    Unknown,
    Known(Value),
}

/// References between variables of the environment: those that are being followed, and how many more may be.
struct References<'v> {
    open: Vec<&'v str>,
    left: usize,
}

/// What a branch of the script changed.
pub(super) struct Changes(Vec<(String, Option<Binding>)>);

impl Scope {
    /// A scope with the variables of the job's environment; of two with one name the later holds.
    pub fn new<'v>(variables: impl IntoIterator<Item = &'v Var>) -> Self {
        let mut scope = Self::default();
        for variable in variables {
            scope.set(variable);
        }
        scope
    }

    /// Sets a variable of the environment. References in its value to others of the environment are followed.
    pub fn set(&mut self, variable: &Var) {
        let binding = Binding {
            state: State::Known(variable.value.clone()),
            exported: true,
            of_job: true,
            inherited: true,
            name_span: variable.name_span,
            ..Binding::default()
        };
        self.engine_changed |= is_engine(&variable.name);
        self.variables.insert(variable.name.clone(), binding);
    }

    /// The value of a variable as a use of it has it.
    pub(super) fn get(&mut self, name: &str) -> Option<Value> {
        let binding = self.variables.get(name)?;
        let State::Known(value) = &binding.state else { return None };
        if binding.inherited && !binding.resolved && value.as_str().contains('$') {
            let value = self.follow(value, &mut References { open: vec![name], left: MAX_REFERENCES });
            let binding = self.variables.get_mut(name)?;
            binding.resolved = true;
            binding.state = State::Known(value);
        }
        self.value(name)
    }

    fn value(&self, name: &str) -> Option<Value> {
        let binding = self.variables.get(name)?;
        let State::Known(value) = &binding.state else { return None };
        Some(with_via(value.clone(), binding.definition(value)))
    }

    /// The elements of an array, as a use of them has them.
    pub(super) fn elements(&self, name: &str) -> Option<Vec<Value>> {
        let binding = self.variables.get(name)?;
        let via = |value: &Arc<Value>| with_via(Value::clone(value), binding.definition(value));
        binding.elements.as_ref().map(|elements| elements.iter().map(via).collect())
    }

    /// Fills in what `$NAME` and `${NAME}` in a value of the environment refer to, as far as that is known.
    fn follow<'v>(&'v self, value: &'v Value, references: &mut References<'v>) -> Value {
        let source = value.as_str();
        let mut out = Value { text: Text::default(), ..value.clone() };
        let mut done = 0;
        for (at, _) in source.match_indices('$') {
            let Some((name, end)) = reference(source, at) else { continue };
            if at < done || references.left == 0 || out.text.len() > MAX_LENGTH {
                continue;
            }
            let known = self.variables.get(name).filter(|_| !references.open.contains(&name));
            let Some(Binding { state: State::Known(other), inherited, resolved, .. }) = known else {
                out.unknown = true;
                continue;
            };
            references.left -= 1;
            let followed = if *inherited && !resolved {
                references.open.push(name);
                let followed = self.follow(other, references);
                references.open.pop();
                followed
            } else {
                other.clone()
            };
            out.text.push_slice(&value.text, done..at);
            out.text.push(&followed.text);
            out.unknown |= followed.unknown || !followed.others.is_empty();
            if let Some(binding) = known {
                extend_via(&mut out.via, [(Via::Variable, binding.definition(other))]);
            }
            extend_via(&mut out.via, followed.via);
            done = end;
        }
        out.text.push_slice(&value.text, done..source.len());
        out
    }

    /// Allows what a script of `length` bytes may need.
    pub(super) fn allow(&mut self, length: usize) {
        self.length = self.length.saturating_add(length);
    }

    /// Counts the command at `span`; false when no more are allowed.
    pub(super) fn count(&mut self, span: Span) -> bool {
        let allowed = FREE_COMMANDS + self.length / BYTES_OF_COMMAND;
        if self.commands == allowed {
            let message = "there are more commands here than are read of one script".to_owned();
            self.overflow = Some(SyntaxError { span, message });
        }
        self.commands = self.commands.saturating_add(1);
        self.commands <= allowed
    }

    /// Adds to what could not be read.
    pub fn note(&mut self, errors: impl IntoIterator<Item = SyntaxError>) {
        self.errors.extend(errors);
    }

    /// What of the scripts could not be read.
    pub fn into_errors(mut self) -> Vec<SyntaxError> {
        self.errors.extend(self.overflow);
        self.errors
    }

    /// From where on the scripts are not read because there is too much of them.
    pub fn into_overflow(self) -> Option<SyntaxError> {
        self.overflow
    }

    /// Counts an expansion of `length` bytes; false when no more are allowed.
    pub(super) fn spend(&mut self, length: usize) -> bool {
        self.expanded = self.expanded.saturating_add(length);
        self.expanded <= self.length.saturating_mul(4).saturating_add(FREE_EXPANSION)
    }

    /// Assigns a value, or `None` for one that a run would tell.
    pub(super) fn assign(&mut self, name: &str, name_span: Span, value: Option<Value>) {
        self.change(name, |binding| {
            binding.state = value.map_or(State::Unknown, State::Known);
            binding.elements = None;
            binding.name_span = name_span;
        });
    }

    pub(super) fn assign_elements(&mut self, name: &str, name_span: Span, append: bool, values: Vec<Value>) {
        self.change(name, |binding| {
            let elements = Arc::make_mut(binding.elements.get_or_insert_default());
            if !append {
                elements.clear();
                binding.name_span = name_span;
            }
            let room = MAX_ELEMENTS.saturating_sub(elements.len());
            elements.extend(values.into_iter().take(room).map(Arc::new));
            binding.state = elements.first().map_or(State::Unset, |first| State::Known(Value::clone(first)));
        });
    }

    pub(super) fn export(&mut self, name: &str) {
        self.change(name, |binding| binding.exported = true);
    }

    pub(super) fn unset(&mut self, name: &str, span: Span) {
        self.change(name, |binding| {
            binding.state = State::Unset;
            binding.elements = None;
            binding.name_span = span;
        });
    }

    fn change(&mut self, name: &str, change: impl FnOnce(&mut Binding)) {
        self.remember(name);
        self.engine_changed |= is_engine(name);
        let (epoch, exported) = (self.epoch, self.export_all);
        let binding = self.variables.get_or_insert_with(name.to_owned(), Binding::default);
        change(binding);
        binding.inherited = false;
        binding.exported |= exported;
        binding.epoch = epoch;
    }

    /// Writes a variable's state to the journal, once in each branch.
    fn remember(&mut self, name: &str) {
        if self.branches.is_empty() {
            return;
        }
        let before = self.variables.get(name);
        if before.is_none_or(|binding| binding.epoch != self.epoch) {
            self.journal.push((name.to_owned(), before.cloned()));
        }
    }

    /// Starts a part of the script that may not run or whose changes end with it. To be followed by [`Self::leave`].
    pub(super) fn enter(&mut self) {
        self.branches.push(Mark { journal: self.journal.len(), epoch: self.epoch });
        self.epochs += 1;
        self.epoch = self.epochs;
    }

    /// Ends such a part: everything is again as it was before it.
    pub(super) fn leave(&mut self) -> Changes {
        let Some(mark) = self.branches.pop() else { return Changes(Vec::new()) };
        self.epoch = mark.epoch;
        let mut changes = Vec::new();
        for (name, before) in self.journal.split_off(mark.journal).into_iter().rev() {
            self.engine_changed |= is_engine(&name);
            let after = match before {
                Some(before) => self.variables.insert(name.clone(), before),
                None => self.variables.get_mut(&name).map(std::mem::take),
            };
            changes.push((name, after));
        }
        Changes(changes)
    }

    /// Takes over what one of several branches did, whichever ran; `complete` when one of them did run.
    pub(super) fn merge(&mut self, branches: Vec<Changes>, complete: bool) {
        let count = branches.len();
        let mut changed: Map<String, Vec<Binding>> = Map::new();
        for (name, binding) in branches.into_iter().flat_map(|changes| changes.0) {
            changed.get_or_insert_with(name, Vec::new).push(binding.unwrap_or_default());
        }
        for (name, mut bindings) in changed {
            if !complete || bindings.len() < count {
                bindings.push(self.variables.get(&name).cloned().unwrap_or_default());
            }
            let merged = merge(bindings);
            self.change(&name, |binding| *binding = merged);
        }
    }

    /// The engine's variables as the script leaves them to the programs that it starts now.
    pub(super) fn engine_env(&mut self) -> Arc<[Var]> {
        if std::mem::take(&mut self.engine_changed) {
            let found =
                ENGINE_VARIABLES.iter().filter_map(|name| self.engine_variable(name)).collect::<Vec<_>>();
            if found != *self.engine {
                self.engine = found.into();
            }
        }
        Arc::clone(&self.engine)
    }

    fn engine_variable(&self, name: &str) -> Option<Var> {
        let binding = self.variables.get(name)?;
        if binding.inherited || !binding.exported {
            return None;
        }
        let value = match &binding.state {
            // The job's own still stands with the job: that it is gone has to be said.
            State::Unset if binding.of_job && picks_engine(name) => Value {
                text: Text::replaced("", binding.name_span),
                span: binding.name_span,
                ..Value::default()
            },
            State::Unset => return None,
            State::Unknown => Value {
                text: Text::replaced(&format!("${name}"), binding.name_span),
                unknown: true,
                span: binding.name_span,
                ..Value::default()
            },
            State::Known(value) => value.clone(),
        };
        Some(Var { name: name.to_owned(), name_span: binding.name_span, value })
    }
}

impl Binding {
    fn definition(&self, value: &Value) -> Span {
        self.name_span.to(value.span)
    }
}

/// Whether the variable says which engine is meant.
fn picks_engine(name: &str) -> bool {
    name.ends_with("_HOST") || name.ends_with("_CONTEXT")
}

pub(super) fn is_engine(name: &str) -> bool {
    ENGINE_VARIABLES.contains(&name)
}

/// The value as a use of a variable has it, which is defined at `definition`.
fn with_via(mut value: Value, definition: Span) -> Value {
    value.via.insert(0, (Via::Variable, definition));
    value.via.truncate(MAX_VIA);
    value
}

pub(super) fn extend_via(via: &mut Way, more: impl IntoIterator<Item = (Via, Span)>) {
    for step in more {
        if via.len() < MAX_VIA && !via.contains(&step) {
            via.push(step);
        }
    }
}

/// The name in `$NAME` or `${NAME}` at `at`, and where that ends.
fn reference(source: &str, at: usize) -> Option<(&str, usize)> {
    let rest = source.get(at + 1..)?;
    let (rest, open) = rest.strip_prefix('{').map_or((rest, 0), |rest| (rest, 1));
    let length =
        rest.bytes().position(|byte| !byte.is_ascii_alphanumeric() && byte != b'_').unwrap_or(rest.len());
    let name = rest.get(..length).filter(|name| !name.is_empty())?;
    if open == 1 && !rest.get(length..)?.starts_with('}') {
        return None;
    }
    Some((name, at + 1 + open * 2 + length))
}

fn merge(bindings: Vec<Binding>) -> Binding {
    let mut merged = Binding::default();
    let mut value: Option<Value> = None;
    let mut sure = true;
    let mut unset = true;
    for binding in bindings {
        merged.exported |= binding.exported;
        merged.of_job |= binding.of_job;
        unset &= matches!(binding.state, State::Unset);
        if binding.elements.as_ref().map(|all| all.len()) > merged.elements.as_ref().map(|all| all.len()) {
            merged.elements = binding.elements;
        }
        let State::Known(other) = binding.state else {
            sure = false;
            continue;
        };
        match &mut value {
            None => {
                merged.name_span = binding.name_span;
                value = Some(other);
            }
            Some(value) => join(value, &other),
        }
    }
    merged.state = match value {
        Some(value) => State::Known(Value { unknown: value.unknown || !sure, ..value }),
        None if unset => State::Unset,
        None => State::Unknown,
    };
    merged
}

/// Adds the texts of `other` to those that `value` can have.
pub(super) fn join(value: &mut Value, other: &Value) {
    for text in other.texts() {
        if value.texts().any(|known| known.as_str() == text.as_str()) {
            continue;
        }
        if value.others.len() + 1 >= MAX_TEXTS {
            value.unknown = true;
            return;
        }
        value.others.push(text.clone());
    }
    value.unknown |= other.unknown;
}
