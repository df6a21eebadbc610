//! What a task or a plugin asks Docker for, in the builder's words: a line for a person to write.

use daemonless_catalog::{Builder, Translated, translate_command};

use super::translate::{Answer, build_option, option};
use crate::engine::Invocation;
use crate::model::Value;

/// The command line; `None` where the builder has nothing like it.
pub(super) fn by_hand(builder: Builder, invocation: &Invocation) -> Option<String> {
    let id = builder.id();
    let mut words: Vec<String> = Vec::new();
    if invocation.builds() {
        words.push(format!("{id} build --format docker"));
        for flag in &invocation.flags {
            let answer = match flag.name.as_str() {
                "tag" | "file" | "platform" => Answer::Keep,
                "cache-from" | "cache-to" | "push" | "load" => continue,
                _ => build_option(builder, flag).ok()?,
            };
            words.extend(written(&flag.name, flag.value.as_ref(), &answer));
        }
        words.extend(invocation.args.iter().map(|arg| match arg.as_str() {
            // The folder of the Dockerfile that was found.
            "**" => ".".to_owned(),
            other => word(other),
        }));
        return Some(words.join(" "));
    }
    let known = translate_command(&invocation.subcommand, builder)?;
    if known.template.is_empty() || matches!(known.verdict, Translated::None | Translated::Drop) {
        return None;
    }
    words.extend(
        known.template.split(' ').take_while(|word| !word.starts_with(['{', '-'])).map(str::to_owned),
    );
    if invocation.is("login") {
        words.push("--username NAME --password-stdin".to_owned());
        if invocation.args.is_empty() {
            words.push("REGISTRY".to_owned());
        }
    } else {
        for flag in &invocation.flags {
            let found = known.flags.iter().find(|own| own.flag == flag.name);
            let answer = option(builder, &invocation.subcommand, flag, found).ok()?;
            words.extend(written(&flag.name, flag.value.as_ref(), &answer));
        }
    }
    words.extend(invocation.args.iter().map(|arg| word(arg.as_str())));
    Some(words.join(" "))
}

/// An option as it is answered.
fn written(name: &str, value: Option<&Value>, answer: &Answer) -> Option<String> {
    // A task looks for a file of this name; a builder is told which.
    let value = value.map(|value| word(value.as_str().trim_start_matches("**/")));
    match answer {
        Answer::Remove { .. } => None,
        Answer::Write { found, .. } => {
            Some(found.template.replace("{value}", value.as_deref().unwrap_or("")))
        }
        Answer::Keep => Some(match (name, value) {
            ("tag", Some(value)) => format!("-t {value}"),
            ("file", Some(value)) => format!("-f {value}"),
            (_, Some(value)) => format!("--{name} {value}"),
            (_, None) => format!("--{name}"),
        }),
    }
}

/// A word of a command line.
fn word(text: &str) -> String {
    match text.is_empty() || text.contains(|c: char| c.is_whitespace() || "\"'`;&|<>*?#".contains(c)) {
        true => format!("\"{}\"", text.replace('"', "\\\"")),
        false => text.to_owned(),
    }
}
