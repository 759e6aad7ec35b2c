//! CSV files as rows of text, each with where it came from.
//!
//! Columns are found by the names of each file's header, whose order is free. What has no column is rescued, never lost:
//! fields of unknown columns, fields beyond the header (`_c<position>`), values that are not of their column's type. A
//! short line is filled with NULL; an empty field is NULL. A file that is not UTF-8 is an error: a replacement character
//! in a key would be a silent loss.

use std::sync::Arc;

use csv::{ReaderBuilder, StringRecord};
use datafusion::arrow::array::{
    Array, ArrayRef, Int64Array, RecordBatch, StringArray, StructArray, TimestampMicrosecondArray,
};
use datafusion::arrow::datatypes::{DataType, Field, Fields, Schema, SchemaRef};
use serde_json::{Map, Value};

use super::super::spark::{Fault, METADATA, convert, timestamp};
use super::DeliveredFile;
use super::options::Options;

/// Columns as declared, the rescued column, and the column that describes a row's file.
pub(super) fn schema(options: &Options) -> SchemaRef {
    let mut fields: Vec<Field> = options.fields.iter().map(|f| lower(f, f.data_type().clone())).collect();
    fields.extend(options.rescued.as_ref().map(|name| Field::new(name.to_lowercase(), DataType::Utf8, true)));
    fields.push(Field::new(METADATA, DataType::Struct(metadata_fields()), true));
    Arc::new(Schema::new(fields))
}

fn lower(field: &Field, ty: DataType) -> Field {
    Field::new(field.name().to_lowercase(), ty, true)
}

fn metadata_fields() -> Fields {
    Fields::from(vec![
        Field::new("file_path", DataType::Utf8, true),
        Field::new("file_name", DataType::Utf8, true),
        Field::new("file_size", DataType::Int64, true),
        Field::new("file_block_start", DataType::Int64, true),
        Field::new("file_block_length", DataType::Int64, true),
        Field::new("file_modification_time", timestamp(), true),
    ])
}

/// The rows of one file.
///
/// # Errors
/// When it is not UTF-8, or spans lines where the options do not allow it.
pub(super) fn read(file: &DeliveredFile, options: &Options, schema: &SchemaRef) -> Result<RecordBatch, Fault> {
    let text = decoded(file)?;
    let mut rows = Rows::new(options);
    let mut header: Option<Vec<Option<usize>>> = None;
    let mut names: Vec<String> = vec![];
    let mut reader = ReaderBuilder::new();
    reader.has_headers(false).flexible(true).delimiter(options.separator).quote(options.quote);
    if options.escape == options.quote {
        reader.double_quote(true);
    } else {
        reader.double_quote(false).escape(Some(options.escape));
    }
    for record in reader.from_reader(text.as_bytes()).records() {
        let record = record.map_err(|e| Fault::Landing(format!("`{}` cannot be read: {e}", file.path)))?;
        if !options.multi_line && record.iter().any(|field| field.contains(['\n', '\r'])) {
            let line = record.position().map_or(0, csv::Position::line);
            let message = format!("`{}`: a field on line {line} spans lines; `multiLine => true` reads it", file.path);
            return Err(Fault::Landing(message));
        }
        match &header {
            None if options.header => {
                names = record.iter().map(str::to_owned).collect();
                header = Some(places(&record, options));
            }
            None => {
                let places: Vec<_> = (0..options.fields.len()).map(Some).collect();
                rows.add(&record, &places, &names);
                header = Some(places);
            }
            Some(places) => rows.add(&record, places, &names),
        }
    }
    rows.finish(file, options, schema)
}

