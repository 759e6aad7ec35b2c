//! Cases of what a change of pipeline SQL means: `tests/meaning/<name>/`. A new case is a new folder.
//!
//! `before/` and `after/` hold the SQL, and perhaps `configuration.txt` with a `key=value` a line, and `renamed.txt` with a
//! `new=old`; `expected.txt` is what is said of the change (`BLESS=1` writes it), and empty where nothing may be said.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use lakegen::deploy::meaning::{self, PipelineSql, SqlFile};

fn folders(directory: &Path) -> Vec<PathBuf> {
    let mut found: Vec<_> = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    found
}

/// The SQL below a directory.
pub fn read(directory: &Path) -> PipelineSql {
    let mut sql = PipelineSql::default();
    for path in folders(directory) {
        let text = fs::read_to_string(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let pairs = text.lines().filter_map(|line| line.split_once('='));
        let pairs = pairs.map(|(key, value)| (key.to_owned(), value.to_owned()));
        match name.as_str() {
            "configuration.txt" => sql.configuration = pairs.collect(),
            "renamed.txt" => sql.renamed = pairs.collect(),
            _ => sql.files.push(SqlFile { path: name, text }),
        }
    }
    sql
}

/// What is said, for people.
fn said(before: &PipelineSql, after: &PipelineSql) -> String {
    match meaning::meanings(before, after) {
        Ok(meanings) => meaning::text(&meanings),
        Err(unread) => unread.iter().map(|file| format!("unread: {}: {}\n", file.path, file.why)).collect(),
    }
}

#[test]
fn each_change_means_what_is_expected() {
    let mut wrong = vec![];
    for case in folders(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/meaning")) {
        let (before, after) = (read(&case.join("before")), read(&case.join("after")));
        let found = said(&before, &after);
        let expected = case.join("expected.txt");
        if std::env::var_os("BLESS").is_some() {
            fs::write(&expected, &found).unwrap();
        }
        let wanted = fs::read_to_string(&expected).unwrap_or_else(|_| "a file\n".to_owned());
        if found != wanted {
            wrong.push(format!("{}\nexpected\n{wanted}found\n{found}", case.display()));
        }
        for same in [&before, &after] {
            let found = said(same, same);
            if !found.is_empty() && !found.starts_with("unread") {
                wrong.push(format!("{}: no change\n{found}", case.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_shipped_pipeline_is_read_whole() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("generated/pipeline");
    let mut sql = PipelineSql { configuration: BTreeMap::new(), ..PipelineSql::default() };
    for layer in folders(&root) {
        sql.files.extend(read(&layer).files);
    }
    assert_eq!(said(&sql, &sql), "");
    let new = meaning::meanings(&PipelineSql::default(), &sql).unwrap();
    let tables = sql.files.iter().filter(|file| !file.text.contains("TEMPORARY VIEW")).count();
    assert_eq!(new.len(), tables);
    assert!(new.iter().all(|meaning| meaning.kind == meaning::Kind::New));
    let gone = meaning::meanings(&sql, &PipelineSql::default()).unwrap();
    assert!(gone.len() == tables && gone.iter().all(|meaning| meaning.kind == meaning::Kind::LeavesTheSpecs));
}
