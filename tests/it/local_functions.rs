//! `lakeflow/functions/local_lacks.txt` against the engine: every form of every built-in function is planned; and forms of
//! expressions.
//!
//! `BLESS=1` writes the list.

#![cfg(feature = "engine")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::ControlFlow;

use lakeflow::functions::{self, Class, FunctionKind, Param, Signature, TypePattern};
use lakeflow::infer::{NoCatalog, analyze_query};
use lakeflow::{parse_query, walk};
use lakegen::engine::local::spark::{LastPart, Session};

const LIST: &str = "crates/lakeflow/src/functions/local_lacks.txt";

const HEAD: &str = "# Functions that the local engine refuses: a name, and the numbers of arguments if other forms of it run.\n\
    # Written by `BLESS=1 cargo test --test it the_engine_lacks`.\n";

/// One row with a column of each type.
const ROWS: &str = "(SELECT CAST(1 AS INT) AS i, CAST(2 AS BIGINT) AS l, CAST(0.5 AS DOUBLE) AS x, CAST(1.5 AS DECIMAL(10,2)) AS m, \
    'a' AS s, true AS p, DATE'2024-01-05' AS d, TIMESTAMP'2024-01-05 10:00:00' AS ts, CAST('2024-01-05' AS TIMESTAMP_NTZ) AS tn, \
    CAST('a' AS BINARY) AS n) AS t";

/// Arguments that have to be of a certain content: a function, and what stands at a position.
const CONTENTS: &[(&str, &[&str])] = &[
    ("decode", &["n", "'UTF-8'"]),
    ("date", &["d"]),
    ("binary", &["s"]),
    ("div", &["i", "i"]),
    ("timestamp_seconds", &["l"]),
    ("to_char", &["d", "'yyyy'"]),
    ("to_varchar", &["d", "'yyyy'"]),
    ("arrays_zip", &["array(i)", "array(s)"]),
    ("date_format", &["ts", "'yyyy-MM-dd'"]),
    ("from_unixtime", &["l", "'yyyy-MM-dd'"]),
    ("to_date", &["s", "'yyyy-MM-dd'"]),
    ("to_timestamp", &["s", "'yyyy-MM-dd'"]),
    ("to_timestamp_ltz", &["s", "'yyyy-MM-dd'"]),
    ("to_timestamp_ntz", &["s", "'yyyy-MM-dd'"]),
    ("try_to_date", &["s", "'yyyy-MM-dd'"]),
    ("try_to_timestamp", &["s", "'yyyy-MM-dd'"]),
    ("unix_timestamp", &["s", "'yyyy-MM-dd'"]),
    ("to_unix_timestamp", &["s", "'yyyy-MM-dd'"]),
    ("round", &["m", "1"]),
    ("bround", &["m", "1"]),
    ("ceil", &["m", "1"]),
    ("ceiling", &["m", "1"]),
    ("floor", &["m", "1"]),
    ("format_number", &["m", "1"]),
    ("format_string", &["'a'", "i"]),
    ("printf", &["'a'", "i"]),
    ("window", &["ts", "'1 day'", "'1 day'", "'1 day'"]),
    ("session_window", &["ts", "'1 day'"]),
    ("get_json_object", &["s", "'$.a'"]),
    ("from_json", &["s", "'a INT'", "map('mode', 'PERMISSIVE')"]),
    ("from_csv", &["s", "'a INT'", "map('sep', ';')"]),
    ("from_xml", &["s", "'a INT'", "map('a', 'b')"]),
    ("json_tuple", &["s", "'a'", "'b'"]),
    ("to_json", &["struct(i, s)", "map('a', 'b')"]),
    ("to_csv", &["struct(i, s)", "map('a', 'b')"]),
    ("to_xml", &["struct(i, s)", "map('a', 'b')"]),
    ("schema_of_json", &["'{}'", "map('a', 'b')"]),
    ("schema_of_csv", &["'1'", "map('a', 'b')"]),
    ("from_utc_timestamp", &["ts", "'UTC'"]),
    ("to_utc_timestamp", &["ts", "'UTC'"]),
    ("to_number", &["s", "'99'"]),
    ("try_to_number", &["s", "'99'"]),
    ("trunc", &["d", "'MM'"]),
    ("named_struct", &["'a'", "i", "'b'", "s"]),
    ("inline", &["array(struct(i, s))"]),
    ("inline_outer", &["array(struct(i, s))"]),
    ("map_from_entries", &["array(struct(i, s))"]),
    ("stack", &["1", "i", "s"]),
    ("window_time", &["window(ts, '1 day')"]),
    ("parse_url", &["s", "'HOST'", "'a'"]),
    ("try_parse_url", &["s", "'HOST'", "'a'"]),
    ("count_min_sketch", &["i", "0.5D", "0.5D", "1"]),
    ("first", &["i", "true"]),
    ("last", &["i", "true"]),
    ("first_value", &["i", "true"]),
    ("last_value", &["i", "true"]),
    ("any_value", &["i", "true"]),
    ("mode", &["i", "true"]),
    ("lag", &["i", "1", "0"]),
    ("lead", &["i", "1", "0"]),
    ("nth_value", &["i", "1", "true"]),
    ("ntile", &["2"]),
    ("percentile", &["x", "0.5D", "1L"]),
    ("percentile_cont", &["0.5D"]),
    ("percentile_disc", &["0.5D"]),
    ("approx_percentile", &["x", "0.5D", "100"]),
    ("percentile_approx", &["x", "0.5D", "100"]),
    ("approx_count_distinct", &["i", "0.05D"]),
    ("histogram_numeric", &["x", "5"]),
    ("listagg", &["s", "','"]),
    ("string_agg", &["s", "','"]),
    ("next_day", &["d", "'MO'"]),
    ("months_between", &["ts", "ts", "false"]),
    ("sentences", &["s", "'en'", "'US'"]),
    ("encode", &["s", "'UTF-8'"]),
    ("collate", &["s", "'UTF8_LCASE'"]),
    ("to_binary", &["s", "'hex'"]),
    ("try_to_binary", &["s", "'hex'"]),
    ("sha2", &["s", "256"]),
    ("conv", &["s", "10", "16"]),
    ("count", &["i", "s"]),
];

