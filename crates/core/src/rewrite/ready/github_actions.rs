//! GitHub's workflow for a Dockerfile.

use std::fmt::Write as _;

use daemonless_catalog::{Builder, Service, uses};

use super::Ci;
use super::facts::{Facts, KEY};

/// The machine that its jobs run on.
const MACHINE: &str = "ubuntu-latest";

pub(super) static CI: Ci = Ci {
    id: "github-actions",
    path: ".github/workflows/build.yml",
    write,
    commit: "${{ github.sha }}",
    settings: "the repository's settings",
    secret: "secret",
    machine: Some((Service::Github, MACHINE)),
};

/// The workflow that builds with Buildx on the daemon of its machine.
fn write(facts: &Facts, builder: Option<Builder>) -> String {
    let mut key = String::new();
    let mut inputs = String::new();
    if let Some(file) = &facts.file {
        let _ = writeln!(inputs, "          file: {file}");
    }
    let block = |name: &str, lines: Vec<String>| match lines.is_empty() {
        true => String::new(),
        false => format!("          {name}: |\n            {}\n", lines.join("\n            ")),
    };
    let arguments = facts.arguments.iter().map(|(name, value)| match value {
        Some(value) => format!("{name}={value}"),
        None => format!("{name}=${{{{ vars.{name} }}}}"),
    });
    inputs += &block("build-args", arguments.collect());
    let secrets = facts.secrets.iter().map(|(id, variable)| format!("{id}=${{{{ secrets.{variable} }}}}"));
    inputs += &block("secrets", secrets.collect());
    inputs += &block("ssh", facts.ssh.iter().map(|id| format!("{id}=${{{{ runner.temp }}}}/key")).collect());
    if !facts.ssh.is_empty() {
        key = format!(
            "      - run: (umask 077 && printf '%s\\n' \"${KEY}\" > \"$RUNNER_TEMP/key\")
        env:
          {KEY}: ${{{{ secrets.{KEY} }}}}
"
        );
    }
    let stages = facts.stages("      ");
    let why = match builder {
        Some(_) => "",
        None => {
            "# The machine runs this job alone and is thrown away after it: its own daemon with Buildx does everything here.\n"
        }
    };
    let (checkout, setup) = (uses("actions/checkout"), uses("docker/setup-buildx-action"));
    let (login, build) = (uses("docker/login-action"), uses("docker/build-push-action"));
    format!(
        "# Builds the image and pushes it to GitHub's registry.
{why}name: Build the image

on:
  push:
    branches: [main]

permissions:
  contents: read
  packages: write

jobs:
  build-image:
    runs-on: {MACHINE}
    steps:
      - uses: {checkout}
        with:
          persist-credentials: false
      # The registry takes lower case alone.
      - run: echo \"NAME=${{GITHUB_REPOSITORY,,}}\" >> \"$GITHUB_ENV\"
      - uses: {setup}
      - uses: {login}
        with:
          registry: ghcr.io
          username: ${{{{ github.actor }}}}
          password: ${{{{ secrets.GITHUB_TOKEN }}}}
{key}{stages}      - uses: {build}
        with:
          context: .
{inputs}          push: true
          tags: ghcr.io/${{{{ env.NAME }}}}:${{{{ github.sha }}}}
"
    )
}
