//! A job's container and services: the builder's image in, daemons, sockets and privilege out.

use daemonless_catalog::Platform;

use super::{Entry, Placing, Site};
use crate::access::daemon;
use crate::edit::Edit;
use crate::engine::image::{self, Kind};
use crate::engine::mount;
use crate::model::{Container, Role};
use crate::rewrite::{SERVICE, reasons};
use crate::source::Span;
use crate::syntax::yaml::NodeId;

const OPTIONS: &str =
    "Docker's default profiles forbid the calls with which the builder makes a user namespace.";

impl Placing<'_, '_> {
    /// The builder's image in the place of Docker's client. Says whether the job runs in it then.
    pub(super) fn container(&mut self, site: &Site<'_>) -> bool {
        let view = self.view;
        let tree = view.tree;
        let (at, job) = (site.at, site.job);
        let info = view.builder.info();
        let Some(container) = job.containers.iter().find(|one| one.role == Role::Job) else { return false };
        let Some(image) = &container.image else { return false };
        let entry = tree.entry(site.body, "container").map(|entry| (entry.key, entry.value));
        let Some(entry) = entry.filter(|_| view.only_used_by(image.span, self.chosen)) else {
            self.fail(at, image.span, reasons::SHARED);
            return false;
        };
        let mapping = tree.is_mapping(entry.1).then(|| tree.resolve(entry.1));
        if let Some(map) = mapping {
            self.sockets(at, container, map);
        }
        if image.texts().any(|text| image::kind(text.as_str(), false) == Kind::Other) {
            self.note(at, image.span, reasons::must_hold("job", image, view.builder));
            return false;
        }
        view.missing_programs(at, self.round);
        let reason = reasons::pinned(view.builder);
        let written = view.text.get(image.span.range()).unwrap_or("");
        let quote = match written.chars().next() {
            Some(quote @ ('"' | '\'')) => quote.to_string(),
            _ => String::new(),
        };
        let named = format!("{quote}{}{quote}", info.image);
        let options = info.container_options(Platform::GithubSelfHosted);
        match mapping {
            Some(map) => {
                self.change(at, Edit::replace(image.span, named, reason));
                self.container_options(at, container, map, options);
            }
            None => match options {
                // A container of one word becomes a mapping, for it needs options.
                Some(options) if tree.is_scalar(entry.1) && !tree.is_alias(entry.1) => {
                    let pad = " ".repeat(view.column(tree.span(entry.0)) + 2);
                    let end = view.line_break();
                    let text = format!("{end}{pad}image: {named}{end}{pad}options: {options}");
                    let colon =
                        view.text.get(tree.span(entry.0).end as usize..).and_then(|rest| rest.find(':'));
                    let start =
                        tree.span(entry.0).end + colon.and_then(|at| u32::try_from(at + 1).ok()).unwrap_or(1);
                    let span = Span { start, end: tree.span(entry.1).end, ..image.span };
                    self.change(at, Edit::replace(span, text, format!("{reason} {OPTIONS}")));
                }
                _ => self.change(at, Edit::replace(image.span, named, reason)),
            },
        }
        true
    }

