//! Bad input in every format: no panic, no overflow of the stack, time in proportion to size, and what could still be
//! read is still checked.

mod samples;

use std::fmt::Write;
use std::time::Duration;

use daemonless_core::format::FORMATS;
use daemonless_core::report::{FileReport, JobReport, Report};
use daemonless_core::{Context, File, analyze, rewrite};

use crate::support::{run_with, within};
use samples::{SAMPLES, Sample};

/// The longest that a text of a megabyte may take; shorter ones get as much, longer ones in proportion.
const PER_MEGABYTE: Duration = Duration::from_secs(1);

/// Analyzes and rewrites the text in every format, with a time limit in proportion to its size.
#[track_caller]
fn survives(what: &str, text: &str) {
    for format in FORMATS {
        check(what, format.id, text);
    }
}

#[track_caller]
fn check(what: &str, format: &str, text: &str) -> Report {
    let files = [File { path: "input".to_owned(), text: text.to_owned(), format: Some(format.to_owned()) }];
    let megabytes = u32::try_from(text.len() >> 20).unwrap_or(u32::MAX).max(1);
    let limit = PER_MEGABYTE * megabytes;
    let report = within(limit, &format!("{what} as {format}"), || analyze(&files, &Context::default()));
    let [file] = &*report.files else {
        panic!("{what} as {format}: one file in, {} out", report.files.len())
    };
    let lines = u32::try_from(text.matches('\n').count() + 1).unwrap_or(u32::MAX);
    for finding in file.findings.iter().chain(&file.notes) {
        let range = &finding.range;
        let whole = range.line >= 1 && range.column >= 1 && range.end_line <= lines;
        let ordered = (range.line, range.column) <= (range.end_line, range.end_column);
        assert!(whole && ordered, "{what} as {format}: {} at {range:?} of {lines} lines", finding.rule);
    }
    // The rewritten text is analyzed again.
    within(limit * 3, &format!("{what} as {format}, rewritten"), || {
        rewrite(&files, &Context::default(), 0, "buildah")
    });
    report
}

#[test]
fn nothing_and_nearly_nothing() {
    for text in [
        "",
        " ",
        "\n",
        "\r\n",
        "\t",
        "\u{feff}",
        "\u{feff}\n",
        "#",
        ":",
        "-",
        "\\",
        "\\\n",
        "---",
        "{",
        "]",
        "'",
        "\"",
        "<<EOF",
        "$(",
        "`",
    ] {
        survives(&format!("{text:?}"), text);
    }
}

#[test]
fn binary() {
    // A linear congruential generator: the same bytes in every run.
    let mut state = 1u32;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    })
    .take(20_000)
    .collect();
    survives("zeros", &"\0".repeat(10_000));
    survives("noise", &String::from_utf8_lossy(&noise));
    let low: String = noise.iter().map(|byte| char::from(byte & 0x7f)).collect();
    survives("ASCII noise", &low);
    const SIGNS: &[u8] = b" \n\t-:{}[]'\"#&*!|>%@`$()<\\a";
    let signs: String =
        noise.iter().map(|byte| char::from(SIGNS[usize::from(*byte) % SIGNS.len()])).collect();
    survives("noise of signs", &signs);
}

#[test]
fn truncated_anywhere() {
    for Sample { format, text, .. } in SAMPLES {
        for end in (0..text.len()).step_by(7).filter(|end| text.is_char_boundary(*end)) {
            check(&format!("{end} bytes"), format, &text[..end]);
            check(&format!("all but {end} bytes"), format, &text[end..]);
        }
    }
}

#[test]
fn samples_in_each_others_format() {
    for Sample { format, text, .. } in SAMPLES {
        survives(&format!("the sample of {format}"), text);
    }
}

