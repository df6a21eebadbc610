//! The ways out under what a person says of the runner and of the job.

use daemonless_catalog::Question;
use daemonless_core::choosing::{Answer, Answers, Told, changes, rank, told};
use daemonless_core::report::{FileReport, JobReport};
use daemonless_core::{Context, File, analyze};

const NESTED: &str =
    "a:\n  image: docker:29\n  services: [docker:29-dind]\n  script: [docker build -t b . , docker push b]\n";

fn reports(files: &[(&str, &str)], context: &Context) -> Vec<FileReport> {
    let file = |(path, text): &(&str, &str)| File {
        path: (*path).to_owned(),
        text: (*text).to_owned(),
        format: None,
    };
    analyze(&files.iter().map(file).collect::<Vec<_>>(), context).files
}

fn job(text: &str) -> JobReport {
    reports(&[(".gitlab-ci.yml", text)], &Context::default()).remove(0).jobs.remove(0)
}

/// Answers as `question=yes`.
fn answers(said: &[&str]) -> Answers {
    let mut answers = Answers::default();
    for (question, answer) in said.iter().filter_map(|said| said.split_once('=')) {
        let question = Question::from_id(question).expect("a known question");
        answers.set(question, Answer::from_id(answer).expect("a known answer"));
    }
    answers
}

/// The order, each way with `+` where it fits, `~` with changes, `-` where it does not.
fn order(job: Option<&JobReport>, said: &[&str]) -> String {
    let ways = rank(job, &answers(said));
    let way = |way: &daemonless_core::choosing::Standing<'_>| {
        let fit = match way.fit.id() {
            "fits" => '+',
            "fits with changes" => '~',
            _ => '-',
        };
        format!("{}{fit}", way.id())
    };
    ways.iter().map(way).collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn check(said: &[&str], expected: &str) {
    assert_eq!(order(Some(&job(NESTED)), said), expected, "{said:?}");
}

#[test]
fn each_answer_about_the_runner_turns_a_verdict() {
    const OPEN: &str = "buildah+ podman+ buildkit+ kaniko+ vm+ contain~";
    check(&[], OPEN);
    check(&["privileged=no"], "buildah+ podman+ buildkit+ kaniko+ vm+ contain-");
    check(&["relaxed-profiles=no"], "kaniko+ vm+ contain~ buildah- podman- buildkit-");
    check(&["user-namespaces=no"], "kaniko+ vm+ contain~ buildah- podman- buildkit-");
    check(&["fuse=no"], "buildkit+ kaniko+ buildah~ podman~ vm+ contain~");
    check(&["root=no"], "buildkit+ buildah~ podman~ vm+ kaniko- contain-");
    // What a privileged container has anyway.
    check(&["privileged=yes", "relaxed-profiles=no", "fuse=no"], OPEN);
    check(&["privileged=yes", "user-namespaces=no"], "kaniko+ vm+ contain~ buildah- podman- buildkit-");
    for question in Question::ALL {
        check(&[&format!("{}=unknown", question.id())], OPEN);
        let info = question.info();
        let wanted = if info.is_of_runner() { "yes" } else { "no" };
        check(&[&format!("{}={wanted}", question.id())], OPEN);
    }
}

#[test]
fn each_answer_about_needs_turns_a_verdict() {
    check(&["containers=yes"], "podman~ vm+ contain~ buildah- buildkit- kaniko-");
    check(&["platforms=yes"], "buildah+ podman+ buildkit+ vm+ contain~ kaniko-");
    check(&["cache-service=yes"], "buildkit+ buildah~ podman~ vm+ contain~ kaniko-");
    // What the file shows can be denied.
    let compose = job(&NESTED.replace("docker push b", "docker compose up -d"));
    let shown = order(Some(&compose), &[]);
    assert!(shown.contains("buildah-"), "{shown}");
    assert_eq!(order(Some(&compose), &["containers=yes"]), shown, "the file says so already");
    let denied = order(Some(&compose), &["containers=no"]);
    assert!(denied.contains("buildah+"), "{denied}");
}

#[test]
fn without_a_job_the_builders_are_ranked() {
    assert_eq!(order(None, &[]), "buildah+ podman+ buildkit+ kaniko+ vm+");
    assert_eq!(order(None, &["relaxed-profiles=no"]), "kaniko+ vm+ buildah- podman- buildkit-");
    assert_eq!(order(None, &["fuse=no"]), "buildkit+ kaniko+ buildah~ podman~ vm+");
}

