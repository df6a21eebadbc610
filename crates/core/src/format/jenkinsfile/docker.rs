//! The variable `docker` of the Docker Pipeline plugin, and the steps behind it, as the commands that they run.

use std::rc::Rc;

use super::agent::words;
use super::data::{Data, each, word};
use super::reader::Reader;
use crate::engine::run_options;
use crate::model::{Command, Container, Place, Role, Value, Var};
use crate::source::Span;
use crate::syntax::groovy::{Call, Expr};

impl<'t> Reader<'t> {
    /// A call on the plugin's objects; `None` for all others.
    pub(super) fn docker(&mut self, target: &Data<'t>, call: &'t Call<'t>) -> Option<Data<'t>> {
        let name = call.name.text;
        let around = self.enter();
        match (target, name) {
            (Data::Docker, "image") => return Some(self.image(call).map_or(Data::Unknown, Data::Image)),
            (Data::Docker, "build") => return Some(self.build(call)),
            (Data::Docker, "withRegistry") => {
                let mut arguments = call.positional();
                self.login(call, arguments.next(), arguments.next());
                self.body(call);
            }
            (Data::Docker, "withServer") => self.with_server(call, call.positional().next()),
            (Data::Docker, "withTool") => self.body(call),
            (_, "inside") if call.body().is_some() => self.inside(target, call, call.positional().next()),
            (_, "withRun") if call.body().is_some() => {
                self.run(target, call);
                self.body(call);
            }
            (Data::Image(_), "run") => self.run(target, call),
            (Data::Image(image), "pull") => {
                let image = self.qualified(image);
                self.docker_command("pull", call.name.span, call.span, vec![image]);
            }
            (Data::Image(image), "push" | "tag") => self.push(image, call),
            (Data::Image(image), "imageName") => {
                let image = self.qualified(image);
                return Some(Data::text(image));
            }
            _ => return None,
        }
        self.leave(around);
        Some(Data::Unknown)
    }

    /// The plugin's steps that its variable is made of; `None` for all others.
    pub(super) fn docker_step(&mut self, call: &'t Call<'t>) -> Option<()> {
        let around = self.enter();
        match call.name.text {
            "withDockerRegistry" => {
                // The step's only argument may stand under its name.
                let given = |key: &str| {
                    call.named(key).or_else(|| match call.named("registry") {
                        Some(Expr::List(list)) => list.entry(key),
                        _ => None,
                    })
                };
                self.login(call, given("url"), given("credentialsId"));
                self.body(call);
            }
            "withDockerServer" => {
                self.with_server(call, call.named("uri").or_else(|| call.positional().next()));
            }
            "withDockerContainer" => {
                let image = call.named("image").or_else(|| call.positional().next());
                let image = image.and_then(|image| self.value(image));
                let target = image.map_or(Data::Unknown, |image| Data::Image(Rc::new(image)));
                self.inside(&target, call, call.named("args"));
            }
            _ => return None,
        }
        self.leave(around);
        Some(())
    }

    fn image(&mut self, call: &'t Call<'t>) -> Option<Rc<Value>> {
        call.positional().next().and_then(|image| self.value(image)).map(Rc::new)
    }

    /// `docker build -t NAME OPTIONS`, where the options end with the context.
    fn build(&mut self, call: &'t Call<'t>) -> Data<'t> {
        let Some(image) = self.image(call) else { return Data::Unknown };
        let mut command = vec![word("-t", image.span), Value::clone(&image)];
        match call.positional().nth(1).and_then(|options| self.value(options)) {
            Some(options) => command.extend(words(&options)),
            None => command.push(word(".", call.name.span)),
        }
        self.docker_command("build", call.name.span, call.span, command);
        Data::Image(image)
    }

    /// Images are qualified with a registry, and with credentials the client logs in there.
    fn login(&mut self, call: &'t Call<'t>, url: Option<&'t Expr<'t>>, credentials: Option<&'t Expr<'t>>) {
        let url = url.and_then(|url| self.value(url));
        let host = url.map(|url| {
            let host = |text: &str| {
                let start = text.find("://").map_or(0, |at| at + 3);
                let length = text.get(start..).and_then(|rest| rest.find('/'));
                start..length.map_or(text.len(), |length| start + length)
            };
            each(&url, host)
        });
        let host = host.filter(|host| !host.as_str().is_empty());
        let credentials = credentials.and_then(|credentials| self.value(credentials));
        if credentials.is_some_and(|credentials| !credentials.as_str().is_empty()) {
            let span = without_body(call);
            self.docker_command("login", call.name.span, span, host.iter().cloned().collect());
        }
        // Docker Hub's own address is in front of no image.
        let hub = |host: &Value| host.any(|text| text.ends_with("docker.io"));
        self.registry = host.filter(|host| !hub(host)).map(Rc::new);
    }

