//! Changes of a text: what is replaced, by what, and why.

use crate::order;
use crate::source::Span;

/// One change. An empty span inserts, an empty text deletes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    pub span: Span,
    pub text: String,
    /// One sentence.
    pub reason: String,
}

impl Edit {
    pub fn replace(span: Span, text: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { span, text: text.into(), reason: reason.into() }
    }

    pub fn delete(span: Span, reason: impl Into<String>) -> Self {
        Self::replace(span, "", reason)
    }

    /// Inserts at the byte `at` of `span`'s file.
    pub fn insert(span: Span, at: u32, text: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::replace(Span { start: at, end: at, ..span }, text, reason)
    }
}

/// Brings edits into the order of the text and drops repeated ones. `None` where two of them want the same bytes.
pub fn sorted(mut edits: Vec<Edit>) -> Option<Vec<Edit>> {
    order::sort_by(&mut edits, |a, b| (a.span, &a.text).cmp(&(b.span, &b.text)));
    edits.dedup_by(|a, b| a.span == b.span && a.text == b.text);
    let disjoint = edits.windows(2).all(|pair| match pair {
        [a, b] => a.span.end <= b.span.start && (a.span != b.span || a.span.is_empty()),
        _ => true,
    });
    disjoint.then_some(edits)
}

/// The first two edits that want the same bytes.
pub fn conflict(edits: &[Edit]) -> Option<[usize; 2]> {
    let mut order: Vec<usize> = (0..edits.len()).collect();
    order::sort_by_key(&mut order, |at| edits.get(*at).map(|edit| (edit.span, edit.text.as_str())));
    let mut last: Option<usize> = None;
    for at in order {
        let (before, own) = (last.and_then(|last| edits.get(last)), edits.get(at));
        if let (Some(last), Some(before), Some(own)) = (last, before, own) {
            if before.span == own.span && (before.text == own.text || own.span.is_empty()) {
                continue;
            }
            if before.span.end > own.span.start || before.span == own.span {
                return Some([last, at]);
            }
        }
        last = Some(at);
    }
    None
}

/// The text with `edits` made, which must be [`sorted`].
pub fn apply(text: &str, edits: &[Edit]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for edit in edits {
        let range = edit.span.range();
        out.push_str(text.get(done..range.start).unwrap_or(""));
        out.push_str(&edit.text);
        done = range.end.max(done);
    }
    out.push_str(text.get(done..).unwrap_or(""));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    fn edit(start: usize, end: usize, text: &str) -> Edit {
        Edit::replace(Span::new(FileId(0), start..end), text, "")
    }

    #[test]
    fn edits_apply_in_order() {
        let edits = sorted(vec![edit(4, 5, "x"), edit(0, 1, ""), edit(2, 2, "--"), edit(0, 1, "")]).unwrap();
        assert_eq!(apply("abcdef", &edits), "b--cdxf");
        assert_eq!(sorted(vec![edit(0, 3, "x"), edit(2, 4, "y")]), None);
        assert_eq!(sorted(vec![edit(0, 3, "x"), edit(0, 3, "y")]), None);
    }

    #[test]
    fn edits_of_the_same_bytes_are_found() {
        let edits = [edit(4, 5, ""), edit(0, 3, "x"), edit(0, 3, "x"), edit(1, 2, "y")];
        assert_eq!(conflict(&edits[..3]), None);
        assert_eq!(conflict(&edits), Some([1, 3]));
    }
}
