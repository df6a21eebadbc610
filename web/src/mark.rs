//! The frame mark, the word beside it, and the yellow tags that lead to a line.

use daemonless_core::report::{LabelReport, Range};
use yew::prelude::*;

use crate::position;

/// The mark of a risk or a severity. It says nothing to a screen reader: the word stands beside it, always.
pub fn mark(risk: &'static str) -> Html {
    html! { <svg class={classes!("mark", risk)} aria-hidden="true"><use href={format!("#m-{risk}")} /></svg> }
}

/// The mark and its word.
pub fn risk(risk: &'static str) -> Html {
    html! { <span class={classes!("risk", risk)}>{mark(risk)}{risk}</span> }
}

/// "line 18": a yellow tag that leads to the line. It carries its range; one listener on the page follows all tags.
pub fn line_tag(range: &Range, message: &str) -> Html {
    let title = (!message.is_empty()).then(|| message.to_owned());
    html! {
        <button type="button" class="ref" {title} data-range={position::to_data(range)}>
            {"line "}{range.line}
        </button>
    }
}

/// Tags for the lines of several places, each line once.
pub fn line_tags(labels: &[LabelReport]) -> Html {
    let mut lines: Vec<u32> = Vec::new();
    let mut tag = |label: &LabelReport| {
        let known = lines.contains(&label.range.line);
        lines.push(label.range.line);
        (!known).then(|| html! { <>{" "}{line_tag(&label.range, &label.message)}</> })
    };
    labels.iter().filter_map(&mut tag).collect()
}

/// With a capital letter, if it begins with one of ASCII: a table of all others would weigh kilobytes.
pub fn capital(words: &str) -> String {
    let mut words = words.to_owned();
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    words
}

/// What the ids of approaches and the like are in a sentence: words with blanks.
pub fn words(id: &str) -> String {
    id.replace('-', " ")
}
