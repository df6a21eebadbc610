//! A file rewritten for a builder: translate the commands, place them in the format, and look at the result with the
//! same analysis. A job that can't be rewritten soundly stays byte for byte as it was.

mod all_tags;
mod archive;
#[cfg(feature = "formats")]
mod azure_pipelines;
#[cfg(feature = "formats")]
mod by_hand;
#[cfg(feature = "formats")]
mod circleci;
pub mod contain;
mod cut;
mod dialect;
mod github_actions;
mod gitlab_ci;
mod hidden;
#[cfg(feature = "formats")]
mod jenkinsfile;
mod joined;
mod leave;
mod lines;
mod platforms;
#[cfg(feature = "formats")]
mod pod;
mod quoting;
pub mod ready;
mod reasons;
mod scripts;
mod select;
mod shell;
#[cfg(feature = "formats")]
mod steps;
mod translate;

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use daemonless_catalog::{Approach, Builder};

use crate::alternatives::{Alternative, Blocker, Fit, Kind, alternatives};
use crate::analysis::{self, Analysis};
use crate::edit::{self, Edit};
use crate::files::Files;
use crate::format;
use crate::model::{Job, Place};
use crate::order;
use crate::report::{EditReport, FileReport, LeftReport, RewriteReport, file_report, required};
use crate::source::{FileId, LineIndex, Span};
#[cfg(feature = "formats")]
use crate::syntax::groovy;
use crate::syntax::yaml::{self, Style, Tree};
use crate::verdict::Verdict;
use crate::{Context, File};

use quoting::Quoting;
pub use select::select;

/// Whether a file of this format can be rewritten for this builder, or a job be written that builds it.
pub fn can(format: &str, builder: Builder) -> bool {
    dialect::of(format, builder).is_some() || format == ready::FORMAT
}

/// Whether a file of this format can be rewritten where it builds with an image that gets no fixes any more.
pub fn can_leave(format: &str) -> bool {
    matches!(format, "gitlab-ci" | ready::FORMAT)
}

/// Why files of this format are not rewritten for this builder, in words that follow "because"; `None` where they are,
/// or where it has yet to come.
pub fn why_not(format: &str, builder: Builder) -> Option<&'static str> {
    dialect::why_not(format, builder)
}

/// Rounds of leaving jobs out that turned out not to fit. Each leaves out one at least.
const MOST_ROUNDS: usize = 20;

/// Variables that tell Docker's client or daemon something and no builder anything.
static DOCKER_VARIABLES: &[&str] = &[
    "DOCKER_HOST",
    "DOCKER_TLS_CERTDIR",
    "DOCKER_TLS_VERIFY",
    "DOCKER_CERT_PATH",
    "DOCKER_DRIVER",
    "DOCKER_BUILDKIT",
    "DOCKER_CLI_EXPERIMENTAL",
    "COMPOSE_DOCKER_CLI_BUILD",
    "BUILDKIT_PROGRESS",
];

/// Reasons that all formats give.
const SERVICE: &str = "No daemon is needed beside the job.";
const VARIABLES: &str = "They tell where Docker's daemon is; the builder has none.";
const OWN: &str = "What the builder needs is set for this job.";

/// What is left to a person: the place, what stands there, and why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Left {
    span: Span,
    job: String,
    why: String,
}

/// An edit and the job that asked for it.
type Change = (String, Edit);

/// What one round gives: changes, remarks, and the jobs that do not work out, each with its reason.
#[derive(Debug, Default)]
struct Round {
    changes: Vec<Change>,
    notes: Vec<Left>,
    failed: BTreeMap<usize, Left>,
    /// What the builds of these jobs should push, for builders that join build and push.
    pushed: BTreeMap<usize, Vec<Vec<String>>>,
}

