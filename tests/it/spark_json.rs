//! How JSON is read, against what Spark 4.3 reads: `tests/spark/json.jsonl`, recorded by `tests/spark/json_lines.py`.

#![cfg(feature = "engine")]

use lakegen::engine::local::variant_text;
use lakegen::json::{JsonRecord, records};
use serde_json::Value;

#[test]
fn records_are_read_as_spark_reads_them() {
    let path = std::env::var_os("SPARK_JSON").map_or_else(|| crate::root().join("tests/spark/json.jsonl"), Into::into);
    let (mut faults, mut refused, mut all) = (vec![], 0, 0);
    for line in std::fs::read_to_string(path).unwrap().lines().filter(|line| !line.contains("\"note\"")) {
        let case: Value = serde_json::from_str(line).unwrap();
        all += 1;
        // What is refused is told.
        let Ok(read) = records(case["text"].as_str().unwrap(), case["multiLine"] == true) else {
            refused += 1;
            continue;
        };
        let ours: Vec<Value> = read.iter().map(row).collect();
        let theirs: Vec<Value> = case["rows"].as_array().unwrap().iter().map(without_parts).collect();
        if theirs != ours {
            faults.push(format!("{case}\n    here: {}", Value::from(ours)));
        }
    }
    assert!(refused * 5 < all, "{refused} of {all} are refused");
    assert!(faults.is_empty(), "{} differ\n{}", faults.len(), faults.join("\n"));
}

/// Of a record that is malformed inside of a field, Spark shows the other fields; the row is told by the last column anyway.
fn without_parts(row: &Value) -> Value {
    let none = Value::Null;
    match &row[3] {
        Value::Null => row.clone(),
        corrupt => [&none, &none, &none, corrupt, &none, &none].into_iter().cloned().collect(),
    }
}

/// Three fields, what is no record, and what a variant of the first has.
fn row(record: &JsonRecord<'_>) -> Value {
    let mut texts: [Option<String>; 4] = Default::default();
    match record {
        JsonRecord::Malformed(text) => texts[3] = Some((*text).to_owned()),
        JsonRecord::Fields(fields) => {
            for (name, node) in fields {
                if let Some(place) = ["x", "y", "q r"].iter().position(|own| own == name) {
                    texts[place] = node.column_text();
                }
            }
        }
    }
    let found = [Some("y"), None].map(|field| variant_text(texts[0].as_deref()?, field));
    texts.into_iter().chain(found).map(Value::from).collect()
}
