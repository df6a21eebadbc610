//! The ways out under what a person says of the runner and of the job's needs: what still fits, why not, with which error,
//! in which order. It asks nothing of the analysis but its report, so the page calls it directly.

use daemonless_catalog::{Consequence, QUESTION_COUNT, QUESTIONS, Question, Then, WAYS, Way};

use crate::alternatives::{Fit, place};
use crate::order;
use crate::report::{AlternativeReport, BlockerReport, FileReport, JobReport, LabelReport, Range};

/// What is said to a question.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Answer {
    Yes,
    No,
    #[default]
    Unknown,
}

impl Answer {
    /// All of them, in the order in which they are offered.
    pub const ALL: &'static [Self] = &[Self::Yes, Self::No, Self::Unknown];

    /// The name in data.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Unknown => "unknown",
        }
    }

    /// The one of that id.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|answer| answer.id() == id)
    }

    /// As a person reads it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Yes => "Yes",
            Self::No => "No",
            Self::Unknown => "Don’t know",
        }
    }
}

/// One thing for each question.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Each<T>([T; QUESTION_COUNT]);

/// An answer to each question.
pub type Answers = Each<Answer>;

impl<T> Each<T> {
    pub fn get(&self, question: Question) -> &T {
        &self.0[question as usize]
    }

    pub fn set(&mut self, question: Question, value: T) {
        self.0[question as usize] = value;
    }

    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.0.iter()
    }
}

impl Answers {
    /// The consequences that a way has under these answers.
    fn bear_on(&self, way: &'static Way) -> impl Iterator<Item = &'static Consequence> {
        let bears = |question: &Question| {
            let info = question.info();
            let given = info.given_by.is_some_and(|other| *self.get(other) == Answer::Yes);
            let wanting = if info.is_of_runner() { Answer::No } else { Answer::Yes };
            *self.get(*question) == wanting && !given
        };
        let asked: Vec<_> = Question::ALL.iter().copied().filter(bears).collect();
        asked.into_iter().map(|question| way.at(question)).filter(|one| one.then != Then::Works)
    }
}

/// How a way stands under the answers.
#[derive(Clone, Debug)]
pub struct Standing<'a> {
    /// The alternative of the report, if it is one.
    pub alternative: Option<&'a AlternativeReport>,
    /// The way as the catalog knows it, if it does.
    pub way: Option<&'static Way>,
    pub fit: Fit,
    /// What the answers change for it, what stops it first.
    pub causes: Vec<&'static Consequence>,
    /// What of the file stands in its way all the same.
    pub blockers: Vec<&'a BlockerReport>,
}

impl Standing<'_> {
    pub fn title(&self) -> &str {
        match (self.alternative, self.way) {
            (Some(alternative), _) => &alternative.title,
            (None, Some(way)) => way.title,
            (None, None) => "",
        }
    }

    /// Tells it from the other ways of a list.
    pub fn id(&self) -> &str {
        match (self.alternative, self.way) {
            (Some(way), _) if way.kind == "run" => &way.title,
            (Some(way), _) => way.builder.unwrap_or(way.kind),
            (None, Some(way)) => way.id,
            (None, None) => "",
        }
    }

    /// Why it stands so, in a sentence or two.
    pub fn why(&self) -> String {
        let said = self.alternative.map(|way| (way.why.as_str(), way.blockers.len()));
        match (self.causes.first(), said) {
            (Some(cause), _) => sentence(cause),
            (None, Some((_, blockers))) if blockers > self.blockers.len() => {
                let left = self.blockers.first().map(|blocker| format!(" It still {}.", blocker.message));
                format!("What stood in its way, the job does not need.{}", left.unwrap_or_default())
            }
            (None, Some((why, _))) => why.to_owned(),
            (None, None) => String::new(),
        }
    }

    fn place(&self) -> u8 {
        let builds = self.way.is_some_and(|way| way.builder.is_some());
        let kind = self.alternative.map_or(if builds { "builder" } else { "vm" }, |way| way.kind);
        place(kind, self.fit)
    }
}

/// What a consequence says, as a sentence.
pub fn sentence(cause: &Consequence) -> String {
    let info = cause.question.info();
    let text = match cause.then {
        Then::Works => "nothing changes",
        Then::Changes(text) | Then::Fails(text) => text,
    };
    let before = if info.is_of_runner() { "Without" } else { "The job needs" };
    format!("{before} {}: {text}.", info.short)
}

