//! `cargo xtask setup`, and what the other commands call before they begin: everything that building
//! and testing need beside Rust and Node.js, installed once.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, anyhow, bail};

use crate::files::Fingerprint;
use crate::process::{self, say};
use crate::root;

pub const COMMAND: crate::Command = crate::Command {
    name: "setup",
    usage: "",
    about: "Install what building and testing need; the other commands do it by themselves.",
    run: |_| {
        lints()?;
        page()?;
        for package in system_packages(BROWSER.iter().chain(PIPELINE))? {
            println!("Not installed: {}.", package.name);
        }
        Ok(())
    },
};

/// What the page is compiled to.
pub const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// The version of Trunk that builds the page.
pub const TRUNK_VERSION: &str = "0.21.14";

/// The oldest Node.js that will do.
const NODE_VERSION: u32 = 20;

/// A Debian package, and the program in it that is called.
#[derive(Debug, PartialEq)]
pub struct Package {
    pub name: &'static str,
    program: &'static str,
}

/// What the tests in a browser need.
pub const BROWSER: &[Package] = &[
    Package { name: "chromium", program: "chromium" },
    Package { name: "chromium-driver", program: "chromedriver" },
];

/// What running a rewritten pipeline needs.
pub const PIPELINE: &[Package] = &[
    Package { name: "buildah", program: "buildah" },
    Package { name: "busybox-static", program: "busybox" },
    Package { name: "docker-registry", program: "docker-registry" },
    Package { name: "git", program: "git" },
    Package { name: "podman", program: "podman" },
    // gitlab-ci-local copies the work tree with it.
    Package { name: "rsync", program: "rsync" },
    Package { name: "skopeo", program: "skopeo" },
];

/// Tools that were set up: what starts a program with them on its `PATH`.
pub struct Tools {
    path: OsString,
}

impl Tools {
    /// `program`, to be run from the repository's top folder.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(root());
        self.give_to(&mut command);
        command
    }

    /// Puts the tools on the `PATH` of `command`.
    pub fn give_to(&self, command: &mut Command) {
        command.env("PATH", &self.path);
    }
}

/// Makes sure of rustfmt and Clippy.
pub fn lints() -> Result<()> {
    ensure(
        "rustfmt and Clippy",
        || {
            works(process::cargo().args(["fmt", "--version"]))
                && works(process::cargo().args(["clippy", "--version"]))
        },
        || rustup(&["component", "add", "rustfmt", "clippy"]),
    )
}

/// Makes sure of the standard library for WebAssembly.
pub fn wasm_target() -> Result<()> {
    ensure(
        "Rust's standard library for WebAssembly",
        || {
            let mut rustc = Command::new("rustc");
            let library = rustc.args(["--print", "target-libdir", "--target", WASM_TARGET]);
            process::output(library).is_some_and(|folder| Path::new(folder.trim()).exists())
        },
        || rustup(&["target", "add", WASM_TARGET]),
    )
}

/// Makes sure of what comes from npm: the parts of the editor, wasm-opt, esbuild, axe and gitlab-ci-local.
pub fn npm() -> Result<Tools> {
    let mut lock = Fingerprint::default();
    lock.add_files(&root().join("package-lock.json"))?;
    let lock = lock.finish();
    let stamp = root().join("node_modules/.installed-from");
    ensure(
        "the npm packages of package-lock.json",
        || fs::read_to_string(&stamp).is_ok_and(|installed| installed == lock),
        || {
            let version = process::output(Command::new("node").arg("--version")).unwrap_or_default();
            if !is_new_enough(&version) {
                bail!("Node.js {NODE_VERSION} or later and its npm are needed: install them first");
            }
            let mut npm = Command::new("npm");
            process::run(npm.current_dir(root()).args(["ci", "--no-audit", "--no-fund"]))?;
            Ok(fs::write(&stamp, &lock)?)
        },
    )?;
    tools([root().join("node_modules/.bin")])
}

