//! What Dockerfiles are lowered to.

use std::fmt::Write;
use std::time::{Duration, Instant};

use super::*;
use crate::File;
use crate::source::LineIndex;

const FILE: FileId = FileId(0);

/// The job and its container, one fact per line, with the line of the file that shows it.
fn render(text: &str) -> String {
    let unit = image(FILE, text);
    let lines = LineIndex::new(text);
    let line = |span: Span| lines.position(text, span.start).line;
    let value = |value: &Value| {
        let unknown = if value.unknown { "?" } else { "" };
        let mut out = format!("{}{unknown} @{}", value.as_str(), line(value.span));
        for (via, span) in &value.via {
            write!(out, " {via:?}@{}", line(*span)).unwrap();
        }
        out
    };
    let values = |all: &[Value]| all.iter().map(value).collect::<Vec<_>>().join(", ");
    let mut out = String::new();
    for job in &unit.jobs {
        writeln!(out, "{} {} @{}", job.noun, job.name, line(job.name_span)).unwrap();
        let [container] = job.containers.as_slice() else { panic!("one container") };
        let mut fact = |name: &str, text: String| {
            if !text.is_empty() {
                writeln!(out, "{name}: {text}").unwrap();
            }
        };
        fact("from", container.image.iter().map(value).collect());
        for var in &container.env {
            fact("env", format!("{}={}", var.name, value(&var.value)));
            assert_eq!(&text[var.name_span.range()], var.name);
        }
        for mount in &container.mounts {
            assert!(mount.declared_only && mount.source.is_none());
            fact("volume", mount.target.iter().map(value).collect());
        }
        fact("ports", values(&container.ports));
        fact("user", container.user.iter().map(value).collect());
        fact("command", values(&container.command));
        for copied in &job.copied_from {
            fact("copies", format!("{} <- {}", values(&copied.paths), value(&copied.image)));
        }
        fact("others", values(&job.other_images));
        fact("fetches", values(&job.fetched));
        for (need, span) in &job.needs {
            fact("need", format!("{need:?} {:?}", &text[span.range()]));
        }
        for command in &job.commands {
            let words: Vec<&str> = command.words.iter().map(Value::as_str).collect();
            let name = if command.place == Place::Job { "run" } else { "runs inside" };
            fact(name, format!("{} {:?} @{}", command.script, words.join(" "), line(command.span)));
        }
    }
    out
}

#[track_caller]
fn check(text: &str, expected: &str) {
    let got = render(text);
    assert!(got.trim_end() == expected.trim(), "for\n{text}\ngot\n{got}\nexpected\n{expected}");
}

#[test]
fn the_base_is_found_through_arguments() {
    check("FROM docker:dind", "image image @1\nfrom: docker:dind @1");
    check("ARG V=26-dind\nFROM docker:${V} AS x", "image x @2\nfrom: docker:26-dind @2 Variable@1");
    check(
        "ARG A=26 B=\"${A}-dind\"\nFROM \"docker:$B\"",
        "image image @2\nfrom: docker:26-dind @2 Variable@1 Variable@1",
    );
    check("FROM docker:${V}-dind", "image image @1\nfrom: docker:${V}-dind? @1");
    check("ARG V\nFROM docker:$V", "image image @2\nfrom: docker:$V? @2");
    check("ARG V\nFROM docker:${V:-dind}", "image image @2\nfrom: docker:dind @2 Default@2");
    check(
        "ARG V=\nFROM docker:${V:-dind}${V-x}",
        "image image @2\nfrom: docker:dind @2 Default@2 Variable@1",
    );
    check("ARG V=1\nFROM docker${V:+:dind}", "image image @2\nfrom: docker:dind @2");
    check("ARG V=1\nFROM a:${V#x}", "image image @2\nfrom: a:${V#x}? @2");
    check("FROM a:${V", "image image @1\nfrom: a:${V? @1");
}

#[test]
fn the_base_is_found_through_stages() {
    check(
        "ARG BASE=two\nFROM docker:dind AS One\nFROM one AS two\nFROM $BASE",
        "image image @4\nfrom: docker:dind @2 Reference@4",
    );
    check(
        "FROM docker:dind AS upstream\nFROM scratch\nCOPY --from=upstream / /",
        "image image @2\nfrom: docker:dind @1 Reference@3",
    );
    check("FROM scratch\nCOPY --from=docker:dind / /", "image image @1\nfrom: docker:dind @2");
    check(
        "FROM scratch\nCOPY --from=docker:dind /bin /",
        "image image @1\ncopies: /bin @2 <- docker:dind @2",
    );
    check("FROM a\nFROM b AS test", "image test @2\nfrom: b @2\nothers: a @1");
}

