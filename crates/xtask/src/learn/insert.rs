//! What the catalog knows, in the form in which a page that is written by hand shows it.

use std::borrow::Cow;

use anyhow::{Context, Result};
use daemonless_catalog::{
    Approach, Builder, CONTAINMENT, Group, Host, LEDGER, Need, OPTIONS, OptionRow, Platform, RISK_LIFT,
    RISK_TABLE, RUNNING, SOURCES, StepTemplate, Verdict,
};
use daemonless_core::RULES;
use maud::{Markup, html};

use super::link::{self, Here};
use super::part::{self, Cell};
use super::text::{capital, line, slug};
use super::{builder, mark, picture, written};

/// An insert: how a comment names it, and what takes its place.
type Insert = (&'static str, fn(Here<'_>) -> Markup);

/// All of them but `approaches`, whose examples are read, and the pictures, `picture ID`.
static INSERTS: &[Insert] = &[
    ("key", |_| picture::key()),
    ("steps", steps),
    ("risk table", risk_table),
    ("powers", powers),
    ("strangers", |here| html! { p { (line(RISK_LIFT.text.trim(), here)) } }),
    ("needs", needs),
    ("builders", builders),
    ("options", options),
    ("ledger", ledger),
    ("said of approaches", said_of_approaches),
    ("containment", containment),
    ("running", running),
    ("rules", rules),
    ("sources", sources),
];

/// The insert of that name.
pub(super) fn named(name: &str, here: Here<'_>) -> Result<Markup> {
    if let Some(id) = name.strip_prefix("picture ") {
        let approach = Approach::from_id(id).with_context(|| format!("no approach `{id}`"))?;
        return Ok(picture::picture(approach, "picture"));
    }
    if name == "approaches" {
        return approaches(here);
    }
    let found = INSERTS.iter().find(|(known, _)| *known == name);
    let (_, insert) = found.with_context(|| format!("no insert `{name}`"))?;
    Ok(insert(here))
}

/// Each approach in short, with its picture and the verdict on its example.
fn approaches(here: Here<'_>) -> Result<Markup> {
    let examples = Approach::ALL.iter().map(|approach| written::example_of(*approach));
    let examples = examples.collect::<Result<Vec<_>>>()?;
    Ok(html! {
        @for (approach, example) in Approach::ALL.iter().zip(&examples) {
            @let info = approach.info();
            article class="approach" id=(info.id) {
                h3 { a href=(here.approach(*approach)) { (info.title) } }
                p { (line(info.in_short, here)) }
                (picture::picture(*approach, "approach"))
                p class="why" { "Good for: " (line(info.good_for, here)) }
                p class="said-of" { "Its example: " (example.verdict(here)) }
                p { (example.link(here, None)) }
            }
        }
    })
}

/// A part of an attack and the steps that belong there.
struct Stage {
    title: &'static str,
    steps: &'static [&'static str],
}

/// In the order of an attack; each step of the catalog stands in one of them.
static STAGES: &[Stage] = &[
    Stage {
        title: "How code gets into the job",
        steps: &[
            "run-code-strangers",
            "run-code-pushers",
            "run-code-protected",
            "run-code-workload",
            "build-step",
        ],
    },
    Stage {
        title: "How it reaches an engine",
        steps: &[
            "call-socket",
            "call-nested",
            "call-own-daemon",
            "call-open-tcp",
            "call-ambient",
            "call-remote",
        ],
    },
    Stage {
        title: "How it gets out",
        steps: &[
            "start-root-container",
            "start-nested-container",
            "nested-privileged-out",
            "privileged-direct",
            "mount-root-direct",
            "read-host-path",
            "namespace-pid",
            "namespace-network",
            "capability",
            "device",
        ],
    },
    Stage {
        title: "What it takes, wipes and leaves",
        steps: &[
            "read-credentials",
            "credential-in-args",
            "other-jobs",
            "other-containers",
            "prune",
            "poison-cache",
            "poison-image",
        ],
    },
    Stage { title: "Where it ends", steps: &["own-container-end", "vm-end"] },
];

/// What stands for a step's placeholders: the step, or none for all of them; the name; the value.
static VALUES: &[(Option<&str>, &str, &str)] = &[
    (Some("call-open-tcp"), "host", "tcp://docker:2375"),
    (Some("call-remote"), "host", "tcp://builds.example.com:2376"),
    (Some("read-host-path"), "source", "/etc"),
    (Some("read-host-path"), "path", "/host/etc"),
    (Some("mount-root-direct"), "path", "/host"),
    (None, "job", "build"),
    (None, "image", "registry.example.com/app"),
    (None, "path", "/var/run/docker.sock"),
    (None, "host", "tcp://docker:2376"),
    (None, "container", "docker:29-dind"),
    (None, "source", "/"),
    (None, "capability", "SYS_ADMIN"),
    (None, "device", "/dev/sda"),
    (None, "command", "docker system prune"),
];

