//! AUTO CDC: from a stream of changes to the current rows, or to all versions (lakeflow-sql.md, "AUTO CDC").
//!
//! A batch sees all changes at once, so the newest of a key is the one with the greatest sequence. Two changes of one
//! key and one sequence are settled by the greatest row, so that the order of reading never matters.

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch, RecordBatchOptions, UInt32Array};
use datafusion::arrow::compute::take;
use datafusion::arrow::datatypes::{Field, Schema};
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::row::{OwnedRow, RowConverter, Rows, SortField};
use lakeflow::ast::{AutoCdc, ColumnSelection, Expr, Ident, IgnoreNullUpdates, ScdType};
use lakeflow::is_same_name;
use sqlparser::ast::Value;

use super::RunFault;
use super::spark::{LastPart, QueryFault, Session, is_true, select_over};
use super::table::Table;

/// Applies all changes of a source.
pub async fn apply(session: &Session, target: &str, cdc: &AutoCdc) -> Result<(Table, usize), RunFault> {
    let refused = |what: &str| RunFault::of(target, QueryFault::refused(what));
    if cdc.apply_as_truncate.is_some() || cdc.columns_to_update.is_some() {
        return Err(refused("TRUNCATE and COLUMNS TO UPDATE of AUTO CDC"));
    }
    let Some(name) = cdc.source.name() else { return Err(refused("AUTO CDC from a query")) };
    let deletes = cdc.apply_as_delete.as_ref().map_or_else(|| Expr::value(Value::Boolean(false)), is_true);
    let values = [(cdc.sequence_by.clone(), "__sequence"), (deletes, "__deletes")];
    let query = select_over(name.clone(), true, values.map(|(value, name)| (value, name.to_owned())).into());
    let (schema, batches) = session.query(&query, &mut LastPart).await.map_err(|e| RunFault::of(target, e))?;
    let arrow = |e: ArrowError| RunFault::failed(target, e);
    let source = Table::of(&schema, &batches).map_err(arrow)?;
    let changes = ChangeRows::of(&source, cdc, target)?;
    let table = match cdc.stored_as {
        None | Some(ScdType::ScdType1) => changes.current(cdc.ignore_null_updates.as_ref()).map_err(arrow)?,
        Some(ScdType::ScdType2) if cdc.ignore_null_updates.is_some() => {
            return Err(refused("IGNORE NULL UPDATES of SCD TYPE 2"));
        }
        Some(ScdType::ScdType2) => changes.history(cdc.track_history.as_ref()).map_err(arrow)?,
        Some(ScdType::Bitemporal) => return Err(refused("BITEMPORAL")),
    };
    Ok((table, source.rows()))
}

/// All changes, each a row of the source.
struct ChangeRows {
    /// The columns that the target gets.
    selected: RecordBatch,
    sequence: ArrayRef,
    deletes: Vec<bool>,
    /// Rows by key, from the oldest to the newest, one for each sequence.
    by_key: BTreeMap<OwnedRow, Vec<usize>>,
}

impl ChangeRows {
    fn of(source: &Table, cdc: &AutoCdc, target: &str) -> Result<ChangeRows, RunFault> {
        let batch = &source.batch;
        let column = |name: &str| {
            let index = source.index_of(name);
            index
                .map(|i| Arc::clone(batch.column(i)))
                .ok_or_else(|| RunFault::failed(target, format!("no column `{name}`")))
        };
        let keys = cdc.keys.iter().map(|k| column(&k.value)).collect::<Result<Vec<_>, _>>()?;
        let sequence = column("__sequence")?;
        if sequence.null_count() > 0 {
            return Err(RunFault::failed(target, "SEQUENCE BY is NULL for some rows"));
        }
        let deletes = column("__deletes")?.as_boolean().iter().map(|d| d == Some(true)).collect();
        let arrow = |e: ArrowError| RunFault::failed(target, e);
        let selected = selected(batch, cdc).map_err(arrow)?;
        let key_rows = comparable(&keys).map_err(arrow)?;
        let order = comparable(&[vec![Arc::clone(&sequence)], selected.columns().to_vec()].concat()).map_err(arrow)?;
        let same = comparable(&[Arc::clone(&sequence)]).map_err(arrow)?;
        let mut by_key: BTreeMap<OwnedRow, Vec<usize>> = BTreeMap::new();
        for row in 0..batch.num_rows() {
            by_key.entry(key_rows.row(row).owned()).or_default().push(row);
        }
        for rows in by_key.values_mut() {
            rows.sort_by(|a, b| order.row(*b).cmp(&order.row(*a)));
            rows.dedup_by(|a, b| same.row(*a) == same.row(*b));
            rows.reverse();
        }
        Ok(ChangeRows { selected, sequence, deletes, by_key })
    }

