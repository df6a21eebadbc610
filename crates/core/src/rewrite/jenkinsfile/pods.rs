//! Pods that a Jenkinsfile has as YAML in a string: their containers are rewritten as Kubernetes' are, and the steps in them
//! as all steps.

use std::collections::{BTreeMap, BTreeSet};

use crate::access::daemon;
use crate::edit::Edit;
use crate::engine::image::{self, Kind};
use crate::files::file_name;
use crate::model::{Command, Container, Job, Place, Role};
use crate::rewrite::joined::plan::Obstacle;
use crate::rewrite::pod::{self, Layout, container_of};
use crate::rewrite::steps::Steps;
use crate::rewrite::{Round, View, hidden, reasons, shell};
use crate::source::{Span, Text};
use crate::syntax::groovy::{Call, Expr, Part};
use crate::syntax::yaml::Tree;

/// What describes a pod besides the YAML.
static OTHERS: &[&str] = &[
    "inheritFrom",
    "yamlFile",
    "containerTemplate",
    "containerTemplates",
    "containers",
    "volumes",
    "envVars",
    "hostNetwork",
];

const MORE: &str = "its pod is described by more than this YAML, and what that adds is not seen here: write all of it into the \
                    YAML";
const FILLED: &str =
    "its pod's YAML has parts that Groovy fills in or escapes: write them out, or change the pod by hand";
const NO_LINES: &str = "its pod's YAML is in a string of one line: put it on lines of its own between `'''`";

/// Programs with which a container waits for steps, and which the builder's image has as well.
static WAITING: &[&str] = &["cat", "sleep", "tail", "sh", "bash"];

/// The strings of a Jenkinsfile that hold the YAML of a pod.
pub(super) struct Strings {
    /// Each by its place, and why its pod stays as it is, if it does.
    found: BTreeMap<Span, Option<&'static str>>,
    /// All texts that can be changed, as documents of one.
    pub(super) text: Text,
}

impl Strings {
    pub(super) fn of(view: &View<'_>) -> Self {
        let (mut found, mut text) = (BTreeMap::new(), Text::default());
        view.groovy.visit(|expr| {
            let call = expr.call().filter(|call| matches!(call.name.text, "kubernetes" | "podTemplate"));
            if let Some(call) = call
                && let Some(Expr::String(string)) = call.setting("yaml")
            {
                let (place, yaml) = (string.written.span, string.written.text);
                // A first line that a backslash ends is no line.
                let lead =
                    ["\\\n", "\\\r\n"].into_iter().find(|lead| yaml.starts_with(lead)).map_or(0, str::len);
                let yaml = yaml.get(lead..).unwrap_or("");
                let is_filled = string.parts.iter().any(|part| matches!(part, Part::Value(..)));
                let why = if string.quote.close.len() < 3 {
                    Some(NO_LINES)
                } else if is_filled || yaml.contains('\\') {
                    Some(FILLED)
                } else if yaml.contains("{{") {
                    Some(pod::TEMPLATE)
                } else {
                    OTHERS.iter().any(|name| has(call, name)).then_some(MORE)
                };
                if why.is_none() {
                    text.push_verbatim(place.file, place.start as usize + lead, yaml);
                    text.push_replaced("\n---\n", Span { start: place.end, ..place });
                }
                found.insert(place, why);
            }
            true
        });
        Self { found, text }
    }

    /// The string that holds all containers of a job's pod.
    pub(super) fn of_job(&self, job: &Job) -> Option<(Span, Option<&'static str>)> {
        let mut own = job.containers.iter().filter(|one| one.role != Role::Started);
        let first = own.next()?;
        let after = Span { end: u32::MAX, ..first.span };
        let (string, why) = self.found.range(..=after).next_back()?;
        let all = string.contains(first.span) && own.all(|one| string.contains(one.span));
        all.then_some((*string, *why))
    }
}

fn has(call: &Call<'_>, name: &str) -> bool {
    call.named(name).is_some() || call.body().is_some_and(|body| body.setting(name).is_some())
}

/// The pods of a Jenkinsfile, ready to be changed.
pub(super) struct Pods<'p> {
    /// The file with the pods as its tree.
    view: View<'p>,
    layout: Layout,
}

impl<'p> Pods<'p> {
    pub(super) fn new(view: &View<'p>, tree: &'p Tree<'p>) -> Self {
        let view = View::new(view.text, tree, view.analysis, view.builder);
        Self { view, layout: Layout::new(tree) }
    }

