//! Marks and icons, as the page itself has them: its own file declares them.

use std::fs;

use anyhow::{Context, Result};
use daemonless_catalog::Risk;
use maud::{Markup, PreEscaped, html};

use crate::root;

/// The page's element with its marks and icons, which each document of the guide begins with.
pub(super) fn definitions() -> Result<Markup> {
    let page = fs::read_to_string(root().join("index.html")).context("cannot read index.html")?;
    let definitions =
        page.split_once("<svg class=\"defs\"").and_then(|(_, rest)| rest.split_once("\n</svg>"));
    let (definitions, _) = definitions.context("index.html has no <svg class=\"defs\">")?;
    Ok(PreEscaped(format!("<svg class=\"defs\"{definitions}\n</svg>")))
}

/// A risk as its mark and its word.
pub(super) fn risk(risk: Risk) -> Markup {
    let id = risk.id();
    html! { span class={ "risk " (id) } { (mark(id)) (id) } }
}

/// A range of risks; the worse one has the mark.
pub(super) fn range((least, most): (Risk, Risk)) -> Markup {
    if least == most {
        return risk(most);
    }
    html! { span class={ "risk " (most.id()) } { (mark(most.id())) (least.id()) " to " (most.id()) } }
}

fn mark(id: &str) -> Markup {
    html! { svg class="mark" aria-hidden="true" { use href={ "#m-" (id) } {} } }
}
