//! What looks like a secret in a text, so that nobody shares one unawares. A guess: it says what it saw, and the person
//! decides.

use std::ops::Range;

use daemonless_catalog::TOKENS;

/// A part of a text that looks like a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// Bytes of the text.
    pub span: Range<usize>,
    /// What it looks like, for a sentence: `a GitHub token`.
    pub what: &'static str,
}

/// Words in names of what should not be told.
const NAMES: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "apikey",
    "accesskey",
    "privatekey",
    "credential",
];

/// How names end that hold no secret, but where it is or what it is called.
const ABOUT: &[&str] =
    &["file", "path", "name", "ref", "id", "url", "dir", "type", "ttl", "stdin", "expiry", "length"];

/// A value shorter than this is no secret worth the name.
const LEAST: usize = 8;

/// Whether it can stand in a key.
fn is_of_key(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'+' | b'/' | b'=')
}

/// All that looks like one, in the order of the text; no two overlap.
pub fn secrets(text: &str) -> Vec<Secret> {
    let mut found: Vec<Secret> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let end = found.last().map_or(0, |last| last.span.end);
        if start < end {
            // Within a key that began above.
            continue;
        }
        if let Some(span) = private_key(text, start, line) {
            found.push(Secret { span, what: "a private key" });
            continue;
        }
        let line = line.trim_end();
        let mut here = tokens(line);
        here.extend(in_address(line));
        here.extend(named(line));
        here.sort_by_key(|secret| (secret.span.start, usize::MAX - secret.span.end));
        let mut end = 0;
        for Secret { span, what } in here {
            if span.start >= end {
                end = span.end;
                found.push(Secret { span: start + span.start..start + span.end, what });
            }
        }
    }
    found
}

/// The block that begins on this line, to its end.
fn private_key(text: &str, start: usize, line: &str) -> Option<Range<usize>> {
    let from = line.find("-----BEGIN ")?;
    line[from..].contains("PRIVATE KEY").then_some(())?;
    let rest = text.get(start + from..)?;
    let end = rest.find("-----END ").map(|end| end + rest[end..].find('\n').unwrap_or(rest.len() - end));
    Some(start + from..start + from + end.unwrap_or(rest.len()))
}

/// Keys that are known by how they begin.
fn tokens(line: &str) -> Vec<Secret> {
    let bytes = line.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !is_of_key(bytes[at]) {
            at += 1;
            continue;
        }
        let end =
            bytes[at..].iter().position(|byte| !is_of_key(*byte)).map_or(bytes.len(), |length| at + length);
        // `KEY=glpat-…` is one run: a key may begin behind each sign.
        let run = &line[at..end];
        let starts = std::iter::once(0).chain(run.match_indices('=').map(|(sign, _)| sign + 1));
        let known = starts.into_iter().find_map(|start| Some((start, begin(&run[start..])?)));
        if let Some((start, what)) = known {
            found.push(Secret { span: at + start..end, what });
        }
        at = end;
    }
    found
}

/// What a key is that begins so.
fn begin(run: &str) -> Option<&'static str> {
    let token = TOKENS.iter().find(|token| {
        token.begins.iter().any(|begin| run.strip_prefix(begin).is_some_and(|rest| rest.len() >= token.least))
    });
    token.map(|token| token.what)
}

/// The password of `https://user:password@host`.
fn in_address(line: &str) -> Option<Secret> {
    let after = line.find("://")? + 3;
    let host =
        line[after..].find(|letter: char| letter.is_whitespace() || matches!(letter, '/' | '"' | '\''));
    let authority = &line[after..host.map_or(line.len(), |end| after + end)];
    let (user, _) = authority.rsplit_once('@')?;
    let (name, password) = user.split_once(':')?;
    let start = after + name.len() + 1;
    is_written_out(password)
        .then(|| Secret { span: start..start + password.len(), what: "a password in an address" })
}

