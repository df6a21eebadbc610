//! Events to nodes, and going on after an error.

use crate::map::{Map, Set};
use crate::order;
use std::cell::Cell;
use std::ops::Range;

use granit_parser::{Event, Options, Parser, ScalarStyle, Span as Written, StructureStyle, Tag};

use super::{BUDGET, Kind, Node, NodeId, Style, Tree};
use crate::model::SyntaxError;
use crate::source::{FileId, Span, Text};

/// Errors after which the rest is left unread: each may cost one pass over the rest.
const MOST_ERRORS: usize = 8;

/// Reads `text`; what could not be read is in the tree's `errors`, in the order of the text.
pub fn parse(file: FileId, text: &str) -> Tree<'_> {
    read(file, text, None)
}

/// Reads a text that stands in a file of another kind, or that was made of one; all places are the file's.
pub fn parse_text(text: &Text) -> Tree<'_> {
    read(text.span().file, text.as_str(), Some(text))
}

fn read<'t>(file: FileId, text: &'t str, map: Option<&'t Text>) -> Tree<'t> {
    let tree = Tree {
        file,
        text,
        map,
        nodes: Vec::new(),
        roots: Vec::new(),
        errors: Vec::new(),
        budget: Cell::new(BUDGET),
    };
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut reader = Reader { tree, anchors: Map::new(), open: Vec::new(), failures: 0, next: None };
    reader.region(start..text.len(), None);
    while let Some((region, depth)) = reader.resume() {
        reader.open.truncate(depth.map_or(0, |depth| depth + 1));
        reader.region(region, depth);
    }
    if let Some(map) = map {
        reader.tree.errors.iter_mut().for_each(|error| error.span = map.span_of(error.span.range()));
    }
    reader.repeated_keys();
    reader.tree.nodes.shrink_to_fit();
    let nodes = u32::try_from(reader.tree.nodes.len()).unwrap_or(u32::MAX);
    reader.tree.budget.set(BUDGET.saturating_add(nodes.saturating_mul(4)));
    order::sort_by_key(&mut reader.tree.errors, |error| error.span);
    reader.tree
}

/// A collection that has begun and not ended.
struct Open {
    node: NodeId,
    /// Characters before its first key or dash in its line; `None` in braces and brackets, where no line can go on.
    column: Option<usize>,
    key: Option<NodeId>,
}

struct Reader<'t> {
    tree: Tree<'t>,
    /// The latest node of each anchor name.
    anchors: Map<Box<str>, NodeId>,
    open: Vec<Open>,
    failures: usize,
    /// Where to look for a line to go on with.
    next: Option<usize>,
}

impl<'t> Reader<'t> {
    /// Reads the lines of `region`. Entries or items of its root go into the open collection at `depth`, if one is given.
    fn region(&mut self, region: Range<usize>, depth: Option<usize>) {
        let text: &'t str = self.tree.text;
        let Some(slice) = text.get(region.clone()) else { return };
        let mut options = Options::default();
        options.emit_unresolved_aliases = true;
        options.emit_anchor_events = true;
        let mut ids: Map<usize, NodeId> = Map::new();
        let base = self.open.len();
        let mut parser = Parser::new_from_str_with_options(slice, options);
        self.next = (region.end < text.len()).then_some(region.end);
        while let Some(next) = parser.next_event() {
            let (event, written) = match next {
                Ok(next) => next,
                Err(error) => {
                    let at = region.start + error.marker().byte_offset().unwrap_or(0).min(slice.len());
                    self.fail(at, error.info());
                    return;
                }
            };
            let range = written.byte_range().unwrap_or(0..0);
            let range = region.start + range.start..region.start + range.end;
            match event {
                Event::Scalar(value, style, anchor, tag) => {
                    let id = self.scalar(range, &value, style, tag.as_deref());
                    ids.insert(anchor, id);
                    self.place(id, base);
                }
                Event::SequenceStart(style, anchor, tag) => {
                    let flow = style == StructureStyle::Flow;
                    let kind = Kind::Sequence { items: Vec::new(), flow };
                    let id = self.begin(range, kind, tag.as_deref(), &written, flow, base, depth);
                    ids.insert(anchor, id);
                }
                Event::MappingStart(style, anchor, tag) => {
                    let flow = style == StructureStyle::Flow;
                    let kind = Kind::Mapping { entries: Vec::new(), flow };
                    let id = self.begin(range, kind, tag.as_deref(), &written, flow, base, depth);
                    ids.insert(anchor, id);
                }
                Event::SequenceEnd | Event::MappingEnd => self.end(range.end),
                Event::Alias(target) => {
                    let Some(target) = ids.get(&target) else { continue };
                    let id = self.add(range, None, Kind::Alias(*target));
                    self.place(id, base);
                }
                Event::UnresolvedAlias(name) => {
                    let id = self.unresolved(range, &name);
                    self.place(id, base);
                }
                Event::Anchor(id, name) => {
                    if let Some(node) = ids.get(&id) {
                        self.anchors.insert(name.as_ref().into(), *node);
                    }
                }
                _ => {}
            }
        }
        self.open.truncate(base);
    }

