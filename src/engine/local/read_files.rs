//! `read_files` for CSV, JSON and text: every field as text, columns by name, everything else rescued (lakeflow-sql.md, "Reading
//! files"). Parquet has types ([`super::parquet`]).

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, Int64Array, RecordBatch, StringArray, StructArray, TimestampMicrosecondArray,
};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use lakeflow::types::{self, DataType as SqlType};
use serde_json::{Map, Value};

use super::header::{CsvHeader, FieldNotes, LandingNote};

use super::RunFault;
use super::csv::{self, CsvFormat, CsvRecord};
use super::decode;
use super::landing::{self, LandedFile};
use super::parquet;
use super::table::Table;
use crate::json::{self, JsonRecord};
use crate::model::lines;

/// What a call of `read_files` asks for.
#[derive(Debug, Clone, Default)]
pub struct ReadFiles {
    /// Files, relative to the landing directory or absolute.
    pub path: String,
    /// `format`: `csv`, `json`, `parquet` or `text`.
    pub format: String,
    /// `schema`: names and types of the columns, as written.
    pub schema: String,
    /// `sep` or `delimiter`.
    pub delimiter: Option<String>,
    /// `header`: whether the first line names the columns.
    pub header: bool,
    /// `quote`: around fields that hold delimiters; `None` for a quotation mark.
    pub quote: Option<String>,
    /// `escape`; the quotation mark means that quotes are doubled.
    pub escape: Option<String>,
    /// `comment`: at the beginning of lines that are not read.
    pub comment: Option<String>,
    /// `skipRows`: lines before the header.
    pub skip_rows: usize,
    /// `encoding`: as written; `None` for UTF-8.
    pub encoding: Option<String>,
    /// `wholeText`: a file is one text, not one a line.
    pub whole_text: bool,
    /// `multiLine`: quoted fields may span lines.
    pub multi_line: bool,
    /// `rescuedDataColumn`: the column for fields that no column takes.
    pub rescued: Option<String>,
    /// `columnNameOfCorruptRecord`: the column of what is no record.
    pub corrupt: Option<String>,
    /// How many of the two options are off by which JSON may hold more than the standard allows.
    pub is_strict: usize,
}

/// Reads all files of a call, with `_metadata` as the last column, and tells what in their headers no column takes.
pub fn read(call: &ReadFiles, landing: &Path) -> Result<(Table, Vec<LandingNote>), RunFault> {
    let unsupported = |what: String| RunFault::Unsupported { dataset: "read_files".into(), what };
    let format = match call.format.to_lowercase().as_str() {
        "csv" => ReadFormat::Csv,
        "text" => ReadFormat::Text,
        "parquet" => ReadFormat::Parquet,
        "json" if call.is_strict == 2 && call.encoding.is_none() => ReadFormat::Json,
        "json" => {
            let what = "`read_files` of JSON with `encoding`, or without `allowSingleQuotes => false` and \
                        `allowNonNumericNumbers => false`";
            return Err(unsupported(what.into()));
        }
        _ => return Err(unsupported("`read_files` of anything but CSV, JSON, Parquet and text".into())),
    };
    let columns = types::parse_columns(&call.schema).map_err(|e| unsupported(format!("the schema: {}", e.message)))?;
    let (root, pattern) = match call.path.split_once("${landing}/") {
        Some(("", rest)) => (landing.to_owned(), rest.to_owned()),
        _ => split(&call.path),
    };
    if matches!(format, ReadFormat::Parquet) {
        return parquet::read(&columns, call.rescued.as_deref(), &landing::files(&root, &pattern)?);
    }
    if let Some(typed) = columns.iter().find(|c| c.ty != SqlType::String) {
        return Err(unsupported(format!("`read_files` with a column of type {}: read text and cast it", typed.ty)));
    }
    let names: Vec<String> = columns.into_iter().map(|c| c.name).collect();
    let mut lines = ColumnLines::new(names, call.rescued.is_some());
    for file in landing::files(&root, &pattern)? {
        match format {
            ReadFormat::Csv => lines.read(call, &file)?,
            ReadFormat::Json => lines.read_json(call, &file)?,
            ReadFormat::Text | ReadFormat::Parquet => lines.read_text(call, &file)?,
        }
    }
    let notes = std::mem::take(&mut lines.notes);
    let table = lines.into_table(call.rescued.as_deref()).map_err(|e| RunFault::failed("read_files", e))?;
    Ok((table, notes))
}

