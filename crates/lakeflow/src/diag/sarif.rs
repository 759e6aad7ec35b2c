//! Diagnostics as one SARIF 2.1.0 log, for code scanning services and editors.
//!
//! Only the rules that were violated are listed, each with its explanation. Paths are relative to `%SRCROOT%`, the
//! project directory, so the log does not depend on the machine.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::source::SourceMap;

use super::region::Region;
use super::{Code, Diagnostic, Label};

/// The whole log, on several lines.
pub fn render(diagnostics: &[Diagnostic], sources: &SourceMap) -> String {
    let rules: Vec<Code> = diagnostics.iter().map(|d| d.code).collect::<BTreeSet<_>>().into_iter().collect();
    let results: Vec<Value> = diagnostics.iter().map(|d| result(d, &rules, sources)).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {
                "driver": {
                    "name": "gen",
                    "semanticVersion": env!("CARGO_PKG_VERSION"),
                    "rules": rules.iter().copied().map(rule).collect::<Vec<_>>(),
                },
            },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

fn rule(code: Code) -> Value {
    json!({
        "id": code.number(),
        "shortDescription": { "text": code.title() },
        "help": { "text": code.explanation(), "markdown": code.explanation() },
    })
}

fn result(diagnostic: &Diagnostic, rules: &[Code], sources: &SourceMap) -> Value {
    let text = std::iter::once(&diagnostic.message).chain(&diagnostic.hints);
    let text: Vec<&str> = text.map(String::as_str).collect();
    let locations: Vec<Value> = diagnostic.primary.iter().map(|label| location(label, sources)).collect();
    let related: Vec<Value> = diagnostic.related.iter().map(|label| location(label, sources)).collect();
    json!({
        "ruleId": diagnostic.code.number(),
        "ruleIndex": rules.binary_search(&diagnostic.code).unwrap_or_default(),
        "level": diagnostic.severity.word(),
        "message": { "text": text.join("\n") },
        "locations": locations,
        "relatedLocations": related,
    })
}

fn location(label: &Label, sources: &SourceMap) -> Value {
    let Region { path, start, end } = Region::new(label.span, sources);
    let mut location = json!({
        "physicalLocation": {
            "artifactLocation": { "uri": uri(path), "uriBaseId": "%SRCROOT%" },
            "region": {
                "startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column,
            },
        },
    });
    if !label.text.is_empty() {
        location["message"] = json!({ "text": label.text });
    }
    location
}

/// A path as a relative URI: everything but unreserved characters and slashes is escaped.
fn uri(path: &str) -> String {
    let escape = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    path.bytes().map(escape).collect()
}
