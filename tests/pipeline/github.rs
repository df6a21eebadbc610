//! The `run:` steps of rewritten workflows, in the order of the file by Bash as GitHub's runner calls it, with the
//! environments of workflow, job and step. Expressions are looked up; there is no more of GitHub's language here.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use daemonless_core::source::FileId;
use daemonless_core::syntax::yaml::{self, NodeId, Tree};

use crate::machine::{Machine, PASSWORD, Registry, USER, log};
use crate::{compare, each, rewrite};

struct Case {
    name: &'static str,
    workflow: &'static str,
    images: &'static [(&'static str, &'static [&'static str])],
}

const DOCKERFILE: &str = r#"FROM scratch
ARG VERSION
COPY busybox /bin/busybox
RUN ["/bin/busybox", "sh", "-c", "echo $VERSION > /built"]
ENV VERSION=$VERSION
HEALTHCHECK CMD ["/bin/busybox", "true"]
ENTRYPOINT ["/bin/busybox"]
"#;

static CASES: &[Case] = &[
    Case {
        name: "scripts",
        workflow: r#"on: push
env:
  IMAGE: ${{ vars.REGISTRY }}/team/app
jobs:
  image:
    runs-on: ubuntu-latest
    env:
      DOCKER_BUILDKIT: 1
    steps:
      - uses: actions/checkout@v5
      - name: Log in
        run: echo "${{ secrets.REGISTRY_PASSWORD }}" | docker login "${{ vars.REGISTRY }}" -u "${{ vars.REGISTRY_USER }}" --password-stdin
      # The image by two names.
      - run: |
          docker build . \
            --build-arg VERSION=${{ github.sha }} \
            --tag "$IMAGE:${{ github.sha }}"
          docker tag "$IMAGE:${{ github.sha }}" "$IMAGE:latest"
      - run: docker push "$IMAGE:${{ github.sha }}" && docker push "$IMAGE:latest"
"#,
        images: &[
            ("team/app:0123abc", &["--build-arg=VERSION=0123abc", "."]),
            ("team/app:latest", &["--build-arg=VERSION=0123abc", "."]),
        ],
    },
    Case {
        name: "actions",
        workflow: r#"on: push
jobs:
  image:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - uses: docker/setup-buildx-action@v3
      - name: Log in
        uses: docker/login-action@v3
        with:
          registry: ${{ vars.REGISTRY }}
          username: ${{ vars.REGISTRY_USER }}
          password: ${{ secrets.REGISTRY_PASSWORD }}
      - name: Build
        id: build
        uses: docker/build-push-action@v6
        with:
          context: .
          push: true
          provenance: false
          build-args: |
            VERSION=${{ github.sha }}
          labels: |
            org.example.kind=a b
          tags: |
            ${{ vars.REGISTRY }}/team/app:${{ github.sha }}
            ${{ vars.REGISTRY }}/team/app:latest
      - run: |
          case "$DIGEST" in sha256:*) ;; *) exit 1 ;; esac
        env:
          DIGEST: ${{ steps.build.outputs.digest }}
"#,
        images: &[
            ("team/app:0123abc", &["--build-arg=VERSION=0123abc", "--label=org.example.kind=a b", "."]),
            ("team/app:latest", &["--build-arg=VERSION=0123abc", "--label=org.example.kind=a b", "."]),
        ],
    },
];

/// Text with its expressions looked up.
fn expand(text: &str, known: &BTreeMap<String, String>) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${{") {
        let (name, behind) = after.split_once("}}").ok_or("an expression has no end")?;
        let value = known.get(name.trim()).ok_or_else(|| format!("{} is not known", name.trim()))?;
        out += before;
        out += value;
        rest = behind;
    }
    Ok(out + rest)
}

