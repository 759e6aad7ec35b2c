//! What is accepted, and as what; and that every schema error has a message.

use std::path::Path;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::codes;
use crate::load::load;
use crate::spec::{ColumnEntry, MaskSpec, MaskStyle};
use crate::world::MemoryWorld;

fn check_files(files: &[(&str, &str)]) -> (SpecSet, Vec<Diagnostic>) {
    let world = files.iter().fold(MemoryWorld::default(), |world, (path, text)| world.with_file(*path, *text));
    let (mut sources, mut diags) = (SourceMap::default(), Diagnostics::default());
    let loaded = load(&world, Path::new(""), &mut sources, &mut diags);
    let set = validate(loaded, &sources, &mut diags);
    (set, diags.into_sorted())
}

const PROJECT: (&str, &str) = (
    "specs/project.yml",
    "project: p\ntargets: { dev: { default: true, catalog: c, schema: s, landing: /l } }\n\
     masks: { phone: { keep_last: 4 } }\n",
);

fn entity(text: &str) -> (Option<EntitySpec>, Vec<Diagnostic>) {
    let (mut set, faults) = check_files(&[PROJECT, ("specs/e.yml", text)]);
    assert_eq!(set.lost.specs.is_empty(), !set.entities.is_empty());
    (set.entities.pop().map(|located| located.spec), faults)
}

#[test]
fn a_valid_project_is_typed_without_a_word() {
    let (mut set, faults) = check_files(&[PROJECT]);
    assert_eq!(faults, []);
    assert!(set.faulty.is_empty());
    let masks = set.projects.remove(0).spec.masks.expect("masks");
    assert!(matches!(masks["phone"], MaskSpec::Styled(MaskStyle::KeepLast(4))));
}

#[test]
fn an_unquoted_scalar_is_the_text_that_was_written() {
    let text = "entity: e\nsource: { files: x.csv }\ncolumns:\n  a: { type: string, default: 007, accepted: [1.10, 0x1F, \
                True, 2024-01-01, no, \"1\"] }\n";
    let (spec, faults) = entity(text);
    assert_eq!(faults, []);
    let ColumnEntry::Full(column) = &spec.expect("an entity").columns["a"] else { panic!("not a full column") };
    assert_eq!(column.default.as_deref(), Some("007"));
    let accepted = ["1.10", "0x1F", "True", "2024-01-01", "no", "1"].map(str::to_owned);
    assert_eq!(column.accepted.as_deref(), Some(accepted.as_slice()));
}

#[test]
fn a_key_without_a_value_is_an_absent_key_if_it_may_be_absent() {
    let (spec, faults) =
        entity("entity: e\ndescription:\nsource: { files: x.csv }\ncolumns: { a: string }\nrules: ~\n");
    assert_eq!(faults, []);
    assert!(spec.expect("an entity").description.is_none());
}

#[test]
fn a_spec_with_a_passable_fault_is_typed_for_the_passes_to_come() {
    let (spec, faults) = entity("entity: e\nsource: { files: x.csv }\nload: upsrt\nnote: x\ncolumns: { a: string }\n");
    assert_eq!(faults.iter().map(|f| f.code).collect::<Vec<_>>(), [codes::BAD_VALUE, codes::UNKNOWN_KEY]);
    let spec = spec.expect("an entity");
    assert!(spec.load.is_none());
    assert!(spec.columns.contains_key("a"));
}

/// What is left of a spec: its lost parts, in order.
fn lost(path: &str, text: &str) -> Vec<String> {
    let (set, _) = check_files(&[PROJECT, (path, text)]);
    let entities = set.entities.into_iter().map(|located| located.lost);
    entities.chain(set.metrics.into_iter().map(|located| located.lost)).flatten().collect()
}

#[test]
fn as_little_of_a_spec_is_lost_as_the_rest_can_do_without() {
    let entity = |rest: &str| lost("specs/e.yml", &format!("entity: e\n{rest}"));
    assert_eq!(entity("source: { files: x.csv }\ncolumns: { a: string, b: [] }\n"), ["/columns/b"]);
    assert_eq!(entity("source: { files: x.csv }\ncolumns: { a: { type: int, pii: x } }\n"), ["/columns/a/pii"]);
    assert_eq!(entity("source: { files: x.csv }\ncolumns: { a: { required: true } }\n"), ["/columns/a"]);
    assert_eq!(entity("source: {}\ncolumns: { a: string }\n"), ["/source"]);
    assert_eq!(entity("source: { files: x.csv }\n"), ["/columns"]);
    assert_eq!(entity("source: { files: x.csv }\ncolumns: { a: string, b: int, a: int }\n"), ["/columns/a"]);
    let metric = "metric: m\nmeasures: { a: count(*), b: { type: int } }\ntime: { column: d, grains: [days] }\n";
    assert_eq!(lost("specs/m.yml", metric), ["/measures/b", "/time", "/from"]);
}

#[test]
fn a_misspelt_key_that_must_be_there_is_read_as_it_was_meant() {
    let (spec, faults) = entity("entity: e\nsource: { files: x.csv }\ncolums: { a: { tpye: string, pii: x } }\n");
    assert_eq!(faults.len(), 3);
    let ColumnEntry::Full(column) = &spec.expect("an entity").columns["a"] else { panic!("not a full column") };
    assert_eq!((column.ty.as_str(), column.pii), ("string", None));
}

#[test]
fn a_misspelt_key_is_one_fault_and_not_also_a_missing_one() {
    let (_, faults) = entity("entity: e\nsource: { files: x.csv }\ncolums: { a: string }\n");
    assert_eq!(faults.iter().map(|f| f.message.as_str()).collect::<Vec<_>>(), ["unknown key `colums`"]);
}

