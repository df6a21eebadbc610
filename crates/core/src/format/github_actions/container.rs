//! `container` and `services`: what the runner creates with `docker create` before the steps.

use daemonless_catalog::{Service, handed};

use super::super::cursor::Cursor;
use super::super::expression::Context;
use super::super::step::{environment, read, words};
use crate::engine::mount::short;
use crate::engine::run_options;
use crate::model::{ApiSocket, Confidence, Container, Role, Value};
use crate::source::Text;

/// The container of `entry`, an image or a mapping with one. None where it says to use none.
pub(super) fn lower(entry: &Cursor<'_>, role: Role, context: &Context<'_, '_>) -> Option<Container> {
    let mut container = Container::new(role, entry.entry_span());
    let image = if entry.is_mapping() { entry.get("image") } else { Some(entry.clone()) };
    let image = read(&image?, context)?;
    if image.texts().all(|text| text.is_empty()) {
        return None;
    }
    container.image = Some(Value { text: without_scheme(image.text), ..image });
    if role == Role::Job {
        let (span, confidence) = (entry.entry_span(), Confidence::Possible);
        container.api_socket =
            handed(Service::Github).map(|socket| ApiSocket { by: socket.by, span, confidence });
    }
    if role == Role::Service {
        container.names.push(entry.key().to_owned());
    }
    let values = |key: &str| -> Vec<Value> {
        let list = entry.get(key).map(|list| list.items_or_self()).unwrap_or_default();
        list.iter().filter_map(|item| read(item, context)).collect()
    };
    container.mounts = values("volumes").iter().map(|value| short(value, value.span)).collect();
    container.ports = values("ports");
    container.env = entry.get("env").map(|env| environment(&env, context)).unwrap_or_default();
    for key in ["entrypoint", "command"] {
        container.command.extend(entry.get(key).map(|text| words(&text, context)).unwrap_or_default());
    }
    if let Some(options) = entry.get("options") {
        run_options(&mut container, &words(&options, context));
    }
    Some(container)
}

/// `docker://` may stand in front of an image's name.
fn without_scheme(image: Text) -> Text {
    let skip = if image.as_str().starts_with("docker://") { "docker://".len() } else { 0 };
    image.slice(skip..image.len())
}