/// An expression that a pattern takes.
fn sample(pattern: &TypePattern) -> String {
    match pattern {
        TypePattern::Is(ty) => match ty.to_string().as_str() {
            "STRING" => "s".to_owned(),
            "BOOLEAN" => "p".to_owned(),
            "BIGINT" => "l".to_owned(),
            "DOUBLE" => "x".to_owned(),
            "DATE" => "d".to_owned(),
            "TIMESTAMP" => "ts".to_owned(),
            "TIMESTAMP_NTZ" => "tn".to_owned(),
            "BINARY" => "n".to_owned(),
            ty if ty.starts_with("DECIMAL") => "m".to_owned(),
            "VARIANT" => "parse_json(s)".to_owned(),
            _ => "i".to_owned(),
        },
        TypePattern::Class(Class::Text) => "s".to_owned(),
        TypePattern::Class(Class::Time) => "ts".to_owned(),
        TypePattern::Class(Class::Interval) => "INTERVAL '1' DAY".to_owned(),
        TypePattern::Class(Class::Number) => "x".to_owned(),
        TypePattern::Any | TypePattern::Class(_) => "i".to_owned(),
        TypePattern::Either(patterns) => patterns.first().map_or_else(|| "i".to_owned(), sample),
        TypePattern::Var(_, bound) => bound.as_ref().map_or_else(|| "i".to_owned(), |bound| sample(bound)),
        TypePattern::Array(element) => format!("array({})", sample(element)),
        TypePattern::Map(key, value) => format!("map({}, {})", sample(key), sample(value)),
        TypePattern::Lambda(parameters, result) => {
            let names: Vec<_> = (0..parameters.len()).map(|n| format!("v{n}")).collect();
            let body = match result.as_ref() {
                TypePattern::Is(ty) if ty.to_string() == "BOOLEAN" => "true",
                _ => "v0",
            };
            format!("({}) -> {body}", names.join(", "))
        }
        TypePattern::Unit => "DAY".to_owned(),
        TypePattern::Part | TypePattern::TruncUnit | TypePattern::TruncDateUnit => "'month'".to_owned(),
    }
}

