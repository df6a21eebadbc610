//! A file whose daemon stays, in the safest form of what it has: TLS, a fixed version, no root where nothing needs it.
//! What the file can't say is a setting of the runner and comes with the rewrite.

use std::collections::{BTreeMap, BTreeSet};

use daemonless_catalog::{Approach, Builder, CONTAINMENT, Need, Risk};

use super::gitlab_ci::layout::Layout;
use super::{Change, Left, MOST_ROUNDS, View, with_text};
use crate::access::daemon;
use crate::alternatives::suits;
use crate::analysis::{self, Analysis};
use crate::edit::{self, Edit};
use crate::engine::address::Address;
use crate::engine::image::{self, Kind, Reference};
use crate::model::{Container, Job, Role, Value};
use crate::report::{RequirementReport, RewriteReport, advised};
use crate::source::{FileId, Span};
use crate::syntax::yaml;
use crate::{Context, File, order};

/// The name by which it is asked for, in the place of a builder's.
pub const ID: &str = "contain";

/// Formats whose files are changed or, where nothing in them can be, get the settings that narrow their daemon.
static FORMATS: &[&str] = &["gitlab-ci", "github-actions"];

/// Whether it can be written for files of this format.
pub fn can(format: &str) -> bool {
    FORMATS.contains(&format)
}

/// Needs for which containers may ask the daemon for more than a rootless one has.
static ROOTFUL: &[Need] = &[
    Need::Compose,
    Need::Testcontainers,
    Need::KubernetesInDocker,
    Need::Swarm,
    Need::MultiPlatform,
    Need::VolumePlugin,
    Need::WindowsContainers,
];

/// Names that the certificate of the daemon's image is for without being told.
static CERTIFIED: &[&str] = &["docker", "localhost", "127.0.0.1"];

const TLS: &str = "With TLS the daemon asks for a certificate that the job has, and its neighbours have not.";
const PIN: &str = "A fixed version, so that the daemon does not change under the pipeline.";
const ROOTLESS: &str = "The rootless daemon runs without root: nothing that this job does needs it.";

/// The file of index `index` with its daemons contained; `None` where its format can't be.
pub fn contain(files: &[File], context: &Context, index: usize) -> Option<RewriteReport> {
    let file = files.get(index)?;
    let analysis = analysis::analyze(files, index, context);
    let format = analysis.detected.format?.id;
    if !can(format) {
        return None;
    }
    let tree = yaml::parse(FileId(u32::try_from(index).ok()?), &file.text);
    // No command is translated, so the builder is asked for nothing.
    let view = View::new(&file.text, &tree, &analysis, Builder::Buildah);
    let (mut chosen, mut left) = candidates(&analysis, format);
    let reaches = !chosen.is_empty() || !left.is_empty();
    let mut done = Done::default();
    for _ in 0..MOST_ROUNDS {
        done = Containing::new(&view, &chosen).run();
        let mut failed = std::mem::take(&mut done.failed);
        let edits = edit::sorted(done.changes.iter().map(|(_, edit)| edit.clone()).collect());
        match edits {
            Some(edits) if failed.is_empty() => {
                let text = edit::apply(view.text, &edits);
                let after = analysis::analyze(&with_text(files, index, text), index, context);
                failed = worse(&analysis, &after, &chosen);
            }
            None => failed.extend(chosen.last().and_then(|at| {
                let job = view.job(*at)?;
                Some((*at, leave(job, job.name_span, "its changes fall on another job's")))
            })),
            _ => {}
        }
        if failed.is_empty() {
            break;
        }
        chosen.retain(|at| !failed.contains_key(at));
        left.extend(failed.into_values());
        done = Done::default();
    }
    left.append(&mut done.notes);
    order::sort_by(&mut left, Ord::cmp);
    left.dedup();
    let requires = if reaches { requires(format, &analysis) } else { Vec::new() };
    let report = view.report(files, context, index, done.changes, left, Vec::new(), &done.touched);
    Some(RewriteReport { builder: ID, requires, ..report })
}

