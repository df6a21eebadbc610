//! The ways out of a job's access to an engine, ranked for this job, each with what stands in its way.

use crate::order;
use daemonless_catalog::{
    Approach, Builder, CONTAINMENT, Host, Level, Need, Platform, RUNNING, Requirement, Risk, risk,
};

use crate::model::{Job, Reach, Role};
use crate::needs::Needs;
use crate::source::Span;
use crate::verdict::Verdict;

/// What kind of way out it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A single-use machine's own daemon is right here.
    Keep,
    /// Build without a daemon.
    Builder(Builder),
    /// Move to a machine that is thrown away after the job.
    Vm,
    /// Run what the job runs in another way.
    Run,
    /// The safest form of what they have.
    Contain,
}

impl Kind {
    /// The name in data.
    pub fn id(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Builder(_) => "builder",
            Self::Vm => "vm",
            Self::Run => "run",
            Self::Contain => "contain",
        }
    }
}

/// Whether it serves this job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    Fits,
    WithChanges,
    No,
}

impl Fit {
    pub fn id(self) -> &'static str {
        match self {
            Self::Fits => "fits",
            Self::WithChanges => "fits with changes",
            Self::No => "does not fit",
        }
    }

    /// The one of that id; what is none of them does not fit.
    pub fn from_id(id: &str) -> Self {
        [Self::Fits, Self::WithChanges].into_iter().find(|fit| fit.id() == id).unwrap_or(Self::No)
    }
}

/// A need that a builder does not meet, or meets in another way.
#[derive(Clone, Debug)]
pub struct Blocker {
    pub need: Need,
    pub message: String,
    pub fatal: bool,
    pub spans: Vec<Span>,
}

/// One way out.
#[derive(Clone, Debug)]
pub struct Alternative {
    pub kind: Kind,
    pub title: String,
    pub fit: Fit,
    pub why: String,
    pub blockers: Vec<Blocker>,
    pub requires: Vec<&'static Requirement>,
    /// Advice with settings, for the kinds that are no builder.
    pub advice: Vec<&'static daemonless_catalog::Containment>,
    pub after: (Approach, Risk),
}

impl Alternative {
    fn place(&self) -> u8 {
        place(self.kind.id(), self.fit)
    }
}

/// Needs that no builder alone meets: something has to run.
static RUN_NEEDS: &[Need] =
    &[Need::Run, Need::Exec, Need::Compose, Need::Testcontainers, Need::KubernetesInDocker, Need::Swarm];

/// The format whose runner a job has: that of Jenkins' pods is Kubernetes.
pub fn runs_as<'f>(format: &'f str, job: &Job) -> &'f str {
    let is_pod = || job.containers.iter().any(|container| container.role == Role::Workload);
    if format == "jenkinsfile" && is_pod() { "kubernetes" } else { format }
}

/// The ways out for a job, best first. `format` is the id of its file's format.
pub fn alternatives(format: &str, job: &Job, verdict: &Verdict, needs: &Needs) -> Vec<Alternative> {
    let format = runs_as(format, job);
    let reaches = verdict.approach < Approach::Daemonless;
    let is_image = format == "dockerfile";
    if let Some(builder) = verdict.unmaintained.filter(|_| !reaches) {
        return leave(builder, format, verdict, needs);
    }
    if !reaches && !is_image {
        return Vec::new();
    }
    let mut out = Vec::new();
    if !needs.is_empty() || is_image {
        out.extend(Builder::ALL.iter().map(|builder| build_with(*builder, format, verdict, needs)));
    }
    if reaches {
        out.extend(vm(format, verdict, needs));
        out.extend(running(format, verdict, needs));
        out.push(contain(format, verdict, needs));
        if verdict.approach == Approach::VmDaemon {
            out.push(keep(verdict));
        }
    }
    order::sort_by_key(&mut out, Alternative::place);
    out
}

/// Where a way stands among the others, best first; those of one place keep their order. `kind` is as [`Kind::id`] has it.
pub fn place(kind: &str, fit: Fit) -> u8 {
    match (kind, fit) {
        (_, Fit::No) => 4,
        ("keep", _) => 0,
        ("builder", Fit::Fits) => 1,
        ("builder", Fit::WithChanges) => 2,
        _ => 3,
    }
}

/// The ways out of a builder's image that gets no fixes any more: the same builder from where it is kept, which changes
/// the least, then the others.
fn leave(builder: Builder, format: &str, verdict: &Verdict, needs: &Needs) -> Vec<Alternative> {
    let mut same = build_with(builder, format, verdict, needs);
    // What it wants done another way than Docker does is done here already.
    same.blockers.retain(|blocker| blocker.fatal);
    if same.blockers.is_empty() {
        same.fit = Fit::Fits;
        same.why = "Only the image changes: commands, login and what the runner must allow stay as they are."
            .to_owned();
    }
    let others = Builder::ALL.iter().filter(|other| **other != builder && !needs.is_empty());
    let others = others.map(|other| build_with(*other, format, verdict, needs));
    let mut out: Vec<Alternative> = std::iter::once(same).chain(others).collect();
    order::sort_by_key(&mut out, Alternative::place);
    out
}

fn after(verdict: &Verdict, power: daemonless_catalog::Power, host: Host) -> Risk {
    risk(power, host, verdict.reach.what == Reach::Strangers)
}

