//! What can be wrong with the text of one field, and texts that only look wrong.
//!
//! The list of an entity follows from its columns and rules: a fault that would stop an update is never made, because
//! sample data is there to be run.

use lakeflow::types::DataType;

use super::random::Random;
use super::rows::Row;
use super::values::{Values, normalized};
use super::words::AWKWARD;
use crate::model::{ColumnId, EntityColumn, EntitySource, Project};
use crate::resolve::read;

/// A change to the text of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldFault {
    /// Another text in its place.
    Instead(String),
    /// Spaces around it.
    Spaces,
    /// Other letter case.
    Case,
    /// One digit more than the column holds: a five, which is rounded away from zero.
    Half,
}

/// Every change that fits the columns of an entity, each with its column: first one of each column, then another of
/// each, so that a small sample shows something of all columns.
pub fn all(values: &Values<'_>, is_lookup: impl Fn(ColumnId) -> bool) -> Vec<(ColumnId, FieldFault)> {
    let mut faults: Vec<(usize, ColumnId, FieldFault)> = vec![];
    for (id, column) in values.columns().filter(|(id, _)| !values.is_protected(*id)) {
        let mut rank = 0;
        let mut add = |fault| {
            faults.push((rank, id, fault));
            rank += 1;
        };
        if values.is_required(id) {
            add(FieldFault::Instead(String::new()));
        }
        if values.refers(id) && !is_lookup(id) {
            add(FieldFault::Instead(unknown_key(&column.ty)));
        }
        if matches!(column.ty, DataType::Decimal { scale: 1.., .. }) {
            add(FieldFault::Half);
        }
        for text in beyond(values, id).into_iter().chain(invalid(values, id, column)) {
            add(FieldFault::Instead(text));
        }
        for text in unconvertible(&column.ty) {
            add(FieldFault::Instead(text));
        }
        if column.normalize.is_some() {
            add(FieldFault::Case);
        }
        add(FieldFault::Spaces);
        if is_free_text(values, id, column) {
            AWKWARD.iter().for_each(|text| add(FieldFault::Instead((*text).to_owned())));
        }
        if values.is_required(id) {
            add(FieldFault::Instead("   ".into()));
        }
    }
    faults.sort_by_key(|(rank, id, _)| (*rank, *id));
    faults.into_iter().map(|(_, id, fault)| (id, fault)).collect()
}

/// Whether a column of an entity refers to rows that are part of the specs.
pub fn refers_to_lookup(project: &Project, values: &Values<'_>, id: ColumnId) -> bool {
    let references = values.entity.references.iter().filter(|r| r.columns.contains(&id));
    references.into_iter().any(|r| matches!(project.entity(r.entity).source, EntitySource::Lookup(_)))
}

/// Texts that casts of some engines take and the language refuses.
fn unconvertible(ty: &DataType) -> Vec<String> {
    let texts: &[&str] = match ty {
        DataType::TinyInt | DataType::SmallInt | DataType::Int => {
            &["12.5", "1e2", "+5", "2147483648", "-2147483649", "one", "0x1F", "1,000", "1 2", "--1"]
        }
        DataType::BigInt => &["12.5", "1e2", "+5", "9223372036854775808", "12345678901234567890", "one"],
        DataType::Decimal { .. } => &["1e2", "12,50", "+5.00", "$10", ".5", "1.", "free", "1.000,00"],
        DataType::Float | DataType::Double => &["NaN", "Infinity", "1e400", "1e", "1,5", "warm", "0x10", "1.0f"],
        DataType::Date => &[
            "2024-02-30",
            "2023-02-29",
            "2024-1-5",
            "05/01/2024",
            "20240105",
            "2024-01-05T00:00:00",
            "now",
            "２０２４-01-05",
            "2024-00-10",
        ],
        DataType::Timestamp | DataType::TimestampNtz => {
            &["2024-02-30T10:00:00Z", "2024-01-05", "2024-01-05 10:00", "2024-01-05T25:00:00Z", "now", "yesterday"]
        }
        DataType::Boolean => &["maybe", "2", "on", "-1"],
        _ => &[],
    };
    let mut texts: Vec<String> = texts.iter().map(|t| (*t).to_owned()).collect();
    if let DataType::Decimal { precision, scale } = ty {
        texts.push("9".repeat(usize::from(precision.saturating_sub(*scale)) + 1));
    }
    texts
}

