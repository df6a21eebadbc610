//! The texts of one call, and how they find each other.

use std::cell::{OnceCell, RefCell};

use crate::File;
use crate::map::{Map, Set};
use crate::source::FileId;

/// Paths that are told to be missing; more would be a text made to name many.
const MOST_MISSING: usize = 200;

/// Files include each other this deep; GitLab allows a hundred levels.
const DEEPEST: usize = 100;

/// All texts of a call, by their paths.
#[derive(Debug)]
pub struct Files<'a> {
    all: &'a [File],
    by_path: Map<String, FileId>,
    /// How many of them were read for what others say of them.
    read: usize,
    /// The runner's configuration among them.
    runner: OnceCell<Option<FileId>>,
    /// By a file, the first one that includes it.
    parents: OnceCell<Map<FileId, FileId>>,
    missing: RefCell<Vec<String>>,
    known_missing: RefCell<Set<String>>,
}

impl<'a> Files<'a> {
    /// The last `read` files are there for what others say of them, and nothing is reported on them.
    pub fn new(files: &'a [File], read: usize) -> Self {
        let ids = (0..).map(FileId);
        // Few calls have more than one, and that one is looked for by nobody.
        let named = if files.len() > 1 { files } else { &[] };
        Self {
            all: files,
            by_path: named.iter().zip(ids).map(|(file, id)| (clean(&file.path), id)).collect(),
            read,
            runner: OnceCell::new(),
            parents: OnceCell::new(),
            missing: RefCell::default(),
            known_missing: RefCell::default(),
        }
    }

    pub fn all(&self) -> &'a [File] {
        self.all
    }

    pub fn file(&self, id: FileId) -> Option<&'a File> {
        self.all.get(id.0 as usize)
    }

    /// Whether nothing is reported on this file itself.
    pub fn is_read(&self, id: FileId) -> bool {
        id.0 as usize >= self.all.len().saturating_sub(self.read)
    }

    /// The text that the file `from` calls `path`, seen from the folder that its jobs run in. One that is not there is
    /// noted; what lies outside of that folder is never looked for.
    pub fn find(&self, from: FileId, path: &str) -> Option<FileId> {
        self.find_any(from, &[path])
    }

    /// The first text that is there of those that a thing may be called by.
    pub fn find_any(&self, from: FileId, paths: &[&str]) -> Option<FileId> {
        let paths = self.inside(from, paths);
        let found = paths.iter().find_map(|path| self.by_path.get(path).copied());
        if found.is_none() {
            self.note(paths);
        }
        found
    }

    /// The text that the file `from` calls `path`: beside it, or from the root of its repository if that begins with `/`.
    pub fn beside(&self, from: FileId, path: &str) -> Option<FileId> {
        let own = &self.file(from)?.path;
        let folder = own.rfind('/').map_or("", |end| own.get(..=end).unwrap_or(""));
        let paths: Vec<String> = match path.strip_prefix('/') {
            // Each of the folders that it is in may be the root.
            Some(path) => {
                let roots = folder.match_indices('/').map(|(at, _)| folder.get(..=at).unwrap_or(""));
                roots.chain([""]).map(|root| clean(&[root, path].concat())).collect()
            }
            None => vec![clean(&[folder, path].concat())],
        };
        let paths: Vec<_> = paths.into_iter().filter(|path| !path.starts_with("..")).collect();
        let found = paths.iter().find_map(|path| self.by_path.get(path).copied());
        if found.is_none() {
            self.note(paths);
        }
        found.filter(|found| *found != from)
    }

    /// Paths as the files of the call have them.
    fn inside(&self, from: FileId, paths: &[&str]) -> Vec<String> {
        let root = self.file(self.home(from)).map_or(String::new(), |file| root(&file.path));
        let inside = |path: &&str| {
            let path = clean(path.trim_start_matches('/'));
            (!path.is_empty() && !path.starts_with("..")).then(|| clean(&format!("{root}{path}")))
        };
        paths.iter().filter_map(inside).collect()
    }

    /// The file whose jobs a file's are: the one that includes it, directly or not, where that is known, or itself.
    fn home(&self, id: FileId) -> FileId {
        let parent = |id: &FileId| self.parents.get()?.get(id).copied();
        // They may include each other in a circle.
        std::iter::successors(Some(id), parent).take(DEEPEST).last().unwrap_or(id)
    }

    fn note(&self, paths: Vec<String>) {
        let (mut missing, mut known) = (self.missing.borrow_mut(), self.known_missing.borrow_mut());
        for path in paths {
            let is_plain = !path.contains(['$', '*', '{', '\n']);
            if is_plain && missing.len() < MOST_MISSING && known.insert(path.clone()) {
                missing.push(path);
            }
        }
    }

    /// The first file that is a runner's configuration, which `is_one` tells.
    pub(crate) fn runner(&self, is_one: impl Fn(&File) -> bool) -> Option<FileId> {
        let find = || self.all.iter().position(is_one).map(FileId::of);
        *self.runner.get_or_init(find)
    }

    /// The file that includes this one, by what `find` says of all: a file, and what it includes by which path.
    pub(crate) fn parent(
        &self,
        id: FileId,
        find: impl FnOnce() -> Vec<(FileId, Vec<String>)>,
    ) -> Option<FileId> {
        let parents = self.parents.get_or_init(|| {
            let mut parents = Map::new();
            for (parent, paths) in find() {
                let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
                for path in self.inside(parent, &paths) {
                    if let Some(child) = self.by_path.get(&path) {
                        parents.get_or_insert_with(*child, || parent);
                    }
                }
            }
            parents
        });
        parents.get(&id).copied()
    }

    /// Paths that files of the call refer to and that are not there, in the order in which they were met.
    pub fn into_missing(self) -> Vec<String> {
        self.missing.into_inner()
    }
}

