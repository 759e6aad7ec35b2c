//! The embedded engine against answers recorded from Spark 4.3: `tests/spark/functions.jsonl`.
//!
//! `tests/spark/differences.txt` lists what is not equal, with a reason; every other query has to give the same rows.

#![cfg(feature = "engine")]

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use datafusion::arrow::datatypes::{DataType, DurationMicrosecondType, Float32Type, Float64Type, SchemaRef};
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::datasource::MemTable;
use lakegen::engine::local::spark::{Fault, LastPart, Session};
use lakegen::lakeflow::parse_query;

type Rows = (SchemaRef, Vec<RecordBatch>);

fn run(runtime: &tokio::runtime::Runtime, session: &Session, sql: &str) -> Result<Rows, Fault> {
    let query = parse_query(sql).map_err(|fault| Fault::failed(format!("syntax: {}", fault.message)))?;
    runtime.block_on(session.query(&query, &mut LastPart))
}

fn text(array: &ArrayRef, row: usize) -> String {
    if array.is_null(row) {
        return "NULL".to_owned();
    }
    match array.data_type() {
        DataType::Timestamp(..) => {
            let shown = ArrayFormatter::try_new(array, &FormatOptions::default()).unwrap().value(row).to_string();
            shown.trim_end_matches('Z').to_owned()
        }
        DataType::Float64 => format!("{:?}", array.as_primitive::<Float64Type>().value(row)),
        DataType::Float32 => format!("{:?}", array.as_primitive::<Float32Type>().value(row)),
        DataType::Duration(_) => {
            let micros = array.as_primitive::<DurationMicrosecondType>().value(row);
            match micros / 86_400_000_000 {
                0 => "0:00:00".to_owned(),
                days => format!("{days} days, 0:00:00"),
            }
        }
        DataType::List(_) => {
            let values = array.as_list::<i32>().value(row);
            let parts: Vec<_> = (0..values.len()).map(|i| text(&values, i)).collect();
            format!("[{}]", parts.join(", "))
        }
        DataType::Map(..) => {
            let map = array.as_map().value(row);
            let (keys, values) = (map.column(0), map.column(1));
            let parts: Vec<_> = (0..map.len()).map(|i| format!("{}: {}", text(keys, i), text(values, i))).collect();
            format!("{{{}}}", parts.join(", "))
        }
        _ => ArrayFormatter::try_new(array, &FormatOptions::default()).unwrap().value(row).to_string(),
    }
}

fn shown((_, batches): &Rows) -> Vec<String> {
    let row = |batch: &RecordBatch, row| batch.columns().iter().map(|c| text(c, row)).collect::<Vec<_>>().join(" ; ");
    batches.iter().flat_map(|batch| (0..batch.num_rows()).map(move |i| row(batch, i))).collect()
}

fn differences() -> BTreeMap<String, String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/spark/differences.txt");
    let text = std::fs::read_to_string(path).unwrap();
    let lines = text.lines().filter(|l| !l.is_empty() && !l.starts_with('#'));
    lines.map(|l| l.split_once(" | ").map(|(a, b)| (a.trim().to_owned(), b.to_owned())).unwrap()).collect()
}

/// What Spark answered, and what this engine answers: `None` when they agree.
fn compare(case: &serde_json::Value, answer: Result<Rows, Fault>) -> Option<String> {
    let sql = case["sql"].as_str().unwrap();
    match (case["ok"].as_bool().unwrap(), answer) {
        (false, Err(_)) => None,
        (false, Ok(rows)) => Some(format!("laxer: Spark refuses, here {:?}", shown(&rows))),
        (true, Err(fault)) => Some(format!("refused: {fault}")),
        (true, Ok(rows)) => {
            let mut wanted: Vec<String> = case["rows"].as_str().unwrap().split(" / ").map(str::to_owned).collect();
            let mut got = shown(&rows);
            if !sql.contains("ORDER BY") {
                wanted.sort();
                got.sort();
            }
            let names: Vec<_> =
                case["types"].as_str().unwrap().split(", ").filter_map(|t| t.split(':').next()).collect();
            let have: Vec<_> = rows.0.fields().iter().map(|f| f.name().as_str()).collect();
            if wanted != got {
                Some(format!("differs: Spark {wanted:?}, here {got:?}"))
            } else if !case["types"].as_str().unwrap().contains('<') && names != have {
                Some(format!("names differ: Spark {names:?}, here {have:?}"))
            } else {
                None
            }
        }
    }
}

#[test]
fn functions_answer_as_spark_does() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/spark/functions.jsonl");
    let file = std::fs::read_to_string(path).unwrap();
    let mut lines = file.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let setup = lines.next().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let session = Session::new();
    for (sql, name) in setup["setup"].as_array().unwrap().iter().zip(["t", "u"]) {
        let query = sql.as_str().unwrap().split_once(" AS ").unwrap().1;
        let (schema, batches) = run(&runtime, &session, query).unwrap();
        session.register(name, Arc::new(MemTable::try_new(schema, vec![batches]).unwrap())).unwrap();
    }
    let known = differences();
    let mut faults = vec![];
    let mut equal = 0;
    let mut seen = vec![];
    for case in lines {
        let label = case["label"].as_str().unwrap();
        seen.push(label.to_owned());
        let outcome = compare(&case, run(&runtime, &session, case["sql"].as_str().unwrap()));
        match (outcome, known.get(label)) {
            (None, None) => equal += 1,
            (None, Some(_)) => faults.push(format!("{label} | is equal now: take it off the list")),
            (Some(found), None) => faults.push(format!("{label} | {found}")),
            (Some(found), Some(listed)) => {
                // A refusal may not turn into a silent difference.
                if found.split(':').next() != listed.split(':').next() {
                    faults.push(format!("{label} | {found} (listed as {listed})"));
                }
            }
        }
    }
    faults
        .extend(known.keys().filter(|k| !seen.contains(k)).map(|k| format!("{k} | listed but not among the queries")));
    assert!(faults.is_empty(), "{equal} are equal, {} are not as listed:\n{}", faults.len(), faults.join("\n"));
}
