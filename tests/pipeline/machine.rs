//! A runner's machine with a home and a storage of its own, and a registry on loopback that asks for a password.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::Write as _;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

pub(crate) const USER: &str = "builder";
pub(crate) const PASSWORD: &str = "quiet-harbour";

/// `USER` with the bcrypt hash of `PASSWORD`, as the registry wants it.
const HTPASSWD: &str = "builder:$2y$05$abcdefghijklmnopqrstuu5l8zHdiouRxq5U0NYj/O7uijQ8hvCH6";

/// Where one case runs, with settings of its own and none of the person's.
pub(crate) struct Machine<'a> {
    pub(crate) folder: &'a Path,
    pub(crate) registry: &'a Registry,
}

impl Machine<'_> {
    pub(crate) fn project(&self) -> PathBuf {
        self.folder.join("project")
    }

    /// Writes the settings and the project's files, each a path and a content, and commits them.
    pub(crate) fn prepare<'f>(&self, files: impl IntoIterator<Item = (&'f str, &'f str)>) {
        let folder = self.folder;
        // The registry speaks plain HTTP: it is on loopback and lives as long as the test.
        let registries = format!("[[registry]]\nlocation = \"{}\"\ninsecure = true\n", self.registry.address);
        write(&folder.join("home/.config/containers/registries.conf"), &registries);
        let (graph, run) = (folder.join("storage"), folder.join("run"));
        let storage = format!("[storage]\ndriver = \"vfs\"\ngraphroot = {graph:?}\nrunroot = {run:?}\n");
        write(&folder.join("storage.conf"), &storage);

        write(&folder.join("runtime/containers/auth.json"), "{}\n");
        let project = self.project();
        for (name, content) in files {
            write(&project.join(name), content);
        }
        // Nothing is pulled: the only program in the images is one from this machine.
        fs::copy("/bin/busybox", project.join("busybox")).expect("a static busybox");
        let identity = ["-c", "user.name=tests", "-c", "user.email=tests@example.org"];
        for command in [
            &["init", "--quiet", "--initial-branch=main"][..],
            &["remote", "add", "origin", "https://example.org/team/app.git"],
            &["add", "--all"],
            &["commit", "--quiet", "--message=App"],
        ] {
            let done = self.run("git", identity.iter().chain(command));
            assert!(done.status.success(), "git {command:?}: {}", log(&done));
        }
    }

    /// A program in the project, with this machine's settings.
    pub(crate) fn command(&self, program: &str) -> Command {
        let folder = self.folder;
        let mut command = Command::new(program);
        command
            .current_dir(self.project())
            .env("HOME", folder.join("home"))
            .env("CONTAINERS_STORAGE_CONF", folder.join("storage.conf"))
            // Where logins are kept. Not `REGISTRY_AUTH_FILE`: `podman manifest create` does not look there.
            .env("XDG_RUNTIME_DIR", folder.join("runtime"))
            .env_remove("REGISTRY_AUTH_FILE")
            .env_remove("XDG_CONFIG_HOME")
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn run(
        &self,
        program: &str,
        arguments: impl IntoIterator<Item = impl AsRef<OsStr>>,
    ) -> Output {
        let mut command = self.command(program);
        command.args(arguments).output().unwrap_or_else(|error| panic!("{program}: {error}"))
    }
}

/// What a program wrote to both streams.
pub(crate) fn log(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat()
}

fn write(path: &Path, content: &str) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(path, content).expect("a file");
}

/// A registry on loopback. It ends with this value.
pub(crate) struct Registry {
    child: Child,
    pub(crate) address: String,
}

impl Registry {
    pub(crate) fn start(folder: &Path) -> Self {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
        let address = port.expect("a free port").to_string();
        let (data, passwords) = (folder.join("registry"), folder.join("htpasswd"));
        let config = format!(
            "version: 0.1
storage:
  filesystem:
    rootdirectory: {data:?}
http:
  addr: {address}
auth:
  htpasswd:
    realm: tests
    path: {passwords:?}
"
        );
        write(&folder.join("registry.yml"), &config);
        writeln!(File::create(&passwords).expect("a file"), "{HTPASSWD}").expect("a line");
        let log = File::create(folder.join("registry.log")).expect("a file");
        let child = Command::new("docker-registry")
            .arg("serve")
            .arg(folder.join("registry.yml"))
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("the registry starts");
        let start = Instant::now();
        while TcpStream::connect(&address).is_err() {
            assert!(start.elapsed() < Duration::from_secs(20), "the registry does not answer at {address}");
            std::thread::sleep(Duration::from_millis(50));
        }
        Self { child, address }
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
