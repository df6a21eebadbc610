//! Findings to the reports of the files that they stand in.

use super::{FileReport, FindingReport};
use crate::map::Map;
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
    for (at, is_note, mut finding) in moved {
        let Some(report) = reports.get_mut(at) else { continue };
        finding.range.file = None;
        let list = if is_note { &mut report.notes } else { &mut report.findings };
        let same = |known: &&mut FindingReport| known.rule == finding.rule && known.range == finding.range;
        match list.iter_mut().find(same) {
            Some(known) => {
                let new =
                    finding.jobs.into_iter().filter(|job| !known.jobs.contains(job)).collect::<Vec<_>>();
                known.jobs.extend(new);
            }
            None => {
                list.push(finding);
                order::sort_by_key(list, |finding| (finding.range.line, finding.range.column));
            }
        }
    }
}
