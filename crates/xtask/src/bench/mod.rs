//! `cargo xtask bench`: what one `daemonless check` costs, beside its peers and as texts grow.

mod measure;
mod texts;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::process::{self, say};
use measure::{Cost, measure, median};
use texts::{DENSE, DOCKERFILE, GITHUB_WORKFLOW, TEXTS, Text};

pub const COMMAND: crate::Command = crate::Command {
    name: "bench",
    usage: "",
    about: "Measure the release build: CPU, memory, growth, and the peers that are installed.",
    run: |_| run(),
};

/// What one check of a file of [`LINES`] may cost in CPU beyond an empty process.
const CHECK_LIMIT: Duration = Duration::from_millis(3);
const LINES: usize = 100;

/// A peer on the same file: its CPU must be at least so many times ours.
struct Peer {
    program: &'static str,
    arguments: &'static [&'static str],
    text: &'static Text,
    times: f64,
}

const PEERS: &[Peer] = &[
    Peer {
        program: "zizmor",
        arguments: &["--offline", "--no-progress"],
        text: &GITHUB_WORKFLOW,
        times: 30.0,
    },
    Peer { program: "hadolint", arguments: &[], text: &DOCKERFILE, times: 100.0 },
];

/// Sizes in bytes for growth, each with how often it is run.
const SIZES: &[(usize, usize)] = &[(10_000, 15), (100_000, 9), (1_000_000, 5), (10_000_000, 3)];

/// A byte may cost so many times what it costs in a text of a tenth of the size.
const GROWTH: f64 = 2.0;

/// How far apart two runs of the same command may be for no reason of ours.
const NOISE: Duration = Duration::from_micros(200);

/// Bounds for a text of one megabyte.
const MEGABYTE: usize = 1_000_000;
const MEGABYTE_PEAK: u64 = 64 * 1024 * 1024;
const MEGABYTE_TIME: Duration = Duration::from_secs(1);

/// Broken bounds, told at the end.
type Broken = Vec<String>;

fn run() -> Result<()> {
    say("Building the command in release.");
    process::run(process::cargo().args(["build", "--release", "--locked", "-p", "daemonless"]))?;
    let folder = crate::target().join("bench");
    fs::create_dir_all(&folder)?;
    // As the peers lie there: copied into place by an installer. A file that a linker has left has its pages in small
    // pieces in memory, and each piece that a start touches costs.
    let program = folder.join("daemonless");
    fs::copy(crate::target().join("release/daemonless"), &program).context("cannot copy the command")?;
    let mut broken = Broken::new();
    check_and_peers(&program, &folder, &mut broken)?;
    growth(&program, &folder, &mut broken)?;
    dense(&program, &folder, &mut broken)?;
    println!();
    for bound in &broken {
        println!("Over the bound: {bound}.");
    }
    if !broken.is_empty() {
        bail!("{} of the bounds are broken", broken.len());
    }
    println!("All bounds hold.");
    Ok(())
}

/// One check of an everyday file, beside an empty process and the peers.
fn check_and_peers(program: &Path, folder: &Path, broken: &mut Broken) -> Result<()> {
    let true_ = "an empty process";
    let mut commands = BTreeMap::new();
    commands.insert(true_.to_owned(), vec!["true".to_owned()]);
    commands.insert("daemonless --version".to_owned(), words(program, &["--version"], None));
    for text in [&GITHUB_WORKFLOW, &DOCKERFILE] {
        let file = write(folder, "everyday", text, text.with_lines(LINES))?.0;
        commands.insert(ours(text), words(program, &["check"], Some(&file)));
        for peer in PEERS.iter().filter(|peer| peer.text.path == text.path) {
            match process::on_path(peer.program) {
                Some(found) => {
                    drop(commands.insert(peer.program.to_owned(), words(&found, peer.arguments, Some(&file))))
                }
                None => println!("{} is not installed: not compared.", peer.program),
            }
        }
    }

    say(&format!("One check of {LINES} lines: median CPU time of 41 interleaved runs."));
    let mut costs: BTreeMap<&str, Vec<Cost>> = BTreeMap::new();
    for _ in 0..41 {
        for (name, words) in &commands {
            // The peers' exit codes tell what they found: only ours are known.
            let codes = name.starts_with("daemonless").then_some(0..=1);
            costs.entry(name).or_default().push(measure(&mut command(words), codes)?);
        }
    }
    let cpu: BTreeMap<&str, Duration> =
        costs.iter().map(|(name, costs)| (*name, median(costs, |cost| cost.cpu))).collect();
    for (name, cpu) in &cpu {
        println!("{:>9.2} ms  {name}", milliseconds(*cpu));
    }
    for text in [&GITHUB_WORKFLOW, &DOCKERFILE] {
        let name = ours(text);
        let mine = cpu[name.as_str()];
        let more = mine.saturating_sub(cpu[true_]);
        println!("{name}: {:.2} ms more than an empty process", milliseconds(more));
        if more > CHECK_LIMIT {
            broken.push(format!("{name} costs {more:.1?} more than an empty process"));
        }
        for peer in PEERS.iter().filter(|peer| peer.text.path == text.path) {
            let Some(theirs) = cpu.get(peer.program) else { continue };
            let times = theirs.as_secs_f64() / mine.as_secs_f64();
            println!("{}: {times:.0} times the cost of {name}", peer.program);
            if times < peer.times {
                broken.push(format!("{} costs only {times:.0} times {name}", peer.program));
            }
        }
    }
    Ok(())
}

