//! Turns `facts/` into Rust tables: read, check every reference, write. What is wrong there fails the build with the
//! file and the place in it.

// Nothing is outside of a build script.
#![allow(unreachable_pub)]

#[path = "build/builders.rs"]
mod builders;
#[path = "build/emit.rs"]
mod emit;
#[path = "build/flags.rs"]
mod flags;
#[path = "build/ids.rs"]
mod ids;
#[path = "build/questions.rs"]
mod questions;
#[path = "build/read.rs"]
mod read;
#[path = "build/schema.rs"]
mod schema;
#[path = "build/tables.rs"]
mod tables;
#[path = "build/tasks.rs"]
mod tasks;
#[path = "build/translate.rs"]
mod translate;

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    println!("cargo::rerun-if-changed=facts");
    println!("cargo::rerun-if-changed=build");
    let written = tables::render(Path::new("facts")).and_then(|code| {
        let out = std::env::var("OUT_DIR").map_err(|error| error.to_string())?;
        std::fs::write(Path::new(&out).join("tables.rs"), code).map_err(|error| error.to_string())
    });
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
