//! Faults as the program shows them: streams, formats, statuses, width.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::{command, edit, gen_in, run, shop};

/// A project with a misspelt column in a metric.
fn shop_with_fault() -> tempfile::TempDir {
    let dir = shop();
    edit(dir.path(), "specs/metrics/revenue.yml", "sum(quantity * products.price)", "sum(quantty * products.price)");
    dir
}

#[test]
fn a_typing_mistake_gets_a_caret_and_a_hint_on_standard_error() {
    let dir = shop_with_fault();
    let ran = gen_in(dir.path(), &["check"]).ended(1);
    assert_eq!(ran.out, "checked: 1 error\n");
    let expected = "\
error[E0305]: unknown column `quantty`
 --> specs/metrics/revenue.yml:8:14
  |
8 |     sql: sum(quantty * products.price)
  |              ^^^^^^^
  |
  = help: did you mean `quantity`?
";
    assert_eq!(ran.err, expected);
    let quiet = gen_in(dir.path(), &["check", "-q"]).ended(1);
    assert_eq!((quiet.out.as_str(), quiet.err.as_str()), ("", expected));
}

#[test]
fn nothing_is_written_while_there_are_faults() {
    let dir = shop_with_fault();
    gen_in(dir.path(), &["build"]).ended(1);
    assert!(!dir.path().join("generated").exists());
    gen_in(dir.path(), &["sample"]).ended(1);
}

#[test]
fn programs_read_diagnostics_from_standard_output() {
    let dir = shop_with_fault();
    let json = gen_in(dir.path(), &["check", "--format", "json"]).ended(1);
    let fault: Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!((fault["code"].as_str(), fault["line"].as_u64(), json.err.as_str()), (Some("E0305"), Some(8), ""));
    let sarif = gen_in(dir.path(), &["--format", "sarif", "check"]).ended(1);
    let log: Value = serde_json::from_str(&sarif.out).unwrap();
    assert_eq!(log["runs"][0]["results"][0]["ruleId"], "E0305");
    let github = gen_in(dir.path(), &["check", "--format", "github"]).ended(1);
    assert!(github.out.starts_with("::error file=specs/metrics/revenue.yml,line=8,"), "{}", github.out);
    let fine = shop();
    assert_eq!(gen_in(fine.path(), &["check", "--format", "json"]).ended(0).out, "");
}

#[test]
fn a_narrow_terminal_keeps_the_caret_under_the_word() {
    let dir = shop_with_fault();
    let mut narrow = command(dir.path(), &["check"]);
    narrow.env("COLUMNS", "40");
    let drawn = run(narrow).ended(1).err;
    let lines: Vec<&str> = drawn.lines().collect();
    let caret = lines.iter().position(|line| line.contains('^')).unwrap();
    let at = lines[caret].find('^').unwrap();
    assert_eq!(&lines[caret - 1][at..at + 7], "quantty", "{drawn}");
}

#[test]
fn colour_is_for_terminals_unless_asked_for() {
    let dir = shop_with_fault();
    let coloured = |set: &[(&str, &str)], arguments: &[&str]| {
        let mut command = command(dir.path(), arguments);
        command.envs(set.iter().copied());
        run(command).ended(1).err.contains('\u{1b}')
    };
    assert!(!coloured(&[], &["check"]));
    assert!(coloured(&[], &["check", "--color", "always"]));
    assert!(coloured(&[("CLICOLOR_FORCE", "1")], &["check"]));
    assert!(!coloured(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], &["check"]));
    assert!(!coloured(&[("CLICOLOR_FORCE", "1")], &["check", "--color", "never"]));
}

#[test]
fn the_project_is_found_from_below_and_by_option() {
    let dir = shop();
    let fine = "checked 2 entities, 1 metric, 20 datasets: no errors\n";
    assert_eq!(gen_in(&dir.path().join("specs/metrics"), &["check"]).ended(0).out, fine);
    let elsewhere = tempfile::tempdir().unwrap();
    let path = dir.path().to_str().unwrap();
    assert_eq!(gen_in(elsewhere.path(), &["check", "--project", path]).ended(0).out, fine);
    let none = gen_in(elsewhere.path(), &["check"]).ended(1);
    assert!(none.err.contains("error[E0107]") && none.err.contains("gen init"), "{}", none.err);
}

