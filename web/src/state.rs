//! What the page knows, and all that can happen to it. Pure: nothing of the browser here.

#[cfg(test)]
mod tests;

use std::ops::{Deref, Range};
use std::rc::Rc;

use daemonless_catalog::Question;
use daemonless_core::choosing::{self, Answer, Each};
use daemonless_core::model::{Host, Reach};
use daemonless_core::report::{FileReport, JobReport};
use daemonless_core::{Context, File, UNNAMED};

use crate::pick::{self, Judged, Pick};
use crate::rewriter::Rewrite;
use crate::texts::Texts;

/// What the analysis calls the format of a text that it does not recognise.
pub const UNKNOWN: &str = "unknown";

/// Few texts are longer than this, in bytes.
const ORDINARY: usize = 64 << 10;

/// A text of the person, as the editor holds it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// Tells it from all others that were ever open here.
    pub id: u32,
    /// Empty until the person or a sample names it.
    pub path: String,
    /// Lines end with `\n`, as in every text area.
    pub text: Rc<str>,
    /// Whether the lines of the file ended with `\r\n`. They do so again in what is analysed, copied and downloaded.
    pub crlf: bool,
    /// Id of the format the person chose; else it is recognised.
    pub format: Option<String>,
    /// Whether it is one of the page's own texts, as it came: another may take its place.
    pub sample: bool,
    /// Whether it was found in a folder and nobody named it: if nothing is known of it, it goes.
    pub found: bool,
}

impl Source {
    /// A text from a file, a sample or a paste.
    pub fn new(path: &str, text: &str) -> Self {
        let newlines = text.matches('\n').count();
        let crlf = newlines > 0 && text.matches("\r\n").count() == newlines;
        Self { path: path.to_owned(), text: line_feeds(text).into(), crlf, ..Self::default() }
    }

    /// What the analysis reads: line ends as they were in the file.
    pub fn file(&self) -> File {
        let path = if self.path.is_empty() { UNNAMED } else { &self.path };
        let text = if self.crlf { self.text.replace('\n', "\r\n") } else { self.text.to_string() };
        File { path: path.to_owned(), text, format: self.format.clone() }
    }

    /// Whether there is nothing to judge.
    pub fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }
}

/// The line ends that a text area makes of all line ends.
fn line_feeds(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// Something that many parts of the page hold. It never changes, so two are equal only if they are the same.
#[derive(Debug)]
pub struct Shared<T>(Rc<T>);

impl<T> Shared<T> {
    pub fn new(value: T) -> Self {
        Self(Rc::new(value))
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<T> PartialEq for Shared<T> {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// A text, and what was said of it last.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Open {
    pub source: Source,
    pub outcome: Option<Shared<Outcome>>,
}

/// What the analysis said about one [`Source`] in one [`Context`].
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The text that was analysed, as the editor held it.
    pub source: Source,
    /// All texts that were read together with it, itself among them.
    pub files: Rc<[Source]>,
    pub context: Context,
    pub report: FileReport,
    /// Whether the whole analysis said it: with the attack's path and the ways out.
    pub whole: bool,
}

impl Outcome {
    /// The worst job, the first of them.
    fn worst(&self) -> Option<&JobReport> {
        let jobs = &self.report.jobs;
        jobs.iter().find(|job| job.risk == self.report.risk).or(jobs.first())
    }

    /// The job that the person chose, else the worst.
    pub fn job(&self, chosen: Option<&str>) -> Option<&JobReport> {
        let chosen = chosen.and_then(|name| self.report.jobs.iter().find(|job| job.name == name));
        chosen.or_else(|| self.worst())
    }

    /// The builder that the person chose, if the text can be rewritten for it, else the best one.
    pub fn builder(&self, chosen: Option<&str>) -> Option<&'static str> {
        let builders = &self.report.rewrites;
        let chosen = builders.iter().find(|builder| Some(**builder) == chosen);
        chosen.or(builders.first()).copied()
    }
}

/// What the person waits for from the part of the page that rewrites.
#[derive(Clone, Debug, PartialEq)]
pub enum Wish {
    /// The text for the builder of that id.
    Rewrite(Shared<Outcome>, &'static str),
    /// What is said of a text of which changes are left.
    Judge(Shared<Pick>),
}

/// How long a text may be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Patience {
    /// As one types.
    #[default]
    Brisk,
    /// A text of ordinary size took longer than that: the machine is slow, or busy.
    Slow,
    /// The person asked for it, and waits.
    Asked,
}

/// A part of the page that comes after it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Part {
    #[default]
    Coming,
    Here,
    /// It did not come, or it broke.
    Failed,
}

