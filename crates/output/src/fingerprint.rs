//! What tells a finding from all others and stays when lines move: for tools that follow findings from run to run.

use std::collections::HashMap;

use daemonless_core::report::{FileReport, FindingReport};

use crate::texts::{Texts, path};

/// Makes the fingerprints of a report's findings, in their order.
pub(crate) struct Fingerprints<'f> {
    texts: Texts<'f>,
    /// How often each was made: two equal lines with the same fault are two findings.
    seen: HashMap<u64, u64>,
}

impl<'f> Fingerprints<'f> {
    pub(crate) fn of(texts: Texts<'f>) -> Self {
        Self { texts, seen: HashMap::new() }
    }

    /// Of the rule, the path, what stands in the line, and how many like it came before.
    pub(crate) fn next(&mut self, file: &FileReport, finding: &FindingReport) -> String {
        // The start of a line tells it from others; all of a very long one would cost its length for each finding.
        const LONGEST: usize = 512;
        let path = path(file, &finding.range);
        let line = self.texts.line(path, finding.range.line).trim().as_bytes();
        let line = &line[..line.len().min(LONGEST)];
        let key = [finding.rule.as_bytes(), path.as_bytes(), line]
            .into_iter()
            .fold(FNV_START, |hash, part| fnv(fnv(hash, part), b"\n"));
        let count = self.seen.entry(key).or_default();
        let fingerprint = fnv(key, &count.to_le_bytes());
        *count += 1;
        format!("{fingerprint:016x}")
    }
}

const FNV_START: u64 = 0xcbf2_9ce4_8422_2325;

/// FNV-1a: unlike the standard library's hasher, the same in every release.
fn fnv(hash: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(hash, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
