//! The changed pipeline: the diff, the verdict on it, and how a person takes it along.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use daemonless_core::report::RewriteReport;
use daemonless_core::rewrite::select;
use daemonless_core::{Context, File};
use serde_json::json;

use crate::access::{check_axe, check_width};
use crate::driver::with_page;
use crate::files::pick;
use crate::page::{Page, key};
use crate::texts;

const PATH: &str = ".gitlab-ci.yml";

fn file(text: &str) -> File {
    File { path: PATH.into(), text: text.into(), format: None }
}

/// What the same analysis makes of the text outside the browser.
fn native(builder: &str) -> String {
    whole(&file(texts::GITLAB), builder).text
}

fn whole(file: &File, builder: &str) -> RewriteReport {
    daemonless_core::rewrite(std::slice::from_ref(file), &Context::default(), 0, builder)
        .expect("it can be rewritten")
}

/// The same with those of its hunks alone.
fn selected(file: &File, taken: &[usize]) -> RewriteReport {
    let whole = whole(file, "buildah");
    select(std::slice::from_ref(file), &Context::default(), 0, &whole, &taken.iter().copied().collect())
}

/// What the text then is said to be: its risk and how many findings it has.
fn said(report: &RewriteReport) -> (String, usize) {
    let after = report.after.first().expect("it was read");
    (after.risk.to_owned(), after.findings.len())
}

/// What is downloaded goes to this folder.
async fn download_to(page: &Page, folder: &Path) {
    let downloads = json!({ "behavior": "allow", "downloadPath": folder });
    page.devtools("Browser.setDownloadBehavior", downloads).await;
}

