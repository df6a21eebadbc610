//! Trees of texts, as texts.

use std::fmt::Write as _;

use super::*;

/// Shows a tree as text: calls as `name(arguments)`, strings in backticks, what is filled in as `${…}`.
#[track_caller]
fn check(text: &str, expected: &str) {
    let tree = parse(FileId(0), text);
    let mut out: Vec<String> = tree.statements.iter().map(|statement| show(text, statement)).collect();
    out.extend(tree.errors.iter().map(|error| format!("error {}", error.message)));
    assert_eq!(out.join("; "), expected, "of:\n{text}");
}

fn list(text: &str, items: &[Argument<'_>]) -> String {
    let item = |item: &Argument<'_>| match &item.key {
        Some(key) => format!("{}: {}", show(text, key), show(text, &item.value)),
        None => show(text, &item.value),
    };
    items.iter().map(item).collect::<Vec<_>>().join(", ")
}

fn closure(text: &str, closure: &Closure<'_>) -> String {
    let mut out = String::from("{");
    for name in &closure.parameters {
        let _ = write!(out, "{} ", name.text);
    }
    let statements: Vec<_> = closure.statements.iter().map(|statement| show(text, statement)).collect();
    out + &statements.join("; ") + "}"
}

#[test]
fn endless() {
    let text = "node {\n".to_owned() + &"a\n".repeat(200_000) + "}\nb\n";
    let tree = parse(FileId(0), &text);
    let told: Vec<_> = tree.errors.iter().map(|error| error.message.as_str()).collect();
    assert_eq!(told, ["there are more statements than are read: the rest is not checked"]);
}

/// A step of a few letters has one of each.
#[test]
fn small() {
    let sizes = [size_of::<Expr<'_>>(), size_of::<Argument<'_>>(), size_of::<Link<'_>>()];
    assert!(sizes.iter().sum::<usize>() <= 224, "{sizes:?}");
}

fn show(text: &str, expr: &Expr<'_>) -> String {
    let all = |exprs: &[Expr<'_>], mark: &str| {
        exprs.iter().map(|expr| show(text, expr)).collect::<Vec<_>>().join(mark)
    };
    match expr {
        Expr::Word(name) => {
            assert_eq!(&text[name.span.range()], name.text);
            name.text.to_owned()
        }
        Expr::String(template) => {
            let part = |part: &Part<'_>| match part {
                Part::Plain(name) => name.text.replace('\n', "\\n"),
                Part::Escaped(text) => text.as_str().replace('\n', "\\n"),
                Part::Value(value, written) => {
                    assert_eq!(&text[written.span.range()], written.text);
                    format!("${{{}}}", show(text, value))
                }
            };
            match template.plain() {
                Some(plain) => format!("`{}`", plain.as_str().replace('\n', "\\n")),
                None => format!("`{}`", template.parts.iter().map(part).collect::<String>()),
            }
        }
        Expr::List(one) => format!("[{}]", list(text, &one.items)),
        Expr::Closure(one) => closure(text, one),
        Expr::Chain(chain) => {
            let mut out = chain.head.as_ref().map_or(String::new(), |head| show(text, head));
            for link in &chain.links {
                match link {
                    Link::Member(name) => out += &format!(".{}", name.text),
                    Link::Call(call) => {
                        let dot = if out.is_empty() || call.name.text.is_empty() { "" } else { "." };
                        out += &format!("{dot}{}({})", call.name.text, list(text, &call.arguments));
                    }
                    Link::Index(items) => out += &format!("[{}]", list(text, items)),
                }
            }
            out
        }
        Expr::Sum(operands) => all(operands, " + "),
        Expr::Choice { conditions, values } => format!("({} ? {})", all(conditions, ","), all(values, " : ")),
        Expr::Assign(assign) => {
            let mark = if assign.adds { "+=" } else { "=" };
            let def = if assign.declares { "def " } else { "" };
            format!("{def}{} {mark} {}", all(&assign.targets, " = "), show(text, &assign.value))
        }
        Expr::Function(function) => format!("def {}{}", function.0.text, closure(text, &function.1)),
        Expr::Other(operands) => format!("({})", all(operands, " ")),
    }
}

#[test]
fn calls() {
    check("sh 'make'", "sh(`make`)");
    check("sh(script: \"make\", returnStdout: true).trim()", "sh(script: `make`, returnStdout: true).trim()");
    check("sh script: '''a\nb''',\n   label: 'x'\necho 'y'", "sh(script: `a\\nb`, label: `x`); echo(`y`)");
    check("node('a && b') { sh 'x' }", "node(`a && b`, {sh(`x`)})");
    check(
        "agent { docker { image 'a:1'; args '-v /a:/b' } }",
        "agent({docker({image(`a:1`); args(`-v /a:/b`)})})",
    );
    check("agent any", "agent(any)");
    check("docker.image('a').inside('-u 0') { c -> x() }", "docker.image(`a`).inside(`-u 0`, {c x()})");
    check("docker\n  .build('a')\n  // then\n  .push()", "docker.build(`a`).push()");
    check("this.steps.sh(script: a)", "this.steps.sh(script: a)");
    check("x?.y*.z", "x.y.z");
    check("checkout([$class: 'Git', b: [[name: 'x']]])", "checkout([$class: `Git`, b: [[name: `x`]]])");
    check("parallel a: { x() }, 'b c': { y() }", "parallel(a: {x()}, `b c`: {y()})");
    check("args map[\"${os}\"]", "args(map[`${os}`])");
    check("withEnv(['A=b', \"C=${d}\"]) {\n}", "withEnv([`A=b`, `C=${d}`], {})");
}

