//! The builders, each with an answer for every need.

use std::fmt::Write;
use std::path::Path;

use crate::emit::{List, Raw, id_enum};
use crate::ids::NeedRef;
use crate::read::folder;
use crate::schema::{BuilderFile, Support, SupportOut};

/// Writes `Builder` and `BUILDERS`; gives what was read.
pub fn write(code: &mut String, facts: &Path, order: &[String]) -> Result<Vec<BuilderFile>, String> {
    let builders: Vec<BuilderFile> = folder(&facts.join("builders"), order)?;
    let variants: Vec<_> =
        builders.iter().map(|builder| (builder.id.clone(), builder.summary.text.0.clone())).collect();
    id_enum(code, "Builder", "What can build an image without the daemon.", &variants);
    code.push_str(
        "/// All builders, in the order in which they are shown.\npub static BUILDERS: &[BuilderInfo] = &[\n",
    );
    for (id, builder) in order.iter().zip(&builders) {
        info(code, id, builder).map_err(|error| format!("facts/builders/{id}.yaml: {error}"))?;
    }
    code.push_str("];\n\n");
    Ok(builders)
}

fn info(code: &mut String, id: &str, builder: &BuilderFile) -> Result<(), String> {
    if builder.id != id {
        return Err(format!("its id is `{}`", builder.id));
    }
    if !builder.image.ends_with(|c: char| c.is_ascii_alphanumeric())
        || !builder.image.contains(&builder.version)
    {
        return Err(format!("image: `{}` is not pinned to {}", builder.image, builder.version));
    }
    let mut supports = Vec::new();
    for need in NeedRef::all() {
        let need = NeedRef::find(need)?;
        let support = builder.supports.get(&need).ok_or_else(|| format!("supports: no `{}`", need.0))?;
        let level =
            level(support, &builder.version).map_err(|error| format!("supports.{}: {error}", need.0))?;
        supports.push(SupportOut {
            need,
            level: Raw(level),
            note: support.note.clone(),
            source: support.source.clone(),
        });
    }
    let supports = format!("{:#?}", List(supports)).replace("SupportOut {", "Support {");
    let BuilderFile {
        title, version, released, checked, image, clear_entrypoint, programs, homepage, ..
    } = builder;
    let BuilderFile {
        summary,
        when_right,
        upkeep,
        isolation,
        login,
        requires,
        variables,
        after,
        sources,
        ..
    } = builder;
    let _ = writeln!(
        code,
        "BuilderInfo {{ id: {id:?}, title: {title:?}, version: {version:?}, released: {released:?},
checked: {checked:?}, image: {image:?}, clear_entrypoint: {clear_entrypoint:?}, programs: {programs:#?}, homepage: {homepage:?},
summary: {summary:?}, when_right: {when_right:?}, upkeep: {upkeep:?}, isolation: {isolation:?}, login: {login:?},
requires: {requires:#?}, variables: {variables:#?}, supports: {supports}, after: {after:#?}, sources: {sources:?} }},"
    );
    Ok(())
}

/// The expression of a level. Exactly one is given, and what begins with a version is in the pinned one.
fn level(support: &Support, pinned: &str) -> Result<String, String> {
    let texts = [("Conditional", &support.conditional), ("Ignored", &support.ignored), ("No", &support.no)];
    let mut levels: Vec<_> = texts
        .into_iter()
        .filter_map(|(name, text)| text.as_ref().map(|text| format!("Level::{name}({text:?})")))
        .collect();
    if support.yes {
        levels.push("Level::Yes".into());
    }
    if let Some(since) = &support.since {
        if parts(since) > parts(pinned) {
            return Err(format!("since {since}, which is later than {pinned}"));
        }
        levels.push(format!("Level::Since({since:?})"));
    }
    match levels.as_slice() {
        [level] => Ok(level.clone()),
        _ => Err("one of yes, since, conditional, ignored, no".into()),
    }
}

/// A version as numbers, to compare.
fn parts(version: &str) -> Vec<u32> {
    version.split('.').map(|part| part.parse().unwrap_or_default()).collect()
}
