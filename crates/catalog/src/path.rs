//! The steps of an attack path, as templates that a report fills with the person's own lines.

use crate::source::SourceRef;
use crate::tables::STEPS;

/// One thing an attacker does. Placeholders stand in braces (`{path}`) in title, text and command.
#[derive(Debug)]
pub struct StepTemplate {
    pub key: &'static str,
    pub title: &'static str,
    pub text: &'static str,
    /// The attacker's command, as small as shows it.
    pub command: Option<&'static str>,
    /// The names in braces that the texts use.
    pub placeholders: &'static [&'static str],
    pub techniques: &'static [&'static Technique],
    pub weaknesses: &'static [&'static Weakness],
    pub sources: &'static [SourceRef],
}

/// A technique of MITRE ATT&CK.
#[derive(Debug)]
pub struct Technique {
    /// `T1611`, `T1552.001`.
    pub id: &'static str,
    pub name: &'static str,
}

impl Technique {
    /// Its page.
    pub fn url(&self) -> String {
        format!("https://attack.mitre.org/techniques/{}/", self.id.replace('.', "/"))
    }
}

/// An entry of the Common Weakness Enumeration.
#[derive(Debug)]
pub struct Weakness {
    /// `CWE-250`.
    pub id: &'static str,
    pub name: &'static str,
}

impl Weakness {
    /// Its page.
    pub fn url(&self) -> String {
        format!("https://cwe.mitre.org/data/definitions/{}.html", self.id.trim_start_matches("CWE-"))
    }
}

/// The step of that key.
pub fn step(key: &str) -> Option<&'static StepTemplate> {
    STEPS.iter().find(|step| step.key == key)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The analysis asks for these.
    const KEYS: &[&str] = &[
        "run-code-strangers",
        "run-code-pushers",
        "run-code-protected",
        "build-step",
        "call-socket",
        "call-nested",
        "call-open-tcp",
        "call-ambient",
        "call-remote",
        "start-root-container",
        "start-nested-container",
        "nested-privileged-out",
        "privileged-direct",
        "mount-root-direct",
        "read-host-path",
        "namespace-pid",
        "namespace-network",
        "capability",
        "device",
        "read-credentials",
        "other-jobs",
        "prune",
        "poison-cache",
        "own-container-end",
        "vm-end",
        "credential-in-args",
    ];

    #[test]
    fn every_key_has_its_step() {
        for key in KEYS {
            assert!(step(key).is_some(), "{key}");
        }
    }

    #[test]
    fn pages_are_found_by_id() {
        assert_eq!(
            Technique { id: "T1552.001", name: "" }.url(),
            "https://attack.mitre.org/techniques/T1552/001/"
        );
        assert_eq!(
            Weakness { id: "CWE-250", name: "" }.url(),
            "https://cwe.mitre.org/data/definitions/250.html"
        );
    }
}
