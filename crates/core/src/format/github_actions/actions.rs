//! Actions that use a container engine, as the command lines that they run: one entry for each in [`ACTIONS`].

use super::super::cursor::Cursor;
use super::expression::Context;
use thin_vec::ThinVec;

use crate::model::{Command, Job, Need, Value};
use crate::script::{Scope, split_words};
use crate::source::{Span, Text};

/// What an action is known to do.
struct Action {
    /// `owner/name`, without version.
    names: &'static [&'static str],
    /// The command line that it runs; without words if it runs none of an engine.
    run: &'static [Part],
    /// What it asks of the engine that no word of its command tells.
    needs: &'static [Need],
}

/// Words of a command line. Inputs go by name, the current one first; the first that is given counts.
enum Part {
    /// Words that are always there.
    Words(&'static [&'static str]),
    /// A flag with an input's value.
    Flag(&'static str, Inputs),
    /// A flag with an input's value, or with this one where it is not given.
    Default(&'static str, &'static str, Inputs),
    /// A flag that is there when an input is true.
    Switch(&'static str, Inputs),
    /// A flag for each line of an input.
    Lines(&'static str, Inputs),
    /// A flag for each item of an input, at commas and line ends.
    Items(&'static str, Inputs),
    /// A flag with all items of an input, joined by commas.
    Joined(&'static str, Inputs),
    /// An input's value by itself, or this where it is not given and not empty.
    Argument(&'static str, Inputs),
    /// An input's value as one word after a fixed one.
    Script(&'static [&'static str], Inputs),
    /// An input's items by themselves.
    Arguments(Inputs),
    /// An input's words, as a shell splits them.
    Split(Inputs),
    /// Image names: `registry/image:tag` for each tag of the inputs, after a flag; without one, the command runs once for
    /// each name.
    Images { flag: &'static str, registry: Inputs, image: Inputs, tags: Inputs },
}

type Inputs = &'static [&'static str];

use Part::{Argument, Arguments, Default, Flag, Images, Items, Joined, Lines, Script, Split, Switch, Words};

static ACTIONS: &[Action] = &[
    Action {
        names: &["docker/build-push-action"],
        run: &[
            Words(&["docker", "buildx", "build"]),
            Items("--add-host", &["add-hosts"]),
            Items("--allow", &["allow"]),
            Lines("--annotation", &["annotations"]),
            Lines("--attest", &["attests"]),
            Lines("--build-arg", &["build-args", "build_args"]),
            Lines("--build-context", &["build-contexts"]),
            Flag("--builder", &["builder"]),
            Lines("--cache-from", &["cache-from", "cache_froms"]),
            Lines("--cache-to", &["cache-to"]),
            Flag("--call", &["call"]),
            Flag("--cgroup-parent", &["cgroup-parent"]),
            Flag("--file", &["file", "dockerfile"]),
            Lines("--label", &["labels"]),
            Switch("--load", &["load"]),
            Flag("--network", &["network"]),
            Switch("--no-cache", &["no-cache"]),
            Items("--no-cache-filter", &["no-cache-filters"]),
            Lines("--output", &["outputs"]),
            Joined("--platform", &["platforms"]),
            Flag("--provenance", &["provenance"]),
            Switch("--pull", &["pull", "always_pull"]),
            Switch("--push", &["push"]),
            Flag("--sbom", &["sbom"]),
            Lines("--secret", &["secrets", "secret-files", "secret-envs"]),
            Flag("--shm-size", &["shm-size"]),
            Items("--ssh", &["ssh"]),
            Items("--tag", &["tags"]),
            Flag("--target", &["target"]),
            Lines("--ulimit", &["ulimit"]),
            Argument(".", &["context", "path"]),
        ],
        needs: &[],
    },
    Action {
        names: &["docker/bake-action"],
        run: &[
            Words(&["docker", "buildx", "bake"]),
            Flag("--builder", &["builder"]),
            Items("--file", &["files"]),
            Items("--allow", &["allow"]),
            Switch("--load", &["load"]),
            Switch("--no-cache", &["no-cache"]),
            Flag("--provenance", &["provenance"]),
            Switch("--pull", &["pull"]),
            Switch("--push", &["push"]),
            Flag("--sbom", &["sbom"]),
            Lines("--set", &["set"]),
            Arguments(&["targets"]),
        ],
        needs: &[],
    },
    Action {
        names: &["docker/setup-buildx-action", "crazy-max/ghaction-docker-buildx"],
        run: &[
            Words(&["docker", "buildx", "create"]),
            Flag("--name", &["name"]),
            Default("--driver", "docker-container", &["driver"]),
            Lines("--driver-opt", &["driver-opts"]),
            Flag("--buildkitd-flags", &["buildkitd-flags"]),
            Flag("--buildkitd-config", &["buildkitd-config", "config"]),
            Joined("--platform", &["platforms"]),
            Words(&["--use"]),
            Argument("", &["endpoint"]),
        ],
        needs: &[],
    },
    Action { names: &["docker/setup-qemu-action"], run: &[], needs: &[Need::MultiPlatform] },
    Action {
        names: &["docker/login-action", "azure/docker-login"],
        run: &[
            Words(&["docker", "login"]),
            Flag("--username", &["username"]),
            Words(&["--password-stdin"]),
            Argument("", &["registry", "login-server"]),
        ],
        needs: &[],
    },
    Action {
        names: &["aws-actions/amazon-ecr-login"],
        run: &[Words(&["docker", "login", "--username", "AWS", "--password-stdin"])],
        needs: &[],
    },
    Action {
        names: &["addnab/docker-run-action"],
        run: &[
            Words(&["docker", "run"]),
            Split(&["options"]),
            Argument("", &["image"]),
            Script(&["sh", "-c"], &["run"]),
        ],
        needs: &[],
    },
    Action {
        names: &["hoverkraft-tech/compose-action", "isbang/compose-action"],
        run: &[
            Words(&["docker", "compose"]),
            Items("--file", &["compose-file"]),
            Words(&["up"]),
            Split(&["up-flags"]),
            Arguments(&["services"]),
        ],
        needs: &[],
    },
    Action {
        names: &["redhat-actions/buildah-build"],
        run: &[
            Words(&["buildah", "build"]),
            Items("--file", &["containerfiles", "dockerfiles"]),
            Lines("--build-arg", &["build-args"]),
            Items("--label", &["labels"]),
            Joined("--platform", &["platforms"]),
            Joined("--arch", &["archs", "arch"]),
            Flag("--layers", &["layers"]),
            Flag("--tls-verify", &["tls-verify"]),
            Split(&["extra-args"]),
            Images { flag: "--tag", registry: &[], image: &["image"], tags: &["tags"] },
            Argument(".", &["context"]),
        ],
        needs: &[],
    },
    Action {
        names: &["redhat-actions/push-to-registry"],
        run: &[
            Words(&["podman", "push"]),
            Flag("--tls-verify", &["tls-verify"]),
            Split(&["extra-args"]),
            Images { flag: "", registry: &["registry"], image: &["image"], tags: &["tags"] },
        ],
        needs: &[],
    },
    Action {
        names: &["redhat-actions/podman-login"],
        run: &[
            Words(&["podman", "login"]),
            Flag("--username", &["username"]),
            Words(&["--password-stdin"]),
            Argument("", &["registry"]),
        ],
        needs: &[],
    },
    Action {
        names: &["aquasecurity/trivy-action"],
        run: &[Words(&["trivy", "image"]), Argument("", &["image-ref"])],
        needs: &[],
    },
    // It starts an engine on the job's machine and makes the client use that.
    Action {
        names: &["docker/setup-docker-action", "crazy-max/ghaction-setup-docker"],
        run: &[Words(&["docker", "context", "use", "setup-docker-action"])],
        needs: &[],
    },
    Action {
        names: &["helm/kind-action", "engineerd/setup-kind", "container-tools/kind-action"],
        run: &[Words(&["kind", "create", "cluster"])],
        needs: &[],
    },
    Action {
        names: &["AbsaOSS/k3d-action", "nolar/setup-k3d-k3s"],
        run: &[Words(&["k3d", "cluster", "create"])],
        needs: &[],
    },
    Action {
        names: &["medyagh/setup-minikube", "manusa/actions-setup-minikube"],
        run: &[Words(&["minikube", "start"])],
        needs: &[],
    },
    Action {
        names: &["atomicjar/testcontainers-cloud-setup-action"],
        run: &[],
        needs: &[Need::Testcontainers],
    },
];

/// Actions whose command says something only when one of its inputs is given.
static ONLY_WITH: &[(&str, &str)] =
    &[("aquasecurity/trivy-action", "image-ref"), ("addnab/docker-run-action", "image")];

/// Adds what the action of `step` does to `job`.
pub(super) fn lower(
    step: &Cursor<'_>,
    uses: &Cursor<'_>,
    context: &Context<'_, '_>,
    script: u32,
    job: &mut Job,
) {
    let Some(action) = uses.str().and_then(find) else { return };
    job.needs.extend(action.needs.iter().map(|need| (*need, uses.span())));
    let mut line =
        Line { with: step.get("with"), context, uses: uses.span(), words: Vec::new(), each: Vec::new() };
    let idle =
        ONLY_WITH.iter().any(|(name, input)| action.names.contains(name) && line.given(&[input]).is_none());
    if idle || action.run.is_empty() {
        return;
    }
    action.run.iter().for_each(|part| line.add(part));
    let command = |words| Command { words, span: step.span(), script, ..Command::default() };
    if line.each.is_empty() {
        job.commands.push(command(line.words));
        return;
    }
    for last in line.each {
        let words = line.words.iter().cloned().chain([last]).collect();
        job.commands.push(command(words));
    }
}

/// The action of a name such as `owner/name@v3` or `https://github.com/owner/name@v3`.
fn find(uses: &str) -> Option<&'static Action> {
    let name = uses.split('@').next().unwrap_or("");
    let name = match name.split_once("://") {
        Some((_, rest)) => rest.split_once('/').map_or("", |(_, name)| name),
        None => name,
    };
    ACTIONS.iter().find(|action| action.names.iter().any(|known| known.eq_ignore_ascii_case(name)))
}

/// A command line that is being put together from an action's inputs.
struct Line<'s, 'w, 'c, 'a> {
    with: Option<Cursor<'w>>,
    context: &'s Context<'c, 'a>,
    uses: Span,
    words: Vec<Value>,
    /// Last words: the command runs once with each.
    each: Vec<Value>,
}

impl<'w> Line<'_, 'w, '_, '_> {
    /// The first of the inputs that is given and not empty.
    fn given(&self, inputs: &[&str]) -> Option<Cursor<'w>> {
        let with = self.with.as_ref()?;
        inputs
            .iter()
            .filter_map(|name| with.get(name))
            .find(|input| input.str().is_some_and(|s| !s.is_empty()))
    }

    /// A word that is not written but follows from what stands at `span`.
    fn word(&mut self, word: &str, span: Span) {
        self.words.push(made(word, span));
    }

    fn flag(&mut self, flag: &str, value: Value) {
        self.word(flag, value.span);
        self.words.push(value);
    }

    fn add(&mut self, part: &Part) {
        match part {
            Words(words) => words.iter().for_each(|word| self.word(word, self.uses)),
            Flag(flag, inputs) => {
                self.values(inputs, Cut::Whole).into_iter().for_each(|value| self.flag(flag, value))
            }
            Lines(flag, inputs) => {
                // Secrets come by several inputs, and all of them count.
                for input in *inputs {
                    self.values(&[input], Cut::Lines).into_iter().for_each(|value| self.flag(flag, value));
                }
            }
            Items(flag, inputs) => {
                self.values(inputs, Cut::Items).into_iter().for_each(|value| self.flag(flag, value))
            }
            Default(flag, default, inputs) => {
                let value = self.values(inputs, Cut::Whole).into_iter().next();
                self.flag(flag, value.unwrap_or_else(|| made(default, self.uses)));
            }
            Switch(flag, inputs) => self.switch(flag, inputs),
            Joined(flag, inputs) => {
                let items = self.values(inputs, Cut::Items);
                if let Some(joined) = join(&items, ",") {
                    self.flag(flag, joined);
                }
            }
            Argument(default, inputs) => {
                let value = self.values(inputs, Cut::Whole).into_iter().next();
                let value = value.or_else(|| (!default.is_empty()).then(|| made(default, self.uses)));
                self.words.extend(value);
            }
            Script(words, inputs) => {
                if let Some(value) = self.values(inputs, Cut::Whole).into_iter().next() {
                    words.iter().for_each(|word| self.word(word, value.span));
                    self.words.push(value);
                }
            }
            Arguments(inputs) => self.words.extend(self.values(inputs, Cut::Items)),
            Split(inputs) => self.words.extend(self.values(inputs, Cut::Words)),
            Images { flag, registry, image, tags } => self.images(flag, registry, image, tags),
        }
    }

    /// A flag that stands where its input does. An input that only a run tells may set it.
    fn switch(&mut self, flag: &str, inputs: Inputs) {
        let Some(input) = self.given(inputs) else { return };
        let Some(value) = self.values(inputs, Cut::Whole).into_iter().next() else { return };
        if value.unknown || value.any(|text| text.eq_ignore_ascii_case("true")) {
            let text = Text::replaced(flag, input.entry_span());
            self.words.push(Value { text, others: ThinVec::new(), span: input.entry_span(), ..value });
        }
    }

    fn images(&mut self, flag: &str, registry: Inputs, image: Inputs, tags: Inputs) {
        let registry = self.values(registry, Cut::Whole).into_iter().next();
        let image = self.values(image, Cut::Whole).into_iter().next();
        let named: Vec<_> = registry.into_iter().chain(image).collect();
        let named = join(&named, "/");
        let tags = self.values(tags, Cut::Blanks);
        let names: Vec<_> = if tags.is_empty() {
            named.into_iter().collect()
        } else {
            // Tags may be whole names, and then say all.
            let whole = |tag: &Value| named.is_none() || tag.any(|text| text.contains(['/', ':']));
            let name = |tag: Value| {
                if whole(&tag) { Some(tag) } else { join(&[named.clone().unwrap_or_default(), tag], ":") }
            };
            tags.into_iter().filter_map(name).collect()
        };
        if flag.is_empty() {
            self.each = names;
        } else {
            names.into_iter().for_each(|name| self.flag(flag, name));
        }
    }

    /// The values of an input, cut as said before its expressions are filled in.
    fn values(&self, inputs: &[&str], cut: Cut) -> Vec<Value> {
        let Some(value) = self.given(inputs).and_then(|input| input.value()) else { return Vec::new() };
        let (masked, expressions) = self.context.mask(&value.text);
        let parts: Vec<Value> = match cut {
            Cut::Whole => vec![Value::literal(masked)],
            Cut::Words => {
                let scripts = expressions.scripts(&masked);
                scripts.iter().flat_map(|text| split_words(text, &mut Scope::default())).collect()
            }
            Cut::Lines => pieces(&masked, |char| char == '\n'),
            Cut::Items => pieces(&masked, |char| char == '\n' || char == ','),
            Cut::Blanks => pieces(&masked, char::is_whitespace),
        };
        let fill = |part: Value| expressions.fill(Value { via: value.via.clone(), ..part });
        parts.into_iter().map(fill).collect()
    }
}

/// Where an input's text is cut into values.
enum Cut {
    Whole,
    Words,
    Lines,
    Items,
    Blanks,
}

fn made(word: &str, span: Span) -> Value {
    Value { text: Text::replaced(word, span), span, ..Value::default() }
}

/// The parts between separators that are not blank, trimmed. A line that starts with `#` is a comment.
fn pieces(text: &Text, separates: impl Fn(char) -> bool + Copy) -> Vec<Value> {
    let mut out = Vec::new();
    let mut at = 0;
    for part in text.as_str().split_inclusive(separates) {
        let piece = part.trim_end_matches(separates).trim();
        let start = at + (part.len() - part.trim_start().len());
        if !piece.is_empty() && !piece.starts_with('#') {
            out.push(Value::literal(text.slice(start..start + piece.len())));
        }
        at += part.len();
    }
    out
}

/// The values as one, with `separator` between them; `None` of none. Only the first may have alternatives.
fn join(values: &[Value], separator: &str) -> Option<Value> {
    let (first, rest) = values.split_first()?;
    let mut out = first.clone();
    for value in rest {
        out.unknown |= value.unknown;
        out.span = out.span.to(value.span);
        for text in std::iter::once(&mut out.text).chain(&mut out.others) {
            text.push_replaced(separator, value.span);
            text.push(&value.text);
        }
        out.via.extend(value.via.iter().copied());
    }
    Some(out)
}
