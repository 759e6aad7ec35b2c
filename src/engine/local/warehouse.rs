//! The warehouse: the tables of the last run, one Parquet file each, and a list of them.
//!
//! A run writes a whole new warehouse beside the old one and swaps the two at the end, so that an interrupted run leaves
//! the old one as it was. A directory that holds anything else is never replaced.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde::{Deserialize, Serialize};
use sqlparser::ast::{ObjectName, ObjectNamePart, TableFactor};

use super::output::Rows;
use super::spark::{Fault, Relations, Session};
use super::table::Table;
use super::{RunFault, run};
use crate::lakeflow;

/// Name of the list of tables.
const INDEX: &str = "_tables.json";

/// A table of a warehouse.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableInfo {
    /// Its name, in lower case.
    pub name: String,
    /// Number of rows.
    pub rows: usize,
    /// Whether it is part of the pipeline only: private tables and temporary views.
    pub private: bool,
}

/// A warehouse that is being written.
pub struct Writer {
    target: PathBuf,
    temporary: PathBuf,
    tables: Vec<TableInfo>,
}

impl Writer {
    /// Begins a new warehouse that will stand at `target`.
    pub fn begin(target: &Path) -> Result<Writer, RunFault> {
        let is_empty = |dir: &Path| fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_none());
        if target.exists() && !target.join(INDEX).exists() && !is_empty(target) {
            return Err(RunFault::warehouse(target, "the directory holds something that is no warehouse"));
        }
        let temporary = beside(target, "new");
        if temporary.exists() {
            fs::remove_dir_all(&temporary).map_err(|e| RunFault::warehouse(&temporary, e))?;
        }
        fs::create_dir_all(&temporary).map_err(|e| RunFault::warehouse(&temporary, e))?;
        Ok(Writer { target: target.to_owned(), temporary, tables: vec![] })
    }

    /// Adds a table.
    pub fn add(&mut self, name: &str, table: &Table, private: bool) -> Result<(), RunFault> {
        let path = self.temporary.join(format!("{name}.parquet"));
        let failed = |e: &dyn std::fmt::Display| RunFault::warehouse(&path, e.to_string());
        let file = File::create(&path).map_err(|e| failed(&e))?;
        let mut writer = ArrowWriter::try_new(file, table.batch.schema(), None).map_err(|e| failed(&e))?;
        writer.write(&table.batch).map_err(|e| failed(&e))?;
        writer.close().map_err(|e| failed(&e))?;
        self.tables.push(TableInfo { name: name.to_owned(), rows: table.rows(), private });
        Ok(())
    }

    /// Puts the new warehouse in the place of the old one.
    pub fn finish(mut self) -> Result<(), RunFault> {
        self.tables.sort_by(|a, b| a.name.cmp(&b.name));
        let index = serde_json::to_string_pretty(&self.tables).map_err(|e| RunFault::warehouse(&self.target, e))?;
        let at = |path: &Path| {
            let path = path.to_owned();
            move |e: std::io::Error| RunFault::warehouse(&path, e)
        };
        fs::write(self.temporary.join(INDEX), index).map_err(at(&self.temporary))?;
        let old = beside(&self.target, "old");
        if old.exists() {
            fs::remove_dir_all(&old).map_err(at(&old))?;
        }
        if self.target.exists() {
            fs::rename(&self.target, &old).map_err(at(&self.target))?;
        }
        fs::rename(&self.temporary, &self.target).map_err(at(&self.target))?;
        if old.exists() {
            fs::remove_dir_all(&old).map_err(at(&old))?;
        }
        Ok(())
    }
}

impl Drop for Writer {
    /// A warehouse that was not finished leaves nothing behind.
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.temporary);
    }
}

fn beside(target: &Path, suffix: &str) -> PathBuf {
    let name = target.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    target.with_file_name(format!(".{name}.{suffix}"))
}

/// The tables of a warehouse, by name.
pub fn tables(warehouse: &Path) -> Result<Vec<TableInfo>, RunFault> {
    let path = warehouse.join(INDEX);
    if !path.exists() {
        return Err(RunFault::warehouse(warehouse, "there is no warehouse: `gen run` fills one"));
    }
    let text = fs::read_to_string(&path).map_err(|e| RunFault::warehouse(&path, e))?;
    serde_json::from_str(&text).map_err(|e| RunFault::warehouse(&path, e))
}

/// Runs a query over the tables of a warehouse.
pub fn query(sql: &str, warehouse: &Path) -> Result<Rows, RunFault> {
    let known = tables(warehouse)?;
    let parsed = lakeflow::parse_query(sql.trim().trim_end_matches(';'));
    let parsed = parsed.map_err(|e| RunFault::failed("query", e.message))?;
    let session = Session::new();
    let mut stored = Stored { session: &session, warehouse, known: &known, columns: BTreeMap::new(), fault: None };
    let result = run::runtime()?.block_on(session.query(&parsed, &mut stored));
    let fault = stored.fault.take();
    let (schema, batches) = result.map_err(|e| fault.unwrap_or_else(|| RunFault::of("query", e)))?;
    Rows::new(&schema, &batches).map_err(|e| RunFault::failed("query", e))
}

/// Tables on the disk, read when a query names them.
struct Stored<'a> {
    session: &'a Session,
    warehouse: &'a Path,
    known: &'a [TableInfo],
    /// Columns as they are written, by their name in lower case.
    columns: BTreeMap<String, String>,
    fault: Option<RunFault>,
}

impl Relations for Stored<'_> {
    fn table(&mut self, name: &ObjectName) -> Result<String, Fault> {
        let last = name.0.last().and_then(ObjectNamePart::as_ident).map(|i| i.value.to_lowercase()).unwrap_or_default();
        if !self.known.iter().any(|t| t.name == last) {
            let names = self.known.iter().map(|t| t.name.as_str());
            let hint = crate::diag::did_you_mean(&last, names).map(|h| format!("; {h}")).unwrap_or_default();
            return Err(Fault::failed(format!("there is no table `{last}`{hint}")));
        }
        let loaded = load(&self.warehouse.join(format!("{last}.parquet"))).and_then(|table| {
            let names = table.batch.schema();
            self.columns.extend(names.fields().iter().map(|f| (f.name().to_lowercase(), f.name().clone())));
            table.register(self.session, &last)
        });
        loaded.map_err(|fault| {
            let text = fault.to_string();
            self.fault = Some(fault);
            Fault::failed(text)
        })?;
        Ok(last)
    }

    fn function(&mut self, _: &TableFactor) -> Result<Option<String>, Fault> {
        Ok(None)
    }

    fn written(&self, column: &str) -> Option<String> {
        self.columns.get(column).cloned()
    }
}

fn load(path: &Path) -> Result<Table, RunFault> {
    let failed = |e: &dyn std::fmt::Display| RunFault::warehouse(path, e.to_string());
    let file = File::open(path).map_err(|e| failed(&e))?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|e| failed(&e))?;
    let schema = Arc::clone(reader.schema());
    let batches = reader.build().map_err(|e| failed(&e))?.collect::<Result<Vec<RecordBatch>, _>>();
    Table::of(&schema, &batches.map_err(|e| failed(&e))?).map_err(|e| failed(&e))
}
