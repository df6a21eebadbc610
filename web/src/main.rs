//! The page: a person's text on one side, what it means on the other, and nothing sent anywhere.

mod alternatives;
mod analyst;
mod answers;
mod app;
mod begin;
mod browser;
mod changes;
mod choices;
mod choosing;
mod diff;
mod editor;
mod explanation;
mod export;
mod files;
mod findings;
mod first;
mod footer;
mod header;
mod json;
mod layer;
mod mark;
mod markdown;
mod path;
mod pick;
mod picture;
mod position;
mod report;
mod rewrite;
mod rewriter;
mod samples;
mod share;
mod state;
mod tabs;
mod texts;
mod verdict;
mod worker;

use app::{App, AppProps};
use begin::Begin;

fn main() {
    let begin = if cfg!(target_arch = "wasm32") { Begin::read() } else { Begin::default() };
    show(AppProps { begin });
}

/// In the browser the program takes the page over.
#[cfg(target_arch = "wasm32")]
fn show(props: AppProps) {
    match browser::element("app") {
        Some(root) => yew::Renderer::<App>::with_root_and_props(root, props).render(),
        None => yew::Renderer::<App>::with_props(props).render(),
    };
}

/// Anywhere else it prints its first screen, which the built page shows until the program is there.
#[cfg(not(target_arch = "wasm32"))]
fn show(props: AppProps) {
    let page = yew::LocalServerRenderer::<App>::with_props(props).hydratable(false);
    let runtime =
        tokio::runtime::Builder::new_current_thread().build().expect("a runtime that needs nothing");
    println!("{}", tokio::task::LocalSet::new().block_on(&runtime, page.render()));
}
