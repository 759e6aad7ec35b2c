//! How Parquet is read, against what Spark 4.3 reads: `tests/spark/parquet.jsonl`, recorded by `tests/spark/parquet_types.py`.

#![cfg(feature = "engine")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use lakeflow::check;
use lakeflow::diag::Diagnostics;
use lakeflow::source::SourceMap;
use lakegen::engine::local::{RunFault, RunRequest, json_text, query, run};
use serde_json::Value;

/// What Spark reads as something else without a word: numbers of days and moments, bytes as texts, local times as moments, an
/// unsigned number as a negative one. Here it is rescued.
const SILENT: &[(&str, &[&str])] = &[
    ("DATE", &["int8", "int16", "int32", "uint8", "uint16"]),
    ("DOUBLE", &["date", "uint32"]),
    ("STRING", &["binary"]),
    ("BIGINT", &["date", "utc_millis", "utc_micros", "local_millis", "local_micros"]),
    ("TIMESTAMP", &["local_millis", "local_micros"]),
    ("TIMESTAMP_NTZ", &["utc_millis", "utc_micros"]),
];

/// Runs a pipeline of SQL over a landing directory, and gives the rows of a table.
fn rows(sql: &str, landing: &Path, select: &str) -> Result<Vec<Value>, RunFault> {
    let (mut sources, mut found) = (SourceMap::default(), Diagnostics::default());
    let ids = [sources.add("pipeline.sql".to_owned(), sql.to_owned())];
    let pipeline = check::pipeline(&ids, &sources, &mut found);
    let warehouse = tempfile::tempdir().unwrap();
    let warehouse = warehouse.path().join("tables");
    run(&RunRequest { pipeline: &pipeline, parameters: &BTreeMap::new(), landing, warehouse: &warehouse })?;
    Ok(serde_json::from_str(&json_text(&query(select, &warehouse)?)).unwrap())
}

fn table(columns: &[String], file: &str) -> String {
    format!(
        "CREATE OR REFRESH STREAMING TABLE t AS SELECT * FROM STREAM read_files('${{landing}}/{file}', \
         format => 'parquet', schema => '{}', rescuedDataColumn => '_rescued_data');",
        columns.join(", ")
    )
}

#[test]
fn columns_of_each_type_are_read_as_spark_reads_them() {
    let recorded =
        std::env::var_os("SPARK_PARQUET").map_or_else(|| crate::root().join("tests/spark/parquet.jsonl"), Into::into);
    let mut types: BTreeMap<String, Vec<(String, Value)>> = BTreeMap::new();
    for line in fs::read_to_string(recorded).unwrap().lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let text = |key: &str| case[key].as_str().unwrap().to_owned();
        types.entry(text("type")).or_default().push((text("column"), case["values"].clone()));
    }
    let mut faults = vec![];
    for (ty, columns) in &types {
        let schema: Vec<String> = columns.iter().map(|(name, _)| format!("`{name}` {ty}")).collect();
        let shown: Vec<String> =
            columns.iter().map(|(name, _)| format!("CAST(`{name}` AS STRING) AS `{name}`")).collect();
        let select = format!("SELECT {}, _rescued_data FROM t", shown.join(", "));
        let rows = rows(&table(&schema, "types.parquet"), &crate::root().join("tests/parquet"), &select).unwrap();
        for (name, theirs) in columns {
            let ours: Vec<Value> = rows.iter().map(|row| row[name].clone()).collect();
            let rescued = rows
                .iter()
                .map(|row| row["_rescued_data"].as_str().is_some_and(|text| text.contains(&format!("\"{name}\":"))));
            let rescued: Vec<bool> = rescued.collect();
            let is_silent = SILENT.iter().any(|(of, names)| of == ty && names.contains(&name.as_str()));
            let is_as_there = match theirs {
                Value::Array(theirs) if !is_silent => *theirs == ours && rescued == [false; 3],
                _ => ours == [Value::Null, Value::Null, Value::Null] && rescued == [true, true, false],
            };
            if !is_as_there {
                faults.push(format!("{name} as {ty}: {theirs} there, {ours:?} here, rescued {rescued:?}"));
            }
        }
    }
    assert!(types.len() > 10 && faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_damaged_file_is_named_and_nothing_else_happens() {
    let whole = fs::read(crate::root().join("tests/parquet/types.parquet")).unwrap();
    let landing = tempfile::tempdir().unwrap();
    let path = landing.path().join("x.parquet");
    let sql = table(&["`int32` BIGINT".to_owned(), "`string` STRING".to_owned()], "x.parquet");
    let mut refused = 0;
    let mut damaged: Vec<Vec<u8>> =
        [0, 3, 8, 100, whole.len() / 2, whole.len() - 1].into_iter().map(|length| whole[..length].to_vec()).collect();
    for place in (0..whole.len()).step_by(whole.len() / 150 + 1) {
        for value in [0, 0x7f, 0xff] {
            let mut bytes = whole.clone();
            bytes[place] = value;
            damaged.push(bytes);
        }
    }
    for bytes in damaged.iter().skip(1) {
        fs::write(&path, bytes).unwrap();
        match rows(&sql, landing.path(), "SELECT * FROM t") {
            Ok(_) => {}
            Err(fault) => {
                assert!(fault.to_string().contains("x.parquet"), "{fault}");
                refused += 1;
            }
        }
    }
    assert!(refused > 20, "{refused} of {} are refused", damaged.len());
}
