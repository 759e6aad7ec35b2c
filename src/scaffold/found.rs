//! What was found in the files of one entity, whatever their format.

use std::collections::{BTreeMap, BTreeSet};

use lakeflow::is_same_name;

use super::column::{self, InferredColumn, PlaceInFiles};
use super::names;
use super::table::{CsvTable, MAX_ROWS};
use crate::resolve::is_reserved_header;

/// Values of columns that may hold a key, by the name of the column.
pub type Identifiers = BTreeMap<String, BTreeSet<String>>;

/// Columns and rows of files of one kind.
#[derive(Debug)]
pub struct DataTable {
    /// Name of the entity.
    pub name: String,
    /// Names of the files, without directories.
    pub files: Vec<String>,
    /// Keys of the source beside the pattern of its files, as they are written.
    pub keys: Vec<String>,
    /// Columns, in the order of the files.
    pub columns: Vec<InferredColumn>,
    /// Values of identifiers.
    pub identifiers: Identifiers,
    /// Rows looked at.
    pub rows: usize,
    /// What whoever reads the spec should know, a line each.
    pub remarks: Vec<String>,
}

/// The rows of CSV files as one table.
pub fn of_csv(name: &str, tables: &[CsvTable]) -> DataTable {
    let mut headers: Vec<String> = vec![];
    for header in tables.iter().flat_map(|t| &t.header) {
        // A column without a name can't be declared, nor one that is called like another, or like one that the raw table
        // adds; its values still reach the rescued data of the raw table.
        let is_taken = || headers.iter().any(|other| is_same_name(other, header)) || is_reserved_header(header);
        if !header.is_empty() && !is_taken() {
            headers.push(header.clone());
        }
    }
    let mut columns = vec![];
    let mut identifiers = Identifiers::new();
    for (header, column_name) in headers.iter().zip(&names::column_names(&headers)) {
        let values = values_of(header, tables);
        note_identifier(column_name, &values, &mut identifiers);
        columns.push(column::infer(column_name, PlaceInFiles::header(header, column_name), &values, false));
    }
    let is_windows = tables.iter().any(|table| !table.is_utf8);
    let mut keys = vec![];
    if let Some(table) = tables.first().filter(|t| t.delimiter != ',') {
        keys.push(format!("delimiter: {}", serde_json::Value::from(table.delimiter.to_string())));
    }
    let mut remarks = vec![];
    if is_windows {
        keys.push("encoding: windows-1252".to_owned());
        let is_mixed = tables.iter().any(|t| t.is_utf8 && !t.is_ascii);
        remarks.push(if is_mixed {
            "Some files are UTF-8 and others are not: save all in one encoding, or letters with accents are read wrong."
                .to_owned()
        } else {
            "The files are no UTF-8, so they are read as windows-1252: look at letters with accents.".to_owned()
        });
    }
    if tables.iter().any(|t| t.rows.len() == MAX_ROWS) {
        remarks.push(format!("Only the first {MAX_ROWS} rows of each file were looked at."));
    }
    DataTable {
        name: name.to_owned(),
        files: tables.iter().map(|t| t.file.clone()).collect(),
        keys,
        columns,
        identifiers,
        rows: tables.iter().map(|t| t.rows.len()).sum(),
        remarks,
    }
}

/// Keeps the values of a column that may hold a key.
pub fn note_identifier(column: &str, values: &[&str], identifiers: &mut Identifiers) {
    if column::is_identifier(column) {
        let distinct = values.iter().filter(|v| !v.is_empty()).map(|v| (*v).to_owned()).collect();
        identifiers.insert(column.to_owned(), distinct);
    }
}

/// All values of a column, empty where a file lacks it.
fn values_of<'a>(header: &str, tables: &'a [CsvTable]) -> Vec<&'a str> {
    let of_table = |table: &'a CsvTable| {
        let position = table.header.iter().position(|h| h == header);
        table.rows.iter().map(move |row| position.and_then(|p| row.get(p)).map_or("", String::as_str))
    };
    tables.iter().flat_map(of_table).collect()
}
