//! What is written by hand, in `static/learn/`: a heading, a paragraph that says what the page is for, sections. A fence with
//! claims is an [`Example`]; `<!-- name -->` is replaced by what the catalog knows under that name.

use std::fs;
use std::mem;

use anyhow::{Context, Result, ensure};
use daemonless_catalog::Approach;
use maud::{Markup, PreEscaped, html};
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Tag, TagEnd};

use super::example::Example;
use super::link::Here;
use super::part::Sections;
use super::text::{events, render, slug};
use super::{GUIDE, Page, insert, path_of};
use crate::root;

/// Where a page's text is, below the repository's folder.
fn file(id: &str) -> String {
    format!("static/learn/{id}.md")
}

fn read(id: &str) -> Result<String> {
    let file = file(id);
    fs::read_to_string(root().join(&file)).with_context(|| format!("cannot read {file}"))
}

/// The page of that id.
pub(super) fn page(id: &str, name: &str) -> Result<Page> {
    let path = path_of(id);
    let here = Here(&path);
    let text = read(id)?;
    let (title, rest) = text.split_once("\n\n").context("a heading and an empty line")?;
    let title = title.strip_prefix("# ").context("a heading of the first level")?;
    let (description, rest) = rest.split_once("\n\n").unwrap_or((rest, ""));
    let body = body(rest, here)?;
    Ok(Page {
        name: name.to_owned(),
        title: title.to_owned(),
        description: description.replace('\n', " "),
        parent: if path == GUIDE { "" } else { GUIDE },
        body,
        path,
    })
}

/// The example of an approach, with what is said of it.
pub(super) fn text_of_approach(approach: Approach, here: Here<'_>) -> Result<Markup> {
    let text = read(&id_of_approach(approach))?;
    let claim = format!("approach={}", approach.id());
    ensure!(text.contains(&claim), "no fence says `{claim}`");
    pieces(events(&text, here), here)
}

pub(super) fn file_of_approach(approach: Approach) -> String {
    file(&id_of_approach(approach))
}

fn id_of_approach(approach: Approach) -> String {
    format!("approaches/{}", approach.id())
}

/// The first example of an approach.
pub(super) fn example_of(approach: Approach) -> Result<Example> {
    let text = read(&id_of_approach(approach))?;
    let mut info = None;
    for event in events(&text, Here(GUIDE)) {
        match (event, &info) {
            (Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(found))), _) => info = Some(found),
            (Event::Text(code), Some(info)) => return Example::of_fence(info, &code),
            _ => {}
        }
    }
    anyhow::bail!("{}: no example", file_of_approach(approach))
}

/// Text with sections.
fn body(text: &str, here: Here<'_>) -> Result<Markup> {
    let mut sections = Sections::default();
    let mut intro = html! {};
    let mut head: Option<(String, String)> = None;
    let mut content = Vec::new();
    let mut events = events(text, here).into_iter();
    while let Some(event) = events.next() {
        let Event::Start(Tag::Heading { level: HeadingLevel::H2, id, .. }) = &event else {
            content.push(event);
            continue;
        };
        let title: Vec<_> =
            events.by_ref().take_while(|event| !matches!(event, Event::End(TagEnd::Heading(_)))).collect();
        let words: String = title
            .iter()
            .map(|event| match event {
                Event::Code(code) => format!("`{code}`"),
                Event::Text(text) => text.to_string(),
                _ => String::new(),
            })
            .collect();
        let id = id.as_ref().map_or_else(|| slug(&words), |id| id.to_string());
        close(&mut sections, &mut intro, head.replace((id, words)), pieces(mem::take(&mut content), here)?);
    }
    close(&mut sections, &mut intro, head, pieces(content, here)?);
    Ok(sections.finish(intro, here))
}

/// What stands before the first heading is the introduction.
fn close(sections: &mut Sections, intro: &mut Markup, head: Option<(String, String)>, content: Markup) {
    match head {
        Some((id, title)) => sections.add(&id, &title, content),
        None => *intro = content,
    }
}

/// Pieces of text, with examples and inserts in their places.
fn pieces(events: Vec<Event<'_>>, here: Here<'_>) -> Result<Markup> {
    let mut out = String::new();
    let mut between = Vec::new();
    let mut fence: Option<(String, String)> = None;
    let mut comment: Option<String> = None;
    for event in events {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) if info.contains('=') => {
                fence = Some((info.to_string(), String::new()));
            }
            Event::Text(text) if fence.is_some() => {
                if let Some((_, code)) = &mut fence {
                    code.push_str(&text);
                }
            }
            Event::End(TagEnd::CodeBlock) if fence.is_some() => {
                if let Some((info, code)) = fence.take() {
                    out += &render(&mem::take(&mut between)).into_string();
                    out += &Example::of_fence(&info, &code)?.show(here).into_string();
                }
            }
            Event::Start(Tag::HtmlBlock) => comment = Some(String::new()),
            Event::Html(text) => comment.get_or_insert_default().push_str(&text),
            Event::End(TagEnd::HtmlBlock) => {
                let comment = comment.take().unwrap_or_default();
                let name = comment.trim().strip_prefix("<!--").and_then(|rest| rest.strip_suffix("-->"));
                let name = name.with_context(|| format!("`{}` is no insert", comment.trim()))?;
                out += &render(&mem::take(&mut between)).into_string();
                out += &insert::named(name.trim(), here)?.into_string();
            }
            event => between.push(event),
        }
    }
    out += &render(&between).into_string();
    Ok(PreEscaped(out))
}
