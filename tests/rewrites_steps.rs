//! Pipelines whose steps run on machines, rewritten: Azure Pipelines, CircleCI and Jenkins, and Jenkins' pods.
//!
//! `fixtures/azure-pipelines`, `fixtures/circleci` and `fixtures/jenkinsfile` hold a text as `NAME.before.ENDING`, the text for
//! Buildah as `NAME.after.ENDING`, and what is left with the reasons as `NAME.left.txt` where anything is. With `BLESS=1`
//! in the environment results are written anew.

use std::collections::BTreeSet;

use crate::promises::{self, broken_promises};
use crate::rewrites::{befores, compare, folder, left_and_why};

/// Builders that these are rewritten for.
const BUILDERS: [&str; 2] = ["buildah", "podman"];

/// The format and its folder, the ending of its fixtures, and the path that tells it.
type Fixtures = (&'static str, &'static str, &'static str);

static AZURE: Fixtures = ("azure-pipelines", "yml", "azure-pipelines.yml");
static CIRCLECI: Fixtures = ("circleci", "yml", ".circleci/config.yml");
static JENKINS: Fixtures = ("jenkinsfile", "groovy", "Jenkinsfile");

#[track_caller]
fn check((of, ending, path): Fixtures) {
    let mut faults = Vec::new();
    for (name, before) in befores(of, ending) {
        let rewrite = promises::rewrite(path, &before, "buildah");
        compare(&folder(of).join(format!("{name}.after.{ending}")), &rewrite.text, &mut faults);
        compare(&folder(of).join(format!("{name}.left.txt")), &left_and_why(&rewrite), &mut faults);
        for builder in BUILDERS {
            let broken = broken_promises(path, &before, builder);
            faults.extend(broken.into_iter().map(|fault| format!("{name}, {builder}: {fault}")));
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n\n"));
}

#[test]
fn azure_pipelines_become_what_they_should() {
    check(AZURE);
}

#[test]
fn circleci_configurations_become_what_they_should() {
    check(CIRCLECI);
}

#[test]
fn jenkinsfiles_become_what_they_should() {
    check(JENKINS);
}

#[test]
fn what_must_be_allowed_is_told_of_pods_and_machines() {
    #[track_caller]
    fn check(text: &str, wanted: &[&str]) {
        let rewrite = promises::rewrite(JENKINS.2, text, "buildah");
        let platform = |text: &str| text.split(": ").next().unwrap_or("").to_owned();
        let mut told: Vec<_> = rewrite.requires.iter().map(|one| platform(&one.text)).collect();
        let texts: BTreeSet<_> = rewrite.requires.iter().map(|one| &one.text).collect();
        assert_eq!(texts.len(), told.len(), "each is told once");
        told.dedup();
        assert_eq!(told, wanted, "{text}");
    }
    let machine = "node('linux') { sh 'docker build .' }\n";
    let pod = r"podTemplate(yaml: '''
spec:
  containers:
  - { name: dind, image: docker:27-dind, securityContext: { privileged: true } }
  - name: docker
    image: docker:27-cli
    command: [cat]
''') { node(POD_LABEL) { container('docker') { sh 'docker build .' } } }
";
    check(machine, &["the machine that runs the script"]);
    check(pod, &["Kubernetes"]);
    check(&[machine, machine, pod, pod].concat(), &["the machine that runs the script", "Kubernetes"]);
}
