//! A command line of Kaniko's executor in another builder's words.

use daemonless_catalog::{Builder, Takes, Translated, flags, translate_kaniko};

use super::super::dialect::{How, how};
use super::super::joined::draft::Draft;
use super::super::joined::write::{distinct, value_text};
use super::super::joined::{Word, Words, below, unquoted};
use super::super::translate::{Outcome, Site, is_on_docker_hub, is_on_loopback};
use crate::edit::Edit;
use crate::engine::Invocation;
use crate::engine::command_line::FlagUse;
use crate::engine::image::Reference;
use crate::model::{Joined, Value};
use crate::source::Span;

/// Options that stand in one place of the result together, or nowhere.
static GATHERED: &[&str] = &[
    "context",
    "dockerfile",
    "destination",
    "no-push",
    "no-push-cache",
    "cache",
    "cache-repo",
    "cache-ttl",
    "tar-path",
    "tarPath",
    "digest-file",
    "insecure",
    "skip-tls-verify",
    "insecure-skip-tls-verify",
];

/// The edits that make a build by Kaniko the builder's own, or why it can't be done.
pub(super) fn translate(invocation: &Invocation, site: &Site<'_>) -> Result<Outcome, String> {
    if !invocation.builds() {
        return Err(format!("`executor {}` has no match", invocation.subcommand));
    }
    if site.command.joined == Joined::Substitution {
        return Err("it stands inside `$(…)`, and what reads its output would read something else".into());
    }
    if site.text.get(invocation.head.range()).is_none_or(|head| !head.contains("executor")) {
        return Err("the command comes from a variable; write it out first".into());
    }
    if !invocation.args.is_empty() {
        return Err("it has a word that is no option".into());
    }
    distinct(invocation)?;
    Translation::new(invocation, site)?.finish()
}

struct Translation<'a> {
    invocation: &'a Invocation,
    site: &'a Site<'a>,
    draft: Draft,
    /// As the shell reads them.
    context: String,
    file: Option<String>,
    names: Vec<(String, &'a Value)>,
    /// The last option that stays or is written.
    last: Span,
}

impl<'a> Translation<'a> {
    fn new(invocation: &'a Invocation, site: &'a Site<'a>) -> Result<Self, String> {
        let text = |name: &str| invocation.flag(name).map(|flag| value_text(flag, site)).transpose();
        let context = text("context")?.ok_or("it names no context")?;
        let context = context.replacen("dir://", "", 1);
        if context.contains("://") || context.is_empty() {
            return Err(format!("its context is `{context}`: fetch it in a step of its own"));
        }
        for name in ["context", "dockerfile", "target"] {
            if invocation.values(name).count() > 1 {
                return Err(format!("it has `--{name}` twice"));
            }
        }
        let mut names = Vec::new();
        for flag in invocation.flags.iter().filter(|flag| flag.name == "destination") {
            let value = flag.value.as_ref().ok_or("one of its names is missing")?;
            names.push((value_text(flag, site)?, value));
        }
        if names.is_empty() && !invocation.has("no-push") {
            return Err("it pushes and names no image".into());
        }
        let file = text("dockerfile")?;
        Ok(Self { invocation, site, draft: Draft::default(), context, file, names, last: invocation.head })
    }

    fn pushes(&self) -> bool {
        !self.invocation.has("no-push")
    }

    fn value(&self, name: &str) -> Result<Option<String>, String> {
        self.invocation.flag(name).map(|flag| value_text(flag, self.site)).transpose()
    }

    /// Whether pushes speak HTTP or to a registry that no certificate proves.
    fn insecure(&self) -> bool {
        ["insecure", "skip-tls-verify", "insecure-skip-tls-verify"]
            .iter()
            .any(|name| self.invocation.has(name))
    }

    fn finish(mut self) -> Result<Outcome, String> {
        match how(self.site.builder) {
            How::OneByOne => self.one_by_one(),
            How::Joined(words) => self.joined(words),
        }
    }

    /// Buildah or Podman: a build, then a push for each name.
    fn one_by_one(&mut self) -> Result<Outcome, String> {
        let builder = self.site.builder;
        let id = builder.id();
        self.draft.put(
            self.invocation.head,
            format!("{id} build"),
            format!("`{id} build` takes the same Dockerfile, and `{id} push` follows for each name."),
        );
        let cache = self.cache()?;
        for flag in &self.invocation.flags {
            let text = match flag.name.as_str() {
                "dockerfile" => Some(format!("-f {}", value_text(flag, self.site)?)),
                "destination" => Some(format!("-t {}", value_text(flag, self.site)?)),
                "cache" => cache.as_ref().map(|repository| {
                    let layers = if builder == Builder::Podman { "" } else { "--layers " };
                    let to = match self.invocation.has("no-push-cache") {
                        true => String::new(),
                        false => format!(" --cache-to {repository}"),
                    };
                    format!("{layers}--cache-from {repository}{to}")
                }),
                "cache-ttl" if cache.is_some() => {
                    self.last = flag.span;
                    continue;
                }
                _ => None,
            };
            self.one(flag, text, None)?;
        }
        let mut tail = String::new();
        // Kaniko looks for the Dockerfile where it runs and then in the context, as `-f` does.
        if self.file.is_none() && !is_here(&self.context) {
            tail.push_str(" -f Dockerfile");
        }
        tail.push_str(&format!(" {}", self.context));
        let build = tail.len();
        self.pushed(&mut tail)?;
        self.end(tail, build)
    }

