//! `cargo xtask serve`: the page as a host would serve it.

use std::io::{ErrorKind, IsTerminal as _};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::page;
use crate::process::{self, say};
use crate::server::Server;

pub const COMMAND: crate::Command = crate::Command {
    name: "serve",
    usage: "[--port N] [--no-open]",
    about: "Build the page and serve it on this machine.",
    run,
};

/// The port when none is asked for; one of the next few if it is taken.
const PORT: u16 = 8080;
const FURTHER_PORTS: u16 = 20;

fn run(arguments: &[String]) -> Result<()> {
    let mut port = None;
    let mut open = true;
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--port" => {
                let number = arguments.next().context("--port needs a number")?;
                port = Some(number.parse().with_context(|| format!("no port: {number}"))?);
            }
            "--no-open" => open = false,
            other => bail!("unknown argument {other}"),
        }
    }
    let server = start(&page::build()?, port)?;
    say(&format!("Daemonless is at {} (Ctrl+C stops it).", server.url()));
    if open {
        open_browser(&server.url());
    }
    server.wait();
    Ok(())
}

fn start(folder: &Path, asked_for: Option<u16>) -> Result<Server> {
    let ports = asked_for.map_or(PORT..=PORT + FURTHER_PORTS, |port| port..=port);
    let last = *ports.end();
    for port in ports {
        match Server::start(folder, port) {
            Err(error) if port < last && is_taken(&error) => {}
            result => return result.with_context(|| format!("cannot serve on port {port}")),
        }
    }
    bail!("no free port")
}

fn is_taken(error: &anyhow::Error) -> bool {
    let error = error.downcast_ref::<std::io::Error>();
    error.is_some_and(|error| error.kind() == ErrorKind::AddrInUse)
}

/// Opens the person's browser where there is a screen and someone who typed the command.
fn open_browser(url: &str) {
    let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let screen = cfg!(target_os = "macos")
        || ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some());
    if screen && std::io::stdout().is_terminal() && process::on_path(opener).is_some() {
        // The address is printed in any case.
        let _ = Command::new(opener).arg(url).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    }
}