fn arguments(name: &str, signature: &Signature, count: usize) -> Vec<String> {
    let contents = CONTENTS.iter().find(|(function, _)| *function == name).map_or(&[][..], |(_, contents)| contents);
    let takes_unit = signature.params.first().is_some_and(|p| matches!(p.pattern, TypePattern::Unit));
    let at = |position: usize| match contents.get(position) {
        Some(content) if !takes_unit => (*content).to_owned(),
        _ => {
            signature.params.get(position).or(signature.params.last()).map_or_else(String::new, |p| sample(&p.pattern))
        }
    };
    (0..count).map(at).collect()
}

fn query(name: &str, kind: FunctionKind, arguments: &[String]) -> String {
    let call = format!("{name}({})", arguments.join(", "));
    match kind {
        FunctionKind::Window => format!("SELECT {call} OVER (ORDER BY i) AS r FROM {ROWS}"),
        FunctionKind::Aggregate if name.starts_with("percentile_") && arguments.len() == 1 => {
            format!("SELECT {call} WITHIN GROUP (ORDER BY x) AS r FROM {ROWS}")
        }
        FunctionKind::Aggregate if name.starts_with("grouping") => {
            format!("SELECT i, {call} AS r FROM {ROWS} GROUP BY ROLLUP (i, s)")
        }
        FunctionKind::Generator => {
            let count = match name {
                "inline" | "inline_outer" | "posexplode" | "posexplode_outer" => 2,
                "json_tuple" | "stack" => arguments.len() - 1,
                _ => 1,
            };
            let names: Vec<_> = ["a", "b", "c"].into_iter().take(count).collect();
            format!("SELECT * FROM {ROWS} LATERAL VIEW {call} g AS {}", names.join(", "))
        }
        _ => format!("SELECT {call} AS r FROM {ROWS}"),
    }
}

/// The numbers of arguments that a form takes; of those that may be repeated, one more.
fn counts(signature: &Signature) -> std::ops::RangeInclusive<usize> {
    let required = signature.params.iter().filter(|p: &&Param| !p.optional).count();
    required..=signature.params.len() + usize::from(signature.repeats)
}

#[test]
fn the_engine_lacks_what_the_list_says() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let session = Session::new();
    let mut lacking: BTreeMap<&str, (Vec<usize>, usize)> = BTreeMap::new();
    let mut why = String::new();
    for name in functions::names() {
        let function = functions::lookup(name).unwrap();
        let entry = lacking.entry(name).or_default();
        // A form runs when one signature with so many arguments does.
        let mut runs: BTreeMap<usize, bool> = BTreeMap::new();
        for signature in &function.signatures {
            for count in counts(signature) {
                let sql = query(name, function.kind, &arguments(name, signature, count));
                let planned = match parse_query(&sql) {
                    Ok(parsed) => runtime.block_on(session.plan(&parsed, &mut LastPart)).map_err(|e| e.to_string()),
                    Err(fault) => Err(fault.message),
                };
                if let Err(fault) = &planned {
                    let _ = writeln!(why, "{sql}\n    {fault}");
                }
                *runs.entry(count).or_default() |= planned.is_ok();
            }
        }
        entry.1 = runs.len();
        entry.0 = runs.into_iter().filter(|(_, runs)| !runs).map(|(count, _)| count).collect();
    }
    let mut text = HEAD.to_owned();
    for (name, (counts, all)) in lacking.into_iter().filter(|(_, (counts, _))| !counts.is_empty()) {
        let counts = if counts.len() == all { vec![] } else { counts };
        text += &format!("{name}{}\n", counts.iter().map(|n| format!(" {n}")).collect::<String>());
    }
    let path = crate::root().join(LIST);
    if std::env::var_os("BLESS").is_some() {
        return std::fs::write(path, text).unwrap();
    }
    let listed = std::fs::read_to_string(path).unwrap();
    assert!(listed == text, "{LIST} is not what the engine says, which is:\n{text}\nbecause of\n{why}");
}