    /// What follows the build: pushes, and the image's file.
    fn pushed(&self, tail: &mut String) -> Result<(), String> {
        let id = self.site.builder.id();
        if let Some(file) = self.value("tar-path")?.or(self.value("tarPath")?) {
            let [(name, _)] = self.names.as_slice() else {
                return Err("`--tar-path`: which names the file holds can't be told".into());
            };
            match self.site.builder {
                Builder::Podman => tail.push_str(&format!(" && podman save --output {file} {name}")),
                _ => tail.push_str(&format!(" && {id} push {name} docker-archive:{file}:{name}")),
            }
        }
        let digest = self.value("digest-file")?;
        if !self.pushes() {
            return match digest {
                Some(_) => Err("`--digest-file`: without a push there is no digest yet".into()),
                None => Ok(()),
            };
        }
        for (at, (name, value)) in self.names.iter().enumerate() {
            tail.push_str(&format!(" && {id} push"));
            if self.insecure() || is_on_loopback(value.as_str()) {
                tail.push_str(" --tls-verify=false");
            }
            if let Some(file) = digest.as_ref().filter(|_| at + 1 == self.names.len()) {
                tail.push_str(&format!(" --digestfile {file}"));
            }
            tail.push_str(&format!(" {name}"));
            if is_on_docker_hub(value) {
                let inner = unquoted(name).unwrap_or(name);
                let quote = if inner.len() < name.len() { name.get(..1).unwrap_or("") } else { "" };
                tail.push_str(&format!(" {quote}docker://docker.io/{inner}{quote}"));
            }
        }
        Ok(())
    }

    /// Puts what follows the options behind the last of them, or where redirections stand behind that, what follows the
    /// build behind those.
    fn end(&mut self, tail: String, build: usize) -> Result<Outcome, String> {
        let command = self.site.command;
        if tail.len() > build {
            let title = self.site.builder.info().name();
            if matches!(command.joined, Joined::Or | Joined::Pipe) || self.site.next == Some(Joined::Pipe) {
                return Err(format!(
                    "{title} pushes with a second command, which does not fit behind `||` or beside `|`"
                ));
            }
            let before = self.site.text.get(..command.span.start as usize).unwrap_or("");
            if command.span.start != self.invocation.head.start || before.trim_end().ends_with('!') {
                return Err(format!(
                    "{title} pushes with a second command, and what stands before `executor` is for both"
                ));
            }
        }
        let ends = self.invocation.flags.iter().map(|flag| flag.span.end).max();
        let (inside, outside) = match ends == Some(command.span.end) {
            true => (tail.as_str(), ""),
            false => tail.split_at_checked(build).unwrap_or((&tail, "")),
        };
        if !self.draft.append(self.last, inside) {
            let written = self.site.shell(self.last)?;
            let why = "The context is the last word.";
            self.draft.put(self.last, format!("{written}{inside}"), why);
        }
        let mut out = std::mem::take(&mut self.draft).finish(command.span, self.site);
        if tail.len() > build {
            out.edits.extend(self.site.group());
        }
        if !outside.is_empty() {
            let why = "Pushing is a command of its own.";
            let text = self.site.view.escape(command.span, outside);
            out.edits.push(Edit::insert(command.span, command.span.end, text, why));
        }
        Ok(out)
    }

    /// BuildKit: one command that builds, names and pushes.
    fn joined(&mut self, words: &dyn Words) -> Result<Outcome, String> {
        let head = format!("{}{}", words.head(), words.switches(self.pushes(), true));
        self.draft.put(self.invocation.head, head, "BuildKit builds, names and pushes in one command.");
        let names: Vec<String> = self.names.iter().map(|(name, _)| name.clone()).collect();
        let mut output = words.names(&names, self.pushes())?.pop();
        if self.insecure() {
            output = output.map(|output| output.replacen("push=true", "push=true,registry.insecure=true", 1));
        }
        let cache = self.cache()?;
        self.place_of_file()?;
        for flag in &self.invocation.flags {
            let text = match flag.name.as_str() {
                "context" => Some(words.context(&self.context, self.file.is_some())),
                "dockerfile" => Some(words.file(&value_text(flag, self.site)?)?),
                "destination" => output.take(),
                "cache" => cache.as_ref().map(|repository| {
                    let to = match self.invocation.has("no-push-cache") {
                        true => String::new(),
                        false => format!(" --export-cache type=registry,ref={repository},mode=max"),
                    };
                    format!("--import-cache type=registry,ref={repository}{to}")
                }),
                "tar-path" | "tarPath" => {
                    let [(name, _)] = self.names.as_slice() else {
                        return Err(format!("`--{}`: which names the file holds can't be told", flag.name));
                    };
                    let file = value_text(flag, self.site)?;
                    Some(format!("--output type=docker,name={name},dest={file}"))
                }
                "digest-file" => return Err(by_hand(flag, self.site.builder)),
                _ => None,
            };
            self.one(flag, text, Some(words))?;
        }
        Ok(std::mem::take(&mut self.draft).finish(self.site.command.span, self.site))
    }

