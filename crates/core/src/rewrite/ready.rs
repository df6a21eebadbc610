//! A ready CI job for a Dockerfile: the job that a person would write with Docker, from what the Dockerfile asks for, put
//! through the same rewriting as anyone's pipeline.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use daemonless_catalog::{Builder, Level, Need};

use super::{Left, blocked, dialect, sentence};
use crate::alternatives::{Fit, Kind, alternatives};
use crate::analysis::{self, Analysis};
use crate::report::{LeftReport, RewriteReport, file_report};
use crate::source::{FileId, LineIndex, Span};
use crate::syntax::dockerfile::{self, Instruction, Keyword};
use crate::{Context, File};

/// The id of the format that jobs are written for.
pub const FORMAT: &str = "dockerfile";

/// A job that builds with the daemon of a machine which is thrown away after it.
pub const BUILDX: &str = "buildx";

/// A CI that jobs are written for.
struct Ci {
    /// The id of its format.
    id: &'static str,
    /// The job that builds with Docker.
    write: fn(&Facts, Option<Builder>) -> String,
    /// What holds a commit's name there.
    commit: &'static str,
    /// Where values that the file must not hold are set.
    settings: &'static str,
    /// How such a setting is called that holds a secret.
    secret: &'static str,
    /// Builders that are installed on its machines rather than run from their own image, with their versions (the source
    /// `github-runner-images`).
    installed: &'static [(Builder, &'static str)],
}

static CIS: &[Ci] = &[
    Ci {
        id: "gitlab-ci",
        write: gitlab_ci,
        commit: "$CI_COMMIT_SHA",
        settings: "the project's CI/CD settings",
        secret: "variable of the type File",
        installed: &[],
    },
    Ci {
        id: "github-actions",
        write: github_actions,
        commit: "${{ github.sha }}",
        settings: "the repository's settings",
        secret: "secret",
        installed: &[(Builder::Buildah, "1.33.7"), (Builder::Podman, "5.8.4")],
    },
];

/// A job that can be asked for.
#[derive(Debug)]
pub struct Way {
    /// What it is asked for by: `CI:BUILDER`.
    pub id: &'static str,
    /// How it is called.
    pub title: &'static str,
    /// The id of its CI's format.
    pub ci: &'static str,
    /// Where the file with it lies.
    pub path: &'static str,
    /// `None`: Buildx on the machine's own daemon.
    pub builder: Option<Builder>,
}

/// All jobs, the one that is right for most first of each CI.
pub static WAYS: &[Way] = &[
    gitlab("gitlab-ci:buildah", "GitLab: Buildah", Some(Builder::Buildah)),
    gitlab("gitlab-ci:podman", "GitLab: Podman", Some(Builder::Podman)),
    gitlab("gitlab-ci:buildkit", "GitLab: BuildKit", Some(Builder::Buildkit)),
    gitlab("gitlab-ci:kaniko", "GitLab: Kaniko", Some(Builder::Kaniko)),
    github("github-actions:buildx", "GitHub: Buildx", None),
    github("github-actions:buildah", "GitHub: Buildah", Some(Builder::Buildah)),
    github("github-actions:podman", "GitHub: Podman", Some(Builder::Podman)),
    github("github-actions:buildkit", "GitHub: BuildKit", Some(Builder::Buildkit)),
    github("github-actions:kaniko", "GitHub: Kaniko", Some(Builder::Kaniko)),
];

const fn gitlab(id: &'static str, title: &'static str, builder: Option<Builder>) -> Way {
    Way { id, title, ci: "gitlab-ci", path: ".gitlab-ci.yml", builder }
}

const fn github(id: &'static str, title: &'static str, builder: Option<Builder>) -> Way {
    Way { id, title, ci: "github-actions", path: ".github/workflows/build.yml", builder }
}

/// Ids of the CIs.
pub fn cis() -> impl Iterator<Item = &'static str> {
    CIS.iter().map(|ci| ci.id)
}

