//! The page: a person's text on one side, what it means on the other, and nothing sent anywhere.

mod alternatives;
mod analyst;
mod app;
mod browser;
mod choices;
mod diff;
mod editor;
mod explanation;
mod findings;
mod first;
mod footer;
mod header;
mod json;
mod layer;
mod mark;
mod markdown;
mod path;
mod picture;
mod position;
mod report;
mod rewrite;
mod rewriter;
mod samples;
mod state;
mod tabs;
mod texts;
mod verdict;
mod worker;

fn main() {
    match browser::element("app") {
        Some(root) => yew::Renderer::<app::App>::with_root(root).render(),
        None => yew::Renderer::<app::App>::new().render(),
    };
}