/// One round for jobs of a format, given by their indices. Those of the second set write lists that they share with others
/// for themselves.
type PlaceJobs = fn(&View<'_>, &BTreeSet<usize>, &BTreeSet<usize>) -> Round;

/// The formats whose files are rewritten, each by a module of its own.
static PLACES: &[(&str, PlaceJobs)] = &[
    ("gitlab-ci", gitlab_ci::place),
    ("github-actions", |view, chosen, _| github_actions::place(view, chosen)),
    (shell::ID, |view, chosen, _| shell::place(view, chosen)),
    #[cfg(feature = "formats")]
    (azure_pipelines::ID, |view, chosen, _| azure_pipelines::place(view, chosen)),
    #[cfg(feature = "formats")]
    (circleci::ID, |view, chosen, _| circleci::place(view, chosen)),
    #[cfg(feature = "formats")]
    (jenkinsfile::ID, |view, chosen, _| jenkinsfile::place(view, chosen)),
    #[cfg(feature = "formats")]
    ("kubernetes", |view, chosen, _| pod::place(view, chosen)),
    #[cfg(feature = "formats")]
    ("tekton", |view, chosen, _| pod::place(view, chosen)),
];

/// Everything that rewriting looks at.
struct View<'a> {
    text: &'a str,
    tree: &'a Tree<'a>,
    analysis: &'a Analysis,
    builder: Builder,
    /// The text as Groovy, where it is.
    #[cfg(feature = "formats")]
    groovy: groovy::Tree<'a>,
    /// Scalars in the order of the text, for their quoting.
    scalars: Vec<(Span, Quoting)>,
    /// Jobs that use a value or a command, by where it is written.
    users: HashMap<Span, Vec<usize>>,
    /// Scalars that stand in brackets or braces.
    in_flow: OnceCell<HashSet<Span>>,
    /// What [`View::only_used_by`] said for so many jobs: they only ever get fewer, so their number tells them apart.
    alone: RefCell<HashMap<(usize, Span), bool>>,
    /// Functions that scripts of the text define.
    functions: OnceCell<HashSet<String>>,
    /// Names of images in docker commands other than builds, each with the first and the last job.
    named: OnceCell<HashMap<String, [usize; 2]>>,
    /// The text's own line break.
    line_break: &'static str,
}

/// Rewrites the file of index `index` for a builder; `None` where its format can't be.
pub fn rewrite(files: &[File], context: &Context, index: usize, builder: Builder) -> Option<RewriteReport> {
    let file = files.get(index)?;
    let format = format::detect(file).format?.id;
    dialect::of(format, builder)?;
    let (_, place) = PLACES.iter().find(|(id, _)| *id == format)?;
    let analysis = analyzed(files, index, context);
    let id = FileId::of(index);
    // A script has no such tree, and neither has Groovy.
    let tree = yaml::parse(id, if matches!(format, shell::ID | "jenkinsfile") { "" } else { &file.text });
    let view = View::new(&file.text, &tree, &analysis, builder);
    let (mut chosen, mut left, requires) = view.candidates(format, files);
    let mut outcome = (Vec::new(), Vec::new(), None);
    let mut apart = BTreeSet::new();
    for _ in 0..MOST_ROUNDS {
        if chosen.is_empty() {
            break;
        }
        let round = place(&view, &chosen, &apart);
        let before = chosen.len();
        left.extend(round.failed.values().cloned());
        chosen.retain(|job| !round.failed.contains_key(job));
        if chosen.len() < before {
            continue;
        }
        let Some(edits) = view.combined(&round, &mut chosen, &mut apart, &mut left) else { continue };
        let changed = with_text(files, index, edit::apply(&file.text, &edits));
        let after = analyzed(&changed, index, context);
        let failed = view.verify(&after, &chosen, &round);
        if failed.is_empty() {
            outcome = (round.changes, round.notes, Some((changed, after)));
            break;
        }
        left.extend(failed.values().cloned());
        chosen.retain(|job| !failed.contains_key(job));
    }
    let (changes, notes, after) = outcome;
    left.extend(notes);
    order::sort_by(&mut left, Ord::cmp);
    left.dedup();
    let mut report = view.report(&file.path, changes, left, requires, &chosen);
    let (changed, after) = after.unwrap_or_else(|| (files.to_vec(), analysis));
    report.after.push(file_report(&Files::new(&changed, context.read), index, after));
    Some(report)
}

