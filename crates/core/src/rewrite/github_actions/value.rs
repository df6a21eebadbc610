//! Values of inputs as words of a script. No expression is written into the script: what GitHub fills in comes by the
//! environment, so that nothing of it is read as a command.

use std::collections::HashSet;
use std::rc::Rc;

use crate::format::next_expression;

/// Expressions that every shell of a job finds in its environment.
static KNOWN: &[(&str, &str)] = &[
    ("github.actor", "GITHUB_ACTOR"),
    ("github.base_ref", "GITHUB_BASE_REF"),
    ("github.event_name", "GITHUB_EVENT_NAME"),
    ("github.head_ref", "GITHUB_HEAD_REF"),
    ("github.job", "GITHUB_JOB"),
    ("github.ref", "GITHUB_REF"),
    ("github.ref_name", "GITHUB_REF_NAME"),
    ("github.ref_type", "GITHUB_REF_TYPE"),
    ("github.repository", "GITHUB_REPOSITORY"),
    ("github.repository_id", "GITHUB_REPOSITORY_ID"),
    ("github.repository_owner", "GITHUB_REPOSITORY_OWNER"),
    ("github.run_attempt", "GITHUB_RUN_ATTEMPT"),
    ("github.run_id", "GITHUB_RUN_ID"),
    ("github.run_number", "GITHUB_RUN_NUMBER"),
    ("github.server_url", "GITHUB_SERVER_URL"),
    ("github.sha", "GITHUB_SHA"),
    ("github.workflow", "GITHUB_WORKFLOW"),
    ("github.workspace", "GITHUB_WORKSPACE"),
    ("runner.arch", "RUNNER_ARCH"),
    ("runner.os", "RUNNER_OS"),
    ("runner.temp", "RUNNER_TEMP"),
];

/// Variables that mean something to the shell or to a tool.
static RESERVED: &[&str] = &[
    "CI", "ENV", "EUID", "GROUPS", "HOME", "HOSTNAME", "IFS", "LANG", "LINENO", "OLDPWD", "OPTARG", "OPTIND",
    "PATH", "PPID", "PWD", "RANDOM", "REPLY", "SECONDS", "SHELL", "TERM", "TMPDIR", "TZ", "UID", "USER",
];
static RESERVED_STARTS: &[&str] =
    &["ACTIONS_", "BASH", "BUILDAH_", "CONTAINERS_", "GITHUB_", "LC_", "LD_", "RUNNER_", "STORAGE_", "XDG_"];

/// A part of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part<'t> {
    Text(&'t str),
    /// What stands in the braces of `${{ … }}`.
    Expression(&'t str),
}

/// The parts of a value.
pub(super) fn parts(text: &str) -> Vec<Part<'_>> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(range) = next_expression(text, at) {
        let before = text.get(at..range.start).unwrap_or("");
        let inner = text.get(range.start + 3..range.end.saturating_sub(2)).unwrap_or("");
        if !before.is_empty() {
            out.push(Part::Text(before));
        }
        out.push(Part::Expression(inner.trim()));
        at = range.end;
    }
    let rest = text.get(at..).unwrap_or("");
    if !rest.is_empty() {
        out.push(Part::Text(rest));
    }
    out
}

/// What stands in the braces of a value that is one expression and nothing else.
pub(super) fn whole_expression(text: &str) -> Option<&str> {
    match parts(text).as_slice() {
        [Part::Expression(inner)] => Some(inner),
        _ => None,
    }
}

/// The variables of one step.
#[derive(Debug, Default)]
pub(super) struct Variables {
    /// Names that all steps see.
    pub(super) taken: Rc<HashSet<String>>,
    /// Names that the step itself sets: `env.…` of these can't be used in other variables of the step.
    pub(super) own: HashSet<String>,
    /// What the step has to set: names and their values.
    pub(super) added: Vec<(String, String)>,
}

impl Variables {
    /// The variable that holds an expression. Without a name of its own, an expression that is a path takes the path's
    /// last part and all others `fallback`.
    pub(super) fn of(
        &mut self,
        expression: &str,
        name: Option<&str>,
        fallback: &str,
    ) -> Result<String, String> {
        if let Some(known) = in_environment(expression) {
            return Ok(known.to_owned());
        }
        if self.own.iter().any(|own| mentions(expression, own)) {
            return Err(format!(
                "`${{{{ {expression} }}}}` needs a variable that the step itself sets: set it for the job"
            ));
        }
        let value = format!("${{{{ {expression} }}}}");
        Ok(self.set(value, name.unwrap_or_else(|| last(expression).unwrap_or(fallback)), fallback))
    }

    /// A variable with this value.
    pub(super) fn set(&mut self, value: String, name: &str, fallback: &str) -> String {
        if let Some((known, _)) = self.added.iter().find(|(_, known)| *known == value) {
            return known.clone();
        }
        let mut name = upper(name);
        let reserved =
            RESERVED.contains(&name.as_str()) || RESERVED_STARTS.iter().any(|start| name.starts_with(start));
        if reserved {
            name = upper(fallback);
        }
        let stem = name.clone();
        let mut count = 1;
        while self.is_taken(&name) {
            count += 1;
            name = format!("{stem}_{count}");
        }
        self.added.push((name.clone(), value));
        name
    }