/// Folders that services keep their pipelines in, below the one that jobs run in.
static FOLDERS: &[&str] =
    &[".github/", ".gitlab/", ".circleci/", ".azure-pipelines/", ".azuredevops/", ".ado/"];

/// The folder that jobs run in: that of the pipeline's file, or the one above the folders that a service keeps it in.
fn root(path: &str) -> String {
    let folder = path.rfind('/').map_or("", |end| path.get(..=end).unwrap_or(""));
    let kept = FOLDERS.iter().filter_map(|kept| folder.find(kept)).min();
    folder.get(..kept.unwrap_or(folder.len())).unwrap_or("").to_owned()
}

/// How pipelines call the folder that their repository is in.
static CHECKOUTS: &[&str] = &[
    "$CI_PROJECT_DIR/",
    "${CI_PROJECT_DIR}/",
    "$GITHUB_WORKSPACE/",
    "${{ github.workspace }}/",
    "$(Build.SourcesDirectory)/",
];

/// A path without `.`, `..`, doubled slashes and the variable for the checkout.
fn clean(path: &str) -> String {
    let path = CHECKOUTS.iter().fold(path.to_owned(), |path, name| path.replace(name, ""));
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

    #[test]
    fn files_find_each_other() {
        let file = |path: &str| File { path: path.into(), ..File::default() };
        let files = [file("/srv/a/.gitlab-ci.yml"), file("/srv/a/ci/build.yml"), file("/srv/x.yml")];
        let known = Files::new(&files, 0);
        let find = |path: &str| known.find(FileId(0), path).map(|id| id.0);
        assert_eq!((find("ci/build.yml"), find("/ci/../ci/build.yml")), (Some(1), Some(1)));
        assert_eq!((find("../x.yml"), find("b.yml"), find("c/$X.yml")), (None, None, None));
        assert_eq!(known.into_missing(), ["/srv/a/b.yml"]);
    }

    #[test]
    fn files_are_found_beside_each_other() {
        #[track_caller]
        fn check(path: &str, expected: Option<u32>) {
            let file = |path: &str| File { path: path.to_owned(), ..File::default() };
            let files = [file("/r/ci/a.yml"), file("/r/ci/b.yml"), file("/r/c.yml")];
            let found = Files::new(&files, 0).beside(FileId(0), path);
            assert_eq!(found, expected.map(FileId), "{path}");
        }
        check("b.yml", Some(1));
        check("./x/../b.yml", Some(1));
        check("../c.yml", Some(2));
        check("/ci/b.yml", Some(1));
        check("/c.yml", Some(2));
        check("a.yml", None);
        check("/b", None);
    }
}
