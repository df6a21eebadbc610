//! Strangers' steps on an engine that outlives them.

use daemonless_catalog::{Approach, Host, risk};

use crate::access::Access;
use crate::model::Confidence;
use crate::rule::{Scene, Sink, declare_rule};

declare_rule! {
    /// Reports triggers by which strangers can start a job that reaches a container engine, on a machine that outlives
    /// the job.
    ///
    /// ## Why
    ///
    /// A pull request from a fork brings its own Dockerfile, its own tests and often its own pipeline. If the job reaches
    /// an engine, its author reaches the machine under it, and with that machine the jobs that come after: their
    /// sources, their registry logins, their caches. GitHub's own advice is that a self-hosted runner should almost never
    /// serve a public repository. On a machine that is thrown away after the job there is nothing left to take.
    ///
    /// [CWE-668](https://cwe.mitre.org/data/definitions/668.html); ATT&CK
    /// [T1195.002](https://attack.mitre.org/techniques/T1195/002/) and
    /// [T1611](https://attack.mitre.org/techniques/T1611/).
    ///
    /// ## Bad
    ///
    /// ```github-actions
    /// on:
    ///   pull_request:
    /// jobs:
    ///   build:
    ///     runs-on: self-hosted
    ///     steps:
    ///       - run: docker build .
    /// ```
    ///
    /// ```github-actions
    /// on: [push, pull_request_target]
    /// jobs:
    ///   build:
    ///     runs-on: [self-hosted, linux]
    ///     container:
    ///       image: docker:29-cli
    ///       volumes:
    ///         - /var/run/docker.sock:/var/run/docker.sock
    ///     steps:
    ///       - run: docker build .
    /// ```
    ///
    /// ## Good
    ///
    /// ```github-actions
    /// on:
    ///   push:
    ///     branches: [main]
    /// jobs:
    ///   build:
    ///     runs-on: self-hosted
    ///     steps:
    ///       - run: docker build .
    /// ```
    ///
    /// ```github-actions
    /// on: pull_request
    /// jobs:
    ///   build:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: docker build .
    /// ```
    ///
    /// ## What to do
    ///
    /// Run what strangers send on single-use machines. Keep self-hosted runners for protected branches, and ask for an
    /// approval before the pipeline of a first contribution starts.
    ///
    /// ## Sources
    ///
    /// - <https://docs.github.com/actions/reference/security/secure-use>
    /// - <https://docs.gitlab.com/runner/security/>
    "untrusted-trigger", "Strangers can start a job that reaches an engine which outlives it", check,
}

fn check(scene: &Scene<'_>, sink: &mut Sink<'_>) {
    let Some(triggers) = scene.strangers else { return };
    if scene.host == Host::Vm {
        return;
    }
    let reaches = |access: &&Access| {
        let engine = matches!(
            access.approach,
            Approach::HostSocket | Approach::NestedDaemon | Approach::AmbientDaemon | Approach::RemoteDaemon
        );
        engine && access.confidence > Confidence::Possible
    };
    let Some(worst) = scene.accesses.iter().find(reaches) else { return };
    let message = format!(
        "Anyone with a fork can start this {}, which reaches {}: their step then acts on a machine that others use after it. Run \
         such requests on a single-use machine.",
        scene.job.noun,
        super::words::plain(&worst.by)
    );
    let severity = risk(worst.power, scene.host, true);
    let own = [scene.job.name_span];
    let spans = if triggers.is_empty() { &own[..] } else { triggers };
    for span in spans {
        let finding = sink.report_as(*span, severity, message.clone());
        for (proof, what) in worst.proof.iter().take(3) {
            finding.label(*proof, what.clone());
        }
    }
}
