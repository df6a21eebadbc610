//! GitLab CI: `.gitlab-ci.yml` and files that it includes.

mod include;
mod inherit;
mod variables;

use self::inherit::{Link, Pipeline};
use self::variables::Variables;
use super::{Format, Probe};
use crate::files::Files;
use crate::map::{Map, Set};
use crate::model::{Container, Host, Job, Reach, Role, SyntaxError, Told, Unit, Value, Var};
use crate::script::{self, Scope};
use crate::source::FileId;
use crate::syntax::yaml::{self, NodeId, Tree};

pub(super) static FORMAT: Format = Format { id: "gitlab-ci", title: "GitLab CI", recognise, lower };

/// Top-level keys that are no jobs.
static RESERVED: &[&str] = &[
    "default",
    "include",
    "stages",
    "types",
    "variables",
    "workflow",
    "spec",
    "image",
    "services",
    "cache",
    "before_script",
    "after_script",
    "pages:deploy",
    "component",
];

fn recognise(probe: &Probe<'_>) -> u8 {
    let name = probe.name.to_ascii_lowercase();
    let yaml = name.ends_with(".yml") || name.ends_with(".yaml");
    if yaml && (name.contains("gitlab-ci") || probe.path.contains(".gitlab/")) {
        return 100;
    }
    if probe.keys.is_empty() {
        return 0;
    }
    // Keys that other formats have on top and GitLab does not.
    let foreign = [
        "on",
        "jobs",
        "pipelines",
        "steps",
        "language",
        "dist",
        "pool",
        "trigger",
        "apiVersion",
        "kind",
        "pipeline",
    ];
    if foreign.iter().any(|key| probe.has(key)) {
        return 0;
    }
    let top = [
        ("stages", 40),
        ("before_script", 30),
        ("workflow", 20),
        ("include", 15),
        ("default", 15),
        ("variables", 15),
        ("image", 10),
    ];
    let below = [
        ("script", 45),
        ("stage", 25),
        ("extends", 20),
        ("before_script", 20),
        ("only", 10),
        ("rules", 10),
        ("trigger", 10),
    ];
    let score: u32 = top.iter().filter(|(key, _)| probe.has(key)).map(|(_, score)| score).sum::<u32>()
        + below.iter().filter(|(key, _)| probe.has_below(key)).map(|(_, score)| score).sum::<u32>();
    u8::try_from(score.min(95)).unwrap_or(95)
}

fn lower(files: &Files<'_>, id: FileId) -> Unit {
    let mut unit = pipeline(files, id);
    let mut seen = Set::from_iter([id]);
    let mut todo = std::mem::take(&mut unit.children);
    // Child pipelines are pipelines of their own; those that are reported on themselves are told there.
    while let Some((child, job)) = todo.pop() {
        if files.is_read(child) && seen.insert(child) {
            let mut inner = pipeline(files, child);
            todo.append(&mut inner.children);
            unit.unit.jobs.extend(
                inner
                    .unit
                    .jobs
                    .into_iter()
                    .map(|inner| Job { name: format!("{job} / {}", inner.name), ..inner }),
            );
        }
    }
    unit.unit
}

/// What one pipeline has, without its child pipelines.
#[derive(Default)]
struct Lowered {
    unit: Unit,
    /// The files of child pipelines, each with the job that starts it.
    children: Vec<(FileId, String)>,
}

fn pipeline(files: &Files<'_>, id: FileId) -> Lowered {
    let Some(file) = files.file(id) else { return Lowered::default() };
    let own = yaml::parse(id, &file.text);
    let root = include::root(files, id);
    let composed = include::composed(files, root, &own);
    let whole = composed.as_ref().map(yaml::parse_text);
    let tree = whole.as_ref().unwrap_or(&own);
    // The jobs of a file that is reported on itself are told there.
    let concerns = |key: NodeId| {
        let file = tree.span(key).file;
        file == id || (root == id && files.is_read(file))
    };
    let pipeline = Pipeline::new(tree);
    let mut unit = Unit { errors: own.errors.clone(), ..Unit::default() };
    let mut children = Vec::new();
    let hidden_in_use = pipeline.used_templates();
    for (name, key, body) in pipeline.jobs() {
        let hidden = name.starts_with('.');
        let is_job = !RESERVED.contains(&name) && tree.is_mapping(body) && concerns(key);
        if !is_job || (hidden && (hidden_in_use.contains(name) || tree.span(key).file != id)) {
            continue;
        }
        let chain = pipeline.chain(body);
        if let Some(circle) = chain.circle {
            unit.errors.push(SyntaxError { span: circle, message: "`extends` leads in a circle".into() });
        }
        let started =
            pipeline.lookup(&chain.links, "trigger").and_then(|trigger| tree.get(trigger, "include"));
        let paths = started.map(|node| include::paths(tree, node)).unwrap_or_default();
        let found = paths.iter().filter_map(|path| files.find(id, path));
        children.extend(found.map(|child| (child, name.to_owned())));
        let reader = Reader { tree, pipeline: &pipeline, links: &chain.links };
        let was_spent = pipeline.is_spent();
        unit.jobs.push(reader.job(name, key, body));
        if pipeline.is_spent() && !was_spent {
            let message =
                "jobs inherit more than is read of one file: from this job on, what they inherit is left out";
            unit.errors.push(SyntaxError { span: tree.span(key), message: message.into() });
        }
    }
    if unit.jobs.is_empty() {
        unit.jobs.extend(globals(tree, &pipeline).filter(|job| job.span.file == id));
    }
    Lowered { unit, children }
}

