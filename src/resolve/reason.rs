//! Reasons to declassify personal data, which `gen pii` lists, and to allow a warning: they must not be empty or
//! meaningless.

use lakeflow::diag::Diagnostic;
use lakeflow::source::Span;
use lakeflow::yaml::pointer_segment;

use super::context::Context;
use crate::codes;
use crate::load::{Located, SpecSet};
use crate::model::{ColumnId, Declassifies, Entity, EntityId, Metric, MetricId, Reason};
use crate::spec::{DimensionEntry, EntitySpec, MeasureEntry, MetricSpec, RuleEntry};

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
    let hint = "explain in a sentence why the result does not identify a person";
    check(reason, "declassify personal data", hint, spec.value(pointer), context);
    Some(reason.to_owned())
}

/// Reports a reason to do something that says nothing.
pub fn check(reason: &str, what_for: &str, hint: &str, place: Span, context: &mut Context<'_>) {
    if !says_something(reason) {
        let message = format!("`{}` is not a reason to {what_for}", reason.trim());
        context.push(Diagnostic::error(codes::NO_REASON, message).at(place).hint(hint));
    }
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

/// Where all reasons to declassify stand, and what each is for.
pub fn places(set: &SpecSet, entities: &[Entity], metrics: &[Metric]) -> Vec<Reason> {
    let mut found = vec![];
    for spec in &set.entities {
        let Some(id) = entities.iter().position(|e| e.name == spec.spec.entity).map(EntityId) else { continue };
        let mut add = |pointer: String, declassifies| found.push(Reason { span: spec.key(&pointer), declassifies });
        for (index, (name, entry)) in spec.spec.columns.iter().enumerate() {
            if entry.full().is_some_and(|full| full.declassify.is_some()) {
                let pointer = format!("/columns/{}/declassify", pointer_segment(name));
                add(pointer, Declassifies::Column(id, ColumnId(index)));
            }
        }
        for (name, entry) in spec.spec.rules.iter().flatten() {
            if matches!(entry, RuleEntry::Full(full) if full.declassify.is_some()) {
                let pointer = format!("/rules/{}/declassify", pointer_segment(name));
                add(pointer, Declassifies::Rows(id, name.clone()));
            }
        }
        if spec.spec.delete_when.as_ref().is_some_and(|entry| entry.reason().is_some()) {
            add("/delete_when/declassify".to_owned(), Declassifies::Rows(id, "delete_when".to_owned()));
        }
    }
    for spec in &set.metrics {
        let Some(id) = metrics.iter().position(|m| m.name == spec.spec.metric).map(MetricId) else { continue };
        let mut add = |pointer: String, name: &str| {
            let declassifies = Declassifies::Figure(id, name.to_owned());
            found.push(Reason { span: spec.key(&pointer), declassifies });
        };
        for (name, entry) in spec.spec.dimensions.iter().flatten() {
            if matches!(entry, DimensionEntry::Full(full) if full.declassify.is_some()) {
                add(format!("/dimensions/{}/declassify", pointer_segment(name)), name);
            }
        }
        for (name, entry) in &spec.spec.measures {
            if matches!(entry, MeasureEntry::Full(full) if full.declassify.is_some()) {
                add(format!("/measures/{}/declassify", pointer_segment(name)), name);
            }
        }
    }
    found
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
