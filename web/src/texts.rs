//! The long texts: what is told of rules and of the catalog, and no verdict waits for. `cargo xtask docs` writes them to
//! one file, which is asked for as a whole at the start, so that no text of a person decides what is asked for.

use yew::prelude::*;

use crate::state::Shared;

/// A piece of the file: it has nothing but texts, lists and names.
#[derive(Debug, PartialEq)]
pub enum Entry {
    Text(String),
    List(Vec<Entry>),
    /// Each with its name, in the file's order.
    Named(Vec<(String, Entry)>),
}

impl Entry {
    /// What has that name here.
    pub fn find(&self, name: &str) -> Option<&Self> {
        let Self::Named(entries) = self else { return None };
        entries.iter().find(|(known, _)| known == name).map(|(_, entry)| entry)
    }

    /// The text of that name, which the file has.
    pub fn text(&self, name: &str) -> &str {
        let entry = self.find(name);
        debug_assert!(entry.is_some(), "no text `{name}`");
        entry.map(Self::as_text).unwrap_or_default()
    }

    /// The list of that name, which the file has.
    pub fn list(&self, name: &str) -> &[Self] {
        let entry = self.find(name);
        debug_assert!(entry.is_some(), "no list `{name}`");
        if let Some(Self::List(entries)) = entry { entries } else { &[] }
    }

    /// Itself, where it is a text.
    pub fn as_text(&self) -> &str {
        if let Self::Text(text) = self { text } else { "" }
    }
}

/// All texts, if they are there.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Texts {
    #[default]
    Coming,
    Failed,
    Here(Shared<Entry>),
}

impl Texts {
    /// The part of the file that has that name.
    pub fn find(&self, name: &str) -> Option<&Entry> {
        match self {
            Self::Here(texts) => texts.find(name),
            Self::Coming | Self::Failed => None,
        }
    }

    /// What stands in the place of texts that are not there.
    pub fn instead(&self) -> Html {
        let words = match self {
            Self::Coming => "This part is on its way.",
            Self::Failed => "This part could not be loaded. Load the page again to have it.",
            Self::Here(_) => return html! {},
        };
        html! { <p class="aside">{words}</p> }
    }

    /// Where it is said, with the day when it was checked. `cited` has the sources' ids.
    pub fn sources(&self, cited: &[Entry]) -> Html {
        let all = if let Self::Here(texts) = self { texts.list("sources") } else { &[] };
        sources(cited.iter().filter_map(|id| all.iter().find(|source| source.text("id") == id.as_text())))
    }
}

/// A list of sources.
pub fn sources<'a>(sources: impl Iterator<Item = &'a Entry>) -> Html {
    let source = |source: &Entry| {
        html! {
            <li>
                <a href={source.text("url").to_owned()} rel="noreferrer">{source.text("title")}</a>
                <time>{source.text("checked")}</time>
            </li>
        }
    };
    let list: Vec<_> = sources.map(source).collect();
    if list.is_empty() {
        html! {}
    } else {
        html! { <ul class="src" aria-label="Sources">{list}</ul> }
    }
}

#[cfg(test)]
mod tests {
    use daemonless_catalog::Question;
    use daemonless_core::choosing::Answer;
    use daemonless_core::report::FileReport;
    use daemonless_core::{Context, RULES, analyze};
    use serde_json::Value;

    use super::*;
    use crate::state::{Action, Outcome, Source, State};
    use crate::{choices, choosing, explanation, footer};

    fn entry(value: Value) -> Entry {
        match value {
            Value::String(text) => Entry::Text(text),
            Value::Array(list) => Entry::List(list.into_iter().map(entry).collect()),
            Value::Object(named) => {
                Entry::Named(named.into_iter().map(|(name, value)| (name, entry(value))).collect())
            }
            other => panic!("neither text, list nor object: {other}"),
        }
    }

    /// The file itself.
    fn texts() -> Texts {
        let file = include_str!("../../static/texts.json");
        Texts::Here(Shared::new(entry(serde_json::from_str(file).expect("JSON"))))
    }

    fn report(text: &str) -> FileReport {
        analyze(&[Source::new("a.sh", text).file()], &Context::default()).files.remove(0)
    }

    #[test]
    fn a_part_is_found_by_its_name() {
        let texts = entry(serde_json::json!({ "a": { "b": "c", "d": ["e"] } }));
        let part = texts.find("a").expect("a part");
        assert_eq!((part.text("b"), part.list("d")), ("c", &[Entry::Text("e".into())][..]));
        assert_eq!((part.find("f"), part.as_text(), texts.find("b")), (None, "", None));
    }

    /// Whatever the page asks for is in the file: a name that is not there ends the test.
    #[test]
    fn all_that_the_page_tells_is_in_the_file() {
        let texts = texts();
        for rule in RULES {
            let told = texts.find("rules").and_then(|rules| rules.find(rule.id)).expect(rule.id);
            assert_eq!(told.text("summary"), rule.summary);
            assert!(!told.text("docs").is_empty(), "{}", rule.id);
        }
        let report = report("docker run --privileged debian");
        let outcome = Outcome {
            source: Source::default(),
            files: [].into(),
            context: Context::default(),
            report,
            whole: true,
        };
        let approaches = texts.find("approaches").expect("approaches");
        let Entry::Named(approaches) = approaches else { panic!("no names") };
        assert_eq!(approaches.len(), daemonless_catalog::Approach::ALL.len());
        for approach in daemonless_catalog::Approach::ALL {
            let mut job = outcome.report.jobs[0].clone();
            job.approach = approach.id();
            for depth in 0..3 {
                let state = [Action::Told(texts.clone()), Action::Depth(depth)]
                    .into_iter()
                    .fold(State::default(), |state, action| state.after(action));
                let _ = explanation::view(&state, &job, &Callback::noop());
            }
        }
        let state = State::default().after(Action::Told(texts.clone()));
        let _ = choices::view(&state, outcome.job(None).map(|job| (&outcome, job)));
        // Whatever is said to the questions.
        for question in Question::ALL {
            for answer in Answer::ALL {
                let _ = choosing::view(
                    &state.after(Action::Answered(*question, Some(*answer))),
                    &Callback::noop(),
                );
            }
        }
        let _ = footer::ledger(&texts);
    }
}
