//! Dashboards and REST documents of every project: what they name exists, and what they draw has a place of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use lakeflow::{infer::Catalog, infer::Relation, infer::analyze_query, parse_query};
use lakegen::driver::Compilation;
use serde_json::Value;

use crate::projects::{cases, compile};

fn projects() -> Vec<Compilation> {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).to_owned();
    cases().iter().chain([&shipped]).map(|root| compile(root)).collect()
}

fn documents<'a>(project: &'a Compilation, ending: &'a str) -> impl Iterator<Item = (&'a str, Value)> {
    let files = project.files.iter().filter(move |file| file.artifact.path().ends_with(ending));
    files.map(|file| (file.artifact.path(), serde_json::from_str(&file.text).unwrap()))
}

fn texts<'a>(value: &'a Value, pointer: &'a str, key: &'a str) -> impl Iterator<Item = &'a str> {
    let items = value.pointer(pointer).and_then(Value::as_array).into_iter().flatten();
    items.filter_map(move |item| item[key].as_str())
}

/// The tables of a pipeline.
struct Tables<'a>(&'a Compilation);

impl Catalog for Tables<'_> {
    fn table(&self, name: &[&str]) -> Option<std::sync::Arc<Relation>> {
        let dataset = self.0.datasets.iter().find(|dataset| Some(&dataset.name.as_str()) == name.last())?;
        Some(Relation::of(dataset.columns.clone()))
    }
}

/// The columns of a query over the tables of a project, which must be without fault.
fn columns(project: &Compilation, sql: &str) -> BTreeSet<String> {
    let info = analyze_query(&parse_query(sql).unwrap(), sql, &Tables(project));
    assert_eq!(info.faults, [], "{sql}");
    info.columns.iter().map(|column| column.column.name.clone()).collect()
}

#[test]
fn dashboards_read_columns_that_exist() {
    let mut drawn = 0;
    for project in projects() {
        for (path, dashboard) in documents(&project, ".lvdash.json") {
            let datasets: BTreeMap<&str, BTreeSet<String>> = dashboard["datasets"]
                .as_array()
                .unwrap()
                .iter()
                .map(|dataset| {
                    let lines = dataset["queryLines"].as_array().unwrap().iter().filter_map(Value::as_str);
                    (dataset["name"].as_str().unwrap(), columns(&project, &lines.collect::<String>()))
                })
                .collect();
            for item in dashboard["pages"].as_array().unwrap().iter().flat_map(|p| p["layout"].as_array().unwrap()) {
                for query in item["widget"]["queries"].as_array().unwrap() {
                    let dataset = &datasets[query["query"]["datasetName"].as_str().unwrap()];
                    for expression in texts(query, "/query/fields", "expression") {
                        let name = expression.split('`').nth(1).unwrap();
                        assert!(dataset.contains(name), "{path}: {expression}");
                        drawn += 1;
                    }
                }
            }
        }
    }
    assert!(drawn > 100, "{drawn}");
}

#[test]
fn widgets_have_a_name_and_a_place_of_their_own() {
    for project in projects() {
        for (path, dashboard) in documents(&project, ".lvdash.json") {
            for page in dashboard["pages"].as_array().unwrap() {
                let mut taken = BTreeSet::new();
                let mut names = BTreeSet::new();
                for item in page["layout"].as_array().unwrap() {
                    let at = |key: &str| item["position"][key].as_u64().unwrap();
                    assert!(at("x") + at("width") <= 6, "{path}: {item}");
                    assert!(names.insert(item["widget"]["name"].as_str().unwrap()), "{path}: {item}");
                    for x in at("x")..at("x") + at("width") {
                        for y in at("y")..at("y") + at("height") {
                            assert!(taken.insert((x, y)), "{path}: {item}");
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn statements_read_columns_that_exist_and_use_every_parameter() {
    let mut statements = 0;
    for project in projects() {
        for (path, document) in documents(&project, ".json").filter(|(path, _)| path.starts_with("openapi/")) {
            let schemas = document["components"]["schemas"].as_object().unwrap();
            for (name, schema) in schemas.iter().filter(|(name, _)| name.ends_with("_request")) {
                let statement = schema["properties"]["statement"]["const"].as_str().unwrap();
                let mut sql = statement.to_owned();
                let parameters = schema.pointer("/properties/parameters/prefixItems").unwrap().as_array().unwrap();
                // Longest first: `:a` is the beginning of `:a_b`.
                let mut named: Vec<(&str, &str)> = parameters
                    .iter()
                    .map(|p| &p["properties"])
                    .map(|p| (p["name"]["const"].as_str().unwrap(), p["type"]["const"].as_str().unwrap()))
                    .collect();
                let words: BTreeSet<String> = named.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
                assert_eq!(words.len(), named.len(), "{path}: two parameters of one name");
                let is_word = |word: &String| word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
                assert!(words.iter().all(is_word), "{path}: {words:?}");
                named.sort_by_key(|(parameter, _)| std::cmp::Reverse(parameter.len()));
                for (parameter, ty) in named {
                    let marker = format!(":{parameter}");
                    assert!(sql.contains(&marker), "{path}: {parameter}");
                    let value = if parameter == "page_size" { "10".to_owned() } else { format!("CAST(NULL AS {ty})") };
                    sql = sql.replace(&marker, &value);
                }
                let row = &schemas[&name.replace("_request", "_row")];
                let told: BTreeSet<String> = texts(row, "/prefixItems", "title").map(str::to_owned).collect();
                assert_eq!(columns(&project, &sql), told, "{path}: {name}");
                statements += 1;
            }
        }
    }
    assert!(statements > 1, "{statements}");
}
