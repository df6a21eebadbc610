//! The texts of one call, and how they find each other.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

use crate::File;
use crate::map::{Map, Set};
use crate::model::Need;
use crate::order;
use crate::source::FileId;

/// Paths that are told to be missing; more would be a text made to name many.
const MOST_MISSING: usize = 200;

/// Paths are compared with patterns this often.
const MOST_COMPARISONS: usize = 5_000_000;

/// Files include each other this deep; GitLab allows a hundred levels.
const DEEPEST: usize = 100;

/// What stands behind the last `/` of a path: the name of a file or a program. It is asked of every command, so it looks at bytes;
/// splitting took a seventh of the time of a script of short commands.
pub fn file_name(path: &str) -> &str {
    let start = path.bytes().rposition(|byte| byte == b'/').map_or(0, |slash| slash + 1);
    path.get(start..).unwrap_or(path)
}

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
    /// What Dockerfiles ask of a builder: many jobs may build the same one.
    needs: RefCell<Map<FileId, Rc<[Need]>>>,
    /// How often paths may still be compared with patterns.
    comparisons: Cell<usize>,
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
            needs: RefCell::default(),
            comparisons: Cell::new(MOST_COMPARISONS),
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

    /// The texts that the file `from` calls by a path or, where it has a `*`, by a pattern, in the order of their paths. A
    /// pattern is noted as well: there may be more of what it names.
    pub fn find_all(&self, from: FileId, path: &str) -> Vec<FileId> {
        if !path.contains('*') {
            return self.find(from, path).into_iter().collect();
        }
        let mut found = Vec::new();
        for pattern in self.inside(from, &[path]) {
            found.extend(self.matching(&pattern).into_iter().filter(|id| *id != from));
            self.note_one(pattern);
        }
        found
    }

    /// The texts whose paths fit a pattern, in the order of their paths.
    fn matching(&self, pattern: &str) -> Vec<FileId> {
        // Patterns of many files would be compared with the paths of many.
        let left = self.comparisons.get().saturating_sub(self.all.len());
        self.comparisons.set(left);
        let fits = |(path, _): &(&String, &FileId)| left > 0 && is_match(pattern, path);
        let mut found: Vec<_> =
            self.by_path.iter().filter(fits).map(|(path, id)| (path.as_str(), *id)).collect();
        order::sort_by(&mut found, Ord::cmp);
        found.into_iter().map(|(_, id)| id).collect()
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
        paths.into_iter().filter(|path| !path.contains('*')).for_each(|path| self.note_one(path));
    }

    fn note_one(&self, path: String) {
        let (mut missing, mut known) = (self.missing.borrow_mut(), self.known_missing.borrow_mut());
        let is_plain = !path.contains(['$', '{', '\n']);
        if is_plain && missing.len() < MOST_MISSING && known.insert(path.clone()) {
            missing.push(path);
        }
    }

    /// What a Dockerfile asks of a builder, which `find` tells once.
    pub(crate) fn needs(&self, id: FileId, find: impl FnOnce() -> Vec<Need>) -> Rc<[Need]> {
        if let Some(known) = self.needs.borrow().get(&id) {
            return Rc::clone(known);
        }
        let found: Rc<[Need]> = find().into();
        self.needs.borrow_mut().insert(id, Rc::clone(&found));
        found
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
                    let children = match path.contains('*') {
                        true => self.matching(&path),
                        false => self.by_path.get(&path).copied().into_iter().collect(),
                    };
                    for child in children.into_iter().filter(|child| *child != parent) {
                        parents.get_or_insert_with(child, || parent);
                    }
                }
            }
            parents
        });
        parents.get(&id).copied()
    }

    /// Paths that files of the call refer to and that are not there, and patterns by which they refer to files, in the order
    /// in which they were met.
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

/// What follows a `*` or `**` in a pattern, and up to where it has taken the path.
type Star = Option<(usize, usize)>;

/// Whether a path fits a pattern in which `*` stands for a part of a name, `**` for any part of the path and `**/` for any
/// folders or none.
pub fn is_match(pattern: &str, path: &str) -> bool {
    let (pattern, path) = (pattern.as_bytes(), path.as_bytes());
    let (mut at, mut next) = (0, 0);
    let (mut star, mut deep): (Star, Star) = (None, None);
    loop {
        let rest = pattern.get(at..).unwrap_or_default();
        if rest.starts_with(b"**") {
            at += if rest.starts_with(b"**/") { 3 } else { 2 };
            (star, deep) = (None, Some((at, next)));
        } else if rest.starts_with(b"*") {
            at += 1;
            star = Some((at, next));
        } else if next == path.len() && rest.is_empty() {
            return true;
        } else if next < path.len() && rest.first() == path.get(next) {
            (at, next) = (at + 1, next + 1);
        } else if let Some((after, taken)) =
            star.filter(|(_, taken)| !matches!(path.get(*taken), None | Some(b'/')))
        {
            star = Some((after, taken + 1));
            (at, next) = (after, taken + 1);
        } else if let Some((after, taken)) = deep.filter(|(_, taken)| *taken < path.len()) {
            let mut taken = taken + 1;
            // Whole folders.
            while pattern.get(after.wrapping_sub(1)) == Some(&b'/')
                && taken < path.len()
                && path.get(taken - 1) != Some(&b'/')
            {
                taken += 1;
            }
            (star, deep) = (None, Some((after, taken)));
            (at, next) = (after, taken);
        } else {
            return false;
        }
    }
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
    let has_variable = path.contains('$');
    let is_clean = |part: &str| !matches!(part, "" | "." | "..");
    if !has_variable && path.split('/').all(is_clean) {
        return path.to_owned();
    }
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
    fn patterns_fit_paths() {
        #[track_caller]
        fn check(pattern: &str, path: &str, expected: bool) {
            assert_eq!(is_match(pattern, path), expected, "{pattern} {path}");
        }
        check("ci/*.yml", "ci/a.yml", true);
        check("ci/*.yml", "ci/a/b.yml", false);
        check("ci/*.yml", "ci/a.yaml", false);
        check("ci/**.yml", "ci/a/b.yml", true);
        check("ci/**/*.yml", "ci/a.yml", true);
        check("ci/**/*.yml", "ci/a/b/c.yml", true);
        check("ci/**/b.yml", "ci/a/ab.yml", false);
        check("ci/**/b.yml", "ci/a/b/b.yml", true);
        check("*a*b*", "xaxbx", true);
        check("*a*b", "xbxa", false);
        check("**", "a/b", true);
        check("", "", true);
        check("a", "", false);
        check(&"*a".repeat(50), &"a".repeat(49), false);
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