/// One document of each kind that uses as much of the language as possible.
fn rich(kind: SpecKind) -> Value {
    match kind {
        SpecKind::Project => json!({
            "project": "p", "targets": {"dev": {"default": true, "catalog": "c", "schema": "s", "landing": "/l"}},
            "principals": {"a": {"group": "g"}, "b": {"service_principal": "x"}},
            "audiences": {"x": {"members": ["a"], "sees": ["email"]}, "y": {"members": [], "sees": "all"}},
            "masks": {"email": "redact", "phone": {"keep_last": 4}}, "classification": "internal",
            "schedules": {"d": {"cron": "0 0 5 * * ?", "refresh": ["m"], "retries": 2}},
            "notifications": {"on_failure": ["a@b.c"]}, "alerts": {"quality_below_percent": 95, "stale": true},
        }),
        SpecKind::Entity => json!({
            "entity": "e", "source": {"files": "e*.csv", "delimiter": ";"}, "key": ["a", "b"], "load": "upsert",
            "columns": {"a": "string", "b": {"type": "int", "required": true, "references": {"entity": "o", "as": "x"}},
                        "c": {"type": "string", "pii": "email", "accepted": ["x"], "references": "o"}},
            "rules": {"r": "a > 0", "s": {"check": "b > 0", "on_violation": "warn"}}, "derived": {"d": "a + b"},
            "freshness": {"within_hours": 48}, "row_count": {"min": 1},
        }),
        SpecKind::Metric => json!({
            "metric": "m", "from": "e", "where": "a > 0", "per": {"entity": "o", "columns": ["x"]},
            "dimensions": {"d": "a"}, "measures": {"s": "sum(a)", "t": {"sql": "count(*)", "type": "bigint"}},
            "time": {"column": "b", "grains": ["day", "week"]}, "tables": {"t": {"by": ["d"]}}, "audience": "x",
        }),
    }
}

/// Pointers to all values below `value`.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(fields) => fields.iter().for_each(|(k, v)| pointers(v, &format!("{at}/{k}"), found)),
        Value::Array(items) => items.iter().enumerate().for_each(|(i, v)| pointers(v, &format!("{at}/{i}"), found)),
        _ => {}
    }
}

fn other_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!(null)),
        Just(json!({})),
        Just(json!([])),
        Just(json!({"group": "x", "service_principal": "y"})),
        Just(json!({"lookup": "x", "delimiter": "y"})),
        Just(json!({"keep_first": 1000, "keep_last": 1})),
        any::<bool>().prop_map(Value::from),
        (-300_i64..300).prop_map(Value::from),
        (-300.0..300.0).prop_map(Value::from),
        "[a-z]{0,3}".prop_map(Value::from),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// The words are ours, the judgement is the validator's: both must agree on every document.
    #[test]
    fn whatever_breaks_the_schema_is_explained(
        kind in prop::sample::select(SpecKind::ALL.to_vec()),
        edits in prop::collection::vec((any::<prop::sample::Index>(), prop::option::of(other_value()), "[a-z]{1,5}"), 1..4),
    ) {
        let mut value = rich(kind);
        for (index, replacement, key) in edits {
            let mut all = vec![];
            pointers(&value, "", &mut all);
            let pointer = all[index.index(all.len())].clone();
            match (value.pointer_mut(&pointer), replacement) {
                (Some(target), Some(replacement)) if !pointer.is_empty() => *target = replacement,
                (Some(Value::Object(fields)), None) => drop(fields.insert(key, json!("x"))),
                _ => remove(&mut value, &pointer),
            }
        }
        prop_assume!(value.get(kind.key()).is_some());
        // JSON is YAML; quoted texts everywhere leave nothing but numbers and words to read as texts.
        let text = value.to_string();
        let (mut sources, mut diags) = (SourceMap::default(), Diagnostics::default());
        let world = MemoryWorld::default().with_file("specs/project.yml", text.as_str());
        let mut loaded = load(&world, Path::new(""), &mut sources, &mut diags);
        prop_assume!(loaded.documents.len() == 1);
        let document = loaded.documents.remove(0);
        let rules = Rules::of(kind);
        let found = explain(rules.schema(), &document, &text);
        let mut retyped = document.value.clone();
        for (pointer, text) in found.texts {
            *retyped.pointer_mut(&pointer).unwrap() = json!(text);
        }
        prop_assert_eq!(found.diagnostics.is_empty(), rules.accepts(&retyped), "{}", text);
    }
}

#[test]
fn schemas_hold_only_keywords_that_the_explanation_knows() {
    const KNOWN: &[&str] = &[
        "$schema",
        "$defs",
        "$ref",
        "title",
        "description",
        "examples",
        "format",
        "type",
        "const",
        "anyOf",
        "oneOf",
        "properties",
        "additionalProperties",
        "required",
        "items",
        "minimum",
        "maximum",
        "minLength",
        "maxLength",
        "x-unquoted",
    ];
    fn walk(schema: &Value) {
        let Value::Object(map) = schema else { return };
        for (keyword, value) in map {
            assert!(KNOWN.contains(&keyword.as_str()), "`{keyword}` in {schema}");
            match (keyword.as_str(), value) {
                ("properties" | "$defs", Value::Object(schemas)) => schemas.values().for_each(walk),
                ("anyOf" | "oneOf", Value::Array(schemas)) => schemas.iter().for_each(walk),
                ("items" | "additionalProperties", schema) => walk(schema),
                _ => {}
            }
        }
    }
    SpecKind::ALL.into_iter().for_each(|kind| walk(Rules::of(kind).schema()));
}