/// A format that can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Format {
    pub id: &'static str,
    /// As people call it.
    pub title: &'static str,
}

/// All that the page knows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// The texts before the one that is shown, in the order of their tabs, and those after it.
    pub before: Vec<Open>,
    pub after: Vec<Open>,
    /// Id of the text that comes next.
    pub next_id: u32,
    /// The text that is shown.
    pub source: Source,
    /// What the person said about where it runs and who can start it.
    pub context: Context,
    /// The text took too long to read, so it is not read again before the person asks for it.
    pub held: bool,
    /// How long it may take the next time.
    pub patience: Patience,
    /// The last answer on it. It may lag behind the source by the time it takes to type a word.
    pub outcome: Option<Shared<Outcome>>,
    /// The last text for each builder. It may lag behind the outcome.
    pub rewrites: Vec<Shared<Rewrite>>,
    /// What the person leaves out of them, where it is anything.
    pub picks: Vec<Shared<Pick>>,
    /// What the first verdict comes from: the formats that most people paste, and nothing beyond the verdict.
    pub first: Part,
    /// The whole analysis. Once it is there, the page asks for nothing more.
    pub whole: Part,
    /// What can be read, in the order in which it is offered.
    pub formats: Rc<[Format]>,
    /// Whether the richer editor is there, or will not come.
    pub editor_settled: bool,
    /// Name of the job that the person chose.
    pub job: Option<String>,
    /// Id of the builder that the person chose.
    pub builder: Option<String>,
    /// Index of the finding that the person is at.
    pub finding: Option<usize>,
    /// Whether all findings are shown, however many.
    pub all_findings: bool,
    /// How much is told of the approach: index of the tab.
    pub depth: usize,
    /// What became of taking the new text along, in a sentence.
    pub handed: &'static str,
    /// What the person said to the questions on runner and needs; `None`: what the files say holds.
    pub said: Each<Option<Answer>>,
    /// What the last of these answers changed.
    pub changed: Rc<str>,
    /// What is told beside the answer.
    pub texts: Texts,
    /// What could not be opened, and why, in a sentence.
    pub notice: Option<Rc<str>>,
}

/// What can happen.
#[derive(Clone, Debug)]
pub enum Action {
    /// A key, a paste or a cut in the editor; the text area's whole text.
    Edited(String),
    /// Texts are opened: from files, a sample, a link. They stand behind those that are there, or in the place of one that
    /// has nothing of the person's; the first is shown.
    Opened(Vec<Source>),
    /// What a link holds takes the place of all that is there.
    Linked(Box<State>),
    /// Another of the open texts is to be shown, by its id.
    Shown(u32),
    /// The text of that id is closed.
    Closed(u32),
    Renamed(String),
    /// The person says what the text is; `None`: recognise it.
    ReadAs(Option<String>),
    /// The person corrects where it runs; `None`: as the file says.
    RunsOn(Option<Host>),
    /// The person corrects who can start it; `None`: as the file says.
    StartedBy(Option<Reach>),
    /// The person answers a question on the runner or the job's needs; `None`: as the files say.
    Answered(Question, Option<Answer>),
    /// These texts take too long to read while one types.
    TooLong(Rc<[Source]>),
    /// Read it however long it takes.
    ReadAnyway,
    /// The analysis is done: an answer for each text, or none, where there is nothing to say.
    Analysed(Vec<Shared<Outcome>>),
    /// A text has been rewritten.
    Rewritten(Shared<Rewrite>),
    /// Changes of a rewritten text, by their numbers from 1, are taken (`true`) or left.
    Took(Shared<Rewrite>, Range<usize>, bool),
    /// A text of which changes are left has been judged, or could not be.
    Judged(Shared<Pick>),
    /// What the first verdict comes from is there, and reads these; `None`: it will not come.
    First(Option<Vec<Format>>),
    /// The whole analysis is there, and reads these; `None`: it will not come.
    Whole(Option<Vec<Format>>),
    /// The richer editor is there, or will not come.
    EditorSettled,
    ChoseJob(String),
    ChoseBuilder(String),
    At(Option<usize>),
    AllFindings,
    /// How much to tell of the approach: index of the tab.
    Depth(usize),
    /// What became of taking the new text along, in a sentence.
    Said(&'static str),
    /// The long texts have come, or will not come.
    Told(Texts),
    /// Something could not be opened; a sentence on why.
    Noticed(Option<Rc<str>>),
}

impl State {
    /// Whether the analysis is to be run as it is now.
    pub fn is_due(&self) -> bool {
        !self.held && self.open().any(|open| !open.0.is_blank())
    }