/// How a row of the options stands.
pub fn stand(way: &'static Way, answers: &Answers) -> Standing<'static> {
    settled(Standing {
        alternative: None,
        way: Some(way),
        fit: Fit::Fits,
        causes: answers.bear_on(way).collect(),
        blockers: Vec::new(),
    })
}

/// The job's ways out under the answers, best first. Where nothing is answered they are as the report has them; without a job
/// that has any, they are the builders and a machine of the job's own.
pub fn rank<'a>(job: Option<&'a JobReport>, answers: &Answers) -> Vec<Standing<'a>> {
    let job = job.filter(|job| !job.alternatives.is_empty());
    let mut out: Vec<Standing<'a>> = match job {
        Some(job) => job.alternatives.iter().map(|way| of_alternative(job, way, answers)).collect(),
        None => {
            let vm = Way::of("vm-daemon").map(|way| way.id);
            let known = WAYS.iter().filter(|way| way.builder.is_some() || Some(way.id) == vm);
            known.map(|way| stand(way, answers)).collect()
        }
    };
    order::sort_by_key(&mut out, Standing::place);
    out
}

fn of_alternative<'a>(
    job: &'a JobReport,
    alternative: &'a AlternativeReport,
    answers: &Answers,
) -> Standing<'a> {
    let way = match alternative.builder {
        Some(builder) => Way::with(builder),
        None => Way::of(alternative.after.approach),
    };
    let asked = |question: Question| job.needs.iter().any(|need| covers(question, need));
    let denied = |need: &str| {
        QUESTIONS.iter().any(|info| *answers.get(info.question) == Answer::No && covers(info.question, need))
    };
    // What the file shows of a need, the report has said already, more exactly.
    let causes = way.into_iter().flat_map(|way| answers.bear_on(way)).filter(|one| !asked(one.question));
    let causes = causes.collect();
    let blockers: Vec<_> = alternative.blockers.iter().filter(|blocker| !denied(blocker.need)).collect();
    let fit = match alternative.builder {
        None => Fit::from_id(alternative.verdict),
        Some(_) if blockers.iter().any(|blocker| blocker.fatal) => Fit::No,
        Some(_) if blockers.is_empty() => Fit::Fits,
        Some(_) => Fit::WithChanges,
    };
    settled(Standing { alternative: Some(alternative), way, fit, causes, blockers })
}

