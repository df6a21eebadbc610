//! GitLab CI: image, services, variables and commands of the jobs that are rewritten.

mod image;
pub(super) mod layout;
mod variables;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::hidden;
use super::{Change, Left, OWN, Round, SERVICE, View, reasons, uses_docker};
use crate::access::daemon;
use crate::edit::{self, Edit};
use crate::model::{Job, Role};
use crate::source::Span;
use crate::syntax::yaml::NodeId;
use layout::Layout;

/// One round for these jobs. Those that are `apart` write lists that they share with others for themselves.
pub(super) fn place(view: &View<'_>, chosen: &BTreeSet<usize>, apart: &BTreeSet<usize>) -> Round {
    let mut round = Round::default();
    let mut placing = Placing {
        view,
        chosen,
        apart,
        layout: Layout::new(view.tree),
        round: &mut round,
        cut: HashMap::new(),
        clients: HashMap::new(),
        kept: HashMap::new(),
        gone: BTreeMap::new(),
        added: BTreeSet::new(),
    };
    for at in chosen {
        placing.job(*at);
    }
    placing.remove_variables();
    round
}

/// The jobs that these inherit from, directly or not.
pub(super) fn templates(view: &View<'_>, jobs: &[usize]) -> BTreeSet<usize> {
    let layout = Layout::new(view.tree);
    let body = |at: &usize| layout.bodies.get(&view.job(*at)?.name_span).copied();
    let inherited: HashSet<NodeId> =
        jobs.iter().filter_map(body).flat_map(|body| layout.inherited(view.tree, body)).collect();
    let all = 0..view.analysis.unit.jobs.len();
    all.filter(|at| body(at).is_some_and(|body| inherited.contains(&body))).collect()
}

/// Whether two places have bytes in common: whole lines that are cut out begin before the list that they are of.
fn overlap(a: Span, b: Span) -> bool {
    a.start < b.end && b.start < a.end
}

struct Placing<'p, 'v> {
    view: &'v View<'v>,
    chosen: &'p BTreeSet<usize>,
    apart: &'p BTreeSet<usize>,
    layout: Layout,
    round: &'p mut Round,
    /// Services that were looked at, by their image, and whether they could be taken out. Jobs share them, as they share
    /// what the next two are about.
    cut: HashMap<Span, bool>,
    /// Images that only rewritten jobs use, and as Docker's client.
    clients: HashMap<Span, bool>,
    /// Variables that a job with a daemon keeps.
    kept: HashMap<Span, bool>,
    /// Entries to take away, by the mapping that holds them.
    gone: BTreeMap<NodeId, Vec<(NodeId, NodeId)>>,
    /// Mappings that are to get the builder's variables in the place of those that go.
    added: BTreeSet<NodeId>,
}

impl Placing<'_, '_> {
    fn change(&mut self, at: usize, edit: Edit) {
        let change: Change = (self.view.name(at), edit);
        self.round.changes.push(change);
    }

    fn fail(&mut self, at: usize, span: Span, why: &str) {
        let left = Left { span, job: self.view.name(at), why: why.to_owned() };
        self.round.failed.entry(at).or_insert(left);
    }

    fn job(&mut self, at: usize) {
        let view = self.view;
        let Some(job) = view.job(at) else { return };
        let builds = uses_docker(job) || view.leaves(at);
        let mut own: Vec<String> = Vec::new();
        if let Some((span, program)) = hidden::caller(job) {
            let why = hidden::may_call(program);
            let programs = &self.view.builder.info().programs;
            match builds {
                // What the image lacks, and can't be given, is said anyway.
                true if programs.install.is_empty() && programs.is_missing(program) => {}
                true => self.round.notes.push(Left { span, job: job.name.clone(), why }),
                false => return self.fail(at, span, &why),
            }
        } else if job.commands.is_empty() && self.is_for_others(at, job) {
            return self.fail(at, job.name_span, "its commands are in another file, and may call Docker");
        }
        if let Some((span, program)) = hidden::reader(job) {
            let why = hidden::looks_in_store(program);
            self.round.notes.push(Left { span, job: job.name.clone(), why });
        }
        if builds {
            own.extend(self.image(at, job));
        }
        own.extend(self.services(at, job));
        self.collect_variables(at, job, builds, &mut own);
        own.extend(self.commands(at, job));
        if own.is_empty() {
            return;
        }
        match self.body(job).and_then(|body| view.tree.written(body).first().copied()) {
            Some((first, _)) if self.body(job).is_some_and(|body| !view.tree.is_flow(body)) => {
                let span = view.tree.span(first);
                let lines = view.block(view.column(span), &own);
                self.change(at, view.before(span, lines, OWN));
            }
            _ => self.fail(at, job.name_span, "it has no lines of its own that its settings could go to"),
        }
    }

    /// Changes the job's commands where they stand; gives the job's own lines for lists that it shares with a job that
    /// keeps its daemon.
    fn commands(&mut self, at: usize, job: &Job) -> Vec<String> {
        let mut copies: BTreeMap<(NodeId, NodeId), Vec<Edit>> = BTreeMap::new();
        for (edit, shared) in self.view.commands(at, self.chosen, &self.layout.scripts, self.round) {
            let script = self.shared_script(job, edit.span);
            let is_apart = self.apart.contains(&at) && script.is_some();
            if !(shared || is_apart) {
                self.change(at, edit);
                continue;
            }
            match script {
                Some(owner) => copies.entry(owner).or_default().push(edit),
                None => {
                    self.fail(at, edit.span, reasons::SHARED);
                    return Vec::new();
                }
            }
        }
        let mut own = Vec::new();
        for ((key, list), edits) in copies {
            match self.copy(key, list, edits) {
                Some(lines) => own.extend(lines),
                None => self.fail(at, self.view.tree.span(key), reasons::SHARED),
            }
        }
        own
    }

