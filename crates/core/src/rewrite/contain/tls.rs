//! TLS between a job and the daemon beside it, where the daemon listens without it or the job speaks without it.

use std::collections::BTreeSet;

use daemonless_catalog::{Approach, DAEMON};

use super::Containing;
use crate::edit::Edit;
use crate::engine::address::Address;
use crate::model::{Container, Job, Value};
use crate::rewrite::reasons;
use crate::source::Span;

const TLS: &str = "With TLS the daemon asks for a certificate that the job has, and its neighbours have not.";

impl Containing<'_, '_> {
    /// TLS, where the daemon listens without it or the job speaks without it.
    pub(super) fn tls(&mut self, at: usize, job: &Job, daemons: &[&Container]) {
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
                var.name == DAEMON.directory_variable && !value.unknown && value.as_str().trim().is_empty();
            if let (true, Address::Tcp { host, .. }) = (is_host, Address::parse(value.as_str())) {
                let named = |one: &&Container| one.names.iter().any(|name| name == host);
                if !DAEMON.certified.contains(&host) && !daemons.iter().any(named) {
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
                    true => Edit::insert(
                        var.name_span,
                        var.name_span.end + 1,
                        format!(" \"{}\"", DAEMON.directory),
                        TLS,
                    ),
                    false => Edit::replace(value.span, format!("\"{}\"", DAEMON.directory), TLS),
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
                let why = reasons::closed("its options open the daemon without TLS, and are");
                self.fail(at, daemon.span, &why);
            }
        }
        true
    }

    /// The variables by which Docker's client speaks TLS, where the job does not set them.
    fn client(&mut self, at: usize, job: &Job, host: &str) {
        let (view, tree) = (self.view, self.view.tree);
        let find = |name: &str| job.env.iter().rev().find(|var| var.name == name);
        let directory = match find(DAEMON.directory_variable) {
            Some(_) => format!("${}/client", DAEMON.directory_variable),
            None => format!("{}/client", DAEMON.directory),
        };
        let san = format!("\"DNS:{host}\"");
        let is_name =
            !DAEMON.certified.contains(&host) && !host.chars().all(|c| c.is_ascii_digit() || c == '.');
        let mut lines =
            vec![("DOCKER_TLS_VERIFY", "\"1\"".to_owned()), ("DOCKER_CERT_PATH", format!("\"{directory}\""))];
        if is_name {
            lines.push((DAEMON.names_variable, san));
        }
        lines.retain(|(name, _)| find(name).is_none());
        let lines: Vec<String> = lines.into_iter().map(|(name, value)| format!("{name}: {value}")).collect();
        if lines.is_empty() {
            return;
        }
        let beside = find("DOCKER_HOST").or_else(|| find(DAEMON.directory_variable));
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
}