    /// All open texts with what was said of them, in the order of their tabs.
    pub fn open(&self) -> impl Iterator<Item = (&Source, Option<&Shared<Outcome>>)> {
        fn other(open: &Open) -> (&Source, Option<&Shared<Outcome>>) {
            (&open.source, open.outcome.as_ref())
        }
        let shown = std::iter::once((&self.source, self.outcome.as_ref()));
        self.before.iter().map(other).chain(shown).chain(self.after.iter().map(other))
    }

    /// All open texts.
    pub fn files(&self) -> Rc<[Source]> {
        self.open().map(|(source, _)| source.clone()).collect()
    }

    /// The open texts are these, and the one of that id is shown.
    fn opens(&mut self, mut all: Vec<Open>, shown: u32) {
        let at = all.iter().position(|open| open.source.id == shown).unwrap_or_default();
        self.after = all.split_off((at + 1).min(all.len()));
        let Open { source, outcome } = all.pop().unwrap_or_default();
        if source.id != self.source.id {
            (self.job, self.finding, self.all_findings, self.handed) = Default::default();
        }
        (self.before, self.source, self.outcome) = (all, source, outcome);
    }

    fn all(&self) -> Vec<Open> {
        let open = |(source, outcome): (&Source, Option<&Shared<Outcome>>)| Open {
            source: source.clone(),
            outcome: outcome.cloned(),
        };
        self.open().map(open).collect()
    }

    /// Whether all parts of the page have come, or will not come.
    pub fn is_settled(&self) -> bool {
        self.first != Part::Coming && self.whole != Part::Coming && self.editor_settled
    }

    /// How people call the format of that id.
    pub fn title(&self, format: &str) -> Option<&'static str> {
        self.formats.iter().find(|known| known.id == format).map(|known| known.title)
    }

    pub fn job(&self) -> Option<&JobReport> {
        self.outcome.as_ref()?.job(self.job.as_deref())
    }

    /// The first and the last line of the job that is looked at; 0 if there is none.
    pub fn lines(&self) -> std::ops::RangeInclusive<u32> {
        self.job().map_or(0..=0, |job| job.line..=job.end_line.max(job.line))
    }

    /// The last text for this builder, and whether it is of the last outcome.
    pub fn rewrite(&self, builder: &str) -> Option<(&Shared<Rewrite>, bool)> {
        let mine =
            |rewrite: &&Shared<Rewrite>| rewrite.builder == builder && rewrite.of.source.id == self.source.id;
        let rewrite = self.rewrites.iter().find(mine)?;
        Some((rewrite, self.outcome.as_ref() == Some(&rewrite.of)))
    }

    /// What the person leaves out of this text, where it is anything.
    pub fn pick(&self, rewrite: &Shared<Rewrite>) -> Option<&Shared<Pick>> {
        self.picks.iter().find(|pick| pick.of == *rewrite)
    }

