//! Every approach has a picture whose parts lie where they belong.

use std::time::{Duration, Instant};

use daemonless_catalog::{Approach, Host, STEPS};
use daemonless_core::report::{ContainerReport, JobReport, LabelReport, Range, StepReport};
use daemonless_core::{Context, File, analyze};

use super::across::wide;
use super::down::tall;
use super::label::{ASCENT, DESCENT, Label};
use super::plan::{Mark, plan};
use super::scene::{Scene, Told};
use super::tables::Place;

/// The jobs of a text.
fn jobs(path: &str, text: &str) -> (&'static str, Vec<JobReport>) {
    let file = File { path: path.to_owned(), text: text.to_owned(), format: None };
    let report = analyze(&[file], &Context::default()).files.remove(0);
    (report.format, report.jobs)
}

/// The scenes of the first job of `text` that has `approach`, in both forms.
fn scenes(path: &str, text: &str, approach: &str) -> (Vec<String>, usize, [Scene; 2]) {
    let (format, jobs) = jobs(path, text);
    let job = jobs.iter().find(|job| job.approach == approach);
    let job = job.unwrap_or_else(|| panic!("no job of {approach}: {jobs:?}"));
    let plan = plan(format, job);
    let kinds = super::plan::tests::heads(&plan);
    (kinds, job.path.len(), [wide(&plan), tall(&plan)])
}

fn bounds(label: &Label) -> [i32; 4] {
    [label.x, label.y - ASCENT, label.x + label.width(), label.y + DESCENT]
}

/// Fails where something lies where it should not.
#[track_caller]
fn check_form(scene: &Scene, steps: usize) {
    for frame in &scene.frames {
        let inside = |outer: [i32; 4]| {
            frame.x >= outer[0]
                && frame.y >= outer[1]
                && frame.x + frame.width <= outer[2]
                && frame.y + frame.height <= outer[3]
        };
        let outer = match frame.parent.map(|parent| &scene.frames[parent]) {
            Some(outer) => [outer.x, outer.y, outer.x + outer.width, outer.y + outer.height],
            None => [0, 0, scene.width, scene.height],
        };
        assert!(inside(outer), "{frame:?} leaves {outer:?}");
        assert!(frame.width > 0 && frame.height > 0, "{frame:?} is empty");
    }
    for (index, frame) in scene.frames.iter().enumerate() {
        for other in scene.frames.iter().skip(index + 1).filter(|other| other.parent == frame.parent) {
            let apart = frame.x + frame.width <= other.x
                || other.x + other.width <= frame.x
                || frame.y + frame.height <= other.y
                || other.y + other.height <= frame.y;
            assert!(apart, "{frame:?} lies over {other:?}");
        }
    }
    let of_cuts = |way: usize| scene.cuts.iter().filter(move |cut| cut.way == way).flat_map(|cut| &cut.told);
    for way in 0..8 {
        let told: Vec<&Told> = scene.told.iter().chain(of_cuts(way)).collect();
        for (index, one) in told.iter().enumerate() {
            let [left, top, right, bottom] = bounds(&one.label);
            let outer = match one.frame.map(|frame| &scene.frames[frame]) {
                Some(outer) => [outer.x, outer.y, outer.x + outer.width, outer.y + outer.height],
                None => [0, 0, scene.width, scene.height],
            };
            assert!(
                left >= outer[0] && top >= outer[1] && right <= outer[2] && bottom <= outer[3],
                "{one:?} leaves {outer:?}"
            );
            for other in &told[index + 1..] {
                let [x, y, to_x, to_y] = bounds(&other.label);
                assert!(
                    right <= x || to_x <= left || bottom <= y || to_y <= top,
                    "{:?} lies over {:?}",
                    one.label,
                    other.label
                );
            }
            for disc in &scene.discs {
                let [x, y] = [disc.x.clamp(left, right) - disc.x, disc.y.clamp(top, bottom) - disc.y];
                assert!(x * x + y * y >= 100, "{disc:?} lies over {:?}", one.label);
            }
        }
    }
    let mut numbers: Vec<usize> = scene
        .discs
        .iter()
        .filter_map(|disc| if let Mark::Stop(number) = disc.mark { Some(number) } else { None })
        .collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=steps).collect::<Vec<_>>(), "the numbers are the path's");
    assert!(scene.width <= 1280, "{} is too wide to be read", scene.width);
}

#[track_caller]
fn check(path: &str, text: &str, approach: &str, heads: &[&str]) {
    let (found, steps, forms) = scenes(path, text, approach);
    assert_eq!(found, heads);
    for form in &forms {
        check_form(form, steps);
    }
}

