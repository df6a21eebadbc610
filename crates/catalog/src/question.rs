//! What a choice depends on that no pipeline says: what the runner allows, what the job needs, and what becomes of each way.

use crate::source::SourceRef;
use crate::tables::{Approach, Builder, Need, QUESTIONS, Question, WAYS};

/// A question to the person.
#[derive(Debug)]
pub struct QuestionInfo {
    pub id: &'static str,
    pub question: Question,
    pub title: &'static str,
    /// In a sentence: "without …" of what the runner allows, "needs …" of the job.
    pub short: &'static str,
    /// Where the answer to that one is yes, so is this one's.
    pub given_by: Option<Question>,
    /// The needs that it asks for; empty where it is about the runner.
    pub needs: &'static [Need],
    /// What each answer means, in a sentence.
    pub yes: &'static str,
    pub no: &'static str,
    pub unknown: &'static str,
    /// How to find out, and a command that helps.
    pub find_out: &'static str,
    pub command: Option<&'static str>,
    pub source: SourceRef,
}

impl QuestionInfo {
    /// Whether it is about what the runner allows, not about what the job needs.
    pub const fn is_of_runner(&self) -> bool {
        self.needs.is_empty()
    }
}

/// What becomes of a way where the runner does not allow something, or where the job needs something.
#[derive(Debug)]
pub struct Consequence {
    pub question: Question,
    pub then: Then,
    /// What it says then, word for word; `None` where no exact text is known.
    pub error: Option<&'static str>,
    pub source: SourceRef,
}

/// How far it still works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    Works,
    /// In another way, or under a condition.
    Changes(&'static str),
    /// It stops; why.
    Fails(&'static str),
}

/// A row of the options, as far as the questions decide it.
#[derive(Debug)]
pub struct Way {
    /// The row's.
    pub id: &'static str,
    pub title: &'static str,
    pub approach: Option<Approach>,
    pub builder: Option<Builder>,
    /// One for each question, in their order.
    pub consequences: &'static [Consequence],
}

impl Question {
    /// What is to be said about it.
    pub fn info(self) -> &'static QuestionInfo {
        &QUESTIONS[self as usize]
    }
}

impl Way {
    /// The way with that builder.
    pub fn with(builder: &str) -> Option<&'static Self> {
        WAYS.iter().find(|way| way.builder.is_some_and(|own| own.id() == builder))
    }

    /// The first way of an approach that is no builder's.
    pub fn of(approach: &str) -> Option<&'static Self> {
        WAYS.iter()
            .filter(|way| way.builder.is_none())
            .find(|way| way.approach.is_some_and(|own| own.id() == approach))
    }

    /// What becomes of it where the answer to a question is not what it would like.
    pub fn at(&self, question: Question) -> &'static Consequence {
        &self.consequences[question as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::{OPTIONS, QUESTION_COUNT};

    #[test]
    fn every_way_has_an_answer_to_each_question() {
        assert_eq!((Question::ALL.len(), WAYS.len()), (QUESTION_COUNT, OPTIONS.len()));
        for builder in Builder::ALL {
            assert!(Way::with(builder.id()).is_some(), "{builder:?}");
        }
        for (way, row) in WAYS.iter().zip(OPTIONS) {
            assert_eq!((way.id, way.builder), (row.id, row.builder));
            assert_eq!(way.consequences.len(), QUESTION_COUNT, "{}", way.id);
            for question in Question::ALL {
                assert_eq!(question.info().question, *question);
                assert_eq!(way.at(*question).question, *question, "{}", way.id);
            }
        }
    }

    #[test]
    fn five_are_about_the_runner_and_three_about_needs() {
        let (runner, needs): (Vec<_>, Vec<_>) = QUESTIONS.iter().partition(|info| info.is_of_runner());
        assert_eq!((runner.len(), needs.len()), (5, 3));
    }

    /// How the builders fare, letter by letter: works, changes, fails.
    fn fares(question: Question) -> String {
        let letter = |builder: &Builder| match Way::with(builder.id()).map(|way| way.at(question).then) {
            Some(Then::Works) => 'w',
            Some(Then::Changes(_)) => 'c',
            _ => 'f',
        };
        Builder::ALL.iter().map(letter).collect()
    }

    #[test]
    fn what_the_builders_make_of_the_answers() {
        let all: Vec<_> = Question::ALL.iter().map(|question| (question.id(), fares(*question))).collect();
        let expected = [
            ("privileged", "wwww"),
            ("relaxed-profiles", "fffw"),
            ("user-namespaces", "fffw"),
            ("fuse", "ccww"),
            ("root", "ccwf"),
            ("containers", "fcff"),
            ("platforms", "wwwf"),
            ("cache-service", "ccwf"),
        ];
        assert_eq!(all, expected.map(|(id, fares)| (id, fares.to_owned())));
    }

    #[test]
    fn the_needs_tell_any_two_builders_apart() {
        let needs: Vec<_> = QUESTIONS.iter().filter(|info| !info.is_of_runner()).collect();
        let column = |at: usize| -> String {
            needs.iter().filter_map(|info| fares(info.question).chars().nth(at)).collect()
        };
        let columns: std::collections::BTreeSet<_> = (0..Builder::ALL.len()).map(column).collect();
        assert_eq!(columns.len(), Builder::ALL.len());
    }
}
