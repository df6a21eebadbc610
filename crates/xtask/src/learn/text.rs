//! Markdown to HTML. Texts cannot bring elements of their own: what looks like one is shown as it is written.
//!
//! `[words][approaches/nested-daemon]` is a link to that page of the guide.

use maud::{Markup, PreEscaped};
use pulldown_cmark::{BrokenLink, CowStr, Event, LinkType, Options, Parser, Tag, TagEnd, html};

use super::link::Here;
use super::path_of;

/// Blocks of Markdown.
pub(super) fn blocks(text: &str, here: Here<'_>) -> Markup {
    render(&events(text, here))
}

/// One line of Markdown, for the middle of an element.
pub(super) fn line(text: &str, here: Here<'_>) -> Markup {
    let paragraph =
        |event: &Event<'_>| matches!(event, Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph));
    let events: Vec<_> = events(text.trim(), here).into_iter().filter(|event| !paragraph(event)).collect();
    render(&events)
}

/// One line of Markdown without its marks.
pub(super) fn plain(text: &str) -> String {
    let words = Parser::new(text.trim()).map(|event| match event {
        Event::Text(text) | Event::Code(text) => text.to_string(),
        Event::SoftBreak | Event::HardBreak => " ".to_owned(),
        _ => String::new(),
    });
    words.collect()
}

/// The pieces of a text, its links resolved.
pub(super) fn events<'t>(text: &'t str, here: Here<'t>) -> Vec<Event<'t>> {
    let resolve = move |broken: BrokenLink<'t>| {
        let written_out = broken.link_type == LinkType::Reference;
        let target = written_out.then(|| target(&broken.reference))??;
        Some((CowStr::from(here.to(&target)), CowStr::from("")))
    };
    Parser::new_with_broken_link_callback(text, Options::ENABLE_HEADING_ATTRIBUTES, Some(resolve)).collect()
}

/// The path that a reference names, if it has the form of one: `risk`, `rules/host-socket`, `attack-paths#call-socket`.
fn target(reference: &str) -> Option<String> {
    let known = |c: char| c.is_ascii_lowercase() || matches!(c, '-' | '/' | '#');
    if !reference.chars().all(known) {
        return None;
    }
    let (page, place) = reference.split_once('#').map_or((reference, None), |(page, at)| (page, Some(at)));
    let place = place.map(|place| format!("#{place}")).unwrap_or_default();
    Some(path_of(page) + &place)
}

/// The HTML of pieces.
pub(super) fn render(events: &[Event<'_>]) -> Markup {
    let mut out = String::new();
    let tame = events.iter().cloned().map(|event| match event {
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        // Code is a sheet, as everywhere on the page.
        Event::Start(Tag::CodeBlock(_)) => Event::Html("<pre class=\"sheet\"><code>".into()),
        Event::End(TagEnd::CodeBlock) => Event::Html("</code></pre>\n".into()),
        other => other,
    });
    html::push_html(&mut out, tame);
    PreEscaped(out)
}

/// With a capital at its start.
pub(super) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + chars.as_str())
}

/// With a capital at its start and a full stop at its end.
pub(super) fn sentence(text: &str) -> String {
    let text = capital(text.trim());
    if text.ends_with(['.', '?']) { text } else { format!("{text}.") }
}

/// A heading as an id.
pub(super) fn slug(heading: &str) -> String {
    let plain = plain(heading);
    let words = plain.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-")
}

/// Words in several lines of at most `width` letters; a longer word has a line of its own.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Here<'_> = Here("learn/index.html");

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(line(text, HERE).into_string(), expected);
    }

    #[test]
    fn texts_bring_no_elements() {
        check("a `b<c>` *d*", "a <code>b&lt;c&gt;</code> <em>d</em>");
        check("a <b onclick=x>c</b>", "a &lt;b onclick=x&gt;c&lt;/b&gt;");
        check("<script>a</script>", "&lt;script&gt;a&lt;/script&gt;");
        check("a & \"b\"", "a &amp; \"b\"");
    }

    #[test]
    fn code_is_a_sheet() {
        let html = blocks("```sh\na < b\n```", HERE).into_string();
        assert_eq!(html, "<pre class=\"sheet\"><code>a &lt; b\n</code></pre>\n");
    }

    #[test]
    fn references_lead_to_pages() {
        check("[a][rules/b]", "<a href=\"rules/b.html\">a</a>");
        check("[a][risk#b]", "<a href=\"risk.html#b\">a</a>");
        check("a[b] [x](https://b.c)", "a[b] <a href=\"https://b.c\">x</a>");
    }

    #[test]
    fn words_are_kept() {
        assert_eq!(wrapped("a bc  def", 4), ["a bc", "def"]);
        assert_eq!(wrapped("abcdef g", 4), ["abcdef", "g"]);
        assert_eq!(plain("a `b` *c*"), "a b c");
        assert_eq!(slug("What it is, in `full`"), "what-it-is-in-full");
        assert_eq!(sentence("a"), "A.");
    }
}
