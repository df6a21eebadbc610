//! The repository itself. Each message says how to mend it.

use std::fs;
use std::process::Command;

use daemonless_core::format::FORMATS;
use daemonless_core::rules::RULES;

use crate::support::root;

/// Every tracked file and those about to be, with its text; those that are no text are left out.
fn files() -> Vec<(String, String)> {
    let list = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .expect("git lists the files");
    let list = String::from_utf8(list.stdout).expect("paths are UTF-8");
    let text = |path: &str| Some((path.to_owned(), fs::read_to_string(root().join(path)).ok()?));
    let files: Vec<_> = list.split_terminator('\0').filter_map(text).collect();
    assert!(files.iter().any(|(path, _)| path == "tests/tidy.rs"), "git does not know this file");
    files
}

fn sources() -> Vec<(String, String)> {
    files().into_iter().filter(|(path, _)| path.ends_with(".rs")).collect()
}

/// Fails with all faults at once.
#[track_caller]
fn none(faults: impl IntoIterator<Item = String>) {
    let faults: Vec<_> = faults.into_iter().collect();
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn every_source_says_what_it_is_for() {
    none(
        sources()
            .into_iter()
            .filter(|(_, text)| !text.starts_with("//! "))
            .map(|(path, _)| format!("{path}: begin it with a line of `//!` that says what the file is for")),
    );
}

#[test]
fn sources_are_short() {
    const MOST_LINES: usize = 600;
    none(sources().into_iter().filter(|(_, text)| text.lines().count() > MOST_LINES).map(|(path, text)| {
        format!("{path} has {} lines; split it by what its parts are for", text.lines().count())
    }));
}

#[test]
fn nothing_is_left_to_do() {
    let unfinished = [concat!("todo", "!("), concat!("unimplemented", "!("), concat!("dbg", "!(")];
    none(sources().into_iter().flat_map(|(path, text)| {
        let found = unfinished.into_iter().filter(|word| text.contains(word)).collect::<Vec<_>>();
        found.into_iter().map(move |word| format!("{path}: finish or drop `{word}…)`"))
    }));
}

#[test]
fn no_file_names_a_place_of_one_machine() {
    /// Folders that most machines have, and that examples may name.
    const COMMON: &[&str] = &["/", "/home", "/mnt", "/opt", "/root", "/srv", "/tmp", "/usr/src", "/var"];
    let root = root();
    let places = root.ancestors().take(2).filter_map(|place| place.to_str());
    let places: Vec<_> =
        places.filter(|place| !COMMON.contains(place)).map(|place| format!("{place}/")).collect();
    // Files of what people write hold such paths as data.
    let data = |path: &str| {
        ["crates/catalog/facts/", "static/samples/", "tests/fixtures/"].iter().any(|at| path.starts_with(at))
    };
    none(files().into_iter().filter(|(path, _)| !data(path)).flat_map(|(path, text)| {
        let found = places.iter().filter(|place| text.contains(*place)).collect::<Vec<_>>();
        found.into_iter().map(move |place| format!("{path}: {place} is a path of one machine"))
    }));
}

#[test]
fn ids_are_kebab_case_and_unique() {
    let ids: Vec<_> =
        RULES.iter().map(|rule| rule.id).chain(FORMATS.iter().map(|format| format.id)).collect();
    let kebab = |id: &str| {
        id.split('-').all(|word| {
            !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        })
    };
    none(ids.iter().filter(|id| !kebab(id)).map(|id| format!("`{id}` is not kebab-case")));
    none(
        ids.iter()
            .enumerate()
            .filter(|(at, id)| ids[..*at].contains(id))
            .map(|(_, id)| format!("`{id}` is there twice")),
    );
}

#[test]
fn each_rule_is_a_file_of_its_name() {
    none(RULES.iter().filter_map(|rule| {
        let file = format!("crates/core/src/rules/{}.rs", rule.id.replace('-', "_"));
        (!root().join(&file).is_file()).then(|| format!("the rule `{}` is not in {file}", rule.id))
    }));
}

#[test]
fn summaries_are_one_line_without_a_full_stop() {
    let fine = |summary: &str| {
        !summary.is_empty() && !summary.ends_with('.') && !summary.contains('\n') && summary.len() <= 100
    };
    none(
        RULES
            .iter()
            .filter(|rule| !fine(rule.summary))
            .map(|rule| format!("`{}`: mend its summary: {}", rule.id, rule.summary)),
    );
}

#[test]
fn generated_pages_are_current() {
    none(RULES.iter().filter_map(|rule| {
        let path = format!("docs/rules/{}.md", rule.id);
        let page = fs::read_to_string(root().join(&path)).ok()?;
        let lines = rule.docs.lines().map(|line| line.strip_prefix(' ').unwrap_or(line));
        let docs = lines.collect::<Vec<_>>().join("\n");
        (!page.contains(docs.trim())).then(|| format!("{path} is out of date; run `cargo xtask docs`"))
    }));
}