impl<'a> View<'a> {
    fn new(text: &'a str, tree: &'a Tree<'a>, analysis: &'a Analysis, builder: Builder) -> Self {
        let mut users: HashMap<Span, Vec<usize>> = HashMap::new();
        for (at, job) in analysis.unit.jobs.iter().enumerate() {
            let images = job
                .containers
                .iter()
                .filter_map(|container| container.image.as_ref())
                .map(|image| image.span);
            let vars = job.env.iter().map(|var| var.name_span);
            let commands = job.commands.iter().map(|command| command.span);
            for span in images.chain(vars).chain(commands) {
                let jobs = users.entry(span).or_default();
                if jobs.last() != Some(&at) {
                    jobs.push(at);
                }
            }
        }
        #[cfg(feature = "formats")]
        let groovy = match analysis.detected.format.map(|format| format.id) {
            Some(jenkinsfile::ID) => groovy::parse(tree.file(), text),
            _ => groovy::Tree::default(),
        };
        let mut scalars = match analysis.detected.format.map(|format| format.id) {
            // A script is a text as a block scalar holds one.
            Some(shell::ID) => {
                vec![(Span::new(tree.file(), 0..text.len()), Quoting::Yaml(Style::Literal))]
            }
            #[cfg(feature = "formats")]
            Some(jenkinsfile::ID) => quoting::of_groovy(&groovy),
            _ => quoting::of_yaml(tree),
        };
        order::sort_by_key(&mut scalars, |(span, _)| *span);
        let line_break = if text.contains("\r\n") { "\r\n" } else { "\n" };
        Self {
            text,
            tree,
            analysis,
            builder,
            #[cfg(feature = "formats")]
            groovy,
            scalars,
            users,
            in_flow: OnceCell::new(),
            alone: RefCell::default(),
            functions: OnceCell::new(),
            named: OnceCell::new(),
            line_break,
        }
    }

