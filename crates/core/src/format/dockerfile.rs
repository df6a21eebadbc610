//! Dockerfiles: one job, the image, with the container that it becomes and the commands of all its stages.

mod needs;
mod stages;

use crate::map::{Map, Set};
use crate::order;

use daemonless_catalog::Need;

use super::{Format, Probe};
use crate::files::Files;
use crate::model::{Container, Copied, Job, Place, Role, Unit, Value, Var, Via};
use crate::script::{self, Scope};
use crate::source::{FileId, Span};
use crate::syntax::dockerfile::{self, is_keyword};
use stages::{Source, Stages};

/// The id of the format.
pub(crate) const ID: &str = "dockerfile";

pub(super) static FORMAT: Format = Format { id: ID, title: "Dockerfile", recognise, lower };

fn lower(files: &Files<'_>, id: FileId) -> Unit {
    files.file(id).map(|file| image(id, &file.text)).unwrap_or_default()
}

/// What the Dockerfile of this id asks of the builder, each once.
pub(crate) fn needs(files: &Files<'_>, id: FileId) -> Vec<Need> {
    let Some(file) = files.file(id) else { return Vec::new() };
    let mut needs: Vec<Need> =
        needs::of(&dockerfile::parse(id, &file.text)).into_iter().map(|(need, _)| need).collect();
    order::sort_by(&mut needs, Ord::cmp);
    needs.dedup();
    needs
}

/// The job of building the last stage, which holds one container: what that stage becomes.
fn image(file: FileId, text: &str) -> Unit {
    let mut tree = dockerfile::parse(file, text);
    let errors = std::mem::take(&mut tree.errors);
    let mut stages = Stages::read(&tree);
    let Some(last) = stages.list.len().checked_sub(1) else { return Unit { errors, ..Unit::default() } };
    let container = container(&stages, last);
    let mut commands = std::mem::take(&mut stages.commands);
    let errors_of_scripts = std::mem::take(&mut stages.errors);
    let mut scope = Scope::new(&container.env);
    commands.extend(script::lower_words(&container.command, &mut scope, stages.scripts, Place::Container(0)));
    let (copied_from, other_images) = images(&stages, last);
    let mut needs = needs::of(&tree);
    needs.extend(
        stages
            .images
            .iter()
            .find(|image| needs::is_windows(image))
            .map(|image| (Need::WindowsContainers, image.span)),
    );
    order::sort_by_key(&mut needs, |(_, span)| *span);
    let fetched = std::mem::take(&mut stages.fetched);
    let stage = &stages.list[last];
    let job = Job {
        name: stage.name.as_ref().map_or("image", |name| name.as_str()).to_owned(),
        name_span: stage.name.as_ref().map_or(stage.from, |name| name.span()),
        span: Span::new(file, 0..text.len()),
        containers: vec![container],
        needs,
        noun: "image",
        copied_from,
        other_images,
        fetched,
        commands,
        errors: errors_of_scripts,
        ..Job::default()
    };
    Unit { jobs: vec![job], reach: None, errors }
}

/// The container that stage `last` becomes, with what it has from the stages that it stands on.
fn container(stages: &Stages, last: usize) -> Container {
    let Some(stage) = stages.list.get(last) else { return Container::new(Role::Image, Span::default()) };
    let mut container = Container::new(Role::Image, stage.span);
    container.image = stage.image.and_then(|image| stages.images.get(image)).cloned();
    if let (Some(image), Some(at)) = (&mut container.image, stage.reference) {
        image.via.insert(0, (Via::Reference, at));
    }
    let (mut entrypoint, mut cmd) = (None, None);
    for stage in stages.chain(last) {
        container.env.extend(stage.env.iter().cloned());
        container.mounts.extend(stage.volumes.iter().cloned());
        container.ports.extend(stage.ports.iter().cloned());
        container.user = stage.user.clone().or(container.user);
        if stage.entrypoint.is_some() {
            // A new entrypoint drops the command that was meant for the old one.
            (entrypoint, cmd) = (stage.entrypoint.as_ref(), None);
        }
        cmd = stage.cmd.as_ref().or(cmd);
    }
    container.env = last_of_each(container.env);
    // An entrypoint in shell form takes no arguments.
    let cmd = cmd.filter(|_| !entrypoint.is_some_and(|entrypoint| entrypoint.is_shell()));
    container.command = entrypoint.into_iter().chain(cmd).flat_map(|form| form.words()).collect();
    container
}

