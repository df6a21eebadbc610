//! Several files: picked, dropped, found in a folder, read together.

use std::fs;
use std::path::Path;

use fantoccini::Locator;
use serde_json::json;
use tempfile::TempDir;

use crate::driver::with_page;
use crate::page::{Page, key};
use crate::texts;

const COMPOSE: &str =
    "services:\n  agent:\n    image: alpine\n    volumes: [/var/run/docker.sock:/var/run/docker.sock]\n";

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("its folder");
        fs::write(path, text).expect("a file");
    }
    folder
}

/// A repository: three files of a pipeline, and some that are none.
fn repository() -> TempDir {
    folder(&[
        (
            ".github/workflows/image.yml",
            "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps: [{ run: docker build . }]\n",
        ),
        ("compose.yaml", COMPOSE),
        ("Dockerfile", "FROM alpine\nRUN apk add git\n"),
        ("config/settings.yml", "colour: green\n"),
        ("src/main.rs", "fn main() {}\n"),
        ("node_modules/a/compose.yaml", COMPOSE),
    ])
}

/// Picks files or a folder, as a person does in the browser's own dialog.
pub(crate) async fn pick(page: &Page, selector: &str, paths: &[&Path]) {
    let paths: Vec<_> = paths.iter().map(|path| path.display().to_string()).collect();
    let input = page.client.find(Locator::Css(selector)).await.expect("an input");
    input.send_keys(&paths.join("\n")).await.expect("files are picked");
}

/// Drops files or folders on the editor.
async fn drop_on_editor(page: &Page, paths: &[&Path]) {
    let paths: Vec<_> = paths.iter().map(|path| path.display().to_string()).collect();
    page.value("document.querySelector('.pane').scrollIntoView({ behavior: 'instant', block: 'center' })")
        .await;
    let at = page.value("(({ x, y, width, height }) => [x + width / 2, y + height / 2])(document.querySelector('.ed').getBoundingClientRect())").await;
    for kind in ["dragEnter", "dragOver", "drop"] {
        let data = json!({ "items": [], "files": paths, "dragOperationsMask": 1 });
        let event = json!({ "type": kind, "x": at[0], "y": at[1], "data": data });
        page.devtools("Input.dispatchDragEvent", event).await;
    }
}

async fn wait_for_tabs(page: &Page, expected: &[&str]) {
    let names =
        "[...document.querySelectorAll('#tabs .show span:last-child')].map(e => e.innerText).join(' ')";
    page.wait_for(&format!("tabs {expected:?}"), &format!("{names} === '{}'", expected.join(" "))).await;
}

#[test]
fn picked_files_stand_in_tabs_and_in_a_table() {
    with_page("several files", async |page| {
        let folder =
            folder(&[("compose.yaml", COMPOSE), ("Dockerfile", "FROM alpine\n"), ("ci.yml", texts::GITLAB)]);
        let paths = ["ci.yml", "Dockerfile", "compose.yaml"].map(|name| folder.path().join(name));
        pick(page, "#open", &paths.each_ref().map(|path| path.as_path())).await;
        wait_for_tabs(page, &["ci.yml", "Dockerfile", "compose.yaml"]).await;
        page.wait_for_verdict("gitlab-ci", "high").await;
        assert_eq!(page.text().await, texts::GITLAB);
        let rows = page.attributes("#files tbody tr", "data-risk").await;
        assert_eq!(rows, ["critical", "high", "none"], "worst first");
        let heads = page.texts("#files thead th").await;
        assert!(
            heads.iter().any(|head| head == "host socket")
                && heads.iter().any(|head| head == "nested daemon"),
            "{heads:?}"
        );

        let worse = page.texts("#worse").await.concat();
        assert!(worse.contains("compose.yaml") && worse.contains("critical"), "{worse}");

        // Each keeps its text, its caret and what can be undone.
        page.click("#files tbody tr:first-child button").await;
        page.wait_for_verdict("docker-compose", "critical").await;
        page.type_text("# mine\n").await;
        assert_eq!(page.text().await, format!("# mine\n{COMPOSE}"));
        page.click("#tabs li:nth-child(1) .show").await;
        page.wait_for_verdict("gitlab-ci", "high").await;
        page.click("#tabs li:nth-child(3) .show").await;
        page.wait_for_verdict("docker-compose", "critical").await;
        let text = page.text().await;
        assert!(text.contains("# mine\n") && text.len() == COMPOSE.len() + 7, "{text}");
        page.value("document.querySelector('#editor').focus()").await;
        for _ in 0..10 {
            page.press(&[key::CONTROL, 'z']).await;
        }
        assert_eq!(page.text().await, COMPOSE);

        page.click("#tabs li:nth-child(3) .close").await;
        wait_for_tabs(page, &["ci.yml", "Dockerfile"]).await;
        page.click("#tabs li:nth-child(1) .close").await;
        page.wait_for("one file, and no tabs", "document.querySelector('#tabs, #files') === null").await;
        assert_eq!(page.text().await, "FROM alpine\n");
    });
}