/// What is in the files.
#[derive(Clone, Copy)]
enum ReadFormat {
    Csv,
    Json,
    Parquet,
    Text,
}

/// A path as the directory that holds no wildcard, and the pattern below it.
fn split(path: &str) -> (std::path::PathBuf, String) {
    let wild = path.find(['*', '?', '[', '{']).unwrap_or(path.len());
    match path[..wild].rfind('/') {
        Some(slash) => (path[..slash.max(1)].into(), path[slash + 1..].to_owned()),
        None => (".".into(), path.to_owned()),
    }
}

impl ReadFiles {
    /// The records of a CSV text, the header among them.
    fn records(&self, text: &str) -> Result<Vec<CsvRecord>, String> {
        let character = |text: &Option<String>| text.as_deref().and_then(|text| text.chars().next());
        let format = CsvFormat {
            delimiter: character(&self.delimiter).unwrap_or(','),
            quote: character(&self.quote).unwrap_or('"'),
            escape: character(&self.escape).unwrap_or('\\'),
            comment: character(&self.comment),
        };
        let text = csv::without_lines(text, self.skip_rows);
        if self.multi_line { csv::records(text, format) } else { csv::records_of_lines(text, format) }
    }
}

/// Where a row comes from.
#[derive(Clone)]
pub struct RowOrigin {
    path: Arc<str>,
    name: Arc<str>,
    size: i64,
    modified: i64,
}

impl RowOrigin {
    /// A row of this file.
    pub fn of(file: &LandedFile) -> RowOrigin {
        RowOrigin {
            path: Arc::from(file.path.to_string_lossy().as_ref()),
            name: Arc::from(file.name.as_str()),
            size: i64::try_from(file.bytes.len()).unwrap_or(i64::MAX),
            modified: file.modified,
        }
    }
}

/// Lines of all files, column by column.
struct ColumnLines {
    names: Vec<String>,
    columns: Vec<Vec<Option<String>>>,
    rescues: bool,
    rescued: Vec<Option<String>>,
    files: Vec<RowOrigin>,
    notes: Vec<LandingNote>,
}

impl ColumnLines {
    fn new(names: Vec<String>, rescues: bool) -> Self {
        let columns = vec![vec![]; names.len()];
        ColumnLines { names, columns, rescues, rescued: vec![], files: vec![], notes: vec![] }
    }

    fn read(&mut self, call: &ReadFiles, file: &LandedFile) -> Result<(), RunFault> {
        let text = decode::text_of(file, call.encoding.as_deref())?;
        let origin = RowOrigin::of(file);
        let mut header = (!call.header).then(|| CsvHeader::none(&self.names));
        for record in call.records(&text).map_err(|why| RunFault::landing(&file.path, why))? {
            match &mut header {
                None => header = Some(CsvHeader::of(record.fields, &self.names)),
                Some(header) => {
                    self.push(header, &record, &origin.path);
                    self.files.push(origin.clone());
                }
            }
        }
        self.notes.extend(header.and_then(|header| header.note(&file.path, &self.names)));
        Ok(())
    }

    /// Fields of records by name, in this letter case; of two of one name the last, as Spark has it. What no column is
    /// declared for is rescued, and what is no record goes to the column for such.
    fn read_json(&mut self, call: &ReadFiles, file: &LandedFile) -> Result<(), RunFault> {
        let text = decode::text_of(file, None)?;
        let origin = RowOrigin::of(file);
        let corrupt = call.corrupt.as_ref().and_then(|name| self.names.iter().position(|n| n == name));
        let mut unknown = FieldNotes::default();
        for record in json::records(&text, call.multi_line).map_err(|why| RunFault::landing(&file.path, why))? {
            let mut values: Vec<Option<String>> = vec![None; self.names.len()];
            let mut rest = BTreeMap::new();
            match record {
                JsonRecord::Malformed(text) => {
                    if let Some(value) = corrupt.and_then(|place| values.get_mut(place)) {
                        *value = Some(text.to_owned());
                    }
                }
                JsonRecord::Fields(fields) => {
                    for (name, node) in fields {
                        let place = self.names.iter().position(|n| *n == name).filter(|place| Some(*place) != corrupt);
                        match place.and_then(|place| values.get_mut(place)) {
                            Some(value) => *value = node.column_text(),
                            None if node.column_text().is_none() => {}
                            None => drop(rest.insert(name, node.raw.to_owned())),
                        }
                    }
                }
            }
            unknown.add(rest.keys());
            self.push_row(values, rest, &origin);
        }
        self.notes.extend(unknown.note(&file.path, &self.names));
        Ok(())
    }

