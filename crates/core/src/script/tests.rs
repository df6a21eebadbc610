//! What scripts lower to: one line for each command, words between bars, marks in front.
//!
//! Marks: `&&`, `||`, `|`, `$` say how it hangs on the command before, `?` that it is conditional, `sudo`, `@host` that
//! it acts elsewhere, `<doc`, `<pipe`, `<file` its input. A word ends in `{a,b}` for its other texts, `~` where it is
//! unknown.

mod hostile;

use super::*;
use crate::model::Via;
use crate::source::FileId;

fn text(script: &str) -> Text {
    Text::verbatim(FileId(1), 0, script)
}

fn var(name: &str, value: &str) -> Var {
    let value = Value::literal(Text::verbatim(FileId(2), 0, value));
    Var { name: name.to_owned(), name_span: Span::default(), value }
}

fn environment(variables: &[(&str, &str)]) -> Scope {
    Scope::new(&variables.iter().map(|(name, value)| var(name, value)).collect::<Vec<_>>())
}

fn render_word(word: &Value) -> String {
    let mut out = word.as_str().to_owned();
    if !word.others.is_empty() {
        let others = word.others.iter().map(Text::as_str).collect::<Vec<_>>();
        out.push_str(&format!("{{{}}}", others.join(",")));
    }
    if word.unknown {
        out.push('~');
    }
    out
}

fn render(command: &Command) -> String {
    let mut out = String::new();
    out.push_str(match command.joined {
        Joined::Next => "",
        Joined::And => "&& ",
        Joined::Or => "|| ",
        Joined::Pipe => "| ",
        Joined::Substitution => "$ ",
    });
    if command.conditional {
        out.push_str("? ");
    }
    if command.sudo {
        out.push_str("sudo ");
    }
    if command.place == Place::Elsewhere {
        out.push_str("@host ");
    }
    for variable in command.engine_env.iter() {
        out.push_str(&format!("{}={} ", variable.name, render_word(&variable.value)));
    }
    match &command.input {
        Some(Input::Document(_)) => out.push_str("<doc "),
        Some(Input::Pipe) => out.push_str("<pipe "),
        Some(Input::File) => out.push_str("<file "),
        None => {}
    }
    out.push_str(&command.words.iter().map(render_word).collect::<Vec<_>>().join(" | "));
    out
}

#[track_caller]
fn check_in(variables: &[(&str, &str)], script: &str, expected: &[&str]) {
    let commands = lower(&text(script), &mut environment(variables), 0);
    let got = commands.iter().map(render).collect::<Vec<_>>();
    assert_eq!(got, expected, "script:\n{script}\ngot:\n{}\n", got.join("\n"));
}

#[track_caller]
fn check(script: &str, expected: &[&str]) {
    check_in(&[], script, expected);
}

/// The commands' spans, and those of their words, as they are in the script.
#[track_caller]
fn check_spans(script: &str, expected: &[(&str, &[&str])]) {
    let commands = lower(&text(script), &mut Scope::new([]), 0);
    let at = |span: Span| script[span.range()].to_owned();
    let got = commands
        .iter()
        .map(|command| (at(command.span), command.words.iter().map(|word| at(word.span)).collect()))
        .collect::<Vec<(String, Vec<String>)>>();
    let expected = expected
        .iter()
        .map(|(span, words)| (String::from(*span), words.iter().map(|word| String::from(*word)).collect()))
        .collect::<Vec<(String, Vec<String>)>>();
    assert_eq!(got, expected);
}

