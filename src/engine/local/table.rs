//! Tables in memory: columns under the names that people wrote.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, BooleanArray, RecordBatch, new_null_array};
use datafusion::arrow::compute::{CastOptions, cast_with_options, concat_batches, filter_record_batch};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::arrow::error::ArrowError;
use datafusion::datasource::MemTable;
use lakeflow::is_same_name;

use super::RunFault;
use super::spark::Session;

/// Rows in one batch.
#[derive(Debug, Clone)]
pub struct Table {
    pub batch: RecordBatch,
}

impl Table {
    /// A table of batches of one schema.
    pub fn of(schema: &SchemaRef, batches: &[RecordBatch]) -> Result<Table, ArrowError> {
        Ok(Table { batch: concat_batches(schema, batches)? })
    }

    pub fn rows(&self) -> usize {
        self.batch.num_rows()
    }

    /// The place of a column, in any letter case.
    pub fn index_of(&self, name: &str) -> Option<usize> {
        self.batch.schema().fields().iter().position(|f| is_same_name(f.name(), name))
    }

    /// The table with exactly these columns, found by name and cast where the types differ; a column that is not there
    /// is NULL. A value that does not fit is an error, not a NULL.
    pub fn conform(&self, columns: &[(String, DataType)]) -> Result<Table, ArrowError> {
        let strict = CastOptions { safe: false, ..CastOptions::default() };
        let mut arrays: Vec<ArrayRef> = vec![];
        let mut fields = vec![];
        for (name, ty) in columns {
            let array = match self.index_of(name) {
                Some(index) if self.batch.column(index).data_type() == ty => Arc::clone(self.batch.column(index)),
                Some(index) => cast_with_options(self.batch.column(index), ty, &strict)?,
                None => new_null_array(ty, self.rows()),
            };
            arrays.push(array);
            fields.push(Field::new(name, ty.clone(), true));
        }
        Ok(Table { batch: RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)? })
    }

    /// The rows that `keep` marks.
    pub fn filter(&self, keep: &BooleanArray) -> Result<Table, ArrowError> {
        Ok(Table { batch: filter_record_batch(&self.batch, keep)? })
    }

    /// The rows of both; columns of `other` are found by name.
    pub fn append_by_name(&self, other: &Table) -> Result<Table, ArrowError> {
        let schema = self.batch.schema();
        let columns: Vec<_> = schema.fields().iter().map(|f| (f.name().clone(), f.data_type().clone())).collect();
        let other = other.conform(&columns)?;
        Table::of(&other.batch.schema(), &[self.clone_with(&other.batch.schema())?, other.batch])
    }

    fn clone_with(&self, schema: &SchemaRef) -> Result<RecordBatch, ArrowError> {
        RecordBatch::try_new(Arc::clone(schema), self.batch.columns().to_vec())
    }

    /// Makes the table known to a session, whose names are all in lower case.
    pub fn register(&self, session: &Session, name: &str) -> Result<(), RunFault> {
        let lowered = lower_names(&self.batch).map_err(|e| RunFault::failed(name, e))?;
        let table = MemTable::try_new(lowered.schema(), vec![vec![lowered]]).map_err(|e| RunFault::failed(name, e))?;
        session.register(&name.to_lowercase(), Arc::new(table)).map_err(|e| RunFault::of(name, e))
    }
}

fn lower_names(batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let lower = |f: &Arc<Field>| f.as_ref().clone().with_name(f.name().to_lowercase()).with_nullable(true);
    let fields: Vec<Field> = batch.schema().fields().iter().map(lower).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), batch.columns().to_vec())
}