/// The jobs whose daemon stands in the file, and what is left of the others that reach one.
fn candidates(analysis: &Analysis, format: &str) -> (BTreeSet<usize>, Vec<Left>) {
    let (mut chosen, mut left) = (BTreeSet::new(), Vec::new());
    for (at, (job, verdict)) in analysis.unit.jobs.iter().zip(&analysis.verdicts).enumerate() {
        if verdict.approach >= Approach::Daemonless {
            continue;
        }
        if format == "gitlab-ci" && !daemons(job).is_empty() && verdict.approach != Approach::HostSocket {
            chosen.insert(at);
            continue;
        }
        let why = match verdict.approach {
            Approach::HostSocket => {
                "its daemon is the machine's own, and no change of this file makes that safe: give the job a machine of its \
                 own, or a proxy that only builds"
            }
            Approach::VmDaemon => "its daemon ends with its machine: nothing is to be contained",
            _ => "its daemon is not set up in this file: the settings that narrow it are the runner's",
        };
        left.push(leave(job, job.name_span, why));
    }
    (chosen, left)
}

fn leave(job: &Job, span: Span, why: &str) -> Left {
    Left { span, job: job.name.clone(), why: why.to_owned() }
}

/// The settings that narrow the daemon from outside of the file.
fn requires(format: &str, analysis: &Analysis) -> Vec<RequirementReport> {
    let socket = analysis.verdicts.iter().any(|verdict| verdict.approach == Approach::HostSocket);
    let advice = CONTAINMENT.iter().filter(|advice| match advice.id {
        "drop-socket" => socket && suits(advice.platform, format),
        "socket-proxy" => socket,
        // The edits do that.
        "dind-rootless" | "pinned-daemon" => false,
        _ => suits(advice.platform, format),
    });
    advice.map(advised).collect()
}

/// The jobs that are worse off than before: another approach, a higher risk, a rule that did not fire.
fn worse(before: &Analysis, after: &Analysis, chosen: &BTreeSet<usize>) -> BTreeMap<usize, Left> {
    let rules = |analysis: &Analysis| -> BTreeSet<(usize, &'static str)> {
        let findings = analysis.findings.iter();
        findings.flat_map(|one| one.jobs.iter().map(|job| (*job, one.rule.id))).collect()
    };
    let (old_rules, new_rules) = (rules(before), rules(after));
    let new: BTreeSet<usize> = new_rules.difference(&old_rules).map(|(job, _)| *job).collect();
    let broken =
        after.unit.errors.len() > before.unit.errors.len() || after.unit.jobs.len() != before.unit.jobs.len();
    let rank = |risk: Risk| Risk::ALL.iter().position(|one| *one == risk);
    let is_worse = |at: &usize| match (before.verdicts.get(*at), after.verdicts.get(*at)) {
        (Some(old), Some(new)) => new.approach < old.approach || rank(new.risk) > rank(old.risk),
        _ => true,
    };
    let failed = chosen.iter().filter(|at| broken || new.contains(at) || is_worse(at));
    let failed = failed.filter_map(|at| {
        let job = before.unit.jobs.get(*at)?;
        Some((*at, leave(job, job.name_span, "the changed text does not read as it should")))
    });
    failed.collect()
}

/// What was done for the jobs.
#[derive(Default)]
struct Done {
    changes: Vec<Change>,
    notes: Vec<Left>,
    failed: BTreeMap<usize, Left>,
    touched: BTreeSet<usize>,
}

struct Containing<'c, 'v> {
    view: &'v View<'v>,
    chosen: &'c BTreeSet<usize>,
    layout: Layout,
    /// The jobs whose daemon can be the rootless one.
    rootless: BTreeSet<usize>,
    done: Done,
}

