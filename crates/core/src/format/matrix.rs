//! `strategy.matrix`: the jobs that a job stands for, as what `matrix.…` is in each.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use super::cursor::Cursor;
use crate::map::{Map, Set};
use crate::source::Text;

/// A workflow that makes more jobs than this is refused.
const MOST_ROWS: usize = 256;

/// Combinations that are tried against `exclude`.
const MOST_TRIED: usize = 4096;

/// Rows that cost as much as one value that is read through an alias.
const ROWS_A_UNIT: usize = 4;

/// What one of the jobs has under each key of the matrix.
type Row<'a> = Vec<(&'a str, Cursor<'a>)>;

/// The combinations of a job's matrix, worked out when first asked for.
#[derive(Debug, Default)]
pub(super) struct Matrix<'a> {
    written: Option<Cursor<'a>>,
    rows: OnceCell<Option<Vec<Row<'a>>>>,
    /// What was asked for before, by its paths.
    asked: RefCell<Map<String, Option<Alternatives>>>,
}

/// For each different job, what it has at the paths that were asked for.
pub(super) type Alternatives = Rc<[Vec<Text>]>;

/// So many different ones are told apart.
const MOST_ALTERNATIVES: usize = 17;

impl<'a> Matrix<'a> {
    pub(super) fn of(job: &Cursor<'a>) -> Self {
        Self { written: job.at(&["strategy", "matrix"]), ..Self::default() }
    }

    /// What stands at each of `paths` (`runs.build`) in the different jobs: no two of the lists are equal. `None` where
    /// the matrix, or what it has there, is made by a run.
    pub(super) fn alternatives(&self, paths: &[&str]) -> Option<Alternatives> {
        let name = paths.join("\n");
        if let Some(known) = self.asked.borrow().get(&name) {
            return known.clone();
        }
        let found = self.find(paths);
        self.asked.borrow_mut().insert(name, found.clone());
        found
    }

    fn find(&self, paths: &[&str]) -> Option<Alternatives> {
        let rows = self.rows.get_or_init(|| rows(self.written.as_ref()?)).as_ref()?;
        let mut seen = Set::new();
        let mut out = Vec::new();
        for row in rows {
            let found: Vec<_> = paths.iter().map(|path| at(row, path)).collect();
            let written: Vec<_> = found.iter().map(|cursor| cursor.as_ref().and_then(Cursor::str)).collect();
            if written.iter().flatten().any(|text| text.contains("${{")) {
                return None;
            }
            if out.len() >= MOST_ALTERNATIVES {
                break;
            }
            if seen.insert(written) {
                let text = |cursor: &Option<Cursor<'_>>| Some(cursor.as_ref()?.value()?.text);
                out.push(found.iter().map(|cursor| text(cursor).unwrap_or_default()).collect());
            }
        }
        (!out.is_empty()).then(|| out.into())
    }
}

fn at<'a>(row: &Row<'a>, path: &str) -> Option<Cursor<'a>> {
    let mut parts = path.split('.');
    let first = parts.next()?;
    let (_, cursor) = row.iter().find(|(key, _)| key.eq_ignore_ascii_case(first))?;
    parts.try_fold(cursor.clone(), |here, key| here.get(key))
}

/// All combinations; `None` where a run makes them.
fn rows<'a>(matrix: &Cursor<'a>) -> Option<Vec<Row<'a>>> {
    if !matrix.is_mapping() {
        return None;
    }
    let (rules, lists): (Vec<_>, Vec<_>) =
        matrix.entries().into_iter().partition(|entry| matches!(entry.key(), "include" | "exclude"));
    let rule = |name: &str| -> Option<Vec<Row<'a>>> {
        let Some(entry) = rules.iter().find(|entry| entry.key() == name) else { return Some(Vec::new()) };
        entry.is_sequence().then(|| entry.items().iter().take(MOST_ROWS).map(row).collect())
    };
    if lists.iter().any(|list| !list.is_sequence()) {
        return None;
    }
    let lists: Row<'a> = lists.into_iter().map(|list| (list.key(), list)).collect();
    let sizes = lists.iter().map(|(_, list)| list.items().len());
    let most = sizes.fold(1_usize, usize::saturating_mul).min(MOST_ROWS);
    if !matrix.spend(most / ROWS_A_UNIT) {
        return None;
    }
    let mut rows = product(&lists, &rule("exclude")?);
    include(&mut rows, &lists, rule("include")?);
    Some(rows)
}

fn row<'a>(entry: &Cursor<'a>) -> Row<'a> {
    entry.entries().into_iter().map(|value| (value.key(), value)).collect()
}

fn product<'a>(lists: &Row<'a>, excluded: &[Row<'a>]) -> Vec<Row<'a>> {
    let lists: Vec<_> = lists.iter().map(|(key, list)| (*key, list.items())).collect();
    let mut rows = Vec::new();
    if lists.is_empty() || lists.iter().any(|(_, items)| items.is_empty()) {
        return rows;
    }
    let mut at = vec![0; lists.len()];
    for _ in 0..MOST_TRIED {
        let row: Row<'a> = lists
            .iter()
            .zip(&at)
            .filter_map(|((key, items), index)| Some((*key, items.get(*index)?.clone())))
            .collect();
        if !excluded.iter().any(|rule| !rule.is_empty() && agrees(&row, rule)) {
            rows.push(row);
        }
        // The last list turns fastest; when all have turned over, all combinations were there.
        let turned = lists.iter().zip(&mut at).rev().all(|((_, items), index)| {
            *index = (*index + 1) % items.len().max(1);
            *index == 0
        });
        if turned || rows.len() >= MOST_ROWS {
            break;
        }
    }
    rows
}

/// Whether the row has all that `rule` has.
fn agrees(row: &Row<'_>, rule: &Row<'_>) -> bool {
    rule.iter().all(|(key, value)| {
        row.iter().any(|(own, mine)| own == key && (mine.id() == value.id() || same_text(mine, value)))
    })
}

fn same_text(one: &Cursor<'_>, other: &Cursor<'_>) -> bool {
    one.str().is_some() && one.str() == other.str()
}

/// Adds each entry to all combinations that it does not contradict, or as one of its own if there is none.
fn include<'a>(rows: &mut Vec<Row<'a>>, lists: &Row<'a>, entries: Vec<Row<'a>>) {
    let made = rows.len();
    for entry in entries {
        let (fixed, added): (Row<'a>, Row<'a>) =
            entry.iter().cloned().partition(|(key, _)| lists.iter().any(|(list, _)| list == key));
        let mut fits = false;
        for row in rows.iter_mut().take(made).filter(|row| agrees(row, &fixed)) {
            fits = true;
            for (key, value) in &added {
                match row.iter_mut().find(|(own, _)| own == key) {
                    Some((_, own)) => *own = value.clone(),
                    None => row.push((*key, value.clone())),
                }
            }
        }
        if !fits && rows.len() < MOST_ROWS {
            rows.push(entry);
        }
    }
}
