//! Where the tables of the last run stay: one Parquet file a table, and an index that names them.
//!
//! A run writes its tables beside those of the run before and then replaces the index, which is one atomic step: a
//! reader, and a run that fails or is interrupted, finds the earlier tables whole.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::{Schema, SchemaRef};
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde::{Deserialize, Serialize};

use super::spark::Fault;
use super::tables::Rows;
use crate::world::World;

/// The file that says which tables there are.
const INDEX: &str = "index.json";

/// No table of a local run is larger.
const MAX_TABLE: u64 = 8 << 30;

/// A table of the warehouse.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredTable {
    /// Its name in lower case.
    pub name: String,
    /// Its file, relative to the warehouse.
    file: String,
    /// Names of its columns as they are written.
    columns: Vec<String>,
    /// Whether it is meant for readers outside of the pipeline.
    pub visible: bool,
    /// How many rows it has.
    pub rows: u64,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Index {
    run: u64,
    tables: Vec<StoredTable>,
}

/// The tables of the last run.
pub struct Warehouse<'a> {
    world: &'a dyn World,
    root: PathBuf,
    index: Index,
}

/// Tables of a run that is not finished.
pub(super) struct Pending<'w, 'a> {
    warehouse: &'w mut Warehouse<'a>,
    directory: String,
    index: Index,
}

impl<'a> Warehouse<'a> {
    /// Opens a warehouse; one that does not exist yet has no tables.
    ///
    /// # Errors
    /// When its index cannot be read.
    pub fn open(world: &'a dyn World, root: &Path) -> Result<Self, Fault> {
        let path = root.join(INDEX);
        let index = if world.exists(&path) {
            let bytes = world.read(&path, MAX_TABLE).map_err(|e| unreadable(&path, e.fault))?;
            serde_json::from_slice(&bytes).map_err(|e| unreadable(&path, e))?
        } else {
            Index::default()
        };
        Ok(Warehouse { world, root: root.to_owned(), index })
    }

    /// All tables, sorted by name.
    pub fn tables(&self) -> &[StoredTable] {
        &self.index.tables
    }

    /// The rows of a table; `None` when there is no such table. The columns bear lower-case names.
    ///
    /// # Errors
    /// When its file cannot be read.
    pub(super) fn read(&self, name: &str) -> Result<Option<Rows>, Fault> {
        let Some(table) = self.index.tables.iter().find(|t| t.name == name) else { return Ok(None) };
        let path = self.root.join(&table.file);
        let bytes = self.world.read(&path, MAX_TABLE).map_err(|e| unreadable(&path, e.fault))?;
        let reader = ParquetRecordBatchReaderBuilder::try_new(Bytes::from(bytes)).map_err(|e| unreadable(&path, e))?;
        let schema = Arc::new(Schema::new(reader.schema().fields().clone()));
        let batches = reader.build().map_err(|e| unreadable(&path, e))?;
        let batches = batches.collect::<Result<Vec<_>, _>>().map_err(|e| unreadable(&path, e))?;
        let batches = batches.into_iter().map(|b| rebuilt(&b, &schema)).collect::<Result<Vec<_>, _>>()?;
        Ok(Some(Rows { schema, batches, names: table.columns.clone() }))
    }

    /// Begins a new set of tables.
    pub(super) fn begin(&mut self) -> Pending<'_, 'a> {
        let run = self.index.run + 1;
        Pending { directory: format!("run-{run}"), index: Index { run, tables: vec![] }, warehouse: self }
    }

    /// Removes what the index does not name: tables of earlier runs and of runs that did not finish.
    fn sweep(&self) {
        let kept: Vec<PathBuf> = self.index.tables.iter().map(|t| self.root.join(&t.file)).collect();
        for path in self.world.list(&self.root).files {
            let is_table = path.extension().is_some_and(|e| e == "parquet");
            if is_table && !kept.contains(&path) {
                // What cannot be removed now is removed by the next run.
                let _ = self.world.remove(&path);
                path.parent().map(|directory| self.world.remove_empty_dir(directory));
            }
        }
    }
}

impl Pending<'_, '_> {
    /// Adds a table.
    ///
    /// # Errors
    /// When its file cannot be written.
    pub fn add(&mut self, name: &str, rows: &Rows, visible: bool) -> Result<(), Fault> {
        let file = format!("{}/{name}.parquet", self.directory);
        let path = self.warehouse.root.join(&file);
        let mut bytes = vec![];
        let mut writer =
            ArrowWriter::try_new(&mut bytes, Arc::clone(&rows.schema), None).map_err(|e| unwritable(&path, e))?;
        for batch in &rows.batches {
            writer.write(batch).map_err(|e| unwritable(&path, e))?;
        }
        writer.close().map_err(|e| unwritable(&path, e))?;
        self.warehouse.world.write_atomic(&path, &bytes).map_err(|e| unwritable(&path, e.fault))?;
        let columns = rows.names.clone();
        self.index.tables.push(StoredTable { name: name.to_owned(), file, columns, visible, rows: rows.count() });
        Ok(())
    }

    /// Makes the new tables those of the warehouse.
    ///
    /// # Errors
    /// When the index cannot be written; the earlier tables stay.
    pub fn commit(mut self) -> Result<(), Fault> {
        self.index.tables.sort_by(|a, b| a.name.cmp(&b.name));
        let path = self.warehouse.root.join(INDEX);
        let text = serde_json::to_vec_pretty(&self.index).map_err(|e| unwritable(&path, e))?;
        self.warehouse.world.write_atomic(&path, &text).map_err(|e| unwritable(&path, e.fault))?;
        self.warehouse.index = self.index;
        self.warehouse.sweep();
        Ok(())
    }
}

fn rebuilt(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, Fault> {
    RecordBatch::try_new(Arc::clone(schema), batch.columns().to_vec()).map_err(|e| Fault::failed(e.to_string()))
}

fn unreadable(path: &Path, reason: impl std::fmt::Display) -> Fault {
    Fault::Unreadable(format!("`{}` cannot be read: {reason}", path.display()))
}

fn unwritable(path: &Path, reason: impl std::fmt::Display) -> Fault {
    Fault::Unwritable(format!("`{}` cannot be written: {reason}", path.display()))
}
