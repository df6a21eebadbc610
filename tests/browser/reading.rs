//! How a text is read: as one types, what is unknown, what is broken, what is large.

use std::time::Duration;

use crate::driver::with_page;
use crate::page::key;
use crate::texts;

/// What the page may take for one text without an answer.
const LONGEST: Duration = Duration::from_secs(2);

/// What it may add to the work that a browser has with a megabyte in any text area.
const ADDED: Duration = Duration::from_secs(1);

#[test]
fn a_text_is_read_as_one_types() {
    with_page("typing", async |page| {
        page.type_text("docker run --privileged debian").await;
        page.wait_for_verdict("shell", "high").await;
        page.type_text("\u{e003}".repeat(6).as_str()).await;
        page.type_text("alpine").await;
        page.wait_for("new text", "document.querySelector('#jobs, #path')?.innerText !== undefined").await;
        let quote =
            "document.querySelector('#path .own code')?.innerText === 'docker run --privileged alpine'";
        page.wait_for("a path with the new line", quote).await;
        // Who empties the editor is where they began.
        page.press(&[key::CONTROL, 'a']).await;
        page.type_text("\u{e003}").await;
        page.wait_for("an empty page", "document.querySelector('#jobs') === null").await;
        assert_eq!(page.count("#findings, #path, #rewrite").await, 0);
    });
}

#[test]
fn what_is_told_of_all_texts_comes_and_stays() {
    with_page("told", async |page| {
        page.paste(texts::GITLAB).await;
        page.wait_for_verdict("gitlab-ci", "high").await;
        for depth in ["In short", "In practice", "In full"] {
            let tab = format!(
                "[...document.querySelectorAll('#explanation [role=tab]')].find(tab => tab.innerText === '{depth}').click()"
            );
            page.value(&tab).await;
            let told = "document.querySelector('#explanation .read').innerText.length > 300";
            page.wait_for(depth, told).await;
        }
        // Another text does not take it away.
        page.click("#samples li:first-child button").await;
        page.wait_for("choices", "document.querySelectorAll('#choices tr.mine').length === 1").await;
        let rule = "document.querySelector('#findings details.about').textContent.length > 300";
        page.wait_for("a rule's documentation", rule).await;
        for (place, least) in [("#ledger dd", 15), ("#sources time", 50), ("#containment time", 10)] {
            let count = page.count(place).await;
            assert!(count >= least, "{count} of {place}");
        }
    });
}

#[test]
fn a_verdict_needs_none_of_what_is_told() {
    with_page("untold", async |page| {
        page.reopen_without(&["*texts.json"]).await;
        page.paste(texts::GITLAB).await;
        page.wait_for_verdict("gitlab-ci", "high").await;
        for place in ["#explanation .read", "#choices > .aside", "#findings details.about"] {
            let said =
                format!("document.querySelector('{place}').textContent.includes('could not be loaded')");
            page.wait_for(place, &said).await;
        }
        assert!(page.count("#risk-table td").await > 20, "the risk table is the program's own");
    });
}

#[test]
fn an_unknown_text_asks_what_it_is() {
    with_page("unknown", async |page| {
        page.paste("step one\nFROM here on\nservices: none\n").await;
        let unknown = "document.querySelector('#verdict').dataset.format === 'unknown'";
        page.wait_for("an unknown format", unknown).await;
        let asks = page.texts("#verdict").await.concat();
        assert!(asks.contains("read it as"), "{asks}");
    });
}

#[test]
fn a_person_says_what_a_text_is() {
    with_page("format", async |page| {
        // Both a pipeline and a Compose file could begin so.
        page.paste("services:\n  - docker:27-dind\nbuild:\n  script: [docker build .]\n").await;
        page.wait_for_verdict("gitlab-ci", "high").await;
        page.click("#format option[value=docker-compose]").await;
        page.wait_for(
            "a Compose file",
            "document.querySelector('#verdict').dataset.format === 'docker-compose'",
        )
        .await;
        page.click("#format option[value='']").await;
        page.wait_for_verdict("gitlab-ci", "high").await;
        // So does the name of the file.
        page.click("#name").await;
        page.value("document.querySelector('#name').select()").await;
        for letter in "compose.yaml".chars() {
            page.press(&[letter]).await;
        }
        page.press(&[key::TAB]).await;
        page.wait_for(
            "a Compose file",
            "document.querySelector('#verdict').dataset.format === 'docker-compose'",
        )
        .await;
    });
}

