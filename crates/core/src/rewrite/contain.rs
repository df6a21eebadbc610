//! A file whose daemon stays, in the safest form of what it has: TLS, a fixed version, no root where nothing needs it.
//! What the file can't say is a setting of the runner and comes with the rewrite.

mod pin;
mod tls;

use std::collections::{BTreeMap, BTreeSet};

use daemonless_catalog::{Approach, Builder, CONTAINMENT, DAEMON, Risk};

use super::gitlab_ci::layout::Layout;
use super::{Change, Left, MOST_ROUNDS, View, analyzed, reported, with_text};
use crate::access::daemon;
use crate::analysis::Analysis;
use crate::edit::{self, Edit};
use crate::engine::image::{self, Kind};
use crate::format;
use crate::model::{Container, Job, Role};
use crate::report::{RequirementReport, RewriteReport, advised};
use crate::source::{FileId, Span};
use crate::syntax::yaml;
use crate::{Context, File, order};

/// The name by which it is asked for, in the place of a builder's.
pub const ID: &str = "contain";

/// Formats whose files are changed or, where nothing in them can be, get the settings that narrow their daemon.
static FORMATS: &[&str] = &["gitlab-ci", "github-actions"];

/// Whether it can be written for files of this format.
pub fn can(format: &str) -> bool {
    FORMATS.contains(&format)
}

/// The file of index `index` with its daemons contained; `None` where its format can't be.
pub fn contain(files: &[File], context: &Context, index: usize) -> Option<RewriteReport> {
    let file = files.get(index)?;
    let format = format::detect(file).format?.id;
    if !can(format) {
        return None;
    }
    let analysis = analyzed(files, index, context);
    let tree = yaml::parse(FileId::of(index), &file.text);
    // No command is translated, so the builder is asked for nothing.
    let view = View::new(&file.text, &tree, &analysis, Builder::Buildah);
    let (mut chosen, mut left) = candidates(&analysis, format);
    let reaches = !chosen.is_empty() || !left.is_empty();
    let mut done = Done::default();
    for _ in 0..MOST_ROUNDS {
        done = Containing::new(&view, &chosen).run();
        let mut failed = std::mem::take(&mut done.failed);
        let edits = edit::sorted(done.changes.iter().map(|(_, edit)| edit.clone()).collect());
        match edits {
            Some(edits) if failed.is_empty() => {
                let text = edit::apply(view.text, &edits);
                let after = analyzed(&with_text(files, index, text), index, context);
                failed = worse(&analysis, &after, &chosen);
            }
            None => failed.extend(chosen.last().and_then(|at| {
                let job = view.job(*at)?;
                Some((*at, leave(job, job.name_span, "its changes fall on another job's")))
            })),
            _ => {}
        }
        if failed.is_empty() {
            break;
        }
        chosen.retain(|at| !failed.contains_key(at));
        left.extend(failed.into_values());
        done = Done::default();
    }
    left.append(&mut done.notes);
    order::sort_by(&mut left, Ord::cmp);
    left.dedup();
    let requires = if reaches { requires(format, &analysis) } else { Vec::new() };
    let report = view.report(&file.path, done.changes, left, Vec::new(), &done.touched);
    let after = reported(&with_text(files, index, report.text.clone()), index, context);
    Some(RewriteReport { builder: ID, requires, after, ..report })
}

/// The jobs whose daemon stands in the file, and what is left of the others that reach one.
fn candidates(analysis: &Analysis, format: &str) -> (BTreeSet<usize>, Vec<Left>) {
    let (mut chosen, mut left) = (BTreeSet::new(), Vec::new());
    for (at, (job, verdict)) in analysis.unit.jobs.iter().zip(&analysis.verdicts).enumerate() {
        if verdict.approach >= Approach::Daemonless {
            continue;
        }
        if format == "gitlab-ci" && !daemons(job).is_empty() && verdict.approach != Approach::HostSocket {
            chosen.insert(at);
            continue;
        }
        let why = match verdict.approach {
            Approach::HostSocket => {
                "its daemon is the machine's own, and no change of this file makes that safe: give the job a machine of its \
                 own, or a proxy that only builds"
            }
            Approach::VmDaemon => "its daemon ends with its machine: nothing is to be contained",
            _ => "its daemon is not set up in this file: the settings that narrow it are the runner's",
        };
        left.push(leave(job, job.name_span, why));
    }
    (chosen, left)
}

fn leave(job: &Job, span: Span, why: &str) -> Left {
    Left { span, job: job.name.clone(), why: why.to_owned() }
}

/// The settings that narrow the daemon from outside of the file.
fn requires(format: &str, analysis: &Analysis) -> Vec<RequirementReport> {
    let socket = analysis.verdicts.iter().any(|verdict| verdict.approach == Approach::HostSocket);
    let advice = CONTAINMENT.iter().filter(|advice| match advice.id {
        "drop-socket" => socket && advice.platform.runs(format),
        "socket-proxy" => socket,
        // The edits do that.
        "dind-rootless" | "pinned-daemon" => false,
        _ => advice.platform.runs(format),
    });
    advice.map(advised).collect()
}

