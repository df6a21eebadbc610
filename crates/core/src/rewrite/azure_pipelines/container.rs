//! The container that a job runs in: the builder's image in the place of Docker's client, what the builder needs of it, and
//! no socket.

use daemonless_catalog::Platform;

use super::Layout;
use crate::edit::Edit;
use crate::engine::image::{self, Kind};
use crate::engine::mount;
use crate::model::{Container, Job};
use crate::rewrite::steps::Steps;
use crate::rewrite::{OWN, View, reasons, uses_docker};
use crate::source::Span;
use crate::syntax::yaml::NodeId;

const WHY: &str = "The agent hands in no engine's socket.";
const OPTIONS: &str =
    "Docker's default profiles forbid the calls with which the builder makes a user namespace.";
const SHARED: &str = "its container is one that a job with a daemon has as well";
const UNCUT: &str = "its container is written in a way that nothing can be added to";

/// The setting that keeps the agent from handing its socket in.
const SETTING: &str = "mapDockerSocket";

/// Changes the job's container, or fails the job.
pub(super) fn place(steps: &mut Steps<'_, '_>, at: usize, job: &Job, container: &Container, layout: &Layout) {
    let view = steps.view;
    let tree = view.tree;
    let info = view.builder.info();
    let Some(image) = &container.image else { return };
    if !view.only_used_by(image.span, steps.chosen) {
        return steps.fail(at, image.span, SHARED);
    }
    if let Some(mount) = container.mounts.iter().find(|one| mount::socket_of(one).is_some()) {
        return steps.fail(at, mount.span, "its container is given an engine's socket: take the volume out");
    }
    if let Some(privileged) = container.privileged {
        let why =
            "its container is privileged for a daemon: take the option out, the builder needs no privilege";
        return steps.fail(at, privileged, why);
    }
    let builds = uses_docker(job);
    let is_client = image.texts().all(|text| image::kind(text.as_str(), false) != Kind::Other);
    let mut named = view.text.get(image.span.range()).unwrap_or("").to_owned();
    let mut reason = WHY.to_owned();
    if builds && is_client {
        view.missing_programs(at, &mut steps.round);
        info.image.clone_into(&mut named);
        reason = reasons::pinned(view.builder);
    } else if builds {
        steps.note(at, image.span, reasons::must_hold("job", image, view.builder));
    }
    let variables = if builds && is_client { variables(view) } else { Vec::new() };
    let options = builds.then(|| info.container_options(Platform::Azure)).flatten();
    if let Some(map) = layout.images.get(&image.span).copied() {
        return mapping(steps, at, map, (image.span, named, reason), options, &variables);
    }
    let Some(key) = layout.keys.get(&image.span).copied() else {
        return steps.fail(at, image.span, UNCUT);
    };
    let Some(place) = view.line_after(image.span) else { return steps.fail(at, image.span, UNCUT) };
    let mut all: Vec<String> = options.map(|options| format!("options: {options}")).into_iter().collect();
    all.push(format!("{SETTING}: false"));
    if !variables.is_empty() {
        all.push("env:".to_owned());
        all.extend(variables.iter().map(|line| format!("  {line}")));
    }
    let column = view.column(tree.span(key)) + 2;
    let colon = view.text.get(tree.span(key).end as usize..).and_then(|rest| rest.find(':'));
    let Some(start) = colon.and_then(|at| u32::try_from(at + 1).ok()) else { return };
    let text = format!("{}{}image: {named}", view.line_break(), " ".repeat(column));
    let span = Span { start: tree.span(key).end + start, ..image.span };
    steps.change(at, Edit::replace(span, text, reason));
    let text = view.block(column, &all);
    steps.change(at, Edit::insert(image.span, place, text, format!("{WHY} {OPTIONS}")));
}

/// A container that is a mapping.
fn mapping(
    steps: &mut Steps<'_, '_>,
    at: usize,
    map: NodeId,
    (image, named, reason): (Span, String, String),
    options: Option<&'static str>,
    variables: &[String],
) {
    let view = steps.view;
    let tree = view.tree;
    let own = |name: &str| tree.written(map).iter().find(|(key, _)| tree.str(*key) == Some(name)).copied();
    let Some(place) = view.line_after(image).filter(|_| !tree.is_flow(map)) else {
        return steps.fail(at, image, UNCUT);
    };
    if view.text.get(image.range()) != Some(named.as_str()) {
        steps.change(at, Edit::replace(image, named, reason));
    }
    let mut added: Vec<String> = Vec::new();
    match (own("options"), options) {
        (Some((_, value)), Some(options)) => {
            let given = tree.str(value).unwrap_or("").trim();
            if !given.contains(options) {
                let span = tree.span(value);
                let is_plain = view.text.get(span.range()).map(str::trim) == Some(given);
                if !is_plain {
                    return steps.fail(at, span, UNCUT);
                }
                steps.change(at, Edit::insert(span, span.end, format!(" {options}"), OPTIONS));
            }
        }
        (None, Some(options)) => added.push(format!("options: {options}")),
        (_, None) => {}
    }
    match own(SETTING) {
        Some((_, value)) if tree.str(value).is_some_and(|text| text.eq_ignore_ascii_case("false")) => {}
        Some((_, value)) => steps.change(at, Edit::replace(tree.span(value), "false", WHY)),
        None => added.push(format!("{SETTING}: false")),
    }
    match own("env").filter(|_| !variables.is_empty()) {
        Some((key, environment)) => {
            let Some((first, _)) = tree.written(environment).first().filter(|_| !tree.is_flow(environment))
            else {
                return steps.fail(at, tree.span(key), UNCUT);
            };
            let span = tree.span(*first);
            let text = view.block(view.column(span), variables);
            steps.change(at, view.before(span, text, OWN));
        }
        None if variables.is_empty() => {}
        None => {
            added.push("env:".to_owned());
            added.extend(variables.iter().map(|line| format!("  {line}")));
        }
    }
    if !added.is_empty() {
        let key = own("image").map_or(image, |(key, _)| tree.span(key));
        let text = view.block(view.column(key), &added);
        steps.change(at, Edit::insert(image, place, text, format!("{WHY} {OPTIONS}")));
    }
}

/// The variables that a container of the builder's image gets.
fn variables(view: &View<'_>) -> Vec<String> {
    // Each build says the format of its image.
    let variables = view.builder.info().variables.iter();
    let variables = variables.filter(|one| !one.in_image && one.name != "BUILDAH_FORMAT");
    variables.map(|one| format!("{}: {}", one.name, one.value)).collect()
}
