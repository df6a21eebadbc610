//! What one run of a program costs, as the kernel counts it.

use std::ops::RangeInclusive;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use wait4::Wait4 as _;

use crate::process::written_out;

/// The cost of one run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cost {
    /// User and system time of the process and of those that it waited for.
    pub(super) cpu: Duration,
    /// From start to end.
    pub(super) wall: Duration,
    /// The most memory that was resident at once, in bytes.
    pub(super) peak: u64,
}

/// Runs `command` with its output thrown away. An error if it cannot be run or ends with a code
/// that is not among `codes`.
pub(super) fn measure(command: &mut Command, codes: Option<RangeInclusive<i32>>) -> Result<Cost> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    let child = command.spawn().with_context(|| format!("cannot run `{}`", written_out(command)))?;
    let used = child.wait4()?;
    let wall = start.elapsed();
    if codes.is_some_and(|codes| !used.status.code().is_some_and(|code| codes.contains(&code))) {
        bail!("`{}` failed ({})", written_out(command), used.status);
    }
    Ok(Cost { cpu: used.rusage.utime + used.rusage.stime, wall, peak: used.rusage.maxrss })
}

/// The middle one of what `read` takes from each cost; the lower of two.
pub(super) fn median<T: Ord + Default>(costs: &[Cost], read: impl Fn(&Cost) -> T) -> T {
    let mut values: Vec<T> = costs.iter().map(read).collect();
    values.sort();
    let middle = values.len().saturating_sub(1) / 2;
    values.into_iter().nth(middle).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_process_costs_more_than_an_empty_one() {
        let shell = |script| measure(Command::new("sh").args(["-c", script]), Some(0..=0)).unwrap();
        let empty = shell(":");
        let busy = shell("i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done");
        assert!(busy.cpu > empty.cpu, "{busy:?} {empty:?}");
        assert!(empty.peak > 100_000 && empty.wall > Duration::ZERO, "{empty:?}");
    }

    #[test]
    fn an_unexpected_code_is_an_error() {
        let run = |codes| measure(Command::new("sh").args(["-c", "exit 2"]), codes);
        assert!(run(Some(0..=1)).is_err() && run(None).is_ok());
    }

    #[test]
    fn the_median_is_the_middle_one() {
        let cost = |peak| Cost { cpu: Duration::ZERO, wall: Duration::ZERO, peak };
        assert_eq!(median(&[cost(9), cost(1), cost(2)], |cost| cost.peak), 2);
        assert_eq!(median(&[], |cost| cost.peak), 0);
    }
}