#[test]
fn every_approach_has_its_picture() {
    check(
        "compose.yaml",
        "services:\n  agent:\n    image: agent:1\n    volumes:\n      - /var/run/docker.sock:/var/run/docker.sock\n",
        "host-socket",
        &["HOST", "PROJECT", "CONTAINER", "DAEMON", "NEW CONTAINER", "OTHER CONTAINERS"],
    );
    check(
        ".gitlab-ci.yml",
        "b:\n  image: docker:27\n  services: [docker:27-dind, postgres:17]\n  variables:\n    DOCKER_HOST: tcp://docker:2375\n    DOCKER_TLS_CERTDIR: \"\"\n  script:\n    - docker build -t a .\n    - docker push a\n",
        "nested-daemon",
        &["HOST", "RUNNER", "JOB CONTAINER", "SERVICE", "DAEMON", "OTHER JOBS"],
    );
    check(
        ".github/workflows/a.yml",
        "on: push\njobs:\n  b:\n    runs-on: self-hosted\n    steps:\n      - run: docker build -t a .\n",
        "ambient-daemon",
        &["HOST", "RUNNER", "JOB", "DAEMON", "NEW CONTAINER", "OTHER JOBS"],
    );
    check(
        "build.sh",
        "docker -H ssh://me@build.example build -t a .\n",
        "remote-daemon",
        &["HOST", "COMMANDS", "ANOTHER MACHINE", "DAEMON"],
    );
    check(
        ".github/workflows/a.yml",
        "on: pull_request\njobs:\n  b:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: docker build -t a .\n",
        "vm-daemon",
        &["VM", "RUNNER", "JOB", "DAEMON"],
    );
    check(
        ".gitlab-ci.yml",
        "b:\n  image: docker:27\n  services: [docker:27-dind-rootless]\n  script:\n    - docker build -t a .\n",
        "rootless-daemon",
        &["HOST", "RUNNER", "JOB CONTAINER", "SERVICE", "DAEMON"],
    );
    check(
        ".gitlab-ci.yml",
        "b:\n  image: quay.io/buildah/stable\n  script:\n    - buildah build -t a .\n",
        "daemonless",
        &["HOST", "RUNNER", "JOB CONTAINER"],
    );
    check(
        ".gitlab-ci.yml",
        "b:\n  image: rust:1.95\n  script:\n    - cargo test\n",
        "none",
        &["HOST", "RUNNER", "JOB CONTAINER"],
    );
}

#[test]
fn a_daemon_is_drawn_where_it_runs() {
    let pod = |inner: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  containers:\n    - name: b\n      {inner}\n"
        )
    };
    check(
        "pod.yaml",
        &pod("image: docker:27-dind\n      securityContext:\n        privileged: true"),
        "nested-daemon",
        &["HOST", "POD", "CONTAINER", "DAEMON", "OTHER CONTAINERS"],
    );
    let beside = "image: docker:27-cli\n    - name: docker\n      image: docker:27-dind\n      securityContext:\n        privileged: true";
    check(
        "pod.yaml",
        &pod(beside),
        "nested-daemon",
        &["HOST", "POD", "CONTAINER", "CONTAINER", "DAEMON", "OTHER CONTAINERS"],
    );
    check(
        "task.yaml",
        "apiVersion: tekton.dev/v1\nkind: Task\nmetadata:\n  name: a\nspec:\n  steps:\n    - name: b\n      image: docker:27-cli\n      script: docker build .\n  sidecars:\n    - name: c\n      image: docker:27-dind\n      securityContext:\n        privileged: true\n",
        "nested-daemon",
        &["HOST", "POD", "TASK", "SERVICE", "DAEMON", "OTHER JOBS"],
    );
}

/// A job with `approach` whose path has these steps.
fn made(approach: &'static str, host: &'static str, steps: &[&'static str]) -> JobReport {
    let (_, mut jobs) = jobs(".gitlab-ci.yml", "b:\n  image: docker:27\n  script:\n    - docker build .\n");
    let mut job = jobs.remove(0);
    let template = |id: &&str| STEPS.iter().find(|step| step.key == *id).unwrap();
    let step = |id: &&'static str| StepReport {
        id,
        title: template(id).title.into(),
        text: "".into(),
        command: None,
        lines: Vec::new(),
        attack: None,
    };
    (job.approach, job.host.id, job.path) = (approach, host, steps.iter().map(step).collect());
    job
}

