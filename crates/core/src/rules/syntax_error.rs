//! What cannot be read.

use daemonless_catalog::Risk;

use crate::model::{Confidence, SyntaxError};
use crate::rule::{Finding, Scene, Sink, declare_rule};

declare_rule! {
    /// Reports where a text cannot be read. What comes before and after the place is still checked.
    ///
    /// ## Why
    ///
    /// What is not read is not checked, so a clean report of such a file says less than it seems to. The program that the
    /// file is for will most likely refuse it, or read something else than was meant: of two keys with the same name, one
    /// parser takes the first and another the last.
    ///
    /// It does not change the file's risk.
    ///
    /// ## Bad
    ///
    /// ```gitlab-ci
    /// build:
    ///   script: [make
    /// ```
    ///
    /// ```docker-compose
    /// services:
    ///   web:
    ///     image: "nginx:1.29
    /// ```
    ///
    /// ## Good
    ///
    /// ```gitlab-ci
    /// build:
    ///   script: [make]
    /// ```
    ///
    /// ```docker-compose
    /// services:
    ///   web:
    ///     image: "nginx:1.29"
    /// ```
    ///
    /// ## What to do
    ///
    /// Mend the place that is named. Tabs cannot indent YAML; a value that holds `: ` or ` #` has to be quoted.
    ///
    /// ## Sources
    ///
    /// - <https://yaml.org/spec/1.2.2/>
    /// - <https://docs.docker.com/reference/dockerfile/>
    "syntax-error", "The text cannot be read from here on", check,
}

/// Looks at no job: a text that cannot be read has none there. The reader tells; see [`finding`].
fn check(_: &Scene<'_>, _: &mut Sink<'_>) {}

/// What the reader tells, as a finding. It concerns the file, not a job.
pub(super) fn finding(error: &SyntaxError) -> Finding {
    let told = error.message.trim().trim_end_matches('.');
    let mut letters = if told.is_empty() { "the text can't be read here" } else { told }.chars();
    let first = letters.next().map_or(String::new(), |first| first.to_ascii_uppercase().to_string());
    Finding {
        rule: &RULE,
        span: error.span,
        severity: Risk::Medium,
        confidence: Confidence::Declared,
        message: format!("{first}{}. What comes before and after it is still checked.", letters.as_str()),
        labels: Vec::new(),
        jobs: Vec::new(),
    }
}
