//! What the page knows, and all that can happen to it. Pure: nothing of the browser here.

use std::ops::Deref;
use std::rc::Rc;

use daemonless_core::model::{Host, Reach};
use daemonless_core::report::{FileReport, JobReport};
use daemonless_core::{Context, File, UNNAMED};

use crate::rewriter::Rewrite;
use crate::texts::Texts;

/// What the analysis calls the format of a text that it does not recognise.
pub const UNKNOWN: &str = "unknown";

/// Few texts are longer than this, in bytes.
const ORDINARY: usize = 64 << 10;

/// The person's text, as the editor holds it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// Empty until the person or a sample names it.
    pub path: String,
    /// Lines end with `\n`, as in every text area.
    pub text: Rc<str>,
    /// Whether the lines of the file ended with `\r\n`. They do so again in what is analysed, copied and downloaded.
    pub crlf: bool,
    /// Id of the format the person chose; else it is recognised.
    pub format: Option<String>,
}

impl Source {
    /// A text from a file, a sample or a paste.
    pub fn new(path: &str, text: &str) -> Self {
        let newlines = text.matches('\n').count();
        let crlf = newlines > 0 && text.matches("\r\n").count() == newlines;
        Self { path: path.to_owned(), text: line_feeds(text).into(), crlf, format: None }
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

/// What the analysis said about one [`Source`] in one [`Context`].
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The text that was analysed, as the editor held it.
    pub source: Source,
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

/// How much of the analysis is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Loaded {
    /// What the page itself has: the verdict, for the formats that most people paste. The whole is on its way.
    #[default]
    First,
    /// All of it, in a worker. The page asks for nothing more.
    Whole,
    /// The whole did not come, or it broke: other formats are not known, and nothing is said beyond the verdict.
    OnlyFirst,
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
    pub source: Source,
    /// What the person said about where it runs and who can start it.
    pub context: Context,
    /// The text took too long to read, so it is not read again before the person asks for it.
    pub held: bool,
    /// How long it may take the next time.
    pub patience: Patience,
    /// The last answer. It may lag behind the source by the time it takes to type a word.
    pub outcome: Option<Shared<Outcome>>,
    /// The last text for each builder. It may lag behind the outcome.
    pub rewrites: Vec<Shared<Rewrite>>,
    pub loaded: Loaded,
    /// What can be read, in the order in which it is offered.
    pub formats: Rc<[Format]>,
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
    /// Whether copying the new text worked, once it was tried.
    pub copied: Option<bool>,
    /// What is told beside the answer.
    pub texts: Texts,
}

/// What can happen.
#[derive(Clone, Debug)]
pub enum Action {
    /// A key, a paste or a cut in the editor; the text area's whole text.
    Edited(String),
    /// Another text takes the place of this one: a sample, a file.
    Opened(Source),
    Renamed(String),
    /// The person says what the text is; `None`: recognise it.
    ReadAs(Option<String>),
    /// The person corrects where it runs; `None`: as the file says.
    RunsOn(Option<Host>),
    /// The person corrects who can start it; `None`: as the file says.
    StartedBy(Option<Reach>),
    /// This text takes too long to read while one types.
    TooLong(Source),
    /// Read it however long it takes.
    ReadAnyway,
    /// The analysis of a source is done; `None`: there is nothing to say.
    Analysed(Option<Shared<Outcome>>),
    /// A text has been rewritten.
    Rewritten(Shared<Rewrite>),
    /// The whole analysis has come, and reads these.
    Loaded(Vec<Format>),
    /// The whole analysis will not come.
    Failed,
    ChoseJob(String),
    ChoseBuilder(String),
    At(Option<usize>),
    AllFindings,
    /// How much to tell of the approach: index of the tab.
    Depth(usize),
    Copied(bool),
    /// The long texts have come, or will not come.
    Told(Texts),
}

impl State {
    /// Whether the analysis is to be run as it is now.
    pub fn is_due(&self) -> bool {
        !self.source.is_blank() && !self.held
    }

    /// How people call the format of that id.
    pub fn title(&self, format: &str) -> Option<&'static str> {
        self.formats.iter().find(|known| known.id == format).map(|known| known.title)
    }

    pub fn job(&self) -> Option<&JobReport> {
        self.outcome.as_ref()?.job(self.job.as_deref())
    }

    /// The last text for this builder, and whether it is of the last outcome.
    pub fn rewrite(&self, builder: &str) -> Option<(&Shared<Rewrite>, bool)> {
        let rewrite = self.rewrites.iter().find(|rewrite| rewrite.builder == builder)?;
        Some((rewrite, self.outcome.as_ref() == Some(&rewrite.of)))
    }

