//! Runner labels and tags that say whose machine it is.

use crate::pattern::matches;
use crate::risk::Host;
use crate::source::SourceRef;
use crate::tables::{Builder, HANDED, HOSTED};
use crate::told::Told;

/// Labels of one kind of machine.
#[derive(Debug)]
pub struct HostedRunner {
    pub service: Service,
    /// The label or tag; `*` may stand at either end.
    pub pattern: &'static str,
    pub host: Host,
    /// Whether the machine has an engine of its own.
    pub daemon: bool,
    /// Builders that are installed on it.
    pub builders: &'static [Installed],
    pub note: Told,
    pub source: SourceRef,
}

/// A builder that is there without a job asking for it.
#[derive(Debug)]
pub struct Installed {
    pub builder: Builder,
    pub version: &'static str,
}

/// A service that runs jobs on machines of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Service {
    Github,
    Gitlab,
    Azure,
    Circleci,
    Travis,
}

/// The machine behind a label (`ubuntu-latest`) or tag (`saas-linux-small-amd64`), if it is one that the service runs. The
/// labels that an organisation makes up for larger runners are not known here.
pub fn hosted(service: Service, label: &str) -> Option<&'static HostedRunner> {
    HOSTED.iter().find(|runner| runner.service == service && matches(runner.pattern, label))
}

/// An engine's socket in a job's container that no line of the job hands in.
#[derive(Debug)]
pub struct HandedSocket {
    pub service: Service,
    /// Who hands it in.
    pub by: &'static str,
    pub source: SourceRef,
}

/// The socket that the service's own runner hands to the containers of jobs. What runs them on Kubernetes does not.
pub fn handed(service: Service) -> Option<&'static HandedSocket> {
    HANDED.iter().find(|socket| socket.service == service)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(service: Service, label: &str, expected: Option<Host>) {
        assert_eq!(hosted(service, label).map(|runner| runner.host), expected, "{label}");
    }

    #[test]
    fn labels_are_known() {
        check(Service::Github, "ubuntu-latest", Some(Host::Vm));
        check(Service::Github, "ubuntu-24.04-arm", Some(Host::Vm));
        check(Service::Github, "windows-2025", Some(Host::Vm));
        check(Service::Github, "macos-15-xlarge", Some(Host::Vm));
        check(Service::Github, "ubuntu-slim", Some(Host::Shared));
        check(Service::Github, "self-hosted", None);
        check(Service::Github, "ubuntu-own-pool", None);
        check(Service::Gitlab, "saas-linux-small-amd64", Some(Host::Vm));
        check(Service::Gitlab, "docker", None);
        check(Service::Gitlab, "ubuntu-latest", None);
    }
}
