//! The one place where the page calls the analysis.

use daemonless_core::{Context, analyze, rewrite};

use crate::state::{Outcome, Source};

/// What is to be said of a text: the report, and the text rewritten for each builder that can be, best first.
pub fn run(source: &Source, context: &Context) -> Option<Outcome> {
    let files = [source.file()];
    let report = analyze(&files, context).files.into_iter().next()?;
    let mut builders: Vec<_> = report
        .jobs
        .iter()
        .flat_map(|job| job.alternatives.iter())
        .filter(|alternative| alternative.rewrite)
        .filter_map(|alternative| Some((alternative.rank, alternative.builder?)))
        .collect();
    builders.sort_unstable();
    let mut seen = Vec::new();
    builders.retain(|(_, builder)| {
        !seen.contains(builder) && {
            seen.push(*builder);
            true
        }
    });
    let rewrites = builders.iter().filter_map(|(_, builder)| rewrite(&files, context, 0, builder)).collect();
    Some(Outcome { source: source.clone(), report, rewrites })
}