/// The environment that a workflow, a job or a step sets.
fn environment(
    tree: &Tree<'_>,
    map: NodeId,
    known: &mut BTreeMap<String, String>,
) -> Result<Vec<(String, String)>, String> {
    let Some(env) = tree.get(map, "env") else { return Ok(Vec::new()) };
    let mut set = Vec::new();
    for entry in tree.entries(env) {
        let name = tree.str(entry.key).unwrap_or("").to_owned();
        let value = expand(tree.str(entry.value).unwrap_or(""), known)?;
        known.insert(format!("env.{name}"), value.clone());
        set.push((name, value));
    }
    Ok(set)
}

fn steps(text: &str, machine: &Machine<'_>) -> Result<(), String> {
    let tree = yaml::parse(FileId(0), text);
    let root = *tree.roots.first().ok_or("no document")?;
    let mut known: BTreeMap<String, String> = [
        ("vars.REGISTRY", &*machine.registry.address),
        ("vars.REGISTRY_USER", USER),
        ("secrets.REGISTRY_PASSWORD", PASSWORD),
        ("github.sha", "0123abc"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    let temporary = machine.folder.join("temporary");
    fs::create_dir_all(&temporary).map_err(|error| error.to_string())?;
    let of_all = environment(&tree, root, &mut known)?;
    let jobs = tree.get(root, "jobs").ok_or("no jobs")?;
    for job in tree.entries(jobs) {
        let of_job = environment(&tree, job.value, &mut known)?;
        let steps = tree.get(job.value, "steps").ok_or("no steps")?;
        for step in tree.items(steps) {
            if let Some(uses) = tree.get(*step, "uses").and_then(|uses| tree.str(uses)) {
                match uses.starts_with("actions/checkout@") {
                    true => continue,
                    false => return Err(format!("{uses} can't be run here")),
                }
            }
            let script =
                tree.get(*step, "run").and_then(|run| tree.str(run)).ok_or("a step without `run`")?;
            let file = temporary.join("script.sh");
            fs::write(&file, expand(script, &known)?).map_err(|error| error.to_string())?;
            let output = temporary.join("output");
            fs::write(&output, "").map_err(|error| error.to_string())?;
            let shell = tree.get(*step, "shell").and_then(|shell| tree.str(shell));
            let options = match shell {
                Some("bash") => &["--noprofile", "--norc", "-eo", "pipefail"][..],
                None => &["-e"],
                Some(other) => return Err(format!("the shell {other} is not run here")),
            };
            let mut bash = machine.command("bash");
            bash.args(options).arg(&file);
            let own = environment(&tree, *step, &mut known.clone())?;
            bash.envs(of_all.iter().chain(&of_job).chain(&own).map(|(name, value)| (name, value)));
            bash.env("GITHUB_OUTPUT", &output).env("RUNNER_TEMP", &temporary).env("GITHUB_SHA", "0123abc");
            bash.env("BUILDAH_ISOLATION", "chroot");
            let ran = bash.output().map_err(|error| error.to_string())?;
            if !ran.status.success() {
                return Err(format!("this step failed:\n{script}\n{}", log(&ran)));
            }
            let id = tree.get(*step, "id").and_then(|id| tree.str(id)).unwrap_or("");
            for line in fs::read_to_string(&output).unwrap_or_default().lines() {
                if let Some((name, value)) = line.split_once('=') {
                    known.insert(format!("steps.{id}.outputs.{name}"), value.to_owned());
                }
            }
        }
    }
    Ok(())
}

fn run(case: &Case, builder: &str, registry: &Registry, folder: &Path) -> Result<(), String> {
    let machine = Machine { folder, registry };
    let path = ".github/workflows/image.yml";
    machine.prepare([(path, case.workflow), ("Dockerfile", DOCKERFILE)]);
    let after = rewrite(&machine, path, builder, &[])?;
    steps(&after, &machine)
        .and_then(|()| compare(&machine, case.images))
        .map_err(|fault| format!("{fault}\n{after}"))
}

#[test]
fn steps_of_workflows_do_what_the_daemon_did() {
    let cases = || CASES.iter().map(|case| (case.name, case));
    for builder in ["buildah", "podman"] {
        each(builder, "bash", "GitHub", cases(), run);
    }
}
