//! What pages have in common: sections with their list, sources, settings, tables.

use daemonless_catalog::{Containment, Correction, Platform, Setting, Source, SourceRef};
use maud::{Markup, html};

use super::link::Here;
use super::text::{blocks, line};

/// Sections, one after the other, and the list of them.
#[derive(Default)]
pub(super) struct Sections(Vec<(String, String, Markup)>);

impl Sections {
    /// Adds a section; the title is Markdown of one line.
    pub(super) fn add(&mut self, id: &str, title: &str, content: Markup) {
        self.0.push((id.to_owned(), title.to_owned(), content));
    }

    /// Adds a section where there is something to say.
    pub(super) fn add_text(&mut self, id: &str, title: &str, text: &str, here: Here<'_>) {
        if !text.is_empty() {
            self.add(id, title, blocks(text, here));
        }
    }

    /// All of them; `intro` stands in front.
    pub(super) fn finish(self, intro: Markup, here: Here<'_>) -> Markup {
        let listed: Vec<_> = self.0.iter().filter(|(_, title, _)| !title.is_empty()).collect();
        html! {
            @if listed.len() > 2 {
                nav class="contents" aria-label="On this page" {
                    ul { @for (id, title, _) in &listed { li { a href={ "#" (id) } { (line(title, here)) } } } }
                }
            }
            div class="reading" {
                (intro)
                @for (id, title, content) in &self.0 {
                    section class="part" id=(id) { h2 { (line(title, here)) } (content) }
                }
            }
        }
    }
}

/// Sources as a list, each with the day it was checked.
pub(super) fn sources(sources: &[SourceRef]) -> Markup {
    html! { ul class="src" { @for source in sources { li { (self::source(source)) } } } }
}

/// One source with the day it was checked.
pub(super) fn source(source: &Source) -> Markup {
    html! { a href=(source.url) { (source.title) } span { "checked " time { (source.checked) } } }
}

/// A setting, ready to copy.
pub(super) fn setting(setting: &Setting) -> Markup {
    html! {
        p class="why" { code { (setting.key) } " in " (setting.file) ":" }
        pre class="sheet" { code { (setting.snippet.trim_end()) } }
    }
}

/// Pieces of advice, each with its setting and its source. `prefix` keeps ids of one page apart.
pub(super) fn advice<'a>(advice: impl IntoIterator<Item = &'a Containment>, here: Here<'_>) -> Markup {
    html! {
        @for advice in advice {
            article class="piece" id=(advice.id) {
                h4 { (line(advice.title, here)) }
                @if advice.platform != Platform::Any { p class="why" { (advice.platform.title()) } }
                p { (line(advice.text, here)) }
                @if let Some(setting) = &advice.setting { (self::setting(setting)) }
                (sources(&[advice.source]))
            }
        }
    }
}

/// Claims and what holds today.
pub(super) fn corrections(said: &[Correction], here: Here<'_>) -> Markup {
    html! {
        dl class="said" {
            @for said in said {
                div {
                    dt { (line(said.claim, here)) }
                    dd { (line(said.today, here)) (sources(said.sources)) }
                }
            }
        }
    }
}

/// A cell of a table and the name of its column, which it carries where columns are no columns.
pub(super) struct Cell(pub(super) &'static str, pub(super) Markup);

/// A table: its first column is the rows' heads. Narrow screens have a block for each row.
pub(super) fn table(
    caption: &str,
    first: &str,
    columns: &[&str],
    rows: impl IntoIterator<Item = (Markup, Vec<Cell>)>,
) -> Markup {
    html! {
        table class="t" {
            caption class="vh" { (caption) }
            thead { tr { th scope="col" { (first) } @for column in columns { th scope="col" { (column) } } } }
            tbody {
                @for (head, cells) in rows {
                    tr {
                        th scope="row" { (head) }
                        @for Cell(name, cell) in cells { td data-l=(name) { (cell) } }
                    }
                }
            }
        }
    }
}
