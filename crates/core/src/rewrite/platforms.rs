//! Images for several platforms with Buildah and Podman: a list of images, which is pushed as a whole.

use super::translate::{Outcome, Site, is_on_docker_hub, is_on_loopback};
use crate::edit::Edit;
use crate::engine::command_line::{FlagUse, Invocation};
use crate::model::Value;

/// Fails where a build for several platforms does not end in a push, so that no command would push its list.
pub(super) fn check(invocation: &Invocation) -> Result<(), String> {
    let named = invocation.values("tag").next().is_some();
    if named && !invocation.has("push") {
        return Err(
            "it builds for several platforms without `--push`: what uses the image next has to use the list of images"
                .into(),
        );
    }
    Ok(())
}

/// The list takes the first name; the others are given to it when it is pushed.
pub(super) fn name(
    out: &mut Outcome,
    invocation: &Invocation,
    flag: &FlagUse,
    site: &Site<'_>,
) -> Result<(), String> {
    let why = "A build for several platforms makes a list of images, which is pushed as a whole.";
    let first = invocation.flags.iter().find(|one| one.name == "tag");
    if first.is_none_or(|first| first.span != flag.span) {
        site.remove(out, flag.span, why.into());
        return Ok(());
    }
    let value = flag.value.as_ref().ok_or("one of its names is missing")?;
    let written = site.shell(value.span)?;
    site.replace(out, flag.span, &format!("--manifest {written}"), why.into());
    Ok(())
}

/// The commands that push the list under all names.
pub(super) fn pushes(invocation: &Invocation, site: &Site<'_>) -> String {
    let mut names = invocation.values("tag");
    let list = invocation.values("tag").next().and_then(|list| site.shell(list.span).ok());
    let push = |name: &Value| {
        let local = if is_on_loopback(name.as_str()) { " --tls-verify=false" } else { "" };
        let target = target(name, site)?;
        Some(format!(" && {} manifest push --all{local} {} {target}", site.builder.id(), list.as_ref()?))
    };
    let all: Option<Vec<String>> = names.by_ref().map(push).collect();
    all.map_or(String::new(), |all| all.concat())
}

/// `docker manifest push` names its target, and takes the images along.
pub(super) fn push_list(out: &mut Outcome, invocation: &Invocation, site: &Site<'_>) -> Result<(), String> {
    let [list] = invocation.args.as_slice() else {
        return Err("which list it pushes can't be told".into());
    };
    let local = if is_on_loopback(list.as_str()) { " --tls-verify=false" } else { "" };
    let why = "The list goes with its images, which may be in other repositories.";
    out.edits.push(Edit::insert(invocation.head, invocation.head.end, format!(" --all{local}"), why));
    let target = target(list, site).ok_or("its name is quoted in a way that can't be read")?;
    let target = site.view.escape(list.span, &format!(" {target}"));
    out.edits.push(Edit::insert(list.span, list.span.end, target, "The target is written out."));
    Ok(())
}

/// A name as the target of a push.
fn target(name: &Value, site: &Site<'_>) -> Option<String> {
    let written = site.shell(name.span).ok()?;
    let hub = if is_on_docker_hub(name) { "docker.io/" } else { "" };
    match written.strip_prefix('"') {
        Some(rest) => Some(format!("\"docker://{hub}{rest}")),
        None if written.starts_with('\'') => None,
        None => Some(format!("docker://{hub}{written}")),
    }
}
