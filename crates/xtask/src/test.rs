//! `cargo xtask test`: every test, suite by suite, with the time of each.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::process::{self, say};
use crate::setup::{self, Package};
use crate::{docs, page, root, size};

pub const COMMAND: crate::Command = crate::Command {
    name: "test",
    usage: "[SUITE…]",
    about: "Run every test, or these suites: fmt, clippy, docs, unit, page, size, browser, pipeline.",
    run,
};

/// A part of the tests.
struct Suite {
    name: &'static str,
    /// Debian packages without which it cannot run.
    packages: &'static [Package],
    run: fn() -> Result<Count>,
}

/// All suites, in the order in which they run: the quickest answers first.
static SUITES: &[Suite] = &[
    Suite { name: "fmt", packages: &[], run: fmt },
    Suite { name: "clippy", packages: &[], run: clippy },
    Suite { name: "docs", packages: &[], run: || docs::check().map(|()| Count::ONE) },
    Suite { name: "unit", packages: &[], run: unit },
    Suite { name: "page", packages: &[], run: || page::build().map(|_| Count::ONE) },
    Suite { name: "size", packages: &[], run: || size::check().map(|()| Count::ONE) },
    Suite { name: "browser", packages: setup::BROWSER, run: browser },
    Suite { name: "pipeline", packages: setup::PIPELINE, run: pipeline },
];

/// Packages that exist for the browser only, by name and folder: linted for WebAssembly.
const WASM_PACKAGES: &[(&str, &str)] =
    &[("web", "web"), ("daemonless-first", "crates/first"), ("daemonless-wasm", "crates/wasm")];

/// How many tests passed, failed and were skipped. A suite that is no collection of tests is one.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Count {
    passed: usize,
    failed: usize,
    skipped: usize,
}

impl Count {
    const ONE: Self = Self { passed: 1, failed: 0, skipped: 0 };

    fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }

    /// The numbers in a line that ends the report of one test program, if it is such a line:
    /// `test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; …`.
    fn read(line: &str) -> Option<Self> {
        let (_, counts) = line.strip_prefix("test result: ")?.split_once(". ")?;
        let number = |word: &str| {
            let part = counts.split("; ").find_map(|part| part.strip_suffix(word))?;
            part.trim().parse::<usize>().ok()
        };
        Some(Self { passed: number("passed")?, failed: number("failed")?, skipped: number("ignored")? })
    }
}

fn run(names: &[String]) -> Result<()> {
    if let Some(name) = names.iter().find(|name| SUITES.iter().all(|suite| suite.name != **name)) {
        let known = SUITES.iter().map(|suite| suite.name).collect::<Vec<_>>().join(", ");
        bail!("no suite {name}; there are {known}");
    }
    let start = Instant::now();
    let chosen =
        SUITES.iter().filter(|suite| names.is_empty() || names.iter().any(|name| name == suite.name));
    let results: Vec<_> = chosen.map(|suite| (suite.name, run_suite(suite))).collect();

    let mut total = Count::default();
    println!();
    for (name, (count, time)) in &results {
        total.add(*count);
        let verdict = match count {
            Count { failed: 1.., .. } => "FAILED",
            Count { passed: 0, .. } => "skipped",
            _ => "ok",
        };
        println!(
            "{name:<9} {verdict:<8} {:>5} tests {:>7.1} s",
            count.passed + count.failed,
            time.as_secs_f64()
        );
    }
    println!(
        "{:<9} {:<8} {:>5} tests {:>7.1} s",
        "all",
        "",
        total.passed + total.failed,
        start.elapsed().as_secs_f64()
    );
    println!();
    println!("{} passed, {} failed, {} skipped", total.passed, total.failed, total.skipped);
    if total.failed > 0 {
        bail!("a suite failed");
    }
    Ok(())
}

/// Runs one suite. What goes wrong is printed and counted, so that the other suites still run.
fn run_suite(suite: &Suite) -> (Count, Duration) {
    say(&format!("Suite {}", suite.name));
    let start = Instant::now();
    let count = try_suite(suite).unwrap_or_else(|error| {
        println!("{}: {error:#}", suite.name);
        Count { failed: 1, ..Count::default() }
    });
    (count, start.elapsed())
}

