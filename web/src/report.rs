//! Reports as they come from the worker: the analysis' own types, read from the JSON that the command prints. Nothing of the
//! analysis itself is linked into the page.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use daemonless_core::report::{
    AccessReport, AfterReport, AlternativeReport, BlockerReport, ChoiceReport, ContainerReport, EditReport,
    FactReport, FileReport, FindingReport, JobReport, LabelReport, LeftReport, NeedReport, Range,
    RequirementReport, RewriteReport, StepReport,
};

use crate::json::Json;

/// What a value of JSON can be read as. What is missing or of another kind reads as empty: the worker is the page's own.
pub trait Read: Sized {
    fn read(value: &Json) -> Self;
}

impl Read for String {
    fn read(value: &Json) -> Self {
        value.as_text().unwrap_or_default()
    }
}

/// Ids, titles and settings: texts of the project, which the page keeps once each.
impl Read for &'static str {
    fn read(value: &Json) -> Self {
        value.as_text().map_or("", known)
    }
}

impl Read for Cow<'static, str> {
    fn read(value: &Json) -> Self {
        Self::Owned(Read::read(value))
    }
}

impl Read for Arc<str> {
    fn read(value: &Json) -> Self {
        String::read(value).into()
    }
}

impl Read for u32 {
    fn read(value: &Json) -> Self {
        // JSON has whole numbers here, none of them negative or as large.
        value.as_number().unwrap_or_default() as Self
    }
}

impl Read for bool {
    fn read(value: &Json) -> Self {
        value.is_true()
    }
}

impl<T: Read> Read for Option<T> {
    fn read(value: &Json) -> Self {
        (!value.is_absent()).then(|| T::read(value))
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(value: &Json) -> Self {
        value.items().iter().map(T::read).collect()
    }
}

impl<T: Read> Read for Arc<[T]> {
    fn read(value: &Json) -> Self {
        Vec::read(value).into()
    }
}

/// Types whose fields stand in JSON under their own names; what follows a semicolon stands among them.
macro_rules! read {
    ($($type:ident { $($field:ident),* $(; $flat:ident)? })*) => {
        $(impl Read for $type {
            fn read(value: &Json) -> Self {
                Self {
                    $($field: Read::read(&value.get(&camel(stringify!($field)))),)*
                    $($flat: Read::read(value),)?
                }
            }
        })*
    };
}

read! {
    FileReport { path, format, format_certain, risk, headline, jobs, findings, notes, rewrites }
    Range { line, column, end_line, end_column, file }
    FindingReport { rule, severity, confidence, jobs, message, labels; range }
    LabelReport { message; range }
    JobReport {
        name, noun, line, end_line, file, approach, risk, headline, needs, need_lines, containers, accesses, power, host,
        reach, path, alternatives
    }
    ContainerReport { role, name, image, privileged; range }
    NeedReport { need, confidence, lines }
    AccessReport { approach, by, confidence, lines }
    FactReport { id, title, origin, lines, choices }
    ChoiceReport { id, title, risk }
    StepReport { id, title, text, command, lines, attack }
    AlternativeReport { kind, builder, title, rank, verdict, why, blockers, requires, after, rewrite }
    BlockerReport { need, message, fatal }
    RequirementReport { text, file, snippet, error }
    AfterReport { approach, risk }
    RewriteReport { builder, path, text, edits, left, requires, after, jobs }
    EditReport { start, end, text, job, reason }
    LeftReport { job, line, what, why }
}

/// A field's name as JSON has it: `end_line` is `endLine`.
fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let mut out = words.next().unwrap_or("").to_owned();
    for word in words {
        let (first, rest) = word.split_at(word.len().min(1));
        out.push_str(&first.to_ascii_uppercase());
        out.push_str(rest);
    }
    out
}

/// A text of the project for as long as the page lives: there are few, and they come again and again.
fn known(text: String) -> &'static str {
    thread_local! {
        static KNOWN: RefCell<BTreeSet<&'static str>> = const { RefCell::new(BTreeSet::new()) };
    }
    KNOWN.with_borrow_mut(|all| match all.get(text.as_str()) {
        Some(known) => known,
        None => {
            let kept: &'static str = Box::leak(text.into_boxed_str());
            all.insert(kept);
            kept
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_as_json_has_them() {
        assert_eq!(["a", "end_line", "x_of_y"].map(camel), ["a", "endLine", "xOfY"]);
    }

    #[test]
    fn a_known_text_is_kept_once() {
        assert!(std::ptr::eq(known("a".to_owned()), known("a".to_owned())));
    }
}
