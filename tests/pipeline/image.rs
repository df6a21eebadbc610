//! An image as it lies in a registry, a file or a builder's storage: its configuration and its files, to be compared.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::machine::{Machine, PASSWORD, USER, log};

/// What has to be the same of two builds of one Dockerfile.
#[derive(Debug, PartialEq)]
pub(crate) struct Image {
    /// Entrypoint, command, environment, labels, user, folder, ports, volumes, health check.
    config: BTreeMap<String, Value>,
    /// By path: kind, mode, owner, and the content of a file.
    files: BTreeMap<String, (char, u32, u32, Vec<u8>)>,
}

/// Keys of the configuration. A key that is not there is as one that is null.
const KEYS: [&str; 11] = [
    "Cmd",
    "Entrypoint",
    "Env",
    "ExposedPorts",
    "Healthcheck",
    "Labels",
    "OnBuild",
    "Shell",
    "User",
    "Volumes",
    "WorkingDir",
];

/// Labels that builders write of themselves.
const OWN_LABELS: [&str; 2] = ["io.buildah.version", "io.podman.version"];

/// Fetches the image of this name, as skopeo has it, and reads it; the error is what skopeo said.
pub(crate) fn fetch(machine: &Machine<'_>, source: &str) -> Result<Image, String> {
    let folder = tempfile::tempdir_in(machine.folder).expect("a folder");
    let copy = folder.path().join("copy");
    let target = format!("dir:{}", copy.display());
    let credentials = format!("{USER}:{PASSWORD}");
    let mut options = vec!["copy", "--quiet"];
    if source.starts_with("docker://") {
        options.extend(["--src-creds", &credentials]);
    }
    options.extend([source, &target]);
    let done = machine.run("skopeo", options);
    if !done.status.success() {
        return Err(log(&done));
    }
    let json = |name: &str| -> Value {
        let text = fs::read(copy.join(name)).expect("skopeo copies it");
        serde_json::from_slice(&text).expect("it is JSON")
    };
    let digest = |value: &Value| {
        value["digest"].as_str().and_then(|digest| digest.strip_prefix("sha256:")).unwrap_or("").to_owned()
    };
    let manifest = json("manifest.json");
    let mut config = json(&digest(&manifest["config"]))["config"].take();
    if let Some(labels) = config["Labels"].as_object_mut() {
        labels.retain(|name, _| !OWN_LABELS.contains(&name.as_str()));
    }
    let config = KEYS.iter().map(|key| ((*key).to_owned(), config[key].take())).filter(|(_, value)| {
        let is_empty = value.as_object().is_some_and(serde_json::Map::is_empty) || value == "";
        !value.is_null() && !is_empty
    });
    let root = folder.path().join("root");
    fs::create_dir(&root).expect("a folder");
    for layer in manifest["layers"].as_array().expect("an image has layers") {
        let mut tar = Command::new("tar");
        let done = tar.arg("-xpf").arg(copy.join(digest(layer))).arg("-C").arg(&root).status();
        assert!(done.is_ok_and(|status| status.success()), "a layer is an archive");
    }
    let mut files = BTreeMap::new();
    read(&root, &root, &mut files);
    Ok(Image { config: config.collect(), files })
}

fn read(root: &Path, folder: &Path, files: &mut BTreeMap<String, (char, u32, u32, Vec<u8>)>) {
    for entry in fs::read_dir(folder).expect("a folder").filter_map(Result::ok) {
        let path = entry.path();
        let seen = path.symlink_metadata().expect("it is there");
        let kind = seen.file_type();
        let (letter, content) = match kind {
            _ if kind.is_dir() => ('d', Vec::new()),
            _ if kind.is_symlink() => {
                ('l', fs::read_link(&path).expect("a link").to_string_lossy().into_owned().into_bytes())
            }
            _ if kind.is_file() => ('f', fs::read(&path).expect("a file")),
            _ if kind.is_char_device() => ('c', Vec::new()),
            _ => ('?', Vec::new()),
        };
        let name = path.strip_prefix(root).expect("it is below").to_string_lossy().into_owned();
        files.insert(name, (letter, seen.permissions().mode(), seen.uid(), content));
        if letter == 'd' {
            read(root, &path, files);
        }
    }
}

impl Image {
    /// How it differs from what it should be, in lines; empty where it doesn't.
    pub(crate) fn differs(&self, wanted: &Self) -> String {
        let mut out = String::new();
        if self.config != wanted.config {
            out += &format!("its configuration is {:?} and should be {:?}\n", self.config, wanted.config);
        }
        let names = self.files.keys().chain(wanted.files.keys());
        for name in names.collect::<std::collections::BTreeSet<_>>() {
            if self.files.get(name) != wanted.files.get(name) {
                let short = |file: Option<&(char, u32, u32, Vec<u8>)>| {
                    file.map(|(kind, mode, owner, content)| {
                        let text = String::from_utf8_lossy(content.get(..60).unwrap_or(content)).into_owned();
                        (*kind, format!("{mode:o}"), *owner, text)
                    })
                };
                let (is, should) = (short(self.files.get(name)), short(wanted.files.get(name)));
                out += &format!("/{name} is {is:?} and should be {should:?}\n");
            }
        }
        out
    }
}