    fn job(&self, at: usize) -> Option<&'a Job> {
        self.analysis.unit.jobs.get(at)
    }

    fn name(&self, at: usize) -> String {
        self.job(at).map_or(String::new(), |job| job.name.clone())
    }

    /// The jobs to rewrite, what is left of those that the builder does not fit, and what the runner must allow.
    fn candidates(
        &self,
        format: &str,
        files: &'a [File],
    ) -> (BTreeSet<usize>, Vec<Left>, Vec<crate::report::RequirementReport>) {
        let (mut chosen, mut left) = (BTreeSet::new(), Vec::new());
        let mut requires: Vec<crate::report::RequirementReport> = Vec::new();
        let judged = self.analysis.verdicts.iter().zip(&self.analysis.needs).enumerate();
        for (at, (verdict, needs)) in judged {
            if verdict.approach >= Approach::Daemonless && !self.leaves(at) {
                continue;
            }
            let Some(job) = self.job(at) else { continue };
            if let Some(file) = self.elsewhere(job, files) {
                let why = format!("part of it is in `{}`, and one file at a time is rewritten", file.path);
                let start = Span::new(self.tree.file(), 0..0);
                let span = if job.name_span.file == start.file { job.name_span } else { start };
                left.push(Left { span, job: job.name.clone(), why });
                continue;
            }
            let ways = alternatives(format, job, verdict, needs);
            let own = ways.iter().find(|way| way.kind == Kind::Builder(self.builder));
            match own {
                Some(Alternative { fit: Fit::No, blockers, .. }) => {
                    let fatal = blockers.iter().filter(|blocker| blocker.fatal);
                    left.extend(fatal.map(|blocker| blocked(job, blocker)));
                }
                None if self.leaves(at) => left.push(Left {
                    span: job.name_span,
                    job: job.name.clone(),
                    why: "how it calls Kaniko the file does not show, so only the maintained fork can take its place".into(),
                }),
                None if !job.invocations.is_empty() => left.push(Left {
                    span: job.name_span,
                    job: job.name.clone(),
                    why: "it asks its daemon for something that no builder does".into(),
                }),
                _ if let Some(tests) = hidden::tests(job, own) => left.push(tests),
                // A job that only has the daemon beside it and asks it for nothing is rewritten by taking it away.
                other => {
                    chosen.insert(at);
                    for requirement in other.iter().flat_map(|way| &way.requires) {
                        let requirement = required(requirement);
                        if !requires.iter().any(|known| known.text == requirement.text) {
                            requires.push(requirement);
                        }
                    }
                }
            }
        }
        (chosen, left, requires)
    }

    /// Whether all that use what is written at `span` are among `jobs`.
    fn only_used_by(&self, span: Span, jobs: &BTreeSet<usize>) -> bool {
        let all = || self.users.get(&span).is_none_or(|users| users.iter().all(|user| jobs.contains(user)));
        *self.alone.borrow_mut().entry((jobs.len(), span)).or_insert_with(all)
    }

    /// All edits in order. Where jobs want different things of the same bytes, the fewer of them are to write what they
    /// share for themselves (`apart`); what can't be parted stays as it is, and so do its jobs.
    fn combined(
        &self,
        round: &Round,
        chosen: &mut BTreeSet<usize>,
        apart: &mut BTreeSet<usize>,
        left: &mut Vec<Left>,
    ) -> Option<Vec<Edit>> {
        let edits: Vec<Edit> = round.changes.iter().map(|(_, edit)| edit.clone()).collect();
        let Some(pair) = edit::conflict(&edits) else { return edit::sorted(edits) };
        let wanted_by = |at: usize| -> BTreeSet<usize> {
            let wants = |(_, edit): &&Change| {
                edits.get(at).is_some_and(|own| own.span == edit.span && own.text == edit.text)
            };
            let names: BTreeSet<&str> =
                round.changes.iter().filter(wants).map(|(job, _)| job.as_str()).collect();
            chosen.iter().copied().filter(|at| names.contains(self.name(*at).as_str())).collect()
        };
        let [first, second] = pair.map(wanted_by);
        let fewer = if first.len() < second.len() { &first } else { &second };
        if first.is_disjoint(&second) && fewer.is_disjoint(apart) && !fewer.is_empty() {
            apart.extend(fewer);
            return None;
        }
        let both: BTreeSet<usize> = first.union(&second).copied().collect();
        // An edit that is nobody's is to end this as well.
        let parted = if both.is_empty() { chosen.clone() } else { both };
        for job in parted.iter().filter_map(|at| self.job(*at)) {
            let why = "its changes and another job's fall on the same place".to_owned();
            left.push(Left { span: job.name_span, job: job.name.clone(), why });
        }
        chosen.retain(|at| !parted.contains(at));
        None
    }

    /// Another file that holds what of a job would have to be changed.
    fn elsewhere(&self, job: &Job, files: &'a [File]) -> Option<&'a File> {
        let commands = job.invocations.iter().map(|invocation| invocation.head);
        let containers = job.containers.iter().map(|container| container.span);
        let mut spans = [job.name_span].into_iter().chain(commands).chain(containers);
        let other = spans.find(|span| span.file != self.tree.file())?;
        files.get(other.file.0 as usize)
    }

    /// The jobs to blame where others, which should stay as they are, reach an engine another way than before or run fewer
    /// commands: templates of theirs, or else those that change lines of others, or else all.
    fn intruders(&self, after: &Analysis, chosen: &BTreeSet<usize>, changes: &[Change]) -> BTreeSet<usize> {
        let old = self.analysis.unit.jobs.iter().zip(&self.analysis.verdicts);
        let new = after.unit.jobs.iter().zip(&after.verdicts);
        let differ = |(old, new): ((&Job, &Verdict), (&Job, &Verdict))| {
            old.1.approach != new.1.approach || old.0.commands.len() != new.0.commands.len()
        };
        let pairs = old.zip(new).enumerate().filter(|(at, _)| !chosen.contains(at));
        let changed: Vec<usize> = pairs.filter(|(_, pair)| differ(*pair)).map(|(at, _)| at).collect();
        if changed.is_empty() {
            return BTreeSet::new();
        }
        let templates = gitlab_ci::templates(self, &changed);
        let templates: BTreeSet<usize> = templates.intersection(chosen).copied().collect();
        if !templates.is_empty() {
            return templates;
        }
        let mut foreign: HashMap<&str, bool> = HashMap::new();
        for (job, edit) in changes {
            let own = |at: &&usize| self.job(**at).is_some_and(|one| one.name == *job);
            let span = chosen.iter().find(own).and_then(|at| self.job(*at)).map(|job| job.span);
            *foreign.entry(job).or_default() |= !span.is_some_and(|span| span.contains(edit.span));
        }
        let others: BTreeSet<usize> = chosen
            .iter()
            .copied()
            .filter(|at| foreign.get(self.name(*at).as_str()).is_some_and(|foreign| *foreign))
            .collect();
        if others.is_empty() { chosen.clone() } else { others }
    }

    /// The rewritten jobs that the analysis does not find free of a daemon, that read differently than they should, or
    /// that change what others reach.
    fn verify(&self, after: &Analysis, chosen: &BTreeSet<usize>, round: &Round) -> BTreeMap<usize, Left> {
        let names = |analysis: &'_ Analysis| -> Vec<String> {
            analysis.unit.jobs.iter().map(|job| job.name.clone()).collect()
        };
        let broken =
            after.unit.errors.len() > self.analysis.unit.errors.len() || names(after) != names(self.analysis);
        let mut failed = BTreeMap::new();
        for at in chosen {
            let Some(job) = self.job(*at) else { continue };
            // Where it is not broken, the jobs are the same in the same order; their names may be others' as well.
            let verdict = after.verdicts.get(*at);
            let same_count = after.unit.jobs.get(*at).is_some_and(|new| {
                let engines = |job: &Job| job.invocations.iter().filter(|one| one.builds()).count();
                engines(new) == engines(job) && self.reads_back(new, round.pushed.get(at))
            });
            let still =
                |verdict: &Verdict| verdict.approach < Approach::Daemonless || verdict.unmaintained.is_some();
            if broken || !same_count || verdict.is_none_or(still) {
                let why = match verdict.filter(|_| !broken && same_count) {
                    Some(verdict) if verdict.unmaintained.is_some() => {
                        "its image would still be one that gets no fixes".to_owned()
                    }
                    Some(verdict) => match verdict.accesses.first() {
                        Some(access) => format!("it would still reach {}", access.by),
                        None => "it would still reach a daemon".to_owned(),
                    },
                    None => "the changed text does not read as it should".to_owned(),
                };
                failed.insert(*at, Left { span: job.name_span, job: job.name.clone(), why });
            }
        }
        if failed.is_empty() {
            for at in self.intruders(after, chosen, &round.changes) {
                let Some(job) = self.job(at) else { continue };
                let why = "its changes would change a job that has to stay as it is".to_owned();
                failed.insert(at, Left { span: job.name_span, job: job.name.clone(), why });
            }
        }
        failed
    }

    /// What is told of the rewrite, but for what is said of the changed text.
    fn report(
        &self,
        path: &str,
        changes: Vec<Change>,
        left: Vec<Left>,
        requires: Vec<crate::report::RequirementReport>,
        chosen: &BTreeSet<usize>,
    ) -> RewriteReport {
        let sorted = edit::sorted(changes.iter().map(|(_, edit)| edit.clone()).collect()).unwrap_or_default();
        let text = edit::apply(self.text, &sorted);
        let mut owners: HashMap<(Span, &str), &str> = HashMap::new();
        for (job, edit) in &changes {
            owners.entry((edit.span, &edit.text)).or_insert(job);
        }
        let edits = sorted.iter().map(|edit| EditReport {
            start: edit.span.start,
            end: edit.span.end,
            text: edit.text.clone(),
            job: owners.get(&(edit.span, edit.text.as_str())).map_or(String::new(), |job| (*job).to_owned()),
            reason: edit.reason.clone(),
        });
        let edits: Vec<_> = edits.collect();
        let lines = LineIndex::new(self.text);
        let left = left.into_iter().map(|left| {
            let line = lines.position(self.text, left.span.start).line;
            let written = self.text.get(left.span.range()).unwrap_or("");
            let what = written.lines().next().unwrap_or("").chars().take(120).collect();
            LeftReport { job: left.job, line, what, why: sentence(&left.why) }
        });
        let left = left.collect();
        RewriteReport {
            builder: self.builder.id(),
            path: path.to_owned(),
            text,
            edits,
            left,
            requires: if chosen.is_empty() { Vec::new() } else { requires },
            after: Vec::new(),
            jobs: chosen.iter().map(|at| self.name(*at)).collect(),
        }
    }
}

