//! The directory of the tables of local runs: what is ours in it, what is not, and who may write it when.

#![cfg(feature = "engine")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use lakeflow::check::{self, Pipeline};
use lakeflow::diag::Diagnostics;
use lakeflow::source::SourceMap;
use lakegen::engine::local::{RunFault, RunRequest, csv_text, hold, query, run};

fn pipeline(sql: &str) -> Pipeline {
    let mut sources = SourceMap::default();
    let id = sources.add("a.sql", sql.to_owned());
    check::pipeline(&[id], &sources, &mut Diagnostics::default())
}

/// Two tables that both say which run they are of.
fn numbered(number: usize) -> Pipeline {
    pipeline(&format!(
        "CREATE OR REFRESH MATERIALIZED VIEW a AS SELECT {number} AS n FROM range_of;\n\
         CREATE OR REFRESH MATERIALIZED VIEW b AS SELECT n FROM a;\n\
         CREATE OR REFRESH MATERIALIZED VIEW range_of AS SELECT * FROM VALUES (1), (2) AS t(x);"
    ))
}

fn run_in(dir: &Path, pipeline: &Pipeline) -> Result<(), RunFault> {
    let (landing, warehouse) = (dir.join("landing"), dir.join("w"));
    fs::create_dir_all(&landing).unwrap();
    run(&RunRequest { pipeline, parameters: &BTreeMap::new(), landing: &landing, warehouse: &warehouse }).map(|_| ())
}

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(dir).unwrap().map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

const BOTH: &str = "SELECT DISTINCT a.n AS x, b.n AS y FROM a CROSS JOIN b";

#[test]
fn nothing_foreign_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    let warehouse = dir.path().join("w");
    run_in(dir.path(), &numbered(1)).unwrap();
    run_in(dir.path(), &numbered(2)).unwrap();
    let put = |path: PathBuf, text: &str| {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    // Notes beside our tables, a table that no run wrote, a list that is somebody else's, and directories beside.
    for (file, text) in
        [("w/notes.txt", "mine"), ("w/c.parquet", "mine"), (".w.new/mine.txt", "mine"), (".w.old/_tables.json", "[]")]
    {
        put(dir.path().join(file), text);
        let fault = run_in(dir.path(), &numbered(3)).unwrap_err();
        assert!(matches!(fault, RunFault::NoWarehouse { .. } | RunFault::Warehouse { .. }), "{file}: {fault}");
        assert_eq!(fs::read_to_string(dir.path().join(file)).unwrap(), text, "{fault}");
        assert_eq!(csv_text(&query(BOTH, &warehouse).unwrap()), "x,y\n2,2\n");
        fs::remove_file(dir.path().join(file)).unwrap();
        let _ = fs::remove_dir(dir.path().join(file).parent().unwrap());
    }
    for list in ["[]", "{}", "[1]", "{\"warehouse_of\":\"somebody\",\"tables\":[]}"] {
        let other = tempfile::tempdir().unwrap();
        put(other.path().join("w/_tables.json"), list);
        assert!(run_in(other.path(), &numbered(1)).is_err(), "{list}");
        assert_eq!(fs::read_to_string(other.path().join("w/_tables.json")).unwrap(), list);
    }
    run_in(dir.path(), &numbered(4)).unwrap();
    assert_eq!(names(dir.path()), [".w.lock", "landing", "w"]);
}

#[test]
#[cfg(unix)]
fn what_a_link_points_at_is_the_warehouse_and_others_may_not_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("real")).unwrap();
    std::os::unix::fs::symlink(dir.path().join("real"), dir.path().join("w")).unwrap();
    run_in(dir.path(), &numbered(1)).unwrap();
    assert!(fs::symlink_metadata(dir.path().join("w")).unwrap().is_symlink());
    assert!(names(&dir.path().join("real")).contains(&"a.parquet".to_owned()));
    let mode = |path: &str| fs::metadata(dir.path().join(path)).unwrap().permissions().mode() & 0o077;
    assert_eq!([mode("real"), mode("real/a.parquet"), mode("real/_tables.json")], [0, 0, 0]);
}