fn decoded(file: &DeliveredFile) -> Result<&str, Fault> {
    let text = std::str::from_utf8(&file.bytes).map_err(|e| {
        let valid = file.bytes.get(..e.valid_up_to()).unwrap_or_default();
        let line = valid.iter().filter(|byte| **byte == b'\n').count() + 1;
        Fault::Landing(format!("`{}` is not UTF-8: see line {line}", file.path))
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// For each position of the header the column it fills. Without a rescued column positions count, not names.
fn places(header: &StringRecord, options: &Options) -> Vec<Option<usize>> {
    let by_name = |name: &str| options.fields.iter().position(|field| field.name() == name);
    match &options.rescued {
        Some(_) => header.iter().map(by_name).collect(),
        None => (0..options.fields.len()).map(Some).collect(),
    }
}

/// Rows under construction, column by column.
struct Rows {
    columns: Vec<Vec<Option<String>>>,
    rescued: Vec<Map<String, Value>>,
}

impl Rows {
    fn new(options: &Options) -> Self {
        Rows { columns: vec![vec![]; options.fields.len()], rescued: vec![] }
    }

    fn add(&mut self, record: &StringRecord, places: &[Option<usize>], names: &[String]) {
        let mut rescued = Map::new();
        let mut values: Vec<Option<String>> = vec![None; self.columns.len()];
        for (position, value) in record.iter().enumerate().filter(|(_, value)| !value.is_empty()) {
            match places.get(position).copied().flatten().and_then(|place| values.get_mut(place)) {
                Some(slot) => *slot = Some(value.to_owned()),
                None => {
                    let name = names.get(position).cloned().unwrap_or_else(|| format!("_c{position}"));
                    rescued.insert(name, Value::from(value));
                }
            }
        }
        for (column, value) in self.columns.iter_mut().zip(values) {
            column.push(value);
        }
        self.rescued.push(rescued);
    }

    fn finish(mut self, file: &DeliveredFile, options: &Options, schema: &SchemaRef) -> Result<RecordBatch, Fault> {
        let mut columns: Vec<ArrayRef> = vec![];
        for (field, texts) in options.fields.iter().zip(std::mem::take(&mut self.columns)) {
            let texts: ArrayRef = Arc::new(texts.into_iter().collect::<StringArray>());
            let typed = convert(&texts, field.data_type(), true)?;
            self.rescue_untyped(field.name(), &texts, &typed)?;
            columns.push(typed);
        }
        let count = self.rescued.len();
        if options.rescued.is_some() {
            let json = |mut rescued: Map<String, Value>| {
                if rescued.is_empty() {
                    return None;
                }
                rescued.insert("_file_path".to_owned(), Value::from(file.path.as_str()));
                Some(Value::Object(rescued).to_string())
            };
            columns.push(Arc::new(self.rescued.into_iter().map(json).collect::<StringArray>()));
        }
        columns.push(Arc::new(metadata(file, count)));
        RecordBatch::try_new(Arc::clone(schema), columns).map_err(|e| Fault::failed(e.to_string()))
    }

    /// A text that is not of its column's type goes to the rescued data.
    fn rescue_untyped(&mut self, name: &str, texts: &ArrayRef, typed: &ArrayRef) -> Result<(), Fault> {
        if texts.null_count() == typed.null_count() {
            return Ok(());
        }
        let shown = datafusion::arrow::array::AsArray::as_string::<i32>(texts);
        for (row, rescued) in self.rescued.iter_mut().enumerate() {
            if typed.is_null(row) && shown.is_valid(row) {
                rescued.insert(name.to_owned(), Value::from(shown.value(row)));
            }
        }
        Ok(())
    }
}

fn metadata(file: &DeliveredFile, rows: usize) -> StructArray {
    let size = i64::try_from(file.bytes.len()).unwrap_or(i64::MAX);
    let texts = |text: &str| -> ArrayRef { Arc::new(StringArray::from(vec![text; rows])) };
    let numbers = |number: i64| -> ArrayRef { Arc::new(Int64Array::from(vec![number; rows])) };
    let time = TimestampMicrosecondArray::from(vec![file.modified; rows]).with_timezone("UTC");
    let columns = vec![
        texts(&file.path),
        texts(&file.name),
        numbers(size),
        numbers(0),
        numbers(size),
        Arc::new(time) as ArrayRef,
    ];
    StructArray::new(metadata_fields(), columns, None)
}

#[cfg(test)]
mod tests {
    use super::super::options::Options;
    use super::*;
    use crate::lakeflow::parse_expr;
    use sqlparser::ast::{Expr, FunctionArguments};

    fn rows(bytes: &[u8], more: &str) -> Result<Vec<Vec<Option<String>>>, Fault> {
        let call = "read_files('x', format => 'csv', schema => 'id STRING, name STRING', header => true, \
                    escape => '\"', multiLine => true";
        let Ok(Expr::Function(call)) = parse_expr(&format!("{call}{more})")) else {
            return Err(Fault::failed("the call does not parse"));
        };
        let FunctionArguments::List(list) = call.args else { return Err(Fault::failed("a call without arguments")) };
        let options = Options::parse(&list.args)?;
        let file = DeliveredFile { path: "p/f.csv".into(), name: "f.csv".into(), modified: 0, bytes: bytes.to_vec() };
        let batch = read(&file, &options, &schema(&options))?;
        let columns: Vec<_> = batch.columns().iter().take(batch.num_columns() - 1).cloned().collect();
        let text = |column: &ArrayRef, row: usize| {
            let column = datafusion::arrow::array::AsArray::as_string::<i32>(column);
            column.is_valid(row).then(|| column.value(row).to_owned())
        };
        Ok((0..batch.num_rows()).map(|row| columns.iter().map(|c| text(c, row)).collect()).collect())
    }

    fn some(texts: &[&str]) -> Vec<Option<String>> {
        texts.iter().map(|t| Some((*t).to_owned()).filter(|t| !t.is_empty())).collect()
    }

    const RESCUE: &str = ", rescuedDataColumn => '_rescued_data'";

    #[test]
    fn columns_are_found_by_name_and_nothing_is_lost() {
        let text = "name,extra,id\r\nAnn,x,1,y\r\nBob\r\n\r\n\"C \"\"q\"\"\nD\",,3\r\n";
        let expected = vec![
            some(&["1", "Ann", r#"{"extra":"x","_c3":"y","_file_path":"p/f.csv"}"#]),
            some(&["", "Bob", ""]),
            some(&["3", "C \"q\"\nD", ""]),
        ];
        assert_eq!(rows(text.as_bytes(), RESCUE), Ok(expected));
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_header() {
        assert_eq!(rows("\u{feff}id,name\n1,Ann\n".as_bytes(), RESCUE), Ok(vec![some(&["1", "Ann", ""])]));
    }

    #[test]
    fn names_of_the_header_count_in_their_letter_case() {
        let expected = vec![some(&["1", "", r#"{"Name":"Ann","_file_path":"p/f.csv"}"#])];
        assert_eq!(rows(b"id,Name\n1,Ann\n", RESCUE), Ok(expected));
    }

    #[test]
    fn files_without_lines_have_no_rows() {
        for text in ["", "\n\n", "id,name\n", "id,name"] {
            assert_eq!(rows(text.as_bytes(), RESCUE), Ok(vec![]), "{text:?}");
        }
    }

    #[test]
    fn without_a_rescued_column_positions_count() {
        assert_eq!(rows(b"whatever,else\n1,Ann\n", ""), Ok(vec![some(&["1", "Ann"])]));
    }

    #[test]
    fn a_file_that_is_not_utf8_names_the_line() {
        let fault = rows(b"id,name\n1,Ann\n2,\xff\n", RESCUE).map_err(|fault| fault.to_string());
        assert_eq!(fault, Err("`p/f.csv` is not UTF-8: see line 3".to_owned()));
    }

    #[test]
    fn options_that_would_change_rows_are_refused() {
        for option in [", mode => 'FAILFAST'", ", comment => '#'", ", encoding => 'latin1'"] {
            assert!(matches!(rows(b"", option), Err(Fault::Refused(_))), "{option}");
        }
    }
}