/// What keeps a builder from a job, as something that is left.
fn blocked(job: &Job, blocker: &Blocker) -> Left {
    let span = blocker.spans.first().copied().unwrap_or(job.name_span);
    Left { span, job: job.name.clone(), why: blocker.message.clone() }
}

/// Whether a job's own scripts call Docker.
fn uses_docker(job: &Job) -> bool {
    job.invocations.iter().any(|invocation| {
        let elsewhere =
            job.commands.get(invocation.command).is_none_or(|command| command.place == Place::Elsewhere);
        invocation.is_docker() && !elsewhere
    })
}

fn analyzed(files: &[File], index: usize, context: &Context) -> Analysis {
    analysis::analyze(&Files::new(files, context.read), index, context)
}

/// The report on one of the files.
fn reported(files: &[File], index: usize, context: &Context) -> Vec<FileReport> {
    let known = Files::new(files, context.read);
    let of_one = |index| file_report(&known, index, analysis::analyze(&known, index, context));
    (index < files.len()).then(|| of_one(index)).into_iter().collect()
}

fn with_text(files: &[File], index: usize, text: String) -> Vec<File> {
    let mut files = files.to_vec();
    if let Some(file) = files.get_mut(index) {
        file.text = text;
    }
    files
}

/// A reason as a sentence: a capital at its start and a full stop at its end.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first: String = chars.next().map(|first| first.to_ascii_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", chars.as_str().trim_end_matches('.'))
}
