//! Findings to the reports of the files that they stand in.

use super::{FileReport, FindingReport};
use crate::map::{Map, Set};
use crate::order;

/// Moves what one file's jobs show in another file that is reported on to that file's report, where it is said once.
pub(crate) fn settle(reports: &mut [FileReport]) {
    if reports.len() < 2 {
        return;
    }
    let by_path: Map<String, usize> =
        (0..).zip(&*reports).map(|(at, report)| (report.path.clone(), at)).collect();
    let mut moved: Vec<(usize, bool, FindingReport)> = Vec::new();
    for report in reports.iter_mut() {
        for (is_note, list) in [(false, &mut report.findings), (true, &mut report.notes)] {
            let home = |finding: &FindingReport| by_path.get(finding.range.file.as_deref()?).copied();
            let (away, own): (Vec<_>, Vec<_>) =
                std::mem::take(list).into_iter().partition(|finding| home(finding).is_some());
            *list = own;
            moved.extend(away.into_iter().filter_map(|finding| Some((home(&finding)?, is_note, finding))));
        }
    }
    if moved.is_empty() {
        return;
    }
    // By report, kind, rule and place: where what is told there stands.
    let mut known: Map<(usize, bool, &'static str, u32, u32), usize> = Map::new();
    for (at, report) in reports.iter().enumerate() {
        for (is_note, list) in [(false, &report.findings), (true, &report.notes)] {
            for (index, finding) in list.iter().enumerate() {
                known.insert((at, is_note, finding.rule, finding.range.line, finding.range.column), index);
            }
        }
    }
    for (at, is_note, mut finding) in moved {
        let Some(report) = reports.get_mut(at) else { continue };
        finding.range.file = None;
        let list = if is_note { &mut report.notes } else { &mut report.findings };
        let key = (at, is_note, finding.rule, finding.range.line, finding.range.column);
        match known.get(&key).and_then(|index| list.get_mut(*index)) {
            Some(same) => {
                same.jobs.extend(finding.jobs);
                let mut seen = Set::new();
                same.jobs.retain(|job| seen.insert(job.clone()));
            }
            None => {
                known.insert(key, list.len());
                list.push(finding);
            }
        }
    }
    for report in reports {
        for list in [&mut report.findings, &mut report.notes] {
            order::sort_by_key(list, |finding| (finding.range.line, finding.range.column));
        }
    }
}
