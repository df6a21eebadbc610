//! A page for each approach: its picture, why it matters, what it looks like in a file, what is often said of it.

use anyhow::{Context, Result};
use daemonless_catalog::{Approach, OPTIONS};
use maud::{Markup, html};

use super::link::{Here, approach_path};
use super::part::{self, Sections};
use super::text::{blocks, line};
use super::{GUIDE, Page, mark, picture, written};

/// The page of an approach.
pub(super) fn page(approach: Approach) -> Result<Page> {
    let info = approach.info();
    let path = approach_path(info.id);
    let here = Here(&path);
    let mut sections = Sections::default();
    sections.add("what", "What it is", html! { (blocks(info.what, here)) (in_words(approach, here)) });
    sections.add("why", "Why it matters", reasons(approach, here));
    let example =
        written::text_of_approach(approach, here).with_context(|| written::file_of_approach(approach))?;
    sections.add("example", "What it looks like", example);
    sections.add(
        "use",
        "What to do",
        html! {
            dl class="kv" {
                dt { "Good for" } dd { (line(info.good_for, here)) }
                dt { "Rightly used by" } dd { (line(info.rightly_used_by, here)) }
                dt { "What would have to change" } dd { (line(info.change, here)) }
            }
        },
    );
    sections.add_text("practice", "In practice", info.in_practice, here);
    sections.add_text("full", "In full", info.in_full, here);
    if rows(approach).next().is_some() {
        sections.add("risk", "What it risks", risks(approach, here));
    }
    if !info.common_wisdom.is_empty() {
        sections.add("said", "What is often said", part::corrections(info.common_wisdom, here));
    }
    sections.add("sources", "Sources", part::sources(info.sources));
    let body = sections.finish(html! { (picture::picture(approach, "picture")) }, here);
    Ok(Page {
        name: info.title.to_owned(),
        title: info.title.to_owned(),
        description: info.in_short.to_owned(),
        parent: GUIDE,
        body,
        path,
    })
}

/// The stops of the picture as a list, each with its place among the attacks.
fn in_words(approach: Approach, here: Here<'_>) -> Markup {
    let scheme = picture::scheme(approach);
    html! {
        p { "In the picture:" }
        ol class="numbered" {
            @for stop in scheme.stops.iter().filter(|stop| !stop.is_spared()) {
                li {
                    @if let Some(key) = stop.key() { a href=(here.step(key)) { (stop.title()) } }
                    @else { (stop.title()) }
                }
            }
        }
    }
}

fn reasons(approach: Approach, here: Here<'_>) -> Markup {
    html! {
        @for reason in approach.info().why {
            article class="piece" {
                h3 { (line(reason.title, here)) }
                (blocks(reason.text, here))
                (part::sources(reason.sources))
            }
        }
    }
}

/// The rows of the table of choices that are this approach.
fn rows(approach: Approach) -> impl Iterator<Item = &'static daemonless_catalog::OptionRow> {
    OPTIONS.iter().filter(move |row| row.approach == Some(approach))
}

fn risks(approach: Approach, here: Here<'_>) -> Markup {
    html! {
        p {
            "With code that one does not trust; what decides is "
            a href=(here.to("learn/risk.html")) { "power, machine and who can start the job" } "."
        }
        dl class="kv" {
            @for row in rows(approach) {
                dt { (line(row.title, here)) }
                dd {
                    (mark::range(row.risk))
                    @if let Some(note) = row.risk_note { ", " (line(note, here)) }
                    ". " em { "Right when:" } " " (line(row.right_when, here))
                }
            }
        }
    }
}
