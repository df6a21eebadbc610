//! Before the page's program is there: a text area, and a verdict.

use std::time::Duration;

use serde_json::{Value, json};

use crate::driver::with_page;
use crate::page::{Page, key};
use crate::texts;

/// Has the page's program wait until `window.go()`.
const LATE: &str = "const real = window.fetch;
    const go = new Promise((go) => { window.go = go; });
    window.fetch = async (address, options) => {
        if (/web-.*wasm/.test(address)) await go;
        return real(address, options);
    };";

/// Opens the page; its program waits.
async fn open_late(page: &Page, script: &str) {
    page.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": format!("{LATE}{script}") }))
        .await;
    page.client.refresh().await.expect("the page opens again");
    page.wait_for("the page's start", "window.daemonless !== undefined").await;
}

/// Waits for the sentence that is told before the program is there.
async fn wait_for_sentence(page: &Page, format: &str, risk: &str) {
    let told = format!(
        "(({{ dataset }}) => dataset.format === '{format}' && dataset.risk === '{risk}')(document.querySelector('#verdict'))"
    );
    page.wait_for(&format!("{format} of risk {risk}"), &told).await;
}

#[test]
fn a_text_is_read_before_the_program_is_there() {
    with_page("before the program", async |page| {
        open_late(page, "").await;
        for (format, risk, text) in texts::FIRST {
            page.paste(text).await;
            wait_for_sentence(page, format, risk).await;
            let told = page.texts("#verdict").await.concat();
            assert!(told.to_ascii_lowercase().starts_with(risk) && told.len() > 40, "{told}");
        }
        page.value("window.go()").await;
        let (format, risk, _) = texts::FIRST[texts::FIRST.len() - 1];
        page.wait_for_verdict(format, risk).await;
    });
}

#[test]
fn what_was_typed_before_stays() {
    with_page("typed before", async |page| {
        open_late(page, "").await;
        page.type_text("docker run --privileged debian").await;
        // What is typed at once is undone at once.
        tokio::time::sleep(Duration::from_secs(1)).await;
        page.press(&[key::LEFT]).await;
        page.type_text("X").await;
        page.press(&[key::LEFT]).await;
        page.value("window.go()").await;
        page.wait_for_editor().await;
        assert_eq!(page.text().await, "docker run --privileged debiaXn");
        assert_eq!(page.value("document.activeElement.id").await, "editor", "the keyboard stays there");
        let caret = page.value("document.querySelector('#editor').selectionStart").await;
        assert_eq!(caret, "docker run --privileged debia".len(), "so does the caret");
        page.wait_for_verdict("shell", "high").await;
        page.press(&[key::CONTROL, 'z']).await;
        assert_eq!(page.text().await, "docker run --privileged debian", "it can be undone");
    });
}

#[test]
fn without_its_program_the_page_still_tells() {
    with_page("no program", async |page| {
        page.devtools("Network.enable", json!({})).await;
        page.devtools("Network.setBlockedURLs", json!({ "urls": ["*web-*"] })).await;
        page.client.refresh().await.expect("the page opens again");
        page.paste(texts::GITLAB).await;
        wait_for_sentence(page, "gitlab-ci", "high").await;
    });
}

#[test]
fn without_an_analysis_the_page_says_so() {
    with_page("no analysis", async |page| {
        page.devtools("Network.enable", json!({})).await;
        page.devtools("Network.setBlockedURLs", json!({ "urls": ["*daemonless-*"] })).await;
        page.client.refresh().await.expect("the page opens again");
        page.wait_for("the program", "document.querySelector('#risk-table') !== null").await;
        page.paste(texts::GITLAB).await;
        let said = "document.querySelector('#headline').innerText.includes('could not be loaded')";
        page.wait_for("a word on what is missing", said).await;
    });
}

/// What moves while the page is put together, of the window's height.
#[test]
fn nothing_moves_while_the_page_comes() {
    with_page("layout shift", async |page| {
        let watch = "window.moved = [];
            new PerformanceObserver((list) => {
                for (const { value, sources } of list.getEntries()) {
                    window.moved.push([value, ...sources.map(({ node }) => node?.id || node?.className || node?.nodeName)]);
                }
            }).observe({ type: 'layout-shift', buffered: true });";
        page.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": watch })).await;
        for width in [1400, 768, 390, 320] {
            page.resize(width).await;
            page.reopen().await;
            page.wait_for_whole().await;
            page.wait_for_editor().await;
            page.settle().await;
            let moved = page.value("window.moved").await;
            let all = moved.as_array().into_iter().flatten();
            let sum: f64 = all.filter_map(|entry| entry[0].as_f64()).sum();
            println!("{width} px: {sum:.4} moved");
            assert!(sum < 0.01, "{width} px: {moved}");
        }
    });
}

#[test]
fn the_first_screen_is_that_of_the_program() {
    with_page("first screen", async |page| {
        let screen = "[...document.querySelectorAll('#app *')].map(({ localName, id }) => `${localName}#${id}`).join()";
        open_late(page, "").await;
        let Value::String(before) = page.value(screen).await else { panic!("no screen") };
        assert!(before.contains("textarea#editor") && before.contains("section#choices"), "{before}");
        assert!(page.count("#samples button").await > 3);
    });
}