    fn push_row(&mut self, values: Vec<Option<String>>, rest: BTreeMap<String, String>, origin: &RowOrigin) {
        for (column, value) in self.columns.iter_mut().zip(values) {
            column.push(value);
        }
        if self.rescues {
            self.rescued.push((!rest.is_empty()).then(|| rescued_text(rest, origin)));
        }
        self.files.push(origin.clone());
    }

    /// Lines as they are, or all of them in one text.
    fn read_text(&mut self, call: &ReadFiles, file: &LandedFile) -> Result<(), RunFault> {
        let bytes = decode::unpacked(file)?;
        let text = String::from_utf8_lossy(&bytes);
        // Spark takes a mark of the byte order off lines, and leaves it in a whole text.
        let text = if call.whole_text { text.as_ref() } else { text.trim_start_matches('\u{feff}') };
        let origin = RowOrigin::of(file);
        let lines: Vec<&str> = if call.whole_text { vec![text] } else { lines(text).collect() };
        for line in lines {
            for (index, column) in self.columns.iter_mut().enumerate() {
                column.push((index == 0).then(|| line.to_owned()));
            }
            if self.rescues {
                self.rescued.push(None);
            }
            self.files.push(origin.clone());
        }
        Ok(())
    }

    /// One line: declared columns by name, an empty field is no value, and what no column is declared for is rescued.
    fn push(&mut self, header: &mut CsvHeader, record: &CsvRecord, path: &str) {
        let mut values: Vec<Option<String>> = vec![None; self.names.len()];
        let mut rest = Map::new();
        for (index, value) in record.fields.iter().enumerate().filter(|(_, v)| !v.is_empty()) {
            match header.column(index) {
                Some(column) => values[column] = Some(value.to_owned()),
                None => {
                    rest.insert(header.rescue(index), Value::String(value.to_owned()));
                }
            }
        }
        for (column, value) in self.columns.iter_mut().zip(values) {
            column.push(value);
        }
        if self.rescues {
            let is_whole = rest.is_empty();
            rest.insert("_file_path".into(), Value::String(path.to_owned()));
            self.rescued.push((!is_whole).then(|| Value::Object(rest).to_string()));
        }
    }

    fn into_table(self, rescued: Option<&str>) -> Result<Table, datafusion::arrow::error::ArrowError> {
        let mut fields: Vec<Field> = vec![];
        let mut arrays: Vec<ArrayRef> = vec![];
        for (name, values) in self.names.iter().zip(self.columns) {
            fields.push(Field::new(name, DataType::Utf8, true));
            arrays.push(Arc::new(StringArray::from(values)));
        }
        if let Some(name) = rescued {
            fields.push(Field::new(name, DataType::Utf8, true));
            arrays.push(Arc::new(StringArray::from(self.rescued)));
        }
        let metadata = metadata(&self.files);
        fields.push(Field::new("_metadata", metadata.data_type().clone(), true));
        arrays.push(metadata);
        Ok(Table { batch: RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)? })
    }
}

/// What was rescued of a row, its JSON texts by name, and the file.
pub fn rescued_text(mut rest: BTreeMap<String, String>, origin: &RowOrigin) -> String {
    rest.insert("_file_path".into(), Value::String(origin.path.as_ref().to_owned()).to_string());
    let field = |(name, value): (&String, &String)| format!("{}:{value}", Value::String(name.clone()));
    let fields: Vec<String> = rest.iter().map(field).collect();
    format!("{{{}}}", fields.join(","))
}

/// The struct `_metadata` of every line.
pub fn metadata(files: &[RowOrigin]) -> ArrayRef {
    let path = StringArray::from_iter_values(files.iter().map(|f| f.path.as_ref()));
    let name = StringArray::from_iter_values(files.iter().map(|f| f.name.as_ref()));
    let size = Int64Array::from_iter_values(files.iter().map(|f| f.size));
    let modified = TimestampMicrosecondArray::from_iter_values(files.iter().map(|f| f.modified)).with_timezone("UTC");
    let arrays: [(&str, ArrayRef); 4] = [
        ("file_path", Arc::new(path)),
        ("file_name", Arc::new(name)),
        ("file_size", Arc::new(size)),
        ("file_modification_time", Arc::new(modified)),
    ];
    let parts = arrays.map(|(name, array)| (Arc::new(Field::new(name, array.data_type().clone(), true)), array));
    Arc::new(StructArray::from(Vec::from(parts)))
}
