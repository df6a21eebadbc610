//! Whether a later command of a script may be taken into an earlier one: the same conditions, nothing between that could
//! stop it, and the same end when it fails.

use crate::model::{Command, Job, Joined, Place};

/// The commands of a job as statements in order, without those inside `$(…)`.
pub(in crate::rewrite) struct Order<'a> {
    text: &'a str,
    commands: &'a [Command],
    /// Indices of the statements.
    statements: Vec<usize>,
}

/// What stands behind a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rewrite) enum After<'a> {
    End,
    And,
    Pipe,
    Background,
    /// `||` and the word behind it.
    Or(&'a str),
}

/// Commands that tell and prepare: they do not decide whether something is pushed.
static HARMLESS: &[&str] = &[
    "echo", "printf", "export", "set", "true", ":", "cd", "ls", "pwd", "date", "env", "cat", "sleep",
    "mkdir", "unset",
];

/// So many bytes before a command are looked through for a loop around it, and so many between two for what sets a
/// variable.
const LOOP: usize = 8_192;
const BETWEEN: usize = 65_536;

/// Words with which a shell's block begins or ends.
static BLOCKS: &[&str] = &["then", "else", "elif", "fi", "do", "done", "case", "esac", "if", "for", "while"];

/// Text without blanks and continued lines at its end.
pub(in crate::rewrite) fn trim_end(text: &str) -> &str {
    text.trim_end_matches(|c: char| c.is_whitespace() || c == '\\')
}

/// Text without blanks and continued lines at its start.
pub(in crate::rewrite) fn trim_start(text: &str) -> &str {
    text.trim_start_matches(|c: char| c.is_whitespace() || c == '\\')
}

impl<'a> Order<'a> {
    pub(in crate::rewrite) fn new(job: &'a Job, text: &'a str) -> Self {
        let mut statements = Vec::new();
        let mut last: Option<(usize, bool)> = None;
        for (at, command) in job.commands.iter().enumerate() {
            if command.place != Place::Job {
                continue;
            }
            let start = command.span.start as usize;
            // A list inside a substitution goes on as one outside does, and one in an assignment starts as one outside.
            let goes_on = |ends: &[char]| {
                last.is_some_and(|(last, inside)| {
                    let end = job.commands.get(last).map_or(0, |last| last.span.end as usize);
                    let between = text.get(end..start).unwrap_or(")");
                    inside && !between.contains(ends)
                })
            };
            let inside = match command.joined {
                Joined::Substitution => true,
                Joined::Next => {
                    let before = text.get(..start).unwrap_or("").trim_end();
                    before.ends_with("$(") || before.ends_with('`') || goes_on(&[')', '`', '\n'])
                }
                _ => goes_on(&[')', '`']),
            };
            last = Some((at, inside));
            if !inside {
                statements.push(at);
            }
        }
        Self { text, commands: &job.commands, statements }
    }

    fn place(&self, command: usize) -> Option<usize> {
        self.statements.binary_search(&command).ok()
    }

