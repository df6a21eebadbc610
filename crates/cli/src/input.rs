//! Reading the texts that are named.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use daemonless_core::report::Report;
use daemonless_core::{Context, File};

use crate::args::Options;
use crate::{Failure, Io, walk};

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

/// Reads all files of these paths, `-` as standard input, of directories those that a format surely knows. Says what
/// could not be read, and gives whether there was any.
pub(crate) fn read_all(options: &Options, io: &mut Io<'_>) -> Result<(Vec<File>, bool), Failure> {
    let (mut files, mut unread) = (Vec::new(), false);
    for path in &options.operands {
        let directory = Path::new(path);
        if path == STDIN || !directory.is_dir() {
            match read(path, options, io) {
                Ok(input) => files.push(input.file),
                Err(Failure(reason)) => {
                    io.tell(&reason);
                    unread = true;
                }
            }
            continue;
        }
        if options.read_as.is_some() {
            let path = path.to_string_lossy();
            return Err(format!("{path}: --as is for files, and this is a directory").into());
        }
        let before = files.len();
        files.extend(walk::paths(directory).iter().filter_map(|path| known(path)).filter(walk::is_known));
        if files.len() == before {
            io.tell(&format!("{}: no file in it is one that is checked", path.to_string_lossy()));
        }
    }
    Ok((files, unread))
}

/// A file that others refer to, if it is there and can be read.
fn known(path: &Path) -> Option<File> {
    let is_file = fs::metadata(path).is_ok_and(|about| about.is_file() && about.len() <= MOST_BYTES);
    let text = if is_file { fs::read(path).ok()? } else { return None };
    let name = path.to_string_lossy();
    let name = if cfg!(windows) { name.replace('\\', "/") } else { name.into_owned() };
    let path = name.strip_prefix("./").unwrap_or(&name).to_owned();
    Some(File { path, text: String::from_utf8_lossy(&text).into_owned(), format: None })
}

/// Files that refer to each other in a row are followed this far.
const MOST_ROUNDS: usize = 5;

/// Adds what the files refer to and what lies beside them. `report` is what was said of them without; gives what is said of
/// them with it.
pub(crate) fn with_missing(
    files: &mut Vec<File>,
    context: &mut Context,
    mut report: Report,
    mut analyze: impl FnMut(&[File], &Context) -> Report,
) -> Report {
    for _ in 0..MOST_ROUNDS {
        let read: HashSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
        let paths = report.missing.iter().flat_map(|path| match path.contains('*') {
            true => walk::matching(path),
            false => vec![PathBuf::from(path)],
        });
        let found: Vec<File> =
            paths.filter_map(|path| known(&path)).filter(|file| !read.contains(file.path.as_str())).collect();
        if found.is_empty() {
            break;
        }
        context.read += found.len();
        files.extend(found);
        report = analyze(files, context);
    }
    report
}

fn open(path: &Path) -> Result<Vec<u8>, String> {
    // Opening a directory succeeds on some systems and reading it then fails with less to say.
    if path.is_dir() {
        return Err("a directory".into());
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
