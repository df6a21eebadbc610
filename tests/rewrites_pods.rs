//! Kubernetes' objects and Tekton's tasks rewritten: what changes, what stays, and what is left to a person, with the
//! reasons. `fixtures/kubernetes` and `fixtures/tekton` hold a file as `NAME.before.yml`, the text for Buildah as
//! `NAME.after.yml`, and what is left as `NAME.left.txt` where anything is. With `BLESS=1` in the environment results are
//! written anew.

use crate::promises::{self, broken_promises};
use crate::rewrites::{befores, compare, folder, left_and_why};

/// The folders of fixtures, each with the name that its files are given.
const FOLDERS: [(&str, &str); 2] = [("kubernetes", "job.yaml"), ("tekton", "task.yaml")];

/// Builders that pods are rewritten for.
const FOR_PODS: [&str; 2] = ["buildah", "podman"];

#[test]
fn pods_become_what_they_should() {
    let mut faults = Vec::new();
    for (of, path) in FOLDERS {
        for (name, before) in befores(of, "yml") {
            let rewrite = promises::rewrite(path, &before, "buildah");
            let folder = folder(of);
            compare(&folder.join(format!("{name}.after.yml")), &rewrite.text, &mut faults);
            compare(&folder.join(format!("{name}.left.txt")), &left_and_why(&rewrite), &mut faults);
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n\n"));
}

#[test]
fn pods_keep_the_promises() {
    let mut faults = Vec::new();
    for (of, path) in FOLDERS {
        for (name, before) in befores(of, "yml") {
            for builder in FOR_PODS {
                let broken = broken_promises(path, &before, builder);
                faults.extend(broken.into_iter().map(|fault| format!("{of}/{name}, {builder}: {fault}")));
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}
