//! The commands of a builder that keeps no images: the build, and the file with the logins.

use daemonless_catalog::{Translated, translate};

use super::super::translate::{Answer, Outcome, Site, build_option, option};
use super::order::trim_start;
use super::plan::Build;
use super::{Word, Words};
use crate::edit::Edit;
use crate::engine::Invocation;
use crate::engine::command_line::FlagUse;
use crate::model::{Command, Input, Joined, Value};
use crate::source::Span;

/// The edits that make a `docker build` the builder's own.
pub(in crate::rewrite) fn build(
    words: &dyn Words,
    invocation: &Invocation,
    build: &Build<'_>,
    site: &Site<'_>,
) -> Result<Outcome, String> {
    let mut out = Outcome::default();
    let title = site.builder.info().title;
    let [context] = invocation.args.as_slice() else {
        return Err("which of its words is the context can't be told".into());
    };
    let written = site.shell(context.span)?;
    if context.as_str() == "-" || context.as_str().contains("://") || context.as_str().starts_with("git@") {
        return Err(format!("its context is `{}`: {title} is given a folder here", context.as_str()));
    }
    distinct(invocation)?;
    let files: Vec<&FlagUse> = invocation.flags.iter().filter(|flag| flag.name == "file").collect();
    let pushes = build.pushes();
    let names = build.names.iter().map(|name| {
        let own = invocation
            .flags
            .iter()
            .find(|flag| flag.value.as_ref().is_some_and(|value| name.own && value.span == name.value.span));
        own.map_or_else(|| site.shell(name.value.span), |flag| value_text(flag, site))
    });
    let names: Vec<String> = names.collect::<Result<_, _>>()?;
    let head = format!("{}{}", words.head(), words.switches(pushes, build.is_last));
    let why = format!("{title} builds, names and pushes in one command.");
    let mut options = words.names(&names, pushes)?.into_iter();
    let mut last = invocation.head;
    let mut edits = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for flag in &invocation.flags {
        match flag.name.as_str() {
            "tag" => {
                last = flag.span;
                match options.next() {
                    Some(option) => edits.push((flag.span, option, why.clone())),
                    None => {
                        site.remove(&mut out, flag.span, "The image is pushed under its other names.".into())
                    }
                }
            }
            "push" => site.remove(&mut out, flag.span, "The names tell where the image is pushed to.".into()),
            "file" => {
                let value = value_text(flag, site)?;
                if value == "-" || files.len() > 1 {
                    return Err("its Dockerfile comes from standard input or is named twice".into());
                }
                edits.push((
                    flag.span,
                    words.file(&value)?,
                    "The Dockerfile is named in its own way.".into(),
                ));
            }
            _ => {
                let value = value_text(flag, site)?;
                match words.option(flag, &value, &seen, pushes)? {
                    Word::Catalog => catalog(&mut out, &mut edits, flag, &value, site)?,
                    Word::Write(text, why) => edits.push((flag.span, text, why.into())),
                    Word::Remove(why) => site.remove(&mut out, flag.span, why.into()),
                    Word::Look(text, note) => {
                        if text.is_empty() {
                            site.remove(&mut out, flag.span, format!("{}.", note.clone()));
                        } else {
                            edits.push((flag.span, text, format!("{}.", capital(&note))));
                        }
                        out.notes.push(note);
                    }
                }
            }
        }
        seen.push(&flag.name);
    }
    let rest: String = options.map(|option| format!(" {option}")).collect();
    match edits.iter_mut().find(|(span, _, _)| *span == last) {
        Some((_, text, _)) => text.push_str(&rest),
        None if last == invocation.head => edits.push((last, format!("{head}{rest}"), why.clone())),
        None => return Err("there is no place for its names".into()),
    }
    if last != invocation.head {
        edits.push((invocation.head, head, why));
    }
    let names_file = !files.is_empty();
    let why = "The context is an option.".to_owned();
    edits.push((context.span, words.context(&written, names_file), why));
    for (span, text, why) in edits {
        site.replace(&mut out, span, &text, why);
    }
    Ok(out)
}

/// An option by its entry in the catalog.
fn catalog(
    out: &mut Outcome,
    edits: &mut Vec<(Span, String, String)>,
    flag: &FlagUse,
    value: &str,
    site: &Site<'_>,
) -> Result<(), String> {
    let off = matches!(flag.name.as_str(), "provenance" | "sbom" | "pull") && !flag.is_on();
    let answer = match off {
        true => build_option(site.builder, flag)?,
        false => option(site.builder, "build", flag, translate(&flag.name, site.builder))?,
    };
    match answer {
        Answer::Keep => {}
        Answer::Remove { reason } => site.remove(out, flag.span, reason),
        Answer::Write { found, reason, note } => {
            if found.verdict == Translated::Equivalent && !flag.is_on() {
                site.remove(out, flag.span, "There is nothing to switch off.".into());
                return Ok(());
            }
            out.notes.extend(note);
            edits.push((flag.span, found.template.replace("{value}", value), reason));
        }
    }
    Ok(())
}

/// Fails where two options are one word, so that none can be changed alone.
fn distinct(invocation: &Invocation) -> Result<(), String> {
    let mut spans: Vec<Span> = invocation.flags.iter().map(|flag| flag.span).collect();
    spans.extend(invocation.args.iter().map(|arg| arg.span));
    spans.push(invocation.head);
    crate::order::sort_by(&mut spans, Ord::cmp);
    let apart = spans.windows(2).all(|pair| matches!(pair, [a, b] if a.end <= b.start && a != b));
    if apart { Ok(()) } else { Err("several of its options are one word, or come from a variable".into()) }
}

