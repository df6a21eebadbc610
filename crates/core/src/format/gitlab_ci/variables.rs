//! Variables: of the file, of what a job extends, of the job; and their use in names.

use super::inherit::{Link, Pipeline};
use super::set;
use crate::map::Map;
use crate::model::{Value, Var, Via};
use crate::source::Text;
use crate::syntax::yaml::{NodeId, Tree};

/// Variables may name variables this deep.
const DEEPEST: u32 = 5;

/// A value grows to at most this many bytes by what is filled in.
const LONGEST: usize = 4 * 1024;

/// What filling in one value costs of what a file may inherit, besides its length.
const COST: usize = 64;

/// So many references in one value are free; each further one costs as much again, for the way that it came by.
const FREE_REFERENCES: usize = 8;

/// A matrix gives at most this many values of one variable.
const MOST: usize = 16;

/// The variables that a job sees.
pub(super) struct Variables {
    env: Vec<Var>,
    at: Map<String, usize>,
}

impl Variables {
    pub(super) fn new(tree: &Tree<'_>, pipeline: &Pipeline<'_, '_>, links: &[Link]) -> Self {
        let mut out = Self { env: Vec::new(), at: Map::new() };
        for global in pipeline.variables() {
            for var in raw(tree, pipeline.mapping(global)) {
                if pipeline.afford(var.name.len()) && pipeline.inherits(links, "variables", &var.name) {
                    set(&mut out.env, &mut out.at, var);
                }
            }
        }
        for node in pipeline.all(links, "variables") {
            for var in raw(tree, pipeline.mapping(node)) {
                set(&mut out.env, &mut out.at, var);
            }
        }
        if let Some(matrix) =
            pipeline.lookup(links, "parallel").and_then(|parallel| tree.get(parallel, "matrix"))
        {
            for var in matrix_variables(tree, pipeline, matrix) {
                set(&mut out.env, &mut out.at, var);
            }
        }
        out
    }

    /// All variables, with what they name filled in as far as the file can afford it.
    pub(super) fn into_env(self, pipeline: &Pipeline<'_, '_>) -> Vec<Var> {
        let expanded: Vec<Value> = self
            .env
            .iter()
            .map(|var| {
                if !var.value.as_str().contains('$') || !pipeline.afford(COST) {
                    return var.value.clone();
                }
                let mut value = self.expand(&var.value.text);
                let references = value.via.len().saturating_sub(FREE_REFERENCES);
                pipeline.afford(value.text.len() + COST * references);
                value.others.extend(var.value.others.iter().cloned());
                Value { span: var.value.span, ..value }
            })
            .collect();
        self.env.into_iter().zip(expanded).map(|(var, value)| Var { value, ..var }).collect()
    }

    /// A text with `$NAME` and `${NAME}` filled in where they are known.
    pub(super) fn expand(&self, text: &Text) -> Value {
        let mut out = Value { span: text.span(), ..Value::default() };
        self.fill(text, 0, &mut out);
        out
    }

    fn fill(&self, text: &Text, depth: u32, out: &mut Value) {
        let source = text.as_str();
        let mut at = 0;
        while let Some(dollar) = source.get(at..).and_then(|rest| rest.find('$')).map(|found| at + found) {
            out.text.push_slice(text, at..dollar);
            let Some((name, end)) = name(source, dollar) else {
                out.text.push_slice(text, dollar..dollar + 1);
                // `$$` is a dollar; anything else is what it is.
                at = dollar + if source.get(dollar + 1..dollar + 2) == Some("$") { 2 } else { 1 };
                continue;
            };
            match self.at.get(name).and_then(|index| self.env.get(*index)) {
                Some(var) if depth < DEEPEST && out.text.len() < LONGEST => {
                    let choices = out.others.is_empty() && !var.value.others.is_empty();
                    let before = choices.then(|| out.text.clone());
                    out.via.push((Via::Variable, var.name_span.to(var.value.span)));
                    self.fill(&var.value.text, depth + 1, out);
                    if let Some(before) = before {
                        for other in var.value.others.iter().take(MOST) {
                            let mut whole = before.clone();
                            whole.push(other);
                            whole.push_slice(text, end..source.len());
                            out.others.push(whole);
                        }
                    }
                }
                _ => {
                    out.unknown = true;
                    out.text.push_slice(text, dollar..end);
                }
            }
            at = end;
        }
        out.text.push_slice(text, at..source.len());
    }
}

/// The variable's name behind the dollar at `at`, and where the use of it ends.
fn name(source: &str, at: usize) -> Option<(&str, usize)> {
    let rest = source.get(at + 1..)?;
    let (inner, brace) = match rest.strip_prefix('{') {
        Some(inner) => (inner, 1),
        None => (rest, 0),
    };
    let length =
        inner.len() - inner.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_').len();
    let name = inner.get(..length).filter(|name| !name.is_empty())?;
    if brace == 1 && !inner.get(length..)?.starts_with('}') {
        return None;
    }
    Some((name, at + 1 + length + 2 * brace))
}

/// A mapping of variables as written; a value may be a mapping with `value` and `options`.
fn raw(tree: &Tree<'_>, node: NodeId) -> Vec<Var> {
    let mut out = Vec::new();
    for entry in tree.entries(node) {
        let Some(name) = tree.str(entry.key) else { continue };
        let scalar =
            if tree.is_mapping(entry.value) { tree.get(entry.value, "value") } else { Some(entry.value) };
        let Some(scalar) = scalar else { continue };
        let Some(text) = tree.text(scalar) else { continue };
        let mut value = Value::literal(text);
        value.span = tree.span(tree.resolve(scalar));
        value.via.extend(entry.via);
        if let Some(options) = tree.get(entry.value, "options") {
            value.others =
                tree.items(options).iter().filter_map(|option| tree.text(*option)).take(MOST).collect();
        }
        out.push(Var { name: name.to_owned(), name_span: tree.span(entry.key), value });
    }
    out
}

/// The variables of one service, with what they name filled in.
pub(super) fn list(tree: &Tree<'_>, node: NodeId, outer: &Variables) -> Vec<Var> {
    raw(tree, node)
        .into_iter()
        .map(|var| {
            let value = outer.expand(&var.value.text);
            Var { value: Value { span: var.value.span, ..value }, ..var }
        })
        .collect()
}

/// The variables of `parallel: matrix`, each with all its values.
fn matrix_variables(tree: &Tree<'_>, pipeline: &Pipeline<'_, '_>, matrix: NodeId) -> Vec<Var> {
    let mut out: Vec<Var> = Vec::new();
    for row in pipeline.flatten(matrix) {
        for entry in tree.entries(row) {
            let Some(name) = tree.str(entry.key) else { continue };
            for scalar in pipeline.flatten(entry.value) {
                let Some(text) = tree.text(scalar) else { continue };
                match out.iter_mut().find(|var| var.name == name) {
                    Some(var) if var.value.others.len() + 1 < MOST => {
                        if var.value.texts().all(|known| known.as_str() != text.as_str()) {
                            var.value.others.push(text);
                        }
                    }
                    Some(_) => {}
                    None => {
                        let mut value = Value::literal(text);
                        value.via.push((Via::Matrix, tree.span(scalar)));
                        out.push(Var { name: name.to_owned(), name_span: tree.span(entry.key), value });
                    }
                }
            }
        }
    }
    out
}
