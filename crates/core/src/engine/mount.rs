//! Mounts: the short and the `key=value` syntax, and what a path of the host gives away.

use super::command_line::part;
use crate::files::file_name;
use crate::model::{Mount, Value};
use crate::source::{Span, Text};

/// `SOURCE:TARGET[:OPTIONS]` as `-v` and Compose's short syntax write it. `span` is the line of evidence.
pub fn short(value: &Value, span: Span) -> Mount {
    let text = value.as_str();
    let cuts = cuts(text);
    let (source, target, options) = match cuts.as_slice() {
        [] => {
            return Mount {
                source: None,
                target: Some(value.clone()),
                read_only: false,
                span,
                declared_only: false,
            };
        }
        [first] => (piece(value, 0, *first), piece(value, first + 1, text.len()), ""),
        [first, second, ..] => {
            (piece(value, 0, *first), piece(value, first + 1, *second), text.get(second + 1..).unwrap_or(""))
        }
    };
    let read_only = options.split(',').any(|option| matches!(option, "ro" | "readonly"));
    Mount { source: Some(source), target: Some(target), read_only, span, declared_only: false }
}

/// `type=bind,source=…,target=…,readonly` as `--mount` writes it.
pub fn long(value: &Value, span: Span) -> Mount {
    let mut mount = Mount { source: None, target: None, read_only: false, span, declared_only: false };
    let mut at = 0;
    let mut temporary = false;
    for field in value.as_str().split(',') {
        let (key, given) = field.split_once('=').unwrap_or((field, "true"));
        let inner = || piece(value, at + key.len() + 1, at + field.len());
        match key.trim() {
            "type" => temporary = given == "tmpfs",
            "source" | "src" => mount.source = Some(inner()),
            "target" | "destination" | "dst" => mount.target = Some(inner()),
            "readonly" | "ro" => mount.read_only = given != "false",
            _ => {}
        }
        at += field.len() + 1;
    }
    if temporary {
        mount.source = None;
    }
    mount
}

fn piece(value: &Value, from: usize, to: usize) -> Value {
    let mut cut = part(value, from);
    let length = to.saturating_sub(from).min(cut.text.len());
    cut.text = cut.text.slice(0..length);
    cut.others.clear();
    cut.unknown = value.unknown && cut.text.as_str().contains('$');
    cut
}

/// Where a short mount's colons stand: outside braces, not after a drive's letter, not in `//./pipe/`.
fn cuts(text: &str) -> Vec<usize> {
    let bytes = text.as_bytes();
    let mut depth = 0_usize;
    let mut start = 0;
    let mut out = Vec::new();
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b':' if depth == 0 && out.len() < 2 => {
                let letter = at == start + 1 && bytes.get(start).is_some_and(u8::is_ascii_alphabetic);
                let drive = letter && bytes.get(at + 1) == Some(&b'\\');
                if !drive {
                    out.push(at);
                    start = at + 1;
                }
            }
            _ => {}
        }
    }
    out
}

/// The path with single slashes and without `.` and `..`, as the kernel would follow it; Windows' pipes as
/// `//./pipe/NAME`. Variables stay.
pub fn normal(path: &str) -> String {
    let path = path.trim().replace('\\', "/");
    if let Some(pipe) = path.strip_prefix("//./pipe/") {
        return format!("//./pipe/{pipe}");
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    if path.starts_with('/') { format!("/{joined}") } else { joined }
}

/// An engine's socket, or a directory that holds one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Socket {
    /// `Docker`, `containerd`, `CRI-O` or `Podman`.
    pub engine: &'static str,
    /// It belongs to a user's own engine, not to root's.
    pub rootless: bool,
    /// It is the socket itself, not a directory that holds it.
    pub direct: bool,
}

/// Directories of the host that hold an engine's socket. `/` does too, and more: see [`sensitive`].
static SOCKET_DIRECTORIES: &[(&str, &str)] = &[
    ("/run", "Docker"),
    ("/var/run", "Docker"),
    ("/var", "Docker"),
    ("/run/containerd", "containerd"),
    ("/var/run/containerd", "containerd"),
    ("/run/k3s/containerd", "containerd"),
    ("/run/crio", "CRI-O"),
    ("/var/run/crio", "CRI-O"),
    ("/run/podman", "Podman"),
    ("/var/run/podman", "Podman"),
];

/// Names of sockets, wherever they lie.
static SOCKET_NAMES: &[(&str, &str)] = &[
    ("docker.sock", "Docker"),
    ("docker.sock.raw", "Docker"),
    ("docker-host.sock", "Docker"),
    ("cri-dockerd.sock", "Docker"),
    ("dockershim.sock", "Docker"),
    ("containerd.sock", "containerd"),
    ("crio.sock", "CRI-O"),
    ("podman.sock", "Podman"),
];

/// Whether a path of the host is an engine's socket or a directory that holds one.
pub fn socket(path: &str) -> Option<Socket> {
    let path = normal(path);
    if let Some(pipe) = path.strip_prefix("//./pipe/") {
        let engine = if pipe.contains("containerd") { "containerd" } else { "Docker" };
        return (pipe.contains("docker_engine") || pipe.contains("containerd")).then_some(Socket {
            engine,
            rootless: false,
            direct: true,
        });
    }
    // A nested daemon's socket that it shares with its job.
    if path.starts_with("/certs/") {
        return None;
    }
    let rootless =
        ["/run/user/", "XDG_RUNTIME_DIR", "/home/", "/Users/"].iter().any(|part| path.contains(part))
            || path.starts_with('~')
            || path.starts_with("$HOME")
            || path.starts_with("${HOME");
    let name = file_name(&path);
    if let Some((_, engine)) = SOCKET_NAMES.iter().find(|(socket, _)| *socket == name) {
        return Some(Socket { engine, rootless, direct: true });
    }
    let (_, engine) = SOCKET_DIRECTORIES.iter().find(|(directory, _)| *directory == path)?;
    Some(Socket { engine, rootless: false, direct: false })
}