impl<'c, 'v> Containing<'c, 'v> {
    fn new(view: &'v View<'v>, chosen: &'c BTreeSet<usize>) -> Self {
        Self {
            view,
            chosen,
            layout: Layout::new(view.tree),
            rootless: BTreeSet::new(),
            done: Done::default(),
        }
    }

    fn run(mut self) -> Done {
        for at in self.chosen {
            if let Some(job) = self.view.job(*at)
                && self.without_root(*at, job)
            {
                self.rootless.insert(*at);
            }
        }
        for at in self.chosen {
            if let Some(job) = self.view.job(*at) {
                self.job(*at, job);
            }
        }
        self.done
    }

    fn change(&mut self, at: usize, edit: Edit) {
        self.done.touched.insert(at);
        self.done.changes.push((self.view.name(at), edit));
    }

    fn fail(&mut self, at: usize, span: Span, why: &str) {
        if let Some(job) = self.view.job(at) {
            self.done.failed.entry(at).or_insert(leave(job, span, why));
        }
    }

    fn job(&mut self, at: usize, job: &Job) {
        let daemons = daemons(job);
        for one in &daemons {
            if let Some(image) = &one.image {
                self.image(at, image, true);
            }
        }
        let own = job.containers.iter().find(|one| one.role == Role::Job).and_then(|one| one.image.as_ref());
        if let Some(image) = own.filter(|image| image::kind(image.as_str(), false) == Kind::Client) {
            self.image(at, image, false);
        }
        self.tls(at, job, &daemons);
    }

    /// Whether the daemon can be the rootless one; where the job's needs forbid it, that is said.
    fn without_root(&mut self, at: usize, job: &Job) -> bool {
        let daemons = daemons(job);
        if daemons.iter().all(|one| daemon(one) == Some(true)) {
            return false;
        }
        let needs = self.view.analysis.needs.get(at);
        let need = ROOTFUL.iter().find_map(|need| {
            let spans = needs?.get(*need)?;
            Some((spans.first().copied().unwrap_or(job.name_span), need.title().to_owned()))
        });
        let strong = |one: &&Container| {
            one.role == Role::Started
                && (one.privileged.is_some()
                    || !one.namespaces.is_empty()
                    || !one.capabilities.is_empty()
                    || !one.devices.is_empty()
                    || !one.security.is_empty())
        };
        let started = || {
            let one = job.containers.iter().find(strong)?;
            Some((one.span, "a container with more than a container's rights".to_owned()))
        };
        // Which driver works is another question without root.
        let tuned = || {
            let mut words = daemons.iter().flat_map(|one| &one.command);
            let word = words.find(|word| word.as_str().starts_with("--storage-driver"))?;
            Some((word.span, format!("a daemon with `{}`", word.as_str())))
        };
        let Some((span, what)) = need.or_else(started).or_else(tuned) else { return true };
        let why = format!("it needs {what}, so its daemon keeps root; try the rootless one by hand");
        self.done.notes.push(leave(job, span, &why));
        false
    }

    /// Docker's own image with a version, and as the rootless daemon.
    fn image(&mut self, at: usize, image: &Value, service: bool) {
        let written = self.view.text.get(image.span.range()).unwrap_or("");
        let text = written.trim_matches(['"', '\'']);
        let reference = Reference::parse(text);
        let from_hub = matches!(reference.registry, "" | "docker.io") || reference.registry.contains('$');
        if reference.name() != "docker" || !from_hub || !reference.digest.is_empty() {
            return;
        }
        let pinned = pinned(reference.tag, service);
        // A job whose daemon keeps root may share the line.
        let without_root = service && self.view.only_used_by(image.span, &self.rootless);
        let tag = match pinned.strip_suffix("dind") {
            Some(_) if without_root => format!("{pinned}-rootless"),
            None if without_root && !pinned.contains('-') => {
                format!("{pinned}-dind-rootless")
            }
            _ => pinned.clone(),
        };
        if tag == reference.tag {
            return;
        }
        let name = text.strip_suffix(reference.tag).map_or(text, |name| name.trim_end_matches(':'));
        let reason = match (tag == pinned, pinned == reference.tag) {
            (true, _) => PIN.to_owned(),
            (false, true) => ROOTLESS.to_owned(),
            (false, false) => format!("{ROOTLESS} {PIN}"),
        };
        self.change(
            at,
            Edit::replace(image.span, written.replacen(text, &format!("{name}:{tag}"), 1), reason),
        );
    }

