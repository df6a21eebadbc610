//! Actions that stand for docker commands, as scripts for a builder.

use crate::order;
use daemonless_catalog::{Builder, flags};

use super::call::Call;
use super::value::{Part, Variables, is_one_word, parts, quoted, whole_expression};
use crate::engine::command_line::FlagUse;
use crate::engine::image::Reference;
use crate::model::Value;
use crate::rewrite::translate::{Answer, build_option, cache, is_on_docker_hub, is_on_loopback};

/// What takes an action's place in its step.
#[derive(Debug, Default)]
pub(super) struct Script {
    pub(super) lines: Vec<String>,
    pub(super) variables: Variables,
    /// It uses lists, which only Bash has.
    pub(super) bash: bool,
    /// The action fetched the repository by itself.
    pub(super) needs_checkout: bool,
    pub(super) notes: Vec<String>,
    /// Sentences that tell what became of the inputs.
    pub(super) reasons: Vec<String>,
}

/// Inputs of `docker/build-push-action` that its options do not show.
static BUILD_INPUTS: &[&str] = &["github-token", "load", "push", "context", "path"];
static LOGIN_INPUTS: &[&str] = &["registry", "login-server", "username", "password", "ecr", "logout"];

/// Options that may be given several times, each value on a line of its input; those of the second list are divided by
/// commas as well.
static LISTS: &[&str] = &["annotation", "build-arg", "build-context", "label", "ulimit"];
static COMMA_LISTS: &[&str] = &["add-host", "ssh", "tag"];

/// A command longer than this has each of its options on a line of its own.
const WIDEST: usize = 100;

/// Where a push leaves the digest for later steps.
const DIGEST: &str = "\"$RUNNER_TEMP/digest\"";

/// `docker/login-action`.
pub(super) fn login(mut call: Call<'_>) -> Result<Script, String> {
    call.knows_inputs(LOGIN_INPUTS)?;
    let id = call.view.builder.id();
    let input = |name: &str| call.input(name).filter(|text| !text.is_empty());
    let registry = input("registry").or_else(|| input("login-server"));
    let host = call.invocation.args.first().map_or("", Value::as_str);
    let ecr = input("ecr").unwrap_or_default();
    let is_ecr = host.contains(".dkr.ecr") || host.contains("public.ecr.aws");
    if ecr == "true" || (is_ecr && ecr != "false") {
        return Err(format!(
            "the action asks AWS for the password: pipe `aws ecr get-login-password` into `{id} login`"
        ));
    }
    let (Some(username), Some(password)) = (input("username"), input("password")) else {
        return Err(format!("the action logs in without a password (OIDC), which `{id} login` can't"));
    };
    let mut script = Script { variables: std::mem::take(&mut call.variables), ..Script::default() };
    let variables = &mut script.variables;
    let username = match whole_expression(&username) {
        Some(expression) => {
            format!("\"${}\"", variables.of(expression, Some("REGISTRY_USERNAME"), "REGISTRY_USERNAME")?)
        }
        None => variables.word(&username, "REGISTRY_USERNAME")?,
    };
    let password = match whole_expression(&password) {
        Some(expression) => variables.of(expression, Some("REGISTRY_PASSWORD"), "REGISTRY_PASSWORD")?,
        None => variables.set(password, "REGISTRY_PASSWORD", "REGISTRY_PASSWORD"),
    };
    let registry = match registry {
        Some(name) if name.contains("docker.io") => "docker.io".to_owned(),
        Some(name) => {
            match whole_expression(&name).filter(|_| !call.is_known(call.invocation.args.first())) {
                // Without a registry the action takes Docker Hub.
                Some(expression) => {
                    format!("\"${{{}:-docker.io}}\"", variables.of(expression, Some("REGISTRY"), "REGISTRY")?)
                }
                None => variables.word(&name, "REGISTRY")?,
            }
        }
        None => "docker.io".to_owned(),
    };
    // Docker speaks HTTP to a registry on its own machine without being asked.
    let plain = if is_on_loopback(&format!("{host}/image")) { " --tls-verify=false" } else { "" };
    script.lines.push(format!(
        "printf %s \"${password}\" | {id} login --username {username} --password-stdin{plain} {registry}"
    ));
    script.reasons.push("The password goes to standard input and stands on no command line.".into());
    Ok(script)
}

/// `docker/build-push-action`.
pub(super) fn build(call: Call<'_>) -> Result<Script, String> {
    call.knows_inputs(BUILD_INPUTS)?;
    let mut build = Build {
        script: Script::default(),
        options: Vec::new(),
        images: Vec::new(),
        left_out_cache: false,
        call,
    };
    build.script.variables = std::mem::take(&mut build.call.variables);
    build.run()?;
    Ok(build.script)
}