    /// What is to be rewritten next: the text for the builder that the person looks at, then for the others.
    pub fn wanted(&self) -> Option<(Shared<Outcome>, &'static str)> {
        let outcome = self.outcome.as_ref()?;
        let first = outcome.builder(self.builder.as_deref());
        let mut builders = first.into_iter().chain(outcome.report.rewrites.iter().copied());
        let builder = builders.find(|builder| !self.rewrite(builder).is_some_and(|(_, last)| last))?;
        Some((outcome.clone(), builder))
    }

    /// Nothing is known of this text; what was said about another one is forgotten.
    fn anew(&self, source: Source) -> Self {
        let Self { depth, texts, loaded, formats, .. } = self.clone();
        Self { source, depth, texts, loaded, formats, ..Self::default() }
    }

    /// The state after `action`.
    pub fn after(&self, action: Action) -> Self {
        let mut next = self.clone();
        match action {
            Action::Edited(text) => {
                next.source.text = line_feeds(&text).into();
                // Who empties the editor starts anew: nothing said about the old text holds for the next.
                if next.source.is_blank() {
                    next = self.anew(Source { text: next.source.text, ..Source::default() });
                }
            }
            Action::Opened(source) => next = self.anew(source),
            Action::Renamed(path) => next.source.path = path,
            Action::ReadAs(format) => next.source.format = format,
            Action::RunsOn(host) => next.context.host = host,
            Action::StartedBy(reach) => next.context.reach = reach,
            // The text as it is now is on its way.
            Action::TooLong(source) if source != self.source => {}
            Action::TooLong(source) => {
                // It holds for the next keys too.
                if next.patience == Patience::Brisk && source.text.len() <= ORDINARY {
                    next.patience = Patience::Slow;
                } else {
                    next.held = true;
                    next.outcome = None;
                }
            }
            Action::ReadAnyway => (next.held, next.patience) = (false, Patience::Asked),
            // What is late is of the text as it was a key ago; of another text, which is gone, it says nothing here.
            Action::Analysed(Some(late)) if late.source != self.source && self.outcome.is_none() => {}
            Action::Analysed(outcome) => {
                let findings = outcome.as_ref().map_or(0, |outcome| outcome.report.findings.len());
                next.finding = next.finding.filter(|&finding| finding < findings);
                next.outcome = outcome;
                next.copied = None;
            }
            Action::Rewritten(rewrite) => {
                next.rewrites.retain(|other| other.builder != rewrite.builder);
                next.rewrites.push(rewrite);
            }
            Action::Loaded(formats) => (next.loaded, next.formats) = (Loaded::Whole, formats.into()),
            Action::Failed => next.loaded = Loaded::OnlyFirst,
            Action::ChoseJob(job) => next.job = Some(job),
            Action::ChoseBuilder(builder) => {
                next.builder = Some(builder);
                next.copied = None;
            }
            Action::At(finding) => next.finding = finding,
            Action::AllFindings => next.all_findings = true,
            Action::Told(texts) => next.texts = texts,
            Action::Depth(depth) => next.depth = depth,
            Action::Copied(done) => next.copied = Some(done),
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The state after all of `actions`.
    fn after(actions: impl IntoIterator<Item = Action>) -> State {
        actions.into_iter().fold(State::default(), |state, action| state.after(action))
    }

    fn edited(text: &str) -> Action {
        Action::Edited(text.to_owned())
    }

    #[track_caller]
    fn check_file(text: &str, in_editor: &str, then: Option<&str>, file: &str) {
        let mut state = after([Action::Opened(Source::new("a", text))]);
        assert_eq!(&*state.source.text, in_editor);
        if let Some(then) = then {
            state = state.after(edited(then));
        }
        assert_eq!(state.source.file().text, file);
    }

    #[test]
    fn line_ends_of_a_file_come_back() {
        check_file("a\nb\n", "a\nb\n", None, "a\nb\n");
        check_file("a\r\nb\r\n", "a\nb\n", None, "a\r\nb\r\n");
        check_file("a\r\nb\r\n", "a\nb\n", Some("a\nc\n"), "a\r\nc\r\n");
        check_file("a\r\nb\n", "a\nb\n", None, "a\nb\n");
    }

    #[test]
    fn a_text_without_a_name_says_nothing_by_its_name() {
        assert_eq!(after([edited("a")]).source.file().path, UNNAMED);
        assert_eq!(after([edited("a"), Action::Renamed("b.yml".into())]).source.file().path, "b.yml");
    }

    #[test]
    fn another_text_forgets_what_was_said_of_the_last() {
        let state =
            after([edited("a"), Action::RunsOn(Some(Host::Vm)), Action::ReadAs(Some("shell".into()))]);
        assert_eq!(state.context.host, Some(Host::Vm));
        assert_eq!(state.after(edited("ab")).context.host, Some(Host::Vm));
        for other in [edited(" "), Action::Opened(Source::new("b", "c"))] {
            let state = state.after(other);
            assert_eq!(state.context, Context::default());
            assert_eq!(state.source.format, None);
        }
    }

    #[test]
    fn another_text_keeps_what_is_told_of_all() {
        let state = after([Action::Told(Texts::Failed), edited("a")]);
        assert_eq!(state.after(edited("")).texts, Texts::Failed);
        assert_eq!(state.after(Action::Opened(Source::new("b", "c"))).texts, Texts::Failed);
    }

    #[test]
    fn a_text_that_takes_too_long_waits_to_be_asked() {
        assert!(!after([]).is_due());
        let state = after([edited("a")]);
        assert!(state.is_due());
        let too_long = || Action::TooLong(Source::new("", "a"));
        let state = state.after(too_long());
        assert!(state.is_due() && state.patience == Patience::Slow, "the machine may have been busy");
        let state = state.after(too_long());
        assert!(!state.is_due());
        assert!(!state.after(edited("ab")).is_due());
        assert!(state.after(edited("")).after(edited("b")).is_due(), "another text");
        let state = state.after(Action::ReadAnyway);
        assert!(state.is_due() && state.patience == Patience::Asked);
        assert!(state.after(edited("ab")).is_due());
        assert_eq!(state.after(Action::Opened(Source::new("b", "c"))).patience, Patience::Brisk);
        let long = "a".repeat(ORDINARY + 1);
        assert!(!after([edited(&long), Action::TooLong(Source::new("", &long))]).is_due());
        let other = after([edited(&long), Action::Opened(Source::new("b", "c"))]);
        assert!(other.after(Action::TooLong(Source::new("", &long))).is_due(), "it was said of another text");
    }

    #[test]
    fn what_is_late_is_no_answer_on_another_text() {
        let late = || with_findings(2);
        assert!(after([edited("a"), late()]).outcome.is_none());
        assert!(after([late(), edited("a"), late()]).outcome.is_some(), "of the text a key ago");
        assert!(after([late(), Action::Opened(Source::new("b", "c")), late()]).outcome.is_none());
    }

    #[test]
    fn another_text_is_read_by_what_is_there() {
        let state = after([Action::Loaded(Vec::new()), Action::Opened(Source::default())]);
        assert_eq!(state.loaded, Loaded::Whole);
    }

    fn finding() -> daemonless_core::report::FindingReport {
        daemonless_core::report::FindingReport {
            rule: "host-socket",
            severity: "high",
            confidence: "declared",
            jobs: Vec::new(),
            message: String::new(),
            range: Default::default(),
            labels: Vec::new(),
        }
    }

    fn with_findings(count: usize) -> Action {
        let report = FileReport {
            path: String::new(),
            format: "shell",
            format_certain: true,
            risk: "none",
            headline: String::new(),
            jobs: Vec::new(),
            findings: (0..count).map(|_| finding()).collect(),
            notes: Vec::new(),
            rewrites: Vec::new(),
        };
        Action::Analysed(Some(Shared::new(Outcome {
            source: Source::default(),
            context: Context::default(),
            report,
            whole: true,
        })))
    }

    #[track_caller]
    fn check_next(count: usize, at: Option<usize>, next: Option<usize>, back: Option<usize>) {
        let state = after([with_findings(count), Action::At(at)]);
        assert_eq!((state.next_finding(false), state.next_finding(true)), (next, back));
    }

    #[test]
    fn findings_are_walked_in_a_ring() {
        check_next(0, None, None, None);
        check_next(2, None, Some(0), Some(1));
        check_next(2, Some(0), Some(1), Some(1));
        check_next(2, Some(1), Some(0), Some(0));
        check_next(3, Some(1), Some(2), Some(0));
    }

    #[test]
    fn a_finding_that_is_gone_is_left() {
        let state = after([with_findings(2), Action::At(Some(1))]);
        assert_eq!(state.after(with_findings(2)).finding, Some(1));
        assert_eq!(state.after(with_findings(1)).finding, None);
    }
}
