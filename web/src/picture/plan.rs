//! What the picture of a job shows, before it has a form: who can put code where, the frames within frames, the stops of
//! the attack in them, and what each way out cuts.

use daemonless_core::report::{AccessReport, AlternativeReport, ContainerReport, JobReport};

use super::label::{Voice, Words, name};
use super::said::{NAME, TITLE, boxes, called, line, line_of, lines, rows, said};
use super::tables::{CUTS, Does, ENGINES, HOSTS, Place, RUNNERS, Seat, WHO, Wall, step};
use crate::path::numbered;

/// A boundary and what is in it.
#[derive(Debug)]
pub struct Frame {
    pub wall: Wall,
    /// From the outside, 0 for a machine.
    pub level: u8,
    /// It goes away where this place is cut off.
    pub place: Option<Place>,
    pub head: Vec<Words>,
    pub items: Vec<Item>,
    /// Further containers in it that the line does not pass.
    pub beside: Vec<Vec<Words>>,
}

/// What the line passes, in its order.
#[derive(Debug)]
pub enum Item {
    Frame(Frame),
    Rows(Option<Place>, Vec<Row>),
    Gap(Gap),
    /// Room between two that belong together.
    Space,
    /// The line ends here already.
    End,
}

/// A disc beside the line, and its words.
#[derive(Clone, Debug)]
pub struct Row {
    pub mark: Mark,
    pub words: Vec<Words>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// A step of the path, by its number.
    Stop(usize),
    /// Who can put code there.
    Source,
    /// Who can not.
    Closed,
    /// Words without a disc.
    Nothing,
}

/// The way from one frame to the next, which can be cut.
#[derive(Debug)]
pub struct Gap {
    /// What it leads to.
    pub place: Place,
    /// The door that the person's lines open.
    pub words: Vec<Words>,
}

/// A way out.
#[derive(Debug)]
pub struct Way {
    pub title: String,
    /// The gap that it cuts; nothing where it leaves the line as it is.
    pub cut: Option<Place>,
    pub risk: &'static str,
}

/// All that a picture shows.
#[derive(Debug)]
pub struct Plan {
    pub job: String,
    pub approach: &'static str,
    /// Those who can come first.
    pub who: Vec<Row>,
    pub items: Vec<Item>,
    /// Best first.
    pub ways: Vec<Way>,
    /// There is an attack to show.
    pub attack: bool,
}

impl Plan {
    /// Whether there is something to tell at a gap: its door, or where it can be cut.
    pub fn tells(&self, gap: &Gap) -> bool {
        !gap.words.is_empty() || self.ways.iter().any(|way| way.cut == Some(gap.place))
    }
}

/// More ways out than these are not drawn.
const MOST_WAYS: usize = 8;

/// What the picture of `job` shows.
pub fn plan(format: &str, job: &JobReport) -> Plan {
    let engine = ENGINES.iter().find(|engine| engine.0 == job.approach).or(ENGINES.last());
    let (_, seat, says, wall) = engine.copied().unwrap_or(("", Seat::Nowhere, "", Wall::Holds));
    let parts = Parts::new(job, seat);
    let engine = parts.engine(says, wall);

    let mut own = parts.own();
    let mut inside = Vec::new();
    let mut host = Vec::new();
    let mut outside = Vec::new();
    match seat {
        Seat::Service if parts.is_own() => own.items.extend(engine),
        Seat::Service => inside.extend(engine),
        Seat::Host => host.extend(engine),
        Seat::Elsewhere => outside.extend(engine),
        Seat::Nowhere => {}
    }
    inside.insert(0, Item::Frame(own));
    let beside = parts.beside();
    let mut items = match RUNNERS.iter().find(|runner| runner.0 == format) {
        Some((_, kind, says)) => {
            let head = vec![Words::new(Voice::Kind, *kind), Words::new(Voice::Plain, *says)];
            vec![Item::Frame(Frame { wall: Wall::Holds, level: 1, place: None, head, items: inside, beside })]
        }
        None => {
            if let Some(Item::Frame(first)) = inside.first_mut() {
                first.beside.extend(beside);
            }
            inside
        }
    };
    items.append(&mut host);
    items.extend(parts.beyond());
    let (_, kind, says, wall) =
        HOSTS.iter().find(|host| host.0 == job.host.id).copied().unwrap_or(("", "HOST", "", Wall::Holds));
    let mut head = vec![Words::new(Voice::Kind, kind)];
    head.extend(said(says, &job.host));
    let mut items = vec![Item::Frame(Frame { wall, level: 0, place: None, head, items, beside: Vec::new() })];
    items.append(&mut outside);

    let mut gaps = Vec::new();
    places(&items, &mut gaps);
    let way = |way: &AlternativeReport| {
        let leaves = way.after.approach != job.approach;
        let cut = CUTS.iter().find(|cut| leaves && cut.0 == way.after.approach);
        Way {
            title: name(&way.title.replace('`', ""), TITLE),
            cut: cut.and_then(|cut| gaps.iter().copied().find(|gap| *gap >= cut.1)),
            risk: way.after.risk,
        }
    };
    let fits = job.alternatives.iter().filter(|way| way.verdict != "does not fit");
    Plan {
        job: name(&job.name, NAME),
        approach: job.approach,
        who: who(job),
        items,
        ways: fits.take(MOST_WAYS).map(way).filter(|_| !gaps.is_empty()).collect(),
        attack: !job.path.is_empty(),
    }
}

