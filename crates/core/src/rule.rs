//! What a rule is, what it is given, and where it reports.

use daemonless_catalog::{Host, Power, Risk, risk};

use crate::access::Access;
use crate::model::{Confidence, Job};
use crate::source::Span;

/// A fault that is looked for, declared in one file with its documentation.
#[derive(Debug)]
pub struct Rule {
    /// Kebab-case and stable; named for the fault.
    pub id: &'static str,
    /// One line without a full stop.
    pub summary: &'static str,
    /// Empty without the feature `docs`. Markdown from the declaration's doc comment: what it reports, `## Why`, `## Bad`, `## Good`, `## What to do`.
    pub docs: &'static str,
    /// File that declares it, from the repository's root.
    pub file: &'static str,
    pub check: fn(&Scene<'_>, &mut Sink<'_>),
}

/// Declares a rule: doc comment, id, summary, check.
macro_rules! declare_rule {
    ($(#[doc = $doc:expr])+ $id:literal, $summary:literal, $check:path $(,)?) => {
        $(#[doc = $doc])+
        pub(super) static RULE: crate::rule::Rule = crate::rule::Rule {
            id: $id,
            summary: $summary,
            docs: if cfg!(feature = "docs") { concat!($($doc, "\n",)+) } else { "" },
            file: file!(),
            check: $check,
        };
    };
}
pub(crate) use declare_rule;

/// What a rule looks at: one job, as the model has it.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// Id of the file's format. Few rules need it: what a format means by its keys is in the model already.
    pub format: &'static str,
    pub job: &'a Job,
    /// How the job reaches engines, worst first.
    pub accesses: &'a [Access],
    /// Where it runs, the person's correction included.
    pub host: Host,
    /// Whether strangers can put a step into it, and by which triggers.
    pub strangers: Option<&'a [Span]>,
}

impl Scene<'_> {
    /// Whether the job starts from an engine of its own, which lives in a container beside it or in it.
    pub fn has_own_engine(&self) -> bool {
        use daemonless_catalog::Approach::{NestedDaemon, RootlessDaemon};
        self.accesses.iter().any(|access| matches!(access.approach, NestedDaemon | RootlessDaemon))
    }
}

/// One rule's report at one line of evidence.
#[derive(Clone, Debug)]
pub struct Finding {
    pub rule: &'static Rule,
    pub span: Span,
    pub severity: Risk,
    pub confidence: Confidence,
    /// Starts with a capital letter and ends with a full stop: what is wrong here, why it matters, what to do.
    pub message: String,
    /// Other places that belong to it.
    pub labels: Vec<(Span, String)>,
    /// Indices of the jobs that it concerns.
    pub jobs: Vec<usize>,
}

impl Finding {
    /// Adds a place that belongs to it.
    pub fn label(&mut self, span: Span, message: impl Into<String>) -> &mut Self {
        self.labels.push((span, message.into()));
        self
    }

    pub fn confidence(&mut self, confidence: Confidence) -> &mut Self {
        self.confidence = confidence;
        self
    }
}

/// Takes the findings of one rule on one job, so that none can carry another's name.
#[derive(Debug)]
pub struct Sink<'a> {
    pub(crate) rule: &'static Rule,
    pub(crate) job: usize,
    pub(crate) host: Host,
    pub(crate) findings: &'a mut Vec<Finding>,
}

impl Sink<'_> {
    /// Reports a line that gives a step this power; the severity follows from where the job runs.
    pub fn report(&mut self, span: Span, power: Power, message: impl Into<String>) -> &mut Finding {
        self.report_as(span, risk(power, self.host, false), message)
    }

    /// Reports a line whose severity does not depend on the machine.
    pub fn report_as(&mut self, span: Span, severity: Risk, message: impl Into<String>) -> &mut Finding {
        self.findings.push(Finding {
            rule: self.rule,
            span,
            severity: severity.max(Risk::Low),
            confidence: Confidence::Declared,
            message: message.into(),
            labels: Vec::new(),
            jobs: vec![self.job],
        });
        let last = self.findings.len() - 1;
        &mut self.findings[last]
    }
}