#[test]
fn a_broken_text_is_told_with_its_place() {
    with_page("broken", async |page| {
        page.paste(&format!("{}other: [a, b\nlast: {{\n", texts::GITLAB)).await;
        page.wait_for_verdict("gitlab-ci", "high").await;
        let rules = page.attributes("#findings article", "data-rule").await;
        for rule in ["syntax-error", "nested-daemon"] {
            assert!(rules.iter().any(|own| own == rule), "no {rule} in {rules:?}");
        }
        let places = page.texts("#findings article[data-rule=syntax-error] button.ref").await;
        let line = places.first().and_then(|place| place.strip_prefix("line ")?.parse::<usize>().ok());
        let first = texts::GITLAB.lines().count() + 1;
        assert!(
            line.is_some_and(|line| line >= first),
            "{places:?}, but the text is sound up to line {first}"
        );
    });
}

/// A pipeline of so many jobs, each with a long script.
fn long(jobs: usize) -> String {
    let script = "    - make release VERSION=1.2 --directory packages/every/one/of/them\n".repeat(700);
    let job = |number| {
        format!(
            "job-{number}:\n  image: docker:27\n  services: [docker:27-dind]\n  script:\n    - docker build .\n{script}"
        )
    };
    (0..jobs).map(job).collect()
}

#[test]
fn a_long_text_is_read_at_once() {
    with_page("100 KB", async |page| {
        let before = page.busy().await;
        page.paste(&long(2)).await;
        page.wait_for_verdict("gitlab-ci", "high").await;
        let busy = page.busy().await - before;
        println!("100 KB: {:.2} s of work for the page", busy.as_secs_f64());
        assert!(busy <= LONGEST, "{busy:?} of work for the page");
    });
}

#[test]
fn a_very_long_text_does_not_freeze_the_page() {
    with_page("a megabyte", async |page| {
        // No answer comes before it is asked for, on no machine: so the work of the paste is told apart from the answer's.
        let late = "window.late = true;
            const Real = window.Worker;
            window.Worker = class extends Real {
                postMessage(message) { if (!window.late || message instanceof WebAssembly.Module) super.postMessage(message); }
            };";
        page.reopen_with(late).await;
        page.wait_for_whole().await;
        let text = long(22);
        assert!(text.len() > 1 << 20);
        // Most of it is the browser's own, in any text area. That is the machine's affair, and varies by half: the longer of
        // two counts.
        let bare = page.busy_with_bare(&text).await.max(page.busy_with_bare(&text).await);
        let before = page.busy().await;
        page.paste(&text).await;
        page.wait_for("a question", "document.querySelector('#read-anyway') !== null").await;
        let busy = page.busy().await - before;
        println!("a megabyte: {busy:.2?} of work, {bare:.2?} of it for any text area");
        assert!(busy <= bare + ADDED, "{busy:?} of work, {bare:?} of it for any text area");
        page.value("window.late = false").await;
        page.click("#read-anyway").await;
        page.wait_for_verdict("gitlab-ci", "high").await;
        println!("a megabyte: {:.2} s of work to read it", (page.busy().await - before - busy).as_secs_f64());
    });
}

#[test]
fn the_verdict_waits_for_nothing_but_the_page() {
    with_page("first verdict", async |page| {
        page.reopen_without(&["*daemonless-wasm_bg.wasm"]).await;
        for (format, risk, text) in texts::FIRST {
            page.paste(text).await;
            page.wait_for_verdict(format, risk).await;
            assert!(page.count("#findings article").await > 0, "{format}");
        }
    });
}

#[test]
fn a_text_that_takes_too_long_is_given_up_and_read_when_asked() {
    with_page("given up", async |page| {
        // The first workers answer no call: the one that rewrites, the one that is given up, and the one that tries again.
        let stuck = "const Real = window.Worker;
            let made = 0;
            window.Worker = class extends Real {
                constructor(address) { super(address); this.stuck = ++made <= 3; }
                postMessage(message) { if (!this.stuck || message instanceof WebAssembly.Module) super.postMessage(message); }
                terminate() { window.ended = (window.ended ?? 0) + 1; super.terminate(); }
            };";
        page.reopen_with(stuck).await;
        page.wait_for_whole().await;
        page.settle().await;
        let served = page.server.requests();
        page.paste(texts::GITLAB).await;
        page.wait_for("a question", "document.querySelector('#read-anyway') !== null").await;
        assert_eq!(
            page.value("window.ended").await,
            2,
            "the worker is stopped, and the one that tried again"
        );
        page.type_text(" ").await;
        assert_eq!(page.count("#read-anyway").await, 1, "it is not tried again at each key");
        page.click("#read-anyway").await;
        page.wait_for_verdict("gitlab-ci", "high").await;
        assert!(page.count("#path li.stop").await >= 2);
        assert_eq!(page.server.requests(), served, "a new worker is no request");
    });
}
