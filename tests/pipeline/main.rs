//! Pipelines that build on a nested daemon are rewritten by the command and really run: those of GitLab by
//! gitlab-ci-local with the shell executor, the steps of GitHub's by Bash, against a registry on loopback that asks for
//! a password, and so are scripts. Each image must be what the same Dockerfile gives when it is built directly.

mod cases;
mod github;
mod image;
mod machine;
mod ready;
mod scripts;

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Instant;

use daemonless::Io;

use cases::{CASES, Case};
use machine::{Machine, PASSWORD, Registry, USER, log};

/// What no version that is on this machine may be able to show, by a program, its first version that can, and what.
const UNSHOWN: [(&str, (u32, u32), &str); 2] = [
    ("buildah", (1, 33), "heredocs in a Dockerfile, and `COPY --link`"),
    ("podman", (4, 8), "heredocs in a Dockerfile, and `COPY --link`"),
];

/// Whether the tests can run for this builder; says so where they can't.
fn is_able(builder: &str, runner: &str) -> bool {
    for program in [builder, "docker-registry", runner, "git", "skopeo", "tar"] {
        let mut asked = Command::new(program);
        if asked.arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err() {
            println!("{builder}: skipped, as {program} is not installed.");
            return false;
        }
    }
    let folder = tempfile::tempdir().expect("a folder");
    let (root, run) = (folder.path().join("root"), folder.path().join("run"));
    let mut info = Command::new(builder);
    info.args(["--storage-driver", "vfs", "--root"]).arg(root).arg("--runroot").arg(run).arg("info");
    let able = info.output().expect("it is installed");
    if !able.status.success() {
        println!("{builder}: skipped, as it can't work on this machine: {}", log(&able).trim());
    }
    able.status.success()
}

/// Says what the installed version can't show.
fn tell_unshown(builder: &str) {
    let version =
        Command::new(builder).arg("--version").output().map(|output| log(&output)).unwrap_or_default();
    if version.is_empty() {
        return;
    }
    let number = version.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()));
    let mut parts = number.unwrap_or("").split('.').map(|part| part.parse().unwrap_or(0));
    let has = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    for (_, _, what) in UNSHOWN.iter().filter(|(name, from, _)| *name == builder && has < *from) {
        println!("{builder}: not shown, as {} has no {what}.", version.trim());
    }
}

/// Rewrites the file of a project in place and checks what the command says is left to a person.
fn rewrite(machine: &Machine<'_>, path: &str, builder: &str, left: &[&str]) -> Result<String, String> {
    let path = machine.project().join(path);
    let arguments = ["fix", "--to", builder, "--write"].map(OsString::from);
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut io = Io { stdin: &mut &b""[..], out: &mut out, err: &mut err, color: false, progress: false };
    let code = daemonless::run(arguments.into_iter().chain([path.clone().into()]), &mut io);
    let err = String::from_utf8_lossy(&err).into_owned();
    let after = std::fs::read_to_string(&path).expect("the pipeline");
    let found: Vec<&str> = err.lines().filter(|line| line.contains(": needs you: ")).collect();
    let expected =
        found.len() == left.len() && found.iter().zip(left).all(|(found, left)| found.contains(left));
    if !expected || code != u8::from(!left.is_empty()) {
        return Err(format!("left to a person should be {left:?} and is {found:#?}\n{after}"));
    }
    if let Some(line) =
        after.lines().map(str::trim).find(|line| line.contains("dind") && !line.starts_with('#'))
    {
        return Err(format!("`{line}` is still there\n{after}"));
    }
    Ok(after)
}

fn run_pipeline(machine: &Machine<'_>) -> Output {
    let variables =
        [("REGISTRY", &*machine.registry.address), ("REGISTRY_USER", USER), ("REGISTRY_PASSWORD", PASSWORD)];
    let variables =
        variables.iter().flat_map(|(name, value)| ["--variable".into(), format!("{name}={value}")]);
    machine.run("gitlab-ci-local", ["--force-shell-executor".to_owned()].into_iter().chain(variables))
}