    /// TLS, where the daemon listens without it or the job speaks without it.
    fn tls(&mut self, at: usize, job: &Job, daemons: &[&Container]) {
        let scripts = job.commands.iter().flat_map(|command| command.engine_env.iter());
        let services = daemons.iter().flat_map(|one| &one.env);
        let vars: Vec<_> = job.env.iter().chain(services).chain(scripts).collect();
        let mut tells: Option<&str> = None;
        let mut open = false;
        let mut seen = BTreeSet::new();
        for var in &vars {
            let value = &var.value;
            let is_host = var.name == "DOCKER_HOST" && Address::parse(value.as_str()).is_plain_tcp();
            let is_directory =
                var.name == "DOCKER_TLS_CERTDIR" && !value.unknown && value.as_str().trim().is_empty();
            if let (true, Address::Tcp { host, .. }) = (is_host, Address::parse(value.as_str())) {
                let named = |one: &&Container| one.names.iter().any(|name| name == host);
                if !CERTIFIED.contains(&host) && !daemons.iter().any(named) {
                    continue;
                }
                tells = Some(host);
            }
            if !(is_host || is_directory) || !seen.insert((var.name_span, value.span)) {
                continue;
            }
            open = true;
            if self.is_shared(var.name_span) {
                return self.fail(at, var.name_span, "another job with another daemon shares this line");
            }
            let written = self.view.text.get(value.span.range()).unwrap_or("");
            if is_directory {
                let edit = match written.is_empty() || value.span.start < var.name_span.end {
                    true => Edit::insert(var.name_span, var.name_span.end + 1, " \"/certs\"", TLS),
                    false => Edit::replace(value.span, "\"/certs\"", TLS),
                };
                self.change(at, edit);
            } else if written.contains(":2375") {
                self.change(at, Edit::replace(value.span, written.replacen(":2375", ":2376", 1), TLS));
            } else if written.contains(value.as_str()) {
                let text = format!("{}:2376", value.as_str().trim_end_matches('/'));
                self.change(at, Edit::replace(value.span, written.replacen(value.as_str(), &text, 1), TLS));
            } else {
                return self.fail(at, value.span, "its address is put together from other variables");
            }
        }
        for flag in job.invocations.iter().filter(|one| one.is_docker()).flat_map(|one| &one.globals) {
            let Some(value) = flag.value.as_ref().filter(|_| flag.name == "host") else { continue };
            let Address::Tcp { host, port: "2375" } = Address::parse(value.as_str()) else { continue };
            let written = self.view.text.get(value.span.range()).unwrap_or("");
            (open, tells) = (true, Some(host));
            match written.contains(":2375") {
                true => {
                    self.change(at, Edit::replace(value.span, written.replacen(":2375", ":2376", 1), TLS));
                }
                false => {
                    return self.fail(at, value.span, "its address is put together from other variables");
                }
            }
        }
        for one in daemons {
            open |= self.options(at, one);
        }
        if let Some(host) = tells.filter(|_| open) {
            self.client(at, job, host);
        }
    }

    /// Whether a job whose daemon is another one uses what stands there.
    fn is_shared(&self, span: Span) -> bool {
        let view = self.view;
        let other = |user: &usize| {
            let reaches = |at: usize| {
                view.analysis.verdicts.get(at).is_some_and(|one| one.approach < Approach::Daemonless)
            };
            !self.chosen.contains(user) && reaches(*user)
        };
        view.users.get(&span).is_some_and(|users| users.iter().any(other))
    }

