//! A picture from left to right, for a wide screen.

use super::label::{DESCENT, Words};
use super::plan::{Gap, Item, Mark, Plan, Row};
use super::scene::{BESIDE, Disc, END, Piece, Placed, SIDE_STOP, STOP, Scene};
use super::tables::Place;

/// The widest that a picture may be: its letters of 13 units are 11 pixels high where the page has room for 1089.
const WIDEST: i32 = 1280;
/// Columns of words.
const COLUMN: std::ops::RangeInclusive<i32> = 118..=210;
/// The way between two frames, with words and without.
const WAY: i32 = 122;
const STEP: i32 = 24;
/// Between a frame's wall and what is in it.
const PAD: i32 = 12;
/// Between rows.
const BETWEEN: i32 = 12;

/// The picture, its line from left to right.
pub fn wide(plan: &Plan) -> Scene {
    let (fixed, columns) = plan.items.iter().map(|item| measure(plan, item)).fold((0, 1), add);
    let column = (WIDEST - 2 - fixed) / columns;
    Across::new(plan, column.clamp(*COLUMN.start(), *COLUMN.end())).scene()
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

/// The length of a way.
fn way(plan: &Plan, gap: &Gap) -> i32 {
    if plan.tells(gap) { WAY } else { STEP }
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
            let Some(Placed { x, width, parent, place, .. }) = self.scene.frames.get(index).copied() else {
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
