//! YAML texts and the trees that they become, errors and what is read after them included.

use super::*;

const FILE: FileId = FileId(0);

/// The tree written out, with every scalar's text and the bytes that each of its lines stands for.
fn show(text: &str) -> String {
    let tree = parse(FILE, text);
    let mut out = String::new();
    for root in &tree.roots {
        node(&tree, *root, 0, &mut out);
    }
    for error in &tree.errors {
        let line = text[..error.span.start as usize].matches('\n').count() + 1;
        out += &format!("error at line {line}\n");
    }
    out
}

fn node(tree: &Tree<'_>, id: NodeId, depth: usize, out: &mut String) {
    let pad = "  ".repeat(depth);
    if tree.is_alias(id) {
        *out += &format!("{pad}alias\n");
    } else if let Some(text) = tree.text(id) {
        assert_eq!(tree.str(id), Some(text.as_str()));
        let mut at = 0;
        for line in text.as_str().split('\n') {
            let range = at..at + line.len();
            let written = &tree.source()[text.span_of(range).range()];
            *out += &format!("{pad}{line:?} from {written:?}\n");
            at += line.len() + 1;
        }
    } else if tree.is_sequence(id) {
        *out += &format!("{pad}-\n");
        for item in tree.items(id) {
            node(tree, *item, depth + 1, out);
        }
    } else {
        *out += &format!("{pad}:\n");
        for (key, value) in tree.written(id) {
            node(tree, *key, depth + 1, out);
            node(tree, *value, depth + 2, out);
        }
    }
}

#[track_caller]
fn check(text: &str, expected: &str) {
    let got = show(text);
    assert_eq!(got, expected, "\n--- text\n{text}\n--- got\n{got}");
}

#[test]
fn scalars_keep_their_bytes() {
    check("a: b", ":\n  \"a\" from \"a\"\n    \"b\" from \"b\"\n");
    check("- 'it''s'\n- \"a\\tb\"\n", "-\n  \"it's\" from \"it''s\"\n  \"a\\tb\" from \"a\\\\tb\"\n");
    check(
        "- docker build\n    -t x .\n",
        "-\n  \"docker build -t x .\" from \"docker build\\n    -t x .\"\n",
    );
    check(
        "- |\n  one\n   two\n\n  three\n- x",
        "-\n  \"one\" from \"one\"\n  \" two\" from \" two\"\n  \"\" from \"\"\n  \"three\" from \"three\"\n  \"\" from \"\"\n  \"x\" from \"x\"\n",
    );
    check(
        "- >-\n  one\n  two\n\n  three\n",
        "-\n  \"one two\" from \"one\\n  two\"\n  \"three\" from \"three\"\n",
    );
    check("- \"a \\\n   b\"\n", "-\n  \"a b\" from \"a \\\\\\n   b\"\n");
    check(
        "a: |\r\n  one\r\n  two\r\n",
        ":\n  \"a\" from \"a\"\n    \"one\" from \"one\"\n    \"two\" from \"two\"\n    \"\" from \"\"\n",
    );
    check(
        "a:\nb: ~\n",
        ":\n  \"a\" from \"a\"\n    \"\" from \"\"\n  \"b\" from \"b\"\n    \"~\" from \"~\"\n",
    );
}

#[test]
fn reading_goes_on_after_an_error() {
    check(
        "a:\n  b: [1\n  c: 2\nd: 3\n",
        ":\n  \"a\" from \"a\"\n    :\n      \"b\" from \"b\"\n        -\n      \"c\" from \"c\"\n        \"2\" from \"2\"\n  \"d\" from \"d\"\n    \"3\" from \"3\"\nerror at line 3\n",
    );
}

#[test]
fn merges_and_aliases() {
    let text =
        "x: &x {a: 1, b: 2}\ny: &y {<<: *x, b: 3}\nz: {<<: [*y, *x], c: 4}\nl: &l [1, 2]\nm: [*l, [3, *l]]\n";
    let tree = parse(FILE, text);
    let root = tree.roots[0];
    let z = tree.get(root, "z").expect("z");
    let mut entries: Vec<_> = tree
        .entries(z)
        .iter()
        .map(|entry| format!("{}={}", tree.str(entry.key).unwrap_or(""), tree.str(entry.value).unwrap_or("")))
        .collect();
    entries.sort();
    assert_eq!(entries, ["a=1", "b=3", "c=4"]);
    assert_eq!(tree.get(z, "b").and_then(|b| tree.str(b)), Some("3"));
    let m = tree.get(root, "m").expect("m");
    let flat: Vec<_> = tree.flatten(m).into_iter().filter_map(|id| tree.str(id)).collect();
    assert_eq!(flat, ["1", "2", "3", "1", "2"]);
}

#[test]
fn hostile_texts_end() {
    let bomb: String = (0..60)
        .map(|i| {
            if i == 0 {
                "a0: &a0 [x]\n".into()
            } else {
                format!("a{i}: &a{i} [{}]\n", format!("*a{}, ", i - 1).repeat(9))
            }
        })
        .collect();
    let merge: String = (0..60)
        .map(|i| {
            if i == 0 {
                "a0: &a0 {k: v}\n".into()
            } else {
                format!("a{i}: &a{i} {{<<: [{}]}}\n", format!("*a{}, ", i - 1).repeat(9))
            }
        })
        .collect();
    for text in [
        "[".repeat(100_000),
        "{a: ".repeat(50_000),
        "- ".repeat(100_000),
        "a\n".repeat(100_000),
        "? ".repeat(50_000),
        "\t- a\n".repeat(1000),
        "\0\u{1}".repeat(1000),
        format!("a: \"{}", "x".repeat(1_000_000)),
        "- a\n".repeat(200_000),
        bomb,
        merge,
        "#\n".repeat(100_000),
        "a: &a [*a]\n".into(),
    ] {
        let tree = parse(FILE, &text);
        for root in &tree.roots {
            tree.flatten(*root);
            for (_, value) in tree.written(*root) {
                tree.entries(*value);
                tree.flatten(*value);
            }
        }
    }
}
