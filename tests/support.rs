//! What all tests share: the command run in memory, and time limits that hold in a debug build too.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use cpu_time::ThreadTime;
use daemonless::Io;

/// What one run of the command gave.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: u8,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Runs `daemonless` with these arguments and nothing on standard input.
pub(crate) fn run<const N: usize>(args: [&str; N]) -> Ran {
    run_with(args.map(OsString::from), b"", false)
}

/// Runs `daemonless` with these arguments and `stdin`. `color` is whether it writes to a terminal that wants colours.
pub(crate) fn run_with(args: impl IntoIterator<Item = OsString>, mut stdin: &[u8], color: bool) -> Ran {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = daemonless::run(
        args,
        &mut Io { stdin: &mut stdin, out: &mut out, err: &mut err, color, progress: false },
    );
    let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
    Ran { code, out: text(out), err: text(err) }
}

/// Root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this crate is in the repository").to_owned()
}

/// Runs `work`, which must not take more of the processor than `limit` in a release build. A debug build gets twenty
/// times that: the limit is there to catch what is not linear. Time that other tests take is not counted.
#[track_caller]
pub(crate) fn within<T>(limit: Duration, what: &str, work: impl FnOnce() -> T) -> T {
    let limit = if cfg!(debug_assertions) { limit * 20 } else { limit };
    let start = ThreadTime::now();
    let done = work();
    let took = start.elapsed();
    assert!(took <= limit, "{what} took {took:?}, more than {limit:?}");
    done
}
