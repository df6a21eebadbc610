//! What every format is lowered to: jobs that hold containers and commands. A rule reads this and nothing of formats; a
//! format fills this and knows nothing of rules.

use std::sync::Arc;

use thin_vec::ThinVec;

pub use daemonless_catalog::{Host, Need};

use crate::engine::Invocation;
use crate::source::{Span, Text};

/// How surely something holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// Another file or the runner's settings would tell. Such findings are notes and count for nothing.
    Possible,
    /// Follows from what is written, as a `docker:dind` service implies a privileged runner.
    Implied,
    /// Written here.
    Declared,
}

/// How a value came to stand where it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Via {
    Alias,
    Merge,
    Extends,
    Default,
    Reference,
    Variable,
    Matrix,
}

/// The steps by which a value came to its use, nearest first, each with the place that it came from. Most values have
/// none, and there are many values.
pub type Way = ThinVec<(Via, Span)>;

/// A value as it is used at one place: known, one of several, or partly unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Value {
    /// The first or only possible text. What isn't known here stands in it as it was written (`docker:${V}-dind`).
    pub text: Text,
    /// Further possible texts (a matrix, a choice); empty for most.
    pub others: ThinVec<Text>,
    /// Whether something in it would have to be told by another file, a setting or a run.
    pub unknown: bool,
    /// Where the use is written. The text's own map may lead elsewhere, to the variable that it came from.
    pub span: Span,
    /// How it came here.
    pub via: Way,
}

impl Value {
    /// A value that stands in the text just as it is.
    pub fn literal(text: Text) -> Self {
        Self { span: text.span(), text, ..Self::default() }
    }

    pub fn as_str(&self) -> &str {
        self.text.as_str()
    }

    /// All texts that it can be.
    pub fn texts(&self) -> impl Iterator<Item = &Text> {
        std::iter::once(&self.text).chain(&self.others)
    }

    /// Whether one of the texts that it can be satisfies `test`.
    pub fn any(&self, test: impl Fn(&str) -> bool) -> bool {
        self.texts().any(|text| test(text.as_str()))
    }
}

/// One named text, lowered.
#[derive(Clone, Debug, Default)]
pub struct Unit {
    pub jobs: Vec<Job>,
    /// Who can start its jobs, where the format says so.
    pub reach: Option<Told<Reach>>,
    /// What could not be read.
    pub errors: Vec<SyntaxError>,
}

/// The text cannot be read from here on; what comes before and after it is still checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    pub span: Span,
    /// One sentence without a full stop: what is wrong and, where it is known, what to do.
    pub message: String,
}

/// A fact and the places that prove it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told<T> {
    pub what: T,
    pub spans: Vec<Span>,
}

/// Who can put a step into a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// Only who may change protected branches.
    Protected,
    /// Anyone who can push a branch.
    Pushers,
    /// Anyone who can open a fork's pull request.
    Strangers,
}

/// What the format runs as one unit: a CI job, a compose service, a Dockerfile's image, a script.
#[derive(Clone, Debug, Default)]
pub struct Job {
    pub name: String,
    /// Where its name stands; the line that the report gives for the job.
    pub name_span: Span,
    /// All of the job's text.
    pub span: Span,
    /// The machine, where the file tells (`runs-on: ubuntu-latest`, `tags: [saas-linux-small-amd64]`).
    pub host: Option<Told<Host>>,
    /// Who can start it, where the job itself narrows what the file says.
    pub reach: Option<Told<Reach>>,
    /// Its own container first (where it has one), then services, steps' containers, and those that its commands start.
    pub containers: Vec<Container>,
    /// What its scripts run, in order.
    pub commands: Vec<Command>,
    /// The commands that are engines' command lines; filled by [`crate::engine::resolve`], not by formats.
    pub invocations: Vec<Invocation>,
    /// Variables that all its commands see. Those of one container are with the container.
    pub env: Vec<Var>,
    /// Needs that no command shows (a Dockerfile's `RUN --mount`), with their place.
    pub needs: Vec<(Need, Span)>,
    /// Its containers share one network: `localhost` is each of them, as in a pod.
    pub one_network: bool,
    /// What the format calls it in a sentence: "job", "service", "image", "script", "workload", "task".
    pub noun: &'static str,
    /// What a Dockerfile's image takes from other images, directly or through stages.
    pub copied_from: Vec<Copied>,
    /// Further images that a Dockerfile names: bases of stages and sources of copies and mounts that the image itself
    /// takes no files from.
    pub other_images: Vec<Value>,
    /// Addresses that a Dockerfile's `ADD` downloads from.
    pub fetched: Vec<Value>,
    /// What of its scripts could not be read.
    pub errors: Vec<SyntaxError>,
}

