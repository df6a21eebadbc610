//! The headers that a host of the page should send, declared once.
//!
//! The server sends them, the built page carries its policy in a `<meta>` so that it holds without
//! a server, and `_headers` hands them to static hosts that read such a file.

use std::fmt::Write as _;

use anyhow::{Result, bail};

/// The content security policy: nothing from anywhere, but for what the page itself is made of.
const POLICY: &[(&str, &str)] = &[
    ("default-src", "'none'"),
    ("script-src", "'self' 'wasm-unsafe-eval'"),
    ("style-src", "'self'"),
    ("img-src", "'self' data:"),
    ("font-src", "'self'"),
    ("connect-src", "'self'"),
    // Workers are made from what the page has already fetched, so that one more costs no request. The one file is the service
    // worker, which keeps the page for when there is no network.
    ("worker-src", "'self' blob:"),
    ("manifest-src", "'self'"),
    ("base-uri", "'none'"),
    ("form-action", "'none'"),
];

/// Directives that browsers ignore in a `<meta>`: only the header has them.
const HEADER_POLICY: &[(&str, &str)] = &[("frame-ancestors", "'self'")];

/// The other headers of every answer.
const COMMON: &[(&str, &str)] = &[
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    (
        "Permissions-Policy",
        "camera=(), display-capture=(), geolocation=(), microphone=(), midi=(), payment=(), \
         serial=(), usb=(), xr-spatial-tracking=()",
    ),
];

/// What a hashed name holds never changes.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";

/// Any other name is asked for again each time; an unchanged file costs an empty answer.
const REVALIDATE: &str = "no-cache";

/// Names and values of the headers that every answer carries.
pub fn common() -> Vec<(&'static str, String)> {
    let policy = written_out(POLICY.iter().chain(HEADER_POLICY));
    let others = COMMON.iter().map(|(name, value)| (*name, (*value).to_owned()));
    std::iter::once(("Content-Security-Policy", policy)).chain(others).collect()
}

/// The page with the policy in a `<meta>`, first in its head. An error if it has no head, or a
/// policy of its own: two would both hold.
pub fn with_policy(html: &str) -> Result<String> {
    if html.contains("Content-Security-Policy") {
        bail!("a page has a content security policy; it belongs in crates/xtask/src/headers.rs");
    }
    let Some((before, after)) = html.split_once("<head>") else {
        bail!("a page has no <head>");
    };
    // No source has a double quote, so none needs escaping.
    let policy = written_out(POLICY);
    Ok(format!("{before}<head><meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">{after}"))
}

/// The `_headers` file for a page made of `paths` (from `/`), beginning with `comment`.
pub fn file<'a>(comment: &str, paths: impl IntoIterator<Item = &'a str>) -> String {
    let mut text = format!("# {comment}\n/*\n");
    for (name, value) in common() {
        let _ = writeln!(text, "  {name}: {value}");
    }
    for path in std::iter::once("/").chain(paths) {
        let _ = writeln!(text, "{path}\n  Cache-Control: {}", cache_control(path));
    }
    text
}

fn written_out<'a>(directives: impl IntoIterator<Item = &'a (&'a str, &'a str)>) -> String {
    let directives = directives.into_iter().map(|(name, sources)| format!("{name} {sources}"));
    directives.collect::<Vec<_>>().join("; ")
}

/// How long the file at `path` may be kept.
pub fn cache_control(path: &str) -> &'static str {
    if has_hash(path) { IMMUTABLE } else { REVALIDATE }
}

/// Whether the name carries a hash of the content, as Trunk gives it: `web-0f1e2d3c4b5a6978_bg.wasm`.
fn has_hash(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    // Sixteen digits, less leading zeros.
    name.split(['-', '_', '.'])
        .skip(1)
        .any(|part| (12..=16).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_the_policy_before_anything_else() {
        let page = with_policy("<html><head><title>a</title></head>").unwrap();
        assert!(page.starts_with("<html><head><meta http-equiv="), "{page}");
        assert!(!page.contains("frame-ancestors"), "browsers warn of it in a <meta>");
        assert!(common()[0].1.ends_with("; frame-ancestors 'self'"));
        assert!(with_policy(&page).is_err(), "one policy is enough");
    }

    #[test]
    fn nothing_inline_and_nothing_from_elsewhere_is_allowed() {
        for (name, sources) in POLICY {
            let allowed = ["'none'", "'self'", "'wasm-unsafe-eval'", "blob:", "data:"];
            assert!(sources.split(' ').all(|source| allowed.contains(&source)), "{name} {sources}");
        }
    }

    #[test]
    fn only_hashed_names_are_kept() {
        #[track_caller]
        fn check(path: &str, kept: bool) {
            assert_eq!(cache_control(path) == IMMUTABLE, kept, "{path}");
        }
        check("/web-0f1e2d3c4b5a6978.js", true);
        check("/web-0f1e2d3c4b5a6978_bg.wasm", true);
        check("/snippets/web-0f1e2d3c4b5a6978/js/editor.js", false);
        check("/style-f1e2d3c4b5a6978.css", true);
        check("/index.html", false);
        check("/", false);
        check("/samples/gitlab-dind.yml", false);
        check("/deadbeefdeadbeef.js", false);
    }

    #[test]
    fn the_headers_file_lists_each_path() {
        let text = file("Built.", ["/index.html"]);
        assert!(text.starts_with("# Built.\n/*\n  Content-Security-Policy: default-src 'none'; "));
        assert!(text.ends_with("\n/index.html\n  Cache-Control: no-cache\n"), "{text}");
    }
}
