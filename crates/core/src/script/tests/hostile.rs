//! Texts that were made to break a reader: no panic, no overflow, cost in proportion to length.

use super::*;

/// Hostile texts: none may panic, overflow the stack or cost more than their length.
#[test]
fn hostile() {
    let n = if cfg!(debug_assertions) { 20_000 } else { 100_000 };
    let texts = [
        "(".repeat(n),
        "$(".repeat(n),
        "\"$(".repeat(n),
        "`".repeat(n),
        "\\`".repeat(n),
        "`\\".repeat(n),
        "${".repeat(n),
        "${a:-".repeat(n),
        "${a:-".repeat(n) + "}",
        "\"".repeat(n),
        "'".repeat(n - 1),
        "{{".repeat(n),
        "{{".repeat(n) + "\n}}",
        "${{".repeat(n),
        "$((".repeat(n),
        "$((".repeat(n) + "))",
        "$((((( ))".repeat(n / 10),
        "A=(".repeat(n),
        "if ".repeat(n),
        "if a; then ".repeat(n),
        "{ ".repeat(n),
        "case a in b) ".repeat(n),
        "f() ".repeat(n),
        "<<A ".repeat(n),
        "a <<A\n".repeat(n),
        "<(".repeat(n),
        "[[ ".repeat(n),
        "! ".repeat(n),
        "sudo ".repeat(n),
        "eval ".repeat(n / 10),
        "a && ".repeat(2 * n),
        "a | ".repeat(n),
        "x".repeat(1 << 20),
        format!("A=b; echo {}", "$A".repeat(n)),
        format!("A=b;{}", "A=$A$A;".repeat(n / 10)),
        "A=\"$A xxxxxxxx\"\n".repeat(n / 2),
        "if a; then A+=(b); fi\n".repeat(n / 4),
        "for A in a b $A; do a $A$A; done\n".repeat(n / 10),
        "while read x; do a; done <<E\nb\nE\n".repeat(n / 10),
        "'${{".repeat(n),
        format!("'{}'", "$[[ ]]".repeat(n)),
        "sh -c '".repeat(n),
        "\0".repeat(n),
        "@(".repeat(n),
        "))".repeat(n),
        "(( ".repeat(n),
        "alias a='a a';a ".repeat(n / 10),
    ];
    // As much stack as a page's module has.
    let worker = std::thread::Builder::new().stack_size(1 << 20).spawn(move || {
        for script in texts {
            let start = std::time::Instant::now();
            lower(&text(&script), &mut environment(&[]), 0);
            let took = start.elapsed();
            let head = script.chars().take(12).collect::<String>();
            assert!(took.as_secs() < 5, "{head:?} took {took:?}");
        }
    });
    worker.expect("a thread").join().expect("no panic");
}

/// Whatever stands next to each other: no panic, and every span lies in the text.
#[test]
fn any_text() {
    const TOKENS: &[&str] = &[
        "a", "docker", " ", " ", " ", "\n", "\r\n", "\\", "\"", "'", "`", "$", "${", "$(", "(", ")", "{",
        "}", "{{", "}}", "<", ">", "<<", "E", "|", "&", ";", ";;", "=", "A=", "$A", "[[", "]]", "if ",
        "then ", "fi", "case ", " in ", "esac", "for ", "do ", "done", "sh -c ", "eval ", "ssh h ", "sudo ",
        "é", "\0", "#", "!", "*", "@", "+=", "((", "))", "<%", "%>", "-", "1", ":-", "\u{feff}", "^", "<<<",
        "f()", "trap ", "export ", "alias a=",
    ];
    let mut random = 42_u64;
    let mut next = |below: usize| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) as usize % below
    };
    for _ in 0..5000 {
        let script = (0..next(40)).map(|_| TOKENS[next(TOKENS.len())]).collect::<String>();
        for command in lower(&text(&script), &mut environment(&[("A", "x y")]), 0) {
            let inside = |span: Span| span.file != FileId(1) || script.get(span.range()).is_some();
            assert!(inside(command.span), "{script:?}");
            assert!(!command.words.is_empty(), "{script:?}");
            for word in &command.words {
                assert!(inside(word.span), "{script:?} {word:?}");
            }
        }
        split_words(&text(&script), &mut environment(&[]));
    }
}

#[test]
fn hostile_environments() {
    let doubling = (0..64).map(|n| (format!("A{n}"), format!("$A{0}$A{0}", n + 1))).collect::<Vec<_>>();
    let mut variables = doubling.iter().map(|(name, value)| var(name, value)).collect::<Vec<_>>();
    variables.push(var("A64", ""));
    variables.push(var("B", &"$B$C".repeat(10_000)));
    variables.push(var("C", &"x".repeat(100_000)));
    let script = "echo $A0 $B $C\n".repeat(1000);
    let commands = lower(&text(&script), &mut Scope::new(&variables), 0);
    assert_eq!(commands.len(), 1000);
    let bytes = commands.iter().flat_map(|command| &command.words).map(|word| word.text.len()).sum::<usize>();
    assert!(bytes < 4 << 20, "{bytes}");
}
