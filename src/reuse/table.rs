//! The rows of a template: of a CSV file, or listed in the spec.

use std::collections::{BTreeMap, BTreeSet};

use lakeflow::diag::{Diagnostic, did_you_mean};
use lakeflow::source::{FileId, SourceMap, Span};
use lakeflow::types::DataType;
use lakeflow::yaml::pointer_segment;
use serde_json::{Map, Value};

use super::literal;
use super::marks::is_name;
use crate::codes;
use crate::load::{Document, Lost};

/// More rows than this are refused: each of them is compiled as a spec.
const MAX_ROWS: usize = 5000;

/// The rows of a template.
#[derive(Debug, Default)]
pub struct RowTable {
    /// Names of the parameters.
    pub names: Vec<String>,
    /// Types of those that are no strings.
    pub types: BTreeMap<String, DataType>,
    /// The parameter that tells the rows apart.
    pub key: usize,
    /// The rows, as they were written.
    pub rows: Vec<TableRow>,
    /// Whether they are listed in the spec itself.
    pub is_listed: bool,
}

/// One row.
#[derive(Debug)]
pub struct TableRow {
    /// Values of the parameters; empty where there is none.
    pub values: Vec<String>,
    /// Where the row stands.
    pub span: Span,
    /// JSON pointer to the row, if it is listed in the spec.
    pub pointer: Option<String>,
}

/// Reads a table: what it could find of it goes on, faults are kept.
pub struct TableReader<'a> {
    pub document: &'a Document,
    pub lookups: &'a BTreeMap<String, FileId>,
    pub lost: &'a Lost,
    pub sources: &'a SourceMap,
    pub faults: Vec<Diagnostic>,
    /// Whether there is a fault that is told elsewhere.
    pub is_told: bool,
}

