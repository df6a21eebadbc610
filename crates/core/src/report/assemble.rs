//! From the analysis, which speaks in spans, to the report, which speaks in lines and columns.

use std::cell::RefCell;
use std::sync::Arc;

use daemonless_catalog::{Approach, Builder, Containment, Host, Need, Requirement, Risk};

use super::{
    AccessReport, AfterReport, AlternativeReport, BlockerReport, ChoiceReport, ContainerReport, FactReport,
    FileReport, FindingReport, JobReport, LabelReport, NeedReport, Range, RequirementReport, StepReport,
    headline,
};
use crate::alternatives::{Alternative, Blocker, Kind, alternatives, runs_as};
use crate::analysis::Analysis;
use crate::files::Files;
use crate::map::Map;
use crate::model::{Confidence, Container, Job, Reach, Role};
use crate::needs::Needs;
use crate::path::{Step, path};
use crate::rewrite::{self, contain, ready};
use crate::rule::Finding;
use crate::source::{FileId, LineIndex, Span};
use crate::verdict::{Fact, Origin, Verdict};

/// The report on one analyzed file. It takes the analysis job by job, so that of a text with many jobs not both are held
/// whole.
pub fn file_report(files: &Files<'_>, index: usize, analysis: Analysis) -> FileReport {
    let id = FileId::of(index);
    let (path, text) = files.file(id).map_or(("", ""), |file| (&file.path, &file.text));
    let places = Places {
        id,
        text,
        lines: LineIndex::new(text),
        files,
        others: RefCell::default(),
        shared: RefCell::new(Map::new()),
    };
    let format = analysis.detected.format.map(|format| format.id);
    let risk = analysis.risk().id();
    let judged: Vec<_> = analysis.unit.jobs.iter().zip(&analysis.verdicts).collect();
    let headline = headline::of_file(format, &judged);
    let names: Vec<&str> = analysis.unit.jobs.iter().map(|job| job.name.as_str()).collect();
    let finding = |finding: Finding| places.finding(finding, &names);
    let (notes, findings): (Vec<Finding>, Vec<Finding>) =
        analysis.findings.into_iter().partition(|finding| finding.confidence == Confidence::Possible);
    let (notes, findings) =
        (notes.into_iter().map(finding).collect(), findings.into_iter().map(finding).collect());
    let judged = analysis.unit.jobs.into_iter().zip(analysis.verdicts).zip(analysis.needs);
    let jobs: Vec<JobReport> = judged
        .map(|((job, verdict), needs)| places.job(format.unwrap_or("unknown"), &job, &verdict, &needs))
        .collect();
    FileReport {
        path: path.to_owned(),
        format: format.unwrap_or("unknown"),
        format_certain: analysis.detected.certain,
        risk,
        headline,
        rewrites: rewrites(format, &jobs),
        jobs,
        findings,
        notes,
    }
}

/// Ids of what the file can be rewritten for, best first. Jobs rank their own ways; the best rank that one has anywhere
/// counts.
fn rewrites(format: Option<&str>, jobs: &[JobReport]) -> Vec<&'static str> {
    if cfg!(feature = "ways") && format == Some(ready::FORMAT) && !jobs.is_empty() {
        return ready::WAYS.iter().map(|way| way.id).collect();
    }
    let mut ranked: Vec<(u32, &'static str)> = Vec::new();
    let mut seen: Option<&Arc<[AlternativeReport]>> = None;
    for job in jobs {
        // Jobs that ask for the same share their ways.
        if seen.is_some_and(|seen| Arc::ptr_eq(seen, &job.alternatives)) {
            continue;
        }
        seen = Some(&job.alternatives);
        for way in job.alternatives.iter().filter(|way| way.rewrite) {
            let contained = (way.kind == contain::ID).then_some(contain::ID);
            let Some(id) = way.builder.or(contained) else { continue };
            match ranked.iter_mut().find(|(_, known)| *known == id) {
                Some((rank, _)) => *rank = way.rank.min(*rank),
                None => ranked.push((way.rank, id)),
            }
        }
    }
    ranked.sort_unstable();
    ranked.into_iter().map(|(_, id)| id).collect()
}

/// A job that starts more containers than this is no clearer with all of them named.
const MOST_CONTAINERS: usize = 50;

/// What tells jobs apart whose alternatives differ.
type Key = (String, Approach, Risk, Host, Reach, Option<Builder>, Vec<Need>);

struct Places<'a> {
    id: FileId,
    text: &'a str,
    lines: LineIndex,
    files: &'a Files<'a>,
    /// Of other files that something is said of.
    others: RefCell<Map<FileId, (Arc<str>, LineIndex)>>,
    /// The ways out that jobs share.
    shared: RefCell<Map<Key, Arc<[AlternativeReport]>>>,
}

