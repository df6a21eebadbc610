//! A text as the fragment of an address that opens the editor with it. The form is a contract with the page: `v1.` and, as
//! base64url without padding, raw DEFLATE of JSON.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use daemonless_core::{Context, File};
use flate2::Compression;
use flate2::write::DeflateEncoder;
use serde_json::{Map, Value, json};

/// What the form is called in front of its payload.
const VERSION: &str = "v1";

/// What the editor is opened with.
pub(super) struct TryIt<'f> {
    pub(super) files: &'f [File],
    pub(super) context: &'f Context,
    /// Id of the builder that the text is to be shown rewritten for.
    pub(super) builder: Option<&'f str>,
}

impl TryIt<'_> {
    /// The fragment, without `#`.
    pub(super) fn fragment(&self) -> String {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        // Nothing fails that writes to memory.
        let _ = encoder.write_all(self.json().to_string().as_bytes());
        format!("{VERSION}.{}", URL_SAFE_NO_PAD.encode(encoder.finish().unwrap_or_default()))
    }

    fn json(&self) -> Value {
        let files = self.files.iter().map(|file| {
            object([
                ("path", Some(file.path.as_str())),
                ("text", Some(&file.text)),
                ("format", file.format.as_deref()),
            ])
        });
        let context = object([
            ("host", self.context.host.map(|host| host.id())),
            ("reach", self.context.reach.map(|reach| reach.id())),
        ]);
        let mut text = json!({ "files": files.collect::<Vec<_>>(), "context": context });
        if let Some(builder) = self.builder {
            text["builder"] = builder.into();
        }
        text
    }
}

/// What is known, under its names.
fn object<const N: usize>(members: [(&str, Option<&str>); N]) -> Value {
    let known = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.into())));
    Value::Object(known.collect::<Map<_, _>>())
}

/// What a fragment holds, as the page reads it.
#[cfg(test)]
pub(super) fn read(fragment: &str) -> Value {
    use std::io::Read as _;
    let payload = fragment.strip_prefix("v1.").expect("the version");
    let packed = URL_SAFE_NO_PAD.decode(payload).expect("base64url");
    let mut text = String::new();
    flate2::read::DeflateDecoder::new(&packed[..]).read_to_string(&mut text).expect("DEFLATE of UTF-8");
    serde_json::from_str(&text).expect("JSON")
}

#[cfg(test)]
mod tests {
    use daemonless_core::model::Host;

    use super::*;

    #[track_caller]
    fn check(file: File, context: Context, builder: Option<&str>, expected: Value) {
        let files = [file];
        let fragment = TryIt { files: &files, context: &context, builder }.fragment();
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        assert!(fragment.chars().all(plain), "{fragment}");
        assert_eq!(read(&fragment), expected);
    }

    #[test]
    fn what_goes_in_comes_out() {
        let file = |format: Option<&str>| File {
            path: ".gitlab-ci.yml".into(),
            text: "a: \"ä\"\n".into(),
            format: format.map(str::to_owned),
        };
        check(
            file(None),
            Context::default(),
            None,
            json!({ "files": [{ "path": ".gitlab-ci.yml", "text": "a: \"ä\"\n" }], "context": {} }),
        );
        check(
            file(Some("gitlab-ci")),
            Context { host: Some(Host::Vm), ..Context::default() },
            Some("buildah"),
            json!({
                "files": [{ "path": ".gitlab-ci.yml", "text": "a: \"ä\"\n", "format": "gitlab-ci" }],
                "context": { "host": "vm" },
                "builder": "buildah",
            }),
        );
    }
}
