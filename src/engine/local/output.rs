//! Rows as text: cells for a table, CSV, JSON. Decimals keep all digits, dates are ISO, NULL is told from an empty text.

use std::fmt::Write as _;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use datafusion::arrow::datatypes::{DataType, SchemaRef};
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};

use super::table::Table;

/// The rows that a query returns, with the names of their columns.
pub struct QueryRows {
    table: Table,
}

impl QueryRows {
    pub(super) fn new(schema: &SchemaRef, batches: &[RecordBatch]) -> Result<QueryRows, ArrowError> {
        Ok(QueryRows { table: Table::of(schema, batches)? })
    }

    /// Names of the columns as the query writes them, in order; two may be equal.
    pub fn columns(&self) -> Vec<String> {
        self.table.batch.schema().fields().iter().map(|f| f.name().clone()).collect()
    }

    /// Whether each column holds numbers.
    pub fn numeric(&self) -> Vec<bool> {
        self.table.batch.schema().fields().iter().map(|f| f.data_type().is_numeric()).collect()
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.table.rows()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn cells(&self, row: usize) -> impl Iterator<Item = (&ArrayRef, usize)> {
        self.table.batch.columns().iter().map(move |column| (column, row))
    }
}

/// Cells for a table, NULL as `NULL`.
pub fn text_cells(rows: &QueryRows) -> Vec<Vec<String>> {
    let cell = |(column, row): (&ArrayRef, usize)| plain(column, row).unwrap_or_else(|| "NULL".to_owned());
    (0..rows.len()).map(|row| rows.cells(row).map(cell).collect()).collect()
}

/// CSV with a header. NULL is an empty field, and an empty text a quoted one.
pub fn csv_text(rows: &QueryRows) -> String {
    let mut out = line(rows.columns().into_iter().map(Some));
    for row in 0..rows.len() {
        out.push_str(&line(rows.cells(row).map(|(column, row)| plain(column, row))));
    }
    out
}

fn line(fields: impl Iterator<Item = Option<String>>) -> String {
    let quoted = |field: Option<String>| match field {
        None => String::new(),
        Some(text) if text.is_empty() || text.contains(['"', ',', '\n', '\r']) => {
            format!("\"{}\"", text.replace('"', "\"\""))
        }
        Some(text) => text,
    };
    format!("{}\n", fields.map(quoted).collect::<Vec<_>>().join(","))
}

/// A JSON array of objects, one line each.
pub fn json_text(rows: &QueryRows) -> String {
    let names: Vec<String> = rows.columns().iter().map(|n| json_string(n)).collect();
    let mut out = String::from("[");
    for row in 0..rows.len() {
        out.push_str(if row == 0 { "\n{" } else { ",\n{" });
        for (index, ((column, row), name)) in rows.cells(row).zip(&names).enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            let _ = write!(out, "{comma}{name}: {}", json(column, row));
        }
        out.push('}');
    }
    out.push_str(if rows.is_empty() { "]\n" } else { "\n]\n" });
    out
}

/// A value as text; `None` for NULL. Lists and structs are JSON.
fn plain(column: &ArrayRef, row: usize) -> Option<String> {
    if column.is_null(row) {
        return None;
    }
    match column.data_type() {
        DataType::List(_) | DataType::Struct(_) | DataType::Map(..) => Some(json(column, row)),
        DataType::Utf8 => Some(column.as_string::<i32>().value(row).to_owned()),
        _ => Some(shown(column, row)),
    }
}

fn json(column: &ArrayRef, row: usize) -> String {
    if column.is_null(row) {
        return "null".to_owned();
    }
    match column.data_type() {
        DataType::Utf8 => json_string(column.as_string::<i32>().value(row)),
        DataType::List(_) => {
            let values = column.as_list::<i32>().value(row);
            let items: Vec<String> = (0..values.len()).map(|i| json(&values, i)).collect();
            format!("[{}]", items.join(", "))
        }
        DataType::Struct(fields) => {
            let values = column.as_struct();
            let items = fields.iter().zip(values.columns());
            let items: Vec<String> =
                items.map(|(f, c)| format!("{}: {}", json_string(f.name()), json(c, row))).collect();
            format!("{{{}}}", items.join(", "))
        }
        DataType::Map(..) => {
            let map = column.as_map();
            let entries = map.value(row);
            let (keys, values) = (entries.column(0), entries.column(1));
            let item = |i| format!("{}: {}", json_string(&plain(keys, i).unwrap_or_default()), json(values, i));
            format!("{{{}}}", (0..entries.len()).map(item).collect::<Vec<_>>().join(", "))
        }
        DataType::Boolean => shown(column, row),
        ty if ty.is_numeric() => {
            let text = shown(column, row);
            // What JSON has no number for.
            if text.ends_with(|c: char| c.is_ascii_digit()) { text } else { json_string(&text) }
        }
        _ => json_string(&shown(column, row)),
    }
}

fn json_string(text: &str) -> String {
    serde_json::Value::String(text.to_owned()).to_string()
}

fn shown(column: &ArrayRef, row: usize) -> String {
    let options = FormatOptions::default();
    ArrayFormatter::try_new(column.as_ref(), &options).map(|f| f.value(row).to_string()).unwrap_or_default()
}
