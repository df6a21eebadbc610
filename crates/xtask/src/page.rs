//! Building the page: Trunk, then what a host needs beside its output.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::files::{self, Fingerprint};
use crate::headers;
use crate::learn;
use crate::process::{self, say};
use crate::setup;

/// All that the built page depends on: files and folders of the repository.
const INPUTS: &[&str] = &[
    ".cargo",
    "Cargo.lock",
    "Cargo.toml",
    "Trunk.toml",
    "crates/catalog",
    "crates/core",
    "crates/first",
    "crates/output",
    "crates/wasm",
    "crates/xtask",
    "index.html",
    "package-lock.json",
    "static",
    "web",
];

/// Files that gain from compression, by extension.
const COMPRESSED: &[&str] =
    &["css", "html", "js", "json", "md", "svg", "txt", "wasm", "webmanifest", "yaml", "yml"];

/// Written last of all, so that it tells what a finished page was built from.
const HEADERS_FILE: &str = "_headers";

/// The folder of the built page.
pub fn folder() -> PathBuf {
    crate::root().join("dist")
}

/// Builds the page in release with all it needs, unless nothing changed since the last time.
pub fn build() -> Result<PathBuf> {
    fs::create_dir_all(crate::target())?;
    let lock = File::create(crate::target().join("page.lock"))?;
    lock.lock().context("cannot lock the built page")?;

    let folder = folder();
    let stamp = format!("Built from {}.", fingerprint()?);
    if is_built(&folder, &stamp) {
        say("The page is up to date.");
        return Ok(folder);
    }
    let tools = setup::page()?;
    say("Building the page (a minute or two when all is new).");
    let start = Instant::now();
    // Trunk is told to stay off the network: what it would fetch is fetched here, from the lock file.
    process::run(process::cargo().args(["fetch", "--locked", "--target", setup::WASM_TARGET]))?;
    process::run(tools.command("trunk").args([
        "build",
        "--release",
        "--locked",
        "--offline",
        "--skip-version-check",
    ]))?;
    learn::write(&folder)?;
    for file in files::below(&folder)?.into_iter().filter(|file| is_written_small(file)) {
        // In its place: nothing refers to it by a hash of what is in it.
        let options = ["--minify", "--target=es2022", "--allow-overwrite", "--log-level=warning"];
        let output = format!("--outfile={}", file.display());
        let whole: &[&str] =
            if file.ends_with(START) { &["--bundle", "--format=esm", "--external:./editor.js"] } else { &[] };
        process::run(tools.command("esbuild").arg(&file).args(options).args(whole).arg(output))?;
    }
    for part in START_PARTS {
        fs::remove_file(folder.join(part))?;
    }
    put_first_screen(&folder)?;
    finish(&folder, &stamp)?;
    say(&format!("Built the page in {} s.", start.elapsed().as_secs()));
    Ok(folder)
}

/// The script that starts the page, and what it is made of: together they are one file, as each would be a round trip.
const START: &str = "boot.js";
const START_PARTS: &[&str] = &["files.js", "link.js"];

/// Where Trunk's output has nothing, and the built page its first screen.
const PLACE: &str = "<div id=\"app\">";

/// Puts into the page what its program shows first, so that the person can begin before the program is there. The program
/// prints it where there is no browser.
fn put_first_screen(folder: &Path) -> Result<()> {
    process::run(process::cargo().args(["build", "--locked", "--package", "web"]))?;
    let screen = process::output(process::cargo().args(["run", "--quiet", "--locked", "--package", "web"]));
    let screen = screen.context("the page's program does not print its first screen")?;
    let index = folder.join("index.html");
    let html = fs::read_to_string(&index)?;
    let Some((before, after)) = html.split_once(PLACE) else { bail!("index.html has no {PLACE}") };
    Ok(fs::write(&index, format!("{before}{PLACE}{}{after}", screen.trim()))?)
}

/// A hash of everything that the page is built from, tools included.
fn fingerprint() -> Result<String> {
    let mut fingerprint = Fingerprint::default();
    for input in INPUTS {
        fingerprint.add_files(&crate::root().join(input))?;
    }
    let rustc = process::output(Command::new("rustc").arg("-vV")).unwrap_or_default();
    fingerprint.add("rustc", rustc.as_bytes());
    fingerprint.add("trunk", setup::TRUNK_VERSION.as_bytes());
    Ok(fingerprint.finish())
}

/// Whether the page in `folder` was finished with this stamp. Trunk by itself empties the folder.
fn is_built(folder: &Path, stamp: &str) -> bool {
    let headers = fs::read_to_string(folder.join(HEADERS_FILE)).unwrap_or_default();
    headers.lines().next().and_then(|line| line.strip_prefix("# ")) == Some(stamp)
}

