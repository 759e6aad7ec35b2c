//! Valid rows of an entity: unique keys, references that resolve, dates in the order that checks demand.

use std::collections::BTreeSet;

use lakeflow::types::DataType;

use super::random::Random;
use super::values::Values;
use crate::model::{ColumnId, EntityId, LookupRow, Project};

/// A row as the texts of its fields, in the order of the columns.
pub type Row = Vec<String>;

/// How often a row is tried before it is given up: small key spaces run out.
const TRIES: usize = 30;

/// At most `count` valid rows of the entity `id`, with different keys.
pub fn valid(id: EntityId, values: &Values<'_>, count: usize, random: &mut Random) -> Vec<Row> {
    let mut rows: Vec<Row> = vec![];
    let mut taken = BTreeSet::new();
    for serial in 1..=count {
        let found = (0..TRIES).find_map(|_| {
            let row = row(id, values, serial, &rows, random);
            let is_new = values.entity.key.is_empty() || !taken.contains(&key(values, &row));
            (is_new && in_order(values, &row)).then_some(row)
        });
        if let Some(row) = found {
            taken.insert(key(values, &row));
            rows.push(row);
        }
    }
    rows
}

/// The texts of the key of a row.
pub fn key(values: &Values<'_>, row: &Row) -> Vec<String> {
    values.entity.key.iter().filter_map(|id| row.get(id.0).cloned()).collect()
}

/// The keys of rows, for those that refer to them.
pub fn keys(values: &Values<'_>, rows: &[Row]) -> Vec<Vec<String>> {
    if values.entity.key.is_empty() { vec![] } else { rows.iter().map(|row| key(values, row)).collect() }
}

/// The keys of a lookup.
pub fn lookup_keys(key: &[ColumnId], rows: &[LookupRow]) -> Vec<Vec<String>> {
    let texts = |row: &LookupRow| -> Option<Vec<String>> {
        key.iter().map(|id| Some(row.values.get(id.0)?.as_ref()?.to_string())).collect()
    };
    if key.is_empty() { vec![] } else { rows.iter().filter_map(texts).collect() }
}

fn row(id: EntityId, values: &Values<'_>, serial: usize, before: &[Row], random: &mut Random) -> Row {
    let mut row: Row = values.columns().map(|(column, _)| values.text(column, random)).collect();
    for (columns, known) in values.whole_keys() {
        // A row that lacks a part of the key refers to nothing.
        let is_whole = columns.iter().all(|column| row.get(column.0).is_some_and(|text| !text.is_empty()));
        if let Some(key) = random.pick_early(known).filter(|_| is_whole) {
            columns.iter().zip(key).for_each(|(column, text)| set(&mut row, *column, text.clone()));
        }
    }
    for reference in values.entity.references.iter().filter(|r| r.entity == id) {
        let known = keys(values, before);
        let key = random.pick_early(&known).cloned().unwrap_or_default();
        for (place, column) in reference.columns.iter().enumerate() {
            set(&mut row, *column, key.get(place).cloned().unwrap_or_default());
        }
    }
    if let Some((column, text)) = serial_key(values, serial) {
        set(&mut row, column, text);
    }
    for (greater, lesser) in &values.limits.ordered {
        if !is_ordered(&row, *greater, *lesser) {
            row.swap(greater.0, lesser.0);
        }
    }
    row
}

fn set(row: &mut Row, column: ColumnId, text: String) {
    if let Some(field) = row.get_mut(column.0) {
        *field = text;
    }
}

/// The part of a key that counts up: the first column that is a plain number or text. With further key columns, three
/// rows share one number, as lines of a document do.
fn serial_key(values: &Values<'_>, serial: usize) -> Option<(ColumnId, String)> {
    let entity = values.entity;
    let is_free = |id: &&ColumnId| {
        let column = entity.column(**id);
        let validity = &column.validity;
        !values.refers(**id) && column.pii.is_none() && validity.accepted.is_none() && validity.matches.is_none()
    };
    let id = *entity.key.iter().find(is_free)?;
    let number = if entity.key.len() > 1 { serial.div_ceil(3) } else { serial };
    let text = match entity.column(id).ty {
        DataType::String => format!("{}-{number:05}", initials(&entity.name)),
        DataType::TinyInt | DataType::SmallInt | DataType::Int | DataType::BigInt => number.to_string(),
        _ => return None,
    };
    Some((id, text))
}

/// `order_lines` gives `OL`.
fn initials(name: &str) -> String {
    name.split('_').filter_map(|word| word.chars().next()).flat_map(char::to_uppercase).collect()
}

/// Whether the fields of a row stand in the order that checks demand.
pub fn in_order(values: &Values<'_>, row: &Row) -> bool {
    values.limits.ordered.iter().all(|(greater, lesser)| is_ordered(row, *greater, *lesser))
}

/// Whether one field is greater than another; texts of dates and times compare as they stand, blanks are in order.
fn is_ordered(row: &Row, greater: ColumnId, lesser: ColumnId) -> bool {
    let (Some(a), Some(b)) = (row.get(greater.0), row.get(lesser.0)) else { return true };
    if a.is_empty() || b.is_empty() {
        return true;
    }
    match (a.parse::<f64>(), b.parse::<f64>()) {
        (Ok(a), Ok(b)) => a > b,
        _ => a > b,
    }
}

/// How many rows an entity gets: the full number where nothing refers to it, a tenth where others do, and a 25th of
/// those without personal data: there are more people than things.
pub fn size(rows: usize, is_referred_to: bool, is_personal: bool) -> usize {
    match (is_referred_to, is_personal) {
        (false, _) => rows,
        (true, true) => (rows / 10).max(10).min(rows),
        (true, false) => (rows / 25).max(10).min(rows),
    }
}

/// Whether any other entity of the project refers to `id`.
pub fn is_referred_to(project: &Project, id: EntityId) -> bool {
    let others = project.entities.iter().enumerate().filter(|(index, _)| EntityId(*index) != id);
    others.flat_map(|(_, e)| &e.references).any(|r| r.entity == id)
}

/// Entities so that each stands after those it refers to.
pub fn reference_order(project: &Project) -> Vec<EntityId> {
    let mut order = vec![];
    let mut open: Vec<EntityId> = (0..project.entities.len()).map(EntityId).collect();
    while !open.is_empty() {
        let is_ready =
            |id: &EntityId| project.entity(*id).references.iter().all(|r| r.entity == *id || !open.contains(&r.entity));
        let (ready, waiting): (Vec<_>, Vec<_>) = open.iter().copied().partition(is_ready);
        if ready.is_empty() {
            // A cycle, which the compiler refuses: the rest goes as it stands.
            order.extend(waiting);
            break;
        }
        order.extend(ready);
        open = waiting;
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_referred_to_are_fewer() {
        assert_eq!(
            [size(2000, false, false), size(2000, true, true), size(2000, true, false), size(20, true, true)],
            [2000, 200, 80, 10]
        );
    }

    #[test]
    fn initials_are_upper_case() {
        assert_eq!(initials("order_lines"), "OL");
    }
}
