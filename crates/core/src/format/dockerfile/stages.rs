//! The stages of a Dockerfile: what each stands on, takes from others, and leaves in its image.

use std::rc::Rc;

use super::needs;
use crate::map::Map;
use crate::model::{Command, Mount, Place, SyntaxError, Value, Var};
use crate::script::{self, Scope, is_foreign};
use crate::source::{Span, Text};
use crate::syntax::dockerfile::{
    Dockerfile, Expander, Instruction, Keyword, Vars, fields, json_array, pairs, unquoted,
};

/// All stages, and what they have in common.
pub(super) struct Stages {
    pub list: Vec<Stage>,
    /// Every image that is named by a `FROM`, a `COPY --from` or a mount, in order of place. Stages are no images.
    pub images: Vec<Value>,
    /// What `ADD` downloads, in all stages.
    pub fetched: Vec<Value>,
    /// What the `RUN` lines of all stages run.
    pub commands: Vec<Command>,
    /// How many scripts these commands come from.
    pub scripts: u32,
    /// What of them could not be read.
    pub errors: Vec<SyntaxError>,
}

/// One stage, with what its own lines say.
#[derive(Default)]
pub(super) struct Stage {
    pub name: Option<Text>,
    /// From its `FROM` to its last line.
    pub span: Span,
    pub from: Span,
    /// The stage that it stands on.
    pub parent: Option<usize>,
    /// The image that it stands on, through all stages in between: an index into [`Stages::images`]. `None`: `scratch`.
    pub image: Option<usize>,
    /// Where the image comes from, if not from this stage's `FROM`: its reference to the stage that has it.
    pub reference: Option<Span>,
    pub takes: Vec<Take>,
    pub env: Vec<Var>,
    pub volumes: Vec<Mount>,
    pub ports: Vec<Value>,
    pub user: Option<Value>,
    pub entrypoint: Option<Form>,
    pub cmd: Option<Form>,
    shell: Option<Rc<Vec<Text>>>,
    vars: Rc<Vars>,
}

/// A `COPY --from`.
pub(super) struct Take {
    pub from: Source,
    pub paths: Vec<Value>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Stage(usize),
    Image(usize),
}

/// The words of a `CMD` or `ENTRYPOINT`.
pub(super) struct Form {
    words: Vec<Text>,
    /// For a shell form: the shell that its one word is handed to, and where the keyword stands.
    shell: Option<(Option<Rc<Vec<Text>>>, Span)>,
}

impl Form {
    pub(super) fn is_shell(&self) -> bool {
        self.shell.is_some()
    }

    /// The words that the container runs.
    pub(super) fn words(&self) -> Vec<Value> {
        let mut out = Vec::new();
        match &self.shell {
            Some((Some(shell), _)) => out.extend(shell.iter().cloned().map(Value::literal)),
            Some((None, at)) => {
                out.extend(["/bin/sh", "-c"].map(|word| Value::literal(Text::replaced(word, *at))));
            }
            None => {}
        }
        out.extend(self.words.iter().cloned().map(Value::literal));
        out
    }
}

impl Stages {
    pub(super) fn read(tree: &Dockerfile) -> Self {
        let mut reader = Reader {
            escape: tree.escape,
            out: Self {
                list: Vec::new(),
                images: Vec::new(),
                fetched: Vec::new(),
                commands: Vec::new(),
                scripts: 0,
                errors: Vec::new(),
            },
            names: Map::new(),
            globals: Vars::default(),
            vars: Vars::default(),
            expander: Expander::new(tree.escape),
            handed: 0,
        };
        for instruction in &tree.instructions {
            reader.instruction(instruction);
        }
        reader.end_stage();
        reader.out
    }

    /// A stage and those that it stands on, the lowest first.
    pub(super) fn chain(&self, stage: usize) -> Vec<&Stage> {
        let mut chain: Vec<&Stage> =
            std::iter::successors(self.list.get(stage), |stage| self.list.get(stage.parent?)).collect();
        chain.reverse();
        chain
    }

    /// The image that a source is, or stands on.
    pub(super) fn image_of(&self, source: Source) -> Option<usize> {
        match source {
            Source::Image(image) => Some(image),
            Source::Stage(stage) => self.list.get(stage)?.image,
        }
    }
}

struct Reader {
    escape: u8,
    out: Stages,
    /// Stages by their name in lower case.
    names: Map<String, usize>,
    /// What stands before the first `FROM`.
    globals: Vars,
    /// Those of the stage that is being read.
    vars: Vars,
    expander: Expander,
    /// How many bytes of variables were handed to scripts.
    handed: usize,
}

