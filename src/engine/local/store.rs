//! A directory of tables on the disk: its list of tables is what marks it as ours, and whatever the list does not name is
//! somebody else's. Nothing of theirs is ever removed.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::RunFault;

/// Name of the list of tables.
const INDEX: &str = "_tables.json";

/// What the list of tables of a warehouse says of one of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableInfo {
    /// Its name, in lower case.
    pub name: String,
    /// Number of rows in its file.
    pub rows: usize,
    /// Whether it is part of the pipeline only: private tables and temporary views.
    pub private: bool,
    /// Digest of its file; warehouses of earlier versions have none.
    #[serde(default)]
    pub sha256: String,
}

/// The list of tables.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Index {
    warehouse_of: String,
    tables: Vec<TableInfo>,
}

/// Who writes the list.
const OWNER: &str = "gen run";

/// Name of the file of a table.
pub fn file_name(table: &str) -> String {
    format!("{table}.parquet")
}

/// The tables that a directory lists; `None` when it has no list, or one that is not ours.
fn listed(dir: &Path) -> Option<Vec<TableInfo>> {
    let text = fs::read_to_string(dir.join(INDEX)).ok()?;
    if let Ok(index) = serde_json::from_str::<Index>(&text) {
        return (index.warehouse_of == OWNER).then_some(index.tables);
    }
    // Earlier versions wrote the tables alone.
    serde_json::from_str::<Vec<TableInfo>>(&text).ok().filter(|tables| !tables.is_empty())
}

/// The tables of a warehouse, by name.
pub fn tables(warehouse: &Path) -> Result<Vec<TableInfo>, RunFault> {
    if !warehouse.join(INDEX).exists() {
        return Err(RunFault::warehouse(warehouse, "no warehouse found: `gen run` creates one"));
    }
    listed(warehouse).ok_or_else(|| {
        RunFault::warehouse(&warehouse.join(INDEX), "the file is not a list of tables written by `gen run`")
    })
}

/// Writes the list of tables, and with it the mark of a warehouse.
pub fn write_index(dir: &Path, tables: &[TableInfo]) -> Result<(), RunFault> {
    let path = dir.join(INDEX);
    let index = Index { warehouse_of: OWNER.to_owned(), tables: tables.to_vec() };
    let text = serde_json::to_string_pretty(&index).map_err(|e| RunFault::warehouse(&path, e))?;
    let mut file = create(&path)?;
    std::io::Write::write_all(&mut file, text.as_bytes()).map_err(|e| RunFault::warehouse(&path, e))
}

/// What a directory holds that is not ours; `None` when all of it is.
pub fn foreign(dir: &Path) -> Result<Option<PathBuf>, RunFault> {
    let failed = |e: std::io::Error| RunFault::warehouse(dir, e);
    if !fs::symlink_metadata(dir).map_err(failed)?.is_dir() {
        return Ok(Some(dir.to_owned()));
    }
    let listed = listed(dir);
    let names: Vec<String> = listed.iter().flatten().map(|table| file_name(&table.name)).collect();
    for entry in fs::read_dir(dir).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name();
        let is_known = listed.is_some() && (name == INDEX || names.iter().any(|known| name == known.as_str()));
        if !is_known || !entry.file_type().map_err(failed)?.is_file() {
            return Ok(Some(entry.path()));
        }
    }
    Ok(None)
}

/// Removes a directory that is ours throughout.
///
/// # Errors
/// When it holds something else: then nothing of it is removed.
pub fn remove(dir: &Path) -> Result<(), RunFault> {
    match foreign(dir)? {
        None => fs::remove_dir_all(dir).map_err(|e| RunFault::warehouse(dir, e)),
        Some(path) => Err(RunFault::warehouse(&path, "no run wrote this: move it away, it would be lost")),
    }
}

/// A new directory that its owner alone can read: tables hold what masks hide from others.
pub fn create_dir(dir: &Path) -> Result<(), RunFault> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir).map_err(|e| RunFault::warehouse(dir, e))
}

/// A new file, or one emptied, that its owner alone can read.
pub fn create(path: &Path) -> Result<File, RunFault> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|e| RunFault::warehouse(path, e))
}

/// The digest of a file, which is read from its beginning and left there.
pub fn digest(file: &mut File) -> std::io::Result<String> {
    let mut hash = Sha256::new();
    let mut block = vec![0; 1 << 16];
    file.rewind()?;
    loop {
        match file.read(&mut block)? {
            0 => break,
            count => hash.update(block.get(..count).unwrap_or_default()),
        }
    }
    file.rewind()?;
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}
