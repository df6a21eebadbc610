//! What the rules and the catalog say of one thing, as Markdown.

use std::fmt::Write;

use daemonless_catalog::{Approach, Builder, Level, Need, SourceRef};
use daemonless_core::rule::Rule;
use daemonless_output::docs;

/// A rule: what it reports, why, and what to do.
pub(crate) fn rule(rule: &Rule) -> String {
    format!("# Rule {}: {}\n\n{}", rule.id, rule.summary, docs(rule))
}

/// An approach: what it is, what it is good for, why it matters.
pub(crate) fn approach(approach: Approach) -> String {
    let info = approach.info();
    let mut out = format!("# Approach {}: {}\n\n{}\n\n{}\n", info.id, info.noun, info.in_short, info.what);
    section(&mut out, "What it is good for", info.good_for);
    section(&mut out, "Who rightly uses it", info.rightly_used_by);
    let why: String = info.why.iter().map(|why| format!("- **{}.** {}\n", why.title, why.text)).collect();
    section(&mut out, "Why it matters", &why);
    section(&mut out, "What would have to change", info.change);
    section(&mut out, "In practice", info.in_practice);
    section(&mut out, "In full", info.in_full);
    let said = info.common_wisdom.iter().map(|said| format!("- {} Today: {}\n", said.claim, said.today));
    section(&mut out, "What is often said", &said.collect::<String>());
    sources(&mut out, info.sources);
    out
}

/// A builder: what it can do, and what the runner must allow.
pub(crate) fn builder(builder: Builder) -> String {
    let info = builder.info();
    let mut out = format!(
        "# Builder {}: {}\n\n{}\n\nVersion {} of {}, checked on {}. Image: `{}`.\n",
        info.id, info.title, info.summary, info.version, info.released, info.checked, info.image
    );
    section(&mut out, "When it is the right choice", info.when_right);
    section(&mut out, "Isolation", &info.isolation);
    section(&mut out, "Login", &info.login);
    section(&mut out, "What the runner must allow", &requirements(builder));
    let variables = info.variables.iter().map(|set| format!("- `{}={}`: {}\n", set.name, set.value, set.why));
    section(&mut out, "Variables of the job", &variables.collect::<String>());
    section(&mut out, "What it does not do", &needs(builder, Level::blocks));
    section(&mut out, "With a condition", &needs(builder, |level| !level.blocks() && level != Level::Yes));
    section(&mut out, "Upkeep", &info.upkeep);
    sources(&mut out, info.sources);
    out
}

fn requirements(builder: Builder) -> String {
    let mut out = String::new();
    for needed in builder.info().requires {
        let _ = writeln!(out, "- {}: {}", needed.platform.title(), needed.text);
        if let Some(setting) = &needed.setting {
            let _ = writeln!(out, "\n  In {}:\n\n```\n{}\n```", setting.file, setting.snippet.trim_end());
        }
        if let Some(error) = needed.error_without {
            let _ = writeln!(out, "\n  Without it: `{error}`");
        }
        out.push('\n');
    }
    out
}

/// The needs that are met in a way that `shown` picks.
fn needs(builder: Builder, shown: impl Fn(Level) -> bool) -> String {
    let mut out = String::new();
    for need in Need::ALL {
        let support = builder.support(*need);
        if shown(support.level) {
            let said = match support.level {
                Level::Since(version) => format!("since {version}"),
                level => level.text().unwrap_or_default().to_owned(),
            };
            let note = support.note.map(|note| format!(". {note}")).unwrap_or_default();
            let _ = writeln!(out, "- {}: {said}{note}", need.title());
        }
    }
    out
}

fn section(out: &mut String, title: &str, text: &str) {
    if !text.trim().is_empty() {
        let _ = writeln!(out, "\n## {title}\n\n{}", text.trim_end());
    }
}

fn sources(out: &mut String, sources: &[SourceRef]) {
    let list =
        sources.iter().map(|source| format!("- {}, {} ({})\n", source.title, source.url, source.checked));
    section(out, "Sources", &list.collect::<String>());
}
