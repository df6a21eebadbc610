//! The files that are given together, read when one of them names another.

use std::cell::OnceCell;

use super::cursor::{Budget, Cursor};
use crate::File;
use crate::given::clean;
use crate::source::FileId;
use crate::syntax::yaml::{self, Tree};

/// All files of an analysis, each parsed once at most.
pub(super) struct Library<'f> {
    files: &'f [File],
    trees: Vec<OnceCell<Tree<'f>>>,
    budget: Budget,
}

impl<'f> Library<'f> {
    pub(super) fn new(files: &'f [File]) -> Self {
        let trees = files.iter().map(|_| OnceCell::new()).collect();
        Self { files, trees, budget: Budget::new() }
    }

    /// The tree of a file.
    pub(super) fn tree(&self, id: FileId) -> Option<&Tree<'f>> {
        let file = self.files.get(id.0 as usize)?;
        Some(self.trees.get(id.0 as usize)?.get_or_init(|| yaml::parse(id, &file.text)))
    }

    /// The root of each document of a file.
    pub(super) fn roots(&self, id: FileId) -> impl Iterator<Item = Cursor<'_>> {
        self.tree(id).into_iter().flat_map(|tree| Cursor::roots(tree, &self.budget))
    }

    /// The file that `path` names in the file `from`: beside that one, or from the root of the repository if it begins
    /// with `/`.
    pub(super) fn find(&self, from: FileId, path: &str) -> Option<FileId> {
        let own = &self.files.get(from.0 as usize)?.path;
        let folder = own.rfind('/').map_or("", |end| own.get(..=end).unwrap_or(""));
        let at = match path.strip_prefix('/') {
            Some(from_root) => {
                let path = clean(from_root);
                let below_root =
                    |known: &str| known.strip_suffix(&path).is_some_and(|root| own.starts_with(root));
                self.files.iter().position(|file| below_root(&clean(&file.path)))
            }
            None => {
                let path = clean(&[folder, path].concat());
                self.files.iter().position(|file| clean(&file.path) == path)
            }
        };
        at.filter(|at| *at != from.0 as usize).and_then(|at| u32::try_from(at).ok()).map(FileId)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_found_by_path() {
        #[track_caller]
        fn check(path: &str, expected: Option<u32>) {
            let file = |path: &str| File { path: path.to_owned(), ..File::default() };
            let files = [file("/r/ci/a.yml"), file("/r/ci/b.yml"), file("/r/c.yml")];
            let found = Library::new(&files).find(FileId(0), path);
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
