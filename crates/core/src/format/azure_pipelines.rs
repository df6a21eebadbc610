//! Azure Pipelines: `azure-pipelines.yml`, and templates of stages, jobs and steps as files of their own.

mod frame;
mod job;

use std::cell::{Cell, OnceCell};
use std::rc::Rc;

use self::frame::{Frame, fields, items};
use super::cursor::Cursor;
use super::expression::{AZURE, Context};
use super::library::Library;
use super::matrix::Matrix;
use super::{Format, Probe};
use crate::files::Files;
use crate::map::Map;
use crate::model::{Reach, SyntaxError, Told, Unit, Value, Var};
use crate::source::FileId;

pub(super) static FORMAT: Format =
    Format { id: "azure-pipelines", title: "Azure Pipelines", recognise, lower };

fn recognise(probe: &Probe<'_>) -> u8 {
    let yaml = probe.name.ends_with(".yml") || probe.name.ends_with(".yaml");
    if yaml && probe.name.contains("azure-pipelines") {
        return 100;
    }
    let foreign = [
        "on",
        "kind",
        "apiVersion",
        "pipelines",
        "services",
        "workflows",
        "orbs",
        "image",
        "runs",
        "version",
    ];
    let top = ["steps", "jobs", "stages", "extends", "pool", "variables", "parameters"];
    if foreign.iter().any(|key| probe.has(key)) || !top.iter().any(|key| probe.has(key)) {
        return 0;
    }
    let above = [("pool", 30), ("trigger", 20), ("pr", 20), ("extends", 20), ("parameters", 15)];
    let below = [("vmImage", 60), ("displayName", 25)];
    let items = [
        ("task", 40),
        ("deployment", 25),
        ("job", 25),
        ("bash", 20),
        ("pwsh", 20),
        ("powershell", 20),
        ("stage", 15),
        ("template", 15),
        ("checkout", 10),
        ("script", 10),
    ];
    let score: u32 = above.iter().filter(|(key, _)| probe.has(key)).map(|(_, score)| score).sum::<u32>()
        + below.iter().filter(|(key, _)| probe.has_below(key)).map(|(_, score)| score).sum::<u32>()
        + items.iter().filter(|(key, _)| probe.has_item(key)).map(|(_, score)| score).sum::<u32>();
    let folder = [".azure-pipelines/", ".azure/", ".azuredevops/", ".ado/", ".vsts"];
    let score = score + if folder.iter().any(|folder| probe.path.contains(folder)) { 40 } else { 0 };
    u8::try_from(score.min(98)).unwrap_or(98)
}

fn lower(files: &Files<'_>, id: FileId) -> Unit {
    let library = Library::new(files);
    let left = Context::allowance();
    let reader =
        Reader { library: &library, nothing: Matrix::default(), left: &left, spent: OnceCell::new() };
    let mut unit = Unit::default();
    for root in library.roots(id) {
        let frame = reader.by_default(&root, id);
        unit.reach = root.get("pr").filter(|pr| pr.str() == Some("none")).map(|pr| Told {
            // Without it, whether forks' pull requests run is a setting.
            what: Reach::Pushers,
            spans: vec![pr.entry_span()],
        });
        reader.pipeline(&root, &Level::default(), &frame, &mut unit);
    }
    unit.errors = library.tree(id).map(|tree| tree.errors.clone()).unwrap_or_default();
    unit.errors.extend(reader.spent.into_inner());
    unit
}

/// Reads the files of one analysis.
struct Reader<'a> {
    library: &'a Library<'a>,
    nothing: Matrix<'a>,
    /// How many bytes expressions may still add.
    left: &'a Cell<usize>,
    /// Where templates brought more than is read of one file.
    spent: OnceCell<SyntaxError>,
}

/// What stages and jobs inherit.
#[derive(Clone, Default)]
struct Level<'a> {
    /// The nearest `pool`, with the frame that it is written in.
    pool: Option<(Cursor<'a>, Rc<Frame<'a>>)>,
    /// Variables as scripts see them: in upper case.
    env: Rc<Vec<Var>>,
    /// Variables by name in lower case, the nearest level last.
    variables: Vec<Rc<Map<String, Value>>>,
    /// `resources.containers` by alias in lower case.
    containers: Rc<Map<String, (Cursor<'a>, Rc<Frame<'a>>)>>,
}