    /// What is wanted next: the text for the builder that the person looks at, and what is said of it without the changes that
    /// are left out; then the texts for the other builders.
    pub fn wanted(&self) -> Option<Wish> {
        let outcome = self.outcome.as_ref()?;
        let first = outcome.builder(self.builder.as_deref());
        let seen = first.and_then(|builder| self.rewrite(builder)).filter(|(_, last)| *last);
        let pick = seen.and_then(|(rewrite, _)| self.pick(rewrite));
        if let Some(pick) = pick.filter(|pick| matches!(pick.judged, Judged::Coming)) {
            return Some(Wish::Judge(pick.clone()));
        }
        let mut builders = first.into_iter().chain(outcome.report.rewrites.iter().copied());
        let builder = builders.find(|builder| !self.rewrite(builder).is_some_and(|(_, last)| last))?;
        Some(Wish::Rewrite(outcome.clone(), builder))
    }

    /// This text alone, of which nothing is known; what was said about others is forgotten.
    fn anew(&self, source: Source) -> Self {
        let Self { depth, texts, first, whole, formats, editor_settled, next_id, .. } = self.clone();
        Self { source, depth, texts, first, whole, formats, editor_settled, next_id, ..Self::default() }
    }

    /// The state with these texts too, the first of them shown.
    fn opened(&self, sources: Vec<Source>) -> Self {
        let mut next = self.clone();
        let mut all = self.all();
        // A text with nothing of the person's makes room.
        all.retain(|open| {
            !(open.source.is_blank() || open.source.sample && open.source.id == self.source.id)
        });
        let alone = all.is_empty();
        let shown = self.next_id + 1;
        for source in sources {
            next.next_id += 1;
            all.push(Open { source: Source { id: next.next_id, ..source }, outcome: None });
        }
        if alone {
            next = next.anew(Source::default());
        }
        (next.held, next.patience) = Default::default();
        next.opens(all, shown);
        next
    }

