//! Command lines whose words are items of lists (`command: [docker, build, .]`): the edits of a line, as edits of items.

use super::Obstacle;
use super::layout::own;
use crate::edit::{self, Edit};
use crate::rewrite::View;
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

const WHY: &str = "its words are items of a list, and what the builder needs is more than other words: write it as a script";

impl<'v> Words<'v> {
    /// Those of `item`, in which the commands at `commands` call Docker.
    pub(super) fn new(view: &'v View<'v>, item: NodeId, commands: &[Span]) -> Self {
        let tree = view.tree;
        let mut words = Vec::new();
        if commands.iter().all(|command| view.scalar(*command).is_some()) {
            return Self { view, words };
        }
        for (_, list) in ["command", "args"].iter().filter_map(|key| own(tree, item, key)) {
            if tree.is_alias(list) {
                continue;
            }
            for (index, one) in tree.items(list).iter().enumerate() {
                let (span, style) = (tree.span(*one), tree.style(*one).unwrap_or(Style::Plain));
                words.push(Word { list, index, content: view.content((span, style)) });
            }
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

    /// The edits that make the words `new`.
    fn changed(&self, new: &[&str], reason: &str) -> Option<Vec<Edit>> {
        let old: Vec<&str> =
            self.words.iter().map(|word| self.view.text.get(word.content.range()).unwrap_or("")).collect();
        if old.len() == new.len() {
            let pairs = self.words.iter().zip(old.iter().zip(new)).filter(|(_, (old, new))| old != new);
            return Some(pairs.map(|(word, (_, new))| Edit::replace(word.content, *new, reason)).collect());
        }
        let same = |(old, new): &(&&str, &&str)| old == new;
        let most = old.len().min(new.len());
        let head = old.iter().zip(new).take_while(same).count().min(most.saturating_sub(1));
        let tail = old.iter().rev().zip(new.iter().rev()).take_while(same).count();
        let tail = tail.min(most - head).min(old.len() - head - 1).min(new.len().saturating_sub(head + 1));
        let gone = self.words.get(head..old.len() - tail)?;
        let come = new.get(head..new.len() - tail)?;
        let (first, last) = (gone.first()?, gone.last()?);
        if first.list != last.list || come.is_empty() {
            return None;
        }
        self.replaced(first, last, come, reason)
    }

    /// The edit that puts words in the place of the items from `first` to `last`.
    fn replaced(&self, first: &Word, last: &Word, come: &[&str], reason: &str) -> Option<Vec<Edit>> {
        let (view, tree) = (self.view, self.view.tree);
        let items = tree.items(first.list);
        let (start, end) = (tree.span(*items.get(first.index)?), tree.span(*items.get(last.index)?));
        let words = come.iter().map(|word| quoted(word, tree.style(*items.get(first.index)?)));
        let words: Vec<String> = words.collect::<Option<_>>()?;
        if tree.is_flow(first.list) {
            let span = start.to(end);
            let between = view.text.get(span.range())?;
            return (!between.contains('#'))
                .then(|| vec![Edit::replace(span, words.join(", "), reason)]);
        }
        let (from, to) = (view.item_lines(start)?, view.item_lines(end)?);
        let lead = view.text.get(from.start as usize..start.start as usize)?;
        let lines: String = words.iter().map(|word| format!("{lead}{word}{}", view.line_break())).collect();
        let whole = from.to(to);
        (!view.text.get(whole.range())?.contains('#'))
            .then(|| vec![Edit::replace(whole, lines, reason)])
    }
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
