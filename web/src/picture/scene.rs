//! The picture's form: every frame, line and word at its place, from left to right on a wide screen and from top to
//! bottom on a narrow one. Units are CSS pixels where the picture has its own size.

use super::label::{DESCENT, Label, Words, set};
use super::plan::{Frame, Gap, Item, Mark, Place, Plan, Row, Wall};

/// A frame at its place.
#[derive(Clone, Debug, PartialEq)]
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
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    pub label: Label,
    pub frame: Option<usize>,
    pub place: Option<Place>,
}

/// A disc.
#[derive(Clone, Debug, PartialEq)]
pub struct Disc {
    pub x: i32,
    pub y: i32,
    pub mark: Mark,
    /// It is the first of its place: the line goes through it.
    pub first: bool,
    pub place: Option<Place>,
}

/// A piece of the line; it leads to `place`.
#[derive(Clone, Debug, PartialEq)]
pub struct Piece {
    pub from: (i32, i32),
    pub to: (i32, i32),
    pub first: bool,
    pub place: Option<Place>,
}

/// A door in a wall, in its middle.
#[derive(Clone, Debug, PartialEq)]
pub struct Door {
    pub x: i32,
    pub y: i32,
    /// The person's lines open it.
    pub open: bool,
    pub place: Option<Place>,
}

/// Where a way out cuts the line.
#[derive(Clone, Debug, PartialEq)]
pub struct Cut {
    /// Index of the way.
    pub way: usize,
    pub at: (i32, i32),
    pub place: Place,
    pub told: Vec<Told>,
}

/// All of a picture, ready to be drawn.
#[derive(Clone, Debug, PartialEq)]
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

/// Between a frame's wall and what is in it.
const PAD: i32 = 12;
/// Between rows.
const BETWEEN: i32 = 12;
/// From a disc's middle to its words.
const BESIDE: i32 = 21;
/// The widest that a picture may be, for its words to be read.
const WIDEST: i32 = 1300;
/// Columns of words.
const COLUMN: std::ops::RangeInclusive<i32> = 118..=210;
/// The way between two frames, with words and without.
const WAY: i32 = 122;
const STEP: i32 = 24;
/// The end of the line inside a wall.
const END: i32 = 20;
/// A picture for a phone: its width, its line, and the walls' distance.
const NARROW: i32 = 320;
const NARROW_LINE: i32 = 52;
const NARROW_PAD: i32 = 8;

impl Scene {
    /// From left to right.
    pub fn wide(plan: &Plan) -> Self {
        let (fixed, columns) = plan.items.iter().map(|item| measure(plan, item)).fold((0, 1), add);
        let column = (WIDEST - 2 - fixed) / columns;
        Across::new(plan, column.clamp(*COLUMN.start(), *COLUMN.end())).scene()
    }

    /// From top to bottom.
    pub fn tall(plan: &Plan) -> Self {
        Down::new(plan).scene()
    }