    /// Takes the options away that open the daemon without TLS, and says whether there were any.
    fn options(&mut self, at: usize, daemon: &Container) -> bool {
        let words: Vec<&str> = daemon.command.iter().map(Value::as_str).collect();
        let gone = opening(&words);
        if gone.is_empty() {
            return false;
        }
        let (view, tree) = (self.view, self.view.tree);
        let place = daemon.image.as_ref().and_then(|image| self.layout.services.get(&image.span));
        let entry = place.and_then(|(_, _, item)| {
            let entries = tree.written(*item);
            let index = entries.iter().position(|(key, _)| tree.str(*key) == Some("command"))?;
            Some((*item, entries.get(index.wrapping_sub(1)).copied(), *entries.get(index)?))
        });
        let edit = entry.and_then(|(item, before, (key, list))| {
            let items = tree.items(list);
            if !tree.is_sequence(list) || tree.is_alias(list) || items.len() != words.len() {
                return None;
            }
            let kept = items.iter().enumerate().filter(|(index, _)| !gone.contains(index));
            let kept: Option<Vec<&str>> =
                kept.map(|(_, item)| view.text.get(tree.span(*item).range())).collect();
            let kept = kept?;
            if !kept.is_empty() {
                return Some(Edit::replace(tree.span(list), format!("[{}]", kept.join(", ")), TLS));
            }
            if !tree.is_flow(item) {
                return Some(Edit::delete(view.whole_lines(tree.span(key), tree.span(list))?, TLS));
            }
            let start = tree.span(before?.1).end;
            Some(Edit::delete(Span { start, ..tree.span(list) }, TLS))
        });
        match edit {
            // The list in one line: in several, its last line ends behind it.
            Some(edit) if !view.text.get(edit.span.range()).unwrap_or("").trim_end().contains('\n') => {
                self.change(at, edit);
            }
            _ => {
                let why = "its options open the daemon without TLS, and are written in a way that can't be cut apart";
                self.fail(at, daemon.span, why);
            }
        }
        true
    }

    /// The variables by which Docker's client speaks TLS, where the job does not set them.
    fn client(&mut self, at: usize, job: &Job, host: &str) {
        let (view, tree) = (self.view, self.view.tree);
        let find = |name: &str| job.env.iter().rev().find(|var| var.name == name);
        let directory = match find("DOCKER_TLS_CERTDIR") {
            Some(_) => "$DOCKER_TLS_CERTDIR/client",
            None => "/certs/client",
        };
        let san = format!("\"DNS:{host}\"");
        let is_name = !CERTIFIED.contains(&host) && !host.chars().all(|c| c.is_ascii_digit() || c == '.');
        let mut lines =
            vec![("DOCKER_TLS_VERIFY", "\"1\"".to_owned()), ("DOCKER_CERT_PATH", format!("\"{directory}\""))];
        if is_name {
            lines.push(("DOCKER_TLS_SAN", san));
        }
        lines.retain(|(name, _)| find(name).is_none());
        let lines: Vec<String> = lines.into_iter().map(|(name, value)| format!("{name}: {value}")).collect();
        if lines.is_empty() {
            return;
        }
        let beside = find("DOCKER_HOST").or_else(|| find("DOCKER_TLS_CERTDIR"));
        if let Some((map, (key, value))) = beside.and_then(|var| self.layout.variables.get(&var.name_span)) {
            let edit = match tree.is_flow(*map) {
                true => {
                    let span = tree.span(*value);
                    Edit::insert(span, span.end, format!(", {}", lines.join(", ")), TLS)
                }
                false => {
                    let span = tree.span(*key);
                    view.before(span, view.block(view.column(span), &lines), TLS)
                }
            };
            return self.change(at, edit);
        }
        let entries = self.layout.bodies.get(&job.name_span).map(|body| (*body, tree.written(*body)));
        match entries {
            Some((body, [(first, _), ..]))
                if !tree.is_flow(body) && tree.get(body, "variables").is_none() =>
            {
                let mut block = vec!["variables:".to_owned()];
                block.extend(lines.iter().map(|line| format!("  {line}")));
                let span = tree.span(*first);
                self.change(at, view.before(span, view.block(view.column(span), &block), TLS));
            }
            _ => self.fail(
                at,
                job.name_span,
                "its variables are written in a way that nothing can be added to",
            ),
        }
    }
}

