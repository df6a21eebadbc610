//! The document around a page: head, band, the way back and on, foot.

use anyhow::Result;
use maud::{DOCTYPE, Markup, html};

use super::link::{EDITOR, Here};
use super::text::{line, plain};
use super::{Assets, COMPATIBILITY, GUIDE, Page, RULES_PAGE, WRITTEN, mark, path_of};

/// Places in the band, by path and word.
const PLACES: [(&str, &str); 5] = [
    (EDITOR, "Check"),
    (GUIDE, "Learn"),
    (RULES_PAGE, "Rules"),
    (COMPATIBILITY, "Compatibility"),
    ("learn/hardening.html", "Hardening"),
];

/// The document of the page of that index; its files beside it are `assets`.
pub(super) fn document(pages: &[Page], at: usize, assets: &Assets) -> Result<Markup> {
    let page = &pages[at];
    let here = Here(&page.path);
    let above = above(pages, page);
    let title = plain(&page.title);
    Ok(html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                title { (title) " · Daemonless" }
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="description" content=(plain(&page.description));
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                script src=(here.to("theme.js")) {}
                link rel="icon" href=(here.to(&assets.icon)) type="image/svg+xml";
                link rel="stylesheet" href=(here.to(&assets.style));
                link rel="stylesheet" href=(here.to("learn/learn.css"));
            }
            body {
                a class="skip" href="#content" { "To the text" }
                (mark::definitions()?)
                (band(here, &above))
                main class="wrap learn" id="content" {
                    @if !above.is_empty() {
                        nav class="trail" aria-label="Where this page is" {
                            ol { @for page in &above { li { a href=(here.to(&page.path)) { (page.name) } } }
                                li { span aria-current="page" { (page.name) } } }
                        }
                    }
                    (article(page))
                    (on(pages, at, here))
                }
                (foot(pages, here))
            }
        }
    })
}

/// Heading, description and body, without what is around them.
pub(super) fn article(page: &Page) -> Markup {
    let here = Here(&page.path);
    html! {
        header class="top" {
            h1 { (line(&page.title, here)) }
            p class="lede" { (line(&page.description, here)) }
        }
        div class="body" { (page.body) }
    }
}

fn foot(pages: &[Page], here: Here<'_>) -> Markup {
    // What stands right below the first page and is written by hand.
    let written = pages.iter().filter(|page| WRITTEN.iter().any(|one| path_of(one.id) == page.path));
    html! {
        footer class="wrap take learn-foot" {
            nav aria-labelledby="guide" {
                h2 id="guide" { "The whole guide" }
                ul { @for page in written { li { a href=(here.to(&page.path)) { (page.name) } } } }
            }
            div {
                h2 { "Where this comes from" }
                p {
                    "These pages are written from the same facts and rules by which the editor judges a text. Each fact has its "
                    a href=(here.to("learn/sources.html")) { "source and the day it was checked" } "."
                }
                h2 { "What these pages ask of the network" }
                p {
                    "Nothing but their own files. “Try it” puts the text behind the " code { "#" }
                    " of an address, which browsers send to no one."
                }
            }
        }
    }
}

fn band(here: Here<'_>, above: &[&Page]) -> Markup {
    // The word that leads to this page, or to the nearest page above it.
    let known = |path: &&str| PLACES.iter().any(|(place, _)| place == path);
    let way = std::iter::once(here.0).chain(above.iter().rev().map(|page| page.path.as_str()));
    let current = way.into_iter().find(known);
    html! {
        header class="band" {
            div class="wrap" {
                a class="brand" href=(here.to(EDITOR)) {
                    svg aria-hidden="true" { use href="#i-brand" {} } "Daemonless"
                }
                nav aria-label="Places" {
                    @for (path, word) in PLACES {
                        @let state = (current == Some(path)).then_some(if path == here.0 { "page" } else { "true" });
                        a href=(here.to(path)) aria-current=[state] { (word) }
                    }
                }
            }
        }
    }
}

/// The pages above a page, from the first one on.
fn above<'p>(pages: &'p [Page], page: &Page) -> Vec<&'p Page> {
    let mut above = Vec::new();
    let mut parent = page.parent;
    while let Some(page) = pages.iter().find(|page| page.path == parent) {
        above.insert(0, page);
        parent = page.parent;
    }
    above
}

/// The pages before and after this one.
fn on(pages: &[Page], at: usize, here: Here<'_>) -> Markup {
    let before = at.checked_sub(1).and_then(|at| pages.get(at));
    let after = pages.get(at + 1);
    html! {
        nav class="on" aria-label="Pages before and after" {
            @if let Some(page) = before {
                a rel="prev" href=(here.to(&page.path)) { span { "Before" } (page.name) }
            }
            @if let Some(page) = after {
                a class="next" rel="next" href=(here.to(&page.path)) { span { "Next" } (page.name) }
            }
        }
    }
}
