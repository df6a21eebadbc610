//! Texts of the guide's own: the analysis reads each while the guide is written, and what the guide says of a text has to be
//! what the analysis says.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail, ensure};
use daemonless_catalog::{Host, Risk};
use daemonless_core::model::Reach;
use daemonless_core::report::{FileReport, FindingReport, StepReport};
use daemonless_core::{Context, File, UNNAMED, analyze, format};
use maud::{Markup, html};

use super::link::Here;
use super::mark;
use super::text::line;
use super::try_it::TryIt;

/// A text with what the analysis says of it.
pub(super) struct Example {
    file: File,
    context: Context,
    report: FileReport,
    /// Whether the attack is told step by step below it.
    shows_path: bool,
}

impl Example {
    /// Reads a text.
    fn new(file: File, context: Context) -> Result<Self> {
        let mut report = analyze(std::slice::from_ref(&file), &context);
        let report = report.files.pop().context("the analysis reports on each file")?;
        Ok(Self { file, context, report, shows_path: false })
    }

    /// The text of a fence, by what stands behind its ticks: language, path, and claims on the text. The claims are
    /// `approach`, `risk` and `rule`; `host` and `reach` are what the analysis is told; `show=path` tells the attack.
    pub(super) fn of_fence(info: &str, text: &str) -> Result<Self> {
        let mut words = info.split_whitespace().skip(1);
        let path = words.next().context("a fence names a path behind its language")?;
        let mut told = BTreeMap::new();
        for word in words {
            let (name, value) = word.split_once('=').with_context(|| format!("`{word}` is no claim"))?;
            let known = ["approach", "risk", "rule", "host", "reach", "show"].contains(&name);
            ensure!(known, "`{name}` is no claim");
            told.entry(name).or_insert_with(Vec::new).push(value);
        }
        let first = |name: &str| told.get(name).and_then(|values| values.first()).copied();
        let context = Context {
            host: known(first("host"), Host::ALL, Host::id)?,
            reach: known(first("reach"), Reach::ALL, Reach::id)?,
            read: 0,
        };
        let file = File { path: path.to_owned(), text: text.to_owned(), format: None };
        let example = Self { shows_path: first("show") == Some("path"), ..Self::new(file, context)? };
        let (approach, risk) = (first("approach"), first("risk"));
        let (Some(approach), Some(risk)) = (approach, risk) else {
            bail!("{path}: a fence says `approach=…` and `risk=…`");
        };
        example.holds(approach, risk, told.get("rule").map_or(&[], Vec::as_slice))?;
        Ok(example)
    }

    /// An example of a rule's documentation, which names the format.
    pub(super) fn of_rule(format: &str, text: &str) -> Result<Self> {
        let format = Some(format.to_owned());
        Self::new(File { path: UNNAMED.to_owned(), text: text.to_owned(), format }, Context::default())
    }

    /// An error unless the analysis says this.
    fn holds(&self, approach: &str, risk: &str, rules: &[&str]) -> Result<()> {
        let Self { file, report, .. } = self;
        let approaches: Vec<_> = report.jobs.iter().map(|job| job.approach).collect();
        let found: Vec<_> = report.findings.iter().map(|finding| finding.rule).collect();
        let wrong = !approaches.contains(&approach)
            || report.risk != risk
            || rules.iter().any(|rule| !found.contains(rule));
        ensure!(
            !wrong,
            "{}: the guide says {approach}, {risk}, {rules:?}; the analysis says {approaches:?}, {}, {found:?}",
            file.path,
            report.risk
        );
        Ok(())
    }

    /// What this rule says of the text.
    pub(super) fn finding(&self, rule: &str) -> Option<&FindingReport> {
        self.report.findings.iter().chain(&self.report.notes).find(|finding| finding.rule == rule)
    }

    /// The steps of the attack on the job that has the most of them.
    fn attack(&self) -> &[StepReport] {
        self.report.jobs.iter().map(|job| &job.path[..]).max_by_key(|path| path.len()).unwrap_or_default()
    }