/// The places that the gaps lead to, in the line's order.
fn places(items: &[Item], found: &mut Vec<Place>) {
    for item in items {
        match item {
            Item::Gap(gap) => found.push(gap.place),
            Item::Frame(frame) => places(&frame.items, found),
            Item::Rows(..) | Item::Space | Item::End => {}
        }
    }
}

/// The parts of a job's picture.
struct Parts<'a> {
    job: &'a JobReport,
    seat: Seat,
    /// The container that the job's commands run in, if it names one.
    container: Option<&'a ContainerReport>,
    /// The container that the engine runs in, if the file names one. It may be the job's own.
    nested: Option<&'a ContainerReport>,
}

impl<'a> Parts<'a> {
    fn new(job: &'a JobReport, seat: Seat) -> Self {
        let container = job.containers.iter().find(|one| matches!(one.role, "job" | "workload" | "image"));
        let mut parts = Self { job, seat, container, nested: None };
        if seat == Seat::Service {
            parts.nested = parts.daemon();
        }
        parts
    }

    /// The container that an access names, else one at its line.
    fn daemon(&self) -> Option<&'a ContainerReport> {
        let by: Vec<&str> =
            self.accesses().flat_map(|access| access.by.split('`').skip(1).step_by(2)).collect();
        let named = |one: &&ContainerReport| {
            let names = [one.image.as_deref(), one.name.as_deref()];
            names.into_iter().flatten().any(|name| by.contains(&name))
        };
        let line = self.accesses().flat_map(|access| &access.lines).map(|label| &label.range).next();
        let there = |one: &&ContainerReport| {
            line.is_some_and(|line| (one.range.line, &one.range.file) == (line.line, &line.file))
        };
        let containers = || self.job.containers.iter();
        containers().find(named).or_else(|| containers().find(there))
    }

    /// Whether the engine runs in the job's own container.
    fn is_own(&self) -> bool {
        is(self.container, self.nested)
    }

    fn steps(&self, place: Place) -> Vec<Row> {
        let is_there = |id: &str| match step(id) {
            (_, Does::Ends) => false,
            // Without an engine there is nowhere else for them.
            (Place::Engine | Place::Container, _) if self.seat == Seat::Nowhere => place == Place::Job,
            (there, _) => there == place,
        };
        let there: Vec<_> = numbered(self.job).filter(|(_, step)| is_there(step.id)).collect();
        rows(&there)
    }

    /// The step that ends the path in this place, and the end.
    fn end(&self, place: Place) -> Vec<Item> {
        let found: Vec<_> =
            numbered(self.job).filter(|(_, one)| step(one.id) == (place, Does::Ends)).collect();
        if found.is_empty() { Vec::new() } else { vec![Item::Rows(None, rows(&found)), Item::End] }
    }

    /// The accesses that make the job's approach.
    fn accesses(&self) -> impl Iterator<Item = &'a AccessReport> {
        let approach = self.job.approach;
        self.job
            .accesses
            .iter()
            .filter(move |access| access.approach == approach && access.confidence != "possible")
    }

    /// The job itself.
    fn own(&self) -> Frame {
        let container = self.container;
        let kind = match container.map(|one| one.role) {
            Some("job") => "JOB CONTAINER",
            Some("workload" | "image") => "CONTAINER",
            _ => match self.job.noun {
                "script" => "COMMANDS",
                "image" | "service" | "workload" => "CONTAINER",
                "task" => "TASK",
                _ => "JOB",
            },
        };
        let in_steps = self.job.noun == "task" && self.job.containers.iter().any(|one| one.role == "step");
        let mut head = vec![
            Words::new(Voice::Kind, kind),
            Words::new(Voice::Code, name(&self.job.name, NAME)),
            line(self.job.line),
        ];
        let image = container.and_then(|one| Some((one, one.image.as_ref()?)));
        match image {
            Some((one, image)) => {
                head.push(Words::new(Voice::Code, name(image, NAME)));
                head.extend((one.range.line != self.job.line).then(|| line(one.range.line)));
            }
            None if container.is_none() => {
                let says =
                    if in_steps { "a container for each of its steps" } else { "it names no container" };
                head.push(Words::new(Voice::Plain, says));
            }
            None => {}
        }
        let opens = self.job.path.iter().find_map(|one| match step(one.id).1 {
            Does::Opens(what) => Some((what, one)),
            Does::Stops | Does::Ends => None,
        });
        let wall = match opens {
            None if self.is_own() && self.is_open() => {
                head.push(Words::new(Voice::Open, "open: privileged"));
                Wall::Open
            }
            Some((what, step)) => {
                head.push(Words::new(Voice::Open, format!("open: {what}")));
                head.extend(lines(&step.lines));
                Wall::Open
            }
            None if self.seat == Seat::Nowhere && self.job.power.id == "one-wall-less" => {
                head.push(Words::new(Voice::Open, "one wall less"));
                head.extend(lines(&self.job.power.lines));
                Wall::Weak
            }
            None if container.is_some() || in_steps => Wall::Holds,
            None if matches!(self.job.noun, "image" | "service" | "workload") => Wall::Holds,
            None => Wall::Process,
        };
        let mut items = Vec::new();
        let steps = self.steps(Place::Job);
        if !steps.is_empty() {
            items.push(Item::Rows(Some(Place::Job), steps));
        }
        items.extend(self.end(Place::Job));
        let mut beside = Vec::new();
        if self.seat == Seat::Nowhere {
            let by = self.accesses().next().map(|access| {
                let by = access.by.replace('`', "");
                let told = [Words::new(Voice::Kind, "BUILDER"), Words::new(Voice::Plain, name(&by, NAME))];
                told.into_iter().chain(lines(&access.lines)).collect()
            });
            beside.extend(by);
            beside.extend(self.started());
        }
        Frame { wall, level: 2, place: None, head, items, beside }
    }

    /// The engine, and the container that it starts for the attacker, with the way to it.
    fn engine(&self, says: &str, wall: Wall) -> Vec<Item> {
        let place = Some(Place::Engine);
        let mut head = vec![Words::new(Voice::Kind, "DAEMON"), Words::new(Voice::Plain, says)];
        let mut items = Vec::new();
        let steps = self.steps(Place::Engine);
        if !steps.is_empty() {
            items.push(Item::Rows(place, steps));
        }
        let nested = self.nested;
        if self.seat == Seat::Service && nested.is_none() {
            let by = self.accesses().next();
            head.extend(by.map(|access| Words::new(Voice::Plain, name(&access.by.replace('`', ""), NAME))));
            head.extend(by.into_iter().flat_map(|access| lines(&access.lines)));
        }
        let beside = self.started();
        let mut found = vec![Item::Frame(Frame { wall, level: 3, place, head, items, beside })];
        let started = self.steps(Place::Container);
        if !started.is_empty() {
            let place = Some(Place::Container);
            let head = vec![
                Words::new(Voice::Kind, "NEW CONTAINER"),
                Words::new(Voice::Open, "open: the engine's disk is inside"),
            ];
            let items = vec![Item::Rows(place, started)];
            found.push(Item::Gap(Gap { place: Place::Container, words: Vec::new() }));
            found.push(Item::Frame(Frame {
                wall: Wall::Open,
                level: 3,
                place,
                head,
                items,
                beside: Vec::new(),
            }));
        }
        let door = Item::Gap(Gap { place: Place::Engine, words: self.door() });
        let machine = |kind: &str, wall: Wall, told: Vec<Words>, items: Vec<Item>| {
            let head = std::iter::once(Words::new(Voice::Kind, kind)).chain(told).collect();
            Item::Frame(Frame { wall, level: 2, place, head, items, beside: Vec::new() })
        };
        match self.seat {
            Seat::Service if self.is_own() => std::iter::once(door).chain(found).collect(),
            Seat::Host | Seat::Nowhere => std::iter::once(door).chain(found).collect(),
            Seat::Elsewhere => {
                let told = vec![Words::new(Voice::Plain, "the file names its address only")];
                vec![door, machine("ANOTHER MACHINE", Wall::Holds, told, found)]
            }
            Seat::Service => {
                let open = self.is_open();
                let mut told = Vec::new();
                if let Some(one) = nested {
                    told.push(Words::new(Voice::Code, name(called(one), NAME)));
                    told.push(line(one.range.line));
                }
                if open {
                    told.push(Words::new(Voice::Open, "open: privileged"));
                }
                let wall = if open { Wall::Open } else { Wall::Weak };
                let kind = match nested {
                    Some(one) if one.role == "service" => "SERVICE",
                    _ => "CONTAINER",
                };
                vec![door, machine(kind, wall, told, found)]
            }
        }
    }

    /// Whether the nested engine's container has the machine's root.
    fn is_open(&self) -> bool {
        self.job.approach == "nested-daemon" && self.job.power.id.starts_with("host-")
    }

    /// What the job's door to the engine is in the person's words.
    fn door(&self) -> Vec<Words> {
        let told = self.accesses().flat_map(|access| &access.lines);
        let named = told.filter_map(|label| Some((label.message.split('`').nth(1)?, label)));
        let named: Vec<_> = named.filter(|(name, _)| !name.is_empty()).collect();
        // An address tells more than a command's name.
        match named.iter().find(|(name, _)| name.contains('/')).or(named.first()) {
            Some((door, label)) => vec![Words::new(Voice::Code, name(door, 28)), line_of(label)],
            None => {
                let first = self.accesses().flat_map(|access| &access.lines).next();
                first.map(line_of).into_iter().collect()
            }
        }
    }

    /// The host's own files and what else is on it.
    fn beyond(&self) -> Vec<Item> {
        let mut items = Vec::new();
        let host = self.steps(Place::Host);
        if !host.is_empty() {
            items.push(Item::Gap(Gap { place: Place::Host, words: Vec::new() }));
            items.push(Item::Rows(Some(Place::Host), host));
        }
        let others = self.steps(Place::Others);
        if !others.is_empty() {
            let is_among_jobs = matches!(self.job.noun, "action" | "job" | "runner" | "task");
            let kind = if is_among_jobs { "OTHER JOBS" } else { "OTHER CONTAINERS" };
            let head = vec![Words::new(Voice::Kind, kind), Words::new(Voice::Plain, "now and later")];
            let items_in = vec![Item::Rows(Some(Place::Others), others)];
            items.push(Item::Gap(Gap { place: Place::Others, words: Vec::new() }));
            items.push(Item::Frame(Frame {
                wall: Wall::Holds,
                level: 2,
                place: None,
                head,
                items: items_in,
                beside: Vec::new(),
            }));
        }
        let end = self.end(Place::Others);
        if !end.is_empty() {
            let is_first =
                !items.iter().any(|item| matches!(item, Item::Gap(gap) if gap.place == Place::Others));
            let way = Item::Gap(Gap { place: Place::Others, words: Vec::new() });
            items.push(if is_first { way } else { Item::Space });
        }
        items.extend(end);
        items
    }

    /// Containers that run beside the job and are not its engine's.
    fn beside(&self) -> Vec<Vec<Words>> {
        self.boxes(|one| one.role != "started" && !is(Some(one), self.container))
    }

    /// Containers that the job's commands start.
    fn started(&self) -> Vec<Vec<Words>> {
        self.boxes(|one| one.role == "started")
    }

    fn boxes(&self, is_one: impl Fn(&ContainerReport) -> bool) -> Vec<Vec<Words>> {
        boxes(self.job.containers.iter().filter(|one| is_one(one) && !is(Some(*one), self.nested)))
    }
}

