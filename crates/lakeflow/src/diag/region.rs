//! Spans as path, lines and columns, for machine-readable formats.

use serde_json::{Map, Value, json};

use crate::source::{LineColumn, SourceMap, Span};

/// A place as people and tools count it.
pub(super) struct Region<'a> {
    pub path: &'a str,
    pub start: LineColumn,
    /// One column past the last character.
    pub end: LineColumn,
}

impl<'a> Region<'a> {
    pub fn new(span: Span, sources: &'a SourceMap) -> Self {
        let range = span.range();
        Region {
            path: sources.path(span.file),
            start: sources.line_column(span.file, range.start),
            end: sources.line_column(span.file, range.end.max(range.start)),
        }
    }

    /// `path`, `line`, `column`, `end_line`, `end_column`.
    pub fn to_json(&self) -> Map<String, Value> {
        let mut fields = Map::new();
        fields.insert("path".to_owned(), json!(self.path));
        fields.insert("line".to_owned(), json!(self.start.line));
        fields.insert("column".to_owned(), json!(self.start.column));
        fields.insert("end_line".to_owned(), json!(self.end.line));
        fields.insert("end_column".to_owned(), json!(self.end.column));
        fields
    }
}
