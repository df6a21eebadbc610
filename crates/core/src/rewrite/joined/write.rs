//! The commands of a builder that keeps no images: the build, and the file with the logins.

use daemonless_catalog::translate;

use super::super::translate::{Answer, Outcome, Site, build_option, option};
use super::draft::Draft;
use super::order::trim_start;
use super::plan::Build;
use super::{Word, Words};
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
    let mut draft = Draft::default();
    let title = site.builder.info().name();
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
    let why = format!("{title} builds, names and pushes in one command.");
    let head = format!("{}{}", words.head(), words.switches(pushes, build.is_last));
    draft.put(invocation.head, head, &*why);
    let mut options = words.names(&names, pushes)?.into_iter();
    let mut last = invocation.head;
    let mut seen: Vec<&str> = Vec::new();
    for flag in &invocation.flags {
        match flag.name.as_str() {
            "tag" => match options.next() {
                Some(option) => {
                    last = flag.span;
                    draft.put(flag.span, option, &*why);
                }
                None => draft.remove(flag.span, "The image is pushed under its other names, or not at all."),
            },
            "push" => draft.remove(flag.span, "The names tell where the image is pushed to."),
            "file" => {
                let value = value_text(flag, site)?;
                if value == "-" || files.len() > 1 {
                    return Err("its Dockerfile comes from standard input or is named twice".into());
                }
                draft.put(flag.span, words.file(&value)?, "The Dockerfile is named in its own way.");
            }
            _ => {
                let value = value_text(flag, site)?;
                match words.option(flag, &value, &seen, pushes)? {
                    Word::Catalog => catalog(&mut draft, flag, &value, site)?,
                    Word::Write(text, why) => draft.put(flag.span, text, why),
                    Word::Remove(why) => draft.remove(flag.span, why),
                    Word::Look(text, note) => {
                        let why = format!("{}.", capital(&note));
                        match text.is_empty() {
                            true => draft.remove(flag.span, why),
                            false => draft.put(flag.span, text, why),
                        }
                        draft.notes.push(note);
                    }
                }
            }
        }
        seen.push(&flag.name);
    }
    let rest: String = options.map(|option| format!(" {option}")).collect();
    draft.append(last, &rest);
    let why = "The context is an option.";
    draft.put(context.span, words.context(&written, !files.is_empty()), why);
    Ok(draft.finish(site.command.span, site))
}

/// An option by its entry in the catalog.
fn catalog(draft: &mut Draft, flag: &FlagUse, value: &str, site: &Site<'_>) -> Result<(), String> {
    let off = matches!(flag.name.as_str(), "provenance" | "sbom" | "pull") && !flag.is_on();
    let answer = match off {
        true => build_option(site.builder, flag)?,
        false => option(site.builder, "build", flag, translate(&flag.name, site.builder))?,
    };
    match answer {
        Answer::Keep => {}
        Answer::Remove { reason } => draft.remove(flag.span, reason),
        Answer::Write { found, reason, note } => {
            let is_switch = !found.template.contains("{value}");
            if is_switch && !flag.is_on() {
                draft.remove(flag.span, "There is nothing to switch off.");
                return Ok(());
            }
            draft.notes.extend(note);
            draft.put(flag.span, found.template.replace("{value}", value), reason);
        }
    }
    Ok(())
}

/// Fails where two options are one word, so that none can be changed alone.
pub(in crate::rewrite) fn distinct(invocation: &Invocation) -> Result<(), String> {
    let mut spans: Vec<Span> = invocation.flags.iter().map(|flag| flag.span).collect();
    spans.extend(invocation.args.iter().map(|arg| arg.span));
    spans.push(invocation.head);
    crate::order::sort_by(&mut spans, Ord::cmp);
    let apart = spans.windows(2).all(|pair| matches!(pair, [a, b] if a.end <= b.start && a != b));
    if apart { Ok(()) } else { Err("several of its options are one word, or come from a variable".into()) }
}

/// The value of an option as it is written.
pub(in crate::rewrite) fn value_text(flag: &FlagUse, site: &Site<'_>) -> Result<String, String> {
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
    /// The login to a pipeline's own registry, by the variables that GitLab sets.
    pub(in crate::rewrite) fn gitlab(span: Span) -> Self {
        let variable = |name: &str| format!("\"$CI_REGISTRY{name}\"");
        Self { registry: variable(""), user: variable("_USER"), password: variable("_PASSWORD"), span }
    }

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

/// Where the file with the logins belongs, and the shell text that makes that folder.
#[derive(Debug)]
pub(in crate::rewrite) struct Folder {
    make: &'static str,
    pub(in crate::rewrite) path: &'static str,
}

impl Folder {
    /// Where Docker's client keeps them.
    pub(in crate::rewrite) const CLIENT: Self = Self { make: "mkdir -p ~/.docker", path: "~/.docker" };
    /// Where a variable says.
    pub(in crate::rewrite) const NAMED: Self =
        Self { make: "mkdir -p \"$DOCKER_CONFIG\"", path: "\"$DOCKER_CONFIG\"" };
    /// One of the script's own, on a machine where the client's holds a person's logins.
    pub(in crate::rewrite) const TEMPORARY: Self =
        Self { make: "export DOCKER_CONFIG=\"$(mktemp -d)\"", path: "\"$DOCKER_CONFIG\"" };
}

/// Shell text that logs in: by the builder's command, one after the other, or by one file in `folder`.
pub(in crate::rewrite) fn logins(words: &dyn Words, logins: &[Login], folder: &Folder) -> String {
    if let Some(command) = words.login() {
        let each = logins.iter().map(|Login { registry, user, password, .. }| {
            format!("printf %s {password} | {command} --username {user} --password-stdin {registry}")
        });
        return each.collect::<Vec<_>>().join(" && ");
    }
    let form = vec!["\"%s\":{\"auth\":\"%s\"}"; logins.len()].join(",");
    let values = logins.iter().map(|Login { registry, user, password, .. }| {
        format!(" {registry} \"$(printf '%s:%s' {user} {password} | base64 | tr -d '\\n')\"")
    });
    let values: String = values.collect();
    let Folder { make, path } = folder;
    format!("{make} && printf '{{\"auths\":{{{form}}}}}'{values} > {path}/config.json")
}