impl Places<'_> {
    fn range(&self, span: Span) -> Range {
        if span.file == self.id {
            return range(self.text, &self.lines, span);
        }
        let Some(file) = self.files.file(span.file) else {
            return Range { line: 1, column: 1, end_line: 1, end_column: 1, file: None };
        };
        let mut others = self.others.borrow_mut();
        let (path, lines) =
            others.get_or_insert_with(span.file, || (file.path.as_str().into(), LineIndex::new(&file.text)));
        Range { file: Some(Arc::clone(path)), ..range(&file.text, lines, span) }
    }

    fn label(&self, span: Span, message: &str) -> LabelReport {
        LabelReport { message: message.to_owned(), range: self.range(span) }
    }

    fn labels(&self, proof: &[(Span, String)]) -> Vec<LabelReport> {
        proof.iter().map(|(span, message)| self.label(*span, message)).collect()
    }

    fn finding(&self, finding: Finding, names: &[&str]) -> FindingReport {
        let jobs = finding.jobs.iter().filter_map(|job| names.get(*job));
        FindingReport {
            rule: finding.rule.id,
            severity: finding.severity.id(),
            confidence: confidence(finding.confidence),
            jobs: jobs.map(|name| (*name).to_owned()).collect(),
            message: finding.message,
            range: self.range(finding.span),
            labels: self.labels(&finding.labels),
        }
    }

    fn job(&self, format: &str, job: &Job, verdict: &Verdict, needs: &Needs) -> JobReport {
        let range = self.range(job.span);
        let (path, alternatives, containers) = match cfg!(feature = "ways") {
            true => {
                let ways = self.ways(format, job, verdict, needs);
                (self.path(job, verdict, needs), ways, self.containers(job))
            }
            false => Default::default(),
        };
        let named = self.range(job.name_span);
        JobReport {
            name: job.name.clone(),
            noun: job.noun,
            line: named.line,
            file: named.file,
            // A name may stand behind its block.
            end_line: range.end_line.max(named.line),
            approach: verdict.approach.id(),
            risk: verdict.risk.id(),
            headline: headline::of_job(format, job, verdict),
            needs: needs.iter().map(|(need, _)| need.id()).collect(),
            need_lines: needs
                .all()
                .map(|(need, sure, spans)| NeedReport {
                    need: need.id(),
                    confidence: confidence(sure),
                    lines: spans.iter().map(|span| self.range(*span)).collect(),
                })
                .collect(),
            containers,
            accesses: verdict
                .accesses
                .iter()
                .map(|access| AccessReport {
                    approach: access.approach.id(),
                    by: access.by.clone(),
                    confidence: confidence(access.confidence),
                    lines: self.labels(&access.proof),
                })
                .collect(),
            power: FactReport {
                id: verdict.power.what.info().id,
                title: verdict.power.what.info().title,
                origin: origin(&verdict.power),
                lines: self.labels(&verdict.power.proof),
                choices: Vec::new(),
            },
            host: self.host(verdict),
            reach: self.reach(verdict),
            path,
            alternatives,
        }
    }

    /// What the job runs in, beside and through.
    fn containers(&self, job: &Job) -> Vec<ContainerReport> {
        job.containers.iter().take(MOST_CONTAINERS).map(|one| self.container(one)).collect()
    }

    fn container(&self, container: &Container) -> ContainerReport {
        let image = container.image.as_ref();
        ContainerReport {
            role: match container.role {
                Role::Job => "job",
                Role::Service => "service",
                Role::Step => "step",
                Role::Workload => "workload",
                Role::Started => "started",
                Role::Image => "image",
            },
            name: container.names.first().cloned(),
            image: image.map(|image| image.as_str().to_owned()),
            privileged: container.privileged.is_some(),
            range: self.range(image.map_or(container.span, |image| image.span)),
        }
    }

    /// How an attacker gets out of the job.
    fn path(&self, job: &Job, verdict: &Verdict, needs: &Needs) -> Vec<StepReport> {
        path(job, verdict, needs).iter().map(|step| self.step(step)).collect()
    }

    /// The ways out for who runs it.
    fn ways(&self, format: &str, job: &Job, verdict: &Verdict, needs: &Needs) -> Arc<[AlternativeReport]> {
        let key: Key = (
            runs_as(format, job).to_owned(),
            verdict.approach,
            verdict.risk,
            verdict.host.what,
            verdict.reach.what,
            verdict.unmaintained,
            needs.iter().map(|(need, _)| need).collect(),
        );
        let mut shared = self.shared.borrow_mut();
        let ways = shared.get_or_insert_with(key, || {
            let found = alternatives(format, job, verdict, needs);
            let leaves = verdict.approach >= Approach::Daemonless && verdict.unmaintained.is_some();
            let can = |builder| rewrite::can(format, builder) && (!leaves || rewrite::can_leave(format));
            found.iter().zip(1..).map(|(one, rank)| alternative(format, one, rank, &can)).collect()
        });
        Arc::clone(ways)
    }

    fn host(&self, verdict: &Verdict) -> FactReport {
        let choices = Host::ALL.iter().map(|host| ChoiceReport {
            id: host.id(),
            title: host.title(),
            risk: verdict.risk_with(*host, verdict.reach.what).id(),
        });
        FactReport {
            id: verdict.host.what.id(),
            title: verdict.host.what.title(),
            origin: origin(&verdict.host),
            lines: self.labels(&verdict.host.proof),
            choices: choices.collect(),
        }
    }

    fn reach(&self, verdict: &Verdict) -> FactReport {
        let choices = Reach::ALL.iter().map(|reach| ChoiceReport {
            id: reach.id(),
            title: reach.title(),
            risk: verdict.risk_with(verdict.host.what, *reach).id(),
        });
        FactReport {
            id: verdict.reach.what.id(),
            title: verdict.reach.what.title(),
            origin: origin(&verdict.reach),
            lines: self.labels(&verdict.reach.proof),
            choices: choices.collect(),
        }
    }

    fn step(&self, step: &Step) -> StepReport {
        let technique = step.template.techniques.first();
        StepReport {
            id: step.template.key,
            title: step.fill(step.template.title, true),
            text: step.fill(step.template.text, true),
            command: step.template.command.map(|command| step.fill(command, false)),
            lines: step.lines.iter().map(|span| self.label(*span, "")).collect(),
            attack: technique.map(|technique| format!("{} {}", technique.id, technique.name)),
        }
    }
}

