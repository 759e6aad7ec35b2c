//! Parquet files as tables: columns whose types the files say themselves. Only a program with the engine reads them.

use lakeflow::is_same_name;
use lakeflow::types::DataType;

use super::column::{self, PlaceInFiles};
use super::fields::path_text;
use super::file::DataFile;
use super::found::{DataTable, Identifiers, note_identifier};
use super::table::MAX_ROWS;
use super::{ScaffoldError, names};
use crate::engine::local::{FileColumn, parquet_columns};
use crate::resolve::is_reserved_header;

/// Columns and rows of one file.
#[derive(Debug)]
pub struct ParquetTable {
    file: String,
    columns: Vec<FileColumn>,
    rows: usize,
}

impl ParquetTable {
    /// Reads a file.
    ///
    /// # Errors
    /// A file that is damaged, or no Parquet.
    pub fn read(file: &DataFile) -> Result<ParquetTable, ScaffoldError> {
        let (columns, rows) = parquet_columns(&file.bytes, MAX_ROWS).map_err(|why| file.unreadable(why))?;
        Ok(ParquetTable { file: file.name.clone(), columns, rows })
    }

    fn column(&self, name: &str) -> Option<&FileColumn> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// The rows of Parquet files as one table.
pub fn of_parquet(name: &str, tables: &[ParquetTable]) -> DataTable {
    let mut found: Vec<(&str, &DataType)> = vec![];
    let mut left: Vec<String> = vec![];
    for column in tables.iter().flat_map(|table| &table.columns) {
        let is_known = |name: &str| is_same_name(name, &column.name);
        if found.iter().any(|(name, _)| is_known(name)) {
            continue;
        }
        let is_declarable = !is_reserved_header(&column.name) && !column.name.contains(['\'', '"', '\\', '`']);
        match &column.ty {
            Some(ty) if is_declarable && !column.name.trim().is_empty() => found.push((&column.name, ty)),
            _ => {
                let text = format!("`{}` ({})", column.name, column.shown);
                if !left.contains(&text) {
                    left.push(text);
                }
            }
        }
    }
    let headers: Vec<String> = found.iter().map(|(name, _)| (*name).to_owned()).collect();
    let (mut columns, mut identifiers) = (vec![], Identifiers::new());
    for ((header, ty), own) in found.iter().zip(&names::column_names(&headers)) {
        let values = values_of(header, tables);
        note_identifier(own, &values, &mut identifiers);
        let origin = PlaceInFiles::from(&path_text(&[(*header).to_owned()]), own);
        let doubt = other_types(header, ty, tables);
        columns.push(column::infer(own, origin, &values, false).of_type((*ty).clone(), doubt));
    }
    let mut remarks = vec![];
    if !left.is_empty() {
        remarks.push(format!(
            "Kept in the raw table only, because no column can have the type or the name: {}.",
            left.join(", ")
        ));
    }
    if tables.iter().any(|table| table.rows == MAX_ROWS) {
        remarks.push(format!("Only the first {MAX_ROWS} rows of each file were looked at."));
    }
    DataTable {
        name: name.to_owned(),
        files: tables.iter().map(|table| table.file.clone()).collect(),
        keys: vec!["format: parquet".to_owned()],
        columns,
        identifiers,
        rows: tables.iter().map(|table| table.rows).sum(),
        remarks,
    }
}

/// What is to be said of a column that other files have in another type.
fn other_types(header: &str, ty: &DataType, tables: &[ParquetTable]) -> Option<String> {
    let other = |table: &&ParquetTable| table.column(header).is_some_and(|column| column.ty.as_ref() != Some(ty));
    let other = tables.iter().find(other)?;
    let shown = other.column(header).map_or("", |column| column.shown.as_str());
    Some(format!("{shown} in {}", other.file))
}

/// All values of a column, empty where a file lacks it or has another type that no column can have.
fn values_of<'a>(header: &str, tables: &'a [ParquetTable]) -> Vec<&'a str> {
    let of_table = |table: &'a ParquetTable| {
        let column = table.column(header);
        (0..table.rows).map(move |row| column.and_then(|column| column.texts.get(row)).map_or("", String::as_str))
    };
    tables.iter().flat_map(of_table).collect()
}
