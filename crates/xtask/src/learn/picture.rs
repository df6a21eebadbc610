//! A schematic for each approach: the walls around a job, and the line out of it as far as it goes.
//!
//! [`scheme`] has what is to be seen, [`layout`] gives everything its place, from left to right or from top to bottom, and
//! here it is drawn. Classes carry the looks, so that themes, forced colours and print decide on them.

mod layout;
mod scheme;

use daemonless_catalog::Approach;
use maud::{Markup, html};

pub(super) use scheme::scheme;

use layout::{Direction, Layout, Line};

/// The picture of an approach, once for wide and once for narrow screens. Its ids begin with `prefix`.
pub(super) fn picture(approach: Approach, prefix: &str) -> Markup {
    html! {
        div class="picture" {
            (drawn(approach, Direction::Right, prefix))
            (drawn(approach, Direction::Down, prefix))
        }
    }
}

fn drawn(approach: Approach, direction: Direction, prefix: &str) -> Markup {
    let scheme = scheme(approach);
    let Layout { width, height, frames, doors, lines, bar, discs, words } = Layout::new(scheme, direction);
    let name = match direction {
        Direction::Right => "wide",
        Direction::Down => "tall",
    };
    let id = format!("{prefix}-{}-{name}", approach.id());
    let class = format!("scheme {name}");
    html! {
        svg class=(class) viewBox={ "0 0 " (width) " " (height) } width=(width) height=(height) role="img"
            aria-labelledby={ (id) "-title " (id) "-desc" }
        {
            title id={ (id) "-title" } { (approach.info().title) ": the walls and the way out" }
            desc id={ (id) "-desc" } { (scheme.description()) }
            @for frame in &frames {
                @let class = format!("zone depth-{} {}", frame.depth.min(3), frame.wall.class());
                rect class=(class) x=(frame.x) y=(frame.y) width=(frame.width) height=(frame.height) {}
                @if frame.wall.is_double() {
                    rect class="inner wall" x=(frame.x + 4) y=(frame.y + 4) width=(frame.width - 8) height=(frame.height - 8) {}
                }
            }
            @for Line { from, to, class } in &lines {
                line class=(class) x1=(from.0) y1=(from.1) x2=(to.0) y2=(to.1) {}
            }
            @for door in &doors {
                rect class=(if door.is_open { "door broken" } else { "door" })
                    x=(door.x) y=(door.y) width=(door.width) height=(door.height) {}
            }
            @if let Some(Line { from, to, class }) = &bar {
                line class=(class) x1=(from.0) y1=(from.1) x2=(to.0) y2=(to.1) {}
            }
            @for disc in &discs {
                circle class=(disc.class) cx=(disc.x) cy=(disc.y) r=(disc.radius) {}
                @if let Some(number) = disc.number { text class="number" x=(disc.x) y=(disc.y + 5) { (number) } }
            }
            @for words in &words {
                text class=(words.class) x=(words.x) y=(words.y) { (words.text) }
            }
        }
    }
}

/// The signs of the pictures, and what each means.
pub(super) fn key() -> Markup {
    /// Class, whether it is a wall, and its meaning.
    const SIGNS: &[(&str, &str)] = &[
        ("wall holds", "a wall that holds"),
        ("wall relaxed", "it holds, with some of its filters off"),
        ("wall broken", "it stands open"),
        ("wall process", "no wall: a process of its own"),
        ("way", "the way of an attack, its steps numbered"),
        ("way maybe", "goes on, if the engine is the machine’s own"),
        ("bar", "here it ends"),
    ];
    html! {
        ul class="key" {
            @for (class, meaning) in SIGNS {
                li {
                    svg class="scheme sign" viewBox="0 0 44 12" width="44" height="12" aria-hidden="true" {
                        @if *class == "bar" {
                            line class="way" x1="3" y1="6" x2="34" y2="6" {}
                            line class="bar" x1="36" y1="0" x2="36" y2="12" {}
                        } @else {
                            line class=(class) x1="3" y1="6" x2="41" y2="6" {}
                        }
                    }
                    (meaning)
                }
            }
        }
    }
}
