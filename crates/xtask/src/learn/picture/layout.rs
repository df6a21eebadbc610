//! The places of frames, doors, line and words. Along the line a picture is the same in both directions: frames open, a stop
//! comes, frames close; across it each frame stands a little further in than the one around it.

use super::scheme::{Frame, Scheme, Stop, Wall};
use crate::learn::text::wrapped;

/// Where the line runs to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Right,
    Down,
}

pub(super) struct Placed {
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) width: i32,
    pub(super) height: i32,
    pub(super) depth: usize,
    pub(super) wall: Wall,
}

pub(super) struct Door {
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) width: i32,
    pub(super) height: i32,
    pub(super) is_open: bool,
}

pub(super) struct Line {
    pub(super) from: (i32, i32),
    pub(super) to: (i32, i32),
    pub(super) class: &'static str,
}

pub(super) struct Disc {
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) radius: i32,
    pub(super) class: &'static str,
    pub(super) number: Option<usize>,
}

pub(super) struct Words {
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) class: &'static str,
    pub(super) text: String,
}

pub(super) struct Layout {
    pub(super) width: i32,
    pub(super) height: i32,
    pub(super) frames: Vec<Placed>,
    pub(super) doors: Vec<Door>,
    pub(super) lines: Vec<Line>,
    pub(super) bar: Option<Line>,
    pub(super) discs: Vec<Disc>,
    pub(super) words: Vec<Words>,
}

/// Who starts it.
const ENTRY: &str = "Whoever can push a branch";

/// Between walls that stand beside each other.
const GAP: i32 = 14;
/// The height of a line of words, and the width of a letter, with room for wider fonts.
const LINE: i32 = 17;
const LETTER: f32 = 7.2;
const RADIUS: i32 = 14;
/// From the edge of a frame to its words.
const PAD: i32 = 10;

/// The room of a stop from left to right, and what lies in front of the first frame.
const COLUMN: i32 = 142;
const BEFORE: i32 = 96;
/// The whole width from top to bottom.
const NARROW: i32 = 300;

impl Layout {
    pub(super) fn new(scheme: &Scheme, direction: Direction) -> Self {
        let mut layout = Self {
            width: 0,
            height: 0,
            frames: Vec::new(),
            doors: Vec::new(),
            lines: Vec::new(),
            bar: None,
            discs: Vec::new(),
            words: Vec::new(),
        };
        match direction {
            Direction::Right => layout.rightwards(scheme),
            Direction::Down => layout.downwards(scheme),
        }
        layout
    }

    fn rightwards(&mut self, scheme: &Scheme) {
        // Along the line.
        let mut x = BEFORE;
        let mut edges = vec![(0, 0); scheme.frames.len()];
        let mut stops = Vec::new();
        let mut bar = None;
        for place in 0..scheme.stops.len() {
            for frame in opening(scheme, place) {
                edges[frame].0 = x;
                x += GAP;
            }
            stops.push(x + COLUMN / 2);
            x += COLUMN;
            if place + 1 == scheme.reached() && !scheme.end.is_empty() {
                bar = Some(x);
                x += GAP;
            }
            for frame in closing(scheme, place) {
                edges[frame].1 = x;
                x += GAP;
            }
        }
        self.width = x;

        // Across it: a row of labels for each depth, room above the line, the line, what is done at each stop.
        let room = |frame: usize| edges[frame].1 - edges[frame].0 - 2 * PAD;
        let labels: Vec<_> = (0..scheme.frames.len()).map(|at| label(&scheme.frames[at], room(at))).collect();
        let deepest = (0..scheme.frames.len()).map(|at| depth(scheme, at)).max().unwrap_or(0);
        let row = |wanted: usize| {
            let rows = (0..scheme.frames.len()).filter(|at| depth(scheme, *at) == wanted);
            rows.map(|at| labels[at].len() as i32).max().unwrap_or(0) * LINE + 8
        };
        let tops: Vec<i32> = (0..=deepest).map(|wanted| 2 + (0..wanted).map(row).sum::<i32>()).collect();
        let ended = bar.map(|_| wrapped(scheme.end, fit(COLUMN - PAD)));
        let above = ended.as_ref().map_or(0, |lines| lines.len() as i32 * LINE);
        let y = tops[deepest] + row(deepest) + above + RADIUS + 14;
        let told: Vec<_> = scheme.stops.iter().map(|stop| wrapped(&stop.title(), fit(COLUMN - 4))).collect();
        let most = told.iter().map(Vec::len).max().unwrap_or(0) as i32;
        let bottom = y + RADIUS + 8 + most * LINE;
        self.height = bottom + (deepest as i32 + 1) * 10 + 4;

        for (at, frame) in scheme.frames.iter().enumerate() {
            let depth = depth(scheme, at);
            let (left, right) = edges[at];
            let height = bottom + 10 * (1 + deepest - depth) as i32 - tops[depth];
            self.frames.push(Placed {
                x: left,
                y: tops[depth],
                width: right - left,
                height,
                depth,
                wall: frame.wall,
            });
            self.label(&labels[at], left + PAD, tops[depth] + LINE);
            for (x, is_open) in doors(scheme, at, edges[at]) {
                self.doors.push(Door { x: x - 5, y: y - 9, width: 10, height: 18, is_open });
            }
        }
        let entry = BEFORE / 2 - 6;
        self.line(scheme, &stops, entry, bar, |at| (at, y));
        if let (Some(x), Some(lines)) = (bar, ended) {
            self.bar = Some(Line { from: (x, y - 18), to: (x, y + 18), class: "bar" });
            for (line, text) in (0..).zip(lines) {
                self.words.push(Words {
                    x: x + 2,
                    y: y - RADIUS - 12 - above + (line + 1) * LINE,
                    class: "t-end last",
                    text,
                });
            }
        }
        self.discs.push(Disc { x: entry, y, radius: 9, class: "source", number: None });
        for (line, text) in (0..).zip(wrapped(ENTRY, 10)) {
            self.words.push(Words {
                x: entry,
                y: y + RADIUS + LINE + line * LINE,
                class: "t-step middle",
                text,
            });
        }
        for (at, lines) in told.into_iter().enumerate() {
            self.disc(scheme, at, stops[at], y);
            let class = if scheme.stops[at].is_spared() { "t-spared middle" } else { "t-step middle" };
            for (line, text) in (0..).zip(lines) {
                self.words.push(Words { x: stops[at], y: y + RADIUS + LINE + line * LINE, class, text });
            }
        }
    }

