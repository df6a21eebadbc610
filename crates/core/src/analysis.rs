//! One file from text to findings and verdicts: detect, lower, resolve engines, find accesses, judge, check rules.

use crate::map::Map;
use crate::order;

use daemonless_catalog::Risk;

use crate::Context;
use crate::access;
use crate::engine;
use crate::files::Files;
use crate::format::{self, Detected};
use crate::given;
use crate::model::{Confidence, Reach, SyntaxError, Unit};
use crate::needs::{self, Needs};
use crate::rule::{Finding, Scene};
use crate::rules;
use crate::source::{FileId, Span};
use crate::verdict::{self, Verdict};

/// What is known of one file.
#[derive(Debug)]
pub struct Analysis {
    pub detected: Detected,
    pub unit: Unit,
    /// One for each job of the unit.
    pub verdicts: Vec<Verdict>,
    pub needs: Vec<Needs>,
    /// In the order of the text.
    pub findings: Vec<Finding>,
}

/// Analyzes the file of this index; the others are there for context.
pub fn analyze(files: &Files<'_>, index: usize, context: &Context) -> Analysis {
    let id = FileId::of(index);
    let file = files.file(id);
    let detected = file.map_or(Detected { format: None, certain: true }, format::detect);
    let mut unit = detected.format.map(|format| (format.lower)(files, id)).unwrap_or_default();
    let length = file.map_or(0, |file| file.text.len());
    limit(&mut unit, FREE_JOBS + length / BYTES_OF_JOB);
    #[cfg(feature = "formats")]
    given::runner::apply(files, detected.format.map_or("", |format| format.id), &mut unit.jobs);
    for job in &mut unit.jobs {
        engine::resolve(job);
    }
    given::needs(files, id, &mut unit.jobs);
    let mut verdicts = Vec::with_capacity(unit.jobs.len());
    let mut findings = Vec::new();
    let names = access::Names::new(&unit.jobs);
    for (at, job) in unit.jobs.iter().enumerate() {
        let host = verdict::host(job, context);
        let reach = verdict::reach(&unit, job, context);
        let accesses = access::accesses(&names, job, host.what);
        let strangers = (reach.what == Reach::Strangers).then(|| {
            let told = job.reach.as_ref().or(unit.reach.as_ref());
            told.map_or(&[][..], |told| &told.spans)
        });
        let format = detected.format.map_or("unknown", |format| format.id);
        let scene = Scene { format, job, accesses: &accesses, host: host.what, strangers };
        rules::check(&scene, at, &mut findings);
        verdicts.push(verdict::verdict(job, accesses, host, reach));
    }
    let errors = unit.errors.iter().chain(unit.jobs.iter().flat_map(|job| &job.errors));
    findings.extend(errors.take(MOST_ERRORS).map(rules::syntax_error));
    let needs = unit.jobs.iter().map(needs::needs).collect();
    Analysis { detected, unit, verdicts, needs, findings: merged(findings) }
}

/// How many jobs a text of any length may have, and for how many of its bytes it may have one more. What is told of a job
/// takes hundreds of times the memory of the line that it may be written in.
const FREE_JOBS: usize = 5_000;
const BYTES_OF_JOB: usize = 512;

/// Leaves out the jobs beyond so many, and says from where on.
fn limit(unit: &mut Unit, most: usize) {
    if let Some(first) = unit.jobs.get(most) {
        let message = format!("there are more jobs here than are read of one file: {most}");
        unit.errors.push(SyntaxError { span: first.name_span, message });
        unit.jobs.truncate(most);
        unit.jobs.shrink_to_fit();
    }
}

/// A text that is broken in more places than this is broken as a whole.
const MOST_ERRORS: usize = 100;

/// One finding for each rule and place, with all jobs that share it, in the order of the text.
fn merged(findings: Vec<Finding>) -> Vec<Finding> {
    let mut out: Vec<Finding> = Vec::new();
    let mut at: Map<(&'static str, Span, bool), usize> = Map::new();
    for finding in findings {
        let key = (finding.rule.id, finding.span, finding.confidence == Confidence::Possible);
        match at.get(&key).and_then(|index| out.get_mut(*index)) {
            Some(known) => {
                known.jobs.extend(finding.jobs);
                known.jobs.dedup();
                if finding.severity > known.severity {
                    known.severity = finding.severity;
                    known.message = finding.message;
                }
                known.confidence = known.confidence.max(finding.confidence);
            }
            None => {
                at.insert(key, out.len());
                out.push(finding);
            }
        }
    }
    order::sort_by_key(&mut out, |finding| (finding.span.start, finding.span.end, finding.rule.id));
    out
}

impl Analysis {
    /// The risk of the worst job.
    pub fn risk(&self) -> Risk {
        self.verdicts.iter().map(|verdict| verdict.risk).max().unwrap_or(Risk::None)
    }
}