#[test]
fn marks_and_line_breaks_change_nothing() {
    for Sample { format, text, .. } in SAMPLES {
        let rules = |text: &str| {
            let report = check("a sample", format, text);
            let findings = report.files.into_iter().flat_map(|file| file.findings);
            findings.map(|finding| (finding.rule, finding.range.line)).collect::<Vec<_>>()
        };
        let plain = rules(text);
        assert!(!plain.is_empty(), "the sample of {format} has no finding");
        assert_eq!(rules(&format!("\u{feff}{text}")), plain, "{format} with a byte order mark");
        assert_eq!(rules(&text.replace('\n', "\r\n")), plain, "{format} with CRLF");
        assert_eq!(rules(text.trim_end()), plain, "{format} without its last line break");
    }
}

#[test]
fn tabs() {
    for Sample { format, text, .. } in SAMPLES {
        check("tabs", format, &text.replace("  ", "\t"));
    }
}

#[test]
fn open_brackets() {
    const MANY: usize = 100_000;
    for open in [
        "[", "{", "{a: ", "- ", "? ", "(", "$(", "${", "`", "\"$(", "'", "sh -c '", "[a, ", "<<A ", "if ",
        "${{ ",
    ] {
        survives(&format!("{MANY} times {open:?}"), &open.repeat(MANY));
        for (format, before) in [
            ("gitlab-ci", "a:\n  script: "),
            ("docker-compose", "services:\n  a:\n    command: "),
            ("github-actions", "on: push\njobs:\n  a:\n    steps:\n    - run: "),
            ("github-action", "runs:\n  using: composite\n  steps:\n    - run: "),
            ("circleci", "jobs:\n  a:\n    steps:\n    - run: "),
            ("azure-pipelines", "steps:\n- script: "),
            ("dockerfile", "FROM a\nRUN docker build "),
            ("shell", "docker build "),
            ("jenkinsfile", "node { sh "),
            ("jenkinsfile", "node { sh \"docker build "),
        ] {
            check(
                &format!("{before:?} and {MANY} times {open:?}"),
                format,
                &(before.to_owned() + &open.repeat(MANY)),
            );
        }
    }
}

#[test]
fn deep_blocks() {
    let mut deep = String::new();
    for depth in 0..2_000 {
        let _ = writeln!(deep, "{:depth$}a:", "");
    }
    survives("2,000 blocks in each other", &deep);
    let mut script = "if a; then\n".repeat(20_000);
    script.push_str("docker ps\n");
    survives("20,000 ifs in each other", &script);
    let quoted = (0..14).fold("docker ps".to_owned(), |inner, _| {
        format!("sh -c \"{}\"", inner.replace('\\', "\\\\").replace('"', "\\\""))
    });
    survives("sh -c in each other", &quoted);
}

#[test]
fn long_lists() {
    const ITEMS: usize = 200_000;
    let items = "    - a\n".repeat(ITEMS);
    survives("a long list", &items);
    check("a long script", "gitlab-ci", &format!("a:\n  script:\n{items}"));
    check("long volumes", "docker-compose", &format!("services:\n  a:\n    volumes:\n{items}"));
    check("long arguments", "kubernetes", &format!("kind: Pod\nspec:\n  containers:\n  - args:\n{items}"));
    let many = |text: &str| text.repeat(ITEMS / 10);
    let run = many("    - run: docker ps\n");
    let steps = format!("on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n{run}");
    check("long steps", "github-actions", &steps);
    check("long steps", "circleci", &format!("jobs:\n  a:\n    steps:\n{run}"));
    check("long steps", "azure-pipelines", &format!("steps:\n{}", many("- script: docker ps\n")));
    check("long instructions", "dockerfile", &format!("FROM a\n{}", many("RUN docker ps\n")));
    survives(
        "many variables",
        &(0..20_000).fold(String::new(), |mut text, at| {
            let _ = writeln!(text, "V{at}=$V{}", at / 2);
            text
        }),
    );
}