#[test]
fn files_are_read_together() {
    with_page("joint reading", async |page| {
        let folder = folder(&[
            (".gitlab-ci.yml", "build:\n  script: [docker build .]\n"),
            (
                "config.toml",
                "[[runners]]\nexecutor = \"docker\"\n[runners.docker]\nvolumes = [\"/var/run/docker.sock:/var/run/docker.sock\"]\n",
            ),
        ]);
        pick(page, "#open", &[&folder.path().join(".gitlab-ci.yml")]).await;
        page.wait_for(
            "what the file alone says",
            "document.querySelector('#jobs li')?.dataset.approach === 'ambient-daemon'",
        )
        .await;
        pick(page, "#open", &[&folder.path().join("config.toml")]).await;
        page.click("#tabs li:nth-child(1) .show").await;
        page.wait_for(
            "what both say",
            "document.querySelector('#jobs li')?.dataset.approach === 'host-socket'",
        )
        .await;
    });
}

#[test]
fn a_folder_is_opened() {
    with_page("a folder", async |page| {
        let repository = repository();
        pick(page, "#open-folder", &[repository.path()]).await;
        wait_for_tabs(page, &[".github/workflows/image.yml", "Dockerfile", "compose.yaml"]).await;
    });
}

#[test]
fn files_and_folders_are_dropped() {
    with_page("dropped", async |page| {
        let repository = repository();
        drop_on_editor(page, &[repository.path()]).await;
        wait_for_tabs(page, &[".github/workflows/image.yml", "Dockerfile", "compose.yaml"]).await;
        let more = folder(&[("ci.yml", texts::GITLAB)]);
        drop_on_editor(page, &[&more.path().join("ci.yml")]).await;
        page.wait_for_verdict("gitlab-ci", "high").await;
        assert_eq!(page.count("#tabs li").await, 4);
        let nothing = folder(&[("a.txt", "a")]);
        drop_on_editor(page, &[nothing.path()]).await;
        page.wait_for("a word on what is not there", "document.querySelector('#notice') !== null").await;
    });
}

#[test]
fn a_name_is_no_markup() {
    with_page("names", async |page| {
        let name = "<img src=x onerror=window.hacked=1>.yml";
        let folder = folder(&[(name, texts::GITLAB), ("b.yml", "<script>window.hacked = 1</script>")]);
        pick(page, "#open", &[&folder.path().join(name), &folder.path().join("b.yml")]).await;
        page.wait_for_verdict("gitlab-ci", "high").await;
        page.click("#tabs li:nth-child(2) .show").await;
        page.wait_for("an answer", "document.querySelector('#headline').innerText.length > 10").await;
        assert_eq!(page.count("#app img, #app script").await, 0);
        assert_eq!(page.value("window.hacked === undefined").await, true);
    });
}
