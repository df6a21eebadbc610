//! What the picture knows of approaches, machines, runners, steps and ways out, each in one table.

/// How far an attack has come; a later one is further out. What a way out cuts off is not reached any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    Job,
    Engine,
    /// A container that the engine starts for the attacker.
    Container,
    Host,
    /// What else is on the machine, or will be.
    Others,
}

/// How a frame holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wall {
    /// An ordinary container, or a machine.
    Holds,
    /// It holds with one wall less: no root to win, or filters off.
    Weak,
    /// Privilege or a mount leads through.
    Open,
    /// A virtual machine's.
    Machine,
    /// A process: nothing holds it but its user.
    Process,
}

/// What a step does to the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Does {
    /// It is a stop on it.
    Stops,
    /// It is a stop, and the job's own wall is open by this.
    Opens(&'static str),
    /// The line ends behind it.
    Ends,
}

/// Where each step of the catalog takes place, and what it does to the line.
pub static STEPS: &[(&str, Place, Does)] = &[
    ("run-code-strangers", Place::Job, Does::Stops),
    ("run-code-pushers", Place::Job, Does::Stops),
    ("run-code-protected", Place::Job, Does::Stops),
    ("run-code-workload", Place::Job, Does::Stops),
    ("build-step", Place::Job, Does::Stops),
    ("read-credentials", Place::Job, Does::Stops),
    ("credential-in-args", Place::Job, Does::Stops),
    ("own-container-end", Place::Job, Does::Ends),
    ("call-socket", Place::Engine, Does::Stops),
    ("call-nested", Place::Engine, Does::Stops),
    ("call-own-daemon", Place::Engine, Does::Stops),
    ("call-open-tcp", Place::Engine, Does::Stops),
    ("call-ambient", Place::Engine, Does::Stops),
    ("call-remote", Place::Engine, Does::Stops),
    ("start-root-container", Place::Container, Does::Stops),
    ("start-nested-container", Place::Container, Does::Stops),
    ("nested-privileged-out", Place::Host, Does::Stops),
    ("privileged-direct", Place::Host, Does::Opens("privileged")),
    ("mount-root-direct", Place::Host, Does::Opens("the host's files are inside")),
    ("read-host-path", Place::Host, Does::Opens("the host's files are inside")),
    ("namespace-pid", Place::Host, Does::Opens("the host's processes are seen")),
    ("namespace-network", Place::Host, Does::Opens("the host's network")),
    ("capability", Place::Host, Does::Opens("a capability too many")),
    ("device", Place::Host, Does::Opens("the host's device is inside")),
    ("other-jobs", Place::Others, Does::Stops),
    ("other-containers", Place::Others, Does::Stops),
    ("prune", Place::Others, Does::Stops),
    ("poison-cache", Place::Others, Does::Stops),
    ("poison-image", Place::Others, Does::Stops),
    ("vm-end", Place::Others, Does::Ends),
];

/// Where a step takes place, and what it does. One that is not known happens in the job.
pub fn step(id: &str) -> (Place, Does) {
    STEPS.iter().find(|known| known.0 == id).map_or((Place::Job, Does::Stops), |known| (known.1, known.2))
}

/// Where an engine sits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seat {
    /// On the machine, beside the runner.
    Host,
    /// In a container beside the job.
    Service,
    /// On another machine.
    Elsewhere,
    Nowhere,
}

/// The engine of each approach: where it sits, what is told of it, and how it holds.
pub static ENGINES: &[(&str, Seat, &str, Wall)] = &[
    ("host-socket", Seat::Host, "the machine's own, as root", Wall::Holds),
    ("nested-daemon", Seat::Service, "an engine in a container", Wall::Holds),
    ("ambient-daemon", Seat::Host, "whose, the file does not say", Wall::Weak),
    ("remote-daemon", Seat::Elsewhere, "it runs what it is told", Wall::Holds),
    ("vm-daemon", Seat::Host, "this machine's own", Wall::Holds),
    ("rootless-daemon", Seat::Service, "without root", Wall::Weak),
    ("daemonless", Seat::Nowhere, "", Wall::Holds),
    ("none", Seat::Nowhere, "", Wall::Holds),
];

/// The machines.
pub static HOSTS: &[(&str, &str, &str, Wall)] = &[
    ("shared", "HOST", "shared or unknown", Wall::Holds),
    ("dedicated", "HOST", "dedicated", Wall::Holds),
    ("vm", "VM", "thrown away after the job", Wall::Machine),
];

/// What runs the job, by format; a format that is not here has nothing of the kind.
pub static RUNNERS: &[(&str, &str, &str)] = &[
    ("gitlab-ci", "RUNNER", "GitLab Runner"),
    ("gitlab-runner", "RUNNER", "GitLab Runner"),
    ("github-actions", "RUNNER", "GitHub Actions"),
    ("github-action", "RUNNER", "GitHub Actions"),
    ("jenkinsfile", "AGENT", "Jenkins"),
    ("docker-compose", "PROJECT", "Docker Compose"),
    ("kubernetes", "POD", "Kubernetes"),
    ("tekton", "POD", "Tekton"),
    ("circleci", "RUNNER", "CircleCI"),
    ("azure-pipelines", "AGENT", "Azure Pipelines"),
];

/// Who can start a job, fewest first: id of the reach, who they are, and what is told of them where they can not.
pub static WHO: &[(&str, &str, &str)] = &[
    ("protected", "who merges to a protected branch", ""),
    ("pushers", "anyone who can push a branch", "a branch alone does not start it"),
    ("strangers", "anyone with a pull request", "a stranger's pull request does not start it"),
];

/// What is not reached any more with each approach.
pub static CUTS: &[(&str, Place)] = &[
    ("none", Place::Engine),
    ("daemonless", Place::Engine),
    ("rootless-daemon", Place::Host),
    ("remote-daemon", Place::Host),
    ("vm-daemon", Place::Others),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_the_catalog_has_is_known() {
        for approach in daemonless_catalog::Approach::ALL {
            assert!(ENGINES.iter().any(|engine| engine.0 == approach.id()), "{approach:?}");
        }
        for host in daemonless_catalog::Host::ALL {
            assert!(HOSTS.iter().any(|known| known.0 == host.id()), "{host:?}");
        }
        for (format, ..) in RUNNERS {
            assert!(daemonless_core::format::by_id(format).is_some(), "no format {format}");
        }
        for step in daemonless_catalog::STEPS {
            let known = STEPS.iter().filter(|known| known.0 == step.key).count();
            assert_eq!(known, 1, "{} has its place in STEPS", step.key);
        }
        assert_eq!(STEPS.len(), daemonless_catalog::STEPS.len(), "a place of no step");
    }
}
