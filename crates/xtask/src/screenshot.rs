//! `cargo xtask screenshot`: pictures of the built page for the README, light and dark.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::server::Server;
use crate::{files, page, process, root, setup};

pub const COMMAND: crate::Command = crate::Command {
    name: "screenshot",
    usage: "",
    about: "Take the README's pictures of the page with a sample pasted.",
    run: |arguments| match arguments {
        [] => take(),
        _ => bail!("it takes no argument"),
    },
};

/// What is pasted, and the name that it gets.
const SAMPLE: &str = "static/samples/gitlab-nested-daemon.yml";
const NAME: &str = ".gitlab-ci.yml";

/// The window, in CSS pixels.
const SIZE: &str = "1280,960";

/// The most that a picture may weigh.
const BUDGET: u64 = 300_000;

/// The themes, each a picture `docs/page-THEME.png`.
const THEMES: &[&str] = &["light", "dark"];

/// What a person would do, before and after the page starts: choose the theme, name a text and paste it. `TEXT` and
/// `NAME` are filled in. It ends in the page's own event handlers.
const SCRIPT: &str = "\
localStorage.setItem('theme', location.hash.slice(1));
const set = (field, kind, value) => {
  Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), 'value').set.call(field, value);
  field.dispatchEvent(new Event(kind, { bubbles: true }));
};
const wait = setInterval(() => {
  const [name, editor] = ['name', 'editor'].map(id => document.getElementById(id));
  if (!name || !editor) return;
  clearInterval(wait);
  set(name, 'change', NAME);
  set(editor, 'input', TEXT);
}, 20);
";

fn take() -> Result<()> {
    let missing = setup::system_packages(setup::BROWSER)?;
    if !missing.is_empty() {
        bail!("Chromium is needed");
    }
    let folder = staged(&page::build()?)?;
    let server = Server::start(&folder, 0)?;
    for theme in THEMES {
        let path = format!("docs/page-{theme}.png");
        picture(&format!("{}#{theme}", server.url()), &root().join(&path))?;
        let size =
            fs::metadata(root().join(&path)).with_context(|| format!("Chromium wrote no {path}"))?.len();
        if size > BUDGET {
            bail!("{path} is {size} bytes, over the {BUDGET} that a picture may have");
        }
        println!("Wrote {path} ({size} bytes).");
    }
    Ok(())
}

/// A copy of the built page with the script in it. The page's policy allows scripts of its own origin only.
fn staged(built: &Path) -> Result<PathBuf> {
    let folder = crate::target().join("screenshot");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    for file in files::below(built)? {
        let name = file.strip_prefix(built)?;
        // Packed copies of the page would be served without the script.
        if name.extension().is_some_and(|extension| extension == "br" || extension == "gz") {
            continue;
        }
        let copy = folder.join(name);
        fs::create_dir_all(copy.parent().unwrap_or(&folder))?;
        fs::copy(&file, copy)?;
    }
    let index = folder.join("index.html");
    let html = fs::read_to_string(&index)?;
    fs::write(index, html.replace("</head>", "<script src=\"screenshot.js\"></script></head>"))?;
    let [name, text] = [NAME, &fs::read_to_string(root().join(SAMPLE))?].map(serde_json::Value::from);
    let script = SCRIPT.replace("NAME", &name.to_string()).replace("TEXT", &text.to_string());
    fs::write(folder.join("screenshot.js"), script)?;
    Ok(folder)
}

fn picture(url: &str, file: &Path) -> Result<()> {
    let mut command = Command::new("chromium");
    command.args([
        "--headless",
        "--no-sandbox",
        "--hide-scrollbars",
        "--disable-gpu",
        "--virtual-time-budget=20000",
    ]);
    command.arg(format!("--window-size={SIZE}")).arg(format!("--screenshot={}", file.display())).arg(url);
    process::output(&mut command).with_context(|| format!("`{}` failed", process::written_out(&command)))?;
    Ok(())
}
