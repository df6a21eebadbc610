//! Many files checked on all cores, with a line on the terminal that says how far it is.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use daemonless_core::files::Files;
use daemonless_core::report::{FileReport, Report};
use daemonless_core::{Context, File, analyze_one, gather};

use crate::Io;

/// So few files are checked before threads have started.
const FEW: usize = 4;

/// How long it has to take before it is worth a line, and how often the line changes.
const TICK: Duration = Duration::from_millis(200);

/// How soon the end is seen.
const GLANCE: Duration = Duration::from_millis(5);

/// What the core says of all files, as [`daemonless_core::analyze`] does.
pub(crate) fn analyze(files: &[File], context: &Context, io: &mut Io<'_>) -> Report {
    let named = files.len().saturating_sub(context.read);
    // Asking for the cores reads files of the system: of one file's check it would be a tenth.
    let workers = || thread::available_parallelism().map_or(1, usize::from).min(named);
    let workers = if named < FEW { 1 } else { workers() };
    if workers < 2 {
        return daemonless_core::analyze(files, context);
    }
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let work = || {
        let known = Files::new(files, context.read);
        let mut reports: Vec<(usize, FileReport)> = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= named {
                break;
            }
            reports.push((index, analyze_one(&known, index, context)));
            done.fetch_add(1, Ordering::Relaxed);
        }
        (reports, known.into_missing())
    };
    let (mut reports, mut missing) = (Vec::new(), Vec::new());
    thread::scope(|scope| {
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        if io.progress {
            progress(io, named, &done, || workers.iter().all(thread::ScopedJoinHandle::is_finished));
        }
        for worker in workers {
            // The core does not panic; if it did, the panic would go on here.
            let (some, paths) = worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            reports.extend(some);
            missing.extend(paths);
        }
    });
    reports.sort_by_key(|(index, _)| *index);
    missing.sort();
    missing.dedup();
    gather(files, context, reports.into_iter().map(|(_, report)| report).collect(), missing)
}

/// One line that is written over until `is_done`, then gone.
fn progress(io: &mut Io<'_>, named: usize, done: &AtomicUsize, is_done: impl Fn() -> bool) {
    let mut told: Option<Instant> = None;
    let start = Instant::now();
    while !is_done() {
        thread::sleep(GLANCE);
        if told.unwrap_or(start).elapsed() >= TICK {
            // Where standard error is closed there is nobody to tell.
            let _ = write!(io.err, "\r{} of {named} files", done.load(Ordering::Relaxed));
            let _ = io.err.flush();
            told = Some(Instant::now());
        }
    }
    if told.is_some() {
        let _ = write!(io.err, "\r{:40}\r", "");
    }
}
