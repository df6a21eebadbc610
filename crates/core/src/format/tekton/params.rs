//! Parameters: what `$(params.NAME)` stands for, by a run's values and by defaults.

use super::super::cursor::Cursor;
use super::super::kubernetes;
use super::super::kubernetes::pod::Fill;
use crate::map::Map;
use crate::model::{Value, Via};

/// The parameters that a task sees.
#[derive(Default)]
pub(super) struct Params<'p> {
    own: Map<String, Param>,
    /// Those of the pipeline around it.
    outer: Option<&'p Self>,
}

/// One parameter.
enum Param {
    One(Value),
    Many(Vec<Value>),
}

/// Names in names, as pipelines' are in tasks', are looked up this deep.
const DEEPEST: usize = 4;

impl<'p> Params<'p> {
    /// The parameters that `spec` declares, with the values that it is given; else their defaults.
    pub(super) fn new(spec: &Cursor<'_>, given: Option<Cursor<'_>>, outer: &'p Self) -> Self {
        let mut own = Map::new();
        // Before version 1 they stood with a task's inputs.
        let declared = [spec.get("params"), spec.at(&["inputs", "params"])];
        for param in declared.iter().flatten().flat_map(|list| list.items()) {
            add(&param, "default", outer, &mut own);
        }
        for param in given.map(|list| list.items()).unwrap_or_default() {
            add(&param, "value", outer, &mut own);
        }
        Self { own, outer: Some(outer) }
    }

    /// The parameter of that name, its own or the pipeline's.
    fn get(&self, name: &str) -> Option<&Param> {
        let mut scope = Some(self);
        for _ in 0..DEEPEST {
            let here = scope?;
            if let Some(found) = here.own.get(name) {
                return Some(found);
            }
            scope = here.outer;
        }
        None
    }

    /// What a reference stands for: `params.NAME`, `params["NAME"]`, `params.NAME[*]`, `params.NAME.KEY`.
    fn find(&self, reference: &str) -> Option<&Param> {
        let reference = reference.strip_prefix("inputs.").unwrap_or(reference);
        let name = reference.strip_prefix("params")?;
        let name = name.strip_suffix("[*]").unwrap_or(name);
        let quoted = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
        self.get(match quoted {
            Some(name) => name.trim_matches(['"', '\'']),
            None => name.strip_prefix('.')?,
        })
    }
}

/// Adds a parameter with what stands under `key`, references to the parameters around it filled in.
fn add(param: &Cursor<'_>, key: &str, outer: &Params<'_>, own: &mut Map<String, Param>) {
    let (Some(name), Some(value)) = (param.get("name").and_then(|name| name.str()), param.get(key)) else {
        return;
    };
    let read = |entry: &Cursor<'_>| entry.value().map(|value| outer.one(value));
    if value.is_sequence() {
        own.insert(name.to_owned(), Param::Many(value.items().iter().filter_map(read).collect()));
    } else if value.is_mapping() {
        for entry in value.entries() {
            read(&entry).map(|value| own.insert(format!("{name}.{}", entry.key()), Param::One(value)));
        }
    } else {
        read(&value).map(|value| own.insert(name.to_owned(), Param::One(value)));
    }
}

impl Fill for Params<'_> {
    fn one(&self, value: Value) -> Value {
        if !value.as_str().contains("$(") {
            return value;
        }
        let known = |name: &str| match self.find(name)? {
            Param::One(value) => Some(value.clone()),
            Param::Many(_) => None,
        };
        let whole = whole(value.as_str()).and_then(known);
        let (span, mut filled) = (value.span, kubernetes::fill(value, &known));
        filled.unknown |= filled.as_str().contains("$(");
        if let Some(found) = whole {
            // What is at fault stands where the value is written.
            filled.span = found.span;
            filled.via.push((Via::Default, span));
        }
        filled
    }

    fn script(&self, value: Value) -> Value {
        let known = |name: &str| match self.find(name)? {
            Param::One(value) => Some(value.clone()),
            Param::Many(_) => None,
        };
        let mut filled = kubernetes::fill_script(value, &known);
        filled.unknown |= filled.as_str().contains("$(params");
        filled
    }

    fn many(&self, value: Value) -> Vec<Value> {
        match whole(value.as_str()).and_then(|name| self.find(name)) {
            Some(Param::Many(values)) => values.clone(),
            _ => vec![self.one(value)],
        }
    }
}

/// The name of the one reference that a text is.
fn whole(text: &str) -> Option<&str> {
    let name = text.trim().strip_prefix("$(")?.strip_suffix(')')?;
    (!name.contains(['(', ')'])).then_some(name)
}
