//! The richer editor: it takes the text area's place, marks and mends findings, and leaves the keyboard free.

use std::time::Duration;

use serde_json::{Value, json};

use crate::access::check_axe;
use crate::driver::with_page;
use crate::page::{Page, key};
use crate::texts;

/// Holds the editor back until `comeNow()` is called.
const HOLD: &str = "{
    let start;
    const held = new Promise(go => globalThis.comeNow = go);
    Object.defineProperty(globalThis, 'daemonless', {
        set: (given) => { const { editor } = given; start = { ...given, editor: () => held.then(() => editor()) }; },
        get: () => start,
    });
}";

/// How long the page may work for a key press, so that one types without waiting.
const KEY: Duration = Duration::from_millis(100);

/// An expression of the editor's shadow tree: `root` is its root.
fn inside(expression: &str) -> String {
    format!("(root => {expression})(document.querySelector('code-editor').shadowRoot)")
}

fn selection() -> &'static str {
    "(e => `${e.selectionStart}-${e.selectionEnd}`)(document.querySelector('#editor'))"
}

/// Moves the mouse to the middle of what an expression gives.
async fn point(page: &Page, expression: &str) -> (f64, f64) {
    let middle =
        format!("(r => [r.x + r.width / 2, r.y + r.height / 2])(({expression}).getBoundingClientRect())");
    let middle = page.value(&middle).await;
    let [x, y] =
        [0, 1].map(|index| middle[index].as_f64().unwrap_or_else(|| panic!("{expression}: {middle}")));
    // From elsewhere, so that the mouse has moved.
    for (x, y) in [(x - 40.0, y), (x, y)] {
        page.devtools("Input.dispatchMouseEvent", json!({ "type": "mouseMoved", "x": x, "y": y })).await;
    }
    (x, y)
}

async fn click(page: &Page, expression: &str) {
    let (x, y) = point(page, expression).await;
    for kind in ["mousePressed", "mouseReleased"] {
        let event = json!({ "type": kind, "x": x, "y": y, "button": "left", "clickCount": 1 });
        page.devtools("Input.dispatchMouseEvent", event).await;
    }
}

/// Points at the first underlined place of the severity, and waits for what it says.
async fn wait_for_tooltip(page: &Page, severity: &str) {
    page.wait_for_marks(1).await;
    page.value("document.querySelector('#editor').scrollIntoView({ behavior: 'instant', block: 'start' })")
        .await;
    point(page, &inside(&format!("root.querySelector('.finding.{severity}')"))).await;
    page.wait_for("a tooltip", &inside("root.querySelector('.cm-tooltip .told') !== null")).await;
}

#[test]
fn what_the_text_area_held_is_kept() {
    with_page("takeover", async |page| {
        page.reopen_with(HOLD).await;
        assert_eq!(page.count("textarea#editor").await, 1, "a text area is there at once");
        page.type_text("docker build .").await;
        page.wait_for_verdict("shell", "medium").await;
        page.type_text("\nls").await;
        page.press(&[key::LEFT]).await;
        page.value("comeNow()").await;
        page.wait_for_editor().await;

        assert_eq!(page.text().await, "docker build .\nls");
        assert_eq!(page.value(selection()).await, "16-16");
        page.wait_for("the keyboard in it", "document.activeElement.localName === 'code-editor'").await;
        page.type_text("x").await;
        assert_eq!(page.text().await, "docker build .\nlxs");
        // Back to the empty text, over what the text area was given.
        for _ in 0..40 {
            page.press(&[key::CONTROL, 'z']).await;
        }
        assert_eq!(page.text().await, "");
        for _ in 0..40 {
            page.press(&[key::CONTROL, 'y']).await;
        }
        assert_eq!(page.text().await, "docker build .\nlxs");
    });
}