/// A text of a step with examples in place of its placeholders, as code where it is prose.
fn filled(step: &StepTemplate, text: &'static str, prose: bool) -> Cow<'static, str> {
    let mut out = Cow::Borrowed(text);
    for name in step.placeholders {
        let value = |key: Option<&str>| VALUES.iter().find(|(known, of, _)| *known == key && of == name);
        if let Some((.., value)) = value(Some(step.key)).or_else(|| value(None)) {
            let value = if prose { format!("`{value}`") } else { (*value).to_owned() };
            out = Cow::Owned(out.replace(&format!("{{{name}}}"), &value));
        }
    }
    out
}

fn steps(here: Here<'_>) -> Markup {
    html! {
        @for stage in STAGES {
            h3 id=(slug(stage.title)) { (stage.title) }
            @for step in stage.steps.iter().filter_map(|key| daemonless_catalog::step(key)) {
                article class="piece" id=(step.key) {
                    h4 { (line(&filled(step, step.title, true), here)) }
                    p { (line(&filled(step, step.text, true), here)) }
                    @if let Some(command) = step.command {
                        pre class="atk" { code { (filled(step, command, false)) } }
                    }
                    ul class="src" {
                        @for technique in step.techniques {
                            li { a href=(technique.url()) { (technique.id) " " (technique.name) } }
                        }
                        @for weakness in step.weaknesses {
                            li { a href=(weakness.url()) { (weakness.id) " " (weakness.name) } }
                        }
                    }
                    (part::sources(step.sources))
                }
            }
        }
    }
}

fn risk_table(here: Here<'_>) -> Markup {
    let hosts: Vec<_> = Host::ALL.iter().map(|host| capital(host.title())).collect();
    let hosts: Vec<_> = hosts.iter().map(String::as_str).collect();
    let rows = RISK_TABLE.iter().map(|row| {
        let head = html! { a href={ "#" (row.id) } { (line(&capital(row.title), here)) } };
        let cells = Host::ALL.iter().map(|host| Cell(host.title(), mark::risk(row.on(*host))));
        (head, cells.collect())
    });
    part::table("Risk by power and machine", "What a step gets", &hosts, rows)
}

fn powers(here: Here<'_>) -> Markup {
    html! {
        @for row in RISK_TABLE {
            article class="piece" id=(row.id) {
                h3 { (line(&capital(row.title), here)) }
                p { (line(row.text.trim(), here)) }
            }
        }
    }
}

/// The builders, in a line each.
fn builders(here: Here<'_>) -> Markup {
    html! {
        dl class="kv" {
            @for builder in Builder::ALL {
                @let info = builder.info();
                dt { a href=(here.builder(*builder)) { (info.name()) } }
                dd { (line(&info.summary, here)) " " em { "Right when:" } " " (line(info.when_right, here)) }
            }
        }
    }
}

/// Needs and builders.
fn needs(here: Here<'_>) -> Markup {
    let names: Vec<_> = Builder::ALL.iter().map(|builder| builder.info().name()).collect();
    let rows = Need::ALL.iter().map(|need| {
        let cells =
            Builder::ALL.iter().map(|builder| Cell(builder.info().name(), met(*builder, *need, here)));
        (html! { (line(&capital(need.title()), here)) }, cells.collect())
    });
    part::table("Needs and builders", "Need", &names, rows)
}

/// How far a builder meets a need; where there is more to say, with a link to it.
fn met(builder: Builder, need: Need, here: Here<'_>) -> Markup {
    let level = builder.support(need).level;
    let place = format!("{}#{}", link::builder_path(builder.id()), need.id());
    html! {
        @if level.text().is_some() { a href=(here.to(&place)) { (builder::level(level)) } } @else { (builder::level(level)) }
    }
}

/// The table of choices, group by group.
fn options(here: Here<'_>) -> Markup {
    /// A column's head and its cell.
    type Column = (&'static str, fn(&OptionRow) -> &'static str);
    const COLUMNS: &[Column] = &[
        ("Privilege", |row| row.privilege),
        ("Isolation", |row| row.isolation),
        ("Who gets out", |row| row.escape),
        ("Dockerfile", |row| row.dockerfile),
        ("Compose, run", |row| row.compose_run),
        ("Right when", |row| row.right_when),
    ];
    let heads: Vec<_> = COLUMNS.iter().map(|(head, _)| *head).chain(["Risk"]).collect();
    html! {
        @for group in Group::ALL {
            h3 { (capital(group.title())) }
            @let rows = OPTIONS.iter().filter(|row| row.group == *group).map(|row| {
                let cells = COLUMNS.iter().map(|(head, cell)| Cell(head, line(cell(row), here)));
                let risk = html! {
                    (mark::range(row.risk))
                    @if let Some(note) = row.risk_note { small { (line(note, here)) } }
                };
                (option(row, here), cells.chain([Cell("Risk", risk)]).collect())
            });
            (part::table(group.title(), "Choice", &heads, rows))
        }
    }
}

/// The name of a choice, with the page that tells of it.
fn option(row: &OptionRow, here: Here<'_>) -> Markup {
    let title = line(row.title, here);
    html! {
        @if let Some(builder) = row.builder { a href=(here.builder(builder)) { (title) } }
        @else if let Some(approach) = row.approach { a href=(here.approach(approach)) { (title) } }
        @else { (title) }
    }
}

/// What the two articles claim, by whether it holds: what does not, first.
fn ledger(here: Here<'_>) -> Markup {
    const ORDER: [(Verdict, &str); 4] = [
        (Verdict::Wrong, "Does not hold"),
        (Verdict::Dated, "Held once"),
        (Verdict::Partial, "Holds in part"),
        (Verdict::Ok, "Holds"),
    ];
    html! {
        @for (verdict, title) in ORDER {
            h3 id=(verdict.id()) { (title) }
            dl class="said" {
                @for claim in LEDGER.iter().filter(|claim| claim.verdict == verdict) {
                    div id=(claim.id) {
                        dt { (line(claim.claim, here)) small { (claim.article.title()) } }
                        dd { (line(claim.today, here)) (part::sources(claim.sources)) }
                    }
                }
            }
        }
    }
}

fn said_of_approaches(here: Here<'_>) -> Markup {
    html! {
        @for approach in Approach::ALL.iter().filter(|approach| !approach.info().common_wisdom.is_empty()) {
            h3 id=(approach.id()) { a href=(here.approach(*approach)) { (approach.info().title) } }
            (part::corrections(approach.info().common_wisdom, here))
        }
    }
}

/// Advice for a daemon that stays, by where it is set.
fn containment(here: Here<'_>) -> Markup {
    html! {
        @for platform in Platform::ALL {
            @let own: Vec<_> = CONTAINMENT.iter().filter(|advice| advice.platform == *platform).collect();
            @if !own.is_empty() {
                h3 id={ "at-" (platform.id()) } { (capital(platform.title())) }
                (part::advice(own, here))
            }
        }
    }
}

fn running(here: Here<'_>) -> Markup {
    html! {
        @for way in RUNNING {
            h3 id=(way.id) { (line(way.title, here)) }
            p { (line(way.when, here)) }
            p class="why" {
                "It serves: "
                @for (at, need) in way.needs.iter().enumerate() { @if at > 0 { ", " } (line(need.title(), here)) }
                "."
            }
            (part::advice(way.conditions, here))
        }
    }
}

fn rules(here: Here<'_>) -> Markup {
    html! {
        dl class="kv" {
            @for rule in RULES {
                dt { a href=(here.rule(rule.id)) { code { (rule.id) } } }
                dd { (line(rule.summary, here)) "." }
            }
        }
    }
}

fn sources(_: Here<'_>) -> Markup {
    html! { ul class="src all" { @for source in SOURCES { li id=(source.id) { (part::source(source)) } } } }
}

#[cfg(test)]
mod tests {
    use daemonless_catalog::STEPS;

    use super::*;

    #[test]
    fn each_step_stands_in_one_stage() {
        let mut staged: Vec<_> = STAGES.iter().flat_map(|stage| stage.steps).copied().collect();
        let mut known: Vec<_> = STEPS.iter().map(|step| step.key).collect();
        staged.sort_unstable();
        known.sort_unstable();
        assert_eq!(staged, known);
    }

    #[test]
    fn each_placeholder_has_an_example() {
        for step in STEPS {
            for text in [Some(step.title), Some(step.text), step.command].into_iter().flatten() {
                let filled = filled(step, text, true);
                for name in step.placeholders {
                    assert!(!filled.contains(&format!("{{{name}}}")), "{}: {filled}", step.key);
                }
            }
        }
    }
}