fn try_suite(suite: &Suite) -> Result<Count> {
    let missing = setup::system_packages(suite.packages)?;
    if !missing.is_empty() {
        let names = missing.iter().map(|package| package.name).collect::<Vec<_>>().join(", ");
        println!("{}: skipped, as these are not installed: {names}.", suite.name);
        return Ok(Count { skipped: 1, ..Count::default() });
    }
    (suite.run)()
}

fn fmt() -> Result<Count> {
    setup::lints()?;
    process::run(process::cargo().args(["fmt", "--all", "--check"]))?;
    Ok(Count::ONE)
}

fn clippy() -> Result<Count> {
    setup::lints()?;
    let deny = ["--", "-D", "warnings"];
    let native = ["clippy", "--locked", "--workspace"];
    process::run(process::cargo().args(native).arg("--all-targets").args(deny))?;
    // "All targets" are those that a plain `cargo test` runs.
    let special = special_tests()?;
    if !special.is_empty() {
        let special = special.iter().flat_map(|name| ["--test", name]);
        process::run(process::cargo().args(native).args(special).args(deny))?;
    }

    let wasm: Vec<_> = WASM_PACKAGES.iter().filter(|(_, folder)| root().join(folder).exists()).collect();
    if !wasm.is_empty() {
        setup::wasm_target()?;
        let mut command = process::cargo();
        command.args(["clippy", "--locked", "--target", setup::WASM_TARGET]);
        process::run(command.args(wasm.iter().flat_map(|(name, _)| ["-p", name])).args(deny))?;
    }
    Ok(Count::ONE)
}

fn unit() -> Result<Count> {
    cargo_test(process::cargo().args(["test", "--locked", "--workspace", "--no-fail-fast"]))
}

fn browser() -> Result<Count> {
    page::build()?;
    special_test("browser")
}

fn pipeline() -> Result<Count> {
    special_test("pipeline")
}

/// Test targets that need more of the machine than Rust: their manifest says `test = false`, which
/// keeps them out of a plain `cargo test`.
fn special_tests() -> Result<Vec<String>> {
    let metadata = process::output(process::cargo().args(["metadata", "--no-deps", "--format-version", "1"]));
    let metadata: Value = serde_json::from_str(&metadata.context("`cargo metadata` failed")?)?;
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let targets = packages.flat_map(|package| package["targets"].as_array().into_iter().flatten());
    Ok(targets
        .filter(|target| target["kind"][0] == "test" && target["test"] == false)
        .filter_map(|target| target["name"].as_str().map(str::to_owned))
        .collect())
}

/// Runs one of the [`special_tests`], with the programs from npm on its `PATH`.
fn special_test(name: &str) -> Result<Count> {
    let tools = setup::npm()?;
    let mut command = process::cargo();
    tools.give_to(&mut command);
    // Not captured: these tests tell how long each took, and what they skip.
    cargo_test(command.args(["test", "--locked", "--workspace", "--test", name, "--", "--nocapture"]))
}

/// Runs `cargo test`, shows what it prints and counts.
fn cargo_test(command: &mut Command) -> Result<Count> {
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot run `{}`", process::written_out(command)))?;
    let mut total = Count::default();
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).split(b'\n') {
            let line = line?;
            let line = String::from_utf8_lossy(&line);
            println!("{line}");
            if let Some(count) = Count::read(&line) {
                total.add(count);
            }
        }
    }
    let status = child.wait()?;
    if !status.success() && total.failed == 0 {
        println!("`{}` failed ({status})", process::written_out(command));
        total.failed = 1;
    }
    Ok(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_of_a_test_program_are_read() {
        #[track_caller]
        fn check(line: &str, wanted: Option<(usize, usize, usize)>) {
            let count = Count::read(line).map(|count| (count.passed, count.failed, count.skipped));
            assert_eq!(count, wanted, "{line}");
        }
        let rest = "0 measured; 0 filtered out; finished in 0.00s";
        check(&format!("test result: ok. 3 passed; 0 failed; 1 ignored; {rest}"), Some((3, 0, 1)));
        check(&format!("test result: FAILED. 30 passed; 2 failed; 0 ignored; {rest}"), Some((30, 2, 0)));
        check("test result::is::read ... ok", None);
        check("running 3 tests", None);
    }

    #[test]
    fn the_help_names_all_suites() {
        for suite in SUITES {
            assert!(COMMAND.about.contains(suite.name), "{}", suite.name);
        }
    }
}