    /// The script of another mapping than the job's own that holds `span`, with its key.
    fn shared_script(&self, job: &Job, span: Span) -> Option<(NodeId, NodeId)> {
        let tree = self.view.tree;
        let holds = |(key, list): &&(NodeId, NodeId)| {
            overlap(tree.span(*list), span) && !job.span.contains(tree.span(*key))
        };
        self.layout.scripts.iter().find(holds).copied()
    }

    /// A list of another mapping with `edits` made, as lines of an entry that stands at the left margin.
    fn copy(&self, key: NodeId, list: NodeId, edits: Vec<Edit>) -> Option<Vec<String>> {
        let view = self.view;
        let whole = view.whole_lines(view.tree.span(key), view.tree.span(list))?;
        let column = view.column(view.tree.span(key));
        let edits = edit::sorted(edits)?.into_iter().map(|edit| {
            let span =
                Span { start: edit.span.start - whole.start, end: edit.span.end - whole.start, ..edit.span };
            Edit { span, ..edit }
        });
        let text = edit::apply(view.text.get(whole.range())?, &edits.collect::<Vec<_>>());
        if text.trim().is_empty() {
            return Some(vec![format!("{}: []", view.tree.str(key)?)]);
        }
        Some(text.lines().map(|line| line.get(column..).unwrap_or("").trim_end().to_owned()).collect())
    }

    /// Whether a daemon of this job is there for nobody that this file shows: it is a template of other files, or its
    /// commands are in them.
    fn is_for_others(&self, at: usize, job: &Job) -> bool {
        let images =
            job.containers.iter().filter(|one| daemon(one).is_some()).filter_map(|one| one.image.as_ref());
        let alone =
            |span: Span| self.view.users.get(&span).is_none_or(|users| users.iter().all(|user| *user == at));
        images.map(|image| image.span).any(alone)
    }

    /// The mapping of a job as the file has it.
    fn body(&self, job: &Job) -> Option<NodeId> {
        self.layout.bodies.get(&job.name_span).copied()
    }

    /// Takes the daemon from the job's services; gives the job's own lines where the list is shared.
    fn services(&mut self, at: usize, job: &Job) -> Vec<String> {
        let view = self.view;
        let services = job.containers.iter().filter(|one| one.role == Role::Service);
        let (daemons, others): (Vec<_>, Vec<_>) = services.partition(|one| daemon(one).is_some());
        let Some(first) = daemons.first() else { return Vec::new() };
        for (span, why) in hidden::told(daemons.iter().copied(), view.builder) {
            self.round.notes.push(Left { span, job: job.name.clone(), why });
        }
        let spans: Vec<Span> =
            daemons.iter().filter_map(|one| one.image.as_ref()).map(|image| image.span).collect();
        if spans.iter().any(|span| !view.only_used_by(*span, self.chosen)) {
            if others.is_empty() {
                return vec!["services: []".to_owned()];
            }
            // The job gets a list of its own with what else was in the shared one.
            let lines = others.iter().map(|one| {
                let written = view.text.get(one.span.range())?.trim_end();
                (!written.contains('\n')).then(|| format!("  - {written}"))
            });
            return match lines.collect::<Option<Vec<_>>>() {
                Some(lines) => std::iter::once("services:".to_owned()).chain(lines).collect(),
                None => {
                    self.fail(
                        at,
                        first.span,
                        "it shares its list of services with a job that keeps its daemon",
                    );
                    Vec::new()
                }
            };
        }
        for span in spans {
            if !self.cut.contains_key(&span) {
                let edit = self.without_service(span);
                self.cut.insert(span, edit.is_some());
                if let Some(edit) = edit {
                    self.change(at, edit);
                }
            }
            if self.cut.get(&span) == Some(&false) {
                self.fail(at, span, &reasons::closed("the list of services is"));
            }
        }
        Vec::new()
    }

    /// The edit that takes the service whose image stands at `span` out of its list, or the list with its last one.
    fn without_service(&self, span: Span) -> Option<Edit> {
        let view = self.view;
        let tree = view.tree;
        let &(key, list, item) = self.layout.services.get(&span)?;
        let items = tree.items(list);
        let all_daemons = items.iter().all(|item| self.names_daemon(*item));
        if items.len() == 1 || all_daemons {
            return view.without_entry((key, list), "[]", self.layout.is_needed(key), SERVICE);
        }
        if tree.is_flow(list) {
            return None;
        }
        let lines = view.whole_lines(tree.span(item), tree.span(item))?;
        Some(Edit::delete(lines, SERVICE))
    }

    /// Whether a service of a list is one of the daemons that go.
    fn names_daemon(&self, item: NodeId) -> bool {
        let tree = self.view.tree;
        let Some(span) = layout::image_of(tree, item) else { return false };
        let users = self.view.users.get(&span).into_iter().flatten();
        users
            .filter_map(|user| self.view.job(*user))
            .flat_map(|job| &job.containers)
            .any(|one| one.image.as_ref().is_some_and(|image| image.span == span) && daemon(one).is_some())
    }
}
