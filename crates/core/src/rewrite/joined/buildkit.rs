//! BuildKit's `buildctl-daemonless.sh`, which starts the engine for one build.

use super::{Word, Words, as_switch, kind, unquoted};
use crate::engine::Invocation;
use crate::engine::command_line::FlagUse;
use crate::model::Value;

pub(in crate::rewrite) struct Buildkit;

impl Words for Buildkit {
    fn head(&self) -> &'static str {
        "buildctl-daemonless.sh build --frontend dockerfile.v0"
    }

    fn context(&self, context: &str, names_file: bool) -> String {
        if names_file {
            return format!("--local context={context}");
        }
        format!("--local context={context} --local dockerfile={context}")
    }

    /// The file's folder and its name are given apart.
    fn file(&self, file: &str) -> Result<String, String> {
        let inner = unquoted(file)
            .ok_or_else(|| format!("`{file}`: folder and name of the file can't be told apart"))?;
        let quote = if inner.len() < file.len() { file.get(..1).unwrap_or("") } else { "" };
        let slash = inner.rfind('/');
        let (folder, name) = match slash {
            Some(0) => ("/", inner.get(1..).unwrap_or("")),
            Some(at) => (inner.get(..at).unwrap_or(""), inner.get(at + 1..).unwrap_or("")),
            None => (".", inner),
        };
        if name.contains(['$', '`', '}', ')']) || name.is_empty() {
            return Ok(format!(
                "--local dockerfile=\"$(dirname \"{inner}\")\" --opt filename=\"$(basename \"{inner}\")\""
            ));
        }
        let folder = if folder == "." { folder.to_owned() } else { format!("{quote}{folder}{quote}") };
        Ok(format!("--local dockerfile={folder} --opt filename={quote}{name}{quote}"))
    }

    fn names(&self, names: &[String], pushes: bool) -> Result<Vec<String>, String> {
        if !pushes {
            return Ok(Vec::new());
        }
        if let [name] = names {
            return Ok(vec![format!("--output type=image,name={name},push=true")]);
        }
        let apart = || "its names are quoted in a way that they can't be written as one".to_owned();
        let inner: Option<Vec<&str>> = names.iter().map(|name| unquoted(name)).collect();
        let inner = inner.ok_or_else(apart)?;
        Ok(vec![format!("--output \"type=image,\\\"name={}\\\",push=true\"", inner.join(","))])
    }

    fn switches(&self, _pushes: bool, _is_last: bool) -> String {
        String::new()
    }

    fn option(&self, flag: &FlagUse, written: &str, seen: &[&str], _pushes: bool) -> Result<Word, String> {
        let value = flag.value.as_ref().map_or("", Value::as_str);
        let by_hand = |what: &str| Err(format!("`--{} {value}`: {what}", flag.name));
        let once = |text: String| match seen.contains(&flag.name.as_str()) {
            true => by_hand("BuildKit takes them as one option, divided by commas"),
            false => Ok(Word::Write(text, "It is spelled in BuildKit's way.")),
        };
        match flag.name.as_str() {
            "load" => Ok(Word::Remove("It keeps no images.")),
            "build-arg" if !value.contains('=') && is_name(value) => Ok(Word::Write(
                format!("--opt build-arg:{value}=\"${value}\""),
                "Only `docker build` takes a value from the environment by itself.",
            )),
            "build-arg" if !value.contains('=') => by_hand("name and value can't be told apart"),
            "network" if matches!(value, "host" | "default") => Ok(Word::Remove(
                "`--network` is left out: without root every step has the network of the job's container.",
            )),
            "network" if value != "none" => by_hand("steps have the job container's network"),
            "allow" if value == "network.host" => {
                Ok(Word::Remove("Steps have the job container's network anyway."))
            }
            "allow" => by_hand("a BuildKit without root can't give it"),
            "add-host" => match value.split_once([':', '=']) {
                Some((host, ip)) if !value.contains(['$', '`']) && ip != "host-gateway" => {
                    once(format!("--opt add-hosts={host}={ip}"))
                }
                _ => by_hand("it must be a name and an address"),
            },
            "ulimit" => once(format!("--opt ulimit={written}")),
            "shm-size" | "memory" | "memory-swap" => {
                let Some(bytes) = bytes(value) else { return by_hand("it must be a number of bytes") };
                let key = match flag.name.as_str() {
                    "memory-swap" => "memswap",
                    name => name,
                };
                once(format!("--opt {key}={bytes}"))
            }
            "output" if as_switch(value).is_some() => Ok(Word::Remove("The option with the names tells it.")),
            "output" if kind(value).is_none() && !value.contains('=') && value != "-" => {
                once(format!("--output type=local,dest={written}"))
            }
            "output" => match kind(value) {
                Some("local" | "tar" | "oci" | "docker") if value.contains("dest=") => Ok(Word::Catalog),
                _ => by_hand("what it writes can't be told beside the image's names"),
            },
            "cache-from" | "cache-to" if kind(value).is_none() => {
                let option = if flag.name == "cache-from" { "import" } else { "export" };
                Ok(Word::Write(
                    format!("--{option}-cache type=registry,ref={written}"),
                    "An image that serves as a cache is named with its type.",
                ))
            }
            "platform" if value.contains(',') => Ok(Word::Look(
                format!("--opt platform={written}"),
                "steps for another platform need emulation on the runner's machine".into(),
            )),
            "provenance" if flag.is_on() => {
                let mode = if matches!(value, "" | "true" | "1") { "mode=min" } else { written };
                once(format!("--opt attest:provenance={mode}"))
            }
            "build-context" => match value.split_once('=') {
                Some((_, source))
                    if source.starts_with("docker-image://") || source.starts_with("https://") =>
                {
                    Ok(Word::Write(format!("--opt context:{written}"), "It is spelled in BuildKit's way."))
                }
                Some((name, source)) if !source.contains("://") && !written.starts_with(['"', '\'']) => {
                    Ok(Word::Write(
                        format!("--local {written} --opt context:{name}=local:{name}"),
                        "It is spelled in BuildKit's way.",
                    ))
                }
                _ => by_hand("this kind of context is named in another way"),
            },
            "attest" | "annotation" | "iidfile" | "call" | "check" | "print" | "debug" | "policy" => {
                by_hand("what it gives is not the same here, so what reads it has to change too")
            }
            _ => Ok(Word::Catalog),
        }
    }

    fn pushed(&self, invocation: &Invocation) -> Option<Vec<String>> {
        if invocation.tool != "buildctl" || !invocation.builds() {
            return None;
        }
        let pushing =
            invocation.values("output").map(Value::as_str).filter(|output| output.contains("push=true"));
        let names = pushing.filter_map(|output| {
            let names = match output.split_once("\"name=") {
                Some((_, rest)) => rest.split('"').next(),
                None => output.split_once("name=").and_then(|(_, rest)| rest.split(',').next()),
            };
            names.map(|names| names.split(',').map(str::to_owned).collect::<Vec<_>>())
        });
        Some(names.flatten().collect())
    }

    fn hub(&self) -> &'static str {
        "https://index.docker.io/v1/"
    }

    fn login(&self) -> Option<&'static str> {
        None
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !text.starts_with(|c: char| c.is_ascii_digit())
}

