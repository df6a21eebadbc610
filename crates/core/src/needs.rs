//! What a job asks of its engine, read from its command lines and from what its format says.

use crate::engine::command_line::Invocation;
use crate::hidden::{Hidden, hidden};
use crate::model::{Confidence, Job, Need, Place, Role};
use crate::source::Span;

/// A job's needs in the catalog's order, each with the places that show it.
#[derive(Clone, Debug, Default)]
pub struct Needs {
    known: Vec<(Need, Confidence, Vec<Span>)>,
    /// What another file would have to tell: nothing is judged by it.
    possible: Vec<(Need, Span)>,
}

/// More places than this show a need no better.
const MOST_PLACES: usize = 8;

/// Everything that the job asks of an engine or a builder.
pub fn needs(job: &Job) -> Needs {
    let mut needs = Needs::default();
    for (need, span) in &job.needs {
        add(&mut needs, *need, Confidence::Declared, *span);
    }
    for invocation in &job.invocations {
        let elsewhere =
            job.commands.get(invocation.command).is_some_and(|command| command.place == Place::Elsewhere);
        if !elsewhere {
            of_invocation(invocation, &mut needs);
        }
    }
    let is_image = job.containers.first().is_some_and(|first| first.role == Role::Image);
    for command in job.commands.iter().filter(|one| !is_image && one.place != Place::Elsewhere) {
        let Some(Hidden { need, confidence, .. }) = hidden(command) else { continue };
        if confidence > Confidence::Possible {
            add(&mut needs, need, confidence, command.span);
        } else if needs.possible.len() < MOST_PLACES {
            needs.possible.push((need, command.span));
        }
    }
    // Nothing but Testcontainers reads these.
    for var in job.env.iter().filter(|var| var.name.starts_with("TESTCONTAINERS_")) {
        add(&mut needs, Need::Testcontainers, Confidence::Implied, var.name_span);
    }
    for container in &job.containers {
        if let Some(build) = &container.build {
            add(&mut needs, Need::Build, Confidence::Declared, build.span);
        }
    }
    needs
}

impl Needs {
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = (Need, &Vec<Span>)> {
        self.known.iter().map(|(need, _, places)| (*need, places))
    }

    /// The places that show this need; `None` where the job has none of it.
    pub fn get(&self, need: Need) -> Option<&Vec<Span>> {
        self.iter().find(|(one, _)| *one == need).map(|(_, places)| places)
    }

    /// All needs, those that another file would have to tell last, with how surely they hold.
    pub fn all(&self) -> impl Iterator<Item = (Need, Confidence, &[Span])> {
        let known = self.known.iter().map(|(need, confidence, places)| (*need, *confidence, &**places));
        let possible = self.possible.iter();
        known.chain(possible.map(|(need, place)| (*need, Confidence::Possible, std::slice::from_ref(place))))
    }

    fn place(&mut self, need: Need) -> &mut (Need, Confidence, Vec<Span>) {
        let at = self.known.partition_point(|(one, ..)| *one < need);
        if self.known.get(at).is_none_or(|(one, ..)| *one != need) {
            self.known.insert(at, (need, Confidence::Possible, Vec::new()));
        }
        &mut self.known[at]
    }
}

fn add(needs: &mut Needs, need: Need, confidence: Confidence, span: Span) {
    let (_, known, places) = needs.place(need);
    *known = confidence.max(*known);
    if places.len() < MOST_PLACES && !places.contains(&span) {
        places.push(span);
    }
}

/// Commands that are a need by their name alone.
static COMMANDS: &[(&str, Need)] = &[
    ("push", Need::Push),
    ("manifest push", Need::Push),
    ("pull", Need::Pull),
    ("tag", Need::Tag),
    ("login", Need::Login),
    ("run", Need::Run),
    ("create", Need::Run),
    ("start", Need::Run),
    ("container start", Need::Run),
    ("exec", Need::Exec),
    ("cp", Need::Exec),
    ("logs", Need::Exec),
    ("buildx bake", Need::Bake),
    ("save", Need::SaveLoad),
    ("load", Need::SaveLoad),
    ("import", Need::SaveLoad),
    ("export", Need::SaveLoad),
    ("commit", Need::Run),
    ("inspect", Need::Inspect),
    ("image inspect", Need::Inspect),
    ("images", Need::Inspect),
    ("ps", Need::Inspect),
    ("history", Need::Inspect),
    ("scan", Need::Scan),
    ("scout", Need::Scan),
    ("sbom", Need::Scan),
];

/// Groups of commands that are a need whatever follows.
static GROUPS: &[(&str, Need)] = &[
    ("compose", Need::Compose),
    ("stack", Need::Swarm),
    ("swarm", Need::Swarm),
    ("service", Need::Swarm),
    ("manifest", Need::Manifest),
    ("buildx imagetools", Need::Manifest),
];

/// Build options that are a need by being there, and not switched off.
static OPTIONS: &[(&str, Need)] = &[
    ("push", Need::Push),
    ("secret", Need::BuildSecret),
    ("ssh", Need::BuildSsh),
    ("build-context", Need::BuildContext),
    ("sbom", Need::Sbom),
    ("provenance", Need::Sbom),
    ("attest", Need::Sbom),
    ("squash", Need::Squash),
];

fn of_invocation(invocation: &Invocation, needs: &mut Needs) {
    let name = invocation.subcommand.as_str();
    if let Some((_, need)) = COMMANDS.iter().find(|(command, _)| *command == name) {
        add(needs, *need, Confidence::Declared, invocation.head);
    }
    let in_group =
        |group: &str| name == group || name.strip_prefix(group).is_some_and(|rest| rest.starts_with(' '));
    if let Some((_, need)) = GROUPS.iter().find(|(group, _)| in_group(group)) {
        add(needs, *need, Confidence::Declared, invocation.head);
    }
    if name == "buildx create" {
        let driver = invocation.values("driver").last().map_or("", |driver| driver.as_str());
        if matches!(driver, "remote" | "kubernetes" | "cloud") {
            add(needs, Need::RemoteBuilder, Confidence::Declared, invocation.head);
        }
    }
    if !invocation.builds() && name != "buildx bake" {
        return;
    }
    add(needs, Need::Build, Confidence::Declared, invocation.head);
    if invocation.tool == "kaniko" && !invocation.has("no-push") {
        add(needs, Need::Push, Confidence::Declared, invocation.head);
    }
    for (option, need) in OPTIONS {
        for flag in invocation.flags.iter().filter(|flag| flag.name == *option && flag.is_on()) {
            add(needs, *need, Confidence::Declared, flag.span);
        }
    }
    let options = invocation.values("opt").filter(|option| option.as_str().starts_with("platform="));
    let platforms: Vec<_> = invocation.values("platform").chain(options).collect();
    if platforms.len() > 1 || platforms.iter().any(|platform| platform.as_str().contains(',')) {
        add(needs, Need::MultiPlatform, Confidence::Declared, platforms[0].span);
    }
    for option in ["cache-from", "cache-to", "import-cache", "export-cache", "cache-repo"] {
        for value in invocation.values(option) {
            let need = if value.as_str().contains("type=gha") { Need::GhaCache } else { Need::RegistryCache };
            add(needs, need, Confidence::Declared, value.span);
        }
    }
    for value in invocation.values("output") {
        let text = value.as_str();
        let pushed = text.contains("push=true") || text.contains("type=registry");
        let need = if pushed { Need::Push } else { Need::BuildOutput };
        add(needs, need, Confidence::Declared, value.span);
    }
}
