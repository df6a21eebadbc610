//! A pipeline that builds on a nested daemon is rewritten by the command and really run: by gitlab-ci-local with the
//! shell executor, against a registry on loopback that asks for a password. The file is run as the command wrote it.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::Write as _;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use daemonless::Io;
use serde_json::Value;

const BEFORE: &str = r#"# The image of the app, built on a daemon beside the job.
stages: [check, release]

lint:
  stage: check
  image: busybox
  script:
    - test -f Dockerfile

publish:
  stage: release
  image: docker:27
  services:
    - docker:27-dind
  variables:
    DOCKER_HOST: tcp://docker:2376
    DOCKER_TLS_CERTDIR: "/certs"
    IMAGE: $REGISTRY/team/app
  before_script:
    - docker login -u "$REGISTRY_USER" -p "$REGISTRY_PASSWORD" "$REGISTRY"
  script:
    # Two names for one image.
    - docker build --build-arg VERSION=1.2 --label "team=build" -t "$IMAGE:1.2" .
    - docker tag "$IMAGE:1.2" "$IMAGE:latest"
    - docker push "$IMAGE:1.2"
    - docker push "$IMAGE:latest"
"#;

/// Nothing is pulled: the only program in the image is one from this machine.
const DOCKERFILE: &str = r#"FROM scratch
ARG VERSION
COPY busybox /bin/busybox
RUN ["/bin/busybox", "sh", "-c", "echo built by ${VERSION} > /built"]
ENV VERSION=$VERSION
HEALTHCHECK CMD ["/bin/busybox", "true"]
"#;

const USER: &str = "builder";
const PASSWORD: &str = "quiet-harbour";

/// `USER` with the bcrypt hash of `PASSWORD`, as the registry wants it.
const HTPASSWD: &str = "builder:$2y$05$abcdefghijklmnopqrstuu5l8zHdiouRxq5U0NYj/O7uijQ8hvCH6";

/// Rewrites the pipeline for a builder, runs it, and looks at what lies in the registry.
#[track_caller]
fn check(builder: &str) {
    for program in [builder, "docker-registry", "gitlab-ci-local", "rsync", "skopeo"] {
        if Command::new(program)
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_err()
        {
            println!("{builder}: skipped, as {program} is not installed.");
            return;
        }
    }
    let start = Instant::now();
    let folder = tempfile::tempdir().expect("a folder");
    let registry = Registry::start(folder.path());
    let machine = Machine { folder: folder.path(), registry: &registry };
    machine.prepare();
    let able = machine.run(builder, ["info"]);
    if !able.status.success() {
        println!("{builder}: skipped, as it can't work on this machine: {}", text(&able.stderr).trim());
        return;
    }

    let project = folder.path().join("project");
    let path = project.join(".gitlab-ci.yml");
    let arguments = ["fix", "--to", builder, "--write"].map(OsString::from);
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut io = Io { stdin: &mut &b""[..], out: &mut out, err: &mut err, color: false };
    let code = daemonless::run(arguments.into_iter().chain([path.clone().into()]), &mut io);
    assert_eq!(code, 0, "nothing is left to a person: {}", text(&err));
    let after = fs::read_to_string(&path).expect("the pipeline");
    assert!(!after.contains("docker login") && !after.contains("dind"), "{after}");

    let variables =
        [("REGISTRY", &*registry.address), ("REGISTRY_USER", USER), ("REGISTRY_PASSWORD", PASSWORD)];
    let variables =
        variables.iter().flat_map(|(name, value)| ["--variable".into(), format!("{name}={value}")]);
    let ran =
        machine.run("gitlab-ci-local", ["--force-shell-executor".to_owned()].into_iter().chain(variables));
    let log = text(&ran.stdout) + &text(&ran.stderr);
    assert!(ran.status.success(), "{log}\n{after}");
    assert!(!log.contains(PASSWORD), "the password is in the log:\n{log}");

    for tag in ["1.2", "latest"] {
        let image = format!("docker://{}/team/app:{tag}", registry.address);
        let credentials = format!("{USER}:{PASSWORD}");
        let inspect = |more: &[&str]| -> Value {
            let options = [&["inspect", "--creds", &credentials], more, &[&image]].concat();
            let seen = machine.run("skopeo", options);
            assert!(seen.status.success(), "{}", text(&seen.stderr));
            serde_json::from_slice(&seen.stdout).expect("skopeo prints JSON")
        };
        let config = &inspect(&["--config", "--raw"])["config"];
        assert_eq!(config["Labels"]["team"], "build", "{config:#}");
        assert!(
            config["Env"].as_array().is_some_and(|env| env.contains(&"VERSION=1.2".into())),
            "{config:#}"
        );
        assert_eq!(config["Healthcheck"]["Test"][1], "/bin/busybox", "Docker's format keeps it: {config:#}");
        let layers = inspect(&[])["Layers"].as_array().map_or(0, Vec::len);
        assert!(layers > 0, "the image has content");
    }
    println!("{builder}: {:.1} s", start.elapsed().as_secs_f64());
}

