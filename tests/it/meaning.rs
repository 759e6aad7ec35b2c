//! What a change means: the shipped pipeline, all of it new or all of it gone.

use std::collections::BTreeMap;

use lakegen::deploy::meaning::{self, PipelineFile, PipelineSql};

use crate::golden::entries;
use crate::projects::compile;
use crate::root;
use crate::said::{read, said};

#[test]
fn the_shipped_pipeline_is_read_whole() {
    let pipeline = root().join("generated/pipeline");
    let mut sql = PipelineSql { configuration: BTreeMap::new(), ..PipelineSql::default() };
    for layer in entries(&pipeline) {
        sql.files.extend(read(&layer).files);
    }
    assert_eq!(said(&sql, &sql), "");
    let new = meaning::meanings(&PipelineSql::default(), &sql).unwrap();
    let tables = sql.files.iter().filter(|file| !file.text.contains("TEMPORARY VIEW")).count();
    assert_eq!(new.len(), tables);
    assert!(new.iter().all(|meaning| meaning.kind == meaning::MeaningKind::New));
    let gone = meaning::meanings(&sql, &PipelineSql::default()).unwrap();
    assert!(gone.len() == tables && gone.iter().all(|meaning| meaning.kind == meaning::MeaningKind::LeavesTheSpecs));
}

/// Where layers have a schema of their own in another target only, their tables are the same as before, by whatever name.
#[test]
fn a_layer_that_moves_elsewhere_changes_nothing_here() {
    let compilation = compile(&root().join("tests/cases/marina"));
    let layers = ["bronze", "silver", "gold", "quality"].map(|layer| format!("{layer}_schema"));
    let parameters = || layers.iter().map(String::as_str).chain(["schema"]);
    let (mut before, mut after) = (PipelineSql::default(), PipelineSql::default());
    for sql in [&mut before, &mut after] {
        (sql.catalog, sql.schema) = ("test".to_owned(), "marina".to_owned());
        sql.configuration = parameters().map(|key| (key.to_owned(), "`Marina`".to_owned())).collect();
    }
    for file in compilation.pipeline_files() {
        let (path, text) = (file.artifact.path().to_owned(), file.text.to_string());
        let short = parameters().fold(text.clone(), |text, key| text.replace(&format!("${{{key}}}."), ""));
        after.files.push(PipelineFile { path: path.clone(), text });
        before.files.push(PipelineFile { path, text: short });
    }
    assert_ne!(before, after);
    assert_eq!(meaning::text(&meaning::meanings(&before, &after).unwrap()), "");
    after.configuration.insert("quality_schema".to_owned(), "`marina-quality`".to_owned());
    let told = meaning::text(&meaning::meanings(&before, &after).unwrap());
    for line in told.lines() {
        let is_new = line.starts_with("test.marina-quality.") && line.contains(": new: ");
        assert!(is_new || line.starts_with("test.marina.") && line.contains(": leaves the specs: "), "{told}");
    }
    assert!(told.contains("test.marina-quality.boats_orphans: new"), "{told}");
}