#[test]
fn a_place_far_down_stays_in_view() {
    with_page("takeover, scrolled", async |page| {
        page.reopen_with(HOLD).await;
        let text: String = (1..=900).map(|line| format!("echo {line}\n")).collect();
        page.paste(&text).await;
        let scroll = "(e => { e.setSelectionRange(5000, 5004); e.scrollTop = 7000; return e.scrollTop; })(document.querySelector('#editor'))";
        let before = page.value(scroll).await;
        page.value("comeNow()").await;
        page.wait_for_editor().await;
        // To the letters of the line, which begin below its top.
        page.wait_for(
            "the same place",
            &format!("Math.abs(document.querySelector('#editor').scrollTop - {before}) < 6"),
        )
        .await;
        assert_eq!(page.value(selection()).await, "5000-5004");
        assert_eq!(page.text().await, text);
    });
}

#[test]
fn typing_changes_the_verdict() {
    with_page("typing in the editor", async |page| {
        page.type_text("docker run --privileged debian").await;
        page.wait_for_verdict("shell", "high").await;
        page.press(&[key::CONTROL, 'a']).await;
        page.type_text("docker build .").await;
        page.wait_for_verdict("shell", "medium").await;
    });
}

#[test]
fn a_finding_tells_and_leads_on() {
    with_page("tooltip", async |page| {
        page.paste(texts::GITLAB).await;
        page.wait_for_verdict("gitlab-ci", "high").await;
        page.wait_for(
            "marks beside the lines",
            &inside("root.querySelectorAll('.explain svg path').length > 0"),
        )
        .await;
        let coloured = inside(
            "new Set([...root.querySelectorAll('.cm-line span')].map(e => getComputedStyle(e).color)).size > 2",
        );
        page.wait_for("colours", &coloured).await;
        wait_for_tooltip(page, "high").await;
        let told = page.value(&inside("root.querySelector('.cm-tooltip').innerText")).await;
        let told = told.as_str().unwrap_or_default();
        assert!(told.contains("nested-daemon") && told.contains("Explain"), "{told}");
        page.press(&[key::ESCAPE]).await;
        page.wait_for("no tooltip", &inside("root.querySelector('.cm-tooltip') === null")).await;
        wait_for_tooltip(page, "high").await;
        click(page, &inside("root.querySelector('.cm-tooltip [data-explain]')")).await;
        page.wait_for("its explanation", "document.activeElement?.matches('#findings article') === true")
            .await;
        // So does the mark beside the line.
        page.value("document.querySelector('#editor').focus()").await;
        page.value(
            "document.querySelector('#editor').scrollIntoView({ behavior: 'instant', block: 'start' })",
        )
        .await;
        click(page, &inside("root.querySelector('.explain')")).await;
        page.wait_for("its explanation", "document.activeElement?.matches('#findings article') === true")
            .await;
    });
}

#[test]
fn a_fix_is_applied_and_undone() {
    with_page("fix", async |page| {
        page.paste(texts::GITLAB).await;
        page.wait_for_rewrite("buildah").await;
        wait_for_tooltip(page, "high").await;
        let fix =
            "[...root.querySelectorAll('.cm-tooltip button')].find(e => e.innerText.startsWith('Apply:'))";
        page.wait_for("a fix", &inside(&format!("{fix} !== undefined"))).await;
        click(page, &inside(fix)).await;
        page.wait_for(
            "another text",
            &format!("document.querySelector('#editor').value !== {}", Value::from(texts::GITLAB)),
        )
        .await;
        page.press(&[key::CONTROL, 'z']).await;
        assert_eq!(page.text().await, texts::GITLAB, "undone in one step");
    });
}

#[test]
fn a_fix_is_offered_without_a_mouse_and_in_the_text_area() {
    with_page("fix by keyboard", async |page| {
        for plain in [false, true] {
            if plain {
                page.click("#plain").await;
                page.wait_for("the text area", "document.querySelector('textarea#editor') !== null").await;
            }
            page.paste(texts::GITLAB).await;
            page.wait_for_rewrite("buildah").await;
            let fix = "document.activeElement.innerText?.startsWith('Apply:') === true";
            for _ in 0..20 {
                page.press(&[key::F8]).await;
                if page.value("document.querySelectorAll('.note button').length > 2").await == true {
                    break;
                }
            }
            for _ in 0..3 {
                page.press(&[key::TAB]).await;
                if page.value(fix).await == true {
                    break;
                }
            }
            assert_eq!(page.value(fix).await, true, "plain: {plain}");
            page.press(&[key::ENTER]).await;
            page.wait_for(
                "another text",
                &format!("document.querySelector('#editor').value !== {}", Value::from(texts::GITLAB)),
            )
            .await;
            page.press(&[key::CONTROL, 'z']).await;
            assert_eq!(page.text().await, texts::GITLAB, "undone in one step");
        }
    });
}

