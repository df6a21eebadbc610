//! Pipelines put together from parts by numbers that are the same each time: whatever the combination, each rewrite
//! keeps what every rewrite promises.

use std::fmt::Write as _;

use crate::promises::broken_promises;

/// Pipelines of each format.
const PIPELINES: u64 = 150;

/// Numbers that look random and are the same for one seed (an xorshift generator).
struct Dice(u64);

impl Dice {
    fn new(seed: u64) -> Self {
        let mut dice = Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        // The first few still look like the seed.
        for _ in 0..4 {
            dice.next();
        }
        dice
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Whether it happens this time: once in `n`.
    fn once_in(&mut self, n: u64) -> bool {
        self.next().is_multiple_of(n)
    }

    fn pick<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[usize::try_from(self.next() % list.len() as u64).expect("it is small")]
    }
}

static LOGINS: &[&str] = &[
    r#"docker login -u "$CI_REGISTRY_USER" -p "$CI_REGISTRY_PASSWORD" "$CI_REGISTRY""#,
    r#"docker login $CI_REGISTRY -u $CI_REGISTRY_USER -p $CI_REGISTRY_PASSWORD"#,
    r#"echo "$CI_REGISTRY_PASSWORD" | docker login -u "$CI_REGISTRY_USER" --password-stdin $CI_REGISTRY"#,
    r#"docker login --username=me --password=$HUB_TOKEN"#,
];

/// Builds, with a hole for the image's name.
static BUILDS: &[&str] = &[
    r#"docker build -t "@" ."#,
    r#"docker build . -t @"#,
    r#"docker build --pull --no-cache -f app/Dockerfile --build-arg VERSION=1 --tag=@ app"#,
    r#"docker build --build-arg "KIND=$KIND" --target release --label a=b -t "@" ."#,
    "docker build\n--progress plain --no-cache\n--compress\n--tag @ .",
    r#"docker image build --secret id=token,src=token -t "@" ."#,
    r#"DOCKER_BUILDKIT=1 docker build --cache-from @ -t "@" ."#,
    r#"docker buildx build --load --provenance=false -t "@" ."#,
];

static IMAGES: &[&str] =
    &["$CI_REGISTRY_IMAGE:1", "$CI_REGISTRY_IMAGE/web:$CI_COMMIT_SHA", "registry.example/team/app", "$IMAGE"];

/// Commands of no engine, in shapes that a shell knows.
static OTHERS: &[&str] = &[
    "test -f Dockerfile",
    r#"echo "building ${CI_COMMIT_SHA}""#,
    "apk add --no-cache git",
    "make",
    "./scripts/test.sh",
    "export KIND=release",
    r#"if [ "$KIND" = release ]; then echo yes; fi"#,
    "cd app && ls && cd ..",
    "VERSION=$(cat version)",
];

/// Commands that ask the daemon for more than a build, or for less.
static EXTRAS: &[&str] = &[
    "docker info",
    "docker version",
    "docker buildx create --use",
    "docker pull $CI_REGISTRY_IMAGE:latest || true",
    "docker run --rm $IMAGE true",
    "docker compose up -d",
    "docker save -o image.tar $IMAGE",
    "docker load -i image.tar",
    "docker logout $CI_REGISTRY",
    "docker images",
    "docker system prune -f",
    "docker inspect $IMAGE",
    "docker buildx build --platform linux/amd64,linux/arm64 --push -t $IMAGE .",
];

/// A job's commands.
fn commands(dice: &mut Dice) -> Vec<String> {
    let mut out = Vec::new();
    if dice.once_in(2) {
        out.push(dice.pick(LOGINS).to_owned());
    }
    for _ in 0..dice.next() % 3 {
        if dice.once_in(3) {
            out.push(dice.pick(OTHERS).to_owned());
        }
        let image = dice.pick(IMAGES);
        let mut build = dice.pick(BUILDS).replace('@', image);
        if dice.once_in(5) {
            write!(build, " && docker push {image}").expect("a text can be written to");
            out.push(build);
            continue;
        }
        out.push(build);
        if dice.once_in(3) {
            let latest = format!("{}:latest", image.split(':').next().unwrap_or(image));
            out.push(format!("docker tag {image} {latest}"));
            out.push(format!("docker push {latest}"));
        }
        if !dice.once_in(4) {
            out.push(format!("docker push {image}"));
        }
    }
    if dice.once_in(4) {
        let at = usize::try_from(dice.next()).unwrap_or(0) % (out.len() + 1);
        out.insert(at, dice.pick(EXTRAS).to_owned());
    }
    if out.is_empty() || dice.once_in(3) {
        out.push(dice.pick(OTHERS).to_owned());
    }
    out
}

