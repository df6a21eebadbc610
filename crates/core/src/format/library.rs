//! The files that are given together, read when one of them names another.

use std::cell::OnceCell;

use super::cursor::{Budget, Cursor};
use crate::files::Files;
use crate::source::FileId;
use crate::syntax::yaml::{self, Tree};

/// All files of an analysis, each parsed once at most.
pub(super) struct Library<'f> {
    files: &'f Files<'f>,
    trees: Vec<OnceCell<Tree<'f>>>,
    budget: Budget,
}

impl<'f> Library<'f> {
    pub(super) fn new(files: &'f Files<'f>) -> Self {
        let trees = files.all().iter().map(|_| OnceCell::new()).collect();
        Self { files, trees, budget: Budget::new() }
    }

    /// The tree of a file.
    pub(super) fn tree(&self, id: FileId) -> Option<&Tree<'f>> {
        let file = self.files.file(id)?;
        Some(self.trees.get(id.0 as usize)?.get_or_init(|| yaml::parse(id, &file.text)))
    }

    /// The root of each document of a file.
    pub(super) fn roots(&self, id: FileId) -> impl Iterator<Item = Cursor<'_>> {
        self.tree(id).into_iter().flat_map(|tree| Cursor::roots(tree, &self.budget))
    }

    /// The file that `path` names in the file `from`.
    pub(super) fn find(&self, from: FileId, path: &str) -> Option<FileId> {
        self.files.beside(from, path)
    }
}
