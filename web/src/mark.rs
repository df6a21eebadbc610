//! The frame mark, the word beside it, and the yellow tags that lead to a line.

use daemonless_core::report::{LabelReport, Range};
use yew::prelude::*;

/// Leads to a range of the person's text. Whoever shows a line gets it from the context.
#[derive(Clone, PartialEq)]
pub struct ToLine(pub Callback<Range>);

/// The mark of a risk or a severity. It says nothing to a screen reader: the word stands beside it, always.
pub fn mark(risk: &'static str) -> Html {
    html! { <svg class={classes!("mark", risk)} aria-hidden="true"><use href={format!("#m-{risk}")} /></svg> }
}

/// The mark and its word.
pub fn risk(risk: &'static str) -> Html {
    html! { <span class={classes!("risk", risk)}>{mark(risk)}{risk}</span> }
}

#[derive(Properties, PartialEq)]
pub struct LineTagProps {
    pub range: Range,
    /// What is there, for the tag's tooltip.
    #[prop_or_default]
    pub message: AttrValue,
}

/// "line 18": a yellow tag that leads to the line.
#[component]
pub fn LineTag(props: &LineTagProps) -> Html {
    let to_line = use_context::<ToLine>();
    let range = props.range.clone();
    let onclick = Callback::from(move |_| {
        if let Some(ToLine(to_line)) = &to_line {
            to_line.emit(range.clone());
        }
    });
    let title = (!props.message.is_empty()).then(|| props.message.clone());
    html! { <button type="button" class="ref" {title} {onclick}>{"line "}{props.range.line}</button> }
}

/// Tags for the lines of several places, each line once.
pub fn line_tags(labels: &[LabelReport]) -> Html {
    let mut lines: Vec<u32> = Vec::new();
    let mut tag = |label: &LabelReport| {
        let known = lines.contains(&label.range.line);
        lines.push(label.range.line);
        (!known).then(
            || html! { <>{" "}<LineTag range={label.range.clone()} message={label.message.clone()} /></> },
        )
    };
    labels.iter().filter_map(&mut tag).collect()
}

/// With a capital letter.
pub fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().collect::<String>() + letters.as_str())
        .unwrap_or_default()
}

/// What the ids of approaches and the like are in a sentence: words with blanks.
pub fn words(id: &str) -> String {
    id.replace('-', " ")
}
