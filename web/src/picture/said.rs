//! What the report says in the words of the picture: steps, containers, facts and lines.

use daemonless_core::order;
use daemonless_core::report::{ContainerReport, FactReport, LabelReport, StepReport};

use super::label::{Voice, Words, name};
use super::plan::{Mark, Row};

/// Names are no longer than this.
pub const NAME: usize = 44;
/// Titles of steps and ways.
pub const TITLE: usize = 120;
/// More stops than these in one place are told by their numbers only.
const MOST_ROWS: usize = 5;
/// More containers than these beside the line are told by their number only.
const MOST_BESIDE: usize = 3;

/// What a container is called.
pub fn called(container: &ContainerReport) -> &str {
    container.image.as_ref().or(container.name.as_ref()).map_or("a container", |name| name.as_str())
}

/// Small boxes of a name and a line each. Those that say the same in a row are one.
pub fn boxes<'a>(containers: impl Iterator<Item = &'a ContainerReport>) -> Vec<Vec<Words>> {
    let mut all: Vec<_> = containers.collect();
    all.dedup_by_key(|one| (one.role, called(one), one.range.line));
    let (shown, more) = all.split_at(all.len().min(MOST_BESIDE));
    let one = |one: &&ContainerReport| {
        let kind = match one.role {
            "service" => "SERVICE",
            "step" => "STEP",
            "started" => "IT STARTS",
            _ => "CONTAINER",
        };
        let called = Words::new(Voice::Code, name(called(one), NAME));
        vec![Words::new(Voice::Kind, kind), called, line(one.range.line)]
    };
    let rest = (!more.is_empty()).then(|| vec![Words::new(Voice::Plain, format!("and {} more", more.len()))]);
    shown.iter().map(one).chain(rest).collect()
}

/// Steps as rows; of many the last ones by their numbers.
pub fn rows(steps: &[(usize, &StepReport)]) -> Vec<Row> {
    let row = |(number, step): &(usize, &StepReport)| Row {
        mark: Mark::Stop(*number),
        words: std::iter::once(Words::new(Voice::Step, name(&step.title.replace('`', ""), TITLE)))
            .chain(lines(&step.lines))
            .collect(),
    };
    let (shown, rest) = steps.split_at(steps.len().min(MOST_ROWS));
    let rest = (!rest.is_empty()).then(|| {
        let numbers: Vec<_> = rest.iter().map(|(number, _)| number.to_string()).collect();
        let text = format!("and {}", numbers.join(", "));
        Row { mark: Mark::Nothing, words: vec![Words::new(Voice::Plain, text)] }
    });
    shown.iter().map(row).chain(rest).collect()
}

/// A fact in words, and where it comes from.
pub fn said(says: &str, fact: &FactReport) -> Vec<Words> {
    let source = match fact.origin {
        "file" => "",
        "you" => "you said so",
        _ => "the file does not say",
    };
    let between = if says.is_empty() || source.is_empty() { "" } else { ": " };
    let words = Words::new(Voice::Plain, format!("{says}{between}{source}"));
    let lines = lines(&fact.lines).filter(|_| fact.origin == "file");
    std::iter::once(words).chain(lines).collect()
}

pub fn line(number: u32) -> Words {
    Words::new(Voice::Line, format!("line {number}"))
}

/// The line of a label, and its file where it is another one.
pub fn line_of(label: &LabelReport) -> Words {
    match &label.range.file {
        Some(file) => Words::new(Voice::Line, format!("line {} of {}", label.range.line, name(file, 20))),
        None => line(label.range.line),
    }
}

/// Each line once, in one tag; of many the first ones.
pub fn lines(labels: &[LabelReport]) -> Option<Words> {
    let mut numbers: Vec<u32> = labels.iter().take(50).map(|label| label.range.line).collect();
    order::sort_by_key(&mut numbers, |number| *number);
    numbers.dedup();
    let more = if numbers.len() > 3 { " …" } else { "" };
    let shown: Vec<_> = numbers.iter().take(3).map(u32::to_string).collect();
    let noun = if numbers.len() == 1 { "line" } else { "lines" };
    (!numbers.is_empty()).then(|| Words::new(Voice::Line, format!("{noun} {}{more}", shown.join(", "))))
}
