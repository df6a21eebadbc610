//! TOML as the same tree as YAML: tables are mappings, arrays sequences. After an error reading goes on.

use std::borrow::Cow;

use toml_parser::decoder::Encoding;
use toml_parser::parser::{EventReceiver, RecursionGuard, parse_document};
use toml_parser::{ErrorSink, ParseError, Raw, Source, Span as Written};

use super::yaml::{Kind, NodeId, Style, Tree};
use crate::map::Map;
use crate::model::SyntaxError;
use crate::source::{FileId, Span};

/// Arrays and inline tables are read this deep.
const DEEPEST: u32 = 64;

/// Errors that are told; a text with more is none.
const MOST_ERRORS: usize = 8;

/// Reads `text`; what could not be read is in the tree's `errors`.
pub fn parse(file: FileId, text: &str) -> Tree<'_> {
    let source = Source::new(text);
    let mut tree = Tree::empty(file, text);
    let root = tree.add(Span::new(file, 0..text.len()), Kind::Mapping { entries: Vec::new(), flow: false });
    tree.roots.push(root);
    let mut reader = Reader {
        file,
        source,
        tree,
        known: Map::new(),
        header: None,
        tables: vec![root],
        open: vec![Open { node: root, keys: Vec::new() }],
        root,
    };
    let mut errors = Vec::new();
    let mut note = |error: ParseError| {
        if errors.len() < MOST_ERRORS {
            errors.push(error);
        }
    };
    let tokens = source.lex().into_vec();
    parse_document(&tokens, &mut RecursionGuard::new(&mut reader, DEEPEST), &mut note);
    let mut tree = reader.tree;
    tree.errors.extend(errors.iter().map(|error| {
        let place = error.unexpected().or(error.context()).unwrap_or_default();
        let span = Span::new(file, place.start()..place.end().max(place.start()));
        SyntaxError { span, message: error.description().to_owned() }
    }));
    tree
}

/// A collection that is being read, and the keys that its next value stands under.
struct Open {
    node: NodeId,
    keys: Vec<NodeId>,
}

struct Reader<'t> {
    file: FileId,
    source: Source<'t>,
    tree: Tree<'t>,
    /// What stands under a name of a table.
    known: Map<(NodeId, Box<str>), NodeId>,
    /// The keys between the brackets of a table's header.
    header: Option<Vec<NodeId>>,
    /// The tables on the way to the one that is being filled, which end where it ends.
    tables: Vec<NodeId>,
    open: Vec<Open>,
    root: NodeId,
}

