//! A picture from top to bottom, for a phone.

use super::plan::{Item, Mark, Plan, Row};
use super::scene::{BESIDE, Disc, END, SIDE_STOP, STOP, Scene};
use super::tables::Place;

/// How wide it is, where its line is, and how far walls stand apart.
const WIDTH: i32 = 320;
const LINE: i32 = 52;
const PAD: i32 = 8;

/// The picture, its line from top to bottom.
pub fn tall(plan: &Plan) -> Scene {
    Down::new(plan).scene()
}

/// A picture that is being put together.
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
        self.scene.width = WIDTH;
        // Those who can come stand next to the door.
        let who: Vec<Row> = plan.who.iter().rev().cloned().collect();
        let y = self.rows(&who, 0, WIDTH - 2, None, None);
        let y = self.items(&plan.items, 1, y + 4, WIDTH - 2, None);
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
        self.scene.line(start, self.end.unwrap_or(last), LINE, &ways, job);
        self.scene.end = self.end.map(|y| (LINE, y));
        self.scene
    }

    /// Puts items below each other; gives where they end.
    fn items(&mut self, items: &[Item], x: i32, mut y: i32, width: i32, parent: Option<usize>) -> i32 {
        let text = LINE + BESIDE;
        let room = x + width - PAD - text;
        for item in items {
            match item {
                Item::Frame(frame) => {
                    let index = self.scene.frame(x, y, width, frame, parent);
                    let head = self.scene.tell(&frame.head, (text, y + 8), room, Some(index), frame.place);
                    let inner = (x + PAD, y + head + 14, width - 2 * PAD);
                    let mut bottom = self.items(&frame.items, inner.0, inner.1, inner.2, Some(index));
                    for words in &frame.beside {
                        let left = text - 7;
                        let wide = inner.0 + inner.2 - left;
                        bottom += 4 + self.scene.small(words, left, bottom + 4, wide, index, frame.place);
                    }
                    bottom += if frame.beside.is_empty() { 2 } else { PAD };
                    if let Some(frame) = self.scene.frames.get_mut(index) {
                        frame.height = bottom - frame.y;
                    }
                    y = bottom + PAD;
                }
                Item::Rows(place, rows) => y = self.rows(rows, y, x + width, parent, *place),
                Item::Gap(gap) if !self.plan.tells(gap) => {
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
                        cut.at = (LINE, at);
                    }
                    self.ways.push((at, gap.place));
                    y = bottom + 2 + told.max(12) + PAD;
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
        let text = LINE + BESIDE;
        for (at, row) in rows.iter().enumerate() {
            let radius = if at == 0 { STOP } else { SIDE_STOP };
            let middle = y + radius;
            let height = self.scene.tell(&row.words, (text, middle - 9), right - PAD - text, frame, place);
            if row.mark != Mark::Nothing {
                let disc = Disc { x: LINE, y: middle, mark: row.mark, first: at == 0, place };
                self.scene.discs.push(disc);
            }
            y = (middle + radius).max(middle - 9 + height) + 8;
        }
        y
    }
}
