//! A row of tabs over one panel, by mouse and by arrow keys.

use yew::prelude::*;

use crate::browser;

#[derive(Properties, PartialEq)]
pub struct TabsProps {
    /// Prefix of the elements' ids.
    pub id: AttrValue,
    /// What is chosen here.
    pub label: AttrValue,
    pub titles: Vec<AttrValue>,
    pub chosen: usize,
    pub on_choose: Callback<usize>,
    pub children: Html,
}

/// The tabs, and the panel of the chosen one, which is the children.
#[component]
pub fn Tabs(props: &TabsProps) -> Html {
    let tab_id = |index: usize| format!("{}-tab-{index}", props.id);
    let panel = format!("{}-panel", props.id);
    let onkeydown = {
        let (id, count, chosen) = (props.id.clone(), props.titles.len(), props.chosen);
        let on_choose = props.on_choose.clone();
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
            browser::focus(&format!("{id}-tab-{next}"));
        })
    };
    let tab = |(index, title): (usize, &AttrValue)| {
        let on_choose = props.on_choose.clone();
        let chosen = index == props.chosen;
        html! {
            <button type="button" role="tab" id={tab_id(index)} aria-controls={panel.clone()}
                aria-selected={chosen.to_string()} tabindex={if chosen { "0" } else { "-1" }}
                onclick={move |_| on_choose.emit(index)}>{title}</button>
        }
    };
    html! {
        <>
            <div class="tabs" role="tablist" aria-label={props.label.clone()} {onkeydown}>
                {for props.titles.iter().enumerate().map(tab)}
            </div>
            <div role="tabpanel" id={panel.clone()} aria-labelledby={tab_id(props.chosen)}>
                {props.children.clone()}
            </div>
        </>
    }
}
