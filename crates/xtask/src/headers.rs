//! The headers that a host of the page should send, declared once.
//!
//! The server sends them, the built page carries its policy in a `<meta>` so that it holds without
//! a server, and `_headers` hands them to static hosts that read such a file.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};

/// The content security policy: nothing from anywhere, but for what the page itself is made of.
const POLICY: &[(&str, &str)] = &[
    ("default-src", "'none'"),
    ("script-src", "'self' 'wasm-unsafe-eval'"),
    ("style-src", "'self'"),
    ("img-src", "'self' data:"),
    ("font-src", "'self'"),
    ("connect-src", "'self'"),
    ("worker-src", "'self'"),
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

/// The policy for a page, with the hashes of the scripts and styles that are written in it.
pub struct Policy(String);

impl Policy {
    /// The policy that lets exactly the inline scripts and styles of `html` run.
    pub fn of(html: &str) -> Self {
        let directives = POLICY.iter().map(|(name, sources)| {
            let hashes = match *name {
                "script-src" => inline_hashes(html, "script"),
                "style-src" => inline_hashes(html, "style"),
                _ => String::new(),
            };
            format!("{name} {sources}{hashes}")
        });
        Self(directives.collect::<Vec<_>>().join("; "))
    }

    /// The page with the policy in a `<meta>` right after the opening of its head. A page without a
    /// head is given back as it is.
    pub fn written_into(&self, html: &str) -> String {
        let head = html.find("<head").and_then(|at| Some(at + html[at..].find('>')? + 1));
        let Some(head) = head else { return html.to_owned() };
        let (before, after) = html.split_at(head);
        let policy = &self.0;
        // No source has a double quote, so none needs escaping.
        format!("{before}<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">{after}")
    }

    /// Names and values of the headers that every answer carries.
    pub fn headers(&self) -> Vec<(&'static str, String)> {
        let mut policy = self.0.clone();
        for (name, sources) in HEADER_POLICY {
            let _ = write!(policy, "; {name} {sources}");
        }
        let common = COMMON.iter().map(|(name, value)| (*name, (*value).to_owned()));
        std::iter::once(("Content-Security-Policy", policy)).chain(common).collect()
    }

    /// The `_headers` file for a page made of `paths` (from `/`), beginning with `comment`.
    pub fn headers_file<'a>(&self, comment: &str, paths: impl IntoIterator<Item = &'a str>) -> String {
        let mut text = format!("# {comment}\n/*\n");
        for (name, value) in self.headers() {
            let _ = writeln!(text, "  {name}: {value}");
        }
        for path in std::iter::once("/").chain(paths) {
            let _ = writeln!(text, "{path}\n  Cache-Control: {}", cache_control(path));
        }
        text
    }
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

/// The hash sources, each after a space, of all `element`s of `html` that have their text inside.
fn inline_hashes(html: &str, element: &str) -> String {
    let mut hashes = String::new();
    let (open, close) = (format!("<{element}"), format!("</{element}>"));
    let mut rest = html;
    while let Some((_, after)) = rest.split_once(&open) {
        let Some((attributes, after)) = after.split_once('>') else { break };
        let Some((content, after)) = after.split_once(&close) else { break };
        if !attributes.contains("src=") {
            let hash = BASE64_STANDARD.encode(Sha256::digest(content));
            let _ = write!(hashes, " 'sha256-{hash}'");
        }
        rest = after;
    }
    hashes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inline_scripts_are_allowed_by_hash_and_only_they() {
        let html = "<script>alert(1)</script><script src=\"a.js\"></script><style>a{}</style>";
        let Policy(policy) = Policy::of(html);
        let allowed = |source: &str| policy.contains(source);
        assert!(allowed("'wasm-unsafe-eval' 'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI=';"));
        assert!(allowed("style-src 'self' 'sha256-X1RutGBrXCt9KkSaXMK7tHftWiRscFHOhxsS8tv8hBk=';"));
        assert!(!allowed("unsafe-inline"));
    }

    #[test]
    fn the_page_has_the_policy_before_anything_else() {
        let html = "<html><head lang=\"en\"><script>a</script></head>";
        let policy = Policy::of(html);
        let page = policy.written_into(html);
        assert!(page.starts_with("<html><head lang=\"en\"><meta http-equiv="), "{page}");
        assert!(!page.contains("frame-ancestors"), "browsers warn of it in a <meta>");
        assert!(policy.headers()[0].1.ends_with("; frame-ancestors 'self'"));
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
        let text = Policy::of("").headers_file("Built.", ["/index.html"]);
        assert!(text.starts_with("# Built.\n/*\n  Content-Security-Policy: default-src 'none'; "));
        assert!(text.ends_with("\n/index.html\n  Cache-Control: no-cache\n"), "{text}");
    }
}