/// Of variables with the same name, the one that was set last.
fn last_of_each(vars: Vec<Var>) -> Vec<Var> {
    let last: Map<String, usize> = vars.iter().enumerate().map(|(at, var)| (var.name.clone(), at)).collect();
    vars.into_iter()
        .enumerate()
        .filter(|(at, var)| last.get(&var.name) == Some(at))
        .map(|(_, var)| var)
        .collect()
}

/// What stage `last` takes from other images, and the images that it takes nothing from.
fn images(stages: &Stages, last: usize) -> (Vec<Copied>, Vec<Value>) {
    let own = stages.list.get(last).and_then(|stage| stage.image);
    let mut paths: Vec<Option<Vec<Value>>> = vec![None; stages.images.len()];
    let mut seen = Set::from_iter([last]);
    let mut open = vec![last];
    while let Some(stage) = open.pop().and_then(|stage| stages.list.get(stage)) {
        let mut visit = |stage| {
            if seen.insert(stage) {
                open.push(stage)
            }
        };
        stage.parent.map(&mut visit);
        for take in &stage.takes {
            if let Source::Stage(stage) = take.from {
                visit(stage);
            }
            let image = stages.image_of(take.from).filter(|image| Some(*image) != own);
            if let Some(paths) = image.and_then(|image| paths.get_mut(image)) {
                paths.get_or_insert_default().extend(take.paths.iter().cloned());
            }
        }
    }
    let mut others = Vec::new();
    let mut copied = Vec::new();
    for (index, (image, paths)) in stages.images.iter().zip(paths).enumerate() {
        match paths {
            Some(paths) => copied.push(Copied { image: image.clone(), paths }),
            None if Some(index) != own => others.push(image.clone()),
            None => {}
        }
    }
    (copied, others)
}

/// By the name, or by the first instructions.
fn recognise(probe: &Probe<'_>) -> u8 {
    by_name(probe.name).max(by_text(probe.text))
}

/// Endings behind `Dockerfile.` that name a file about Dockerfiles, not one of them.
static OTHER_FILES: &[&str] = &[
    "dockerignore",
    "go",
    "html",
    "java",
    "js",
    "json",
    "md",
    "py",
    "rb",
    "rs",
    "sh",
    "toml",
    "ts",
    "txt",
    "yaml",
    "yml",
];

fn by_name(name: &str) -> u8 {
    let name = name.to_ascii_lowercase();
    for word in ["dockerfile", "containerfile"] {
        if name == word {
            return 100;
        }
        if let Some(rest) = name.strip_prefix(word) {
            let ending = rest.rsplit('.').next().unwrap_or(rest);
            let fits =
                rest.starts_with(['.', '-', '_']) && !(rest.contains('.') && OTHER_FILES.contains(&ending));
            return if fits { 90 } else { 0 };
        }
        if name.strip_suffix(word).is_some_and(|rest| rest.ends_with(['.', '-', '_'])) {
            return 95;
        }
    }
    0
}

/// A look at the first lines only: enough of them to be past the comments and `ARG`s of any real file.
const LINES_LOOKED_AT: usize = 400;

fn by_text(text: &str) -> u8 {
    let lines = text.lines().take(LINES_LOOKED_AT);
    let lines = lines.map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut instructions = 0_u8;
    let mut first = true;
    for line in lines {
        let mut words = line.split_whitespace();
        let keyword = words.next().unwrap_or("");
        if first && !keyword.eq_ignore_ascii_case("arg") {
            first = false;
            let words: Vec<&str> = words.by_ref().take(6).filter(|word| !word.starts_with("--")).collect();
            if keyword.eq_ignore_ascii_case("from") && is_from(&words) {
                return 80;
            }
        }
        let in_capitals = !keyword.bytes().any(|byte| byte.is_ascii_lowercase());
        if in_capitals && is_keyword(keyword) && line.len() > keyword.len() {
            instructions = instructions.saturating_add(1);
        }
    }
    // Capitals and a keyword can be prose or SQL once; not again and again.
    if instructions >= 3 { 50 } else { 0 }
}

fn is_from(words: &[&str]) -> bool {
    let image = |image: &str| {
        let plausible = |byte: u8| byte.is_ascii_alphanumeric() || b"./:@-_${}+\"'?#%".contains(&byte);
        image.bytes().all(plausible)
            && image.starts_with(|first: char| first.is_ascii_alphanumeric() || "$\"'".contains(first))
    };
    match words {
        [only] => image(only),
        [named, r#as, _] => image(named) && r#as.eq_ignore_ascii_case("as"),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
