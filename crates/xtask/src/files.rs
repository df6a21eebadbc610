//! Listing and fingerprinting files.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// All files at and below `path`, sorted; none if there is no such path.
pub fn below(path: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut waiting = vec![path.to_owned()];
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            for entry in fs::read_dir(&path).with_context(|| format!("cannot list {}", path.display()))? {
                waiting.push(entry?.path());
            }
        } else if path.is_file() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// A SHA-256 over names and contents: two sets of files have the same one only if they are equal.
#[derive(Default)]
pub struct Fingerprint(Sha256);

impl Fingerprint {
    /// Adds a text under a name.
    pub fn add(&mut self, name: &str, content: &[u8]) {
        // Lengths keep two neighbours from being read as one.
        for part in [name.as_bytes(), content] {
            self.0.update((part.len() as u64).to_le_bytes());
            self.0.update(part);
        }
    }

    /// Adds all files at and below `path`.
    pub fn add_files(&mut self, path: &Path) -> Result<()> {
        for file in below(path)? {
            let content = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
            self.add(&file.to_string_lossy(), &content);
        }
        Ok(())
    }

    /// The fingerprint in hexadecimal.
    pub fn finish(self) -> String {
        self.0.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fingerprint(parts: &[(&str, &str)]) -> String {
        let mut fingerprint = Fingerprint::default();
        parts.iter().for_each(|(name, content)| fingerprint.add(name, content.as_bytes()));
        fingerprint.finish()
    }

    #[test]
    fn a_fingerprint_tells_where_a_text_ends() {
        assert_eq!(fingerprint(&[("a", "b")]), fingerprint(&[("a", "b")]));
        assert_ne!(fingerprint(&[("a", "bc")]), fingerprint(&[("ab", "c")]));
        assert_ne!(fingerprint(&[("a", ""), ("b", "")]), fingerprint(&[("a", "b")]));
    }
}
