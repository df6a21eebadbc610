//! The builder's image in the place of Docker's client.

use daemonless_catalog::{Builder, BuilderInfo};

use super::Placing;
use crate::edit::Edit;
use crate::engine::image::{self, Kind};
use crate::model::{Job, Role};
use crate::rewrite::{Left, reasons, uses_docker};
use crate::source::Span;
use crate::syntax::yaml::NodeId;

/// So that the job's script gets a shell.
const ENTRYPOINT: &str = "entrypoint: [\"\"]";

/// The lines that give a job the builder's image.
fn setting(info: &BuilderInfo) -> Vec<String> {
    match info.clear_entrypoint {
        true => vec!["image:".to_owned(), format!("  name: {}", info.image), format!("  {ENTRYPOINT}")],
        false => vec![format!("image: {}", info.image)],
    }
}

impl Placing<'_, '_> {
    /// The builder's image in the place of Docker's client; gives the job's own line where the image is shared.
    pub(super) fn image(&mut self, at: usize, job: &Job) -> Vec<String> {
        let view = self.view;
        let info = view.builder.info();
        let image =
            job.containers.iter().find(|one| one.role == Role::Job).and_then(|one| one.image.as_ref());
        let has_services = job.containers.iter().any(|one| one.role == Role::Service);
        // What needs its entrypoint cleared brings its own surroundings, and is in no other image.
        let own = image.filter(|_| !view.leaves(at));
        let own =
            own.filter(|image| image.texts().any(|text| image::kind(text.as_str(), false) == Kind::Other));
        let Some(image) = image else {
            // No image and no service: a runner with a shell, or the runner's own default.
            if has_services {
                return setting(info);
            }
            // A template without an image runs in that of the job that refers to it.
            if job.name.starts_with('.') {
                return Vec::new();
            }
            let why = format!("the job names no image: {} must be installed where it runs", info.name());
            if info.clear_entrypoint {
                self.fail(
                    at,
                    job.name_span,
                    "the job names no image, and the builder runs from its own only",
                );
            } else {
                self.round.notes.push(Left { span: job.name_span, job: job.name.clone(), why });
            }
            return Vec::new();
        };
        if own.is_some() && info.clear_entrypoint {
            let why = format!(
                "{} runs from its own image `{}`, and the job has the image `{}`, which its other commands may need",
                info.name(),
                info.image,
                image.as_str()
            );
            self.fail(at, image.span, &why);
            return Vec::new();
        }
        if own.is_some() {
            let why = reasons::must_hold("job", image, view.builder);
            self.round.notes.push(Left { span: image.span, job: job.name.clone(), why });
            return Vec::new();
        }
        view.missing_programs(at, self.round);
        let chosen = self.chosen;
        let docker_users = *self.clients.entry(image.span).or_insert_with(|| {
            let client = |user: &usize| {
                chosen.contains(user) && (view.leaves(*user) || view.job(*user).is_some_and(uses_docker))
            };
            view.users.get(&image.span).is_none_or(|users| users.iter().all(client))
        });
        let has_own = self.body(job).is_some_and(|body| {
            view.tree.written(body).iter().any(|(key, _)| view.tree.str(*key) == Some("image"))
        });
        let place = self.layout.images.get(&image.span).copied();
        if docker_users && view.quoting(image.span).is_some() && (place.is_some() || !info.clear_entrypoint) {
            let name = view.image_after(at, image.as_str());
            self.replace_image(at, image.span, &name, place);
            return Vec::new();
        }
        if has_own {
            self.fail(at, image.span, "its image is written in a way that can't be changed for it alone");
        }
        setting(info)
    }

    /// Another image in the place of the one at `span`, with its entrypoint cleared where that has to be.
    fn replace_image(&mut self, at: usize, span: Span, name: &str, place: Option<(NodeId, NodeId, bool)>) {
        let view = self.view;
        let tree = view.tree;
        let info = view.builder.info();
        let quote = match view.text.get(span.range()).and_then(|text| text.chars().next()) {
            Some(quote @ ('"' | '\'')) => quote.to_string(),
            _ => String::new(),
        };
        let name = format!("{quote}{name}{quote}");
        let reason = reasons::pinned(view.builder);
        let same = view.leaves(at) && view.builder == Builder::Kaniko;
        let Some((key, value, in_flow)) = place.filter(|_| info.clear_entrypoint && !same) else {
            return self.change(at, Edit::replace(span, name, reason));
        };
        if !tree.is_mapping(tree.resolve(value)) {
            if in_flow {
                let text = format!("{{ name: {name}, entrypoint: [\"\"] }}");
                return self.change(at, Edit::replace(span, text, reason));
            }
            let lines = [format!("name: {name}"), ENTRYPOINT.to_owned()];
            let pad = " ".repeat(view.column(tree.span(key)) + 2);
            let text: String = lines.iter().map(|line| format!("{}{pad}{line}", view.line_break())).collect();
            let before = view.text.get(..span.start as usize).unwrap_or("");
            let blanks = before.len() - before.trim_end_matches(' ').len();
            let start = span.start - u32::try_from(blanks).unwrap_or(0);
            return self.change(at, Edit::replace(Span { start, ..span }, text, reason));
        }
        self.change(at, Edit::replace(span, name, reason));
        let map = tree.resolve(value);
        let why = "The image's entrypoint starts the builder, and the job's script needs a shell.";
        let entry =
            |name: &str| tree.written(map).iter().find(|(key, _)| tree.str(*key) == Some(name)).copied();
        if let Some((key, known)) = entry("entrypoint") {
            let is_clear = matches!(tree.items(known), [one] if tree.str(*one) == Some(""));
            if !is_clear {
                let span = tree.span(key).to(tree.span(known));
                self.change(at, Edit::replace(span, ENTRYPOINT, why));
            }
        } else if tree.is_flow(map) {
            self.change(at, Edit::insert(span, span.end, format!(", {ENTRYPOINT}"), why));
        } else {
            let lines = entry("name").and_then(|(key, name)| {
                let lines = view.whole_lines(tree.span(key), tree.span(name))?;
                Some((lines, view.column(tree.span(key))))
            });
            match lines {
                Some((lines, column)) => {
                    let text = view.block(column, &[ENTRYPOINT.to_owned()]);
                    self.change(at, Edit::insert(lines, lines.end, text, why));
                }
                None => self.fail(at, span, "its image is written in a way that nothing can be added to"),
            }
        }
    }
}
