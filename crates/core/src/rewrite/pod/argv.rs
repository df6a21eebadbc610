//! Command lines whose words are items of lists (`command: [docker, build, .]`): the edits of a line, as edits of items.

use super::Obstacle;
use super::layout::own;
use crate::edit::{self, Edit};
use crate::rewrite::View;
use crate::rewrite::quoting::Quoting;
use crate::source::Span;
use crate::syntax::yaml::{NodeId, Style};

/// One word: the list that it is an item of, and its place there.
struct Word {
    list: NodeId,
    index: usize,
    /// Without its quotes.
    content: Span,
}

/// The words of a container's `command` and `args`, where they are a docker command; none where they are a shell's that is
/// given a script.
pub(super) struct Words<'v> {
    view: &'v View<'v>,
    words: Vec<Word>,
}

/// Characters that a word may have, so that it can stand on a line without quotes and be told from others.
fn is_plain(c: char) -> bool {
    c.is_alphanumeric() || "_-./:=@,+%$(){}[]~^".contains(c)
}

pub(super) const WHY: &str = "its words are items of a list, and what the builder needs is more than other words: write it as a script";

impl<'v> Words<'v> {
    /// Those of `item`, in which the commands at `commands` call Docker.
    pub(super) fn new(view: &'v View<'v>, item: NodeId, commands: &[Span]) -> Self {
        let tree = view.tree;
        let mut words = Vec::new();
        for (_, list) in ["command", "args"].iter().filter_map(|key| own(tree, item, key)) {
            if tree.is_alias(list) {
                continue;
            }
            for (index, one) in tree.items(list).iter().enumerate() {
                let (span, style) = (tree.span(*one), tree.style(*one).unwrap_or(Style::Plain));
                words.push(Word { list, index, content: view.content((span, Quoting::Yaml(style))) });
            }
        }
        let is_word = |word: &Word| commands.iter().any(|command| command.contains(word.content));
        let is_line =
            commands.iter().any(|command| view.scalar(*command).is_none()) && words.iter().any(is_word);
        if !is_line {
            words.clear();
        }
        Self { view, words }
    }

    /// Whether an edit is one of these words, or of several.
    pub(super) fn contains(&self, span: Span) -> bool {
        self.words.iter().any(|word| word.content.start <= span.end && span.start <= word.content.end)
    }

    /// The edits of items that say what `edits` of the line say.
    pub(super) fn edited(&self, edits: Vec<Edit>) -> Result<Vec<Edit>, Obstacle> {
        let Some(first) = edits.first().cloned() else { return Ok(Vec::new()) };
        let fails = || (first.span, WHY.to_owned());
        let text = |word: &Word| self.view.text.get(word.content.range()).unwrap_or(" ");
        if !self.words.iter().all(|word| text(word).chars().all(is_plain)) {
            return Err(fails());
        }
        let mut line = String::new();
        let mut starts = Vec::new();
        for word in &self.words {
            starts.push(line.len());
            line.push_str(self.view.text.get(word.content.range()).unwrap_or(""));
            line.push(' ');
        }
        let on_line = edits.into_iter().map(|edit| {
            let start = u32::try_from(self.place(&starts, edit.span.start)).ok()?;
            let end = u32::try_from(self.place(&starts, edit.span.end)).ok()?;
            Some(Edit { span: Span { start, end: end.max(start), ..edit.span }, ..edit })
        });
        let on_line = on_line.collect::<Option<Vec<_>>>().and_then(edit::sorted).ok_or_else(fails)?;
        if !on_line.iter().all(|edit| edit.text.chars().all(|c| c == ' ' || is_plain(c))) {
            return Err(fails());
        }
        let new = edit::apply(&line, &on_line);
        let new: Vec<&str> = new.split_whitespace().collect();
        self.changed(&new, &first.reason).ok_or_else(fails)
    }

    /// Where a byte of the file is on the line: between two words it is at the end of the first.
    fn place(&self, starts: &[usize], at: u32) -> usize {
        let index = self.words.partition_point(|word| word.content.start <= at).saturating_sub(1);
        let (Some(word), Some(start)) = (self.words.get(index), starts.get(index)) else { return 0 };
        start + (at.min(word.content.end).saturating_sub(word.content.start)) as usize
    }