#[test]
fn statements() {
    check(
        "if (a == 'b') {\n x()\n} else if (c) y()\nelse {\n z()\n}",
        "if((a `b`), {x()}); else({if(c, {y()})}); else({z()})",
    );
    check(
        "try { a() } catch (Exception e) { b() } finally { c() }",
        "try({a()}); catch(Exception(e), {b()}); finally({c()})",
    );
    check("for (int i = 0; i < n; i++) { a(i) }", "for(def i = 0, (i n), i, {a(i)})");
    check("for (x in ['a', 'b']) { sh x }", "for((x [`a`, `b`]), {sh(x)})");
    check(
        "switch (x) { case 'a': sh 'b'; break\n default: sh 'c' }",
        "switch(x, {`a`; sh(`b`); break; default; sh(`c`)})",
    );
    check("def f(a, String b = 'c') { sh a }\nf('x')", "def f{a b sh(a)}; f(`x`)");
    check("void f() { g() }\nString h(x) { x }", "def f{g()}; def h{x x}");
    check("@Library('a') _\nimport x.y\n@Field def z = 1", "Library(`a`); _; Field(def z = 1)");
    check("class A implements B {\n  def x() { sh 'a' }\n}", "(A B({def x{sh(`a`)}}))");
    check("#!groovy\n/* a { */ b() // }\n", "b()");
}

#[test]
fn values() {
    check("def a = 'x' + y + \"z\"", "def a = `x` + y + `z`");
    check("a += 'b'", "a += `b`");
    check("String a = b ?: 'c'", "def a = ( ? b : `c`)");
    check("Map<String, String> m = [a: 'b', 'c': d]", "(Map String); m = [a: `b`, `c`: d]");
    check("a = b ? 'c'\n  : d ? 'e' : 'f'", "a = (b,d ? `c` : `e` : `f`)");
    check("m['a'] = env.B\nm.c = 1", "m[`a`] = env.B; m.c = 1");
    check("a = x ==~ /a\\/b.*/ && y", "a = (x `a/b.*` y)");
    check("a = b / c / d", "a = (b c d)");
    check("r = $/a $$ ${b} '/$", "r = `a $ ${b} '`");
}

#[test]
fn strings() {
    check("'a\\'b' + \"c\\\"\\$d\"", "`a'b` + `c\"$d`");
    check("\"${a} $b.c $ {d} \\${e}\"", "`${a} ${b.c} $ {d} ${e}`");
    check("\"${a.b('}', \"x${c}\")} d\"", "`${a.b(`}`, `x${c}`)} d`");
    check("\"\"\"a\r\n\\\n  b\"\"\"", "`a\\n  b`");
    check("'''it's'''", "`it's`");
    check("''", "``");
    check("'\\u0041\\n'", "`A\\n`");
}

#[test]
fn broken() {
    check("a {\n b 'x'\n", "a({b(`x`)}); error no `}` ends this block");
    check("a()\n}\nb()", "a(); b(); error this `}` ends no block");
    check("sh 'make\necho 'x'", "sh(`make`); echo(`x`); error no quote ends this string in its line");
    check("sh '''make", "sh(`make`); error no quote ends this string");
    check("a { sh(script: 'x' }\nb()", "a({sh(script: `x`)}); b(); error no `)` ends this `(`");
    check("sh \"a ${b\"\n", "sh(`a ${b`); error no `}` ends this `${`");
    check(
        "a()\n<<<<<<< HEAD\nb()\n=======\nc()\n>>>>>>> x\n",
        "a(); b(); c(); error a merge conflict is left unresolved here; both sides are read; error a merge conflict is left \
         unresolved here; both sides are read; error a merge conflict is left unresolved here; both sides are read",
    );
    check("/* a", "error no `*/` ends this comment");
    check(
        "a(]b)",
        "a(); b; error no `)` ends this `(`; error nothing that is open here ends with this; error nothing that is open here ends with this",
    );
}

#[test]
fn deep() {
    for open in
        ["(", "[", "{", "a(", "a {", "\"${", "if (a) ", "a ", "!", "a ? ", "x = ", "a.b", "$/", "'''", "/*"]
    {
        let text = open.repeat(100_000);
        assert!(parse(FileId(0), &text).errors.len() <= 8, "{open}");
    }
}