#[test]
fn what_one_statement_or_job_holds() {
    survives("substitutions in each other, then side by side", &"$(docker run ".repeat(100_000));
    survives("heredocs in an open `if`", &"if a\n<<E\nE\n".repeat(80_000));
    survives("assignments between commands", &"A=b; docker run $A\n".repeat(50_000));
    let doubled = |at| format!("  V{at}: $V{0}$V{0}\n", at + 1);
    let doubled: String = (0..30_000).map(doubled).collect();
    survives("variables that double", &format!("variables:\n{doubled}job:\n  script: [docker ps]\n"));
    let lines = "    - docker ps\n".repeat(2_000);
    let jobs: String = (0..20_000).map(|at| format!("j{at}:\n  extends: .t\n")).collect();
    let report = check("a template in many jobs", "gitlab-ci", &format!(".t:\n  script:\n{lines}{jobs}"));
    let told = |file: &FileReport| file.findings.iter().any(|one| one.message.contains("inherit more"));
    assert!(report.files.iter().any(told), "what is left out is not told");
}

#[test]
fn what_comes_after_a_full_statement_is_read() {
    let text = format!("{{\n{}}}\ndocker run --privileged alpine\n", "echo\n".repeat(20_000));
    let report = check("a long group", "shell", &text);
    let rules: Vec<_> = report.files.iter().flat_map(|file| &file.findings).map(|one| one.rule).collect();
    assert!(rules.contains(&"privileged-container"), "{rules:?}");
}

#[test]
fn many_jobs() {
    let jobs = |count: usize, write: &dyn Fn(usize) -> String| (0..count).map(write).collect::<String>();
    let dind = |at| format!("j{at}:\n  services: [docker:dind]\n  script: [docker build .]\n");
    check("many jobs", "gitlab-ci", &jobs(5_000, &dind));
    let extends =
        |at: usize| format!("j{at}:\n  extends: j{}\n  script: [docker build .]\n", at.saturating_sub(1));
    check("a long chain of extends", "gitlab-ci", &jobs(5_000, &extends));
    let socket = |at| format!("  s{at}:\n    volumes: [/var/run/docker.sock:/var/run/docker.sock]\n");
    check("many services", "docker-compose", &format!("services:\n{}", jobs(5_000, &socket)));
    let job = |at| format!("  j{at}:\n    runs-on: self-hosted\n    steps:\n      - run: docker build .\n");
    check("many jobs", "github-actions", &format!("on: push\njobs:\n{}", jobs(5_000, &job)));
    let stage = |at| format!("FROM docker:dind AS s{at}\nRUN dockerd\n");
    check("many stages", "dockerfile", &jobs(5_000, &stage));
    let stage =
        |at| format!("stage('s{at}') {{ agent {{ docker 'docker:dind' }} steps {{ sh 'dockerd' }} }}\n");
    check("many agents", "jenkinsfile", &format!("pipeline {{\n{}}}", jobs(5_000, &stage)));
}

#[test]
fn a_dockerfile_that_many_jobs_build() {
    let job = |at: usize| format!("j{at}:\n  script: [docker build .]\n");
    let file = |path: &str, text: String| File { path: path.to_owned(), text, format: None };
    let pipeline = file(".gitlab-ci.yml", (0..2_000).map(job).collect());
    let dockerfile = file("Dockerfile", format!("FROM a\n{}", "RUN --mount=type=ssh make\n".repeat(20_000)));
    let files = [pipeline, dockerfile];
    let report = within(PER_MEGABYTE, "many builds", || analyze(&files, &Context::default()));
    let asks = |job: &JobReport| job.needs.contains(&"ssh-mount");
    assert_eq!(report.files[0].jobs.iter().filter(|job| asks(job)).count(), 2_000);
}

