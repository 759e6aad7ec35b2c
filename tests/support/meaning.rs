//! Cases of what a change of pipeline SQL means: `tests/meaning/<name>/`. A new case is a new folder.
//!
//! `before/` and `after/` hold the SQL, and perhaps `configuration.txt` with a `key=value` a line, and `renamed.txt` with a
//! `new=old`; `expected.txt` is what is said of the change, and empty where nothing may be said.

#![allow(dead_code, reason = "each test program uses a part")]

use std::fs;
use std::path::Path;

use lakegen::deploy::meaning::{self, PipelineFile, PipelineSql};

use crate::golden::entries;

/// The SQL below a directory.
pub fn read(directory: &Path) -> PipelineSql {
    let mut sql = PipelineSql::default();
    for path in entries(directory) {
        let text = fs::read_to_string(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let pairs = text.lines().filter_map(|line| line.split_once('='));
        let pairs = pairs.map(|(key, value)| (key.to_owned(), value.to_owned()));
        match name.as_str() {
            "configuration.txt" => sql.configuration = pairs.collect(),
            "renamed.txt" => sql.renamed = pairs.collect(),
            _ => sql.files.push(PipelineFile { path: name, text }),
        }
    }
    sql
}

/// What is said, for people.
pub fn said(before: &PipelineSql, after: &PipelineSql) -> String {
    match meaning::meanings(before, after) {
        Ok(meanings) => meaning::text(&meanings),
        Err(unread) => unread.iter().map(|file| format!("unread: {}: {}\n", file.path, file.why)).collect(),
    }
}
