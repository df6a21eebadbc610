//! A docker command line in another builder's words, as edits of the words that differ.

mod cache;

use daemonless_catalog::{Builder, Flag, Translated, Translation, flags, translate, translate_command};

use super::View;
use super::archive;
use super::joined::draft::{merged, with_blank};
use super::joined::write::is_hub;
use super::platforms;
use crate::edit::Edit;
use crate::engine::command_line::{FlagUse, Invocation};
use crate::engine::image::Reference;
use crate::model::{Command, Input, Joined, Value, Var};
use crate::source::Span;

pub(super) use cache::cache;

/// What became of one command.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) edits: Vec<Edit>,
    /// What a person has to look at although the command was translated.
    pub(super) notes: Vec<String>,
}

/// The parentheses of several commands in the place of one, which stands at `span`. `set -e` looks at the last command of
/// a list only, and at none of those before `&&` or `||`; a list in parentheses is one command, which fails where any of its
/// commands does.
pub(super) fn group(span: Span, next: Option<Joined>) -> Vec<Edit> {
    const WHY: &str = "Where one of the commands fails, all of it fails.";
    match next {
        Some(Joined::And | Joined::Or) => Vec::new(),
        _ => vec![Edit::insert(span, span.start, "(", WHY), Edit::insert(span, span.end, ")", WHY)],
    }
}

/// A list of commands in the place of one, with the same parentheses.
pub(super) fn grouped(list: String, next: Option<Joined>) -> String {
    match next {
        Some(Joined::And | Joined::Or) => list,
        _ => format!("({list})"),
    }
}

/// What the translation needs to know of the place that a command stands in.
pub(super) struct Site<'a> {
    pub(super) builder: Builder,
    /// The whole text.
    pub(super) text: &'a str,
    pub(super) command: &'a Command,
    /// How the command after it hangs on it.
    pub(super) next: Option<Joined>,
    /// For the quoting of the scalar that a text comes from or goes into.
    pub(super) view: &'a View<'a>,
    /// Docker Hub as the builder's login names it, where that is not `docker.io`.
    pub(super) hub: Option<&'static str>,
    /// The job's variables.
    pub(super) env: &'a [Var],
}

/// Whether a command is `docker --version`, which asks no daemon.
pub(super) fn asks_version(invocation: &Invocation) -> bool {
    invocation.subcommand.is_empty()
        && matches!(&*invocation.globals, [only] if only.name == "version")
        && invocation.args.is_empty()
}

/// Whether a command can be rewritten at all: it is written out and is for no engine of its own.
pub(super) fn writable(invocation: &Invocation, site: &Site<'_>) -> Result<(), String> {
    let docker = format!("docker {}", invocation.subcommand);
    if invocation.head.is_empty() || site.written(invocation.head).is_none_or(|head| !head.contains("docker"))
    {
        return Err("the command comes from a variable or an alias; write it out first".into());
    }
    let mut globals = invocation.globals.iter();
    match globals.find(|flag| !matches!(flag.name.as_str(), "debug" | "log-level")) {
        Some(_) if asks_version(invocation) => Ok(()),
        Some(global) => Err(format!(
            "`{docker}` is given the option `--{}`, which names an engine or its settings",
            global.name
        )),
        None => Ok(()),
    }
}