/// The value of an option as it is written.
fn value_text(flag: &FlagUse, site: &Site<'_>) -> Result<String, String> {
    if flag.value.is_none() {
        return Ok(String::new());
    }
    let written = site.shell(flag.span)?;
    let rest = match written.strip_prefix("--") {
        Some(long) => long.strip_prefix(flag.name.as_str()),
        None => written.strip_prefix('-').and_then(|short| {
            let letter = short.chars().next()?;
            short.get(letter.len_utf8()..)
        }),
    };
    let rest = rest.ok_or("one of its options is quoted in a way that can't be read")?;
    let value = rest.strip_prefix('=').unwrap_or_else(|| trim_start(rest));
    if value.is_empty() { Err("one of its options has no value".into()) } else { Ok(value.to_owned()) }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_ascii_uppercase().to_string() + chars.as_str())
}

/// One login: registry, user and password as shell texts, and all that is replaced.
#[derive(Debug)]
pub(in crate::rewrite) struct Login {
    registry: String,
    user: String,
    password: String,
    pub(in crate::rewrite) span: Span,
}

impl Login {
    /// Everything in it that the shell fills in.
    pub(in crate::rewrite) fn written(&self) -> String {
        format!("{} {} {}", self.registry, self.user, self.password)
    }
}

/// Reads a `docker login`, with what is piped into it.
pub(in crate::rewrite) fn login(
    words: &dyn Words,
    invocation: &Invocation,
    commands: &[Command],
    site: &Site<'_>,
) -> Result<Login, String> {
    let known = |name: &str| matches!(name, "username" | "password" | "password-stdin");
    if let Some(flag) = invocation.flags.iter().find(|flag| !known(&flag.name)) {
        return Err(format!("`--{}` of `docker login` has no match", flag.name));
    }
    let user = invocation.flag("username").ok_or("it asks for the user's name")?;
    let user = quoted(&value_text(user, site)?);
    let registry = match invocation.args.as_slice() {
        [] => words.hub().to_owned(),
        [one] if is_hub(one) => words.hub().to_owned(),
        [one] => site.shell(one.span)?,
        _ => return Err("its registry can't be told".into()),
    };
    let (password, span) = match invocation.flag("password") {
        Some(flag) if site.command.joined != Joined::Pipe => {
            (quoted(&value_text(flag, site)?), site.command.span)
        }
        Some(_) => return Err("it is given its password twice".into()),
        None if !invocation.has("password-stdin") => return Err("it asks for the password".into()),
        None => piped(invocation, commands, site)?,
    };
    Ok(Login { registry: quoted(&registry), user, password, span })
}

/// Docker Hub in one of its names.
pub(in crate::rewrite) fn is_hub(registry: &Value) -> bool {
    let name = registry.as_str().trim_start_matches("https://").trim_end_matches('/');
    matches!(
        name,
        "docker.io" | "index.docker.io" | "index.docker.io/v1" | "registry-1.docker.io" | "hub.docker.com"
    )
}

fn quoted(written: &str) -> String {
    if written.starts_with(['"', '\'']) { written.to_owned() } else { format!("\"{written}\"") }
}

/// The password that comes by standard input, and where all of that is written.
fn piped(invocation: &Invocation, commands: &[Command], site: &Site<'_>) -> Result<(String, Span), String> {
    let own = site.command.span;
    match site.command.input {
        Some(Input::Pipe) => {}
        Some(_) => {
            let written = site.shell(own)?;
            let (_, input) = written.split_once('<').ok_or("what it reads can't be told")?;
            if let Some(text) = input.strip_prefix("<<") {
                return Ok((quoted(text.trim()), own));
            }
            if input.starts_with('<') {
                return Err("its password comes from a heredoc".into());
            }
            return Ok((format!("\"$(cat {})\"", input.trim()), own));
        }
        None => return Err("its password comes from an input that the file does not show".into()),
    }
    let mut first = invocation.command;
    while commands.get(first).is_some_and(|one| one.joined == Joined::Pipe) {
        first = first.checked_sub(1).ok_or("what is piped into it can't be told")?;
    }
    let producer = commands.get(first).ok_or("what is piped into it can't be told")?;
    let written = site.shell(Span { end: own.start, ..producer.span })?;
    let written = written.trim_end().strip_suffix('|').unwrap_or(&written).trim();
    let span = Span { start: producer.span.start, ..own };
    let program = producer.words.first().map_or("", Value::as_str);
    let plain: Vec<&Value> = producer
        .words
        .iter()
        .skip(1)
        .filter(|word| !matches!(word.as_str(), "-n" | "-ne" | "-e" | "%s" | "%s\\n"))
        .collect();
    if first + 1 == invocation.command
        && matches!(program, "echo" | "printf")
        && let [word] = plain.as_slice()
        && producer.span.end == word.span.end
    {
        return Ok((quoted(&site.shell(word.span)?), span));
    }
    Ok((format!("\"$({written})\""), span))
}

/// The edit that writes the file with all logins in the place of the last one.
pub(in crate::rewrite) fn logins(logins: &[Login], folder: &str, site: &Site<'_>) -> Option<Edit> {
    let last = logins.last()?;
    let form = vec!["\"%s\":{\"auth\":\"%s\"}"; logins.len()].join(",");
    let values: String = logins
        .iter()
        .map(|login| {
            let Login { registry, user, password, .. } = login;
            format!(" {registry} \"$(printf '%s:%s' {user} {password} | base64 | tr -d '\\n')\"")
        })
        .collect();
    let text =
        format!("mkdir -p {folder} && printf '{{\"auths\":{{{form}}}}}'{values} > {folder}/config.json");
    let why = "There is no login command: the file that Docker's client would write is written. `printf` is the \
               shell's own, so the password is on no command line.";
    Some(Edit::replace(last.span, site.view.escape(last.span, &text), why))
}
