//! `read_files` for CSV: every field as text, columns by name, everything else rescued (lakeflow-sql.md, "Reading
//! files").

use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, Int64Array, RecordBatch, StringArray, StructArray, TimestampMicrosecondArray,
};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use lakeflow::types::{self, DataType as SqlType};
use serde_json::{Map, Value};

use super::header::{CsvHeader, CsvNote};

use super::RunFault;
use super::csv::{CsvFormat, CsvRecord, records};
use super::landing::{self, LandedFile};
use super::table::Table;

/// What a call of `read_files` asks for.
#[derive(Debug, Clone, Default)]
pub struct ReadFiles {
    /// Files, relative to the landing directory or absolute.
    pub path: String,
    /// `format`.
    pub format: String,
    /// `schema`.
    pub schema: String,
    /// `sep` or `delimiter`.
    pub delimiter: Option<String>,
    /// `header`.
    pub header: bool,
    /// `escape`; a quotation mark means that quotes are doubled.
    pub escape: Option<String>,
    /// `multiLine`: quoted fields may span lines.
    pub multi_line: bool,
    /// `rescuedDataColumn`.
    pub rescued: Option<String>,
}

/// Reads all files of a call, with `_metadata` as the last column, and tells what in their headers no column takes.
pub fn read(call: &ReadFiles, landing: &Path) -> Result<(Table, Vec<CsvNote>), RunFault> {
    let unsupported = |what: String| RunFault::Unsupported { dataset: "read_files".into(), what };
    if !call.format.eq_ignore_ascii_case("csv") || !call.header {
        return Err(unsupported("`read_files` of anything but CSV with a header".into()));
    }
    let columns = types::parse_columns(&call.schema).map_err(|e| unsupported(format!("the schema: {}", e.message)))?;
    if let Some(typed) = columns.iter().find(|c| c.ty != SqlType::String) {
        return Err(unsupported(format!("`read_files` with a column of type {}: read text and cast it", typed.ty)));
    }
    let names: Vec<String> = columns.into_iter().map(|c| c.name).collect();
    let (root, pattern) = match call.path.split_once("${landing}/") {
        Some(("", rest)) => (landing.to_owned(), rest.to_owned()),
        _ => split(&call.path),
    };
    let mut lines = ColumnLines::new(names, call.rescued.is_some());
    for file in landing::files(&root, &pattern)? {
        lines.read(call, &file)?;
    }
    let notes = std::mem::take(&mut lines.notes);
    let table = lines.into_table(call.rescued.as_deref()).map_err(|e| RunFault::failed("read_files", e))?;
    Ok((table, notes))
}

/// A path as the directory that holds no wildcard, and the pattern below it.
fn split(path: &str) -> (std::path::PathBuf, String) {
    let wild = path.find(['*', '?', '[', '{']).unwrap_or(path.len());
    match path[..wild].rfind('/') {
        Some(slash) => (path[..slash.max(1)].into(), path[slash + 1..].to_owned()),
        None => (".".into(), path.to_owned()),
    }
}

/// Lines of all files, column by column.
struct ColumnLines {
    names: Vec<String>,
    columns: Vec<Vec<Option<String>>>,
    rescues: bool,
    rescued: Vec<Option<String>>,
    files: Vec<(Arc<str>, Arc<str>, i64, i64)>,
    notes: Vec<CsvNote>,
}

impl ColumnLines {
    fn new(names: Vec<String>, rescues: bool) -> Self {
        let columns = vec![vec![]; names.len()];
        ColumnLines { names, columns, rescues, rescued: vec![], files: vec![], notes: vec![] }
    }

    fn read(&mut self, call: &ReadFiles, file: &LandedFile) -> Result<(), RunFault> {
        let text = text_of(file)?;
        let escape = call.escape.as_deref().and_then(|e| e.chars().next()).unwrap_or('\\');
        let delimiter = call.delimiter.as_deref().and_then(|d| d.chars().next()).unwrap_or(',');
        let (name, path) = (Arc::from(file.name.as_str()), Arc::from(file.path.to_string_lossy().as_ref()));
        let size = i64::try_from(file.bytes.len()).unwrap_or(i64::MAX);
        let mut header: Option<CsvHeader> = None;
        let records =
            records(text, CsvFormat { delimiter, escape }).map_err(|why| RunFault::landing(&file.path, why))?;
        for record in records {
            if !call.multi_line && record.fields.iter().any(|field| field.contains(['\n', '\r'])) {
                let line = record.line;
                let why = format!("a field on line {line} spans lines: only `multiLine => true` keeps it whole");
                return Err(RunFault::landing(&file.path, why));
            }
            match &mut header {
                None => header = Some(CsvHeader::of(record.fields, &self.names)),
                Some(header) => {
                    self.push(header, &record, &path);
                    self.files.push((Arc::clone(&path), Arc::clone(&name), size, file.modified));
                }
            }
        }
        self.notes.extend(header.and_then(|header| header.note(&file.path, &self.names)));
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

/// The text of a file: UTF-8, with or without a mark of the byte order.
fn text_of(file: &LandedFile) -> Result<&str, RunFault> {
    let packed: [(&[u8], &str); 5] = [
        (&[0x1f, 0x8b], "compressed by gzip"),
        (b"PK\x03\x04", "a zip archive, or a workbook"),
        (b"BZh", "compressed by bzip2"),
        (&[0x28, 0xb5, 0x2f, 0xfd], "compressed by zstd"),
        (b"PAR1", "Parquet"),
    ];
    if let Some((_, what)) = packed.iter().find(|(mark, _)| file.bytes.starts_with(mark)) {
        return Err(RunFault::landing(&file.path, format!("the file is {what}, not CSV: unpack or convert it first")));
    }
    if file.bytes.starts_with(&[0xff, 0xfe]) || file.bytes.starts_with(&[0xfe, 0xff]) {
        return Err(RunFault::landing(&file.path, "the file is UTF-16, not UTF-8: save it as UTF-8"));
    }
    let bytes = file.bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&file.bytes);
    std::str::from_utf8(bytes).map_err(|e| {
        let line = bytes[..e.valid_up_to()].iter().filter(|b| **b == b'\n').count() + 1;
        let why = format!("line {line} is not UTF-8: save the file as UTF-8; many programs write Windows-1252");
        RunFault::landing(&file.path, why)
    })
}

/// The struct `_metadata` of every line.
fn metadata(files: &[(Arc<str>, Arc<str>, i64, i64)]) -> ArrayRef {
    let path = StringArray::from_iter_values(files.iter().map(|f| f.0.as_ref()));
    let name = StringArray::from_iter_values(files.iter().map(|f| f.1.as_ref()));
    let size = Int64Array::from_iter_values(files.iter().map(|f| f.2));
    let modified = TimestampMicrosecondArray::from_iter_values(files.iter().map(|f| f.3)).with_timezone("UTC");
    let arrays: [(&str, ArrayRef); 4] = [
        ("file_path", Arc::new(path)),
        ("file_name", Arc::new(name)),
        ("file_size", Arc::new(size)),
        ("file_modification_time", Arc::new(modified)),
    ];
    let parts = arrays.map(|(name, array)| (Arc::new(Field::new(name, array.data_type().clone(), true)), array));
    Arc::new(StructArray::from(Vec::from(parts)))
}