impl<'a> Reader<'a> {
    /// Takes what a template brings from what may be made of little text; notes it where nothing is left.
    fn afford(&self, at: &Cursor<'a>, frame: &Frame<'a>, cost: usize) -> bool {
        let affordable = frame.depth == 0 || at.spend(cost);
        if !affordable {
            let message =
                "templates bring more than is read of one file: from here on, what they bring is left out";
            let _ = self.spent.set(SyntaxError { span: at.span(), message: message.into() });
        }
        affordable
    }

    /// What expressions refer to.
    fn context<'f>(&'f self, level: &'f Level<'a>, frame: &'f Frame<'a>) -> Context<'f, 'a> {
        Context {
            syntax: &AZURE,
            inputs: &frame.values,
            env: level.variables.iter().map(|level| &**level).collect(),
            matrix: &self.nothing,
            left: self.left,
        }
    }

    /// A whole file: a pipeline, or a template of any kind.
    fn pipeline(&self, root: &Cursor<'a>, outer: &Level<'a>, frame: &Rc<Frame<'a>>, unit: &mut Unit) {
        let own = fields(root);
        let mut level = self.inner(&own, outer, frame);
        level.containers = self.containers(root, &level, frame);
        for key in own.iter().filter(|key| !key.is_null()) {
            match key.key() {
                "extends" => {
                    if let Some((root, inner)) = self.template(&fields(key), &level, frame) {
                        self.pipeline(&root, &level, &inner, unit);
                    }
                }
                "stages" => self.stages(key, &level, frame, unit),
                "jobs" => self.jobs(key, &level, frame, unit),
                "steps" => {
                    let span = key.entry_span();
                    unit.jobs.push(self.job("steps", key.key_span(), span, &own, &level, frame));
                }
                _ => {}
            }
        }
    }

    fn stages(&self, list: &Cursor<'a>, level: &Level<'a>, frame: &Rc<Frame<'a>>, unit: &mut Unit) {
        for (item, frame) in items(list, frame) {
            if !self.afford(&item, &frame, 1) {
                break;
            }
            let own = fields(&item);
            if let Some((root, inner)) = self.template(&own, level, &frame) {
                self.pipeline(&root, level, &inner, unit);
            }
            let inner = self.inner(&own, level, &frame);
            if let Some(jobs) = find(&own, "jobs") {
                self.jobs(jobs, &inner, &frame, unit);
            }
        }
    }

    fn jobs(&self, list: &Cursor<'a>, level: &Level<'a>, frame: &Rc<Frame<'a>>, unit: &mut Unit) {
        for (item, frame) in items(list, frame) {
            if !self.afford(&item, &frame, 1) {
                break;
            }
            let own = fields(&item);
            if let Some((root, inner)) = self.template(&own, level, &frame) {
                self.pipeline(&root, level, &inner, unit);
            }
            let Some(named) = find(&own, "job").or_else(|| find(&own, "deployment")) else { continue };
            let name = named.str().filter(|name| !name.is_empty());
            let span = if name.is_some() { named.span() } else { named.key_span() };
            let inner = self.inner(&own, level, &frame);
            let name = name.unwrap_or(named.key());
            unit.jobs.push(self.job(name, span, item.span(), &own, &inner, &frame));
        }
    }

    /// The level of what has these fields.
    fn inner(&self, own: &[Cursor<'a>], outer: &Level<'a>, frame: &Rc<Frame<'a>>) -> Level<'a> {
        let mut level = outer.clone();
        if let Some(pool) = find(own, "pool") {
            level.pool = Some((pool.clone(), Rc::clone(frame)));
        }
        if let Some(variables) = find(own, "variables") {
            self.variables(variables, frame, &mut level);
        }
        level
    }

    fn containers(
        &self,
        root: &Cursor<'a>,
        level: &Level<'a>,
        frame: &Rc<Frame<'a>>,
    ) -> Rc<Map<String, (Cursor<'a>, Rc<Frame<'a>>)>> {
        let Some(list) = root.at(&["resources", "containers"]) else { return Rc::clone(&level.containers) };
        let mut out = Map::new();
        for (item, frame) in items(&list, frame) {
            if let Some(alias) = item.get("container").and_then(|alias| alias.str()) {
                out.insert(alias.to_ascii_lowercase(), (item, frame));
            }
        }
        Rc::new(out)
    }
}

/// The field of this name.
fn find<'s, 'a>(fields: &'s [Cursor<'a>], key: &str) -> Option<&'s Cursor<'a>> {
    fields.iter().find(|field| field.key() == key)
}

#[cfg(test)]
mod tests;