/// Files that an image takes from another image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// The other image; its place is where the image is named, in a `COPY --from` or in an earlier stage's `FROM`.
    pub image: Value,
    /// The paths that are taken, as written; of a stage, those taken from any stage that stands on the image.
    pub paths: Vec<Value>,
}

/// One variable of an environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Var {
    pub name: String,
    /// Where the name stands; the line of a finding on the variable runs from here to the value's end.
    pub name_span: Span,
    pub value: Value,
}

/// Why a container is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The job's commands run in it.
    Job,
    /// It runs beside the job (CI service, sidecar).
    Service,
    /// One step of the job runs in it (`uses: docker://…`).
    Step,
    /// A compose service or another workload of its own.
    Workload,
    /// A command of the job starts it (`docker run`).
    Started,
    /// A Dockerfile's final stage: the container that its image becomes.
    Image,
}

/// A container, whether YAML, a Dockerfile or a `docker run` in a script describes it.
#[derive(Clone, Debug)]
pub struct Container {
    pub role: Role,
    /// The name by which others reach it: alias, service or container name.
    pub names: Vec<String>,
    pub image: Option<Value>,
    /// All of its text.
    pub span: Span,
    /// Index of the job's command that starts it.
    pub started_by: Option<usize>,
    pub privileged: Option<Span>,
    pub mounts: Vec<Mount>,
    pub namespaces: Vec<(Namespace, Span)>,
    /// Added capabilities, as written.
    pub capabilities: Vec<Value>,
    pub devices: Vec<Value>,
    /// Security options as written: `seccomp=unconfined`, `label:disable`, `systempaths=unconfined`.
    pub security: Vec<Value>,
    pub env: Vec<Var>,
    /// Entrypoint and command words as far as given, in order.
    pub command: Vec<Value>,
    /// `command` begins with words that take the place of the image's entrypoint, which else runs before all.
    pub entrypoint: bool,
    /// Published ports, as written.
    pub ports: Vec<Value>,
    pub runtime: Option<Value>,
    pub user: Option<Value>,
    /// It is built here, from this context and Dockerfile, not pulled.
    pub build: Option<Value>,
    /// The engine's API socket is handed in otherwise than by a mount (`use_api_socket: true`).
    pub api_socket: Option<ApiSocket>,
    /// Runs as user-namespaced (`userns`), so privilege in it is not the host's.
    pub user_namespace: bool,
}

impl Container {
    pub fn new(role: Role, span: Span) -> Self {
        Self {
            role,
            span,
            names: Vec::new(),
            image: None,
            started_by: None,
            privileged: None,
            mounts: Vec::new(),
            namespaces: Vec::new(),
            capabilities: Vec::new(),
            devices: Vec::new(),
            security: Vec::new(),
            env: Vec::new(),
            command: Vec::new(),
            entrypoint: false,
            ports: Vec::new(),
            runtime: None,
            user: None,
            build: None,
            api_socket: None,
            user_namespace: false,
        }
    }

