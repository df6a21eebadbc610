//! A page for each rule: its documentation, its examples with what the analysis says of them.

use std::mem;

use anyhow::{Context, Result, ensure};
use daemonless_catalog::{Risk, SOURCES};
use daemonless_core::rule::Rule;
use maud::{Markup, html};
use pulldown_cmark::{CodeBlockKind, Event, Tag, TagEnd};

use super::example::Example;
use super::link::{Here, rule_path};
use super::part::{self, Sections};
use super::text::{blocks, events, line, render};
use super::{Page, RULES_PAGE, mark};

/// The page of a rule.
pub(super) fn page(rule: &Rule) -> Result<Page> {
    let path = rule_path(rule.id);
    let here = Here(&path);
    let docs = plain(rule.docs);
    let mut parts = docs.split("\n## ");
    let about = parts.next().unwrap_or_default().replace('\n', " ");
    let mut sections = Sections::default();
    for part in parts {
        let (heading, text) = part.split_once('\n').context("a heading without a text")?;
        let content = match heading {
            "Bad" => examples(rule, text, true, here),
            "Good" => examples(rule, text, false, here),
            "Sources" => Ok(sources(text, here)),
            _ => Ok(blocks(text, here)),
        };
        let title = match heading {
            "Bad" => "What it reports",
            "Good" => "What it does not report",
            other => other,
        };
        sections.add(
            &super::text::slug(heading),
            title,
            content.with_context(|| format!("the rule {}", rule.id))?,
        );
    }
    let intro = html! { p class="why" { "Rule " code { (rule.id) } } };
    Ok(Page {
        name: rule.id.to_owned(),
        title: rule.summary.to_owned(),
        description: about.trim().to_owned(),
        parent: RULES_PAGE,
        body: sections.finish(intro, here),
        path,
    })
}

/// A doc comment's lines begin with a blank.
fn plain(docs: &str) -> String {
    docs.lines().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect::<Vec<_>>().join("\n")
}

/// Text with examples, each of which the rule reports or does not.
fn examples(rule: &Rule, text: &str, reports: bool, here: Here<'_>) -> Result<Markup> {
    let mut out = Vec::new();
    let mut between = Vec::new();
    let mut fence: Option<(String, String)> = None;
    for event in events(text, here) {
        match (&mut fence, event) {
            (None, Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(format)))) => {
                out.push(render(&mem::take(&mut between)));
                fence = Some((format.to_string(), String::new()));
            }
            (Some((_, code)), Event::Text(text)) => code.push_str(&text),
            (Some(_), Event::End(TagEnd::CodeBlock)) => {
                if let Some((format, code)) = fence.take() {
                    out.push(example(rule, &format, &code, reports, here)?);
                }
            }
            (_, event) => between.push(event),
        }
    }
    out.push(render(&between));
    Ok(html! { @for piece in out { (piece) } })
}

fn example(rule: &Rule, format: &str, code: &str, reports: bool, here: Here<'_>) -> Result<Markup> {
    let example = Example::of_rule(format, code)?;
    let found = example.finding(rule.id);
    ensure!(found.is_some() == reports, "an example of {format} stands under the wrong heading:\n{code}");
    let said = match found {
        Some(finding) => {
            let severity = Risk::from_id(finding.severity).unwrap_or_default();
            html! { (mark::risk(severity)) " " (line(&finding.message, here)) }
        }
        None => html! { "Nothing is reported here by this rule." },
    };
    Ok(example.show_saying(here, said))
}

/// The pages that the documentation names; the day of those that the catalog knows too.
fn sources(text: &str, here: Here<'_>) -> Markup {
    let address =
        |line: &str| line.strip_prefix("- <").and_then(|rest| rest.strip_suffix('>')).map(str::to_owned);
    html! {
        ul class="src" {
            @for line in text.lines().filter(|line| !line.trim().is_empty()) {
                li {
                    @let address = address(line);
                    @let known = SOURCES.iter().find(|source| Some(source.url) == address.as_deref());
                    @if let Some(source) = known { (part::source(source)) }
                    @else if let Some(address) = &address {
                        a href=(address) { (address.trim_start_matches("https://").trim_end_matches('/')) }
                    }
                    @else { (super::text::line(line.trim_start_matches("- "), here)) }
                }
            }
        }
    }
}
