//! Shell: scripts, and docker command lines as tutorials show them.

use super::{Format, Probe};
use crate::files::{Files, file_name};
use crate::model::{Job, Unit};
use crate::script::{self, Scope};
use crate::source::{FileId, Span, Text};

pub(super) static FORMAT: Format = Format { id: "shell", title: "Shell commands", recognise, lower };

/// Programs whose name at a line's start makes a text a list of commands.
static PROGRAMS: &[&str] =
    &["docker", "docker-compose", "podman", "buildah", "buildctl", "nerdctl", "kaniko", "skopeo", "dockerd"];

fn recognise(probe: &Probe<'_>) -> u8 {
    let shebang = probe.text.lines().next().is_some_and(|line| line.starts_with("#!") && line.contains("sh"));
    if shebang || [".sh", ".bash", ".zsh", ".ash"].iter().any(|ending| probe.name.ends_with(ending)) {
        return 100;
    }
    let lines = probe.text.lines().take(2_000).filter(|line| !line.trim().is_empty());
    let commands = lines.filter(|line| is_command(line)).count();
    match commands {
        0 => 0,
        1 => 65,
        _ => 75,
    }
}

/// A line that begins with an engine's program, perhaps behind a prompt or `sudo`.
fn is_command(line: &str) -> bool {
    let mut words =
        line.split_whitespace().skip_while(|word| matches!(*word, "$" | "sudo" | "exec" | "time"));
    let program = words.next().unwrap_or("");
    PROGRAMS.contains(&file_name(program)) && words.next().is_some_and(|next| next != ":")
}

fn lower(files: &Files<'_>, id: FileId) -> Unit {
    let Some(file) = files.file(id) else { return Unit::default() };
    let text = without_prompts(id, &file.text);
    let mut scope = Scope::new([]);
    let commands = script::lower(&text, &mut scope, 0);
    // Behind a prompt stands a command; what stands elsewhere is its output, and need not be shell.
    let transcript = text.len() < file.text.len();
    let errors = if transcript { scope.into_overflow().into_iter().collect() } else { scope.into_errors() };
    if commands.is_empty() {
        return Unit { errors, ..Unit::default() };
    }
    let start = file.text.len() - file.text.trim_start().len();
    let span = Span::new(id, start..file.text.trim_end().len().max(start));
    let first = Span { end: span.start, ..span };
    let name = Some(file_name(&file.path)).filter(|name| !name.is_empty()).unwrap_or("script");
    let job =
        Job { name: name.to_owned(), name_span: first, span, commands, noun: "script", ..Job::default() };
    Unit { jobs: vec![job], errors, ..Unit::default() }
}

/// The text without the prompts (`$ `) that tutorials put in front of commands.
fn without_prompts(id: FileId, text: &str) -> Text {
    let mut out = Text::default();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let indent = line.len() - line.trim_start().len();
        let skip = if line.get(indent..).is_some_and(|rest| rest.starts_with("$ ")) { indent + 2 } else { 0 };
        out.push_verbatim(id, at + skip, line.get(skip..).unwrap_or(""));
        at += line.len();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::File;

    #[track_caller]
    fn check(path: &str, text: &str, certain: bool) {
        let file = File { path: path.into(), text: text.into(), format: None };
        assert_eq!(recognise(&Probe::new(&file)) >= 60, certain, "{text}");
    }

    #[test]
    fn recognised() {
        check("", "docker run -v /:/host alpine\n", true);
        check("", "$ sudo docker build .\n", true);
        check("build.sh", "make\n", true);
        check("", "#!/bin/bash\nmake\n", true);
        check("", "docker: 1\n", false);
        check("", "FROM docker\n", false);
        check("", "we use docker here\n", false);
        check("", "# docker run --ipc host is bad\njob:\n  script: [make]\n", false);
    }
}
