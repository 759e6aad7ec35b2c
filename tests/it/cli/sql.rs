//! `gen sql`: files of SQL without a project.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::gen_in;

fn write(dir: &Path, file: &str, text: &str) {
    let path = dir.join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

#[test]
fn every_statement_is_a_line_of_json_in_the_order_of_the_files() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "sql/a.sql", "SELECT 1;\n  VACUM t;\nOPTIMIZE t");
    write(dir.path(), "sql/b/c.sql", "-- Databricks notebook source\nSELECT 1\n-- COMMAND ----------\nUSE s\n");
    write(dir.path(), "sql/notes.txt", "no SQL");
    let ran = gen_in(dir.path(), &["sql", "parse", "--json", "sql"]).ended(1);
    let lines: Vec<Value> = ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let statement = |file: &str, index: usize, line: usize, column: usize, kind: Value, error: Value| {
        let ok = error.is_null();
        json!({"file": file, "index": index, "line": line, "column": column, "kind": kind, "ok": ok, "error": error})
    };
    let fault = "2:3: unknown statement `VACUM` (did you mean `VACUUM`?)";
    let expected = [
        statement("sql/a.sql", 0, 1, 1, json!("query"), Value::Null),
        statement("sql/a.sql", 1, 2, 3, Value::Null, json!(fault)),
        statement("sql/a.sql", 2, 3, 1, json!("optimize"), Value::Null),
        statement("sql/b/c.sql", 0, 2, 1, json!("query"), Value::Null),
        statement("sql/b/c.sql", 1, 4, 1, json!("use_schema"), Value::Null),
    ];
    assert_eq!(lines, expected);
}

#[test]
fn people_see_the_faulty_statements_only() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "a.sql", "SELECT 1;\nSELECT a FORM t;\n");
    let ran = gen_in(dir.path(), &["sql", "parse", "a.sql"]).ended(1);
    assert!(ran.out.starts_with("a.sql:2:10: "), "{}", ran.out);
    assert!(ran.out.contains("2 statements in 1 file, 1 faulty"), "{}", ran.out);
    write(dir.path(), "a.sql", "\u{feff}SELECT 1");
    gen_in(dir.path(), &["sql", "parse", "a.sql"]).ended(0);
}

#[test]
fn what_cannot_be_read_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let ran = gen_in(dir.path(), &["sql", "parse", "nowhere.sql"]).ended(1);
    assert!(ran.err.contains("there is no `nowhere.sql`"), "{}", ran.err);
    fs::write(dir.path().join("latin.sql"), b"SELECT '\xe4'").unwrap();
    let ran = gen_in(dir.path(), &["sql", "parse", "latin.sql"]).ended(1);
    assert!(ran.out.contains("latin.sql: the file is not UTF-8"), "{}", ran.out);
}

#[test]
fn formatting_is_checked_shown_and_done() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("a.sql");
    std::fs::write(&file, "select 1 as a -- one\n").unwrap();
    let checked = gen_in(dir.path(), &["sql", "fmt", "--check", "."]).ended(1);
    assert!(checked.out.contains("a.sql"), "{checked:?}");
    assert!(gen_in(dir.path(), &["sql", "fmt", "--diff", "a.sql"]).ended(1).out.contains("+SELECT 1 AS a -- one"));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "select 1 as a -- one\n");
    gen_in(dir.path(), &["sql", "fmt", "a.sql"]).ended(0);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "SELECT 1 AS a -- one\n");
    gen_in(dir.path(), &["sql", "fmt", "--check", "a.sql"]).ended(0);
    gen_in(dir.path(), &["sql", "fmt", "nowhere.sql"]).ended(1);
    std::fs::write(&file, "select 'never closed\n").unwrap();
    gen_in(dir.path(), &["sql", "fmt", "a.sql"]).ended(1);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "select 'never closed\n");
}
