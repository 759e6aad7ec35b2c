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
    let table = "-- To be run before the pipeline:\n-- CREATE TABLE IF NOT EXISTS b_files (";
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
fn a_directory_is_mirrored_with_what_has_to_be_set_up_beside_it() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "p/bronze/a.sql", TABLE);
    write(dir.path(), "p/b.sql", FILES);
    let call = ["sql", "convert", "p", "--out", "spark", "--set", "in=/data"];
    let ran = gen_in(dir.path(), &call).ended(0);
    assert!(ran.out.contains("2 statements in 2 files: 1 changed, 1 unprotected"), "{}", ran.out);
    assert!(read(dir.path(), "spark/transformations/bronze/a.sql").contains("CREATE STREAMING TABLE a"));
    assert!(read(dir.path(), "spark/setup.sql").contains("CREATE TABLE IF NOT EXISTS b_files"));
    // Again over what it wrote itself, but never over what it did not write.
    gen_in(dir.path(), &call).ended(0);
    write(dir.path(), "spark/transformations/b.sql", "SELECT 1;\n");
    let ran = gen_in(dir.path(), &call).ended(1);
    assert!(ran.err.contains("`spark/transformations/b.sql` is in the way"), "{}", ran.err);
    assert_eq!(read(dir.path(), "spark/transformations/b.sql"), "SELECT 1;\n");
}

#[test]
fn nothing_is_written_when_a_statement_cannot_be_converted() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "p/a.sql", TABLE);
    write(dir.path(), "p/b.sql", FILES);
    let ran = gen_in(dir.path(), &["sql", "convert", "p", "--out", "spark"]).ended(1);
    assert!(ran.err.contains("p/b.sql:1:62: unconverted: `${in}` has no value: give --set in=VALUE"), "{}", ran.err);
    assert!(ran.out.contains("nothing written: 1 statement can't be converted"), "{}", ran.out);
    assert!(!dir.path().join("spark").exists());
    gen_in(dir.path(), &["sql", "convert", "p", "--out", "spark", "--partial"]).ended(1);
    assert!(read(dir.path(), "spark/transformations/b.sql").contains("-- Not converted:\n-- CREATE STREAMING TABLE b"));
}

#[test]
fn originals_are_safe_and_names_do_not_meet() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "transformations/a.sql", TABLE);
    write(dir.path(), "other/a.sql", TABLE);
    let ran = gen_in(dir.path(), &["sql", "convert", "transformations", "--out", "."]).ended(1);
    assert!(ran.err.contains("is in the way"), "{}", ran.err);
    assert_eq!(read(dir.path(), "transformations/a.sql"), TABLE);
    let ran = gen_in(dir.path(), &["sql", "convert", "transformations", "other", "--out", "new"]).ended(1);
    assert!(ran.err.contains("two files would become `new/transformations/a.sql`"), "{}", ran.err);
    gen_in(dir.path(), &["sql", "convert", "other", "--set", "nothing"]).ended(2);
    gen_in(dir.path(), &["sql", "convert", "nowhere"]).ended(1);
}
