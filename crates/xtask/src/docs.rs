//! `cargo xtask docs`: the pages of `docs/` that say what is declared elsewhere, written from those declarations.

mod catalog;
mod command;
mod examples;
mod json;
mod limits;
mod markdown;
mod rules;
mod texts;

use std::fs;

use anyhow::{Context, Result, bail};

use crate::{files, root};

pub const COMMAND: crate::Command = crate::Command {
    name: "docs",
    usage: "[--check]",
    about: "Write the generated pages of docs/; with --check, only tell which are stale.",
    run: |arguments| match arguments {
        [] => write(),
        [check] if check == "--check" => self::check(),
        _ => bail!("--check or nothing"),
    },
};

/// What mends a stale page.
const MEND: &str = "cargo xtask docs";

/// A file that is written from what is declared elsewhere.
#[derive(Debug)]
pub struct Page {
    /// From the repository's top folder.
    pub path: String,
    /// The whole file.
    pub text: String,
}

/// A kind of page, for the index.
struct Topic {
    /// The page itself, or the first of several, below `docs/`.
    file: &'static str,
    title: &'static str,
    /// One sentence for the index.
    about: &'static str,
    /// Its text without the heading.
    text: fn() -> Result<String>,
}

/// All pages of their own, in the order of the index.
static TOPICS: &[Topic] = &[
    Topic {
        file: "cli.md",
        title: "The command line",
        about: "Commands, options and exit codes of `daemonless`.",
        text: command::page,
    },
    Topic {
        file: "json.md",
        title: "The JSON",
        about: "Every field of the report, with an example.",
        text: json::page,
    },
    Topic {
        file: "rules.md",
        title: "Rules",
        about: "What is reported, each rule with its reason and examples.",
        text: rules::index,
    },
    Topic {
        file: "formats.md",
        title: "Formats",
        about: "What is read, how it is recognised, what can be rewritten.",
        text: rules::formats,
    },
    Topic {
        file: "risk.md",
        title: "Risk",
        about: "The table that every verdict is read from.",
        text: catalog::risk,
    },
    Topic {
        file: "approaches.md",
        title: "Approaches",
        about: "The ways in which a job reaches a container engine.",
        text: catalog::approaches,
    },
    Topic {
        file: "builders.md",
        title: "Builders",
        about: "What builds without the daemon, and which needs each meets.",
        text: catalog::builders,
    },
    Topic {
        file: "common-wisdom.md",
        title: "Common wisdom",
        about: "What is often said of Docker-in-Docker, and what holds today.",
        text: catalog::common_wisdom,
    },
    Topic {
        file: "sources.md",
        title: "Sources",
        about: "Every page that a fact was taken from, with the day it was checked.",
        text: catalog::sources,
    },
];

/// Folders that hold nothing but generated pages.
static GENERATED: &[&str] = &["docs/rules"];

/// All pages, as they should be.
pub fn pages() -> Result<Vec<Page>> {
    let mut pages = vec![page("README.md", "Documentation", &index())];
    for topic in TOPICS {
        let text = (topic.text)().with_context(|| format!("docs/{}", topic.file))?;
        pages.push(page(topic.file, topic.title, &text));
    }
    pages.extend(rules::pages());
    pages.push(texts::page()?);
    pages.push(limits::page()?);
    pages.push(examples::page()?);
    Ok(pages)
}

/// A page below `docs/` with its heading and the note that keeps people from editing it.
fn page(file: &str, title: &str, text: &str) -> Page {
    let note = format!("<!-- Written by `{MEND}`; edit what it is written from. -->");
    let mut text = format!("{note}\n\n# {title}\n\n{}\n", text.trim());
    // Parts that end in an empty line meet parts that begin with one.
    while text.contains("\n\n\n") {
        text = text.replace("\n\n\n", "\n\n");
    }
    Page { path: format!("docs/{file}"), text }
}

fn index() -> String {
    let lines = TOPICS.iter().map(|topic| format!("- [{}]({}): {}", topic.title, topic.file, topic.about));
    lines.collect::<Vec<_>>().join("\n")
}

/// Writes every page that is not as it should be, and removes those that should not be.
fn write() -> Result<()> {
    let pages = pages()?;
    for page in pages.iter().filter(|page| is_stale(page)) {
        let file = root().join(&page.path);
        fs::create_dir_all(file.parent().unwrap_or(root()))?;
        fs::write(&file, &page.text).with_context(|| format!("cannot write {}", page.path))?;
        println!("Wrote {}.", page.path);
    }
    for path in left_over(&pages)? {
        fs::remove_file(root().join(&path))?;
        println!("Removed {path}.");
    }
    Ok(())
}

/// An error that names the stale pages, if there are any.
pub fn check() -> Result<()> {
    let pages = pages()?;
    let stale = pages.iter().filter(|page| is_stale(page)).map(|page| page.path.clone());
    let stale: Vec<_> = stale.chain(left_over(&pages)?).collect();
    if !stale.is_empty() {
        bail!("out of date: {}; run `{MEND}`", stale.join(", "));
    }
    Ok(())
}

fn is_stale(page: &Page) -> bool {
    fs::read_to_string(root().join(&page.path)).ok().as_ref() != Some(&page.text)
}

/// Pages in the [`GENERATED`] folders that nothing is written to any more.
fn left_over(pages: &[Page]) -> Result<Vec<String>> {
    let mut left = Vec::new();
    for folder in GENERATED {
        for file in files::below(&root().join(folder))? {
            let path = file.strip_prefix(root())?.to_string_lossy().replace('\\', "/");
            if pages.iter().all(|page| page.path != path) {
                left.push(path);
            }
        }
    }
    Ok(left)
}
