//! Without a network: the whole page, once it was there; and one build after another.

use std::fs;

use serde_json::json;

use crate::driver::{with_copy, with_page};
use crate::page::Page;
use crate::texts;

/// Lets the service worker answer, and waits until it has kept all.
async fn keep(page: &Page) {
    page.devtools("Network.setBypassServiceWorker", json!({ "bypass": false })).await;
    let ready = "const done = arguments[0]; navigator.serviceWorker.ready.then(({ active }) => {
        const is = () => active.state === 'activated' ? done(true) : setTimeout(is, 50);
        is();
    });";
    page.client.execute_async(ready, Vec::new()).await.expect("all is kept");
}

#[test]
fn all_of_it_works_without_a_network() {
    with_page("offline", async |page| {
        keep(page).await;
        page.server.refuse();
        page.reopen().await;
        page.wait_for_whole().await;
        page.wait_for_editor().await;
        page.paste(texts::GITLAB).await;
        page.wait_for_verdict("gitlab-ci", "high").await;
        page.wait_for_rewrite("buildah").await;
        let told = "document.querySelector('#explanation .read').innerText.length > 100";
        page.wait_for("what is told of it", told).await;
        page.visit("learn/index.html").await;
        page.wait_for("the guide", "document.querySelector('h1') !== null").await;
        page.visit("?a=b").await;
        page.wait_for_whole().await;
    });
}

#[test]
fn a_newer_build_takes_over_when_the_person_says_so() {
    with_copy("a newer build", async |page, folder| {
        keep(page).await;
        page.reopen().await;
        page.wait_for_whole().await;
        assert_eq!(page.count("#renew").await, 0);
        // Another build: all that tells it is the service worker.
        let path = folder.join("sw.js");
        let script = fs::read_to_string(&path).expect("a service worker");
        assert!(script.contains("Built from"));
        fs::write(&path, script.replace("Built from", "Newly built from")).expect("another build");
        for extension in ["gz", "br"] {
            let _ = fs::remove_file(folder.join(format!("sw.js.{extension}")));
        }
        page.reopen().await;
        page.wait_for("a word on it", "document.querySelector('#renew') !== null").await;
        let names = "const done = arguments[0]; caches.keys().then((names) => done(names.join()))";
        page.click("#renew").await;
        page.wait_for(
            "the page again",
            "document.querySelector('#renew') === null && document.readyState === 'complete'",
        )
        .await;
        let start = std::time::Instant::now();
        loop {
            let kept = page.client.execute_async(names, Vec::new()).await.expect("names");
            let kept = kept.as_str().unwrap_or_default().to_owned();
            if kept.contains("Newly") && !kept.contains(',') {
                break;
            }
            assert!(start.elapsed().as_secs() < 20, "what was kept before goes: {kept}");
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    });
}