#[test]
fn what_a_pipeline_repeats() {
    let check = |what: &str, text: &str| drop(check(what, "jenkinsfile", text));
    let many = |count: usize, text: &str| text.repeat(count);
    let numbered = |count: usize, write: &dyn Fn(usize) -> String| (0..count).map(write).collect::<String>();
    check(
        "variables that double",
        &numbered(20_000, &|at| format!("v{} = \"${{v{at}}}${{v{at}}}\"\n", at + 1)),
    );
    check("a sum that grows", &format!("x = 'a'\n{}", many(50_000, "x += 'docker ps '\n")));
    check("a long sum", &format!("sh 'a'{}", many(100_000, " + ' a'")));
    check(
        "functions that call each other",
        &numbered(2_000, &|at| format!("def f{at}() {{ f{0}(); f{0}(); sh 'docker ps' }}\n", at + 1)),
    );
    let long = many(50_000, "docker ps\n");
    check("a script in many steps", &format!("x = '''{long}'''\n{}", many(20_000, "sh x\n")));
    check(
        "a function with a long script",
        &format!("def f() {{ sh '''{long}''' }}\n{}", many(20_000, "f()\n")),
    );
    check(
        "a map that is shared",
        &format!("m = [:]\n{}", numbered(20_000, &|at| format!("m.k{at} = 'a'\nx = m\n"))),
    );
    check(
        "a map that is asked",
        &format!("m = [{}]\n{}", many(20_000, "a: 'b',"), many(20_000, "sh m[c]\n")),
    );
    let env = numbered(5_000, &|at| format!("A{at} = 'b'\n"));
    let steps = many(5_000, "sh 'docker ps'\nstage('s') { agent any }\n");
    check("many variables", &format!("pipeline {{ environment {{ {env} }} stages {{ {steps} }} }}"));
    let containers = many(5_000, "containerTemplate(name: 'a', image: 'b'),\n");
    let volumes = many(5_000, "hostPathVolume(hostPath: '/', mountPath: '/a'),\n");
    let inside = many(5_000, "container('z') { sh 'docker ps' }\n");
    check(
        "a large pod",
        &format!("podTemplate(containers: [{containers}], volumes: [{volumes}]) {{ {inside} }}"),
    );
    check(
        "containers in each other",
        &many(5_000, "docker.image('a').inside('-v /:/h') { sh 'docker ps' }\n"),
    );
    check(
        "values of an axis",
        &format!(
            "x = [{}].each {{ sh \"a ${{it}} ${{it}} ${{it}}\" }}",
            numbered(20_000, &|at| format!("'v{at}',"))
        ),
    );
    check(
        "a long name in each",
        &format!("stage('{}') {{ {} }}", many(200_000, "a"), many(20_000, "node { sh 'docker ps' }\n")),
    );
    check("empty functions", &many(100_000, "def f() {}\n"));
}

