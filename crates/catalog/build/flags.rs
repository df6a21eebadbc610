//! The tables of command line options.

// The fields are only written out, by `Debug`.
#![allow(dead_code)]

use std::collections::BTreeMap;
use std::path::Path;

use crate::emit::{List, Raw};
use crate::read;

#[derive(Debug)]
pub struct CommandFlags {
    pub tool: String,
    pub subcommands: List<String>,
    pub interspersed: bool,
    pub flags: List<Flag>,
}

#[derive(Clone, Debug)]
pub struct Flag {
    pub long: String,
    pub short: Option<char>,
    pub takes_value: Raw,
    pub repeatable: bool,
}

/// All commands of `flags/index.tsv` with their tables.
pub fn read(folder: &Path) -> Result<Vec<CommandFlags>, String> {
    let columns = ["tool", "subcommand", "aliases", "table", "after_positional"];
    let mut tables = BTreeMap::new();
    let mut commands = Vec::new();
    for row in read::table(&folder.join("index.tsv"), &columns)? {
        let [tool, subcommand, aliases, name, after] = row.cells.as_slice() else { continue };
        if !tables.contains_key(name) {
            tables.insert(name.clone(), table(&folder.join(format!("{name}.tsv")))?);
        }
        let aliases = aliases.split(',').filter(|alias| !alias.is_empty()).map(str::to_owned);
        commands.push(CommandFlags {
            tool: tool.clone(),
            subcommands: List(std::iter::once(subcommand.clone()).chain(aliases).collect()),
            interspersed: yes_or_no(after, &row.place)?,
            flags: List(tables[name].clone()),
        });
    }
    Ok(commands)
}

fn table(path: &Path) -> Result<Vec<Flag>, String> {
    let mut flags: Vec<Flag> = Vec::new();
    for row in read::table(path, &["long", "short", "value", "repeatable"])? {
        let [long, short, value, repeatable] = row.cells.as_slice() else { continue };
        let mut letters = short.chars();
        let flag = Flag {
            long: long.clone(),
            short: letters.next(),
            takes_value: Raw(match value.as_str() {
                "no" => "Takes::Nothing".into(),
                "yes" => "Takes::Value".into(),
                "optional" => "Takes::Optional".into(),
                other => return Err(format!("{}: `{other}` is none of no, yes, optional", row.place)),
            }),
            repeatable: yes_or_no(repeatable, &row.place)?,
        };
        if letters.next().is_some() {
            return Err(format!("{}: a short option is one letter", row.place));
        }
        if flags
            .iter()
            .any(|other| other.long == flag.long || (flag.short.is_some() && other.short == flag.short))
        {
            return Err(format!("{}: `--{long}` or its letter is there twice", row.place));
        }
        flags.push(flag);
    }
    Ok(flags)
}

fn yes_or_no(cell: &str, place: &str) -> Result<bool, String> {
    match cell {
        "yes" => Ok(true),
        "no" => Ok(false),
        other => Err(format!("{place}: `{other}` is neither yes nor no")),
    }
}
