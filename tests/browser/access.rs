//! For everyone: axe finds no fault, nothing is cut off in a small window, and the keyboard is enough.

use std::fs;

use crate::driver::with_page;
use crate::page::{Page, key};
use crate::texts;

/// Runs axe on what is shown; fails with each fault and its places.
pub(crate) async fn check_axe(page: &Page, what: &str) {
    check_axe_but(page, what, &[]).await;
}

/// Runs axe without these rules.
pub(crate) async fn check_axe_but(page: &Page, what: &str, without: &[&str]) {
    let path = xtask::root().join("node_modules/axe-core/axe.min.js");
    let axe = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    page.client.execute(&axe, Vec::new()).await.expect("axe loads");
    let script = "const done = arguments[1];
        const rules = Object.fromEntries(arguments[0].map(rule => [rule, { enabled: false }]));
        axe.run(document, { resultTypes: ['violations'], rules }).then(result => done(result.violations.flatMap(fault =>
            fault.nodes.map(node => `${fault.id}: ${node.target.join(' ')}\n${node.html}\n${node.failureSummary}`))), done)";
    let faults = page.client.execute_async(script, vec![without.into()]).await.expect("axe runs");
    let faults = faults.as_array().cloned().unwrap_or_else(|| panic!("axe: {faults}"));
    let shown: Vec<_> = faults.iter().filter_map(|fault| fault.as_str()).take(10).collect();
    assert!(faults.is_empty(), "{what}: {} faults\n{}", faults.len(), shown.join("\n\n"));
}

/// Fails if one has to scroll sideways.
pub(crate) async fn check_width(page: &Page, what: &str) {
    let widths =
        page.value("[document.documentElement.scrollWidth, document.documentElement.clientWidth]").await;
    let overflow = page
        .value(
            "[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)
                .slice(0, 5).map(e => e.outerHTML.slice(0, 120))",
        )
        .await;
    assert!(widths[0].as_u64() <= widths[1].as_u64(), "{what}: scrolls sideways, {widths}: {overflow:#}");
}

fn check(width: u32, scheme: &str) {
    with_page(&format!("axe at {width} px, {scheme}"), async |page| {
        page.resize(width).await;
        page.prefer(scheme).await;
        let dark = page.value("matchMedia('(prefers-color-scheme: dark)').matches").await;
        assert_eq!(dark, scheme == "dark");
        for (text, format, risk) in [
            ("", "", ""),
            (texts::GITLAB, "gitlab-ci", "high"),
            (texts::COMPOSE, "docker-compose", "critical"),
            (texts::GITLAB_CLEAN, "gitlab-ci", "none"),
        ] {
            if !text.is_empty() {
                page.paste(text).await;
                page.wait_for_verdict(format, risk).await;
            }
            let what = format!("{format} of risk {risk} at {width} px, {scheme}");
            check_width(page, &what).await;
            check_axe(page, &what).await;
            // What is folded away is there for everyone too.
            page.value("document.querySelectorAll('details').forEach(details => details.open = true)").await;
            check_axe(page, &format!("{what}, unfolded")).await;
        }
    });
}

#[test]
fn wide_and_light() {
    check(1440, "light");
}

#[test]
fn wide_and_dark() {
    check(1440, "dark");
}

#[test]
fn narrow_and_light() {
    check(360, "light");
}

#[test]
fn narrow_and_dark() {
    check(360, "dark");
}

/// Whether the keyboard is on an element that `selector` names.
fn on(selector: &str) -> String {
    format!("document.activeElement?.matches(`{selector}`) === true")
}

/// `plain`: with the text area.
fn check_keyboard(plain: bool) {
    with_page(if plain { "keyboard, text area" } else { "keyboard" }, async |page| {
        if plain {
            page.value("localStorage.setItem('editor', 'plain')").await;
            page.reopen().await;
        }
        page.press(&[key::TAB]).await;
        page.wait_for("the way past the header", &on("a.skip")).await;
        page.press(&[key::ENTER]).await;
        page.wait_for("the editor", &on("#editor")).await;
        page.paste(texts::GITLAB).await;
        page.wait_for_verdict("gitlab-ci", "high").await;

        // From finding to finding, from anywhere.
        page.press(&[key::F8]).await;
        let line = "(e => e.value.slice(0, e.selectionStart).split('\\n').length)(document.querySelector('#editor'))";
        page.wait_for("a selected finding", "document.querySelector('.note code') !== null").await;
        let first = page.value(line).await;
        page.press(&[key::F8]).await;
        page.wait_for("the next finding", &format!("{line} !== {first}")).await;
        page.press(&[key::SHIFT, key::F8]).await;
        page.wait_for("the finding before", &format!("{line} === {first}")).await;
        page.press(&[key::ESCAPE]).await;
        page.wait_for("the verdict", &on("#verdict")).await;

        // Everything that one can act on is on the way, and the way has an end.
        let mut missing = vec![
            "input[name=host]",
            "input[name=reach]",
            "#jobs button",
            "#findings button.ref",
            "#findings summary",
            "#path button.ref",
            "[role=tab]",
            "#alternatives a",
            "#copy",
            "#download",
            "footer summary",
        ];
        for _ in 0..600 {
            page.press(&[key::TAB]).await;
            let mut left = Vec::new();
            for selector in missing {
                if page.value(&on(selector)).await != true {
                    left.push(selector);
                }
            }
            missing = left;
            if missing.is_empty() {
                break;
            }
        }
        assert!(missing.is_empty(), "not reached: {missing:?}");

        // Arrow keys choose among the answers.
        page.value("document.querySelector('input[name=host]:checked').focus()").await;
        let before = page.attributes("#verdict", "data-risk").await;
        for value in ["dedicated", "vm"] {
            page.press(&[key::DOWN]).await;
            let chosen = format!("document.querySelector('input[name=host][value={value}]').checked");
            page.wait_for("a chosen answer", &chosen).await;
        }
        let other = format!("document.querySelector('#verdict').dataset.risk !== '{}'", before.concat());
        page.wait_for("another verdict", &other).await;
    });
}

#[test]
fn the_keyboard_is_enough() {
    check_keyboard(false);
}

#[test]
fn the_keyboard_is_enough_for_the_text_area() {
    check_keyboard(true);
}