/// Forms of expressions over [`ROWS`], which all are valid.
const FORMS: &[&str] = &[
    "s COLLATE UTF8_LCASE",
    "CAST(s AS STRING COLLATE UTF8_LCASE)",
    "s::string",
    "i << 2",
    "l >> i",
    "i >>> l",
    "array(1, 2)[i]",
    "map('a', 1)[s]",
    "map('a', 1)[concat(s, 'b')]",
    "array(struct(i AS x)).x",
    "s:a",
    "INTERVAL '1-2' YEAR TO MONTH",
    "INTERVAL '1 02:03:04' DAY TO SECOND",
    "INTERVAL '1' DAY",
    "d + INTERVAL '1' DAY",
    "INTERVAL '1' DAY * 2",
    "(INTERVAL '2' DAY) / 2",
    "overlay(s PLACING 'x' FROM 2)",
    "overlay(s PLACING 'x' FROM 2 FOR 1)",
    "position('a' IN s)",
    "substring(s FROM 2 FOR 1)",
    "trim(LEADING 'a' FROM s)",
    "CAST(s AS VARCHAR(3))",
    "CAST(s AS CHAR(3))",
    "CAST(s AS VARIANT)",
    "CAST(s AS INTERVAL DAY)",
    "CAST(map('a', 1) AS MAP<STRING, BIGINT>)",
    "CAST(array(1) AS ARRAY<STRING>)",
    "CAST(s AS BINARY)",
    "s LIKE ANY ('a', 'b')",
    "s LIKE SOME ('a', 'b')",
    "s NOT LIKE ALL ('a', 'b')",
    "s RLIKE 'a'",
    "!p",
    "i <=> NULL",
    "p IS UNKNOWN",
    "extract(WEEK FROM d)",
    "transform(array(i), v -> v + 1)",
    "array_sort(array(i), (a, b) -> a - b)",
    "stddev(DISTINCT i)",
    "sum(DISTINCT i)",
    "mean(DISTINCT i)",
    "every(DISTINCT p)",
    "listagg(DISTINCT s, ',')",
    "listagg(s, ',') WITHIN GROUP (ORDER BY s)",
    "percentile_cont(0.5) WITHIN GROUP (ORDER BY i DESC)",
    "percentile_disc(0.5) WITHIN GROUP (ORDER BY i)",
    "percentile(i, array(0.5, 0.1))",
    "approx_percentile(i, array(0.5, 0.1))",
    "from_csv(s, 'a INT, b BINARY', map('sep', ';', 'nullValue', 'NA', 'mode', 'FAILFAST'))",
    "from_csv(s, 'a DATE', map('dateFormat', 'dd.MM.yyyy'))",
    "from_csv(s, 'a INT', map('header', 'true'))",
    "from_json(s, 'a BINARY')",
    "max_by(i, l) OVER (PARTITION BY s)",
    "listagg(s) OVER (PARTITION BY s)",
    "collect_list(s) OVER (PARTITION BY s ORDER BY i)",
    "row_number() OVER (ORDER BY i)",
    "sum(i) OVER (ORDER BY d RANGE BETWEEN INTERVAL '1' DAY PRECEDING AND CURRENT ROW)",
    "lag(i, 1) OVER (ORDER BY d)",
];

#[test]
fn a_form_runs_or_is_known_to_be_lacking() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let session = Session::new();
    let mut wrong = vec![];
    for form in FORMS {
        let sql = format!("SELECT {form} AS r FROM {ROWS}");
        let query = parse_query(&sql).unwrap_or_else(|fault| panic!("{form}: {}", fault.message));
        let faults = analyze_query(&query, &sql, &NoCatalog).faults;
        assert!(faults.is_empty(), "{form}: {faults:?}");
        let mut lacking = vec![];
        let _ = walk::expressions(&query, |part| {
            lacking.extend(functions::lacking_locally(part));
            ControlFlow::<()>::Continue(())
        });
        let planned = runtime.block_on(session.plan(&query, &mut LastPart)).map_err(|e| e.to_string());
        if planned.is_err() == lacking.is_empty() {
            wrong.push(format!("{form}: known to be lacking is {lacking:?}, {planned:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
