//! How a text is read: as one types, what is unknown, what is broken, what is large.

use std::time::Duration;

use crate::driver::with_page;
use crate::page::key;
use crate::texts;

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

#[test]
fn a_large_text_does_not_freeze_the_page() {
    with_page("a megabyte", async |page| {
        let script = "    - make release VERSION=1.2 --directory packages/every/one/of/them\n".repeat(700);
        let job = |number: usize| {
            format!(
                "job-{number}:\n  image: docker:27\n  services: [docker:27-dind]\n  script:\n    - docker build .\n{script}"
            )
        };
        let text: String = (0..20).map(job).collect();
        assert!((950_000..1 << 20).contains(&text.len()), "{} bytes", text.len());
        let before = page.busy().await;
        page.paste(&text).await;
        page.wait_for_verdict("gitlab-ci", "high").await;
        let busy = page.busy().await - before;
        println!("a megabyte: {:.1} s of work for the page", busy.as_secs_f64());
        assert!(busy <= Duration::from_secs(2), "{busy:?} of work for the page");
    });
}
