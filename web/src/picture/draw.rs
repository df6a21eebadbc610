//! A scene as SVG. What it means is in shapes, dashes and numbers; colour, which the style adds, only repeats it.

use yew::prelude::*;

use super::label::{ASCENT, DESCENT, Label, SPACE, Voice};
use super::plan::Mark;
use super::scene::{Disc, SIDE_STOP, STOP, Scene};
use super::tables::{Place, Wall};

/// How far a bar that ends the line reaches to each side of it.
const BAR: i32 = 16;
/// Half of a door's length and of its depth.
const DOOR: (i32, i32) = (10, 4);

/// Draws a scene. `chosen` is the way that is tried: what it cuts off fades, and the line ends at its bar. Without one,
/// the bar of the `best` way stands across the line. `name` and `words` are what is read to who can not see it.
pub fn draw(
    scene: &Scene,
    id: &str,
    name: &str,
    words: &str,
    chosen: Option<usize>,
    best: Option<usize>,
) -> Html {
    let cut = chosen.and_then(|way| scene.cuts.iter().find(|cut| cut.way == way));
    let shown = cut.or_else(|| {
        let best = best.filter(|_| chosen.is_none());
        scene.cuts.iter().find(|cut| Some(cut.way) == best)
    });
    let from = cut.map(|cut| cut.place);
    let (title, told) = (format!("{id}-title"), format!("{id}-told"));
    html! {
        <svg class={classes!("map", id.to_owned())} role="img" aria-labelledby={title.clone()}
            aria-describedby={told.clone()} width={scene.width.to_string()} height={scene.height.to_string()}
            viewBox={format!("0 0 {} {}", scene.width, scene.height)}>
            <title id={title}>{name}</title>
            <desc id={told}>{words}</desc>
            {for scene.frames.iter().map(|frame| {
                let class = class(&format!("f{} {}", frame.level, wall(frame.wall)), frame.place, from);
                let inner = (frame.wall == Wall::Machine)
                    .then(|| rect("wall", frame.x + 4, frame.y + 4, frame.width - 8, frame.height - 8));
                html! { <>{rect(&class, frame.x, frame.y, frame.width, frame.height)}{inner}</> }
            })}
            {for scene.pieces.iter().map(|piece| {
                let class = class(if piece.first { "way" } else { "way thin" }, piece.place, from);
                path(&class, format!("M{} {}L{} {}", piece.from.0, piece.from.1, piece.to.0, piece.to.1))
            })}
            {for scene.doors.iter().map(|door| {
                let (long, deep) = DOOR;
                let (w, h) = if scene.is_wide { (deep, long) } else { (long, deep) };
                let class = class(if door.open { "door open" } else { "door" }, door.place, from);
                rect(&class, door.x - w, door.y - h, 2 * w, 2 * h)
            })}
            {for scene.discs.iter().map(|one| disc(one, from))}
            {for scene.told.iter().map(|told| label(&told.label, told.place, from))}
            {for scene.end.map(|end| bar(end, scene.is_wide))}
            {for shown.map(|cut| html! {
                <>{bar(cut.at, scene.is_wide)}{for cut.told.iter().map(|told| label(&told.label, None, None))}</>
            })}
        </svg>
    }
}

/// The signs that a scene uses, each with its meaning.
pub fn key(scene: &Scene) -> Html {
    let has = |wall: Wall| scene.frames.iter().any(|frame| frame.wall == wall);
    let line = |class: &str| path(class, "M2 8h40".to_owned());
    let open = |open: bool| scene.doors.iter().any(|door| door.open == open);
    let door = |class: &str| html! { <>{line("wall")}{rect(class, 12, 4, 20, 8)}</> };
    let attack = scene.discs.iter().any(|disc| matches!(disc.mark, Mark::Stop(_)));
    let signs = [
        (has(Wall::Holds), line("wall"), "a wall that holds"),
        (has(Wall::Weak), line("wall weak"), "holds, with one wall less"),
        (has(Wall::Open), line("wall open"), "no wall any more"),
        (has(Wall::Machine), path("wall", "M2 5h40M2 11h40".to_owned()), "a machine for one job"),
        (has(Wall::Process), line("wall process"), "no container named here"),
        (open(false), door("door"), "a door that is meant to be there"),
        (open(true), door("door open"), "a door that your lines open"),
        (attack, line("way"), "the way out, each stop numbered"),
        (!attack, line("way"), "ordinary use"),
        (!scene.cuts.is_empty() || scene.end.is_some(), path("bar", "M22 0v16".to_owned()), "the line ends"),
    ];
    let sign = |(_, sign, words): &(bool, Html, &'static str)| {
        html! {
            <li>
                <svg class={if attack { "map" } else { "map calm" }} viewBox="0 0 44 16" width="44" height="16" aria-hidden="true">{sign.clone()}</svg>
                {*words}
            </li>
        }
    };
    html! { <ul class="key" aria-label="How to read the picture">{for signs.iter().filter(|sign| sign.0).map(sign)}</ul> }
}

