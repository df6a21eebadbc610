//! Kaniko's executor.

use super::super::translate;
use super::{Word, Words, as_switch, below, kind, unquoted};
use crate::engine::Invocation;
use crate::engine::command_line::FlagUse;
use crate::model::Value;
use daemonless_catalog::Builder;

pub(in crate::rewrite) struct Kaniko;

impl Words for Kaniko {
    fn head(&self) -> &'static str {
        "/kaniko/executor"
    }

    /// Kaniko looks for `Dockerfile` where it runs before it looks in the context, so the file is always named for
    /// another context than that.
    fn context(&self, context: &str, names_file: bool) -> String {
        match unquoted(context) {
            _ if names_file => format!("--context {context}"),
            Some("." | "./") => format!("--context {context}"),
            _ => format!("--context {context} --dockerfile {}", below(context, "Dockerfile")),
        }
    }

    fn file(&self, file: &str) -> Result<String, String> {
        Ok(format!("--dockerfile {file}"))
    }

    fn names(&self, names: &[String], _pushes: bool) -> Result<Vec<String>, String> {
        Ok(names.iter().map(|name| format!("--destination {name}")).collect())
    }

    fn switches(&self, pushes: bool, is_last: bool) -> String {
        let push = if pushes { "" } else { " --no-push" };
        // A build leaves its files in the container that the next one starts from.
        let clean = if is_last { "" } else { " --cleanup" };
        format!("{push}{clean}")
    }

    fn option(&self, flag: &FlagUse, written: &str, seen: &[&str], pushes: bool) -> Result<Word, String> {
        let value = flag.value.as_ref().map_or("", Value::as_str);
        match flag.name.as_str() {
            "load" => Ok(Word::Remove("It keeps no images.")),
            "network" if matches!(value, "host" | "default") => Ok(Word::Remove(
                "`--network` is left out: every step has the network of the job's container.",
            )),
            "network" => Err(format!("`--network {value}`: steps have the network of the job's container")),
            "output" if as_switch(value).is_some() => Ok(Word::Remove("The names tell what is pushed.")),
            "output" => Err(format!("`--output {value}`: Kaniko takes no files out of a build")),
            "platform" if value.contains(',') => {
                Err("it builds for several platforms; Kaniko for one".into())
            }
            "secret" if !value.contains("src=") && !value.contains("source=") && !value.contains("env=") => {
                Err(format!(
                    "`--secret {value}`: Kaniko wants to be told the file or the variable (`src=`, `env=`)"
                ))
            }
            "cache-from" | "cache-to" => Ok(cache(written, value, &flag.name, seen, pushes)),
            "iidfile" | "metadata-file" => {
                Err(format!("`--{}`: Kaniko writes the digest alone, by `--digest-file`", flag.name))
            }
            _ => Ok(Word::Catalog),
        }
    }

    fn pushed(&self, invocation: &Invocation) -> Option<Vec<String>> {
        if invocation.tool != "kaniko" || !invocation.builds() {
            return None;
        }
        if invocation.has("no-push") {
            return Some(Vec::new());
        }
        Some(invocation.values("destination").map(|name| name.as_str().to_owned()).collect())
    }

    fn hub(&self) -> &'static str {
        "index.docker.io"
    }

    fn login(&self) -> Option<&'static str> {
        Some("/kaniko/executor login")
    }
}

/// Kaniko has one repository for its cache, which it takes from the image's name where none is given.
fn cache(written: &str, value: &str, name: &str, seen: &[&str], pushes: bool) -> Word {
    let typed = kind(value);
    let other = matches!(typed, Some(kind) if kind != "registry");
    let named = seen.iter().any(|name| matches!(*name, "cache-from" | "cache-to"));
    if other || (typed.is_none() && !pushes) {
        let why =
            if other { "its cache lives in a registry only" } else { "it has no name to keep a cache under" };
        return Word::Look(String::new(), format!("`--{name} {value}` was left out: {why}"));
    }
    if named {
        return Word::Remove("There is one repository for the cache.");
    }
    const WHY: &str = "Kaniko has a cache format of its own, in a repository without a tag. What Docker wrote there can't be read, \
                       so the first build is a full one.";
    if typed.is_none() {
        return Word::Write("--cache=true".into(), WHY);
    }
    let written = unquoted(written).unwrap_or(written);
    match translate::cache(Builder::Kaniko, name, written).repository {
        Some(repository) => Word::Write(format!("--cache=true --cache-repo \"{repository}\""), WHY),
        None => Word::Remove(WHY),
    }
}