impl TableReader<'_> {
    /// The table of the template; `None` if it is at fault, which is reported, or has another shape than the schema wants.
    pub fn read(&mut self) -> Option<RowTable> {
        let each = self.document.value.get("each")?;
        if each.is_null() {
            let hint = "write `each: { key: .., rows: .. }`, or remove it".to_owned();
            self.fault("`each` has no value", self.document.places.key("/each"), Some(hint));
        }
        let each = each.as_object()?;
        let key = self.cell(each.get("key")?, "/each/key").filter(|key| !key.is_empty())?;
        let key = key.as_str();
        if each.keys().any(|key| !["key", "rows", "types"].contains(&key.as_str())) {
            return None;
        }
        if !is_name(key) {
            let message = format!("`{key}` is not a valid name of a parameter");
            let fault = Diagnostic::error(codes::BAD_NAME, message).at(self.value("/each/key"));
            self.faults.push(fault.hint("use letters, digits and underscores, as in `$(shop)`"));
            return None;
        }
        let mut table = match each.get("rows")? {
            Value::String(file) => self.of_file(file, key)?,
            Value::Object(rows) => self.listed(rows, key)?,
            _ => return None,
        };
        if table.rows.len() > MAX_ROWS {
            let message = format!("`each` has {} rows, more than {MAX_ROWS}", table.rows.len());
            let fault = Diagnostic::error(codes::EACH_ROWS, message).at(self.document.places.key("/each/rows"));
            self.faults
                .push(fault.hint("rows that differ in values only belong into one entity, with a column for them"));
            return None;
        }
        self.judge_keys(&table);
        if let Some(types) = each.get("types") {
            self.types(types.as_object()?, &mut table)?;
        }
        Some(table)
    }

    fn value(&self, pointer: &str) -> Span {
        self.document.places.value(pointer)
    }

    fn fault(&mut self, message: impl Into<String>, span: Span, hint: Option<String>) {
        self.faults.push(Diagnostic::error(codes::EACH_ROWS, message).at(span).maybe_hint(hint));
    }

    /// Rows that stand in the spec: the first one names the parameters.
    fn listed(&mut self, rows: &Map<String, Value>, key: &str) -> Option<RowTable> {
        let mut names = vec![key.to_owned()];
        let mut read = vec![];
        for (index, (own, cells)) in rows.iter().enumerate() {
            let pointer = format!("/each/rows/{}", pointer_segment(own));
            let span = self.document.places.key(&pointer);
            let empty = Map::new();
            let cells = if cells.is_null() { &empty } else { cells.as_object()? };
            if index == 0 {
                names.extend(cells.keys().cloned());
                let strange: Vec<&String> = cells.keys().filter(|name| !is_name(name) || *name == key).collect();
                for name in strange {
                    let message = format!("`{name}` can't be the name of another parameter");
                    let span = self.document.places.key(&format!("{pointer}/{}", pointer_segment(name)));
                    self.faults.push(Diagnostic::error(codes::BAD_NAME, message).at(span));
                }
            }
            for name in cells.keys().filter(|name| !names[1..].contains(name)) {
                let span = self.document.places.key(&format!("{pointer}/{}", pointer_segment(name)));
                let hint = did_you_mean(name, names[1..].iter().map(String::as_str));
                self.fault(format!("the first row has no `{name}`"), span, hint);
            }
            let mut values = vec![own.clone()];
            for name in &names[1..] {
                let at = format!("{pointer}/{}", pointer_segment(name));
                match cells.get(name) {
                    Some(cell) => values.push(self.cell(cell, &at)?),
                    None => {
                        values.push(String::new());
                        self.fault(format!("row `{own}` has no value for `{name}`"), span, None);
                    }
                }
            }
            read.push(TableRow { values, span, pointer: Some(pointer) });
        }
        if read.is_empty() {
            self.fault("`each` has no rows", self.document.places.key("/each/rows"), None);
        }
        Some(RowTable { names, rows: read, is_listed: true, ..RowTable::default() })
    }

    /// A value of a row that stands in the spec, as it is written.
    fn cell(&mut self, cell: &Value, pointer: &str) -> Option<String> {
        match cell {
            Value::String(text) => Some(text.clone()),
            Value::Number(_) | Value::Bool(_) => {
                let text = self.sources.text(self.document.file);
                let written = self.document.places.plain_text(text, pointer).map(str::to_owned);
                Some(written.unwrap_or_else(|| cell.to_string()))
            }
            Value::Null => {
                // The schema says so.
                self.is_told = true;
                Some(String::new())
            }
            Value::Array(_) | Value::Object(_) => None,
        }
    }

    /// Rows of a CSV file next to the specs.
    fn of_file(&mut self, name: &str, key: &str) -> Option<RowTable> {
        let Some(file) = self.lookups.get(name).copied() else {
            if !self.lost.may_hold_lookup(name) {
                let known = self.lookups.keys().map(String::as_str);
                let hint = did_you_mean(name, known);
                self.fault(format!("file `specs/lookups/{name}` does not exist"), self.value("/each/rows"), hint);
            }
            // Otherwise the fault of the file is told already.
            self.is_told = true;
            return None;
        };
        let text = self.sources.text(file);
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        let records = match reader.records().collect::<Result<Vec<_>, _>>() {
            Ok(records) => records,
            Err(error) => {
                let start = error.position().map_or(0, |p| p.byte() as usize);
                self.fault(format!("cannot read the line: {error}"), Span::new(file, start..start + 1), None);
                return None;
            }
        };
        let Some((header, records)) = records.split_first().filter(|(_, records)| !records.is_empty()) else {
            self.fault(format!("file `{name}` has no rows"), self.value("/each/rows"), None);
            return None;
        };
        let names: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
        let place = |record: &csv::StringRecord| line_of(file, text, record);
        let mut seen = BTreeSet::new();
        if let Some(twice) = names.iter().find(|name| !seen.insert(name.as_str())) {
            self.fault(format!("duplicate column `{twice}` in the header"), place(header), None);
            return None;
        }
        let Some(key) = names.iter().position(|name| name == key) else {
            let hint = did_you_mean(key, names.iter().map(String::as_str));
            let fault = Diagnostic::error(codes::EACH_ROWS, format!("file `{name}` has no column `{key}`"));
            let fault = fault.at(self.value("/each/key")).related(place(header), "its header");
            self.faults.push(fault.maybe_hint(hint));
            return None;
        };
        let mut rows = vec![];
        for record in records {
            let span = place(record);
            if record.len() == names.len() {
                let values = record.iter().map(|value| value.trim().to_owned()).collect();
                rows.push(TableRow { values, span, pointer: None });
            } else {
                let message = format!("the row has {} fields, but the header has {}", record.len(), names.len());
                self.fault(message, span, None);
            }
        }
        Some(RowTable { names, key, rows, ..RowTable::default() })
    }

    /// Reports rows without a key, and keys that two rows have.
    fn judge_keys(&mut self, table: &RowTable) {
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        for row in &table.rows {
            let value = row.values.get(table.key).map(String::as_str).unwrap_or_default();
            if value.is_empty() {
                let name = table.names.get(table.key).map(String::as_str).unwrap_or_default();
                self.fault(format!("`{name}` is the key and has no value"), row.span, None);
            } else if let Some(first) = seen.get(value) {
                let fault = Diagnostic::error(codes::EACH_KEY_TWICE, format!("two rows have the key `{value}`"));
                self.faults.push(fault.at(row.span).related(*first, "first here"));
            } else {
                seen.insert(value, row.span);
            }
        }
    }

    /// Types of parameters; `None` if one is no text.
    fn types(&mut self, types: &Map<String, Value>, table: &mut RowTable) -> Option<()> {
        for (name, ty) in types {
            let pointer = format!("/each/types/{}", pointer_segment(name));
            if !table.names.contains(name) {
                let fault = Diagnostic::error(codes::UNKNOWN_PARAMETER, format!("the rows have no `{name}`"));
                let hint = did_you_mean(name, table.names.iter().map(String::as_str));
                self.faults.push(fault.at(self.document.places.key(&pointer)).maybe_hint(hint));
                continue;
            }
            match DataType::parse(&self.cell(ty, &pointer)?) {
                Ok(ty) if literal::is_type(&ty) => drop(table.types.insert(name.clone(), ty)),
                Ok(ty) => {
                    let fault = Diagnostic::error(codes::BAD_VALUE, format!("a parameter can't be of type {ty}"));
                    self.faults.push(fault.at(self.value(&pointer)).hint(literal::TYPES));
                }
                Err(fault) => {
                    let span = self.document.places.inside(self.sources, &pointer, fault.range);
                    let told = Diagnostic::error(codes::BAD_VALUE, fault.message).at(span);
                    self.faults.push(told.maybe_hint(fault.hint));
                }
            }
        }
        Some(())
    }
}

/// Where a record stands, up to the end of its first line.
fn line_of(file: FileId, text: &str, record: &csv::StringRecord) -> Span {
    let start = record.position().map_or(0, |p| p.byte() as usize).min(text.len());
    let rest = text.get(start..).unwrap_or("");
    let blank = rest.len() - rest.trim_start_matches(['\r', '\n']).len();
    let line = rest[blank..].find(['\r', '\n']).unwrap_or(rest.len() - blank);
    Span::new(file, start + blank..start + blank + line)
}
