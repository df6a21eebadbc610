//! Parameters, variables and templates, and the conditions that stand between keys.

use std::rc::Rc;

use thin_vec::ThinVec;

use super::super::cursor::Cursor;
use super::super::step::{read, set};
use super::{Level, Reader, find};
use crate::map::Map;
use crate::model::{Value, Var, Via};
use crate::source::{FileId, Span};

/// Templates may use templates this deep.
const DEEPEST: u32 = 16;

/// Conditions and loops may stand in each other this deep.
const DEEPEST_CONDITION: u32 = 16;

/// What a template's use costs of what may be made of little text.
const COST_OF_TEMPLATE: usize = 16;

/// What is known where a file's text is read.
pub(super) struct Frame<'a> {
    file: FileId,
    /// Parameters that are texts, by name in lower case.
    pub(super) values: Map<String, Value>,
    /// Parameters that are steps, jobs, stages or objects, each with the frame that it is written in. A default has
    /// none but its own.
    lists: Map<String, (Cursor<'a>, Option<Rc<Frame<'a>>>)>,
    /// How many templates led here.
    pub(super) depth: u32,
}

/// Whether a key is a condition, a loop or an insertion.
fn is_directive(key: &str) -> bool {
    key.starts_with("${{")
}

/// The fields of a mapping, those under conditions with the others: any of them may be there.
pub(super) fn fields<'a>(mapping: &Cursor<'a>) -> Vec<Cursor<'a>> {
    let mut out = Vec::new();
    let mut todo: Vec<_> = mapping.entries().into_iter().rev().map(|entry| (entry, 0)).collect();
    while let Some((entry, depth)) = todo.pop() {
        if !is_directive(entry.key()) {
            out.push(entry);
        } else if depth < DEEPEST_CONDITION {
            todo.extend(entry.entries().into_iter().rev().map(|inner| (inner, depth + 1)));
        }
    }
    out
}

/// The items of a list, each with the frame that it is written in: those under conditions and loops, and those that a
/// parameter brings.
pub(super) fn items<'a>(list: &Cursor<'a>, frame: &Rc<Frame<'a>>) -> Vec<(Cursor<'a>, Rc<Frame<'a>>)> {
    let mut out = Vec::new();
    let mut todo = vec![(list.clone(), Rc::clone(frame), 0)];
    while let Some((item, frame, depth)) = todo.pop() {
        if depth > DEEPEST_CONDITION {
            continue;
        }
        if let Some((inner, frame)) = passed_on(&item, &frame) {
            todo.push((inner, frame, depth + 1));
        } else if item.is_sequence() {
            let inner = item.items().into_iter().rev();
            todo.extend(inner.map(|inner| (inner, Rc::clone(&frame), depth + 1)));
        } else if item.is_mapping() {
            let mut entries = item.entries();
            entries.retain(|entry| is_directive(entry.key()) && !entry.is_scalar());
            if entries.is_empty() || !entries.iter().any(Cursor::is_sequence) {
                out.push((item, frame));
            } else {
                todo.extend(entries.into_iter().rev().map(|entry| (entry, Rc::clone(&frame), depth + 1)));
            }
        }
    }
    out
}

/// What a scalar that is one `${{ parameters.name }}` stands for, if that is no text.
pub(super) fn passed_on<'a>(
    entry: &Cursor<'a>,
    frame: &Rc<Frame<'a>>,
) -> Option<(Cursor<'a>, Rc<Frame<'a>>)> {
    let inner = entry.str()?.trim().strip_prefix("${{")?.strip_suffix("}}")?;
    let name = inner.trim().strip_prefix("parameters.")?;
    let (list, own) = frame.lists.get(&name.to_ascii_lowercase())?;
    Some((list.clone(), Rc::clone(own.as_ref().unwrap_or(frame))))
}

