//! Pages of the catalog: builders, approaches, risk, the ledger of claims, sources.

use std::fmt::Write as _;

use anyhow::Result;
use daemonless_catalog::{
    APPROACHES, Approach, Builder, CONTAINMENT, Containment, Host, LEDGER, Level, Need, RISK_LIFT,
    RISK_TABLE, RUNNING, SOURCES, Setting, Support,
};

use super::markdown::{anchor, cited, fence, link, listed, table};

/// Each builder, and the matrix of needs.
pub(super) fn builders() -> Result<String> {
    let mut out = String::from(
        "Each builder is a file of `crates/catalog/facts/builders/`. `daemonless explain BUILDER` prints the same \
         facts.\n\n## Needs\n\nWhat a job asks of its engine, and whether a builder does it. *Ignored* means accepted \
         and not done, without an error.\n\n",
    );
    let mut head = vec!["Need".to_owned(), "Id".to_owned()];
    head.extend(Builder::ALL.iter().map(|builder| {
        let title = builder.info().title;
        format!("[{title}](#{})", anchor(title))
    }));
    let _ = writeln!(out, "| {} |\n|{}", head.join(" | "), " --- |".repeat(head.len()));
    for need in Need::ALL {
        let cells = Builder::ALL.iter().map(|builder| level(builder.support(*need).level));
        let cells = cells.collect::<Vec<_>>().join(" | ");
        let _ = writeln!(out, "| {} | `{}` | {cells} |", capital(need.title()), need.id());
    }
    for builder in Builder::ALL {
        self::builder(&mut out, *builder);
    }
    Ok(out)
}

/// A cell of the matrix.
fn level(level: Level) -> String {
    match level {
        Level::Yes => "yes".into(),
        Level::Since(version) => format!("since {version}"),
        Level::Conditional(_) => "with a condition".into(),
        Level::Ignored(_) => "*ignored*".into(),
        Level::No(_) => "no".into(),
    }
}

fn builder(out: &mut String, builder: Builder) {
    let info = builder.info();
    let _ = write!(
        out,
        "\n## {}\n\n`{}`. {} [Home page]({}).\n\nVersion {} of {}, checked {}; image `{}`.\n\n",
        info.title,
        info.id,
        info.summary,
        info.homepage,
        info.version,
        info.released,
        info.checked,
        info.image
    );
    for (title, text) in [
        ("When it is the right choice", info.when_right),
        ("Isolation", &info.isolation),
        ("Login", &info.login),
        ("Upkeep", &info.upkeep),
    ] {
        let _ = write!(out, "**{title}.** {text}\n\n");
    }

    let _ = write!(out, "### {}: what the runner must allow\n\n", info.title);
    for needed in info.requires {
        let _ = writeln!(
            out,
            "- {}: {}{}",
            capital(needed.platform.title()),
            needed.text,
            cited(&[needed.source])
        );
        setting(out, needed.setting.as_ref());
        if let Some(error) = needed.error_without {
            let _ = write!(out, "\n  Without it: `{error}`\n\n");
        }
    }
    if !info.variables.is_empty() {
        let _ = write!(out, "\n### {}: variables of the job\n\n", info.title);
        let rows = info.variables.iter().map(|set| {
            let already = if set.in_image { " The image sets it already." } else { "" };
            [format!("`{}`", set.name), format!("`{}`", set.value), format!("{}{already}", set.why)]
        });
        out.push_str(&table(["Variable", "Value", "Why"], rows));
    }
    let told: Vec<_> = info.supports.iter().filter(|support| worth_telling(support)).collect();
    if !told.is_empty() {
        let _ = write!(out, "\n### {}: needs with a word to them\n\n", info.title);
        let rows = told.into_iter().map(|support| {
            let texts = [support.level.text(), support.note.as_deref()];
            let words = texts.into_iter().flatten().map(sentence).collect::<Vec<_>>().join(" ");
            [
                capital(support.need.title()),
                level(support.level),
                format!("{words}{}", cited(&[support.source])).trim().to_owned(),
            ]
        });
        out.push_str(&table(["Need", "", "What happens"], rows));
    }
    let _ = write!(out, "\n### {}: sources\n\n{}", info.title, listed(info.sources));
}

fn worth_telling(support: &Support) -> bool {
    support.level.text().is_some() || support.note.is_some()
}

/// A setting below an item of a list.
fn setting(out: &mut String, setting: Option<&Setting>) {
    if let Some(setting) = setting {
        let block = fence("", setting.snippet);
        let block: String = block.lines().map(|line| format!("  {line}\n")).collect();
        let _ = write!(out, "\n  `{}` in {}:\n\n{block}\n", setting.key, setting.file);
    }
}