impl Way {
    /// The way of that id. A builder's id alone means the first CI, and `buildx` the first whose machines have a daemon.
    pub fn from_id(id: &str) -> Option<&'static Self> {
        let named =
            |way: &&Self| way.id == id || way.id.split_once(':').is_some_and(|(_, builder)| builder == id);
        WAYS.iter().find(named)
    }
}

/// What a Dockerfile asks of the job that builds it.
struct Facts {
    /// Its path, where it is not the one that builders take by themselves.
    file: Option<String>,
    /// Build arguments that must be given, and their values where the CI has them.
    arguments: Vec<(String, Option<&'static str>)>,
    /// Ids of secrets and the variables that hold them.
    secrets: Vec<(String, String)>,
    /// Ids of SSH agents or keys.
    ssh: Vec<String>,
    /// Stages beside the last one that have names.
    stages: Vec<String>,
}

/// The variable with the private key, where steps use SSH.
const KEY: &str = "SSH_PRIVATE_KEY";

/// The job of `way` for the Dockerfile of index `index`; `None` where there is no such file or it is none. Where no such job can
/// build it, the text is empty and `left` says why.
pub fn ready(files: &[File], context: &Context, index: usize, way: &Way) -> Option<RewriteReport> {
    let file = files.get(index)?;
    let analysis = analysis::analyze(files, index, context);
    analysis.detected.format.filter(|format| format.id == FORMAT)?;
    let ci = CIS.iter().find(|ci| ci.id == way.ci)?;
    let id = FileId(u32::try_from(index).ok()?);
    let mut left = match way.builder {
        Some(builder) => obstacles(&analysis, ci, builder),
        None => of_machine(&analysis),
    };
    let mut report = RewriteReport {
        builder: way.builder.map_or(BUILDX, |builder| builder.id()),
        path: way.path.to_owned(),
        text: String::new(),
        edits: Vec::new(),
        left: Vec::new(),
        requires: Vec::new(),
        after: Vec::new(),
        jobs: Vec::new(),
    };
    let mut inner = Vec::new();
    if left.is_empty() && !analysis.unit.jobs.is_empty() {
        let facts = Facts::read(id, file, ci, &mut left);
        let text = (ci.write)(&facts, way.builder);
        let written = [File { path: way.path.to_owned(), text, format: Some(ci.id.to_owned()) }];
        match way.builder {
            Some(builder) => {
                let rewritten = super::rewrite(&written, context, 0, builder)?;
                inner = rewritten.left;
                if !rewritten.jobs.is_empty() {
                    report.text = rewritten.text;
                    report.requires = rewritten.requires;
                    report.after = rewritten.after;
                    report.jobs = rewritten.jobs;
                }
            }
            None => {
                let [file] = &written;
                let after = analysis::analyze(&written, 0, context);
                report.jobs = after.unit.jobs.iter().map(|job| job.name.clone()).collect();
                report.after = vec![file_report(file, FileId(0), after)];
                report.text.clone_from(&file.text);
            }
        }
    }
    let lines = LineIndex::new(&file.text);
    let told = left.into_iter().map(|left| LeftReport {
        line: lines.position(&file.text, left.span.start).line,
        what: first_line(file.text.get(left.span.range()).unwrap_or("")),
        job: left.job,
        why: sentence(&left.why),
    });
    // What is left of the job that was rewritten stands in no line of the person's.
    let of_job = inner.into_iter().map(|left| LeftReport { line: 1, ..left });
    report.left = told.chain(of_job).collect();
    Some(report)
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or("").chars().take(120).collect()
}

/// Why this builder can't build it there.
fn obstacles(analysis: &Analysis, ci: &Ci, builder: Builder) -> Vec<Left> {
    let mut found = Vec::new();
    let judged = analysis.unit.jobs.iter().zip(&analysis.verdicts).zip(&analysis.needs);
    for ((job, verdict), needs) in judged {
        let installed = ci.installed.iter().find(|(installed, _)| *installed == builder);
        let newer = needs.iter().filter_map(|(need, spans)| {
            let (_, version) = installed?;
            let Level::Since(since) = builder.support(need).level else { return None };
            let name = builder.info().name();
            let why = format!(
                "needs {}: {name} has it from {since} on, and {version} is installed on the machines",
                need.title()
            );
            let span = spans.first().copied().unwrap_or(job.name_span);
            is_older(version, since).then(|| Left { span, job: job.name.clone(), why })
        });
        found.extend(newer);
        if let Some(why) = dialect::why_not(ci.id, builder) {
            found.push(Left { span: job.name_span, job: job.name.clone(), why: why.to_owned() });
        }
        let ways = alternatives(FORMAT, verdict, needs);
        let own = ways.iter().find(|way| way.kind == Kind::Builder(builder) && way.fit == Fit::No);
        let fatal = own.into_iter().flat_map(|way| &way.blockers).filter(|blocker| blocker.fatal);
        found.extend(fatal.map(|blocker| blocked(job, blocker)));
    }
    found
}

/// What Buildx on a Linux machine of the service does not build as it is.
fn of_machine(analysis: &Analysis) -> Vec<Left> {
    let limits = [
        (Need::WindowsContainers, "the machine builds Linux images"),
        (
            Need::RunSecurity,
            "the builder must be started with `--allow-insecure-entitlement security.insecure` and be given `allow`",
        ),
        (Need::RunDevice, "the machine offers no devices"),
    ];
    let judged = analysis.unit.jobs.iter().zip(&analysis.needs);
    let found = judged.flat_map(|(job, needs)| {
        limits.iter().filter_map(move |(need, why)| {
            let span = needs.get(*need)?.first().copied().unwrap_or(job.name_span);
            Some(Left { span, job: job.name.clone(), why: format!("needs {}: {why}", need.title()) })
        })
    });
    found.collect()
}

/// Whether a version comes before another.
fn is_older(version: &str, other: &str) -> bool {
    let parts = |text: &str| -> Vec<u32> { text.split('.').map(|part| part.parse().unwrap_or(0)).collect() };
    parts(version) < parts(other)
}

/// Arguments that builders fill in by themselves.
static GIVEN: &[&str] = &[
    "TARGETPLATFORM",
    "TARGETOS",
    "TARGETARCH",
    "TARGETVARIANT",
    "BUILDPLATFORM",
    "BUILDOS",
    "BUILDARCH",
    "BUILDVARIANT",
    "TARGETSTAGE",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "FTP_PROXY",
    "NO_PROXY",
    "ALL_PROXY",
    "SOURCE_DATE_EPOCH",
];

/// Arguments that mean the commit.
static COMMITS: &[&str] =
    &["COMMIT", "COMMIT_SHA", "GIT_COMMIT", "GIT_REVISION", "GIT_SHA", "REVISION", "SHA", "VCS_REF"];

/// So many of a Dockerfile's arguments, secrets or stages are taken up.
const MOST: usize = 40;

impl Facts {
    /// What a Dockerfile asks for; what a person has to set goes into `left`.
    fn read(id: FileId, file: &File, ci: &Ci, left: &mut Vec<Left>) -> Self {
        let tree = dockerfile::parse(id, &file.text);
        let mut facts = Self {
            file: path(&file.path),
            arguments: Vec::new(),
            secrets: Vec::new(),
            ssh: Vec::new(),
            stages: Vec::new(),
        };
        let mut notes = |span: Span, why: String| left.push(Left { span, job: "image".to_owned(), why });
        let mut known: BTreeSet<String> = GIVEN.iter().map(|name| (*name).to_owned()).collect();
        known.extend(
            tree.instructions.iter().flat_map(arguments).filter_map(|(name, has)| has.then_some(name)),
        );
        for instruction in &tree.instructions {
            for (name, _) in arguments(instruction) {
                if facts.arguments.len() >= MOST || !is_name(&name) || !known.insert(name.clone()) {
                    continue;
                }
                let value = COMMITS.contains(&name.to_ascii_uppercase().as_str()).then_some(ci.commit);
                if value.is_none() {
                    let why =
                        format!("`{name}` has no default: set the variable `{name}` in {}", ci.settings);
                    notes(instruction.span, why);
                }
                facts.arguments.push((name, value));
            }
            facts.mounts(instruction, ci, &mut notes);
            if instruction.keyword == Keyword::From
                && let (_, Some(name)) = instruction.from()
                && facts.stages.len() < MOST
                && is_word(name.as_str())
            {
                facts.stages.push(name.as_str().to_owned());
            }
        }
        let last = tree.instructions.iter().rev().find(|one| one.keyword == Keyword::From);
        if last.is_some_and(|last| {
            last.from().1.is_some_and(|name| facts.stages.last().is_some_and(|own| own == name.as_str()))
        }) {
            facts.stages.pop();
        }
        facts
    }

