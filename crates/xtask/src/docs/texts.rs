//! `static/texts.json`: what the page tells of rules and of the catalog, and its analysis does not need. The page fetches
//! it as a whole once it has started, so that no verdict waits for it.

use anyhow::{Context, Result};
use daemonless_catalog::{
    APPROACHES, ApproachInfo, CONTAINMENT, Claim, Correction, Group, LEDGER, OPTIONS, OptionRow, RISK_LIFT,
    RISK_TABLE, Reason, SOURCES, Source, SourceRef, Then, WAYS, Way,
};
use daemonless_core::RULES;
use serde_json::{Map, Value, json};

use super::Page;

/// Texts, lists and objects, nothing else; an empty text where there is nothing to say. Lists are in the order in which
/// they are shown. Sources are cited by their ids.
pub(super) fn page() -> Result<Page> {
    let texts = json!({
        "approaches": by_id(APPROACHES, |info| info.id, approach),
        "containment": by_id(CONTAINMENT, |advice| advice.id, |advice| cited(&[advice.source])),
        "ledger": LEDGER.iter().map(claim).collect::<Vec<_>>(),
        "options": Group::ALL.iter().map(group).collect::<Vec<_>>(),
        "powers": by_id(RISK_TABLE, |power| power.id, |power| power.text.trim().into()),
        "rules": by_id(RULES, |rule| rule.id, |rule| {
            json!({ "summary": rule.summary, "docs": plain(rule.docs) })
        }),
        "sources": SOURCES.iter().map(source).collect::<Vec<_>>(),
        "strangers": RISK_LIFT.text.trim(),
        "ways": by_id(WAYS, |way| way.id, consequences),
    });
    let text = serde_json::to_string_pretty(&texts).context("the page's texts as JSON")?;
    Ok(Page { path: "static/texts.json".to_owned(), text: text + "\n" })
}

fn by_id<T>(items: &[T], id: impl Fn(&T) -> &str, value: impl Fn(&T) -> Value) -> Value {
    Value::Object(items.iter().map(|item| (id(item).to_owned(), value(item))).collect::<Map<_, _>>())
}

/// A doc comment's lines begin with a blank.
fn plain(docs: &str) -> String {
    docs.lines().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect::<Vec<_>>().join("\n")
}

fn cited(sources: &[SourceRef]) -> Value {
    sources.iter().map(|source| source.id).collect()
}

fn source(source: &Source) -> Value {
    let Source { id, title, url, checked } = source;
    json!({ "id": id, "title": title, "url": url, "checked": checked })
}

fn approach(info: &ApproachInfo) -> Value {
    json!({
        "title": info.title,
        "what": info.what,
        "good_for": info.good_for,
        "rightly_used_by": info.rightly_used_by,
        "why": info.why.iter().map(reason).collect::<Vec<_>>(),
        "change": info.change,
        "in_short": info.in_short,
        "in_practice": info.in_practice,
        "in_full": info.in_full,
        "common_wisdom": info.common_wisdom.iter().map(correction).collect::<Vec<_>>(),
        "sources": cited(info.sources),
    })
}

fn reason(reason: &Reason) -> Value {
    json!({ "title": reason.title, "text": reason.text, "sources": cited(reason.sources) })
}

fn correction(correction: &Correction) -> Value {
    json!({ "claim": correction.claim, "today": correction.today, "sources": cited(correction.sources) })
}

fn group(group: &Group) -> Value {
    let rows = OPTIONS.iter().filter(|row| row.group == *group);
    json!({ "title": group.title(), "rows": rows.map(row).collect::<Vec<_>>() })
}

fn row(row: &OptionRow) -> Value {
    let (low, high) = row.risk;
    json!({
        "id": row.id,
        "title": row.title,
        "approach": row.approach.map_or("", |approach| approach.id()),
        "variant": row.variant,
        "builder": row.builder.map_or("", |builder| builder.id()),
        "daemon": row.daemon,
        "privilege": row.privilege,
        "runner_must_allow": row.runner_must_allow,
        "isolation": row.isolation,
        "escape": row.escape,
        "dockerfile": row.dockerfile,
        "compose_run": row.compose_run,
        "multi_platform": row.multi_platform,
        "caching": row.caching,
        "upkeep": row.upkeep,
        "right_when": row.right_when,
        "least_risk": low.id(),
        "most_risk": high.id(),
        "risk_note": row.risk_note.unwrap_or_default(),
        "sources": cited(row.sources),
    })
}

/// Where it is said what becomes of a way, by the question.
fn consequences(way: &Way) -> Value {
    let some: Vec<_> = way.consequences.iter().filter(|one| one.then != Then::Works).collect();
    by_id(&some, |one| one.question.id(), |one| cited(&[one.source]))
}

fn claim(claim: &Claim) -> Value {
    json!({
        "claim": claim.claim,
        "article": claim.article.title(),
        "verdict": claim.verdict.id(),
        "today": claim.today,
        "sources": cited(claim.sources),
    })
}
