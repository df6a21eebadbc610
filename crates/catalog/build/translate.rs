//! The docker command line, and that of Kaniko's executor, in the builders' words.

use std::collections::BTreeMap;
use std::path::Path;

use crate::emit::{List, Text, table};
use crate::ids::{BuilderRef, SourceRef};
use crate::read;
use crate::schema::{Command, CommandTranslation, Translated, Translation};

/// Writes `TRANSLATIONS`, `KANIKO_OPTIONS` and `COMMANDS`.
pub fn write(code: &mut String, facts: &Path) -> Result<(), String> {
    let docker = options(&facts.join("translate.tsv"), None)?;
    table(code, "Options of `docker build`.", "TRANSLATIONS", "Translation", &docker);
    let kaniko = options(&facts.join("leave-kaniko.tsv"), Some("kaniko"))?;
    table(code, "Options of Kaniko's executor.", "KANIKO_OPTIONS", "Translation", &kaniko);
    let path = facts.join("commands.yaml");
    let commands = commands(read::yaml(&path)?);
    complete(&path, commands.iter().map(|command| (&command.command, &command.builder)), None)?;
    table(code, "Docker commands other than `build`.", "COMMANDS", "CommandTranslation", &commands);
    Ok(())
}

/// Options in every builder's words; `own` is the builder that they are options of.
fn options(path: &Path, own: Option<&str>) -> Result<Vec<Translation>, String> {
    let columns = ["flag", "builder", "verdict", "template", "min_version", "note", "source"];
    let mut options = Vec::new();
    for row in read::table(path, &columns)? {
        let [flag, builder, verdict, template, min_version, note, source] = row.cells.as_slice() else {
            continue;
        };
        let wrong = |error: String| format!("{}: {error}", row.place);
        options.push(Translation {
            flag: flag.clone(),
            builder: BuilderRef::find(builder).map_err(wrong)?,
            verdict: self::verdict(verdict, template).map_err(wrong)?,
            template: template.clone(),
            min_version: min_version.clone(),
            note: note.clone(),
            source: SourceRef::find(source).map_err(wrong)?,
        });
    }
    complete(path, options.iter().map(|option| (&option.flag, &option.builder)), own)?;
    Ok(options)
}

/// Fails unless everything is there once for every builder but `own`.
fn complete<'a>(
    path: &Path,
    pairs: impl Iterator<Item = (&'a String, &'a BuilderRef)>,
    own: Option<&str>,
) -> Result<(), String> {
    let mut builders = BTreeMap::<_, Vec<_>>::new();
    for (name, builder) in pairs {
        builders.entry(name).or_default().push(&builder.0);
    }
    for (name, mut found) in builders {
        let mut expected: Vec<_> =
            BuilderRef::all().iter().filter(|builder| own != Some(builder.as_str())).collect();
        expected.sort();
        found.sort();
        if found != expected {
            return Err(format!(
                "{}: {name}: should be there for {expected:?}, is for {found:?}",
                path.display()
            ));
        }
    }
    Ok(())
}

/// The verdict of a word; an equivalent has a template, what is dropped or missing has none.
fn verdict(word: &str, template: &str) -> Result<Translated, String> {
    match (word, template) {
        ("equivalent", "") => Err("an equivalent without a template".into()),
        ("equivalent", _) => Ok(Translated::Equivalent),
        ("needs-person", _) => Ok(Translated::NeedsPerson),
        ("drop", "") => Ok(Translated::Drop),
        ("none", "") => Ok(Translated::None),
        (other, _) => Err(format!("`{other}` with `{template}` is no verdict")),
    }
}

fn commands(commands: Vec<Command>) -> Vec<CommandTranslation> {
    let words = |note: Option<Text>| note.map(|note| note.0).unwrap_or_default();
    let mut all = Vec::new();
    for Command { command, source, to } in commands {
        for (builder, to) in to {
            let flags = to.flags.into_iter().map(|flag| Translation {
                flag: flag.flag,
                builder: builder.clone(),
                verdict: flag.verdict,
                template: flag.template,
                min_version: String::new(),
                note: words(flag.note),
                source: source.clone(),
            });
            all.push(CommandTranslation {
                command: command.clone(),
                flags: List(flags.collect()),
                builder,
                verdict: to.verdict,
                template: to.template,
                note: words(to.note),
                source: source.clone(),
            });
        }
    }
    all
}