/// The file of that name once it was downloaded. The browser takes a dot at its start away, and adds `.txt` where it has no end.
async fn downloaded(folder: &Path, name: &str) -> String {
    for _ in 0..200 {
        match fs::read_to_string(folder.join(name)) {
            Ok(text) if !text.is_empty() => return text,
            _ => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
    let there: Vec<_> = fs::read_dir(folder).expect("the folder").filter_map(Result::ok).collect();
    panic!("no {name}; there are {there:?}");
}

/// Waits until the page says what the chosen text is, and compares all that it says with the analysis outside.
async fn check_chosen(page: &Page, expected: &RewriteReport) {
    page.wait_for_rewrite("buildah").await;
    let (risk, count) = said(expected);
    assert_eq!(page.attributes("#rewrite .levels", "data-risk").await, ["high", &risk]);
    assert_eq!(
        page.value("document.querySelector('#rewritten').value").await,
        expected.text.replace("\r\n", "\n")
    );
    assert_eq!(page.count("#still li").await, count);
    let right = page.value(
        "[...document.querySelectorAll('.diff .side')].filter(side => side.matches('.add') || side.matches('.new')).flatMap(side =>
            [...side.querySelectorAll('.l > span')]).map(line => line.textContent.replace(/^Added: /, '')).join('\\n')",
    ).await;
    let folds = page.count(".diff .fold").await;
    if folds == 0 {
        assert_eq!(
            right,
            expected.text.trim_end().replace("\r\n", "\n"),
            "the right side is the chosen text"
        );
    }
}

/// Presses the copy button and takes what is on the clipboard.
async fn copied(page: &Page) -> String {
    page.click("#copy").await;
    page.wait_for(
        "a word on copying",
        "document.querySelector('.difftop [role=status]').innerText === 'Copied.'",
    )
    .await;
    page.clipboard().await
}

#[test]
fn the_recommended_builder_comes_first_and_its_text_can_be_taken_along() {
    with_page("rewrite", async |page| {
        let folder = tempfile::tempdir().expect("a folder");
        download_to(page, folder.path()).await;
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
        assert_eq!(copied(page).await, wanted);
        page.click("#download").await;
        assert_eq!(downloaded(folder.path(), "pasted.txt").await, wanted);
    });
}

#[test]
fn a_change_can_be_left() {
    with_page("a change left", async |page| {
        page.paste(texts::GITLAB).await;
        page.wait_for_verdict("gitlab-ci", "high").await;
        page.wait_for_rewrite("buildah").await;
        let file = File { path: daemonless_core::UNNAMED.into(), ..file(texts::GITLAB) };
        let count = page.count(".hunk input").await;
        let all: Vec<usize> = (1..=count).collect();
        assert!(count > 1);
        check_chosen(page, &selected(&file, &all)).await;
        assert!(page.texts("#picked").await.concat().ends_with("changes are taken."));
        check_axe(page, "all changes taken").await;

        // One after the other is left, by the keyboard, which stays where it is.
        for number in &all {
            page.value(&format!("document.querySelector('[data-hunk=\"{number}\"]').focus()")).await;
            page.press(&[' ']).await;
            let on = format!(
                "document.activeElement?.dataset.hunk === '{number}' && !document.activeElement.checked"
            );
            page.wait_for("an empty box", &on).await;
            check_chosen(page, &selected(&file, &all[*number..])).await;
            assert_eq!(copied(page).await, selected(&file, &all[*number..]).text);
        }
        assert_eq!(page.attributes("#rewrite .levels", "data-risk").await, ["high", "high"]);
        let told = page.texts("#picked").await.concat();
        assert!(
            told.contains("all") && told.contains("high") && told.contains("With all changes it is low"),
            "{told}"
        );
        assert_eq!(page.count("#rewrite .side.del, #rewrite .side.add").await, 0);
        assert_eq!(page.value("document.querySelector('#patch').disabled").await, true);
        assert_eq!(page.count("#left li").await, count, "what was left is left to the person");
        check_axe(page, "all changes left").await;

        // The same text in another place keeps the choice; another text forgets it.
        page.click("[data-hunk=\"1\"]").await;
        check_chosen(page, &selected(&file, &[1])).await;
        page.click("input[name=host][value=vm]").await;
        page.wait_for_verdict("gitlab-ci", "low").await;
        page.wait_for_rewrite("buildah").await;
        assert_eq!(page.count(".hunk input:checked").await, 1);
        page.type_text(" ").await;
        page.wait_for("all changes", "document.querySelectorAll('.hunk input:not(:checked)').length === 0")
            .await;
    });
}

#[test]
fn a_patch_is_what_the_command_prints_and_git_takes_it() {
    with_page("a patch", async |page| {
        let folder = tempfile::tempdir().expect("a folder");
        download_to(page, folder.path()).await;
        // Windows' line ends, no line end at the end, and a name in a folder.
        let text = texts::GITLAB.trim_end().replace('\n', "\r\n");
        let given = File { path: "ci/.gitlab-ci.yml".into(), ..file(&text) };
        let repository = tempfile::tempdir().expect("a folder");
        fs::create_dir(repository.path().join("ci")).expect("a folder");
        fs::write(repository.path().join(&given.path), &text).expect("the file");
        pick(page, "#open-folder", &[repository.path()]).await;
        page.wait_for_verdict("gitlab-ci", "high").await;
        page.wait_for_rewrite("buildah").await;
        let count = page.count(".hunk input").await;
        for numbers in [(1..=count).collect(), vec![2]] {
            for number in (1..=count).filter(|number| !numbers.contains(number)) {
                page.click(&format!("[data-hunk=\"{number}\"]")).await;
            }
            page.wait_for(
                "the boxes",
                &format!("document.querySelectorAll('.hunk input:checked').length === {}", numbers.len()),
            )
            .await;
            check_chosen(page, &selected(&given, &numbers)).await;
            page.click("#patch").await;
            let patch = downloaded(folder.path(), "gitlab-ci.yml.patch").await;
            fs::remove_file(folder.path().join("gitlab-ci.yml.patch")).expect("it is there");
            let edits = whole(&given, "buildah").edits;
            let is_taken = |number| numbers.contains(&number);
            let expected =
                daemonless_output::patch::unified(&given.path, &text, &edits, is_taken, |_, text| text);
            assert_eq!(patch, expected);

            fs::write(repository.path().join("a.patch"), &patch).expect("the patch");
            fs::write(repository.path().join(&given.path), &text).expect("the file");
            let git = Command::new("git")
                .args(["apply", "--whitespace=nowarn", "a.patch"])
                .current_dir(repository.path())
                .output();
            let git = git.expect("git runs");
            assert!(git.status.success(), "{}", String::from_utf8_lossy(&git.stderr));
            let applied = fs::read_to_string(repository.path().join(&given.path)).expect("the file");
            assert_eq!(applied, selected(&given, &numbers).text);
        }
    });
}

#[test]
fn changes_are_chosen_on_a_narrow_screen() {
    with_page("changes at 360 px", async |page| {
        page.resize(360).await;
        page.paste(texts::GITLAB).await;
        page.wait_for_verdict("gitlab-ci", "high").await;
        page.wait_for_rewrite("buildah").await;
        let place = "document.querySelector('.diff').getBoundingClientRect().top + scrollY";
        let before = page.value(place).await;
        page.click("[data-hunk=\"1\"]").await;
        page.wait_for("a word on it", "document.querySelector('#picked .risk') !== null").await;
        page.wait_for_rewrite("buildah").await;
        check_width(page, "a change left at 360 px").await;
        check_axe(page, "a change left at 360 px").await;
        assert_eq!(page.value(place).await, before, "nothing moves under the finger");
        let sizes = "[...document.querySelectorAll('.hunk label')].every(label => label.getBoundingClientRect().height >= 44)";
        assert_eq!(page.value(sizes).await, true, "large enough for a finger");
        // What is left stands there once, and what goes stands above what comes.
        assert_eq!(page.count(".pair.same > .new").await, page.count(".pair.same").await);
        let hidden = "[...document.querySelectorAll('.pair.same > .new')].every(side => getComputedStyle(side).display === 'none')";
        assert_eq!(page.value(hidden).await, true);
        let order = "[...document.querySelectorAll('.pair:not(.same)')].every(pair => {
            const [old, now] = [...pair.children].map(side => side.getBoundingClientRect());
            return old.height === 0 || now.height === 0 || old.bottom <= now.top + 1;
        })";
        assert_eq!(page.value(order).await, true);
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
        for missing in ["*daemonless-wasm_bg.wasm", "*daemonless-wasm.js"] {
            page.reopen_without(&[missing]).await;
            page.paste(texts::GITLAB).await;
            page.wait_for_verdict("gitlab-ci", "high").await;
            page.wait_for("a word on it", "document.querySelector('#beyond[role=alert]') !== null").await;
            assert!(page.texts("#beyond").await.concat().contains("daemonless fix"));
            assert_eq!(page.count("#path, #rewrite").await, 0);
        }
        // Workers that break before they can answer, behind the two that the first verdict comes from.
        page.reopen_without(&[]).await;
        let broken = "const Real = window.Worker;
            let made = 0;
            const script = URL.createObjectURL(new Blob(['throw new Error()'], { type: 'text/javascript' }));
            window.Worker = class extends Real {
                constructor(address) { super(++made <= 2 ? address : script); }
            };";
        page.reopen_with(broken).await;
        page.paste(texts::GITLAB).await;
        page.wait_for_verdict("gitlab-ci", "high").await;
        page.wait_for("a word on it", "document.querySelector('#beyond[role=alert]') !== null").await;
    });
}