/// Whether both are there and the same.
fn is(one: Option<&ContainerReport>, other: Option<&ContainerReport>) -> bool {
    one.zip(other).is_some_and(|(one, other)| std::ptr::eq(one, other))
}

/// Who can put code into the job, and who can not.
fn who(job: &JobReport) -> Vec<Row> {
    if !matches!(job.noun, "job" | "task" | "runner" | "action" | "command") {
        let words = vec![Words::new(Voice::Step, "whoever gets code into it: a fault, a package")];
        return vec![Row { mark: Mark::Source, words }];
    }
    let last = WHO.iter().position(|who| who.0 == job.reach.id).unwrap_or(0);
    let row = |(at, who): (usize, &(&str, &str, &str))| {
        if at > last {
            return Row { mark: Mark::Closed, words: vec![Words::new(Voice::Plain, who.2)] };
        }
        let mut words = vec![Words::new(Voice::Step, who.1)];
        if at == last {
            words.extend(said("", &job.reach));
        }
        Row { mark: Mark::Source, words }
    };
    WHO.iter().enumerate().map(row).collect()
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// The kinds of all frames, in the line's order.
    pub fn heads(plan: &Plan) -> Vec<String> {
        fn add(items: &[Item], found: &mut Vec<String>) {
            for item in items {
                if let Item::Frame(frame) = item {
                    found.extend(frame.head.first().map(|words| words.text.clone()));
                    add(&frame.items, found);
                }
            }
        }
        let mut found = Vec::new();
        add(&plan.items, &mut found);
        found
    }
}
