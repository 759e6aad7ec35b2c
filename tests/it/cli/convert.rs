//! `gen sql convert`: what goes to which stream, what is written and what never is.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::gen_in;

const TABLE: &str = "CREATE OR REFRESH STREAMING TABLE a (x STRING MASK f) AS SELECT * FROM STREAM s;\n";
const FILES: &str =
    "CREATE STREAMING TABLE b AS SELECT * FROM STREAM read_files('${in}', format => 'csv', schema => 'x STRING');\n";

fn write(dir: &Path, file: &str, text: &str) {
    let path = dir.join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn read(dir: &Path, file: &str) -> String {
    fs::read_to_string(dir.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

#[test]
fn sql_goes_to_standard_output_and_the_report_to_standard_error() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "p/a.sql", TABLE);
    write(dir.path(), "p/b.sql", FILES);
    let ran = gen_in(dir.path(), &["sql", "convert", "--to", "spark", "p", "--set", "in=/data"]).ended(0);
    let table = "-- Run before the pipeline:\n-- CREATE TABLE IF NOT EXISTS b_files (";
    assert!(
        ran.out.starts_with("-- p/a.sql, converted by gen for Spark Declarative Pipelines\n\nCREATE STREAMING TABLE a")
    );
    assert!(ran.out.contains(table) && ran.out.contains("-- LOCATION '/data';"), "{}", ran.out);
    assert!(ran.err.starts_with("p/a.sql:1:47: unprotected: mask `f` on `x` left out"), "{}", ran.err);
}

#[test]
fn statements_and_notes_are_lines_of_json() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "a.sql", &format!("{TABLE}GRANT SELECT ON TABLE a TO `g`;\n"));
    let ran = gen_in(dir.path(), &["sql", "convert", "--json", "a.sql"]).ended(1);
    let lines: Vec<Value> = ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let shown: Vec<String> = lines.iter().map(|l| format!("{} {} {}", l["kind"], l["line"], l["class"])).collect();
    let expected =
        ["\"statement\" 1 null", "\"statement\" 2 null", "\"note\" 1 \"unprotected\"", "\"note\" 2 \"unconverted\""];
    assert_eq!(shown, expected);
    assert_eq!(lines[1]["sql"], serde_json::json!([]));
    assert_eq!(ran.err, "");
}

#[test]
fn a_directory_becomes_a_project_for_spark() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "p/bronze/a.sql", TABLE);
    write(dir.path(), "p/b.SQL", FILES);
    let call = ["sql", "convert", "p", "--out", "spark", "--set", "in=/data"];
    let ran = gen_in(dir.path(), &call).ended(0);
    let said = "2 statements in 2 files: 1 changed, 1 unprotected\nbuilt spark: 3 files, 3 created\n\
                next, in spark: `spark-sql -f setup.sql`, then `spark-pipelines run`\n";
    assert_eq!(ran.out, said);
    assert!(read(dir.path(), "spark/transformations/bronze/a.sql").contains("CREATE STREAMING TABLE a"));
    assert!(read(dir.path(), "spark/transformations/b.sql").contains("FROM STREAM b_files"));
    assert!(read(dir.path(), "spark/setup.sql").contains("CREATE TABLE IF NOT EXISTS b_files"));
    let spec = read(dir.path(), "spark/spark-pipeline.yml");
    assert!(spec.starts_with("name: \"spark\"\nstorage: \"file:///") && spec.contains("/spark/storage\"\n"), "{spec}");
    assert!(spec.ends_with("libraries:\n  - glob:\n      include: transformations/**\n"), "{spec}");
}

#[test]
fn a_further_run_removes_what_is_no_longer_given_and_keeps_what_is_not_its_own() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "p/a.sql", TABLE);
    write(dir.path(), "p/b.sql", TABLE);
    let call = ["sql", "convert", "p", "--out", "spark"];
    gen_in(dir.path(), &call).ended(0);
    fs::rename(dir.path().join("p/b.sql"), dir.path().join("p/c.sql")).unwrap();
    write(dir.path(), "spark/spark-pipeline.yml", "name: mine\n");
    write(dir.path(), "spark/transformations/own.sql", "SELECT 1;\n");
    let ran = gen_in(dir.path(), &call).ended(0);
    assert!(ran.out.contains("built spark: 2 files, 1 created, 1 removed"), "{}", ran.out);
    assert!(!dir.path().join("spark/transformations/b.sql").exists());
    assert_eq!(read(dir.path(), "spark/spark-pipeline.yml"), "name: mine\n");
    write(dir.path(), "p/own.sql", TABLE);
    let ran = gen_in(dir.path(), &call).ended(1);
    let said = "there is a file that `gen` did not write at `spark/transformations/own.sql`";
    assert!(ran.err.contains(said) && ran.err.ends_with("nothing written: see above\n"), "{}", ran.err);
    assert_eq!(read(dir.path(), "spark/transformations/own.sql"), "SELECT 1;\n");
}

