//! The band at the top: the name, where to go, what the page asks of the network, the theme.

use std::cell::Cell;

use gloo::events::EventListener;
use gloo::utils::window;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::js_sys;
use web_sys::{PerformanceEntry, PerformanceObserver, PerformanceObserverEntryList, PerformanceObserverInit};
use yew::prelude::*;

use crate::browser;

/// Places of the page: id and word.
const PLACES: [(&str, &str); 7] = [
    ("check", "Check"),
    ("files", "Files"),
    ("picture", "Picture"),
    ("path", "Attack path"),
    ("findings", "Findings"),
    ("choices", "Choices"),
    ("rewrite", "Alternative"),
];

#[derive(Properties, PartialEq)]
pub struct HeaderProps {
    /// Ids of the places that are there now.
    pub places: Vec<&'static str>,
    /// Whether all parts of the page are there.
    pub loaded: bool,
    /// Whether the page is dark when it begins.
    pub dark: bool,
}

#[component]
pub fn Header(props: &HeaderProps) -> Html {
    let requests = use_requests(props.loaded);
    let (offline, newer) = use_network();
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
                <nav aria-label="Places">
                    {for PLACES.iter().filter_map(place)}
                    <a href="learn/index.html">{"Learn"}</a>
                </nav>
                <div class="right">
                    if newer {
                        <button type="button" class="theme" id="renew" onclick={|_: MouseEvent| browser::renew()}>
                            {"New version: load it"}
                        </button>
                    }
                    if offline { <span class="badge" id="offline" role="status">{"Offline; all of it works"}</span> }
                    <span class="badge" id="requests" data-requests={requests.to_string()}>
                        <svg aria-hidden="true"><use href="#i-zero" /></svg>
                        <span class="long">{"Nothing you type leaves this page: "}</span>
                        <b>{requests}</b>{" "}<span class="mid">{counted}</span>
                    </span>
                    <ThemeButton dark={props.dark} />
                </div>
            </div>
        </header>
    }
}

#[derive(Properties, PartialEq)]
struct ThemeProps {
    dark: bool,
}

/// The button that turns the page dark or light.
#[component]
fn ThemeButton(props: &ThemeProps) -> Html {
    let dark = use_state(|| props.dark);
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

/// Whether there is no network, and whether a newer version of the page is there.
#[hook]
fn use_network() -> (bool, bool) {
    let (offline, newer) = (use_state(|| false), use_state(|| false));
    let (set_offline, set_newer) = (offline.setter(), newer.setter());
    use_effect_with((), move |()| {
        set_offline.set(!window().navigator().on_line());
        let listen = |name: &'static str, set: UseStateSetter<bool>, value| {
            EventListener::new(&window(), name, move |_| set.set(value))
        };
        let listeners = [
            listen("offline", set_offline.clone(), true),
            listen("online", set_offline, false),
            listen("newer", set_newer, true),
        ];
        || drop(listeners)
    });
    (*offline, *newer)
}

/// How many requests the page has made since it was loaded, as the browser counts them.
#[hook]
fn use_requests(loaded: bool) -> usize {
    let count = use_state(|| 0);
    let setter = count.setter();
    use_effect_with(loaded, move |&loaded| {
        let observer = loaded.then(|| Observer::start(setter));
        || drop(observer)
    });
    *count
}

/// Counts requests from now on, until it is dropped.
struct Observer {
    observer: Option<PerformanceObserver>,
    _seen: Closure<dyn Fn(PerformanceObserverEntryList)>,
}

impl Observer {
    fn start(count: UseStateSetter<usize>) -> Self {
        let icon = browser::icon();
        let start = window().performance().map_or(0.0, |performance| performance.now());
        let total = Cell::new(0);
        let seen = Closure::<dyn Fn(PerformanceObserverEntryList)>::new(
            move |entries: PerformanceObserverEntryList| {
                let asked = |entry: &JsValue| {
                    let entry: &PerformanceEntry = entry.unchecked_ref();
                    // The page's own files may be reported late, and its icon is fetched when the browser likes.
                    entry.start_time() > start && Some(entry.name()) != icon
                };
                total.set(total.get() + entries.get_entries().iter().filter(asked).count());
                count.set(total.get());
            },
        );
        let observer = PerformanceObserver::new(seen.as_ref().unchecked_ref()).ok();
        if let Some(observer) = &observer {
            let types = js_sys::Array::of1(&"resource".into());
            observer.observe(&PerformanceObserverInit::new(&types));
        }
        Self { observer, _seen: seen }
    }
}

impl Drop for Observer {
    fn drop(&mut self) {
        if let Some(observer) = &self.observer {
            observer.disconnect();
        }
    }
}