    /// The secrets and keys that an instruction mounts.
    fn mounts(&mut self, instruction: &Instruction, ci: &Ci, notes: &mut dyn FnMut(Span, String)) {
        for mount in instruction.flags("mount") {
            let value = mount.value.as_ref().map_or("", |value| value.as_str());
            let field =
                |name: &str| value.split(',').find_map(|one| one.strip_prefix(name)?.strip_prefix('='));
            let target = field("target").or(field("dst")).and_then(|path| path.rsplit('/').next());
            match field("type") {
                Some("secret") => {
                    let Some(id) = field("id").or(target).filter(|id| is_word(id)) else { continue };
                    if self.secrets.len() >= MOST || self.secrets.iter().any(|(known, _)| known == id) {
                        continue;
                    }
                    let variable: String = id
                        .chars()
                        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' })
                        .collect();
                    notes(
                        instruction.span,
                        format!(
                            "it mounts the secret `{id}`: add a {} `{variable}` in {}",
                            ci.secret, ci.settings
                        ),
                    );
                    self.secrets.push((id.to_owned(), variable));
                }
                Some("ssh") => {
                    let id = field("id").unwrap_or("default");
                    if self.ssh.len() >= MOST || !is_word(id) || self.ssh.iter().any(|known| known == id) {
                        continue;
                    }
                    notes(
                        instruction.span,
                        format!(
                            "it uses a key by SSH: add a {} `{KEY}` with a key that only reads, in {}",
                            ci.secret, ci.settings
                        ),
                    );
                    self.ssh.push(id.to_owned());
                }
                _ => {}
            }
        }
    }

