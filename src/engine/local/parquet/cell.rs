//! A value of a Parquet file as JSON text, for what no column takes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::datatypes::DataType;
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use serde_json::Value;

/// The JSON text of a value: numbers as they are, moments and days as texts of ISO 8601, bytes in base 64.
pub fn json(array: &ArrayRef, row: usize) -> String {
    if array.logical_nulls().is_some_and(|nulls| nulls.is_null(row)) {
        return "null".to_owned();
    }
    match array.data_type() {
        DataType::Boolean => shown(array, row),
        DataType::Binary => quoted(&STANDARD.encode(array.as_binary::<i32>().value(row))),
        DataType::LargeBinary => quoted(&STANDARD.encode(array.as_binary::<i64>().value(row))),
        DataType::FixedSizeBinary(_) => quoted(&STANDARD.encode(array.as_fixed_size_binary().value(row))),
        DataType::List(_) => list(&array.as_list::<i32>().value(row)),
        DataType::LargeList(_) => list(&array.as_list::<i64>().value(row)),
        DataType::Struct(fields) => {
            let parts = fields.iter().zip(array.as_struct().columns());
            object(parts.map(|(field, part)| (field.name().clone(), json(part, row))))
        }
        DataType::Map(..) => {
            let entries = array.as_map().value(row);
            let (keys, values) = (entries.column(0), entries.column(1));
            object((0..entries.len()).map(|entry| (shown(keys, entry), json(values, entry))))
        }
        ty if ty.is_numeric() => {
            let text = shown(array, row);
            // JSON has no number for what is none or infinite.
            if text.ends_with(|c: char| c.is_ascii_digit()) { text } else { quoted(&text) }
        }
        _ => quoted(&shown(array, row)),
    }
}

fn list(items: &ArrayRef) -> String {
    let items: Vec<String> = (0..items.len()).map(|item| json(items, item)).collect();
    format!("[{}]", items.join(","))
}

fn object(fields: impl Iterator<Item = (String, String)>) -> String {
    let fields: Vec<String> = fields.map(|(name, value)| format!("{}:{value}", quoted(&name))).collect();
    format!("{{{}}}", fields.join(","))
}

fn quoted(text: &str) -> String {
    Value::String(text.to_owned()).to_string()
}

fn shown(array: &ArrayRef, row: usize) -> String {
    let options = FormatOptions::default();
    ArrayFormatter::try_new(array.as_ref(), &options).map(|f| f.value(row).to_string()).unwrap_or_default()
}
