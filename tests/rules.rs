//! The rules' own examples: what stands under `## Bad` is reported by its rule, what stands under `## Good` is not.

use std::collections::BTreeSet;

use daemonless_core::report::FindingReport;
use daemonless_core::rule::Rule;
use daemonless_core::rules::RULES;
use daemonless_core::{Context, File, analyze, format};

/// One fenced example of a rule's documentation.
struct Example {
    /// The heading that it stands under.
    heading: String,
    /// The fence's tag: the format to read it as.
    format: String,
    text: String,
}

/// The documentation as written, without the blank that a doc comment has in front of each line.
fn lines(rule: &Rule) -> impl Iterator<Item = &str> {
    rule.docs.lines().map(|line| line.strip_prefix(' ').unwrap_or(line))
}

fn examples(rule: &Rule) -> Vec<Example> {
    let mut found = Vec::new();
    let mut heading = String::new();
    let mut open: Option<Example> = None;
    for line in lines(rule) {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(tag)) => {
                open =
                    Some(Example { heading: heading.clone(), format: tag.to_owned(), text: String::new() });
            }
            (Some(_), Some("")) => found.extend(open.take()),
            (Some(example), _) => example.text += &format!("{line}\n"),
            (None, None) => heading = line.strip_prefix("## ").unwrap_or(&heading).to_owned(),
        }
    }
    assert!(open.is_none(), "`{}`: a fence is not closed", rule.id);
    found
}

/// What is found in the example: findings and notes.
fn findings(rule: &Rule, example: &Example) -> Vec<FindingReport> {
    assert!(format::by_id(&example.format).is_some(), "`{}`: no format `{}`", rule.id, example.format);
    let file =
        File { path: "example".to_owned(), text: example.text.clone(), format: Some(example.format.clone()) };
    let mut report = analyze(&[file], &Context::default());
    let file = report.files.remove(0);
    file.findings.into_iter().chain(file.notes).collect()
}

#[test]
fn bad_examples_are_reported_and_good_ones_are_not() {
    let mut wrong = Vec::new();
    for rule in RULES {
        for example in examples(rule).iter().filter(|example| ["Bad", "Good"].contains(&&*example.heading)) {
            let found = findings(rule, example);
            let reported = found.iter().any(|finding| finding.rule == rule.id);
            if reported != (example.heading == "Bad") {
                let rules: Vec<_> = found.iter().map(|finding| finding.rule).collect();
                let not = if reported { "" } else { "not " };
                wrong.push(format!("`{}` is {not}reported in:\n{}(found: {rules:?})", rule.id, example.text));
            }
            let broken = found.iter().any(|finding| finding.rule == "syntax-error");
            if broken && rule.id != "syntax-error" {
                wrong.push(format!("`{}`: an example cannot be read:\n{}", rule.id, example.text));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn each_rule_is_documented_in_full() {
    for rule in RULES {
        let docs: Vec<&str> = lines(rule).collect();
        let headings: Vec<_> = docs.iter().filter(|line| line.starts_with("## ")).collect();
        assert_eq!(
            headings,
            [&"## Why", &"## Bad", &"## Good", &"## What to do", &"## Sources"],
            "`{}`: its headings",
            rule.id
        );
        assert!(
            docs.first().is_some_and(|line| line.starts_with("Reports ")),
            "`{}`: its first line",
            rule.id
        );
        let examples = examples(rule);
        let formats = |heading: &str| -> BTreeSet<&str> {
            let under = examples.iter().filter(|example| example.heading == heading);
            under.map(|example| example.format.as_str()).collect()
        };
        assert!(!formats("Bad").is_empty(), "`{}`: no bad example", rule.id);
        assert_eq!(
            formats("Bad"),
            formats("Good"),
            "`{}`: a bad and a good example for each format",
            rule.id
        );
    }
}

/// What a finding says: sentences, short enough for one line beside the text.
#[test]
fn messages_are_short_sentences() {
    for rule in RULES {
        for example in examples(rule).iter().filter(|example| example.heading == "Bad") {
            for FindingReport { rule, message, .. } in findings(rule, example) {
                let count = message.chars().count();
                assert!(count <= 240, "`{rule}`: {count} characters: {message}");
                assert!(message.ends_with('.'), "`{rule}`: no full stop: {message}");
                let starts = message.starts_with(|c: char| c.is_uppercase() || c == '`');
                assert!(starts || message.starts_with("buildx"), "`{rule}`: no capital: {message}");
                assert!(!message.contains("  "), "`{rule}`: two blanks: {message}");
            }
        }
    }
}
