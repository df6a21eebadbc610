//! The changed pipeline: the diff, the verdict on it, and how a person takes it along.

use std::fs;
use std::time::Duration;

use daemonless_core::{Context, File};
use serde_json::json;

use crate::driver::with_page;
use crate::page::key;
use crate::texts;

const PATH: &str = ".gitlab-ci.yml";

/// What the same analysis makes of the text outside the browser.
fn native(builder: &str) -> String {
    let file = File { path: PATH.into(), text: texts::GITLAB.into(), format: None };
    daemonless_core::rewrite(&[file], &Context::default(), 0, builder).expect("it can be rewritten").text
}

#[test]
fn the_recommended_builder_comes_first_and_its_text_can_be_taken_along() {
    with_page("rewrite", async |page| {
        let folder = tempfile::tempdir().expect("a folder");
        let downloads = json!({ "behavior": "allow", "downloadPath": folder.path() });
        page.devtools("Browser.setDownloadBehavior", downloads).await;
        page.paste(texts::GITLAB).await;
        page.wait_for_verdict("gitlab-ci", "high").await;

        page.wait_for_rewrite("buildah").await;
        assert_eq!(
            page.attributes("#rewrite .levels", "data-risk").await,
            ["high", "low"],
            "before and after"
        );
        let removed = page.texts("#rewrite .side.del .l > span").await.join("\n");
        let added = page.texts("#rewrite .side.add .l > span").await.join("\n");
        assert!(removed.contains("docker:27-dind") && removed.contains("DOCKER_HOST"), "{removed}");
        assert!(added.contains("quay.io/buildah/stable:v") && added.contains("buildah push"), "{added}");
        assert!(!page.texts("#left").await.concat().is_empty(), "what is left to the person is said");
        assert!(!page.texts("#runner").await.concat().is_empty(), "what the runner must allow is said");

        let wanted = native("buildah");
        assert_eq!(page.value("document.querySelector('#rewritten').value").await, wanted);
        page.click("#copy").await;
        page.wait_for(
            "a word on copying",
            "document.querySelector('.difftop [role=status]').innerText === 'Copied.'",
        )
        .await;
        assert_eq!(page.clipboard().await, wanted);
        page.click("#download").await;
        let mut saved = None;
        for _ in 0..100 {
            let files = fs::read_dir(folder.path()).expect("the folder").filter_map(Result::ok);
            saved =
                files.filter_map(|file| fs::read_to_string(file.path()).ok()).find(|text| !text.is_empty());
            if saved.is_some() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(saved, Some(wanted));
    });
}

#[test]
fn another_builder_is_one_click_away() {
    with_page("builders", async |page| {
        page.paste(texts::GITLAB).await;
        page.wait_for_verdict("gitlab-ci", "high").await;
        page.click("#alternatives li[data-alternative=podman] a[href='#rewrite']").await;
        page.wait_for_rewrite("podman").await;
        assert_eq!(page.value("document.querySelector('#rewritten').value").await, native("podman"));
        assert_eq!(page.texts("#rewrite [role=tab][aria-selected=true]").await, ["Podman"]);
    });
}

#[test]
fn a_daemon_that_stays_is_shown_contained() {
    with_page("contained", async |page| {
        page.paste(texts::GITLAB).await;
        page.wait_for_verdict("gitlab-ci", "high").await;
        page.click("#alternatives li[data-alternative=contain] a[href='#rewrite']").await;
        page.wait_for_rewrite("contain").await;
        assert_eq!(page.value("document.querySelector('#rewritten').value").await, native("contain"));
        assert_eq!(page.texts("#rewrite [role=tab][aria-selected=true]").await, ["Its daemon contained"]);
    });
}

#[test]
fn the_rewritten_text_follows_what_one_types() {
    with_page("following", async |page| {
        page.paste(texts::GITLAB).await;
        page.wait_for_rewrite("buildah").await;
        page.click("#editor").await;
        page.press(&[key::CONTROL, key::END]).await;
        page.type_text("\n# the last line").await;
        let follows = "document.querySelector('#rewritten').value.endsWith('\\n# the last line')";
        page.wait_for("the last line in the rewritten text", follows).await;
    });
}

#[test]
fn without_the_whole_analysis_the_page_says_what_is_missing() {
    with_page("worker", async |page| {
        for missing in ["*daemonless-wasm_bg.wasm", "*worker.js"] {
            page.reopen_without(&[missing]).await;
            page.paste(texts::GITLAB).await;
            page.wait_for_verdict("gitlab-ci", "high").await;
            page.wait_for("a word on it", "document.querySelector('#beyond[role=alert]') !== null").await;
            assert!(page.texts("#beyond").await.concat().contains("daemonless fix"));
            assert_eq!(page.count("#path, #rewrite").await, 0);
        }
        // A worker that breaks before it can answer.
        page.reopen_without(&[]).await;
        let broken = "window.Worker = class extends EventTarget {
            constructor() { super(); setTimeout(() => this.dispatchEvent(new Event('error'))); }
            postMessage() {}
            terminate() {}
        }";
        page.reopen_with(broken).await;
        page.paste(texts::GITLAB).await;
        page.wait_for_verdict("gitlab-ci", "high").await;
        page.wait_for("a word on it", "document.querySelector('#beyond[role=alert]') !== null").await;
    });
}
