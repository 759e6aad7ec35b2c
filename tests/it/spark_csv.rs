//! How CSV is read, against what Spark 4.3 reads: `tests/spark/csv.jsonl`, recorded by `tests/spark/csv_lines.py`.

#![cfg(feature = "engine")]

use lakegen::engine::local::csv::{CsvFormat, records, records_of_lines};

#[test]
fn lines_are_read_as_spark_reads_them() {
    let path = std::env::var_os("SPARK_CSV").map_or_else(|| crate::root().join("tests/spark/csv.jsonl"), Into::into);
    let (mut faults, mut refused, mut all) = (vec![], 0, 0);
    for line in std::fs::read_to_string(path).unwrap().lines().filter(|line| !line.contains("\"note\"")) {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        all += 1;
        let option = |key: &str| case[key].as_str().and_then(|text| text.chars().next());
        let format = CsvFormat {
            delimiter: option("sep").unwrap_or(','),
            quote: option("quote").unwrap_or('"'),
            escape: option("escape").unwrap(),
            comment: option("comment"),
        };
        let read = if case["multiLine"] == false { records_of_lines } else { records };
        // What is refused is told.
        let Ok(read) = read(case["text"].as_str().unwrap(), format) else {
            refused += 1;
            continue;
        };
        let width = 4;
        let field = |record: &lakegen::engine::local::csv::CsvRecord, i: usize| {
            record.fields.get(i).filter(|f| !f.is_empty()).map_or(serde_json::Value::Null, |f| f.as_str().into())
        };
        let ours: Vec<serde_json::Value> = read
            .iter()
            .skip(usize::from(case["header"] != false))
            .map(|record| (0..width).map(|i| field(record, i)).collect())
            .collect();
        if case["rows"] != serde_json::Value::from(ours.clone()) {
            faults.push(format!("{case}\n    here: {}", serde_json::Value::from(ours)));
        }
    }
    assert!(refused * 3 < all, "{refused} of {all} are refused");
    assert!(faults.is_empty(), "{} differ\n{}", faults.len(), faults.join("\n"));
}
