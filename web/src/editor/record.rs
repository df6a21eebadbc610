//! What was typed into the text area, in small edits: the history of the richer editor begins with them.

use std::collections::VecDeque;
use std::rc::Rc;

/// As many edits as a person can want to undo.
const MOST: usize = 1_000;
/// Edits of more bytes than this together are not kept: older ones go first.
const MOST_BYTES: usize = 16 << 20;

/// A part of a text that was replaced by another.
#[derive(Debug, PartialEq)]
pub struct Edit {
    /// Where it begins, in UTF-16 units.
    pub at: u32,
    pub removed: String,
    pub inserted: String,
    /// When, in milliseconds since 1970.
    pub time: f64,
}

impl Edit {
    fn bytes(&self) -> usize {
        self.removed.len() + self.inserted.len()
    }
}

/// The text that the editor holds, and the edits that led to it.
#[derive(Debug, Default)]
pub struct Record {
    text: Rc<str>,
    /// Oldest first.
    edits: VecDeque<Edit>,
    bytes: usize,
}

impl Record {
    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn edits(&self) -> impl Iterator<Item = &Edit> {
        self.edits.iter()
    }

    /// Another text, to which no edit led.
    pub fn begin(&mut self, text: Rc<str>) {
        *self = Self { text, ..Self::default() };
    }

    /// The text after an edit at that time.
    pub fn typed(&mut self, text: &str, time: f64) {
        let (before, removed, inserted) = change(&self.text, text);
        if !removed.is_empty() || !inserted.is_empty() {
            let at = u32::try_from(before.encode_utf16().count()).unwrap_or(u32::MAX);
            let edit = Edit { at, removed: removed.to_owned(), inserted: inserted.to_owned(), time };
            self.bytes += edit.bytes();
            self.edits.push_back(edit);
        }
        self.text = text.into();
        while self.edits.len() > MOST || self.bytes > MOST_BYTES {
            let Some(oldest) = self.edits.pop_front() else { break };
            self.bytes -= oldest.bytes();
        }
    }
}

/// What stays in front of the one part that changed, the part itself, and what came in its place.
fn change<'a>(old: &'a str, new: &'a str) -> (&'a str, &'a str, &'a str) {
    let same = |(a, b): &(u8, u8)| a == b;
    let mut start = old.bytes().zip(new.bytes()).take_while(same).count();
    while !old.is_char_boundary(start) || !new.is_char_boundary(start) {
        start -= 1;
    }
    let (rest, new_rest) = (&old[start..], &new[start..]);
    let mut behind = rest.bytes().rev().zip(new_rest.bytes().rev()).take_while(same).count();
    while !rest.is_char_boundary(rest.len() - behind) || !new_rest.is_char_boundary(new_rest.len() - behind) {
        behind -= 1;
    }
    (&old[..start], &rest[..rest.len() - behind], &new_rest[..new_rest.len() - behind])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Types the texts one after the other; each edit as `at removed>inserted`.
    #[track_caller]
    fn check(texts: &[&str], expected: &[&str]) {
        let mut record = Record::default();
        for text in texts {
            record.typed(text, 0.0);
            assert_eq!(record.text(), *text);
        }
        let edits = record.edits().map(|edit| format!("{} {}>{}", edit.at, edit.removed, edit.inserted));
        assert_eq!(edits.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn each_key_is_a_small_edit() {
        check(&["a", "ab", "b", "b"], &["0 >a", "1 >b", "0 a>"]);
        check(&["a\nb\nc", "a\nx\nc"], &["0 >a\nb\nc", "2 b>x"]);
        check(&["aa", "aaa", "aa"], &["0 >aa", "2 >a", "2 a>"]);
    }

    #[test]
    fn letters_stay_whole_and_are_counted_as_the_browser_does() {
        check(&["é", "è"], &["0 >é", "0 é>è"]);
        check(&["😀x", "😀y"], &["0 >😀x", "2 x>y"]);
        check(&["ü1", "ż1"], &["0 >ü1", "0 ü>ż"]);
        check(&["😀", "😁"], &["0 >😀", "0 😀>😁"]);
    }

    #[test]
    fn the_oldest_edits_are_forgotten() {
        let mut record = Record::default();
        let text = "a".repeat(MOST + 5);
        for length in 1..=text.len() {
            record.typed(&text[..length], 0.0);
        }
        assert_eq!((record.edits().count(), record.edits().next().map(|edit| edit.at)), (MOST, Some(5)));
        record.typed(&"b".repeat(MOST_BYTES + 1), 0.0);
        assert_eq!(record.edits().count(), 0);
        record.typed("c", 0.0);
        record.begin("d".into());
        assert_eq!((record.text(), record.edits().count()), ("d", 0));
    }
}