    fn add(&mut self, range: Range<usize>, tag: Option<&Tag>, kind: Kind) -> NodeId {
        let id = NodeId(u32::try_from(self.tree.nodes.len()).unwrap_or(u32::MAX));
        let tag = tag.map(|tag| tag.original().into_boxed_str());
        self.tree.nodes.push(Node { span: Span::new(self.tree.file, range), tag, kind });
        id
    }

    fn scalar(&mut self, range: Range<usize>, value: &str, style: ScalarStyle, tag: Option<&Tag>) -> NodeId {
        let style = match style {
            ScalarStyle::Plain => Style::Plain,
            ScalarStyle::SingleQuoted => Style::Single,
            ScalarStyle::DoubleQuoted => Style::Double,
            ScalarStyle::Literal => Style::Literal,
            ScalarStyle::Folded => Style::Folded,
        };
        let mut range = range;
        let written = self.tree.text.get(range.clone()).unwrap_or("");
        if matches!(style, Style::Literal | Style::Folded) {
            // The event's span runs into the next line's indentation.
            range.end = range.start + written.trim_end_matches([' ', '\n', '\r']).len();
        }
        // An absent value comes as `~` with an empty span: what is written is nothing.
        let absent = style == Style::Plain && range.is_empty();
        let cooked = (!absent && written != value).then(|| value.into());
        self.add(range, tag, Kind::Scalar { style, cooked })
    }

    fn unresolved(&mut self, range: Range<usize>, name: &str) -> NodeId {
        if let Some(target) = self.anchors.get(name) {
            return self.add(range, None, Kind::Alias(*target));
        }
        self.error(range.clone(), format!("no anchor `&{name}` stands before this alias"));
        self.add(range.start..range.start, None, Kind::Scalar { style: Style::Plain, cooked: None })
    }

    /// Begins a collection; the root of a region that goes on with an open collection of its kind is that one.
    #[expect(clippy::too_many_arguments, reason = "one call site a kind, and all of it is one event")]
    fn begin(
        &mut self,
        range: Range<usize>,
        kind: Kind,
        tag: Option<&Tag>,
        written: &Written,
        flow: bool,
        base: usize,
        depth: Option<usize>,
    ) -> NodeId {
        let into =
            depth.filter(|_| self.open.len() == base).and_then(|depth| self.open.get(depth)).map(|o| o.node);
        let id = match into {
            Some(into) if self.same_kind(into, &kind) => into,
            _ => {
                let id = self.add(range, tag, kind);
                self.place(id, base);
                id
            }
        };
        self.open.push(Open { node: id, column: (!flow).then(|| written.start.col()), key: None });
        id
    }

    fn same_kind(&self, id: NodeId, kind: &Kind) -> bool {
        let mine = self.tree.nodes.get(id.0 as usize).map(|node| std::mem::discriminant(&node.kind));
        mine == Some(std::mem::discriminant(kind))
    }

    /// Ends the innermost collection. A block collection's own end lies behind blanks: its last child tells it better.
    fn end(&mut self, end: usize) {
        let Some(open) = self.open.pop() else { return };
        let last = match self.tree.nodes.get(open.node.0 as usize).map(|node| &node.kind) {
            Some(Kind::Sequence { items, .. }) => items.last().copied(),
            Some(Kind::Mapping { entries, .. }) => entries.last().map(|(_, value)| *value),
            _ => None,
        };
        let inner = last.and_then(|last| self.tree.nodes.get(last.0 as usize)).map(|node| node.span.end);
        let end = match (open.column, inner) {
            (Some(_), Some(inner)) => inner,
            _ => u32::try_from(end).unwrap_or(u32::MAX),
        };
        if let Some(node) = self.tree.nodes.get_mut(open.node.0 as usize) {
            node.span.end = node.span.end.max(end).max(node.span.start);
        }
    }

    /// Puts a node where it belongs: into the innermost open collection, or among the roots.
    fn place(&mut self, id: NodeId, base: usize) {
        if self.open.len() == base {
            if base == 0 {
                self.tree.roots.push(id);
            }
            return;
        }
        let Some(open) = self.open.last_mut() else { return };
        match self.tree.nodes.get_mut(open.node.0 as usize).map(|node| &mut node.kind) {
            Some(Kind::Sequence { items, .. }) => items.push(id),
            Some(Kind::Mapping { entries, .. }) => match open.key.take() {
                Some(key) => entries.push((key, id)),
                None => open.key = Some(id),
            },
            _ => {}
        }
    }

