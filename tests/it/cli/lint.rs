//! `gen sql lint` over files: what it prints, writes, and ends with.

use std::fs;

use super::gen_in;

const PREFIXED: &str = "CREATE OR REFRESH MATERIALIZED VIEW ids AS SELECT id FROM LIVE.raw;\n";
const REFUSED: &str = "CREATE OR REFRESH STREAMING TABLE kept AS SELECT id, id FROM STREAM main.shop.raw;\n";

/// A directory with these files.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::create_dir_all(dir.path().join(name).parent().unwrap()).unwrap();
        fs::write(dir.path().join(name), text).unwrap();
    }
    dir
}

#[test]
fn errors_decide_the_exit_status_and_warnings_when_denied() {
    let dir = folder(&[("sql/a.sql", PREFIXED)]);
    let ran = gen_in(dir.path(), &["sql", "lint", "sql"]).ended(0);
    assert!(ran.err.contains("warning[live-prefix]") && ran.err.contains("sql/a.sql:1:59"), "{}", ran.err);
    assert_eq!(ran.out, "linted 1 file: 1 finding, 1 fixable with --fix\n");
    gen_in(dir.path(), &["sql", "lint", "--deny", "warnings", "sql"]).ended(1);
    fs::write(dir.path().join("sql/b.sql"), REFUSED).unwrap();
    gen_in(dir.path(), &["sql", "lint", "sql"]).ended(1);
    gen_in(dir.path(), &["sql", "lint", "--rule", "live-prefix", "sql"]).ended(0);
    gen_in(dir.path(), &["sql", "lint", "nowhere.sql"]).ended(1);
}

#[test]
fn a_fix_is_shown_before_it_is_made() {
    let dir = folder(&[("a.sql", PREFIXED), ("b.sql", "SELECT 1;\n")]);
    let ran = gen_in(dir.path(), &["sql", "lint", "--diff", "."]).ended(1);
    assert!(ran.out.contains("-CREATE") && ran.out.contains("FROM raw;"), "{}", ran.out);
    assert_eq!(fs::read_to_string(dir.path().join("a.sql")).unwrap(), PREFIXED);
    let ran = gen_in(dir.path(), &["sql", "lint", "--fix", "."]).ended(0);
    assert_eq!(ran.out, "linted 2 files: 0 findings, 1 fixed in 1 file\n");
    assert_eq!(fs::read_to_string(dir.path().join("a.sql")).unwrap(), PREFIXED.replace("LIVE.", ""));
    assert_eq!(gen_in(dir.path(), &["sql", "lint", "--diff", "."]).ended(0).out, "");
}

#[test]
fn findings_are_data_in_every_format() {
    let dir = folder(&[("a.sql", PREFIXED)]);
    let lint = |format| gen_in(dir.path(), &["sql", "lint", "--format", format, "a.sql"]).ended(0).out;
    let json: serde_json::Value = serde_json::from_str(&lint("json")).unwrap();
    assert_eq!((json["code"].as_str(), json["line"].as_u64()), (Some("live-prefix"), Some(1)));
    let sarif: serde_json::Value = serde_json::from_str(&lint("sarif")).unwrap();
    assert_eq!(sarif["runs"][0]["tool"]["driver"]["rules"][0]["id"], "live-prefix");
    assert!(lint("github").starts_with("::warning file=a.sql,line=1,col=59"));
}

#[test]
fn rules_are_listed_and_explained() {
    let dir = folder(&[]);
    let list = gen_in(dir.path(), &["sql", "lint", "--list"]).ended(0).out;
    for line in list.lines() {
        let rule = line.split_whitespace().next().unwrap();
        let said = gen_in(dir.path(), &["explain", rule]).ended(0).out;
        assert!(said.starts_with(&format!("# {rule}: ")), "{said}");
    }
    let ran = gen_in(dir.path(), &["sql", "lint", "--rule", "live-prefx", "."]).ended(2);
    assert_eq!(ran.err, "error: unknown rule `live-prefx`: did you mean `live-prefix`?\n");
    let ran = gen_in(dir.path(), &["explain", "live-prefx"]).ended(1);
    assert!(ran.err.contains("did you mean `live-prefix`?"), "{}", ran.err);
}
