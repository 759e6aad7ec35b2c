//! AUTO CDC: the current row a key (SCD type 1) or every version with its validity (type 2), from changes in any order.
//!
//! Changes are put in the order of their sequence, where NULL is smallest and a struct compares field by field; of two
//! changes with one sequence the later one in the source wins. Reference section 1.5.

use std::cmp::Ordering;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch, UInt32Array};
use datafusion::arrow::compute::take;
use datafusion::arrow::datatypes::{Field, Schema};
use datafusion::arrow::row::{RowConverter, Rows as Comparable, SortField};
use sqlparser::ast::Ident;

use super::super::spark::Fault;
use super::Rows;
use crate::lakeflow::ast::{AutoCdc, ColumnSelection, StoredAs};

/// Applies changes to an empty table. `changes` holds the source's columns, then the sequence, then whether the row is
/// a deletion.
///
/// # Errors
/// When a sequence is NULL, a column does not exist, or a clause is not supported.
pub(in super::super) fn apply(changes: &Rows, cdc: &AutoCdc) -> Result<Rows, Fault> {
    refuse(cdc)?;
    let changes = Changes::of(changes, cdc)?;
    match cdc.stored_as {
        None | Some(StoredAs::ScdType1) => changes.current(),
        Some(StoredAs::ScdType2) => changes.history(),
        Some(StoredAs::Bitemporal) => Err(Fault::refused("STORED AS BITEMPORAL")),
    }
}

fn refuse(cdc: &AutoCdc) -> Result<(), Fault> {
    let clauses = [
        (cdc.ignore_null_updates.is_some(), "IGNORE NULL UPDATES"),
        (cdc.apply_as_truncate.is_some(), "APPLY AS TRUNCATE"),
        (cdc.system_sequence_by.is_some(), "SYSTEM SEQUENCE BY"),
        (cdc.columns_to_update.is_some(), "COLUMNS TO UPDATE"),
    ];
    match clauses.iter().find(|(found, _)| *found) {
        Some((_, clause)) => Err(Fault::refused(*clause)),
        None => Ok(()),
    }
}

struct Changes {
    batch: RecordBatch,
    names: Vec<String>,
    /// Positions of the columns that the table gets.
    stored: Vec<usize>,
    keys: Comparable,
    sequences: Comparable,
    /// Columns whose change makes a new version.
    tracked: Comparable,
    /// Rows by key, then sequence, then their order in the source.
    order: Vec<usize>,
}

impl Changes {
    fn of(rows: &Rows, cdc: &AutoCdc) -> Result<Self, Fault> {
        let batch = rows.whole()?;
        let width = batch.num_columns().saturating_sub(2);
        let names: Vec<String> = rows.names.iter().take(width).cloned().collect();
        let stored = selected(cdc.columns.as_ref(), &names)?;
        let tracked = match &cdc.track_history {
            Some(selection) => selected(Some(selection), &names)?,
            None => stored.clone(),
        };
        let keys = cdc.keys.iter().map(|key| position(key, &names)).collect::<Result<Vec<_>, _>>()?;
        let sequence = batch.columns().get(width).ok_or_else(|| Fault::failed("the changes have no sequence"))?;
        if sequence.logical_null_count() > 0 {
            return Err(Fault::failed(format!("the sequence `{}` is NULL in some rows", cdc.sequence_by)));
        }
        let keys = comparable(&batch, &keys)?;
        let sequences = comparable(&batch, &[width])?;
        let tracked = comparable(&batch, &tracked)?;
        let mut order: Vec<usize> = (0..batch.num_rows()).collect();
        order.sort_by(|a, b| {
            let by_key: Ordering = keys.row(*a).cmp(&keys.row(*b));
            by_key.then_with(|| sequences.row(*a).cmp(&sequences.row(*b)))
        });
        Ok(Changes { batch, names, stored, keys, sequences, tracked, order })
    }

    fn is_deletion(&self, row: usize) -> bool {
        let flags = self.batch.columns().last().and_then(|c| c.as_boolean_opt());
        flags.is_some_and(|flags| flags.is_valid(row) && flags.value(row))
    }

    /// The changes of each key, the last one of each sequence only.
    fn by_key(&self) -> impl Iterator<Item = Vec<usize>> {
        let same_key = |a: &usize, b: &usize| self.keys.row(*a) == self.keys.row(*b);
        let same_sequence = |a: &usize, b: &usize| self.sequences.row(*a) == self.sequences.row(*b);
        self.order
            .chunk_by(same_key)
            .map(move |rows| rows.chunk_by(same_sequence).filter_map(|tied| tied.last().copied()).collect())
    }

