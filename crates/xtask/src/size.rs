//! `cargo xtask size`: what the built page weighs.

use std::fs;

use anyhow::{Result, bail};

use crate::{files, page};

pub const COMMAND: crate::Command = crate::Command {
    name: "size",
    usage: "",
    about: "Print what each file of the page weighs, and fail over the budget.",
    run: |_| check(),
};

/// A part of the page, and what it may weigh.
struct Part {
    what: &'static str,
    /// Its files, by how their names begin.
    files: &'static [&'static str],
    /// In bytes after gzip.
    budget: u64,
}

/// Parts that the first verdict does not wait for: they come after it, or when a person asks. Each file counts for the
/// first part that has it.
static LATER: &[Part] = &[
    Part { what: "for the page's own program", files: &["web-"], budget: 300_000 },
    Part {
        what: "for the guide, of which a person loads one page at a time",
        files: &["learn/"],
        budget: 260_000,
    },
    Part { what: "for the editor", files: &["editor.js"], budget: 150_000 },
    Part {
        what: "for all else that comes later",
        files: &["daemonless-wasm", "worker.js", "sw.js", "texts.json", "samples/", "lessons/"],
        budget: 900_000,
    },
];

/// Everything else.
static FIRST: Part = Part { what: "for the first verdict", files: &[""], budget: 420_000 };

/// Files for the host, which no browser fetches by these names.
const NOT_SENT: &[&str] = &[".br", ".gz", "_headers"];

/// Prints the table; an error if a part of the page is over its budget.
pub fn check() -> Result<()> {
    let folder = page::build()?;
    let parts: Vec<&Part> = LATER.iter().chain([&FIRST]).collect();
    let mut totals = vec![[0; 3]; parts.len()];
    println!("{:>9} {:>9} {:>9}  file", "raw", "gzip", "brotli");
    for file in files::below(&folder)? {
        let name = file.strip_prefix(&folder)?.to_string_lossy();
        if NOT_SENT.iter().any(|end| name.ends_with(end)) {
            continue;
        }
        let raw = fs::metadata(&file)?.len();
        // Packed files are there where they are shorter.
        let packed =
            |extension| fs::metadata(page::packed(&file, extension)).map_or(raw, |metadata| metadata.len());
        let sizes = [raw, packed("gz"), packed("br")];
        print_row(sizes, &name);
        let holds = |part: &&Part| part.files.iter().any(|begin| name.starts_with(begin));
        if let Some(part) = parts.iter().position(holds) {
            (0..3).for_each(|column| totals[part][column] += sizes[column]);
        }
    }
    let mut over = Vec::new();
    for (part, total) in parts.iter().zip(totals) {
        print_row(total, &format!("{}; the budget is {} after gzip", part.what, part.budget));
        if total[1] > part.budget {
            over.push(format!("{} bytes too many {}", total[1] - part.budget, part.what));
        }
    }
    if !over.is_empty() {
        bail!("the page is over its budget: {}", over.join(", "));
    }
    Ok(())
}

fn print_row([raw, gzip, brotli]: [u64; 3], what: &str) {
    println!("{raw:>9} {gzip:>9} {brotli:>9}  {what}");
}