#[test]
fn tab_leaves_until_one_types_and_escape_always_does() {
    with_page("leaving", async |page| {
        page.paste("docker build .\n").await;
        page.wait_for_verdict("shell", "medium").await;
        // Who comes by Tab goes on by Tab.
        page.value("document.querySelector('#format').focus()").await;
        page.press(&[key::TAB]).await;
        page.wait_for("the editor", "document.activeElement.id === 'editor'").await;
        page.press(&[key::TAB]).await;
        page.wait_for("what comes behind it", "document.activeElement.id === 'share'").await;
        assert_eq!(page.text().await, "docker build .\n");
        // Who types indents.
        page.value("document.querySelector('#editor').focus()").await;
        page.type_text("ls").await;
        page.press(&[key::TAB]).await;
        let text = page.text().await;
        assert!(text.contains("  ") && page.value("document.activeElement.id").await == "editor", "{text:?}");
        page.press(&[key::ESCAPE]).await;
        page.wait_for("the verdict", "document.activeElement.id === 'verdict'").await;
        page.press(&[key::TAB]).await;
        page.wait_for(
            "what comes behind it",
            "document.activeElement.closest('#verdict') !== null && document.activeElement.id !== 'verdict'",
        )
        .await;
        assert_eq!(page.text().await, text);
    });
}

#[test]
fn a_word_is_found() {
    with_page("search", async |page| {
        page.paste(texts::GITLAB).await;
        page.press(&[key::CONTROL, 'f']).await;
        page.wait_for("the panel", &inside("root.querySelector('.cm-search [main-field]') !== null")).await;
        for letter in "DOCKER_TLS".chars() {
            page.press(&[letter]).await;
        }
        page.press(&[key::ENTER]).await;
        let at = texts::GITLAB.find("DOCKER_TLS").expect("it is there");
        page.wait_for("the word", &format!("{} === '{at}-{}'", selection(), at + 10)).await;
        check_axe(page, "the panel").await;
        page.press(&[key::ESCAPE]).await;
        page.wait_for("no panel", &inside("root.querySelector('.cm-search') === null")).await;
        assert_eq!(page.value("document.activeElement.id").await, "editor", "one is still in the text");
    });
}

#[test]
fn who_wants_the_text_area_keeps_it() {
    with_page("setting", async |page| {
        page.paste(texts::GITLAB).await;
        page.press(&[key::CONTROL, key::END]).await;
        page.click("#plain").await;
        page.wait_for("the text area", "document.querySelector('textarea#editor') !== null").await;
        assert_eq!(page.text().await, texts::GITLAB);
        assert_eq!(page.value(selection()).await, format!("{0}-{0}", texts::GITLAB.len()));
        page.type_text("# more").await;
        page.reopen().await;
        page.settle().await;
        assert_eq!(page.count("textarea#editor").await, 1, "it is remembered");
        page.type_text("docker build .").await;
        page.click("#plain").await;
        page.wait_for_editor().await;
        assert_eq!(page.text().await, "docker build .");
        page.press(&[key::CONTROL, 'z']).await;
        page.reopen().await;
        page.wait_for_editor().await;

        // A page that may keep nothing works as well.
        page.reopen_with("Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } })")
            .await;
        page.wait_for_editor().await;
        page.click("#plain").await;
        page.wait_for("the text area", "document.querySelector('textarea#editor') !== null").await;
        page.click("button.theme").await;
        page.paste(texts::SHELL).await;
        page.wait_for_verdict("shell", "critical").await;
    });
}