/// Makes sure of everything that building the page needs.
pub fn page() -> Result<Tools> {
    wasm_target()?;
    npm()?;
    let trunk = cargo_tool("trunk", "trunk", TRUNK_VERSION, |install| {
        // Unoptimised: it takes less than half the time to install, and builds the page as fast.
        install.arg("--debug").env("CARGO_PROFILE_DEV_DEBUG", "0");
    })?;
    let version = locked_version("wasm-bindgen")?;
    let bindgen = cargo_tool("wasm-bindgen", "wasm-bindgen-cli", &version, |install| {
        install
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
    })?;
    tools([trunk, bindgen, root().join("node_modules/.bin")])
}

/// Makes sure of Debian packages. Gives back those that are missing because this user may not
/// install them or there is no apt-get, after saying what to install.
pub fn system_packages<'a>(wanted: impl IntoIterator<Item = &'a Package>) -> Result<Vec<&'a Package>> {
    let wanted: Vec<&Package> = wanted.into_iter().collect();
    let missing = || -> Vec<&Package> {
        let installed = installed_packages(&wanted);
        wanted.iter().copied().filter(|package| !is_installed(package, installed.as_ref())).collect()
    };
    if missing().is_empty() {
        return Ok(Vec::new());
    }
    let names = missing().iter().map(|package| package.name).collect::<Vec<_>>().join(" ");
    let Some(apt) = apt_get() else {
        say(&format!("Not root, or no apt-get: please install {names} (Debian's names)."));
        return Ok(missing());
    };
    ensure(
        &format!("Debian packages: {names}"),
        || missing().is_empty(),
        || {
            process::run(apt().args(["update", "-q"]))?;
            let mut install = apt();
            install.args(["install", "-q", "-y", "--no-install-recommends"]);
            process::run(install.args(missing().iter().map(|package| package.name)))
        },
    )?;
    Ok(missing())
}

/// Whether `package` can be used. `installed` is what dpkg says, if there is a dpkg: a program of
/// the same name may be another package's (a busybox that is not static, say).
fn is_installed(package: &Package, installed: Option<&BTreeSet<String>>) -> bool {
    match installed {
        Some(names) => names.contains(package.name),
        None => process::on_path(package.program).is_some(),
    }
}

/// Which of `wanted` dpkg has installed; `None` without a dpkg.
fn installed_packages(wanted: &[&Package]) -> Option<BTreeSet<String>> {
    let dpkg = process::on_path("dpkg-query")?;
    let format = "-f=${db:Status-Status} ${Package}\\n";
    // It fails when it knows nothing of a name, and still lists the others.
    let names = wanted.iter().map(|package| package.name);
    let output = Command::new(dpkg).args(["-W", format]).args(names).output().ok()?;
    let listed = String::from_utf8_lossy(&output.stdout);
    Some(listed.lines().filter_map(|line| line.strip_prefix("installed ")).map(str::to_owned).collect())
}

/// What starts apt-get with the right to install, if there is such a thing.
fn apt_get() -> Option<impl Fn() -> Command> {
    process::on_path("apt-get")?;
    let root = process::output(Command::new("id").arg("-u")).is_some_and(|id| id.trim() == "0");
    let sudo = !root && works(Command::new("sudo").args(["-n", "true"]));
    (root || sudo).then_some(move || {
        let mut command = Command::new(if root { "env" } else { "sudo" });
        if sudo {
            command.args(["-n", "env"]);
        }
        command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]);
        command
    })
}

/// Makes sure of a program from crates.io in exactly `version`. Gives back the folder that it is in.
fn cargo_tool(
    program: &str,
    package: &str,
    version: &str,
    options: impl Fn(&mut Command),
) -> Result<PathBuf> {
    let has_version = |file: &Path| {
        let printed = process::output(Command::new(file).arg("--version")).unwrap_or_default();
        printed.split_whitespace().nth(1) == Some(version)
    };
    let on_path = process::on_path(program).filter(|file| has_version(file));
    if let Some(folder) = on_path.as_deref().and_then(Path::parent) {
        return Ok(folder.to_owned());
    }
    let folder = cache()?.join("tools").join(format!("{program}-{version}"));
    let bin = folder.join("bin");
    ensure(
        &format!("{package} {version} (some minutes, only once)"),
        || has_version(&bin.join(program)),
        || {
            let mut install = process::cargo();
            install.args(["install", "--locked", package, "--version", version, "--root"]);
            options(install.arg(&folder));
            process::run(&mut install)
        },
    )?;
    Ok(bin)
}