impl Reader<'_> {
    fn span(&self, written: Written) -> Span {
        Span::new(self.file, written.start()..written.end())
    }

    /// A key or a value as a node. A string without escapes is its bytes between the quotes.
    fn scalar_node(
        &mut self,
        written: Written,
        encoding: Option<Encoding>,
        is_key: bool,
        error: &mut dyn ErrorSink,
    ) -> NodeId {
        let span = self.span(written);
        let plain = Kind::Scalar { style: Style::Plain, cooked: None };
        let decode = |encoding, error: &mut dyn ErrorSink| {
            let mut cooked = Cow::Borrowed("");
            if let Some(raw) = self.source.get(written) {
                let raw = Raw::new_unchecked(raw.as_str(), encoding, written);
                match is_key {
                    true => raw.decode_key(&mut cooked, error),
                    false => drop(raw.decode_scalar(&mut cooked, error)),
                }
            }
            cooked
        };
        let Some(encoding) = encoding else {
            decode(None, error);
            return self.tree.add(span, plain);
        };
        let raw = self.tree.source().get(span.range()).unwrap_or("");
        let is_line = matches!(encoding, Encoding::LiteralString | Encoding::BasicString);
        if is_line && (encoding == Encoding::LiteralString || !raw.contains('\\')) && raw.len() >= 2 {
            let inner = Span { start: span.start + 1, end: span.end - 1, ..span };
            return self.tree.add(inner, plain);
        }
        let cooked = decode(Some(encoding), error).into_owned();
        let kind = Kind::Scalar { style: Style::Double, cooked: Some(cooked.into()) };
        self.tree.add(span, kind)
    }

    fn name(&self, key: NodeId) -> Box<str> {
        self.tree.str(key).unwrap_or("").into()
    }

    /// The table under a key of another one; of an array of tables, its last one.
    fn table(&mut self, of: NodeId, key: NodeId) -> NodeId {
        let name = self.name(key);
        let found = self.known.get(&(of, name)).copied();
        match found {
            Some(node) if self.tree.is_sequence(node) => {
                self.tree.items(node).last().copied().unwrap_or(node)
            }
            Some(node) => node,
            None => {
                let span = self.tree.span(key);
                let node = self.tree.add(span, Kind::Mapping { entries: Vec::new(), flow: false });
                self.entry(of, key, node);
                node
            }
        }
    }

    fn entry(&mut self, of: NodeId, key: NodeId, value: NodeId) {
        let name = self.name(key);
        if let Some(Kind::Mapping { entries, .. }) = self.kind(of) {
            entries.push((key, value));
            self.known.insert((of, name), value);
        }
    }

    fn kind(&mut self, id: NodeId) -> Option<&mut Kind> {
        self.tree.nodes.get_mut(id.0 as usize).map(|node| &mut node.kind)
    }

    /// Puts a value where the next one belongs.
    fn place(&mut self, value: NodeId) {
        let Some(open) = self.open.last_mut() else { return };
        let (mut node, keys) = (open.node, std::mem::take(&mut open.keys));
        if self.tree.is_sequence(node) {
            if let Some(Kind::Sequence { items, .. }) = self.kind(node) {
                items.push(value);
            }
            return;
        }
        let Some((last, before)) = keys.split_last() else { return };
        for key in before {
            node = self.table(node, *key);
        }
        self.entry(node, *last, value);
    }

    /// Lets what is open end behind `end`.
    fn reach(&mut self, end: Written) {
        let end = self.span(end).end;
        let open = self.open.iter().map(|open| open.node);
        for id in self.tables.iter().copied().chain(open).collect::<Vec<_>>() {
            if id != self.root
                && let Some(node) = self.tree.nodes.get_mut(id.0 as usize)
            {
                node.span.end = node.span.end.max(end);
            }
        }
    }

    fn start(&mut self, written: Written, kind: Kind) {
        let node = self.tree.add(self.span(written), kind);
        self.place(node);
        self.open.push(Open { node, keys: Vec::new() });
    }

    fn finish(&mut self, written: Written) {
        self.reach(written);
        if self.open.len() > 1 {
            self.open.pop();
        }
    }

    /// The table that a header opens.
    fn head(&mut self, written: Written, is_array: bool) {
        let keys = self.header.take().unwrap_or_default();
        let Some((last, before)) = keys.split_last() else { return };
        let mut node = self.root;
        self.tables = vec![node];
        for key in before {
            node = self.table(node, *key);
            self.tables.push(node);
        }
        let table = if is_array {
            let known = self.known.get(&(node, self.name(*last))).copied();
            let array = known.filter(|known| self.tree.is_sequence(*known)).unwrap_or_else(|| {
                let span = self.tree.span(*last);
                let array = self.tree.add(span, Kind::Sequence { items: Vec::new(), flow: false });
                self.entry(node, *last, array);
                array
            });
            let span = self.tree.span(*last);
            let table = self.tree.add(span, Kind::Mapping { entries: Vec::new(), flow: false });
            if let Some(Kind::Sequence { items, .. }) = self.kind(array) {
                items.push(table);
            }
            self.tables.push(array);
            table
        } else {
            self.table(node, *last)
        };
        self.tables.push(table);
        self.open = vec![Open { node: table, keys: Vec::new() }];
        self.reach(written);
    }
}