#[test]
fn a_damaged_table_is_told() {
    let dir = tempfile::tempdir().unwrap();
    run_in(dir.path(), &numbered(1)).unwrap();
    let path = dir.path().join("w/a.parquet");
    let whole = fs::read(&path).unwrap();
    for place in (0..whole.len()).step_by(7) {
        let mut damaged = whole.clone();
        damaged[place] ^= 0x55;
        fs::write(&path, damaged).unwrap();
        let fault = query("SELECT * FROM a", &dir.path().join("w")).err().unwrap();
        assert!(fault.to_string().contains("not the one that the run wrote"), "{fault}");
    }
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    assert!(query("SELECT * FROM a", &dir.path().join("w")).is_err());
}

#[test]
fn another_run_is_waited_for_or_named() {
    let dir = tempfile::tempdir().unwrap();
    let warehouse = dir.path().join("w");
    let held = hold(&warehouse, Duration::ZERO).unwrap();
    let fault = hold(&warehouse, Duration::ZERO).unwrap_err();
    let named = format!("process {} is running on this warehouse", std::process::id());
    assert!(matches!(fault, RunFault::Busy { .. }) && fault.to_string().contains(&named), "{fault}");
    drop(held);
    hold(&warehouse, Duration::ZERO).unwrap();
    // A file of somebody else is locked, and stays as it is.
    let other = tempfile::tempdir().unwrap();
    fs::write(other.path().join(".w.lock"), "mine").unwrap();
    hold(&other.path().join("w"), Duration::ZERO).unwrap();
    assert_eq!(fs::read_to_string(other.path().join(".w.lock")).unwrap(), "mine");
}

#[test]
fn tables_of_two_runs_are_never_mixed() {
    let dir = tempfile::tempdir().unwrap();
    let warehouse = dir.path().join("w");
    run_in(dir.path(), &numbered(0)).unwrap();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let runs: Vec<_> = (1..=2)
            .map(|half| {
                let dir = dir.path();
                scope.spawn(move || (0..4).for_each(|i| run_in(dir, &numbered(half * 100 + i)).unwrap()))
            })
            .collect();
        let reader = scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                let text = csv_text(&query(BOTH, &warehouse).unwrap());
                let row = text.lines().nth(1).unwrap().split_once(',').unwrap();
                assert!(row.0 == row.1 && text.lines().count() == 2, "{text}");
            }
        });
        for run in runs {
            run.join().unwrap();
        }
        done.store(true, Ordering::Relaxed);
        reader.join().unwrap();
    });
    assert_eq!(names(dir.path()), [".w.lock", "landing", "w"]);
}

#[test]
#[cfg(unix)]
fn what_is_no_file_is_not_read() {
    let dir = tempfile::tempdir().unwrap();
    let landing = dir.path().join("landing");
    fs::create_dir_all(&landing).unwrap();
    let sql = "CREATE OR REFRESH STREAMING TABLE a AS SELECT k FROM STREAM read_files('${landing}/*.csv', format => 'csv', \
               schema => 'k STRING', header => true, escape => '\"');";
    std::os::unix::fs::symlink("/dev/zero", landing.join("zero.csv")).unwrap();
    let fault = run_in(dir.path(), &pipeline(sql)).unwrap_err();
    assert!(fault.to_string().contains("not a regular file"), "{fault}");
    fs::remove_file(landing.join("zero.csv")).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(landing.join("pipe.csv")).status().unwrap().success());
    assert!(run_in(dir.path(), &pipeline(sql)).unwrap_err().to_string().contains("not a regular file"));
    fs::remove_file(landing.join("pipe.csv")).unwrap();
    let name = <std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(b"\xff.csv");
    fs::write(landing.join(name), "k\n1\n").unwrap();
    assert!(run_in(dir.path(), &pipeline(sql)).unwrap_err().to_string().contains("not UTF-8"));
}
