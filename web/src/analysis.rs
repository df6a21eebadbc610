//! The one place where the page calls the analysis.

use daemonless_core::rewrite::contain;
use daemonless_core::rewrite::ready::{self, WAYS};
use daemonless_core::{Context, analyze};

use crate::state::{Outcome, Source};

/// What is to be said of a text: the report, and what it can be rewritten for, best first: builders, and its own daemon
/// contained.
pub fn run(source: &Source, context: &Context) -> Option<Outcome> {
    let report = analyze(&[source.file()], context).files.into_iter().next()?;
    // Jobs rank their own ways; here the best rank that a builder has anywhere counts.
    let mut builders: Vec<(u32, &'static str)> = Vec::new();
    for way in report.jobs.iter().flat_map(|job| job.alternatives.iter()).filter(|way| way.rewrite) {
        let contained = (way.kind == contain::ID).then_some(contain::ID);
        let Some(builder) = way.builder.or(contained) else { continue };
        match builders.iter_mut().find(|(_, known)| *known == builder) {
            Some((rank, _)) => *rank = way.rank.min(*rank),
            None => builders.push((way.rank, builder)),
        }
    }
    builders.sort_unstable();
    let builders = match report.format {
        // A Dockerfile gets a job for each CI.
        ready::FORMAT if !report.jobs.is_empty() => WAYS.iter().map(|way| way.id).collect(),
        _ => builders.into_iter().map(|(_, builder)| builder).collect(),
    };
    Some(Outcome { source: source.clone(), context: context.clone(), report, builders })
}
