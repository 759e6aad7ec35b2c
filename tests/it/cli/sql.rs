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
    assert!(ran.out.contains("2 statements in 1 file, 1 with errors"), "{}", ran.out);
}

#[test]
fn faulty_statements_are_data_in_every_format() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "a.sql", "SELECT 1;\nSELECT a FORM t;\n");
    let sarif = gen_in(dir.path(), &["sql", "parse", "--format", "sarif", "."]).ended(1).out;
    let log: Value = serde_json::from_str(&sarif).unwrap();
    let result = &log["runs"][0]["results"][0];
    assert_eq!(
        (&result["ruleId"], result["locations"][0]["physicalLocation"]["region"]["startLine"].as_u64()),
        (&json!("E0801"), Some(2))
    );
    let github = gen_in(dir.path(), &["sql", "parse", "--format", "github", "a.sql", "nowhere"]).ended(1).out;
    assert!(github.contains("line=2") && github.contains("`nowhere` cannot be read"), "{github}");
    gen_in(dir.path(), &["sql", "parse", "--format", "json", "--json", "."]).ended(2);
    gen_in(dir.path(), &["sql", "fmt", "--format", "json", "."]).ended(2);
}

#[test]
fn a_byte_order_mark_is_read_over_by_every_command() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "a.sql", "\u{feff}CREATE MATERIALIZED VIEW v AS SELECT 1 AS a;\n");
    write(dir.path(), "n.py", "\u{feff}# Databricks notebook source\n# MAGIC %sql\n# MAGIC selec 1;\n");
    for command in [["sql", "parse"].as_slice(), &["sql", "lineage"], &["check"], &["sql", "convert"]] {
        gen_in(dir.path(), &[command, &["a.sql"]].concat()).ended(0);
        let ran = gen_in(dir.path(), &[command, &["n.py"]].concat()).ended(1);
        assert!((ran.out + &ran.err).contains("n.py:3:9"), "{command:?}");
    }
    let ran = gen_in(dir.path(), &["sql", "lint", "a.sql"]);
    assert!(ran.err.contains("byte-order mark") && !ran.err.contains("E0801"), "{}", ran.err);
    let moved = "\u{feff}CREATE MATERIALIZED VIEW v AS SELEC 1;\n";
    write(dir.path(), "a.sql", moved);
    assert!(gen_in(dir.path(), &["sql", "parse", "a.sql"]).ended(1).out.starts_with("a.sql:1:31:"));
}

#[test]
fn what_cannot_be_read_is_said_and_the_rest_is_read() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "good.sql", "SELECT 1;\n");
    fs::write(dir.path().join("latin.sql"), b"SELECT '\xe4'").unwrap();
    fs::write(dir.path().join("wide.sql"), b"\xff\xfeS\0").unwrap();
    let files = ["good.sql", "latin.sql", "wide.sql", "nowhere.sql"];
    let wrong = [
        ("latin.sql", "is not UTF-8: see byte 8"),
        ("wide.sql", "is UTF-16: save it as UTF-8"),
        ("nowhere.sql", "cannot be read: file not found"),
    ];
    for command in
        [["sql", "parse"].as_slice(), &["sql", "fmt", "--check"], &["sql", "lint"], &["sql", "lineage"], &["check"]]
    {
        let ran = gen_in(dir.path(), &[command, files.as_slice()].concat()).ended(1);
        let said = ran.out + &ran.err;
        for (file, fault) in wrong {
            let shown = [format!("{file}: {fault}"), format!("`{file}` {fault}")];
            assert!(shown.iter().any(|shown| said.contains(shown)), "{command:?}\n{said}");
        }
    }
    let ran = gen_in(dir.path(), &[&["sql", "parse"], files.as_slice()].concat()).ended(1);
    assert!(ran.out.contains("1 statement in 1 file, 0 with errors, 3 not read"), "{}", ran.out);
}

#[test]
fn directories_are_read_alike_by_every_command() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "a.sql", "CREATE OR REFRESH MATERIALIZED VIEW a AS SELECT 1 AS one;\n");
    write(dir.path(), "deep/b.SQL", "CREATE OR REFRESH MATERIALIZED VIEW b AS SELECT one FROM a;\n");
    write(
        dir.path(),
        "notebook.py",
        "# Databricks notebook source\n# MAGIC %sql\n# MAGIC CREATE VIEW c AS SELECT one FROM b\n",
    );
    write(dir.path(), "module.py", "import os\n");
    write(dir.path(), "dbt_project.yml", "");
    for hidden in [".git/x.sql", ".venv/x.sql", "target/x.sql"] {
        write(dir.path(), hidden, "SELEC 1;\n");
    }
    #[cfg(unix)]
    std::os::unix::fs::symlink("..", dir.path().join("deep/loop")).unwrap();
    let read = |arguments: &[&str]| gen_in(dir.path(), arguments).ended(0).out;
    assert!(read(&["sql", "parse", "."]).contains("3 statements in 3 files, 0 with errors"));
    assert!(read(&["sql", "lint", "."]).contains("linted 3 files"));
    assert!(read(&["check", "."]).contains("checked 3 files"));
    assert!(read(&["sql", "lineage", "."]).contains("\"c\": {"));
    assert!(gen_in(dir.path(), &["sql", "fmt", "--check", "."]).ended(1).out.contains("3 files: 3 would change"));
    fs::create_dir(dir.path().join("empty")).unwrap();
    let ran = gen_in(dir.path(), &["sql", "fmt", "empty"]).ended(1);
    assert!(ran.err.contains("empty: contains no `.sql` file and no notebook"), "{}", ran.err);
}

