//! The changes that a person leaves out of a rewritten text, and what the text is without them.

use std::collections::BTreeSet;
use std::ops::Range;

use daemonless_core::hunk::{Hunk, apply, hunks, line_starts};

use crate::rewriter::{Rewrite, Written};
use crate::state::Shared;

/// A rewritten text without some of its changes.
#[derive(Clone, Debug)]
pub struct Pick {
    pub of: Shared<Rewrite>,
    /// How many changes the text has with all of them.
    pub count: usize,
    /// Numbers of those that are left out, from 1: one at least.
    pub left: BTreeSet<usize>,
    /// The text without them.
    pub text: String,
    pub judged: Judged,
}

/// What the analysis says of the text of a [`Pick`].
#[derive(Clone, Debug)]
pub enum Judged {
    Coming,
    Told(Box<Written>),
    /// It could not be read in time.
    Failed,
}

impl Pick {
    /// Whether the change of this number is taken.
    pub fn takes(&self, number: usize) -> bool {
        !self.left.contains(&number)
    }

    /// What was said of the text, if it was.
    pub fn told(&self) -> Option<&Written> {
        match &self.judged {
            Judged::Told(written) => Some(written),
            _ => None,
        }
    }

    /// The same choice once it was judged, or could not be.
    pub fn judged(&self, written: Option<Written>) -> Self {
        let judged = written.map_or(Judged::Failed, |written| Judged::Told(Box::new(written)));
        Self { judged, ..self.clone() }
    }
}

/// Numbers of the changes that are taken of this text.
pub fn taken(rewrite: &Rewrite, pick: Option<&Pick>) -> Vec<usize> {
    let count = match pick {
        Some(pick) => pick.count,
        None => with_hunks(rewrite, |hunks| hunks.len()),
    };
    (1..=count).filter(|number| pick.is_none_or(|pick| pick.takes(*number))).collect()
}

/// What is chosen of this text once its changes of these numbers are taken, or left. `None`: all of it.
pub fn change(
    of: &Shared<Rewrite>,
    before: Option<&Pick>,
    numbers: Range<usize>,
    takes: bool,
) -> Option<Pick> {
    let mut left = before.map(|pick| pick.left.clone()).unwrap_or_default();
    match takes {
        true => left.retain(|number| !numbers.contains(number)),
        false => left.extend(numbers),
    }
    pick(of, left)
}

/// The same choice of the next text that was written from the same one: a change that is still there stays left.
pub fn carried(before: &Pick, of: &Shared<Rewrite>) -> Option<Pick> {
    let (old, new) = (&before.of.of.source, &of.of.source);
    if (&old.text, old.crlf) != (&new.text, new.crlf) {
        return None;
    }
    let key = |hunk: &Hunk<'_>| -> Vec<(u32, u32, String)> {
        hunk.edits.iter().map(|edit| (edit.start, edit.end, edit.text.clone())).collect()
    };
    let known: BTreeSet<_> = with_hunks(&before.of, |hunks| {
        let numbered = (1..).zip(hunks).filter(|(number, _)| !before.takes(*number));
        numbered.map(|(_, hunk)| key(hunk)).collect()
    });
    let left = with_hunks(of, |hunks| {
        let numbered = (1..).zip(hunks).filter(|(_, hunk)| known.contains(&key(hunk)));
        numbered.map(|(number, _)| number).collect()
    });
    pick(of, left)
}

fn pick(of: &Shared<Rewrite>, mut left: BTreeSet<usize>) -> Option<Pick> {
    let (count, text) = with_hunks(of, |hunks| {
        left.retain(|number| (1..=hunks.len()).contains(number));
        let taken = (1..).zip(hunks).filter(|(number, _)| !left.contains(number));
        let edits = taken.flat_map(|(_, hunk)| hunk.edits.iter().copied());
        (hunks.len(), apply(&of.of.source.file().text, edits))
    });
    (!left.is_empty()).then(|| Pick { of: of.clone(), count, left, text, judged: Judged::Coming })
}

