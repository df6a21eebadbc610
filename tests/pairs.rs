//! Every rule in every format: `fixtures/rules/FORMAT.md` has for each rule a text that it reports and a near miss that it
//! does not, or says why the format cannot show what the rule reports.

use std::collections::BTreeSet;
use std::fs;

use daemonless_core::RULES;
use daemonless_core::format::FORMATS;

use crate::rewrites::folder;
use crate::rule_cases::reported;

/// What stands under the heading of one rule.
#[derive(Default)]
struct Pair {
    rule: String,
    /// Texts, each with the lines that are reported: none in a near miss.
    cases: Vec<(String, String)>,
    impossible: bool,
}

/// The pairs of a page. What is not of its form is a fault.
fn pairs(page: &str, faults: &mut Vec<String>) -> Vec<Pair> {
    let mut pairs: Vec<Pair> = Vec::new();
    let mut expected: Option<String> = None;
    let mut open: Option<String> = None;
    for (number, line) in page.lines().enumerate() {
        match (&mut open, line) {
            (Some(text), "```") => {
                let case = (expected.take(), std::mem::take(text), pairs.last_mut());
                open = None;
                match case {
                    (Some(lines), text, Some(pair)) => pair.cases.push((lines, text)),
                    _ => faults.push(format!("line {}: a text without an expectation", number + 1)),
                }
            }
            (Some(text), line) => *text += &format!("{line}\n"),
            (None, "```") => open = Some(String::new()),
            (None, "") => {}
            (None, "Silent:") => expected = Some(String::new()),
            (None, line) => match (line.split_once(' '), pairs.last_mut()) {
                (Some(("#", rule)), _) => pairs.push(Pair { rule: rule.to_owned(), ..Pair::default() }),
                (Some(("Reported:", lines)), _) => expected = Some(lines.to_owned()),
                (Some(("Cannot", why)), Some(pair)) if why.starts_with("occur: ") => pair.impossible = true,
                _ => faults.push(format!("line {}: not of the form: {line}", number + 1)),
            },
        }
    }
    pairs
}

/// What is wrong with the page of a format.
fn check(format: &str, page: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let pairs = pairs(page, &mut faults);
    let named: Vec<&str> = pairs.iter().map(|pair| pair.rule.as_str()).collect();
    let rules: BTreeSet<&str> = RULES.iter().map(|rule| rule.id).collect();
    for rule in &rules {
        if named.iter().filter(|name| name == &rule).count() != 1 {
            faults.push(format!("`{rule}` should stand there once"));
        }
    }
    for pair in &pairs {
        let rule = &*pair.rule;
        if !rules.contains(rule) {
            faults.push(format!("`{rule}` is no rule"));
        }
        let has = |reports: bool| pair.cases.iter().any(|(lines, _)| lines.is_empty() != reports);
        let is_whole = if pair.impossible { pair.cases.is_empty() } else { has(true) && has(false) };
        if !is_whole {
            faults
                .push(format!("`{rule}` needs a text that it reports and one that it does not, or a reason"));
        }
        for (expected, text) in &pair.cases {
            let got = reported(rule, format, text);
            if got != *expected {
                faults.push(format!("`{rule}` reports {got:?} and not {expected:?} in:\n{text}"));
            }
        }
    }
    faults
}

#[test]
fn every_rule_has_its_cases_in_every_format() {
    let mut faults = Vec::new();
    for format in FORMATS {
        let path = folder("rules").join(format!("{}.md", format.id));
        let page = fs::read_to_string(&path).unwrap_or_default();
        faults.extend(check(format.id, &page).into_iter().map(|fault| format!("{}: {fault}", format.id)));
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn holes_are_seen() {
    let faults = |page: &str| check("shell", page).join("\n");
    assert!(faults("").contains("`host-socket` should stand there once"));
    let half = "# host-root-mount\n\nReported: 1\n\n```\ndocker run -v /:/h a\n```\n";
    assert!(faults(half).contains("`host-root-mount` needs a text"));
    let whole = format!("{half}\nSilent:\n\n```\ndocker run -v /srv:/h a\n```\n");
    assert!(!faults(&whole).contains("host-root-mount"));
    assert!(faults(&whole.replace("Reported: 1", "Reported: 2")).contains("reports \"1\" and not \"2\""));
    assert!(faults(&format!("{whole}\n# no-rule\n\nCannot occur: no.\n")).contains("`no-rule` is no rule"));
}
