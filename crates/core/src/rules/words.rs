//! What rules share in reading commands and in wording messages.

use crate::files::file_name;
use crate::model::{Command, Container, Job, Place, Role, Value};

/// The command's program without its folder.
pub(super) fn program(command: &Command) -> &str {
    command.words.first().map_or("", |word| file_name(word.as_str()))
}

/// Whether the job is the build of an image: its commands are `RUN` lines, where no engine answers.
pub(super) fn is_image(job: &Job) -> bool {
    job.containers.first().is_some_and(|first| first.role == Role::Image)
}

/// The job's commands that act on its own machine, not on another's.
pub(super) fn commands_here(job: &Job) -> impl Iterator<Item = &Command> {
    job.commands.iter().filter(|command| command.place != Place::Elsewhere)
}

/// Every image that the job names, in its containers and, in a Dockerfile, as the source of stages and copies.
pub(super) fn images(job: &Job) -> impl Iterator<Item = &Value> {
    let containers = job.containers.iter().filter_map(|container| container.image.as_ref());
    let copied = job.copied_from.iter().map(|copied| &copied.image);
    containers.chain(copied).chain(&job.other_images)
}

/// Longer texts than this are cut in messages.
const LONGEST: usize = 60;

/// A text of the person's own in backticks, short enough for a message.
pub(super) fn quote(text: &str) -> String {
    let plain: String =
        text.chars().map(|c| if c == '`' || c.is_control() { ' ' } else { c }).take(LONGEST + 1).collect();
    match plain.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("`{}…`", plain[..end].trim_end()),
        None => format!("`{}`", plain.trim()),
    }
}

/// A phrase with quoted words, short enough for a message.
pub(super) fn plain(phrase: &str) -> String {
    match phrase.char_indices().nth(LONGEST) {
        Some((end, _)) => {
            let cut = phrase[..end].trim_end();
            let open = cut.matches('`').count() % 2 == 1;
            format!("{cut}…{}", if open { "`" } else { "" })
        }
        None => phrase.to_owned(),
    }
}

/// How a message calls a container: by its image, where it has one.
pub(super) fn called(container: &Container) -> String {
    match container.image.as_ref().map(Value::as_str) {
        Some(image) if !image.is_empty() => quote(image),
        _ => "this container".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_short_and_of_one_line() {
        assert_eq!(quote("docker:27-dind"), "`docker:27-dind`");
        assert_eq!(quote("a`b\nc"), "`a b c`");
        assert_eq!(quote(&"é".repeat(61)), format!("`{}…`", "é".repeat(60)));
        assert_eq!(quote(&"é".repeat(60)), format!("`{}`", "é".repeat(60)));
        assert_eq!(quote(""), "``");
    }
}
