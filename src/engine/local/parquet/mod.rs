//! Parquet files of a landing directory: columns by name in the types that are declared, everything else rescued as JSON.
//!
//! A value is read as another type only where that loses nothing and Spark 4.3 does so too (`tests/spark/parquet.jsonl`). What
//! Spark would read as something else without a word is rescued here: a number as a date, bytes as a text, a time without a zone
//! as a moment, a number cut to fewer digits.

mod cell;
mod columns;
mod convert;
mod damage;
mod file;
mod write;

pub use columns::{FileColumn, parquet_columns};
pub use write::{ParquetColumn, parquet_bytes};

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, RecordBatch, StringArray, new_null_array};
use datafusion::arrow::compute::concat;
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::arrow::error::ArrowError;
use lakeflow::types::Column;

use super::RunFault;
use super::header::{FieldNotes, LandingNote};
use super::landing::LandedFile;
use super::read_files::{RowOrigin, metadata, rescued_text};
use super::spark;
use super::table::Table;
use file::ParquetFile;

/// Reads files as one table: the declared columns, what was rescued if `rescued` names a column for it, and `_metadata`. Without
/// such a column, a value of another type is a fault.
///
/// # Errors
/// A type that is not read here, or a file that is no whole Parquet file.
pub fn read(
    columns: &[Column],
    rescued: Option<&str>,
    files: &[LandedFile],
) -> Result<(Table, Vec<LandingNote>), RunFault> {
    let mut rows = ParquetRows { columns: vec![], rescued: vec![], origins: vec![], notes: vec![] };
    for column in columns {
        let ty = spark::arrow_type(&column.ty).ok_or_else(|| RunFault::Unsupported {
            dataset: "read_files".into(),
            what: format!("`read_files` of Parquet with a column of type {}", column.ty),
        })?;
        rows.columns.push(TypedColumn { name: column.name.clone(), shown: column.ty.to_string(), ty, parts: vec![] });
    }
    // Spark passes over a file without a byte.
    for landed in files.iter().filter(|file| !file.bytes.is_empty()) {
        rows.add(landed, rescued.is_some())?;
    }
    let notes = std::mem::take(&mut rows.notes);
    let table = rows.into_table(rescued).map_err(|e| RunFault::failed("read_files", e))?;
    Ok((table, notes))
}

/// A declared column.
struct TypedColumn {
    name: String,
    /// Its type as messages show it.
    shown: String,
    ty: DataType,
    /// Its values, batch by batch.
    parts: Vec<ArrayRef>,
}

/// Rows of all files.
struct ParquetRows {
    columns: Vec<TypedColumn>,
    /// What was rescued of each row.
    rescued: Vec<Option<String>>,
    origins: Vec<RowOrigin>,
    notes: Vec<LandingNote>,
}

impl ParquetRows {
    fn add(&mut self, landed: &LandedFile, rescues: bool) -> Result<(), RunFault> {
        let fault = |why: String| RunFault::landing(&landed.path, why);
        let file = damage::contained(|| ParquetFile::of(&landed.bytes)).map_err(fault)?;
        let origin = RowOrigin::of(landed);
        let (mut unknown, mut others) = (FieldNotes::default(), BTreeMap::<String, (String, usize)>::new());
        for batch in damage::contained(|| file.batches()).map_err(fault)? {
            let rest = self.add_batch(&file, &batch).map_err(fault)?;
            for row in &rest {
                unknown.add(row.keys().filter(|name| self.place(name).is_none()));
                for name in row.keys().filter(|name| self.place(name).is_some()) {
                    let (_, count) = others.entry(name.clone()).or_insert_with(|| (file.shown_type(name), 0));
                    *count += 1;
                }
            }
            let text = |row: BTreeMap<String, String>| (!row.is_empty()).then(|| rescued_text(row, &origin));
            self.rescued.extend(rest.into_iter().map(text));
            self.origins.resize(self.rescued.len(), origin.clone());
        }
        let names: Vec<String> = self.columns.iter().map(|column| column.name.clone()).collect();
        self.notes.extend(unknown.note(&landed.path, &names));
        for (name, (found, values)) in others {
            let wanted = self.place(&name).and_then(|place| self.columns.get(place)).map_or("", |c| c.shown.as_str());
            let text = format!("column `{name}` is {found} in the file, not {wanted}");
            if !rescues {
                return Err(fault(text));
            }
            self.notes.push(LandingNote { path: landed.path.clone(), text, values });
        }
        Ok(())
    }

    fn place(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// Takes the values of a batch; gives what no column takes, row by row: the name and the JSON text of each value.
    fn add_batch(&mut self, file: &ParquetFile, batch: &RecordBatch) -> Result<Vec<BTreeMap<String, String>>, String> {
        let mut rest = vec![BTreeMap::new(); batch.num_rows()];
        for column in &mut self.columns {
            let found = batch.column_by_name(&column.name);
            let values = found.and_then(|array| convert::held(array, &column.ty));
            column.parts.push(values.unwrap_or_else(|| new_null_array(&column.ty, batch.num_rows())));
        }
        let schema = batch.schema();
        for (field, array) in schema.fields().iter().zip(batch.columns()) {
            let taken = self.place(field.name()).and_then(|place| self.columns.get(place)?.parts.last());
            if let Some(taken) = taken {
                file.check_calendar(field.name(), taken)?;
            }
            let nulls = array.logical_nulls();
            for (row, rest) in rest.iter_mut().enumerate() {
                let is_there = nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row));
                if is_there && taken.is_none_or(|taken| taken.is_null(row)) {
                    rest.insert(field.name().clone(), cell::json(array, row));
                }
            }
        }
        Ok(rest)
    }

    fn into_table(self, rescued: Option<&str>) -> Result<Table, ArrowError> {
        let (mut fields, mut arrays): (Vec<Field>, Vec<ArrayRef>) = (vec![], vec![]);
        for column in self.columns {
            let parts: Vec<&dyn Array> = column.parts.iter().map(AsRef::as_ref).collect();
            let whole = if parts.is_empty() { new_null_array(&column.ty, 0) } else { concat(&parts)? };
            fields.push(Field::new(column.name, column.ty, true));
            arrays.push(whole);
        }
        if let Some(name) = rescued {
            fields.push(Field::new(name, DataType::Utf8, true));
            arrays.push(Arc::new(StringArray::from(self.rescued)));
        }
        let metadata = metadata(&self.origins);
        fields.push(Field::new("_metadata", metadata.data_type().clone(), true));
        arrays.push(metadata);
        Ok(Table { batch: RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)? })
    }
}
