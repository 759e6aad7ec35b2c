//! Finds the parameters of a template, each at a place that may hold it.

use std::ops::Range;

use lakeflow::diag::{Diagnostic, did_you_mean};
use lakeflow::source::{SourceMap, Span};
use lakeflow::yaml::pointer_segment;
use serde_json::Value;

use super::marks::{MarkPlace, marks};
use super::sql::{MarkRole, roles};
use super::table::RowTable;
use crate::codes;
use crate::load::Document;

/// A text with parameters.
#[derive(Debug)]
pub struct MarkedText {
    /// JSON pointer to it.
    pub pointer: String,
    /// The text as it is in the template.
    pub text: String,
    /// The bytes of each mark, and the number of the parameter.
    pub marks: Vec<(Range<usize>, usize)>,
    /// Whether it is an expression.
    pub is_sql: bool,
}

impl MarkedText {
    /// Whether a parameter stands in it.
    pub fn holds(&self, parameter: usize) -> bool {
        self.marks.iter().any(|(_, index)| *index == parameter)
    }
}

/// All texts with parameters of a template.
#[derive(Debug, Default)]
pub struct MarkedTexts {
    /// Values.
    pub texts: Vec<MarkedText>,
    /// Names of tables.
    pub keys: Vec<MarkedText>,
    /// Where a parameter may not stand, although one does.
    pub misplaced: Vec<Span>,
}

impl MarkedTexts {
    /// Finds them; marks that may not stand where they do are reported, and so are parameters that nothing uses.
    pub fn find(
        document: &Document,
        table: &RowTable,
        sources: &SourceMap,
        faults: &mut Vec<Diagnostic>,
    ) -> MarkedTexts {
        let mut finder = MarkFinder { document, table, sources, faults, spots: MarkedTexts::default() };
        finder.walk(&document.value, &mut vec![]);
        let spots = finder.spots;
        if let Some(row) = table.rows.first().and_then(|row| row.pointer.as_ref()) {
            for (index, name) in table.names.iter().enumerate().filter(|(index, _)| *index != table.key) {
                // A misspelt mark may have been meant.
                if !spots.is_used(index) && !faults.iter().any(Diagnostic::is_error) {
                    let message = format!("nothing uses the parameter `{name}`");
                    let span = document.places.key(&format!("{row}/{}", pointer_segment(name)));
                    faults.push(Diagnostic::warning(codes::UNUSED_PARAMETER, message).at(span).hint("remove it"));
                }
            }
        }
        spots
    }

    /// Whether a parameter stands anywhere.
    pub fn is_used(&self, parameter: usize) -> bool {
        self.texts.iter().chain(&self.keys).any(|spot| spot.holds(parameter))
    }

    /// Whether a parameter stands in an expression.
    pub fn is_in_sql(&self, parameter: usize) -> bool {
        self.texts.iter().any(|spot| spot.is_sql && spot.holds(parameter))
    }
}

struct MarkFinder<'a> {
    document: &'a Document,
    table: &'a RowTable,
    sources: &'a SourceMap,
    faults: &'a mut Vec<Diagnostic>,
    spots: MarkedTexts,
}

impl MarkFinder<'_> {
    fn walk(&mut self, value: &Value, path: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                for (key, value) in fields {
                    if path.is_empty() && key == "each" {
                        continue;
                    }
                    let holds = MarkPlace::of_keys(self.document.kind, &borrowed(path));
                    path.push(key.clone());
                    self.key(key, holds, &pointer(path));
                    self.walk(value, path);
                    path.pop();
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    path.push(index.to_string());
                    self.walk(item, path);
                    path.pop();
                }
            }
            Value::String(text) => self.text(text, path),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn key(&mut self, key: &str, holds: MarkPlace, pointer: &str) {
        let span = self.document.places.key(pointer);
        let mut found = vec![];
        for (range, name) in marks(key) {
            match (self.parameter(name), holds) {
                (Some(index), MarkPlace::Text) => found.push((range, index)),
                (None, MarkPlace::Text) => self.unknown(name, span),
                (Some(_), _) => self.misplaced(name, span, "a key of a spec is the same for all rows"),
                (None, _) => {}
            }
        }
        if !found.is_empty() {
            let (pointer, text) = (pointer.to_owned(), key.to_owned());
            self.spots.keys.push(MarkedText { pointer, text, marks: found, is_sql: false });
        }
    }

    fn text(&mut self, text: &str, path: &[String]) {
        let marks = marks(text);
        if marks.is_empty() {
            return;
        }
        let pointer = pointer(path);
        let holds = MarkPlace::of(self.document.kind, &borrowed(path));
        let ranges: Vec<Range<usize>> = marks.iter().map(|(range, _)| range.clone()).collect();
        let roles = if holds == MarkPlace::Sql { roles(text, &ranges) } else { vec![MarkRole::Operand; ranges.len()] };
        let mut found = vec![];
        for ((range, name), role) in marks.into_iter().zip(roles) {
            let span = self.document.places.inside(self.sources, &pointer, range.clone());
            match (self.parameter(name), holds, role) {
                (Some(index), MarkPlace::Text | MarkPlace::Sql, MarkRole::Operand) => found.push((range, index)),
                (Some(_), MarkPlace::Nothing, _) => {
                    self.misplaced(name, span, "parameters stand in names, paths, descriptions, values and SQL");
                }
                (Some(_), _, MarkRole::InText) => {
                    let hint = format!(
                        "a parameter is a whole literal: write it outside the quotes, as in `concat('.. ', $({name}))`"
                    );
                    self.misplaced(name, span, &hint);
                }
                (Some(_), ..) => {
                    let hint = "in SQL, a parameter stands for a value, not for a name or a part of one; a reference to the entity of the row gets a name by `as`";
                    self.misplaced(name, span, hint);
                }
                // A string of SQL and other values may hold anything.
                (None, MarkPlace::Nothing, _) | (None, _, MarkRole::InText) => {}
                (None, ..) => self.unknown(name, span),
            }
        }
        if !found.is_empty() {
            let is_sql = holds == MarkPlace::Sql;
            self.spots.texts.push(MarkedText { pointer, text: text.to_owned(), marks: found, is_sql });
        }
    }

    fn parameter(&self, name: &str) -> Option<usize> {
        self.table.names.iter().position(|own| own == name)
    }

    fn unknown(&mut self, name: &str, span: Span) {
        let names: Vec<&str> = self.table.names.iter().map(String::as_str).collect();
        let hint = did_you_mean(name, names.iter().copied());
        let hint = hint.unwrap_or_else(|| format!("parameters of the rows: `{}`", names.join("`, `")));
        let fault = Diagnostic::error(codes::UNKNOWN_PARAMETER, format!("the rows have no parameter `{name}`"));
        self.faults.push(fault.at(span).hint(hint));
    }

    fn misplaced(&mut self, name: &str, span: Span, hint: &str) {
        self.spots.misplaced.push(span);
        let message = format!("the parameter `{name}` may not stand here");
        self.faults.push(Diagnostic::error(codes::MISPLACED_PARAMETER, message).at(span).hint(hint));
    }
}

fn borrowed(path: &[String]) -> Vec<&str> {
    path.iter().map(String::as_str).collect()
}

fn pointer(path: &[String]) -> String {
    path.iter().map(|segment| format!("/{}", pointer_segment(segment))).collect()
}