/// Ever larger texts of each format: the cost of a byte must stay the same.
fn growth(program: &Path, folder: &Path, broken: &mut Broken) -> Result<()> {
    say("Growth: median CPU time, beyond an empty process, of interleaved runs.");
    let empty: Vec<Cost> =
        (0..15).map(|_| measure(&mut Command::new("true"), None)).collect::<Result<_>>()?;
    let empty = median(&empty, |cost| cost.cpu);
    println!("{:<32} {:>9} {:>10} {:>9} {:>9}", "file", "bytes", "CPU ms", "ns/byte", "peak MB");
    for text in TEXTS {
        let mut files = Vec::new();
        for (size, _) in SIZES {
            files.push(write(folder, &size.to_string(), text, text.with_bytes(*size))?);
        }
        let mut costs: Vec<Vec<Cost>> = vec![Vec::new(); SIZES.len()];
        let rounds = SIZES.iter().map(|(_, runs)| *runs).max().unwrap_or_default();
        for round in 0..rounds {
            for (index, (file, _)) in files.iter().enumerate() {
                if round < SIZES[index].1 {
                    let words = words(program, &["check"], Some(file));
                    costs[index].push(measure(&mut command(&words), Some(0..=1))?);
                }
            }
        }
        let mut smaller: Option<(usize, Duration)> = None;
        for ((_, bytes), (costs, (size, _))) in files.iter().zip(costs.iter().zip(SIZES)) {
            let cpu = median(costs, |cost| cost.cpu).saturating_sub(empty);
            let peak = median(costs, |cost| cost.peak);
            println!(
                "{:<32} {bytes:>9} {:>10.2} {:>9.0} {:>9.1}",
                text.path,
                milliseconds(cpu),
                cpu.as_secs_f64() * 1e9 / *bytes as f64,
                peak as f64 / 1e6,
            );
            if let Some((smaller_bytes, smaller_cpu)) = smaller {
                let ratio = *bytes as f64 / smaller_bytes as f64;
                if cpu > (smaller_cpu + NOISE).mul_f64(GROWTH * ratio) {
                    broken.push(format!(
                        "{} of {bytes} bytes costs {cpu:.1?}, of {smaller_bytes} bytes {smaller_cpu:.1?}",
                        text.path
                    ));
                }
            }
            if *size == MEGABYTE {
                bounded(text, *bytes, costs, broken);
            }
            smaller = Some((*bytes, cpu));
        }
    }
    Ok(())
}

/// A megabyte of nothing but one thing: the same bounds hold.
fn dense(program: &Path, folder: &Path, broken: &mut Broken) -> Result<()> {
    say("Nothing but one thing: median time in ms and memory in MB of three runs on a megabyte.");
    for text in DENSE {
        let (file, bytes) = write(folder, "dense", text, text.with_bytes(MEGABYTE))?;
        let words = words(program, &["check"], Some(&file));
        let costs: Vec<Cost> =
            (0..3).map(|_| measure(&mut command(&words), Some(0..=1))).collect::<Result<_>>()?;
        let (wall, peak) = bounded(text, bytes, &costs, broken);
        println!("{:<32} {bytes:>9} {:>10.2} {:>9.1}", text.path, milliseconds(wall), peak as f64 / 1e6);
    }
    Ok(())
}

/// Holds the runs on a text of a megabyte against the bounds; gives back time and memory.
fn bounded(text: &Text, bytes: usize, costs: &[Cost], broken: &mut Broken) -> (Duration, u64) {
    let (wall, peak) = (median(costs, |cost| cost.wall), median(costs, |cost| cost.peak));
    if peak > MEGABYTE_PEAK || wall > MEGABYTE_TIME {
        broken.push(format!("{} of {bytes} bytes takes {wall:.1?} and {peak} bytes of memory", text.path));
    }
    (wall, peak)
}

fn ours(text: &Text) -> String {
    format!("daemonless check {}", text.path)
}

/// Writes a text under the name that its format has, in a folder of its own. Gives back the file and
/// its length in bytes.
fn write(
    folder: &Path,
    kind: &str,
    text: &Text,
    pieces: impl Iterator<Item = String>,
) -> Result<(PathBuf, usize)> {
    let path = folder.join(kind).join(text.path);
    fs::create_dir_all(path.parent().context("a file has a folder")?)?;
    let mut file = BufWriter::new(File::create(&path)?);
    let mut length = 0;
    for piece in pieces {
        file.write_all(piece.as_bytes())?;
        length += piece.len();
    }
    file.flush()?;
    Ok((path, length))
}

fn words(program: &Path, arguments: &[&str], file: Option<&Path>) -> Vec<String> {
    let program = std::iter::once(program.display().to_string());
    let arguments = arguments.iter().map(|argument| (*argument).to_owned());
    program.chain(arguments).chain(file.map(|file| file.display().to_string())).collect()
}

fn command(words: &[String]) -> Command {
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]);
    command
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
