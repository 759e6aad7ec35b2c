//! Rows as text: cells for a table on a terminal, CSV, JSON.

use datafusion::arrow::array::{Array, ArrayRef, RecordBatch};
use serde_json::{Map, Value};

use super::query::Answer;
use super::spark::{Fault, json, texts};

/// Every row as texts, as CAST to STRING writes them; `None` for NULL.
///
/// # Errors
/// When a type has no text.
pub fn to_texts(answer: &Answer) -> Result<Vec<Vec<Option<String>>>, Fault> {
    let mut rows = vec![];
    for batch in &answer.batches {
        let columns = batch.columns().iter().map(shown).collect::<Result<Vec<_>, _>>()?;
        rows.extend((0..batch.num_rows()).map(|row| columns.iter().map(|c| c.get(row).cloned().flatten()).collect()));
    }
    Ok(rows)
}

/// CSV with a header by RFC 4180: NULL is an empty field, an empty text is `""`; arrays and structs are JSON.
///
/// # Errors
/// When a type has no text.
pub fn to_csv(answer: &Answer) -> Result<String, Fault> {
    let header: Vec<_> = answer.schema.fields().iter().map(|f| quoted(f.name())).collect();
    let mut text = header.join(",") + "\n";
    for row in to_texts(answer)? {
        let fields: Vec<_> = row.iter().map(|cell| cell.as_deref().map(quoted).unwrap_or_default()).collect();
        text.push_str(&fields.join(","));
        text.push('\n');
    }
    Ok(text)
}

/// A JSON array of one object a row: NULL is `null`, dates and timestamps are ISO 8601 texts, decimals with a fraction
/// and integers beyond 64 bits are texts, which keep every digit.
///
/// # Errors
/// When a type has no form in JSON.
pub fn to_json(answer: &Answer) -> Result<String, Fault> {
    let mut rows = vec![];
    for batch in &answer.batches {
        for row in 0..batch.num_rows() {
            rows.push(object(batch, row)?);
        }
    }
    serde_json::to_string_pretty(&Value::Array(rows)).map_err(|e| Fault::failed(e.to_string()))
}

fn object(batch: &RecordBatch, row: usize) -> Result<Value, Fault> {
    let mut object = Map::new();
    for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
        object.insert(field.name().clone(), json(column, row)?);
    }
    Ok(Value::Object(object))
}

fn shown(column: &ArrayRef) -> Result<Vec<Option<String>>, Fault> {
    if column.data_type().is_nested() {
        let cell = |row: usize| Ok(if column.is_null(row) { None } else { Some(json(column, row)?.to_string()) });
        return (0..column.len()).map(cell).collect();
    }
    Ok(texts(column)?.iter().map(|cell| cell.map(str::to_owned)).collect())
}

fn quoted(text: &str) -> String {
    let plain = !text.is_empty() && !text.contains([',', '"', '\n', '\r']);
    if plain { text.to_owned() } else { format!("\"{}\"", text.replace('"', "\"\"")) }
}
