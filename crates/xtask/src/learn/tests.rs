//! The guide as a whole: its links, its ids, what has to have its place, its texts in the editor's form.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use daemonless_catalog::{Approach, Builder, CONTAINMENT, LEDGER, Need, RUNNING, SOURCES, STEPS};
use daemonless_core::RULES;

use super::link::{approach_path, builder_path, rule_path};
use super::{Assets, BESIDE, picture, shell, try_it, written};

/// Every document by its path.
static DOCUMENTS: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    let assets =
        Assets { style: "style-0f1e2d3c4b5a6978.css".into(), icon: "icon-0f1e2d3c4b5a6978.svg".into() };
    let pages = super::pages().expect("the guide is written");
    let document = |at: usize| shell::document(&pages, at, &assets).expect("a document").into_string();
    pages.iter().enumerate().map(|(at, page)| (page.path.clone(), document(at))).collect()
});

/// The values of an attribute, as they are meant.
fn values<'d>(document: &'d str, attribute: &str) -> impl Iterator<Item = String> + 'd {
    let start = format!(" {attribute}=\"");
    let at = document.match_indices(&start).map(|(at, found)| at + found.len()).collect::<Vec<_>>();
    at.into_iter().filter_map(|at| document[at..].split('"').next()).map(meant)
}

/// A text without its escapes.
fn meant(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

/// Where a relative address leads, seen from a page.
fn resolved(from: &str, address: &str) -> String {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in address.split('/') {
        match part {
            ".." => assert!(parts.pop().is_some(), "{from}: {address} leads out of the folder"),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Fails with all faults at once.
#[track_caller]
fn none(faults: Vec<String>) {
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn links_lead_to_pages_and_places() {
    let assets = ["index.html", "style-0f1e2d3c4b5a6978.css", "icon-0f1e2d3c4b5a6978.svg", "theme.js"];
    let mut faults = Vec::new();
    for (path, document) in DOCUMENTS.iter() {
        let addresses = values(document, "href").chain(values(document, "src"));
        for address in addresses.filter(|address| !address.starts_with("https://")) {
            let (file, place) = address.split_once('#').unwrap_or((&address, ""));
            let file = if file.is_empty() { path.clone() } else { resolved(path, file) };
            let beside = BESIDE.iter().any(|name| file == format!("learn/{name}"));
            let found = match DOCUMENTS.get(&file) {
                Some(target) => place.is_empty() || values(target, "id").any(|id| id == place),
                None => beside || assets.contains(&&*file) && (place.is_empty() || place.starts_with("v1.")),
            };
            if !found {
                faults.push(format!("{path}: {address} leads nowhere"));
            }
        }
    }
    none(faults);
}

#[test]
fn ids_are_unique() {
    let mut faults = Vec::new();
    for (path, document) in DOCUMENTS.iter() {
        let mut seen = BTreeSet::new();
        faults.extend(
            values(document, "id").filter(|id| !seen.insert(id.clone())).map(|id| format!("{path}: {id}")),
        );
    }
    none(faults);
}

#[test]
fn everything_has_its_place() {
    #[track_caller]
    fn check(path: &str, ids: impl IntoIterator<Item = &'static str>) {
        let document = DOCUMENTS.get(path).unwrap_or_else(|| panic!("no page {path}"));
        let known: BTreeSet<_> = values(document, "id").collect();
        none(
            ids.into_iter().filter(|id| !known.contains(*id)).map(|id| format!("{path}: no {id}")).collect(),
        );
    }
    check("learn/index.html", Approach::ALL.iter().map(|one| one.id()));
    check("learn/attack-paths.html", STEPS.iter().map(|one| one.key));
    check(
        "learn/hardening.html",
        CONTAINMENT.iter().map(|one| one.id).chain(RUNNING.iter().map(|one| one.id)),
    );
    check("learn/common-advice.html", LEDGER.iter().map(|one| one.id));
    check("learn/sources.html", SOURCES.iter().map(|one| one.id));
    for approach in Approach::ALL {
        check(&approach_path(approach.id()), ["what", "example"]);
    }
    for builder in Builder::ALL {
        check(&builder_path(builder.id()), Need::ALL.iter().map(|need| need.id()));
    }
    for rule in RULES {
        check(&rule_path(rule.id), ["bad", "good"]);
    }
}

/// What stands between two marks, each time.
fn between<'d>(document: &'d str, start: &'d str, end: &'d str) -> impl Iterator<Item = &'d str> {
    document.split(start).skip(1).filter_map(move |rest| rest.split(end).next())
}

/// The words of a piece of a document.
fn words(html: &str) -> String {
    let outside = html.split('<').enumerate();
    meant(
        &outside
            .map(|(at, part)| if at == 0 { part } else { part.split_once('>').map_or("", |(_, text)| text) })
            .collect::<String>(),
    )
}

#[test]
fn what_is_tried_is_what_is_shown() {
    let mut tried = 0;
    for (path, document) in DOCUMENTS.iter() {
        for figure in between(document, "<figure class=\"example\">", "</figure>") {
            let address =
                values(figure, "href").find(|address| address.contains("#v1.")).expect("a way to try it");
            let (_, fragment) = address.split_once('#').expect("a fragment");
            let read = try_it::read(fragment);
            let text = read["files"][0]["text"].as_str().expect("a text");
            let shown =
                between(figure, "<pre class=\"sheet text\">", "</pre>").map(words).collect::<String>();
            // A builder's page shows what becomes of the text.
            let same = shown.trim_end() == text.trim_end();
            assert_eq!(same, read["builder"].is_null(), "{path}:\n{shown}\n{text}");
            tried += 1;
        }
    }
    assert!(tried > 100, "{tried} texts");
}

#[test]
fn pages_need_no_script_and_bring_no_looks_of_their_own() {
    let mut faults = Vec::new();
    for (path, document) in DOCUMENTS.iter() {
        if document.matches("<script").count() != 1 || !document.contains("theme.js\"></script>") {
            faults.push(format!("{path}: the theme's script, and no other"));
        }
        for attribute in [" style=\"", " onclick", " onload", "<style", "javascript:", "<iframe", "<img"] {
            if document.contains(attribute) {
                faults.push(format!("{path}: {attribute}"));
            }
        }
        if let Some(left) = between(document, "<p>", "</p>").find(|text| text.contains("][")) {
            faults.push(format!("{path}: a reference to nothing in: {left}"));
        }
    }
    none(faults);
}

#[test]
fn texts_are_plain_and_kind() {
    let mut faults = Vec::new();
    for written in super::WRITTEN {
        let path = super::path_of(written.id);
        let text = words(&DOCUMENTS[&path]).to_ascii_lowercase();
        for word in [" just ", " simply ", " obviously", " easy ", "!\n"] {
            if text.contains(word) {
                faults.push(format!("{path}: {word:?}"));
            }
        }
    }
    none(faults);
}

#[test]
fn pictures_go_as_the_analysis_does() {
    for approach in Approach::ALL {
        let told: Vec<_> = written::example_of(*approach).expect("an example").steps().collect();
        let drawn = picture::scheme(*approach).stops.iter().filter_map(|stop| stop.key());
        let at: Vec<_> = drawn.filter_map(|key| told.iter().position(|step| *step == key)).collect();
        assert!(at.is_sorted(), "{approach:?}: {told:?}");
        assert!(!at.is_empty() || told.is_empty(), "{approach:?}: the picture has nothing of {told:?}");
    }
}