#[test]
fn bombs() {
    let letters: Vec<char> = ('a'..='z').collect();
    let mut aliases = "a: &a [x, x, x, x, x, x, x, x, x]\n".to_owned();
    let mut merges = "a: &a { image: docker:dind, services: [docker:dind] }\n".to_owned();
    let mut shell = "a=docker\n".to_owned();
    for pair in letters.windows(2) {
        let (before, name) = (pair[0], pair[1]);
        let _ = writeln!(aliases, "{name}: &{name} [{}]", vec![format!("*{before}"); 9].join(", "));
        let _ = writeln!(
            merges,
            "{name}: &{name}\n  <<: [{}]\n  {name}{name}: *{before}",
            vec![format!("*{before}"); 9].join(", ")
        );
        let _ = writeln!(shell, "{name}=\"{}\"", format!("${before}").repeat(9));
    }
    survives("an alias bomb", &format!("{aliases}script: *z\nservices: *z\n"));
    survives(
        "an alias bomb as a script",
        &format!("{aliases}build:\n  script: *z\n  services: *z\n  variables: *z\n"),
    );
    survives(
        "an alias bomb as steps",
        &format!("{aliases}on: push\njobs:\n  b:\n    runs-on: *z\n    steps: *z\n    env: *z\n"),
    );
    survives(
        "an alias bomb as services",
        &format!("{aliases}services:\n  b:\n    volumes: *z\n    environment: *z\n"),
    );
    survives("a merge bomb", &format!("{merges}build:\n  <<: *z\n  script: [docker build .]\n"));
    survives("a merge bomb as jobs", &format!("{merges}jobs:\n  <<: *z\nservices:\n  <<: *z\n"));
    survives("a variable bomb", &format!("{shell}docker run $z\n"));
    survives("an alias of itself", "a: &a\n  <<: *a\n  b: *a\n  script: *a\nservices: *a\n");
    let variables = letters.windows(2).fold("  a: docker\n".to_owned(), |text, pair| {
        text + &format!("  {}: \"{}\"\n", pair[1], format!("${}", pair[0]).repeat(9))
    });
    survives(
        "variables that grow",
        &format!("variables:\n{variables}build:\n  image: $z\n  script: [docker run $z]\n"),
    );
    let matrix: String =
        ('a'..='j').map(|axis| format!("        {axis}: [1, 2, 3, 4, 5, 6, 7, 8, 9]\n")).collect();
    let run = ('a'..='j').map(|axis| format!("${{{{ matrix.{axis} }}}}")).collect::<String>();
    survives(
        "a matrix of a billion",
        &format!(
            "on: push\njobs:\n  b:\n    runs-on: x\n    strategy:\n      matrix:\n{matrix}    container: {run}\n    steps: [{{run: 'docker run {run}'}}]\n"
        ),
    );
}

#[test]
fn circles() {
    survives("extends itself", "a:\n  extends: a\n  script: [docker build .]\n");
    survives(
        "extends in a circle",
        "a: {extends: b}\nb: {extends: c, services: [docker:dind]}\nc: {extends: [a, b], script: [docker build .]}\n",
    );
    survives(
        "references in a circle",
        "a: {script: [!reference [b, script]]}\nb: {script: [!reference [a, script], docker build .]}\n",
    );
    survives(
        "variables in a circle",
        "variables: {A: $B, B: \"$A $A\"}\na: {image: $A, script: [docker run $A]}\n",
    );
    survives("stages in a circle", "FROM b AS a\nFROM a AS b\nCOPY --from=b / /\n");
    survives("arguments in a circle", "ARG A=$B\nARG B=$A$A\nFROM $A\n");
    survives("shell variables in a circle", "A=$B\nB=$A$A\ndocker run $A $B\n");
    survives(
        "services in a circle",
        "services:\n  a: {extends: {service: b}}\n  b: {extends: {service: a}}\n",
    );
}

#[test]
fn duplicate_keys() {
    survives(
        "a duplicate job",
        "a:\n  script: [x]\na:\n  services: [docker:dind]\n  script: [docker build .]\n",
    );
    survives(
        "a duplicate key",
        "services:\n  a: {privileged: true}\n  a: {privileged: false, privileged: true}\n",
    );
}

#[test]
fn large() {
    for Sample { format, text, .. } in SAMPLES {
        let text = text.repeat((10 << 20) / text.len() / if cfg!(debug_assertions) { 10 } else { 1 });
        check("a large text", format, &text);
    }
    survives("a line of a megabyte", &"a ".repeat(1 << 19));
    survives("a word of a megabyte", &"a".repeat(1 << 20));
    survives("a megabyte of spaces", &" ".repeat(1 << 20));
    survives("a megabyte of empty lines", &"\n".repeat(1 << 20));
    survives("a megabyte of comments", &"#\n".repeat(1 << 19));
    survives("a megabyte of continuations", &"\\\n".repeat(1 << 19));
    survives("a long command", &format!("docker run {}", "-v /var/run/docker.sock:/a ".repeat(40_000)));
    let command = "-v /var/run/docker.sock:/a ".repeat(40_000);
    check("a long command", "gitlab-ci", &format!("a:\n  script:\n    - docker run {command}"));
    let lines = "    docker ps\n".repeat(70_000);
    check("a long scalar", "gitlab-ci", &format!("a:\n  script: |\n{lines}"));
    let lines = "docker ps\\n".repeat(100_000);
    check("a long quoted scalar", "gitlab-ci", &format!("a:\n  script: \"{lines}\"\n"));
}