fn build_with(builder: Builder, format: &str, verdict: &Verdict, needs: &Needs) -> Alternative {
    let info = builder.info();
    let mut blockers: Vec<Blocker> =
        needs.iter().filter_map(|(need, spans)| blocker(builder, need, spans)).collect();
    order::sort_by_key(&mut blockers, |blocker| !blocker.fatal);
    let fit = match blockers.first() {
        None => Fit::Fits,
        Some(blocker) if blocker.fatal => Fit::No,
        Some(_) => Fit::WithChanges,
    };
    let why = match blockers.first() {
        Some(blocker) if blocker.fatal => format!("{}.", blocker.message),
        // What the catalog says is a condition: whether this job meets it, the file may not show.
        _ => right_when(info.when_right),
    };
    let requires =
        info.requires.iter().filter(|requirement| concerns(requirement.platform, format, verdict)).collect();
    Alternative {
        kind: Kind::Builder(builder),
        title: info.title.to_owned(),
        fit,
        why,
        blockers,
        requires,
        advice: Vec::new(),
        after: (info.after.approach, after(verdict, info.after.power, verdict.host.what)),
    }
}

/// "The job builds …" as "Right when the job builds …".
fn right_when(text: &str) -> String {
    match text.strip_prefix("The ") {
        Some(rest) => format!("Right when the {rest}"),
        None => text.to_owned(),
    }
}

/// What keeps a builder from meeting a need, in words: "needs …: …".
fn blocker(builder: Builder, need: Need, spans: &[Span]) -> Option<Blocker> {
    let support = builder.support(need);
    let (what, fatal) = match support.level {
        Level::Yes | Level::Since(_) => return None,
        Level::Conditional(text) => (text.to_owned(), false),
        Level::Ignored(text) | Level::No(text) => (text.to_owned(), true),
    };
    let message = format!("needs {}: {}", need.title(), what.trim_end_matches('.'));
    Some(Blocker { need, message, fatal, spans: spans.to_vec() })
}

/// Whether a setting of a platform is one of this job's.
fn concerns(platform: Platform, format: &str, verdict: &Verdict) -> bool {
    let is_hosted = verdict.host.what == Host::Vm;
    platform.runs(format) && platform.is_hosted().is_none_or(|hosted| hosted == is_hosted)
}

fn keep(verdict: &Verdict) -> Alternative {
    Alternative {
        kind: Kind::Keep,
        title: "Keep the machine's own daemon".to_owned(),
        fit: Fit::Fits,
        why: "The job has a virtual machine of its own, which is thrown away after it. Its daemon with Buildx does \
              everything, and what a bad step reaches is this job's own secrets, which any builder leaves in its reach."
            .to_owned(),
        blockers: Vec::new(),
        requires: Vec::new(),
        advice: Vec::new(),
        after: (verdict.approach, verdict.risk),
    }
}

fn vm(format: &str, verdict: &Verdict, needs: &Needs) -> Option<Alternative> {
    if verdict.host.what == Host::Vm || !matches!(format, "gitlab-ci" | "github-actions") {
        return None;
    }
    let runs = RUN_NEEDS.iter().find(|need| needs.get(**need).is_some());
    let why = match runs {
        Some(need) => format!(
            "The job needs {}, so an engine has to stay. On a virtual machine that runs one job and is thrown away, it \
             can do no lasting harm.",
            need.title()
        ),
        None => "Nothing in the file changes, and a bad step reaches this job's own secrets and no more. It costs the \
                 time to start a machine for each job."
            .to_owned(),
    };
    Some(Alternative {
        kind: Kind::Vm,
        title: "A machine for each job".to_owned(),
        fit: Fit::Fits,
        why,
        blockers: Vec::new(),
        requires: Vec::new(),
        advice: CONTAINMENT
            .iter()
            .filter(|advice| advice.id.contains("vm") && advice.platform.runs(format))
            .collect(),
        after: (Approach::VmDaemon, after(verdict, daemonless_catalog::Power::UnknownEngine, Host::Vm)),
    })
}

/// Ways to run what the job runs; none where it runs a cluster, or nothing.
fn running(format: &str, verdict: &Verdict, needs: &Needs) -> Vec<Alternative> {
    let needed = || RUN_NEEDS.iter().filter(|need| needs.get(**need).is_some());
    if !matches!(format, "gitlab-ci" | "github-actions") || needed().next().is_none() {
        return Vec::new();
    }
    // What it builds still wants a builder.
    let build = &Builder::Buildah.info().after;
    let build = needs.get(Need::Build).map(|_| (build.approach, build.power));
    let ways = RUNNING.iter().filter(|way| needed().all(|need| way.needs.contains(need)));
    ways.map(|way| {
        let own = (way.after.approach, way.after.power);
        let (approach, power) = build.map_or(own, |build| (own.0.min(build.0), own.1.min(build.1)));
        Alternative {
            kind: Kind::Run,
            title: way.title.to_owned(),
            fit: Fit::WithChanges,
            why: way.when.to_owned(),
            blockers: Vec::new(),
            requires: Vec::new(),
            advice: way.conditions.iter().filter(|advice| advice.platform.runs(format)).collect(),
            after: (approach, after(verdict, power, verdict.host.what)),
        }
    })
    .collect()
}

fn contain(format: &str, verdict: &Verdict, needs: &Needs) -> Alternative {
    let runs = RUN_NEEDS.iter().find(|need| needs.get(**need).is_some());
    let why = match runs {
        Some(need) => format!(
            "The job needs {}: where the daemon must stay, these settings narrow who can reach it and what it can do.",
            need.title()
        ),
        None => {
            "Where the daemon must stay for now, these settings narrow who can reach it and what it can do."
                .to_owned()
        }
    };
    Alternative {
        kind: Kind::Contain,
        title: "Contain the daemon".to_owned(),
        fit: Fit::WithChanges,
        why,
        blockers: Vec::new(),
        requires: Vec::new(),
        advice: CONTAINMENT.iter().filter(|advice| advice.platform.runs(format)).collect(),
        after: (verdict.approach, verdict.risk),
    }
}
