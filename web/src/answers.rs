//! What is said to the questions on the runner and the job's needs, by the person or by the files, and what follows for the
//! ways out. Pure, as the state is.

use daemonless_catalog::Question;
use daemonless_core::choosing::{Answers, Standing, Told, rank, told};
use daemonless_core::report::FileReport;

use crate::state::State;

impl State {
    /// What the files say to a question.
    pub fn told(&self, question: Question) -> Option<Told> {
        let own = &self.outcome.as_ref()?.report;
        let reports: Vec<&FileReport> =
            self.open().filter_map(|(_, outcome)| Some(&outcome?.report)).collect();
        told(question, self.job()?, own, &reports)
    }

    /// The answers that hold: the person's, else the files'.
    pub fn answers(&self) -> Answers {
        let mut answers = Answers::default();
        for question in Question::ALL {
            let said = self.said.get(*question).or_else(|| Some(self.told(*question)?.answer));
            answers.set(*question, said.unwrap_or_default());
        }
        answers
    }

    /// The answers that the page's other parts follow: none before the person has given one.
    pub fn decided(&self) -> Answers {
        let any = self.said.iter().any(Option::is_some);
        if any { self.answers() } else { Answers::default() }
    }

    /// The ways out under the answers, best first.
    pub fn ways(&self) -> Vec<Standing<'_>> {
        rank(self.job(), &self.answers())
    }
}

#[cfg(test)]
mod tests {
    use daemonless_core::choosing::Answer;
    use daemonless_core::{Context, analyze};

    use super::*;
    use crate::state::{Action, Outcome, Shared, Source};

    /// The state with these files open and analysed, the first shown.
    fn open(files: &[(&str, &str)]) -> State {
        let sources = files.iter().map(|(path, text)| Source::new(path, text)).collect();
        let state = State::default().after(Action::Opened(sources));
        let files = state.files();
        let texts: Vec<_> = files.iter().map(Source::file).collect();
        let report = analyze(&texts, &Context::default());
        let outcome = |(source, report): (&Source, FileReport)| {
            let (source, files) = (source.clone(), files.clone());
            Shared::new(Outcome { source, files, context: Context::default(), report, whole: true })
        };
        state.after(Action::Analysed(files.iter().zip(report.files).map(outcome).collect()))
    }

    const NESTED: &str = "a:\n  image: docker:29\n  services: [docker:29-dind]\n  script: [docker build .]\n";

    fn said(question: Question, answer: Answer) -> Action {
        Action::Answered(question, Some(answer))
    }

    #[test]
    fn the_person_is_believed_before_the_files() {
        let state = open(&[(".gitlab-ci.yml", NESTED)]);
        assert_eq!(*state.answers().get(Question::Privileged), Answer::Yes);
        assert_eq!(state.decided(), Answers::default(), "the person has said nothing");
        let corrected = state.after(said(Question::Privileged, Answer::No));
        assert_eq!(*corrected.answers().get(Question::Privileged), Answer::No);
        assert_eq!(corrected.decided(), corrected.answers());
        let back = corrected.after(Action::Answered(Question::Privileged, None));
        assert_eq!(*back.answers().get(Question::Privileged), Answer::Yes);
    }

    #[test]
    fn a_configuration_beside_the_pipeline_answers() {
        let runner = "[[runners]]\n  executor = \"docker\"\n  [runners.docker]\n    image = \"alpine\"\n";
        let state = open(&[(".gitlab-ci.yml", NESTED), ("config.toml", runner)]);
        let told = state.told(Question::Privileged).expect("an answer");
        assert_eq!((told.answer, told.lines[0].file.as_deref()), (Answer::No, Some("config.toml")));
    }

    #[test]
    fn what_an_answer_changes_is_told_until_the_text_changes() {
        let state = open(&[(".gitlab-ci.yml", NESTED)]);
        assert!(state.changed.is_empty());
        let state = state.after(said(Question::RelaxedProfiles, Answer::No));
        // The file says that the runner's containers are privileged.
        assert!(state.changed.is_empty(), "{}", state.changed);
        let state = state.after(said(Question::Privileged, Answer::Unknown));
        assert!(
            state.changed.starts_with("Buildah no longer fits: Error during unshare"),
            "{}",
            state.changed
        );
        assert!(state.ways().first().is_some_and(|way| way.id() == "kaniko"));
        let outcome = state.outcome.clone().expect("an outcome");
        let typed = state.after(Action::Edited(format!("{NESTED}\n"))).after(Action::Analysed(vec![outcome]));
        assert!(typed.changed.is_empty());
        assert_eq!(typed.said, state.said, "an answer holds while one types");
        assert_eq!(
            typed.after(Action::Edited(String::new())).said,
            Default::default(),
            "but not for another text"
        );
    }
}