/// The edits that make `invocation` one of the builder's, or why it can't be done.
pub(super) fn command(invocation: &Invocation, site: &Site<'_>) -> Result<Outcome, String> {
    writable(invocation, site)?;
    if invocation.builds() {
        return build(invocation, site);
    }
    if asks_version(invocation) {
        let mut out = Outcome::default();
        let known = translate_command("version", site.builder);
        let span = invocation.globals.iter().fold(invocation.head, |span, flag| span.to(flag.span));
        let text = known.map_or("", |known| known.template);
        site.replace(&mut out, span, text, format!("{} says its own.", site.title()));
        return Ok(out);
    }
    if matches!(invocation.subcommand.as_str(), "save" | "load") {
        archive::fits(invocation)?;
        if site.builder == Builder::Buildah {
            return archive::command(invocation, site);
        }
    }
    let docker = format!("docker {}", invocation.subcommand);
    let known = translate_command(&invocation.subcommand, site.builder);
    let Some(known) = known.filter(|known| !known.template.is_empty() && known.verdict != Translated::None)
    else {
        let why = known.map_or("", |known| known.note);
        return Err(format!(
            "{} has nothing like `{docker}`{}{}",
            site.title(),
            if why.is_empty() { "" } else { ": " },
            why.trim_end_matches('.')
        ));
    };
    let mut out = Outcome::default();
    let head: Vec<&str> =
        known.template.split(' ').take_while(|word| !word.starts_with(['{', '-'])).collect();
    let head = head.join(" ");
    site.replace(
        &mut out,
        invocation.head,
        &head,
        format!("`{}` takes the place of `docker`.", head.split(' ').next().unwrap_or("")),
    );
    for flag in &invocation.flags {
        let found = known.flags.iter().find(|own| own.flag == flag.name);
        if invocation.is("login") && flag.name == "password" {
            site.password(&mut out, flag)?;
        } else {
            let answer = option(site.builder, &invocation.subcommand, flag, found)?;
            site.answered(&mut out, &invocation.subcommand, flag, answer);
        }
    }
    let local = |name: &Value| match invocation.is("login") {
        true => is_on_loopback(&format!("{}/image", name.as_str())),
        false => is_on_loopback(name.as_str()),
    };
    if site.hub.is_none()
        && matches!(invocation.subcommand.as_str(), "login" | "push" | "pull")
        && invocation.args.iter().any(local)
    {
        let why = "Docker speaks HTTP to a registry on its own machine without being asked.";
        out.edits.push(Edit::insert(invocation.head, invocation.head.end, " --tls-verify=false", why));
    }
    match invocation.subcommand.as_str() {
        "login" | "logout" if invocation.args.is_empty() => {
            let at = invocation
                .flags
                .last()
                .map_or(invocation.head.end, |flag| flag.span.end)
                .max(invocation.head.end);
            let why = "Docker's client takes Docker Hub where no registry is named; here it has to be named.";
            let hub = format!(" {}", site.hub.unwrap_or("docker.io"));
            out.edits.push(Edit::insert(invocation.head, at, hub, why));
        }
        "login" => {
            for registry in invocation.args.iter().filter(|registry| is_hub(registry)) {
                let Some(hub) = site.hub else { continue };
                site.replace(&mut out, registry.span, hub, "Docker Hub is kept under this name.".into());
            }
        }
        "push" => {
            // A name without a registry is Docker Hub's for Docker only, so the target is written out.
            let target = |image: &Value| {
                let written = site.written(image.span).unwrap_or(image.as_str());
                let quoted = written.strip_prefix('"');
                is_on_docker_hub(image).then(|| match quoted {
                    Some(rest) => format!(" \"docker://docker.io/{rest}"),
                    None => format!(" docker://docker.io/{written}"),
                })
            };
            if !site.positional_last(&mut out, invocation, target) {
                for image in &invocation.args {
                    let Some(target) = target(image) else { continue };
                    let why = "A name without a registry is Docker Hub's for Docker only, so the target is written out.";
                    out.edits.push(Edit::insert(image.span, image.span.end, target, why));
                }
            }
        }
        "manifest push" => platforms::push_list(&mut out, invocation, site)?,
        _ => {}
    }
    if !matches!(invocation.subcommand.as_str(), "push" | "tag") {
        site.positional_last(&mut out, invocation, |_| None);
    }
    if known.verdict == Translated::NeedsPerson {
        out.notes.push(known.note.trim_end_matches('.').to_owned());
    }
    Ok(out)
}

/// Whether an image's name leaves out the registry, so that Docker means its Hub.
pub(super) fn is_on_docker_hub(image: &Value) -> bool {
    let text = image.as_str();
    let first = Reference::parse(text);
    if !text.starts_with('$') {
        return first.registry.is_empty() && text.contains('/');
    }
    let name = first.registry.to_ascii_uppercase();
    ["USER", "HUB", "LOGIN", "ORG", "NAMESPACE"].iter().any(|part| name.contains(part))
        && !["REGISTRY", "IMAGE", "HOST", "URL"].iter().any(|part| name.contains(part))
}

/// Whether an image's registry runs on the job's own machine: Docker speaks HTTP to it without being asked.
pub(super) fn is_on_loopback(image: &str) -> bool {
    let registry = Reference::parse(image.trim()).registry;
    let host = registry.rsplit_once(':').map_or(registry, |(host, _)| host);
    host == "localhost" || host.starts_with("127.")
}