impl EventReceiver for Reader<'_> {
    fn std_table_open(&mut self, _: Written, _: &mut dyn ErrorSink) {
        self.header = Some(Vec::new());
    }

    fn std_table_close(&mut self, span: Written, _: &mut dyn ErrorSink) {
        self.head(span, false);
    }

    fn array_table_open(&mut self, _: Written, _: &mut dyn ErrorSink) {
        self.header = Some(Vec::new());
    }

    fn array_table_close(&mut self, span: Written, _: &mut dyn ErrorSink) {
        self.head(span, true);
    }

    fn inline_table_open(&mut self, span: Written, _: &mut dyn ErrorSink) -> bool {
        self.start(span, Kind::Mapping { entries: Vec::new(), flow: true });
        true
    }

    fn inline_table_close(&mut self, span: Written, _: &mut dyn ErrorSink) {
        self.finish(span);
    }

    fn array_open(&mut self, span: Written, _: &mut dyn ErrorSink) -> bool {
        self.start(span, Kind::Sequence { items: Vec::new(), flow: true });
        true
    }

    fn array_close(&mut self, span: Written, _: &mut dyn ErrorSink) {
        self.finish(span);
    }

    fn simple_key(&mut self, span: Written, encoding: Option<Encoding>, error: &mut dyn ErrorSink) {
        let key = self.scalar_node(span, encoding, true, error);
        match &mut self.header {
            Some(keys) => keys.push(key),
            None => {
                if let Some(open) = self.open.last_mut() {
                    open.keys.push(key);
                }
            }
        }
    }

    fn scalar(&mut self, span: Written, encoding: Option<Encoding>, error: &mut dyn ErrorSink) {
        let value = self.scalar_node(span, encoding, false, error);
        self.place(value);
        self.reach(span);
    }

    fn newline(&mut self, _: Written, _: &mut dyn ErrorSink) {
        // A key whose value is missing is the next line's no more.
        if let [open] = &mut *self.open {
            open.keys.clear();
        }
        self.header = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(tree: &Tree<'_>, node: NodeId) -> String {
        let list = |parts: Vec<String>| parts.join(" ");
        if tree.is_mapping(node) {
            let entries = tree.entries(node).into_iter();
            let entries = entries
                .map(|entry| format!("{}={}", tree.str(entry.key).unwrap_or("?"), shown(tree, entry.value)));
            format!("{{{}}}", list(entries.collect()))
        } else if tree.is_sequence(node) {
            format!("[{}]", list(tree.items(node).iter().map(|item| shown(tree, *item)).collect()))
        } else {
            tree.text(node).map_or("?".to_owned(), |text| text.as_str().to_owned())
        }
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let tree = parse(FileId(0), text);
        assert_eq!(shown(&tree, tree.roots[0]), expected, "{text}\n{:?}", tree.errors);
    }

    #[test]
    fn tables_and_values() {
        check("a = 1\nb = true\n", "{a=1 b=true}");
        check("a = \"x\" # y\n'b c' = 'z'\n", "{a=x b c=z}");
        check("a.b.c = 1\na.d = 2\n", "{a={b={c=1} d=2}}");
        check("[a]\nb = 1\n  [a.c]\n  d = 2\n", "{a={b=1 c={d=2}}}");
        check("[[r]]\na = 1\n[r.d]\nb = 2\n[[r]]\na = 3\n", "{r=[{a=1 d={b=2}} {a=3}]}");
        check("[[r]]\n[[r.s]]\nx = 1\n[[r.s]]\nx = 2\n", "{r=[{s=[{x=1} {x=2}]}]}");
        check("a = [\"x\", 'y',\n  [1]]\nb = {c = 1, d.e = 2}\n", "{a=[x y [1]] b={c=1 d={e=2}}}");
        check("a = \"x\\ty\\u0041\"\nb = \"\"\"\nx\ny\"\"\"\n", "{a=x\ty\u{41} b=x\ny}");
    }

    #[test]
    fn reading_goes_on() {
        #[track_caller]
        fn broken(text: &str, expected: &str) {
            assert!(!parse(FileId(0), text).errors.is_empty(), "{text}");
            check(text, expected);
        }
        broken("a = \nb = 1\n", "{a= b=1}");
        broken("[a\nb = 1\n[c]\nd = 2\n", "{b=1 c={d=2}}");
        broken("x\nb = 1\n", "{b=1}");
    }

    #[test]
    fn places_are_the_values_own() {
        let text = "[[r]]\n  name = \"x y\"\n";
        let tree = parse(FileId(0), text);
        let runner = tree.items(tree.get(tree.roots[0], "r").expect("a list"))[0];
        let name = tree.get(runner, "name").expect("a name");
        assert_eq!(&text[tree.span(name).range()], "x y");
        assert_eq!(&text[tree.span(runner).range()], "r]]\n  name = \"x y\"");
    }
}
