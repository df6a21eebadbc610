//! Long lists: the first of them, and how many are not shown. A page with thousands of rows is read by nobody.

use yew::prelude::*;

/// More rows than these are counted, not shown.
const MOST: usize = 200;

/// More names in one sentence than these are counted, not shown.
const MOST_NAMES: usize = 12;

/// The first of `items`, each as `show` has it, and how many are left out.
pub fn first<T>(items: impl ExactSizeIterator<Item = T>, show: impl FnMut(T) -> Html) -> (Html, usize) {
    let more = items.len().saturating_sub(MOST);
    (items.take(MOST).map(show).collect(), more)
}

/// Names as code, the first of them.
pub fn names(names: &[String]) -> Html {
    let more = names.len().saturating_sub(MOST_NAMES);
    html! {
        <>
            {for names.iter().take(MOST_NAMES).map(|name| html! { <>{" "}<code>{name}</code></> })}
            if more > 0 { {format!(" and {more} more")} }
        </>
    }
}
