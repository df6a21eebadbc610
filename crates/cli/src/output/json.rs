//! The report itself, as JSON: the form that other tools build on.

use super::{Output, write_json};

pub(super) static OUTPUT: Output = Output { id: "json", render: |report, _, _, out| write_json(report, out) };