    /// The edits that make the words `new`: words that both have stay, and what is between them is put in the place of
    /// what was.
    fn changed(&self, new: &[&str], reason: &str) -> Option<Vec<Edit>> {
        let text = |word: &Word| self.view.text.get(word.content.range()).unwrap_or("");
        let old: Vec<&str> = self.words.iter().map(text).collect();
        let mut edits = Vec::new();
        let mut gone: Vec<usize> = Vec::new();
        let (mut from, mut at) = (0, 0);
        for (end, next) in common(&old, new)?.into_iter().chain([(old.len(), new.len())]) {
            let come = new.get(at..next)?;
            let shared = come.len().min(end - from);
            for (word, text) in self.words.get(from..from + shared)?.iter().zip(come) {
                edits.push(Edit::replace(word.content, *text, reason));
            }
            gone.extend(from + shared..end);
            if let Some(more) = come.get(shared..).filter(|more| !more.is_empty()) {
                let before = self.words.get((from + shared).checked_sub(1)?)?;
                edits.push(self.added(before, more, reason)?);
            }
            (from, at) = (end + 1, next + 1);
        }
        for index in &gone {
            edits.push(self.removed(*index, &gone, reason)?);
        }
        Some(edits)
    }

    /// The edit that adds items behind a word.
    fn added(&self, before: &Word, more: &[&str], reason: &str) -> Option<Edit> {
        let (view, tree) = (self.view, self.view.tree);
        let item = *tree.items(before.list).get(before.index)?;
        let span = tree.span(item);
        let words: Option<Vec<String>> = more.iter().map(|word| quoted(word, tree.style(item))).collect();
        if tree.is_flow(before.list) {
            let text: String = words?.iter().map(|word| format!(", {word}")).collect();
            return Some(Edit::insert(span, span.end, text, reason));
        }
        let place = view.item_lines(span)?;
        let lead = view.text.get(place.start as usize..span.start as usize)?;
        let ends = view.text.get(place.range())?.ends_with('\n');
        let lines: String = words?.iter().map(|word| format!("{lead}{word}{}", view.line_break())).collect();
        ends.then(|| Edit::insert(place, place.end, lines, reason))
    }

    /// The edit that takes a word's item out of its list, of which something has to be left. `gone` are all that go.
    fn removed(&self, index: usize, gone: &[usize], reason: &str) -> Option<Edit> {
        let (view, tree) = (self.view, self.view.tree);
        let word = self.words.get(index)?;
        let items = tree.items(word.list);
        let stays = |(at, other): (usize, &Word)| {
            (other.list == word.list && !gone.contains(&at)).then_some(other.index)
        };
        let kept = self.words.iter().enumerate().find_map(stays)?;
        let place = match tree.is_flow(word.list) {
            true => view.item_in_flow(items, word.index, kept)?,
            false => view.item_lines(tree.span(*items.get(word.index)?))?,
        };
        Some(Edit::delete(place, reason))
    }
}

/// A line with more words is not looked at.
const MOST_WORDS: usize = 500;

/// The words that both lines have, as many as there are in order: the place of each in both. `None` of lines that are too
/// long.
fn common(old: &[&str], new: &[&str]) -> Option<Vec<(usize, usize)>> {
    if old.len() > MOST_WORDS || new.len() > MOST_WORDS {
        return None;
    }
    let width = new.len() + 1;
    // How many words the rests of both lines have in common.
    let mut counts = vec![0_usize; (old.len() + 1) * width];
    let count = |counts: &[usize], a: usize, b: usize| counts.get(a * width + b).copied().unwrap_or(0);
    for (a, one) in old.iter().enumerate().rev() {
        for (b, other) in new.iter().enumerate().rev() {
            let most = match one == other {
                true => count(&counts, a + 1, b + 1) + 1,
                false => count(&counts, a + 1, b).max(count(&counts, a, b + 1)),
            };
            if let Some(place) = counts.get_mut(a * width + b) {
                *place = most;
            }
        }
    }
    let (mut a, mut b) = (0, 0);
    let mut found = Vec::new();
    while let (Some(one), Some(other)) = (old.get(a), new.get(b)) {
        if one == other {
            found.push((a, b));
            (a, b) = (a + 1, b + 1);
        } else if count(&counts, a + 1, b) >= count(&counts, a, b + 1) {
            a += 1;
        } else {
            b += 1;
        }
    }
    Some(found)
}

/// A word as an item, in quotes as another item has them.
fn quoted(word: &str, style: Option<Style>) -> Option<String> {
    match style? {
        Style::Single => Some(format!("'{word}'")),
        Style::Plain if word.chars().all(|c| c.is_alphanumeric() || "_-./=@+".contains(c)) => {
            Some(word.to_owned())
        }
        Style::Double | Style::Plain => Some(format!("\"{word}\"")),
        Style::Literal | Style::Folded => None,
    }
}