    fn downwards(&mut self, scheme: &Scheme) {
        const INSET: i32 = 8;
        self.width = NARROW;
        let deepest = (0..scheme.frames.len()).map(|at| depth(scheme, at)).max().unwrap_or(0) as i32;
        let inset = |depth: usize| 2 + INSET * depth as i32;
        let x = inset(deepest as usize) + RADIUS + 14;
        let beside = x + RADIUS + 12;
        let room = |depth: usize| NARROW - inset(depth) - PAD - beside;
        let inner = |place: usize| {
            let around = (0..scheme.frames.len()).filter(|at| holds(&scheme.frames[*at], place));
            around.map(|at| depth(scheme, at)).max().unwrap_or(0)
        };

        let entry = 12;
        self.words.push(Words { x: beside, y: entry + 5, class: "t-step", text: ENTRY.to_owned() });
        let mut y = entry + 24;
        let mut edges = vec![(0, 0); scheme.frames.len()];
        let mut stops = Vec::new();
        let mut bar = None;
        for place in 0..scheme.stops.len() {
            for frame in opening(scheme, place) {
                edges[frame].0 = y;
                let label = label(&scheme.frames[frame], room(depth(scheme, frame)));
                self.label(&label, beside, y + LINE + 2);
                y += label.len() as i32 * LINE + 10;
            }
            let lines = wrapped(&scheme.stops[place].title(), fit(room(inner(place))));
            let stop = y + RADIUS + 2;
            stops.push(stop);
            let class = if scheme.stops[place].is_spared() { "t-spared" } else { "t-step" };
            let height = lines.len() as i32 * LINE;
            for (line, text) in (0..).zip(lines) {
                self.words.push(Words { x: beside, y: stop + 5 + line * LINE, class, text });
            }
            y = stop + (RADIUS + 14).max(height + 4);
            if place + 1 == scheme.reached() && !scheme.end.is_empty() {
                let lines = wrapped(scheme.end, fit(room(inner(place))));
                bar = Some(y + 4);
                let height = lines.len() as i32 * LINE;
                for (line, text) in (0..).zip(lines) {
                    self.words.push(Words { x: beside, y: y + 9 + line * LINE, class: "t-end", text });
                }
                y += height + 6;
            }
            for frame in closing(scheme, place) {
                edges[frame].1 = y;
                y += GAP;
            }
        }
        self.height = y;
        for (at, frame) in scheme.frames.iter().enumerate() {
            let depth = depth(scheme, at);
            let (top, bottom) = edges[at];
            let width = NARROW - 2 * inset(depth);
            self.frames.push(Placed {
                x: inset(depth),
                y: top,
                width,
                height: bottom - top,
                depth,
                wall: frame.wall,
            });
            for (y, is_open) in doors(scheme, at, edges[at]) {
                self.doors.push(Door { x: x - 9, y: y - 5, width: 18, height: 10, is_open });
            }
        }
        self.line(scheme, &stops, entry, bar, |at| (x, at));
        if let Some(y) = bar {
            self.bar = Some(Line { from: (x - 18, y), to: (x + 18, y), class: "bar" });
        }
        self.discs.push(Disc { x, y: entry, radius: 9, class: "source", number: None });
        for (at, y) in stops.into_iter().enumerate() {
            self.disc(scheme, at, x, y);
        }
    }