/// The most bytes of variables that all scripts of a file are handed together; scripts after that see none.
const MOST_HANDED: usize = 16 << 20;
/// How many commands all scripts of a file may have, and for how many bytes before them they may have one more.
const FREE_COMMANDS: usize = 100_000;
const BYTES_OF_COMMAND: usize = 64;
const TOO_MANY: &str = "there are more commands here than are read of one Dockerfile";
/// What a variable counts beside its value.
const COST_OF_VAR: usize = 64;

impl Reader {
    fn instruction(&mut self, instruction: &Instruction) {
        if instruction.onbuild.is_some() {
            // It runs in another image's build, with variables that are not known here.
            if instruction.keyword == Keyword::Run {
                self.run(instruction, Scope::new([]));
            }
            return;
        }
        if instruction.keyword == Keyword::From {
            return self.from(instruction);
        }
        if instruction.keyword == Keyword::Arg {
            return self.arg(instruction);
        }
        if self.out.list.is_empty() {
            // Without a FROM there is still a stage: one on an unknown image.
            self.out.list.push(Stage {
                span: instruction.span,
                from: instruction.keyword_span,
                ..Stage::default()
            });
        }
        match instruction.keyword {
            Keyword::Env => return self.env(instruction),
            Keyword::Run => {
                let scope = self.scope();
                self.mounts(instruction);
                self.run(instruction, scope);
            }
            Keyword::Copy | Keyword::Add => self.copy(instruction),
            _ => {}
        }
        let list = |texts: Option<Vec<Text>>, reader: &mut Self| -> Vec<Value> {
            let texts = texts.unwrap_or_else(|| fields(&instruction.body));
            texts.iter().map(|text| reader.expander.expand(text, &reader.vars)).collect()
        };
        match instruction.keyword {
            Keyword::Volume => {
                let targets = list(json_array(&instruction.body), self);
                let volume = |target: Value| Mount {
                    source: None,
                    span: target.span,
                    target: Some(target),
                    read_only: false,
                    declared_only: true,
                };
                self.stage().volumes.extend(targets.into_iter().map(volume));
            }
            Keyword::Expose => {
                let ports = list(None, self);
                self.stage().ports.extend(ports);
            }
            Keyword::User => {
                let user = self.expander.expand(&instruction.body, &self.vars);
                self.stage().user = Some(user);
            }
            Keyword::Shell => self.stage().shell = json_array(&instruction.body).map(Rc::new),
            Keyword::Cmd => {
                let form = self.form(instruction);
                self.stage().cmd = form;
            }
            Keyword::Entrypoint => {
                let form = self.form(instruction);
                self.stage().entrypoint = form;
            }
            _ => {}
        }
        let stage = self.stage();
        stage.span = stage.span.to(instruction.span);
    }

    fn stage(&mut self) -> &mut Stage {
        if self.out.list.is_empty() {
            self.out.list.push(Stage::default());
        }
        let last = self.out.list.len() - 1;
        &mut self.out.list[last]
    }

    fn from(&mut self, instruction: &Instruction) {
        self.end_stage();
        let (image, name) = instruction.from();
        let mut stage = Stage { span: instruction.span, from: instruction.span, ..Stage::default() };
        let value = image.map(|image| self.expander.expand(&image, &self.globals)).unwrap_or_default();
        if let Some(&parent) = self.names.get(&value.as_str().to_ascii_lowercase()) {
            let below = self.out.list.get(parent);
            stage.parent = Some(parent);
            stage.image = below.and_then(|below| below.image);
            stage.shell = below.and_then(|below| below.shell.clone());
            stage.reference = Some(value.span);
            self.vars = Vars::over(below.map(|below| Rc::clone(&below.vars)));
        } else {
            self.vars = Vars::default();
            if value.as_str() != "scratch" && !value.text.is_empty() {
                stage.image = Some(self.image(value));
            }
        }
        if let Some(name) = &name {
            self.names.insert(name.as_str().to_ascii_lowercase(), self.out.list.len());
        }
        stage.name = name;
        self.out.list.push(stage);
    }

    /// The stage's variables are whole now: stages that stand on it can see them.
    fn end_stage(&mut self) {
        let vars = std::mem::take(&mut self.vars);
        if let Some(stage) = self.out.list.last_mut() {
            stage.vars = Rc::new(vars);
        }
    }

    fn image(&mut self, value: Value) -> usize {
        self.out.images.push(value);
        self.out.images.len() - 1
    }

    fn arg(&mut self, instruction: &Instruction) {
        let global = self.out.list.is_empty();
        for (name, default) in pairs(&instruction.body, self.escape, true) {
            let value = match &default {
                Some(default) if global => Some(self.expander.expand(default, &self.globals)),
                Some(default) => Some(self.expander.expand(default, &self.vars)),
                // Within a stage the bare name brings in the one from above the first FROM.
                None => {
                    self.globals.get(name.as_str()).flatten().and_then(|var| self.expander.copy(&var.value))
                }
            };
            let vars = if global { &mut self.globals } else { &mut self.vars };
            vars.declare(name.as_str(), name.span(), value);
        }
    }

