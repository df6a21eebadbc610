//! Images in files: `docker save` and `docker load`.

use super::translate::{Outcome, Site};
use crate::edit::Edit;
use crate::engine::Invocation;
use crate::model::Value;

/// Whether `docker save` or `docker load` reads or writes one image in one named file.
pub(super) fn fits(invocation: &Invocation) -> Result<(), String> {
    match invocation.subcommand.as_str() {
        "save" if invocation.args.len() > 1 => Err("it writes several images to one file".into()),
        "save" if !invocation.has("output") => {
            Err("it writes the image to standard output; name the file with `-o`".into())
        }
        "load" if !invocation.has("input") => {
            Err("it reads the image from standard input; name the file with `-i`".into())
        }
        _ => Ok(()),
    }
}

/// `docker save` and `docker load`: Buildah pushes to a file and pulls from one.
pub(super) fn command(invocation: &Invocation, site: &Site<'_>) -> Result<Outcome, String> {
    let mut out = Outcome::default();
    let option = if invocation.is("save") { "output" } else { "input" };
    let Some((flag, value)) = invocation
        .flags
        .iter()
        .filter(|flag| flag.name == option)
        .find_map(|flag| Some((flag, flag.value.as_ref()?)))
    else {
        return Err("the file is missing".into());
    };
    if let Some(other) =
        invocation.flags.iter().find(|flag| !matches!(&*flag.name, "output" | "input" | "quiet"))
    {
        return Err(format!(
            "`--{}` of `docker {}` is not known to Buildah",
            other.name, invocation.subcommand
        ));
    }
    if invocation.is("load") && invocation.flags.last().is_some_and(|last| last.span != flag.span) {
        return Err("write its other options before `-i`: Buildah reads none behind the file".into());
    }
    let bare = |value: &Value| {
        let word = site.shell(value.span)?;
        let bare = word.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(&word);
        let plain = !bare.contains(['"', '\'', '\\', '`', ' ']);
        if plain {
            Ok(bare.to_owned())
        } else {
            Err("its words are quoted in a way that can't be joined".to_owned())
        }
    };
    let mut word = format!("docker-archive:{}", bare(value)?);
    // The image keeps its name in the file.
    let image = invocation.args.first().filter(|_| invocation.is("save"));
    if let Some(image) = image {
        word.push_str(&format!(":{}", bare(image)?));
    }
    if word.contains('$') {
        word = format!("\"{word}\"");
    }
    let word = site.view.escape(flag.span, &word);
    let verb = if invocation.is("save") { "push" } else { "pull" };
    let why = format!("Buildah writes and reads such a file with `{verb}`.");
    site.replace(&mut out, invocation.head, &format!("buildah {verb}"), why.clone());
    match image {
        Some(image) if flag.span.start < image.span.start => {
            site.remove(&mut out, flag.span, why.clone());
            out.edits.push(Edit::insert(image.span, image.span.end, format!(" {word}"), why));
        }
        _ => out.edits.push(Edit::replace(flag.span, word, why)),
    }
    Ok(out)
}
