//! Dockerfiles that are given together with a pipeline: what those that its jobs build ask of a builder.

use crate::File;
use crate::engine::Invocation;
use crate::format::{self, dockerfile};
use crate::model::{Job, Value};
use crate::source::FileId;

/// Adds the needs of the Dockerfiles among `files` that the jobs of the file `index` build, each at the build's place.
pub(crate) fn needs(files: &[File], index: usize, jobs: &mut [Job]) {
    let builds = jobs.iter().any(|job| job.invocations.iter().any(Invocation::builds));
    if files.len() < 2 || !builds {
        return;
    }
    let Some(root) = files.get(index).map(|file| root(&file.path)) else { return };
    let others = files.iter().enumerate().filter(|(at, _)| *at != index);
    let given: Vec<(usize, String)> = others
        .filter(|(_, file)| format::detect(file).format.is_some_and(|format| format.id == dockerfile::ID))
        .map(|(at, file)| (at, clean(&file.path)))
        .collect();
    for job in jobs {
        let mut found = Vec::new();
        for invocation in job.invocations.iter().filter(|one| one.builds()) {
            for path in paths(invocation) {
                let path = clean(&format!("{root}{path}"));
                let Some((at, _)) = given.iter().find(|(_, given)| *given == path) else { continue };
                let id = FileId(u32::try_from(*at).unwrap_or(u32::MAX));
                let asked = dockerfile::needs(files, id);
                found.extend(asked.into_iter().map(|need| (need, invocation.head)));
            }
        }
        job.needs.extend(found);
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

/// Folders that services keep their pipelines in, below the one that jobs run in.
static FOLDERS: &[&str] =
    &[".github/", ".gitlab/", ".circleci/", ".azure-pipelines/", ".azuredevops/", ".ado/"];

/// The folder that jobs run in: that of the pipeline's file, or the one above the folders that a service keeps it in.
fn root(path: &str) -> String {
    let folder = path.rfind('/').map_or("", |end| path.get(..=end).unwrap_or(""));
    let kept = FOLDERS.iter().find_map(|kept| folder.find(kept));
    folder.get(..kept.unwrap_or(folder.len())).unwrap_or("").to_owned()
}

/// A path without `.`, `..`, doubled slashes and the variable for the checkout.
pub(crate) fn clean(path: &str) -> String {
    let path = [
        "$CI_PROJECT_DIR/",
        "${CI_PROJECT_DIR}/",
        "$GITHUB_WORKSPACE/",
        "${{ github.workspace }}/",
        "$(Build.SourcesDirectory)/",
    ]
    .iter()
    .fold(path.to_owned(), |path, name| path.replace(name, ""));
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "." => {}
            "" if !parts.is_empty() => {}
            ".." if parts.last().is_some_and(|last| !matches!(*last, "" | "..")) => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_compared_clean() {
        #[track_caller]
        fn check(path: &str, expected: &str) {
            assert_eq!(clean(path), expected, "{path}");
        }
        check("./Dockerfile", "Dockerfile");
        check("a/./b//c/../Dockerfile", "a/b/Dockerfile");
        check("/srv/a/../Dockerfile", "/srv/Dockerfile");
        check("../Dockerfile", "../Dockerfile");
        check("a/$CI_PROJECT_DIR/app/Dockerfile", "a/app/Dockerfile");
    }

    #[test]
    fn jobs_run_above_the_folders_of_services() {
        assert_eq!(root("a/.github/workflows/b.yml"), "a/");
        assert_eq!(root(".gitlab/ci/b.yml"), "");
        assert_eq!(root("/srv/.gitlab-ci.yml"), "/srv/");
    }
}