/// Texts that the accepted values or the pattern of a column refuse.
fn invalid(values: &Values<'_>, id: ColumnId, column: &EntityColumn) -> Vec<String> {
    let mut texts = vec![];
    if let Some(accepted) = &column.validity.accepted {
        texts.push("unknown".to_owned());
        texts.extend(accepted.first().map(|first| format!("{first}x")));
        let is_accepted =
            |text: &str| read(&normalized(column, text), &column.ty).is_some_and(|v| accepted.contains(&v));
        texts.retain(|text| !is_accepted(text));
    }
    if let Some(pattern) = values.pattern(id) {
        let tries = ["n/a", "none of these", "@", "?", "a b"];
        texts.extend(tries.iter().filter(|t| !pattern.matches(&normalized(column, t))).map(|t| (*t).to_owned()));
    }
    texts
}

/// Numbers beyond the limits that checks set.
fn beyond(values: &Values<'_>, id: ColumnId) -> Vec<String> {
    if !values.entity.column(id).ty.is_numeric() {
        return vec![];
    }
    let low = values.limits.low(id).into_iter().flat_map(|low| [low - 1, low - 4]);
    let high = values.limits.high(id).into_iter().flat_map(|high| [high + 1, high + 40]);
    low.chain(high).map(|n| n.to_string()).collect()
}

/// A key that nothing has.
fn unknown_key(ty: &DataType) -> String {
    match ty {
        DataType::String => "NOWHERE-1".to_owned(),
        DataType::Date => "1900-01-01".to_owned(),
        _ => "999999999".to_owned(),
    }
}

/// Whether any text may stand in a column: it names no row, and nothing is said about its values.
fn is_free_text(values: &Values<'_>, id: ColumnId, column: &EntityColumn) -> bool {
    let is_bound = values.entity.key.contains(&id) || values.refers(id);
    let validity = &column.validity;
    let is_stated = validity.accepted.is_some() || validity.matches.is_some() || !column.examples.is_empty();
    column.ty == DataType::String && !is_bound && !is_stated
}

/// Makes one change to a row.
pub fn apply(row: &mut Row, (id, fault): &(ColumnId, FieldFault), random: &mut Random) {
    let Some(field) = row.get_mut(id.0) else { return };
    *field = match fault {
        FieldFault::Instead(text) => text.clone(),
        FieldFault::Spaces => format!("{}{field}{}", " ".repeat(random.below(3)), " ".repeat(1 + random.below(2))),
        FieldFault::Case => {
            let lower = field.to_lowercase();
            if lower == *field { field.to_uppercase() } else { lower }
        }
        FieldFault::Half if field.contains('.') => format!("{field}5"),
        FieldFault::Half => field.clone(),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(text: &str, fault: FieldFault) -> String {
        let mut row = vec![text.to_owned()];
        apply(&mut row, &(ColumnId(0), fault), &mut Random::new(1, "faults"));
        row.concat()
    }

    #[test]
    fn half_a_digit_is_added_behind_the_point() {
        assert_eq!([changed("1.25", FieldFault::Half), changed("", FieldFault::Half)], ["1.255", ""]);
    }

    #[test]
    fn letter_case_changes() {
        assert_eq!([changed("Open", FieldFault::Case), changed("open", FieldFault::Case)], ["open", "OPEN"]);
    }

    #[test]
    fn spaces_come_around() {
        let text = changed("x", FieldFault::Spaces);
        assert!(text.len() > 1 && text.trim_matches(' ') == "x", "{text:?}");
    }
}
