//! Pipelines whose daemon stays, contained: what changes, and what is left to the runner's owner.
//!
//! `fixtures/contain` holds a pipeline as `NAME.before.yml`, the text with its daemon contained as `NAME.after.yml` and,
//! with the reasons, what is left as `NAME.left.txt`. With `BLESS=1` in the environment results are written anew.

use std::collections::BTreeSet;

use daemonless_core::report::FileReport;
use daemonless_core::rewrite::contain::ID;

use crate::generated::gitlab_pipelines;
use crate::promises::{self, edited, level, report};
use crate::rewrites::{befores, compare, folder, left_and_why};

const PATH: &str = ".gitlab-ci.yml";

#[test]
fn a_daemon_that_stays_is_contained() {
    let mut faults = Vec::new();
    for (name, before) in befores("contain", "yml") {
        let rewrite = promises::rewrite(PATH, &before, ID);
        let folder = folder("contain");
        compare(&folder.join(format!("{name}.after.yml")), &rewrite.text, &mut faults);
        compare(&folder.join(format!("{name}.left.txt")), &left_and_why(&rewrite), &mut faults);
    }
    for (name, before) in
        ["contain", "rewrites", "joined", "leave"].iter().flat_map(|folder| befores(folder, "yml"))
    {
        let said = |fault: String| format!("{name}: {fault}");
        faults.extend(broken_containment(&before).into_iter().map(said));
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n\n"));
}

#[test]
fn generated_pipelines_are_no_worse_for_it() {
    let broken = |(name, before): (String, String)| match broken_containment(&before) {
        faults if faults.is_empty() => None,
        faults => Some(format!("{name}: {}\n{before}", faults.join("\n"))),
    };
    let faults: Vec<String> = gitlab_pipelines(150).into_iter().filter_map(broken).collect();
    let few = &faults[..faults.len().min(3)];
    assert!(faults.is_empty(), "{} faults; the first:\n{}", faults.len(), few.join("\n\n"));
}

/// What should hold of every contained daemon and does not.
fn broken_containment(before: &str) -> Vec<String> {
    let rewrite = promises::rewrite(PATH, before, ID);
    let (old, new) = (report(PATH, before), report(PATH, &rewrite.text));
    let mut faults = Vec::new();
    if edited(before, &rewrite).as_ref() != Some(&rewrite.text) {
        faults.push("the text is not the old one with the edits made".to_owned());
    }
    if promises::rewrite(PATH, &rewrite.text, ID).text != rewrite.text {
        faults.push("a second time it changes again".to_owned());
    }
    let rules = |report: &FileReport, job: &str| -> BTreeSet<&str> {
        let findings = report.findings.iter().filter(|one| one.jobs.iter().any(|name| name == job));
        findings.map(|one| one.rule).collect()
    };
    for job in &old.jobs {
        let Some(after) = new.jobs.iter().find(|new| new.name == job.name) else {
            faults.push(format!("{} is gone", job.name));
            continue;
        };
        if level(after.risk) > level(job.risk) {
            faults.push(format!("the risk of {} went from {} to {}", job.name, job.risk, after.risk));
        }
        if after.needs != job.needs {
            faults.push(format!("{} needs {:?} and needed {:?}", job.name, after.needs, job.needs));
        }
        let now = rules(&new, &job.name);
        for rule in now.difference(&rules(&old, &job.name)) {
            faults.push(format!("{rule} fires now for {}", job.name));
        }
        if rewrite.jobs.contains(&job.name) && now.contains("unencrypted-daemon") {
            faults.push(format!("{} still speaks without TLS", job.name));
        }
    }
    faults
}

#[test]
fn workflows_get_the_settings_that_contain_a_daemon() {
    let text =
        "on: push\njobs:\n  build:\n    runs-on: [self-hosted]\n    steps:\n      - run: docker build .\n";
    let rewrite = promises::rewrite(".github/workflows/ci.yml", text, ID);
    assert_eq!((rewrite.text.as_str(), rewrite.edits.len(), rewrite.left.len()), (text, 0, 1));
    let settings = rewrite.requires.iter().filter_map(|one| one.snippet).collect::<String>();
    assert!(settings.contains("--ephemeral") && settings.contains("hostUsers: false"), "{settings}");
}
