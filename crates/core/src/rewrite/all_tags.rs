//! `docker push --all-tags`, which pushes every name that the store has of one repository: each that the job gives it gets
//! a push of its own.

use super::joined::names::canonical;
use super::joined::order::Order;
use super::translate::{Outcome, Site, pushed};
use crate::edit::Edit;
use crate::engine::Invocation;
use crate::engine::image::Reference;
use crate::model::{Job, Joined, Value};

/// Whether a command pushes all names of a repository.
pub(super) fn is_meant(invocation: &Invocation) -> bool {
    invocation.is("push") && invocation.flags.iter().any(|flag| flag.name == "all-tags" && flag.is_on())
}

/// Whether an image's name is one of the repository that a push names.
pub(super) fn is_of(name: &Value, repository: &Value) -> bool {
    let without_tag = |text: &str| {
        let text = canonical(text);
        let tag = Reference::parse(&text).tag.len();
        text.get(..text.len() - tag).map(|name| name.trim_end_matches(':').to_owned())
    };
    without_tag(name.as_str()) == without_tag(repository.as_str())
}

/// A push for each name that the job has given to images of the repository before, or why they are not known.
pub(super) fn command(job: &Job, invocation: &Invocation, site: &Site<'_>) -> Result<Outcome, String> {
    let [repository] = invocation.args.as_slice() else {
        return Err("which repository it pushes can't be told".into());
    };
    if let Some(flag) =
        invocation.flags.iter().find(|flag| !matches!(flag.name.as_str(), "all-tags" | "quiet"))
    {
        return Err(format!("`--{}` beside `--all-tags` has no match", flag.name));
    }
    let earlier = || job.invocations.iter().filter(|one| one.is_docker() && one.command < invocation.command);
    if let Some(other) = earlier().find(|one| matches!(one.subcommand.as_str(), "load" | "pull" | "import")) {
        return Err(format!(
            "`--all-tags` would push what `docker {}` brought as well: push each name by itself",
            other.subcommand
        ));
    }
    let tagged =
        earlier().filter(|one| one.is("tag")).filter_map(|one| one.args.get(1).map(|name| (one, name)));
    let built =
        earlier().filter(|one| one.builds()).flat_map(|one| one.values("tag").map(move |name| (one, name)));
    let names: Vec<(&Invocation, &Value)> =
        built.chain(tagged).filter(|(_, name)| is_of(name, repository)).collect();
    if names.is_empty() {
        return Err("`--all-tags`: this job gives no image a name of this repository".into());
    }
    let order = Order::new(job, site.text);
    let mut pushes: Vec<String> = Vec::new();
    for (call, name) in names {
        let written = site.shell(name.span)?;
        if order.changes(&written, call.command, invocation.command).is_some() || written.contains(['`', '('])
        {
            return Err("`--all-tags`: a name was made from variables that have changed since".into());
        }
        let push = pushed(site, name, &written);
        if !pushes.contains(&push) {
            pushes.push(push);
        }
    }
    let several = pushes.len() > 1;
    let apart = matches!(site.command.joined, Joined::Or | Joined::Pipe)
        || matches!(site.next, Some(Joined::Or | Joined::Pipe))
        || site.command.span.end != invocation.span.end;
    if several && apart {
        return Err("`--all-tags` becomes several commands, which do not fit between `||` or `|`".into());
    }
    let why = "Each name that the job gives the image is pushed by itself: there is no `--all-tags`.";
    let text = site.view.escape(invocation.span, &pushes.join(" && "));
    let mut edits = if several { site.group() } else { Vec::new() };
    edits.push(Edit::replace(invocation.span, text, why));
    Ok(Outcome { edits, notes: Vec::new() })
}