#[test]
fn standard_input_is_a_file() {
    let dir = tempfile::tempdir().unwrap();
    let given = |arguments: &[&str], text: &str| {
        write(dir.path(), "given", text);
        let mut command = super::command(dir.path(), arguments);
        command.stdin(fs::File::open(dir.path().join("given")).unwrap());
        super::run(command)
    };
    assert_eq!(given(&["sql", "fmt", "-"], "select 1").ended(0).out, "SELECT 1\n");
    given(&["sql", "fmt", "--check", "-"], "select 1").ended(1);
    given(&["sql", "fmt", "--check", "-"], "SELECT 1\n").ended(0);
    let kept = given(&["sql", "fmt", "-"], "select 1;\nselect {x};\nselect '").ended(0);
    assert_eq!(kept.out, "SELECT 1;\nselect {x};\nselect '\n");
    assert!(kept.err.starts_with("-:2:8: left as written: ") && kept.err.contains("\n-:3:8: "), "{}", kept.err);
    assert!(given(&["sql", "parse", "-"], "SELECT 1; SELEC 2").ended(1).out.starts_with("-:1:11: "));
    assert!(given(&["sql", "lint", "-"], "CREATE VIEW v AS SELECT id FROM LIVE.t").ended(0).err.contains("-:1:"));
    given(&["sql", "fmt", "-", "a.sql"], "").ended(2);
    given(&["sql", "lint", "--fix", "-"], "").ended(2);
}

#[test]
fn python_notebooks_are_read_in_their_sql_cells() {
    let dir = tempfile::tempdir().unwrap();
    let notebook = "# Databricks notebook source\nx = 1\n\n# COMMAND ----------\n\n# MAGIC %sql\n# MAGIC select 'a\n# MAGIC b'\n\n# COMMAND ----------\n\n# MAGIC %sql\n# MAGIC\n# MAGIC selec 2;\n";
    write(dir.path(), "n.py", notebook);
    let ran = gen_in(dir.path(), &["sql", "parse", "--json", "n.py"]).ended(1);
    let lines: Vec<Value> = ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let places: Vec<(u64, u64)> =
        lines.iter().map(|line| (line["line"].as_u64().unwrap(), line["column"].as_u64().unwrap())).collect();
    assert_eq!(places, [(7, 9), (14, 9)]);
    let ran = gen_in(dir.path(), &["sql", "lint", "n.py"]).ended(1);
    assert!(ran.err.contains("n.py:14:9") && ran.err.contains("# MAGIC selec 2;"), "{}", ran.err);
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
    gen_in(dir.path(), &["sql", "fmt", "a.sql"]).ended(0);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "select 'never closed\n");
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_written_hides_no_other() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "a.sql", "select 1\n");
    write(dir.path(), "b.sql", "select 2\n");
    fs::set_permissions(dir.path().join("a.sql"), fs::Permissions::from_mode(0o444)).unwrap();
    let ran = gen_in(dir.path(), &["sql", "fmt", "."]).ended(1);
    assert_eq!(ran.err, "./a.sql: cannot be written: the file is read-only\n");
    assert!(ran.out.contains("2 files: 1 changed, 0 unchanged, 1 with errors"), "{}", ran.out);
    assert_eq!(fs::read_to_string(dir.path().join("a.sql")).unwrap(), "select 1\n");
    assert_eq!(fs::read_to_string(dir.path().join("b.sql")).unwrap(), "SELECT 2\n");
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2, "no temporary file is left");
}

#[test]
fn what_is_no_sql_is_not_formatted() {
    let dir = tempfile::tempdir().unwrap();
    let python = "import os\nif True:\n    print(1)\n";
    write(dir.path(), "job.py", python);
    let ran = gen_in(dir.path(), &["sql", "fmt", "job.py"]).ended(1);
    assert!(ran.err.contains("job.py: no SQL found"), "{}", ran.err);
    assert_eq!(fs::read_to_string(dir.path().join("job.py")).unwrap(), python);
}

#[test]
fn of_many_unknown_tables_the_first_are_told_what_was_meant() {
    let dir = tempfile::tempdir().unwrap();
    let view = |n: usize| format!("CREATE OR REFRESH MATERIALIZED VIEW v{n:03} AS SELECT one FROM none;\n");
    let views: String = (0..150).map(view).collect();
    write(dir.path(), "a.sql", &("CREATE OR REFRESH MATERIALIZED VIEW nine AS SELECT 1 AS one;\n".to_owned() + &views));
    let ran = gen_in(dir.path(), &["check", "a.sql"]).ended(0);
    let said = ran.out + &ran.err;
    assert_eq!(said.matches("unknown table `none`").count(), 150);
    assert_eq!(said.matches("did you mean `nine`?").count(), 100);
}
