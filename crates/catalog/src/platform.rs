//! Where a setting is made.

macro_rules! platforms {
    ($($(#[$doc:meta])* $name:ident = $id:literal, $title:literal;)+) => {
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
        }
    };
}

platforms! {
    Any = "any", "any runner";
    /// GitLab's side: project and group settings.
    Gitlab = "gitlab", "GitLab project settings";
    /// GitLab Runner with the Docker executor.
    GitlabDocker = "gitlab-docker", "GitLab Runner, Docker executor";
    GitlabKubernetes = "gitlab-kubernetes", "GitLab Runner, Kubernetes executor";
    /// GitHub's side: repository and organisation settings.
    Github = "github", "GitHub settings";
    GithubHosted = "github-hosted", "GitHub-hosted runner";
    GithubSelfHosted = "github-self-hosted", "self-hosted GitHub runner";
    Azure = "azure", "Azure Pipelines";
    Circleci = "circleci", "CircleCI";
    Bitbucket = "bitbucket", "Bitbucket Pipelines";
    Jenkins = "jenkins", "Jenkins";
    Woodpecker = "woodpecker", "Woodpecker";
    Drone = "drone", "Drone";
    Kubernetes = "kubernetes", "Kubernetes";
    /// A machine with Docker Engine.
    Docker = "docker", "Docker host";
    /// A machine on which a script runs by itself.
    Machine = "machine", "the machine that runs the script";
}