/// Each approach in full, then the advice for a daemon that must stay.
pub(super) fn approaches() -> Result<String> {
    let mut out = String::from(
        "Of a job, the approach is its worst access to an engine; this is their order, worst first. Each is a file of \
         `crates/catalog/facts/approaches/`.\n",
    );
    for approach in Approach::ALL {
        let info = approach.info();
        let _ = write!(out, "\n## {}\n\n`{}`. {}\n\n{}\n\n", info.title, info.id, info.in_short, info.what);
        for (title, text) in [
            ("Good for", info.good_for),
            ("Who rightly uses it", info.rightly_used_by),
            ("What would have to change", info.change),
            ("In practice", info.in_practice),
        ] {
            if !text.is_empty() {
                let _ = write!(out, "**{title}.** {text}\n\n");
            }
        }
        if !info.why.is_empty() {
            let _ = write!(out, "### {}: why it matters\n\n", info.title);
            for why in info.why {
                let _ = writeln!(out, "- **{}.** {}{}", why.title, why.text, cited(why.sources));
            }
            out.push('\n');
        }
        if !info.in_full.is_empty() {
            let _ = write!(out, "### {}: in full\n\n{}\n\n", info.title, info.in_full.trim());
        }
        if !info.common_wisdom.is_empty() {
            let _ = write!(out, "### {}: what is often said\n\n", info.title);
            for said in info.common_wisdom {
                let _ = writeln!(out, "- {} *Today:* {}{}", said.claim, said.today, cited(said.sources));
            }
            out.push('\n');
        }
        if !info.sources.is_empty() {
            let _ = write!(out, "### {}: sources\n\n{}", info.title, listed(info.sources));
        }
    }
    out.push_str("\n## Where tests run containers\n\n");
    for way in RUNNING {
        let needs: Vec<_> = way.needs.iter().map(|need| need.title()).collect();
        let _ = write!(out, "### {}\n\n{} It serves: {}.\n\n", way.title, way.when, needs.join("; "));
        advise(&mut out, way.conditions);
        out.push('\n');
    }
    out.push_str("\n## Where a daemon must stay\n\n");
    advise(&mut out, CONTAINMENT);
    Ok(out)
}

/// Advice as a list, each with its setting.
fn advise(out: &mut String, advice: &[Containment]) {
    for advice in advice {
        let _ = writeln!(
            out,
            "- **{}** ({}). {}{}",
            advice.title,
            advice.platform.title(),
            advice.text,
            cited(&[advice.source])
        );
        setting(out, advice.setting.as_ref());
    }
}

/// The table of power and host, and the rule for strangers.
pub(super) fn risk() -> Result<String> {
    let mut out = String::from(
        "Risk is read from three facts, each with the lines that prove it: what one malicious step gets (power), who can \
         put a step there (reach), and what machine it runs on (host). A job has the risk of its worst access, a file \
         that of its worst job. Where the file does not say what the machine is, it counts as shared. `--host` and \
         `--reach`, and the same questions on the page, correct what the file does not tell.\n\n",
    );
    let mut head = vec!["Power".to_owned(), "Id".to_owned()];
    head.extend(Host::ALL.iter().map(|host| format!("{} (`{}`)", capital(host.title()), host.id())));
    let _ = writeln!(out, "| {} |\n|{}", head.join(" | "), " --- |".repeat(head.len()));
    for row in RISK_TABLE {
        let cells = Host::ALL.iter().map(|host| row.on(*host).id()).collect::<Vec<_>>().join(" | ");
        let _ = writeln!(out, "| {} | `{}` | {cells} |", capital(row.title), row.id);
    }
    let _ = write!(out, "\n**Strangers.** {}\n", RISK_LIFT.text.trim());
    for row in RISK_TABLE {
        let _ = write!(out, "\n## {}\n\n`{}`. {}\n", capital(row.title), row.id, row.text.trim());
    }
    Ok(out)
}

/// What the founding articles claim, and what holds.
pub(super) fn common_wisdom() -> Result<String> {
    let mut out = String::from(
        "The project began with two articles on Docker-in-Docker. Each of their claims, whether it holds (`ok`), did once \
         (`dated`), does under conditions that it does not name (`partial`) or does not (`wrong`), and what is known \
         today. The page tells these where they concern what was pasted.\n\n",
    );
    let rows = LEDGER.iter().map(|claim| {
        [
            claim.claim.to_owned(),
            claim.article.title().to_owned(),
            format!("`{}`", claim.verdict.id()),
            format!("{}{}", claim.today, cited(claim.sources)),
        ]
    });
    out.push_str(&table(["Claim", "Said by", "", "Today"], rows));
    let _ = write!(out, "\nWhat is often said of one approach stands with [the approach](approaches.md).\n");
    Ok(out)
}

/// Every source.
pub(super) fn sources() -> Result<String> {
    let rows =
        SOURCES.iter().map(|source| [link(source), source.checked.to_owned(), format!("`{}`", source.id)]);
    Ok(format!(
        "{} pages and files. The date is the day that the page was checked or that the version read was published. The \
         id is what the catalog's files cite.\n\n{}\nThe {} approaches, the {} builders and the advice cite them where \
         they use them.",
        SOURCES.len(),
        table(["Source", "Checked", "Id"], rows),
        APPROACHES.len(),
        Builder::ALL.len()
    ))
}

/// With a capital at its start.
fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + chars.as_str())
}

/// With a capital at its start and a full stop at its end.
fn sentence(text: &str) -> String {
    let text = capital(text.trim());
    if text.ends_with(['.', '?']) { text } else { format!("{text}.") }
}