#[test]
fn copies_lead_to_their_image() {
    check(
        "FROM docker:cli AS cli\nFROM golang AS build\nFROM alpine\nCOPY --from=0 /usr/local/bin/docker /x /bin/\nCOPY --from=docker/buildx-bin /buildx /b",
        "
image image @3
from: alpine @3
copies: /usr/local/bin/docker @4, /x @4 <- docker:cli @1
copies: /buildx @5 <- docker/buildx-bin @5
others: golang @2
",
    );
    check(
        "FROM a AS a\nCOPY --from=docker:cli /d /d\nFROM b\nCOPY --from=a /d /d\nRUN --mount=type=bind,from=c x",
        "
image image @3
from: b @3
copies: /d @4 <- a @1
copies: /d @2 <- docker:cli @2
others: c @5
need: BindMountFrom \"--mount=type=bind,from=c\"
run: 0 \"x\" @5
",
    );
}

#[test]
fn downloads() {
    check(
        "FROM a\nARG V=1\nADD local https://x/docker-$V.deb /\nADD [\"https://x/b c\", \"/\"]",
        "image image @1\nfrom: a @1\nfetches: https://x/docker-1.deb @3 Variable@2, https://x/b c @4",
    );
}

#[test]
fn settings_come_down_the_chain() {
    check(
        r#"
FROM a AS base
ENV A=1 B="x $A" C='$A'
ENV D e f
ENV A=2
VOLUME /var/lib/docker $A
EXPOSE 2375/tcp $A
USER root
SHELL ["/bin/bash", "-c"]
CMD ["a"]
FROM base
ENV E=$A
VOLUME ["/v w"]
USER me
"#,
        "
image image @11
from: a @2 Reference@11
env: B=x $A? @3
env: C=$A @3
env: D=e f @4
env: A=2 @5
env: E=2 @12 Variable@5
volume: /var/lib/docker @6
volume: 2 @6 Variable@5
volume: /v w @13
ports: 2375/tcp @7, 2 @7 Variable@5
user: me @14
command: a @10
need: ShellInstruction \"SHELL\"
runs inside: 0 \"a\" @10
",
    );
}

#[test]
fn commands_of_the_container() {
    #[track_caller]
    fn command(text: &str, expected: &str) {
        let unit = image(FILE, text);
        let words: Vec<&str> = unit.jobs[0].containers[0].command.iter().map(Value::as_str).collect();
        assert_eq!(words.join("|"), expected, "{text}");
    }
    command("FROM a\nENTRYPOINT [\"a\", \"b\"]\nCMD [\"c\"]", "a|b|c");
    command("FROM a\nCMD dockerd &", "/bin/sh|-c|dockerd &");
    command("FROM a\nSHELL [\"bash\", \"-ec\"]\nCMD x y", "bash|-ec|x y");
    command("FROM a\nENTRYPOINT a\nCMD [\"b\"]", "/bin/sh|-c|a");
    command("FROM a\nENTRYPOINT [\"a\"]\nCMD b", "a|/bin/sh|-c|b");
    command("FROM a AS b\nCMD [\"c\"]\nFROM b\nENTRYPOINT [\"d\"]", "d");
    command("FROM a AS b\nENTRYPOINT [\"d\"]\nFROM b\nCMD [\"c\"]", "d|c");
    command("FROM a\nCMD [\"a\"]\nCMD [\"b\"]", "b");
}

#[test]
fn needs() {
    check(
        "\
# syntax=me/frontend
FROM --platform=windows/amd64 mcr.microsoft.com/windows/nanoserver:1 AS x
RUN --mount=type=cache,target=/c --mount=type=secret,id=s --mount=type=ssh --mount=type=tmpfs,target=/t --mount=target=. x
RUN --network=none --security=insecure --device=d x
RUN --network=default --security=sandbox x
COPY --link --chmod=1 --parents --exclude=*.x --from=x a b
COPY --link=false a b
ADD --checksum=x --unpack https://x/y.tgz /
ADD https://x/y.git#main /y
ADD --keep-git-dir git@x:y /y
HEALTHCHECK CMD x
HEALTHCHECK NONE
ONBUILD RUN --mount=type=cache,target=/c y
COPY <<A <<B /
A
B
",
        "
image x @2
from: mcr.microsoft.com/windows/nanoserver:1 @2
fetches: https://x/y.tgz @8, https://x/y.git#main @9
need: SyntaxDirective \"me/frontend\"
need: WindowsContainers \"--platform=windows/amd64\"
need: WindowsContainers \"mcr.microsoft.com/windows/nanoserver:1\"
need: CacheMount \"--mount=type=cache,target=/c\"
need: SecretMount \"--mount=type=secret,id=s\"
need: SshMount \"--mount=type=ssh\"
need: TmpfsMount \"--mount=type=tmpfs,target=/t\"
need: BindMount \"--mount=target=.\"
need: RunNetwork \"--network=none\"
need: RunSecurity \"--security=insecure\"
need: RunDevice \"--device=d\"
need: CopyLink \"--link\"
need: CopyChmod \"--chmod=1\"
need: CopyParents \"--parents\"
need: CopyExclude \"--exclude=*.x\"
need: AddChecksum \"--checksum=x\"
need: AddUnpack \"--unpack\"
need: AddGit \"https://x/y.git#main\"
need: AddGit \"--keep-git-dir\"
need: Healthcheck \"HEALTHCHECK\"
need: Onbuild \"ONBUILD\"
need: CopyHeredoc \"<<A\"
run: 0 \"x\" @3
run: 1 \"x\" @4
run: 2 \"x\" @5
run: 3 \"y\" @13
",
    );
    let heredoc = |run: &str, need: Need| {
        let unit = image(FILE, &format!("# syntax=docker/dockerfile:1\nFROM a\nRUN {run}\nEOF"));
        assert_eq!(unit.jobs[0].needs.iter().map(|(need, _)| *need).collect::<Vec<_>>(), [need], "{run}");
    };
    heredoc("<<EOF", Need::RunHeredoc);
    heredoc("<<'EOF'", Need::RunHeredocQuoted);
    heredoc("<<-EOF", Need::RunHeredocQuoted);
    heredoc("cat <<'EOF'", Need::RunHeredoc);
}