/// The jobs that are worse off than before: another approach, a higher risk, a rule that did not fire.
fn worse(before: &Analysis, after: &Analysis, chosen: &BTreeSet<usize>) -> BTreeMap<usize, Left> {
    let rules = |analysis: &Analysis| -> BTreeSet<(usize, &'static str)> {
        let findings = analysis.findings.iter();
        findings.flat_map(|one| one.jobs.iter().map(|job| (*job, one.rule.id))).collect()
    };
    let (old_rules, new_rules) = (rules(before), rules(after));
    let new: BTreeSet<usize> = new_rules.difference(&old_rules).map(|(job, _)| *job).collect();
    let broken =
        after.unit.errors.len() > before.unit.errors.len() || after.unit.jobs.len() != before.unit.jobs.len();
    let rank = |risk: Risk| Risk::ALL.iter().position(|one| *one == risk);
    let is_worse = |at: &usize| match (before.verdicts.get(*at), after.verdicts.get(*at)) {
        (Some(old), Some(new)) => new.approach < old.approach || rank(new.risk) > rank(old.risk),
        _ => true,
    };
    let failed = chosen.iter().filter(|at| broken || new.contains(at) || is_worse(at));
    let failed = failed.filter_map(|at| {
        let job = before.unit.jobs.get(*at)?;
        Some((*at, leave(job, job.name_span, "the changed text does not read as it should")))
    });
    failed.collect()
}

/// What was done for the jobs.
#[derive(Default)]
struct Done {
    changes: Vec<Change>,
    notes: Vec<Left>,
    failed: BTreeMap<usize, Left>,
    touched: BTreeSet<usize>,
}

struct Containing<'c, 'v> {
    view: &'v View<'v>,
    chosen: &'c BTreeSet<usize>,
    layout: Layout,
    /// The jobs whose daemon can be the rootless one.
    rootless: BTreeSet<usize>,
    done: Done,
}

impl<'c, 'v> Containing<'c, 'v> {
    fn new(view: &'v View<'v>, chosen: &'c BTreeSet<usize>) -> Self {
        Self {
            view,
            chosen,
            layout: Layout::new(view.tree),
            rootless: BTreeSet::new(),
            done: Done::default(),
        }
    }

    fn run(mut self) -> Done {
        for at in self.chosen {
            if let Some(job) = self.view.job(*at)
                && self.without_root(*at, job)
            {
                self.rootless.insert(*at);
            }
        }
        for at in self.chosen {
            if let Some(job) = self.view.job(*at) {
                self.job(*at, job);
            }
        }
        self.done
    }

    fn change(&mut self, at: usize, edit: Edit) {
        self.done.touched.insert(at);
        self.done.changes.push((self.view.name(at), edit));
    }

    fn fail(&mut self, at: usize, span: Span, why: &str) {
        if let Some(job) = self.view.job(at) {
            self.done.failed.entry(at).or_insert(leave(job, span, why));
        }
    }

    fn job(&mut self, at: usize, job: &Job) {
        let daemons = daemons(job);
        for one in &daemons {
            if let Some(image) = &one.image {
                self.pin(at, image, true);
            }
        }
        let own = job.containers.iter().find(|one| one.role == Role::Job).and_then(|one| one.image.as_ref());
        if let Some(image) = own.filter(|image| image::kind(image.as_str(), false) == Kind::Client) {
            self.pin(at, image, false);
        }
        self.tls(at, job, &daemons);
    }

    /// Whether the daemon can be the rootless one; where the job's needs forbid it, that is said.
    fn without_root(&mut self, at: usize, job: &Job) -> bool {
        let daemons = daemons(job);
        if daemons.iter().all(|one| daemon(one) == Some(true)) {
            return false;
        }
        let needs = self.view.analysis.needs.get(at);
        let need = DAEMON.needs_root.iter().find_map(|need| {
            let spans = needs?.get(*need)?;
            Some((spans.first().copied().unwrap_or(job.name_span), need.title().to_owned()))
        });
        let strong = |one: &&Container| {
            one.role == Role::Started
                && (one.privileged.is_some()
                    || !one.namespaces.is_empty()
                    || !one.capabilities.is_empty()
                    || !one.devices.is_empty()
                    || !one.security.is_empty())
        };
        let started = || {
            let one = job.containers.iter().find(strong)?;
            Some((one.span, "a container with more than a container's rights".to_owned()))
        };
        // Which driver works is another question without root.
        let tuned = || {
            let mut words = daemons.iter().flat_map(|one| &one.command);
            let word = words.find(|word| word.as_str().starts_with("--storage-driver"))?;
            Some((word.span, format!("a daemon with `{}`", word.as_str())))
        };
        let Some((span, what)) = need.or_else(started).or_else(tuned) else { return true };
        let why = format!("it needs {what}, so its daemon keeps root; try the rootless one by hand");
        self.done.notes.push(leave(job, span, &why));
        false
    }
}

/// The daemons that run beside a job.
fn daemons(job: &Job) -> Vec<&Container> {
    let services = job.containers.iter().filter(|one| one.role == Role::Service);
    services.filter(|one| daemon(one).is_some()).collect()
}
