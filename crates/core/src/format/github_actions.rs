//! GitHub Actions workflows, and those of Gitea and Forgejo, which are written the same way.

mod container;
pub(super) mod steps;

use std::cell::Cell;

use self::steps::{Local, Steps};
use super::cursor::{Budget, Cursor};
use super::expression::{Context, GITHUB};
use super::library::Library;
use super::matrix::Matrix;
use super::step::{by_name, environment, is_settled, read};
use super::{Format, Probe};
use crate::files::Files;
use crate::map::Map;
use crate::model::{Host, Job, Reach, Role, Told, Unit, Value, Var, Via};
use crate::source::FileId;
use crate::syntax::yaml;

pub(super) static FORMAT: Format = Format { id: "github-actions", title: "GitHub Actions", recognise, lower };

/// Folders that hold nothing but workflows.
static FOLDERS: &[&str] = &[".github/workflows", ".gitea/workflows", ".forgejo/workflows"];

/// How much of a text is looked at.
const LOOK: usize = 64 * 1024;

fn recognise(probe: &Probe<'_>) -> u8 {
    let folder = probe.path.strip_suffix(probe.name).unwrap_or("").trim_end_matches('/');
    let is_yaml = [".yml", ".yaml"].iter().any(|end| probe.name.ends_with(end));
    if is_yaml && FOLDERS.iter().any(|known| folder == *known || folder.ends_with(&format!("/{known}"))) {
        return 100;
    }
    if !probe.has("jobs") {
        return 0;
    }
    if probe.has("on") || probe.has("true") {
        return 90;
    }
    let mut end = probe.text.len().min(LOOK);
    while !probe.text.is_char_boundary(end) {
        end -= 1;
    }
    let start = probe.text.get(..end).unwrap_or("");
    if start.contains("runs-on:") { 70 } else { 0 }
}

/// Events that someone without any right in the repository can cause.
static OPEN_EVENTS: &[&str] = &[
    "discussion",
    "discussion_comment",
    "fork",
    "issue_comment",
    "issues",
    "pull_request",
    "pull_request_comment",
    "pull_request_review",
    "pull_request_review_comment",
    "pull_request_target",
    "watch",
    "workflow_run",
];

fn lower(files: &Files<'_>, id: FileId) -> Unit {
    let Some(file) = files.file(id) else { return Unit::default() };
    let tree = yaml::parse(id, &file.text);
    let budget = Budget::new();
    let mut unit = Unit::default();
    // Gitea's and Forgejo's runners are their owner's, whatever their labels.
    let hosted = ![".gitea/", ".forgejo/"].iter().any(|folder| file.path.contains(folder));
    let left = Context::allowance();
    let library = Library::new(files);
    let local = Local { library: &library, files, of: id, depth: 0 };
    for root in Cursor::roots(&tree, &budget) {
        workflow(&root, &Map::new(), hosted, &left, local, &mut unit);
    }
    unit.errors = tree.errors;
    unit
}

/// Adds the jobs of a workflow. `given` has the inputs that its caller gives it.
fn workflow(
    root: &Cursor<'_>,
    given: &Map<String, Value>,
    hosted: bool,
    left: &Cell<usize>,
    local: Local<'_>,
    unit: &mut Unit,
) {
    let triggers = root.get("on").or_else(|| root.get("true"));
    unit.reach = triggers.as_ref().and_then(reach);
    let mut inputs = triggers.as_ref().map(inputs).unwrap_or_default();
    for (name, value) in given.iter() {
        inputs.insert(name.clone(), value.clone());
    }
    let nothing = Matrix::default();
    let context = Context { syntax: &GITHUB, inputs: &inputs, env: Vec::new(), matrix: &nothing, left };
    let env = root.get("env").map(|env| environment(&env, &context)).unwrap_or_default();
    let shared = Shared {
        inputs: &inputs,
        values: by_name(&env),
        env,
        hosted,
        shell: root.at(&["defaults", "run", "shell"]),
        left,
        local,
    };
    for entry in root.get("jobs").map(|jobs| jobs.entries()).unwrap_or_default() {
        unit.jobs.push(shared.job(&entry));
        shared.called(&entry, unit);
    }
}

/// Workflows may call workflows this deep; GitHub allows ten levels.
const DEEPEST: u32 = 10;

/// What the jobs of a workflow share.
struct Shared<'c, 'a, 'l> {
    inputs: &'c Map<String, Value>,
    env: Vec<Var>,
    values: Map<String, Value>,
    /// GitHub's labels mean GitHub's machines.
    hosted: bool,
    shell: Option<Cursor<'a>>,
    left: &'c Cell<usize>,
    local: Local<'l>,
}

