//! A row of tabs over one panel, by mouse and by arrow keys.

use yew::prelude::*;

use crate::browser;

/// The tabs, and the panel of the chosen one. `id` is the prefix of the elements' ids, `label` says what is chosen here.
pub fn tabs(
    id: &'static str,
    label: &'static str,
    titles: &[&'static str],
    chosen: usize,
    on_choose: &Callback<usize>,
    panel_of_chosen: Html,
) -> Html {
    let tab_id = move |index: usize| format!("{id}-tab-{index}");
    let panel = format!("{id}-panel");
    let onkeydown = {
        let (count, on_choose) = (titles.len(), on_choose.clone());
        Callback::from(move |event: KeyboardEvent| {
            let last = count.saturating_sub(1);
            let next = match event.key().as_str() {
                "ArrowRight" if chosen == last => 0,
                "ArrowRight" => chosen + 1,
                "ArrowLeft" => chosen.checked_sub(1).unwrap_or(last),
                "Home" => 0,
                "End" => last,
                _ => return,
            };
            event.prevent_default();
            on_choose.emit(next);
            browser::focus(&tab_id(next));
        })
    };
    let tab = |(index, title): (usize, &&'static str)| {
        let on_choose = on_choose.clone();
        let chosen = index == chosen;
        html! {
            <button type="button" role="tab" id={tab_id(index)} aria-controls={panel.clone()}
                aria-selected={chosen.to_string()} tabindex={if chosen { "0" } else { "-1" }}
                onclick={move |_| on_choose.emit(index)}>{*title}</button>
        }
    };
    html! {
        <>
            <div class="tabs" role="tablist" aria-label={label} {onkeydown}>
                {for titles.iter().enumerate().map(tab)}
            </div>
            <div role="tabpanel" id={panel.clone()} aria-labelledby={tab_id(chosen)}>
                {panel_of_chosen}
            </div>
        </>
    }
}
