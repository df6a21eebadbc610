//! What a pipeline includes of its own repository: the texts are read as one, those that are included first, as what the
//! including file says holds over them.

use super::FORMAT;
use crate::files::Files;
use crate::format;
use crate::map::Set;
use crate::source::{FileId, Span, Text};
use crate::syntax::yaml::{self, NodeId, Tree};

/// GitLab itself takes this many in all.
const MOST_FILES: usize = 150;

/// Bytes that are read in all besides the pipeline's own text.
const MOST_BYTES: usize = 8 << 20;

/// The text of the file `id` behind all that it includes, each as a document; `None` where it includes nothing that is
/// there.
pub(super) fn composed(files: &Files<'_>, id: FileId, own: &Tree<'_>) -> Option<Text> {
    let mut found = Found { files, seen: Set::new(), order: Vec::new(), bytes: 0 };
    found.seen.insert(id);
    if own.file() == id {
        found.of(own, id);
    } else {
        found.of(&yaml::parse(id, &files.file(id)?.text), id);
    }
    if found.order.is_empty() {
        return None;
    }
    let mut text = Text::default();
    for one in found.order.into_iter().chain([id]) {
        let file = files.file(one)?;
        // A document of its own: what is open at the end of a text does not go on in the next.
        text.push_replaced("\n---\n", Span::new(one, 0..0));
        text.push_verbatim(one, 0, &file.text);
    }
    Some(text)
}

/// The pipeline that a file is part of: the one that includes it, directly or not, or itself.
pub(super) fn root(files: &Files<'_>, id: FileId) -> FileId {
    let includes = || {
        let ids = (0..files.all().len()).map(FileId::of);
        let named = ids.filter_map(|id| {
            let file = files.file(id).filter(|file| file.text.contains("include"))?;
            format::detect(file).format.filter(|format| format.id == FORMAT.id)?;
            let tree = yaml::parse(id, &file.text);
            let lists = tree.roots.iter().filter_map(|root| tree.get(*root, "include"));
            Some((id, lists.flat_map(|node| paths(&tree, node)).map(str::to_owned).collect()))
        });
        named.collect::<Vec<_>>()
    };
    let mut seen = Set::new();
    let mut root = id;
    for _ in 0..MOST_FILES {
        if files.all().len() < 2 || !seen.insert(root) {
            break;
        }
        match files.parent(root, includes) {
            Some(parent) => root = parent,
            None => return root,
        }
    }
    id
}

struct Found<'a> {
    files: &'a Files<'a>,
    seen: Set<FileId>,
    order: Vec<FileId>,
    bytes: usize,
}

impl Found<'_> {
    /// Takes up what a text includes, what that includes before it.
    fn of(&mut self, tree: &Tree<'_>, from: FileId) {
        // Each text is looked at when all that it includes has been: a stack, as they can include each other in a row.
        let mut todo: Vec<(FileId, bool)> = self.named(tree, from);
        while let Some((id, is_read)) = todo.pop() {
            if is_read {
                self.order.push(id);
                continue;
            }
            let Some(file) = self.files.file(id) else { continue };
            if self.seen_all() || !self.seen.insert(id) {
                continue;
            }
            self.bytes = self.bytes.saturating_add(file.text.len());
            todo.push((id, true));
            todo.extend(self.named(&yaml::parse(id, &file.text), id));
        }
    }

    fn seen_all(&self) -> bool {
        self.order.len() >= MOST_FILES || self.bytes > MOST_BYTES
    }

    /// The files that a text includes by name, the last one first.
    fn named(&self, tree: &Tree<'_>, from: FileId) -> Vec<(FileId, bool)> {
        let lists = tree.roots.iter().filter_map(|root| tree.get(*root, "include"));
        let named = lists.flat_map(|node| paths(tree, node)).take(MOST_FILES);
        let found = named.flat_map(|path| self.files.find_all(from, path));
        let mut found: Vec<_> = found.map(|id| (id, false)).collect();
        found.reverse();
        found
    }
}

/// The paths in the repository that an `include` names: a text, a mapping with `local`, or a list of those.
pub(super) fn paths<'t>(tree: &'t Tree<'_>, node: NodeId) -> Vec<&'t str> {
    let local = |node: NodeId| match tree.is_mapping(node) {
        true => tree.get(node, "local").and_then(|path| tree.str(path)),
        false => tree.str(node).filter(|path| !path.contains("://")),
    };
    match tree.is_sequence(node) {
        true => tree.items(node).iter().filter_map(|item| local(*item)).collect(),
        false => local(node).into_iter().collect(),
    }
}
