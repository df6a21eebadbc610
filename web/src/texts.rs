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
            Self::Coming => "This text is on its way.",
            Self::Failed => "This text could not be loaded. Load the page again to have it.",
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
