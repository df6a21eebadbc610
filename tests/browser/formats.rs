//! Each format: a risky text is pasted, the environment is corrected, a clean text is pasted.

use crate::driver::with_page;
use crate::texts;

/// What is pasted, and what a person must then see.
struct Case {
    format: &'static str,
    risky: &'static str,
    risk: &'static str,
    approach: &'static str,
    /// Rules that must report something.
    rules: &'static [&'static str],
    /// Row of the table that must be marked.
    row: &'static str,
    /// A line that the attack path must quote.
    quote: &'static str,
    /// The first way out.
    way: &'static str,
    /// What the person corrects, and the risk that follows.
    corrections: &'static [(&'static str, &'static str, &'static str)],
    clean: &'static str,
}

fn check(case: &Case) {
    let Case { format, risky, risk, approach, rules, row, quote, way, corrections, clean } = *case;
    with_page(format, async |page| {
        page.paste(risky).await;
        page.wait_for_verdict(format, risk).await;

        let approaches = page.attributes("#jobs li", "data-approach").await;
        assert!(approaches.iter().any(|own| own == approach), "{approaches:?}");
        let headline = page.texts("#headline").await.concat();
        assert!(headline.len() > 20, "{headline}");
        let found = page.attributes("#findings .finds:not(.notes) article", "data-rule").await;
        for rule in rules {
            assert!(found.iter().any(|own| own == rule), "no {rule} in {found:?}");
        }
        let marked = page.count(".under u").await;
        assert!(marked >= rules.len(), "{marked} places are underlined for {found:?}");

        assert!(page.count("#path li.stop").await >= 2, "the attack path has stops");
        let quotes = page.texts("#path .own code").await;
        assert!(quotes.iter().any(|own| own == quote), "{quotes:?}");
        assert_eq!(page.attributes("#choices tr.mine", "id").await, [format!("choice-{row}")]);
        let ways = page.attributes("#alternatives li.alt", "data-alternative").await;
        assert_eq!(ways.first().map(String::as_str), Some(way), "{ways:?}");

        // A finding leads to its line.
        page.click("#findings article button.ref").await;
        let selected = "(e => document.activeElement === e && e.selectionEnd > e.selectionStart)(document.querySelector('#editor'))";
        page.wait_for("selected text", selected).await;

        for (fact, value, risk) in corrections {
            page.click(&format!("label:has(input[name={fact}][value={value}])")).await;
            page.wait_for_verdict(format, risk).await;
            page.click("fieldset button.link").await;
            page.wait_for_verdict(format, case.risk).await;
        }

        page.paste(clean).await;
        page.wait_for_verdict(format, "none").await;
        // A Dockerfile has a job that builds it all the same.
        let rewritten = if format == "dockerfile" { "#none" } else { "#rewrite" };
        let told = format!("#findings article, #path li.stop, .under u, {rewritten}");
        let left = page.attributes(&told, "class").await;
        assert!(left.is_empty(), "of a clean text: {left:?}");
    });
}

#[test]
fn gitlab_ci() {
    check(&Case {
        format: "gitlab-ci",
        risky: texts::GITLAB,
        risk: "high",
        approach: "nested-daemon",
        rules: &["nested-daemon", "unencrypted-daemon", "credential-argument"],
        row: "dind-tls-off",
        quote: "- docker:27-dind",
        way: "buildah",
        corrections: &[("host", "vm", "low"), ("reach", "strangers", "critical")],
        clean: texts::GITLAB_CLEAN,
    });
}

#[test]
fn github_actions() {
    check(&Case {
        format: "github-actions",
        risky: texts::GITHUB,
        risk: "critical",
        approach: "host-socket",
        rules: &["host-socket"],
        row: "host-socket",
        quote: "- /var/run/docker.sock:/var/run/docker.sock",
        way: "buildah",
        corrections: &[("host", "vm", "medium"), ("host", "dedicated", "high")],
        clean: texts::GITHUB_CLEAN,
    });
}

#[test]
fn docker_compose() {
    check(&Case {
        format: "docker-compose",
        risky: texts::COMPOSE,
        risk: "critical",
        approach: "host-socket",
        rules: &["host-socket"],
        row: "host-socket",
        quote: "- /run:/host/run",
        way: "contain",
        corrections: &[("host", "vm", "medium"), ("host", "dedicated", "high")],
        clean: texts::COMPOSE_CLEAN,
    });
}

#[test]
fn dockerfile() {
    check(&Case {
        format: "dockerfile",
        risky: texts::DOCKERFILE,
        risk: "high",
        approach: "nested-daemon",
        rules: &["nested-daemon", "engine-in-image"],
        row: "dind-tls-off",
        quote: r#"CMD ["dockerd", "--host=tcp://0.0.0.0:2375"]"#,
        way: "buildah",
        corrections: &[("host", "vm", "low")],
        clean: texts::DOCKERFILE_CLEAN,
    });
}

#[test]
fn shell() {
    check(&Case {
        format: "shell",
        risky: texts::SHELL,
        risk: "critical",
        approach: "host-socket",
        rules: &["host-socket"],
        row: "host-socket",
        quote: "docker run --rm -v /var/run/docker.sock:/var/run/docker.sock alpine:3.22 true",
        way: "buildah",
        corrections: &[("host", "vm", "medium"), ("host", "dedicated", "high")],
        clean: texts::SHELL_CLEAN,
    });
}

#[test]
fn what_only_the_whole_analysis_reads() {
    with_page("other formats", async |page| {
        for (format, risk, text) in texts::OTHERS {
            page.paste(text).await;
            page.wait_for_verdict(format, risk).await;
            let shown = page.value("document.querySelector('#format').selectedOptions[0].innerText").await;
            let offered = format!("document.querySelector('#format option[value={format}]').innerText");
            assert_eq!(shown, page.value(&offered).await, "{format} is called by its name");
            assert!(page.count("#path li.stop").await >= 2, "{format}: the attack path has stops");
            assert!(page.count("#alternatives li.alt").await >= 1, "{format}: ways out");
        }
    });
}