#[test]
fn buildah_builds_and_pushes_what_the_daemon_did() {
    check("buildah");
}

#[test]
fn podman_builds_and_pushes_what_the_daemon_did() {
    check("podman");
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn write(path: &Path, content: &str) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(path, content).expect("a file");
}

/// A runner's machine: a home and a storage of its own, and the project.
struct Machine<'a> {
    folder: &'a Path,
    registry: &'a Registry,
}

impl Machine<'_> {
    fn prepare(&self) {
        let folder = self.folder;
        // The registry speaks plain HTTP: it is on loopback and lives as long as the test.
        let registries = format!("[[registry]]\nlocation = \"{}\"\ninsecure = true\n", self.registry.address);
        write(&folder.join("home/.config/containers/registries.conf"), &registries);
        let (graph, run) = (folder.join("storage"), folder.join("run"));
        let storage = format!("[storage]\ndriver = \"vfs\"\ngraphroot = {graph:?}\nrunroot = {run:?}\n");
        write(&folder.join("storage.conf"), &storage);

        let project = folder.join("project");
        write(&project.join(".gitlab-ci.yml"), BEFORE);
        write(&project.join("Dockerfile"), DOCKERFILE);
        fs::copy("/bin/busybox", project.join("busybox")).expect("a static busybox");
        let identity = ["-c", "user.name=tests", "-c", "user.email=tests@example.org"];
        for command in [
            &["init", "--quiet", "--initial-branch=main"][..],
            &["remote", "add", "origin", "https://example.org/team/app.git"],
            &["add", "--all"],
            &["commit", "--quiet", "--message=App"],
        ] {
            let done = self.run("git", identity.iter().chain(command));
            assert!(done.status.success(), "git {command:?}: {}", text(&done.stderr));
        }
    }

    /// Runs a program in the project, with this machine's settings and none of the person's.
    fn run(&self, program: &str, arguments: impl IntoIterator<Item = impl AsRef<std::ffi::OsStr>>) -> Output {
        let folder = self.folder;
        Command::new(program)
            .args(arguments)
            .current_dir(folder.join("project"))
            .env("HOME", folder.join("home"))
            .env("CONTAINERS_STORAGE_CONF", folder.join("storage.conf"))
            .env("REGISTRY_AUTH_FILE", folder.join("auth.json"))
            .env_remove("XDG_CONFIG_HOME")
            .env_remove("XDG_RUNTIME_DIR")
            .stdin(Stdio::null())
            .output()
            .unwrap_or_else(|error| panic!("{program}: {error}"))
    }
}

/// A registry on loopback.
struct Registry {
    child: Child,
    address: String,
}

impl Registry {
    fn start(folder: &Path) -> Self {
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