impl<'a> Reader<'a> {
    /// The frame of a file that nobody calls: whoever starts it may change the defaults.
    pub(super) fn by_default(&self, root: &Cursor<'a>, file: FileId) -> Rc<Frame<'a>> {
        self.bind(root, None, file, 0, &Level::default())
    }

    fn bind(
        &self,
        root: &Cursor<'a>,
        caller: Option<(&[Cursor<'a>], &Rc<Frame<'a>>)>,
        file: FileId,
        depth: u32,
        level: &Level<'a>,
    ) -> Rc<Frame<'a>> {
        let mut frame = Frame { file, values: Map::new(), lists: Map::new(), depth };
        for (name, default, declared) in declared(root) {
            let given = caller.and_then(|(args, outer)| {
                Some((
                    args.iter().find(|arg| arg.key().eq_ignore_ascii_case(&name) && !arg.is_null())?,
                    outer,
                ))
            });
            if let Some((arg, outer)) = given {
                let passed_on = passed_on(arg, outer);
                if passed_on.is_some() || !arg.is_scalar() {
                    let (list, from) = passed_on.unwrap_or_else(|| (arg.clone(), Rc::clone(outer)));
                    frame.lists.insert(name, (list, Some(from)));
                } else if let Some(value) = read(arg, &self.context(level, outer)) {
                    frame.values.insert(name, value);
                }
                continue;
            }
            let Some(default) = default else { continue };
            if !default.is_scalar() {
                frame.lists.insert(name, (default, None));
            } else if let Some(mut value) = read(&default, &self.context(level, &frame)) {
                if caller.is_none() {
                    let choices = declared.iter().filter_map(|choice| Some(choice.value()?.text));
                    let others: ThinVec<_> =
                        choices.filter(|text| text.as_str() != value.as_str()).take(MOST_CHOICES).collect();
                    value.others.extend(others);
                    value.unknown = true;
                    value.via.insert(0, (Via::Default, value.span));
                }
                frame.values.insert(name, value);
            }
        }
        Rc::new(frame)
    }

    /// The file that `template` among the fields names, with its parameters; `None` if it is not given.
    pub(super) fn template(
        &self,
        own: &[Cursor<'a>],
        level: &Level<'a>,
        frame: &Rc<Frame<'a>>,
    ) -> Option<(Cursor<'a>, Rc<Frame<'a>>)> {
        let named = find(own, "template")?;
        if frame.depth >= DEEPEST || !self.afford(named, frame, COST_OF_TEMPLATE) {
            return None;
        }
        let path = read(named, &self.context(level, frame))?;
        let path = path.as_str().trim();
        let path = path.strip_suffix("@self").unwrap_or(path);
        let file = self.library.find(frame.file, path)?;
        let root = self.library.roots(file).next()?;
        let args = find(own, "parameters").map(fields).unwrap_or_default();
        let inner = self.bind(&root, Some((&args, frame)), file, frame.depth + 1, level);
        Some((root, inner))
    }

    /// Adds variables to a level.
    pub(super) fn variables(&self, list: &Cursor<'a>, frame: &Rc<Frame<'a>>, level: &mut Level<'a>) {
        let mut found: Vec<(Cursor<'a>, Option<Cursor<'a>>, Rc<Frame<'a>>)> = Vec::new();
        if list.is_mapping() {
            found.extend(fields(list).into_iter().map(|entry| (entry, None, Rc::clone(frame))));
        }
        let mut templates = Vec::new();
        for (item, frame) in if list.is_mapping() { Vec::new() } else { items(list, frame) } {
            let own = fields(&item);
            if let (Some(name), Some(value)) = (find(&own, "name"), find(&own, "value")) {
                found.push((value.clone(), Some(name.clone()), frame));
            } else {
                templates.extend(self.template(&own, level, &frame));
            }
        }
        for (root, inner) in templates {
            if let Some(list) = root.get("variables") {
                self.variables(&list, &inner, level);
            }
        }
        let mut names = Names::default();
        for (entry, name, frame) in found {
            let (name, name_span) = match &name {
                Some(name) => (name.str().unwrap_or(""), name.span()),
                None => (entry.key(), entry.key_span()),
            };
            let value = {
                let mut context = self.context(level, &frame);
                context.env.push(&names.values);
                read(&entry, &context)
            };
            names.add(name, name_span, value);
        }
        level.add(names);
    }

    /// Adds what a job's matrix sets, each variable with all its values.
    pub(super) fn matrix(&self, matrix: &Cursor<'a>, frame: &Rc<Frame<'a>>, level: &mut Level<'a>) {
        let mut names = Names::default();
        for leg in fields(matrix) {
            for entry in fields(&leg) {
                let value = read(&entry, &self.context(level, frame));
                let value = value
                    .map(|value| Value { via: [(Via::Matrix, value.span)].into_iter().collect(), ..value });
                names.add(entry.key(), entry.key_span(), value);
            }
        }
        level.add(names);
    }
}

/// Variables that are set together: a name that comes again, in another leg of a matrix or under another condition, can
/// have either value.
#[derive(Default)]
struct Names {
    /// By name in lower case.
    values: Map<String, Value>,
    /// Names as written, in order.
    order: Vec<(String, Span)>,
}

impl Names {
    fn add(&mut self, name: &str, span: Span, value: Option<Value>) {
        let Some(value) = value else { return };
        let folded = name.to_ascii_lowercase();
        let Some(known) = self.values.get_mut(&folded) else {
            self.values.insert(folded, value);
            self.order.push((name.to_owned(), span));
            return;
        };
        known.unknown |= value.unknown;
        if known.others.len() < MOST_CHOICES && !known.any(|text| text == value.as_str()) {
            known.others.push(value.text);
        }
    }
}

/// Values of one variable or parameter that are told apart, besides the first.
const MOST_CHOICES: usize = 15;

/// The parameters that a file declares: name in lower case, default and the values that it may have. Old templates have a
/// mapping of defaults.
fn declared<'a>(root: &Cursor<'a>) -> Vec<(String, Option<Cursor<'a>>, Vec<Cursor<'a>>)> {
    let Some(parameters) = root.get("parameters") else { return Vec::new() };
    if parameters.is_mapping() {
        let entries = parameters.entries().into_iter();
        return entries.map(|entry| (entry.key().to_ascii_lowercase(), Some(entry), Vec::new())).collect();
    }
    let declared = |item: Cursor<'a>| {
        let name = item.get("name")?.str()?.to_ascii_lowercase();
        let values = item.get("values").map(|values| values.items()).unwrap_or_default();
        Some((name, item.get("default"), values))
    };
    parameters.items().into_iter().filter_map(declared).collect()
}

/// How scripts see a variable.
fn as_environment(name: &str) -> String {
    name.to_ascii_uppercase().replace(['.', ' '], "_")
}

impl Level<'_> {
    fn add(&mut self, names: Names) {
        if names.order.is_empty() {
            return;
        }
        let var = |(name, name_span): (String, Span)| {
            let value = names.values.get(&name.to_ascii_lowercase())?.clone();
            Some(Var { name: as_environment(&name), name_span, value })
        };
        set(Rc::make_mut(&mut self.env), names.order.into_iter().filter_map(var).collect());
        self.variables.push(Rc::new(names.values));
    }
}