/// The push of an image's name, which is written so.
pub(super) fn pushed(site: &Site<'_>, name: &Value, written: &str) -> String {
    let target = if is_on_docker_hub(name) {
        format!(" docker://docker.io/{}", written.trim_matches('"'))
    } else {
        String::new()
    };
    let open = if is_on_loopback(name.as_str()) { " --tls-verify=false" } else { "" };
    format!("{} push{open} {written}{target}", site.builder.id())
}

/// `docker build` and `docker buildx build`.
fn build(invocation: &Invocation, site: &Site<'_>) -> Result<Outcome, String> {
    let mut out = Outcome::default();
    let id = site.builder.id();
    let platforms: Vec<&Value> = invocation.values("platform").collect();
    let several = platforms.len() > 1 || platforms.iter().any(|value| value.as_str().contains(','));
    if several {
        platforms::check(invocation)?;
        out.notes.push("steps for another platform need emulation on the runner's machine".into());
    }
    // A job in a container has a variable for the format of its images; on a machine each build says it.
    let (format, why) = match site.view.is_on_machine() {
        true => (" --format docker", " Docker's own format keeps `HEALTHCHECK`, `ONBUILD` and `SHELL`."),
        false => ("", ""),
    };
    site.replace(
        &mut out,
        invocation.head,
        &format!("{id} build{format}"),
        format!("`{id} build` takes the same Dockerfile.{why}"),
    );
    let mut layers = false;
    for flag in &invocation.flags {
        match flag.name.as_str() {
            "cache-from" | "cache-to" => site.cache(&mut out, flag, &mut layers),
            "tag" if several => platforms::name(&mut out, invocation, flag, site)?,
            _ => site.answered(&mut out, "build", flag, build_option(site.builder, flag)?),
        }
    }
    if site.positional_last(&mut out, invocation, |_| None) && invocation.args.len() > 1 {
        return Err("it has more than one word that is no option".into());
    }
    if invocation.flags.iter().any(|flag| flag.name == "push" && flag.is_on()) {
        match several {
            true => site.follow(&mut out, invocation, &platforms::pushes(invocation, site))?,
            false => site.push_after(&mut out, invocation)?,
        }
    }
    out.edits = merged(out.edits, site.text);
    Ok(out)
}

/// What becomes of one option, wherever its command is written.
#[derive(Debug)]
pub(super) enum Answer {
    /// The builder has the same one.
    Keep,
    Remove {
        reason: String,
    },
    /// As the catalog's template has it.
    Write {
        found: &'static Translation,
        reason: String,
        note: Option<String>,
    },
}

/// What becomes of an option of `docker build` that names no cache, or why the command can't be translated.
pub(super) fn build_option(builder: Builder, flag: &FlagUse) -> Result<Answer, String> {
    let title = builder.info().name();
    let value = flag.value.as_ref().map_or("", Value::as_str);
    match flag.name.as_str() {
        "provenance" | "sbom" if !flag.is_on() => {
            Ok(Answer::Remove { reason: "There is nothing to switch off.".into() })
        }
        "sbom" => Err(format!("`--sbom`: {title} attaches no SBOM to an image; it can write one to a file")),
        "pull" if !flag.is_on() => Ok(Answer::Remove { reason: "It is the default.".into() }),
        "network" if value == "none" => Err(format!("`--network none` is not enforced by {title}")),
        "network" if value == "default" => Ok(Answer::Remove { reason: "It is the default.".into() }),
        "network" => Ok(Answer::Keep),
        "output" => {
            let kind = value.split(',').find_map(|field| field.strip_prefix("type="));
            match kind {
                None if !value.contains('=') => Ok(Answer::Keep),
                Some("local" | "tar") => Ok(Answer::Keep),
                _ => Err(format!("`--output {value}`: {title} writes folders and tar files only")),
            }
        }
        _ => option(builder, "build", flag, translate(&flag.name, builder)),
    }
}

