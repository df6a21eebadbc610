//! The guide: for everyone, on any screen, without scripts, and with no request but for its own files.

use fantoccini::Locator;
use serde_json::{Value, json};

use crate::access::{check_axe, check_width};
use crate::driver::with_page;
use crate::page::Page;

/// The paths of all pages.
fn paths() -> Vec<String> {
    xtask::learn::pages().expect("the guide is written").into_iter().map(|page| page.path).collect()
}

/// Looks at every page at this width, light and dark, what is folded included.
fn check(width: u32) {
    with_page(&format!("the guide at {width} px"), async |page| {
        page.resize(width).await;
        for path in paths() {
            page.visit(&path).await;
            page.value("document.querySelectorAll('details').forEach(details => details.open = true)").await;
            for scheme in ["light", "dark"] {
                page.prefer(scheme).await;
                let what = format!("{path} at {width} px, {scheme}");
                check_width(page, &what).await;
                check_axe(page, &what).await;
            }
        }
    });
}

#[test]
fn wide() {
    check(1400);
}

#[test]
fn narrow() {
    check(390);
}

#[test]
fn narrowest() {
    check(320);
}

#[test]
fn one_of_two_pictures_is_seen_and_its_words_can_be_read() {
    with_page("pictures", async |page| {
        page.visit("learn/index.html").await;
        for (width, seen) in [(1400, "wide"), (800, "tall"), (320, "tall")] {
            page.resize(width).await;
            let shown = "[...document.querySelectorAll('.picture .scheme')].filter(one => one.getBoundingClientRect().width > 0)";
            let names = page.value(&format!("[...new Set({shown}.map(one => one.classList[1]))]")).await;
            assert_eq!(names, json!([seen]), "at {width} px");
            let least = page
                .value(&format!(
                    "Math.min(...{shown}.map(one => 13 * one.getBoundingClientRect().width / one.viewBox.baseVal.width))"
                ))
                .await;
            assert!(least.as_f64() >= Some(11.0), "letters of {least} px at {width} px");
        }
    });
}

#[test]
fn the_guide_asks_for_its_own_files_only() {
    with_page("requests of the guide", async |page| {
        page.settle().await;
        page.requests().await;
        for path in paths() {
            page.visit(&path).await;
        }
        let own = page.server.url();
        let mut asked: Vec<_> = page.requests().await;
        asked.retain(|address| !address.ends_with(".html"));
        asked.sort_unstable();
        asked.dedup();
        let known = |address: &String| {
            address.starts_with(&own)
                && [".css", ".svg", "theme.js", ".ico"].iter().any(|end| address.ends_with(end))
        };
        let others: Vec<_> = asked.iter().filter(|address| !known(address)).collect();
        assert!(others.is_empty(), "{others:?}");
        assert!(
            asked.iter().any(|address| address.ends_with("learn.css")),
            "the record is complete: {asked:?}"
        );
        let log = page.log("browser").await;
        assert!(log.is_empty(), "{log:#?}");
    });
}

/// The colours that the page has.
async fn scheme(page: &Page) -> Value {
    page.value("getComputedStyle(document.documentElement).colorScheme").await
}

#[test]
fn the_theme_is_the_one_that_was_chosen() {
    with_page("theme of the guide", async |page| {
        page.visit("learn/rules/host-socket.html").await;
        assert_eq!(scheme(page).await, "light dark");
        page.visit("index.html").await;
        page.wait_for_whole().await;
        page.click("button.theme").await;
        page.visit("learn/rules/host-socket.html").await;
        assert_eq!(scheme(page).await, "dark");
    });
}

#[test]
fn it_is_read_without_scripts_and_leads_to_the_editor() {
    with_page("the guide without scripts", async |page| {
        page.click("header nav a[href='learn/index.html']").await;
        page.wait_for("the guide", "document.querySelector('main.learn') !== null").await;
        page.devtools("Emulation.setScriptExecutionDisabled", json!({ "value": true })).await;
        page.visit("learn/approaches/nested-daemon.html").await;
        let text = |selector: &'static str| async move {
            let element = page.client.find(Locator::Css(selector)).await;
            element.unwrap_or_else(|error| panic!("{selector}: {error}")).text().await.expect("its text")
        };
        assert_eq!(text("h1").await, "Nested daemon");
        assert!(text(".said-of").await.starts_with("high Anyone who can push a branch can become root"));
        let next = page.client.find(Locator::Css("a[rel=next]")).await.expect("a next page");
        next.click().await.expect("it leads on");
        assert_eq!(text("h1").await, "Unknown daemon");
        let attempt = page.client.find(Locator::Css(".example a")).await.expect("a way into the editor");
        let address = attempt.prop("href").await.expect("an attribute").unwrap_or_default();
        let editor = format!("{}index.html#v1.", page.server.url());
        assert!(address.starts_with(&editor), "{address}");
    });
}