    fn command(&self, place: usize) -> Option<&'a Command> {
        self.statements.get(place).and_then(|at| self.commands.get(*at))
    }

    /// Whether a command is a statement of the job's own scripts.
    pub(in crate::rewrite) fn has(&self, command: usize) -> bool {
        self.place(command).is_some()
    }

    /// Whether a command may run several times: it stands in a loop or a function.
    pub(in crate::rewrite) fn repeats(&self, command: usize) -> bool {
        let Some(command) = self.commands.get(command).filter(|command| command.conditional) else {
            return false;
        };
        let before = self.text.get(..command.span.start as usize).unwrap_or("");
        let start = before.len().saturating_sub(LOOP);
        let start = (start..before.len()).find(|at| before.is_char_boundary(*at)).unwrap_or(0);
        let words = before.get(start..).unwrap_or("").split(|c: char| c.is_whitespace() || c == ';');
        words.into_iter().any(|word| word == "do" || word.ends_with("()"))
    }

    /// Indices of the commands that run between two.
    pub(in crate::rewrite) fn between(&self, first: usize, second: usize) -> &[usize] {
        match (self.place(first), self.place(second)) {
            (Some(first), Some(second)) => self.statements.get(first + 1..second).unwrap_or(&[]),
            _ => &[],
        }
    }

    /// The first command of the `&&` list that a command belongs to, and those of the list before it.
    fn head(&self, command: usize) -> Option<usize> {
        let mut place = self.place(command)?;
        while self.command(place)?.joined != Joined::Next {
            place = place.checked_sub(1)?;
        }
        Some(place)
    }

    pub(in crate::rewrite) fn after(&self, command: &Command) -> After<'a> {
        let rest = self.text.get(command.span.end as usize..).unwrap_or("");
        let rest = rest.trim_start_matches([' ', '\t']);
        let rest = rest.strip_prefix("\\\n").unwrap_or(rest).trim_start_matches([' ', '\t']);
        // A list goes on behind a line's end only in a folded text, where the operator starts the next line.
        let next = rest.trim_start();
        if let Some(or) = next.strip_prefix("||") {
            After::Or(or.split_whitespace().next().unwrap_or(""))
        } else if next.starts_with("&&") {
            After::And
        } else if rest.starts_with('|') {
            After::Pipe
        } else if rest.starts_with('&') {
            After::Background
        } else {
            After::End
        }
    }

    /// What keeps `later` from being done by `earlier`, in words that follow "it"; `absorbed` commands go with it.
    /// `one_shell` says of two scripts' numbers whether one shell runs both.
    pub(in crate::rewrite) fn obstacle(
        &self,
        earlier: usize,
        later: usize,
        absorbed: &dyn Fn(usize) -> bool,
        one_shell: bool,
    ) -> Option<String> {
        let (Some(first), Some(second)) = (self.commands.get(earlier), self.commands.get(later)) else {
            return Some("is not found in the script".into());
        };
        if self.place(earlier).is_none() || self.place(later).is_none() {
            return Some(
                "stands inside `$(…)` or runs in a container, so something else reads what it writes".into(),
            );
        }
        if !one_shell {
            return Some("is in another script than the build, which runs by itself".into());
        }
        match self.after(first) {
            After::Pipe => {
                return Some("follows a build whose output goes into a pipe, which hides a failure".into());
            }
            After::Background => return Some("follows a build in the background".into()),
            After::Or(word) if !is_exit(word) => {
                return Some(format!(
                    "follows a build with `|| {word}`: it would no longer run when the build fails"
                ));
            }
            _ => {}
        }
        match (second.joined, self.after(second)) {
            (Joined::Or | Joined::Pipe, _) | (_, After::Pipe | After::Background) => {
                return Some("stands behind `||` or in a pipe".into());
            }
            (_, After::Or(word)) if !is_exit(word) => {
                return Some(format!(
                    "may fail: `|| {word}` stands behind it, and as part of the build it may not"
                ));
            }
            _ => {}
        }
        self.conditions(earlier, later).or_else(|| self.stops(earlier, later, absorbed))
    }

    /// Whether both run under the same conditions.
    fn conditions(&self, earlier: usize, later: usize) -> Option<String> {
        let other = || Some("does not run under the same condition as the build".to_owned());
        let (Some(first), Some(second)) = (self.head(earlier), self.head(later)) else { return other() };
        if first == second {
            return None;
        }
        let (Some(build), Some(push)) = (self.command(first), self.command(second)) else { return other() };
        // What stands before the build in its list must not decide whether it runs.
        let lead = self.statements.get(first..self.place(earlier)?)?;
        let before = self.statements.get(second..self.place(later)?)?;
        let decides = |at: &&usize| self.commands.get(**at).is_none_or(|command| !is_harmless(command));
        if let Some(at) = lead.iter().find(decides) {
            let name = self.name(*at);
            return Some(format!("runs in any case, and the build only where `{name}` succeeds"));
        }
        let is_or = |at: &usize| self.commands.get(*at).is_none_or(|one| one.joined == Joined::Or);
        if before.iter().any(is_or) || self.is_tested(build) || self.is_tested(push) {
            return other();
        }
        if !build.conditional && !push.conditional {
            return None;
        }
        let between = self.text.get(build.span.end as usize..push.span.start as usize);
        let apart = |text: &str| {
            let mut words = text.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-' || c == '$'));
            words.any(|word| BLOCKS.contains(&word)) || text.contains(";;") || text.contains(['{', '}'])
        };
        if build.conditional != push.conditional || between.is_none_or(apart) {
            return other();
        }
        None
    }

    /// Whether a list is what an `if` or a loop asks for, or its result is turned round.
    fn is_tested(&self, command: &Command) -> bool {
        let before = trim_end(self.text.get(..command.span.start as usize).unwrap_or(""));
        let word = before.rsplit(|c: char| c.is_whitespace() || matches!(c, ';' | '(')).next().unwrap_or("");
        matches!(word, "if" | "elif" | "while" | "until" | "!")
    }

    /// A command between that may fail, and so keep the later one from running.
    fn stops(&self, earlier: usize, later: usize, absorbed: &dyn Fn(usize) -> bool) -> Option<String> {
        let between = self.between(earlier, later).iter();
        let mut stops = between.filter(|at| {
            !absorbed(**at) && self.commands.get(**at).is_none_or(|command| !is_harmless(command))
        });
        let name = self.name(*stops.next()?);
        Some(format!(
            "waits for `{name}`, which runs between the build and it: if that fails, nothing is pushed"
        ))
    }

    fn name(&self, command: usize) -> &str {
        let words = self.commands.get(command).map(|command| command.words.as_slice());
        words.and_then(<[_]>::first).map_or("", |word| word.as_str())
    }

    /// Whether the script goes on after an error.
    pub(in crate::rewrite) fn goes_on(&self) -> bool {
        self.statements.iter().filter_map(|at| self.commands.get(*at)).any(|command| {
            let mut words = command.words.iter().map(|word| word.as_str());
            words.next() == Some("set")
                && words.any(|word| word == "errexit" || (word.starts_with('+') && word.contains('e')))
                && command.words.iter().any(|word| word.as_str().starts_with('+'))
        })
    }

    /// Whether in a script that goes on after errors it shows that `later` is done by `earlier`: something that stays runs
    /// between them, or what follows a failure is not the same for both. `goes` is what is taken out.
    pub(in crate::rewrite) fn tells_apart(
        &self,
        earlier: usize,
        later: usize,
        goes: &dyn Fn(usize) -> bool,
    ) -> bool {
        if self.head(earlier) == self.head(later) {
            return false;
        }
        let ends = |at: usize| {
            let command = self.commands.get(at);
            command.is_some_and(|command| matches!(self.after(command), After::Or(word) if is_exit(word)))
        };
        let is_last = self.statements.last() == Some(&later);
        match (ends(earlier), ends(later)) {
            (true, true) => false,
            (true, false) => !is_last,
            (false, true) => true,
            (false, false) => self.between(earlier, later).iter().any(|at| !goes(*at)),
        }
    }

    /// Whether only logins stand between two commands of one script, none of them under a condition.
    pub(in crate::rewrite) fn is_row(&self, first: usize, last: usize, job: &Job) -> bool {
        let is_login = |at: &usize| {
            job.invocations.iter().any(|one| one.command == *at && one.is("login"))
                || self.commands.get(*at).is_some_and(|one| is_harmless(one) && one.joined == Joined::Next)
        };
        let plain = |at: usize| self.commands.get(at).is_some_and(|one| !one.conditional);
        let shell = |at: usize| self.commands.get(at).map(|one| one.script.max(1));
        plain(first)
            && plain(last)
            && shell(first) == shell(last)
            && self.between(first, last).iter().all(is_login)
    }

    /// Whether the value of a variable in `written` may change after `earlier` and before `later`.
    pub(in crate::rewrite) fn changes(&self, written: &str, earlier: usize, later: usize) -> Option<String> {
        let reads = |at: &&usize| matches!(self.name(**at), "." | "source" | "eval" | "read" | "getopts");
        if !written.contains('$') {
            return None;
        }
        if let Some(at) = self.between(earlier, later).iter().find(reads) {
            return Some(self.name(*at).to_owned());
        }
        let (first, second) = (self.commands.get(earlier)?, self.commands.get(later)?);
        // Where the later command stands first in the text, the order of the text tells nothing.
        let (start, end) = (first.span.end as usize, second.span.start as usize);
        let range = if start <= end { start..end } else { 0..self.text.len() };
        if range.len() > BETWEEN {
            return Some("a script too long to be read for it".to_owned());
        }
        let between = self.text.get(range)?;
        variables(written).find(|name| assigns(between, name)).map(|name| format!("${name}"))
    }
}

