//! The rules. Adding one is a file here, a `mod` line and a line in [`RULES`].

use daemonless_catalog::Risk;

use crate::model::SyntaxError;
use crate::rule::{Finding, Rule, Scene, Sink};

/// Every rule, in the order of the documentation.
pub static RULES: &[&Rule] = &[];

/// What the rules find in one job.
pub fn check(scene: &Scene<'_>, job: usize, findings: &mut Vec<Finding>) {
    for rule in RULES {
        (rule.check)(scene, &mut Sink { rule, job, host: scene.host, findings });
    }
}

/// The finding on a place where the text can't be read, by the rule that documents it.
pub fn syntax_error(error: &SyntaxError) -> Option<Finding> {
    let rule = by_id("syntax-error")?;
    let mut findings = Vec::new();
    let mut sink = Sink { rule, job: 0, host: daemonless_catalog::Host::Shared, findings: &mut findings };
    sink.report_as(error.span, Risk::Medium, sentence(&error.message)).jobs.clear();
    findings.pop()
}

/// A message as a sentence: a capital at its start and a full stop at its end.
fn sentence(message: &str) -> String {
    let mut chars = message.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    let rest = chars.as_str().trim_end_matches('.');
    format!("{first}{rest}.")
}

/// The rule of this id.
pub fn by_id(id: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.id == id)
}