    /// Fails, or leaves a note, where the Dockerfile may be in one of two places: Kaniko looks where it runs, and then in
    /// the context.
    fn place_of_file(&mut self) -> Result<(), String> {
        let Some(file) = &self.file else {
            if !is_here(&self.context) {
                self.draft.notes.push(format!(
                    "it names no Dockerfile: Kaniko takes one from the working folder before the one in `{}`, BuildKit is \
                     given the latter",
                    self.context
                ));
            }
            return Ok(());
        };
        let plain = |text: &str| text.replace(['"', '\'', '{', '}'], "");
        let (file, context) = (plain(file), plain(&self.context));
        let told = file.starts_with(['/', '$'])
            || file.starts_with("./")
            || is_here(&self.context)
            || file.starts_with(&format!("{}/", context.trim_end_matches('/')));
        match told {
            true => Ok(()),
            false => Err(format!(
                "`--dockerfile {file}` is looked for in the working folder and then in the context: name it from the working \
                 folder"
            )),
        }
    }

    /// One option: as `text` says, as the catalog says, or as it was.
    fn one(&mut self, flag: &FlagUse, text: Option<String>, words: Option<&dyn Words>) -> Result<(), String> {
        let builder = self.site.builder;
        let found = translate_kaniko(&flag.name, builder)
            .ok_or_else(|| format!("`--{}` is no option of Kaniko's executor that is known", flag.name))?;
        let title = builder.info().name();
        let why = match found.note {
            "" => format!("`--{}` is spelled in {title}'s way.", flag.name),
            note => note.to_owned(),
        };
        if let Some(text) = text {
            self.draft.put(flag.span, text, why);
            self.last = flag.span;
            return Ok(());
        }
        if GATHERED.contains(&flag.name.as_str()) {
            self.draft.remove(flag.span, why);
            return Ok(());
        }
        let is_switch = flags("kaniko", "")
            .and_then(|table| table.find_long(&flag.name))
            .is_some_and(|known| known.takes_value == Takes::Nothing);
        if is_switch && !flag.is_on() {
            self.draft.remove(flag.span, "There is nothing to switch off.");
            return Ok(());
        }
        match found.verdict {
            Translated::Drop => self.draft.remove(flag.span, why),
            Translated::None | Translated::NeedsPerson => return Err(by_hand(flag, builder)),
            Translated::Equivalent => {
                let value = value_text(flag, self.site)?;
                let plain = flag.value.as_ref().is_some_and(|value| !value.as_str().contains('='));
                let text = match words.filter(|_| flag.name == "build-arg" && plain) {
                    Some(words) => match words.option(flag, &value, &[], self.pushes())? {
                        Word::Write(text, _) => text,
                        _ => return Err(by_hand(flag, builder)),
                    },
                    None => found.template.replace("{value}", &value),
                };
                self.last = flag.span;
                let same = found.template == format!("--{} {{value}}", flag.name);
                if !same {
                    self.draft.put(flag.span, text, why);
                }
            }
        }
        Ok(())
    }

    /// The repository of the cache, where there is one: Kaniko takes `cache` below the first image where none is named.
    fn cache(&self) -> Result<Option<String>, String> {
        if !self.invocation.has("cache") {
            return Ok(None);
        }
        if let Some(repository) = self.value("cache-repo")? {
            return Ok(Some(repository));
        }
        let (name, _) = self.names.first().ok_or("`--cache`: nothing names a repository for it")?;
        let inner = unquoted(name).ok_or("`--cache`: name its repository with `--cache-repo`")?;
        let tag = Reference::parse(inner).tag;
        let repository = match inner.strip_suffix(tag) {
            Some(rest) if !tag.is_empty() => rest.trim_end_matches(':'),
            _ => inner,
        };
        if repository.contains('@') {
            return Err("`--cache`: name its repository with `--cache-repo`".into());
        }
        let quote = if inner.len() < name.len() { name.get(..1).unwrap_or("") } else { "" };
        Ok(Some(below(&format!("{quote}{repository}{quote}"), "cache")))
    }
}

/// Whether a context is the folder that a job's script starts in.
fn is_here(context: &str) -> bool {
    let inner = unquoted(context).unwrap_or(context).trim_end_matches('/');
    matches!(inner, "." | "$CI_PROJECT_DIR" | "${CI_PROJECT_DIR}" | "$PWD" | "${PWD}")
}

fn by_hand(flag: &FlagUse, builder: Builder) -> String {
    let note = translate_kaniko(&flag.name, builder).map_or("", |found| found.note.trim_end_matches('.'));
    format!("`--{}` of Kaniko's executor: {note}", flag.name)
}