/// With what stops it before what changes it, and the fit that follows.
fn settled(mut standing: Standing<'_>) -> Standing<'_> {
    let stops = |one: &Consequence| matches!(one.then, Then::Fails(_));
    order::sort_by_key(&mut standing.causes, |one| !stops(one));
    standing.fit = match standing.causes.first() {
        Some(first) if stops(first) => Fit::No,
        Some(_) => standing.fit.max(Fit::WithChanges),
        None => standing.fit,
    };
    standing
}

fn covers(question: Question, need: &str) -> bool {
    question.info().needs.iter().any(|own| own.id() == need)
}

/// An answer that the files give, and where.
#[derive(Clone, Debug)]
pub struct Told {
    pub answer: Answer,
    /// Why it follows, as a sentence without its end.
    pub why: &'static str,
    /// The lines that say so; those of another file name it.
    pub lines: Vec<Range>,
}

/// The answer that a job's own file and those beside it (`reports` has all of them) give to a question.
pub fn told(question: Question, job: &JobReport, own: &FileReport, reports: &[&FileReport]) -> Option<Told> {
    if !question.info().is_of_runner() {
        return of_need(question, job);
    }
    if job.host.id == "vm" {
        let why = match job.host.origin {
            "you" => "you said where it runs: a machine of the job's own allows all of it",
            _ => "the job has a machine of its own, which allows all of it",
        };
        return Some(Told { answer: Answer::Yes, why, lines: ranges(&job.host.lines) });
    }
    let rule = match question {
        Question::Privileged => "privileged-container",
        Question::RelaxedProfiles => "weakened-sandbox",
        _ => return None,
    };
    let said = said_by(rule, job, own, reports);
    if !said.is_empty() {
        return Some(Told { answer: Answer::Yes, why: "what is set there says so", lines: said });
    }
    if question != Question::Privileged {
        return None;
    }
    if let Some(lines) = not_in_configuration(own, reports) {
        let why = "the runner's configuration does not set `privileged`";
        return Some(Told { answer: Answer::No, why, lines });
    }
    let nested = job.accesses.iter().find(|access| {
        access.approach == "nested-daemon"
            && access.confidence != "possible"
            && job.power.id == "host-privilege"
    });
    let why = "a daemon in a container needs it, so it seems to be allowed";
    nested.map(|access| Told { answer: Answer::Yes, why, lines: ranges(&access.lines) })
}

/// The needs that the file shows.
fn of_need(question: Question, job: &JobReport) -> Option<Told> {
    let shown =
        job.need_lines.iter().filter(|need| need.confidence != "possible" && covers(question, need.need));
    let lines: Vec<Range> = shown.flat_map(|need| need.lines.iter().cloned()).collect();
    (!lines.is_empty()).then_some(Told { answer: Answer::Yes, why: "the job asks for it there", lines })
}

/// Where a rule finds something of the job, in any of the files.
fn said_by(rule: &str, job: &JobReport, own: &FileReport, reports: &[&FileReport]) -> Vec<Range> {
    let mut out = Vec::new();
    for report in std::iter::once(&own).chain(reports.iter().filter(|report| report.path != own.path)) {
        let findings = report.findings.iter().filter(|one| one.rule == rule && one.jobs.contains(&job.name));
        out.extend(findings.map(|finding| placed(&finding.range, report, own)));
    }
    out
}

/// The runner of a configuration beside a pipeline, where it is the only one and none of its containers is privileged.
fn not_in_configuration(own: &FileReport, reports: &[&FileReport]) -> Option<Vec<Range>> {
    let report = reports.iter().find(|report| report.format == "gitlab-runner")?;
    let [runner] = report.jobs.as_slice() else { return None };
    let ordinary = !runner.containers.is_empty() && runner.containers.iter().all(|one| !one.privileged);
    let line = Range { line: runner.line, column: 1, end_line: runner.line, end_column: 1, file: None };
    (own.format == "gitlab-ci" && ordinary).then(|| vec![placed(&line, report, own)])
}

/// A range with the name of its file, where that is not the job's own.
fn placed(range: &Range, report: &FileReport, own: &FileReport) -> Range {
    let file = (report.path != own.path).then(|| report.path.as_str().into());
    Range { file: range.file.clone().or(file), ..range.clone() }
}

fn ranges(labels: &[LabelReport]) -> Vec<Range> {
    labels.iter().map(|label| label.range.clone()).collect()
}

/// What changed from one order to the other, for who does not see it; empty where nothing did.
pub fn changes(before: &[Standing<'_>], after: &[Standing<'_>]) -> String {
    let mut out: Vec<String> = Vec::new();
    for now in after {
        let Some(was) = before.iter().find(|was| was.id() == now.id()) else { continue };
        let title = now.title();
        match (was.fit, now.fit) {
            (was, now) if was == now => {}
            (Fit::No, Fit::Fits) => out.push(format!("{title} fits again.")),
            (_, Fit::Fits) => out.push(format!("{title} fits without changes.")),
            (Fit::No, Fit::WithChanges) => out.push(format!("{title} fits again, with changes.")),
            (_, Fit::WithChanges) => out.push(format!("{title} fits with changes: {}.", reason(now))),
            (_, Fit::No) => out.push(format!("{title} no longer fits: {}.", reason(now))),
        }
    }
    let first = |list: &[Standing<'_>]| list.first().map(|one| one.id().to_owned());
    if first(before) != first(after)
        && let Some(now) = after.first()
    {
        out.push(format!("{} is first now.", now.title()));
    }
    out.join(" ").replace('`', "")
}

/// Why it stands so, in a few words; the error where there is one.
fn reason(standing: &Standing<'_>) -> String {
    let cause = standing.causes.first();
    match cause.map(|cause| (cause.error, cause.then)) {
        Some((Some(error), _)) => error.trim_end_matches('.').to_owned(),
        Some((None, Then::Changes(text) | Then::Fails(text))) => text.to_owned(),
        _ => standing.blockers.first().map_or(String::new(), |blocker| blocker.message.clone()),
    }
}
