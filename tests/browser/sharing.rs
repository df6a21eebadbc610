//! Links that hold files, files in their place, and what the browser remembers.

use serde_json::Value;

use crate::driver::with_page;
use crate::page::Page;
use crate::texts;

/// What another program wrote, by the form's description: two files, where they run, and a builder.
const VERSION_1: &str = "#v1.TYwxDsIwDEWvYnluOQAzYkNIrMDg1oZYpEmUpFWliLuTVEiw-fv_9wo-1ErCPVwLBsqmXki7ZLADzLLmltmPL4kQZwd9H6IuFXkKA8ug5G4O3x386MO2btp_x_FyPgHZoE4acK_V6N23LWh82mbL1GQ4zGpZYvsEzxNV4gM";

/// Opens the page with this behind its address.
async fn open(page: &Page, fragment: &str) {
    page.client.goto("about:blank").await.expect("an empty page");
    page.client.goto(&format!("{}{fragment}", page.server.url())).await.expect("the page opens");
    page.wait_for_whole().await;
}

async fn wait_for_notice(page: &Page, words: &str) {
    page.wait_for(
        words,
        &format!("document.querySelector('#notice')?.innerText.includes('{words}') === true"),
    )
    .await;
}

/// The link that the page offers.
async fn link(page: &Page) -> String {
    page.wait_for("a link", "document.querySelector('#link')?.value.includes('#v1.') === true").await;
    let link = page.value("document.querySelector('#link').value").await;
    link.as_str().unwrap_or_default().to_owned()
}

#[test]
fn a_link_holds_what_is_there() {
    with_page("a link", async |page| {
        page.paste(texts::GITLAB).await;
        page.wait_for_verdict("gitlab-ci", "high").await;
        page.click("input[name=host][value=vm]").await;
        page.wait_for_verdict("gitlab-ci", "low").await;
        page.click("#share").await;
        let link = link(page).await;
        page.click("#copy-link").await;
        page.wait_for(
            "a word",
            "document.querySelector('#share-panel [role=status]').innerText === 'Copied.'",
        )
        .await;
        assert_eq!(page.clipboard().await, link);
        let (_, fragment) = link.split_once('#').expect("a fragment");

        let before = page.server.requests();
        open(page, &format!("#{fragment}")).await;
        page.wait_for_verdict("gitlab-ci", "low").await;
        assert_eq!(page.text().await, texts::GITLAB);
        assert!(page.server.requests() > before, "the page itself was asked for again");
        assert_eq!(page.value("document.querySelector('input[name=host][value=vm]').checked").await, true);
    });
}

#[test]
fn links_of_the_first_version_are_read() {
    with_page("an old link", async |page| {
        open(page, VERSION_1).await;
        page.wait_for_verdict("shell", "low").await;
        assert_eq!(page.texts("#tabs .show span:last-child").await, ["a.sh", "Dockerfile"]);
        // One that is followed within the page, as from a lesson.
        page.paste("ls\n").await;
        page.wait_for_verdict("shell", "none").await;
        page.value("location.hash = ''").await;
        page.value(&format!("location.hash = '{VERSION_1}'")).await;
        page.wait_for_verdict("shell", "low").await;
        assert_eq!(page.text().await, "docker run --privileged debian\n");
    });
}

#[test]
fn what_is_no_link_is_told() {
    with_page("damaged links", async |page| {
        open(page, &VERSION_1[..60]).await;
        wait_for_notice(page, "damaged").await;
        open(page, "#v9.abc").await;
        wait_for_notice(page, "newer").await;
        page.value("location.hash = '#v1.%%%'").await;
        open(page, "#v1.AAAA").await;
        wait_for_notice(page, "damaged").await;
        page.paste(texts::GITLAB).await;
        page.wait_for_verdict("gitlab-ci", "high").await;
    });
}