/// Builds directly what a case should give, and reads it.
fn direct(machine: &Machine<'_>, arguments: &[&str]) -> Result<image::Image, String> {
    let options = ["build", "--isolation", "chroot", "--format", "docker", "--tag", "localhost/direct"];
    let built = machine.run("buildah", options.iter().chain(arguments));
    if !built.status.success() {
        return Err(format!("built directly it fails: {}", log(&built)));
    }
    image::fetch(
        machine,
        &format!(
            "containers-storage:[vfs@{}+{}]localhost/direct",
            machine.folder.join("storage").display(),
            machine.folder.join("run").display()
        ),
    )
}

/// What is wrong with the images of a case, which were pushed or saved.
fn compare(machine: &Machine<'_>, images: &[(&str, &[&str])]) -> Result<(), String> {
    for (name, arguments) in images {
        let source = match name.strip_prefix("file:") {
            Some(file) => format!("docker-archive:{}", machine.project().join(file).display()),
            None => format!("docker://{}/{name}", machine.registry.address),
        };
        let got = image::fetch(machine, &source)?;
        let faults = got.differs(&direct(machine, arguments)?);
        if !faults.is_empty() {
            return Err(format!("{name}: {faults}"));
        }
    }
    Ok(())
}

/// Rewrites and runs one case for a builder; gives what is wrong.
fn run(case: &Case, builder: &str, registry: &Registry, folder: &Path) -> Result<(), String> {
    let machine = Machine { folder, registry };
    let pipeline = (".gitlab-ci.yml", case.pipeline);
    machine.prepare(case.files.iter().copied().chain([pipeline, ("Dockerfile", case.dockerfile)]));
    let after = rewrite(&machine, ".gitlab-ci.yml", builder, case.left)?;
    let ran = run_pipeline(&machine);
    let log = log(&ran);
    if ran.status.success() == case.fails {
        return Err(format!(
            "it {}\n{log}\n{after}",
            if case.fails { "passed and should fail" } else { "failed" }
        ));
    }
    for said in case.says {
        if !log.contains(said) {
            return Err(format!("its log lacks {said:?}:\n{log}\n{after}"));
        }
    }
    if log.contains(PASSWORD) {
        return Err(format!("the password is in the log:\n{log}"));
    }
    compare(&machine, case.images).map_err(|fault| format!("{fault}\n{after}\n{log}"))?;
    for name in case.absent {
        if image::fetch(&machine, &format!("docker://{}/{name}", registry.address)).is_ok() {
            return Err(format!("{name} was pushed and should not be\n{after}"));
        }
    }
    Ok(())
}

/// Runs named cases of one kind for a builder, each with a registry of its own, and says how long each took. `CASE` in
/// the environment chooses those whose name holds it.
#[track_caller]
fn each<'c, C: 'c>(
    builder: &str,
    runner: &str,
    kind: &str,
    cases: impl Iterator<Item = (&'c str, &'c C)>,
    run: impl Fn(&C, &str, &Registry, &Path) -> Result<(), String>,
) {
    if !is_able(builder, runner) {
        return;
    }
    let only = std::env::var("CASE").unwrap_or_default();
    let mut faults = Vec::new();
    for (name, case) in cases.filter(|(name, _)| name.contains(&only)) {
        let start = Instant::now();
        let folder = tempfile::tempdir().expect("a folder");
        let registry = Registry::start(folder.path());
        match run(case, builder, &registry, folder.path()) {
            Ok(()) => println!("{builder}, {kind}, {name}: {:.1} s", start.elapsed().as_secs_f64()),
            Err(fault) => faults.push(format!("{builder}, {kind}, {name}: {fault}")),
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n\n"));
}

/// Runs the pipelines of GitLab for a builder.
#[track_caller]
fn check(builder: &str) {
    tell_unshown(builder);
    each(builder, "gitlab-ci-local", "GitLab", CASES.iter().map(|case| (case.name, case)), run);
}

#[test]
fn buildah_does_what_the_daemon_did() {
    check("buildah");
}

#[test]
fn podman_does_what_the_daemon_did() {
    check("podman");
}
