//! The one place where the page calls the analysis.

use daemonless_core::{Context, analyze, rewrite};

use crate::state::{Outcome, Source};

/// What is to be said of a text: the report, and the text rewritten for each builder that can be, best first.
pub fn run(source: &Source, context: &Context) -> Option<Outcome> {
    let files = [source.file()];
    let report = analyze(&files, context).files.into_iter().next()?;
    // Jobs rank their own ways; here the best rank that a builder has anywhere counts.
    let mut builders: Vec<(u32, &str)> = Vec::new();
    for way in report.jobs.iter().flat_map(|job| job.alternatives.iter()).filter(|way| way.rewrite) {
        let Some(builder) = way.builder else { continue };
        match builders.iter_mut().find(|(_, known)| *known == builder) {
            Some((rank, _)) => *rank = way.rank.min(*rank),
            None => builders.push((way.rank, builder)),
        }
    }
    builders.sort_unstable();
    let rewrites = builders.iter().filter_map(|(_, builder)| rewrite(&files, context, 0, builder)).collect();
    Some(Outcome { source: source.clone(), report, rewrites })
}
