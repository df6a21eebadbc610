//! Files that are given together with a pipeline: what the Dockerfiles that its jobs build ask of a builder, and what the
//! runner's configuration gives to its jobs.

#[cfg(feature = "formats")]
pub(crate) mod runner;

use crate::engine::Invocation;
use crate::files::Files;
use crate::format::{self, dockerfile};
use crate::model::{Job, Need, Value};
use crate::source::FileId;

/// Adds the needs of the Dockerfiles that the jobs of the file `id` build, each at the build's place.
pub(crate) fn needs(files: &Files<'_>, id: FileId, jobs: &mut [Job]) {
    for job in jobs {
        let mut found = Vec::new();
        for invocation in job.invocations.iter().filter(|one| one.builds()) {
            let paths = paths(invocation);
            let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
            let Some(given) = files.find_any(id, &paths) else { continue };
            let asked = files.needs(given, || asked(files, given));
            found.extend(asked.iter().map(|need| (*need, invocation.head)));
        }
        job.needs.extend(found);
    }
}

/// What a Dockerfile asks of a builder; nothing if the file is none.
fn asked(files: &Files<'_>, id: FileId) -> Vec<Need> {
    let is_dockerfile = |file| format::detect(file).format.is_some_and(|format| format.id == dockerfile::ID);
    match files.file(id).is_some_and(is_dockerfile) {
        true => dockerfile::needs(files, id),
        false => Vec::new(),
    }
}

/// Where the file of a build may lie, from where the command runs.
fn paths(invocation: &Invocation) -> Vec<String> {
    let named = invocation.values("file").chain(invocation.values("dockerfile")).last();
    if let Some(file) = named {
        return vec![file.as_str().to_owned()];
    }
    let context = invocation.values("context").last().or_else(|| invocation.args.last());
    let context = context.map_or(".", Value::as_str).trim_end_matches('/');
    ["Dockerfile", "Containerfile"].iter().map(|name| format!("{context}/{name}")).collect()
}