    /// The state after `action`.
    pub fn after(&self, action: Action) -> Self {
        let mut next = self.clone();
        match action {
            Action::Edited(text) => {
                (next.source.text, next.source.sample) = (line_feeds(&text).into(), false);
                // Who empties the editor starts anew: nothing said about the old text holds for the next.
                if next.source.is_blank() {
                    let Source { id, text, .. } = next.source;
                    let source = Source { id, text, ..Source::default() };
                    if self.before.is_empty() && self.after.is_empty() {
                        next = self.anew(source);
                    } else {
                        (next.source, next.outcome) = (source, None);
                    }
                }
            }
            Action::Opened(sources) if sources.is_empty() => {}
            Action::Opened(sources) => next = self.opened(sources),
            Action::Linked(held) if held.source.is_blank() => next.notice = held.notice,
            Action::Linked(held) => {
                let sources = held.open().map(|(source, _)| source.clone()).collect();
                next = self.anew(Source::default()).opened(sources);
                (next.context, next.builder) = (held.context, held.builder);
            }
            Action::Shown(id) => next.opens(self.all(), id),
            Action::Closed(id) => {
                let mut all = self.all();
                let at = all.iter().position(|open| open.source.id == id).unwrap_or_default();
                all.retain(|open| open.source.id != id);
                next.rewrites.retain(|rewrite| rewrite.of.source.id != id);
                next.picks.retain(|pick| pick.of.of.source.id != id);
                let shown = if id == self.source.id {
                    all.get(at).or(all.last()).map_or(0, |open| open.source.id)
                } else {
                    self.source.id
                };
                if all.is_empty() {
                    next.next_id += 1;
                    next = next.anew(Source { id: next.next_id, ..Source::default() });
                } else {
                    next.opens(all, shown);
                }
            }
            Action::Renamed(path) => next.source.path = path,
            Action::ReadAs(format) => next.source.format = format,
            Action::RunsOn(host) => next.context.host = host,
            Action::StartedBy(reach) => next.context.reach = reach,
            Action::Answered(question, answer) => {
                next.said.set(question, answer);
                next.changed = choosing::changes(&self.ways(), &next.ways()).into();
            }
            // The text as it is now is on its way.
            Action::TooLong(files) if files != self.files() => {}
            Action::TooLong(files) => {
                // It holds for the next keys too.
                let bytes: usize = files.iter().map(|source| source.text.len()).sum();
                if next.patience == Patience::Brisk && bytes <= ORDINARY {
                    next.patience = Patience::Slow;
                } else {
                    next.held = true;
                    let all = self.all().into_iter().map(|open| Open { outcome: None, ..open });
                    next.opens(all.collect(), self.source.id);
                }
            }
            Action::ReadAnyway => (next.held, next.patience) = (false, Patience::Asked),
            Action::Analysed(outcomes) => {
                let mut all = self.all();
                for open in &mut all {
                    let own = outcomes.iter().find(|outcome| outcome.source.id == open.source.id);
                    // What is late is of the text as it was a key ago; of another text, which is gone, it says nothing here.
                    if own.is_none_or(|own| own.source == open.source || open.outcome.is_some()) {
                        open.outcome = own.filter(|_| !open.source.is_blank()).cloned();
                    }
                }
                let unknown = |outcome: &Shared<Outcome>| outcome.whole && outcome.report.format == UNKNOWN;
                all.retain(|open| !(open.source.found && open.outcome.as_ref().is_some_and(unknown)));
                next.opens(all, self.source.id);
                let findings = next.outcome.as_ref().map_or(0, |outcome| outcome.report.findings.len());
                next.finding = next.finding.filter(|&finding| finding < findings);
                (next.handed, next.changed) = Default::default();
            }
            Action::Rewritten(rewrite) => {
                let id = rewrite.of.source.id;
                let is_other = |other: &Rewrite| other.builder != rewrite.builder || other.of.source.id != id;
                let before = self.picks.iter().find(|pick| !is_other(&pick.of));
                next.rewrites.retain(|other| is_other(other));
                next.picks.retain(|pick| is_other(&pick.of));
                next.picks.extend(before.and_then(|pick| pick::carried(pick, &rewrite)).map(Shared::new));
                next.rewrites.push(rewrite);
            }
            Action::Took(rewrite, numbers, takes) => {
                let before = self.pick(&rewrite).map(|pick| &**pick);
                next.picks.retain(|pick| pick.of != rewrite);
                next.picks.extend(pick::change(&rewrite, before, numbers, takes).map(Shared::new));
                next.handed = "";
            }
            Action::Judged(judged) => {
                // What is late is of another choice.
                let mut picks = next.picks.iter_mut();
                if let Some(pick) = picks.find(|pick| pick.of == judged.of && pick.left == judged.left) {
                    *pick = judged;
                }
            }
            Action::First(Some(formats)) => {
                next.first = Part::Here;
                if self.whole != Part::Here {
                    next.formats = formats.into();
                }
            }
            Action::First(None) => next.first = Part::Failed,
            Action::Whole(Some(formats)) => {
                (next.whole, next.formats) = (Part::Here, formats.into());
                // What was too long for the other worker may not be for this one. A new one says again that it is there.
                if self.whole != Part::Here {
                    (next.held, next.patience) = Default::default();
                }
            }
            Action::Whole(None) => next.whole = Part::Failed,
            Action::EditorSettled => next.editor_settled = true,
            Action::ChoseJob(job) => next.job = Some(job),
            Action::ChoseBuilder(builder) => {
                next.builder = Some(builder);
                next.handed = "";
            }
            Action::At(finding) => next.finding = finding,
            Action::AllFindings => next.all_findings = true,
            Action::Told(texts) => next.texts = texts,
            Action::Noticed(notice) => next.notice = notice,
            Action::Depth(depth) => next.depth = depth,
            Action::Said(said) => next.handed = said,
        }
        next
    }

    /// The finding after (or before) the one that the person is at, going round.
    pub fn next_finding(&self, back: bool) -> Option<usize> {
        let count = self.outcome.as_ref()?.report.findings.len();
        let last = count.checked_sub(1)?;
        Some(match (self.finding, back) {
            (None, false) => 0,
            (None, true) => last,
            (Some(at), false) => {
                if at >= last {
                    0
                } else {
                    at + 1
                }
            }
            (Some(at), true) => at.checked_sub(1).unwrap_or(last),
        })
    }
}
