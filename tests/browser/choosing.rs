//! What the runner allows and the job needs: prefilled, answered, taken back, and what that leaves.

use std::fs;

use daemonless_catalog::{Question, Way};
use fantoccini::Locator;
use serde_json::json;

use crate::access::{check_axe_but, check_width};
use crate::driver::with_page;
use crate::page::{Page, key};
use crate::texts;

const RUNNER: &str = "[[runners]]\nexecutor = \"docker\"\n[runners.docker]\nimage = \"alpine\"\n";

/// The answer that holds, and where it comes from.
async fn holds(page: &Page, question: &str) -> (String, String) {
    let field = format!("#choosing [data-question={question}]");
    let answer = page.attributes(&field, "data-answer").await.concat();
    (answer, page.texts(&format!("{field} .why")).await.concat())
}

/// The ways in their order, those that do not fit in brackets.
async fn left(page: &Page) -> String {
    let ways = "[...document.querySelectorAll('#ranked > li')]
        .map(e => e.dataset.verdict === 'does not fit' ? `[${e.dataset.way}]` : e.dataset.way).join(' ')";
    page.value(ways).await.as_str().unwrap_or_default().to_owned()
}

async fn answer(page: &Page, question: &str, answer: &str) {
    page.click(&format!("label:has(#{question}-{answer})")).await;
    let done = format!("document.querySelector('[data-question={question}]').dataset.answer === '{answer}'");
    page.wait_for("the answer", &done).await;
}

/// The error that the catalog has.
fn error(builder: &str, question: &str) -> &'static str {
    let question = Question::from_id(question).expect("a known question");
    Way::with(builder).and_then(|way| way.at(question).error).expect("an error")
}

#[test]
fn a_privileged_file_answers_and_a_person_corrects() {
    with_page("questions on the runner", async |page| {
        page.paste(texts::GITLAB).await;
        page.wait_for_verdict("gitlab-ci", "high").await;
        page.wait_for("the questions", "document.querySelectorAll('#choosing fieldset').length === 8").await;
        let (privileged, why) = holds(page, "privileged").await;
        assert!(privileged == "yes" && why.contains("line 5"), "{privileged}: {why}");
        assert_eq!(holds(page, "fuse").await, ("unknown".into(), "The files do not say".into()));
        let open = left(page).await;
        assert!(open.starts_with("buildah ") && !open.contains('['), "{open}");
        let ways = page.attributes("#alternatives .alt", "data-alternative").await;
        assert_eq!(ways.join(" "), open, "the same order as below");

        // Nothing rules the builders out while the containers may be privileged.
        answer(page, "relaxed-profiles", "no").await;
        assert_eq!(left(page).await, open);
        answer(page, "privileged", "no").await;
        let order = left(page).await;
        assert!(
            order.starts_with("kaniko vm ") && order.contains("[buildah] [podman] [buildkit]"),
            "{order}"
        );
        let shown = page.texts("#ranked [data-way=buildah] pre").await;
        assert_eq!(shown, [error("buildah", "relaxed-profiles")], "word for word");
        let sources = page.texts("#ranked [data-way=buildah] ul.src").await.concat();
        assert!(sources.contains("574252") && sources.contains("2026-"), "{sources}");
        let told = page.texts("#changed").await.concat();
        assert!(told.starts_with("Buildah no longer fits: Error during unshare"), "{told}");
        assert!(told.ends_with("is first now."), "{told}");

        // The other parts follow.
        assert_eq!(page.attributes("#alternatives .alt:first-child", "data-alternative").await, ["kaniko"]);
        let out = page.texts("#choice-buildah .nofit").await;
        assert_eq!(out, ["Does not fit"]);
        assert_eq!(page.count("#choice-kaniko .waytag.fits").await, 1, "the best row");

        // It holds while one types, and can be taken back.
        page.type_text("# mine\n").await;
        page.wait_for("another answer", "document.querySelector('#changed').innerText === ''").await;
        assert_eq!(left(page).await, order);
        page.click("[data-question=privileged] .link").await;
        page.wait_for(
            "the file's answer",
            "document.querySelector('[data-question=privileged]').dataset.answer === 'yes'",
        )
        .await;
        assert!(
            page.value("document.activeElement.name === 'privileged'").await == true,
            "the keyboard stays"
        );
        assert_eq!(left(page).await, open);
    });
}