#[test]
fn a_link_that_inflates_to_a_gigabyte_is_not_opened() {
    with_page("a bomb", async |page| {
        let pack = "const done = arguments[0];
            const part = new Uint8Array(1 << 20).fill(32);
            let left = 1024;
            const source = new ReadableStream({ pull: (to) => left-- ? to.enqueue(part) : to.close() });
            new Response(source.pipeThrough(new CompressionStream('deflate-raw'))).arrayBuffer().then((packed) => {
                let letters = '';
                for (const byte of new Uint8Array(packed)) letters += String.fromCharCode(byte);
                done('#v1.' + btoa(letters).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', ''));
            });";
        let bomb = page.client.execute_async(pack, Vec::new()).await.expect("a bomb");
        let Value::String(bomb) = bomb else { panic!("{bomb}") };
        println!("a gigabyte in {} letters", bomb.len());
        let before = page.busy().await;
        page.client
            .execute("location.hash = arguments[0]", vec![bomb.into()])
            .await
            .expect("the link is followed");
        wait_for_notice(page, "more than 8 MB").await;
        let busy = page.busy().await - before;
        assert!(busy.as_secs() < 5, "{busy:?} of work for it");
    });
}

#[test]
fn secrets_are_pointed_out_and_blanked() {
    with_page("secrets", async |page| {
        let token = format!("glpat-{}", "a1B2".repeat(5));
        let text = format!("# {token}\n{}variables:\n  DB_PASSWORD: \"Sup3rsecret\"\n", texts::GITLAB);
        page.paste(&text).await;
        page.wait_for_verdict("gitlab-ci", "high").await;
        page.click("#share").await;
        let shared = link(page).await;
        assert_eq!(page.count("#secrets li").await, 2);
        let (_, fragment) = shared.split_once('#').expect("a fragment");
        // The person says that the second is none.
        page.click("#secrets li:nth-child(2) input").await;
        page.wait_for(
            "another link",
            &format!("!document.querySelector('#link').value.endsWith('{fragment}')"),
        )
        .await;
        let (_, open_link) = page
            .value("document.querySelector('#link').value")
            .await
            .as_str()
            .and_then(|link| link.split_once('#').map(|(a, b)| (a.to_owned(), b.to_owned())))
            .expect("a link");
        assert_eq!(page.text().await, text, "the text itself stays");
        open(page, &format!("#{fragment}")).await;
        page.wait_for_verdict("gitlab-ci", "high").await;
        assert_eq!(page.text().await, text.replace(&token, "REMOVED").replace("Sup3rsecret", "REMOVED"));
        open(page, &format!("#{open_link}")).await;
        page.wait_for_verdict("gitlab-ci", "high").await;
        assert_eq!(page.text().await, text.replace(&token, "REMOVED"));
    });
}

#[test]
fn a_file_is_offered_where_a_link_would_be_too_long() {
    with_page("a long link", async |page| {
        // Nothing that packs well.
        let mut state = 1_u64;
        let mut noise = String::new();
        for _ in 0..2_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            noise += &format!("# {:x}\n", state >> 16);
        }
        page.paste(&format!("{}{noise}", texts::GITLAB)).await;
        page.wait_for_verdict("gitlab-ci", "high").await;
        page.click("#share").await;
        page.wait_for(
            "a file",
            "document.querySelector('#share-panel')?.innerText.includes('Send the file') === true",
        )
        .await;
        assert_eq!((page.count("#link").await, page.count("#save").await), (0, 1));
    });
}

#[test]
fn work_is_remembered_when_asked_and_forgotten_when_asked() {
    with_page("remembered", async |page| {
        page.paste(texts::GITLAB).await;
        page.wait_for_verdict("gitlab-ci", "high").await;
        assert_eq!(page.value("localStorage.getItem('work')").await, Value::Null, "nobody asked for it");
        page.click("#remember").await;
        page.type_text("# more").await;
        page.wait_for("what is kept", "localStorage.getItem('work').includes('# more')").await;
        page.reopen().await;
        page.wait_for_verdict("gitlab-ci", "high").await;
        assert!(page.text().await.contains("# more"));
        page.click("#remember").await;
        assert_eq!(page.value("localStorage.getItem('work')").await, Value::Null);
        page.reopen().await;
        page.wait_for_whole().await;
        assert_eq!(page.text().await, "");
    });
}

#[test]
fn a_saved_file_is_opened_again() {
    with_page("a saved file", async |page| {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("pipeline.daemonless.json");
        let held = serde_json::json!({ "files": [{ "path": "a.sh", "text": "docker build .\n" }, { "path": "b.sh", "text": "ls\n" }] });
        std::fs::write(&path, held.to_string()).expect("a file");
        let input = page.client.find(fantoccini::Locator::Css("#open")).await.expect("an input");
        input.send_keys(&path.display().to_string()).await.expect("it is picked");
        page.wait_for_verdict("shell", "medium").await;
        assert_eq!(page.texts("#tabs .show span:last-child").await, ["a.sh", "b.sh"]);
    });
}
