//! The embedded engine against answers recorded from Spark 4.3: `tests/spark/*.jsonl`.
//!
//! `tests/spark/differences.txt` lists what is not equal, with a reason; every other query has to give the same rows, in
//! columns of the same types. `functions.jsonl` is answered by the analyser too, `values.jsonl` by the engine alone.
//! `tests/spark/record.py` records answers, `tests/spark/figures.py` makes up queries by the
//! thousand; the test reads a file of those too when `SPARK_ANSWERS` names one. `tests/spark/expressions.jsonl` is a sample
//! of what `tests/spark/expressions.py` makes up: there a query may be refused, by the compiler or by the engine, but
//! every answer has to be Spark's; so it is with `arguments.jsonl`, which holds arguments of all types for functions that
//! want one.

#![cfg(feature = "engine")]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use datafusion::arrow::datatypes::{DataType, DurationMicrosecondType, Float32Type, Float64Type, SchemaRef};
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::datasource::MemTable;
use lakeflow::infer::{Catalog, Relation, analyze_query};
use lakeflow::parse_query;
use lakegen::engine::local::spark::{LastPart, QueryFault, Session};

type Rows = (SchemaRef, Vec<RecordBatch>);

fn run(runtime: &tokio::runtime::Runtime, session: &Session, sql: &str) -> Result<Rows, QueryFault> {
    let query = parse_query(sql).map_err(|fault| QueryFault::failed(format!("syntax: {}", fault.message)))?;
    runtime.block_on(session.query(&query, &mut LastPart))
}

/// The shortest digits, as Python writes them: of two texts that are equally near, the even one.
fn float(value: f64) -> String {
    let shown = format!("{value:?}");
    let mantissa = shown.split('e').next().unwrap();
    let places = mantissa.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    let even = if shown.contains('e') { format!("{value:.places$e}") } else { format!("{value:.places$}") };
    if even.parse() == Ok(value) { even } else { shown }
}

