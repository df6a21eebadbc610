//! What of a directory is read: files that `.gitignore` does not leave out and that a format knows.

use std::path::{Path, PathBuf};

use daemonless_core::files::is_match;
use daemonless_core::{File, format};
use ignore::{WalkBuilder, WalkState};

/// Files larger than this are no configuration that someone wrote.
const MOST_BYTES: u64 = 1 << 20;

/// Endings of files that are looked into. Others are known by their names alone.
static ENDINGS: &[&str] =
    &["yml", "yaml", "toml", "groovy", "jenkinsfile", "dockerfile", "sh", "bash", "json", "tpl"];

/// What names without such an ending begin with.
static NAMES: &[&str] = &["dockerfile", "containerfile", "jenkinsfile"];

/// The paths below a directory that may hold a configuration, in order, read side by side.
pub(crate) fn paths(directory: &Path) -> Vec<PathBuf> {
    let (send, receive) = std::sync::mpsc::channel();
    let walk = WalkBuilder::new(directory).hidden(false).require_git(false).build_parallel();
    walk.run(|| {
        let send = send.clone();
        Box::new(move |entry| {
            let Ok(entry) = entry else { return WalkState::Continue };
            if entry.file_type().is_some_and(|kind| kind.is_dir()) && entry.file_name() == ".git" {
                return WalkState::Skip;
            }
            let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
            let fits = || entry.metadata().is_ok_and(|about| about.len() <= MOST_BYTES);
            if is_file && is_candidate(entry.path()) && fits() {
                // The receiver lives as long as the walk.
                let _ = send.send(entry.into_path());
            }
            WalkState::Continue
        })
    });
    drop(send);
    let mut paths: Vec<_> = receive.into_iter().collect();
    paths.sort();
    paths
}

/// The paths that fit a pattern of a file that is checked, in order.
pub(crate) fn matching(pattern: &str) -> Vec<PathBuf> {
    let named = pattern.find('*').and_then(|at| pattern.get(..at)).unwrap_or("");
    let folder = named.rfind('/').and_then(|at| named.get(..at)).unwrap_or(".");
    let name = |path: &Path| path.to_string_lossy().replace('\\', "/");
    let fits = |path: &PathBuf| is_match(pattern, name(path).trim_start_matches("./"));
    paths(Path::new(folder)).into_iter().filter(fits).collect()
}

fn is_candidate(path: &Path) -> bool {
    let lower = |part: Option<&std::ffi::OsStr>| part.map(|part| part.to_string_lossy().to_ascii_lowercase());
    let name = lower(path.file_name()).unwrap_or_default();
    let ending = lower(path.extension()).unwrap_or_default();
    ENDINGS.contains(&&*ending) || NAMES.iter().any(|start| name.starts_with(start))
}

/// Whether a file that nobody named is surely a configuration.
pub(crate) fn is_known(file: &File) -> bool {
    let detected = format::detect(file);
    detected.certain && detected.format.is_some()
}