/// A name, or a list of names, that the image gets.
enum Image {
    /// A word of the script, what its name as a target starts with where that must be written out, and whether its
    /// registry runs on the job's own machine.
    One { word: String, scheme: Option<&'static str>, local: bool },
    /// A list of the script, and whether a name in it is of a registry on the job's own machine.
    List(String, bool),
}

/// Whether the result is pushed.
enum When {
    Never,
    Always,
    /// If this variable says so.
    If(String),
}

struct Build<'a> {
    call: Call<'a>,
    script: Script,
    options: Vec<String>,
    images: Vec<Image>,
    /// A cache was left out.
    left_out_cache: bool,
}

impl Build<'_> {
    fn run(&mut self) -> Result<(), String> {
        let builder = self.call.view.builder;
        let id = builder.id();
        let invocation = self.call.invocation;
        let mut flags: Vec<&FlagUse> = invocation.flags.iter().collect();
        order::sort_by_key(&mut flags, |flag| flag.span);
        let platforms = self.platforms()?;
        for flag in flags {
            match flag.name.as_str() {
                "platform" | "push" | "load" => {}
                "tag" => self.tag(flag)?,
                "cache-from" | "cache-to" => self.cache(builder, flag)?,
                "secret" => self.secret(flag)?,
                _ => self.option(builder, flag)?,
            }
        }
        let mut names = Vec::new();
        let mut list = None;
        match platforms {
            Some((word, true)) => {
                // A name that is an image's already can't become a list's, and a list that is there already grows.
                let site = self.call.site;
                let name = match (site.lists + 1, site.in_container || site.is_vm()) {
                    (1, true) => "image".to_owned(),
                    (count, true) => format!("image-{count}"),
                    (count, false) => format!("\"image-{count}-$GITHUB_RUN_ID-$GITHUB_RUN_ATTEMPT\""),
                };
                names.push(format!("--platform {word}"));
                names.push(format!("--manifest {name}"));
                let why = "A build for several platforms makes a list of images, which is pushed as a whole.";
                self.script.reasons.push(why.into());
                list = Some(name);
            }
            one => {
                names.extend(one.map(|(word, _)| format!("--platform {word}")));
                names.extend(self.images.iter().map(|image| match image {
                    Image::One { word, .. } => format!("-t {word}"),
                    Image::List(name, _) => format!("\"${{{name}[@]/#/--tag=}}\""),
                }));
            }
        }
        let context = self.context()?;
        let words = names.into_iter().chain(self.options.drain(..)).chain([context]);
        self.script.lines.extend(command(&format!("{id} build"), &words.collect::<Vec<_>>()));
        self.push(id, list.as_deref())
    }

    /// The value of `--platform` as a word, and whether it may be several.
    fn platforms(&mut self) -> Result<Option<(String, bool)>, String> {
        let Some(text) = self.call.input("platforms").filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        let items: Vec<&str> =
            text.split([',', '\n']).map(str::trim).filter(|item| !item.is_empty()).collect();
        let value = self.call.invocation.values("platform").last();
        let several = items.len() > 1
            || value
                .is_none_or(|value| value.unknown || value.texts().any(|text| text.as_str().contains(',')));
        if whole_expression(&text).is_some() && !self.call.is_known(value) {
            return Err("its platforms are told by an expression, which may be empty: name them".into());
        }
        Ok(Some((self.script.variables.word(&items.join(","), "platforms")?, several)))
    }

    fn tag(&mut self, flag: &FlagUse) -> Result<(), String> {
        let Some(value) = &flag.value else { return Ok(()) };
        let (input, text) = self.call.item(value)?;
        if self.is_list(value, &text) {
            let list = self.list(&input, &text, true)?;
            let local = self.call.is_local(&text);
            self.images.push(Image::List(list, local));
            return Ok(());
        }
        let word = self.script.variables.word(&text, &input)?;
        let registry = Reference::parse(value.as_str()).registry;
        let open = value.unknown && (registry.is_empty() || registry.contains('$'));
        // With the scheme, a name without a registry is Docker Hub's, as it is to Docker.
        let scheme =
            if open { Some("docker://") } else { is_on_docker_hub(value).then_some("docker://docker.io/") };
        self.images.push(Image::One { word, scheme, local: is_on_loopback(value.as_str()) });
        Ok(())
    }

    fn cache(&mut self, builder: Builder, flag: &FlagUse) -> Result<(), String> {
        let Some(value) = &flag.value else { return Ok(()) };
        let (input, text) = self.call.item(value)?;
        // Of an expression, what it can be tells the kind of the cache.
        let known = if whole_expression(&text).is_some() { value.as_str() } else { &text };
        if known.is_empty() || whole_expression(known).is_some() {
            return Err(format!("an expression tells its `{input}`: write it out"));
        }
        let found = cache(builder, &flag.name, known);
        self.script.reasons.push(found.reason);
        // Reading a cache and writing it are one thing to decide on.
        if found.note.is_some() && !self.left_out_cache {
            self.left_out_cache = true;
            self.script.notes.extend(found.note);
        }
        let Some(repository) = found.repository else { return Ok(()) };
        if builder == Builder::Buildah && !self.options.iter().any(|option| option == "--layers") {
            self.options.push("--layers".into());
        }
        let word = self.script.variables.word(&repository, &input)?;
        self.options.push(format!("--{} {word}", flag.name));
        Ok(())
    }

    /// Secrets come as values, as names of variables, or as files, each by its own input.
    fn secret(&mut self, flag: &FlagUse) -> Result<(), String> {
        let Some(value) = &flag.value else { return Ok(()) };
        let (input, text) = self.call.item(value)?;
        let Some((name, secret)) = text.split_once('=') else {
            return Err(format!("its `{input}` are told by an expression: write them out"));
        };
        if parts(name).iter().any(|part| matches!(part, Part::Expression(_))) {
            return Err(format!("its `{input}` have a name that an expression tells"));
        }
        let name = quoted(name);
        let word = match input.as_str() {
            "secret-files" => {
                format!("--secret id={name},src={}", self.script.variables.word(secret, "FILE")?)
            }
            "secret-envs" => format!("--secret id={name},env={}", quoted(secret)),
            _ => {
                let variable = match whole_expression(secret) {
                    Some(expression) => self.script.variables.of(expression, None, "SECRET")?,
                    None => self.script.variables.set(secret.to_owned(), "SECRET", "SECRET"),
                };
                format!("--secret id={name},env={variable}")
            }
        };
        self.options.push(word);
        Ok(())
    }

    /// An option by its entry in the catalog.
    fn option(&mut self, builder: Builder, flag: &FlagUse) -> Result<(), String> {
        let template = match build_option(builder, flag)? {
            Answer::Remove { reason } => {
                self.script.reasons.push(reason);
                return Ok(());
            }
            Answer::Keep => format!("--{} {{value}}", flag.name),
            Answer::Write { found, note, .. } => {
                self.script.notes.extend(note);
                found.template.to_owned()
            }
        };
        let Some(value) = &flag.value else {
            let input = self.call.switch(flag);
            if !input.eq_ignore_ascii_case("true") {
                return Err(format!("an expression tells `{}`: write `true` or leave it out", flag.name));
            }
            self.options.push(template.replace(" {value}", ""));
            return Ok(());
        };
        let (input, text) = self.call.item(value)?;
        if self.is_list(value, &text) && is_repeated(&flag.name) {
            if flags(builder.id(), "build").and_then(|table| table.find_long(&flag.name)).is_none() {
                return Err(format!("an expression tells its `{input}`: write them out"));
            }
            let list = self.list(&input, &text, COMMA_LISTS.contains(&flag.name.as_str()))?;
            self.options.push(format!("\"${{{list}[@]/#/--{}=}}\"", flag.name));
            return Ok(());
        }
        let may_be_empty = whole_expression(&text)
            .filter(|expression| !is_one_word(expression) && !self.call.is_known(Some(value)));
        let word = self.script.variables.word(&text, &input)?;
        let option = template.replace("{value}", &word);
        self.options.push(match may_be_empty {
            // An input that is empty is one that is not given.
            Some(_) => format!("${{{}:+{option}}}", word.trim_matches(['"', '$', '{', '}'])),
            None => option,
        });
        Ok(())
    }

    /// Whether a value is an expression that may stand for several lines.
    fn is_list(&self, value: &Value, text: &str) -> bool {
        whole_expression(text).is_some_and(|expression| !is_one_word(expression))
            && (!self.call.is_known(Some(value))
                || value.texts().any(|text| text.as_str().trim().contains(['\n', ','])))
    }

    /// A list of the script with the lines of an expression. Gives its name.
    fn list(&mut self, input: &str, text: &str, commas: bool) -> Result<String, String> {
        let expression = whole_expression(text).unwrap_or("");
        let name = self.script.variables.of(expression, Some(input), input)?;
        let list = name.to_ascii_lowercase();
        let line = if self.call.is_metadata(expression) {
            format!("mapfile -t {list} <<< \"${name}\"")
        } else if commas {
            format!("mapfile -t {list} < <(tr ',' '\\n' <<< \"${name}\" | grep .)")
        } else {
            format!("mapfile -t {list} < <(grep . <<< \"${name}\")")
        };
        if !self.script.lines.contains(&line) {
            self.script.lines.push(line);
        }
        self.script.bash = true;
        Ok(list)
    }

    /// The build context. Where none is given, the action fetches the repository by itself.
    fn context(&mut self) -> Result<String, String> {
        let given = self.call.input("context").or_else(|| self.call.input("path"));
        let default = "{{defaultContext}}";
        match given.filter(|text| !text.is_empty()) {
            None => {
                self.call.checkout().map(|needed| self.script.needs_checkout = needed).map(|()| ".".into())
            }
            Some(text) if text.starts_with(default) => {
                self.script.needs_checkout = self.call.checkout()?;
                let below = text.get(default.len()..).unwrap_or("").trim_start_matches(':');
                self.script.variables.word(if below.is_empty() { "." } else { below }, "context")
            }
            Some(text) => {
                let known = self.call.is_known(self.call.invocation.args.first());
                let has_checkout = self.call.checkout() == Ok(false);
                let may_be_empty = |expression: &&str| has_checkout && !known && !is_one_word(expression);
                match whole_expression(&text).filter(may_be_empty) {
                    Some(expression) => {
                        let name = self.script.variables.of(expression, None, "context")?;
                        Ok(format!("\"${{{name}:-.}}\""))
                    }
                    None => self.script.variables.word(&text, "context"),
                }
            }
        }
    }

    /// The commands that push, if any do.
    fn push(&mut self, id: &str, list: Option<&str>) -> Result<(), String> {
        let when = match self.call.input("push").unwrap_or_default().as_str() {
            "" | "false" | "False" | "FALSE" => When::Never,
            "true" | "True" | "TRUE" => When::Always,
            text => match whole_expression(text) {
                Some(expression) => When::If(self.script.variables.of(expression, Some("PUSH"), "PUSH")?),
                None => return Err("its `push` is neither true nor false".into()),
            },
        };
        if matches!(when, When::Never) {
            return Ok(());
        }
        if self.images.is_empty() {
            return Err("it pushes and names no image".into());
        }
        let options = |local: bool| {
            let digest =
                if self.call.tells_digest() { format!(" --digestfile {DIGEST}") } else { String::new() };
            // Docker speaks HTTP to a registry on its own machine without being asked.
            let plain = if local { " --tls-verify=false" } else { "" };
            format!("{digest}{plain}")
        };
        let mut lines = Vec::new();
        for image in &self.images {
            match image {
                Image::One { word, scheme, local } => {
                    let options = options(*local);
                    let target = scheme.map(|scheme| with_scheme(scheme, word));
                    lines.push(match (list, target) {
                        (None, None) => format!("{id} push{options} {word}"),
                        (None, Some(target)) => format!("{id} push{options} {word} {target}"),
                        (Some(list), target) => {
                            let target = target.unwrap_or_else(|| with_scheme("docker://", word));
                            format!("{id} manifest push --all{options} {list} {target}")
                        }
                    });
                }
                Image::List(name, local) => {
                    let options = options(*local);
                    lines.push(format!("for tag in \"${{{name}[@]}}\"; do"));
                    lines.push(match list {
                        Some(list) => format!("  {id} manifest push --all{options} {list} \"docker://$tag\""),
                        None => format!("  {id} push{options} \"$tag\" \"docker://$tag\""),
                    });
                    lines.push("done".into());
                }
            }
        }
        if self.call.tells_digest() {
            lines.push(format!("echo \"digest=$(cat {DIGEST})\" >> \"$GITHUB_OUTPUT\""));
        }
        match when {
            When::If(name) => {
                self.script.lines.push(format!("if [ \"${name}\" = \"true\" ]; then"));
                self.script.lines.extend(lines.iter().map(|line| format!("  {line}")));
                self.script.lines.push("fi".into());
            }
            _ => self.script.lines.extend(lines),
        }
        Ok(())
    }
}

/// A command with its words, on one line or on one for each option.
fn command(head: &str, words: &[String]) -> Vec<String> {
    let line = format!("{head} {}", words.join(" "));
    if line.chars().count() <= WIDEST {
        return vec![line];
    }
    let last = words.len().saturating_sub(1);
    let rest = words.iter().enumerate().map(|(at, word)| {
        let end = if at == last { "" } else { " \\" };
        format!("  {word}{end}")
    });
    std::iter::once(format!("{head} \\")).chain(rest).collect()
}

/// A word of a script with something in front of its text.
fn with_scheme(scheme: &str, word: &str) -> String {
    match word.strip_prefix(['"']) {
        Some(rest) => format!("\"{scheme}{rest}"),
        None => format!("{scheme}{word}"),
    }
}

fn is_repeated(option: &str) -> bool {
    LISTS.contains(&option) || COMMA_LISTS.contains(&option)
}
