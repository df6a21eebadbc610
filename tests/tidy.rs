//! The repository itself. Each message says how to mend it.

use std::fs;
use std::path::Path;
use std::process::Command;

use daemonless_catalog::{Approach, Builder, Need, Power};
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

/// The Markdown pages, with their texts.
fn pages() -> Vec<(String, String)> {
    files().into_iter().filter(|(path, _)| path.ends_with(".md")).collect()
}

/// A page's lines outside of fences, without what stands in backticks.
fn prose(text: &str) -> impl Iterator<Item = String> {
    let mut fence: Option<&str> = None;
    text.lines().filter_map(move |line| {
        let ticks = &line[..line.len() - line.trim_start_matches('`').len()];
        match fence {
            Some(open) if ticks == open => fence = None,
            None if ticks.len() > 2 => fence = Some(ticks),
            None => return Some(line.split('`').step_by(2).collect::<Vec<_>>().join("`")),
            _ => {}
        }
        None
    })
}

/// The anchors of a page: its headings as GitHub spells them.
fn anchors(text: &str) -> Vec<String> {
    let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    let anchor =
        |title: &str| title.to_ascii_lowercase().chars().filter(kept).collect::<String>().replace(' ', "-");
    // Fences have lines that begin with `#`, too: an anchor more does no harm.
    text.lines().filter_map(|line| line.trim_start_matches('#').strip_prefix(' ')).map(anchor).collect()
}

#[test]
fn links_lead_to_files_and_headings() {
    let pages = pages();
    let mut dead = Vec::new();
    for (path, text) in &pages {
        let folder = Path::new(path).parent().expect("a page is in a folder");
        let lines: Vec<_> = prose(text).collect();
        let links =
            lines.iter().flat_map(|line| line.split("](").skip(1)).filter_map(|rest| rest.split(')').next());
        let pictures = text.split(['"']).filter(|word| word.ends_with(".png"));
        for link in links.chain(pictures).filter(|link| !link.starts_with("https://")) {
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = match file {
                "" => root().join(path),
                file => root().join(folder).join(file),
            };
            let found = match fs::read(&target) {
                Ok(page) if !anchor.is_empty() => {
                    anchors(&String::from_utf8_lossy(&page)).iter().any(|known| known == anchor)
                }
                Ok(_) => true,
                Err(_) => target.is_dir() && anchor.is_empty(),
            };
            if !found {
                dead.push(format!("{path}: {link} leads nowhere"));
            }
        }
    }
    none(dead);
}

#[test]
fn the_readme_names_both_commands() {
    let readme = fs::read_to_string(root().join("README.md")).expect("there is a README");
    for command in ["\ncargo xtask serve\n", "\ncargo xtask test\n", "`trunk serve`"] {
        assert!(readme.contains(command), "README.md does not name {command:?}");
    }
}

#[test]
fn everything_that_is_listed_is_documented() {
    let told = |page: &str, id: &str| {
        let text = fs::read_to_string(root().join(page)).unwrap_or_default();
        (!text.contains(&format!("`{id}`"))).then(|| format!("{page} has no `{id}`; run `cargo xtask docs`"))
    };
    let formats =
        FORMATS.iter().flat_map(|format| ["docs/formats.md", "README.md"].map(|page| (page, format.id)));
    let rules = RULES.iter().map(|rule| ("docs/rules.md", rule.id));
    let builders = Builder::ALL.iter().map(|builder| ("docs/builders.md", builder.id()));
    let needs = Need::ALL.iter().map(|need| ("docs/builders.md", need.id()));
    let approaches = Approach::ALL.iter().map(|approach| ("docs/approaches.md", approach.id()));
    let powers = Power::ALL.iter().map(|power| ("docs/risk.md", power.id()));
    let all = formats.chain(rules).chain(builders).chain(needs).chain(approaches).chain(powers);
    none(all.filter_map(|(page, id)| told(page, id)));
}

#[test]
fn pages_do_not_belittle() {
    const WORDS: &[&str] = &["just", "simply", "obviously", "easily"];
    none(pages().into_iter().flat_map(|(path, text)| {
        let lines = prose(&text).filter(|line| !line.contains('"')).collect::<Vec<_>>();
        let found = lines.into_iter().flat_map(|line| {
            let words = line.split(|c: char| !c.is_alphanumeric()).map(str::to_ascii_lowercase);
            words.filter(|word| WORDS.contains(&word.as_str())).collect::<Vec<_>>()
        });
        found.map(|word| format!("{path}: say it without {word:?}")).collect::<Vec<_>>()
    }));
}
