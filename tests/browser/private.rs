//! Nothing leaves the page: requests by the browser's own record and by the server's.

use serde_json::Value;

use crate::driver::with_page;
use crate::texts;

#[test]
fn nothing_is_asked_for_after_the_page_is_there() {
    with_page("requests", async |page| {
        page.settle().await;
        let loaded = page.requests().await;
        let own = page.server.url();
        let others: Vec<_> = loaded.iter().filter(|address| !address.starts_with(&own)).collect();
        assert!(others.is_empty(), "requests to others: {others:?}");
        assert!(
            loaded.iter().any(|address| address.ends_with(".wasm")),
            "the record is complete: {loaded:?}"
        );

        let served = page.server.requests();
        page.type_text("docker build .").await;
        page.wait_for_verdict("shell", "medium").await;
        for (format, risk, text) in texts::FIRST {
            page.paste(text).await;
            page.wait_for_verdict(format, risk).await;
        }
        for sample in 0..page.count("#samples button").await {
            page.click(&format!("#samples li:nth-child({}) button", sample + 1)).await;
        }
        page.click("button.theme").await;
        page.settle().await;
        assert_eq!(page.requests().await, [] as [&str; 0]);
        assert_eq!(page.server.requests(), served);
        assert_eq!(page.attributes("#requests", "data-requests").await, ["0"]);
        let kept = page.value("JSON.stringify([document.cookie, Object.keys(localStorage)])").await;
        assert_eq!(kept, Value::from(r#"["",["theme"]]"#), "the theme is all that the page keeps");
    });
}

#[test]
fn the_browser_has_nothing_to_complain_of() {
    with_page("log", async |page| {
        page.paste(texts::GITLAB).await;
        page.wait_for_verdict("gitlab-ci", "high").await;
        page.wait_for_rewrite("buildah").await;
        page.click("#rewrite summary").await;
        page.click("#containment summary").await;
        page.paste("&a [*a, {").await;
        page.wait_for("an answer", "document.querySelector('#verdict').dataset.risk === 'none'").await;
        let log = page.log("browser").await;
        assert!(log.is_empty(), "{log:#?}");
    });
}

#[test]
fn the_policy_holds_back_what_would_leave() {
    with_page("policy", async |page| {
        // A policy that lets everything pass would make the counts above worth little.
        let script = "const done = arguments[0];
            document.addEventListener('securitypolicyviolation', event => done(event.effectiveDirective));
            const image = new Image(); image.src = 'http://127.0.0.1:9/' + 'text';";
        let held = page.client.execute_async(script, Vec::new()).await.expect("an answer");
        assert_eq!(held, "img-src");
    });
}
