//! Texts of specs in which a pipeline, a bundle or a job would replace something.

use lakeflow::diag::Diagnostic;
use lakeflow::source::{SourceMap, Span};
use lakeflow::yaml::pointer_segment;
use serde_json::Value;

use crate::codes;
use crate::load::Document;
use crate::spec::expanded;

/// One fault for each such text, at what would be replaced.
pub fn faults(document: &Document, sources: &SourceMap) -> Vec<Diagnostic> {
    let mut found = vec![];
    // Generated files say which spec they come from.
    if expanded(sources.path(document.file)).is_some() {
        let fault = fault("the path of this file").at(Span::new(document.file, 0..0));
        found.push(fault.hint("give it another name"));
    }
    walk(document, &document.value, &mut String::new(), sources, &mut found);
    found
}

fn walk(document: &Document, value: &Value, pointer: &mut String, sources: &SourceMap, found: &mut Vec<Diagnostic>) {
    let before = pointer.len();
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                pointer.push('/');
                pointer.push_str(&pointer_segment(key));
                if let Some(range) = expanded(key) {
                    let place = document.places.key(pointer);
                    let what = format!("`{}`", key.get(range).unwrap_or(key));
                    found.push(fault(&what).at(place).hint(HINT));
                }
                walk(document, value, pointer, sources, found);
                pointer.truncate(before);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                pointer.push_str(&format!("/{index}"));
                walk(document, item, pointer, sources, found);
                pointer.truncate(before);
            }
        }
        Value::String(text) => {
            if let Some(range) = expanded(text) {
                let what = format!("`{}`", text.get(range.clone()).unwrap_or(text));
                found.push(fault(&what).at(document.places.inside(sources, pointer, range)).hint(HINT));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

const HINT: &str = "text in this form never reaches a workspace unchanged: drop the braces, or write the value itself";

fn fault(what: &str) -> Diagnostic {
    let message = format!("{what} would be expanded by a pipeline, a bundle or a job");
    Diagnostic::error(codes::EXPANDED_TEXT, message)
}