/// What becomes of an option by its entry in the catalog.
pub(super) fn option(
    builder: Builder,
    subcommand: &str,
    flag: &FlagUse,
    found: Option<&'static Translation>,
) -> Result<Answer, String> {
    let title = builder.info().name();
    let Some(found) = found else {
        // Podman takes Docker's options by Docker's names, where it has them.
        let own = flags(builder.id(), subcommand).and_then(|table| table.find_long(&flag.name));
        if builder == Builder::Podman && own.is_some() {
            return Ok(Answer::Keep);
        }
        return Err(format!("`--{}` of `docker {subcommand}` is not known to {title}", flag.name));
    };
    let note = found.note.trim_end_matches('.');
    let because = |what: &str| if note.is_empty() { format!("{what}.") } else { format!("{what}: {note}.") };
    match found.verdict {
        Translated::None if !flag.is_on() => {
            Ok(Answer::Remove { reason: because("There is nothing to switch off") })
        }
        Translated::None => {
            let why = because(&format!("{title} has nothing like `--{}`", flag.name));
            Err(why.trim_end_matches('.').into())
        }
        Translated::Drop => {
            Ok(Answer::Remove { reason: because(&format!("`--{}` is not needed", flag.name)) })
        }
        Translated::NeedsPerson if found.template.is_empty() => Err(format!("`--{}`: {note}", flag.name)),
        Translated::NeedsPerson | Translated::Equivalent => Ok(Answer::Write {
            found,
            reason: because(&format!("`--{}` is spelled in {title}'s way", flag.name)),
            note: (found.verdict == Translated::NeedsPerson).then(|| format!("`--{}`: {note}", flag.name)),
        }),
    }
}

