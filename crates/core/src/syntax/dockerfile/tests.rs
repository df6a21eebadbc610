//! What the parser makes of texts: instructions, flags, heredocs and errors, with their lines.

use std::fmt::Write;
use std::time::{Duration, Instant};

use super::*;
use crate::source::LineIndex;

const FILE: FileId = FileId(0);

/// One line per instruction and error: its lines in the file, its parts between bars.
fn render(text: &str) -> String {
    let tree = parse(FILE, text);
    let lines = LineIndex::new(text);
    let line = |offset| lines.position(text, offset).line;
    let mut out = String::new();
    for directive in &tree.directives {
        let at = line(directive.value.span().start);
        writeln!(out, "{at} #{}={}", directive.name, directive.value.as_str()).unwrap();
    }
    for instruction in &tree.instructions {
        let (start, end) = (line(instruction.span.start), line(instruction.span.end));
        let onbuild = if instruction.onbuild.is_some() { "ONBUILD " } else { "" };
        let keyword = &text[instruction.keyword_span.range()];
        write!(out, "{start}-{end} {onbuild}{keyword}").unwrap();
        assert_eq!(instruction.keyword, grammar(keyword).unwrap().keyword);
        for flag in &instruction.flags {
            write!(out, " --{}", flag.name.as_str()).unwrap();
            if let Some(value) = &flag.value {
                write!(out, "={}", value.as_str()).unwrap();
            }
            assert!(text[flag.span.range()].starts_with("--"), "{}", &text[flag.span.range()]);
        }
        write!(out, " |{}|", instruction.body.as_str()).unwrap();
        for heredoc in &instruction.heredocs {
            let quoted = if heredoc.quoted { "'" } else { "" };
            write!(out, " {quoted}{}:{:?}", heredoc.name, heredoc.content.as_str()).unwrap();
            assert!(text[heredoc.opener.range()].contains("<<"));
        }
        out.push('\n');
    }
    for error in &tree.errors {
        writeln!(out, "error {}: {}", line(error.span.start), error.message).unwrap();
    }
    out
}

#[track_caller]
fn check(text: &str, expected: &str) {
    let got = render(text);
    assert!(got.trim_end() == expected.trim(), "for\n{text}\ngot\n{got}\nexpected\n{expected}");
}

