//! How the rows of an entity arrive: in several files, again, corrected, and in files with faults of their own.

use std::collections::BTreeSet;

use super::faults::{self, FieldFault};
use super::random::Random;
use super::rows::{self, Row};
use super::values::Values;
use crate::model::{ColumnId, Load};

/// What is special about a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileShape {
    /// Nothing.
    Plain,
    /// A byte-order mark, CRLF, and the columns in another order.
    Windows,
    /// A column more than declared; changed as late as the file before it.
    Extra,
    /// Rows of earlier files again, some of them corrected.
    Corrections,
    /// A header that misspells a column.
    Broken,
    /// A header and nothing else.
    HeaderOnly,
    /// No bytes at all.
    Empty,
}

/// A file before it has a name.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// What is special about it.
    pub shape: FileShape,
    /// Days after the first file.
    pub day: u64,
    /// Rows, with all their faults; some are too short or too long.
    pub rows: Vec<Row>,
}

/// Shape, share of the rows in percent, and day of every file.
const PLAN: [(FileShape, usize, u64); 7] = [
    (FileShape::Plain, 60, 0),
    (FileShape::Windows, 20, 1),
    (FileShape::Extra, 15, 1),
    (FileShape::Corrections, 5, 2),
    (FileShape::Broken, 0, 3),
    (FileShape::HeaderOnly, 0, 4),
    (FileShape::Empty, 0, 5),
];

/// Share of rows with a fault in a field, in percent, and the greatest one for the sake of showing every fault.
const FAULTY: usize = 6;
const FAULTY_AT_MOST: usize = 30;

/// Of so many rows, one is delivered again as it is, and one with other values; at least one of each.
const REPEATED: usize = 100;

/// Splits the valid rows of an entity into files and spoils some of them.
pub fn deliveries(
    values: &Values<'_>,
    valid: &[Row],
    faults: &[(ColumnId, FieldFault)],
    random: &mut Random,
) -> Vec<Delivery> {
    let spoiled = spoiled(valid, faults, random);
    let mut versions = Versions::new(values, valid);
    let (mut deliveries, mut start, mut share_so_far) = (vec![], 0, 0);
    for (shape, share, day) in PLAN {
        share_so_far += share;
        let end = (valid.len() * share_so_far / 100).min(valid.len());
        let mut rows = spoiled.get(start..end).unwrap_or_default().to_vec();
        let (delivered, here) = (valid.get(..start).unwrap_or_default(), valid.get(start..end).unwrap_or_default());
        match shape {
            FileShape::Plain | FileShape::Windows => repeat_some(&mut rows, here, REPEATED, &mut versions, random),
            // Equally late as the file before: the name of the file decides.
            FileShape::Extra => repeat_some(&mut rows, delivered, REPEATED, &mut versions, random),
            FileShape::Corrections => {
                correct_some(&mut rows, delivered, &spoiled, random);
                let step = if versions.are_kept { 3 } else { 25 };
                repeat_some(&mut rows, delivered, step, &mut versions, random);
            }
            FileShape::Broken => rows.extend(delivered.iter().rev().take(4).cloned()),
            FileShape::HeaderOnly | FileShape::Empty => {}
        }
        if shape == FileShape::Plain {
            wrong_lengths(values, &mut rows, random);
        }
        deliveries.push(Delivery { shape, day, rows });
        start = end;
    }
    if matches!(values.entity.load, Load::Snapshot) {
        // The newest file is the whole truth, so it must be the fullest.
        deliveries.reverse();
        deliveries.iter_mut().zip(PLAN.iter().rev()).for_each(|(delivery, (_, _, day))| delivery.day = 5 - day);
    }
    deliveries
}

/// Rows with a fault here and there: every fault once, as long as there are rows enough.
fn spoiled(valid: &[Row], faults: &[(ColumnId, FieldFault)], random: &mut Random) -> Vec<Row> {
    let mut rows = valid.to_vec();
    let count = (rows.len() * FAULTY / 100).max(faults.len().min(rows.len() * FAULTY_AT_MOST / 100));
    for fault in faults.iter().cycle().take(if faults.is_empty() { 0 } else { count }) {
        let index = random.below(rows.len());
        if let Some(row) = rows.get_mut(index) {
            faults::apply(row, fault, random);
        }
    }
    rows
}

/// Rows again: every `REPEATED`th as it was, and every `step`th with other values. Rows of the same file give duplicates
/// in it, rows of earlier files give corrections of them.
fn repeat_some(rows: &mut Vec<Row>, valid: &[Row], step: usize, versions: &mut Versions<'_>, random: &mut Random) {
    let offset = random.below(valid.len().min(REPEATED));
    rows.extend(valid.iter().skip(offset).step_by(REPEATED).cloned());
    let offset = random.below(valid.len().min(step));
    for row in valid.iter().skip(offset).step_by(step) {
        rows.extend(versions.next(row, random));
    }
}

/// A third of the rows that were delivered with a fault, without it.
fn correct_some(rows: &mut Vec<Row>, delivered: &[Row], spoiled: &[Row], random: &mut Random) {
    for (valid, _) in delivered.iter().zip(spoiled).filter(|(valid, spoiled)| valid != spoiled) {
        if random.chance(33) {
            rows.push(valid.clone());
        }
    }
}

/// One row that ends early and one that goes on, unless that would stop an update; and a line without anything.
fn wrong_lengths(values: &Values<'_>, rows: &mut Vec<Row>, random: &mut Random) {
    let last_is_free = values.columns().last().is_some_and(|(id, _)| !values.is_protected(id));
    let (short, long) = (random.below(rows.len()), random.below(rows.len()));
    if let Some(row) = rows.get_mut(short)
        && last_is_free
    {
        row.pop();
    }
    if let Some(row) = rows.get_mut(long) {
        row.extend(["surplus".to_owned(), "fields, quoted".to_owned()]);
    }
    rows.insert(random.below(rows.len()), vec![]);
}

/// Changed rows with the key of another row.
struct Versions<'a> {
    values: &'a Values<'a>,
    /// Whether every version of a key stays, so that no two may stand at the same place of the sequence.
    are_kept: bool,
    sequences: BTreeSet<(Vec<String>, String)>,
}

impl<'a> Versions<'a> {
    fn new(values: &'a Values<'a>, valid: &[Row]) -> Self {
        let are_kept = matches!(values.entity.load, Load::History { .. });
        let mut versions = Versions { values, are_kept, sequences: BTreeSet::new() };
        for row in valid {
            versions.claim(row);
        }
        versions
    }

    /// Notes the place of a row in its sequence; false when another row of its key has it.
    fn claim(&mut self, row: &Row) -> bool {
        let Load::History { sequence, .. } = &self.values.entity.load else { return true };
        let place = row.get(sequence.0).cloned().unwrap_or_default();
        self.sequences.insert((rows::key(self.values, row), place))
    }

    /// A row with the same key and other values; `None` when there is none.
    fn next(&mut self, row: &Row, random: &mut Random) -> Option<Row> {
        for _ in 0..10 {
            let mut changed = row.clone();
            for (id, _) in self.values.columns() {
                let stays = self.values.entity.key.contains(&id) || self.values.refers(id);
                if !stays && let Some(field) = changed.get_mut(id.0) {
                    *field = self.values.text(id, random);
                }
            }
            let is_ordered = rows::in_order(self.values, &changed);
            if changed != *row && is_ordered && self.claim(&changed) {
                return Some(changed);
            }
        }
        None
    }
}