    fn current(&self) -> Result<Rows, Fault> {
        let last = self.by_key().filter_map(|rows| rows.last().copied()).filter(|row| !self.is_deletion(*row));
        let rows: Vec<usize> = last.collect();
        self.table(&rows, vec![])
    }

    fn history(&self) -> Result<Rows, Fault> {
        let mut versions: Vec<Version> = vec![];
        for rows in self.by_key() {
            let mut open: Option<Version> = None;
            for row in rows {
                let unchanged = |v: &Version| self.tracked.row(v.row) == self.tracked.row(row);
                open = match open {
                    Some(version) if self.is_deletion(row) => {
                        versions.push(Version { end: Some(row), ..version });
                        None
                    }
                    None if self.is_deletion(row) => None,
                    // Columns without a history take their newest value in the version that stands.
                    Some(version) if unchanged(&version) => Some(Version { row, ..version }),
                    Some(version) => {
                        versions.push(Version { end: Some(row), ..version });
                        Some(Version { row, start: row, end: None })
                    }
                    None => Some(Version { row, start: row, end: None }),
                };
            }
            versions.extend(open);
        }
        let rows: Vec<usize> = versions.iter().map(|v| v.row).collect();
        let starts = versions.iter().map(|v| Some(v.start)).collect();
        let ends = versions.iter().map(|v| v.end).collect();
        self.table(&rows, vec![("__START_AT", starts), ("__END_AT", ends)])
    }

    /// The stored columns of the given rows, and columns made of the sequences of other rows.
    fn table(&self, rows: &[usize], sequences: Vec<(&str, Vec<Option<usize>>)>) -> Result<Rows, Fault> {
        let failed = |e: datafusion::arrow::error::ArrowError| Fault::failed(e.to_string());
        let positions = |rows: &[Option<usize>]| -> UInt32Array {
            rows.iter().map(|row| row.and_then(|row| u32::try_from(row).ok())).collect()
        };
        let indices = positions(&rows.iter().copied().map(Some).collect::<Vec<_>>());
        let (mut fields, mut columns, mut names) = (vec![], vec![], vec![]);
        for place in &self.stored {
            let (Some(name), Some(column)) = (self.names.get(*place), self.batch.columns().get(*place)) else {
                continue;
            };
            fields.push(Field::new(name.to_lowercase(), column.data_type().clone(), true));
            columns.push(take(column.as_ref(), &indices, None).map_err(failed)?);
            names.push(name.clone());
        }
        for (name, rows) in sequences {
            let Some(sequence) = self.batch.columns().get(self.names.len()) else { continue };
            fields.push(Field::new(name.to_lowercase(), sequence.data_type().clone(), true));
            columns.push(take(sequence.as_ref(), &positions(&rows), None).map_err(failed)?);
            names.push(name.to_owned());
        }
        let schema = Arc::new(Schema::new(fields));
        let batch = RecordBatch::try_new(Arc::clone(&schema), columns).map_err(failed)?;
        Ok(Rows { schema, batches: vec![batch], names })
    }
}

/// A version of a row: which change it shows, and the changes at which it began and ended.
#[derive(Clone, Copy)]
struct Version {
    row: usize,
    start: usize,
    end: Option<usize>,
}

fn position(name: &Ident, names: &[String]) -> Result<usize, Fault> {
    let found = names.iter().position(|n| n.eq_ignore_ascii_case(&name.value));
    found.ok_or_else(|| Fault::failed(format!("the source has no column `{}`", name.value)))
}

fn selected(selection: Option<&ColumnSelection>, names: &[String]) -> Result<Vec<usize>, Fault> {
    match selection {
        None => Ok((0..names.len()).collect()),
        Some(ColumnSelection::Only(chosen)) => chosen.iter().map(|name| position(name, names)).collect(),
        Some(ColumnSelection::AllExcept(left_out)) => {
            let left_out = left_out.iter().map(|name| position(name, names)).collect::<Result<Vec<_>, _>>()?;
            Ok((0..names.len()).filter(|place| !left_out.contains(place)).collect())
        }
    }
}

fn comparable(batch: &RecordBatch, places: &[usize]) -> Result<Comparable, Fault> {
    let columns: Vec<ArrayRef> = places.iter().filter_map(|p| batch.columns().get(*p).cloned()).collect();
    let fields = columns.iter().map(|c| SortField::new(c.data_type().clone())).collect();
    let converted = RowConverter::new(fields).and_then(|converter| converter.convert_columns(&columns));
    converted.map_err(|e| Fault::failed(e.to_string()))
}
