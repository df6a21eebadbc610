//! `daemonless check`: how each job reaches an engine, and what that risks.

use daemonless_catalog::Risk;
use daemonless_core::report::Report;

use crate::args::{Command, Options};
use crate::paint::Painter;
use crate::{Failure, Io, TROUBLE, input};

pub(crate) static COMMAND: Command = Command {
    name: "check",
    operands: "[PATH… | -]",
    summary: "tell how each job reaches an engine, and what that risks",
    help: "Tells how each job of the files reaches a container engine, what a malicious step could do with it, and \
           what to use instead. All files of one call are read together.\n\n\
           Exit code 0: the risk of every file is below `--fail-on`; 1: that of one is at or above it; 2: a file could \
           not be read, or the command line is wrong.",
    run,
};

fn run(options: &Options, io: &mut Io<'_>) -> Result<u8, Failure> {
    if options.operands.is_empty() {
        return Err("`check` needs a PATH, or `-` for standard input".into());
    }
    let mut files = Vec::new();
    let mut unread = false;
    for path in &options.operands {
        match input::read(path, options, io) {
            Ok(input) => files.push(input.file),
            Err(Failure(reason)) => {
                io.tell(&reason);
                unread = true;
            }
        }
    }
    if files.is_empty() {
        return Ok(TROUBLE);
    }
    let report = daemonless_core::analyze(&files, &options.context);
    for file in report.files.iter().filter(|file| file.format == "unknown") {
        io.tell(&format!(
            "{}: the format is not recognised, nothing was checked; name it with --as",
            file.path
        ));
    }
    let painter = Painter { color: options.color.unwrap_or(io.color) };
    io.write(|out| (options.output.render)(&report, &files, painter, out))?;
    Ok(if unread { TROUBLE } else { u8::from(fails(&report, options.fail_on)) })
}

/// Whether the risk of a file is at or above the threshold.
fn fails(report: &Report, threshold: Option<Risk>) -> bool {
    let worst = report.files.iter().filter_map(|file| Risk::from_id(file.risk)).max();
    worst.zip(threshold).is_some_and(|(worst, threshold)| worst >= threshold)
}
