//! `daemonless check`: how each job reaches an engine, and what that risks.

use daemonless_catalog::Risk;
use daemonless_core::report::Report;

use crate::args::{Command, Options};
use crate::paint::Painter;
use crate::{Failure, Io, TROUBLE, input, side_by_side};

pub(crate) static COMMAND: Command = Command {
    name: "check",
    operands: "[PATH… | -]",
    summary: "tell how each job reaches an engine, and what that risks",
    help: "Tells how each job of the files reaches a container engine, what a malicious step could do with it, and \
           what to use instead. All files of one call are read together, with those of the same folders that \
           they refer to: local includes, Dockerfiles, local actions. Of a directory, the files are read that a format surely \
           knows and `.gitignore` does not leave out.\n\n\
           Exit code 0: the risk of every file is below `--fail-on`; 1: that of one is at or above it; 2: a file could \
           not be read, or the command line is wrong.",
    run,
};

fn run(options: &Options, io: &mut Io<'_>) -> Result<u8, Failure> {
    if options.operands.is_empty() {
        return Err("`check` needs a PATH, or `-` for standard input".into());
    }
    let (mut files, unread) = input::read_all(options, io)?;
    if files.is_empty() && unread {
        return Ok(TROUBLE);
    }
    let mut context = options.context.clone();
    let report = side_by_side::analyze(&files, &context, io);
    // What comes by standard input without a path lies nowhere, and nothing lies beside it.
    let is_somewhere =
        options.stdin_path.is_some() || options.operands.iter().all(|path| path != input::STDIN);
    let report = match is_somewhere {
        true => input::with_missing(&mut files, &mut context, report, |files, context| {
            side_by_side::analyze(files, context, io)
        }),
        false => report,
    };
    for file in report.files.iter().filter(|file| file.format == "unknown") {
        io.tell(&format!(
            "{}: the format is not recognised, nothing was checked; name it with --as",
            file.path
        ));
    }
    let painter = Painter { color: options.color.unwrap_or(io.color) };
    io.write(|out| options.output.render(&report, &files, painter, out))?;
    Ok(if unread { TROUBLE } else { u8::from(fails(&report, options.fail_on)) })
}

/// Whether the risk of a file is at or above the threshold.
fn fails(report: &Report, threshold: Option<Risk>) -> bool {
    let worst = report.files.iter().filter_map(|file| Risk::from_id(file.risk)).max();
    worst.zip(threshold).is_some_and(|(worst, threshold)| worst >= threshold)
}