#[test]
fn the_shipped_specs_have_no_fault() {
    let ran = gen_in(Path::new(env!("CARGO_MANIFEST_DIR")), &["check"]).ended(0);
    assert_eq!(ran.err, "");
    assert!(ran.out.ends_with(": no errors\n"), "{}", ran.out);
}

#[test]
fn passes_are_told_to_those_who_ask() {
    let dir = shop();
    let said = gen_in(dir.path(), &["check", "-v"]).ended(0).err;
    let passes: Vec<&str> = said.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(passes, ["load", "reuse", "validate", "resolve", "plan", "render", "check", "lineage", "parsed"]);
}

#[test]
fn keys_are_explained() {
    let here = Path::new(".");
    let one = gen_in(here, &["explain", "columns.format"]).ended(0).out;
    assert!(
        one.starts_with("entity.columns.<name>.format (text)\n\nHow dates, timestamps or numbers are written"),
        "{one}"
    );
    assert!(one.ends_with("\n\n  format: dd.MM.yyyy\n  format: 1.234,56\n"), "{one}");
    let words = gen_in(here, &["explain", "load"]).ended(0).out;
    assert!(words.contains("\n  append: Every row is kept.\n"), "{words}");
    let many = gen_in(here, &["explain", "declassify"]).ended(0).out;
    assert!(many.lines().any(|line| line == "metric.measures.<name>.declassify"), "{many}");
}

#[test]
fn codes_are_explained() {
    let here = Path::new(".");
    let explained = gen_in(here, &["explain", "e0305"]).ended(0).out;
    assert!(explained.starts_with("# E0305: unknown column\n"), "{explained}");
    let all = gen_in(here, &["explain"]).ended(0).out;
    assert!(all.lines().count() > 40 && all.contains("E0305  unknown column\n"), "{all}");
    let unknown = gen_in(here, &["explain", "E0399"]).ended(1);
    assert!(unknown.err.starts_with("error: unknown code, rule or key `E0399`: did you mean `E0"), "{}", unknown.err);
    assert_eq!(
        gen_in(here, &["explain", "what"]).ended(1).err,
        "error: unknown code, rule or key `what`: `gen explain` lists all codes, `gen sql lint --list` all rules\n"
    );
}

#[test]
fn pipeline_sql_written_by_hand_is_judged() {
    let dir = tempfile::tempdir().unwrap();
    let sql = |name: &str, text: &str| fs::write(dir.path().join(name), text).unwrap();
    sql("a.sql", "CREATE OR REFRESH MATERIALIZED VIEW a AS SELECT 1 AS one;\n");
    sql("b.sql", "CREATE OR REFRESH MATERIALIZED VIEW b AS SELECT one FROM a;\n");
    sql("notes.txt", "no SQL\n");
    assert_eq!(gen_in(dir.path(), &["check", "."]).ended(0).out, "checked 2 files: no errors\n");
    sql("b.sql", "CREATE OR REFRESH MATERIALIZED VIEW b AS SELECT oen FROM a;\n");
    sql("c.sql", "CREATE OR REFRESH MATERIALISED VIEW c AS SELECT 1 AS x;\n");
    let ran = gen_in(dir.path(), &["check", "a.sql", "b.sql", "c.sql"]).ended(1);
    assert_eq!(ran.out, "checked 3 files: 2 errors\n");
    assert!(ran.err.contains("b.sql:1:49") && ran.err.contains("did you mean `one`?"), "{}", ran.err);
    assert!(ran.err.contains("error[E0801]"), "{}", ran.err);
    let missing = gen_in(dir.path(), &["check", "nowhere.sql"]).ended(1);
    assert!(missing.err.contains("error[E0101]: `nowhere.sql` cannot be read"), "{}", missing.err);
}

