//! Diagnostics for programs: one JSON object per line.
//!
//! Keys, always in this order: `code`, `title`, `severity`, `message`, then, if there is a place, `path`, `line`,
//! `column`, `end_line`, `end_column` (from 1, the end excluded, columns in characters) and `label`; then `hints`
//! (strings) and `related` (places with a `label` each). New keys may be added at the end; no key changes its meaning.

use serde_json::{Map, Value, json};

use crate::source::SourceMap;

use super::region::Region;
use super::{Diagnostic, Label};

/// One line for each diagnostic.
pub fn render(diagnostics: &[Diagnostic], sources: &SourceMap) -> String {
    diagnostics.iter().map(|d| object(d, sources).to_string() + "\n").collect()
}

fn object(diagnostic: &Diagnostic, sources: &SourceMap) -> Value {
    let mut fields = Map::new();
    fields.insert("code".to_owned(), json!(diagnostic.code.number()));
    fields.insert("title".to_owned(), json!(diagnostic.code.title()));
    fields.insert("severity".to_owned(), json!(diagnostic.severity.word()));
    fields.insert("message".to_owned(), json!(diagnostic.message));
    fields.extend(diagnostic.primary.iter().flat_map(|label| place(label, sources)));
    let related: Vec<Value> = diagnostic.related.iter().map(|l| Value::Object(place(l, sources))).collect();
    fields.insert("hints".to_owned(), json!(diagnostic.hints));
    fields.insert("related".to_owned(), Value::Array(related));
    Value::Object(fields)
}

fn place(label: &Label, sources: &SourceMap) -> Map<String, Value> {
    let mut fields = Region::new(label.span, sources).to_json();
    fields.insert("label".to_owned(), json!(label.text));
    fields
}
