//! The record of what builds have granted, and what `gen retired` does to it.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::{edit, gen_in};

const RECORD: &str = "generated.granted.jsonl";
const WITHDRAWALS: &str = "generated/governance/dev/before/05_withdrawals.sql";

fn text(dir: &Path, path: &str) -> String {
    fs::read_to_string(dir.join(path)).unwrap()
}

const METRIC: &str = "specs/metrics/towns.yml";

/// A project with readers, built.
fn practice() -> TempDir {
    let (dir, specs) = (tempfile::tempdir().unwrap(), crate::root().join("tests/changes/specs"));
    for file in ["project.yml", "entities/patients.yml", "entities/visits.yml", "metrics/fees.yml", "metrics/towns.yml"]
    {
        let path = dir.path().join("specs").join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::copy(specs.join(file), path).unwrap();
    }
    gen_in(dir.path(), &["build"]).ended(0);
    dir
}

/// The same, built again without one of its metrics.
fn without_metric() -> TempDir {
    let dir = practice();
    fs::remove_file(dir.path().join(METRIC)).unwrap();
    gen_in(dir.path(), &["build"]).ended(0);
    dir
}

#[test]
fn what_is_not_declared_any_more_is_taken_away_until_it_is_confirmed() {
    let dir = without_metric();
    let taken = text(dir.path(), WITHDRAWALS);
    assert!(taken.contains("DROP VIEW IF EXISTS") && taken.contains("REVOKE SELECT ON TABLE"), "{taken}");
    // Another build that has never heard of it takes it away as well, and nothing is stale.
    edit(dir.path(), "specs/project.yml", "description: ", "description: Once more. ");
    gen_in(dir.path(), &["build"]).ended(0);
    assert_eq!(text(dir.path(), WITHDRAWALS), taken);
    assert_eq!(gen_in(dir.path(), &["sql", "fmt", "--check", "generated/governance"]).status, 0);
    let shown = gen_in(dir.path(), &["retired"]).ended(0).out;
    assert!(shown.contains("dev: metric view `") && shown.contains("dev: SELECT on table `"), "{shown}");
    let confirmed = gen_in(dir.path(), &["retired", "confirm", "--target", "dev"]).ended(0).out;
    assert!(confirmed.starts_with("confirmed dev: ") && confirmed.contains("1 removed"), "{confirmed}");
    assert!(!dir.path().join(WITHDRAWALS).exists());
    gen_in(dir.path(), &["build", "--check"]).ended(0);
    let left = gen_in(dir.path(), &["retired"]).ended(0).out;
    assert!(left.contains("prod: metric view `practice.care.towns_metrics`\n") && !left.contains("dev: "), "{left}");
}

#[test]
fn what_is_declared_again_is_not_taken_away() {
    let dir = practice();
    let (record, specs) = (text(dir.path(), RECORD), text(dir.path(), METRIC));
    fs::remove_file(dir.path().join(METRIC)).unwrap();
    gen_in(dir.path(), &["build"]).ended(0);
    assert_eq!(text(dir.path(), RECORD), record);
    fs::write(dir.path().join(METRIC), specs).unwrap();
    gen_in(dir.path(), &["build"]).ended(0);
    assert!(!dir.path().join(WITHDRAWALS).exists());
    assert_eq!(text(dir.path(), RECORD), record);
}

/// Only what was deployed can be confirmed, and only for a target that there is or was.
#[test]
fn a_stale_output_or_an_unknown_target_is_not_confirmed() {
    let dir = without_metric();
    let unknown = gen_in(dir.path(), &["retired", "confirm", "--target", "nowhere"]).ended(2);
    assert!(unknown.err.contains("unknown target `nowhere`, known targets: `dev`, `prod`"), "{}", unknown.err);
    edit(dir.path(), "specs/project.yml", "description: ", "description: Once more. ");
    let stale = gen_in(dir.path(), &["retired", "confirm", "--target", "dev"]).ended(1);
    assert!(stale.err.contains("generated is out of date"), "{}", stale.err);
    assert!(dir.path().join(WITHDRAWALS).exists());
}

/// The record is a set of lines: two branches merge by keeping the lines of both, in any order.
#[test]
fn a_merged_record_is_put_in_order() {
    let dir = practice();
    let line = r#"{"target":"dev","metric_view":{"name":["shop","old","view"]}}"#;
    let (record, path) = (text(dir.path(), RECORD), dir.path().join(RECORD));
    fs::write(&path, format!("{record}{line}\n{record}")).unwrap();
    let stale = gen_in(dir.path(), &["build", "--check"]).ended(1).out;
    assert!(stale.contains("05_withdrawals.sql"), "{stale}");
    gen_in(dir.path(), &["build"]).ended(0);
    let mut lines: Vec<&str> = record.lines().chain([line]).collect();
    lines.sort_unstable();
    assert_eq!(text(dir.path(), RECORD).lines().collect::<Vec<_>>(), lines);
    assert!(text(dir.path(), WITHDRAWALS).contains("DROP VIEW IF EXISTS shop.old.view;"));
}