/// The daemons that run beside a job.
fn daemons(job: &Job) -> Vec<&Container> {
    let services = job.containers.iter().filter(|one| one.role == Role::Service);
    services.filter(|one| daemon(one).is_some()).collect()
}

/// A tag of Docker's image that moves, with the version in its place; any other as it is.
fn pinned(tag: &str, service: bool) -> String {
    let version = CONTAINMENT.iter().find_map(|advice| advice.version).unwrap_or("latest");
    match tag {
        "" | "latest" | "stable" if service => format!("{version}-dind"),
        "" | "latest" | "stable" => version.to_owned(),
        "dind" | "stable-dind" | "latest-dind" => format!("{version}-dind"),
        "dind-rootless" | "stable-dind-rootless" => format!("{version}-dind-rootless"),
        "cli" | "git" => format!("{version}-{tag}"),
        _ => tag.to_owned(),
    }
}

/// The places, in a daemon's command, of the words that open it without TLS or that keep the image from setting TLS up.
fn opening(words: &[&str]) -> BTreeSet<usize> {
    let plain = |text: &str| Address::parse(text).is_plain_tcp();
    let mut gone = BTreeSet::new();
    for (at, word) in words.iter().enumerate() {
        let host = word
            .strip_prefix("--host=")
            .or_else(|| word.strip_prefix("-H="))
            .or_else(|| word.strip_prefix("-H").filter(|rest| !rest.is_empty()));
        if matches!(*word, "--tls=false" | "--tlsverify=false") || host.is_some_and(plain) {
            gone.insert(at);
        }
        if matches!(*word, "-H" | "--host") && words.get(at + 1).is_some_and(|next| plain(next)) {
            gone.extend([at, at + 1]);
        }
    }
    // With its own program's name the image's start script steps aside; it names the socket itself as well.
    if !gone.is_empty() && words.first() == Some(&"dockerd") {
        gone.insert(0);
        let socket = |word: &str| word.ends_with("=unix:///var/run/docker.sock");
        gone.extend(words.iter().enumerate().filter(|(_, word)| socket(word)).map(|(at, _)| at));
        for (at, pair) in words.windows(2).enumerate() {
            if matches!(pair, ["-H" | "--host", "unix:///var/run/docker.sock"]) {
                gone.extend([at, at + 1]);
            }
        }
    }
    gone
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(words: &str, kept: &str) {
        let words: Vec<&str> = words.split(' ').collect();
        let gone = opening(&words);
        let rest = words.iter().enumerate().filter(|(at, _)| !gone.contains(at)).map(|(_, word)| *word);
        assert_eq!(rest.collect::<Vec<_>>().join(" "), kept);
    }

    #[test]
    fn options_that_open_the_daemon_go() {
        check("--tls=false --mtu=1400", "--mtu=1400");
        check("-H tcp://0.0.0.0:2375 --mtu=1400", "--mtu=1400");
        check("dockerd --host=unix:///var/run/docker.sock --host=tcp://0.0.0.0:2375", "");
        check("dockerd --mtu=1400", "dockerd --mtu=1400");
        check("--host=tcp://0.0.0.0:2376 --tlsverify", "--host=tcp://0.0.0.0:2376 --tlsverify");
    }

    #[test]
    fn tags_that_move_get_the_version() {
        assert_eq!(pinned("dind", true), "29-dind");
        assert_eq!(pinned("latest", true), "29-dind");
        assert_eq!(pinned("latest", false), "29");
        assert_eq!(pinned("27.5-dind", true), "27.5-dind");
    }
}