/// Where nothing is answered, the order and the verdicts are the report's.
#[test]
fn nothing_changes_while_nothing_is_answered() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../static/samples");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).expect("samples") {
        let path = entry.expect("a sample").path();
        let text = std::fs::read_to_string(&path).expect("a text");
        let name = path.file_name().expect("a name").to_string_lossy();
        for report in reports(&[(&name, &text)], &Context::default()) {
            for job in report.jobs.iter().filter(|job| !job.alternatives.is_empty()) {
                let ranked = rank(Some(job), &Answers::default());
                let ranked: Vec<_> = ranked
                    .iter()
                    .filter_map(|way| Some((way.alternative?.rank, way.fit.id(), way.blockers.len())))
                    .collect();
                let told = job.alternatives.iter().map(|way| (way.rank, way.verdict, way.blockers.len()));
                assert_eq!(ranked, told.collect::<Vec<_>>(), "{name}: {}", job.name);
                seen += 1;
            }
        }
    }
    assert!(seen > 5, "{seen} jobs");
}

#[test]
fn a_change_is_told_with_its_error() {
    let job = job(NESTED);
    let ranked = |said: &[&str]| rank(Some(&job), &answers(said));
    #[track_caller]
    fn check(told: &str, expected: &str) {
        assert_eq!(told, expected);
    }
    check(
        &changes(&ranked(&[]), &ranked(&["root=no"])),
        "Buildah fits with changes: the job runs as the image's user build (1000), which needs the capabilities SETUID and \
         SETGID: privilege escalation must not be forbidden. Podman fits with changes: the job runs as the image's user \
         podman (1000); in Kubernetes, GitLab's recipe for that user has a privileged container. Kaniko, the maintained fork \
         no longer fits: unpacking a base image and running its steps takes root, unless the image starts from scratch and \
         no step asks for it. Contain the daemon no longer fits: error: attempting to run rootless dockerd but missing \
         'rootlesskit' (perhaps the 'docker:dind-rootless' image variant is intended?). BuildKit, rootless is first now.",
    );
    let told = changes(&ranked(&[]), &ranked(&["relaxed-profiles=no"]));
    assert!(
        told.contains(
            "Buildah no longer fits: Error during unshare(CLONE_NEWUSER): Operation not permitted."
        )
    );
    assert!(told.ends_with("Kaniko, the maintained fork is first now."), "{told}");
    check(&changes(&ranked(&[]), &ranked(&["privileged=yes"])), "");
}

/// What the files say to a question: the answer and its places.
#[track_caller]
fn check_told(question: &str, files: &[(&str, &str)], expected: Option<&str>) {
    let all = reports(files, &Context::default());
    let question = Question::from_id(question).expect("a known question");
    let said = told(question, &all[0].jobs[0], &all[0], &all.iter().collect::<Vec<_>>());
    let shown = |told: Told| {
        let place = |line: &daemonless_core::report::Range| {
            format!(
                " {}{}",
                line.file.as_deref().map(|file| format!("{file}:")).unwrap_or_default(),
                line.line
            )
        };
        format!("{}{}", told.answer.id(), told.lines.iter().map(place).collect::<String>())
    };
    assert_eq!(said.map(shown).as_deref(), expected, "{question:?} in {files:?}");
}

#[test]
fn files_answer_what_they_can() {
    let gitlab = (".gitlab-ci.yml", NESTED);
    let clean = (".gitlab-ci.yml", "a:\n  script: [docker build .]\n");
    let with = |text: &'static str| ("config.toml", text);
    let ordinary = with("[[runners]]\n  executor = \"docker\"\n  [runners.docker]\n    image = \"alpine\"\n");
    let privileged = with(
        "[[runners]]\n  executor = \"docker\"\n  [runners.docker]\n    image = \"alpine\"\n    privileged = true\n",
    );
    let relaxed = with(
        "[[runners]]\n  executor = \"docker\"\n  [runners.docker]\n    image = \"alpine\"\n    security_opt = [\"seccomp:unconfined\"]\n",
    );
    check_told("privileged", &[gitlab], Some("yes 3"));
    check_told("privileged", &[clean], None);
    check_told("privileged", &[clean, privileged], Some("yes config.toml:5"));
    check_told("privileged", &[gitlab, ordinary], Some("no config.toml:1"));
    check_told("relaxed-profiles", &[clean, relaxed], Some("yes config.toml:5"));
    check_told("relaxed-profiles", &[clean, ordinary], None);
    check_told("fuse", &[gitlab], None);
    check_told("containers", &[gitlab], None);
    check_told("containers", &[(".gitlab-ci.yml", "a:\n  script:\n    - docker run b\n")], Some("yes 3"));
    let hosted = ".github/workflows/a.yml";
    let hosted =
        (hosted, "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps: [{ run: docker build . }]\n");
    for question in ["privileged", "relaxed-profiles", "user-namespaces", "fuse", "root"] {
        check_told(question, &[hosted], Some("yes 4"));
    }
}