#[test]
fn schemas_are_written_and_compared() {
    let dir = shop();
    assert_eq!(gen_in(dir.path(), &["schema", "--check"]).ended(0).out, "schemas is up to date: 3 files\n");
    fs::remove_file(dir.path().join("schemas/metric.schema.json")).unwrap();
    fs::write(dir.path().join("schemas/entity.schema.json"), "{}").unwrap();
    let stale = gen_in(dir.path(), &["schema", "--check"]).ended(1).out;
    assert_eq!(
        stale,
        "out of date: schemas/entity.schema.json\nout of date: schemas/metric.schema.json\nrun `gen schema`\n"
    );
    assert_eq!(gen_in(dir.path(), &["schema"]).ended(0).out, "wrote 2 files to schemas\n");
    gen_in(dir.path(), &["schema", "--check"]).ended(0);
}

/// A project with two warnings, one in a rule and one in a name.
fn shop_with_warnings() -> tempfile::TempDir {
    let dir = shop();
    let badges = "entity: badges\nsource: { files: badges*.csv }\nkey: badge\ncolumns:\n  badge: string\n  email: string\n\
                  rules:\n  worn: badge = null\n";
    fs::write(dir.path().join("specs/entities/badges.yml"), badges).unwrap();
    dir
}

#[test]
fn warnings_are_counted_and_end_a_command_only_where_they_are_denied() {
    let dir = shop_with_warnings();
    let ran = gen_in(dir.path(), &["check"]).ended(0);
    assert!(ran.out.ends_with(": 2 warnings\n") && ran.err.contains("warning[W0603]"), "{}{}", ran.out, ran.err);
    gen_in(dir.path(), &["check", "--deny", "warnings"]).ended(1);
    let denied = gen_in(dir.path(), &["build", "--deny", "warnings"]).ended(1);
    assert_eq!(denied.out, "nothing was built: 2 warnings\n");
    assert!(!dir.path().join("generated").exists());
    let built = gen_in(dir.path(), &["build"]).ended(0);
    assert!(built.out.ends_with("; 2 warnings\n"), "{}", built.out);
    let denied = gen_in(dir.path(), &["build", "--check", "--deny", "warnings"]).ended(1);
    assert_eq!(denied.out, "nothing was built: 2 warnings\n");
    gen_in(dir.path(), &["check", "--deny", "all"]).ended(2);
}

#[test]
fn what_a_spec_allows_is_denied_no_more() {
    let dir = shop_with_warnings();
    edit(
        dir.path(),
        "specs/entities/badges.yml",
        "rules:",
        "allow:\n  - { warning: W0705, at: columns.email, reason: badges have addresses of machines }\n  \
         - { warning: W0603, at: rules.worn, reason: no badge is worn until the new doors are there }\nrules:",
    );
    let ran = gen_in(dir.path(), &["check", "--deny", "warnings"]).ended(0);
    assert!(ran.out.ends_with(": no errors\n") && ran.err.is_empty(), "{}{}", ran.out, ran.err);
    edit(dir.path(), "specs/entities/badges.yml", "  email: string", "  email: { type: string, pii: email }");
    let ran = gen_in(dir.path(), &["check", "--deny", "warnings"]).ended(1);
    assert!(ran.err.contains("warning[W0101]: this `allow` of W0705 matches no warning"), "{}", ran.err);
}

#[test]
fn every_format_says_that_a_warning_is_one() {
    let dir = shop_with_warnings();
    let json = gen_in(dir.path(), &["check", "--format", "json"]).ended(0);
    let severities: Vec<Value> = json.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(severities.len() == 2 && severities.iter().all(|one| one["severity"] == "warning"), "{}", json.out);
    let sarif = gen_in(dir.path(), &["check", "--format", "sarif"]).ended(0);
    let log: Value = serde_json::from_str(&sarif.out).unwrap();
    assert_eq!(log["runs"][0]["results"][0]["level"], "warning");
    let github = gen_in(dir.path(), &["check", "--format", "github"]).ended(0);
    assert!(github.out.lines().all(|line| line.starts_with("::warning file=")), "{}", github.out);
}

#[test]
fn warnings_wait_until_nothing_is_at_fault() {
    let dir = shop_with_warnings();
    edit(dir.path(), "specs/metrics/revenue.yml", "sum(quantity * products.price)", "sum(quantty * products.price)");
    let ran = gen_in(dir.path(), &["check", "--deny", "warnings"]).ended(1);
    assert_eq!(ran.out, "checked: 1 error\n");
    assert!(!ran.err.contains("warning"), "{}", ran.err);
}