    /// Whether root in it is not the host kernel's: it has a user namespace of its own, or its runtime gives it one or
    /// puts a kernel of its own between.
    pub fn is_confined(&self) -> bool {
        let confines = |text: &str| CONFINING.iter().any(|name| text.contains(name));
        self.user_namespace || self.runtime.as_ref().is_some_and(|runtime| runtime.any(confines))
    }
}

/// Parts of the names of runtimes, and of classes named for them, that keep a container's root from the host's kernel.
static CONFINING: &[&str] = &["sysbox", "kata", "gvisor", "runsc", "firecracker"];

/// A directory or file of the host, a volume, or memory, seen inside a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// What is handed in; a path of the host, a volume's name, or nothing for an anonymous volume.
    pub source: Option<Value>,
    pub target: Option<Value>,
    pub read_only: bool,
    /// The line of evidence.
    pub span: Span,
    /// Only said to be expected (`VOLUME`, an image's documentation), not handed in here.
    pub declared_only: bool,
}

/// An engine's socket in a container, handed in by other means than a mount that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ApiSocket {
    /// By what, in a few words.
    pub by: &'static str,
    pub span: Span,
    pub confidence: Confidence,
}

impl ApiSocket {
    /// By the setting `use_api_socket`, written at `span`.
    pub const fn setting(span: Span) -> Self {
        Self { by: "`use_api_socket`", span, confidence: Confidence::Declared }
    }
}

/// A namespace of the host that a container shares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Namespace {
    Pid,
    Network,
    Ipc,
    Uts,
    User,
    Cgroup,
}

/// A simple command that a script runs: wrappers (`sudo`, `env`, `time`) taken off, variables filled in where known.
#[derive(Clone, Debug, Default)]
pub struct Command {
    /// The program, then its arguments.
    pub words: Vec<Value>,
    /// The simple command as written, wrappers and redirections included.
    pub span: Span,
    /// Where it acts.
    pub place: Place,
    /// How it hangs on the command before it.
    pub joined: Joined,
    /// The script it belongs to: an index that is equal for commands of one script entry.
    pub script: u32,
    /// Set when `sudo` stood before it.
    pub sudo: bool,
    /// What standard input is, where the text shows it: `<<<`, a heredoc, a pipe.
    pub input: Option<Input>,
    /// Variables that an engine's client or daemon reads, as they stand when this command runs: exported in the script
    /// or set in front of the command. The job's and the container's own variables are not repeated here.
    pub engine_env: Arc<[Var]>,
    /// It only runs in some cases (`if`, `case`, after `&&` or `||`).
    pub conditional: bool,
    /// It stands inside the quotes of another command's word (`sh -c '…'`, `"$(…)"`).
    pub quoted: bool,
    /// No script has it: an action, a task, an orb or a plugin runs it, whose call `span` is.
    pub unwritten: bool,
}

/// Standard input of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    Pipe,
    /// A heredoc or here-string, with its text.
    Document(Arc<Text>),
    File,
}

/// Where a command acts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// Where the job's script runs.
    #[default]
    Job,
    /// In the job's container of this index (`docker run IMAGE sh -c '…'`, `docker exec`, a step's own container).
    Container(usize),
    /// On another machine (`ssh host '…'`): not this job's engine.
    Elsewhere,
}

/// How a command hangs on the one before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Joined {
    /// A line break, `;` or `&`: it runs in any case.
    #[default]
    Next,
    /// `&&`
    And,
    /// `||`
    Or,
    /// `|`
    Pipe,
    /// Inside `$(…)` or backticks of the command that follows.
    Substitution,
}

impl Reach {
    pub const ALL: &'static [Self] = &[Self::Protected, Self::Pushers, Self::Strangers];

    /// The name in data.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Protected => "protected",
            Self::Pushers => "pushers",
            Self::Strangers => "strangers",
        }
    }

    /// The value of that name.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|reach| reach.id() == id)
    }

    /// As people say it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Protected => "who may change protected branches",
            Self::Pushers => "whoever can push a branch",
            Self::Strangers => "strangers too, by a fork's pull request",
        }
    }
}
