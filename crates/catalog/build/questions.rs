//! What a choice depends on that no pipeline says, and what becomes of each way by the answers.

// Most fields are only written out, by `Debug`.
#![allow(dead_code)]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use serde::Deserialize;

use crate::emit::{List, Raw, Text, id_enum, table};
use crate::ids::{ApproachRef, BuilderRef, NeedRef, QuestionRef, SourceRef};
use crate::read::yaml;
use crate::schema::{BuilderFile, OptionRow, Support};

/// `questions.yaml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    runner: Vec<Question>,
    needs: Vec<Question>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    id: String,
    title: Text,
    short: Text,
    given_by: Option<String>,
    #[serde(default)]
    needs: List<NeedRef>,
    assumes: Option<NeedRef>,
    yes: Text,
    no: Text,
    unknown: Text,
    find_out: Text,
    command: Option<Text>,
    source: SourceRef,
}

/// Written for a question; the type of the same name is in `src/`.
#[derive(Debug)]
struct QuestionInfo {
    id: String,
    question: QuestionRef,
    title: Text,
    short: Text,
    given_by: Option<QuestionRef>,
    needs: List<NeedRef>,
    yes: Text,
    no: Text,
    unknown: Text,
    find_out: Text,
    command: Option<Text>,
    source: SourceRef,
}

/// An entry of `without.yaml`.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Without {
    #[serde(default)]
    works: bool,
    changes: Option<Text>,
    fails: Option<Text>,
    error: Option<Text>,
    source: SourceRef,
}

/// Written for a way and a question.
#[derive(Debug)]
struct Consequence {
    question: QuestionRef,
    then: Raw,
    error: Option<Text>,
    source: SourceRef,
}

/// Written for a row of the options.
#[derive(Debug)]
struct Way {
    id: String,
    title: Text,
    approach: Option<ApproachRef>,
    builder: Option<BuilderRef>,
    consequences: List<Consequence>,
}

/// Writes `Question`, `QUESTIONS` and `WAYS`.
pub fn write(code: &mut String, facts: &Path, builders: &[BuilderFile]) -> Result<(), String> {
    let File { runner, needs } = yaml(&facts.join("questions.yaml"))?;
    if let Some(question) =
        runner.iter().find(|question| question.assumes.is_some() || !question.needs.0.is_empty())
    {
        return Err(format!("facts/questions.yaml: {}: the runner has no needs", question.id));
    }
    let assumed: BTreeMap<String, NeedRef> =
        needs.iter().filter_map(|question| Some((question.id.clone(), question.assumes.clone()?))).collect();
    if let Some(question) = needs.iter().find(|question| !assumed.contains_key(&question.id)) {
        return Err(format!("facts/questions.yaml: {}: `assumes` is missing", question.id));
    }
    let questions: Vec<Question> = runner.into_iter().chain(needs).collect();
    QuestionRef::declare(questions.iter().map(|question| question.id.clone()).collect())?;
    let variants: Vec<_> =
        questions.iter().map(|question| (question.id.clone(), question.title.0.clone())).collect();
    id_enum(code, "Question", "What a choice depends on that no pipeline says.", &variants);
    let infos = questions.into_iter().map(info).collect::<Result<Vec<_>, _>>()?;
    table(code, "The questions, those about the runner first.", "QUESTIONS", "QuestionInfo", &infos);
    let mut without: BTreeMap<String, BTreeMap<QuestionRef, Without>> = yaml(&facts.join("without.yaml"))?;
    let rows: Vec<OptionRow> = yaml(&facts.join("options.yaml"))?;
    let mut ways = Vec::new();
    for OptionRow { id, title, approach, builder, .. } in rows {
        let said = without.remove(&id).ok_or_else(|| format!("facts/without.yaml: no `{id}`"))?;
        let file = builder.as_ref().and_then(|builder| builders.iter().find(|file| file.id == builder.0));
        let consequences = consequences(&said, &assumed, file)
            .map_err(|error| format!("facts/without.yaml: {id}: {error}"))?;
        ways.push(Way { id, title, approach, builder, consequences: List(consequences) });
    }
    if let Some(id) = without.keys().next() {
        return Err(format!("facts/without.yaml: `{id}` is no row of facts/options.yaml"));
    }
    table(code, "The rows of the options with what becomes of each, in their order.", "WAYS", "Way", &ways);
    let _ = writeln!(
        code,
        "/// How many questions there are.\npub const QUESTION_COUNT: usize = {};\n",
        QuestionRef::all().len()
    );
    Ok(())
}

fn info(question: Question) -> Result<QuestionInfo, String> {
    let Question { id, title, short, given_by, needs, yes, no, unknown, find_out, command, source, .. } =
        question;
    let place = |error| format!("facts/questions.yaml: {id}: {error}");
    let given_by = given_by.map(|other| QuestionRef::find(&other)).transpose().map_err(place)?;
    let question = QuestionRef::find(&id).map_err(place)?;
    Ok(QuestionInfo {
        id,
        question,
        title,
        short,
        given_by,
        needs,
        yes,
        no,
        unknown,
        find_out,
        command,
        source,
    })
}

/// One for each question, in their order.
fn consequences(
    said: &BTreeMap<QuestionRef, Without>,
    assumed: &BTreeMap<String, NeedRef>,
    builder: Option<&BuilderFile>,
) -> Result<Vec<Consequence>, String> {
    let mut out = Vec::new();
    for id in QuestionRef::all() {
        let question = QuestionRef::find(id)?;
        let entry = said.get(&question);
        let support = match (assumed.get(id), builder) {
            (Some(need), Some(builder)) => builder.supports.get(need),
            _ => None,
        };
        out.push(match (entry, support) {
            (Some(_), Some(_)) => return Err(format!("{id}: the builder's `supports` say that")),
            (None, Some(support)) => of_support(question, support),
            (Some(entry), None) => of_entry(question, entry).map_err(|error| format!("{id}: {error}"))?,
            // A way with an engine of its own meets any need, by the source of what else is said of it.
            (None, None) if assumed.contains_key(id) => Consequence {
                question,
                then: Raw("Then::Works".into()),
                error: None,
                source: said.values().next().map(|entry| entry.source.clone()).ok_or("no answers")?,
            },
            (None, None) => return Err(format!("no `{id}`")),
        });
    }
    Ok(out)
}

fn of_entry(question: QuestionRef, entry: &Without) -> Result<Consequence, String> {
    let then = match (entry.works, &entry.changes, &entry.fails) {
        (true, None, None) => "Then::Works".to_owned(),
        (false, Some(text), None) => format!("Then::Changes({text:?})"),
        (false, None, Some(text)) => format!("Then::Fails({text:?})"),
        _ => return Err("one of works, changes, fails".into()),
    };
    if entry.works && entry.error.is_some() {
        return Err("what works gives no error".into());
    }
    Ok(Consequence { question, then: Raw(then), error: entry.error.clone(), source: entry.source.clone() })
}

fn of_support(question: QuestionRef, support: &Support) -> Consequence {
    let fails = support.ignored.as_ref().or(support.no.as_ref());
    let then = match (&support.conditional, fails) {
        (Some(text), _) => format!("Then::Changes({text:?})"),
        (None, Some(text)) => format!("Then::Fails({text:?})"),
        (None, None) => "Then::Works".to_owned(),
    };
    Consequence { question, then: Raw(then), error: None, source: support.source.clone() }
}
