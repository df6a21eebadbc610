//! The report itself, as JSON: the form that other tools build on.

use super::{Output, to_json};

pub(super) static OUTPUT: Output = Output { id: "json", render: |report, _, _| to_json(report) };
