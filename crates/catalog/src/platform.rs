//! Where a setting is made.

macro_rules! platforms {
    ($($(#[$doc:meta])* $name:ident = $id:literal, $title:literal, [$($format:literal),*];)+) => {
        /// A runner or a service whose settings decide what a job may do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Platform { $($(#[$doc])* $name),+ }

        impl Platform {
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The name in data.
            pub const fn id(self) -> &'static str {
                match self { $(Self::$name => $id),+ }
            }

            /// How a sentence names it.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title),+ }
            }

            /// Ids of the formats whose jobs it runs.
            pub const fn formats(self) -> &'static [&'static str] {
                match self { $(Self::$name => &[$($format),*]),+ }
            }
        }
    };
}

platforms! {
    /// It runs the jobs of any format.
    Any = "any", "any runner", [];
    /// GitLab's side: project and group settings.
    Gitlab = "gitlab", "GitLab project settings", ["gitlab-ci"];
    /// GitLab Runner with the Docker executor.
    GitlabDocker = "gitlab-docker", "GitLab Runner, Docker executor", ["gitlab-ci", "gitlab-runner"];
    GitlabKubernetes = "gitlab-kubernetes", "GitLab Runner, Kubernetes executor", ["gitlab-ci", "gitlab-runner"];
    /// GitHub's side: repository and organisation settings.
    Github = "github", "GitHub settings", ["github-actions", "github-action"];
    GithubHosted = "github-hosted", "GitHub-hosted runner", ["github-actions", "github-action"];
    GithubSelfHosted = "github-self-hosted", "self-hosted GitHub runner", ["github-actions", "github-action"];
    /// GitHub's runners in pods, which its Actions Runner Controller starts.
    GithubArc = "github-arc", "GitHub runner in Kubernetes (Actions Runner Controller)", ["github-actions"];
    Azure = "azure", "Azure Pipelines", ["azure-pipelines"];
    Circleci = "circleci", "CircleCI", ["circleci"];
    Bitbucket = "bitbucket", "Bitbucket Pipelines", ["bitbucket-pipelines"];
    Jenkins = "jenkins", "Jenkins", ["jenkinsfile"];
    Woodpecker = "woodpecker", "Woodpecker", ["woodpecker"];
    Drone = "drone", "Drone", ["drone"];
    Kubernetes = "kubernetes", "Kubernetes", ["kubernetes", "tekton"];
    /// A machine with Docker Engine.
    Docker = "docker", "Docker host", ["docker-compose"];
    /// A machine on which a script runs by itself, or the steps of a job as its agent's account.
    Machine = "machine", "the machine that runs the script", ["shell", "circleci", "jenkinsfile"];
}

impl Platform {
    /// Whether jobs of the format of this id run on it.
    pub fn runs(self, format: &str) -> bool {
        self == Self::Any || self.formats().contains(&format)
    }

    /// Whether its machines are its service's, and thrown away after a job; `None` where that is not for it to say.
    pub const fn is_hosted(self) -> Option<bool> {
        match self {
            Self::GithubHosted => Some(true),
            Self::GithubSelfHosted | Self::GithubArc => Some(false),
            _ => None,
        }
    }
}
