//! The two texts side by side: each change with a box to take or leave it, and why it is made.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::diff::{Change, Line, Piece};
use crate::first::{first, names};
use crate::markdown;
use crate::rewriter::Rewrite;
use crate::state::{Action, Shared};

/// Up to so many changes are taken and left one by one.
const FEW: usize = 3;

/// The changes of a text, in these pieces.
pub fn view(rewrite: &Shared<Rewrite>, pieces: &[Piece], on: &Callback<Action>) -> Html {
    let changes = pieces.iter().filter(|piece| matches!(piece, Piece::Change(_))).count();
    if changes == 0 {
        return html! { <p>{"Nothing in this text can be changed for it without you."}</p> };
    }
    let piece = |piece: &Piece| match piece {
        Piece::Fold(count) => html! { <p class="fold">{lines(*count)}{" unchanged"}</p> },
        Piece::Same { old, new, lines } => {
            let lines: Vec<Line> = lines.iter().map(|line| vec![(false, line.clone())]).collect();
            same(*old, *new, &lines)
        }
        Piece::Change(change) => show(rewrite, change, changes, on),
    };
    let (rows, more) = first(pieces.iter(), piece);
    html! {
        <>
            if changes > FEW { {all(rewrite, changes, on)} }
            <div class="diff" role="group" aria-label="Changes">{rows}</div>
            if more > 0 { <p>{"There are more changes than are shown here. What you copy or download has them as well."}</p> }
        </>
    }
}

/// Where there are many: all at once.
fn all(rewrite: &Shared<Rewrite>, changes: usize, on: &Callback<Action>) -> Html {
    let button = |id: &'static str, words: &'static str, takes: bool| {
        let rewrite = rewrite.clone();
        let onclick = on.reform(move |_: MouseEvent| Action::Took(rewrite.clone(), 1..changes + 1, takes));
        html! { <button type="button" {id} class="btn" {onclick}>{words}</button> }
    };
    html! {
        <p class="row">{button("take-all", "Take all changes", true)}{button("leave-all", "Leave all changes", false)}</p>
    }
}

/// A change: its box and its reasons, then the lines of both texts.
fn show(rewrite: &Shared<Rewrite>, change: &Change, changes: usize, on: &Callback<Action>) -> Html {
    let Change { number, taken, .. } = *change;
    let onchange = {
        let (rewrite, on) = (rewrite.clone(), on.clone());
        move |event: Event| {
            let Some(input) = event.target_dyn_into::<HtmlInputElement>() else { return };
            on.emit(Action::Took(rewrite.clone(), number..number + 1, input.checked()));
        }
    };
    let why = format!("why-{number}");
    html! {
        <>
            <div class="hunk">
                <label class="setting">
                    <input type="checkbox" data-hunk={number.to_string()} checked={taken} {onchange} aria-describedby={why.clone()} />
                    <b><span class="vh">{"Take change "}</span>{format!("{number} of {changes}")}{names(&change.jobs)}<span class="vh">{place(change)}</span></b>
                </label>
                <p id={why}>{for change.reasons.iter().map(|reason| html! { <>{markdown::line(reason)}{" "}</> })}</p>
            </div>
            if taken {
                <div class="pair">
                    {column("old del", "Removed", change.old, &change.removed)}
                    {column("new add", "Added", change.new, &change.added)}
                </div>
            } else {
                {same(change.old, change.new, &change.removed)}
            }
        </>
    }
}

/// The lines of the person's text that a change is about, in words that follow its name.
fn place(change: &Change) -> String {
    match change.removed.len() {
        0 => format!(", before line {}", change.old),
        1 => format!(", line {}", change.old),
        count => format!(", lines {} to {}", change.old, change.old + count - 1),
    }
}

/// Lines that are the same in both texts.
fn same(old: usize, new: usize, lines: &[Line]) -> Html {
    html! {
        <div class="pair same">
            {column("old", "", old, lines)}
            <div class="side new" aria-hidden="true">{column("", "", new, lines)}</div>
        </div>
    }
}

/// Lines of one side with their numbers.
fn column(class: &'static str, what: &'static str, first: usize, lines: &[Line]) -> Html {
    let line = |(number, line): (usize, &Line)| {
        // Where all of a line goes or comes, that shows already.
        let whole = line.iter().all(|(changed, _)| *changed);
        let part = |(changed, text): &(bool, String)| match *changed && !whole {
            true => html! { <em>{text}</em> },
            false => html! { {text} },
        };
        html! {
            <div class="l"><i>{number}</i><span>
                if !what.is_empty() { <span class="vh">{what}{": "}</span> }
                {for line.iter().map(part)}
            </span></div>
        }
    };
    html! { <div class={classes!("side", class)}>{for (first..).zip(lines).map(line)}</div> }
}

/// So many lines, in words.
pub fn lines(count: usize) -> String {
    if count == 1 { "1 line".to_owned() } else { format!("{count} lines") }
}