    /// The engine at an address, for what is in the block.
    fn with_server(&mut self, call: &'t Call<'t>, address: Option<&'t Expr<'t>>) {
        if let Some(value) = address.and_then(|address| self.value(address)) {
            self.set_env(Var { name: "DOCKER_HOST".to_owned(), name_span: call.name.span, value }, false);
        }
        self.body(call);
    }

    /// A container for the steps in the block.
    fn inside(&mut self, target: &Data<'t>, call: &'t Call<'t>, options: Option<&'t Expr<'t>>) {
        let image = self.image_of(target, call.name.span);
        let options = options.and_then(|options| self.value(options)).map(|options| words(&options));
        let options = options.unwrap_or_default();
        let span = without_body(call);
        let mut container = Container::new(Role::Started, span);
        run_options(&mut container, &options);
        container.image = Some(image.clone());
        // What keeps it running takes the place of the image's own command.
        let idle = word("cat", call.name.span);
        container.command.push(idle.clone());
        let mut command = options;
        command.extend([image, idle]);
        self.docker_command("run", call.name.span, span, command);
        if let Some(job) = self.job() {
            container.started_by = job.commands.len().checked_sub(1);
            job.containers.push(container);
            self.place = Place::Container(self.job().map_or(0, |job| job.containers.len() - 1));
        }
        self.body(call);
    }

    /// `docker run -d OPTIONS IMAGE COMMAND`.
    fn run(&mut self, target: &Data<'t>, call: &'t Call<'t>) {
        let image = self.image_of(target, call.name.span);
        let arguments: Vec<_> = call.positional().take(2).collect();
        let mut read = |at: usize| {
            let value = arguments.get(at).and_then(|argument| self.value(argument));
            value.map(|value| words(&value)).unwrap_or_default()
        };
        let mut command = vec![word("-d", call.name.span)];
        command.extend(read(0));
        command.push(image);
        command.extend(read(1));
        self.docker_command("run", call.name.span, without_body(call), command);
    }

    fn image_of(&mut self, target: &Data<'t>, span: Span) -> Value {
        match target {
            Data::Image(image) => Value::clone(image),
            _ => {
                let mut joined = self.joined(span);
                match target {
                    Data::Written(written, _) => joined.unknown(written, span),
                    _ => joined.unknown("", span),
                }
                joined.value()
            }
        }
    }

    /// `docker tag`, and `docker push` unless it is only tagged.
    fn push(&mut self, image: &Rc<Value>, call: &'t Call<'t>) {
        let tag = call.positional().next().and_then(|tag| self.value(tag));
        let qualified = self.qualified(image);
        let target = match tag {
            Some(tag) => {
                let name = each(&qualified, |text| 0..repository(text));
                let mut joined = self.joined(qualified.span);
                joined.add(&Data::text(name), "", image.span);
                joined.own(&word(":", tag.span).text);
                joined.add(&Data::text(tag.clone()), "", tag.span);
                Value { span: tag.span, ..joined.value() }
            }
            None => qualified,
        };
        if target.as_str() != image.as_str() {
            let words = vec![Value::clone(image), target.clone()];
            self.docker_command("tag", call.name.span, call.span, words);
        }
        if call.name.text == "push" {
            self.docker_command("push", call.name.span, call.span, vec![target]);
        }
    }

    /// An image's name with the registry in front.
    fn qualified(&mut self, image: &Rc<Value>) -> Value {
        let Some(registry) = self.registry.clone() else { return Value::clone(image) };
        if image.as_str().starts_with(registry.as_str()) {
            return Value::clone(image);
        }
        let mut joined = self.joined(image.span);
        joined.add(&Data::Text(Rc::clone(&registry)), "", registry.span);
        joined.own(&word("/", image.span).text);
        joined.add(&Data::Text(Rc::clone(image)), "", image.span);
        joined.value()
    }

    /// Adds a command of the docker client; `head` is where its name is written.
    pub(super) fn docker_command(&mut self, name: &str, head: Span, span: Span, rest: Vec<Value>) {
        let (place, script) = (self.place, self.script);
        let mut command = Command { span, place, script, unwritten: true, ..Command::default() };
        command.words.extend([word("docker", head), word(name, head)]);
        command.words.extend(rest);
        let mut commands = [command];
        self.settle(&mut commands);
        self.script += 1;
        if let Some(job) = self.job() {
            job.commands.extend(commands);
        }
    }
}

/// A call up to its block.
fn without_body(call: &Call<'_>) -> Span {
    let end = call.body().map_or(call.span.end, |body| body.span.start);
    Span { end: end.max(call.name.span.end), ..call.span }
}

/// Where the name of an image ends and its tag begins.
fn repository(image: &str) -> usize {
    let path = image.rfind('/').map_or(0, |at| at + 1);
    image.get(path..).and_then(|name| name.find(':')).map_or(image.len(), |at| path + at)
}