impl<'a> Shared<'_, 'a, '_> {
    /// The jobs of the workflow of the same repository that a job calls. One that is reported on itself tells them there.
    fn called(&self, entry: &Cursor<'a>, unit: &mut Unit) {
        let Some(path) = entry.get("uses").and_then(|uses| uses.str()?.strip_prefix("./")) else { return };
        let local = self.local;
        let found = local.files.find(local.of, path).filter(|found| local.files.is_read(*found));
        let Some(id) = found.filter(|_| local.depth < DEEPEST) else { return };
        let matrix = Matrix::of(entry);
        let (inputs, env, left) = (self.inputs, vec![&self.values], self.left);
        let context = Context { syntax: &GITHUB, inputs, env, matrix: &matrix, left };
        let given = entry.get("with").map(|with| with.entries()).unwrap_or_default();
        let given = given.iter().filter_map(|input| Some((input.key().to_owned(), read(input, &context)?)));
        let given = given.collect();
        for root in local.library.roots(id) {
            let mut inner = Unit::default();
            let local = Local { depth: local.depth + 1, ..local };
            workflow(&root, &given, self.hosted, self.left, local, &mut inner);
            let name = |job: Job| Job { name: format!("{} / {}", entry.key(), job.name), ..job };
            unit.jobs.extend(inner.jobs.into_iter().map(name));
        }
    }

    fn job(&self, entry: &Cursor<'a>) -> Job {
        let matrix = Matrix::of(entry);
        let outer = Context {
            syntax: &GITHUB,
            inputs: self.inputs,
            env: vec![&self.values],
            matrix: &matrix,
            left: self.left,
        };
        let own = entry.get("env").map(|env| environment(&env, &outer)).unwrap_or_default();
        let values = by_name(&own);
        let context = Context { env: vec![&self.values, &values], ..outer };
        let mut job = Job {
            name: entry.key().to_owned(),
            name_span: entry.key_span(),
            span: entry.entry_span(),
            host: entry.get("runs-on").filter(|_| self.hosted).and_then(|labels| host(&labels, &context)),
            noun: "job",
            ..Job::default()
        };
        job.containers
            .extend(entry.get("container").and_then(|own| container::lower(&own, Role::Job, &context)));
        for service in entry.get("services").map(|services| services.entries()).unwrap_or_default() {
            job.containers.extend(container::lower(&service, Role::Service, &context));
        }
        job.env = self.env.iter().filter(|var| !values.contains(&var.name)).cloned().collect();
        job.env.extend(own);
        let shell = entry.at(&["defaults", "run", "shell"]).or_else(|| self.shell.clone());
        let shell = shell.and_then(|shell| shell.str());
        if let Some(list) = entry.get("steps") {
            Steps::new(context, shell, Some(self.local)).lower(&list, 0, &mut job);
        }
        job
    }
}

/// Who can start the workflow's jobs. `None` where its callers decide.
fn reach(triggers: &Cursor<'_>) -> Option<Told<Reach>> {
    let events: Vec<_> = if triggers.is_mapping() {
        triggers.entries().iter().map(|event| (event.key(), event.key_span())).collect()
    } else {
        let events = triggers.items_or_self();
        events.iter().filter_map(|event| Some((event.str()?, event.span()))).collect()
    };
    let told = |what, test: &dyn Fn(&str) -> bool| {
        let spans: Vec<_> = events.iter().filter(|(name, _)| test(name)).map(|(_, span)| *span).collect();
        (!spans.is_empty()).then_some(Told { what, spans })
    };
    told(Reach::Strangers, &|name| OPEN_EVENTS.contains(&name))
        .or_else(|| told(Reach::Pushers, &|name| name != "workflow_call"))
}

/// The defaults of the workflow's inputs, and the options of those that are a choice.
fn inputs(triggers: &Cursor<'_>) -> Map<String, Value> {
    let mut out = Map::new();
    let events =
        ["workflow_dispatch", "workflow_call"].iter().filter_map(|event| triggers.at(&[event, "inputs"]));
    for input in events.flat_map(|inputs| inputs.entries()) {
        let options: Vec<_> = input.get("options").map(|options| options.items()).unwrap_or_default();
        let mut texts = input.get("default").into_iter().chain(options).filter_map(|option| option.value());
        let Some(mut value) = texts.next() else { continue };
        for other in texts {
            if !value.any(|text| text == other.as_str()) && value.others.len() < MOST_OPTIONS {
                value.others.push(other.text);
            }
        }
        value.unknown = true;
        value.via.insert(0, (Via::Default, value.span));
        out.get_or_insert_with(input.key().to_owned(), || value);
    }
    out
}

/// Options of an input that are told apart.
const MOST_OPTIONS: usize = 16;

/// The machine that `runs-on` asks for: one of GitHub's own is thrown away after the job, of all others the file
/// doesn't tell.
fn host(labels: &Cursor<'_>, context: &Context<'_, '_>) -> Option<Told<Host>> {
    if labels.get("group").is_some() {
        return None;
    }
    let labels = labels.get("labels").unwrap_or_else(|| labels.clone());
    let values: Vec<_> = labels.items_or_self().iter().filter_map(|label| read(label, context)).collect();
    let hosted = |value: &Value| value.texts().all(|text| is_hosted(text.as_str())) && is_settled(value);
    (!values.is_empty() && values.iter().all(hosted))
        .then(|| Told { what: Host::Vm, spans: values.iter().map(|value| value.span).collect() })
}

/// Labels of machines that GitHub hosts. `ubuntu-slim` is a container on a machine that others use too.
fn is_hosted(label: &str) -> bool {
    let label = label.trim().to_ascii_lowercase();
    label != "ubuntu-slim" && ["ubuntu-", "windows-", "macos-"].iter().any(|start| label.starts_with(start))
}

#[cfg(test)]
mod tests;