#[test]
fn without_its_file_the_text_area_stays() {
    with_page("no editor", async |page| {
        page.devtools("Network.enable", json!({})).await;
        page.devtools("Network.setBlockedURLs", json!({ "urls": ["*editor.js"] })).await;
        page.reopen().await;
        page.settle().await;
        page.paste(texts::GITLAB).await;
        page.wait_for_verdict("gitlab-ci", "high").await;
        assert_eq!(page.count("textarea#editor").await, 1);
    });
}

#[test]
fn markup_in_a_text_is_text() {
    with_page("markup", async |page| {
        let markup = "<img src=x onerror=\"document.title='run'\"><script>document.title='run'</script>";
        page.paste(&format!("docker run --privileged '{markup}'\n# `{markup}`\n")).await;
        page.wait_for_verdict("shell", "high").await;
        wait_for_tooltip(page, "high").await;
        assert_eq!(
            page.value(&inside("root.querySelectorAll('img:not(.cm-widgetBuffer), script').length")).await,
            0
        );
        assert_ne!(page.value("document.title").await, "run");
    });
}

fn check_look(scheme: &str) {
    with_page(&format!("axe on the editors, {scheme}"), async |page| {
        page.prefer(scheme).await;
        for (text, format, risk) in [
            (texts::GITLAB, "gitlab-ci", "high"),
            (texts::SHELL, "shell", "critical"),
            (texts::DOCKERFILE, "dockerfile", "high"),
        ] {
            page.paste(text).await;
            page.wait_for_verdict(format, risk).await;
            wait_for_tooltip(page, risk).await;
            check_axe(page, &format!("{format} with a tooltip")).await;
        }
        page.click("#plain").await;
        page.wait_for("the text area", "document.querySelector('textarea#editor') !== null").await;
        check_axe(page, "the text area").await;
    });
}

#[test]
fn light_is_sound() {
    check_look("light");
}

#[test]
fn dark_is_sound() {
    check_look("dark");
}

/// Types a word and gives back how long the page worked for each key, its answers included.
async fn work_per_key(page: &Page) -> Duration {
    let word = "word word word word ";
    let before = page.busy().await;
    for letter in word.chars() {
        page.press(&[letter]).await;
    }
    (page.busy().await - before) / u32::try_from(word.len()).expect("a word")
}

#[test]
fn a_long_text_with_many_findings_is_typed_in() {
    with_page("2,000 lines, 500 findings", async |page| {
        let job = |number| {
            format!("job-{number}:\n  image: docker:27\n  script:\n    - docker run --privileged app\n")
        };
        let text: String = (0..500).map(job).collect();
        page.paste(&text).await;
        page.wait_for_marks(1).await;
        page.press(&[key::CONTROL, key::END]).await;
        page.type_text("# ").await;
        tokio::time::sleep(Duration::from_secs(3)).await;
        let work = work_per_key(page).await;
        println!("2,000 lines with 500 findings: {work:?} of work for each key");
        // The answers that come while one types count too, each with 500 jobs to show.
        assert!(work <= 2 * KEY, "{work:?} for each key");
    });
}

#[test]
fn a_text_of_ten_megabytes_is_typed_in() {
    with_page("10 MB", async |page| {
        let text = "    - make release VERSION=1.2 --directory packages/every/one\n".repeat(160_000);
        assert!(text.len() > 9 << 20);
        page.paste(&text).await;
        let told = "document.querySelector('#read-anyway') !== null || document.querySelector('#verdict').dataset.format === 'unknown'";
        page.wait_for("a question or an answer", told).await;
        page.press(&[key::CONTROL, key::HOME]).await;
        tokio::time::sleep(Duration::from_secs(2)).await;
        let work = work_per_key(page).await;
        println!("10 MB: {work:?} of work for each key");
        assert!(work <= KEY, "{work:?} for each key");
        page.wait_for(
            "all that was typed",
            "document.querySelector('#editor').value.startsWith('word word ')",
        )
        .await;
    });
}