/// What a mount hands over of an engine: by its source, or, where the source is a variable, by the target that it is
/// mounted on.
pub fn socket_of(mount: &Mount) -> Option<Socket> {
    let source = mount.source.as_ref()?;
    // Without a slash it is a volume's name.
    let mut paths = source.texts().map(Text::as_str).filter(|text| text.contains(['/', '\\']));
    paths.find_map(socket).or_else(|| {
        let target = mount.target.as_ref()?;
        (source.as_str().starts_with('$') || source.as_str().starts_with("{{"))
            .then(|| socket(target.as_str()).filter(|found| found.direct))
            .flatten()
    })
}

/// How much of the host a path gives away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sensitive {
    /// `/` itself.
    Root,
    /// A directory of the system as a whole (`/etc`, `/home`).
    System,
    /// Keys, or the state of an engine or the kubelet.
    State,
}

static SYSTEM: &[&str] =
    &["/etc", "/root", "/home", "/boot", "/proc", "/sys", "/dev", "/usr", "/lib", "/lib64", "/bin", "/sbin"];

static STATE: &[&str] = &[
    "/var/lib/docker",
    "/var/lib/containerd",
    "/var/lib/kubelet",
    "/var/lib/containers",
    "/root/.ssh",
    "/root/.docker",
    "/root/.kube",
    "/etc/kubernetes",
];

/// Whether a path of the host gives away the host or what opens it.
pub fn sensitive(path: &str) -> Option<Sensitive> {
    let trimmed = path.trim();
    let windows = trimmed.len() <= 3 && trimmed.len() >= 2 && trimmed.as_bytes().get(1) == Some(&b':');
    let drive = windows && trimmed.as_bytes().first().is_some_and(u8::is_ascii_alphabetic);
    let path = normal(trimmed);
    if path == "/" || drive {
        return Some(Sensitive::Root);
    }
    if SYSTEM.contains(&path.as_str()) {
        return Some(Sensitive::System);
    }
    let below =
        |state: &str| path.strip_prefix(state).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    STATE.iter().any(|state| below(state)).then_some(Sensitive::State)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    #[track_caller]
    fn check(text: &str, source: &str, target: &str, read_only: bool) {
        let value = Value::literal(Text::verbatim(FileId(0), 0, text));
        let mount = if text.contains("type=") { long(&value, value.span) } else { short(&value, value.span) };
        let show =
            |value: &Option<Value>| value.as_ref().map_or(String::new(), |value| value.as_str().to_owned());
        assert_eq!(
            (show(&mount.source), show(&mount.target), mount.read_only),
            (source.into(), target.into(), read_only)
        );
    }

    #[test]
    fn mounts() {
        check("/a:/b", "/a", "/b", false);
        check("/a:/b:ro,z", "/a", "/b", true);
        check("/b", "", "/b", false);
        check("${S:-/var/run/docker.sock}:/x", "${S:-/var/run/docker.sock}", "/x", false);
        check("C:\\a:/b", "C:\\a", "/b", false);
        check(
            "//./pipe/docker_engine://./pipe/docker_engine",
            "//./pipe/docker_engine",
            "//./pipe/docker_engine",
            false,
        );
        check("type=bind,source=/,target=/h,readonly", "/", "/h", true);
        check("type=tmpfs,target=/h", "", "/h", false);
        check("type=bind,src=/a,dst=/h", "/a", "/h", false);
    }

    #[test]
    fn paths() {
        let found = |path| socket(path).map(|socket| (socket.engine, socket.rootless, socket.direct));
        assert_eq!(found("/var/run/docker.sock"), Some(("Docker", false, true)));
        assert_eq!(found("//var/run/docker.sock"), Some(("Docker", false, true)));
        assert_eq!(found("/run/../var/run/./docker.sock"), Some(("Docker", false, true)));
        assert_eq!(found("/var/run/"), Some(("Docker", false, false)));
        assert_eq!(found("\\\\.\\pipe\\docker_engine"), Some(("Docker", false, true)));
        assert_eq!(found("/run/user/1000/podman/podman.sock"), Some(("Podman", true, true)));
        assert_eq!(found("/run/containerd/containerd.sock"), Some(("containerd", false, true)));
        assert_eq!(found("/certs/client/docker.sock"), None);
        assert_eq!(found("/var/lib/app"), None);
        assert_eq!(sensitive("/etc/.."), Some(Sensitive::Root));
        assert_eq!(sensitive("/etc/"), Some(Sensitive::System));
        assert_eq!(sensitive("/etc/localtime"), None);
        assert_eq!(sensitive("/var/lib/kubelet/pods"), Some(Sensitive::State));
        assert_eq!(sensitive("/var/lib/dockers"), None);
        assert_eq!(sensitive("./"), None);
        assert_eq!(sensitive("C:\\"), Some(Sensitive::Root));
    }
}
