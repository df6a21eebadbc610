//! A page for each builder: what it meets, what the runner must allow, Docker's words in its own.

use anyhow::{Context, Result};
use daemonless_catalog::{
    Approach, Builder, BuilderInfo, COMMANDS, Level, Need, Support, TRANSLATIONS, Translated,
};
use maud::{Markup, html};

use super::link::{Here, builder_path};
use super::part::{self, Cell, Sections};
use super::text::{blocks, capital, line, sentence};
use super::{COMPATIBILITY, Page, written};

/// The page of a builder.
pub(super) fn page(builder: Builder) -> Result<Page> {
    let info = builder.info();
    let path = builder_path(info.id);
    let here = Here(&path);
    let mut sections = Sections::default();
    sections.add_text("right", "When it is the right choice", info.when_right, here);
    sections.add("job", "The same job with it", job(builder, here)?);
    sections.add("runner", "What the runner must allow", requirements(info, here));
    if !info.variables.is_empty() {
        sections.add("variables", "Variables of the job", variables(info, here));
    }
    sections.add_text("isolation", "What keeps steps apart", &info.isolation, here);
    sections.add_text("how-login", "How it logs in", &info.login, here);
    sections.add("needs", "What it can and cannot do", needs(builder, here));
    sections.add("options", "Options of docker build", options(builder, here));
    sections.add("commands", "Other docker commands", commands(builder, here));
    sections.add_text("upkeep", "Who keeps it", &info.upkeep, here);
    sections.add("sources", "Sources", part::sources(info.sources));
    let intro = html! {
        p class="why" {
            "Version " (info.version) " of " time { (info.released) } ", checked " time { (info.checked) } ". Image "
            code { (info.image) } ". " a href=(info.homepage) { "Home page" } "."
        }
    };
    Ok(Page {
        name: info.name().to_owned(),
        title: info.title.to_owned(),
        description: info.summary.to_string(),
        parent: COMPATIBILITY,
        body: sections.finish(intro, here),
        path,
    })
}

/// The guide's example of a nested daemon, rewritten.
fn job(builder: Builder, here: Here<'_>) -> Result<Markup> {
    let nested = written::example_of(Approach::NestedDaemon)?;
    let rewritten = nested.show_for(here, builder.id());
    let rewritten =
        rewritten.with_context(|| format!("the example cannot be rewritten for {}", builder.id()))?;
    Ok(html! {
        p {
            "The example of " a href=(here.approach(Approach::NestedDaemon)) { (Approach::NestedDaemon.info().noun) }
            ", as the editor rewrites it:"
        }
        (rewritten)
    })
}

fn requirements(info: &BuilderInfo, here: Here<'_>) -> Markup {
    html! {
        @for needed in info.requires {
            article class="piece" {
                h3 { (capital(needed.platform.title())) }
                (blocks(needed.text, here))
                @if let Some(setting) = &needed.setting { (part::setting(setting)) }
                @if let Some(error) = needed.error_without { p class="why" { "Without it: " code { (error) } } }
                (part::sources(&[needed.source]))
            }
        }
    }
}

fn variables(info: &BuilderInfo, here: Here<'_>) -> Markup {
    let rows = info.variables.iter().map(|set| {
        let why = html! { (line(set.why, here)) @if set.in_image { " The image sets it already." } };
        (html! { code { (set.name) } }, vec![Cell("Value", html! { code { (set.value) } }), Cell("Why", why)])
    });
    part::table("Variables of the job", "Variable", &["Value", "Why"], rows)
}

/// How far a need is met, in a word or two.
pub(super) fn level(level: Level) -> Markup {
    let (class, words) = match level {
        Level::Yes => ("yes", "yes".to_owned()),
        Level::Since(version) => ("yes", format!("since {version}")),
        Level::Conditional(_) => ("partly", "with a condition".to_owned()),
        Level::Ignored(_) => ("no", "ignored".to_owned()),
        Level::No(_) => ("no", "no".to_owned()),
    };
    html! { span class={ "level-" (class) } { (words) } }
}

/// Every need with what happens, those that are not met first.
fn needs(builder: Builder, here: Here<'_>) -> Markup {
    let rank = |support: &&Support| match support.level {
        Level::No(_) | Level::Ignored(_) => 0,
        Level::Conditional(_) => 1,
        Level::Yes | Level::Since(_) => 2,
    };
    let mut supports: Vec<_> = Need::ALL.iter().map(|need| builder.support(*need)).collect();
    supports.sort_by_key(rank);
    let rows = supports.into_iter().map(|support| {
        let texts = [support.level.text(), support.note.as_deref()];
        let words = texts.into_iter().flatten().map(sentence).collect::<Vec<_>>().join(" ");
        let source = html! { a href=(support.source.url) { (support.source.title) } };
        let cells = vec![
            Cell("Met", level(support.level)),
            Cell("What happens", line(&words, here)),
            Cell("Source", source),
        ];
        (html! { span id=(support.need.id()) { (line(&capital(support.need.title()), here)) } }, cells)
    });
    part::table("Needs", "Need", &["Met", "What happens", "Source"], rows)
}

/// What becomes of an option or a command.
fn translated(verdict: Translated, template: &str, note: &str, here: Here<'_>) -> Markup {
    let said = match verdict {
        Translated::Equivalent if template.is_empty() => "by itself",
        Translated::Equivalent => "",
        Translated::Drop => "left out",
        Translated::NeedsPerson => "close; a person has to look",
        Translated::None => "nothing like it",
    };
    html! {
        @if !template.is_empty() { code { (template) } " " }
        @if !said.is_empty() { span { (said) } @if !note.is_empty() { ". " } @else { "." } }
        @if !note.is_empty() { (line(&sentence(note), here)) }
    }
}

fn options(builder: Builder, here: Here<'_>) -> Markup {
    let own = TRANSLATIONS.iter().filter(|one| one.builder == builder);
    let rows = own.map(|one| {
        let words = translated(one.verdict, one.template, one.note, here);
        (html! { code { "--" (one.flag) } }, vec![Cell("Here", words)])
    });
    html! {
        details {
            summary { "All options" }
            (part::table("Options of docker build", "Docker", &[builder.info().name()], rows))
        }
    }
}

fn commands(builder: Builder, here: Here<'_>) -> Markup {
    let own = COMMANDS.iter().filter(|one| one.builder == builder);
    let rows = own.map(|one| {
        let words = translated(one.verdict, one.template, one.note, here);
        (html! { code { "docker " (one.command) } }, vec![Cell("Here", words)])
    });
    html! {
        p { "What stands in braces is filled with the command’s own words." }
        (part::table("Other docker commands", "Docker", &[builder.info().name()], rows))
    }
}
