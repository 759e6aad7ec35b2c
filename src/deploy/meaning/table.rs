//! What a definition says besides its rows, on both sides.

use std::collections::{BTreeMap, BTreeSet};

use lakeflow::ast::Violation;
use lakeflow::check::DatasetKind;

use super::side::{DatasetSide, Facts};
use super::{Meaning, MeaningKind};

/// Names for people; of many, the first.
pub(super) fn list(names: &[String]) -> String {
    const MOST: usize = 6;
    let quoted: Vec<String> = names.iter().take(MOST).map(|name| format!("`{name}`")).collect();
    match names.len().checked_sub(MOST) {
        Some(more @ 1..) => format!("{} and {more} more", quoted.join(", ")),
        _ => quoted.join(", "),
    }
}

/// What a streaming table that is there can't become.
pub(super) fn fixed(before: &Facts, after: &Facts, stored_otherwise: bool) -> Vec<String> {
    let mut why = vec![];
    for (name, old) in &before.types {
        let Some(new) = after.types.get(name).filter(|new| *new != old) else { continue };
        if !(after.has("delta.enableTypeWidening") && is_wider(old, new)) {
            why.push(format!("`{name}` is {old}, and would be {new}"));
        }
    }
    if before.partition != after.partition {
        let shown = |partition: &Option<String>| partition.clone().unwrap_or_else(|| "nothing".to_owned());
        why.push(format!(
            "it is partitioned by {}, and would be by {}",
            shown(&before.partition),
            shown(&after.partition)
        ));
    }
    if before.storage != after.storage {
        why.push("it would be stored elsewhere, or in another format".to_owned());
    }
    if before.private != after.private {
        let word = |private| if private { "private" } else { "in the catalog" };
        why.push(format!("it is {}, and would be {}", word(before.private), word(after.private)));
    }
    if stored_otherwise {
        why.push("changes are merged into rows of another shape".to_owned());
    }
    why
}

/// Whether each value of a type is one of another type.
fn is_wider(old: &str, new: &str) -> bool {
    const INTEGERS: &[&str] = &["TINYINT", "SMALLINT", "INT", "BIGINT"];
    let place = |ty: &str| INTEGERS.iter().position(|known| *known == ty);
    matches!((place(old), place(new)), (Some(old), Some(new)) if old < new) || (old, new) == ("FLOAT", "DOUBLE")
}

/// Protection, checks, costs and words; `sources` are the tables that it reads, on both sides.
pub(super) fn meanings(
    before: &DatasetSide,
    after: &DatasetSide,
    sources: &[(&DatasetSide, &DatasetSide)],
    restated: bool,
) -> Vec<Meaning> {
    let (old, new) = (&before.facts, &after.facts);
    let mut found = vec![];
    let mut add = |kind, why: Vec<String>| {
        if !why.is_empty() {
            let what = after.kind.word();
            found.push(Meaning { dataset: after.full.clone(), what, kind, why, via: vec![], remedy: None });
        }
    };
    add(MeaningKind::ChangesProtection, protection(before, after));
    add(MeaningKind::ChangesChecks, checks(after.kind, old, new));
    if after.kind == DatasetKind::MaterializedView && !restated {
        add(MeaningKind::CostsARecompute, costs(old, new, sources));
    }
    add(MeaningKind::NothingButWords, words(old, new));
    found
}

fn protection(before: &DatasetSide, after: &DatasetSide) -> Vec<String> {
    let mut why = vec![];
    let (old, new) = (&before.facts, &after.facts);
    let both = |name: &String| before.whole.column(name).is_some() && after.whole.column(name).is_some();
    let names: BTreeSet<&String> = old.masks.keys().chain(new.masks.keys()).filter(|name| both(name)).collect();
    for name in names {
        match (old.masks.get(name), new.masks.get(name)) {
            (None, Some(mask)) => why.push(format!("`{name}` is masked by `{mask}`, and was not")),
            (Some(mask), None) => why.push(format!("`{name}` is no longer masked by `{mask}`")),
            (Some(old), Some(new)) if old != new => {
                why.push(format!("`{name}` is masked by `{new}` instead of `{old}`"))
            }
            _ => {}
        }
    }
    match (&old.row_filter, &new.row_filter) {
        (None, Some(filter)) => why.push(format!("rows are filtered by `{filter}`, and were not")),
        (Some(filter), None) => why.push(format!("rows are no longer filtered by `{filter}`")),
        (Some(old), Some(new)) if old != new => why.push(format!("rows are filtered by `{new}` instead of `{old}`")),
        _ => {}
    }
    why
}