#[test]
fn a_configuration_beside_the_pipeline_answers() {
    with_page("questions, from config.toml", async |page| {
        let folder = tempfile::tempdir().expect("a folder");
        let paths = [(".gitlab-ci.yml", texts::GITLAB), ("config.toml", RUNNER)].map(|(name, text)| {
            let path = folder.path().join(name);
            fs::write(&path, text).expect("a file");
            path.display().to_string()
        });
        let input = page.client.find(Locator::Css("#open")).await.expect("an input");
        input.send_keys(&paths.join("\n")).await.expect("files are picked");
        page.wait_for_verdict("gitlab-ci", "high").await;
        page.wait_for("two files", "document.querySelectorAll('#tabs li').length === 2").await;
        let (privileged, why) = holds(page, "privileged").await;
        assert!(privileged == "no" && why.contains("config.toml, line 1"), "{privileged}: {why}");
        let order = left(page).await;
        assert!(order.ends_with("[contain]"), "{order}");
        let shown = page.texts("#ranked [data-way=contain] pre").await;
        assert_eq!(shown, ["mount: permission denied (are you root?)"]);
        let ways = page.attributes("#alternatives .alt", "data-verdict").await;
        assert!(!ways.contains(&"does not fit".to_owned()), "the person has said nothing: {ways:?}");
    });
}

#[test]
fn the_keyboard_is_enough_and_stays_where_it_is() {
    with_page("questions, by keyboard", async |page| {
        page.wait_for("the questions", "document.querySelector('#fuse-unknown') !== null").await;
        assert_eq!(left(page).await, "buildah podman buildkit kaniko vm", "without a text too");
        page.value("document.querySelector('#fuse-unknown').focus()").await;
        let place = "(e => Math.round(e.getBoundingClientRect().top))(document.activeElement)";
        let before = page.value(place).await;
        page.press(&[key::LEFT]).await;
        page.wait_for("the answer before", "document.querySelector('#fuse-no').checked").await;
        assert_eq!(left(page).await, "buildkit kaniko buildah podman vm");
        assert_eq!(page.value("document.activeElement.id").await, "fuse-no");
        assert_eq!(page.value(place).await, before, "nothing above moves");
        page.press(&[key::LEFT]).await;
        page.wait_for("the first answer", "document.querySelector('#fuse-yes').checked").await;
        assert_eq!(left(page).await, "buildah podman buildkit kaniko vm");
    });
}

#[track_caller]
fn check(width: u32, scheme: &str, forced: &str) {
    with_page(&format!("questions at {width} px, {scheme}"), async |page| {
        page.resize(width).await;
        let features = json!([
            { "name": "prefers-color-scheme", "value": scheme }, { "name": "forced-colors", "value": forced },
        ]);
        page.devtools("Emulation.setEmulatedMedia", json!({ "features": features })).await;
        page.paste(texts::GITLAB).await;
        page.wait_for_verdict("gitlab-ci", "high").await;
        page.wait_for("the questions", "document.querySelector('#root-no') !== null").await;
        for (question, said) in
            [("privileged", "no"), ("relaxed-profiles", "no"), ("root", "no"), ("containers", "yes")]
        {
            answer(page, question, said).await;
        }
        page.value("document.querySelectorAll('#choosing details').forEach(details => details.open = true)")
            .await;
        check_width(page, "answered").await;
        // Forced colours are the person's own; axe compares them with those of the style.
        let without: &[&str] = if forced == "active" { &["color-contrast"] } else { &[] };
        check_axe_but(page, "answered", without).await;
    });
}

#[test]
fn narrow_and_light() {
    check(320, "light", "none");
}

#[test]
fn narrow_and_dark() {
    check(320, "dark", "none");
}

#[test]
fn wide_and_light() {
    check(1440, "light", "none");
}

#[test]
fn wide_and_dark() {
    check(1440, "dark", "none");
}

#[test]
fn forced_colours() {
    check(1024, "dark", "active");
}
