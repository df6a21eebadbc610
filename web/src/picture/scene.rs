//! The picture's form: every frame, line and word at its place, from left to right on a wide screen and from top to
//! bottom on a narrow one. Units are CSS pixels where the picture has its own size.

use super::label::{Label, Voice, Words, name, set};
use super::plan::{Frame, Gap, Mark, Plan};
use super::tables::{Place, Wall};

/// A frame at its place.
#[derive(Clone, Copy, Debug)]
pub struct Placed {
    pub x: i32,
    pub y: i32,
    pub width: i32,
    pub height: i32,
    pub wall: Wall,
    pub level: u8,
    /// It goes away where this place is cut off.
    pub place: Option<Place>,
    /// Index of the frame around it.
    pub parent: Option<usize>,
}

/// A label and the frame that it stands in.
#[derive(Debug)]
pub struct Told {
    pub label: Label,
    #[cfg_attr(not(test), expect(dead_code, reason = "tests ask whether the words lie in their frame"))]
    pub frame: Option<usize>,
    pub place: Option<Place>,
}

/// A disc.
#[derive(Debug)]
pub struct Disc {
    pub x: i32,
    pub y: i32,
    pub mark: Mark,
    /// It is the first of its place: the line goes through it.
    pub first: bool,
    pub place: Option<Place>,
}

/// A piece of the line; it leads to `place`.
#[derive(Debug)]
pub struct Piece {
    pub from: (i32, i32),
    pub to: (i32, i32),
    pub first: bool,
    pub place: Option<Place>,
}

/// A door in a wall, in its middle.
#[derive(Debug)]
pub struct Door {
    pub x: i32,
    pub y: i32,
    /// The person's lines open it.
    pub open: bool,
    pub place: Option<Place>,
}

/// Where a way out cuts the line.
#[derive(Debug)]
pub struct Cut {
    /// Index of the way.
    pub way: usize,
    pub at: (i32, i32),
    pub place: Place,
    pub told: Vec<Told>,
}

/// All of a picture, ready to be drawn.
#[derive(Debug)]
pub struct Scene {
    /// The line runs from left to right.
    pub is_wide: bool,
    pub width: i32,
    pub height: i32,
    /// Outer ones first.
    pub frames: Vec<Placed>,
    pub told: Vec<Told>,
    pub discs: Vec<Disc>,
    pub pieces: Vec<Piece>,
    pub doors: Vec<Door>,
    pub cuts: Vec<Cut>,
    /// Where the line ends by itself.
    pub end: Option<(i32, i32)>,
}

/// The radius of a stop on the line, and of one beside it.
pub const STOP: i32 = 14;
pub const SIDE_STOP: i32 = 11;

/// From a disc's middle to its words.
pub const BESIDE: i32 = 21;
/// The end of the line inside a wall.
pub const END: i32 = 20;

impl Scene {
    /// An empty one.
    pub fn new(is_wide: bool) -> Self {
        Self {
            is_wide,
            width: 0,
            height: 0,
            frames: Vec::new(),
            told: Vec::new(),
            discs: Vec::new(),
            pieces: Vec::new(),
            doors: Vec::new(),
            cuts: Vec::new(),
            end: None,
        }
    }

    /// Sets words in a frame; gives the height that they take.
    pub fn tell(
        &mut self,
        words: &[Words],
        at: (i32, i32),
        room: i32,
        frame: Option<usize>,
        place: Option<Place>,
    ) -> i32 {
        let mut labels = Vec::new();
        let height = set(words, at.0, at.1, room, &mut labels);
        self.told.extend(labels.into_iter().map(|label| Told { label, frame, place }));
        height
    }

    pub fn frame(&mut self, x: i32, y: i32, width: i32, frame: &Frame, parent: Option<usize>) -> usize {
        let Frame { wall, level, place, .. } = *frame;
        self.frames.push(Placed { x, y, width, height: 0, wall, level, place, parent });
        self.frames.len() - 1
    }

    /// A small box that the line does not pass; gives its height.
    pub fn small(
        &mut self,
        words: &[Words],
        x: i32,
        y: i32,
        width: i32,
        parent: usize,
        place: Option<Place>,
    ) -> i32 {
        let index = self.frames.len();
        let placed =
            Placed { x, y, width, height: 0, wall: Wall::Holds, level: 4, place, parent: Some(parent) };
        self.frames.push(placed);
        let height = self.tell(words, (x + 7, y + 5), width - 14, Some(index), place) + 10;
        if let Some(placed) = self.frames.get_mut(index) {
            placed.height = height;
        }
        height
    }

    /// Room for where each way cuts the line here, and those cuts; gives the height that the words take.
    pub fn cuts(
        &mut self,
        plan: &Plan,
        gap: &Gap,
        words: (i32, i32),
        room: i32,
        frame: Option<usize>,
    ) -> i32 {
        let mut height = 0;
        for (way, one) in plan.ways.iter().enumerate().filter(|(_, one)| one.cut == Some(gap.place)) {
            let text = format!("{} ends it here", name(&one.title, 30));
            let mut labels = Vec::new();
            let words_of = [Words::new(Voice::End, text)];
            height = height.max(set(&words_of, words.0, words.1, room, &mut labels));
            let told = labels.into_iter().map(|label| Told { label, frame, place: None }).collect();
            self.cuts.push(Cut { way, at: (0, 0), place: gap.place, told });
        }
        height
    }

    /// The line from `start` to `end` in pieces, parted at what the ways lead to; and doors where it passes walls.
    pub fn line(&mut self, start: i32, end: i32, across: i32, ways: &[(i32, Place)], job: i32) {
        let point = |at: i32| if self.is_wide { (at, across) } else { (across, at) };
        let mut from = start;
        let mut place = None;
        for (at, next) in ways.iter().copied().filter(|(at, _)| *at < end).chain([(end, Place::Others)]) {
            self.pieces.push(Piece { from: point(from), to: point(at), first: true, place });
            (from, place) = (at, Some(next));
        }
        let mut doors = Vec::new();
        for frame in self.frames.iter().filter(|frame| frame.level < 4 && frame.wall != Wall::Open) {
            let walls = if self.is_wide {
                [frame.x, frame.x + frame.width]
            } else {
                [frame.y, frame.y + frame.height]
            };
            for wall in walls.into_iter().filter(|wall| (start..end).contains(wall)) {
                let (x, y) = point(wall);
                let place = ways.iter().rev().find(|(at, _)| *at <= wall).map(|(_, place)| *place);
                doors.push(Door { x, y, open: wall > job, place });
            }
        }
        self.doors = doors;
    }
}