/// A size such as `512m` as a number of bytes.
fn bytes(size: &str) -> Option<u64> {
    let size = size.trim().to_ascii_lowercase();
    let digits = size.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let shift = match size.get(digits.len()..)? {
        "" | "b" => 0,
        "k" | "kb" => 10,
        "m" | "mb" => 20,
        "g" | "gb" => 30,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(1 << shift)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_folder_and_name() {
        #[track_caller]
        fn check(file: &str, expected: &str) {
            assert_eq!(Buildkit.file(file).as_deref(), Ok(expected), "{file}");
        }
        check("Dockerfile.x", "--local dockerfile=. --opt filename=Dockerfile.x");
        check("a/b/Dockerfile", "--local dockerfile=a/b --opt filename=Dockerfile");
        check("\"$DIR/Dockerfile\"", "--local dockerfile=\"$DIR\" --opt filename=\"Dockerfile\"");
        check(
            "$FILE",
            "--local dockerfile=\"$(dirname \"$FILE\")\" --opt filename=\"$(basename \"$FILE\")\"",
        );
        check("/Dockerfile", "--local dockerfile=/ --opt filename=Dockerfile");
    }

    #[test]
    fn sizes_are_bytes() {
        assert_eq!(
            ["512m", "1G", "7", "x", "1t"].map(bytes),
            [Some(536_870_912), Some(1 << 30), Some(7), None, None]
        );
    }
}