#[test]
fn instructions() {
    check(
        "
# a comment
from alpine:3 as base
\tENV A=1 B=\"2 3\"
RUN echo hi # no comment
onbuild copy --from=x a b
CMD [\"a\", \"b\"]
HEALTHCHECK --interval=5s --start-interval=1s CMD true
",
        r#"
3-3 from |alpine:3 as base|
4-4 ENV |A=1 B="2 3"|
5-5 RUN |echo hi # no comment|
6-6 ONBUILD copy --from=x |a b|
7-7 CMD |["a", "b"]|
8-8 HEALTHCHECK --interval=5s --start-interval=1s |CMD true|
"#,
    );
}

#[test]
fn directives_stand_at_the_top() {
    check(
        "# syntax = docker/dockerfile:1\n# Escape=`\nFROM a `\n  AS b\nRUN x \\\nRUN y",
        "
1 #syntax=docker/dockerfile:1
2 #escape=`
3-4 FROM |a   AS b|
5-5 RUN |x \\|
6-6 RUN |y|
",
    );
    check("# other\n# escape=`\nFROM a \\\n", "3-3 FROM |a|");
    check("\n# escape=`\nFROM a \\\n", "3-3 FROM |a|");
    check("#!/usr/bin/env x\n# syntax=y\nFROM a", "2 #syntax=y\n3-3 FROM |a|");
    check(
        "# escape=x\nFROM a",
        "1 #escape=x\n2-2 FROM |a|\nerror 1: the escape character must be a backslash or a backtick",
    );
}

#[test]
fn continuations() {
    check(
        "FROM a\nRUN b \\\n\n# c\n  # d \\\n\tc\\ \t\nd\nUSER e",
        "1-1 FROM |a|\n2-7 RUN |b \tcd|\n8-8 USER |e|",
    );
    check("FROM a\nRUN b\\\\\nUSER e", "1-1 FROM |a|\n2-2 RUN |b\\\\|\n3-3 USER |e|");
    check(
        "\u{feff}FROM a\r\nRUN b \\\r\n  c\r\n\r\nUSER d\r\n",
        "1-1 FROM |a|\n2-3 RUN |b   c|\n5-5 USER |d|",
    );
    check("FROM a\nRUN b \\", "1-1 FROM |a|\n2-2 RUN |b|");
    check("FROM \\\n  a \\\n  AS \\\n  b", "1-4 FROM |a   AS   b|");
    check(
        "FROM a\nRUN \\\n --mount=type=cache,target=/x \\\n  b",
        "1-1 FROM |a|\n2-4 RUN --mount=type=cache,target=/x |b|",
    );
}

#[test]
fn flags() {
    check(
        "FROM --platform=$BUILDPLATFORM a\nCOPY --link --chmod=755 --exclude=\"a b\" -- --x y\nRUN --network=none --x",
        "
1-1 FROM --platform=$BUILDPLATFORM |a|
2-2 COPY --link --chmod=755 --exclude=a b |--x y|
3-3 RUN --network=none --x ||
error 3: RUN needs a command
",
    );
}

#[test]
fn heredocs() {
    check(
        "FROM a\nRUN <<EOF\necho 1\n  EOF\n# x \\\nEOF\nUSER b",
        "1-1 FROM |a|\n2-6 RUN |<<EOF| EOF:\"echo 1\\n  EOF\\n# x \\\\\\n\"\n7-7 USER |b|",
    );
    check(
        "FROM a\nRUN cat <<-'A' 3<<\"B\" && \\\n  ok\n\tx\n\tA\ny\r\nB\nUSER b",
        "1-1 FROM |a|\n2-7 RUN |cat <<-'A' 3<<\"B\" &&   ok| 'A:\"x\\n\" 'B:\"y\\n\"\n8-8 USER |b|",
    );
    check(
        "FROM a\nRUN python3 <<PY && echo ok\nprint(1)\nPY\nCOPY <<F /f\nFROM x\nF",
        "
1-1 FROM |a|
2-4 RUN |python3 <<PY && echo ok| PY:\"print(1)\\n\"
5-7 COPY |<<F /f| F:\"FROM x\\n\"
",
    );
    // No heredocs: a here-string, an operator on its own, one inside a word or in quotes, one of another instruction.
    check(
        "FROM a\nRUN cat <<<x; cat << y; z<<EOF \"<<EOF\"\nLABEL a=<<EOF\nUSER b",
        "1-1 FROM |a|\n2-2 RUN |cat <<<x; cat << y; z<<EOF \"<<EOF\"|\n3-3 LABEL |a=<<EOF|\n4-4 USER |b|",
    );
    check("FROM a\nONBUILD RUN <<EOF\nx\nEOF", "1-1 FROM |a|\n2-4 ONBUILD RUN |<<EOF| EOF:\"x\\n\"");
}

#[test]
fn errors_do_not_stop_it() {
    check(
        "FROM\nFORM a\nFROM a b\nCOPY x\nRUN <<EOF\nx\nRUN y\nONBUILD FROM z\nONBUILD\nHEALTHCHECK x\nSHELL sh\nCMD",
        "
1-1 FROM ||
3-3 FROM |a b|
4-4 COPY |x|
5-6 RUN |<<EOF| EOF:\"x\\n\"
7-7 RUN |y|
10-10 HEALTHCHECK |x|
11-11 SHELL |sh|
12-12 CMD ||
error 1: FROM needs an image or a stage
error 2: unknown instruction `FORM`
error 3: FROM takes an image and, after AS, a name for the stage
error 4: COPY needs a source and a destination
error 5: the heredoc is not closed: no line behind it is `EOF`
error 8: ONBUILD cannot hold `FROM`
error 9: ONBUILD needs an instruction
error 10: HEALTHCHECK takes CMD with a command, or NONE
error 11: SHELL takes a JSON array of words
",
    );
    check("", "error 1: no FROM names an image to build on");
    check("# x\n", "error 1: no FROM names an image to build on");
    check("ARG A\nRUN x", "1-1 ARG |A|\n2-2 RUN |x|\nerror 2: no FROM names an image to build on");
    check("RUN x\nFROM a", "1-1 RUN |x|\n2-2 FROM |a|\nerror 1: only ARG may come before the first FROM");
}

#[test]
fn other_texts_give_few_errors() {
    let text = "services:\n  web:\n    image: x\n".repeat(100);
    assert_eq!(parse(FILE, &text).errors.len(), MOST_UNKNOWN);
}

#[test]
fn bodies_lead_to_the_file() {
    let text = "FROM a\nRUN one \\\n  # no\n  two\n";
    let tree = parse(FILE, text);
    let body = &tree.instructions[1].body;
    let at = body.as_str().find("two").unwrap();
    assert_eq!(&text[body.span_of(at..at + 3).range()], "two");
    assert_eq!(&text[body.span().range()], "one \\\n  # no\n  two");
}

#[test]
fn scripts() {
    #[track_caller]
    fn check(text: &str, script: &str) {
        let tree = parse(FILE, text);
        assert_eq!(tree.instructions[1].script().as_str(), script);
    }
    check("FROM a\nRUN x \\\n y", "x  y");
    check("FROM a\nRUN <<-EOF\n\tx\n\ty\n\tEOF", "x\ny\n");
    check("FROM a\nRUN sh <<A && cat <<B\nx\nA\ny\nB", "sh <<A && cat <<B\nx\nA\ny\nB\n");
    check("FROM a\nRUN <<A <<B\nx\nA\ny\nB", "<<A <<B\nx\nA\ny\nB\n");
}

#[test]
fn json_arrays() {
    #[track_caller]
    fn check(text: &str, expected: Option<&[&str]>) {
        let words = json_array(&Text::verbatim(FILE, 0, text));
        let words: Option<Vec<&str>> = words.as_ref().map(|words| words.iter().map(Text::as_str).collect());
        assert_eq!(words.as_deref(), expected, "{text}");
    }
    check(r#" [ "a" , "b c" ] "#, Some(&["a", "b c"]));
    check(r#"["\"\\\/\n\u00e9\ud83d\ude00\ud800"]"#, Some(&["\"\\/\né😀\u{fffd}"]));
    check("[]", Some(&[]));
    for text in ["", "a", "[", "[\"a\"", "[\"a\",]", "['a']", "[1]", "[\"a\"] x", "[\"a", "[\"\\", "[\"\\u12"]
    {
        check(text, None);
    }
}

#[test]
fn mount_options() {
    let list = Text::verbatim(FILE, 0, "type=cache, target=/a=b,ro");
    let options = options(&list);
    let shown: Vec<_> =
        options.iter().map(|(key, value)| (key.as_str(), value.as_ref().map(Text::as_str))).collect();
    assert_eq!(shown, [("type", Some("cache")), ("target", Some("/a=b")), ("ro", None)]);
}

#[test]
fn hostile_texts_are_read_in_linear_time() {
    let start = Instant::now();
    for text in [
        format!("FROM a\nRUN {}", "x ".repeat(250_000)),
        format!("FROM a\nRUN {}", "'".repeat(1_000_001)),
        format!("FROM {}", "\\\n".repeat(50_000)),
        format!("FROM a\nRUN x {}", "\\\n y ".repeat(50_000)),
        "RUN\n".repeat(200_000),
        "FROM a\n".repeat(50_000),
        "RUN <<EOF\n".repeat(50_000),
        format!("RUN {}\n", "<<A ".repeat(50_000)),
        (0..50_000).map(|at| format!("RUN <<A{at}\n")).collect(),
        format!("CMD {}", "[".repeat(1_000_000)),
        format!("CMD [{}", "\"\\n\",".repeat(50_000)),
        format!("FROM a\nRUN {} x", "--mount=type=cache ".repeat(50_000)),
        format!("FROM a\nRUN --mount={} x", "a=b,".repeat(50_000)),
        "\0".repeat(1_000_000),
        "\r".repeat(1_000_000),
        "\u{feff}\u{a0}é\\".repeat(50_000),
        "#".repeat(1_000_000),
        "ONBUILD ".repeat(50_000),
    ] {
        let tree = parse(FILE, &text);
        assert!(tree.errors.len() <= MOST_ERRORS);
        for instruction in &tree.instructions {
            assert!(text.get(instruction.span.range()).is_some());
        }
    }
    assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
}

/// Another parser, which stops at the first error, agrees on valid files: instructions, their keywords, the flags of
/// `FROM`, `RUN`, `COPY` and `ADD`, and the heredocs of `RUN`.
#[test]
fn another_parser_agrees() {
    use parse_dockerfile::{Flag as TheirFlag, Instruction as Theirs};

    #[track_caller]
    fn check(text: &str) {
        let ours = parse(FILE, text);
        assert_eq!(ours.errors, [], "{text}");
        let theirs = parse_dockerfile::parse(text).expect(text);
        let flag = |flag: &TheirFlag<'_>| {
            (flag.name.value.to_string(), flag.value.as_ref().map(|value| value.value.to_string()))
        };
        let flags = |flags: &[TheirFlag<'_>]| flags.iter().map(flag).collect::<Vec<_>>();
        let theirs: Vec<_> = theirs
            .instructions
            .iter()
            .map(|instruction| match instruction {
                Theirs::From(from) => (from.from.span.clone(), flags(&from.options), vec![]),
                Theirs::Run(run) => {
                    let documents = run.here_docs.iter().map(|document| document.value.to_string()).collect();
                    (run.run.span.clone(), flags(&run.options), documents)
                }
                Theirs::Copy(copy) => (copy.copy.span.clone(), flags(&copy.options), vec![]),
                Theirs::Add(add) => (add.add.span.clone(), flags(&add.options), vec![]),
                Theirs::Env(env) => (env.env.span.clone(), vec![], vec![]),
                Theirs::Arg(arg) => (arg.arg.span.clone(), vec![], vec![]),
                Theirs::Cmd(cmd) => (cmd.cmd.span.clone(), vec![], vec![]),
                Theirs::Entrypoint(entrypoint) => (entrypoint.entrypoint.span.clone(), vec![], vec![]),
                Theirs::Label(label) => (label.label.span.clone(), vec![], vec![]),
                Theirs::Expose(expose) => (expose.expose.span.clone(), vec![], vec![]),
                Theirs::User(user) => (user.user.span.clone(), vec![], vec![]),
                Theirs::Volume(volume) => (volume.volume.span.clone(), vec![], vec![]),
                Theirs::Workdir(workdir) => (workdir.workdir.span.clone(), vec![], vec![]),
                other => panic!("{other:?}"),
            })
            .collect();
        let ours: Vec<_> = ours
            .instructions
            .iter()
            .map(|instruction| {
                let flags = instruction.flags.iter().map(|flag| {
                    let value = flag.value.as_ref().map(|value| value.as_str().to_owned());
                    (flag.name.as_str().to_owned(), value)
                });
                let documents =
                    instruction.heredocs.iter().map(|document| document.content.as_str().to_owned());
                let run = instruction.keyword == Keyword::Run;
                (instruction.keyword_span.range(), flags.collect(), documents.filter(|_| run).collect())
            })
            .collect();
        assert_eq!(ours, theirs, "{text}");
    }
    check("FROM alpine\n");
    check("# syntax=docker/dockerfile:1\nARG V=3\nFROM --platform=linux/amd64 alpine:$V AS base\nUSER 1:1\n");
    check(
        "FROM a\n\nRUN --mount=type=cache,target=/x --network=none \\\n  # c\n\n  make \\\n  all\nCMD [\"a\"]\n",
    );
    check("FROM a\nRUN <<EOF\necho a\n\n# b\nEOF\nCOPY --chmod=755 --link a b /c\nWORKDIR /d\n");
    check("# escape=`\nFROM a\nENV A=b `\n  C=d\nVOLUME [\"/a b\"]\nVOLUME /c /d\nEXPOSE 1 2\n");
    check(
        "FROM a\r\nRUN a \\\r\n  b\r\nADD --checksum=x https://x/y /z\r\nENTRYPOINT exec x\r\nLABEL a=b\r\n",
    );
}