    fn new(is_wide: bool) -> Self {
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

    fn tell(
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

    fn frame(&mut self, x: i32, y: i32, width: i32, frame: &Frame, parent: Option<usize>) -> usize {
        let Frame { wall, level, place, .. } = *frame;
        self.frames.push(Placed { x, y, width, height: 0, wall, level, place, parent });
        self.frames.len() - 1
    }

    /// A small box that the line does not pass; gives its height.
    fn small(
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
    fn cuts(&mut self, plan: &Plan, gap: &Gap, words: (i32, i32), room: i32, frame: Option<usize>) -> i32 {
        let mut height = 0;
        for (way, one) in plan.ways.iter().enumerate().filter(|(_, one)| one.cut == Some(gap.place)) {
            let text = format!("{} ends it here", super::label::name(&one.title, 30));
            let mut labels = Vec::new();
            let words_of = [Words::new(super::label::Voice::End, text)];
            height = height.max(set(&words_of, words.0, words.1, room, &mut labels));
            let told = labels.into_iter().map(|label| Told { label, frame, place: None }).collect();
            self.cuts.push(Cut { way, at: (0, 0), place: gap.place, told });
        }
        height
    }

    /// The line from `start` to `end` in pieces, parted at what the ways lead to; and doors where it passes walls.
    fn line(&mut self, start: i32, end: i32, across: i32, ways: &[(i32, Place)], job: i32) {
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

/// What an item of a picture from left to right needs: units, and columns beside them.
fn measure(plan: &Plan, item: &Item) -> (i32, i32) {
    match item {
        Item::Rows(..) => (0, 1),
        Item::End => (END, 0),
        Item::Space => (STEP, 0),
        Item::Gap(gap) => (way(plan, gap), 0),
        Item::Frame(frame) => {
            let inner = frame.items.iter().map(|item| measure(plan, item));
            let (fixed, columns) = inner.fold((0, 0), add);
            (fixed + 2 * PAD, columns.max(1))
        }
    }
}

fn add(one: (i32, i32), other: (i32, i32)) -> (i32, i32) {
    (one.0 + other.0, one.1 + other.1)
}

/// The length of a way: there is room for words where there are some or where it can be cut.
fn way(plan: &Plan, gap: &Gap) -> i32 {
    let is_cut = plan.ways.iter().any(|way| way.cut == Some(gap.place));
    if is_cut || !gap.words.is_empty() { WAY } else { STEP }
}

/// Rows of a place, in a column of a picture from left to right.
struct Column<'a> {
    x: i32,
    rows: &'a [Row],
    place: Option<Place>,
    frame: Option<usize>,
}

/// A picture from left to right: first where each column is, then, when it is known how high the heads are, what stands
/// below the line.
struct Across<'a> {
    plan: &'a Plan,
    scene: Scene,
    column: i32,
    columns: Vec<Column<'a>>,
    gaps: Vec<(i32, &'a Gap, Option<usize>)>,
    /// What each frame has beside the line.
    beside: Vec<&'a [Vec<Words>]>,
    /// The lower end of the lowest head.
    crest: i32,
    end: Option<i32>,
}

impl<'a> Across<'a> {
    fn new(plan: &'a Plan, column: i32) -> Self {
        let scene = Scene::new(true);
        Self {
            plan,
            scene,
            column,
            columns: Vec::new(),
            gaps: Vec::new(),
            beside: Vec::new(),
            crest: 0,
            end: None,
        }
    }

    fn scene(mut self) -> Scene {
        let plan = self.plan;
        self.columns.push(Column { x: 0, rows: &plan.who, place: None, frame: None });
        let width = self.items(&plan.items, self.column, 1, None);
        self.scene.width = width + 1;
        let line = self.crest + 24;
        let count = self.scene.frames.len();
        let mut content = vec![line + STOP + 4; count];
        let mut lowest = self.rows(line, &mut content);
        let ways = self.ways(line, &mut content, &mut lowest);
        self.close(&mut content, lowest);
        let marks = self.scene.discs.iter().filter(|disc| disc.first);
        let job = marks.clone().filter(|disc| disc.place == Some(Place::Job)).map(|disc| disc.x).next();
        let core = self.scene.frames.iter().take(count).find(|frame| frame.level == 2);
        let job = job.or(core.map(|frame| frame.x + frame.width / 2)).unwrap_or(0);
        let last = marks.map(|disc| disc.x).max().unwrap_or(0).max(job);
        self.scene.line(STOP, self.end.unwrap_or(last), line, &ways, job);
        self.scene.end = self.end.map(|x| (x, line));
        self.scene
    }

    /// Puts items side by side; gives where they end.
    fn items(&mut self, items: &'a [Item], mut x: i32, y: i32, parent: Option<usize>) -> i32 {
        for item in items {
            let (fixed, columns) = measure(self.plan, item);
            let width = fixed + columns * self.column;
            match item {
                Item::Frame(frame) => {
                    let index = self.scene.frame(x, y, width, frame, parent);
                    self.beside.push(&frame.beside);
                    let room = width - 2 * PAD;
                    let head = self.scene.tell(&frame.head, (x + PAD, y + 8), room, Some(index), frame.place);
                    let inner = y + head + 16;
                    self.crest = self.crest.max(inner);
                    self.items(&frame.items, x + PAD, inner, Some(index));
                }
                Item::Rows(place, rows) => {
                    self.columns.push(Column { x, rows, place: *place, frame: parent });
                }
                Item::Gap(gap) => self.gaps.push((x, gap, parent)),
                Item::End => self.end = Some(x + END / 2),
                Item::Space => {}
            }
            x += width;
        }
        x
    }

    /// Discs and words below the line; gives how low those without a frame reach.
    fn rows(&mut self, line: i32, content: &mut [i32]) -> i32 {
        let mut lowest = 0;
        for column in &self.columns {
            let x = column.x + STOP;
            let room = self.column - STOP - BESIDE - 3;
            let mut bottom = line;
            let mut spur = line;
            for (at, row) in column.rows.iter().enumerate() {
                let (y, top) = match at {
                    0 => (line, line + 8),
                    _ => (bottom + BETWEEN + SIDE_STOP, bottom + BETWEEN + 2),
                };
                let height = self.scene.tell(&row.words, (x + BESIDE, top), room, column.frame, column.place);
                bottom = (y + SIDE_STOP).max(top + height);
                if row.mark != Mark::Nothing {
                    self.scene.discs.push(Disc { x, y, mark: row.mark, first: at == 0, place: column.place });
                }
                if matches!(row.mark, Mark::Stop(_) | Mark::Source) {
                    spur = y;
                }
            }
            if spur > line {
                let piece = Piece { from: (x, line), to: (x, spur), first: false, place: column.place };
                self.scene.pieces.push(piece);
            }
            match column.frame.and_then(|frame| content.get_mut(frame)) {
                Some(content) => *content = (*content).max(bottom),
                None => lowest = lowest.max(bottom),
            }
        }
        lowest
    }

    /// The words on the ways, and where each can be cut.
    fn ways(&mut self, line: i32, content: &mut [i32], lowest: &mut i32) -> Vec<(i32, Place)> {
        let mut found = Vec::new();
        for (x, gap, frame) in &self.gaps {
            let way = way(self.plan, gap);
            let (at, room) = (x + way - 12, way - 26);
            let mut bottom = line + 22;
            bottom += self.scene.tell(&gap.words, (x + 8, bottom), room, *frame, Some(gap.place));
            bottom += 3;
            bottom += self.scene.cuts(self.plan, gap, (x + 8, bottom), room, *frame);
            for cut in self.scene.cuts.iter_mut().filter(|cut| cut.place == gap.place) {
                cut.at = (at, line);
            }
            match frame.and_then(|frame| content.get_mut(frame)) {
                Some(content) => *content = (*content).max(bottom),
                None => *lowest = (*lowest).max(bottom),
            }
            found.push((at, gap.place));
        }
        found
    }

    /// Closes the frames below what is in them, and makes those beside each other equally high.
    fn close(&mut self, content: &mut [i32], lowest: i32) {
        let count = content.len();
        let mut inner = content.to_vec();
        for index in (0..count).rev() {
            let Some(Placed { x, width, parent, place, .. }) = self.scene.frames.get(index).cloned() else {
                continue;
            };
            let mut bottom = content.get(index).copied().unwrap_or(0);
            if let Some(inner) = inner.get_mut(index) {
                *inner = bottom;
            }
            let beside = self.beside.get(index).copied().unwrap_or(&[]);
            let room = width - 2 * PAD;
            let each_row = usize::try_from((room / 170).max(1)).unwrap_or(1);
            for row in beside.chunks(each_row) {
                let count = i32::try_from(each_row.min(beside.len())).unwrap_or(1).max(1);
                let one = (room - (count - 1) * 8) / count;
                let mut height = 0;
                for (at, words) in (0..).zip(row) {
                    let x = x + PAD + at * (one + 8);
                    height = height.max(self.scene.small(words, x, bottom + 10, one, index, place));
                }
                bottom += 10 + height;
            }
            if let Some(frame) = self.scene.frames.get_mut(index) {
                frame.height = bottom + PAD - frame.y;
            }
            if let Some(content) = parent.and_then(|parent| content.get_mut(parent)) {
                *content = (*content).max(bottom + PAD);
            }
        }
        let bottom = |frame: &Placed| frame.y + frame.height;
        let outer = self.scene.frames.iter().take(count).filter(|frame| frame.parent.is_none()).map(bottom);
        let outer = outer.max().unwrap_or(0);
        for index in 0..count {
            // Inner heights are what they were when the frame was closed, with what came from its own frames.
            let Some(parent) = self.scene.frames.get(index).map(|frame| frame.parent) else { continue };
            let floor = match parent {
                None => outer,
                Some(parent) => {
                    let boxes = self.scene.frames.iter().skip(count).filter(|one| one.parent == Some(parent));
                    let over = boxes.map(|one| one.y - 10).min();
                    let own = self.scene.frames.get(parent).map_or(0, |one| one.y + one.height - PAD);
                    over.unwrap_or(own)
                }
            };
            if let Some(frame) = self.scene.frames.get_mut(index) {
                frame.height = frame.height.max(floor - frame.y);
            }
        }
        self.scene.height = outer.max(lowest + DESCENT) + 2;
    }
}

/// A picture from top to bottom.
struct Down<'a> {
    plan: &'a Plan,
    scene: Scene,
    ways: Vec<(i32, Place)>,
    end: Option<i32>,
}

impl<'a> Down<'a> {
    fn new(plan: &'a Plan) -> Self {
        Self { plan, scene: Scene::new(false), ways: Vec::new(), end: None }
    }

    fn scene(mut self) -> Scene {
        let plan = self.plan;
        self.scene.width = NARROW;
        // Those who can come stand next to the door.
        let who: Vec<Row> = plan.who.iter().rev().cloned().collect();
        let y = self.rows(&who, 0, NARROW - 2, None, None);
        let y = self.items(&plan.items, 1, y + 4, NARROW - 2, None);
        self.scene.height = y + 2;
        let open = |disc: &&Disc| disc.mark != Mark::Closed;
        let start = self.scene.discs.iter().find(open).map_or(0, |disc| disc.y);
        let stops = |disc: &&Disc| matches!(disc.mark, Mark::Stop(_));
        let job =
            self.scene.discs.iter().filter(|disc| disc.place == Some(Place::Job)).map(|disc| disc.y).next();
        let core = self.scene.frames.iter().find(|frame| frame.level == 2);
        let job = job.or(core.map(|frame| frame.y + frame.height / 2)).unwrap_or(0);
        let last = self.scene.discs.iter().filter(stops).map(|disc| disc.y).max().unwrap_or(job);
        let ways = std::mem::take(&mut self.ways);
        self.scene.line(start, self.end.unwrap_or(last), NARROW_LINE, &ways, job);
        self.scene.end = self.end.map(|y| (NARROW_LINE, y));
        self.scene
    }

    /// Puts items below each other; gives where they end.
    fn items(&mut self, items: &[Item], x: i32, mut y: i32, width: i32, parent: Option<usize>) -> i32 {
        let text = NARROW_LINE + BESIDE;
        let room = x + width - NARROW_PAD - text;
        for item in items {
            match item {
                Item::Frame(frame) => {
                    let index = self.scene.frame(x, y, width, frame, parent);
                    let head = self.scene.tell(&frame.head, (text, y + 8), room, Some(index), frame.place);
                    let inner = (x + NARROW_PAD, y + head + 14, width - 2 * NARROW_PAD);
                    let mut bottom = self.items(&frame.items, inner.0, inner.1, inner.2, Some(index));
                    for words in &frame.beside {
                        let left = text - 7;
                        let wide = inner.0 + inner.2 - left;
                        bottom += 4 + self.scene.small(words, left, bottom + 4, wide, index, frame.place);
                    }
                    bottom += if frame.beside.is_empty() { 2 } else { NARROW_PAD };
                    if let Some(frame) = self.scene.frames.get_mut(index) {
                        frame.height = bottom - frame.y;
                    }
                    y = bottom + NARROW_PAD;
                }
                Item::Rows(place, rows) => y = self.rows(rows, y, x + width, parent, *place),
                Item::Gap(gap) if way(self.plan, gap) == STEP => {
                    self.ways.push((y + 2, gap.place));
                    y += 6;
                }
                Item::Space => {}
                Item::Gap(gap) => {
                    let mut bottom = y + 2;
                    bottom += self.scene.tell(&gap.words, (text, bottom), room, parent, Some(gap.place));
                    let told = self.scene.cuts(self.plan, gap, (text, bottom + 2), room, parent);
                    let at = bottom + 2 + told / 2;
                    for cut in self.scene.cuts.iter_mut().filter(|cut| cut.place == gap.place) {
                        cut.at = (NARROW_LINE, at);
                    }
                    self.ways.push((at, gap.place));
                    y = bottom + 2 + told.max(12) + NARROW_PAD;
                }
                Item::End => {
                    self.end = Some(y + 4);
                    y += END;
                }
            }
        }
        y
    }

    /// Discs on the line and words beside it; gives where they end.
    fn rows(
        &mut self,
        rows: &[Row],
        mut y: i32,
        right: i32,
        frame: Option<usize>,
        place: Option<Place>,
    ) -> i32 {
        let text = NARROW_LINE + BESIDE;
        for (at, row) in rows.iter().enumerate() {
            let radius = if at == 0 { STOP } else { SIDE_STOP };
            let middle = y + radius;
            let height =
                self.scene.tell(&row.words, (text, middle - 9), right - NARROW_PAD - text, frame, place);
            if row.mark != Mark::Nothing {
                let disc = Disc { x: NARROW_LINE, y: middle, mark: row.mark, first: at == 0, place };
                self.scene.discs.push(disc);
            }
            y = (middle + radius).max(middle - 9 + height) + 8;
        }
        y
    }
}