    fn is_taken(&self, name: &str) -> bool {
        self.taken.contains(name)
            || self.own.contains(name)
            || self.added.iter().any(|(known, _)| known == name)
    }

    /// A value as one word of a script.
    pub(super) fn word(&mut self, text: &str, input: &str) -> Result<String, String> {
        let parts = parts(text);
        if !parts.iter().any(|part| matches!(part, Part::Expression(_))) {
            return Ok(quoted(text));
        }
        let mut out = String::from("\"");
        for (at, part) in parts.iter().enumerate() {
            match part {
                Part::Text(text) => out.push_str(&escaped(text)),
                Part::Expression(expression) => {
                    let name = self.of(expression, None, input)?;
                    let goes_on = |text: &str| {
                        text.starts_with(|next: char| {
                            next.is_ascii_alphanumeric() || next == '_' || next == '['
                        })
                    };
                    let braced = matches!(parts.get(at + 1), Some(Part::Text(text)) if goes_on(text));
                    out.push_str(&if braced { format!("${{{name}}}") } else { format!("${name}") });
                }
            }
        }
        out.push('"');
        Ok(out)
    }
}

/// The variable that a job's shell has an expression in.
fn in_environment(expression: &str) -> Option<&str> {
    if let Some(name) = expression.strip_prefix("env.") {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
        return (name.starts_with(|c: char| !c.is_ascii_digit()) && name.chars().all(plain)).then_some(name);
    }
    KNOWN.iter().find(|(known, _)| *known == expression).map(|(_, name)| *name)
}

/// Whether the value of an expression is one word that is never empty.
pub(super) fn is_one_word(expression: &str) -> bool {
    let may_be_empty = ["github.base_ref", "github.head_ref"];
    !may_be_empty.contains(&expression) && KNOWN.iter().any(|(known, _)| *known == expression)
}

fn mentions(expression: &str, variable: &str) -> bool {
    expression
        .split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-')))
        .any(|word| word.strip_prefix("env.").is_some_and(|name| name == variable))
}

/// The last part of a path (`steps.meta.outputs.tags`).
fn last(expression: &str) -> Option<&str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let (_, last) = expression.chars().all(plain).then(|| expression.rsplit_once('.')).flatten()?;
    last.starts_with(|c: char| c.is_ascii_alphabetic()).then_some(last)
}

fn upper(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect()
}

/// A text as a shell's word.
pub(super) fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:=@,+%".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// A text for a shell's double quotes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '"' | '$' | '`') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// A text of one line as YAML.
pub(super) fn yaml(text: &str) -> String {
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '$' | '/' | '.' | '_'));
    let word = text.contains(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_')));
    let other = matches!(
        text.to_ascii_lowercase().as_str(),
        "true" | "false" | "yes" | "no" | "on" | "off" | "null" | "y" | "n"
    );
    let plain = starts
        && !other
        && (word || text.starts_with(|c: char| c.is_ascii_alphabetic()))
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.ends_with([':', ' '])
        && !text.contains(['\t', '\n', '\r']);
    if plain { text.to_owned() } else { format!("'{}'", text.replace('\'', "''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, word: &str, added: &[(&str, &str)]) {
        let taken = HashSet::from(["VERSION".to_owned()]);
        let own = HashSet::from(["MINE".to_owned()]);
        let mut variables = Variables { taken: Rc::new(taken), own, added: Vec::new() };
        assert_eq!(variables.word(text, "input").unwrap_or_else(|why| why), word, "{text}");
        let got: Vec<_> =
            variables.added.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(got, added, "{text}");
    }

    #[test]
    fn values_become_words() {
        check("a/b:1", "a/b:1", &[]);
        check("A=b c", "'A=b c'", &[]);
        check("it's $HOME", r"'it'\''s $HOME'", &[]);
        check("ghcr.io/${{ github.repository }}:x", "\"ghcr.io/$GITHUB_REPOSITORY:x\"", &[]);
        check("${{env.A}}_b${{ env.A }}", "\"${A}_b$A\"", &[]);
        check("a`${{ secrets.KEY }}$", "\"a\\`$KEY\\$\"", &[("KEY", "${{ secrets.KEY }}")]);
        check("${{ inputs.version }}", "\"$VERSION_2\"", &[("VERSION_2", "${{ inputs.version }}")]);
        check("${{ a && 'b' }}", "\"$INPUT\"", &[("INPUT", "${{ a && 'b' }}")]);
        check("${{ secrets.PATH }}", "\"$INPUT\"", &[("INPUT", "${{ secrets.PATH }}")]);
        check("${{ github.event.ref }}", "\"$REF\"", &[("REF", "${{ github.event.ref }}")]);
        check("${{ env.MINE }}", "\"$MINE\"", &[]);
        check(
            "${{ env.MINE || 'a' }}",
            "`${{ env.MINE || 'a' }}` needs a variable that the step itself sets: set it for the job",
            &[],
        );
    }

    #[test]
    fn texts_become_yaml() {
        for (text, expected) in [
            ("${{ a }}", "${{ a }}"),
            ("true", "'true'"),
            ("1.10", "'1.10'"),
            ("a: b", "'a: b'"),
            ("a #b", "'a #b'"),
            ("*a", "'*a'"),
            ("it's", "it's"),
            ("#'", "'#'''"),
        ] {
            assert_eq!(yaml(text), expected);
        }
    }
}
