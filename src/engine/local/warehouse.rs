//! The warehouse: the tables of the last run, one Parquet file each, and a list of them.
//!
//! A run writes a whole new warehouse beside the old one and swaps the two at the end, so that an interrupted run leaves
//! the old one as it was. A directory that holds anything else is never replaced ([`super::store`]), two runs come one after
//! the other ([`super::hold`]), and a query never sees tables of two runs: each file has to be the one that the list names.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use datafusion::arrow::array::RecordBatch;
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use sqlparser::ast::{ObjectName, ObjectNamePart, TableFactor};

use super::RunFault;
use super::hold::beside;
use super::output::QueryRows;
use super::runtime::runtime;
use super::spark::{QueryFault, Relations, Session};
use super::store::{self, TableInfo};
use super::table::Table;

/// A warehouse that is being written, by a process that holds it.
pub struct WarehouseWriter {
    target: PathBuf,
    temporary: PathBuf,
    tables: Vec<TableInfo>,
}

impl WarehouseWriter {
    /// Begins a new warehouse that will stand at `target`.
    pub fn begin(target: &Path) -> Result<WarehouseWriter, RunFault> {
        // Behind a link, what it points at is the warehouse.
        let target = fs::canonicalize(target).unwrap_or_else(|_| target.to_owned());
        let (temporary, old) = (beside(&target, "new"), beside(&target, "old"));
        // A run that was killed between two renames.
        if !target.exists() && old.exists() && store::foreign(&old)?.is_none() {
            fs::rename(&old, &target).map_err(|e| RunFault::warehouse(&old, e))?;
        }
        if target.is_file() {
            return Err(RunFault::NoWarehouse { path: target, why: "a file, not a directory".to_owned() });
        }
        if target.exists()
            && let Some(path) = store::foreign(&target)?
        {
            let why = "not written by a run: this is not a warehouse, or something else was put into it; move it away";
            return Err(RunFault::NoWarehouse { path, why: why.to_owned() });
        }
        for left in [&temporary, &old] {
            if fs::symlink_metadata(left).is_ok() {
                store::remove(left)?;
            }
        }
        if let Some(parent) = target.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            fs::create_dir_all(parent).map_err(|e| RunFault::warehouse(parent, e))?;
        }
        store::create_dir(&temporary)?;
        let writer = WarehouseWriter { target, temporary, tables: vec![] };
        store::write_index(&writer.temporary, &writer.tables)?;
        Ok(writer)
    }

    /// Adds a table. The list names it first, so that what a killed run leaves is known as ours.
    pub fn add(&mut self, name: &str, table: &Table, private: bool) -> Result<(), RunFault> {
        let path = self.temporary.join(store::file_name(name));
        let failed = |e: &dyn std::fmt::Display| RunFault::warehouse(&path, e.to_string());
        self.tables.push(TableInfo { name: name.to_owned(), rows: table.rows(), private, sha256: String::new() });
        store::write_index(&self.temporary, &self.tables)?;
        let file = store::create(&path)?;
        let mut writer = ArrowWriter::try_new(file, table.batch.schema(), None).map_err(|e| failed(&e))?;
        writer.write(&table.batch).map_err(|e| failed(&e))?;
        writer.close().map_err(|e| failed(&e))?;
        let digest = File::open(&path).and_then(|mut file| store::digest(&mut file)).map_err(|e| failed(&e))?;
        if let Some(info) = self.tables.last_mut() {
            info.sha256 = digest;
        }
        Ok(())
    }

    /// Puts the new warehouse in the place of the old one.
    pub fn finish(mut self) -> Result<(), RunFault> {
        self.tables.sort_by(|a, b| a.name.cmp(&b.name));
        store::write_index(&self.temporary, &self.tables)?;
        let old = beside(&self.target, "old");
        let renamed = |from: &Path, to: &Path| fs::rename(from, to).map_err(|e| RunFault::warehouse(&self.target, e));
        if self.target.exists() {
            // Something may have been put into it meanwhile.
            if let Some(path) = store::foreign(&self.target)? {
                return Err(RunFault::warehouse(&path, "no run wrote this: move it away, it would be lost"));
            }
            renamed(&self.target, &old)?;
        }
        renamed(&self.temporary, &self.target)?;
        if old.exists() { store::remove(&old) } else { Ok(()) }
    }
}

