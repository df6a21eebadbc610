//! `daemonless fix`: the same file, rewritten for a daemonless builder.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

use daemonless_catalog::Builder;
use daemonless_core::hunk::{hunks, line_starts};
use daemonless_core::report::{FileReport, JobReport, Report, RewriteReport};
use daemonless_core::rewrite::{contain, ready};
use daemonless_core::{Context, File, rewrite};
use daemonless_output::patch::{self, Part};

use crate::args::{Command, Options};
use crate::input::{self, Input, STDIN};
use crate::paint::{ADDED, BOLD, PLACE, Painter, REMOVED};
use crate::{Failure, Io};

pub(crate) static COMMAND: Command = Command {
    name: "fix",
    operands: "PATH [DOCKERFILE…] | -",
    summary: "rewrite a file for a daemonless builder",
    help: "Rewrites the jobs of the file that reach a daemon for a builder without one, and those that build with a \
           builder which gets no fixes any more, and prints the whole new text. \
           What needs no change stays as it was, byte for byte. \
           What it refers to in its own folder is read with it, and so are Dockerfiles that are given behind it: what the one \
           that a job builds asks for decides which builder can take the job. For a Dockerfile, which stays as it is, it prints a \
           ready CI job that builds and pushes it: put that into the file that standard error names.\n\n\
           Exit code 0: every job that reaches a daemon was rewritten, or the Dockerfile has its job, and nothing is left but \
           settings of the runner; \
           1: something is left to a person, or was not selected, and is named on standard error; 2: the file could not be read or rewritten, \
           or the command line is wrong.",
    run,
};

fn run(options: &Options, io: &mut Io<'_>) -> Result<u8, Failure> {
    let Some((path, others)) = options.operands.split_first() else {
        return Err("`fix` takes a PATH, or `-` for standard input".into());
    };
    if options.diff && options.write {
        return Err("--diff prints and --write does not; give one of them".into());
    }
    if options.write && path == STDIN {
        return Err("standard input cannot be written to".into());
    }
    let Input { file, lossy } = input::read(path, options, io)?;
    if lossy {
        return Err(format!("{}: only UTF-8 is rewritten", file.path).into());
    }
    let mut files = vec![file];
    for other in others {
        // `--as` is for the file that is rewritten.
        files.push(File { format: None, ..input::read(other, options, io)?.file });
    }
    let mut context = options.context.clone();
    let report = daemonless_core::analyze(&files, &context);
    let report = match path != STDIN || options.stdin_path.is_some() {
        true => input::with_missing(&mut files, &mut context, report, daemonless_core::analyze),
        false => report,
    };
    let Some(file) = files.first() else { return Ok(0) };
    let mut plan = plan(&files, &context, report, options)?;
    if matches!(plan, Plan::Ready(_)) && (options.diff || options.write || options.select.is_some()) {
        let why = "a Dockerfile stays as it is, and its job is printed: --diff, --select and --write have nothing to do";
        return Err(format!("{}: {why}", file.path).into());
    }
    let taken = options.select.as_deref().map(|numbers| selected(numbers, file, &plan)).transpose()?;
    // The diff is drawn from all changes, so that a hunk has the same number whatever else is taken.
    let edits = match &plan {
        Plan::Rewritten(rewrite) => rewrite.edits.clone(),
        _ => Vec::new(),
    };
    if let (Some(taken), Plan::Rewritten(rewrite)) = (&taken, &mut plan) {
        **rewrite = rewrite::select(&files, &context, 0, rewrite, taken);
    }
    let (text, left) = match &plan {
        Plan::Rewritten(rewrite) | Plan::Ready(rewrite) => (&rewrite.text, !rewrite.left.is_empty()),
        Plan::Nothing => (&file.text, false),
        Plan::NoBuilder(_) => (&file.text, true),
    };
    if options.write {
        if *text != file.text {
            replace(path, text).map_err(|error| format!("{}: {error}", file.path))?;
        }
    } else if options.diff {
        let painter = Painter { color: options.color.unwrap_or(io.color) };
        let is_taken = |number| taken.as_ref().is_none_or(|taken| taken.contains(&number));
        let paint = |part, text: String| {
            let style = match part {
                Part::File => BOLD,
                Part::Place => PLACE,
                Part::Added => ADDED,
                Part::Removed => REMOVED,
            };
            painter.paint(style, text)
        };
        io.print(&patch::unified(&file.path, &file.text, &edits, is_taken, paint))?;
    } else {
        io.print(text)?;
    }
    plan.tell(&file.path, io);
    Ok(u8::from(left))
}

/// The numbers of hunks that `--select` names: each from 1, alone or as `FIRST-LAST`, joined by commas.
fn selected(numbers: &str, file: &File, plan: &Plan) -> Result<BTreeSet<usize>, Failure> {
    let count = match plan {
        Plan::Rewritten(rewrite) => hunks(&file.text, &line_starts(&file.text), &rewrite.edits).len(),
        _ => 0,
    };
    let there = match count {
        0 => "the diff has no hunk".to_owned(),
        1 => "the diff has one hunk, 1".to_owned(),
        _ => format!("the diff has hunks 1 to {count}"),
    };
    let mut taken = BTreeSet::new();
    for part in numbers.split(',').map(str::trim) {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (Ok(first), Ok(last)) = (first.trim().parse::<usize>(), last.trim().parse::<usize>()) else {
            return Err(
                format!("--select {numbers}: `{part}` is no number of a hunk and no range of them").into()
            );
        };
        if first == 0 || first > last || last > count {
            return Err(format!("--select {numbers}: no hunk has the number {part}; {there}").into());
        }
        taken.extend(first..=last);
    }
    Ok(taken)
}