/// Expectations that count or stop. What drops rows is part of the rows.
fn checks(kind: DatasetKind, old: &Facts, new: &Facts) -> Vec<String> {
    let mut why = vec![];
    let names: BTreeSet<&String> = old.expectations.keys().chain(new.expectations.keys()).collect();
    for name in names {
        let (before, after) = (old.expectations.get(name), new.expectations.get(name));
        if before == after {
            continue;
        }
        let action = |of: Option<&(_, Option<Violation>)>| of.map(|(_, action)| *action);
        why.extend(match (action(before), action(after)) {
            (_, Some(Some(Violation::FailUpdate))) => Some(format!("a row that breaks `{name}` stops the update")),
            (Some(Some(Violation::FailUpdate)), _) => {
                Some(format!("a row that breaks `{name}` no longer stops the update"))
            }
            (Some(None), Some(None)) => Some(format!("`{name}` counts other rows")),
            (_, Some(None)) => Some(format!("rows that break `{name}` are counted")),
            (Some(None), _) => Some(format!("rows that break `{name}` are no longer counted")),
            _ => None,
        });
    }
    for name in new.required.difference(&old.required) {
        why.push(format!("a row without `{name}` stops the update"));
    }
    for name in old.required.difference(&new.required).filter(|_| kind != DatasetKind::View) {
        why.push(format!("a row without `{name}` no longer stops the update"));
    }
    why
}

/// Why a materialized view is computed from the first row, although its figures stay.
fn costs(old: &Facts, new: &Facts, sources: &[(&DatasetSide, &DatasetSide)]) -> Vec<String> {
    let mut why = vec![];
    let mut sorted = (old.listed.clone(), new.listed.clone());
    sorted.0.sort_unstable();
    sorted.1.sort_unstable();
    if old.listed.is_empty() != new.listed.is_empty() || (sorted.0 == sorted.1 && old.listed != new.listed) {
        why.push("its list of columns changes".to_owned());
    }
    if old.expectations != new.expectations {
        why.push("its expectations change".to_owned());
    }
    if old.policy != new.policy {
        why.push("its refresh policy changes".to_owned());
    }
    if old.partition != new.partition || old.storage != new.storage || old.private != new.private {
        why.push("its files are laid out or kept otherwise".to_owned());
    }
    if old.is_protected() != new.is_protected() {
        let word = if new.is_protected() { "gets" } else { "loses" };
        why.push(format!("it {word} masks or a row filter"));
    }
    for (before, after) in sources {
        const TRACKING: &str = "delta.enableRowTracking";
        if before.facts.has(TRACKING) != after.facts.has(TRACKING) {
            let (word, follows) = match after.facts.has(TRACKING) {
                true => ("gets", "it can be refreshed by increments from then on"),
                false => ("loses", "every update computes it in full from then on"),
            };
            why.push(format!("`{}`, which it reads, {word} row tracking: {follows}", after.full));
        }
        if before.facts.is_protected() != after.facts.is_protected() {
            let (word, follows) = match after.facts.is_protected() {
                true => ("gets", "every update computes it in full from then on"),
                false => ("loses", "it can be refreshed by increments from then on"),
            };
            why.push(format!("`{}`, which it reads, {word} masks or a row filter: {follows}", after.full));
        }
    }
    why
}

fn words(old: &Facts, new: &Facts) -> Vec<String> {
    let mut why = vec![];
    if old.comment != new.comment {
        why.push("its comment changes".to_owned());
    }
    let columns =
        changed(&old.comments, &new.comments, |name| old.types.contains_key(name) && new.types.contains_key(name));
    if !columns.is_empty() {
        why.push(format!("the comment of {} changes", list(&columns)));
    }
    if old.cluster != new.cluster {
        why.push("its rows are clustered otherwise".to_owned());
    }
    let properties = changed(&old.properties, &new.properties, |_| true);
    if !properties.is_empty() {
        let word = if properties.len() == 1 { "property" } else { "properties" };
        why.push(format!("{word} {}", shown(&properties, &new.properties)));
    }
    if old.keys != new.keys {
        why.push("keys that inform and are not enforced change".to_owned());
    }
    why
}

fn shown(names: &[String], values: &BTreeMap<String, String>) -> String {
    let one = |name: &String| match values.get(name) {
        Some(value) => format!("`{name}` is `{value}`"),
        None => format!("`{name}` is unset"),
    };
    names.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// Keys whose values differ.
fn changed(
    old: &BTreeMap<String, String>,
    new: &BTreeMap<String, String>,
    counts: impl Fn(&str) -> bool,
) -> Vec<String> {
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    names.into_iter().filter(|name| counts(name) && old.get(*name) != new.get(*name)).cloned().collect()
}