/// Calls `with` with the changes of a text; with none where it was not written.
fn with_hunks<T>(rewrite: &Rewrite, with: impl FnOnce(&[Hunk<'_>]) -> T) -> T {
    let old = rewrite.of.source.file().text;
    match &rewrite.written {
        Some(written) => with(&hunks(&old, &line_starts(&old), &written.edits)),
        None => with(&[]),
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use daemonless_core::report::{EditReport, FileReport};
    use daemonless_core::{Context, model::Host};

    use super::*;
    use crate::rewriter::After;
    use crate::state::{Action, Outcome, Source, State, Wish};

    const TEXT: &str = "a\nb\nc\nd\n";

    /// Each letter of `letters` in the text becomes a capital one, a change of its own.
    fn written(text: &str, letters: &str) -> Written {
        let edit = |letter: char| {
            let at = text.find(letter).expect("a letter of the text") as u32;
            EditReport {
                start: at,
                end: at + 1,
                text: letter.to_ascii_uppercase().to_string(),
                job: "j".to_owned(),
                reason: letter.to_string(),
            }
        };
        Written {
            text: String::new(),
            edits: letters.chars().map(edit).collect(),
            left: Vec::new(),
            requires: Vec::new(),
            after: After::default(),
        }
    }

    /// A text with an answer that it can be rewritten, in this context.
    fn outcome(source: &Source, host: Option<Host>) -> Shared<Outcome> {
        let report = FileReport {
            path: String::new(),
            format: "gitlab-ci",
            format_certain: true,
            risk: "high",
            headline: String::new(),
            jobs: Vec::new(),
            findings: Vec::new(),
            notes: Vec::new(),
            rewrites: vec!["buildah", "podman"],
        };
        Shared::new(Outcome {
            source: source.clone(),
            files: Rc::from([source.clone()]),
            context: Context { host, ..Context::default() },
            report,
            whole: true,
        })
    }

    /// The text is rewritten for Buildah: these letters of it.
    fn rewritten(of: &Shared<Outcome>, letters: &str) -> Action {
        let written = Some(written(&of.source.file().text, letters));
        Action::Rewritten(Shared::new(Rewrite { of: of.clone(), builder: "buildah", written }))
    }

    /// The state with that text, answered and rewritten.
    fn state(text: &str, letters: &str) -> State {
        let state = State::default().after(Action::Opened(vec![Source::new("a", text)]));
        let of = outcome(&state.source, None);
        state.after(Action::Analysed(vec![of.clone()])).after(rewritten(&of, letters))
    }

    fn rewrite(state: &State) -> Shared<Rewrite> {
        state.rewrite("buildah").expect("it is rewritten").0.clone()
    }

    fn take(state: &State, numbers: Range<usize>, takes: bool) -> State {
        state.after(Action::Took(rewrite(state), numbers, takes))
    }

    /// The numbers that are left and the text without them; no text where all are taken.
    #[track_caller]
    fn check(state: &State, left: &[usize], text: &str) {
        let rewrite = rewrite(state);
        let pick = state.pick(&rewrite);
        let seen: Vec<_> = pick.iter().flat_map(|pick| pick.left.iter().copied()).collect();
        assert_eq!((&*seen, pick.map_or("", |pick| &*pick.text)), (left, text));
    }

    #[test]
    fn changes_are_taken_and_left() {
        let all = state(TEXT, "abd");
        check(&all, &[], "");
        let one = take(&all, 2..3, false);
        check(&one, &[2], "A\nb\nc\nD\n");
        check(&take(&one, 2..3, true), &[], "");
        check(&take(&one, 3..4, false), &[2, 3], "A\nb\nc\nd\n");
        check(&take(&one, 1..4, false), &[1, 2, 3], TEXT);
        check(&take(&one, 1..4, true), &[], "");
        check(&take(&one, 7..9, false), &[2], "A\nb\nc\nD\n");
        assert_eq!(taken(&rewrite(&one), one.pick(&rewrite(&one)).map(|pick| &**pick)), [1, 3]);
        assert_eq!(taken(&rewrite(&all), None), [1, 2, 3]);
    }

    #[test]
    fn line_ends_are_the_files_own() {
        check(&take(&state("a\r\nb\r\n", "ab"), 1..2, false), &[1], "a\r\nB\r\n");
    }

    #[test]
    fn a_new_answer_on_the_same_text_keeps_the_choice() {
        let before = take(&state(TEXT, "abd"), 2..4, false);
        let of = outcome(&before.source, Some(Host::Vm));
        let answered = before.after(Action::Analysed(vec![of.clone()]));
        check(&answered.after(rewritten(&of, "abd")), &[2, 3], "A\nb\nc\nd\n");
        check(&answered.after(rewritten(&of, "bcd")), &[1, 3], "a\nb\nC\nd\n");
        check(&answered.after(rewritten(&of, "ac")), &[], "");
    }

    #[test]
    fn another_text_forgets_the_choice() {
        let before = take(&state(TEXT, "abd"), 2..3, false).after(Action::Edited(format!("{TEXT}e\n")));
        let of = outcome(&before.source, None);
        let after = before.after(Action::Analysed(vec![of.clone()])).after(rewritten(&of, "abd"));
        check(&after, &[], "");
        assert!(after.picks.is_empty());
        let closed = take(&state(TEXT, "a"), 1..2, false).after(Action::Closed(1));
        assert!(closed.picks.is_empty());
    }

    #[test]
    fn each_choice_is_judged_and_no_other() {
        let first = take(&state(TEXT, "abd"), 2..3, false);
        let Some(Wish::Judge(asked)) = first.wanted() else { panic!("it is to be judged") };
        let told = first.after(Action::Judged(Shared::new(asked.judged(Some(written(TEXT, "ad"))))));
        assert!(told.pick(&rewrite(&told)).is_some_and(|pick| pick.told().is_some()));
        assert!(matches!(told.wanted(), Some(Wish::Rewrite(_, "podman"))), "then the other builder");
        // What is late is said of another text.
        let other = take(&first, 1..2, false);
        let late = other.after(Action::Judged(Shared::new(asked.judged(None))));
        assert!(late.pick(&rewrite(&late)).is_some_and(|pick| matches!(pick.judged, Judged::Coming)));
        assert!(matches!(late.wanted(), Some(Wish::Judge(pick)) if pick.left.len() == 2));
    }
}
