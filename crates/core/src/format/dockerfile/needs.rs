//! What a Dockerfile asks of its builder.

use daemonless_catalog::Need;

use crate::model::Value;
use crate::source::{Span, Text};
use crate::syntax::dockerfile::{Dockerfile, Flag, Instruction, Keyword, fields, json_array, options};

/// Flags that are a need by themselves. A flag with the value `false` is none.
static FLAGS: &[(Keyword, &str, Need)] = &[
    (Keyword::Add, "checksum", Need::AddChecksum),
    (Keyword::Add, "chmod", Need::CopyChmod),
    (Keyword::Add, "exclude", Need::CopyExclude),
    (Keyword::Add, "keep-git-dir", Need::AddGit),
    (Keyword::Add, "link", Need::CopyLink),
    (Keyword::Add, "unpack", Need::AddUnpack),
    (Keyword::Copy, "chmod", Need::CopyChmod),
    (Keyword::Copy, "exclude", Need::CopyExclude),
    (Keyword::Copy, "link", Need::CopyLink),
    (Keyword::Copy, "parents", Need::CopyParents),
    (Keyword::Run, "device", Need::RunDevice),
];

/// All needs of the file with the place that shows each, in order of place.
pub(super) fn of(tree: &Dockerfile) -> Vec<(Need, Span)> {
    let mut needs = Vec::new();
    for directive in &tree.directives {
        if directive.name == "syntax" && !is_standard_frontend(directive.value.as_str()) {
            needs.push((Need::SyntaxDirective, directive.value.span()));
        }
    }
    for instruction in &tree.instructions {
        match instruction.onbuild {
            // What a trigger needs, it needs in another image's build.
            Some(span) => needs.push((Need::Onbuild, span)),
            None => of_instruction(instruction, &mut needs),
        }
    }
    needs
}

fn of_instruction(instruction: &Instruction, needs: &mut Vec<(Need, Span)>) {
    for flag in &instruction.flags {
        needs.extend(of_flag(instruction.keyword, flag).map(|need| (need, flag.span)));
    }
    let heredocs = &instruction.heredocs;
    match instruction.keyword {
        Keyword::Run => needs.extend(heredocs.first().map(|heredoc| {
            let quoted = instruction.is_bare_heredoc() && (heredoc.quoted || heredoc.chomp);
            (if quoted { Need::RunHeredocQuoted } else { Need::RunHeredoc }, heredoc.opener)
        })),
        Keyword::Add | Keyword::Copy => {
            needs.extend(heredocs.first().map(|heredoc| (Need::CopyHeredoc, heredoc.opener)));
            if instruction.keyword == Keyword::Add && instruction.flags("keep-git-dir").next().is_none() {
                let sources = json_array(&instruction.body).unwrap_or_else(|| fields(&instruction.body));
                let git = sources.iter().find(|source| is_git(source.as_str()));
                needs.extend(git.map(|source| (Need::AddGit, source.span())));
            }
        }
        Keyword::Healthcheck if !instruction.body.as_str().eq_ignore_ascii_case("none") => {
            needs.push((Need::Healthcheck, instruction.keyword_span));
        }
        Keyword::Shell => needs.push((Need::ShellInstruction, instruction.keyword_span)),
        _ => {}
    }
}

fn of_flag(keyword: Keyword, flag: &Flag) -> Option<Need> {
    let value = flag.value.as_ref().map_or("", Text::as_str);
    let name = flag.name.as_str();
    let is = |other: &str| name.eq_ignore_ascii_case(other);
    match keyword {
        Keyword::Run if is("mount") => Some(of_mount(flag.value.as_ref()?)),
        Keyword::Run if is("network") => (value != "default").then_some(Need::RunNetwork),
        Keyword::Run if is("security") => (value != "sandbox").then_some(Need::RunSecurity),
        Keyword::From if is("platform") => {
            value.to_ascii_lowercase().starts_with("windows").then_some(Need::WindowsContainers)
        }
        _ if value.eq_ignore_ascii_case("false") => None,
        _ => FLAGS.iter().find(|(on, name, _)| *on == keyword && is(name)).map(|(_, _, need)| *need),
    }
}

fn of_mount(mount: &Text) -> Need {
    match option(mount, &["type"]).as_ref().map_or("bind", Text::as_str) {
        "cache" => Need::CacheMount,
        "secret" => Need::SecretMount,
        "ssh" => Need::SshMount,
        "tmpfs" => Need::TmpfsMount,
        _ if option(mount, &["from"]).is_some() => Need::BindMountFrom,
        _ => Need::BindMount,
    }
}

/// The value of the last of a mount's options that has one of these names.
pub(super) fn option(mount: &Text, names: &[&str]) -> Option<Text> {
    let named = |key: &Text| names.iter().any(|name| key.as_str().eq_ignore_ascii_case(name));
    options(mount).into_iter().rev().find(|(key, _)| named(key)).and_then(|(_, value)| value)
}

/// Docker's own frontend, which other builders read without asking for it.
fn is_standard_frontend(image: &str) -> bool {
    let image = image.strip_prefix("docker.io/").unwrap_or(image);
    let name = image.split([':', '@']).next().unwrap_or(image);
    matches!(name, "docker/dockerfile" | "docker/dockerfile-upstream")
}

/// Whether BuildKit takes this source of an `ADD` for a Git repository.
fn is_git(source: &str) -> bool {
    let repository = source.split(['#', '?']).next().unwrap_or(source);
    let over_http = ["http://", "https://"].iter().any(|scheme| repository.starts_with(scheme));
    let over_git = ["git://", "ssh://", "git@"].iter().any(|scheme| repository.starts_with(scheme));
    over_git || (over_http && repository.ends_with(".git"))
}

/// Whether the image holds Windows.
pub(super) fn is_windows(image: &Value) -> bool {
    image.any(|image| {
        let image = image.to_ascii_lowercase();
        image.starts_with("mcr.microsoft.com/windows")
            || ["windowsservercore", "nanoserver"].iter().any(|name| image.contains(name))
    })
}