#[test]
fn commands_of_all_stages() {
    check(
        "FROM a\nRUN one \\\n  # no\n  two\nRUN [\"docker\", \"ps\"]\nFROM b\nRUN <<EOF\nthree\nfour\nEOF\nRUN <<EOF\n#!/usr/bin/env python3\nfive\nEOF",
        "
image image @6
from: b @6
others: a @1
need: RunHeredoc \"<<EOF\"
need: RunHeredoc \"<<EOF\"
run: 0 \"one two\" @2
run: 1 \"docker ps\" @5
run: 2 \"three\" @8
run: 2 \"four\" @9
",
    );
}

#[test]
fn broken_files_still_have_a_job() {
    check("ENV A=1\nRUN x\n", "image image @1\nenv: A=1 @1\nrun: 0 \"x\" @2");
    check("FROM\nRUN x", "image image @1\nrun: 0 \"x\" @2");
    check("hello: world", "");
    assert_eq!(image(FILE, "hello: world").errors.len(), 2);
}

#[test]
fn names_and_texts_of_dockerfiles() {
    for (path, text, score) in [
        ("Dockerfile", "", 100),
        ("a/b/Dockerfile.dev", "", 90),
        ("Containerfile-x", "", 90),
        ("build.Dockerfile", "", 95),
        ("x/y.dockerfile", "", 95),
        ("Dockerfile.md", "", 0),
        ("Dockerfile.dockerignore", "", 0),
        ("dockerfiles", "", 0),
        ("", "# c\n\nARG V=1\nFROM --platform=x docker:${V} AS y\n", 80),
        ("", "from alpine", 80),
        ("", "from os import path", 0),
        ("", "FROM users WHERE 1", 0),
        ("", "RUN x\nCOPY a b\nCMD y", 50),
        ("", "run: x\n", 0),
    ] {
        let file = File { path: path.into(), text: text.into(), format: None };
        assert_eq!(recognise(&Probe::new(&file)), score, "{path} {text}");
    }
}

#[test]
fn hostile_texts_are_lowered_in_linear_time() {
    let numbered = |line: &dyn Fn(usize) -> String| (0..20_000).map(line).collect::<String>();
    let long = "x".repeat(1 << 20);
    for text in [
        format!("FROM a\n{}", "ENV A=$A$A\n".repeat(20_000)),
        format!("FROM a\nENV A=x\n{}", "ENV A=$A$A\n".repeat(20_000)),
        format!("FROM a\nENV A=x\n{}", "ENV A=${A}x\n".repeat(20_000)),
        format!("FROM a\n{}", numbered(&|at| format!("ENV A{at}=x\nRUN x\n"))),
        format!(
            "FROM a AS s0\n{}",
            numbered(&|at| format!("FROM s{at} AS s{}\nENV A={at}\nRUN x $B\n", at + 1))
        ),
        format!("FROM a AS s\n{}", "COPY --from=s x y\n".repeat(20_000)),
        format!("FROM {long} AS s\nFROM b\n{}", "COPY --from=s x y\n".repeat(20_000)),
        format!("ARG A={long}\nFROM a\n{}", "ARG A\nRUN x $A\n".repeat(20_000)),
        format!("FROM a\nENV A={long}\n{}", "RUN x $A\n".repeat(20_000)),
        format!("FROM a\nSHELL [\"{long}\"]\n{}", "CMD x\n".repeat(20_000)),
        format!("FROM {}", "${A:-".repeat(200_000)),
        format!("FROM a:{}", "${A:-b}".repeat(100_000)),
        format!("FROM a\nVOLUME {}", "/x ".repeat(200_000)),
    ] {
        let start = Instant::now();
        image(FILE, &text);
        let shown: String = text.chars().take(40).collect();
        assert!(start.elapsed() < Duration::from_secs(20), "{shown:?} {:?}", start.elapsed());
    }
}