#[test]
fn nothing_is_written_when_a_statement_cannot_be_converted() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "p/a.sql", TABLE);
    write(dir.path(), "p/b.sql", FILES);
    let call = ["sql", "convert", "p", "--out", "spark"];
    let said = "nothing written: 1 part cannot be converted; --partial writes the others\n";
    let ran = gen_in(dir.path(), &call).ended(1);
    assert!(ran.err.contains("p/b.sql:1:62: unconverted: `${in}` has no value: give --set in=VALUE"), "{}", ran.err);
    assert!(ran.err.ends_with(said), "{}", ran.err);
    assert_eq!(gen_in(dir.path(), &[&call[..], &["--json"]].concat()).ended(1).err, said);
    assert!(!dir.path().join("spark").exists());
    gen_in(dir.path(), &[&call[..], &["--partial"]].concat()).ended(1);
    assert!(read(dir.path(), "spark/transformations/b.sql").contains("-- Not converted:\n-- CREATE STREAMING TABLE b"));
}

#[test]
fn originals_are_safe_and_names_do_not_meet() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "pr/transformations/a.sql", TABLE);
    write(dir.path(), "other/a.sql", TABLE);
    for path in ["pr/transformations", "./pr/transformations", "./pr/transformations/a.sql"] {
        let ran = gen_in(dir.path(), &["sql", "convert", path, "--out", "pr"]).ended(1);
        assert!(ran.err.contains("did not write at `pr/transformations/a.sql`"), "{}", ran.err);
    }
    assert_eq!(read(dir.path(), "pr/transformations/a.sql"), TABLE);
    let ran = gen_in(dir.path(), &["sql", "convert", "pr/transformations", "other", "--out", "new"]).ended(1);
    assert!(ran.err.contains("two files would be written to `transformations/a.sql`"), "{}", ran.err);
    assert!(!dir.path().join("new").exists());
}

#[test]
fn a_file_is_converted_once_however_it_is_given() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "a.sql", TABLE);
    let once = gen_in(dir.path(), &["sql", "convert", "a.sql"]).ended(0).out;
    assert_eq!(gen_in(dir.path(), &["sql", "convert", "a.sql", "a.sql", "./a.sql"]).ended(0).out, once);
    let call = ["sql", "convert", ".", "a.sql", "--out", "spark"];
    gen_in(dir.path(), &call).ended(0);
    // What came out of it lies among what is given now.
    let ran = gen_in(dir.path(), &call).ended(0);
    let said = "1 statement in 1 file (1 file skipped, converted before): 1 unprotected\nspark is up to date: 1 file\n";
    assert!(ran.out.starts_with(said), "{}", ran.out);
    let ran = gen_in(dir.path(), &["sql", "convert", "spark", "--out", "spark"]).ended(1);
    assert!(ran.err.contains("all these files were converted before"), "{}", ran.err);
}

#[test]
fn what_another_command_wrote_is_left_alone() {
    let project = super::shop();
    gen_in(project.path(), &["build"]).ended(0);
    write(project.path(), "p/a.sql", TABLE);
    let ran = gen_in(project.path(), &["sql", "convert", "p", "--out", "generated"]).ended(1);
    assert!(ran.err.contains("`generated` contains output of `gen build`"), "{}", ran.err);
    gen_in(project.path(), &["build", "--check"]).ended(0);
}

#[test]
fn cells_of_a_python_notebook_are_converted_or_reported() {
    let dir = tempfile::tempdir().unwrap();
    let sql =
        "# Databricks notebook source\n# MAGIC %sql\n# MAGIC CREATE MATERIALIZED VIEW v AS\n# MAGIC SELECT 1 AS x\n";
    write(dir.path(), "p/n.py", sql);
    gen_in(dir.path(), &["sql", "convert", "p", "--out", "spark"]).ended(0);
    assert!(
        read(dir.path(), "spark/transformations/n.py.sql").contains("CREATE MATERIALIZED VIEW v\nAS\nSELECT 1 AS x;")
    );
    write(dir.path(), "p/n.py", &format!("{sql}\n# COMMAND ----------\n\nimport os\nos.listdir()\n"));
    let ran = gen_in(dir.path(), &["sql", "convert", "p"]).ended(1);
    assert_eq!(ran.err, "p/n.py:8:1: unconverted: a cell of code left out: it is not SQL\n");
    assert!(ran.out.ends_with("\n-- Not converted:\n-- import os\n-- os.listdir()\n"), "{}", ran.out);
}

#[test]
fn settings_have_keys_and_are_used() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "a.sql", "CREATE MATERIALIZED VIEW v AS SELECT :x AS x, $y AS y, '${z}' AS z;\n");
    let used = ["sql", "convert", "a.sql", "--set", "x=1", "--set", "y=2", "--set", "z=${y}"];
    let ran = gen_in(dir.path(), &[&used[..], &["--set", "w=3"]].concat()).ended(0);
    assert_eq!(ran.err, "unused --set w: these files have no such parameter\n");
    assert!(ran.out.ends_with("SELECT\n  '1' AS x,\n  2 AS y,\n  '2' AS z;\n"), "{}", ran.out);
    for wrong in ["nothing", "=3"] {
        let ran = gen_in(dir.path(), &["sql", "convert", "a.sql", "--set", wrong]).ended(2);
        assert!(ran.err.contains("expected `KEY=VALUE`"), "{}", ran.err);
    }
}

#[test]
fn the_report_has_no_format_of_diagnostics() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "a.sql", TABLE);
    let ran = gen_in(dir.path(), &["sql", "convert", "a.sql", "--format", "sarif"]).ended(2);
    assert!(ran.out.is_empty() && ran.err.contains("with --json data"), "{}{}", ran.out, ran.err);
    gen_in(dir.path(), &["sql", "convert", "nowhere"]).ended(1);
}