/// Adds to what was written: the policy in each page, compressed files, and the headers for a host.
fn finish(folder: &Path, stamp: &str) -> Result<()> {
    let files = files::below(folder)?;
    keep(folder, &files, stamp)?;
    for page in files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "html")) {
        let html = fs::read_to_string(page)?;
        let html = headers::with_policy(&html).with_context(|| page.display().to_string())?;
        fs::write(page, html)?;
    }
    for file in files.iter().filter(|file| is_compressed(file)) {
        let content = fs::read(file)?;
        for (extension, shorter) in [("br", brotli(&content)?), ("gz", gzip(&content)?)] {
            if shorter.len() < content.len() {
                fs::write(packed(file, extension), shorter)?;
            }
        }
    }

    let paths = files.iter().filter_map(|file| file.strip_prefix(folder).ok());
    let paths: Vec<String> = paths.map(|path| format!("/{}", path.display())).collect();
    let headers = headers::file(stamp, paths.iter().map(String::as_str));
    Ok(fs::write(folder.join(HEADERS_FILE), headers)?)
}

/// The script that keeps the page for when there is no network, and where it has what there is to keep.
const KEEPER: &str = "sw.js";
const BUILD: &str = "{version:\"\",files:[]}";

/// Writes into the service worker which build this is and which files it has.
fn keep(folder: &Path, files: &[PathBuf], stamp: &str) -> Result<()> {
    let path = folder.join(KEEPER);
    let script = fs::read_to_string(&path)?;
    let names = files.iter().filter(|file| **file != path).filter_map(|file| file.strip_prefix(folder).ok());
    let mut names: Vec<String> = names.map(|name| name.display().to_string()).collect();
    // A folder's page by the folder's own address.
    let folders: Vec<String> =
        names.iter().filter_map(|name| Some(format!("./{}", name.strip_suffix("index.html")?))).collect();
    names.extend(folders);
    let build = serde_json::json!({ "version": stamp, "files": names }).to_string();
    if !script.contains(BUILD) {
        bail!("{KEEPER} has no place for what it keeps");
    }
    Ok(fs::write(path, script.replace(BUILD, &build))?)
}

/// Whether it is a script or a style, whose names and blanks are for us.
fn is_written_small(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "js" || extension == "css")
}

fn is_compressed(file: &Path) -> bool {
    let extension = file.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| COMPRESSED.contains(&extension))
}

/// Where the packed form of `file` is kept: beside it.
pub fn packed(file: &Path, extension: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    name.into()
}

/// `content` as a host sends it to browsers that take Brotli.
fn brotli(content: &[u8]) -> Result<Vec<u8>> {
    let mut packed = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 24, ..Default::default() };
    brotli::BrotliCompress(&mut &content[..], &mut packed, &parameters)?;
    Ok(packed)
}

/// `content` as a host sends it to all other browsers.
fn gzip(content: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content)?;
    Ok(encoder.finish()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_built_only_when_it_is_finished_from_the_same_sources() {
        let folder = std::env::temp_dir().join(format!("daemonless-page-{}", std::process::id()));
        fs::create_dir_all(folder.join("samples")).unwrap();
        fs::write(folder.join("index.html"), format!("<head></head>{}", " ".repeat(100))).unwrap();
        fs::write(folder.join("samples/a.yml"), "a").unwrap();
        fs::write(folder.join(KEEPER), format!("const a={BUILD};")).unwrap();
        assert!(!is_built(&folder, "Built from 1."));

        finish(&folder, "Built from 1.").unwrap();
        assert!(is_built(&folder, "Built from 1."));
        assert!(!is_built(&folder, "Built from 2."));
        let html = fs::read_to_string(folder.join("index.html")).unwrap();
        assert!(html.starts_with("<head><meta http-equiv=\"Content-Security-Policy\""), "{html}");
        assert!(folder.join("index.html.br").exists() && folder.join("index.html.gz").exists());
        assert!(!folder.join("samples/a.yml.gz").exists(), "longer than what it packs");
        let keeper = fs::read_to_string(folder.join(KEEPER)).unwrap();
        let build = r#"const a={"files":["index.html","samples/a.yml","./"],"version":"Built from 1."};"#;
        assert_eq!(keeper, build);
        let headers = fs::read_to_string(folder.join(HEADERS_FILE)).unwrap();
        assert!(headers.contains("\n/samples/a.yml\n"), "{headers}");
        fs::remove_dir_all(folder).unwrap();
    }
}