/// A list of commands as YAML, in one of the shapes that people write.
fn script(dice: &mut Dice, key: &str, indent: &str, commands: &[String]) -> String {
    let mut out = format!("{indent}{key}:\n");
    if dice.once_in(4) {
        let _ = writeln!(out, "{indent}  - |");
        for command in commands {
            let _ = writeln!(out, "{indent}    {}", command.replace('\n', &format!(" \\\n{indent}      ")));
        }
        return out;
    }
    for command in commands {
        let folded = command.replace('\n', &format!("\n{indent}    "));
        let command = &command.replace('\n', " ");
        let _ = match dice.next() % 8 {
            6 => writeln!(out, "{indent}  - >\n{indent}    {folded}"),
            7 if !command.contains(": ") => writeln!(out, "{indent}  - {folded}"),
            0 => writeln!(out, "{indent}  - '{}'", command.replace('\'', "''")),
            1 => writeln!(out, "{indent}  - \"{}\"", command.replace('\\', "\\\\").replace('"', "\\\"")),
            2 => writeln!(out, "{indent}  - >-\n{indent}    {command}"),
            3 => writeln!(out, "{indent}  # why\n{indent}  - |\n{indent}    set -e\n{indent}    {command}"),
            _ if command.contains(": ") || command.starts_with(['"', '[']) => {
                writeln!(out, "{indent}  - |\n{indent}    {command}")
            }
            _ => writeln!(out, "{indent}  - {command}"),
        };
    }
    out
}

fn image(dice: &mut Dice, indent: &str) -> String {
    match dice.next() % 5 {
        0 => format!("{indent}image:\n{indent}  name: docker:27\n{indent}  entrypoint: [\"\"]\n"),
        1 => format!("{indent}image: \"docker:27-cli\" # the client\n"),
        2 => format!("{indent}image: registry.example/tools:3\n"),
        _ => format!("{indent}image: docker:27\n"),
    }
}

fn services(dice: &mut Dice, indent: &str) -> String {
    match dice.next() % 6 {
        0 => format!("{indent}services: [docker:27-dind]\n"),
        1 => format!("{indent}services:\n{indent}  - name: docker:27-dind\n{indent}    alias: docker\n"),
        2 => format!("{indent}services:\n{indent}  - postgres:17\n{indent}  - docker:27-dind # the daemon\n"),
        3 => format!("{indent}services: [\"postgres:17\", \"docker:27-dind\"]\n"),
        4 => String::new(),
        _ => format!("{indent}services:\n{indent}  - docker:27-dind\n"),
    }
}

fn variables(dice: &mut Dice, indent: &str) -> String {
    match dice.next() % 5 {
        0 => format!(
            "{indent}variables:\n{indent}  DOCKER_HOST: tcp://docker:2376\n{indent}  DOCKER_TLS_CERTDIR: \"/certs\"\n"
        ),
        1 => format!(
            "{indent}variables:\n{indent}  DOCKER_TLS_CERTDIR: \"\"\n{indent}  IMAGE: $CI_REGISTRY_IMAGE:2 # the name\n"
        ),
        2 => format!("{indent}variables: {{ KIND: release, DOCKER_DRIVER: overlay2 }}\n"),
        3 => format!("{indent}variables:\n{indent}  KIND: debug\n"),
        _ => String::new(),
    }
}

