//! How the command is linked.

use std::env::var;
use std::path::Path;
use std::process::Command;

/// A check takes about a millisecond, and a third of it was the loader's: the catalog is thousands of constants that hold
/// addresses, and in a program that may lie anywhere each page of them is copied and filled in at every start. So the
/// release lies at a fixed address. What that gives up, a random place for its code, guards programs against their own
/// memory errors; this one forbids unsafe code and listens to nobody.
///
/// The compiler's unwinder is linked in where it is there as an archive: then one library less is looked for at each start.
fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let is = |name: &str, value: &str| var(name).is_ok_and(|found| found == value);
    if is("PROFILE", "release") && is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu") {
        println!("cargo:rustc-link-arg-bins=-no-pie");
        if let Some(folder) = unwinder() {
            println!("cargo:rustc-link-search=native={folder}");
            println!("cargo:rustc-link-lib=static:-bundle=gcc_eh");
        }
    }
}

/// The folder of the unwinder's archive, as the linker's driver tells it.
fn unwinder() -> Option<String> {
    let told = Command::new("cc").arg("-print-file-name=libgcc_eh.a").output().ok()?;
    let path = String::from_utf8(told.stdout).ok()?;
    let folder = Path::new(path.trim()).parent().filter(|folder| folder.is_absolute())?;
    Some(folder.to_str()?.to_owned())
}