    /// The line: sure as far as it is, then as it may go on.
    fn line(
        &mut self,
        scheme: &Scheme,
        stops: &[i32],
        entry: i32,
        bar: Option<i32>,
        place: impl Fn(i32) -> (i32, i32),
    ) {
        let sure = scheme.stops.iter().take_while(|stop| stop.is_sure()).count();
        let reached = scheme.reached();
        let end = |count: usize| stops[count.saturating_sub(1)];
        let until = bar.filter(|_| sure == reached).unwrap_or(end(sure));
        self.lines.push(Line { from: place(entry), to: place(until), class: "way" });
        if reached > sure {
            self.lines.push(Line { from: place(end(sure)), to: place(end(reached)), class: "way maybe" });
        }
    }

    fn disc(&mut self, scheme: &Scheme, at: usize, x: i32, y: i32) {
        let class = match scheme.stops[at] {
            Stop::Step(_) | Stop::Told(_) => "stop-disc",
            Stop::Maybe(_) => "stop-disc maybe",
            Stop::Spared(_) => "stop-disc gone",
        };
        let number = (!scheme.stops[at].is_spared()).then_some(at + 1);
        self.discs.push(Disc { x, y, radius: RADIUS, class, number });
    }

    fn label(&mut self, lines: &[(&'static str, String)], x: i32, y: i32) {
        for (at, (class, text)) in (0..).zip(lines) {
            self.words.push(Words { x, y: y + at * LINE, class, text: text.clone() });
        }
    }
}

/// How many letters fit.
fn fit(room: i32) -> usize {
    (room as f32 / LETTER) as usize
}

/// A frame's kind and what is said of it, as lines.
fn label(frame: &Frame, room: i32) -> Vec<(&'static str, String)> {
    let note = if frame.wall == Wall::Open { "t-note t-open" } else { "t-note" };
    let notes = wrapped(frame.note, fit(room)).into_iter().map(|line| (note, line));
    std::iter::once(("t-kind", frame.kind.to_owned())).chain(notes).collect()
}

fn holds(frame: &Frame, place: usize) -> bool {
    (frame.places.0..frame.places.1).contains(&place)
}

/// How many frames are around this one: outer ones stand first.
fn depth(scheme: &Scheme, at: usize) -> usize {
    let (from, to) = scheme.frames[at].places;
    let around = |frame: &&Frame| frame.places.0 <= from && to <= frame.places.1;
    scheme.frames[..at].iter().filter(around).count()
}

/// The frames that begin at a place, outer ones first.
fn opening(scheme: &Scheme, place: usize) -> impl Iterator<Item = usize> {
    (0..scheme.frames.len()).filter(move |at| scheme.frames[*at].places.0 == place)
}

/// The frames that end behind a place, inner ones first.
fn closing(scheme: &Scheme, place: usize) -> impl Iterator<Item = usize> {
    (0..scheme.frames.len()).rev().filter(move |at| scheme.frames[*at].places.1 == place + 1)
}

/// Where the line passes a frame's walls, and whether somebody's line opens the door there.
fn doors(scheme: &Scheme, at: usize, (first, last): (i32, i32)) -> Vec<(i32, bool)> {
    let frame = &scheme.frames[at];
    let (from, to) = frame.places;
    let reached = scheme.reached();
    let mut doors = Vec::new();
    if from < reached {
        doors.push((first, false));
    }
    if to < reached {
        doors.push((last, frame.opened));
    }
    doors
}

#[cfg(test)]
mod tests {
    use daemonless_catalog::Approach;

    use super::super::scheme::scheme;
    use super::*;

    #[test]
    fn everything_lies_in_the_picture() {
        for approach in Approach::ALL {
            for direction in [Direction::Right, Direction::Down] {
                let layout = Layout::new(scheme(*approach), direction);
                for frame in &layout.frames {
                    assert!(frame.x >= 0 && frame.x + frame.width <= layout.width, "{approach:?}");
                    assert!(frame.y >= 0 && frame.y + frame.height <= layout.height, "{approach:?}");
                    assert!(frame.width > 0 && frame.height > 0, "{approach:?}");
                }
                for words in &layout.words {
                    let width = (words.text.chars().count() as f32 * LETTER) as i32;
                    let left = match words.class {
                        class if class.ends_with("middle") => words.x - width / 2,
                        class if class.ends_with("last") => words.x - width,
                        _ => words.x,
                    };
                    assert!(left >= 0 && left + width <= layout.width, "{approach:?}: {}", words.text);
                    assert!(words.y <= layout.height, "{approach:?}: {}", words.text);
                }
            }
        }
    }

    #[test]
    fn words_do_not_lie_on_the_line() {
        for approach in Approach::ALL {
            for direction in [Direction::Right, Direction::Down] {
                let layout = Layout::new(scheme(*approach), direction);
                let (from, to) = (layout.lines[0].from, layout.lines[0].to);
                for words in &layout.words {
                    let clear = match direction {
                        // Its letters stand above their line.
                        Direction::Right => words.y < from.1 - RADIUS + 4 || words.y - 11 > to.1 + 5,
                        Direction::Down => words.x > from.0 + RADIUS,
                    };
                    assert!(clear, "{approach:?}: {}", words.text);
                }
            }
        }
    }
}
