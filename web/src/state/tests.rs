//! What becomes of the state, action by action.

use super::*;

/// The state after all of `actions`.
fn after(actions: impl IntoIterator<Item = Action>) -> State {
    actions.into_iter().fold(State::default(), |state, action| state.after(action))
}

fn edited(text: &str) -> Action {
    Action::Edited(text.to_owned())
}

/// Files with these names are opened.
fn opened(names: &[&str]) -> Action {
    Action::Opened(names.iter().map(|name| Source::new(name, name)).collect())
}

/// The names of the open files, the one that is shown in brackets.
fn names(state: &State) -> String {
    let name = |(source, _): (&Source, Option<&Shared<Outcome>>)| {
        if source.id == state.source.id { format!("[{}]", source.path) } else { source.path.clone() }
    };
    state.open().map(name).collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn check_names(actions: impl IntoIterator<Item = Action>, expected: &str) {
    assert_eq!(names(&after(actions)), expected);
}

#[test]
fn files_stand_side_by_side() {
    let sample = |name: &str| Action::Opened(vec![Source { sample: true, ..Source::new(name, name) }]);
    check_names([], "[]");
    check_names([opened(&["a"])], "[a]");
    check_names([opened(&["a", "b", "c"])], "[a] b c");
    check_names([opened(&["a", "b"]), opened(&["c"])], "a b [c]");
    check_names([edited("x"), Action::Renamed("mine".into()), sample("a")], "mine [a]");
    check_names([sample("a"), sample("b")], "[b]");
    check_names([sample("a"), edited("x"), sample("b")], "a [b]");
    check_names([opened(&["a", "b", "c"]), Action::Shown(3)], "a b [c]");
    check_names([opened(&["a", "b", "c"]), Action::Shown(2), Action::Closed(2)], "a [c]");
    check_names([opened(&["a", "b", "c"]), Action::Shown(3), Action::Closed(3)], "a [b]");
    check_names([opened(&["a", "b", "c"]), Action::Shown(3), Action::Closed(1)], "b [c]");
    check_names([opened(&["a"]), Action::Closed(1)], "[]");
    check_names([opened(&["a", "b"]), Action::Shown(9)], "[a] b");
    check_names([opened(&["a", "b"]), edited("")], "[] b");
}

#[test]
fn what_was_chosen_of_a_file_is_not_of_the_next() {
    let state = after([opened(&["a", "b"]), Action::ChoseJob("x".into()), Action::At(Some(1))]);
    assert_eq!(state.after(Action::Shown(1)).job.as_deref(), Some("x"));
    let other = state.after(Action::Shown(2));
    assert_eq!((other.job, other.finding), (None, None));
}

#[test]
fn answers_find_their_files() {
    let state = after([opened(&["a", "b"])]);
    let Action::Analysed(one) = with_findings(2) else { panic!("an answer") };
    let answer = |source: &Source| Shared::new(Outcome { source: source.clone(), ..(*one[0]).clone() });
    let answers = state.files().iter().map(answer).collect::<Vec<_>>();
    let told = state.after(Action::Analysed(answers.clone()));
    assert!(told.open().all(|(source, outcome)| outcome.is_some_and(|outcome| outcome.source == *source)));
    let last = told.after(Action::Shown(2));
    assert_eq!(last.outcome.as_ref().map(|outcome| outcome.source.id), Some(2));
    // One that was closed meanwhile is in no answer's way.
    let late = state.after(Action::Closed(1)).after(Action::Analysed(answers));
    assert_eq!((names(&late).as_str(), late.outcome.is_some()), ("[b]", true));
}

#[track_caller]
fn check_file(text: &str, in_editor: &str, then: Option<&str>, file: &str) {
    let mut state = after([Action::Opened(vec![Source::new("a", text)])]);
    assert_eq!(&*state.source.text, in_editor);
    if let Some(then) = then {
        state = state.after(edited(then));
    }
    assert_eq!(state.source.file().text, file);
}

#[test]
fn line_ends_of_a_file_come_back() {
    check_file("a\nb\n", "a\nb\n", None, "a\nb\n");
    check_file("a\r\nb\r\n", "a\nb\n", None, "a\r\nb\r\n");
    check_file("a\r\nb\r\n", "a\nb\n", Some("a\nc\n"), "a\r\nc\r\n");
    check_file("a\r\nb\n", "a\nb\n", None, "a\nb\n");
}

#[test]
fn a_text_without_a_name_says_nothing_by_its_name() {
    assert_eq!(after([edited("a")]).source.file().path, UNNAMED);
    assert_eq!(after([edited("a"), Action::Renamed("b.yml".into())]).source.file().path, "b.yml");
}

#[test]
fn another_text_forgets_what_was_said_of_the_last() {
    let state = after([edited("a"), Action::RunsOn(Some(Host::Vm)), Action::ReadAs(Some("shell".into()))]);
    assert_eq!(state.context.host, Some(Host::Vm));
    assert_eq!(state.after(edited("ab")).context.host, Some(Host::Vm));
    let state = state.after(edited(" "));
    assert_eq!((&state.context, &state.source.format), (&Context::default(), &None));
}

#[test]
fn another_text_keeps_what_is_told_of_all() {
    let state = after([Action::Told(Texts::Failed), edited("a")]);
    assert_eq!(state.after(edited("")).texts, Texts::Failed);
    assert_eq!(state.after(opened(&["b"])).texts, Texts::Failed);
}

#[test]
fn a_text_that_takes_too_long_waits_to_be_asked() {
    assert!(!after([]).is_due());
    let state = after([edited("a")]);
    assert!(state.is_due());
    let too_long = || Action::TooLong([Source::new("", "a")].into());
    let state = state.after(too_long());
    assert!(state.is_due() && state.patience == Patience::Slow, "the machine may have been busy");
    let state = state.after(too_long());
    assert!(!state.is_due());
    assert!(!state.after(edited("ab")).is_due());
    assert!(state.after(edited("")).after(edited("b")).is_due(), "another text");
    let state = state.after(Action::ReadAnyway);
    assert!(state.is_due() && state.patience == Patience::Asked);
    assert!(state.after(edited("ab")).is_due());
    assert_eq!(state.after(opened(&["b"])).patience, Patience::Brisk);
    let long = "a".repeat(ORDINARY + 1);
    assert!(!after([edited(&long), Action::TooLong([Source::new("", &long)].into())]).is_due());
    let other = after([edited(&long), opened(&["b"])]);
    assert!(
        other.after(Action::TooLong([Source::new("", &long)].into())).is_due(),
        "it was said of another text"
    );
}

#[test]
fn what_is_late_is_no_answer_on_another_text() {
    let late = || with_findings(2);
    assert!(after([edited("ab"), late()]).outcome.is_none());
    assert!(after([edited("a"), late(), edited("ab"), late()]).outcome.is_some(), "of the text a key ago");
    assert!(after([edited("a"), late(), edited(""), edited("b"), late()]).outcome.is_none());
    assert!(after([edited("a"), late(), opened(&["b"]), late()]).outcome.is_none());
}

#[test]
fn another_text_is_read_by_what_is_there() {
    let state = after([Action::Whole(Some(Vec::new())), opened(&["b"])]);
    assert_eq!(state.whole, Part::Here);
    // Another worker of the same kind changes nothing.
    let long = "a".repeat(ORDINARY + 1);
    let there = || Action::Whole(Some(Vec::new()));
    let held = after([there(), edited(&long), Action::TooLong([Source::new("", &long)].into())]);
    assert!(held.held && held.after(there()).held);
}

fn finding() -> daemonless_core::report::FindingReport {
    daemonless_core::report::FindingReport {
        rule: "host-socket",
        severity: "high",
        confidence: "declared",
        jobs: Vec::new(),
        message: String::new(),
        range: Default::default(),
        labels: Vec::new(),
    }
}

/// The text `a` has so many findings.
fn with_findings(count: usize) -> Action {
    let report = FileReport {
        path: String::new(),
        format: "shell",
        format_certain: true,
        risk: "none",
        headline: String::new(),
        jobs: Vec::new(),
        findings: (0..count).map(|_| finding()).collect(),
        notes: Vec::new(),
        rewrites: Vec::new(),
    };
    Action::Analysed(vec![Shared::new(Outcome {
        source: Source::new("", "a"),
        files: [].into(),
        context: Context::default(),
        report,
        whole: true,
    })])
}

#[track_caller]
fn check_next(count: usize, at: Option<usize>, next: Option<usize>, back: Option<usize>) {
    let state = after([edited("a"), with_findings(count), Action::At(at)]);
    assert_eq!((state.next_finding(false), state.next_finding(true)), (next, back));
}

#[test]
fn findings_are_walked_in_a_ring() {
    check_next(0, None, None, None);
    check_next(2, None, Some(0), Some(1));
    check_next(2, Some(0), Some(1), Some(1));
    check_next(2, Some(1), Some(0), Some(0));
    check_next(3, Some(1), Some(2), Some(0));
}

#[test]
fn a_finding_that_is_gone_is_left() {
    let state = after([edited("a"), with_findings(2), Action::At(Some(1))]);
    assert_eq!(state.after(with_findings(2)).finding, Some(1));
    assert_eq!(state.after(with_findings(1)).finding, None);
}