/// A step without a place would be missing in the picture and stay in the list below it.
#[test]
fn every_step_is_drawn_with_every_approach() {
    let one_of_each =
        ["run-code-pushers", "call-nested", "start-root-container", "privileged-direct", "other-jobs"];
    for approach in Approach::ALL {
        for host in Host::ALL {
            let made = |steps: &[&'static str]| made(approach.id(), host.id(), steps);
            let alone = STEPS.iter().map(|step| made(&[step.key]));
            for job in alone.chain([made(&one_of_each), made(&[]), made(&["run-code-workload", "vm-end"])]) {
                let plan = plan("gitlab-ci", &job);
                for form in [wide(&plan), tall(&plan)] {
                    check_form(&form, job.path.len());
                }
            }
        }
    }
}

/// Names that are made to break the picture.
fn hostile_names() -> [String; 6] {
    [
        "very-long-name".repeat(1_000),
        "w".repeat(10_000),
        "שלום\u{202e}".repeat(2_000),
        "👩\u{200d}🚀".repeat(3_000),
        "`".repeat(10_000),
        " \u{301}\n".repeat(3_000),
    ]
}

#[test]
fn a_hostile_report_has_a_picture_of_bounded_size() {
    let all: Vec<_> = STEPS.iter().map(|step| step.key).collect();
    for (turn, name) in hostile_names().into_iter().enumerate() {
        for approach in Approach::ALL.iter().skip(turn % 2).step_by(2) {
            let mut job = made(approach.id(), "shared", &all);
            let label = LabelReport { message: format!("`{name}`"), range: Range::default() };
            let container = |role: &'static str| ContainerReport {
                role,
                name: Some(name.clone()),
                image: Some(name.clone()),
                privileged: true,
                range: Range::default(),
            };
            let roles = ["job", "service", "step", "workload", "started", "image"];
            job.containers = (0..1_000).map(|at| container(roles[at % roles.len()])).collect();
            for access in &mut job.accesses {
                access.by.clone_from(&name);
                access.approach = approach.id();
                access.lines = vec![label.clone(); 1_000];
            }
            for step in &mut job.path {
                (step.title, step.lines) = (name.clone().into(), vec![label.clone(); 1_000]);
            }
            let start = Instant::now();
            let plan = plan("gitlab-ci", &job);
            for form in [wide(&plan), tall(&plan)] {
                let parts = form.frames.len() + form.told.len() + form.discs.len() + form.pieces.len();
                assert!(parts < 400, "{parts} parts");
                // No job has steps of every kind; this one's picture is drawn smaller.
                assert!(form.width <= 1600 && form.height < 6_000, "{} by {}", form.width, form.height);
                let letters = form.told.iter().map(|told| told.label.words.text.chars().count());
                assert!(letters.sum::<usize>() < 10_000);
            }
            assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
        }
    }
}

#[test]
fn names_of_any_length_and_script_fit() {
    let long = "registry.example/".to_owned() + &"very-long-name".repeat(40);
    for name in [long.as_str(), "<script>alert(1)</script>", "名前".repeat(300).as_str(), "اسم", "🐳🐳", "W"]
    {
        let text = format!(
            "services:\n  \"{name}\":\n    image: \"{name}\"\n    privileged: true\n    pid: host\n    volumes:\n      - /:/host\n      - /var/run/docker.sock:/var/run/docker.sock\n"
        );
        let (_, steps, forms) = scenes("compose.yaml", &text, "host-socket");
        for form in &forms {
            check_form(form, steps);
        }
    }
}

/// The place where each way out cuts, best first.
#[track_caller]
fn check_cuts(path: &str, text: &str, expected: &[(&str, Option<Place>)]) {
    let (format, jobs) = jobs(path, text);
    let plan = plan(format, &jobs[0]);
    let found: Vec<_> = plan.ways.iter().map(|way| (way.title.as_str(), way.cut)).collect();
    assert_eq!(found, expected);
    for form in [wide(&plan), tall(&plan)] {
        for (index, way) in plan.ways.iter().enumerate() {
            let cut = form.cuts.iter().find(|cut| cut.way == index);
            assert_eq!(cut.map(|cut| cut.place), way.cut, "{}", way.title);
        }
    }
}

#[test]
fn each_way_cuts_its_edge() {
    let nested =
        "b:\n  image: docker:27\n  services: [docker:27-dind]\n  script:\n    - docker build -t a .\n";
    check_cuts(
        ".gitlab-ci.yml",
        nested,
        &[
            ("Buildah", Some(Place::Engine)),
            ("Podman", Some(Place::Engine)),
            ("BuildKit, rootless", Some(Place::Engine)),
            ("Kaniko, the maintained fork", Some(Place::Engine)),
            ("A machine for each job", Some(Place::Others)),
            ("Contain the daemon", None),
        ],
    );
    let socket =
        "services:\n  a:\n    image: b\n    volumes: [\"/var/run/docker.sock:/var/run/docker.sock\"]\n";
    check_cuts("compose.yaml", socket, &[("Contain the daemon", None)]);
}