/// What can be done with a file.
enum Plan {
    Rewritten(Box<RewriteReport>),
    /// A job for a Dockerfile.
    Ready(Box<RewriteReport>),
    /// No job reaches a daemon.
    Nothing,
    /// These jobs reach a daemon, and no builder that the file can be rewritten for fits.
    NoBuilder(Vec<JobReport>),
}

fn plan(files: &[File], context: &Context, report: Report, options: &Options) -> Result<Plan, Failure> {
    let Options { to, ci, .. } = options;
    let path = files.first().map_or("", |file| file.path.as_str());
    let Some(file) = report.files.into_iter().next().filter(|file| file.format != "unknown") else {
        return Err(format!("{path}: the format is not recognised; name it with --as").into());
    };
    if !file.jobs.iter().any(|job| reaches_daemon(job) || leaves(job)) {
        return Ok(Plan::Nothing);
    }
    let is_image = file.format == ready::FORMAT;
    if ci.is_some() && !is_image {
        return Err(format!(
            "{path}: --ci says where the job for a Dockerfile runs, and this is {}",
            file.format
        )
        .into());
    }
    // On machines that are thrown away, their own daemon is right.
    let on_github = ci.as_deref() == Some("github-actions");
    let best = if on_github { Some(ready::BUILDX) } else { best_builder(&file) };
    let Some(builder) = to.as_deref().or(best) else {
        let jobs = file.jobs.into_iter().filter(|job| reaches_daemon(job) || is_image);
        return Ok(Plan::NoBuilder(jobs.collect()));
    };
    if is_image {
        let id = ci.as_deref().map_or(builder.to_owned(), |ci| format!("{ci}:{builder}"));
        return match daemonless_core::rewrite(files, context, 0, &id) {
            Some(job) => Ok(Plan::Ready(Box::new(job))),
            None => Err(format!("{path}: there is no such job for a Dockerfile: {id}").into()),
        };
    }
    match daemonless_core::rewrite(files, context, 0, builder) {
        Some(rewrite) => Ok(Plan::Rewritten(Box::new(rewrite))),
        None => {
            let why = Builder::from_id(builder).and_then(|builder| rewrite::why_not(file.format, builder));
            let why = why.map_or(" yet".to_owned(), |why| format!(", because {why}"));
            Err(format!("{path}: {} is not rewritten for {builder}{why}", file.format).into())
        }
    }
}

fn reaches_daemon(job: &JobReport) -> bool {
    !matches!(job.approach, "daemonless" | "none")
}

/// Whether a job builds without a daemon, with a builder that gets no fixes any more, and can be rewritten for another.
fn leaves(job: &JobReport) -> bool {
    !reaches_daemon(job) && job.alternatives.iter().any(|way| way.rewrite)
}

/// The builder that fits most of the jobs that reach a daemon and, of those, ranks best.
fn best_builder(file: &FileReport) -> Option<&'static str> {
    let mut ranks: BTreeMap<&str, (usize, u32)> = BTreeMap::new();
    for way in file
        .jobs
        .iter()
        .filter(|job| reaches_daemon(job) || leaves(job))
        .flat_map(|job| job.alternatives.iter())
    {
        if let Some(builder) = way.builder.filter(|_| way.rewrite && way.verdict != "does not fit") {
            let (jobs, sum) = ranks.entry(builder).or_default();
            *jobs += 1;
            *sum = sum.saturating_add(way.rank);
        }
    }
    let best = ranks.into_iter().min_by_key(|(_, (jobs, sum))| (std::cmp::Reverse(*jobs), *sum));
    best.map(|(builder, _)| builder)
}

impl Plan {
    /// Says on standard error what was done and what is left.
    fn tell(&self, path: &str, io: &mut Io<'_>) {
        match self {
            Self::Nothing => io.tell(&format!("{path}: no job reaches a daemon; nothing to rewrite")),
            Self::NoBuilder(jobs) => {
                for JobReport { name, noun, line, alternatives, .. } in jobs {
                    let way = alternatives.iter().min_by_key(|way| way.rank);
                    let advice =
                        way.map_or(String::new(), |way| format!("; instead: {}. {}", way.title, way.why));
                    io.tell(&format!("{path}:{line}: {noun} {name}: no builder fits{advice}"));
                }
            }
            Self::Rewritten(rewrite) | Self::Ready(rewrite) => {
                let RewriteReport { builder, jobs, left, requires, after, .. } = &**rewrite;
                for left in left {
                    let at = format!("{path}:{}: {}", left.line, left.job);
                    io.tell(&format!("{at}: needs you: {}: {}", left.what, left.why));
                }
                for requirement in requires {
                    io.tell(&format!("{path}: on the runner: {}", requirement.text));
                }
                let risk =
                    after.first().map_or(String::new(), |file| format!("; risk after it: {}", file.risk));
                let jobs = if jobs.is_empty() { "no job".to_owned() } else { jobs.join(", ") };
                let what = match *builder {
                    builder if matches!(self, Self::Ready(_)) => {
                        format!("a job for {}, which builds with {builder}", rewrite.path)
                    }
                    contain::ID => "its daemon contained".to_owned(),
                    builder => format!("rewritten for {builder}"),
                };
                io.tell(&format!("{path}: {what}: {jobs}{risk}"));
            }
        }
    }
}

/// Replaces the file's content at once: nobody sees half of it, and a failure leaves it as it was. A link stays a link
/// and permissions stay.
fn replace(path: &OsStr, text: &str) -> io::Result<()> {
    let path = fs::canonicalize(path)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().set_permissions(fs::metadata(&path)?.permissions())?;
    file.as_file().sync_all()?;
    file.persist(&path)?;
    Ok(())
}