/// A risky job before and after the broken place is found, and the broken place is told.
#[track_caller]
fn goes_on(format: &str, rule: &str, lines: &[u32], errors: &[u32], broken: &str) {
    let report = check("a broken text", format, broken);
    let findings = &report.files[0].findings;
    let at = |rule: &str| {
        findings.iter().filter(|found| found.rule == rule).map(|found| found.range.line).collect::<Vec<_>>()
    };
    assert_eq!(at(rule), lines, "{format}: {findings:#?}");
    assert_eq!(at("syntax-error"), errors, "{format}: {findings:#?}");
}

#[test]
fn what_comes_before_and_after_an_error_is_checked() {
    goes_on(
        "gitlab-ci",
        "nested-daemon",
        &[2, 7],
        &[6],
        "\
a:
  services: [docker:dind]
  script: [docker build .]
b:
  script: [x
c:
  services: [docker:dind]
  script: [docker build .]
",
    );
    goes_on(
        "docker-compose",
        "privileged-container",
        &[3, 7],
        &[6],
        "\
services:
  a:
    privileged: true
  b:
    image: \"x
  c:
    privileged: true
",
    );
    goes_on(
        "github-actions",
        "privileged-container",
        &[5, 11],
        &[8],
        "\
on: push
jobs:
  a:
    runs-on: self-hosted
    container: { image: a, options: --privileged }
  b:
   - x
    c: d
  e:
    runs-on: self-hosted
    container: { image: a, options: --privileged }
",
    );
    goes_on(
        "jenkinsfile",
        "privileged-container",
        &[2, 4, 7],
        &[3, 6, 9],
        "\
node {
  docker.image('a').inside('--privileged') { }
  sh 'docker ps
  sh 'docker run --privileged b'
  stage('x') {
    echo(message: 'y'
    sh 'docker run --privileged c' }
}
}
",
    );
    goes_on(
        "dockerfile",
        "engine-in-image",
        &[2, 5],
        &[3],
        "\
FROM a
RUN apk add docker
NONSENSE x
FROM b
RUN apk add docker
",
    );
    goes_on(
        "shell",
        "privileged-container",
        &[1, 3, 5, 7],
        &[2, 2, 4, 6, 6],
        "\
docker run --privileged a
fi )
docker run --privileged b
echo \"it's
docker run --privileged c
if true; then echo $(
docker run --privileged d
",
    );
    goes_on(
        "github-actions",
        "privileged-container",
        &[6, 8],
        &[7],
        "\
jobs:
  a:
    runs-on: self-hosted
    steps:
      - run: |
          docker run --privileged a
          echo 'x
          docker run --privileged b
",
    );
}

#[test]
fn the_command_survives_too() {
    let bracket = "[".repeat(100_000);
    let line = "a ".repeat(1 << 19);
    let inputs: [&[u8]; 6] =
        [b"", b"\0\xff\xfe\x80", bracket.as_bytes(), line.as_bytes(), b"\xef\xbb\xbfa: b", b"a:\r\n\t- b"];
    for sample in SAMPLES {
        for bytes in inputs.into_iter().chain([sample.text.as_bytes()]) {
            for output in ["text", "json", "sarif", "markdown", "gitlab"] {
                let args =
                    ["check", "-", "--as", sample.format, "--stdin-path", sample.path, "--format", output];
                let ran = run_with(args.map(Into::into), bytes, true);
                assert!(ran.code < 2, "{output}: {}", ran.err);
            }
        }
    }
}