/// The lines of a span of a text.
fn range(text: &str, lines: &LineIndex, span: Span) -> Range {
    let start = lines.position(text, span.start);
    // A span that ends behind a line break ends with that line for a reader.
    let written = text.get(span.range()).unwrap_or("");
    let trimmed = written.trim_end_matches(['\n', '\r', ' ', '\t']).len();
    let end = if trimmed == 0 { span.start } else { span.start + u32::try_from(trimmed).unwrap_or(0) };
    let end = lines.position(text, end);
    Range { line: start.line, column: start.column, end_line: end.line, end_column: end.column, file: None }
}

fn confidence(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Declared => "declared",
        Confidence::Implied => "implied",
        Confidence::Possible => "possible",
    }
}

fn origin<T>(fact: &Fact<T>) -> &'static str {
    match fact.origin {
        Origin::File => "file",
        Origin::Assumed => "assumed",
        Origin::You => "you",
    }
}

/// `can` says whether the text can be rewritten for a builder.
fn alternative(
    format: &str,
    one: &Alternative,
    rank: u32,
    can: &dyn Fn(Builder) -> bool,
) -> AlternativeReport {
    let builder = match one.kind {
        Kind::Builder(builder) => Some(builder),
        _ => None,
    };
    let advice = one.advice.iter().map(|advice| advised(advice));
    AlternativeReport {
        kind: one.kind.id(),
        builder: builder.map(|builder| builder.id()),
        title: one.title.clone(),
        rank,
        verdict: one.fit.id(),
        why: one.why.clone(),
        blockers: one.blockers.iter().map(blocker).collect(),
        requires: one.requires.iter().map(|requirement| required(requirement)).chain(advice).collect(),
        after: AfterReport { approach: one.after.0.id(), risk: one.after.1.id() },
        rewrite: match one.kind {
            // A machine that ends with the job has nothing to contain.
            Kind::Contain => rewrite::contain::can(format) && one.after.0 != Approach::VmDaemon,
            _ => builder.is_some_and(can),
        },
    }
}

fn blocker(blocker: &Blocker) -> BlockerReport {
    BlockerReport { need: blocker.need.id(), message: blocker.message.clone(), fatal: blocker.fatal }
}

pub(crate) fn required(requirement: &Requirement) -> RequirementReport {
    RequirementReport {
        text: format!("{}: {}", requirement.platform.title(), requirement.text),
        file: requirement.setting.as_ref().map(|setting| setting.file),
        snippet: requirement.setting.as_ref().map(|setting| setting.snippet),
        error: requirement.error_without,
    }
}

pub(crate) fn advised(advice: &Containment) -> RequirementReport {
    RequirementReport {
        text: format!("{}. {}", advice.title, advice.text),
        file: advice.setting.as_ref().map(|setting| setting.file),
        snippet: advice.setting.as_ref().map(|setting| setting.snippet),
        error: None,
    }
}
