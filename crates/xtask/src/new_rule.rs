//! `cargo xtask new-rule ID`: a rule's file from a template, and its two lines in the list.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::root;

pub const COMMAND: crate::Command = crate::Command {
    name: "new-rule",
    usage: "ID",
    about: "Write a new rule's file from a template and put it on the list.",
    run: |arguments| match arguments {
        [id] => write(id),
        _ => bail!("it takes one id, such as `open-registry`"),
    },
};

/// What a new rule's file says; `ID` stands for the id.
const TEMPLATE: &str = include_str!("new_rule/template.txt");

/// The list of all rules.
const LIST: &str = "crates/core/src/rules.rs";

fn write(id: &str) -> Result<()> {
    if !is_id(id) {
        bail!("`{id}` is no id: words of small letters with `-` between them, named for the fault");
    }
    let module = id.replace('-', "_");
    let path = format!("crates/core/src/rules/{module}.rs");
    let file = root().join(&path);
    if file.exists() {
        bail!("{path} is there already");
    }
    let list = fs::read_to_string(root().join(LIST)).with_context(|| format!("cannot read {LIST}"))?;
    let list = listed(&list, &module)?;
    fs::write(&file, TEMPLATE.replace("ID", id))?;
    fs::write(root().join(LIST), list)?;
    println!("Wrote {path} and put it on the list in {LIST}.");
    println!("Replace each TODO, run `cargo test -p tests rules`, then `cargo xtask docs`.");
    Ok(())
}

/// Kebab-case: words of small letters and digits.
fn is_id(id: &str) -> bool {
    let word =
        |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    id.starts_with(|c: char| c.is_ascii_lowercase()) && id.split('-').all(word)
}

/// The list with a `mod` line, in alphabetical order in the first block of them, and a line at the slice's end.
fn listed(list: &str, module: &str) -> Result<String> {
    let declaration = format!("mod {module};");
    let entry = format!("    &{module}::RULE,");
    let mut lines: Vec<&str> = list.lines().collect();
    if lines.contains(&declaration.as_str()) {
        bail!("{LIST} has `{declaration}` already");
    }
    let first =
        lines.iter().position(|line| line.starts_with("mod ")).context("no `mod` line in the list")?;
    let place = lines.iter().skip(first).position(|line| !line.starts_with("mod ") || **line > *declaration);
    lines.insert(first + place.unwrap_or(0), &declaration);
    let slice = lines.iter().position(|line| line.starts_with("pub static RULES")).context("no RULES")?;
    let end = lines.iter().skip(slice).position(|line| *line == "];").context("RULES has no end")?;
    lines.insert(slice + end, &entry);
    Ok(lines.join("\n") + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_words_with_dashes() {
        assert!(is_id("host-socket") && is_id("x2"));
        for bad in ["", "Host", "a_b", "a--b", "-a", "2a", "a b", "../a"] {
            assert!(!is_id(bad), "{bad}");
        }
    }

    #[test]
    fn a_rule_gets_its_two_lines() {
        #[track_caller]
        fn check(module: &str, wanted: &str) {
            let list = "//! Rules.\n\nmod alpha;\nmod gamma;\n\n// What they share.\nmod words;\n\n\
                        pub static RULES: &[&Rule] = &[\n    &gamma::RULE,\n    &alpha::RULE,\n];\n";
            let mods = wanted.split(' ').map(|name| format!("mod {name};\n")).collect::<String>();
            let wanted = format!(
                "//! Rules.\n\n{mods}\n// What they share.\nmod words;\n\n\
                 pub static RULES: &[&Rule] = &[\n    &gamma::RULE,\n    &alpha::RULE,\n    &{module}::RULE,\n];\n"
            );
            assert_eq!(listed(list, module).unwrap(), wanted);
        }
        check("beta", "alpha beta gamma");
        check("delta", "alpha delta gamma");
        check("zeta", "alpha gamma zeta");
        check("a", "a alpha gamma");
        assert!(listed("mod alpha;\n", "alpha").is_err());
        assert!(listed("", "alpha").is_err());
    }

    #[test]
    fn the_list_as_it_is_takes_a_rule() {
        let list = fs::read_to_string(root().join(LIST)).unwrap();
        let list = listed(&list, "zzz").unwrap();
        assert!(
            list.contains("\nmod zzz;\n\n// What they share.") && list.contains("\n    &zzz::RULE,\n];"),
            "{list}"
        );
    }
}