    /// Stages that could be built instead, as a comment at a column.
    fn stages(&self, pad: &str) -> String {
        match self.stages.is_empty() {
            true => String::new(),
            false => {
                format!("{pad}# `target` can name one of the other stages: {}.\n", self.stages.join(", "))
            }
        }
    }
}

/// The names of an `ARG`, each with whether it has a default.
fn arguments(instruction: &Instruction) -> Vec<(String, bool)> {
    if instruction.keyword != Keyword::Arg || instruction.onbuild.is_some() {
        return Vec::new();
    }
    let words = instruction.body.as_str().split_whitespace().take(MOST);
    words
        .map(|word| {
            word.split_once('=').map_or((word.to_owned(), false), |(name, _)| (name.to_owned(), true))
        })
        .collect()
}

/// The path of a Dockerfile in its repository, where it has to be named.
fn path(path: &str) -> Option<String> {
    let path = path.trim_start_matches("./");
    let is_below = !path.is_empty() && !path.starts_with('/') && path.split('/').all(|part| part != "..");
    (is_below && path != "Dockerfile" && path.split('/').all(is_word)).then(|| path.to_owned())
}

fn is_name(text: &str) -> bool {
    is_word(text) && !text.contains(['.', '-']) && !text.starts_with(|c: char| c.is_ascii_digit())
}

/// Whether a text means itself to a shell and to YAML.
fn is_word(text: &str) -> bool {
    !text.is_empty()
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
        && !text.starts_with('-')
}

/// GitLab's job.
fn gitlab_ci(facts: &Facts, _: Option<Builder>) -> String {
    let mut options = String::new();
    if let Some(file) = &facts.file {
        let _ = write!(options, " --file {file}");
    }
    for (name, value) in &facts.arguments {
        let _ = match value {
            Some(value) => write!(options, " --build-arg {name}=\"{value}\""),
            None => write!(options, " --build-arg {name}=\"${name}\""),
        };
    }
    for (id, variable) in &facts.secrets {
        let _ = write!(options, " --secret id={id},src=\"${variable}\"");
    }
    for id in &facts.ssh {
        let _ = write!(options, " --ssh {id}=\"${KEY}\"");
    }
    let stages = facts.stages("    ").replace("`target`", "`--target`");
    format!(
        "# Builds the image and pushes it to the project's registry.
build-image:
  stage: build
  image: docker:29
  services:
    - docker:29-dind
  variables:
    DOCKER_TLS_CERTDIR: \"/certs\"
    IMAGE: $CI_REGISTRY_IMAGE:$CI_COMMIT_SHORT_SHA
  script:
    - echo \"$CI_REGISTRY_PASSWORD\" | docker login --username \"$CI_REGISTRY_USER\" --password-stdin \"$CI_REGISTRY\"
{stages}    - docker build{options} --tag \"$IMAGE\" .
    - docker push \"$IMAGE\"
"
    )
}

/// GitHub's workflow.
fn github_actions(facts: &Facts, builder: Option<Builder>) -> String {
    let mut key = String::new();
    let mut inputs = String::new();
    if let Some(file) = &facts.file {
        let _ = writeln!(inputs, "          file: {file}");
    }
    let block = |name: &str, lines: Vec<String>| match lines.is_empty() {
        true => String::new(),
        false => format!("          {name}: |\n            {}\n", lines.join("\n            ")),
    };
    let arguments = facts.arguments.iter().map(|(name, value)| match value {
        Some(value) => format!("{name}={value}"),
        None => format!("{name}=${{{{ vars.{name} }}}}"),
    });
    inputs += &block("build-args", arguments.collect());
    let secrets = facts.secrets.iter().map(|(id, variable)| format!("{id}=${{{{ secrets.{variable} }}}}"));
    inputs += &block("secrets", secrets.collect());
    inputs += &block("ssh", facts.ssh.iter().map(|id| format!("{id}=${{{{ runner.temp }}}}/key")).collect());
    if !facts.ssh.is_empty() {
        key = format!(
            "      - run: (umask 077 && printf '%s\\n' \"${KEY}\" > \"$RUNNER_TEMP/key\")
        env:
          {KEY}: ${{{{ secrets.{KEY} }}}}
"
        );
    }
    let stages = facts.stages("      ");
    let why = match builder {
        Some(_) => "",
        None => {
            "# The machine runs this job alone and is thrown away after it: its own daemon with Buildx does everything here.\n"
        }
    };
    format!(
        "# Builds the image and pushes it to GitHub's registry.
{why}name: Build the image

on:
  push:
    branches: [main]

permissions:
  contents: read
  packages: write

jobs:
  build-image:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v7
        with:
          persist-credentials: false
      - uses: docker/setup-buildx-action@v3
      - uses: docker/login-action@v3
        with:
          registry: ghcr.io
          username: ${{{{ github.actor }}}}
          password: ${{{{ secrets.GITHUB_TOKEN }}}}
{key}{stages}      - uses: docker/build-push-action@v6
        with:
          context: .
{inputs}          push: true
          tags: ghcr.io/${{{{ github.repository }}}}:${{{{ github.sha }}}}
"
    )
}
