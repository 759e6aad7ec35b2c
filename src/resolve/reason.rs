//! Reasons to declassify personal data: somebody has to give one, and `gen pii` lists it.

use super::Context;
use crate::diag::{Code, Diagnostic};
use crate::load::{Located, pointer_segment};
use crate::spec::{DimensionEntry, EntitySpec, MeasureEntry, MetricSpec};

/// Words that stand where a reason should.
const PLACEHOLDERS: [&str; 22] = [
    "todo",
    "tbd",
    "fixme",
    "xxx",
    "later",
    "reason",
    "none",
    "because",
    "declassify",
    "declassified",
    "personal",
    "data",
    "test",
    "testing",
    "asdf",
    "foo",
    "bar",
    "fine",
    "yes",
    "okay",
    "needed",
    "required",
];

/// A reason that stands at `pointer`; one that says nothing is reported.
pub fn checked<T>(reason: Option<&str>, pointer: &str, spec: &Located<T>, context: &mut Context<'_>) -> Option<String> {
    let reason = reason?;
    if !says_something(reason) {
        let shown = reason.trim();
        let fault = Diagnostic::error(Code::NoReason, format!("`{shown}` is no reason to declassify personal data"));
        let hint = "say in a sentence why what is shown tells nothing of one person";
        context.push(fault.at(spec.value(pointer)).hint(hint));
    }
    Some(reason.to_owned())
}

/// Reports the reasons of a metric that say nothing.
pub fn of_metric(spec: &Located<MetricSpec>, context: &mut Context<'_>) {
    for (name, entry) in spec.spec.dimensions.iter().flatten() {
        if let DimensionEntry::Full(full) = entry {
            let pointer = format!("/dimensions/{}/declassify", pointer_segment(name));
            checked(full.declassify.as_deref(), &pointer, spec, context);
        }
    }
    for (name, entry) in &spec.spec.measures {
        if let MeasureEntry::Full(full) = entry
            && let Some(entry) = &full.declassify
        {
            let (reason, below) = entry.reason();
            let pointer = format!("/measures/{}/declassify{below}", pointer_segment(name));
            checked(Some(reason), &pointer, spec, context);
        }
    }
}

/// The reason of a deletion.
pub fn of_deletion(spec: &Located<EntitySpec>, context: &mut Context<'_>) -> Option<String> {
    let reason = spec.spec.delete_when.as_ref().and_then(|entry| entry.reason());
    checked(reason, "/delete_when/declassify", spec, context)
}

/// Whether a text has a few words of its own.
fn says_something(text: &str) -> bool {
    let has_spaces = !text.chars().any(|c| c >= '\u{2e80}' && c.is_alphabetic());
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    if !has_spaces {
        return letters >= 5;
    }
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphabetic()).filter(|word| word.chars().count() > 1);
    let mut own: Vec<&str> = words.filter(|word| !PLACEHOLDERS.contains(word)).collect();
    own.sort_unstable();
    own.dedup();
    letters >= 10 && own.len() >= 3
}

#[cfg(test)]
mod tests {
    use super::says_something;

    #[test]
    fn a_reason_is_a_sentence() {
        let reasons = [
            "ten years of births are no birthday",
            "two digits of a postcode stand for 100,000 people",
            "every mail address has this form",
            "年代からは誕生日がわからない",
        ];
        for reason in reasons {
            assert!(says_something(reason), "{reason}");
        }
        for text in [
            "",
            " ",
            "x",
            "todo",
            "TODO: reason",
            "-",
            "n/a",
            "tbd later",
            "because",
            "x x x x x x x x x x",
            "needed for test",
        ] {
            assert!(!says_something(text), "{text}");
        }
    }
}
