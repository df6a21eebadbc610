//! The rules. Adding one is a file here, a `mod` line and a line in [`RULES`].

use crate::rule::{Finding, Rule, Scene, Sink};

/// Every rule, in the order of the documentation.
pub static RULES: &[&Rule] = &[];

/// What the rules find in one job.
pub fn check(scene: &Scene<'_>, job: usize, findings: &mut Vec<Finding>) {
    for rule in RULES {
        (rule.check)(scene, &mut Sink { rule, job, host: scene.host, findings });
    }
}

/// The rule of this id.
pub fn by_id(id: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.id == id)
}