impl Drop for WarehouseWriter {
    /// A warehouse that was not finished leaves nothing behind.
    fn drop(&mut self) {
        if self.temporary.exists() {
            let _ = store::remove(&self.temporary);
        }
    }
}

/// The tables of a warehouse, by name.
pub fn tables(warehouse: &Path) -> Result<Vec<TableInfo>, RunFault> {
    store::tables(warehouse)
}

/// How often a query begins again because a run has just replaced the warehouse.
const ATTEMPTS: usize = 20;

/// Runs a query over the tables of a warehouse.
pub fn query(sql: &str, warehouse: &Path) -> Result<QueryRows, RunFault> {
    let parsed = lakeflow::parse_query(sql.trim().trim_end_matches(';'));
    let parsed = parsed.map_err(|e| RunFault::failed("query", e.message))?;
    let runtime = runtime()?;
    let mut attempt = 0;
    loop {
        attempt += 1;
        let known = tables(warehouse);
        let result = known.and_then(|known| {
            // Each table is one that the list names; of a list that was replaced meanwhile they may not all be there.
            answered(&parsed, warehouse, &known, &runtime).map_err(|fault| match tables(warehouse) {
                Ok(now) if now == known => fault,
                _ => RunFault::Replaced { warehouse: warehouse.to_owned(), instead: Box::new(fault) },
            })
        });
        let is_between = !warehouse.exists() && beside(warehouse, "old").exists();
        match result {
            Err(RunFault::Replaced { .. }) if attempt < ATTEMPTS => {}
            Err(_) if is_between && attempt < ATTEMPTS => {}
            Err(RunFault::Replaced { instead, .. }) => return Err(*instead),
            result => return result,
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn answered(
    parsed: &sqlparser::ast::Query,
    warehouse: &Path,
    known: &[TableInfo],
    runtime: &tokio::runtime::Runtime,
) -> Result<QueryRows, RunFault> {
    let session = Session::new();
    let mut stored = Stored { session: &session, warehouse, known, columns: BTreeMap::new(), fault: None };
    let result = runtime.block_on(session.query(parsed, &mut stored));
    let fault = stored.fault.take();
    let (schema, batches) = result.map_err(|e| fault.unwrap_or_else(|| RunFault::of("query", e)))?;
    QueryRows::new(&schema, &batches).map_err(|e| RunFault::failed("query", e))
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
    fn table(&mut self, name: &ObjectName) -> Result<String, QueryFault> {
        let last = name.0.last().and_then(ObjectNamePart::as_ident).map(|i| i.value.to_lowercase()).unwrap_or_default();
        let Some(info) = self.known.iter().find(|t| t.name == last) else {
            let names = self.known.iter().map(|t| t.name.as_str());
            let hint = lakeflow::diag::did_you_mean(&last, names).map(|h| format!("; {h}")).unwrap_or_default();
            return Err(QueryFault::failed(format!("unknown table `{last}`{hint}")));
        };
        let loaded = load(&self.warehouse.join(store::file_name(&last)), info).and_then(|table| {
            let names = table.batch.schema();
            self.columns.extend(names.fields().iter().map(|f| (f.name().to_lowercase(), f.name().clone())));
            table.register(self.session, &last)
        });
        loaded.map_err(|fault| {
            let text = fault.to_string();
            self.fault = Some(fault);
            QueryFault::failed(text)
        })?;
        Ok(last)
    }

    fn function(&mut self, _: &TableFactor) -> Result<Option<String>, QueryFault> {
        Ok(None)
    }

    fn written(&self, column: &str) -> Option<String> {
        self.columns.get(column).cloned()
    }
}

/// Reads the file of a table, which has to be the very one that the run wrote.
fn load(path: &Path, info: &TableInfo) -> Result<Table, RunFault> {
    let failed = |e: &dyn std::fmt::Display| RunFault::warehouse(path, e.to_string());
    let mut file = File::open(path).map_err(|e| failed(&e))?;
    if !info.sha256.is_empty() && store::digest(&mut file).map_err(|e| failed(&e))? != info.sha256 {
        return Err(failed(&"the file is not the one that the run wrote: run again"));
    }
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|e| failed(&e))?;
    let schema = Arc::clone(reader.schema());
    let batches = reader.build().map_err(|e| failed(&e))?.collect::<Result<Vec<RecordBatch>, _>>();
    Table::of(&schema, &batches.map_err(|e| failed(&e))?).map_err(|e| failed(&e))
}