    /// SCD type 1: the newest row of each key that was not deleted. Where NULL is ignored, the newest value since the key
    /// was last deleted.
    fn current(&self, ignored: Option<&IgnoreNullUpdates>) -> Result<Table, ArrowError> {
        let remaining = |rows: &Vec<usize>| {
            let newest = rows.last().copied().filter(|row| !self.deletes[*row])?;
            let start = rows.iter().rposition(|row| self.deletes[*row]).map_or(0, |deleted| deleted + 1);
            Some((newest, start))
        };
        let kept: Vec<(&Vec<usize>, usize, usize)> = self
            .by_key
            .values()
            .filter_map(|rows| remaining(rows).map(|(newest, start)| (rows, newest, start)))
            .collect();
        let schema = self.selected.schema();
        let mut arrays: Vec<ArrayRef> = vec![];
        for (field, column) in schema.fields().iter().zip(self.selected.columns()) {
            let ignores = ignored.is_some_and(|ignored| is_ignored_in(ignored, field.name()));
            let value = |(rows, newest, start): &(&Vec<usize>, usize, usize)| {
                let since = rows.get(*start..).unwrap_or_default();
                let valued = since.iter().rev().find(|row| column.is_valid(**row)).filter(|_| ignores);
                valued.copied().unwrap_or(*newest) as u32
            };
            arrays.push(take(column, &UInt32Array::from(kept.iter().map(value).collect::<Vec<u32>>()), None)?);
        }
        let options = RecordBatchOptions::new().with_row_count(Some(kept.len()));
        Ok(Table { batch: RecordBatch::try_new_with_options(schema, arrays, &options)? })
    }

    /// SCD type 2: every version with its validity. A change that leaves the tracked columns as they are makes no
    /// version of its own.
    fn history(&self, tracked: Option<&ColumnSelection>) -> Result<Table, ArrowError> {
        let tracked: Vec<ArrayRef> = match tracked {
            None => self.selected.columns().to_vec(),
            Some(selection) => project(&self.selected, selection)?.columns().to_vec(),
        };
        let tracked = comparable(&tracked)?;
        let (mut versions, mut starts, mut ends): (Vec<u32>, Vec<u32>, Vec<Option<u32>>) = (vec![], vec![], vec![]);
        for rows in self.by_key.values() {
            let mut open: Option<usize> = None;
            for row in rows.iter().copied() {
                let unchanged = open.is_some_and(|o| !self.deletes[row] && tracked.row(o) == tracked.row(row));
                if unchanged {
                    // Columns without a history show their newest value in the version that stands.
                    if let Some(version) = versions.last_mut() {
                        *version = row as u32;
                    }
                    continue;
                }
                if open.is_some()
                    && let Some(end) = ends.last_mut()
                {
                    *end = Some(row as u32);
                }
                open = (!self.deletes[row]).then_some(row);
                if open.is_some() {
                    versions.push(row as u32);
                    starts.push(row as u32);
                    ends.push(None);
                }
            }
        }
        self.taken(&UInt32Array::from(versions), [UInt32Array::from(starts), UInt32Array::from(ends)])
    }

    /// Rows with when each began and ended.
    fn taken(&self, rows: &UInt32Array, [starts, ends]: [UInt32Array; 2]) -> Result<Table, ArrowError> {
        let mut fields: Vec<Arc<Field>> = self.selected.schema().fields().iter().cloned().collect();
        let mut arrays: Vec<ArrayRef> = vec![];
        for column in self.selected.columns() {
            arrays.push(take(column, rows, None)?);
        }
        for (name, indices) in [("__START_AT", &starts), ("__END_AT", &ends)] {
            fields.push(Arc::new(Field::new(name, self.sequence.data_type().clone(), true)));
            arrays.push(take(&self.sequence, indices, None)?);
        }
        Ok(Table { batch: RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)? })
    }
}

/// Whether a NULL of the column leaves the value that is there.
fn is_ignored_in(ignored: &IgnoreNullUpdates, column: &str) -> bool {
    let among = |names: &[Ident]| names.iter().any(|name| is_same_name(&name.value, column));
    match ignored {
        IgnoreNullUpdates::All => true,
        IgnoreNullUpdates::On(ColumnSelection::Only(names)) => among(names),
        IgnoreNullUpdates::On(ColumnSelection::AllExcept(names)) => !among(names),
    }
}

/// Rows that compare as Spark compares them: NULL first, structs field by field.
fn comparable(columns: &[ArrayRef]) -> Result<Rows, ArrowError> {
    let fields = columns.iter().map(|c| SortField::new(c.data_type().clone())).collect();
    RowConverter::new(fields)?.convert_columns(columns)
}

/// The columns that the target gets: those of `COLUMNS`, without what this file added.
fn selected(batch: &RecordBatch, cdc: &AutoCdc) -> Result<RecordBatch, ArrowError> {
    let own = batch.num_columns().saturating_sub(2);
    let batch = batch.project(&(0..own).collect::<Vec<_>>())?;
    match &cdc.columns {
        Some(selection) => project(&batch, selection),
        None => Ok(batch),
    }
}

fn project(batch: &RecordBatch, selection: &ColumnSelection) -> Result<RecordBatch, ArrowError> {
    let among = |names: &[Ident], f: &Field| names.iter().any(|n| is_same_name(&n.value, f.name()));
    let schema = batch.schema();
    let chosen = schema.fields().iter().enumerate().filter(|(_, f)| match selection {
        ColumnSelection::Only(names) => among(names, f),
        ColumnSelection::AllExcept(names) => !among(names, f),
    });
    batch.project(&chosen.map(|(i, _)| i).collect::<Vec<_>>())
}