    fn env(&mut self, instruction: &Instruction) {
        let mut set = Vec::new();
        for (name, value) in pairs(&instruction.body, self.escape, false) {
            let name_text = unquoted(&name, self.escape);
            let value = value.map(|value| self.expander.expand(&value, &self.vars)).unwrap_or_default();
            let name = name_text.as_str().to_owned();
            set.push(Var { name, name_span: name_text.span(), value });
        }
        // All at once: the values of one ENV do not see each other.
        for var in &set {
            self.vars.set(var.clone());
        }
        let stage = self.stage();
        stage.env.extend(set);
        stage.span = stage.span.to(instruction.span);
    }

    fn copy(&mut self, instruction: &Instruction) {
        let mut paths = json_array(&instruction.body).unwrap_or_else(|| fields(&instruction.body));
        let target = paths.pop();
        let all = matches!(paths.as_slice(), [only] if only.as_str() == "/")
            && target.is_some_and(|target| target.as_str() == "/");
        let paths: Vec<Value> = paths.iter().map(|path| self.expander.expand(path, &self.vars)).collect();
        let Some(from) = instruction.flags("from").filter_map(|flag| flag.value.as_ref()).last() else {
            let fetched = paths.into_iter().filter(|path| path.as_str().contains("://"));
            self.out.fetched.extend(fetched);
            return;
        };
        let from = self.source(from);
        let image = self.out.image_of(from);
        let stage = self.stage();
        // All of another image, on an empty one, is that image with other settings.
        if all && stage.image.is_none() {
            stage.image = image;
            stage.reference = matches!(from, Source::Stage(_)).then_some(instruction.span);
        } else {
            stage.takes.push(Take { from, paths });
        }
    }

    /// Images that a RUN's mounts name.
    fn mounts(&mut self, instruction: &Instruction) {
        for flag in instruction.flags("mount") {
            if let Some(from) = flag.value.as_ref().and_then(|mount| needs::option(mount, &["from"])) {
                self.source(&from);
            }
        }
    }

    /// A stage by its name or number, or else an image.
    fn source(&mut self, text: &Text) -> Source {
        let value = self.expander.expand(text, &self.vars);
        let named = self.names.get(&value.as_str().to_ascii_lowercase()).copied();
        let numbered = || value.as_str().parse().ok().filter(|stage| *stage < self.out.list.len());
        match named.or_else(numbered) {
            Some(stage) => Source::Stage(stage),
            None => Source::Image(self.image(value)),
        }
    }

    fn form(&mut self, instruction: &Instruction) -> Option<Form> {
        if let Some(words) = instruction.exec() {
            return Some(Form { words, shell: None });
        }
        if instruction.body.is_empty() {
            return None;
        }
        let shell = Some((self.stage().shell.clone(), instruction.keyword_span));
        Some(Form { words: vec![instruction.body.clone()], shell })
    }

    fn run(&mut self, instruction: &Instruction, mut scope: Scope) {
        let before = instruction.keyword_span.start as usize;
        if self.out.commands.len() >= FREE_COMMANDS + before / BYTES_OF_COMMAND {
            if self.out.errors.last().is_none_or(|error| error.message != TOO_MANY) {
                let span = instruction.keyword_span;
                self.out.errors.push(SyntaxError { span, message: TOO_MANY.to_owned() });
            }
            return;
        }
        let script = self.out.scripts;
        self.out.scripts = script.saturating_add(1);
        if let Some(words) = instruction.exec() {
            let words: Vec<Value> = words.into_iter().map(Value::literal).collect();
            self.out.commands.extend(script::lower_words(&words, &mut scope, script, Place::Job));
            return;
        }
        let text = instruction.script();
        if !(instruction.is_bare_heredoc() && is_foreign(text.as_str())) {
            self.out.commands.extend(script::lower(&text, &mut scope, script));
            self.out.errors.extend(scope.into_errors());
        }
    }

    /// The stage's variables for one script. Each RUN is a shell of its own, so each gets its own scope.
    fn scope(&mut self) -> Scope {
        if self.handed >= MOST_HANDED {
            return Scope::new([]);
        }
        let known = self.vars.known();
        self.handed += 1 + known.iter().map(|var| COST_OF_VAR + var.value.text.len()).sum::<usize>();
        if self.handed >= MOST_HANDED {
            return Scope::new([]);
        }
        Scope::new(known)
    }
}