    /// The keys of those steps.
    #[cfg(test)]
    pub(super) fn steps(&self) -> impl Iterator<Item = &'static str> {
        self.attack().iter().map(|step| step.id)
    }

    /// The text rewritten for a builder, with the verdict on that; nothing where no job could be.
    fn rewritten(&self, builder: &str) -> Option<Self> {
        let files = std::slice::from_ref(&self.file);
        let mut rewritten = daemonless_core::rewrite(files, &self.context, 0, builder)?;
        let report = rewritten.after.pop().filter(|_| !rewritten.jobs.is_empty())?;
        let file = File { text: rewritten.text, ..self.file.clone() };
        Some(Self { file, report, context: self.context.clone(), shows_path: false })
    }

    /// The text, the verdict on it and the way into the editor.
    pub(super) fn show(&self, here: Here<'_>) -> Markup {
        let path = self.shows_path.then(|| steps(self.attack(), here));
        html! { (self.show_saying(here, self.verdict(here))) @if let Some(path) = path { (path) } }
    }

    /// The same with other words below the text.
    pub(super) fn show_saying(&self, here: Here<'_>, said: Markup) -> Markup {
        self.figure(here, said, self, None)
    }

    /// The text rewritten for a builder, and what is said of that; in the editor both are seen. Nothing where no job could be
    /// rewritten.
    pub(super) fn show_for(&self, here: Here<'_>, builder: &str) -> Option<Markup> {
        let after = self.rewritten(builder)?;
        Some(self.figure(here, after.verdict(here), &after, Some(builder)))
    }

    /// What the analysis says of the text, in a sentence.
    pub(super) fn verdict(&self, here: Here<'_>) -> Markup {
        let risk = Risk::from_id(self.report.risk).unwrap_or_default();
        html! { (mark::risk(risk)) " " (line(&self.report.headline, here)) }
    }

    /// `shown` with words below it; this text is what the editor is opened with.
    fn figure(&self, here: Here<'_>, said: Markup, shown: &Self, builder: Option<&str>) -> Markup {
        html! {
            figure class="example" {
                figcaption { @if let Some(path) = self.path() { code { (path) } " " } span { (self.format()) } }
                (shown.code())
                p class="said-of" { (said) }
                p { (self.link(here, builder)) }
            }
        }
    }

    /// The way into the editor, which shows the text rewritten for this builder.
    pub(super) fn link(&self, here: Here<'_>, builder: Option<&str>) -> Markup {
        let files = std::slice::from_ref(&self.file);
        let address = here.try_it(&TryIt { files, context: &self.context, builder });
        html! {
            a class="btn" href=(address) {
                "Try it" span class="vh" { ": " (self.path().unwrap_or(self.format())) }
            }
        }
    }

    /// The name of its file, if it has one.
    fn path(&self) -> Option<&str> {
        Some(self.file.path.as_str()).filter(|path| *path != UNNAMED)
    }

    fn format(&self) -> &'static str {
        format::by_id(self.report.format).map_or("", |format| format.title)
    }

    /// The text, with a bar beside the lines that something is found in.
    fn code(&self) -> Markup {
        let found = |number: u32| {
            self.report.findings.iter().any(|finding| {
                let range = &finding.range;
                range.file.is_none() && (range.line..=range.end_line).contains(&number)
            })
        };
        html! {
            pre class="sheet text" {
                @for (number, line) in (1..).zip(self.file.text.lines()) {
                    // Each line ends as one, so that it is copied as one.
                    @if found(number) { mark { code { (line) "\n" } } } @else { code { (line) "\n" } }
                }
            }
        }
    }
}

/// The one of that id, if one is named.
fn known<T: Copy>(id: Option<&str>, all: &[T], id_of: fn(T) -> &'static str) -> Result<Option<T>> {
    let Some(id) = id else { return Ok(None) };
    let found = all.iter().copied().find(|one| id_of(*one) == id);
    Ok(Some(found.with_context(|| format!("no `{id}`"))?))
}

/// An attack as the analysis tells it, step by step.
fn steps(path: &[StepReport], here: Here<'_>) -> Markup {
    html! {
        ol class="stops" {
            @for (number, step) in (1..).zip(path) {
                li class="stop" {
                    i aria-hidden="true" { (number) }
                    div {
                        h3 { a href=(here.step(step.id)) { (line(&step.title, here)) } }
                        p { (line(&step.text, here)) }
                        @if let Some(command) = &step.command { pre class="atk" { code { (command) } } }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(info: &str, holds: bool) {
        let text = "build:\n  image: docker:29-cli\n  services: [docker:29-dind]\n  script: docker build .\n";
        let found = Example::of_fence(info, text);
        assert_eq!(found.is_ok(), holds, "{info}: {:?}", found.err());
    }

    #[test]
    fn a_claim_that_does_not_hold_is_an_error() {
        check("yaml .gitlab-ci.yml approach=nested-daemon risk=high", true);
        check("yaml .gitlab-ci.yml approach=nested-daemon risk=high rule=nested-daemon", true);
        check("yaml .gitlab-ci.yml approach=nested-daemon risk=low host=vm", true);
        check("yaml .gitlab-ci.yml approach=nested-daemon risk=critical reach=strangers", true);
        check("yaml .gitlab-ci.yml approach=nested-daemon risk=low", false);
        check("yaml .gitlab-ci.yml approach=host-socket risk=high", false);
        check("yaml .gitlab-ci.yml approach=nested-daemon risk=high rule=host-socket", false);
        check("yaml .gitlab-ci.yml approach=nested-daemon", false);
        check("yaml .gitlab-ci.yml approach=nested-daemon risk=high rules=nested-daemon", false);
        check("yaml .gitlab-ci.yml approach=nested-daemon risk=high reach=anyone", false);
        check("yaml .gitlab-ci.yml approach=nested-daemon risk=high host=mine", false);
        check("yaml", false);
    }
}