    /// Gives a container the options that it needs and takes what only the daemon needed.
    fn container_options(
        &mut self,
        at: usize,
        container: &Container,
        map: NodeId,
        wanted: Option<&'static str>,
    ) {
        let view = self.view;
        let tree = view.tree;
        let Some((_, value)) = self.own(map, "options") else {
            let Some(wanted) = wanted else { return };
            let Some((image, _)) = self.own(map, "image") else { return };
            if tree.is_flow(map) {
                let edit = Edit::insert(
                    tree.span(image),
                    tree.span(image).start,
                    format!("options: {wanted}, "),
                    OPTIONS,
                );
                return self.change(at, edit);
            }
            let line = view.block(view.column(tree.span(image)), &[format!("options: {wanted}")]);
            return match self.own(map, "image").and_then(|(_, image)| view.line_after(tree.span(image))) {
                Some(place) => self.change(at, Edit::insert(tree.span(image), place, line, OPTIONS)),
                None => self.fail(at, tree.span(image), reasons::closed("its container is")),
            };
        };
        let text = tree.str(value).unwrap_or("");
        let mut words: Vec<&str> = Vec::new();
        let mut given = text.split_whitespace().peekable();
        while let Some(word) = given.next() {
            let next = given.peek().copied().unwrap_or("");
            let is_volume = matches!(word, "-v" | "--volume") && names_socket(next);
            if is_volume {
                given.next();
            } else if !matches!(word, "--privileged" | "--privileged=true") && !names_socket(word) {
                words.push(word);
            }
        }
        let kept = words.join(" ");
        let missing = wanted.filter(|wanted| !kept.contains(wanted));
        let new = [kept.as_str(), missing.unwrap_or("")].join(" ").trim().to_owned();
        if new == text.trim() || tree.is_alias(value) {
            return;
        }
        let reason = match container.privileged {
            Some(_) => "Privilege was for the daemon; user namespaces are all that the builder needs.",
            None => OPTIONS,
        };
        let quote = match view.text.get(tree.span(value).range()).and_then(|text| text.chars().next()) {
            Some(quote @ ('"' | '\'')) => quote.to_string(),
            _ => String::new(),
        };
        self.change(at, Edit::replace(tree.span(value), format!("{quote}{new}{quote}"), reason));
    }

    /// Takes the sockets of engines from the container's volumes.
    fn sockets(&mut self, at: usize, container: &Container, map: NodeId) {
        let view = self.view;
        let tree = view.tree;
        let Some((key, list)) = self.own(map, "volumes") else { return };
        let is_socket = |item: &&NodeId| {
            let span = tree.span(tree.resolve(**item));
            container.mounts.iter().any(|one| span.contains(one.span) && mount::socket_of(one).is_some())
        };
        let items = tree.items(list);
        let sockets: Vec<&NodeId> = items.iter().filter(is_socket).collect();
        if sockets.is_empty() {
            return;
        }
        let reason = "No engine's socket is handed in.";
        let spans: Option<Vec<Span>> = if sockets.len() == items.len() {
            view.whole_lines(tree.span(key), tree.span(list)).map(|span| vec![span])
        } else if tree.is_flow(list) {
            None
        } else {
            sockets.iter().map(|item| view.whole_lines(tree.span(**item), tree.span(**item))).collect()
        };
        match spans {
            Some(spans) => spans.into_iter().for_each(|span| self.change(at, Edit::delete(span, reason))),
            None => self.fail(at, tree.span(key), reasons::closed("its volumes are")),
        }
    }

    /// Takes the daemons from the job's services.
    pub(super) fn services(&mut self, site: &Site<'_>) {
        let view = self.view;
        let tree = view.tree;
        let services = site.job.containers.iter().filter(|one| one.role == Role::Service);
        let daemons: Vec<&Container> = services.filter(|one| daemon(one).is_some()).collect();
        let Some(first) = daemons.first() else { return };
        let images = daemons.iter().filter_map(|one| one.image.as_ref());
        if images.into_iter().any(|image| !view.only_used_by(image.span, self.chosen)) {
            return self.fail(site.at, first.span, reasons::SHARED);
        }
        let owner = self.own(site.body, "services").filter(|(_, map)| !tree.is_alias(*map));
        let gone: Vec<Entry> = owner
            .map(|(_, map)| tree.written(map).iter().copied())
            .into_iter()
            .flatten()
            .filter(|(key, _)| daemons.iter().any(|one| one.span.start == tree.span(*key).start))
            .collect();
        let complete = gone.len() == daemons.len();
        let edits =
            owner.filter(|_| complete).and_then(|owner| view.remove_entries(owner, &gone, "", SERVICE));
        match edits {
            Some(edits) => edits.into_iter().for_each(|edit| self.change(site.at, edit)),
            None => self.fail(site.at, first.span, reasons::closed("its services are")),
        }
    }
}

/// Whether a word of options hands in an engine's socket.
fn names_socket(word: &str) -> bool {
    let value = ["-v", "--volume="].iter().find_map(|option| word.strip_prefix(option)).unwrap_or(word);
    let source = value.split(':').next().unwrap_or("");
    source.starts_with('/') && mount::socket(source).is_some()
}
