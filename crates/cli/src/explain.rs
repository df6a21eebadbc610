//! `daemonless explain`: what is known of a rule, an approach or a builder.

use daemonless_catalog::{Approach, Builder};
use daemonless_core::rules::{self, RULES};

use crate::args::{Command, Options, did_you_mean};
use crate::paint::Painter;
use crate::{Failure, Io, facts, markdown};

pub(crate) static COMMAND: Command = Command {
    name: "explain",
    operands: "RULE | APPROACH | BUILDER",
    summary: "tell what is known of a rule, an approach or a builder",
    help: "Tells what a rule reports and why, what an approach to an engine is and who rightly uses it, or what a \
           builder can do.",
    run,
};

/// A kind of thing that can be explained.
struct Topic {
    noun: &'static str,
    names: fn() -> Vec<&'static str>,
    /// Markdown.
    text: fn(&str) -> Option<String>,
}

/// Where one name is of two kinds, both are told, in this order.
static TOPICS: &[Topic] = &[
    Topic {
        noun: "rule",
        names: || RULES.iter().map(|rule| rule.id).collect(),
        text: |name| rules::by_id(name).map(facts::rule),
    },
    Topic {
        noun: "approach",
        names: || Approach::ALL.iter().map(|approach| approach.id()).collect(),
        text: |name| Approach::from_id(name).map(facts::approach),
    },
    Topic {
        noun: "builder",
        names: || Builder::ALL.iter().map(|builder| builder.id()).collect(),
        text: |name| Builder::from_id(name).map(facts::builder),
    },
];

fn run(options: &Options, io: &mut Io<'_>) -> Result<u8, Failure> {
    let [name] = &*options.operands else {
        return Err(format!("`explain` takes one name:\n{}", names()).into());
    };
    let name = name.to_string_lossy();
    let told: Vec<_> = TOPICS.iter().filter_map(|topic| (topic.text)(&name)).collect();
    if told.is_empty() {
        let guess = did_you_mean(&name, TOPICS.iter().flat_map(|topic| (topic.names)()));
        return Err(format!("nothing is known of {name}{guess}\n{}", names()).into());
    }
    io.print(&markdown::show(&told.join("\n\n"), Painter { color: options.color.unwrap_or(io.color) }))?;
    Ok(0)
}

/// Everything that can be explained, a kind a line.
fn names() -> String {
    let lines = TOPICS.iter().map(|topic| format!("  {}: {}", topic.noun, (topic.names)().join(", ")));
    lines.collect::<Vec<_>>().join("\n")
}
