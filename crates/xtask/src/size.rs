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

/// What everything that the first verdict needs may weigh, in bytes after gzip.
const BUDGET: u64 = 420_000;

/// What the guide may weigh, all of its pages together, in bytes after gzip. A person loads one page at a time.
const GUIDE_BUDGET: u64 = 260_000;

/// The guide's folder.
const GUIDE: &str = "learn/";

/// Files that the first verdict does not wait for: they come after it, or when a person asks. All else counts.
const LATER: &[&str] = &["daemonless-wasm", "worker.js", "texts.json", "samples/", "lessons/", GUIDE];

/// Files for the host, which no browser fetches by these names.
const NOT_SENT: &[&str] = &[".br", ".gz", "_headers"];

/// Prints the table; an error if the page is over its budget.
pub fn check() -> Result<()> {
    let folder = page::build()?;
    let (mut total, mut guide) = ([0; 3], [0; 3]);
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
        let later = LATER.iter().any(|folder| name.starts_with(folder));
        let sum = if name.starts_with(GUIDE) { &mut guide } else { &mut total };
        if !later || name.starts_with(GUIDE) {
            (0..3).for_each(|column| sum[column] += sizes[column]);
        }
        print_row(sizes, &format!("{name}{}", if later { " (later)" } else { "" }));
    }
    print_row(guide, &format!("for the guide; the budget is {GUIDE_BUDGET} after gzip"));
    print_row(total, &format!("for the first verdict; the budget is {BUDGET} after gzip"));
    for (what, weight, budget) in [("page", total[1], BUDGET), ("guide", guide[1], GUIDE_BUDGET)] {
        if weight > budget {
            bail!("the {what} is {} bytes over its budget", weight - budget);
        }
    }
    Ok(())
}

fn print_row([raw, gzip, brotli]: [u64; 3], what: &str) {
    println!("{raw:>9} {gzip:>9} {brotli:>9}  {what}");
}