fn gitlab(dice: &mut Dice) -> String {
    let mut out = String::from("# A pipeline.\nstages: [build, test]\n\n");
    match dice.next() % 4 {
        0 => {
            out += "default:\n";
            out += &image(dice, "  ");
            out += &services(dice, "  ");
            out += "\n";
        }
        1 => {
            out += &image(dice, "");
            out += &services(dice, "");
            out += "\n";
        }
        _ => {}
    }
    if dice.once_in(2) {
        out += &variables(dice, "");
    }
    if dice.once_in(6) {
        let login = [dice.pick(LOGINS).to_owned()];
        out += &script(dice, "before_script", "", &login);
    }
    let anchor = dice.once_in(3);
    if anchor {
        let _ = write!(out, ".login: &login\n  - {}\n\n", dice.pick(&LOGINS[1..]));
    }
    out += ".base:\n";
    out += &image(dice, "  ");
    out += &services(dice, "  ");
    out += &variables(dice, "  ");
    if dice.once_in(3) {
        let before = [dice.pick(LOGINS).to_owned()];
        out += &script(dice, "before_script", "  ", &before);
    }
    if out.ends_with(".base:\n") {
        out += "  interruptible: true\n";
    }
    for name in ["one", "two:three", "four"] {
        let _ = write!(out, "\n{name}:\n  stage: build\n");
        match dice.next() % 3 {
            0 => out += "  extends: .base\n",
            1 => {
                out += &image(dice, "  ");
                out += &services(dice, "  ");
            }
            _ => {}
        }
        if dice.once_in(2) {
            out += &variables(dice, "  ");
        }
        let commands = commands(dice);
        let mut list = script(dice, "script", "  ", &commands);
        if anchor && dice.once_in(2) {
            list = list.replacen("script:\n", "script:\n    - *login\n", 1);
        }
        out += &list;
        if dice.once_in(3) {
            out += "  rules:\n    - if: $CI_COMMIT_BRANCH\n";
        }
    }
    if dice.once_in(8) { out.replace('\n', "\r\n") } else { out }
}

fn github(dice: &mut Dice) -> String {
    let mut out = String::from("# A workflow.\nname: images\non: push\n");
    if dice.once_in(3) {
        out += "env:\n  IMAGE: ghcr.io/team/app\n  DOCKER_BUILDKIT: 1\n";
    }
    out += "jobs:\n";
    for name in ["one", "two"] {
        let machine = dice.pick(&["ubuntu-latest", "ubuntu-24.04", "self-hosted", "[self-hosted, linux]"]);
        let _ = writeln!(out, "  {name}:\n    runs-on: {machine}");
        if dice.once_in(3) {
            out += "    env:\n      DOCKER_HOST: tcp://docker:2375\n      KIND: release\n";
        }
        if dice.once_in(5) {
            out += "    services:\n      docker:\n        image: docker:27-dind\n        options: --privileged\n";
        }
        out += "    steps:\n      - uses: actions/checkout@v5\n";
        if dice.once_in(3) {
            out += "      - uses: docker/setup-buildx-action@v3\n\n";
        }
        if dice.once_in(3) {
            out += "      - name: Log in\n        uses: docker/login-action@v3\n        with:\n          registry: ghcr.io\n";
            out +=
                "          username: ${{ github.actor }}\n          password: ${{ secrets.GITHUB_TOKEN }}\n";
        }
        if dice.once_in(3) {
            out += "      # The image.\n      - id: build\n        uses: docker/build-push-action@v6\n        with:\n          context: .\n";
            let _ = writeln!(
                out,
                "          push: {}",
                dice.pick(&["true", "false", "${{ github.event_name != 'pull_request' }}"])
            );
            out += dice.pick(&[
                "          tags: ghcr.io/team/app:1\n",
                "          tags: |\n            ghcr.io/team/app:1\n            ghcr.io/team/app:latest\n",
            ]);
            out += dice.pick(&[
                "",
                "          build-args: |\n            VERSION=${{ github.sha }}\n",
                "          cache-from: type=gha\n          cache-to: type=gha,mode=max\n",
                "          platforms: linux/amd64,linux/arm64\n",
            ]);
        }
        for _ in 0..dice.next() % 3 {
            let lines = commands(dice)
                .join("\n")
                .replace("build\n", "build ")
                .replace("\n--", " \\\n  --")
                .replace('\n', "\n          ")
                .replace("$CI_COMMIT_SHA", "${{ github.sha }}");
            let _ = writeln!(out, "      - name: Build\n        run: |\n          {lines}");
        }
        let _ = writeln!(
            out,
            "      - run: {}",
            dice.pick(&["make test", "echo done", "docker push ghcr.io/team/app:1"])
        );
    }
    out
}

