//! How the command is linked.

use std::env::var;

/// A check takes about a millisecond, and a third of it was the loader's: the catalog is thousands of constants that hold
/// addresses, and in a program that may lie anywhere each page of them is copied and filled in at every start. So the
/// release lies at a fixed address. What that gives up, a random place for its code, guards programs against their own
/// memory errors; this one forbids unsafe code and listens to nobody.
fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let is = |name: &str, value: &str| var(name).is_ok_and(|found| found == value);
    if is("PROFILE", "release") && is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu") {
        println!("cargo:rustc-link-arg-bins=-no-pie");
    }
}
