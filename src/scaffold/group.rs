//! Which files are one entity: those whose names differ in digits and dates only, and that have one format.

use std::collections::{BTreeMap, BTreeSet};

use super::events::{self, EventFile};
use super::file::{DataFile, DataKind};
use super::found::{self, DataTable};
use super::table::CsvTable;
#[cfg(feature = "engine")]
use super::typed::{self, ParquetTable};
use super::{ScaffoldError, names};

/// The entity of files that have nothing but a date or a number for a name.
const NAMELESS: &str = "records";
/// What generated tables add to the name of an entity.
const ENDINGS: [&str; 9] =
    ["raw", "skipped", "query", "checked", "clean", "changes", "quarantine", "orphans", "duplicates"];

/// The tables in files, in the order of their names.
///
/// # Errors
/// A file that can't be read.
pub fn tables(files: &[DataFile]) -> Result<Vec<DataTable>, ScaffoldError> {
    let mut grouped: BTreeMap<(String, DataKind), Vec<&DataFile>> = BTreeMap::new();
    for file in files {
        let kind = if file.is_parquet() { DataKind::Parquet } else { file.kind(&file.unpacked()?)? };
        let is_alone = || files.iter().filter(|other| names::parts(&other.name).core.is_empty()).count() == 1;
        let name = match names::parts(&file.name).core {
            "" if !is_alone() => NAMELESS.to_owned(),
            _ => names::entity_name(&file.name),
        };
        grouped.entry((name, kind)).or_default().push(file);
    }
    let mut tables = vec![];
    for ((name, kind), files) in grouped {
        match kind {
            DataKind::Csv => {
                let read = |file: &DataFile| CsvTable::read(file, &file.unpacked()?);
                let read: Result<Vec<CsvTable>, _> = files.into_iter().map(read).collect();
                tables.push(found::of_csv(&name, &read?));
            }
            #[cfg(feature = "engine")]
            DataKind::Parquet => {
                let read: Result<Vec<ParquetTable>, _> = files.into_iter().map(ParquetTable::read).collect();
                tables.push(typed::of_parquet(&name, &read?));
            }
            #[cfg(not(feature = "engine"))]
            DataKind::Parquet => {
                let why = "this program has no engine, and reads no Parquet: write the entity with `format: parquet`";
                let refused = files.into_iter().next().map(|file| file.unreadable(why.to_owned()));
                refused.map_or(Ok(()), Err)?;
            }
            DataKind::Json => {
                let read = |file: &DataFile| EventFile::read(file, file.unpacked()?);
                let read: Result<Vec<EventFile>, _> = files.into_iter().map(read).collect();
                tables.extend(events::tables(&name, &read?));
            }
        }
    }
    tell_apart(&mut tables);
    Ok(tables)
}

/// Gives tables names that differ from each other and from those of generated tables.
fn tell_apart(tables: &mut [DataTable]) {
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let all: BTreeSet<String> = tables.iter().map(|table| table.name.clone()).collect();
    for table in tables {
        let is_generated = |name: &str| {
            name.rsplit_once('_').is_some_and(|(stem, last)| ENDINGS.contains(&last) && all.contains(stem))
        };
        let base = table.name.clone();
        let others = [format!("{base}_json"), format!("{base}_files")];
        let mut tries =
            std::iter::once(base.clone()).chain(others).chain((2..).map(|number| format!("{base}_files_{number}")));
        let is_free = |name: &String| {
            let is_other = *name != base && all.contains(name);
            !taken.contains(name) && !is_other && !is_generated(name)
        };
        if let Some(name) = tries.find(is_free) {
            taken.insert(name.clone());
            table.name = name;
        }
    }
}