fn wall(wall: Wall) -> &'static str {
    match wall {
        Wall::Holds | Wall::Machine => "wall",
        Wall::Weak => "wall weak",
        Wall::Open => "wall open",
        Wall::Process => "wall process",
    }
}

/// A class, and that it is gone where `place` is not reached any more.
fn class(class: &str, place: Option<Place>, from: Option<Place>) -> String {
    let is_gone = from.is_some_and(|from| place.is_some_and(|place| place >= from));
    if is_gone { format!("{class} gone") } else { class.to_owned() }
}

fn disc(disc: &Disc, from: Option<Place>) -> Html {
    let radius = match disc.mark {
        Mark::Source | Mark::Closed if disc.first => 9,
        Mark::Source | Mark::Closed => 7,
        _ if disc.first => STOP,
        _ => SIDE_STOP,
    };
    let (name, number) = match disc.mark {
        Mark::Stop(number) => ("stop-mark", Some(number)),
        Mark::Source => ("source", None),
        Mark::Closed | Mark::Nothing => ("closed", None),
    };
    let text =
        number.map(|number| text(&class("number", disc.place, from), disc.x, disc.y + 5, number.to_string()));
    html! {
        <>
            <circle class={class(name, disc.place, from)} cx={disc.x.to_string()} cy={disc.y.to_string()} r={radius.to_string()} />
            {text}
        </>
    }
}

fn voice(voice: Voice) -> &'static str {
    match voice {
        Voice::Kind => "t-kind",
        Voice::Plain => "t-plain",
        Voice::Step => "t-step",
        Voice::Code => "t-code",
        Voice::Open => "t-open",
        Voice::Line => "t-line",
        Voice::End => "t-end",
    }
}

fn label(label: &Label, place: Option<Place>, from: Option<Place>) -> Html {
    let Label { words, after, x, y } = label;
    let name = class(voice(words.voice), place, from);
    if let Some(after) = after {
        let next = class(voice(after.voice), place, from);
        return html! {
            <text x={x.to_string()} y={y.to_string()}>
                <tspan class={name}>{&words.text}</tspan>
                <tspan class={next} dx={SPACE.to_string()}>{&after.text}</tspan>
            </text>
        };
    }
    if words.voice != Voice::Line {
        return text(&name, *x, *y, words.text.clone());
    }
    let (top, height, width) = (y - ASCENT + 1, ASCENT + DESCENT - 1, label.width());
    html! {
        <>
            {rect(&class("tag", place, from), *x, top, width, height)}
            {text(&name, x + width / 2, *y, words.text.clone())}
        </>
    }
}

fn bar((x, y): (i32, i32), is_wide: bool) -> Html {
    let line = if is_wide {
        format!("M{x} {}v{}", y - BAR, 2 * BAR)
    } else {
        format!("M{} {y}h{}", x - BAR, 2 * BAR)
    };
    path("bar", line)
}

fn rect(class: &str, x: i32, y: i32, width: i32, height: i32) -> Html {
    html! {
        <rect class={class.to_owned()} x={x.to_string()} y={y.to_string()} width={width.to_string()} height={height.to_string()} />
    }
}

fn path(class: &str, d: String) -> Html {
    html! { <path class={class.to_owned()} {d} /> }
}

fn text(class: &str, x: i32, y: i32, words: String) -> Html {
    html! { <text class={class.to_owned()} x={x.to_string()} y={y.to_string()}>{words}</text> }
}