/// A file of globals alone, as included files are: they concern every job of those that include it.
fn globals(tree: &Tree<'_>, pipeline: &Pipeline<'_, '_>) -> Option<Job> {
    let (key, body) = pipeline.global_entry()?;
    let reader = Reader { tree, pipeline, links: &[] };
    let mut job = reader.job("(every job)", key, body);
    job.span = tree.span(key).to(tree.span(body));
    Some(job)
}

/// One job, seen through all that it inherits.
struct Reader<'a, 't> {
    tree: &'a Tree<'t>,
    pipeline: &'a Pipeline<'a, 't>,
    /// The job's own mapping, then what it extends, nearest first.
    links: &'a [Link],
}

impl Reader<'_, '_> {
    fn job(&self, name: &str, key: NodeId, body: NodeId) -> Job {
        let tree = self.tree;
        let variables = Variables::new(tree, self.pipeline, self.links);
        let mut job = Job {
            name: name.to_owned(),
            name_span: tree.span(key),
            span: tree.span(key).to(tree.span(body)),
            noun: "job",
            ..Job::default()
        };
        if let Some((image, _)) = self.inherited("image") {
            job.containers.extend(self.image(image, &variables));
        }
        if let Some((services, _)) = self.inherited("services") {
            for service in self.pipeline.flatten(services) {
                if self.pipeline.afford(COST_OF_SERVICE) {
                    job.containers.extend(self.service(service, &variables));
                }
            }
        }
        job.host = self.host();
        job.reach = self.reach();
        job.env = variables.into_env(self.pipeline);
        let mut scope = Scope::new(&job.env);
        self.script("before_script", 0, &mut scope, &mut job);
        self.script("script", 1, &mut scope, &mut job);
        self.steps(&mut scope, &mut job);
        let mut after = Scope::new(&job.env);
        self.script("after_script", 2, &mut after, &mut job);
        // The lines of a script are read one by one, so what is open at a line's end may end in the next.
        job.errors.extend([scope, after].into_iter().filter_map(Scope::into_overflow));
        job
    }

    /// The value of a key: the job's own, what it extends, or the default of the file.
    fn inherited(&self, key: &str) -> Option<(NodeId, bool)> {
        self.pipeline.lookup(self.links, key).map(|node| (node, false)).or_else(|| {
            let node = self.pipeline.default(self.links, key)?;
            Some((node, true))
        })
    }

    fn image(&self, node: NodeId, variables: &Variables) -> Option<Container> {
        let mut container = Container::new(Role::Job, self.tree.span(node));
        let name = if self.tree.is_mapping(node) { self.tree.get(node, "name")? } else { node };
        container.image = self.value(name, variables);
        if self.tree.is_mapping(node)
            && let Some(docker) = self.tree.get(node, "docker")
        {
            container.user = self.tree.get(docker, "user").and_then(|user| self.value(user, variables));
        }
        container.image.is_some().then_some(container)
    }

