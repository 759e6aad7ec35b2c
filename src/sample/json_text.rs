//! Files of JSON: records of fields, values inside of fields, and what is wrong with them.

use serde_json::{Map, Value};

use super::csv_text;
use super::delivery::{Delivery, FileShape};
use super::values::Values;
use crate::model::{EntityColumn, JsonForm};

/// The bytes of a delivery.
pub fn bytes(values: &Values<'_>, delivery: &Delivery, form: JsonForm) -> Vec<u8> {
    if delivery.shape == FileShape::Empty {
        return vec![];
    }
    let rows = delivery.rows.iter().enumerate().filter(|(_, row)| !row.is_empty());
    let mut records: Vec<String> = rows.map(|(number, row)| record(values, delivery.shape, number, row)).collect();
    if delivery.shape == FileShape::Broken && !form.multi_line {
        records.push("{\"half a record\": ".to_owned());
    }
    let (end, mark) = if delivery.shape == FileShape::Windows { ("\r\n", "\u{feff}") } else { ("\n", "") };
    let text = match form.multi_line {
        true => format!("{mark}[{end}{}{end}]{end}", records.join(&format!(",{end}"))),
        false => std::iter::once(mark.to_owned()).chain(records.into_iter().map(|record| record + end)).collect(),
    };
    text.into_bytes()
}

/// A row as a record. A field of a broken file has another name; a short row lacks fields.
fn record(values: &Values<'_>, shape: FileShape, number: usize, row: &[String]) -> String {
    let mut fields = Map::new();
    let columns = values.columns().zip(row).enumerate();
    for (index, ((id, column), text)) in columns {
        // What is around other columns is made of them.
        let is_inside = |other: &EntityColumn| {
            other.header == column.header
                && other.path.len() > column.path.len()
                && other.path.starts_with(&column.path)
        };
        if values.columns().any(|(_, other)| is_inside(other)) {
            continue;
        }
        let text = csv_text::written_field(column, number + index, text);
        if text.is_empty() && number.is_multiple_of(2) {
            continue;
        }
        let name = csv_text::header(values, shape, id, column);
        put(&mut fields, &name, &column.path, value(column, &text, number));
    }
    if shape == FileShape::Extra {
        fields.insert("exported_by".to_owned(), Value::String(format!("clerk {}", number % 7)));
    }
    Value::Object(fields).to_string()
}

/// Puts a value where its path leads; objects on the way are made.
fn put(fields: &mut Map<String, Value>, name: &str, path: &[String], value: Value) {
    let Some((next, rest)) = path.split_first() else {
        fields.entry(name).or_insert(value);
        return;
    };
    let inner = fields.entry(name).or_insert_with(|| Value::Object(Map::new()));
    if let Value::Object(inner) = inner {
        put(inner, next, rest, value);
    }
}

/// A text as a value of JSON: a number or truth value where it is one, in half of the records.
fn value(column: &EntityColumn, text: &str, number: usize) -> Value {
    if text.is_empty() {
        return Value::Null;
    }
    let may_be_bare = column.ty.is_numeric() || column.ty == lakeflow::types::DataType::Boolean;
    let is_bare = may_be_bare && column.reading.form.is_none() && number.is_multiple_of(2);
    let bare = serde_json::from_str::<Value>(text).ok().filter(|bare| {
        let shown = bare.to_string();
        is_bare && shown == text && (bare.is_number() || bare.is_boolean())
    });
    bare.unwrap_or_else(|| Value::String(text.to_owned()))
}
