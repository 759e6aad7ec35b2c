//! Small projects as people write them: `tests/cases/<name>/`. A new case is a new folder.
//!
//! Each holds `specs/`, the files that arrive (`landing/`, later by name means changed later, an hour apart),
//! `files.txt` (what is built, `BLESS=1` writes it), and `expected/<table>.csv`: rows worked out by hand, in any order.
//! The header of an expected file is the list that is selected, so it may leave columns out or hold expressions.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use lakeflow::diag::{Diagnostics, human};
use lakeflow::source::SourceMap;
use lakegen::driver::{self, Compilation, Phase};
use lakegen::load::load;
use lakegen::spec::SpecKind;
use lakegen::validate::schema_text;
use lakegen::world::DiskWorld;
use serde_json::Value;

/// The projects, by name.
pub fn cases() -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut cases: Vec<_> = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    cases
}

/// Compiles a project that must be without fault.
pub fn compile(root: &Path) -> Compilation {
    let compilation = driver::compile(&DiskWorld, root, Phase::Deliver).unwrap();
    let style = human::Style { color: false, width: 100 };
    assert_eq!(human::render(&compilation.diagnostics, &compilation.sources, style), "", "{}", root.display());
    compilation
}

#[test]
fn projects_build_the_files_that_are_listed() {
    for case in cases() {
        let listed = case.join("files.txt");
        let files: String = compile(&case).pipeline_files().map(|file| format!("{}\n", file.artifact.path())).collect();
        if std::env::var_os("BLESS").is_some() {
            fs::write(&listed, &files).unwrap();
        }
        assert_eq!(files, fs::read_to_string(&listed).unwrap_or_default(), "{}", case.display());
    }
}

/// The keys and closed words that a schema knows.
fn vocabulary(schema: &Value, words: &mut BTreeSet<String>) {
    match schema {
        Value::Object(map) => {
            for (key, value) in map {
                match (key.as_str(), value) {
                    ("examples" | "default", _) => {}
                    ("properties", Value::Object(properties)) => {
                        words.extend(properties.keys().cloned());
                        properties.values().for_each(|property| vocabulary(property, words));
                    }
                    ("enum", Value::Array(values)) => {
                        words.extend(values.iter().filter_map(Value::as_str).map(String::from))
                    }
                    ("const", Value::String(word)) => drop(words.insert(word.clone())),
                    _ => vocabulary(value, words),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| vocabulary(item, words)),
        _ => {}
    }
}

/// The keys and texts of a document.
fn spoken(value: &Value, words: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            words.extend(map.keys().cloned());
            map.values().for_each(|value| spoken(value, words));
        }
        Value::Array(items) => items.iter().for_each(|item| spoken(item, words)),
        Value::String(text) => drop(words.insert(text.clone())),
        _ => {}
    }
}

#[test]
fn together_they_use_the_whole_language() {
    let mut known = BTreeSet::new();
    for kind in SpecKind::ALL {
        vocabulary(&serde_json::from_str(&schema_text(kind)).unwrap(), &mut known);
    }
    let types = ["string", "int", "bigint", "double", "boolean", "date", "timestamp"];
    known.extend(types.map(String::from));
    let mut used = BTreeSet::new();
    for case in cases() {
        let loaded = load(&DiskWorld, &case, &mut SourceMap::default(), &mut Diagnostics::default());
        loaded.documents.iter().for_each(|document| spoken(&document.value, &mut used));
    }
    let unused: Vec<_> = known.difference(&used).collect();
    assert!(unused.is_empty(), "no case uses {unused:?}");
}

#[cfg(feature = "engine")]
mod run {
    use std::collections::BTreeMap;
    use std::time::{Duration, SystemTime};

    use lakegen::engine::local::{self, Request};

    use super::*;

    /// 2024-01-01, when the first file arrived.
    const START: u64 = 1_704_067_200;

    /// Copies files into `to`, each an hour later than the one before.
    pub fn land(from: &Path, to: &Path) {
        let mut files: Vec<_> = fs::read_dir(from).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        for (hour, file) in (0..).zip(files) {
            let target = to.join(file.file_name().unwrap());
            fs::copy(&file, &target).unwrap();
            let modified = SystemTime::UNIX_EPOCH + Duration::from_secs(START + hour * 3600);
            fs::File::options().write(true).open(&target).unwrap().set_modified(modified).unwrap();
        }
    }

    /// Runs a project over the files of `landing`.
    pub fn run(project: &Path, landing: &Path, warehouse: &Path) {
        let parameters = BTreeMap::new();
        let (_, pipeline) = driver::runnable(&DiskWorld, project).unwrap();
        let request = Request { pipeline: &pipeline, parameters: &parameters, landing, warehouse };
        if let Err(fault) = local::run(&request) {
            panic!("the run failed: {fault}");
        }
    }

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

    #[test]
    fn projects_give_the_rows_that_are_expected() {
        let mut wrong = vec![];
        for case in cases() {
            let (landing, warehouse) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
            land(&case.join("landing"), landing.path());
            run(&case, landing.path(), warehouse.path());
            let mut expected: Vec<_> =
                fs::read_dir(case.join("expected")).unwrap().map(|entry| entry.unwrap().path()).collect();
            expected.sort();
            assert!(!expected.is_empty(), "{} expects nothing", case.display());
            wrong.extend(expected.iter().filter_map(|file| difference(file, warehouse.path())));
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

#[cfg(feature = "engine")]
pub use run::{land, run};
