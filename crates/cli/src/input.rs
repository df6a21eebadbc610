//! Reading the texts that are named.

use std::ffi::OsStr;
use std::fs;
use std::io::Read;
use std::path::Path;

use daemonless_core::File;

use crate::args::Options;
use crate::{Failure, Io};

/// What stands for standard input.
pub(crate) const STDIN: &str = "-";

/// A configuration of this size is none, and offsets in the analysis are 32 bits wide.
const MOST_BYTES: u64 = 256 << 20;

/// A text that was read.
pub(crate) struct Input {
    pub(crate) file: File,
    /// Whether its bytes are not all UTF-8. The text then has U+FFFD for those that are not.
    pub(crate) lossy: bool,
}

/// Reads the file of this path, or standard input for `-`.
pub(crate) fn read(path: &OsStr, options: &Options, io: &mut Io<'_>) -> Result<Input, Failure> {
    let stdin = path == STDIN;
    let name = match &options.stdin_path {
        Some(name) if stdin => name.clone(),
        _ => path.to_string_lossy().into_owned(),
    };
    let bytes = if stdin { slurp(&mut *io.stdin) } else { open(Path::new(path)) };
    let bytes = bytes.map_err(|reason| format!("{name}: {reason}"))?;
    let (text, lossy) = match String::from_utf8(bytes) {
        Ok(text) => (text, false),
        Err(error) => (String::from_utf8_lossy(error.as_bytes()).into_owned(), true),
    };
    if lossy {
        io.tell(&format!("{name}: not all of it is UTF-8; U+FFFD is read in place of what is not"));
    }
    let path = if cfg!(windows) { name.replace('\\', "/") } else { name };
    Ok(Input { file: File { path, text, format: options.read_as.clone() }, lossy })
}

fn open(path: &Path) -> Result<Vec<u8>, String> {
    // Opening a directory succeeds on some systems and reading it then fails with less to say.
    if path.is_dir() {
        return Err("a directory; directories are not read yet, name the files in it".into());
    }
    slurp(&mut fs::File::open(path).map_err(|error| error.to_string())?)
}

fn slurp(from: &mut dyn Read) -> Result<Vec<u8>, String> {
    // An everyday file is read at once.
    let mut bytes = Vec::with_capacity(16 * 1024);
    from.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(format!("larger than {} MB, which is no configuration", MOST_BYTES >> 20));
    }
    Ok(bytes)
}