#[test]
fn words_and_quotes() {
    check("docker run -v /a:/b", &["docker | run | -v | /a:/b"]);
    check(r#"docker run -v "/a b":'/c d' x\ y"#, &["docker | run | -v | /a b:/c d | x y"]);
    check(r#"echo "a \"b\" \$c \d" '\n' $'x\ty'"#, &["echo | a \"b\" $c \\d | \\n | x\ty"]);
    check("echo \"\" ''", &["echo |  | "]);
    check("docker \\\n  build \\\r\n -t x \\\n .", &["docker | build | -t | x | ."]);
    check("docker build . # docker push x\n# docker rm x\necho a#b", &["docker | build | .", "echo | a#b"]);
    check("docker `\n  build `\r\n  .\r\n", &["docker | build | ."]);
    check("docker ^\r\n  build .\r\ndir\r\n", &["docker | build | .", "dir"]);
}

#[test]
fn operators() {
    check(
        "a && b || c; d & e | f |& g\nh",
        &["a", "&& ? b", "|| ? c", "d", "e", "| <pipe f", "| <pipe g", "h"],
    );
    check("a &&\n  b\nc ||\n# no\nd", &["a", "&& ? b", "c", "|| ? d"]);
    check("(a; b) && c", &["a", "b", "&& ? c"]);
    check("{ a; b; } | c", &["a", "b", "| <pipe c"]);
    check("! a && time b; time -p c", &["a", "&& ? b", "c"]);
    check("((i++)); (( x = (1+2)*3 )) && a\n((a b); c)", &["&& ? a", "a | b", "c"]);
}

#[test]
fn compounds() {
    check("if a; then b; elif c; then d; else e; fi; f", &["a", "? b", "? c", "? d", "? e", "f"]);
    check("if ! docker info; then\n  docker build .\nfi", &["docker | info", "? docker | build | ."]);
    check("while a; do b; done; until c\ndo d\ndone", &["a", "? b", "c", "? d"]);
    check("case $1 in\n  docker|podman) a;;\n  (x) b ;&\n  *) c\nesac\nd", &["? a", "? b", "? c", "d"]);
    check(
        "f() { docker build .; }\nf\nfunction g { a; }\nfunction h() ( b )",
        &["? docker | build | .", "f", "? a", "? b"],
    );
    check(
        "[[ -f x && $A == b* || (1 > 2) ]] && a",
        &["[[ | -f | x | && | $A~ | == | b* | || | ( | 1 | > | 2 | ) | ]]", "&& ? a"],
    );
    check(
        "[ -f x ]; test -d y; true; set -e; cd z",
        &["[ | -f | x | ]", "test | -d | y", "true", "set | -e", "cd | z"],
    );
    check("for ((i=0; i<3; i++)); do a; done; select x in b c; do d $x; done", &["? a", "? d | b{c}"]);
    check("echo if then docker; echo done", &["echo | if | then | docker", "echo | done"]);
    // What is torn apart is still read.
    check("fi; a; done\n) b ;; c\nif d; then e", &["a", "b", "c", "d", "? e"]);
}

#[test]
fn redirections() {
    check("a > b 2>&1 >>c &>d < e", &["<file a"]);
    check("a 2>/dev/null | b 1> c >| d", &["a", "| <pipe b"]);
    check("docker login --password-stdin <<< \"$P\"", &["<doc docker | login | --password-stdin"]);
    check("cat <<EOF > f\ndocker build .\nEOF\na", &["<doc cat", "a"]);
    check("cat <<-'EOF' | grep x\n\tdocker $(a)\n\tEOF\nb", &["<doc cat", "| <pipe grep | x", "b"]);
    check("cat <<EOF\n$(docker ps) \\$(no)\nEOF", &["$ docker | ps", "<doc cat"]);
    check("a <<X <<Y && b\n1\nX\n2\nY\nc", &["<doc a", "&& ? b", "c"]);
    check("diff <(docker ps) > >(tee x)", &["$ docker | ps", "$ tee | x", "diff | <(docker ps)~"]);
    check("while read x; do a $x; done < f", &["<file read | x", "? <file a | $x~"]);
    check("cat <<EOF\ndocker build .\n", &["<doc cat"]);
}

#[test]
fn documents_keep_their_text() {
    #[track_caller]
    fn check(script: &str, expected: &str) {
        let commands = lower(&text(script), &mut Scope::new([]), 0);
        let Some(Input::Document(text)) = &commands[0].input else { panic!("no document") };
        assert_eq!(text.as_str(), expected);
    }
    check("docker build - <<EOF\nFROM $X\nRUN a \\$b\nEOF\n", "FROM $X\nRUN a $b\n");
    check("docker build - <<'EOF'\nRUN a \\$b\nEOF\n", "RUN a \\$b\n");
    check("docker build - <<-EOF\n\tA\n\t\tB\n\tEOF\n", "A\nB\n");
    check("docker build - <<EOF\r\nA\r\nEOF\r\n", "A\r\n");
}

#[test]
fn substitutions() {
    check("echo \"$(docker ps -q)\" x", &["$ docker | ps | -q", "echo | $(docker ps -q)~ | x"]);
    check(
        "docker rm -f $(docker ps -aq | head)",
        &["$ docker | ps | -aq", "| <pipe head", "docker | rm | -f | $(docker ps -aq | head)~"],
    );
    check(
        "docker rm `docker ps -a \\`b\\``",
        &["$ b", "$ docker | ps | -a | `b`~", "docker | rm | `docker ps -a \\`b\\``~"],
    );
    check("ID=$(docker run -d x)\na", &["docker | run | -d | x", "a"]);
    check("A=$(a; b) c", &["$ a", "$ b", "c"]);
    check("echo $((1 + (2))) $(( docker )) $[1]", &["echo | $((1 + (2)))~ | $(( docker ))~ | $[1]"]);
    check("a \"x $(b \"y $(c)\") z\"", &["$ c", "$ b | y $(c)~", "a | x $(b \"y $(c)\") z~"]);
    check("echo '$(docker ps)' \"\\$(docker ps)\"", &["echo | $(docker ps) | $(docker ps)"]);
    check("a $(case x in a) b;; esac) c", &["$ ? b", "a | $(case x in a) b;; esac)~ | c"]);
    check("x=$(cat <<E\nfoo)\nE\n)\nb", &["<doc cat", "b"]);
}

#[test]
fn variables() {
    check(
        "A=b; echo $A \"${A}c\" '$A' $B ${B:-d} ${A:-d} \"$A-${B-e f}\"",
        &["echo | b | bc | $A | $B~ | d~ | b | b-e f~"],
    );
    check("echo ${X:=y} $X", &["echo | y~ | y~"]);
    check(
        "A=1; echo ${A:+yes} ${B:+yes} ${A#x} ${A/1/2} ${#A} ${!A} ${A:?m}",
        &["echo | yes | ${B:+yes}~ | ${A#x}~ | ${A/1/2}~ | ${#A}~ | ${!A}~ | 1"],
    );
    check("echo $1 $@ \"$#\" $$ ${1:-x} ${@}", &["echo | $1~ | $@~ | $#~ | $$~ | x~ | ${@}~"]);
    check("A='x y'; echo $A \"$A\" p$A", &["echo | x | y | x y | px | y"]);
    check("A=; $A docker $A ps \"$A\"", &["docker | ps | "]);
    check("A=b; A=c$A; A+=d; echo $A", &["echo | cbd"]);
    check(
        "A=$(date +%F | x); B=\"y $A\"; a v$A $B ${C:-d e}",
        &["date | +%F", "| <pipe x", "a | v$(date +%F | x)~ | y~ | $(date +%F | x)~ | d~ | e~"],
    );
    check("A=b env; echo $A", &["env", "echo | $A~"]);
    check("A=b; unset A; echo $A", &["unset | A", "echo | $A~"]);
    check(
        "export A=b C=\"d e\"; echo $A $C; local X=y; declare -x Z=w; echo $X$Z",
        &["export | A=b | C=d e", "echo | b | d | e", "local | X=y", "declare | -x | Z=w", "echo | yw"],
    );
    check("A=b; read -r A; echo $A", &["read | -r | A", "echo | $A~"]);
    check("(A=b); echo $A; a | B=c; echo $B", &["echo | $A~", "a", "echo | $B~"]);
    check(
        "ARGS=(--build-arg 'A=1 2'); ARGS+=(-t x); docker build \"${ARGS[@]}\" .",
        &["docker | build | --build-arg | A=1 2 | -t | x | ."],
    );
    check("A=(a b); echo $A ${A[1]} ${A[*]}", &["echo | a | ${A[1]}~ | a | b"]);
    check("local A=(a b); echo ${A[@]}", &["local | A=", "echo | a | b"]);
    check_in(
        &[("T", "x:$V"), ("V", "1-${W}"), ("W", "2"), ("R", "$R")],
        "echo $T $R",
        &["echo | x:1-2 | $R~"],
    );
    check_in(
        &[("DOCKER", "docker -H tcp://x:2375"), ("ARGS", "--build-arg A=1")],
        "$DOCKER build $ARGS .",
        &["docker | -H | tcp://x:2375 | build | --build-arg | A=1 | ."],
    );
}

#[test]
fn alternatives() {
    check("for X in a b c; do docker run $X; done", &["? docker | run | a{b,c}"]);
    check(
        "for X in a b; do for Y in 1 2; do docker push $X:$Y; done; done",
        &["? docker | push | a:1{b:1,a:2,b:2}"],
    );
    check("for X in *.yml $(ls); do a $X; done", &["$ ls", "? a | *.yml{$(ls)}~"]);
    check("if a; then T=x; docker $T; else T=y; fi; echo $T", &["a", "? docker | x", "echo | x{y}"]);
    check("T=y; if a; then T=x; fi; echo $T", &["a", "echo | x{y}"]);
    check("if a; then T=x; fi; echo $T", &["a", "echo | x~"]);
    check("case $1 in a) T=x;; b) T=y; docker $T;; esac; echo $T", &["? docker | y", "echo | x{y}~"]);
    check(
        "[ -n \"$A\" ] || T=x; echo $T; true && U=y; echo $U",
        &["[ | -n | $A~ | ]", "echo | x~", "true", "echo | y"],
    );
    check("[ a ] && T=x && echo $T\necho $T", &["[ | a | ]", "&& ? echo | x", "echo | x~"]);
    let words = (0..40).map(|n| n.to_string()).collect::<Vec<_>>().join(" ");
    let commands = lower(&text(&format!("for X in {words}; do a $X; done")), &mut Scope::new([]), 0);
    assert_eq!(commands[0].words[1].texts().count(), 16);
    assert!(commands[0].words[1].unknown);
}

#[test]
fn templates_are_opaque() {
    check(
        "docker login -p ${{ secrets.A || 'b c' }} -u x",
        &["docker | login | -p | ${{ secrets.A || 'b c' }}~ | -u | x"],
    );
    check(
        "docker push '${{ a }}':\"${{ b['c'] }}\" $[[ inputs.x | y ]]",
        &["docker | push | ${{ a }}:${{ b['c'] }}~ | $[[ inputs.x | y ]]~"],
    );
    check(
        "docker pull {{ .Values.image | quote }}:<%= tag %> \"{{ a \"b\" }}\"",
        &["docker | pull | {{ .Values.image | quote }}:<%= tag %>~ | {{ a \"b\" }}~"],
    );
    check("docker ps --format '{{.ID}}'", &["docker | ps | --format | {{.ID}}"]);
    check("echo %VAR% $env:X\necho ${params.TAG}", &["echo | %VAR% | $env:X~", "echo | ${params.TAG}~"]);
}

#[test]
fn wrappers() {
    check("sudo -E -n -u root docker ps", &["sudo docker | ps"]);
    check("sudo -nu user A=b docker ps; sudo -i", &["sudo docker | ps", "sudo | -i"]);
    check(
        "env -i A=b -u C docker ps; env; command docker ps; exec docker ps",
        &["docker | ps", "env", "docker | ps", "docker | ps"],
    );
    check("command -v docker", &["command | -v | docker"]);
    check("nohup timeout -s KILL 5m nice -n 5 ionice -c2 stdbuf -oL docker ps &", &["docker | ps"]);
    check(
        "docker ps -q | xargs -r -n 1 -I{} docker rm -f {}",
        &["docker | ps | -q", "| <pipe docker | rm | -f | {}"],
    );
    check(
        "retry 3 docker pull x; travis_retry docker pull y; retry -t 5 -- docker push z",
        &["docker | pull | x", "docker | pull | y", "docker | push | z"],
    );
    check("retry 'docker pull x && a'", &["docker | pull | x", "&& ? a"]);
    check("$SUDO docker ps; ${{ x }} podman ps; $X ps", &["docker | ps", "podman | ps", "$X~ | ps"]);
    check(
        "SUDO=sudo; $SUDO docker ps; ${DOAS:-sudo} docker rm x",
        &["sudo docker | ps", "sudo docker | rm | x"],
    );
    check("/usr/bin/sudo /usr/bin/env docker.exe ps", &["sudo docker.exe | ps"]);
    check(
        "alias docker='podman --log-level=error'; docker ps; 'docker' x",
        &["alias | docker=podman --log-level=error", "podman | --log-level=error | ps", "docker | x"],
    );
    check("ssh-agent docker build --ssh default .", &["docker | build | --ssh | default | ."]);
}

#[test]
fn scripts_in_scripts() {
    check("sh -c 'docker ps; a && b'", &["docker | ps", "a", "&& ? b"]);
    check("sudo bash -exo pipefail -c \"docker run $X \\\"a b\\\"\"", &["sudo docker | run | $X~ | a b"]);
    check("X='y z'; x && /bin/sh -ec \"docker $X\" && b", &["x", "&& ? docker | y | z", "&& ? b"]);
    check(
        "C='docker ps && a'; bash -c \"$C\"; eval $C; eval \"docker rm $C\"",
        &["docker | ps", "&& ? a", "docker | ps", "&& ? a", "docker | rm | docker | ps | && | a"],
    );
    check("bash -c \"docker rm $(docker ps)\"", &["$ docker | ps", "docker | rm | $(docker ps)~"]);
    check("bash build.sh docker; sh", &["bash | build.sh | docker", "sh"]);
    check(
        "sh -s <<EOF\ndocker ps\nEOF\nbash -e <<'EOF'\ndocker rm $(a)\nEOF\n",
        &["docker | ps", "$ a", "docker | rm | $(a)~"],
    );
    check(
        "cat <<EOF | sudo sh\ndocker ps\nEOF\necho 'docker rm x' | bash; a | sh",
        &["<doc cat", "| sudo docker | ps", "echo | docker rm x", "| docker | rm | x", "a", "| <pipe sh"],
    );
    check(
        "su - user -c 'docker ps'; su -c \"docker rm\" root; su user",
        &["docker | ps", "docker | rm", "su | user"],
    );
    check(
        "eval \"$(ssh-agent -s)\"; eval 'A=b'; echo $A",
        &["$ ssh-agent | -s", "$(ssh-agent -s)~", "echo | b"],
    );
    check("sh -c 'A=b'; echo $A", &["echo | $A~"]);
    check("A=b sh -c 'docker $A'", &["docker | b"]);
    check("trap 'docker rm x' EXIT; trap - EXIT", &["? docker | rm | x", "trap | - | EXIT"]);
    check(
        "echo 'docker ps' \"docker rm\"; printf docker; grep docker x",
        &["echo | docker ps | docker rm", "printf | docker", "grep | docker | x"],
    );
    check("pwsh -Command \"docker ps\"; cmd /c docker ps", &["docker | ps", "docker | ps"]);
}

#[test]
fn elsewhere() {
    check(
        "ssh -i key -p22 -o A=b user@host 'docker ps; docker rm x' && docker ps",
        &["@host docker | ps", "@host docker | rm | x", "&& ? docker | ps"],
    );
    check("ssh host docker ps -a; ssh host", &["@host docker | ps | -a", "ssh | host"]);
    check(
        "ssh -t host <<EOF\ndocker ps\nEOF\nssh host bash -s <<'EOF'\nsudo docker rm x\nEOF",
        &["@host docker | ps", "sudo @host docker | rm | x"],
    );
    check(
        "sshpass -p \"$P\" ssh h \"export DOCKER_HOST=x; docker ps\"; docker ps",
        &["@host export | DOCKER_HOST=x", "@host docker | ps", "docker | ps"],
    );
    check("echo 'docker ps' | ssh h", &["echo | docker ps", "| @host docker | ps"]);
}

#[test]
fn engine_variables() {
    check(
        "export DOCKER_HOST=tcp://x:2375; docker ps; unset DOCKER_HOST; docker rm",
        &[
            "export | DOCKER_HOST=tcp://x:2375",
            "DOCKER_HOST=tcp://x:2375 docker | ps",
            "DOCKER_HOST=tcp://x:2375 unset | DOCKER_HOST",
            "docker | rm",
        ],
    );
    check(
        "DOCKER_BUILDKIT=1 sudo docker build .; docker ps",
        &["sudo DOCKER_BUILDKIT=1 docker | build | .", "docker | ps"],
    );
    check(
        "env DOCKER_HOST=a docker ps; DOCKER_HOST=b sh -c 'docker x; docker y'",
        &["DOCKER_HOST=a docker | ps", "DOCKER_HOST=b docker | x", "DOCKER_HOST=b docker | y"],
    );
    check(
        "DOCKER_HOST=a; docker ps; export DOCKER_HOST; docker ps",
        &["docker | ps", "export | DOCKER_HOST", "DOCKER_HOST=a docker | ps"],
    );
    check_in(
        &[("DOCKER_HOST", "a")],
        "docker x; DOCKER_HOST=b; docker y",
        &["docker | x", "DOCKER_HOST=b docker | y"],
    );
    check(
        "if a; then export DOCKER_HOST=b; docker x; fi; docker y; (export DOCKER_HOST=c); docker z",
        &[
            "a",
            "? export | DOCKER_HOST=b",
            "? DOCKER_HOST=b docker | x",
            "DOCKER_HOST=b~ docker | y",
            "DOCKER_HOST=b~ export | DOCKER_HOST=c",
            "DOCKER_HOST=b~ docker | z",
        ],
    );
    check(
        "set -a; DOCKER_HOST=b; set +a; docker x",
        &["set | -a", "DOCKER_HOST=b set | +a", "DOCKER_HOST=b docker | x"],
    );
    check(
        "echo DOCKER_HOST=b >> $GITHUB_ENV\ndocker x",
        &["echo | DOCKER_HOST=b", "DOCKER_HOST=b docker | x"],
    );
    let commands = lower(&text("export DOCKER_HOST=a\nb\nc\n"), &mut Scope::new([]), 0);
    assert!(Arc::ptr_eq(&commands[1].engine_env, &commands[2].engine_env));
}

#[test]
fn unset_variables_of_the_job() {
    check_in(
        &[("DOCKER_HOST", "a"), ("DOCKER_TLS_CERTDIR", "")],
        "unset DOCKER_HOST DOCKER_TLS_CERTDIR; docker x",
        &["unset | DOCKER_HOST | DOCKER_TLS_CERTDIR", "DOCKER_HOST= docker | x"],
    );
}

#[test]
fn scopes_last() {
    let mut scope = environment(&[]);
    lower(&text("export A=b DOCKER_HOST=x"), &mut scope, 0);
    let commands = lower(&text("docker $A"), &mut scope, 7);
    assert_eq!(render(&commands[0]), "DOCKER_HOST=x docker | b");
    assert_eq!(commands[0].script, 7);
}

#[test]
fn spans() {
    check_spans(
        "A=b sudo docker  run 'x y' > z; c",
        &[("A=b sudo docker  run 'x y' > z", &["docker", "run", "'x y'"]), ("c", &["c"])],
    );
    check_spans(
        "sh -c 'a; docker \"run\" x'",
        &[("a", &["a"]), ("docker \"run\" x", &["docker", "\"run\"", "x"])],
    );
    check_spans("sh -c \"docker \\\"r s\\\"\"", &[("docker \\\"r s\\\"", &["docker", "\\\"r s\\\""])]);
    check_spans("bash <<EOF\ndocker $X\nEOF\n", &[("docker $X", &["docker", "$X"])]);
    check_spans("A='x y'; b $A", &[("b $A", &["b", "$A", "$A"])]);
    check_spans(
        "a `b \\`c\\``",
        &[("c", &["c"]), ("b \\`c\\`", &["b", "\\`c\\`"]), ("a `b \\`c\\``", &["a", "`b \\`c\\``"])],
    );
}

#[test]
fn values_tell_where_they_came_from() {
    let script = "IMG='r/x'; docker run \"$IMG:1\"";
    let commands = lower(&text(script), &mut Scope::new([]), 0);
    let word = &commands[0].words[2];
    assert_eq!(word.as_str(), "r/x:1");
    assert_eq!(&script[word.text.span_of(0..3).range()], "r/x");
    assert_eq!(&script[word.text.span_of(3..5).range()], ":1");
    assert_eq!(&script[word.span.range()], "\"$IMG:1\"");
    let [(Via::Variable, definition)] = word.via.as_slice() else { panic!("{:?}", word.via) };
    assert_eq!(&script[definition.range()], "IMG='r/x'");
}

#[test]
fn words_of_a_command_line() {
    #[track_caller]
    fn check(words: &[&str], expected: &[&str]) {
        let words = words.iter().map(|word| Value::literal(text(word))).collect::<Vec<_>>();
        let commands = lower_words(&words, &mut Scope::new([]), 0, Place::Container(1));
        assert!(commands.iter().all(|command| command.place == Place::Container(1)));
        assert_eq!(commands.iter().map(render).collect::<Vec<_>>(), expected);
    }
    check(&["docker", "build", "a b"], &["docker | build | a b"]);
    check(&["sudo", "sh", "-c", "docker build . && a"], &["sudo docker | build | .", "&& ? sudo a"]);
    check(&["sh"], &["sh"]);
    check(&[], &[]);
}

#[test]
fn settings_that_hold_words() {
    let text = text("--privileged -v \"/a b:/c\" ; (x) $A # y");
    let words = split_words(&text, &mut environment(&[("A", "1 2")]));
    let got = words.iter().map(Value::as_str).collect::<Vec<_>>();
    assert_eq!(got, ["--privileged", "-v", "/a b:/c", ";", "(x)", "1", "2", "#", "y"]);
}

#[test]
fn recovery() {
    check("echo it's\ndocker ps", &["echo | its", "docker | ps"]);
    check("echo \"a b\ndocker ps", &["echo | a b", "docker | ps"]);
    check("echo ${X\ndocker ps", &["echo | ${X", "docker | ps"]);
    check("echo ${X }\ndocker ${Y", &["echo | ${X }~", "docker | ${Y"]);
    check("echo `a\ndocker ps", &["echo | `a", "docker | ps"]);
    check("a\0b \u{feff}docker é", &["a\0b | \u{feff}docker | é"]);
    check("\\", &["\\"]);
    check("a |\n\n&& | ;", &["a"]);
    check("é\"é\\é\"é'é'\\é", &["éé\\éééé"]);
}

#[test]
fn commands_inside_quotes_are_known() {
    #[track_caller]
    fn check(script: &str, expected: &str) {
        let commands = lower(&text(script), &mut Scope::default(), 0);
        let quoted = commands.iter().filter(|command| command.quoted);
        let quoted: Vec<&str> = quoted.filter_map(|command| Some(command.words.first()?.as_str())).collect();
        assert_eq!(quoted.join(" "), expected, "{script}");
    }
    check("echo 'a'; docker build .", "");
    check("sh -c 'docker build .' && docker ps", "docker");
    check("eval \"docker build . && docker push a\"", "docker docker");
    check("ssh host 'docker build .'", "docker");
    check("bash <<EOF\ndon't\ndocker build .\nEOF", "");
    check("bash <<< 'docker build .'", "docker");
    check("echo 'docker build .' | sh", "docker");
    check("a=$(docker build -q .)", "");
    check("echo \"$(docker build -q .)\"", "docker");
    check("sh -c 'x $(docker ps)'", "docker x");
}
