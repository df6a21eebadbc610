//! `cargo xtask learn`: the guide of the page, as HTML that needs no script, written from the catalog, the rules and the
//! analysis itself.
//!
//! A page is its body and what is said of it; [`shell`] sets it in a document. What the guide says in words of its own is in
//! `static/learn/*.md`; `<!-- name -->` there is where [`insert`] puts what the catalog knows.

mod approach;
mod builder;
mod example;
mod insert;
mod link;
mod mark;
mod part;
mod picture;
mod rule;
mod shell;
mod text;
mod try_it;
mod written;

#[cfg(test)]
mod tests;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use daemonless_catalog::{Approach, Builder};
use daemonless_core::RULES;
use maud::Markup;

use crate::{files, root};

pub const COMMAND: crate::Command = crate::Command {
    name: "learn",
    usage: "FOLDER",
    about: "Write the guide alone to a folder, to look at it without building the page.",
    run: |arguments| match arguments {
        [folder] => preview(Path::new(folder)),
        _ => bail!("the folder to write to"),
    },
};

/// One page of the guide.
pub struct Page {
    /// From the built page's folder: `learn/rules.html`.
    pub path: String,
    /// In one or two words, for navigation.
    pub name: String,
    /// Its heading; Markdown of one line.
    pub title: String,
    /// What is said of it under the heading and by search engines; Markdown of one line.
    pub description: String,
    /// The path of the page above it; empty for the first.
    pub parent: &'static str,
    /// What follows the heading and the description.
    pub body: Markup,
}

/// The first page.
const GUIDE: &str = "learn/index.html";
const RULES_PAGE: &str = "learn/rules.html";
const COMPATIBILITY: &str = "learn/compatibility.html";

/// A page that is written by hand, and where it stands among the others.
struct Written {
    /// `static/learn/<id>.md`.
    id: &'static str,
    /// For navigation.
    name: &'static str,
    /// The pages that stand below it, in order.
    below: fn() -> Result<Vec<Page>>,
}

/// What the guide is made of, in the order in which one reads it.
static WRITTEN: &[Written] = &[
    Written { id: "index", name: "Guide", below: || pages_of(Approach::ALL, |one| approach::page(*one)) },
    Written { id: "attack-paths", name: "Attack paths", below: none },
    Written { id: "risk", name: "Risk", below: none },
    Written {
        id: "compatibility",
        name: "Compatibility",
        below: || pages_of(Builder::ALL, |one| builder::page(*one)),
    },
    Written { id: "choices", name: "Choices", below: none },
    Written { id: "common-advice", name: "Common advice", below: none },
    Written { id: "hardening", name: "Hardening", below: none },
    Written { id: "rules", name: "Rules", below: || pages_of(RULES, |one| rule::page(one)) },
    Written { id: "sources", name: "Sources", below: none },
];

fn none() -> Result<Vec<Page>> {
    Ok(Vec::new())
}

fn pages_of<T>(items: &[T], page: impl Fn(&T) -> Result<Page>) -> Result<Vec<Page>> {
    items.iter().map(page).collect()
}

/// All pages, in the order in which one reads them.
pub fn pages() -> Result<Vec<Page>> {
    let mut pages = Vec::new();
    for Written { id, name, below } in WRITTEN {
        pages.push(written::page(id, name).with_context(|| format!("static/learn/{id}.md"))?);
        pages.extend(below()?);
    }
    Ok(pages)
}

/// The path of the page that `static/learn/<id>.md` is written for.
fn path_of(id: &str) -> String {
    format!("learn/{id}.html")
}

/// Files that the guide needs beside its pages, by their names in `learn/`.
const BESIDE: &[&str] = &["learn.css"];

/// Names of the page's own files, from the built page's folder; they carry a hash.
struct Assets {
    style: String,
    icon: String,
}

impl Assets {
    fn of(folder: &Path) -> Result<Self> {
        let name = |file: PathBuf| file.strip_prefix(folder).ok().and_then(Path::to_str).map(str::to_owned);
        let names: Vec<_> = files::below(folder)?.into_iter().filter_map(name).collect();
        let named = |start: &str, end: &str| {
            let mut found = names.iter().filter(|name| name.starts_with(start) && name.ends_with(end));
            found.next().cloned().with_context(|| format!("the built page has no {start}*{end}"))
        };
        Ok(Self { style: named("style", ".css")?, icon: named("icon", ".svg")? })
    }
}

/// Writes the guide into the folder of the built page.
pub fn write(folder: &Path) -> Result<()> {
    let assets = Assets::of(folder)?;
    let pages = pages()?;
    for (at, page) in pages.iter().enumerate() {
        let file = folder.join(&page.path);
        fs::create_dir_all(file.parent().unwrap_or(folder))?;
        fs::write(&file, shell::document(&pages, at, &assets)?.into_string())
            .with_context(|| format!("cannot write {}", file.display()))?;
    }
    for name in BESIDE {
        fs::copy(root().join("static/learn").join(name), folder.join("learn").join(name))?;
    }
    Ok(())
}

/// Writes the guide alone, with the style sheet that it shares.
fn preview(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    for name in ["style.css", "icon.svg", "theme.js"] {
        fs::copy(root().join("static").join(name), folder.join(name))?;
    }
    write(folder)?;
    for file in files::below(&folder.join("learn"))? {
        if file.extension().is_some_and(|extension| extension == "html") {
            fs::write(&file, crate::headers::with_policy(&fs::read_to_string(&file)?)?)?;
        }
    }
    println!("Wrote {}.", folder.join(GUIDE).display());
    Ok(())
}