impl Site<'_> {
    fn title(&self) -> &'static str {
        self.builder.info().name()
    }

    pub(super) fn written(&self, span: Span) -> Option<&str> {
        self.text.get(span.range())
    }

    /// What is written at a place, as the shell reads it.
    pub(super) fn shell(&self, span: Span) -> Result<String, String> {
        self.view.unescape(span).ok_or_else(|| "it is quoted in a way that can't be read".into())
    }

    pub(super) fn replace(&self, out: &mut Outcome, span: Span, text: &str, reason: String) {
        if self.written(span) != Some(text) {
            out.edits.push(Edit::replace(span, self.view.escape(span, text), reason));
        }
    }

    /// Takes a word out, with the blank, or the line, before it.
    pub(super) fn remove(&self, out: &mut Outcome, span: Span, reason: String) {
        let (start, end) = with_blank(self.text, span);
        let before = self.text.get(..start).unwrap_or("").trim_end_matches([' ', '\t']);
        let after = self.text.get(end..).unwrap_or("");
        // An option that has a line of its own takes the line's break with it, and what continues the line before.
        let own_line = after.starts_with(['\n', '\r']) || after.starts_with(" \\\n") || after.is_empty();
        let start = match before.strip_suffix('\n') {
            Some(line) if own_line => {
                let line = line.trim_end_matches('\r');
                // In a string of Groovy's the backslash has one in front.
                line.trim_end_matches('\\').trim_end_matches([' ', '\t']).len()
            }
            _ => start,
        };
        out.edits.push(Edit::delete(Span::new(span.file, start..end), reason));
    }

    fn answered(&self, out: &mut Outcome, subcommand: &str, flag: &FlagUse, answer: Answer) {
        match answer {
            Answer::Keep => {}
            Answer::Remove { reason } => self.remove(out, flag.span, reason),
            Answer::Write { found, reason, note } => {
                out.notes.extend(note);
                self.respell(out, subcommand, flag, found, reason);
            }
        }
    }

    /// Writes an option as the template has it, unless it is written so already.
    fn respell(
        &self,
        out: &mut Outcome,
        subcommand: &str,
        flag: &FlagUse,
        found: &Translation,
        reason: String,
    ) {
        let name = found.template.split([' ', '=']).next().unwrap_or("");
        let written = self.written(flag.span).unwrap_or("");
        // The long and the short form of one option are the same to both, if the builder has both.
        let table = flags(self.builder.id(), subcommand);
        let own = name.strip_prefix("--").and_then(|long| table?.find_long(long));
        let own = own.or_else(|| table?.find_short(name.strip_prefix('-')?.chars().next()?));
        let spelled = |flag: &Flag| {
            let long = written
                .strip_prefix("--")
                .is_some_and(|rest| rest.split(['=', ' ']).next() == Some(flag.long));
            let short = written.strip_prefix('-').is_some_and(|rest| rest.chars().next() == flag.short);
            long || short
        };
        let same = written.starts_with(name) || own.is_some_and(spelled);
        let valued = found.template.contains("{value}");
        if same && (valued || found.template == written) {
            return;
        }
        let value = flag.value.as_ref().map(|value| {
            let written = || self.written(value.span).unwrap_or("").to_owned();
            self.view.unescape(value.span).unwrap_or_else(written)
        });
        let text = found.template.replace("{value}", &value.unwrap_or_default());
        self.replace(out, flag.span, &text, reason);
    }

    /// Buildah stops reading options at the first positional word, so such words go behind them, each with what `tail`
    /// adds to it. Gives back whether that was needed.
    fn positional_last(
        &self,
        out: &mut Outcome,
        invocation: &Invocation,
        tail: impl Fn(&Value) -> Option<String>,
    ) -> bool {
        let Some(last) = invocation.flags.last().filter(|_| self.builder == Builder::Buildah) else {
            return false;
        };
        let mut moved = String::new();
        for word in invocation.args.iter().filter(|word| word.span.start < last.span.end) {
            let written = self.written(word.span).unwrap_or(word.as_str());
            moved.push_str(&format!(" {written}{}", tail(word).unwrap_or_default()));
            let why = "Buildah reads no options behind such a word, so it goes to the end.";
            self.remove(out, word.span, why.into());
        }
        if moved.is_empty() {
            return false;
        }
        // Where the last option goes, too, what is inserted stands behind its place all the same.
        let why = "Buildah reads no options behind such a word, so it goes to the end.";
        out.edits.push(Edit::insert(last.span, last.span.end, moved, why));
        true
    }

    /// `--push` becomes a command of its own for each name.
    fn push_after(&self, out: &mut Outcome, invocation: &Invocation) -> Result<(), String> {
        let mut text = String::new();
        for tag in invocation.values("tag") {
            let written = self.shell(tag.span)?;
            text.push_str(&format!(" && {}", pushed(self, tag, &written)));
        }
        self.follow(out, invocation, &text)
    }

    /// Adds commands behind a build that pushes.
    fn follow(&self, out: &mut Outcome, invocation: &Invocation, text: &str) -> Result<(), String> {
        if self.command.joined == Joined::Or
            || self.next == Some(Joined::Or)
            || self.next == Some(Joined::Pipe)
        {
            return Err("`--push` becomes a second command, which does not fit between `||` or `|`".into());
        }
        if self.written(self.command.span).is_some_and(|written| written.starts_with('!')) {
            return Err("`--push` becomes a second command, which does not fit behind `!`".into());
        }
        if text.is_empty() {
            return Err("it pushes and names no image".into());
        }
        let text = self.view.escape(invocation.span, text);
        let why = "Pushing is a command of its own.";
        out.edits.push(Edit::insert(invocation.span, self.command.span.end, text, why));
        out.edits.extend(self.group());
        Ok(())
    }

    /// The parentheses of several commands in the place of this one.
    pub(super) fn group(&self) -> Vec<Edit> {
        group(self.command.span, self.next)
    }

    /// A password on the command line goes to standard input.
    fn password(&self, out: &mut Outcome, flag: &FlagUse) -> Result<(), String> {
        let Some(value) = &flag.value else { return Err("the password is missing".into()) };
        if matches!(self.command.input, Some(Input::Document(_) | Input::File))
            || self.command.joined == Joined::Pipe
        {
            return Err(
                "it has a password on its command line and reads something else from its input".into()
            );
        }
        let written = self.written(value.span).unwrap_or(value.as_str());
        // In a string of Groovy's, `\$` is a variable of the shell.
        let is_quoted = written.starts_with(['"', '\'', '\\']) && !written.starts_with("\\$");
        let quoted = if is_quoted {
            written.to_owned()
        } else {
            self.view.escape(value.span, &format!("\"{written}\""))
        };
        let why =
            "The password goes to standard input: arguments can be read by every process and end up in logs.";
        let start =
            self.view.escape(self.command.span, &format!("printf %s {}", "\u{0}")).replace('\u{0}', &quoted);
        out.edits.push(Edit::insert(flag.span, self.command.span.start, format!("{start} | "), why));
        self.replace(out, flag.span, "--password-stdin", why.into());
        Ok(())
    }
}
