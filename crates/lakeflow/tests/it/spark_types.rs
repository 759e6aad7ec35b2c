//! Our types against those that Spark 4.3 gives, query by query.
//!
//! `tests/spark/*.jsonl` hold what Spark answered; `tests/spark/disagreements.txt` names each query on which we mean to
//! differ, with the reason. A disagreement that is not listed fails, and so does one that is listed but gone. What Spark
//! refuses in `figures` and `guards` it refuses for the sake of a value, which is not looked at here.

use std::collections::BTreeMap;
use std::sync::Arc;

use lakeflow::infer::{Catalog, Relation, analyze_query};
use lakeflow::parse_query;
use lakeflow::types::parse_columns;
use serde_json::Value;

/// The two views that the file's `setup` creates.
struct Views;

impl Catalog for Views {
    fn table(&self, name: &[&str]) -> Option<Arc<Relation>> {
        let columns = match name {
            [name] if name.eq_ignore_ascii_case("t") => {
                "id INT NOT NULL, d DATE, ts TIMESTAMP, s STRING, amt DECIMAL(18,2), x DOUBLE, g STRING, ds STRING, \
                 arr ARRAY<INT>, ds2 STRING, n STRING"
            }
            [name] if name.eq_ignore_ascii_case("u") => "id INT, v STRING",
            _ => return None,
        };
        Some(Relation::of(parse_columns(columns).ok()?))
    }
}

/// `name:type` for each column, as Spark prints them, or the faults.
fn ours(sql: &str) -> String {
    let query = match parse_query(sql) {
        Ok(query) => query,
        Err(fault) => return format!("refused: {}", fault.message),
    };
    let info = analyze_query(&query, sql, &Views);
    if let Some(fault) = info.faults.first() {
        return format!("refused: {}", fault.message);
    }
    let spelt = |ty: String| ty.to_lowercase().replace(", ", ",").replace(": ", ":");
    let columns = info.columns.iter().map(|c| format!("{}:{}", c.column.name, spelt(c.column.ty.to_string())));
    columns.collect::<Vec<_>>().join(", ")
}

/// What Spark says, in the same form; a query that it refuses is `refused`.
fn sparks(case: &Value) -> String {
    match case["ok"].as_bool() {
        Some(true) => case["types"].as_str().unwrap_or_default().to_string(),
        _ => "refused".into(),
    }
}

fn listed() -> BTreeMap<&'static str, &'static str> {
    let lines = include_str!("../../../../tests/spark/disagreements.txt")
        .lines()
        .filter(|l| !l.starts_with('#') && !l.is_empty());
    lines.filter_map(|l| l.split_once(" | ")).collect()
}

#[test]
fn types_are_those_of_spark() {
    let listed = listed();
    let mut seen = Vec::new();
    let mut cases = 0;
    let all = [
        (include_str!("../../../../tests/spark/functions.jsonl"), true),
        (include_str!("../../../../tests/spark/arguments.jsonl"), true),
        (include_str!("../../../../tests/spark/figures.jsonl"), false),
        (include_str!("../../../../tests/spark/guards.jsonl"), false),
    ];
    let lines = all.into_iter().flat_map(|(file, refusals)| file.lines().map(move |line| (line, refusals)));
    for (line, refusals) in lines {
        let case: Value = serde_json::from_str(line).unwrap();
        let (Some(label), Some(sql)) = (case["label"].as_str(), case["sql"].as_str()) else { continue };
        let (ours, sparks) = (ours(sql), sparks(&case));
        if sparks == "refused" && !refusals {
            continue;
        }
        cases += 1;
        let same = ours == sparks || (sparks == "refused" && ours.starts_with("refused"));
        if same == listed.contains_key(label) {
            seen.push(format!("{label}: {sql}\n    spark: {sparks}\n    ours:  {ours}"));
        }
    }
    assert!(cases > 300, "{cases} queries");
    assert!(listed.len() <= 10, "too many disagreements to speak of agreement");
    assert!(seen.is_empty(), "{} differ from Spark and from the list:\n{}", seen.len(), seen.join("\n"));
}
