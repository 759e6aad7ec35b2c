//! What the projects of `tests/cases` cover together.

use std::collections::BTreeSet;

use lakeflow::diag::Diagnostics;
use lakeflow::source::SourceMap;
use lakegen::load::load;
use lakegen::spec::SpecKind;
use lakegen::validate::schema_text;
use lakegen::world::DiskWorld;
use serde_json::Value;

use crate::projects::cases;

/// The keys and closed words that a schema knows.
fn vocabulary(schema: &Value, words: &mut BTreeSet<String>) {
    match schema {
        Value::Object(map) => {
            for (key, value) in map {
                match (key.as_str(), value) {
                    ("examples" | "default", _) => {}
                    ("properties", Value::Object(properties)) => {
                        words.extend(properties.keys().cloned());
                        properties.values().for_each(|property| vocabulary(property, words));
                    }
                    ("enum", Value::Array(values)) => {
                        words.extend(values.iter().filter_map(Value::as_str).map(String::from))
                    }
                    ("const", Value::String(word)) => drop(words.insert(word.clone())),
                    _ => vocabulary(value, words),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| vocabulary(item, words)),
        _ => {}
    }
}

/// The keys and texts of a document.
fn spoken(value: &Value, words: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            words.extend(map.keys().cloned());
            map.values().for_each(|value| spoken(value, words));
        }
        Value::Array(items) => items.iter().for_each(|item| spoken(item, words)),
        Value::String(text) => drop(words.insert(text.clone())),
        _ => {}
    }
}

#[test]
fn together_they_use_the_whole_language() {
    let mut known = BTreeSet::new();
    for kind in SpecKind::ALL {
        vocabulary(&serde_json::from_str(&schema_text(kind)).unwrap(), &mut known);
    }
    let types = ["string", "int", "bigint", "double", "boolean", "date", "timestamp"];
    known.extend(types.map(String::from));
    let mut used = BTreeSet::new();
    for case in cases() {
        let loaded = load(&DiskWorld, &case, &mut SourceMap::default(), &mut Diagnostics::default());
        loaded.documents.iter().for_each(|document| spoken(&document.value, &mut used));
    }
    let unused: Vec<_> = known.difference(&used).collect();
    assert!(unused.is_empty(), "no case uses {unused:?}");
}