fn text(array: &ArrayRef, row: usize) -> String {
    if array.is_null(row) {
        return "NULL".to_owned();
    }
    match array.data_type() {
        DataType::Timestamp(..) => {
            let shown = ArrayFormatter::try_new(array, &FormatOptions::default()).unwrap().value(row).to_string();
            let shown = shown.trim_end_matches('Z');
            shown.split_once('.').map_or(shown.to_owned(), |(time, fraction)| format!("{time}.{fraction:0<6}"))
        }
        DataType::Float64 => float(array.as_primitive::<Float64Type>().value(row)),
        DataType::Float32 => float(f64::from(array.as_primitive::<Float32Type>().value(row))),
        DataType::Duration(_) => {
            let micros = array.as_primitive::<DurationMicrosecondType>().value(row);
            // As Python writes it.
            let (days, rest) = (micros.div_euclid(86_400_000_000), micros.rem_euclid(86_400_000_000));
            let (seconds, fraction) = (rest / 1_000_000, rest % 1_000_000);
            let clock = format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
            let clock = if fraction == 0 { clock } else { format!("{clock}.{fraction:06}") };
            match days {
                0 => clock,
                1 | -1 => format!("{days} day, {clock}"),
                days => format!("{days} days, {clock}"),
            }
        }
        DataType::Struct(fields) => {
            let columns = array.as_struct().columns().iter().zip(fields.iter());
            let parts: Vec<_> = columns.map(|(c, f)| format!("{}: {}", f.name(), text(c, row))).collect();
            format!("{{{}}}", parts.join(", "))
        }
        DataType::List(_) => {
            let values = array.as_list::<i32>().value(row);
            let parts: Vec<_> = (0..values.len()).map(|i| text(&values, i)).collect();
            format!("[{}]", parts.join(", "))
        }
        DataType::Map(..) => {
            let map = array.as_map().value(row);
            let (keys, values) = (map.column(0), map.column(1));
            let mut parts: Vec<_> = (0..map.len()).map(|i| format!("{}: {}", text(keys, i), text(values, i))).collect();
            parts.sort();
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

/// The type as Spark spells it.
fn spelt(ty: &DataType) -> String {
    match ty {
        DataType::Null => "void".to_owned(),
        DataType::Int8 => "tinyint".to_owned(),
        DataType::Int16 => "smallint".to_owned(),
        DataType::Int32 => "int".to_owned(),
        DataType::Int64 => "bigint".to_owned(),
        DataType::Float32 => "float".to_owned(),
        DataType::Float64 => "double".to_owned(),
        DataType::Boolean => "boolean".to_owned(),
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => "binary".to_owned(),
        DataType::Date32 => "date".to_owned(),
        DataType::Timestamp(_, Some(_)) => "timestamp".to_owned(),
        DataType::Timestamp(_, None) => "timestamp_ntz".to_owned(),
        DataType::Decimal128(precision, scale) => format!("decimal({precision},{scale})"),
        DataType::List(element) => format!("array<{}>", spelt(element.data_type())),
        DataType::Utf8 | DataType::Utf8View | DataType::LargeUtf8 => "string".to_owned(),
        DataType::Struct(fields) => {
            let fields: Vec<_> = fields.iter().map(|f| format!("{}:{}", f.name(), spelt(f.data_type()))).collect();
            format!("struct<{}>", fields.join(","))
        }
        DataType::Map(entries, _) => match entries.data_type() {
            DataType::Struct(fields) => {
                format!("map<{}>", fields.iter().map(|f| spelt(f.data_type())).collect::<Vec<_>>().join(","))
            }
            other => other.to_string(),
        },
        DataType::Interval(_) | DataType::Duration(_) => "interval".to_owned(),
        other => other.to_string(),
    }
}

/// What Spark answered, and what this engine answers: `None` when they agree.
fn compare(case: &serde_json::Value, answer: Result<Rows, QueryFault>) -> Option<String> {
    let sql = case["sql"].as_str().unwrap();
    let (schema, rows) = match (case["ok"].as_bool().unwrap(), answer) {
        (false, Err(_)) => return None,
        (false, Ok(rows)) => return Some(format!("laxer: Spark refuses, here {:?}", shown(&rows))),
        (true, Err(fault)) => return Some(format!("refused: {fault}")),
        (true, Ok(rows)) => (Arc::clone(&rows.0), shown(&rows)),
    };
    let mut wanted: Vec<String> = case["rows"].as_str().unwrap().split(" / ").map(str::to_owned).collect();
    let mut got = rows;
    if wanted == [""] && got.is_empty() {
        wanted.clear();
    }
    if !sql.contains("ORDER BY") {
        wanted.sort();
        got.sort();
    }
    if wanted != got {
        return Some(format!("differs: Spark {wanted:?}, here {got:?}"));
    }
    // Types of intervals are spelt in too many ways.
    let types = case["types"].as_str().unwrap();
    if types.contains("interval") {
        return None;
    }
    let have: Vec<_> = schema.fields().iter().map(|f| format!("{}:{}", f.name(), spelt(f.data_type()))).collect();
    (types != have.join(", ")).then(|| format!("names differ: Spark {types}, here {}", have.join(", ")))
}

/// Tables as the first line of a file sets them up.
fn set_up(runtime: &tokio::runtime::Runtime, session: &Session, setup: &serde_json::Value) {
    for sql in setup["setup"].as_array().into_iter().flatten() {
        let (head, query) = sql.as_str().unwrap().split_once(" AS ").unwrap();
        let (schema, batches) = run(runtime, session, query).unwrap();
        let name = head.rsplit(' ').next().unwrap();
        session.register(name, Arc::new(MemTable::try_new(schema, vec![batches]).unwrap())).unwrap();
    }
}

/// The files of recorded answers: those of the project, and one that the caller names.
fn answers() -> Vec<PathBuf> {
    let committed = ["functions", "figures", "guards", "values"];
    let mut files: Vec<PathBuf> =
        committed.iter().map(|name| crate::root().join(format!("tests/spark/{name}.jsonl"))).collect();
    files.extend(std::env::var_os("SPARK_ANSWERS").map(PathBuf::from));
    files
}

#[test]
fn functions_answer_as_spark_does() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let known = differences();
    let (mut faults, mut equal, mut seen) = (vec![], 0, vec![]);
    for path in answers() {
        let file = std::fs::read_to_string(path).unwrap();
        let mut lines = file.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        let session = Session::new();
        set_up(&runtime, &session, &lines.next().unwrap());
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
    }
    faults
        .extend(known.keys().filter(|k| !seen.contains(k)).map(|k| format!("{k} | listed but not among the queries")));
    assert!(faults.is_empty(), "{equal} are equal, {} are not as listed:\n{}", faults.len(), faults.join("\n"));
}

/// No tables: made-up queries bring their rows along.
struct NoTables;

impl Catalog for NoTables {
    fn table(&self, _: &[&str]) -> Option<Arc<Relation>> {
        None
    }
}

/// What the compiler and the engine make of a query: as in a run, the compiler judges it first.
fn judged_and_run(runtime: &tokio::runtime::Runtime, session: &Session, sql: &str) -> Result<Rows, QueryFault> {
    let query = parse_query(sql).map_err(|fault| QueryFault::failed(format!("syntax: {}", fault.message)))?;
    if let Some(fault) = analyze_query(&query, sql, &NoTables).faults.first() {
        return Err(QueryFault::failed(format!("check: {}", fault.message)));
    }
    let run = || runtime.block_on(session.query(&query, &mut LastPart));
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).map_err(|_| QueryFault::failed("panic"))?
}

#[test]
fn made_up_queries_are_answered_as_spark_does_or_refused() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let committed = ["arguments", "expressions"].map(|name| crate::root().join(format!("tests/spark/{name}.jsonl")));
    let (mut faults, mut equal, mut refused) = (vec![], 0, vec![]);
    for path in committed.into_iter().chain(std::env::var_os("SPARK_ANSWERS").map(PathBuf::from)) {
        let file = std::fs::read_to_string(path).unwrap();
        let session = Session::new();
        for case in file.lines().skip(1).map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()) {
            let sql = case["sql"].as_str().unwrap();
            match compare(&case, judged_and_run(&runtime, &session, sql)) {
                None => equal += 1,
                // What is NULL whatever the rows are is not computed here; Spark computes it, and may fail.
                Some(fault)
                    if fault.starts_with("laxer") && (sql.contains("CAST(NULL") || sql.contains("try_cast('")) =>
                {
                    equal += 1;
                }
                Some(fault) if fault.starts_with("refused") && !fault.contains("panic") => {
                    refused.push(format!("{fault} | {sql}"))
                }
                Some(fault) => faults.push(format!("{} | {fault}\n    {sql}", case["label"].as_str().unwrap())),
            }
        }
    }
    if let Some(path) = std::env::var_os("SPARK_REFUSED") {
        std::fs::write(path, refused.join("\n")).unwrap();
    }
    assert!(
        faults.is_empty(),
        "{equal} equal, {} refused, {} differ:\n{}",
        refused.len(),
        faults.len(),
        faults.join("\n")
    );
}
