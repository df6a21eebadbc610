//! The job that a Dockerfile gives is, as the command prints it, a pipeline that runs.

use std::ffi::OsString;
use std::path::Path;

use daemonless::Io;

use crate::machine::{Machine, PASSWORD, Registry, USER, log};
use crate::{cases, compare, each};

fn run((): &(), builder: &str, registry: &Registry, folder: &Path) -> Result<(), String> {
    let machine = Machine { folder, registry };
    let dockerfile = format!("{}ARG GIT_SHA\nLABEL revision=$GIT_SHA\n", cases::DOCKERFILE);
    machine.prepare([("Dockerfile", &*dockerfile)]);
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut io = Io { stdin: &mut &b""[..], out: &mut out, err: &mut err, color: false, progress: false };
    let path = machine.project().join("Dockerfile");
    let arguments = ["fix", "--to", builder].map(OsString::from).into_iter().chain([path.into()]);
    daemonless::run(arguments, &mut io);
    let job = String::from_utf8_lossy(&out).into_owned();
    std::fs::write(machine.project().join(".gitlab-ci.yml"), &job).map_err(|error| error.to_string())?;
    let variables = [
        ("CI_REGISTRY", registry.address.clone()),
        ("CI_REGISTRY_IMAGE", format!("{}/team/app", registry.address)),
        ("CI_REGISTRY_USER", USER.to_owned()),
        ("CI_REGISTRY_PASSWORD", PASSWORD.to_owned()),
        ("CI_COMMIT_SHORT_SHA", "0123abcd".to_owned()),
        ("CI_COMMIT_SHA", "0123abcd4567".to_owned()),
        ("VERSION", "5".to_owned()),
    ];
    let variables =
        variables.iter().flat_map(|(name, value)| ["--variable".into(), format!("{name}={value}")]);
    let arguments = ["--force-shell-executor".to_owned()].into_iter().chain(variables);
    let ran = machine.run("gitlab-ci-local", arguments);
    if !ran.status.success() {
        return Err(format!("it failed\n{}\n{job}", log(&ran)));
    }
    let direct: &[&str] = &["--build-arg=VERSION=5", "--build-arg=GIT_SHA=0123abcd4567", "."];
    compare(&machine, &[("team/app:0123abcd", direct)]).map_err(|fault| format!("{fault}\n{job}"))
}

#[test]
fn ready_jobs_build_their_dockerfiles() {
    for builder in ["buildah", "podman"] {
        let cases = [("a Dockerfile's ready job", &())].into_iter();
        each(builder, "gitlab-ci-local", "GitLab", cases, run);
    }
}
