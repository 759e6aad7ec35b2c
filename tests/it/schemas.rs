//! The committed JSON Schemas: fresh, complete for an editor, and kept by the shipped specs.

use std::fs;
use std::path::{Path, PathBuf};

use lakeflow::diag::Diagnostics;
use lakeflow::source::SourceMap;
use lakegen::load::load;
use lakegen::spec::SpecKind;
use lakegen::validate::schema_text;
use lakegen::world::DiskWorld;
use serde_json::Value;

fn schema_file(kind: SpecKind) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas").join(format!("{}.schema.json", kind.key()))
}

#[test]
fn committed_schemas_are_fresh() {
    for kind in SpecKind::ALL {
        let file = schema_file(kind);
        if std::env::var_os("BLESS").is_some() {
            fs::write(&file, schema_text(kind)).unwrap();
        }
        let committed = fs::read_to_string(&file).unwrap_or_default();
        assert_eq!(committed, schema_text(kind), "{} is stale: run `gen schema`", file.display());
    }
}

/// Every property below `schema` with the path that leads to it.
fn properties<'a>(schema: &'a Value, path: &str, found: &mut Vec<(String, &'a Value)>) {
    match schema {
        Value::Object(map) => {
            for (key, value) in map {
                match (key.as_str(), value) {
                    ("examples" | "enum" | "const" | "required", _) => {}
                    ("properties", Value::Object(declared)) => {
                        for (name, property) in declared {
                            let path = format!("{path}/{name}");
                            properties(property, &path, found);
                            found.push((path, property));
                        }
                    }
                    _ => properties(value, &format!("{path}/{key}"), found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| properties(item, path, found)),
        _ => {}
    }
}

#[test]
fn every_key_has_a_description_and_an_example_that_keeps_its_schema() {
    for kind in SpecKind::ALL {
        let schema: Value = serde_json::from_str(&schema_text(kind)).unwrap();
        let mut found = vec![];
        properties(&schema, kind.key(), &mut found);
        assert!(found.len() > 10, "{} keys found in {kind:?}", found.len());
        for (path, property) in found {
            let description = property["description"].as_str().unwrap_or_default();
            assert!(!description.is_empty(), "{path} has no description");
            let examples = property["examples"].as_array().map(Vec::as_slice).unwrap_or_default();
            assert!(!examples.is_empty(), "{path} has no example");
            let mut alone = property.clone();
            alone["$defs"] = schema["$defs"].clone();
            let validator = jsonschema::validator_for(&alone).unwrap();
            for example in examples {
                assert!(validator.is_valid(example), "{path}: {example} does not keep the schema");
            }
        }
    }
}

#[test]
fn the_shipped_specs_keep_the_committed_schemas() {
    let (mut sources, mut diagnostics) = (SourceMap::default(), Diagnostics::default());
    let loaded = load(&DiskWorld, Path::new(env!("CARGO_MANIFEST_DIR")), &mut sources, &mut diagnostics);
    assert_eq!(diagnostics.into_sorted(), []);
    assert!(loaded.documents.len() >= 8, "{} specs found", loaded.documents.len());
    for document in loaded.documents {
        let schema: Value = serde_json::from_str(&fs::read_to_string(schema_file(document.kind)).unwrap()).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let errors: Vec<String> = validator.iter_errors(&document.value).map(|e| e.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new(), "{}", sources.path(document.file));
    }
}