    fn service(&self, node: NodeId, variables: &Variables) -> Option<Container> {
        let tree = self.tree;
        let mut container = Container::new(Role::Service, tree.span(node));
        if !tree.is_mapping(node) {
            container.image = self.value(node, variables);
        } else {
            container.image = self.value(tree.get(node, "name")?, variables);
            if let Some(alias) = tree.get(node, "alias").and_then(|alias| tree.str(alias)) {
                container.names.extend(alias.split(',').map(|name| name.trim().to_owned()));
            }
            for key in ["entrypoint", "command"] {
                let Some(words) = tree.get(node, key) else { continue };
                let values =
                    self.pipeline.flatten(words).into_iter().filter_map(|word| self.value(word, variables));
                container.command.extend(values.filter(|word| !word.as_str().is_empty()));
            }
            // `env -u X` in front of the image's own entrypoint overrides nothing.
            if container.command.first().is_some_and(|word| word.as_str() == "env") {
                let rest = container.command.iter().position(|word| word.as_str().contains("dockerd"));
                container.command = rest.map(|at| container.command.split_off(at)).unwrap_or_default();
            }
            if let Some(own) = tree.get(node, "variables") {
                container.env = variables::list(tree, own, variables);
            }
        }
        let image = container.image.as_ref()?;
        let reference = crate::engine::image::Reference::parse(image.as_str());
        let repository = reference.repository.to_owned();
        container.names.push(repository.replace('/', "__"));
        container.names.push(repository.replace('/', "-"));
        Some(container)
    }

    fn value(&self, node: NodeId, variables: &Variables) -> Option<Value> {
        let text = self.tree.text(node)?;
        let mut value = variables.expand(&text);
        value.span = self.tree.span(self.tree.resolve(node));
        (!value.as_str().is_empty()).then_some(value)
    }

    /// The lines of one script key, in one shell with what came before.
    fn script(&self, key: &str, index: u32, scope: &mut Scope, job: &mut Job) {
        let Some((node, _)) = self.inherited(key) else { return };
        let lines = self.pipeline.flatten(node);
        job.commands.reserve(lines.len());
        for line in lines {
            if let Some(text) = self.tree.text(line)
                && (job.span.contains(self.tree.span(line))
                    || self.pipeline.afford(COST_OF_LINE + text.len()))
            {
                job.commands.extend(script::lower(&text, scope, index));
            }
        }
    }

    /// `run:`, a list of steps that may hold scripts.
    fn steps(&self, scope: &mut Scope, job: &mut Job) {
        let Some(run) = self.pipeline.lookup(self.links, "run") else { return };
        for step in self.tree.items(run) {
            if let Some(text) = self.tree.get(*step, "script").and_then(|script| self.tree.text(script)) {
                job.commands.extend(script::lower(&text, scope, 1));
            }
        }
    }

    /// GitLab.com's own runners are named by their tags; each of their jobs gets a machine that is thrown away after it.
    fn host(&self) -> Option<Told<Host>> {
        let (tags, _) = self.inherited("tags")?;
        let hosted = |node: &NodeId| {
            let tag = self.tree.str(*node).unwrap_or("");
            ["saas-linux-", "saas-macos-", "saas-windows-"].iter().any(|prefix| tag.starts_with(prefix))
        };
        let tag = self.pipeline.flatten(tags).into_iter().find(hosted)?;
        Some(Told { what: Host::Vm, spans: vec![self.tree.span(tag)] })
    }

    /// A job whose every rule asks for a protected ref is out of reach for those who can only push.
    fn reach(&self) -> Option<Told<Reach>> {
        let rules = self.pipeline.lookup(self.links, "rules")?;
        let mut spans = Vec::new();
        for rule in self.pipeline.flatten(rules) {
            if self.tree.get(rule, "when").is_some_and(|when| self.tree.str(when) == Some("never")) {
                continue;
            }
            let condition = self.tree.get(rule, "if")?;
            let text = self.tree.str(condition)?;
            let protected = text.contains("$CI_COMMIT_REF_PROTECTED == \"true\"")
                || text.contains("$CI_COMMIT_REF_PROTECTED == 'true'");
            if !protected || text.contains("||") {
                return None;
            }
            spans.push(self.tree.span(condition));
        }
        (!spans.is_empty()).then_some(Told { what: Reach::Protected, spans })
    }
}

/// What an inherited line of a script costs of what jobs may inherit, besides its length: the command that it becomes.
const COST_OF_LINE: usize = 256;

/// What a service costs of it: the container that it becomes.
const COST_OF_SERVICE: usize = 512;

/// Adds a variable, over an earlier one of its name.
fn set(env: &mut Vec<Var>, at: &mut Map<String, usize>, var: Var) {
    match at.get(&var.name) {
        Some(index) => {
            if let Some(slot) = env.get_mut(*index) {
                *slot = var;
            }
        }
        None => {
            at.insert(var.name.clone(), env.len());
            env.push(var);
        }
    }
}

/// Names, for looking up.
type Names<'t> = Set<&'t str>;