/// A script, or what a tutorial shows of one.
fn script_file(dice: &mut Dice) -> String {
    let mut out = String::new();
    out += dice.pick(&["", "#!/bin/sh\n", "#!/bin/sh -e\n", "#!/usr/bin/env bash\n# Publishes the image.\n"]);
    out +=
        dice.pick(&["", "set -e\n", "set -euo pipefail\n\n", "set -e\nIMAGE=registry.example/team/app:1\n"]);
    if dice.once_in(5) {
        out += dice.pick(&[
            "cat > Dockerfile <<'END'\nFROM alpine\n# Don't ask docker build.\nEND\n",
            "command -v docker >/dev/null || exit 1\n",
            "trap 'rm -rf \"$HOME/tmp\"' EXIT\n",
        ]);
    }
    let lines = commands(dice).into_iter().chain(commands(dice));
    let lines = lines.map(|line| line.replace("build\n", "build ").replace("\n--", " \\\n  --"));
    let sudo = dice.once_in(4);
    for line in lines {
        let line = match sudo && dice.once_in(2) {
            true => line.replace("docker ", "sudo docker "),
            false => line,
        };
        match dice.next() % 9 {
            0 if !line.starts_with("cd ") => {
                let _ = writeln!(out, "if [ -n \"$CI\" ]; then\n  {line}\nfi");
            }
            1 => {
                let _ = writeln!(out, "step() {{\n  {line}\n}}\nstep");
            }
            2 => {
                let _ = writeln!(out, "{line} # as always");
            }
            3 => {
                let _ = writeln!(out, "{line} || exit 1");
            }
            4 => {
                let _ = writeln!(out, "\n{line};");
            }
            _ => {
                let _ = writeln!(out, "{line}");
            }
        }
    }
    match dice.next() % 8 {
        0 => out.replace('\n', "\r\n"),
        1 => out.lines().map(|line| format!("$ {line}\n")).collect(),
        _ => out,
    }
}

/// So many pipelines, with names for them.
fn named(prefix: &str, count: u64, generate: fn(&mut Dice) -> String) -> Vec<(String, String)> {
    (0..count).map(|seed| (format!("{prefix}-{seed}"), generate(&mut Dice::new(seed)))).collect()
}

pub(crate) fn gitlab_pipelines(count: u64) -> Vec<(String, String)> {
    named("gitlab", count, gitlab)
}

pub(crate) fn workflows(count: u64) -> Vec<(String, String)> {
    named("github", count, github)
}

/// Checks what each of these generated texts becomes for each builder.
#[track_caller]
fn check(path: &str, generate: fn(&mut Dice) -> String, builders: &[&str]) {
    let mut faults = Vec::new();
    for seed in 0..PIPELINES {
        let text = generate(&mut Dice::new(seed));
        for builder in builders {
            let broken = broken_promises(path, &text, builder);
            if !broken.is_empty() {
                faults.push(format!("of seed {seed}, {builder}: {}\n{text}", broken.join("\n")));
            }
        }
    }
    let few: Vec<_> = faults.iter().take(3).cloned().collect();
    assert!(faults.is_empty(), "{} faults; the first:\n{}", faults.len(), few.join("\n\n"));
}

#[test]
fn generated_gitlab_pipelines_keep_the_promises() {
    check(".gitlab-ci.yml", gitlab, &crate::promises::BUILDERS);
}

#[test]
fn generated_scripts_keep_the_promises() {
    check("publish.sh", script_file, &crate::rewrites::FOR_SCRIPTS);
}

#[test]
fn generated_workflows_keep_the_promises() {
    check(".github/workflows/images.yml", github, &["buildah", "podman"]);
}
