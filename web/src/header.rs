//! The band at the top: the name, where to go, what the page asks of the network, the theme.

use gloo::utils::window;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::js_sys;
use web_sys::{PerformanceEntry, PerformanceObserver, PerformanceObserverEntryList, PerformanceObserverInit};
use yew::prelude::*;

use crate::browser;

/// Places of the page: id and word.
const PLACES: [(&str, &str); 5] = [
    ("check", "Check"),
    ("path", "Attack path"),
    ("findings", "Findings"),
    ("choices", "Choices"),
    ("rewrite", "Alternative"),
];

#[derive(Properties, PartialEq)]
pub struct HeaderProps {
    /// Ids of the places that are there now.
    pub places: Vec<&'static str>,
}

#[component]
pub fn Header(props: &HeaderProps) -> Html {
    let requests = use_requests();
    let place = |(id, word): &(&'static str, &'static str)| {
        props.places.contains(id).then(|| html! { <a href={format!("#{id}")}>{*word}</a> })
    };
    let counted = if requests == 1 { "request since load" } else { "requests since load" };
    html! {
        <header class="band">
            <div class="wrap">
                <a class="brand" href="#check">
                    <svg aria-hidden="true"><use href="#i-brand" /></svg>{"Daemonless"}
                </a>
                <nav aria-label="Places on this page">{for PLACES.iter().filter_map(place)}</nav>
                <div class="right">
                    <span class="badge" id="requests" data-requests={requests.to_string()}>
                        <svg aria-hidden="true"><use href="#i-zero" /></svg>
                        <span class="long">{"Nothing you type leaves this page: "}</span>
                        <b>{requests}</b>{" "}<span class="mid">{counted}</span>
                    </span>
                    <ThemeButton />
                </div>
            </div>
        </header>
    }
}

/// The button that turns the page dark or light.
#[component]
fn ThemeButton() -> Html {
    let dark = use_state(browser::is_dark);
    let onclick = {
        let dark = dark.clone();
        Callback::from(move |_| {
            browser::set_dark(!*dark);
            dark.set(!*dark);
        })
    };
    html! {
        <button type="button" class="theme" aria-pressed={dark.to_string()} {onclick}>{"Dark"}</button>
    }
}

/// How many requests the page has made since it was ready, as the browser counts them.
#[hook]
fn use_requests() -> usize {
    let count = use_state(|| 0);
    let total = use_mut_ref(|| 0);
    {
        let count = count.clone();
        use_effect_with((), move |()| {
            let count = count.setter();
            let icon = browser::icon();
            let ready = window().performance().map_or(0.0, |performance| performance.now());
            let seen = Closure::<dyn Fn(PerformanceObserverEntryList)>::new(
                move |entries: PerformanceObserverEntryList| {
                    let asked = |entry: &JsValue| {
                        let entry: &PerformanceEntry = entry.unchecked_ref();
                        // The page's own files may be reported late, and its icon is fetched when the browser likes.
                        entry.start_time() > ready && Some(entry.name()) != icon
                    };
                    let entries = entries.get_entries();
                    *total.borrow_mut() += entries.iter().filter(asked).count();
                    count.set(*total.borrow());
                },
            );
            let types = js_sys::Array::of1(&"resource".into());
            let observer = PerformanceObserver::new(seen.as_ref().unchecked_ref()).ok();
            if let Some(observer) = &observer {
                observer.observe(&PerformanceObserverInit::new(&types));
            }
            move || {
                if let Some(observer) = observer {
                    observer.disconnect();
                }
                drop(seen);
            }
        });
    }
    *count
}