fn is_exit(word: &str) -> bool {
    matches!(word.trim_end_matches([';', '"', '\'']), "exit" | "return" | "false")
}

fn is_harmless(command: &Command) -> bool {
    let name = command.words.first().map_or("", |word| word.as_str());
    HARMLESS.contains(&name)
}

/// The names of variables that a shell text uses.
fn variables(written: &str) -> impl Iterator<Item = &str> {
    written.split('$').skip(1).filter_map(|rest| {
        let rest = rest.strip_prefix('{').unwrap_or(rest);
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
        rest.get(..end).filter(|name| !name.is_empty())
    })
}

/// Whether a text gives a variable a value.
fn assigns(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text.get(at + name.len()..).unwrap_or("");
        let starts = before.is_none_or(|c| !(c.is_alphanumeric() || matches!(c, '_' | '$' | '{' | '-')));
        let looped = text.get(..at).is_some_and(|before| before.trim_end().ends_with("for"));
        starts && (after.starts_with('=') || after.starts_with("+=") || looped)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_and_assignments_are_seen() {
        assert_eq!(variables("\"$A:${B_1:-x}\"-$").collect::<Vec<_>>(), ["A", "B_1"]);
        assert!(assigns("x; TAG=1", "TAG"));
        assert!(assigns("export TAG=$X", "TAG"));
        assert!(assigns("for TAG in a b", "TAG"));
        assert!(!assigns("echo $TAG=1 MYTAG=2 --TAG=3", "TAG"));
    }
}
