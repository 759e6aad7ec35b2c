//! The projects of `tests/cases`: the pipeline SQL that each builds, and the rows that its tables have.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use libtest_mimic::Trial;

use crate::each::each;
use crate::golden::{Golden, is_blessing, sql_below};
use crate::projects::{cases, compile};

pub fn trials() -> Vec<Trial> {
    let trials = each("sql", cases(), builds_the_sql_that_was_reviewed);
    #[cfg(feature = "engine")]
    let trials = trials.into_iter().chain(each("rows", cases(), rows::are_those_expected)).collect();
    trials
}

/// Compares all files of a pipeline with `pipeline/` of its case: no other file may be there.
fn builds_the_sql_that_was_reviewed(case: &Path) {
    let mut golden = Golden::default();
    let mut built: BTreeSet<PathBuf> = BTreeSet::new();
    for file in compile(case).pipeline_files() {
        let path = case.join(file.artifact.path());
        golden.expect(&path, &file.text);
        built.insert(path);
    }
    for path in sql_below(&case.join("pipeline")) {
        match built.contains(&path) {
            true => {}
            false if is_blessing() => fs::remove_file(&path).unwrap(),
            false => golden.wrong(format!("{} is no longer built", path.display())),
        }
    }
    golden.done();
}

#[cfg(feature = "engine")]
mod rows {
    use lakegen::engine::local;

    use super::*;
    use crate::golden::entries;
    use crate::projects::{land, run};

    /// Header and rows of a CSV text; the rows are sorted.
    fn read(text: &str) -> (Vec<String>, Vec<Vec<String>>) {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let fields = |record: &csv::StringRecord| record.iter().map(String::from).collect::<Vec<_>>();
        let header = fields(reader.headers().unwrap());
        let mut rows: Vec<_> = reader.records().map(|record| fields(&record.unwrap())).collect();
        rows.sort();
        (header, rows)
    }

    /// What a table holds instead of the expected rows; `None` when it holds those.
    fn difference(expected: &Path, warehouse: &Path) -> Option<String> {
        let (columns, wanted) = read(&fs::read_to_string(expected).unwrap());
        let table = expected.file_stem().unwrap().to_str().unwrap();
        let sql = format!("SELECT {} FROM {table}", columns.join(", "));
        let found = match local::query(&sql, warehouse) {
            Ok(rows) => read(&local::csv_text(&rows)).1,
            Err(fault) => return Some(format!("{}: {fault}", expected.display())),
        };
        let lines =
            |rows: &[Vec<String>]| rows.iter().map(|row| format!("  {}\n", row.join(" | "))).collect::<String>();
        (found != wanted)
            .then(|| format!("{}\nexpected\n{}found\n{}", expected.display(), lines(&wanted), lines(&found)))
    }

    pub fn are_those_expected(case: &Path) {
        let (landing, warehouse) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        land(&case.join("landing"), landing.path());
        run(case, landing.path(), warehouse.path());
        let expected = entries(&case.join("expected"));
        assert!(!expected.is_empty(), "nothing is expected");
        let wrong: Vec<_> = expected.iter().filter_map(|file| difference(file, warehouse.path())).collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