    fn error(&mut self, range: Range<usize>, message: String) {
        self.tree.errors.push(SyntaxError { span: Span::new(self.tree.file, range), message });
    }

    /// Records an error at byte `at`; the lines after its line are still to be read.
    fn fail(&mut self, at: usize, message: impl Into<String>) {
        let text = self.tree.text;
        let at = floor(text, at);
        let next = text.get(at..).and_then(|rest| rest.chars().next()).map_or(at, |c| at + c.len_utf8());
        let opened = self.open.iter().rev().find(|open| open.column.is_none());
        let opened = opened
            .and_then(|open| self.tree.nodes.get(open.node.0 as usize))
            .map(|node| node.span.start as usize);
        let message = match opened.and_then(|start| Some((start, text.get(start..=start)?))) {
            Some((start, bracket)) => {
                let line = 1 + text.get(..start).unwrap_or("").matches('\n').count();
                format!("{}; the `{bracket}` of line {line} is still open here", message.into())
            }
            None => message.into(),
        };
        self.error(at..next, message);
        // Collections that broke off end where the error is.
        for open in &self.open {
            if let Some(node) = self.tree.nodes.get_mut(open.node.0 as usize) {
                node.span.end = node.span.end.max(u32::try_from(at).unwrap_or(u32::MAX));
            }
        }
        self.failures += 1;
        // An unclosed brace swallows the lines after it: go on behind the line where the outermost one stands.
        let from = match self.open.iter().position(|open| open.column.is_none()) {
            Some(flow) => {
                let start = self.open.get(flow).and_then(|open| self.tree.nodes.get(open.node.0 as usize));
                let start = start.map_or(at, |node| node.span.start as usize);
                self.open.truncate(flow);
                start.min(at)
            }
            None => at,
        };
        let line = text.get(from..).and_then(|rest| rest.find('\n')).map(|line| from + line + 1);
        self.next = line.filter(|_| self.failures < MOST_ERRORS);
    }

    /// The next lines that fit one of the open collections, and that one's depth (`None`: a new document).
    fn resume(&mut self) -> Option<(Range<usize>, Option<usize>)> {
        let text = self.tree.text;
        let mut at = self.next.take()?;
        for line in text.get(at..)?.split_inclusive('\n') {
            if line.starts_with("---") {
                return Some((at..text.len(), None));
            }
            if let Some(depth) = self.fits(line) {
                let column = self.open.get(depth).and_then(|open| open.column).unwrap_or(0);
                let dash = line.trim_start().starts_with('-');
                return Some((at..end_of_region(text, at, column, dash), Some(depth)));
            }
            at += line.len();
        }
        None
    }

    /// The innermost open collection that this line can go on.
    fn fits(&self, line: &str) -> Option<usize> {
        let bare = line.trim_start_matches(' ');
        let content = bare.trim_end();
        if content.is_empty() || content.starts_with(['#', '\t']) {
            return None;
        }
        let dash = content == "-" || content.starts_with("- ");
        if !dash && !content.contains(':') {
            return None;
        }
        self.open.iter().rposition(|open| {
            let kind = self.tree.nodes.get(open.node.0 as usize).map(|node| &node.kind);
            open.column == Some(line.len() - bare.len())
                && match kind {
                    Some(Kind::Sequence { .. }) => dash,
                    Some(Kind::Mapping { .. }) => !dash,
                    _ => false,
                }
        })
    }

    fn repeated_keys(&mut self) {
        let mut errors = Vec::new();
        for node in &self.tree.nodes {
            let Kind::Mapping { entries, .. } = &node.kind else { continue };
            let mut seen = Set::new();
            for (key, _) in entries {
                let Some(name) = self.tree.str(*key) else { continue };
                if name != "<<" && !seen.insert(name) {
                    let shown: String = name.chars().take(60).collect();
                    let message = format!(
                        "the key `{shown}` stands twice in this mapping; most readers keep only the last"
                    );
                    errors.push(SyntaxError { span: self.tree.span(*key), message });
                }
            }
            if errors.len() > 100 {
                break;
            }
        }
        self.tree.errors.append(&mut errors);
    }
}

/// The first line after the one at `start` that stands further left than `column`, or, for a sequence that stands in
/// the column of its parent's keys, the first that is no item.
fn end_of_region(text: &str, start: usize, column: usize, dash: bool) -> usize {
    let mut at = start;
    for (index, line) in text.get(start..).unwrap_or("").split_inclusive('\n').enumerate() {
        let bare = line.trim_start_matches(' ');
        let indent = line.len() - bare.len();
        let blank = bare.trim_end().is_empty() || bare.starts_with('#');
        let ends = indent < column
            || (dash && indent == column && !bare.starts_with('-'))
            || line.starts_with("---");
        if index > 0 && !blank && ends {
            return at;
        }
        at += line.len();
    }
    text.len()
}

/// The nearest character boundary at or before `at`.
fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