/// The value of a name that should not be told: `password: …`, `TOKEN=…`, `--token …`.
fn named(line: &str) -> Vec<Secret> {
    let mut found = Vec::new();
    let mut rest = 0;
    while let Some(sign) = line[rest..].find([':', '=']).map(|at| rest + at) {
        rest = sign + 1;
        let before = line[..sign].trim_end().trim_end_matches(['"', '\'']);
        let name = before
            .rsplit(|letter: char| !(letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.')))
            .next();
        if !name.is_some_and(tells_of_secret) {
            continue;
        }
        let value = line[rest..].trim_start();
        let start = line.len() - value.len();
        let (start, value) = match value.strip_prefix(['"', '\'']) {
            Some(quoted) => (start + 1, quoted.split(&value[..1]).next().unwrap_or_default()),
            None => (
                start,
                value.split([' ', ',', ';', '\t', '#', ')', '}', '"', '\'']).next().unwrap_or_default(),
            ),
        };
        if value.len() >= LEAST && is_written_out(value) && is_mixed(value) {
            found.push(Secret {
                span: start..start + value.len(),
                what: "a value that its name calls secret",
            });
            rest = start + value.len();
        }
    }
    found
}

fn tells_of_secret(name: &str) -> bool {
    let name: String =
        name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    NAMES.iter().any(|word| name.contains(word)) && !ABOUT.iter().any(|end| name.ends_with(end))
}

/// Whether the value stands there itself, not a variable, a path or an address in its place.
fn is_written_out(value: &str) -> bool {
    !value.is_empty()
        && !value.contains(['$', '%', '<', '*'])
        && !value.contains("{{")
        && !value.starts_with(['/', '.', '~', '!', '&', '|', '>', '['])
        && !value.contains("://")
}

/// Whether it is more than a word of one kind of letters.
fn is_mixed(value: &str) -> bool {
    let kinds: [fn(&u8) -> bool; 4] =
        [u8::is_ascii_lowercase, u8::is_ascii_uppercase, u8::is_ascii_digit, |byte| {
            byte.is_ascii_punctuation() && !b"-_.".contains(byte)
        }];
    kinds.iter().filter(|kind| value.bytes().any(|byte| kind(&byte))).count() >= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found, in brackets.
    #[track_caller]
    fn check(text: &str, expected: &str) {
        let mut marked = String::new();
        let mut at = 0;
        for secret in secrets(text) {
            marked += &text[at..secret.span.start];
            marked += &format!("[{}]", &text[secret.span.clone()]);
            at = secret.span.end;
        }
        assert_eq!(marked + &text[at..], expected);
    }

    #[test]
    fn keys_are_known_by_how_they_begin() {
        let gitlab = format!("glpat-{}", "a1B2".repeat(5));
        check(
            &format!("run: curl -H 'PRIVATE-TOKEN: {gitlab}'"),
            &format!("run: curl -H 'PRIVATE-TOKEN: [{gitlab}]'"),
        );
        check(&format!("X={gitlab}\ny"), &format!("X=[{gitlab}]\ny"));
        let aws = format!("AKIA{}", "A1B2".repeat(4));
        check(&format!("key {aws}, and"), &format!("key [{aws}], and"));
        check("glpat-short AKIA npm_config_cache", "glpat-short AKIA npm_config_cache");
        check(&format!("my{aws}"), &format!("my{aws}"));
    }

    #[test]
    fn values_are_known_by_their_names() {
        check("password: Sup3rsecret", "password: [Sup3rsecret]");
        check("DB_PASSWORD=\"hunter2hunter\" next", "DB_PASSWORD=\"[hunter2hunter]\" next");
        check("{\"apiKey\": \"abc123def456\"}", "{\"apiKey\": \"[abc123def456]\"}");
        check("--token=abc123def456 -x", "--token=[abc123def456] -x");
        for fine in [
            "password: ${{ secrets.PASSWORD }}",
            "TOKEN=$CI_JOB_TOKEN",
            "secretName: registry-credentials1",
            "password_file: /run/secrets/db1password",
            "token: null",
            "echo \"password:\"",
            "secrets: inherit",
            "tokens: my-own-token-name",
        ] {
            check(fine, fine);
        }
    }

    #[test]
    fn addresses_hold_passwords() {
        check(
            "git clone https://ci:s3cret@example.com/a.git",
            "git clone https://ci:[s3cret]@example.com/a.git",
        );
        check("https://ci:$TOKEN@example.com", "https://ci:$TOKEN@example.com");
        check("https://example.com:443/a@b", "https://example.com:443/a@b");
    }

    #[test]
    fn private_keys_are_blocks() {
        let key = "-----BEGIN RSA PRIVATE KEY-----\nabc\ndef\n-----END RSA PRIVATE KEY-----";
        check(&format!("a\n  {key}\nb: c\n"), &format!("a\n  [{key}]\nb: c\n"));
        check("-----BEGIN PRIVATE KEY-----\nabc", "[-----BEGIN PRIVATE KEY-----\nabc]");
        check("-----BEGIN CERTIFICATE-----\nabc", "-----BEGIN CERTIFICATE-----\nabc");
    }

    #[test]
    fn long_texts_are_read_once() {
        for part in ["a", "token:", "://@:", "é=", "a=", "token='"] {
            let (text, start) = (part.repeat(1 << 15), std::time::Instant::now());
            let _ = secrets(&text);
            assert!(start.elapsed().as_secs() < 5, "{part}");
        }
    }
}
