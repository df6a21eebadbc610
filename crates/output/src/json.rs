//! The report itself, as JSON: the form that other tools build on.

use crate::{Output, write_json};

pub(crate) static OUTPUT: Output = Output {
    id: "json",
    title: "JSON",
    file: "daemonless.json",
    render: |report, _, out| write_json(report, out),
};