    /// Rewrites a pod whose place and reason to stay [`Strings::of_job`] tells, and the steps in its containers.
    pub(super) fn place(
        &self,
        steps: &mut Steps<'_, '_>,
        (at, job): (usize, &Job),
        (string, why): (Span, Option<&'static str>),
    ) {
        let result = match why {
            Some(why) => Err((job.containers.first().map_or(string, |one| one.span), why.to_owned())),
            None => self.check(steps.view, string, job).and_then(|()| {
                let mut round = Round::default();
                let edits = pod::containers(&self.view, steps.chosen, &self.layout, (at, job), &mut round)?;
                fit(&edits, string)?;
                Ok((edits, round.notes))
            }),
        };
        match result {
            Ok((edits, notes)) => {
                edits.into_iter().for_each(|edit| steps.change(at, edit));
                steps.round.notes.extend(notes);
                steps.write(at);
            }
            Err((span, why)) => steps.fail(at, span, why),
        }
    }

    /// Whether all that calls Docker is a step in a container of the pod that waits for it.
    fn check(&self, view: &View<'_>, string: Span, job: &Job) -> Result<(), Obstacle> {
        let alone = |one: &Container| {
            one.image
                .as_ref()
                .is_none_or(|image| view.users.get(&image.span).is_none_or(|jobs| jobs.len() < 2))
        };
        if let Some(shared) = job.containers.iter().find(|one| !alone(one)) {
            return Err((shared.span, "several jobs run in this pod: give each its own".into()));
        }
        if let Some(found) = shell::another_engine(job).or_else(|| shell::starts_daemon(job)) {
            return Err(found);
        }
        let mut clients = BTreeSet::new();
        for one in job.invocations.iter().filter(|one| one.is_docker()) {
            let Some(command) = job.commands.get(one.command) else { continue };
            match self.client(view, string, job, command)? {
                Some(client) => clients.insert(client),
                None => continue,
            };
        }
        for client in clients.iter().filter_map(|at| job.containers.get(*at)) {
            waits(client)?;
        }
        self.told(job, &clients)
    }

    /// The container of the pod in which a command calls Docker; `None` for what goes with a daemon or runs elsewhere.
    fn client(
        &self,
        view: &View<'_>,
        string: Span,
        job: &Job,
        command: &Command,
    ) -> Result<Option<usize>, Obstacle> {
        let why = match command.place {
            Place::Elsewhere => return Ok(None),
            Place::Job => {
                "it runs in the container of Jenkins' agent, which has no builder: put it into a block `container` of the pod's"
            }
            Place::Container(at) => {
                let container = job.containers.get(at).filter(|one| string.contains(one.span));
                let is_in_yaml = string.contains(command.span);
                match container {
                    Some(one) if is_in_yaml && daemon(one).is_some() => return Ok(None),
                    Some(_) if is_in_yaml => "it stands in the pod's YAML: put it into a step `sh`",
                    Some(one) if daemon(one).is_some() => {
                        "it is called in the daemon's own container: give that the builder's image and a `command` that waits, \
                         such as `sleep`"
                    }
                    Some(_) if view.is_scattered(command) => reasons::SCATTERED,
                    Some(_) => return Ok(Some(at)),
                    None => "it runs in a container that the daemon starts",
                }
            }
        };
        Err((command.span, why.to_owned()))
    }

    /// Variables of the whole job tell all of its containers where the daemon is.
    fn told(&self, job: &Job, clients: &BTreeSet<usize>) -> Result<(), Obstacle> {
        let is_in_pod = |address: &str| {
            let host = address.strip_prefix("tcp://").and_then(|address| address.split(':').next());
            matches!(host, Some("localhost" | "127.0.0.1"))
        };
        if let Some(obstacle) = shell::told_another(job, "pod", is_in_pod) {
            return Err(obstacle);
        }
        if !job.env.iter().any(|var| var.name == "DOCKER_HOST") {
            return Ok(());
        }
        let is_other = |place: Place| {
            place != Place::Elsewhere && container_of(place).is_none_or(|at| !clients.contains(&at))
        };
        match hidden::caller_at(job, &is_other) {
            Some((span, program)) => Err((span, hidden::may_call(program))),
            None => Ok(()),
        }
    }
}

/// Whether a container goes on running with the builder's image in it, for the steps to come.
fn waits(client: &Container) -> Result<(), Obstacle> {
    let stays = client
        .image
        .as_ref()
        .is_some_and(|image| image.texts().any(|text| image::kind(text.as_str(), false) == Kind::Other));
    let program = client.command.first().map_or("", |word| word.as_str());
    let program = file_name(program);
    if stays || WAITING.contains(&program) {
        return Ok(());
    }
    let why = "nothing in its container's `command` waits for the steps: write `command: [sleep]` and `args: [infinity]`";
    Err((client.span, why.to_owned()))
}

/// Whether the edits of a pod stay within its string, and mean nothing to Groovy.
fn fit(edits: &[Edit], string: Span) -> Result<(), Obstacle> {
    let is_fit = |edit: &Edit| {
        string.contains(edit.span)
            && !edit.text.contains(['\\', '$'])
            && !edit.text.contains("''")
            && !edit.text.contains("\"\"")
    };
    match edits.iter().find(|edit| !is_fit(edit)) {
        Some(edit) => Err((edit.span, reasons::closed("it is"))),
        None => Ok(()),
    }
}