/// Does `install` unless `is_there`, one process at a time, and checks that it helped.
fn ensure(what: &str, is_there: impl Fn() -> bool, install: impl Fn() -> Result<()>) -> Result<()> {
    if is_there() {
        return Ok(());
    }
    let cache = cache()?;
    fs::create_dir_all(&cache).with_context(|| format!("cannot create {}", cache.display()))?;
    let lock = File::create(cache.join("setup.lock"))?;
    if lock.try_lock().is_err() {
        say("Waiting for another set-up to finish.");
        lock.lock()?;
    }
    if is_there() {
        return Ok(());
    }
    say(&format!("Installing {what}."));
    let start = Instant::now();
    install().with_context(|| format!("could not install {what}"))?;
    if !is_there() {
        bail!("{what}: still not there after its installation");
    }
    say(&format!("Installed in {} s.", start.elapsed().as_secs()));
    Ok(())
}

/// Where tools are kept between work trees.
fn cache() -> Result<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    folder("XDG_CACHE_HOME")
        .or_else(|| folder("HOME").map(|home| home.join(".cache")))
        .map(|cache| cache.join("daemonless"))
        .ok_or_else(|| anyhow!("set HOME or XDG_CACHE_HOME: tools are kept below it"))
}

/// The tools in `folders`, before those on `PATH`.
fn tools(folders: impl IntoIterator<Item = PathBuf>) -> Result<Tools> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = folders.into_iter().chain(std::env::split_paths(&path));
    Ok(Tools { path: std::env::join_paths(folders)? })
}

fn works(command: &mut Command) -> bool {
    process::output(command).is_some()
}

fn rustup(arguments: &[&str]) -> Result<()> {
    if process::on_path("rustup").is_none() {
        bail!("there is no rustup to do `rustup {}`: install it another way", arguments.join(" "));
    }
    process::run(Command::new("rustup").args(arguments))
}

/// Whether what `node --version` prints is recent enough.
fn is_new_enough(version: &str) -> bool {
    let major = version.trim_start_matches('v').split('.').next();
    major.and_then(|major| major.parse::<u32>().ok()).is_some_and(|major| major >= NODE_VERSION)
}

/// The version of `package` in the lock file. The command line tool of wasm-bindgen must be of the
/// version that the page is compiled with.
fn locked_version(package: &str) -> Result<String> {
    let lock = fs::read_to_string(root().join("Cargo.lock")).context("cannot read Cargo.lock")?;
    version_in(&lock, package).ok_or_else(|| anyhow!("Cargo.lock has no {package}"))
}

fn version_in(lock: &str, package: &str) -> Option<String> {
    let (_, after) = lock.split_once(&format!("\nname = \"{package}\"\nversion = \""))?;
    after.split('"').next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locked_version_is_of_the_package_itself() {
        let lock = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"1.0.0\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.129\"\n";
        assert_eq!(version_in(lock, "wasm-bindgen").as_deref(), Some("0.2.129"));
        assert_eq!(version_in(lock, "wasm"), None);
    }

    #[test]
    fn node_is_compared_by_its_major_version() {
        assert!(is_new_enough("v20.0.0\n") && is_new_enough("v100.1.0"));
        assert!(!is_new_enough("v18.20.1") && !is_new_enough(""));
    }

    #[test]
    fn dpkg_is_believed_before_the_path() {
        let shell = Package { name: "no-such-package", program: "sh" };
        assert!(is_installed(&shell, None));
        assert!(!is_installed(&shell, Some(&BTreeSet::new())));
    }
}
